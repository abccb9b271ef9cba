// What a person does with messages. Each verb answers the words of its failure, or nothing.
import { confirmed } from './chat_tools.js';
import { attempt } from './chat_verbs.js';
import { write } from './teams_wire.js';

const TOLD_MS = 8000;
const MESSAGE = 'application/vnd.microsoft.activity.message';

// What an answer to a press means for the person who pressed: an error, some words, or nothing.
function outcome({ status, body }) {
  if (status !== 200) return { error: 'The app did not answer. Try again.' };
  if (body?.type === MESSAGE) return { told: String(body.value || '') };
  const isWell = !body?.statusCode || body.statusCode < 400;
  return isWell ? {} : { error: String(body.value?.message || 'The app could not do that.') };
}

export function createVerbs({ page, redraw, complain, announce }) {
  const here = (id) => ({ user: page.viewer, channel: page.channel, id });
  const orComplain = async (what, work) => {
    const failure = await attempt(work);
    if (failure) complain(`${what}: ${failure}`);
  };

  function settle(key, state) {
    page.presses.set(key, state);
    redraw();
    if (!state.told) return;
    announce(`Only you see this: ${state.told}`);
    setTimeout(() => {
      if (page.presses.get(key) === state) page.presses.delete(key);
      redraw();
    }, TOLD_MS);
  }

  async function press({ key, id, made }) {
    if (page.presses.get(key)?.busy) return;
    settle(key, { busy: true });
    let answer = {};
    const value = typeof made.data?.value === 'string' ? made.data.value : '';
    const failure = await attempt(async () => { answer = await write('press', { ...here(id), verb: made.verb || made.id || made.title, value }); });
    if (!page.presses.has(key)) return;
    settle(key, failure ? { error: failure } : outcome(answer));
  }

  const react = (message, name, remove) => orComplain('No reaction', () => write('react', { ...here(message.id), name, remove }));
  const edit = (message, text) => attempt(() => write('edit', { ...here(message.id), text }));
  const undelete = (message) => orComplain('Not restored', () => write('undelete', here(message.id)));
  const say = (text, thread = '') => attempt(() => write('say', { user: page.viewer, channel: page.channel, text, thread }));

  async function remove(message) {
    const question = message.is_bot ? 'Delete the app’s message, as an owner could?' : 'Delete this message for everyone?';
    if (await confirmed(question, 'Delete')) await orComplain('Not deleted', () => write('delete', here(message.id)));
  }

  return { press, react, edit, undelete, remove, say };
}
