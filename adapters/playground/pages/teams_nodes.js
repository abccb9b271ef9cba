// Nodes that the playground read out of a message, as elements: what is not on the list below is only its words.
import { el } from './chat_dom.js';
import { link } from './chat_links.js';

const PLAIN = new Set(['p', 'br', 'div', 'span', 'b', 'strong', 'i', 'em', 'u', 's', 'strike', 'del', 'pre', 'code', 'blockquote', 'ul', 'ol', 'li', 'hr']);
const HEADINGS = new Set(['h1', 'h2', 'h3']);
const PICTURE = /^data:image\/(png|jpeg|gif);base64,/u;

function words(inside) {
  return inside.map((node) => (typeof node === 'string' ? node : words(node.inside))).join('');
}

function mention(node, page) {
  const isMine = node['data-id'] === page.viewer;
  return el('span', { class: isMine ? 'mention mine' : 'mention' }, `@${words(node.inside)}`);
}

function picture(node) {
  if (PICTURE.test(node.src || '')) return el('img', { class: 'wide', src: node.src, alt: node.alt || 'Picture' });
  return el('span', { class: 'muted' }, `[picture${node.alt && node.alt !== 'image' ? `: ${node.alt}` : ''}]`);
}

function one(node, page) {
  if (typeof node === 'string') return document.createTextNode(node);
  if (node.tag === 'span' && node.class === 'mention') return mention(node, page);
  if (node.tag === 'a') return link(node.href || '', words(node.inside));
  if (node.tag === 'img') return picture(node);
  if (HEADINGS.has(node.tag)) return el('p', { class: 'headline' }, nodes(node.inside, page));
  if (PLAIN.has(node.tag)) return el(node.tag, {}, nodes(node.inside, page));
  return el('span', {}, nodes(node.inside, page));
}

export const nodes = (list, page) => list.map((node) => one(node, page));
