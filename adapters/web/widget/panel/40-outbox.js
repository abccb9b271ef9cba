// What the visitor has asked for and the bridge has not yet acknowledged: sent one at a time, in order, and again under
// the same keys after every break. Messages are kept in storage too, so that a reload loses none.

const UNANSWERED = 20;

class Outbox {
  /** `ways`: deliver(frame), isUp(), suspect(), changed(), failed(ask, error), settled(ask). */
  constructor(store, ways) {
    this.store = store;
    this.ways = ways;
    this.asks = [];
    this.flying = null;
    this.number = 0;
    this.restore();
  }

  restore() {
    for (const name of this.store.names('out:')) this.adopt(this.store.get(name));
    this.asks.sort((a, b) => a.at - b.at || a.number - b.number);
  }

  adopt(text) {
    try {
      const one = JSON.parse(text);
      if (one.frame.key && !this.find(one.frame.key)) this.asks.push(one);
    } catch { /* not of our making */ }
  }

  find(key) {
    return this.asks.find((one) => one.frame.key === key);
  }

  add(frame) {
    const one = { frame, at: Date.now(), number: this.number++ };
    this.asks = this.asks.filter((other) => other.frame.key !== frame.key).concat(one);
    if (frame.type === 'say') this.store.set('out:' + frame.key, JSON.stringify(one));
    this.flush();
    return one;
  }

  flush() {
    const first = this.asks[0];
    if (!first || this.flying || this.pause || !this.ways.isUp()) return;
    this.flying = first.frame.key;
    this.timer = setTimeout(() => this.ways.suspect(), UNANSWERED * 1000);
    this.ways.deliver(first.frame);
  }

  /** The line fell: what was on its way may or may not have arrived, so it will go again. */
  grounded() {
    clearTimeout(this.timer);
    this.flying = null;
  }

  take(key) {
    const one = this.find(key);
    if (!one) return null;
    this.asks = this.asks.filter((other) => other !== one);
    this.store.remove('out:' + key);
    if (this.flying === key) this.grounded();
    return one;
  }

  acknowledged(key) {
    const one = this.take(key);
    if (one) this.ways.settled(one);
    this.flush();
  }

  /** Passing trouble is tried again; only what can never succeed is given back. Whether it is tried again. */
  troubled(error) {
    const one = this.find(error.key);
    if (!one) return false;
    if (this.passes(one.frame, error)) {
      this.later(error.wait || 3);
      return true;
    }
    this.take(error.key);
    this.ways.failed(one, error);
    this.flush();
    return false;
  }

  /** Nobody's words wait because too many mails were asked for. */
  passes({ type }, { code, wait }) {
    return PASSING.includes(code) || (type !== 'transcript' && Boolean(wait || code === 'too_fast'));
  }

  later(seconds) {
    this.grounded();
    clearTimeout(this.pause);
    this.pause = setTimeout(() => {
      this.pause = null;
      this.flush();
    }, seconds * 1000);
  }

  /** Another chat begins: what was asked about the last one is off, what is to be said is not. */
  restart() {
    this.asks = this.asks.filter((one) => ['say', 'email'].includes(one.frame.type));
  }

  clear() {
    this.grounded();
    clearTimeout(this.pause);
    this.pause = null;
    for (const one of this.asks) this.store.remove('out:' + one.frame.key);
    this.asks = [];
  }
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
