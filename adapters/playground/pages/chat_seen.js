// What the reader has already had on screen, per channel and per thread; everything else is unread.
const lastOf = (message) => Math.max(Number(message.ts), Number(message.latest_reply || 0));
export const newestOf = (messages) => Math.max(0, ...messages.map(lastOf));

export function createSeen() {
  const channels = new Map();
  const threads = new Map();
  const unread = new Set();

  // The first look at a channel is the base line: old messages are not news.
  function baseline(channel, messages) {
    if (channels.has(channel)) return;
    channels.set(channel, newestOf(messages));
    messages.filter((message) => message.latest_reply).forEach((message) => threads.set(message.ts, lastOf(message)));
  }

  function sawChannel(channel, messages) {
    baseline(channel, messages);
    channels.set(channel, newestOf(messages));
    unread.delete(channel);
  }

  function glanced(channel, messages) {
    baseline(channel, messages);
    if (newestOf(messages) > channels.get(channel)) unread.add(channel);
  }

  function sawThread(ts, messages) {
    threads.set(ts, Math.max(threads.get(ts) || 0, newestOf(messages)));
  }

  const isFresh = (message) => Boolean(message.reply_count) && lastOf(message) > (threads.get(message.ts) || 0);
  return { unread, sawChannel, glanced, sawThread, isFresh };
}
