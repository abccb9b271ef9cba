// What the browser keeps for us, under one prefix. Where storage is closed to us everything works from memory.

class Store {
  constructor(key) {
    this.prefix = `silta:${key}:`;
    this.memory = new Map();
  }

  area(kind) {
    try {
      return kind === 'tab' ? window.sessionStorage : window.localStorage;
    } catch {
      return null;
    }
  }

  get(name, kind) {
    if (this.memory.has(name)) return this.memory.get(name);
    try {
      return this.area(kind).getItem(this.prefix + name);
    } catch {
      return null;
    }
  }

  set(name, value, kind) {
    try {
      this.area(kind).setItem(this.prefix + name, value);
      this.memory.delete(name);
    } catch {
      this.memory.set(name, value);
    }
  }

  remove(name, kind) {
    this.memory.delete(name);
    try {
      this.area(kind).removeItem(this.prefix + name);
    } catch { /* nothing was kept there */ }
  }

  /** The names that begin so. */
  names(beginning) {
    const kept = this.every('site').concat([...this.memory.keys()]);
    return [...new Set(kept)].filter((name) => name.startsWith(beginning));
  }

  every(kind) {
    try {
      const names = Object.keys(this.area(kind));
      return names.filter((name) => name.startsWith(this.prefix)).map((name) => name.slice(this.prefix.length));
    } catch {
      return [];
    }
  }

  /** The token goes last: for another tab its end means that nothing else is left. */
  forget() {
    for (const kind of ['site', 'tab']) {
      for (const name of this.every(kind).filter((one) => one !== 'token')) this.remove(name, kind);
    }
    this.remove('token');
    this.memory.clear();
  }

  /** Calls back with name and value when another tab of the site changed something of ours. */
  watch(heard, signal) {
    addEventListener('storage', (event) => {
      if (event.key && event.key.startsWith(this.prefix)) heard(event.key.slice(this.prefix.length), event.newValue);
    }, { signal });
  }
}
