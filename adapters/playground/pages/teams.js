// Joins the parts of the Teams page: the place in the address, the live socket, the reads, the feed.
import { el, hidden, icon } from './chat_dom.js';
import { createDrawer } from './chat_drawer.js';
import { goTo, onMove, readPlace } from './chat_place.js';
import { attempt } from './chat_verbs.js';
import { latest } from './chat_wire.js';
import { createComposer } from './teams_composer.js';
import { createFeed } from './teams_feed.js';
import { channelsOf, createSidebar } from './teams_sidebar.js';
import { createVerbs } from './teams_verbs.js';
import { listen, read, readState } from './teams_wire.js';
import { createWorkshop } from './teams_workshop.js';

const LOST_AFTER_MS = 3000;
const NOTICE_MS = 5000;
const EMPTY = 'Nothing here yet. When a visitor writes in a shop that is answered in Teams, the conversation appears here.';
const at = (id) => document.getElementById(id);

const page = {
  tenant: '', team: {}, bot: {}, people: new Map(), channels: new Map(), presses: new Map(), unread: new Set(), folds: new Map(), isConsented: true,
  viewer: null, channel: null, threads: new Map(), isRead: false,
  isShut: () => page.team.is_archived,
  names: () => [page.bot.name, ...page.channels.get(page.channel).members.filter((id) => id !== page.viewer).map((id) => page.people.get(id)?.name).filter(Boolean)],
  openChannel: (channel) => {
    goTo({ channel });
    drawer.close();
    composer.focus();
  },
  become: (viewer) => goTo({ viewer }, { replace: true }),
};
const show = () => { if (page.isRead) feed.show([...page.threads.values()]); };
const verbs = createVerbs({ page, redraw: show, complain: (words) => notify(words), announce: (words) => feed.announce(words) });
Object.assign(page, verbs);

const feed = createFeed(page, at('news'));
const composer = createComposer({ id: 'say', page, send: (text) => page.say(text) });
const note = el('p', { class: 'muted note' });
at('channel-pane').append(feed.element, el('div', { class: 'foot' }, composer.element, note));
const drawSidebar = createSidebar(at('sidebar'));
const drawer = createDrawer({ opener: at('menu'), rest: at('main'), first: at('viewer'), backdrop: at('backdrop') });
const workshop = createWorkshop({ root: at('workshop'), opener: at('open-workshop'), closer: at('close-workshop') });

let noticeTimer = null;
function notify(words, { stays = false } = {}) {
  clearTimeout(noticeTimer);
  at('notice').textContent = words;
  if (words && !stays) noticeTimer = setTimeout(() => { at('notice').textContent = ''; }, NOTICE_MS);
}

// ---- reading

async function readTeam() {
  const state = await readState();
  Object.assign(page, {
    tenant: state.tenant, team: state.team, bot: state.bot, isConsented: state.is_consented,
    people: new Map(state.people.map((person) => [person.id, person])),
    channels: new Map(state.channels.map((channel) => [channel.id, channel])),
  });
  workshop.show(state);
}

const isHere = ({ channel, viewer }) => channel === page.channel && viewer === page.viewer;
const thread = (place, id) => read('thread', { ...place, id }).then(({ messages }) => messages);

const readFeed = latest(async () => {
  const place = { channel: page.channel, viewer: page.viewer };
  const { messages } = await read('messages', place);
  const threads = await Promise.all(messages.map((root) => (root.replies ? thread(place, root.id) : [root])));
  if (!isHere(place)) return;
  page.threads = new Map(threads.map((found) => [found[0].id, found]));
  page.isRead = true;
  remember(page.channel, newest(messages));
  show();
});

const behind = new Set();
const readThreads = latest(async () => {
  const place = { channel: page.channel, viewer: page.viewer };
  const roots = [...behind];
  behind.clear();
  const threads = await Promise.all(roots.map((root) => thread(place, root)));
  if (!isHere(place)) return;
  threads.filter((found) => found.length).forEach((found) => page.threads.set(found[0].id, found));
  remember(page.channel, Math.max(0, ...threads.flat().map((message) => message.at)));
  show();
});

