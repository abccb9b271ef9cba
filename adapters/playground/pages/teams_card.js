// An Adaptive Card as the reader sees it: words, boxes, facts, and buttons that say whether they are under way or failed.
import { el } from './chat_dom.js';
import { link } from './chat_links.js';
import { nodes } from './teams_nodes.js';

const PRESSED = new Set(['Action.Execute', 'Action.Submit']);
const STYLES = { positive: 'primary', destructive: 'danger' };

const lower = (value) => String(value || '').toLowerCase();
const look = (base, { size, weight, color, isSubtle }) => [
  base, size && `size-${lower(size)}`, weight && `weight-${lower(weight)}`, color && `color-${lower(color)}`, isSubtle && 'muted',
].filter(Boolean).join(' ');
const spaced = (element, base) => `${base} spacing-${lower(element.spacing) || 'default'}`;

function run(inline) {
  if (typeof inline === 'string') return inline;
  return el(inline.italic ? 'em' : inline.strikethrough ? 's' : 'span', { class: look('run', inline) }, inline.text);
}

function action(made, index, place) {
  if (made.type === 'Action.OpenUrl') return link(made.url, made.title || 'Open');
  if (!PRESSED.has(made.type)) return el('span', { class: 'muted' }, `${made.title || made.type} (not available in the playground)`);
  const key = `${place.id}/${made.verb || made.title}/${index}`;
  const state = place.presses.get(key) || {};
  const isStill = state.busy || made.isEnabled === false;
  const face = el('button', {
    type: 'button',
    class: ['press', STYLES[made.style]].filter(Boolean).join(' '),
    'data-focus': key,
    'aria-busy': state.busy ? 'true' : null,
    'aria-disabled': isStill ? 'true' : null,
    onclick: () => { if (!isStill) place.press({ key, id: place.id, made }); },
  }, made.title || 'Button');
  const failed = state.error ? el('span', { class: 'problem', role: 'alert' }, state.error) : null;
  return el('span', { class: 'pressable' }, face, failed);
}

// The app's short words to the person who pressed: they stay a while, also when the button has gone.
function whispers(place) {
  const mine = [...place.presses].filter(([key, state]) => state.told && key.startsWith(`${place.id}/`));
  return mine.map(([, state]) => el('p', { class: 'told' }, state.told, ' ', el('span', { class: 'muted' }, 'Only you see this')));
}

const actions = (list, place) => el('div', { class: 'actions' }, (list || []).map((made, index) => action(made, index, place)));

const DRAWN = {
  TextBlock: (element, place) => [el('div', { class: look(spaced(element, 'row'), element) }, nodes(element.nodes, place))],
  RichTextBlock: (element) => [el('p', { class: spaced(element, 'row') }, element.inlines.map(run))],
  Container: (element, place) => [el('div', { class: `${spaced(element, 'box')} style-${lower(element.style) || 'default'}` }, elements(element.items, place))],
  ColumnSet: (element, place) => [el('div', { class: spaced(element, 'columns') }, (element.columns || []).map((column) => el('div', {}, elements(column.items, place))))],
  FactSet: (element, place) => [el('dl', { class: spaced(element, 'facts') }, element.facts.flatMap((fact, index) => [el('dt', {}, fact.title), el('dd', {}, nodes(element.nodes[index], place))]))],
  ActionSet: (element, place) => [actions(element.actions, place)],
  Image: (element) => [el('span', { class: 'muted' }, `[picture${element.altText ? `: ${element.altText}` : ''}]`)],
};

function elements(list, place) {
  return (list || []).filter((element) => element.isVisible !== false).flatMap((element) => {
    const draw = DRAWN[element.type];
    return draw ? draw(element, place) : [el('p', { class: 'muted' }, `[${element.type}, not available in the playground]`)];
  });
}

export function card(message, page) {
  const place = { id: message.id, presses: page.presses, press: page.press, viewer: page.viewer };
  const { body, actions: buttons } = message.drawn;
  return el('div', { class: 'card' }, elements(body, place), buttons?.length ? actions(buttons, place) : null, whispers(place));
}
