// Draws the launcher when the page is at rest, loads the panel when the visitor reaches for it.
(() => {
  const doc = document;
  const me = [doc.currentScript, doc.querySelector('script[data-silta]')].find((one) => one && one.dataset.silta);
  const { q, drawn } = window.Silta || {};
  if (drawn) return;
  if (!me) return console.error('Silta: no script[data-silta]');

  const data = me.dataset;
  const origin = me.src ? new URL(me.src).origin : '__SILTA_ORIGIN__';
  const labels = { fi: 'Kysy meiltä', sv: 'Chatta med oss', de: 'Schreiben Sie uns' };
  const env = { key: data.silta, origin, data, language: data.lang || doc.documentElement.lang || navigator.language };
  let call, loading, wanted, gone, failures = '';

  // Some browsers remember a failed import: the next one has another address.
  const load = () => loading ||= import(origin + '/widget/panel.js' + failures).then((panel) => {
    if (gone) return;
    call = panel.start(env);
    if (wanted) call(...wanted);
  }, (cause) => {
    loading = wanted = 0;
    failures += '?';
    console.error(`Silta: cannot load the chat. Does this page's Content-Security-Policy allow ${origin}?`, cause);
  });

  const make = (parent, tag, attributes) => {
    const node = doc.createElementNS('http://www.w3.org/' + (/svg|path/.test(tag) ? '2000/svg' : '1999/xhtml'), tag);
    for (const name in attributes) node.setAttribute(name, attributes[name]);
    parent.append(node);
    return node;
  };

  const draw = () => {
    if (!env.host && doc.body) {
      const host = env.host = make(doc.body, 'silta-chat', { 'data-side': data.side });
      const root = env.root = host.attachShadow({ mode: 'open' });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`:host{all:initial!important}
:host([hidden]){display:none!important}
@media print{:host{display:none!important}}
:host>button{box-sizing:border-box;position:fixed;z-index:2147483000;inset-block-end:20px;inset-inline-end:20px;width:56px;height:56px;padding:13px;border:1px solid;border-radius:50%;--a:var(--accent,#1f4e8c);background:var(--a);color:#fff;box-shadow:0 4px 16px #0004;cursor:pointer}
@supports(color:lch(from red l 0 0)){:host>button{color:lch(from var(--a) calc((50 - l)*99) 0 0)}}
:host([data-side=start])>button{inset-inline:20px auto}
:host>button:focus-visible{outline:3px solid #0b5cad;outline-offset:2px;box-shadow:0 0 0 7px #fff}
svg{display:block;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round}`);
      root.adoptedStyleSheets = [sheet];
      const button = env.button = make(root, 'button', { 'aria-haspopup': 'dialog', 'aria-expanded': false });
      if (data.accent) button.style.setProperty('--accent', data.accent);
      make(make(button, 'svg', { viewBox: '0 0 24 24' }), 'path', { d: 'M21 12a8.5 8.5 0 0 1-12 7l-6 2 2-6A8.5 8.5 0 1 1 21 12ZM9 12h0m4 0h0m4 0h0' });
      button.onpointerenter = button.onfocus = load;
      button.onclick = () => Silta('toggle');
      try {
        if (localStorage[`silta:${env.key}:token`]) load();
      } catch { /* no storage, nobody returns */ }
    }
    if (env.host) {
      env.host.hidden = env.hidden;
      env.button.setAttribute('aria-label', labels[`${env.language}`.slice(0, 2)] || 'Chat with us');
    }
  };

  const Silta = (verb, ...rest) => {
    if (gone) return;
    if (verb === 'on') doc.addEventListener('silta:' + rest[0], rest[1]);
    if (verb === 'off') doc.removeEventListener('silta:' + rest[0], rest[1]);
    if (verb === 'show' || verb === 'hide') env.hidden = verb === 'hide';
    if (verb === 'setLanguage') env.language = rest[0];
    if (verb === 'destroy') {
      gone = 1;
      delete window.Silta;
      if (env.host) env.host.remove();
    }
    if (call) return call(verb, ...rest);
    if (/open|toggle|forget/.test(verb)) wanted = [verb, ...rest];
    if (env.host) start();
  };

  const start = () => {
    draw();
    if (wanted) load();
  };
  const rest = () => (window.requestIdleCallback || setTimeout)(start);
  Silta.drawn = 1;
  window.Silta = Silta;
  doc.addEventListener('click', (event) => {
    if (gone || !event.target.closest('[data-silta-open]')) return;
    event.preventDefault();
    Silta('open');
  });
  for (const one of q || []) Silta(...one);
  if (doc.readyState === 'complete') rest();
  else addEventListener('load', rest);
})();
