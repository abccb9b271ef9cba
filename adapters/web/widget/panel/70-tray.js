// The place above the composer for one thing at a time: a question, a form, a piece of news.

class Tray {
  /** `acts`: email(address), transcript(address), stay(), end(), say(sentence), done(): the focus needs a place. */
  constructor(words, acts) {
    this.words = words;
    this.acts = acts;
    this.node = el('div', { class: 'tray', hidden: true });
    this.asked = null;
    this.facts = { isSlow: false, isEnded: false, isAsked: false, mails: false, isKnown: false, hasEmail: false, address: '', news: '', trouble: '' };
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

  /** News are of the chat as it was: its end makes them old. */
  know(facts) {
    const isOver = facts.isEnded && !this.facts.isEnded;
    this.facts = { ...this.facts, ...facts, ...(isOver && { news: '' }) };
    this.render();
  }

  /** What is shown now; the same again is left alone, so that nothing typed is lost. */
  get topic() {
    const { isSlow, isEnded, isAsked, mails, hasEmail, trouble, news } = this.facts;
    if (this.asked) return this.asked;
    if (trouble) return 'trouble:' + trouble;
    if (isSlow) return hasEmail ? 'slowKnown' : 'slow';
    if (isAsked) return 'still';
    if (news) return 'news:' + news;
    return isEnded ? 'ended:' + (mails ? 'mail' : '') : null;
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

  news(text) {
    return this.card('', el('p', { class: 'done' }, icon('sent'), el('span', null, text)));
  }

  /** The question itself stands in the log, just above. */
  still() {
    const yes = button({ look: 'main', name: this.words.texts.stay, words: { icon: null }, press: () => this.acts.stay() });
    return this.card('', el('div', { class: 'row' }, yes));
  }

  ended(mail) {
    const { texts } = this.words;
    const offer = mail && button({ look: 'plain', name: texts.transcript_menu, words: { icon: null }, press: () => this.show('transcript') });
    return this.card('over', el('p', { class: 'lead' }, texts.ended), el('p', { class: 'sub' }, texts.ended_more),
      offer ? el('div', { class: 'row' }, offer) : null);
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
    return this.form({ label: texts.email_label, why: texts.email_why, send: texts.email_save, address: this.facts.address, act: this.acts.email });
  }

  /** The bridge never tells which address was left: the field stays empty for it. */
  transcript() {
    const { texts } = this.words;
    const { isKnown, address } = this.facts;
    const why = isKnown ? `${texts.transcript_why} ${texts.transcript_known}` : texts.transcript_why;
    return this.form({ label: texts.transcript_label, why, send: texts.transcript_send, address: isKnown ? '' : address, act: this.acts.transcript, mayBeEmpty: isKnown });
  }

  form({ label, why, send, address, act, mayBeEmpty = false }) {
    const input = el('input', { id: 'silta-email', type: 'email', autocomplete: 'email', inputmode: 'email', enterkeyhint: 'done', maxlength: 254,
      autocapitalize: 'off', spellcheck: 'false', required: !mayBeEmpty, 'aria-describedby': 'silta-why silta-wrong' });
    input.value = address;
    this.wrong = el('p', { class: 'why', id: 'silta-wrong', hidden: true }, icon('alert'), el('span'));
    const yes = el('button', { type: 'submit', class: 'main' }, send);
    const no = button({ look: 'plain', name: this.words.texts.cancel, words: { icon: null }, press: () => this.dismiss() });
    const form = el('form', { class: 'card', novalidate: true }, el('label', { for: 'silta-email' }, label),
      el('p', { class: 'sub', id: 'silta-why' }, why), input, this.wrong, el('div', { class: 'row' }, yes, no));
    form.addEventListener('submit', (event) => { event.preventDefault(); this.submit(act, mayBeEmpty); });
    input.addEventListener('input', () => this.complain(''));
    this.input = input;
    return form;
  }

  submit(act, mayBeEmpty) {
    const address = this.input.value.trim();
    const isFit = /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address) || (mayBeEmpty && !address);
    if (!isFit) return this.complain(this.words.texts.email_bad);
    act(address);
  }

  /** Under the field; `isFault` when it is what was typed that is wrong. */
  complain(text, isFault = true) {
    put(this.input, 'aria-invalid', text && isFault ? 'true' : null);
    this.wrong.hidden = !text;
    write(this.wrong.lastChild, text);
    if (!text) return;
    this.input.focus();
    this.wrong.scrollIntoView({ block: 'nearest' });
    this.acts.say(text);
  }

  /** The bridge did what was asked for. */
  granted(asked, news) {
    this.facts = { ...this.facts, news };
    if (this.asked === asked) this.dismiss();
    else this.render();
    this.acts.say(news);
  }

  /** It did not, for a reason. */
  refused(asked, text, isFault) {
    if (this.asked === asked) return this.complain(text, isFault);
    this.know({ trouble: text });
    this.acts.say(text);
  }
}
