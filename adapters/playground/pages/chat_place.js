// Where the reader is – channel, thread, viewer – kept in the address, so that reload and Back do what one expects.
const NAMES = ['channel', 'thread', 'viewer'];

export function readPlace() {
  const values = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(NAMES.map((name) => [name, values.get(name) || null]));
}

export function goTo(change, { replace = false } = {}) {
  const wanted = { ...readPlace(), ...change };
  const hash = new URLSearchParams(NAMES.filter((name) => wanted[name]).map((name) => [name, wanted[name]])).toString();
  if (`#${hash}` === location.hash) return;
  const address = `${location.pathname}${location.search}#${hash}`;
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  window.dispatchEvent(new Event('moved'));
}

export function onMove(listener) {
  window.addEventListener('moved', listener);
  window.addEventListener('popstate', listener);
}
