// Who one is talking to, and what one can do: only what is known to be true is said of anybody.

class Header {
  /** `acts`: email(), transcript(), end(), close(). */
  constructor(words, acts) {
    this.words = words;
    this.acts = acts;
    const { texts } = words;
    this.face = el('span', { class: 'face', 'aria-hidden': 'true' }, icon('chat'));
    this.name = el('span');
    this.title = el('h2', { class: 'name', id: 'silta-title', tabindex: -1 }, el('span', { class: 'vh' }, texts.title + ': '), this.name);
    this.under = el('div', { class: 'under' });
    this.more = button({ look: 'more', name: texts.menu, press: () => this.toggle() });
    this.more.append(icon('more'));
    this.shut = button({ look: 'shut', name: texts.close, press: acts.close });
    this.shut.append(icon('close'));
    this.menu = this.buildMenu();
    this.node = el('div', { class: 'head' }, this.face, el('div', { class: 'who' }, this.title, this.under), this.more, this.menu, this.shut);
    this.node.addEventListener('focusout', (event) => this.left(event));
  }

  buildMenu() {
    const { texts, privacy } = this.words;
    const choose = (act) => () => { this.fold(); act(); };
    this.email = button({ look: 'item', name: texts.email_menu, words: { icon: 'mail' }, press: choose(this.acts.email) });
    this.transcript = button({ look: 'item', name: texts.transcript_menu, words: { icon: 'letter' }, press: choose(this.acts.transcript) });
    this.end = button({ look: 'item', name: texts.end_menu, words: { icon: 'end' }, press: choose(this.acts.end) });
    const href = privacy && safe(privacy);
    const link = href ? el('a', { href, target: '_blank', rel: 'noopener' }, icon('lock'), el('span', null, texts.privacy)) : null;
    put(this.more, 'aria-expanded', 'false');
    put(this.more, 'aria-controls', 'silta-menu');
    return el('div', { class: 'menu', id: 'silta-menu', hidden: true }, this.email, this.transcript, this.end, link);
  }

  get isUnfolded() {
    return !this.menu.hidden;
  }

  toggle() {
    if (this.isUnfolded) return this.fold();
    this.menu.hidden = false;
    put(this.more, 'aria-expanded', 'true');
  }

  fold() {
    if (this.menu.contains(this.node.getRootNode().activeElement)) this.more.focus();
    this.menu.hidden = true;
    put(this.more, 'aria-expanded', 'false');
  }

  left(event) {
    const goesTo = event.relatedTarget;
    if (this.isUnfolded && goesTo && goesTo !== this.more && !this.menu.contains(goesTo)) this.fold();
  }

  render(state, hasBegun, hasEmail) {
    const { texts, site } = this.words;
    const agent = state.status === 'claimed' ? state.agent : null;
    write(this.name, agent ? agent.name : site);
    const standing = { waiting: texts.with_team, claimed: agent ? site : texts.with_team, closed: texts.ended };
    write(this.under, standing[state.status] || (hasBegun ? texts.with_team : texts.ask));
    write(this.email.lastChild, hasEmail ? texts.email_change : texts.email_menu);
    this.transcript.hidden = !state.mail || state.status === 'none';
    this.end.hidden = !['waiting', 'claimed'].includes(state.status);
    this.showFace(agent);
  }

  showFace(agent) {
    const shown = JSON.stringify(agent);
    if (shown === this.shown) return;
    this.shown = shown;
    const fresh = agent ? face(agent, this.words.origin) : el('span', { class: 'face', 'aria-hidden': 'true' }, icon('chat'));
    this.face.replaceWith(fresh);
    this.face = fresh;
  }
}
