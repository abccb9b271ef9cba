// Joins the parts of the mailbox page: the place in the address, the live socket, the list and the mail.
import { createLetter } from './mail_letter.js';
import { createList } from './mail_list.js';
import { Refusal, latest, listen, read } from './chat_wire.js';

const LOST_AFTER_MS = 3000;
const NOTICE_MS = 5000;
const UNCHOSEN = 'Choose a mail to read it.';
const GONE = 'This mail is not kept any more.';
const at = (id) => document.getElementById(id);
const narrow = window.matchMedia('(max-width: 759px)');

const state = { mails: [], chosen: null, read: new Set(), newest: null };
let shown = null;
let isMoved = false;

const list = createList(at('mails'));
const letter = createLetter(at('letter'), { onBack: () => leave() });

// ---- notices

let noticeTimer = null;
function notify(words, { stays = false } = {}) {
  clearTimeout(noticeTimer);
  at('notice').textContent = words;
  if (words && !stays) noticeTimer = setTimeout(() => { at('notice').textContent = ''; }, NOTICE_MS);
}

// ---- the place

function place() {
  const number = Number(new URLSearchParams(location.hash.slice(1)).get('mail'));
  return Number.isInteger(number) && number > 0 ? number : null;
}

function leave() {
  const left = state.chosen;
  history.pushState(null, '', location.pathname);
  arrive();
  document.querySelector(`[data-number="${left}"]`)?.focus();
}

// ---- drawing

function draw() {
  const count = state.mails.length;
  at('empty').hidden = count > 0;
  at('mails').hidden = count === 0;
  at('letter').hidden = count === 0 && !state.chosen;
  at('box-note').textContent = count ? `${count} ${count === 1 ? 'mail' : 'mails'}, on this machine only` : 'Every mail ends here, on this machine';
  document.title = count ? `Mailbox (${count}) – Playground` : 'Mailbox – Playground';
  document.body.classList.toggle('has-mail', Boolean(state.chosen));
  document.body.classList.toggle('is-empty', count === 0 && !state.chosen);
  list.show(state.mails, state);
}

const open = latest(async () => {
  const number = state.chosen;
  if (!number || shown === number) return;
  try {
    const mail = await read('mail', { number });
    if (number !== state.chosen) return;
    letter.show(mail);
    if (isMoved && narrow.matches) letter.focus();
  } catch (failure) {
    if (!(failure instanceof Refusal)) throw failure;
    letter.clear(GONE);
  }
  shown = number;
});

function arrive() {
  state.chosen = place();
  // On a wide screen the newest mail stands open until another is chosen; on a narrow one the list comes first.
  if (!state.chosen && state.mails.length && !narrow.matches) {
    history.replaceState(null, '', `#mail=${state.mails[0].number}`);
    state.chosen = place();
  }
  if (state.chosen) state.read.add(state.chosen);
  else {
    shown = null;
    letter.clear(UNCHOSEN);
  }
  draw();
  open();
}

// ---- news

function announce(mails) {
  const fresh = mails.filter((mail) => state.newest !== null && mail.number > state.newest);
  if (state.newest === null) mails.forEach((mail) => state.read.add(mail.number));
  state.newest = mails.length ? mails[0].number : 0;
  if (fresh.length === 1) notify(`New mail to ${fresh[0].to}: ${fresh[0].subject}`);
  if (fresh.length > 1) notify(`${fresh.length} new mails`);
}

const refresh = latest(async () => {
  try {
    const { mails } = await read('mails');
    announce(mails);
    state.mails = mails;
    arrive();
  } catch (failure) {
    if (!(failure instanceof Refusal)) throw failure;
    notify(`Cannot read: ${failure.message}`);
  }
});

let lostTimer = null;
let wasLost = false;
listen({
  onOpen: () => {
    clearTimeout(lostTimer);
    lostTimer = null;
    if (wasLost) {
      // Another playground may be behind the same address by now, with other mails under the same numbers.
      notify('Connected again.');
      shown = null;
      state.newest = null;
    }
    wasLost = false;
    refresh();
  },
  onNews: (news) => { if (news.type === 'mails') refresh(); },
  onLost: () => {
    lostTimer ||= setTimeout(() => {
      wasLost = true;
      notify('The playground does not answer. Trying again …', { stays: true });
    }, LOST_AFTER_MS);
  },
});

window.addEventListener('popstate', () => {
  isMoved = true;
  arrive();
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !event.defaultPrevented && narrow.matches && state.chosen) leave();
});
