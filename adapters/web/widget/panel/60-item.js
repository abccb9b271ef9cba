// One line of the log: made once, then only touched where it changed, so that nothing is announced twice.

class Item {
  constructor(words, row) {
    this.words = words;
    this.kind = row.from;
    this.bubble = el('div', { class: 'bubble', dir: 'auto' });
    this.node = row.from === 'notice' ? el('li', { class: 'notice', dir: 'auto' }) : this.build(row);
  }

  build(row) {
    this.isOwn = row.from === 'visitor';
    this.name = el('span');
    this.speaker = el('span', { class: 'sender' }, this.name, el('span', { class: 'vh' }, ': '));
    this.clock = el('time');
    this.note = el('span');
    this.mark = icon('sending');
    this.state = el('span', { class: 'state' }, this.mark, this.note);
    this.change = el('span', { class: 'edited' });
    this.meta = el('div', { class: 'meta', 'aria-live': 'off' }, this.change, this.clock, this.isOwn ? this.state : null);
    this.gutter = el('span', { class: 'gutter' });
    const stack = el('div', { class: 'stack' }, this.speaker, this.bubble, this.meta);
    return el('li', { class: 'msg' }, this.isOwn ? null : this.gutter, stack);
  }

  update(row, place) {
    const drawn = JSON.stringify([row.body, row.removed]);
    if (drawn !== this.drawn) this.redraw(row);
    this.drawn = drawn;
    if (this.kind === 'notice') return;
    const isBad = row.state === 'undelivered' || row.state === 'refused';
    const looks = ['msg', this.isOwn ? 'own' : 'agent', place.first && 'first', place.last && 'last', row.removed && 'gone', isBad && 'bad'];
    put(this.node, 'class', looks.filter(Boolean).join(' ') + (this.isFresh ? ' fresh' : ''));
    this.updateSpeaker(row, place);
    this.updateMeta(row, place, isBad);
  }

  redraw(row) {
    const target = this.kind === 'notice' ? this.node : this.bubble;
    if (row.removed) target.replaceChildren(this.words.texts.removed);
    else target.replaceChildren(...draw(row.body));
  }

  updateSpeaker(row, place) {
    const agent = row.agent || { name: this.words.texts.team };
    write(this.name, this.isOwn ? this.words.texts.you : agent.name);
    put(this.speaker, 'class', place.first && !this.isOwn ? 'sender' : 'vh');
    if (this.isOwn) return;
    const shown = place.last ? JSON.stringify(agent) : '';
    if (shown !== this.faced) this.gutter.replaceChildren(...(place.last ? [face(agent, this.words.origin)] : []));
    this.faced = shown;
  }

  updateMeta(row, place, isBad) {
    put(this.meta, 'hidden', !(place.last || isBad || row.edited));
    put(this.clock, 'datetime', new Date(row.at).toISOString());
    write(this.clock, this.words.clock.time(row.at));
    put(this.clock, 'hidden', !place.last);
    write(this.change, row.edited && !row.removed ? this.words.texts.edited : '');
    put(this.change, 'hidden', !row.edited || row.removed);
    if (this.isOwn) this.updateState(row, place, isBad);
  }

  updateState(row, place, isBad) {
    put(this.state, 'hidden', !(place.last || isBad));
    put(this.state, 'data-state', row.state);
    turn(this.mark, isBad ? 'alert' : Object.hasOwn(ICONS, row.state) ? row.state : 'sent');
    write(this.note, row.trouble || this.words.texts[row.state] || this.words.texts.sent);
    this.offer(row, isBad);
  }

  offer(row, isBad) {
    if (isBad === Boolean(this.mend)) return;
    if (this.mend) this.mend.remove();
    this.mend = null;
    if (!isBad) return;
    const isRefused = row.state === 'refused';
    const name = isRefused ? this.words.texts.edit : this.words.texts.retry;
    const press = () => (isRefused ? this.words.rewrite(row) : this.words.resend(row));
    this.mend = button({ look: 'mend', name, words: { icon: 'retry' }, press });
    this.meta.append(this.mend);
  }
}
