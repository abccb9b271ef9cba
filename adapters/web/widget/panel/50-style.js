// The panel's looks. Colours, sizes and states follow one small table; logical properties keep it right in both directions.

const TONES = `
.silta {
  --bg: #fff; --surface: #f4f6f8; --text: #1b1f24; --muted: #57606a; --edge: #6e7781; --line: #d0d7de;
  --link: #0b5cad; --bubble: #edf1f5; --good: #1a6b3c; --warn: #7a4b00; --warn-bg: #fff4d6; --bad: #b3261e; --bad-bg: #fdecea;
  --head: var(--accent); --head-ink: var(--ink);
}
.silta[data-dark] {
  --bg: #15191e; --surface: #1d232a; --text: #e8ecf1; --muted: #a4afbb; --edge: #8290a0; --line: #39434e;
  --link: #a9ccff; --bubble: #262d36; --good: #7fd6a0; --warn: #f2c35b; --warn-bg: #3a2a05; --bad: #ff9c94; --bad-bg: #43140f;
  --head: #1d232a; --head-ink: #e8ecf1;
}
@media (prefers-contrast: more) {
  .silta { --muted: #3d444d; --line: var(--edge) }
  .silta[data-dark] { --muted: #d3dae2 }
}`;

const FRAME = `
.vh { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.silta, .silta * { box-sizing: border-box }
:host > .launcher { border-color: var(--rim); background: var(--accent); color: var(--ink) }
:host > .launcher:hover { filter: brightness(1.1) }
:host > .launcher[aria-busy=true] svg { opacity: .5 }
.count { box-sizing: border-box; position: absolute; inset-block-start: -6px; inset-inline-end: -6px; min-width: 24px; height: 24px; padding: 0 5px;
  border: 2px solid #fff; border-radius: 12px; background: #b3261e; color: #fff; font: 600 13px/20px system-ui, sans-serif; text-align: center }
[hidden] { display: none !important }
.sorry { position: fixed; z-index: 2147483000; inset-block-end: 88px; inset-inline: auto 20px; width: max-content; max-width: min(320px, 100vw - 40px); padding: 12px 16px;
  border: 1px solid var(--line); border-radius: 12px; background: var(--bg); color: var(--text); font: 16px/24px system-ui, sans-serif; box-shadow: 0 8px 24px rgb(15 23 42 / .2) }

.panel { position: fixed; z-index: 2147483000; inset: auto 20px 88px auto; width: 384px; height: min(640px, 100vh - 104px); height: min(640px, 100dvh - 104px);
  max-width: none; max-height: none; margin: 0; padding: 0; border: 1px solid var(--line); border-radius: 16px; overflow: hidden;
  background: var(--bg); color: var(--text); box-shadow: 0 12px 40px rgb(15 23 42 / .24);
  font: 16px/24px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; text-align: start;
  -webkit-font-smoothing: antialiased; -webkit-text-size-adjust: 100% }
.panel[data-side=left] { inset: auto auto 88px 20px }
.panel[open] { display: flex; flex-direction: column }
.panel::backdrop { background: none }
.panel[data-full] { inset: 0; top: var(--top, 0); width: 100%; height: 100vh; height: var(--height, 100dvh); border: 0; border-radius: 0; box-shadow: none;
  padding-inline: env(safe-area-inset-left) env(safe-area-inset-right) }
.panel[data-full] .head { padding-block-start: max(10px, env(safe-area-inset-top)) }
.panel[data-full] .write { padding-block-end: max(10px, env(safe-area-inset-bottom)) }
.panel:focus { outline: none }
.panel h2, .panel p, .panel ol { margin: 0; padding: 0; font-size: inherit; font-weight: inherit }
.panel svg { width: 20px; height: 20px; flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round }

.panel button { min-width: 44px; min-height: 44px; margin: 0; padding: 9px 14px; border: 1px solid transparent; border-radius: 8px; background: none;
  color: inherit; font: inherit; text-align: start; cursor: pointer; touch-action: manipulation; -webkit-tap-highlight-color: transparent }
.panel :is(button, a, input, textarea, .log, .welcome, .name):focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
.panel :is(input, textarea, .log):focus-visible { outline-width: 2px; outline-offset: -1px; border-color: var(--link) }
.panel .head :focus-visible { outline-color: var(--head-ink); outline-offset: -3px }
.panel a { color: var(--link); text-underline-offset: 2px; overflow-wrap: anywhere }
.panel .main { background: var(--accent); border-color: var(--rim); color: var(--ink); font-weight: 600 }
.panel .plain { border-color: var(--edge) }
@media (hover: hover) {
  .panel .main:hover { filter: brightness(1.1) }
  .panel .newest:hover { background: var(--bubble) }
  .panel .plain:hover, .panel .menu button:hover, .panel .menu a:hover { background: var(--bubble) }
  .panel .head > button:hover { background: color-mix(in srgb, currentColor 16%, transparent) }
}

.head { display: flex; align-items: center; gap: 4px; flex: none; min-height: 68px; padding: 10px 8px 10px 16px; padding-inline: 16px 8px;
  background: var(--head); color: var(--head-ink); border-block-end: 1px solid transparent; position: relative }
[data-dark] .head { border-block-end-color: var(--line) }
.head > button { display: grid; place-items: center; padding: 0; flex: none }
.panel .more svg { stroke-width: 3.5 }
.head .face { width: 44px; height: 44px; margin-inline-end: 8px; font-size: 16px; background: color-mix(in srgb, currentColor 18%, transparent); color: inherit }
.head .face svg { width: 24px; height: 24px }
.who { flex: 1; min-width: 0 }
.name { font-weight: 600 !important; font-size: 17px !important; line-height: 22px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.under { font-size: 13px; line-height: 18px }
.face { display: grid; place-items: center; flex: none; width: 28px; height: 28px; border: 1px solid transparent; border-radius: 50%; overflow: hidden;
  background: var(--bubble); color: var(--text); font-size: 13px; line-height: 1; font-weight: 600; letter-spacing: .02em }
.face img { width: 100%; height: 100%; object-fit: cover }
.menu { position: absolute; z-index: 2; inset-block-start: calc(100% - 6px); inset-inline-end: 8px; min-width: 240px; max-width: calc(100% - 16px); padding: 4px;
  border: 1px solid var(--line); border-radius: 12px; background: var(--bg); color: var(--text); box-shadow: 0 8px 24px rgb(15 23 42 / .2) }
.menu > :not([hidden]) { display: flex !important; align-items: center; gap: 12px; width: 100%; min-height: 44px; padding: 9px 12px; border-radius: 8px }
.menu a { border: 1px solid transparent; color: inherit; text-decoration: none }
.menu svg { color: var(--muted) }
`;

