// The visitor's side as a whole: joins the launcher, the panel, the conversation and the line to the bridge.

const BANNER = 3;
const SPREAD = 300;
const RTL = /^(ar|fa|he|ur|yi|dv|ps|sd|ug)\b/;

class App {
  constructor(env) {
    this.env = env;
    this.ends = new AbortController();
    this.store = new Store(env.key);
    this.outbox = new Outbox(this.store, this.outboxWays());
    this.chat = new Chat(this.store, this.outbox);
    this.line = new Line(env.origin, this.ears());
    this.launcher = new Launcher(env);
    this.watch();
    if (this.token) this.resume();
  }

  get token() {
    return this.store.get('token');
  }

  outboxWays() {
    return {
      deliver: (frame) => this.line.deliver(frame),
      isUp: () => this.line.isUp,
      suspect: () => this.line.lost(1006),
      settled: (one) => this.settled(one),
      failed: (one, error) => this.failed(one, error),
    };
  }

  ears() {
    return {
      hello: () => this.hello(),
      frame: (frame) => this.heard(frame),
      changed: (isUp) => this.lineChanged(isUp),
      tokenLost: () => this.tokenLost(),
      refused: () => this.refused(),
    };
  }

  watch() {
    const { signal } = this.ends;
    this.store.watch((name, value) => this.otherTab(name, value), signal);
    document.addEventListener('visibilitychange', () => this.looked(), { signal });
    addEventListener('online', () => { this.nudge(); this.warnSoon(); }, { signal });
    addEventListener('offline', () => this.warnSoon(), { signal });
    addEventListener('pagehide', () => this.line.close(), { signal });
    addEventListener('pageshow', (event) => event.persisted && this.token && this.reach(), { signal });
    document.addEventListener('securitypolicyviolation', (event) => this.blocked(event), { signal });
  }

  /** A visitor who has been here before: connects without being asked, to show what is unread. */
  async resume() {
    if (!(await this.ready())) return this.later(30, () => this.panel || this.resume());
    if (this.store.get('open', 'tab') && !matchMedia(SMALL).matches) this.unfold({ keepFocus: true });
    this.reach();
  }

  later(seconds, act) {
    const timer = setTimeout(act, seconds * 1000);
    this.ends.signal.addEventListener('abort', () => clearTimeout(timer));
  }

  /** The site's words and colours, asked once; false when they cannot be had. */
  ready() {
    this.loading ||= this.load();
    return this.loading;
  }

  async load() {
    const query = new URLSearchParams({ key: this.env.key, language: this.env.language });
    const answer = await ask(this.env.origin, 'GET', `/v1/site?${query}`);
    if (this.ends.signal.aborted) return false;
    const trouble = problem(answer);
    if (trouble) this.loading = null;
    if (trouble) this.blame(trouble);
    else this.furnish(answer.data);
    return !trouble;
  }

  furnish({ site, texts, language, limits }) {
    const direction = RTL.test(language) ? 'rtl' : 'ltr';
    this.words = {
      texts, language, direction, clock: new Clock(language, texts), origin: this.env.origin,
      site: site.name, privacy: site.privacy_url, limit: (limits && limits.text) || 10000,
    };
    const wasOpen = this.panel && this.panel.isOpen;
    const hadFocus = wasOpen && this.panel.dialog.contains(this.env.root.activeElement);
    if (this.panel) this.panel.destroy();
    this.launcher.paint(this.env.data.accent || site.accent);
    this.panel = new Panel({ env: this.env, words: this.words, store: this.store, acts: this.acts() });
    this.render();
    if (wasOpen) this.panel.open({ keepFocus: !hadFocus });
  }

  acts() {
    return {
      send: (text) => this.say(text),
      resend: (row) => this.resend(row),
      rewrite: (row) => this.rewrite(row),
      email: (address) => this.request({ type: 'email', key: newKey(), address }),
      transcript: (address) => this.mail(address),
      stay: () => this.stay(),
      end: () => this.request({ type: 'end', key: newKey() }),
      closed: () => this.closed(),
    };
  }

