// The shop left, the team right: in one tab the pretend Slack, in another the pretend Teams. What is not shown keeps
// running, and its button tells when something came there. On a narrow screen one side shows at a time.
const sides = document.querySelector('.sides');
const buttons = [...document.querySelectorAll('[data-show]')];
const tabs = [...document.querySelectorAll('[role="tab"]')];
const shop = document.querySelector('iframe.visitor');
const answered = document.querySelector('.answered');
const SITE_OF = { slack: '', teams: answered.dataset.second };
answered.hidden = !SITE_OF.teams;

const chosen = () => tabs.find((tab) => tab.getAttribute('aria-selected') === 'true').dataset.tab;
const inAddress = () => (location.hash === '#teams' ? 'teams' : 'slack');
const mark = (button, isNew) => { button.querySelector('.news').hidden = !isNew; };

function choose(name) {
  for (const tab of tabs) {
    const isIt = tab.dataset.tab === name;
    tab.setAttribute('aria-selected', String(isIt));
    tab.tabIndex = isIt ? 0 : -1;
    document.getElementById(tab.getAttribute('aria-controls')).hidden = !isIt;
    if (isIt) mark(tab, false);
  }
  if (inAddress() !== name) history.replaceState(null, '', `#${name}`);
}

function walk(event) {
  const at = tabs.indexOf(event.target);
  const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  const tab = tabs[(next + tabs.length) % tabs.length];
  choose(tab.dataset.tab);
  tab.focus();
}

for (const tab of tabs) {
  tab.addEventListener('click', () => choose(tab.dataset.tab));
  tab.addEventListener('keydown', walk);
}
window.addEventListener('hashchange', () => choose(inAddress()));

for (const button of buttons) {
  button.addEventListener('click', () => {
    sides.dataset.shown = button.dataset.show;
    buttons.forEach((other) => other.setAttribute('aria-pressed', String(other === button)));
    mark(button, false);
  });
}

function tell(side) {
  const isShown = sides.dataset.shown === side || getComputedStyle(document.querySelector('.switch')).display === 'none';
  mark(buttons.find((one) => one.dataset.show === side), !isShown);
}

// Who changes where the shop is answered wants to see that team.
let site = null;
function arrive(page) {
  const asked = new URLSearchParams(page.location.search);
  const now = asked.get('site') || '';
  for (const link of answered.querySelectorAll('a')) {
    if (link.dataset.site) asked.set('site', link.dataset.site);
    else asked.delete('site');
    link.href = `/shop?${asked}`;
    if (link.dataset.site === now) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
  const tab = Object.keys(SITE_OF).find((name) => SITE_OF[name] === now);
  if (site !== null && site !== now && tab) choose(tab);
  site = now;
}

function tellTab(name) {
  tell('team');
  mark(tabs.find((tab) => tab.dataset.tab === name), chosen() !== name);
}

const watches = {
  visitor: (page) => {
    arrive(page);
    page.addEventListener('silta:message', () => tell('visitor'));
  },
  team: (page) => page.addEventListener('playground:news', () => tellTab('slack')),
  teams: (page) => page.addEventListener('playground:news', () => tellTab('teams')),
};

choose(inAddress());
shop.src = SITE_OF[chosen()] ? `${shop.dataset.src}?site=${SITE_OF[chosen()]}` : shop.dataset.src;
for (const [side, watch] of Object.entries(watches)) {
  const frame = document.querySelector(`iframe.${side}`);
  const begin = () => { if (frame.contentDocument.URL !== 'about:blank') watch(frame.contentDocument); };
  frame.addEventListener('load', begin);
  if (frame.contentDocument?.readyState === 'complete') begin();
}