const TALK = `
.banner { display: flex; align-items: center; gap: 8px; flex: none; padding: 8px 16px; background: var(--warn-bg); color: var(--warn); font-size: 13px; line-height: 18px }
.banner svg { width: 16px; height: 16px }
.middle { position: relative; flex: 1 1 0; min-height: 0; display: flex; background: var(--bg) }
.log { flex: 1; min-width: 0; overflow-x: hidden; overflow-y: auto; overscroll-behavior: contain; padding: 16px; scrollbar-width: thin; scrollbar-color: var(--edge) transparent }
.panel .log:focus-visible { outline-offset: -2px }
.welcome { padding-block: 8px 16px }
.welcome .hello { font-size: 20px; line-height: 28px; font-weight: 600; margin-block-end: 4px }
.welcome p { color: var(--muted) }
.welcome .hello { color: var(--text) }
.welcome .small { margin-block-start: 8px; font-size: 13px; line-height: 18px; display: flex; gap: 6px; align-items: center }
.welcome .small svg { width: 16px; height: 16px }
.log ol { list-style: none }
.day { margin-block: 8px 12px; text-align: center; font-size: 13px; line-height: 18px; color: var(--muted) }
.notice { margin-block: 12px; padding-inline: 16px; text-align: center; font-size: 13px; line-height: 18px; color: var(--muted); overflow-wrap: anywhere }
.msg { display: flex; align-items: flex-end; gap: 8px; margin-block-start: 4px }
.msg.first { margin-block-start: 12px }
.msg .stack { display: flex; flex-direction: column; align-items: flex-start; min-width: 0; max-width: 85% }
.msg.own { justify-content: flex-end }
.msg.own .stack { align-items: flex-end }
.msg .gutter { flex: none; width: 28px; align-self: flex-end }
.msg.last .gutter { padding-block-end: 22px; box-sizing: content-box }
.sender { font-size: 13px; line-height: 18px; color: var(--muted); margin-block-end: 2px; padding-inline-start: 2px }
.bubble { max-width: 100%; padding: 8px 12px; border: 1px solid transparent; border-radius: 12px; background: var(--bubble); white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; overflow: clip }
.msg.last .bubble { border-end-start-radius: 4px }
.own .bubble { background: var(--accent); border-color: var(--rim); color: var(--ink) }
.msg.own.last .bubble { border-end-start-radius: 12px; border-end-end-radius: 4px }
.panel .bubble a { color: inherit; text-decoration: underline }
.panel .own .bubble a:focus-visible { outline-color: currentColor; outline-offset: 1px }
.bubble :is(strong, .named) { font-weight: 600 }
.bubble :is(a, code, .named) { unicode-bidi: isolate }
.bubble :is(code, pre) { font: .875em/1.5 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; white-space: pre-wrap }
.bubble code { padding: 1px 4px; border: 1px solid var(--line); border-radius: 4px; background: var(--bg); -webkit-box-decoration-break: clone; box-decoration-break: clone }
.bubble pre { margin: 4px 0; padding: 6px 8px; border: 1px solid var(--line); border-radius: 8px; background: var(--bg); tab-size: 4; text-align: start }
.bubble blockquote { margin: 4px 0; padding-inline-start: 10px; border-inline-start: 3px solid var(--edge) }
.bubble :is(ul, ol) { margin: 2px 0; padding-block: 0; padding-inline-start: 1.4em; list-style: disc }
.bubble ol { padding-inline-start: 2em; list-style: decimal }
.bubble :is(ul, ol) ul { list-style: circle }
.bubble li { margin: 0; padding: 0 }
.emoji { white-space: nowrap }
.gone .bubble { background: none; border: 1px dashed var(--edge); color: var(--muted); font-style: italic }
.bad .bubble { background: var(--bad-bg); border-color: var(--bad); color: var(--text) }
.meta { display: flex; flex-wrap: wrap; align-items: center; gap: 0 6px; min-height: 18px; margin-block-start: 4px; padding-inline: 2px; font-size: 13px; line-height: 18px; color: var(--muted); font-variant-numeric: tabular-nums }
.own .meta { justify-content: flex-end; text-align: end }
.meta .state { display: inline-flex; align-items: center; gap: 4px }
.meta svg { width: 16px; height: 16px }
.state[data-state=seen] { color: var(--good) }
.bad .state { color: var(--bad) }
.panel .meta button { display: inline-flex; align-items: center; gap: 6px; padding-inline: 10px; color: var(--link); font-weight: 600 }
.panel .newest { border-color: var(--edge); background: var(--bg); color: var(--link); font-weight: 600; position: absolute; inset-block-end: 12px; inset-inline: 0; margin-inline: auto !important; width: max-content; max-width: 90%; display: flex; align-items: center; gap: 6px; border-radius: 22px !important; box-shadow: 0 2px 10px rgb(15 23 42 / .25) }
`;

