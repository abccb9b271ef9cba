// The conversation as the visitor's side knows it: what the bridge has told, and what is still on its way there.

const UNREACHED = 15;

/** What nobody should miss: the team's words, and the question whether one is still there. */
function isNews(message) {
  return !message.removed && (message.from === 'agent' || message.notice === 'idle_asked');
}

class Chat {
  constructor(store, outbox) {
    this.store = store;
    this.outbox = outbox;
    this.clear();
  }

  clear() {
    this.messages = new Map();
    this.refusals = new Map();
    this.stored = new Map();
    this.waitingSince = new Map();
    this.cursor = null;
    this.seen = '';
    this.state = { status: 'none', agent: null, email: false, mail: false };
  }

  /** Takes in a `changes` frame; returns the messages that are news. */
  apply(frame) {
    const known = new Set(this.messages.keys());
    const isFirst = this.cursor === null;
    if (frame.reset) this.messages = new Map();
    if (frame.reset) this.stored.clear();
    for (const message of frame.messages || []) this.keep(message);
    this.cursor = frame.cursor;
    this.seen = frame.seen || '';
    return isFirst ? [] : (frame.messages || []).filter((one) => isNews(one) && !known.has(one.id));
  }

  keep(message) {
    this.messages.set(message.id, message);
    if (message.from !== 'visitor') return;
    this.stored.delete(message.key);
    this.refusals.delete(message.key);
    if (message.state !== 'undelivered') this.outbox.acknowledged(message.key);
    if (message.state !== 'sent') this.waitingSince.delete(message.key);
    else if (!this.waitingSince.has(message.key)) this.waitingSince.set(message.key, Date.now());
  }

  /** An `ok` came before its entry: the message is stored, so it is shown as sent. */
  settled({ frame, at }) {
    if (frame.type !== 'say') return;
    const entry = [...this.messages.values()].find((one) => one.key === frame.key);
    if (entry && entry.state !== 'undelivered') return;
    if (entry) this.messages.set(entry.id, { ...entry, state: 'sent' });
    else this.stored.set(frame.key, { frame, at });
    this.waitingSince.set(frame.key, Date.now());
  }

  /** Seconds until a stored message has waited too long for the team's thread: 0 is now, null is never. */
  unreachedIn() {
    if (!this.waitingSince.size) return null;
    const oldest = Math.min(...this.waitingSince.values());
    return Math.max(0, UNREACHED - (Date.now() - oldest) / 1000);
  }

  get hasBegun() {
    return this.messages.size > 0 || this.outbox.asks.length > 0 || this.stored.size > 0;
  }

  /** All that is to be drawn, in order: the bridge's by position, then what is on its way. */
  rows() {
    const told = [...this.messages.values()].sort((a, b) => (a.position < b.position ? -1 : a.position > b.position ? 1 : 0));
    const keys = new Set(told.map((one) => one.key));
    const rest = [
      ...[...this.stored.values()].map((one) => this.ownRow(one, 'sent')),
      ...[...this.refusals.values()].map((one) => ({ ...this.ownRow(one, 'refused'), trouble: one.error.text })),
      ...this.outbox.asks.filter((one) => one.frame.type === 'say').map((one) => this.ownRow(one, 'sending')),
    ].filter((row) => !keys.has(row.key));
    return told.map((one) => this.toldRow(one)).concat(rest.sort((a, b) => a.at - b.at));
  }

  /** The question whether the visitor is still there, for as long as it is the last word and nobody has answered. */
  question(rows) {
    const last = rows[rows.length - 1];
    const isOpen = last && last.notice === 'idle_asked' && this.state.status === 'claimed';
    return isOpen && last.position !== this.store.get('stayed') ? last : null;
  }

  toldRow(message) {
    const row = { ...message, row: message.key || message.id, at: Date.parse(message.at) || Date.now() };
    if (message.from === 'visitor') row.state = this.stateOf(message);
    return row;
  }

  stateOf(message) {
    if (this.outbox.find(message.key)) return 'sending';
    if (message.state !== 'undelivered' && this.seen && message.position <= this.seen) return 'seen';
    return message.state;
  }

  ownRow({ frame, at }, state) {
    return { from: 'visitor', row: frame.key, key: frame.key, at, body: [frame.text], text: frame.text, state };
  }

  unread() {
    const read = this.store.get('read') || '';
    return [...this.messages.values()].filter((one) => isNews(one) && one.position > read);
  }

  markRead() {
    const last = [...this.messages.values()].reduce((top, one) => (one.position > top ? one.position : top), '');
    if (last > (this.store.get('read') || '')) this.store.set('read', last);
  }
}
