// The only place where an address of a message becomes a link. Anything but http, https and mailto stays text.
import { el } from './chat_dom.js';

const ALLOWED = new Set(['http:', 'https:', 'mailto:']);

export function safeAddress(value) {
  try {
    const address = new URL(String(value));
    return ALLOWED.has(address.protocol) ? address.href : null;
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

export function link(address, label) {
  const href = safeAddress(address);
  if (href) return el('a', { href, target: '_blank', rel: 'noopener noreferrer', title: href }, label);
  return document.createTextNode(label === address ? label : `${label} (${address})`);
}
