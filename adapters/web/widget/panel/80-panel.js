// The panel: a dialog beside the page on wide screens, a modal one over it on small ones.

const SMALL = '(max-width: 480px), (max-height: 480px)';

class Panel {
  /** `acts`: send, resend, rewrite, email, transcript, stay, end, closed. */
  constructor({ env, words, store, acts }) {
    this.env = env;
    this.acts = acts;
    this.isOpen = false;
    this.ends = new AbortController();
    this.small = matchMedia(SMALL);
    this.build(words, store);
    this.listen();
  }

  build(words, store) {
    const say = (text) => this.say(text);
    const ask = (name) => () => this.tray.show(name);
    this.header = new Header(words, { email: ask('email'), transcript: ask('transcript'), end: ask('end'), close: () => this.close() });
    this.log = new Log({ ...words, resend: this.acts.resend, rewrite: (row) => this.composer.put(this.acts.rewrite(row)) });
    this.tray = new Tray(words, { ...this.acts, done: () => this.focus(), say });
    this.composer = new Composer(words, store, { send: this.acts.send, say });
    this.banner = el('div', { class: 'banner', hidden: true }, icon('alert'), el('span'));
    this.status = el('div', { class: 'vh', role: 'status' });
    this.dialog = el('dialog', { class: 'panel', lang: words.language, dir: words.direction, 'aria-labelledby': 'silta-title' },
      this.header.node, this.banner, this.log.node, this.tray.node, this.composer.node, this.status);
    this.env.silta.append(this.dialog);
  }

  listen() {
    const { signal } = this.ends;
    this.dialog.addEventListener('keydown', (event) => this.pressed(event));
    for (const kind of ['keypress', 'keyup']) this.dialog.addEventListener(kind, (event) => event.stopPropagation());
    this.dialog.addEventListener('cancel', (event) => { event.preventDefault(); this.escape(); });
    this.dialog.addEventListener('close', () => this.isOpen && !this.dialog.open && this.close());
    this.dialog.addEventListener('click', (event) => {
      if (this.header.isUnfolded && !event.composedPath().includes(this.header.node)) this.header.fold();
    });
    addEventListener('keydown', (event) => this.pressedOutside(event), { signal });
    this.small.addEventListener('change', () => this.isOpen && this.fit(true), { signal });
    const view = window.visualViewport;
    for (const kind of ['resize', 'scroll']) if (view) view.addEventListener(kind, () => this.measure(), { signal });
  }

  /** Keys typed here are none of the page's business: its shortcuts would take them for its own. */
  pressed(event) {
    event.stopPropagation();
    if (event.key !== 'Escape' || event.isComposing) return;
    event.preventDefault();
    this.escape();
  }

  escape() {
    if (this.header.isUnfolded) return this.header.fold();
    if (this.tray.asked) return this.tray.dismiss();
    this.close();
  }

  /** Escape on the page closes the panel only where it hides what has the focus. */
  pressedOutside(event) {
    if (event.key !== 'Escape' || event.defaultPrevented || !this.isOpen || this.dialog.matches(':modal')) return;
    const held = document.activeElement;
    if (held === this.env.host) return this.close();
    if (!held || held === document.body) return;
    const [a, b] = [held.getBoundingClientRect(), this.dialog.getBoundingClientRect()];
    if (a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top) this.close({ keepFocus: true });
  }

  open({ keepFocus } = {}) {
    if (this.isOpen) return;
    this.isOpen = true;
    this.fit(!keepFocus);
    put(this.env.button, 'aria-expanded', 'true');
    turn(this.env.button.querySelector('svg'), 'down');
    this.log.toEnd();
    this.composer.grow();
    this.hush();
  }

  /** What is filled in now is history: it is not announced, and what comes afterwards is. */
  hush() {
    this.log.live(false);
    clearTimeout(this.liveSoon);
    if (this.isOpen) this.liveSoon = setTimeout(() => this.log.live(true), 400);
  }

  /** Non-modal panels are opened by the attribute: `show()` would move the focus by rules of its own. */
  fit(takesFocus) {
    const held = this.env.root.activeElement;
    if (this.dialog.open) this.dialog.close();
    put(this.dialog, 'data-full', this.small.matches);
    put(this.dialog, 'data-side', this.side());
    this.measure();
    if (this.small.matches) this.dialog.showModal();
    else this.dialog.open = true;
    if (held && this.dialog.contains(held)) held.focus();
    else if (takesFocus) this.focus();
  }

  /** On touch screens the keyboard would cover what one came to read. */
  focus() {
    const isTitle = matchMedia('(pointer: coarse)').matches || this.composer.text.disabled;
    const target = isTitle ? this.header.title : this.composer.text;
    target.focus({ preventScroll: true });
  }

  side() {
    const { left, width } = this.env.button.getBoundingClientRect();
    return width && left + width / 2 < innerWidth / 2 ? 'left' : 'right';
  }

  measure() {
    const view = window.visualViewport;
    if (!view || !this.small.matches) return;
    this.dialog.style.setProperty('--height', `${view.height}px`);
    this.dialog.style.setProperty('--top', `${view.offsetTop}px`);
  }

  close({ keepFocus } = {}) {
    if (!this.isOpen) return;
    this.isOpen = false;
    clearTimeout(this.liveSoon);
    this.log.live(false);
    this.header.fold();
    const hadFocus = this.dialog.contains(this.env.root.activeElement) || this.dialog.matches(':modal');
    if (this.dialog.open) this.dialog.close();
    put(this.env.button, 'aria-expanded', 'false');
    turn(this.env.button.querySelector('svg'), 'chat');
    if (hadFocus && !keepFocus) this.env.button.focus({ preventScroll: true });
    this.acts.closed();
  }

  /** Said once, politely; emptied again so that the same words can be said anew. */
  say(text) {
    const place = this.isOpen ? this.status : this.env.status;
    write(place, text);
    clearTimeout(this.silence);
    this.silence = setTimeout(() => { this.status.textContent = this.env.status.textContent = ''; }, 4000);
  }

  warn(text) {
    write(this.banner.lastChild, text || '');
    this.banner.hidden = !text;
  }

  destroy() {
    this.ends.abort();
    clearTimeout(this.liveSoon);
    clearTimeout(this.silence);
    this.log.close();
    this.composer.close();
    this.isOpen = false;
    this.dialog.remove();
  }
}
