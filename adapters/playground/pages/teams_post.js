// A post with its replies below it. Of many replies the last are shown at first; what has been on screen never folds away.
import { el } from './chat_dom.js';
import { createComposer } from './teams_composer.js';
import { createRow } from './teams_row.js';

const FEW = 4;
const SHOWN = 2;

export function createPost(page, root) {
  const head = createRow('div', page);
  const list = el('ol', { class: 'replies', 'aria-label': 'Replies' });
  const more = el('button', { type: 'button', class: 'more', 'aria-expanded': 'false', hidden: true, onclick: () => unfold() });
  const composer = createComposer({ id: `reply-${root.id}`, page, send: (text) => page.say(text, root.id) });
  const element = el('article', { class: 'post', 'data-post': root.id }, head.element, more, list, composer.element);
  const rows = new Map();
  let replies = [];

  function unfold() {
    const first = replies[0];
    page.folds.set(root.id, 0);
    drawReplies();
    rows.get(first.id).element.focus();
  }

  function drawReplies() {
    const folded = page.folds.get(root.id);
    const shown = replies.slice(folded);
    more.hidden = !folded;
    more.textContent = folded === 1 ? 'Show 1 earlier reply' : `Show ${folded} earlier replies`;
    list.hidden = !shown.length;
    const kept = new Set(shown.map((reply) => reply.id));
    for (const [id, row] of rows) {
      if (kept.has(id)) continue;
      row.element.remove();
      rows.delete(id);
    }
    shown.forEach((reply, index) => {
      if (!rows.has(reply.id)) rows.set(reply.id, createRow('li', page));
      const row = rows.get(reply.id);
      row.fill(reply);
      if (list.children[index] !== row.element) list.insertBefore(row.element, list.children[index] || null);
    });
  }

  function show(messages) {
    [root, ...replies] = messages;
    if (!page.folds.has(root.id)) page.folds.set(root.id, replies.length > FEW ? replies.length - SHOWN : 0);
    const count = replies.length === 1 ? '1 reply' : `${replies.length} replies`;
    element.setAttribute('aria-label', `Post by ${root.author_name}, ${count}`);
    head.fill(root);
    drawReplies();
    composer.open({ place: `${page.channel}:${root.id}`, label: `Reply to ${root.author_name}`, words: 'Reply', isShut: page.isShut() });
  }

  return { element, show, focus: composer.focus };
}
