// Small tools for drawing: every node is made by hand, so that nothing a person wrote is ever parsed as markup.

const SVG = 'http://www.w3.org/2000/svg';

const ICONS = {
  chat: 'M21 12a8.5 8.5 0 0 1-12 7l-6 2 2-6A8.5 8.5 0 1 1 21 12ZM9 12h0m4 0h0m4 0h0',
  down: 'm6 9 6 6 6-6',
  close: 'M6 6l12 12M18 6 6 18',
  more: 'M5 12h0M12 12h0M19 12h0',
  send: 'M12 19V5M5.5 11.5 12 5l6.5 6.5',
  sending: 'M12 7v5l3 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  sent: 'm5 12.5 4.5 4.5L19 7.5',
  posted: 'm2 12.5 4.5 4.5L16 7.5M11.5 16.5l.5.5L21.5 7.5',
  seen: 'M2 12s3.5-6.5 10-6.5S22 12 22 12s-3.5 6.5-10 6.5S2 12 2 12ZM15 12a3 3 0 1 1-6 0 3 3 0 0 1 6 0Z',
  alert: 'M12 8v5M12 16.5h0M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  retry: 'M20 11a8 8 0 1 0-2.3 6.7M20 4v7h-7',
  mail: 'M3 6h18v12H3zM3.5 6.5 12 13l8.5-6.5',
  letter: 'M3 11.5 21 4l-6.5 17-3.5-7zM11 14l4-4',
  end: 'M9 4H4v16h5M14 8l5 4-5 4M19 12H9',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
};

/** An element with attributes; false, null and undefined leave an attribute out. */
function el(tag, attributes, ...inside) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) put(node, name, value);
  node.append(...inside.filter((one) => one !== null && one !== undefined));
  return node;
}

function put(node, name, value) {
  if (value === false || value === null || value === undefined) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value === true ? '' : value);
}

function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  put(svg, 'viewBox', '0 0 24 24');
  put(svg, 'aria-hidden', 'true');
  const path = svg.appendChild(document.createElementNS(SVG, 'path'));
  put(path, 'd', ICONS[name]);
  return svg;
}

function turn(svg, name) {
  put(svg.firstChild, 'd', ICONS[name]);
}

/** A button that says its name in words, or only to those who listen when it shows an icon alone. */
function button({ look, name, words, press }) {
  const node = el('button', { type: 'button', class: look, 'aria-label': words ? null : name }, words && words.icon ? icon(words.icon) : null);
  if (words) node.append(el('span', null, name));
  node.addEventListener('click', press);
  return node;
}

/** Text is only touched when it differs, or a live region would say it again. */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function fill(sentence, facts) {
  return (sentence || '').replace(/\{(\w+)\}/g, (whole, name) => (name in facts ? String(facts[name]) : whole));
}

/** The one safe address a link may have, or null. */
function safe(address, base) {
  try {
    const url = new URL(address, base);
    return /^(https?|mailto):$/.test(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

const TAGS = { bold: 'strong', italic: 'em', strike: 's', code: 'code', pre: 'pre', quote: 'blockquote', item: 'li' };
const BLOCKS = ['pre', 'quote', 'list', 'item'];
const DEEPEST = 32;

/** The nodes of a body; kinds that are not known show what is inside them. */
function draw(nodes, depth = 0) {
  const drawn = [];
  for (const node of Array.isArray(nodes) && depth < DEEPEST ? nodes : []) {
    const kind = kindOf(node);
    // A block ends the line before it. A line break more keeps an empty line that stands there, and copies well.
    if (BLOCKS.includes(kind) && typeof drawn[drawn.length - 1] === 'string') drawn.push('\n');
    if (typeof node === 'string') drawn.push(node);
    else if (kind) drawn.push(...drawKind(kind, node, draw(node.inside, depth + 1)));
  }
  return drawn;
}

function kindOf(node) {
  return node && typeof node === 'object' ? Object.keys(node).find((name) => name !== 'inside') || '' : '';
}

function drawKind(kind, node, inside) {
  if (kind === 'link') return drawLink(node.link, inside);
  if (kind === 'list') return [drawList(node.list, inside)];
  if (kind === 'emoji') return [drawEmoji(node.emoji, inside)];
  if (kind === 'mention') return [el('span', { class: 'named' }, ...inside)];
  return Object.hasOwn(TAGS, kind) ? [el(TAGS[kind], { dir: kind === 'pre' || kind === 'quote' ? 'auto' : null }, ...inside)] : inside;
}

/** A link whose words are another address also says where it leads. */
function drawLink(address, inside) {
  const href = typeof address === 'string' && safe(address);
  if (!href) return inside;
  const target = href.startsWith('mailto:') ? null : '_blank';
  const link = el('a', { href, target, rel: 'noopener nofollow' }, ...inside);
  const words = link.textContent.trim();
  const isOther = words && ![address, address.replace(/^mailto:/i, '')].includes(words) && /[\w-]\.[\w-]{2,}|:\/\/|@/.test(words);
  if (!words) link.append(address);
  return isOther ? [link, ` (${address})`] : [link];
}

function drawList(first, inside) {
  const isOrdered = /^\d{1,9}$/.test(first);
  const items = inside.filter((one) => one !== '\n').map((one) => (one.nodeName === 'LI' ? one : el('li', null, one)));
  return el(isOrdered ? 'ol' : 'ul', { dir: 'auto', start: isOrdered && first !== '1' ? Number(first) : null }, ...items);
}

/** An emoji of the team's own has no character: its name is read out without the colons. */
function drawEmoji(name, inside) {
  const isNamed = typeof name === 'string' && inside.length === 1 && inside[0] === `:${name}:`;
  return el('span', isNamed ? { class: 'emoji', role: 'img', 'aria-label': name.replace(/[_-]+/g, ' ') } : { class: 'emoji' }, ...inside);
}

function initials(name) {
  const words = (name || '').trim().split(/\s+/).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return ends.map((word) => [...word][0].toLocaleUpperCase()).join('');
}

/** A person's picture, or the initials for as long as no picture has come. */
function face(agent, origin) {
  const node = el('span', { class: 'face', 'aria-hidden': 'true' }, initials(agent.name));
  const src = agent.photo && safe(agent.photo, origin);
  if (!src) return node;
  const picture = el('img', { src, alt: '', referrerpolicy: 'no-referrer', decoding: 'async' });
  picture.addEventListener('load', () => node.replaceChildren(picture));
  return node;
}
