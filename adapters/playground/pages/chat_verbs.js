// What a person does with messages. Each verb answers the words of its failure, or nothing.
import { confirmed } from './chat_tools.js';
import { Refusal, write } from './chat_wire.js';

export async function attempt(work) {
  try {
    await work();
    return '';
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

export function createVerbs({ page, redraw, complain }) {
  const here = (message) => ({ user: page.viewer, channel: page.channel, ts: message.ts });
  const orComplain = async (what, work) => {
    const failure = await attempt(work);
    if (failure) complain(`${what}: ${failure}`);
  };

  async function press({ key, element, block, value = '' }) {
    if (page.presses.get(key)?.busy) return;
    if (element.confirm && !(await confirmed(element.confirm.text?.text || 'Are you sure?', element.confirm.confirm?.text || 'Yes'))) return;
    page.presses.set(key, { busy: true });
    redraw();
    let isAcked = true;
    const ts = key.split('/')[0];
    const body = { ...here({ ts }), action_id: element.action_id, ...(block.block_id ? { block_id: block.block_id } : {}), ...(value ? { value } : {}) };
    const failure = await attempt(async () => { isAcked = (await write('press', body)).acked; });
    const error = failure || (isAcked ? '' : 'The app did not answer in time. Try again.');
    if (error) page.presses.set(key, { error });
    else page.presses.delete(key);
    redraw();
  }

  const react = (message, name, remove) =>
    orComplain('No reaction', () => write('react', { ...here(message), name, remove }));

  const edit = (message, text) => attempt(() => write('edit', { ...here(message), text }));

  async function remove(message) {
    if (!(await confirmed(message.user === page.viewer ? 'Delete this message for everyone?' : 'Delete the app’s message, as an admin could?', 'Delete'))) return;
    await orComplain('Not deleted', () => write('delete', here(message)));
  }

  const say = (thread) => ({ text, me, broadcast }) =>
    attempt(() => write('say', {
      user: page.viewer,
      channel: page.channel,
      text,
      ...(thread() ? { thread_ts: thread() } : {}),
      ...(broadcast && thread() ? { broadcast: true } : {}),
      ...(me ? { me: true } : {}),
    }));

  return { press, react, edit, remove, say };
}
