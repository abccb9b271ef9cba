// One message as the reader sees it: who, when, what, reactions, replies. No behaviour beyond calling the page's verbs.
import { avatar, el, hidden, icon, time } from './chat_dom.js';
import { attachment, blocks, file } from './chat_blocks.js';
import { face, words } from './chat_emoji.js';
import { mrkdwn } from './chat_mrkdwn.js';

const SYSTEM = new Set(['channel_join', 'channel_leave', 'channel_topic', 'channel_name', 'channel_archive', 'channel_unarchive']);

export const isDeleted = (message) => message.subtype === 'tombstone';
export const isOwn = (message, page) => message.user === page.viewer && !message.ephemeral && !isDeleted(message) && !message.author?.is_app;
// An admin may take the app's own posts away, so everybody here may.
export const isOfApp = (message, page) => Boolean(message.bot_id) && message.bot_id === page.bot.bot_id;
export const authorKey = (message) => `${message.user || ''}/${message.bot_id || ''}/${message.author?.name || ''}`;
export const keyOf = (message) => `${message.ephemeral ? 'eph' : 'msg'}:${message.ts}`;

function byline(message) {
  if (isDeleted(message)) return el('div', { class: 'byline' }, time(message.ts));
  const tag = message.author?.is_app ? el('span', { class: 'tag' }, 'APP') : null;
  return el('div', { class: 'byline' }, el('strong', {}, message.author?.name || 'Someone'), tag, ' ', time(message.ts));
}

function content(message, page) {
  const place = { ...page, ts: message.ts };
  if (isDeleted(message)) return [el('p', { class: 'muted' }, 'This message was deleted.')];
  if (message.subtype === 'me_message') return [el('em', {}, mrkdwn(message.text, place))];
  const drawn = message.blocks?.length ? blocks(message.blocks, place) : mrkdwn(message.text, place);
  return [
    ...(SYSTEM.has(message.subtype) ? [el('span', { class: 'muted' }, drawn)] : drawn),
    ...(message.attachments || []).map((item) => attachment(item, place)),
    ...(message.files || []).map(file),
  ];
}

function reaction(item, message, page) {
  const users = item.users || [];
  const mine = users.includes(page.viewer);
  const names = users.map((id) => page.users.get(id)?.display_name || page.users.get(id)?.name || id).join(', ');
  return el('button', {
    type: 'button',
    class: 'reaction',
    title: `${names}: ${words(item.name)}`,
    'aria-label': `${words(item.name)}, ${item.count ?? users.length}`,
    'aria-pressed': String(mine),
    'data-focus': `react:${item.name}`,
    onclick: () => page.react(message, item.name, mine),
  }, face(item.name), ' ', String(item.count ?? users.length));
}

function threadButton(message, page, look, ...inside) {
  return el('button', {
    type: 'button',
    class: look,
    'aria-expanded': String(page.thread === message.ts),
    'data-focus': 'replies',
    'data-thread': message.ts,
    onclick: () => page.openThread(message.ts),
  }, ...inside);
}

// The app's posts are where people answer: how to get into their threads is in view, and not under the pointer alone.
function replies(message, page) {
  if (!message.reply_count) return isOfApp(message, page) ? threadButton(message, page, 'replies', 'Open the thread') : null;
  const fresh = page.isFresh(message);
  const count = message.reply_count === 1 ? '1 reply' : `${message.reply_count} replies`;
  return threadButton(message, page, fresh ? 'replies fresh' : 'replies', count, fresh ? el('span', { class: 'new' }, 'new') : null, el('span', { class: 'muted' }, 'last ', time(message.latest_reply || message.ts)));
}

const isReply = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;

function broadcast(message, page, inThread) {
  if (!isReply(message)) return null;
  if (!inThread) {
    return el('button', { type: 'button', class: 'replies', 'data-focus': 'origin', onclick: () => page.openThread(message.thread_ts) }, 'Reply in a thread: open it');
  }
  return message.subtype === 'thread_broadcast' ? el('p', { class: 'muted' }, 'Also sent to the channel') : null;
}

export function draw(message, page, { compact, inThread }) {
  const only = message.ephemeral ? el('p', { class: 'only' }, icon('eye'), ' Only visible to you') : null;
  const reactions = (message.reactions || []).map((item) => reaction(item, message, page));
  const main = el('div', { class: 'content' },
    only,
    compact ? hidden(`${message.author?.name}: `) : byline(message),
    el('div', { class: 'body' }, content(message, page), message.edited ? el('span', { class: 'muted edited' }, ' (edited)') : null),
    broadcast(message, page, inThread),
    reactions.length ? el('div', { class: 'reactions' }, reactions) : null,
    inThread || isReply(message) || message.ephemeral || isDeleted(message) && !message.reply_count ? null : replies(message, page));
  const emoji = message.icons?.emoji ? face(message.icons.emoji.replaceAll(':', '')) : null;
  const author = isDeleted(message) ? { name: '–' } : { ...message.author, ...(emoji ? { image: null } : {}) };
  const side = compact ? el('span', { class: 'side', 'aria-hidden': 'true' }, time(message.ts)) : avatar(author, emoji);
  return [side, main];
}
