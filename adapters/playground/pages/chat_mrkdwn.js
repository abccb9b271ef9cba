// Wire markup to nodes: entities, emphasis, code, quotes. What it does not understand stays visible text.
import { el } from './chat_dom.js';
import { face } from './chat_emoji.js';
import { link } from './chat_links.js';

const ENTITIES = { '&lt;': '<', '&gt;': '>', '&amp;': '&' };
const edge = String.raw`[\p{L}\p{N}]`;
const span = (mark) => String.raw`(?<!${edge})${mark}(?=\S)([^\n${mark}]*[^\s${mark}])${mark}(?!${edge})`;
const INLINE = new RegExp(
  [
    '`([^`\\n]+)`',
    '<([^<>\\n]+)>',
    span('\\*'),
    span('_'),
    span('~'),
    ':([a-z0-9_+\\-]+(?:::skin-tone-[2-6])?):',
    '(https?://[^\\s<>|]+[^\\s<>|.,;:!?)])',
  ].join('|'),
  'u',
);

export const decode = (text) => text.replace(/&(?:lt|gt|amp);/gu, (entity) => ENTITIES[entity]);

export function mention(label, { mine = false } = {}) {
  return el('span', { class: mine ? 'mention mine' : 'mention' }, label);
}

export function personMention(id, place, label = null) {
  const user = place.users.get(id);
  const name = user ? user.display_name || user.real_name || user.name : label || id;
  return mention(`@${name}`, { mine: id === place.viewer });
}

export function channelMention(id, place, label = null) {
  return mention(`#${place.channels.get(id)?.name || label || id}`);
}

export function groupMention(id, place, label = null) {
  const group = place.groups.get(id);
  const name = group ? group.handle : (label || id).replace(/^@/u, '');
  return mention(`@${name}`, { mine: Boolean(group?.users.includes(place.viewer)) });
}

function special(body, label, place) {
  const [kind, first, , fallback] = body.slice(1).split('^');
  if (['here', 'channel', 'everyone'].includes(kind)) return mention(`@${kind}`, { mine: true });
  if (kind === 'subteam') return groupMention(first, place, label);
  if (kind === 'date') return document.createTextNode(label || fallback || first || '');
  return document.createTextNode(label || `<${body}>`);
}

function entity(inside, place) {
  const [target, ...rest] = inside.split('|');
  const label = rest.length ? decode(rest.join('|')) : null;
  if (target.startsWith('@')) return personMention(target.slice(1), place, label);
  if (target.startsWith('#')) return channelMention(target.slice(1), place, label);
  if (target.startsWith('!')) return special(target, label, place);
  const address = decode(target);
  return link(address, label || address.replace(/^mailto:/u, ''));
}

function piece(found, place) {
  const [, code, inside, bold, italic, struck, emoji, address] = found;
  if (code) return el('code', {}, decode(code));
  if (inside) return entity(inside, place);
  if (bold) return el('strong', {}, inline(bold, place));
  if (italic) return el('em', {}, inline(italic, place));
  if (struck) return el('s', {}, inline(struck, place));
  if (emoji) return document.createTextNode(face(emoji));
  return link(decode(address), decode(address));
}

export function inline(text, place) {
  const nodes = [];
  let rest = text;
  for (let found = INLINE.exec(rest); found; found = INLINE.exec(rest)) {
    if (found.index > 0) nodes.push(decode(rest.slice(0, found.index)));
    nodes.push(piece(found, place));
    rest = rest.slice(found.index + found[0].length);
  }
  if (rest) nodes.push(decode(rest));
  return nodes;
}

function paragraphs(text, place) {
  const nodes = [];
  let quote = null;
  for (const line of text.split('\n')) {
    const [, quoted] = /^(?:&gt;|>) ?(.*)$/u.exec(line) || [];
    if (quoted === undefined) {
      quote = null;
      nodes.push(...inline(line, place), el('br'));
    } else if (quote) {
      quote.append(el('br'), ...inline(quoted, place));
    } else {
      if (nodes.at(-1)?.nodeName === 'BR') nodes.pop();
      quote = el('blockquote', {}, inline(quoted, place));
      nodes.push(quote);
    }
  }
  if (nodes.at(-1)?.nodeName === 'BR') nodes.pop();
  return nodes;
}

export function mrkdwn(text, place) {
  const parts = String(text || '').split('```');
  if (parts.length % 2 === 0) parts.push(`\`\`\`${parts.splice(-1, 1)[0]}`);
  return parts.flatMap((part, index) => {
    if (index % 2) return [el('pre', {}, decode(part.replace(/^\n|\n$/gu, '')))];
    return part ? paragraphs(part, place) : [];
  });
}

// A text object of the wire: plain_text keeps its marks, mrkdwn is read.
export function textObject(object, place) {
  if (!object) return [];
  if (object.type === 'mrkdwn') return mrkdwn(object.text, place);
  return [String(object.text || '').replace(/:([a-z0-9_+-]+):/gu, (_, name) => face(name))];
}
