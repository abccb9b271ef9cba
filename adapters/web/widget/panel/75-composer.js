// Where the visitor writes. The draft outlives a reload and is the same in every tab that is not being typed in.

const NEAR_LIMIT = 200;

class Composer {
  /** `acts`: send(text); say(sentence) for those who listen. */
  constructor(words, store, acts) {
    this.words = words;
    this.store = store;
    this.acts = acts;
    const { texts } = words;
    this.text = el('textarea', { id: 'silta-text', rows: 1, 'aria-label': texts.write, placeholder: texts.write, enterkeyhint: 'send', 'aria-describedby': 'silta-left', dir: 'auto' });
    this.left = el('div', { class: 'left', id: 'silta-left', hidden: true });
    this.send = el('button', { type: 'submit', class: 'send main', 'aria-label': texts.send }, icon('send'));
    this.node = el('form', { class: 'write' }, this.left, el('div', { class: 'box' }, this.text), this.send);
    this.listen();
    this.text.value = store.get('draft') || '';
    this.count();
  }

  listen() {
    this.node.addEventListener('submit', (event) => { event.preventDefault(); this.submit(); });
    this.text.addEventListener('input', () => this.typed());
    this.text.addEventListener('keydown', (event) => this.pressed(event));
    this.sizes = new ResizeObserver(() => this.grow());
    this.sizes.observe(this.node);
  }

  /** Enter sends, but never while an input method is composing (229 is how older Safari says so). */
  pressed(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.submit();
  }

  typed() {
    if (this.text.value) this.store.set('draft', this.text.value);
    else this.store.remove('draft');
    this.count();
    this.grow();
  }

  /** Another tab changed the draft. */
  drafted(value) {
    if (document.hasFocus() && this.node.getRootNode().activeElement === this.text) return;
    this.text.value = value || '';
    this.count();
    this.grow();
  }

  put(text) {
    this.text.value = text;
    this.typed();
    this.text.focus();
  }

  /** Characters as the bridge counts them: code points, without the space around. */
  get room() {
    return this.words.limit - [...this.text.value.trim()].length;
  }

  count() {
    put(this.send, 'data-empty', this.text.value.trim() ? null : true);
    const isNear = this.text.value.length > this.words.limit - NEAR_LIMIT && this.room <= NEAR_LIMIT;
    this.left.hidden = !isNear;
    put(this.text, 'aria-invalid', isNear && this.room < 0 ? 'true' : null);
    if (!isNear) return write(this.left, '');
    put(this.left, 'class', this.room < 0 ? 'left over' : 'left');
    write(this.left, this.words.clock.counted(this.room < 0 ? 'over' : 'left', Math.abs(this.room)));
  }

  grow() {
    const style = this.text.style;
    style.height = 'auto';
    const height = this.text.scrollHeight + 2;
    if (height > 4) style.height = `${height}px`;
  }

  submit() {
    const text = this.text.value.trim().replace(/\p{Surrogate}/gu, '\ufffd');
    if (!text) return this.text.focus();
    if (this.room < 0) return this.acts.say(this.left.textContent);
    this.text.value = '';
    this.typed();
    this.text.focus();
    this.acts.send(text);
  }

  render(isEnded, isRefused) {
    put(this.text, 'placeholder', isEnded ? this.words.texts.write_again : this.words.texts.write);
    this.text.disabled = this.send.disabled = Boolean(isRefused);
  }

  close() {
    this.sizes.disconnect();
  }
}
