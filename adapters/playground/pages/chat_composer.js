// Where a person writes. Enter sends, Shift+Enter breaks the line, an input method is never interrupted; drafts survive.
import { button, el } from './chat_dom.js';

const KEYS_NOTE = 'Enter sends, Shift+Enter: new line';

// A leading slash is a command of the chat app; only /me exists here, everything else is refused rather than posted.
export function readTyped(typed) {
  const text = typed.trim();
  if (!text) return { problem: 'Write something first.' };
  const [, command, rest] = /^\/([a-z-]*)\s*([\s\S]*)$/iu.exec(text) || [];
  if (command === undefined) return { text, me: false };
  if (command.toLowerCase() === 'me' && rest) return { text: rest, me: true };
  return { problem: `/${command} is not a command of this playground; only /me is.` };
}

export function createComposer({ id, send, editLast, offerBroadcast = false }) {
  let key = null;
  const field = el('textarea', { id, rows: 1, 'aria-describedby': `${id}-note`, enterkeyhint: 'send' });
  const note = el('p', { id: `${id}-note`, class: 'muted note' }, KEYS_NOTE);
  const problem = el('p', { class: 'problem', role: 'alert' });
  const box = el('input', { type: 'checkbox' });
  const broadcastText = el('span');
  const broadcast = offerBroadcast ? el('label', { class: 'broadcast' }, box, broadcastText) : null;
  const sender = button('Send', () => submit(), { look: 'sender', image: 'send' });
  const element = el('div', { class: 'composer' }, problem, el('div', { class: 'writing' }, field, sender), broadcast, note);

  const grow = () => {
    field.style.height = 'auto';
    field.style.height = `${Math.min(field.scrollHeight + 2, 160)}px`;
  };
  const keep = () => {
    if (field.value) sessionStorage.setItem(`draft:${key}`, field.value);
    else sessionStorage.removeItem(`draft:${key}`);
  };

  async function submit() {
    const said = readTyped(field.value);
    problem.textContent = said.problem || '';
    if (said.problem || sender.getAttribute('aria-disabled') === 'true') return;
    const [sentIn, typed] = [key, field.value];
    sender.setAttribute('aria-disabled', 'true');
    const failure = await send({ text: said.text, me: said.me, broadcast: box.checked });
    sender.removeAttribute('aria-disabled');
    if (failure) {
      if (sentIn === key) problem.textContent = `Not sent: ${failure} Your text is kept.`;
      return;
    }
    sessionStorage.removeItem(`draft:${sentIn}`);
    if (sentIn !== key || field.value !== typed) return;
    field.value = '';
    box.checked = false;
    grow();
  }

  field.addEventListener('input', () => {
    problem.textContent = '';
    grow();
    keep();
  });
  field.addEventListener('keydown', (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      submit();
    }
    if (event.key === 'ArrowUp' && !field.value) {
      event.preventDefault();
      editLast();
    }
  });

  function open({ place, label, person, isShut }) {
    broadcastText.textContent = `Also send to ${label.channel}`;
    field.placeholder = label.field;
    field.setAttribute('aria-label', label.field);
    note.textContent = isShut || `As ${person}. ${KEYS_NOTE}.`;
    element.classList.toggle('shut', Boolean(isShut));
    field.disabled = sender.disabled = box.disabled = Boolean(isShut);
    if (place === key) return;
    key = place;
    problem.textContent = '';
    field.value = sessionStorage.getItem(`draft:${key}`) || '';
    box.checked = false;
    grow();
  }

  return { element, open, focus: () => field.focus() };
}
