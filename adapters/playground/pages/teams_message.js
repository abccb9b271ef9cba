// One message as the reader sees it: who, when, what. No behaviour beyond calling the page's verbs.
import { avatar, button, dayName, el, hidden, icon, time } from './chat_dom.js';
import { card } from './teams_card.js';
import { nodes } from './teams_nodes.js';
import { reactions } from './teams_reactions.js';

export const isOwn = (message, page) => message.author === page.viewer && !message.deleted;

export function roleOf(person, page) {
  if (!person) return '';
  if (person.role === 'guest') return 'Guest';
  return person.tenant === page.tenant ? '' : 'External';
}

const when = (message) => (dayName(message.at) === 'Today' ? time(message.at) : el('span', {}, `${dayName(message.at)} `, time(message.at)));

function byline(message, page) {
  const mark = message.is_bot ? 'App' : roleOf(page.people.get(message.author), page);
  return el('div', { class: 'byline' },
    el('strong', {}, message.author_name), ' ', mark ? el('span', { class: 'tag' }, mark) : null, ' ', when(message),
    message.edited && !message.deleted ? el('span', { class: 'muted' }, 'Edited') : null,
    message.notifies ? el('span', { class: 'loud', title: 'Notifies everybody in the channel' }, icon('bell'), hidden('Notifies everybody in the channel')) : null);
}

function content(message, page) {
  if (!message.deleted) return message.drawn ? [card(message, page)] : nodes(message.nodes, page);
  const isMine = message.author === page.viewer;
  const undo = isMine ? button('Undo', () => page.undelete(message), { look: 'link', 'data-focus': 'undo' }) : null;
  return [el('p', { class: 'muted' }, 'This message has been deleted. ', undo)];
}

export function draw(message, page) {
  return [
    avatar({ name: message.author_name }, message.is_bot ? '💬' : null),
    el('div', { class: 'content' }, byline(message, page), el('div', { class: 'body' }, content(message, page)), reactions(message, page)),
  ];
}
