// Plain requests to the bridge. An answer is always {status, data}; no answer at all is status 0.

async function ask(origin, method, path, { token, body, signal, seconds = 15 } = {}) {
  const aborter = new AbortController();
  const timer = setTimeout(() => aborter.abort(), seconds * 1000);
  if (signal) signal.addEventListener('abort', () => aborter.abort());
  const headers = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers['Content-Type'] = 'application/json';
  try {
    const answer = await fetch(origin + path, {
      method, headers, body: body && JSON.stringify(body), signal: aborter.signal,
      credentials: 'omit', cache: 'no-store', referrerPolicy: 'strict-origin-when-cross-origin',
    });
    return { status: answer.status, data: await answer.json().catch(() => ({})) };
  } catch {
    return { status: 0, data: {} };
  } finally {
    clearTimeout(timer);
  }
}

/** What went wrong, in the shape of the protocol's error frame. */
function problem({ status, data }) {
  if (status >= 200 && status < 300) return null;
  return { code: status ? 'busy' : 'unreachable', ...(data && data.error) };
}

/** Trouble that passes by itself. */
const PASSING = ['busy', 'unreachable'];

/** Seconds to wait before try number `tries` (from 0): exponential with full jitter, at most 30. */
function patience(tries) {
  return Math.random() * Math.min(30, 2 ** tries);
}

function complain(sentence) {
  console.error('Silta: ' + sentence);
}
