// What happens to the visitor's side: frames that come, lines that break, other tabs, and the page's own calls.

Object.assign(App.prototype, {
  heard(frame) {
    if (frame.type === 'changes' && frame.reset) this.panel.hush();
    if (frame.type === 'changes') this.received(this.chat.apply(frame));
    else if (frame.type === 'state') this.chat.state = frame;
    else if (frame.type === 'ok') this.outbox.acknowledged(frame.key);
    else if (frame.type === 'error') this.troubled(frame);
    this.render();
  },

  /** What was told of earlier requests gives way to the conversation. */
  received(news) {
    if (news.length) this.tell({ news: '' });
    for (const message of news) {
      const name = (message.agent || {}).name || this.words.texts.team;
      const words = message.from === 'agent' ? fill(this.words.texts.message_from, { name }) : message.text;
      if (!this.panel.isOpen) this.panel.say(words);
      this.emit('message', { id: message.id, from: name, text: message.text });
    }
  },

  settled(one) {
    this.chat.settled(one);
    this.tell({ trouble: '' });
    const { type, address } = one.frame;
    if (type === 'email') this.store.set('email', address);
    if (this.panel) this.thank(type, address);
    this.render();
  },

  thank(type, address) {
    const { texts } = this.words;
    if (type === 'say') this.panel.say(texts.sent);
    if (type === 'email') this.panel.tray.granted(type, fill(texts.email_saved, { address }));
    if (type === 'transcript') this.panel.tray.granted(type, address ? fill(texts.transcript_sent_to, { address }) : texts.transcript_sent);
    if (type === 'stay') this.panel.tray.granted(type, texts.stayed);
  },

  failed(one, error) {
    const { type, key } = one.frame;
    const text = error.text || this.words.texts.undelivered;
    if (type === 'stay') this.store.remove('stayed');
    if (type === 'say') this.chat.refusals.set(key, { ...one, error: { text } });
    else this.panel.tray.refused(type, text, error.code === 'bad_email');
    if (type === 'say') this.panel.say(text);
    this.render();
  },

  troubled(error) {
    if (!error.key) return;
    const isTriedAgain = this.outbox.troubled(error);
    if (isTriedAgain && error.text && error.wait) this.tell({ trouble: error.text });
  },

  lineChanged(isUp) {
    if (isUp) this.outbox.flush();
    else this.outbox.grounded();
    this.warnSoon();
    this.render();
  },

  /** A break of a moment is nobody's worry: the banner waits, and then says what is the matter. */
  warnSoon() {
    clearTimeout(this.warning);
    if (!this.panel) return;
    const isWell = this.line.isUp || this.isRefused || (!this.token && !this.outbox.asks.length);
    if (!isWell && this.isWarned) return this.warn();
    if (!isWell) this.warning = setTimeout(() => this.warn(), BANNER * 1000);
    else if (!this.isRefused) this.calm();
  },

  warn() {
    const { offline, lost } = this.words.texts;
    const text = navigator.onLine ? lost : offline;
    this.panel.warn(text);
    if (this.panel.isOpen && this.isWarned !== text) this.panel.say(text);
    this.isWarned = text;
  },

  calm() {
    this.panel.warn('');
    if (this.isWarned && this.panel.isOpen) this.panel.say(this.words.texts.back);
    this.isWarned = null;
  },

  /** Whoever is not known any more starts over, with nothing but what they have yet to say. */
  tokenLost() {
    if (this.token === this.spoken) for (const name of ['read', 'email', 'stayed', 'token']) this.store.remove(name);
    this.outbox.restart();
    this.chat.clear();
    if (this.panel) this.panel.tray.dismiss();
    this.tell({ news: '', trouble: '' });
    this.warnSoon();
    this.render();
    if (this.token || this.outbox.asks.length) this.reach();
  },

  refused(trouble) {
    this.isRefused = true;
    this.blame(trouble || { code: 'origin_refused' });
    if (!this.panel) return;
    this.panel.warn(this.words.texts.unavailable);
    this.panel.say(this.words.texts.unavailable);
    this.render();
  },

  blame({ code }) {
    const { key, origin } = this.env;
    if (code === 'unknown_site') return complain(`no site has the key "${key}"; compare data-silta with the snippet of the site.`);
    if (code === 'origin_refused') return complain(`the site "${key}" does not allow this page (${location.origin}); add it to the origins of the site.`);
    complain(`no usable answer from ${origin} (${code}). Is the bridge running, is ${location.origin} among the origins of the site "${key}", ` +
      `and does the Content-Security-Policy of this page allow ${origin} in connect-src?`);
  },

  blocked({ blockedURI, effectiveDirective }) {
    const bare = this.env.origin.replace(/^https?:/, '');
    if (!effectiveDirective.startsWith('connect') || !blockedURI.replace(/^(https?|wss?):/, '').startsWith(bare)) return;
    complain(`the Content-Security-Policy of this page blocks the chat: allow ${this.env.origin} and ${this.env.origin.replace(/^http/, 'ws')} in connect-src.`);
  },

  otherTab(name, value) {
    if (name === 'draft' && this.panel) this.panel.composer.drafted(value);
    else if (name === 'token') this.tokenMoved(value);
    else if (name.startsWith('out:') && value === null) this.settledElsewhere(name.slice(4));
    if (name === 'draft') return;
    this.render();
  },

  tokenMoved(value) {
    if (value && value === this.spoken) return;
    this.line.close();
    this.chat.clear();
    if (!value && !this.store.names('out:').length) this.outbox.clear();
    if (this.panel && (value || this.outbox.asks.length)) this.reach();
    else if (value) this.resume();
  },

  settledElsewhere(key) {
    const one = this.outbox.flying === key ? null : this.outbox.take(key);
    if (one) this.chat.settled(one);
  },

  looked() {
    if (document.visibilityState !== 'visible') return;
    this.nudge();
    this.render();
  },

  nudge() {
    this.line.nudge();
    if (this.wake) this.wake();
  },

  render() {
    if (!this.panel || this.ends.signal.aborted) return;
    const { state } = this.chat;
    const rows = this.chat.rows();
    const isEnded = state.status === 'closed';
    const hasEmail = Boolean(state.email || this.store.get('email'));
    this.panel.header.render(state, this.chat.hasBegun, hasEmail);
    this.panel.log.render(rows);
    this.panel.composer.render(isEnded, this.isRefused);
    this.tell({
      isEnded, isAsked: Boolean(this.chat.question(rows)), isSlow: this.isSlow(), mails: Boolean(state.mail),
      isKnown: Boolean(state.email), hasEmail, address: this.store.get('email') || '',
    });
    if (this.panel.isOpen && document.visibilityState === 'visible') this.chat.markRead();
    this.count();
  },

  count() {
    const count = this.panel.isOpen ? 0 : this.chat.unread().length;
    this.launcher.render(this.words, count);
    if (count !== this.counted) this.emit('unread', { count });
    this.counted = count;
  },

  /** Nothing is said of the team while we ourselves are cut off: then nobody knows. */
  isSlow() {
    clearTimeout(this.slowTimer);
    const seconds = this.line.isUp ? this.chat.unreachedIn() : null;
    if (seconds) this.slowTimer = setTimeout(() => this.render(), seconds * 1000 + 50);
    const isSlow = seconds === 0;
    if (isSlow && !this.wasSlow) this.panel.say(`${this.words.texts.slow} ${this.words.texts.slow_email}`);
    this.wasSlow = isSlow;
    return isSlow;
  },

  emit(name, detail) {
    document.dispatchEvent(new CustomEvent('silta:' + name, { detail, bubbles: true }));
  },

  async setLanguage(language) {
    this.env.language = language;
    if (!this.panel) return;
    this.loading = null;
    const isConnected = this.line.isUp;
    if (!(await this.ready())) return;
    if (isConnected) this.line.close();
    if (isConnected) this.reach();
  },

  hide() {
    this.close();
    this.env.host.hidden = true;
  },

  show() {
    this.env.host.hidden = false;
  },

  forget() {
    this.close();
    this.line.close();
    this.outbox.clear();
    this.chat.clear();
    this.store.forget();
    if (this.panel) this.panel.composer.drafted('');
    if (this.panel) this.panel.tray.dismiss();
    this.tell({ news: '', trouble: '' });
    this.render();
  },

  destroy() {
    this.close();
    this.ends.abort();
    this.line.close();
    this.launcher.destroy();
    for (const timer of [this.warning, this.slowTimer, this.outbox.timer, this.outbox.pause]) clearTimeout(timer);
    if (this.panel) this.panel.destroy();
    this.env.host.remove();
  },

  toggle() {
    if (this.panel && this.panel.isOpen) this.close();
    else return this.open();
  },
});

const VERBS = ['open', 'close', 'toggle', 'show', 'hide', 'setLanguage', 'forget', 'destroy'];

/** Called once by the loader, with what it has drawn. Returns how the page's calls reach this widget. */
export function start(env) {
  const app = new App(env);
  return (verb, ...rest) => {
    if (VERBS.includes(verb)) return app[verb](...rest);
    if (verb !== 'on' && verb !== 'off') complain(`there is no Silta('${verb}').`);
  };
}
