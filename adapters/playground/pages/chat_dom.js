// Builds every element of the chat page. Text enters as text nodes only, so nothing of a message can become markup.

const SVG = 'http://www.w3.org/2000/svg';

const ICONS = {
  back: 'M15 5l-7 7 7 7',
  bell: 'M6 17V11a6 6 0 1112 0v6l1.5 2h-15zM10 21h4',
  close: 'M6 6l12 12M18 6L6 18',
  edit: 'M4 20l1-5L16 4l4 4L9 19zM14 6l4 4',
  eye: 'M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9a3 3 0 100 6 3 3 0 000-6z',
  lock: 'M6 11h12v9H6zM9 11V8a3 3 0 016 0v3',
  menu: 'M4 6h16M4 12h16M4 18h16',
  reply: 'M4 5h16v11H10l-5 4v-4H4z',
  send: 'M4 12l16-8-5 16-3-6z',
  smile: 'M12 3a9 9 0 100 18 9 9 0 000-18zM9 10v.01M15 10v.01M8.5 14.5s1.200 2 3.500 2 3.500-2 3.500-2',
  tools: 'M14 6a4 4 0 015-3l-2.500 2.500 2 2L21 5a4 4 0 01-5.500 5L8 17.500a2 2 0 11-2.500-2.500L13 7.500A4 4 0 0114 6z',
  trash: 'M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13',
};

export function icon(name) {
  const drawing = document.createElementNS(SVG, 'svg');
  drawing.setAttribute('viewBox', '0 0 24 24');
  drawing.setAttribute('class', 'icon');
  drawing.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  drawing.append(path);
  return drawing;
}

// Attribute names come from this page's own code, never from a message; null and false leave one out.
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export const hidden = (text) => el('span', { class: 'hidden-text' }, text);

export function button(label, onclick, { look = 'plain', image = null, ...rest } = {}) {
  const face = image ? [icon(image), hidden(label)] : [label];
  return el('button', { type: 'button', class: look, title: image ? label : null, onclick, ...rest }, face);
}

export function avatar(author, emoji = null) {
  const initials = (author.name || '?').trim().split(/\s+/u).map((word) => [...word][0]).join('').slice(0, 2);
  const face = el('span', { class: 'avatar', 'aria-hidden': 'true' }, emoji || initials.toUpperCase());
  const source = pictureAddress(author.image);
  if (!source) return face;
  const picture = el('img', { src: source, alt: '', loading: 'lazy', width: 36, height: 36 });
  picture.addEventListener('error', () => picture.remove());
  face.append(picture);
  return face;
}

export function pictureAddress(value) {
  if (!value) return null;
  try {
    const address = new URL(value, document.baseURI);
    return ['http:', 'https:'].includes(address.protocol) ? address.href : null;
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const longDate = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });

export const moment = (ts) => new Date(Number(ts) * 1000);

export function time(ts) {
  const at = moment(ts);
  return el('time', { datetime: at.toISOString(), title: at.toLocaleString('en-GB') }, clock.format(at));
}

export function dayName(ts, now = new Date()) {
  const at = moment(ts);
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  const days = Math.round((midnight - new Date(at.getFullYear(), at.getMonth(), at.getDate())) / 86400000);
  if (days === 0) return 'Today';
  return days === 1 ? 'Yesterday' : longDate.format(at);
}
