// A list of messages that is patched, never redrawn: focus, scroll position and an open edit form survive an update.
// Only what arrives later is announced: every row is silent except a new one of somebody else, for a moment.
import { button, dayName, el, moment } from './chat_dom.js';
import { authorKey, draw, isOwn, keyOf } from './chat_message.js';
import { editForm, toolbar } from './chat_tools.js';

const NEAR = 60;
const TOGETHER_SECONDS = 300;
const ANNOUNCE_MS = 3000;

function isCompact(message, before) {
  if (!before || message.ephemeral || before.ephemeral || before.subtype === 'tombstone') return false;
  const isClose = Number(message.ts) - Number(before.ts) < TOGETHER_SECONDS;
  return isClose && authorKey(message) === authorKey(before) && dayName(message.ts) === dayName(before.ts);
}

function plan(messages) {
  const rows = [];
  messages.forEach((message, index) => {
    const before = messages[index - 1];
    const day = moment(message.ts).toDateString();
    if (!before || moment(before.ts).toDateString() !== day) rows.push({ key: `day:${day}`, day: dayName(message.ts) });
    rows.push({ key: keyOf(message), message, compact: isCompact(message, before) });
  });
  return rows;
}

export function createLog({ inThread, page }) {
  const list = el('ol', { class: 'messages' });
  const box = el('div', { class: 'log', role: 'log', tabindex: 0, 'aria-describedby': 'log-help' }, list);
  const pill = button('New messages ↓', () => toEnd(), { look: 'pill', hidden: true });
  const element = el('div', { class: 'log-holder' }, box, pill);
  const nothing = el('li', { class: 'muted nothing' });
  let isFilled = false;

  const isAtEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
  const toEnd = () => {
    box.scrollTop = box.scrollHeight;
    pill.hidden = true;
  };
  box.addEventListener('scroll', () => { if (isAtEnd()) pill.hidden = true; }, { passive: true });
  new ResizeObserver(() => { if (pill.hidden) toEnd(); }).observe(box);
  list.addEventListener('load', () => { if (pill.hidden && isAtEnd()) toEnd(); }, true);

  const startEdit = (row) => {
    const leave = () => {
      delete row.dataset.editing;
      row.signature = null;
      fill(row, row.plan);
      row.focus();
    };
    const form = editForm(row.message, page, { save: (text) => page.edit(row.message, text), leave });
    row.dataset.editing = 'yes';
    row.querySelector('.tools')?.remove();
    row.querySelector('.content').append(form);
    const field = form.querySelector('textarea');
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  };

  const showTools = (row) => {
    if (!row?.message || row.dataset.editing || row.querySelector('.tools')) return;
    const tools = toolbar(row, page, { inThread, startEdit });
    if (tools) row.append(tools);
  };
  const hideTools = (row, next = null) => {
    if (!row || row.contains(next) || row.contains(document.activeElement) || row.matches(':hover')) return;
    row.querySelector('.tools')?.remove();
  };

  function fill(row, wanted) {
    row.plan = wanted;
    if (row.dataset.editing) return;
    const state = page.rowState(wanted.message);
    const signature = JSON.stringify([wanted, state]);
    if (row.signature === signature) return;
    const focused = row.contains(document.activeElement) ? document.activeElement : null;
    const tools = row.querySelector('.tools');
    row.signature = signature;
    row.message = wanted.message;
    row.className = ['message', wanted.compact && 'compact', wanted.message.ephemeral && 'ephemeral'].filter(Boolean).join(' ');
    row.replaceChildren(...draw(wanted.message, page, { compact: wanted.compact, inThread }));
    if (tools) showTools(row);
    if (focused) (row.querySelector(`[data-focus="${CSS.escape(focused.dataset.focus || '')}"]`) || row).focus();
  }

  function makeRow(wanted) {
    if (wanted.day) return el('li', { class: 'day', 'data-key': wanted.key }, el('span', {}, wanted.day));
    const isNews = isFilled && !isOwn(wanted.message, page);
    const row = el('li', { tabindex: -1, 'data-key': wanted.key, 'aria-live': isNews ? null : 'off' });
    row.addEventListener('pointerenter', () => showTools(row));
    row.addEventListener('pointerleave', () => hideTools(row));
    row.addEventListener('focusin', () => showTools(row));
    row.addEventListener('focusout', (event) => hideTools(row, event.relatedTarget));
    fill(row, wanted);
    if (isNews) {
      setTimeout(() => row.setAttribute('aria-live', 'off'), ANNOUNCE_MS);
      document.dispatchEvent(new CustomEvent('playground:news'));
    }
    return row;
  }

  function patch(rows) {
    const known = new Map([...list.children].map((row) => [row.dataset.key, row]));
    let added = null;
    rows.forEach((wanted, index) => {
      let row = known.get(wanted.key);
      if (row && wanted.message) fill(row, wanted);
      if (!row) {
        row = makeRow(wanted);
        if (wanted.message) added = wanted.message;
      }
      known.delete(wanted.key);
      if (list.children[index] !== row) list.insertBefore(row, list.children[index] || null);
    });
    for (const row of known.values()) {
      if (row.contains(document.activeElement)) box.focus();
      row.remove();
    }
    return added;
  }

  function show(messages) {
    const wasAtEnd = !isFilled || isAtEnd();
    const newest = patch(plan(messages));
    if (!messages.length) list.append(nothing);
    if (wasAtEnd || (newest && isOwn(newest, page))) toEnd();
    else if (newest) pill.hidden = false;
    isFilled = true;
  }

  const redraw = () => [...list.children].filter((row) => row.plan).forEach((row) => fill(row, row.plan));

  function reset() {
    isFilled = false;
    pill.hidden = true;
    list.replaceChildren();
  }

  function editLast() {
    const own = [...list.children].filter((row) => row.message && isOwn(row.message, page) && row.message.subtype !== 'me_message');
    if (own.length) startEdit(own.at(-1));
  }

  function name(label, whenEmpty) {
    box.setAttribute('aria-label', label);
    nothing.textContent = whenEmpty;
  }

  box.addEventListener('keydown', (event) => walk(event, box, list));
  return { element, show, redraw, reset, editLast, name };
}

// Arrow keys go from message to message; Tab then reaches what is inside one.
function walk(event, box, list) {
  const isOnRow = event.target === box || event.target.parentElement === list;
  if (!isOnRow || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = [...list.querySelectorAll('.message')];
  const at = rows.indexOf(event.target);
  const target = {
    ArrowUp: at < 0 ? rows.length - 1 : at - 1,
    ArrowDown: at < 0 ? rows.length - 1 : at + 1,
    Home: 0,
    End: rows.length - 1,
  }[event.key];
  if (target === undefined || !rows[target]) return;
  event.preventDefault();
  rows[target].focus();
}