const seen = new Map();
const newest = (messages) => Math.max(0, ...messages.map((root) => Math.max(root.at, root.latest || 0)));
const remember = (channel, moment) => seen.set(channel, Math.max(seen.get(channel) || 0, moment));

async function glance(channel) {
  const { messages } = await read('messages', { channel });
  const isNews = seen.has(channel) && newest(messages) > seen.get(channel);
  if (!seen.has(channel)) remember(channel, newest(messages));
  if (isNews && channel !== page.channel) {
    page.unread.add(channel);
    document.dispatchEvent(new CustomEvent('playground:news'));
  }
  drawHeads();
}

const orNotify = async (work) => {
  const failure = await attempt(work);
  if (failure) notify(`Cannot read: ${failure}`);
};

const refresh = latest(() => orNotify(async () => {
  await readTeam();
  arrive();
  await Promise.all([readFeed(), ...channelsOf(page).filter((one) => one.id !== page.channel).map((one) => glance(one.id))]);
}));

// ---- arriving at a place

function settle() {
  const place = readPlace();
  const viewer = page.people.has(place.viewer) ? place.viewer : page.people.keys().next().value;
  const mine = channelsOf({ ...page, viewer });
  const usual = mine.find((channel) => !channel.is_general) || mine[0];
  return { viewer, channel: mine.some((one) => one.id === place.channel) ? place.channel : usual?.id || null };
}

function arrive() {
  const before = { ...page };
  Object.assign(page, settle());
  if (before.channel !== page.channel || before.viewer !== page.viewer) {
    page.presses.clear();
    page.threads.clear();
    page.isRead = false;
    feed.reset();
    if (before.channel && page.channel) orNotify(readFeed);
  }
  goTo({ channel: page.channel, viewer: page.viewer }, { replace: true });
  drawHeads();
  show();
}

function warning() {
  if (page.team.is_archived) return 'This team is archived: nobody can write here.';
  if (!page.bot.is_installed) return `${page.bot.name} is not in this team: it hears nothing, and its cards are dead.`;
  return page.isConsented ? '' : `The team has not consented that ${page.bot.name} hears everything: only messages that mention @${page.bot.name} reach it.`;
}

function drawHeads() {
  const channel = page.channels.get(page.channel);
  drawSidebar(page);
  if (!channel) return;
  page.unread.delete(page.channel);
  at('menu').classList.toggle('unread', page.unread.size > 0);
  at('channel-name').textContent = channel.name;
  at('channel-note').textContent = `${page.team.name} · ${channel.members.length} people${channel.kind === 'shared' ? ' · shared with another organisation' : ''}`;
  at('warning').textContent = warning();
  at('warning').hidden = !at('warning').textContent;
  feed.name(`Posts in ${channel.name}`, channel.is_general ? 'Nothing has been posted here yet.' : EMPTY);
  note.textContent = `As ${page.people.get(page.viewer).name}. Enter sends, Shift+Enter: new line, @${page.bot.name} mentions the app.`;
  composer.open({ place: page.channel, label: `New post in ${channel.name}`, words: 'Start a new post', isShut: page.isShut() });
}

// ---- news

function hear(news) {
  if (news.type === 'team' || !page.channels.has(news.channel)) refresh();
  else if (news.channel !== page.channel) attempt(() => glance(news.channel));
  else if (news.thread && page.threads.has(news.thread)) {
    behind.add(news.thread);
    orNotify(readThreads);
  } else orNotify(readFeed);
}

let lostTimer = null;
let wasLost = false;
listen({
  onOpen: () => {
    clearTimeout(lostTimer);
    lostTimer = null;
    if (wasLost) notify('Connected again.');
    wasLost = false;
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
at('open-workshop').append(icon('tools'), el('span', { class: 'workshop-word' }, 'Playground'));
at('close-workshop').append(icon('close'), hidden('Close the playground drawer'));
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]')) return;
  if (drawer.isOpen()) drawer.close();
  else if (workshop.isOpen()) workshop.close();
});
