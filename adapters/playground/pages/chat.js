// Joins the parts of the chat page: the place in the address, the live socket, the reads, the panes.
import { icon, hidden } from './chat_dom.js';
import { createComposer } from './chat_composer.js';
import { createLog } from './chat_log.js';
import { createDrawer } from './chat_drawer.js';
import { isDeleted, isOfApp } from './chat_message.js';
import { goTo, onMove, readPlace } from './chat_place.js';
import { createSeen } from './chat_seen.js';
import { createSidebar, nameOf, people, roleOf } from './chat_sidebar.js';
import { attempt, createVerbs } from './chat_verbs.js';
import { latest, listen, read } from './chat_wire.js';
import { showMailCount } from './mail_link.js';

const LOST_AFTER_MS = 3000;
const NOTICE_MS = 5000;
const EMPTY = 'Nothing has been said here yet.';
const EMPTY_WITH_APP = 'Nothing here yet. When a visitor writes in the shop’s chat, the conversation appears here.';
const FOLLOWS = new URLSearchParams(location.search).get('follow') === '1';
const at = (id) => document.getElementById(id);
const seen = createSeen();

const page = {
  team: {}, bot: {}, users: new Map(), channels: new Map(), groups: new Map(), presses: new Map(), unread: seen.unread,
  viewer: null, channel: null, thread: null, dismissed: 0,
  isFresh: (message) => message.ts !== page.thread && seen.isFresh(message),
  rowState: (message) => [
    page.viewer, page.thread === message.ts, page.isFresh(message),
    [...page.presses].filter(([key]) => key.startsWith(`${message.ts}/`)),
  ],
  openChannel: (channel) => {
    goTo({ channel, thread: null });
    drawer.close();
    channelComposer.focus();
  },
  openThread: (thread) => {
    goTo({ thread });
    threadComposer.focus();
  },
  become: (viewer) => goTo({ viewer }, { replace: true }),
};

const verbs = createVerbs({ page, redraw: () => logs.forEach((log) => log.redraw()), complain: (words) => notify(words) });
Object.assign(page, { press: verbs.press, react: verbs.react, edit: verbs.edit, remove: verbs.remove });

const channelLog = createLog({ inThread: false, page });
const threadLog = createLog({ inThread: true, page });
const logs = [channelLog, threadLog];
const channelComposer = createComposer({ id: 'say', send: verbs.say(() => null), editLast: channelLog.editLast });
const threadComposer = createComposer({ id: 'answer', send: verbs.say(() => page.thread), editLast: threadLog.editLast, offerBroadcast: true });
at('channel-pane').append(channelLog.element, channelComposer.element);
at('thread-pane').append(threadLog.element, at('thread-status'), threadComposer.element);
const sidebar = createSidebar(at('sidebar'));
const drawer = createDrawer({ opener: at('menu'), rest: at('main'), first: at('viewer'), backdrop: at('backdrop') });

// ---- notices

let noticeTimer = null;
function notify(words, { stays = false } = {}) {
  clearTimeout(noticeTimer);
  at('notice').textContent = words;
  if (words && !stays) noticeTimer = setTimeout(() => { at('notice').textContent = ''; }, NOTICE_MS);
}

// ---- reading

async function readWorkspace() {
  const workspace = await read('workspace');
  page.team = workspace.team;
  page.bot = workspace.bot;
  page.users = new Map(workspace.users.map((user) => [user.id, user]));
  page.channels = new Map(workspace.channels.map((channel) => [channel.id, channel]));
  page.groups = new Map((workspace.usergroups || []).map((group) => [group.id, group]));
}

function stillHere({ channel, viewer, thread = page.thread }) {
  return channel === page.channel && viewer === page.viewer && thread === page.thread;
}

const readChannel = latest(async () => {
  const { channel, viewer } = page;
  const { messages } = await read('channel', { channel, viewer });
  if (!stillHere({ channel, viewer })) return;
  seen.sawChannel(channel, messages);
  channelLog.show(messages);
  follow(messages);
});

const readThread = latest(async () => {
  const { channel, viewer, thread } = page;
  if (!thread) return;
  const { messages, status } = await read('thread', { channel, ts: thread, viewer });
  if (!stillHere({ channel, viewer, thread })) return;
  seen.sawThread(thread, messages);
  threadLog.show(messages);
  at('thread-status').textContent = status || '';
  channelLog.redraw();
});

// A channel may have been archived, renamed or left: the heads are as fresh as the messages.
const readHeads = latest(async () => {
  await readWorkspace();
  drawHeads();
});

async function glance(channel) {
  const { messages } = await read('channel', { channel, viewer: page.viewer });
  if (channel !== page.channel) seen.glanced(channel, messages);
  sidebar.show(page);
  at('menu').classList.toggle('unread', page.unread.size > 0);
}

