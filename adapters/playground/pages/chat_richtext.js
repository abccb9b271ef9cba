// The rich_text block: sections, lists, quotes and preformatted text of styled pieces.
import { el } from './chat_dom.js';
import { face, fromCodePoints } from './chat_emoji.js';
import { link } from './chat_links.js';
import { channelMention, groupMention, mention, personMention } from './chat_mrkdwn.js';

const STYLES = [['code', 'code'], ['bold', 'strong'], ['italic', 'em'], ['strike', 's'], ['underline', 'u']];

const PIECES = {
  text: (piece) => document.createTextNode(piece.text || ''),
  link: (piece) => link(piece.url, piece.text || piece.url),
  user: (piece, place) => personMention(piece.user_id, place),
  usergroup: (piece, place) => groupMention(piece.usergroup_id, place),
  broadcast: (piece) => mention(`@${piece.range}`, { mine: true }),
  channel: (piece, place) => channelMention(piece.channel_id, place),
  emoji: (piece) => document.createTextNode((piece.unicode && fromCodePoints(piece.unicode)) || face(piece.name)),
  date: (piece) => document.createTextNode(piece.fallback || new Date(piece.timestamp * 1000).toLocaleString('en-GB')),
  color: (piece) => document.createTextNode(piece.value || ''),
};

function styled(node, style = {}) {
  return STYLES.reduce((inner, [name, tag]) => (style[name] ? el(tag, {}, inner) : inner), node);
}

function pieces(elements = [], place) {
  return elements.map((piece) => {
    const draw = PIECES[piece.type];
    return draw ? styled(draw(piece, place), piece.style) : document.createTextNode(piece.text || `[${piece.type}]`);
  });
}

function list(element, place) {
  const ordered = element.style === 'ordered';
  const start = ordered && element.offset ? element.offset + 1 : null;
  const indent = Math.min(Number(element.indent) || 0, 6);
  const items = (element.elements || []).map((item) => el('li', {}, pieces(item.elements, place)));
  return el(ordered ? 'ol' : 'ul', { start, class: `indent-${indent}` }, items);
}

const PARTS = {
  rich_text_section: (part, place) => el('p', {}, pieces(part.elements, place)),
  rich_text_list: list,
  rich_text_quote: (part, place) => el('blockquote', {}, pieces(part.elements, place)),
  rich_text_preformatted: (part, place) => el('pre', {}, pieces(part.elements, place)),
};

export function richText(block, place) {
  return (block.elements || []).flatMap((part) => (PARTS[part.type] ? [PARTS[part.type](part, place)] : []));
}

const MARKS = [['code', '`'], ['bold', '*'], ['italic', '_'], ['strike', '~']];
const marked = (text, style = {}) => MARKS.reduce((inner, [name, mark]) => (style[name] ? `${mark}${inner}${mark}` : inner), text);

// What the author typed, for the edit form: names instead of ids, marks instead of styles.
export function typedText(message, place) {
  const block = (message.blocks || []).find((candidate) => candidate.type === 'rich_text');
  if (!block) return null;
  const said = (piece) => {
    if (piece.type === 'user') return `<@${piece.user_id}>`;
    if (piece.type === 'usergroup') return `@${place.groups.get(piece.usergroup_id)?.handle || piece.usergroup_id}`;
    if (piece.type === 'broadcast') return `@${piece.range}`;
    if (piece.type === 'link') return piece.url;
    if (piece.type === 'emoji') return `:${piece.name}:`;
    if (piece.elements) return piece.elements.map(said).join('');
    return marked(piece.text || '', piece.style);
  };
  const named = (text) => text.replace(/<@(\w+)>/gu, (whole, id) => (place.users.has(id) ? `@${place.users.get(id).name}` : whole));
  return named((block.elements || []).map(said).join('\n'));
}
