// On a narrow screen the sidebar comes over the page; meanwhile the rest can be neither clicked nor reached by Tab.
export function createDrawer({ opener, rest, first, backdrop }) {
  const isOpen = () => document.body.classList.contains('drawer-open');

  function set(wanted) {
    document.body.classList.toggle('drawer-open', wanted);
    opener.setAttribute('aria-expanded', String(wanted));
    rest.inert = wanted;
  }

  function close() {
    if (!isOpen()) return;
    set(false);
    opener.focus();
  }

  opener.addEventListener('click', () => {
    set(true);
    first.focus();
  });
  backdrop.addEventListener('click', close);
  window.addEventListener('resize', () => set(false));
  return { isOpen, close };
}
