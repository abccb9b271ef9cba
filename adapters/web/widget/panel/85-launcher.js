// What the panel adds to the launcher: the count of unread messages, the site's colours, and a word when nothing opens.

const APOLOGIES = {
  en: 'Sorry, the chat does not open just now. Please try again in a moment.',
  fi: 'Chat ei valitettavasti aukea juuri nyt. Yritä hetken päästä uudelleen.',
  sv: 'Chatten går tyvärr inte att öppna just nu. Försök igen om en stund.',
  de: 'Der Chat lässt sich gerade leider nicht öffnen. Bitte versuchen Sie es gleich noch einmal.',
};

class Launcher {
  constructor(env) {
    this.env = env;
    this.dark = matchMedia('(prefers-color-scheme: dark)');
    this.ends = new AbortController();
    dress(env.root);
    env.button.classList.add('launcher');
    this.count = el('span', { class: 'count', 'aria-hidden': 'true', hidden: true });
    env.button.append(this.count);
    put(env.button.querySelector('svg'), 'aria-hidden', 'true');
    env.status = el('div', { class: 'vh', role: 'status' });
    env.silta = el('div', { class: 'silta' }, env.status);
    env.root.append(env.silta);
    this.paint(env.data.accent);
    this.dark.addEventListener('change', () => this.paint(this.accent), { signal: this.ends.signal });
  }

  paint(accent) {
    this.accent = accent;
    const { theme } = this.env.data;
    const isDark = theme ? theme === 'dark' : this.dark.matches;
    put(this.env.silta, 'data-dark', isDark);
    for (const node of [this.env.silta, this.env.button]) {
      for (const [name, value] of Object.entries(palette(accent, isDark))) node.style.setProperty(name, value);
    }
  }

  render(words, count) {
    const name = words.texts.launcher;
    put(this.env.button, 'aria-label', count ? `${name}, ${words.clock.counted('unread', count)}` : name);
    write(this.count, count > 99 ? '99+' : String(count));
    this.count.hidden = !count;
  }

  apologise() {
    const text = APOLOGIES[String(this.env.language).slice(0, 2)] || APOLOGIES.en;
    if (this.sorry) this.sorry.remove();
    this.sorry = el('div', { class: 'sorry', role: 'alert' }, text);
    this.env.silta.append(this.sorry);
    setTimeout(() => this.sorry.remove(), 8000);
  }

  destroy() {
    this.ends.abort();
  }
}
