// What only a pretend Teams has: the consent, the app's place in the team, its secret and keys, and what goes wrong next.
import { button, el } from './chat_dom.js';
import { attempt } from './chat_verbs.js';
import { endFaults, write } from './teams_wire.js';

const ANY = '*';
const MISHAPS = [
  ['Calls: too many (429, wait 10 s)', 'fault', { method: ANY, kind: 'throttled', seconds: 10 }],
  ['Calls: Teams is down (502, 8 times)', 'fault', { method: ANY, kind: 'error_502', times: 8 }],
  ['Calls: each answer takes 3 s (8 times)', 'fault', { method: ANY, kind: 'slow', seconds: 3, times: 8 }],
  ['Calls: done, but the answer is lost (once)', 'fault', { method: ANY, kind: 'cut_after_store' }],
  ['Calls: two at once (412, 3 times)', 'fault', { method: ANY, kind: 'conflict', times: 3 }],
  ['To the app: the next message is lost', 'events', { kind: 'drop' }],
  ['To the app: the next message comes twice', 'events', { kind: 'twice' }],
  ['To the app: the next message comes 5 s late', 'events', { kind: 'late', seconds: 5 }],
  ['To the app: a message without proof of origin', 'events', { kind: 'unsigned' }],
  ['To the app: a message signed by a stranger', 'events', { kind: 'foreign_key' }],
];

function toggle(label, note, flip) {
  const face = el('button', { type: 'button', class: 'switch', role: 'switch', 'aria-checked': 'false', onclick: () => flip(face.getAttribute('aria-checked') !== 'true') },
    el('span', { class: 'knob', 'aria-hidden': 'true' }), el('span', {}, label));
  return { face, element: el('div', { class: 'setting' }, face, el('p', { class: 'muted' }, note)) };
}

export function createWorkshop({ root, opener, closer }) {
  const said = el('p', { class: 'said', role: 'status' });
  const act = async (words, work) => {
    const failure = await attempt(work);
    said.textContent = failure ? `Not done: ${failure}` : words;
  };
  const consent = toggle('The app hears every message', 'The team’s consent. Without it the app only gets messages that mention it.',
    (isOn) => act(isOn ? 'Consent given.' : 'Consent taken back.', () => write('consent', { granted: isOn })));
  const installed = toggle('The app is in the team', 'Outside it hears nothing, and cannot post.',
    (isOn) => act(isOn ? 'The app is in the team.' : 'The app was taken out.', () => write(isOn ? 'install' : 'uninstall')));
  const secret = toggle('The app’s secret is good', 'A withdrawn one opens nothing any more.',
    (isOn) => act(isOn ? 'The secret is good again.' : 'The secret was withdrawn.', async () => {
      await write('token', { revoked: !isOn });
      secret.face.setAttribute('aria-checked', String(isOn));
    }));
  const mishap = el('select', { id: 'mishap' }, MISHAPS.map(([name], index) => el('option', { value: index }, name)));
  const begin = () => {
    const [name, door, body] = MISHAPS[Number(mishap.value)];
    return act(`Set: ${name}.`, () => write(door, body));
  };
  root.append(
    consent.element, installed.element, secret.element,
    el('div', { class: 'setting' }, button('Sign with new keys', () => act('From now on another key signs.', () => write('keys')), { look: 'press' }),
      el('p', { class: 'muted' }, 'The app asks for keys when it meets an unknown one, but not again within 10 s.')),
    el('div', { class: 'setting' }, el('label', { for: 'mishap' }, 'What goes wrong next'), mishap,
      el('div', { class: 'actions' }, button('Let it happen', begin, { look: 'press primary' }), button('End all faults', () => act('No faults any more.', endFaults), { look: 'press' }))),
    said);

  function set(isOpen) {
    root.hidden = !isOpen;
    opener.setAttribute('aria-expanded', String(isOpen));
    (isOpen ? closer : opener).focus();
  }
  opener.addEventListener('click', () => set(root.hidden));
  closer.addEventListener('click', () => set(false));

  function show(state) {
    consent.face.setAttribute('aria-checked', String(state.is_consented));
    installed.face.setAttribute('aria-checked', String(state.bot.is_installed));
    secret.face.setAttribute('aria-checked', String(!state.is_token_revoked));
  }
  return { show, isOpen: () => !root.hidden, close: () => set(false) };
}
