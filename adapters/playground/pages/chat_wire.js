// The control API and its live socket. Nothing here knows what the page looks like.
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10000;

export class Refusal extends Error {}

export async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { cache: 'no-store', ...options });
  } catch (error) {
    if (error instanceof TypeError) throw new Refusal('the playground does not answer.');
    throw error;
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(answer.error ? `${answer.error}.` : `the playground answered ${response.status}.`);
  return answer;
}

export function read(name, query = {}) {
  return call(`/play/${name}?${new URLSearchParams(query)}`);
}

export function post(path, body) {
  return call(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
}

export const write = (name, body) => post(`/play/${name}`, body);

// Calls onOpen after every connect, so that the caller reads after it listens; full jitter keeps many pages apart.
export function listen({ path = '/play/live', onOpen, onNews, onLost }) {
  let attempt = 0;
  let timer = null;
  let socket = null;

  function connect() {
    clearTimeout(timer);
    const address = new URL(path, location.href);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    socket = new WebSocket(address);
    socket.addEventListener('open', () => {
      attempt = 0;
      onOpen();
    });
    socket.addEventListener('message', (event) => onNews(JSON.parse(event.data)));
    socket.addEventListener('close', () => {
      onLost();
      const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
      attempt += 1;
      timer = setTimeout(connect, Math.random() * longest);
    });
  }

  const hurry = () => { if (socket.readyState === WebSocket.CLOSED && document.visibilityState === 'visible') connect(); };
  window.addEventListener('online', hurry);
  document.addEventListener('visibilitychange', hurry);
  connect();
}

// Runs one read at a time; asked again meanwhile, it runs once more, so the last state is always the newest.
export function latest(work) {
  let running = null;
  let isDue = false;
  return function run() {
    isDue = true;
    running ||= (async () => {
      while (isDue) {
        isDue = false;
        await work();
      }
    })().finally(() => { running = null; });
    return running;
  };
}
