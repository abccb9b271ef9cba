// Times and numbers in the visitor's own words, all from what the browser knows.

class Clock {
  constructor(language, texts) {
    this.texts = texts;
    this.plural = new Intl.PluralRules(language);
    this.number = new Intl.NumberFormat(language);
    this.hours = new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' });
    this.near = new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long' });
    this.far = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'long', year: 'numeric' });
  }

  time(at) {
    return this.hours.format(at);
  }

  /** One name for each day of the visitor's own calendar. */
  dayKey(at) {
    const date = new Date(at);
    return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
  }

  day(at) {
    const now = new Date();
    const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1, 12);
    if (this.dayKey(at) === this.dayKey(now)) return this.texts.today;
    if (this.dayKey(at) === this.dayKey(yesterday)) return this.texts.yesterday;
    const format = new Date(at).getFullYear() === now.getFullYear() ? this.near : this.far;
    return format.format(at);
  }

  /** A sentence that counts: `name_one` or `name_other` of the texts. */
  counted(name, count) {
    const form = this.texts[`${name}_${this.plural.select(count)}`] || this.texts[`${name}_other`];
    return fill(form, { count: this.number.format(count) });
  }
}
