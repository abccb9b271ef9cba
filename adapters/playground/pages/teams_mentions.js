// Offers names while somebody types "@": arrow keys choose, Enter or Tab takes, Escape leaves it as typed.
import { el } from './chat_dom.js';

const TYPED = /(?:^|\s)@([\p{L} .'-]{0,40})$/u;

export function createMentions(field, id, names) {
  const list = el('ul', { class: 'offers', id: `${id}-offers`, role: 'listbox', 'aria-label': 'People and apps', hidden: true });
  let offered = [];
  let at = 0;
  field.setAttribute('aria-autocomplete', 'list');
  field.setAttribute('aria-controls', list.id);

  const isOpen = () => !list.hidden;
  const typed = () => TYPED.exec(field.value.slice(0, field.selectionStart));

  function draw() {
    list.replaceChildren(...offered.map((name, index) => el('li', {
      id: `${id}-offer-${index}`, role: 'option', 'aria-selected': String(index === at),
      onpointerdown: (event) => { event.preventDefault(); take(index); },
    }, `@${name}`)));
    list.hidden = !offered.length;
    if (offered.length) field.setAttribute('aria-activedescendant', `${id}-offer-${at}`);
    else field.removeAttribute('aria-activedescendant');
  }

  function close() {
    offered = [];
    draw();
  }

  function look() {
    const match = typed();
    const begun = match?.[1].toLowerCase();
    offered = match ? names().filter((name) => name.toLowerCase().startsWith(begun) && name.toLowerCase() !== begun) : [];
    at = 0;
    draw();
  }

  function take(index) {
    const start = field.selectionStart - typed()[1].length;
    field.setRangeText(`${offered[index]} `, start, field.selectionStart, 'end');
    close();
    field.dispatchEvent(new Event('input'));
  }

  // Whether the key was for the list.
  function heard(event) {
    if (!isOpen()) return false;
    if (event.key === 'Escape') close();
    else if (event.key === 'ArrowDown') at = (at + 1) % offered.length;
    else if (event.key === 'ArrowUp') at = (at + offered.length - 1) % offered.length;
    else if (event.key === 'Enter' || event.key === 'Tab') take(at);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    draw();
    return true;
  }

  field.addEventListener('blur', close);
  return { element: list, look, heard };
}