const WRITE = `
.tray { flex: none; max-height: 55%; overflow-y: auto; overscroll-behavior: contain; border-block-start: 1px solid var(--line); background: var(--surface) }
.card { padding: 12px 16px; display: grid; gap: 8px }
.card .lead { font-weight: 600 }
.card.warn { background: var(--warn-bg); color: var(--warn) }
.card.warn .lead { display: flex; gap: 8px; align-items: flex-start; font-weight: 400 }
.card.warn .lead svg { margin-block-start: 2px }
.panel .card.warn .plain { color: var(--text); background: var(--bg) }
.card .sub { color: var(--muted); font-size: 13px; line-height: 18px }
.card.warn .sub { color: inherit }
.card label { font-weight: 600 }
.card .row { display: flex; flex-wrap: wrap; gap: 8px }
.card .why { display: flex; gap: 6px; color: var(--bad); font-size: 13px; line-height: 18px }
.card .why svg, .card .done svg { width: 18px; height: 18px }
.card .done { display: flex; gap: 8px; color: var(--good) }
.card .done svg { margin-block-start: 3px }
.card p > span { min-width: 0; overflow-wrap: anywhere }
.panel :is(input, textarea) { width: 100%; min-height: 44px; margin: 0; padding: 9px 12px; border: 1px solid var(--edge); border-radius: 8px; background: var(--bg); color: var(--text);
  font: inherit; font-size: 16px; line-height: 24px; text-align: start; appearance: none }
.panel input[aria-invalid=true] { border: 2px solid var(--bad); padding: 8px 11px }
.panel ::placeholder { color: var(--muted); opacity: 1 }

.write { flex: none; display: flex; flex-wrap: wrap; align-items: flex-end; gap: 8px; padding: 10px 12px; border-block-start: 1px solid var(--line); background: var(--bg) }
.write .box { flex: 1; min-width: 0; display: flex }
.panel .write textarea { display: block; resize: none; max-height: 144px; overflow-y: auto; border-radius: 12px; scrollbar-width: thin }
.panel .write .send { display: grid; place-items: center; flex: none; width: 44px; height: 44px; padding: 0; border-radius: 50% }
.panel .write .send[data-empty] { background: var(--bubble); border-color: var(--line); color: var(--muted); filter: none }
.write .left { width: 100%; order: -1; font-size: 13px; line-height: 18px; color: var(--muted); text-align: end; font-variant-numeric: tabular-nums }
.write .left.over { color: var(--bad); font-weight: 600 }
`;

