// The posts of a channel, the newest last. Arrow keys go from message to message; Tab then reaches what is inside one.
import { button, el } from './chat_dom.js';
import { createPost } from './teams_post.js';

const NEAR = 80;
const HEARD_MS = 20_000;

export function createFeed(page, announcer) {
  const list = el('ol', { class: 'posts' });
  const nothing = el('p', { class: 'muted nothing' });
  const box = el('div', { class: 'feed', role: 'region', tabindex: 0, 'aria-describedby': 'feed-help' }, nothing, list);
  const pill = button('New messages ↓', () => toNewest(), { look: 'pill', hidden: true });
  const element = el('div', { class: 'feed-holder' }, box, pill);
  const posts = new Map();
  let known = null;
  let newest = null;

  const isAtEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
  const toEnd = () => { box.scrollTop = box.scrollHeight; };
  const rowOf = (id) => box.querySelector(`.message[data-id="${CSS.escape(id)}"]`);
  function toNewest() {
    pill.hidden = true;
    if (newest) rowOf(newest)?.scrollIntoView({ block: 'nearest' });
    else toEnd();
  }
  box.addEventListener('scroll', () => { if (isAtEnd()) pill.hidden = true; }, { passive: true });
  new ResizeObserver(() => { if (pill.hidden && !box.contains(document.activeElement)) toEnd(); }).observe(box);

  function announce(words) {
    const line = el('p', {}, words.slice(0, 400));
    announcer.append(line);
    setTimeout(() => line.remove(), HEARD_MS);
  }

  // What arrived since the last look; at the first look nothing did.
  function arrivals(threads) {
    const everything = threads.flat();
    const fresh = known ? everything.filter((message) => !known.has(message.id)) : [];
    known = new Set(everything.map((message) => message.id));
    return fresh;
  }

  function patch(threads) {
    const kept = new Set(threads.map(([root]) => root.id));
    for (const [id, post] of posts) {
      if (kept.has(id)) continue;
      post.element.parentElement.remove();
      posts.delete(id);
    }
    threads.forEach((messages, index) => {
      const id = messages[0].id;
      if (!posts.has(id)) posts.set(id, createPost(page, messages[0]));
      const post = posts.get(id);
      post.show(messages);
      const item = post.element.parentElement || el('li', {}, post.element);
      if (list.children[index] !== item) list.insertBefore(item, list.children[index] || null);
    });
  }

  function show(threads) {
    const isFirst = !known;
    const wasAtEnd = isFirst || isAtEnd();
    const fresh = arrivals(threads);
    patch(threads);
    nothing.hidden = threads.length > 0;
    const others = fresh.filter((message) => message.author !== page.viewer);
    others.forEach((message) => announce(`${message.author_name}: ${message.text}`));
    if (others.length) document.dispatchEvent(new CustomEvent('playground:news'));
    if (isFirst) toEnd();
    else if (fresh.length) look(fresh.at(-1), wasAtEnd);
  }

  // A reply may arrive anywhere in the feed: it comes into view only where that takes nothing from under the eyes.
  function look(message, wasAtEnd) {
    const row = rowOf(message.id);
    const isWriting = box.contains(document.activeElement) && document.activeElement.closest('.post')?.contains(row);
    newest = message.id;
    if (wasAtEnd && message.thread === message.id) toEnd();
    else if (message.author === page.viewer || isWriting || wasAtEnd) row?.closest('.post').querySelector('.composer').scrollIntoView({ block: 'nearest' });
    else pill.hidden = false;
  }

  function reset() {
    known = null;
    newest = null;
    pill.hidden = true;
    posts.clear();
    list.replaceChildren();
  }

  function name(label, whenEmpty) {
    box.setAttribute('aria-label', label);
    nothing.textContent = whenEmpty;
  }

  box.addEventListener('keydown', (event) => walk(event, box));
  return { element, show, reset, name, announce };
}

function walk(event, box) {
  const isOnRow = event.target === box || event.target.matches('.message');
  if (!isOnRow || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = [...box.querySelectorAll('.message')];
  const at = rows.indexOf(event.target);
  const target = { ArrowUp: at < 0 ? rows.length - 1 : at - 1, ArrowDown: at < 0 ? rows.length - 1 : at + 1, Home: 0, End: rows.length - 1 }[event.key];
  if (target === undefined || !rows[target]) return;
  event.preventDefault();
  rows[target].focus();
}
