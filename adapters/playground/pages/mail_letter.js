// The right side: one mail. Its HTML lives in a frame without rights: no script, no form, no navigation, nothing loaded.
import { button, el, moment, pictureAddress } from './chat_dom.js';

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
const GUARD = `<meta http-equiv="Content-Security-Policy" content="${POLICY}"><meta http-equiv="x-dns-prefetch-control" content="off"><meta name="color-scheme" content="light"><base target="_blank">`;
const VIEWS = { html: 'HTML', text: 'Plain text', source: 'Source' };
const FACTS = ['From', 'To', 'Cc', 'Reply-To', 'Date'];
const trusted = window.trustedTypes?.createPolicy('mail', { createHTML: (html) => GUARD + html }) || { createHTML: (html) => GUARD + html };

const plural = (count, word) => `${count} ${word}${count === 1 ? '' : 's'}`;

function facts(pairs) {
  return el('dl', { class: 'facts' }, pairs.flatMap(([name, value]) => [el('dt', {}, name), el('dd', { dir: 'auto' }, value)]));
}

function first(mail) {
  const given = FACTS.map((name) => mail.headers.find(([known]) => known.toLowerCase() === name.toLowerCase())).filter(Boolean);
  const named = given.map(([name]) => name.toLowerCase());
  const people = mail.envelope.recipients.join(', ');
  const header = given.find(([name]) => name.toLowerCase() === 'to')?.[1] || '';
  const isHidden = !mail.envelope.recipients.every((address) => header.toLowerCase().includes(address.toLowerCase()));
  return [
    ...given,
    ...(isHidden ? [['Delivered to', people]] : []),
    ...(named.includes('date') ? [] : [['Arrived', moment(mail.received_at).toLocaleString('en-GB')]]),
  ];
}

function fold(summary, content) {
  return el('details', {}, el('summary', {}, summary), content);
}

function links(addresses) {
  const safe = addresses.map(pictureAddress).filter(Boolean);
  if (!safe.length) return null;
  return fold(plural(safe.length, 'link'), el('ul', {}, safe.map((address) => el('li', {}, el('a', { href: address, target: '_blank', rel: 'noopener noreferrer' }, address)))));
}

function enclosures(parts) {
  if (!parts.length) return null;
  return fold(plural(parts.length, 'attachment'), el('ul', {}, parts.map((part) => el('li', { dir: 'auto' }, `${part.name || 'Without a name'} – ${part.kind}, ${plural(part.size, 'byte')}`))));
}

function frame(html) {
  const made = el('iframe', { sandbox: '', title: 'The mail as HTML', referrerpolicy: 'no-referrer' });
  made.srcdoc = trusted.createHTML(html);
  return made;
}

function plain(text, label, look) {
  return el('pre', { class: `plain ${look}`, tabindex: 0, role: 'region', 'aria-label': label, dir: 'auto' }, el('span', {}, text || 'This part is empty.'));
}

const BODIES = {
  html: (mail) => frame(mail.html),
  text: (mail) => plain(mail.text, 'The mail as plain text', 'text'),
  source: (mail) => plain(mail.source, 'The mail’s source', 'source'),
};

const hasView = (mail, view) => (view === 'html' ? Boolean(mail.html) : view === 'source' || Boolean(mail.text) || !mail.html);

export function createLetter(root, { onBack }) {
  const unchosen = root.querySelector('#unchosen');
  let wanted = 'html';

  function clear(words) {
    unchosen.textContent = words;
    root.replaceChildren(unchosen);
  }

  function show(mail) {
    const views = Object.keys(VIEWS).filter((view) => hasView(mail, view));
    const holder = el('div', { class: 'body-holder' });
    const switches = views.map((view) => button(VIEWS[view], () => turn(view), { look: 'view' }));

    function turn(view, { isWanted = true } = {}) {
      if (isWanted) wanted = view;
      switches.forEach((one, place) => one.setAttribute('aria-pressed', String(views[place] === view)));
      holder.replaceChildren(BODIES[view](mail));
    }

    root.replaceChildren(
      el('div', { class: 'letter-head' },
        button('Back to the mails', onBack, { look: 'head-button back', image: 'back' }),
        el('h2', { id: 'subject', tabindex: -1, dir: 'auto' }, mail.subject || '(no subject)'),
        el('div', { class: 'views', role: 'group', 'aria-label': 'Show as' }, switches)),
      facts(first(mail)),
      el('div', { class: 'more' }, [links(mail.links), enclosures(mail.enclosures), fold(`All headers (${mail.headers.length})`, facts(mail.headers))].filter(Boolean)),
      holder,
    );
    turn(views.includes(wanted) ? wanted : views[0], { isWanted: false });
  }

  return { clear, show, focus: () => root.querySelector('#subject')?.focus() };
}
