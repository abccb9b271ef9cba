// Where a person writes. Enter sends, Shift+Enter breaks the line, an input method is never interrupted; drafts survive.
import { button, el } from './chat_dom.js';
import { createMentions } from './teams_mentions.js';

export function createComposer({ id, page, send }) {
  let key = null;
  const field = el('textarea', { id, rows: 1, 'aria-describedby': 'write-help', enterkeyhint: 'send' });
  const problem = el('p', { class: 'problem', role: 'alert' });
  const mentions = createMentions(field, id, () => page.names());
  const sender = button('Send', () => submit(), { look: 'sender', image: 'send' });
  const element = el('div', { class: 'composer' }, mentions.element, el('div', { class: 'writing' }, field, sender), problem);

  const draft = () => `draft:teams:${key}`;
  const grow = () => {
    field.style.height = 'auto';
    field.style.height = `${Math.min(field.scrollHeight + 2, 180)}px`;
  };

  async function submit() {
    const [sentIn, typed] = [key, field.value];
    if (sender.getAttribute('aria-disabled') === 'true') return;
    problem.textContent = typed.trim() ? '' : 'Write something first.';
    if (problem.textContent) return;
    sender.setAttribute('aria-disabled', 'true');
    const failure = await send(typed.trim());
    sender.removeAttribute('aria-disabled');
    if (failure) {
      if (sentIn === key) problem.textContent = `Not sent: ${failure} Your text is kept.`;
      return;
    }
    sessionStorage.removeItem(`draft:teams:${sentIn}`);
    if (sentIn !== key || field.value !== typed) return;
    field.value = '';
    grow();
  }

  field.addEventListener('input', (event) => {
    problem.textContent = '';
    grow();
    if (field.value) sessionStorage.setItem(draft(), field.value);
    else sessionStorage.removeItem(draft());
    if (!event.isComposing) mentions.look();
  });
  field.addEventListener('keydown', (event) => {
    if (event.isComposing || event.keyCode === 229 || mentions.heard(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      submit();
    }
  });

  function open({ place, label, words, isShut }) {
    field.placeholder = words;
    field.setAttribute('aria-label', label);
    element.hidden = Boolean(isShut);
    if (place === key) return;
    key = place;
    problem.textContent = '';
    field.value = sessionStorage.getItem(draft()) || '';
    if (field.value) grow();
  }

  return { element, open, focus: () => field.focus() };
}
