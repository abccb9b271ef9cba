// A message that is patched, never redrawn: focus and an open edit form survive an update.
import { button, el } from './chat_dom.js';
import { draw, isOwn } from './teams_message.js';
import { reactTool } from './teams_reactions.js';

function editForm(message, { save, leave }) {
  const field = el('textarea', { 'aria-label': 'Edit message', rows: 2 });
  field.value = message.text;
  const problem = el('p', { class: 'problem', role: 'alert' });
  const submit = async () => {
    const text = field.value.trim();
    if (!text || text === message.text) return leave();
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

export function createRow(tag, page) {
  const row = el(tag, { class: 'message', tabindex: -1, role: tag === 'li' ? null : 'group' });
  let message = null;
  let signature = '';
  let isChanging = false;  // what leaves the page loses the focus, and must not be taken out twice

  const leave = () => {
    delete row.dataset.editing;
    signature = '';
    fill(message);
    row.focus();
  };

  const startEdit = () => {
    row.dataset.editing = 'yes';
    const tools = row.querySelector('.tools');
    const form = editForm(message, { save: (text) => page.edit(message, text), leave });
    row.querySelector('.content').append(form);
    const field = form.querySelector('textarea');
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
    tools?.remove();
  };

  function showTools() {
    if (!message || message.deleted || row.dataset.editing || row.querySelector('.tools') || page.isShut()) return;
    const tools = [reactTool(message, page)];
    if (isOwn(message, page)) tools.push(button('Edit message', startEdit, { look: 'tool', image: 'edit' }));
    if (isOwn(message, page) || message.is_bot) tools.push(button('Delete message', () => page.remove(message), { look: 'tool', image: 'trash' }));
    row.append(el('div', { class: 'tools', role: 'group', 'aria-label': 'Message actions' }, tools));
  }

  const hideTools = (next = null) => {
    if (isChanging || row.contains(next) || row.contains(document.activeElement) || row.matches(':hover')) return;
    row.querySelector('.tools')?.remove();
  };

  row.addEventListener('pointerenter', showTools);
  row.addEventListener('pointerleave', () => hideTools());
  row.addEventListener('focusin', showTools);
  row.addEventListener('focusout', (event) => hideTools(event.relatedTarget));

  function fill(wanted) {
    message = wanted;
    if (row.dataset.editing) return;
    const fresh = JSON.stringify([wanted, page.viewer, page.isShut(), [...page.presses].filter(([key]) => key.startsWith(`${wanted.id}/`))]);
    if (fresh === signature) return;
    signature = fresh;
    const focused = row.contains(document.activeElement) ? document.activeElement : null;
    const hadTools = row.querySelector('.tools');
    row.dataset.id = wanted.id;
    row.setAttribute('aria-label', `${wanted.author_name}: ${wanted.deleted ? 'deleted' : wanted.text.slice(0, 120)}`);
    isChanging = true;
    row.replaceChildren(...draw(wanted, page));
    isChanging = false;
    if (hadTools) showTools();
    if (focused) (row.querySelector(`[data-focus="${CSS.escape(focused.dataset.focus || '')}"]`) || row).focus();
  }

  return { element: row, fill };
}