async function refresh() {
  const failure = await attempt(async () => {
    await readWorkspace();
    arrive();
    await Promise.all([...page.channels.keys()].filter((id) => id !== page.channel).map(glance));
  });
  if (failure) notify(`Cannot read: ${failure}`);
}

const readPanes = async () => {
  const failures = await Promise.all([attempt(readChannel), attempt(readThread)]);
  if (failures[0]) notify(`Cannot read the channel: ${failures[0]}`);
  else if (failures[1]) loseThread(failures[1]);
};

function loseThread(failure) {
  notify(`Cannot open the thread: ${failure}`);
  goTo({ thread: null }, { replace: true });
}

// The demo's frame shows a new conversation by itself, but never again one that was closed by hand.
function follow(messages) {
  if (!FOLLOWS || page.thread) return;
  const isThread = (message) => (message.reply_count || isOfApp(message, page)) && !message.ephemeral && !isDeleted(message);
  const newest = messages.filter((message) => isThread(message) && Number(message.ts) > page.dismissed).at(-1);
  if (newest) goTo({ thread: newest.ts }, { replace: true });
}

// ---- arriving at a place

function settle() {
  const place = readPlace();
  const channels = [...page.channels.values()];
  const usual = channels.find((channel) => channel.bot_is_member && !channel.is_archived) || channels[0];
  const someone = people(page.users);
  return {
    channel: page.channels.has(place.channel) ? place.channel : usual.id,
    thread: place.thread,
    viewer: page.users.has(place.viewer) ? place.viewer : (someone.find((user) => !roleOf(user)) || someone[0]).id,
  };
}

function arrive() {
  const before = { ...page };
  Object.assign(page, settle());
  const isElsewhere = before.channel !== page.channel || before.viewer !== page.viewer;
  if (isElsewhere) {
    channelLog.reset();
    page.presses.clear();
  }
  if (isElsewhere || before.thread !== page.thread) threadLog.reset();
  goTo({ channel: page.channel, viewer: page.viewer }, { replace: true });
  drawHeads();
  logs.forEach((log) => log.redraw());
  readPanes();
}

function drawHeads() {
  const channel = page.channels.get(page.channel);
  const name = `#${channel.name}`;
  const person = nameOf(page.users.get(page.viewer));
  const isShut = channel.is_archived ? 'This channel is archived: nobody can write here.' : '';
  page.unread.delete(page.channel);
  sidebar.show(page);
  at('menu').classList.toggle('unread', page.unread.size > 0);
  at('channel-name').textContent = name;
  at('channel-note').textContent = channel.bot_is_member ? 'The app is a member of this channel' : 'The app is not in this channel';
  at('thread-note').textContent = `in ${name}`;
  at('thread-pane').hidden = !page.thread;
  document.body.classList.toggle('has-thread', Boolean(page.thread));
  channelLog.name(`Messages in ${name}`, channel.bot_is_member ? EMPTY_WITH_APP : EMPTY);
  threadLog.name(`Thread in ${name}`, '');
  channelComposer.open({ place: page.channel, label: { field: `Message ${name}`, channel: name }, person, isShut });
  threadComposer.open({ place: `${page.channel}:${page.thread}`, label: { field: 'Reply in the thread', channel: name }, person, isShut });
}

function closeThread() {
  const thread = page.thread;
  if (!thread) return;
  page.dismissed = Math.max(page.dismissed, Number(thread));
  goTo({ thread: null });
  const opener = document.querySelector(`[data-thread="${CSS.escape(thread)}"]`);
  if (opener) opener.focus();
  else channelComposer.focus();
}

// ---- news

function hear(news) {
  if (news.type === 'connections') sidebar.showConnections(news.count);
  if (news.type === 'mails') showMailCount(news.count);
  if (news.type !== 'changed') return;
  if (page.channels.has(news.channel)) attempt(readHeads);
  if (!page.channels.has(news.channel)) refresh();
  else if (news.channel === page.channel) readPanes();
  else attempt(() => glance(news.channel));
}

let lostTimer = null;
let wasLost = false;
listen({
  onOpen: () => {
    clearTimeout(lostTimer);
    lostTimer = null;
    if (wasLost) notify('Connected again.');
    wasLost = false;
    showMailCount(0);
    refresh();
  },
  onNews: hear,
  onLost: () => {
    lostTimer ||= setTimeout(() => {
      wasLost = true;
      notify('The playground does not answer. Trying again …', { stays: true });
    }, LOST_AFTER_MS);
  },
});

onMove(() => { if (page.channels.size) arrive(); });
at('menu').append(icon('menu'), hidden('Channels and who you are'));
at('close-thread').append(icon('close'), hidden('Close the thread'));
at('close-thread').addEventListener('click', closeThread);
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]')) return;
  if (drawer.isOpen()) drawer.close();
  else closeThread();
});
