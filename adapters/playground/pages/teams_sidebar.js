// The left side: the team, the channels that this person is in, and who one is.
import { avatar, el, hidden, icon } from './chat_dom.js';
import { roleOf } from './teams_message.js';

export const channelsOf = (page) => [...page.channels.values()].filter((one) => !one.is_deleted && one.members.includes(page.viewer));

function option(person, page) {
  const role = { Guest: 'guest', External: 'other organisation' }[roleOf(person, page)];
  return el('option', { value: person.id }, role ? `${person.name} (${role})` : person.name);
}

function channelButton(channel, page) {
  const isHere = channel.id === page.channel;
  const isUnread = page.unread.has(channel.id) && !isHere;
  const state = [channel.kind === 'shared' && 'shared', isUnread && 'unread'].filter(Boolean).join(', ');
  return el('li', {}, el('button', {
    type: 'button', class: isUnread ? 'channel unread' : 'channel', 'aria-current': isHere ? 'page' : null, 'data-channel': channel.id,
    onclick: () => page.openChannel(channel.id),
  }, el('span', { class: 'channel-name' }, channel.name), channel.kind === 'shared' ? el('span', { class: 'kind', 'aria-hidden': 'true' }, 'shared') : null,
  state ? hidden(state) : null, isUnread ? el('span', { class: 'dot', 'aria-hidden': 'true' }) : null));
}

export function createSidebar(root) {
  const at = (id) => root.querySelector(`#${id}`);
  const [select, channels] = [at('viewer'), at('channels')];
  let chosen = () => {};
  select.addEventListener('change', () => chosen(select.value));
  at('team-picture').append(icon('reply'));

  return (page) => {
    chosen = page.become;
    const focused = channels.contains(document.activeElement) ? document.activeElement.dataset.channel : null;
    const viewer = page.people.get(page.viewer);
    at('team-name').textContent = page.team.name;
    at('viewer-picture').replaceChildren(avatar({ name: viewer.name }));
    const options = [...page.people.values()].map((person) => option(person, page));
    if ([...select.options].map((one) => one.text).join() !== options.map((one) => one.text).join()) select.replaceChildren(...options);
    select.value = page.viewer;
    channels.replaceChildren(...channelsOf(page).map((channel) => channelButton(channel, page)));
    if (focused) channels.querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
  };
}
