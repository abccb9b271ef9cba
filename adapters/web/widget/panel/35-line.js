// The line to the bridge: a socket, and plain requests where sockets do not get through. It knows nothing of messages:
// frames go out by `deliver`, frames come in at `ears.frame`.

const QUIET = 20;
const PATIENCE = 10;
const GREETING = 10;
const STEADY = 5;
const AGAIN = 60;

class Line {
  /** `ears`: hello() → {site, token, cursor, language}; frame(frame); changed(isUp); tokenLost(); refused(). */
  constructor(origin, ears) {
    this.origin = origin;
    this.ears = ears;
    this.isUp = false;
    this.rest();
  }

  rest() {
    this.isStopped = true;
    this.failures = this.tries = 0;
    this.wait = null;
    this.hasToWait = false;
  }

  connect() {
    this.isStopped = false;
    if (!this.socket && !this.retry) this.openSocket();
  }

  close() {
    this.dropSocket();
    this.stopPolling();
    clearTimeout(this.retry);
    this.retry = null;
    this.rest();
    this.tell(false);
  }

  tell(isUp) {
    if (this.isUp === isUp) return;
    this.isUp = isUp;
    this.ears.changed(isUp);
  }

  openSocket() {
    this.retry = null;
    this.isGreeted = false;
    const address = new URL('/v1/visitor/socket', this.origin);
    address.protocol = address.protocol.replace('http', 'ws');
    try {
      this.socket = new WebSocket(address);
    } catch {
      return this.lost(1006);
    }
    const socket = this.socket;
    socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', ...this.ears.hello() }));
    socket.onmessage = (event) => this.heard(event.data);
    socket.onclose = (event) => this.lost(event.code);
    this.deadline = setTimeout(() => this.lost(1006), GREETING * 1000);
  }

  dropSocket() {
    clearTimeout(this.deadline);
    clearTimeout(this.steady);
    if (!this.socket) return;
    this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
    this.socket = null;
  }

  heard(text) {
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {
      return;
    }
    this.listen(QUIET);
    if (frame.type === 'error' && frame.wait && !frame.key) this.wait = frame.wait;
    if (frame.type === 'changes' && !this.isGreeted) this.greeted(frame);
    else this.ears.frame(frame);
  }

  greeted(frame) {
    this.isGreeted = true;
    this.failures = 0;
    this.stopPolling();
    this.steady = setTimeout(() => { this.tries = 0; }, STEADY * 1000);
    this.ears.frame(frame);
    this.tell(true);
  }

  /** After so many quiet seconds asks whether anybody is still there; no answer is a dead line. */
  listen(seconds, grace = PATIENCE) {
    clearTimeout(this.deadline);
    this.deadline = setTimeout(() => {
      this.put({ type: 'ping' });
      this.deadline = setTimeout(() => this.lost(1006), grace * 1000);
    }, seconds * 1000);
  }

  put(frame) {
    if (this.socket && this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  lost(code) {
    const wasGreeted = this.isGreeted;
    this.dropSocket();
    this.isGreeted = false;
    if (!this.polling) this.tell(false);
    if (code === 4401) return this.forgotten();
    if (code === 4403) return this.refused();
    if (code === 4400) complain('the bridge did not understand a frame of this widget; are both of the same version?');
    this.failures = wasGreeted ? 0 : this.failures + 1;
    this.again(this.delay(code));
    if (this.failures >= 2 && !this.polling) this.poll();
  }

  delay(code) {
    const asked = this.wait;
    this.wait = null;
    this.hasToWait = code === 4429 || code === 4400;
    if (this.hasToWait) return asked || 30;
    if (code === 1012) return Math.random() * 5;
    if (this.failures >= 2) return AGAIN;
    return patience(this.tries++);
  }

  again(seconds) {
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.openSocket(), seconds * 1000);
  }

  /** The network is back or the page is looked at again: no more waiting, and a silent line is asked. */
  nudge() {
    if (this.isStopped || this.hasToWait) return;
    this.tries = 0;
    if (this.socket && this.isGreeted) this.listen(0, 5);
    else if (this.retry && !this.polling) this.again(0);
    if (this.wake) this.wake();
  }

  forgotten() {
    this.close();
    this.ears.tokenLost();
  }

  refused() {
    this.close();
    this.ears.refused();
  }

  /** A frame of the visitor. Its `ok` or `error` comes back at `ears.frame`, whichever way it went. */
  deliver(frame) {
    if (this.polling) this.post(frame);
    else this.put(frame);
  }

  async post({ type, ...body }) {
    const { token } = this.ears.hello();
    const answer = await ask(this.origin, 'POST', `/v1/visitor/${type}`, { token, body });
    const trouble = problem(answer);
    if (answer.status === 401) this.forgotten();
    else if (trouble && trouble.code === 'origin_refused') this.refused();
    else if (trouble) this.ears.frame({ type: 'error', wait: PASSING.includes(trouble.code) ? 3 : 0, ...trouble, key: body.key });
    else this.ears.frame({ type: 'ok', key: body.key });
  }

  async poll() {
    const mine = this.polling = new AbortController();
    let tries = 0;
    let wait = 0;
    while (this.polling === mine) {
      const began = Date.now();
      const answer = await this.fetchChanges(mine, wait);
      if (this.polling !== mine) return;
      const trouble = problem(answer);
      if (answer.status === 401) return this.forgotten();
      if (answer.status === 403) return this.refused();
      wait = trouble ? 0 : 25;
      tries = trouble ? tries + 1 : 0;
      if (!trouble) this.polled(answer.data);
      else this.tell(false);
      const spent = (Date.now() - began) / 1000;
      await this.pause(trouble ? trouble.wait || patience(tries) : Math.max(0, 1 - spent));
    }
  }

  fetchChanges(mine, wait) {
    const { token, cursor } = this.ears.hello();
    const query = new URLSearchParams(cursor ? { cursor, wait } : { wait });
    return ask(this.origin, 'GET', `/v1/visitor/changes?${query}`, { token, signal: mine.signal, seconds: wait + 15 });
  }

  polled({ changes, state }) {
    if (changes) this.ears.frame({ ...changes, type: 'changes' });
    if (state) this.ears.frame({ ...state, type: 'state' });
    this.tell(true);
  }

  pause(seconds) {
    return new Promise((done) => {
      this.wake = done;
      setTimeout(done, seconds * 1000);
    });
  }

  stopPolling() {
    if (this.polling) this.polling.abort();
    this.polling = null;
    if (this.wake) this.wake();
  }
}
