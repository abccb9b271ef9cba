// On a narrow screen one side shows at a time; the hidden one keeps running, so nothing is missed.
const sides = document.querySelector('.sides');
const buttons = [...document.querySelectorAll('[data-show]')];

for (const button of buttons) {
  button.addEventListener('click', () => {
    sides.dataset.shown = button.dataset.show;
    buttons.forEach((other) => other.setAttribute('aria-pressed', String(other === button)));
  });
}
