// The reactions of a message, and how to give one.
import { button, el } from './chat_dom.js';

const FACES = { like: '👍', heart: '❤️', laugh: '😆', surprised: '😮', sad: '🙁', angry: '😠' };
const shown = (name) => FACES[name] || name;

export function reactions(message, page) {
  const given = Object.entries(message.reactions);
  if (!given.length) return null;
  return el('div', { class: 'reactions' }, given.map(([name, users]) => {
    const isMine = users.includes(page.viewer);
    const names = users.map((id) => page.people.get(id)?.name || id).join(', ');
    return el('button', {
      type: 'button', class: 'reaction', title: `${names}: ${name}`, 'aria-label': `${name}, ${users.length}`, 'aria-pressed': String(isMine),
      'data-focus': `react:${name}`, onclick: () => page.react(message, name, isMine),
    }, shown(name), ' ', String(users.length));
  }));
}

export function reactTool(message, page) {
  const opener = button('React', () => toggle(), { look: 'tool', image: 'smile', 'aria-expanded': 'false' });
  const content = () => opener.closest('.message').querySelector('.content');
  const picker = () => content().querySelector('.picker');
  const close = () => {
    picker()?.remove();
    opener.setAttribute('aria-expanded', 'false');
    opener.focus();
  };
  const leave = (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    close();
  };
  const choose = (name) => () => {
    page.react(message, name, Boolean(message.reactions[name]?.includes(page.viewer)));
    close();
  };
  const toggle = () => {
    if (picker()) return close();
    const faces = Object.keys(FACES).map((name) => el('button', { type: 'button', class: 'tool', 'aria-label': name, title: name, onclick: choose(name) }, FACES[name]));
    content().append(el('div', { class: 'picker', role: 'group', 'aria-label': 'Choose a reaction', onkeydown: leave }, faces));
    opener.setAttribute('aria-expanded', 'true');
    return picker().querySelector('button').focus();
  };
  return opener;
}
