// What appears beside a message under the pointer or the focus: react, reply in thread, edit, delete.
import { button, el } from './chat_dom.js';
import { QUICK, face, words } from './chat_emoji.js';
import { isDeleted, isOfApp, isOwn } from './chat_message.js';
import { typedText } from './chat_richtext.js';

export function confirmed(question, yes) {
  return new Promise((resolve) => {
    const dialog = el('dialog', { 'aria-label': question, class: 'ask' });
    const answer = (value) => () => dialog.close(value);
    dialog.append(
      el('p', {}, question),
      el('div', { class: 'actions' }, button('Cancel', answer('no'), { look: 'press', autofocus: true }), button(yes, answer('yes'), { look: 'press danger' })),
    );
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

function emojiRow(message, page, done) {
  const mine = (name) => (message.reactions || []).some((item) => item.name === name && item.users?.includes(page.viewer));
  const choose = (name) => () => {
    page.react(message, name, mine(name));
    done();
  };
  return el('div', { class: 'picker', role: 'group', 'aria-label': 'Choose a reaction' },
    QUICK.map((name) => el('button', { type: 'button', class: 'tool', 'aria-label': words(name), title: words(name), onclick: choose(name) }, face(name))));
}

function reactTool(message, page) {
  const opener = button('React', () => toggle(), { look: 'tool', image: 'smile', 'aria-expanded': 'false' });
  const holder = el('span', { class: 'picker-holder' }, opener);
  const close = () => {
    holder.querySelector('.picker')?.remove();
    opener.setAttribute('aria-expanded', 'false');
    opener.focus();
  };
  const toggle = () => {
    if (holder.querySelector('.picker')) return close();
    holder.append(emojiRow(message, page, close));
    opener.setAttribute('aria-expanded', 'true');
    return holder.querySelector('.picker button').focus();
  };
  holder.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !holder.querySelector('.picker')) return;
    event.stopPropagation();
    close();
  });
  return holder;
}

export function toolbar(row, page, { inThread, startEdit }) {
  const message = row.message;
  if (message.ephemeral || isDeleted(message)) return null;
  const tools = [reactTool(message, page)];
  if (!inThread) tools.push(button('Reply in thread', () => page.openThread(message.thread_ts || message.ts), { look: 'tool', image: 'reply' }));
  if (isOwn(message, page)) {
    if (message.subtype !== 'me_message') tools.push(button('Edit message', () => startEdit(row), { look: 'tool', image: 'edit' }));
  }
  if (isOwn(message, page) || isOfApp(message, page)) {
    tools.push(button('Delete message', () => page.remove(message), { look: 'tool', image: 'trash' }));
  }
  return el('div', { class: 'tools', role: 'group', 'aria-label': 'Message actions' }, tools);
}

// Resolves when the form has gone; the row keeps still meanwhile.
export function editForm(message, page, { save, leave }) {
  const field = el('textarea', { 'aria-label': 'Edit message', rows: 2 });
  field.value = typedText(message, page) ?? message.text;
  const problem = el('p', { class: 'problem', role: 'alert' });
  const submit = async () => {
    const text = field.value.trim();
    if (!text) return leave();
    problem.textContent = await save(text);
    return problem.textContent ? null : leave();
  };
  field.addEventListener('keydown', (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Escape') {
      event.stopPropagation();
      leave();
    }
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      submit();
    }
  });
  return el('div', { class: 'edit' }, field, problem,
    el('div', { class: 'actions' }, button('Cancel', leave, { look: 'press' }), button('Save', submit, { look: 'press primary' })));
}
