// On a narrow screen one side shows at a time; the hidden one keeps running, and its button tells when something came there.
const sides = document.querySelector('.sides');
const buttons = [...document.querySelectorAll('[data-show]')];
const LIVE = { childList: true, subtree: true };

for (const button of buttons) {
  button.addEventListener('click', () => {
    sides.dataset.shown = button.dataset.show;
    buttons.forEach((other) => other.setAttribute('aria-pressed', String(other === button)));
    button.querySelector('.news').hidden = true;
  });
}

function tell(side) {
  const button = buttons.find((one) => one.dataset.show === side);
  button.querySelector('.news').hidden = sides.dataset.shown === side;
}

const watches = {
  visitor: (page) => page.addEventListener('silta:message', () => tell('visitor')),
  team: (page) => {
    const seen = new MutationObserver((changes) => {
      const isMessage = (node) => node.classList?.contains('message');
      if (changes.some((change) => [...change.addedNodes].some(isMessage))) tell('team');
    });
    seen.observe(page.querySelector('main'), LIVE);
  },
};

for (const [side, watch] of Object.entries(watches)) {
  const frame = document.querySelector(`iframe.${side}`);
  const begin = () => watch(frame.contentDocument);
  frame.addEventListener('load', begin);
  if (frame.contentDocument?.readyState === 'complete' && frame.contentDocument.URL !== 'about:blank') begin();
}
