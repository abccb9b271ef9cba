// The left side: the mails, newest first. One Tab stop; arrow keys move within.
import { el, hidden, moment, time } from './chat_dom.js';

const STEPS = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
const shortDate = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

function when(seconds, now = new Date()) {
  const shown = time(seconds);
  const at = moment(seconds);
  if (at.toDateString() !== now.toDateString()) shown.textContent = shortDate.format(at);
  shown.classList.add('when');
  return shown;
}

function item(mail, { chosen, isUnread }) {
  return el('li', {}, el('a', {
    class: isUnread ? 'item unread' : 'item',
    href: `#mail=${mail.number}`,
    'data-number': mail.number,
    'aria-current': mail.number === chosen ? 'true' : null,
  }, el('span', { class: isUnread ? 'dot' : '', 'aria-hidden': 'true' }), el('span', { class: 'who', dir: 'auto' }, mail.to || '(nobody)'), hidden(' '), when(mail.received_at),
  el('span', { class: 'what', dir: 'auto' }, mail.subject || '(no subject)'), isUnread ? hidden(', unread') : null));
}

export function createList(list) {
  const links = () => [...list.querySelectorAll('a')];

  // The one that Tab reaches: where the focus was, else the open mail, else the newest.
  function settleFocus(wanted) {
    const all = links();
    const stop = all.find((link) => link.dataset.number === wanted) || all.find((link) => link.hasAttribute('aria-current')) || all[0];
    all.forEach((link) => { link.tabIndex = link === stop ? 0 : -1; });
    return stop;
  }

  function show(mails, state) {
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.number : null;
    list.replaceChildren(...mails.map((mail) => item(mail, { chosen: state.chosen, isUnread: !state.read.has(mail.number) })));
    const stop = settleFocus(focused);
    if (focused && stop) stop.focus();
  }

  list.addEventListener('keydown', (event) => {
    const all = links();
    const here = all.indexOf(document.activeElement);
    const step = STEPS[event.key];
    if (step === undefined || here < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const next = all[Math.max(0, Math.min(all.length - 1, here + step))];
    settleFocus(next.dataset.number);
    next.focus();
  });

  return { show };
}