const MODES = `
@media (max-height: 480px) {
  .panel[data-full] .head { min-height: 48px; padding-block: 2px }
  .panel[data-full] .head .face { display: none }
  .panel[data-full] .write { padding: 4px 8px }
  .panel[data-full] .banner { padding-block: 3px }
  .panel[data-full] .log { padding: 8px 12px }
  .panel[data-full] .write textarea { max-height: 72px }
  .panel[data-full] .card { padding: 8px 12px; gap: 6px }
  .panel[data-full] .menu { max-height: 190px; overflow-y: auto }
}
@media (max-height: 360px) {
  .panel[data-full]:has(.tray form) .write { display: none }
  .panel[data-full] .tray:has(form) { max-height: 80% }
  .under, .panel[data-full] .over .sub { display: none }
}
@media (forced-colors: active) {
  .panel, .bubble, .face, .panel .head, .tray, .write, .panel .main, .count, .menu, .panel[data-full] { border: 1px solid CanvasText }
  .panel .main, .panel .plain { border-color: ButtonText }
  .bubble :is(code, pre, blockquote) { border-color: CanvasText }
  .own .bubble { border-width: 1px 3px 1px 1px; border-inline-width: 1px 4px }
  .panel .head > button, .panel .meta button { border-color: ButtonText }
  .panel input[aria-invalid=true] { border: 3px solid CanvasText }
}
@media (prefers-reduced-motion: no-preference) {
  .panel[open] { animation: rise .15s ease-out }
  .msg.fresh .bubble { animation: rise .15s ease-out }
  @keyframes rise { from { opacity: 0; transform: translateY(8px) } }
}`;

function dress(root) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(TONES + FRAME + TALK + WRITE + MODES);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}
