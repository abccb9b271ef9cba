// The place above the composer for one thing at a time: a question, a form, a piece of news.

class Tray {
  /** `acts`: email(address), end(), say(sentence), done(): the card was put away and the focus needs a place. */
  constructor(words, acts) {
    this.words = words;
    this.acts = acts;
    this.node = el('div', { class: 'tray', hidden: true });
    this.asked = null;
    this.facts = { isSlow: false, isEnded: false, hasEmail: false, address: '', saved: '', trouble: '' };
  }

  /** Opens the form or the question that the visitor asked for. */
  show(asked) {
    this.asked = asked;
    this.render();
    const target = this.node.querySelector('input, button');
    if (target) target.focus();
  }

  dismiss() {
    this.asked = null;
    this.render();
  }

  know(facts) {
    this.facts = { ...this.facts, ...facts };
    this.render();
  }

  /** What is shown now; the same again is left alone, so that nothing typed is lost. */
  get topic() {
    const { isSlow, isEnded, hasEmail, trouble, saved } = this.facts;
    if (this.asked) return this.asked;
    if (trouble) return 'trouble:' + trouble;
    if (isSlow) return hasEmail ? 'slowKnown' : 'slow';
    if (saved) return 'saved:' + saved;
    return isEnded ? 'ended' : null;
  }

  render() {
    const topic = this.topic;
    if (topic === this.shown) return;
    this.shown = topic;
    const hadFocus = this.node.contains(this.node.getRootNode().activeElement);
    put(this.node, 'hidden', !topic);
    const [name, rest] = topic ? topic.split(/:(.*)/s) : [];
    this.node.replaceChildren(...(topic ? [this[name](rest)] : []));
    if (hadFocus && !this.asked) this.acts.done();
  }

  card(look, ...inside) {
    return el('div', { class: 'card ' + look }, ...inside);
  }

  lead(name, text) {
    return el('p', { class: 'lead' }, icon(name), el('span', null, text));
  }

  slow() {
    const { texts } = this.words;
    const offer = button({ look: 'plain', name: texts.email_menu, words: { icon: null }, press: () => this.show('email') });
    return this.card('warn', this.lead('alert', `${texts.slow} ${texts.slow_email}`), el('div', { class: 'row' }, offer));
  }

  slowKnown() {
    const { texts } = this.words;
    return this.card('warn', this.lead('alert', `${texts.slow} ${texts.slow_known}`));
  }

  trouble(text) {
    return this.card('warn', this.lead('alert', text));
  }

  saved(address) {
    return this.card('', el('p', { class: 'done' }, icon('sent'), el('span', null, fill(this.words.texts.email_saved, { address }))));
  }

  ended() {
    const { texts } = this.words;
    return this.card('', el('p', { class: 'lead' }, texts.ended), el('p', { class: 'sub' }, texts.ended_more));
  }

  end() {
    const { texts } = this.words;
    const yes = button({ look: 'main', name: texts.end_yes, words: { icon: null }, press: () => { this.acts.end(); this.dismiss(); } });
    const no = button({ look: 'plain', name: texts.end_no, words: { icon: null }, press: () => this.dismiss() });
    const question = el('p', { class: 'lead', id: 'silta-ask' }, texts.end_ask);
    return el('div', { class: 'card', role: 'group', 'aria-labelledby': 'silta-ask' }, question, el('div', { class: 'row' }, yes, no));
  }

  email() {
    const { texts } = this.words;
    const input = el('input', { id: 'silta-email', type: 'email', autocomplete: 'email', inputmode: 'email', enterkeyhint: 'done', maxlength: 254,
      autocapitalize: 'off', spellcheck: 'false', required: true, 'aria-describedby': 'silta-why silta-wrong' });
    input.value = this.facts.address;
    this.wrong = el('p', { class: 'why', id: 'silta-wrong', hidden: true }, icon('alert'), el('span'));
    const save = el('button', { type: 'submit', class: 'main' }, texts.email_save);
    const no = button({ look: 'plain', name: texts.cancel, words: { icon: null }, press: () => this.dismiss() });
    const form = el('form', { class: 'card', novalidate: true }, el('label', { for: 'silta-email' }, texts.email_label),
      el('p', { class: 'sub', id: 'silta-why' }, texts.email_why), input, this.wrong, el('div', { class: 'row' }, save, no));
    form.addEventListener('submit', (event) => { event.preventDefault(); this.submit(input); });
    input.addEventListener('input', () => this.complain(input, ''));
    this.input = input;
    return form;
  }

  submit(input) {
    const address = input.value.trim();
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address)) return this.complain(input, this.words.texts.email_bad);
    this.acts.email(address);
  }

  complain(input, text) {
    put(input, 'aria-invalid', text ? 'true' : null);
    this.wrong.hidden = !text;
    write(this.wrong.lastChild, text);
    if (text) input.focus();
    if (text) this.wrong.scrollIntoView({ block: 'nearest' });
    if (text) this.acts.say(text);
  }

  /** The bridge answered about the address: kept, or refused with a reason. */
  emailKept(address) {
    this.facts = { ...this.facts, hasEmail: true, address, saved: address };
    if (this.asked === 'email') this.dismiss();
    else this.render();
  }

  emailRefused(text) {
    if (this.asked === 'email') this.complain(this.input, text);
    else this.know({ trouble: text });
  }
}
