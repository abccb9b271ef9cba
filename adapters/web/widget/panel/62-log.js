// The log: messages in runs, days between them, and a view that stays at the end unless the visitor reads further up.

const RUN = 5 * 60 * 1000;

class Log {
  /** `words`: texts, clock, origin, privacy, and what the buttons of a message do. */
  constructor(words) {
    this.words = words;
    this.items = new Map();
    this.list = el('ol');
    this.log = el('div', { class: 'log', role: 'log', tabindex: 0, 'aria-label': words.texts.log, 'aria-live': 'off', 'aria-relevant': 'additions' },
      this.welcome(), this.list);
    this.newest = button({ look: 'newest', name: words.texts.newest, words: { icon: 'down' }, press: () => this.toEnd() });
    this.newest.hidden = true;
    this.node = el('div', { class: 'middle' }, this.log, this.newest);
    this.isAtEnd = true;
    this.log.addEventListener('scroll', () => this.scrolled(), { passive: true });
    this.sizes = new ResizeObserver(() => this.isAtEnd && this.toEnd());
    this.sizes.observe(this.log);
  }

  welcome() {
    const { texts, privacy } = this.words;
    const href = privacy && safe(privacy);
    const link = href && el('p', { class: 'small' }, icon('lock'), el('a', { href, target: '_blank', rel: 'noopener' }, texts.privacy));
    return el('div', { class: 'welcome' }, el('p', { class: 'hello' }, texts.greeting), el('p', null, texts.intro), link || null);
  }

  /** From now on what is added is announced; what was there before is not. */
  live(isLive) {
    put(this.log, 'aria-live', isLive ? 'polite' : 'off');
    this.isLive = isLive;
  }

  /** What made the log shorter, a card above the composer, is not the visitor reading further up. */
  scrolled() {
    if (this.isAtEnd && this.log.clientHeight < this.height) return this.toEnd();
    this.isAtEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 48;
    if (this.isAtEnd) this.newest.hidden = true;
  }

  toEnd() {
    if (this.newest === this.deepFocus()) this.log.focus();
    this.log.scrollTop = this.log.scrollHeight;
    this.height = this.log.clientHeight;
    this.isAtEnd = true;
    this.newest.hidden = true;
  }

  deepFocus() {
    return this.node.getRootNode().activeElement;
  }

  render(rows) {
    const before = this.items.size;
    const nodes = [];
    const kept = new Set();
    rows.forEach((row, at) => {
      if (this.opensDay(rows, at)) nodes.push(this.dayNode(row.at, kept));
      nodes.push(this.rowNode(row, this.place(rows, at), kept));
    });
    for (const [name, item] of this.items) if (!kept.has(name)) this.drop(name, item);
    this.arrange(nodes);
    this.follow(rows, before);
  }

  opensDay(rows, at) {
    return at === 0 || this.words.clock.dayKey(rows[at].at) !== this.words.clock.dayKey(rows[at - 1].at);
  }

  place(rows, at) {
    const joins = (a, b) => a && b && a.from === b.from && a.from !== 'notice' && (a.agent || {}).id === (b.agent || {}).id &&
      Math.abs(b.at - a.at) < RUN && this.words.clock.dayKey(a.at) === this.words.clock.dayKey(b.at);
    return { first: !joins(rows[at - 1], rows[at]), last: !joins(rows[at], rows[at + 1]) };
  }

  dayNode(at, kept) {
    const name = 'day:' + this.words.clock.dayKey(at);
    kept.add(name);
    if (!this.items.has(name)) this.items.set(name, { node: el('li', { class: 'day', 'aria-live': 'off' }) });
    const { node } = this.items.get(name);
    write(node, this.words.clock.day(at));
    return node;
  }

  rowNode(row, place, kept) {
    const name = row.row;
    kept.add(name);
    if (!this.items.has(name)) {
      const item = new Item(this.words, row);
      item.isFresh = this.isLive;
      this.items.set(name, item);
    }
    const item = this.items.get(name);
    item.update(row, place);
    return item.node;
  }

  drop(name, item) {
    item.node.remove();
    this.items.delete(name);
  }

  /** Moves only what is out of place: a node put back where it was would be announced again. */
  arrange(nodes) {
    let next = this.list.firstChild;
    for (const node of nodes) {
      if (node === next) next = next.nextSibling;
      else this.list.insertBefore(node, next);
    }
  }

  follow(rows, before) {
    const last = rows[rows.length - 1];
    if (this.isAtEnd) this.toEnd();
    else if (this.items.size > before && last && last.from === 'visitor') this.toEnd();
    else if (this.items.size > before && this.isLive) this.newest.hidden = false;
  }

  close() {
    this.sizes.disconnect();
  }
}
