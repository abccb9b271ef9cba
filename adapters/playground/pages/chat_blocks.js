// Blocks and attachments of a message. Controls the playground cannot work are shown as text, never as a dead button.
import { button, el, pictureAddress } from './chat_dom.js';
import { link, safeAddress } from './chat_links.js';
import { mrkdwn, textObject } from './chat_mrkdwn.js';
import { richText } from './chat_richtext.js';

function picture(source, words, look) {
  const address = pictureAddress(source);
  if (!address) return el('span', { class: 'muted' }, words || 'image');
  return el('img', { src: address, alt: words || '', class: look, loading: 'lazy' });
}

const keyOf = (element, block, place) => `${place.ts}/${block.block_id || ''}/${element.action_id}`;
const problem = (state) => (state.error ? el('span', { class: 'problem', role: 'alert' }, `⚠ ${state.error}`) : null);

function pressable(element, block, place) {
  const key = keyOf(element, block, place);
  const state = place.presses.get(key) || {};
  const look = ['primary', 'danger'].includes(element.style) ? `press ${element.style}` : 'press';
  const label = textObject(element.text, place)[0] || 'Button';
  const pressed = () => place.press({ key, element, block });
  const face = button(label, pressed, {
    look,
    'data-focus': key,
    'aria-busy': state.busy ? 'true' : null,
    'aria-disabled': state.busy ? 'true' : null,
    'aria-label': element.accessibility_label || null,
  });
  const way = safeAddress(element.url) ? link(element.url, 'open the link') : null;
  return el('span', { class: 'pressable' }, face, way, problem(state));
}

const plain = (object) => object?.text || '';

function choices(element) {
  const groups = element.option_groups || [{ options: element.options || [] }];
  return groups.flatMap((group) => group.options || []);
}

// A menu sends the chosen value as soon as it is chosen, like a press.
function menu(element, block, place) {
  const key = keyOf(element, block, place);
  const state = place.presses.get(key) || {};
  const name = plain(element.placeholder) || (element.type === 'overflow' ? 'More' : 'Choose');
  const chosen = element.initial_option?.value;
  const select = el('select', { class: 'press', 'aria-label': name, 'data-focus': key, disabled: Boolean(state.busy) },
    el('option', { value: '' }, name),
    choices(element).map((option) => el('option', { value: option.value, selected: option.value === chosen }, plain(option.text))));
  select.addEventListener('change', () => { if (select.value) place.press({ key, element, block, value: select.value }); });
  return el('span', { class: 'pressable' }, select, problem(state));
}

function control(element, block, place) {
  if (element.type === 'button') return pressable(element, block, place);
  if (['static_select', 'overflow'].includes(element.type)) return menu(element, block, place);
  if (element.type === 'image') return picture(element.image_url, element.alt_text, 'thumb');
  const words = element.placeholder?.text || element.type.replaceAll('_', ' ');
  return el('span', { class: 'muted' }, `${words} (not available in the playground)`);
}

function section(block, place) {
  const words = el('div', { class: 'words' }, el('div', {}, textObject(block.text, place)));
  const fields = (block.fields || []).map((field) => el('div', { class: 'field' }, textObject(field, place)));
  if (fields.length) words.append(el('div', { class: 'fields' }, fields));
  const accessory = block.accessory ? control(block.accessory, block, place) : null;
  return [el('div', { class: 'section' }, words, accessory)];
}

function context(block, place) {
  const items = (block.elements || []).map((item) =>
    item.type === 'image' ? picture(item.image_url, item.alt_text, 'tiny') : el('span', {}, textObject(item, place)));
  return [el('div', { class: 'context' }, items)];
}

function image(block, place) {
  const title = block.title ? el('figcaption', {}, textObject(block.title, place)) : null;
  return [el('figure', {}, title, picture(block.image_url || block.slack_file?.url, block.alt_text, 'wide'))];
}

const BLOCKS = {
  rich_text: richText,
  section,
  context,
  image,
  header: (block, place) => [el('p', { class: 'headline' }, textObject(block.text, place))],
  divider: () => [el('hr')],
  actions: (block, place) => [
    el('div', { class: 'actions' }, (block.elements || []).map((item) => control(item, block, place))),
  ],
  markdown: (block, place) => [el('div', { class: 'words' }, mrkdwn(block.text, place))],
};

export function blocks(list, place) {
  return (list || []).flatMap((block) => {
    if (BLOCKS[block.type]) return BLOCKS[block.type](block, place);
    return [el('p', { class: 'muted' }, `[${block.type} block]`)];
  });
}

export function attachment(item, place) {
  const title = item.title ? el('p', { class: 'headline' }, item.title_link ? link(item.title_link, item.title) : item.title) : null;
  const words = item.text || (item.blocks || title ? '' : item.fallback);
  return el('div', { class: 'attachment' },
    item.pretext ? el('div', {}, mrkdwn(item.pretext, place)) : null,
    title,
    words ? el('div', {}, mrkdwn(words, place)) : null,
    blocks(item.blocks, place));
}

export function file(item) {
  const size = item.size ? ` · ${Math.max(1, Math.round(item.size / 1024))} kB` : '';
  return el('div', { class: 'file' }, `📎 ${item.name || item.title || 'file'}`, el('span', { class: 'muted' }, `${item.mimetype || ''}${size}`));
}