  async open() {
    this.isWanted = true;
    put(this.env.button, 'aria-busy', 'true');
    const isReady = await this.ready();
    put(this.env.button, 'aria-busy', null);
    if (!isReady) return this.launcher.apologise();
    if (this.isWanted && !this.ends.signal.aborted) this.unfold();
  }

  close() {
    this.isWanted = false;
    if (this.panel) this.panel.close();
  }

  unfold(options) {
    if (this.panel.isOpen) return;
    this.panel.open(options);
    this.keepOpen();
    this.render();
    this.emit('open');
  }

  closed() {
    this.store.remove('open', 'tab');
    this.emit('close');
  }

  /** Only a visitor who has said something finds the panel open again on the next page. */
  keepOpen() {
    if (this.token && this.panel && this.panel.isOpen) this.store.set('open', '1', 'tab');
  }

  say(text) {
    const page = { url: location.href.split('#')[0].slice(0, 2000), title: document.title.slice(0, 300) };
    this.request({ type: 'say', key: newKey(), text, page });
    this.emit('sent', { text });
  }

  resend(row) {
    this.request({ type: 'say', key: row.key, text: row.text });
    this.panel.composer.text.focus();
  }

  rewrite(row) {
    this.chat.refusals.delete(row.key);
    this.render();
    return row.text;
  }

  /** Pressed again while the first is under way, it is the same mail. */
  mail(address) {
    const isUnderWay = this.outbox.asks.some((one) => one.frame.type === 'transcript');
    if (!isUnderWay) this.request({ type: 'transcript', key: newKey(), address });
  }

  /** In every tab the question is answered. */
  stay() {
    const asked = this.chat.question(this.chat.rows());
    if (!asked) return;
    this.store.set('stayed', asked.position);
    this.request({ type: 'stay', key: newKey() });
  }

  request(frame) {
    this.outbox.add(frame);
    this.tell({ trouble: '', news: '' });
    this.render();
    this.reach();
  }

  tell(facts) {
    if (this.panel) this.panel.tray.know(facts);
  }

  /** Makes sure that there is a visitor and a line; does nothing where both are there. */
  async reach() {
    if (this.isRefused || this.line.isUp) return;
    this.warnSoon();
    if (!this.token) await this.introduce();
    if (this.token && !this.ends.signal.aborted) this.line.connect();
  }

  async introduce() {
    if (this.isIntroducing) return;
    this.isIntroducing = true;
    for (let tries = 0; !this.token && this.outbox.asks.length && !this.ends.signal.aborted; tries++) {
      const trouble = await this.newToken();
      if (!trouble) break;
      if (['origin_refused', 'unknown_site'].includes(trouble.code)) this.refused(trouble);
      if (this.isRefused) break;
      if (trouble.text) this.tell({ trouble: trouble.text });
      await new Promise((done) => { this.wake = done; setTimeout(done, 1000 * (trouble.wait || 1 + patience(tries))); });
    }
    this.isIntroducing = false;
    this.keepOpen();
  }

  /** Two tabs that speak first at the same moment must not become two visitors. */
  newToken() {
    const create = async () => {
      if (this.token) return null;
      const answer = await ask(this.env.origin, 'POST', '/v1/visitor/session', { body: { site: this.env.key, language: this.env.language } });
      const trouble = problem(answer);
      if (!trouble) this.store.set('token', answer.data.token);
      return trouble;
    };
    return navigator.locks ? this.alone(create) : create();
  }

  /** One tab at a time; the lock outlasts the work, for storage reaches the other tabs a little later. */
  alone(create) {
    return new Promise((done) => {
      const work = async () => {
        done(await create());
        await new Promise((rest) => setTimeout(rest, SPREAD));
      };
      navigator.locks.request(this.store.prefix + 'token', work).catch(async () => done(await create()));
    });
  }

  hello() {
    this.spoken = this.token;
    return { site: this.env.key, token: this.spoken, cursor: this.chat.cursor, language: this.env.language };
  }
}
