// The left side: who you are, the channels with their unread marks, and whether the app is connected.
import { avatar, el, hidden, icon } from './chat_dom.js';

export const nameOf = (user) => user.display_name || user.real_name || user.name;

export function roleOf(user) {
  if (user.is_stranger) return 'outsider';
  return user.is_restricted ? 'guest' : '';
}

export const people = (users) => [...users.values()].filter((user) => !user.is_bot && !user.deleted);

function option(user, viewer) {
  const role = roleOf(user);
  return el('option', { value: user.id, selected: user.id === viewer }, role ? `${nameOf(user)} (${role})` : nameOf(user));
}

function channelButton(channel, page) {
  const isHere = channel.id === page.channel;
  const isUnread = page.unread.has(channel.id) && !isHere;
  const state = [channel.is_private && 'private', channel.is_archived && 'archived', isUnread && 'unread'].filter(Boolean).join(', ');
  return el('li', {}, el('button', {
    type: 'button',
    class: `channel${isUnread ? ' unread' : ''}${channel.is_archived ? ' archived' : ''}`,
    'aria-current': isHere ? 'page' : null,
    'data-channel': channel.id,
    onclick: () => page.openChannel(channel.id),
  }, channel.is_private ? icon('lock') : el('span', { class: 'hash', 'aria-hidden': 'true' }, '#'),
  el('span', { class: 'channel-name' }, channel.name), state ? hidden(`, ${state}`) : null, isUnread ? el('span', { class: 'dot', 'aria-hidden': 'true' }) : null));
}

export function createSidebar(root) {
  const picture = root.querySelector('#viewer-picture');
  const select = root.querySelector('#viewer');
  const channels = root.querySelector('#channels');
  const connections = root.querySelector('#connections');
  const title = root.querySelector('#workspace-name');
  let chosen = () => undefined;
  select.addEventListener('change', () => chosen(select.value));

  function show(page) {
    chosen = page.become;
    const focused = channels.contains(document.activeElement) ? document.activeElement.dataset.channel : null;
    const viewer = page.users.get(page.viewer);
    title.textContent = page.team.name;
    picture.replaceChildren(avatar({ name: nameOf(viewer), image: viewer.image }));
    if (select.options.length !== people(page.users).length) select.replaceChildren(...people(page.users).map((user) => option(user, page.viewer)));
    select.value = page.viewer;
    channels.replaceChildren(...[...page.channels.values()].map((channel) => channelButton(channel, page)));
    if (focused) channels.querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
  }

  function showConnections(count) {
    connections.className = count ? 'connections on' : 'connections';
    const sockets = count === 1 ? '1 socket' : `${count} sockets`;
    connections.textContent = count ? `The app is connected (${sockets})` : 'No app is connected by socket';
  }

  return { show, showConnections };
}
