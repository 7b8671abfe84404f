// @ts-check
// Requests to the daemon. An answer never throws, also not a refusal; a daemon that does not answer sets `offline`.
import { effect, signal } from '../vendor/preact.js';

/**
 * @typedef {object} Answer
 * @property {boolean} ok
 * @property {number} status 0 if no answer came
 * @property {any} body
 * @property {number} [wait] seconds after which to try again, 0 if the answer says none
 */

/** So much the clock of the daemon may differ before this machine's clock is not believed. */
const SKEW_MS = 3000;
const SESSION = '/v1/session';
let skew = 0;

/** The moment on the clock of the daemon: windows close by it. */
export const now = () => Date.now() + skew;

/** The moment since which the daemon does not answer, or null. */
export const offline = signal(/** @type {Date | null} */ (null));

/** Whether the daemon refuses requests because nobody is signed in, or no longer. */
export const signedOut = signal(false);

/** Counts the sign-ins: a late refusal of a request from before tells nothing. */
let signIns = 0;

/** Somebody is signed in. */
export function signedIn() {
  signIns += 1;
  signedOut.value = false;
}

/**
 * @param {string} path
 * @param {RequestInit} [init]
 * @returns {Promise<Answer>}
 */
async function ask(path, init) {
  const before = signIns;
  // Nobody is signed in, and only signing in can change that.
  if (signedOut.peek() && path !== SESSION) {
    return { ok: false, status: 401, body: { code: 'not_signed_in' }, wait: 0 };
  }
  let answer;
  let body;
  try {
    answer = await fetch(path, { credentials: 'same-origin', ...init });
    body = await bodyOf(answer);
  } catch (error) {
    const cancelled = /** @type {Error} */ (error).name === 'AbortError';
    if (!cancelled) {
      lost();
    }
    return { ok: false, status: 0, body: { cancelled }, wait: 0 };
  }
  back();
  const told = Date.parse(answer.headers.get('date') ?? '') + 500 - Date.now();
  skew = Math.abs(told) > SKEW_MS ? told : 0;
  // A wrong password is a refusal, too, and ends nothing.
  const tries = path === SESSION && init?.method === 'POST';
  if (answer.status === 401 && !tries && before === signIns) {
    signedOut.value = true;
  }
  return { ok: answer.ok, status: answer.status, body, wait: Number(answer.headers.get('retry-after')) || 0 };
}

/** The body of an answer, null if it is no JSON. One that breaks off is no answer at all. @param {Response} answer */
async function bodyOf(answer) {
  const text = await answer.text();
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Says that the daemon is not there. */
function lost() {
  offline.value ??= new Date();
}

/** Says that the daemon is there. */
function back() {
  offline.value = null;
}

/**
 * @param {string} path
 * @param {{signal?: AbortSignal}} [options]
 */
export const get = (path, options = {}) => ask(path, options);

/**
 * @param {string} path
 * @param {any} body
 * @param {{signal?: AbortSignal, key?: string}} [options] the same `key` does the same only once
 */
export const post = (path, body, { signal, key } = {}) =>
  ask(path, {
    signal,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key ? { 'idempotency-key': key } : {}) },
    body: JSON.stringify(body),
  });

/**
 * @param {string} path
 * @param {any} body
 */
export const patch = (path, body) =>
  ask(path, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** @param {string} path */
export const remove = (path) => ask(path, { method: 'DELETE' });

/**
 * Sends a file as it is.
 * @param {string} path
 * @param {File} file
 */
export const upload = (path, file) => ask(path, { method: 'POST', headers: { 'content-type': file.type || 'application/octet-stream' }, body: file });

/**
 * The sentence of a refusal.
 * @param {Answer} answer
 * @returns {string}
 */
export const detail = (answer) => answer.body?.detail || answer.body?.title || `HTTP ${answer.status}`;

/**
 * Whether what stood in the way of a request is gone: the daemon answers again, or somebody has signed in.
 * @param {Answer | null} refusal
 */
export const isMended = (refusal) =>
  (refusal?.status === 0 && !offline.value) || (refusal?.status === 401 && !signedOut.value);

const AGAIN_MS = 3000;

/**
 * Listens to the daemon's news while the page is seen. A hidden tab lets go of its connection, because browsers open
 * six to a host and each listener holds one.
 * @param {string} path
 * @param {Record<string, (news: any) => void>} heard by type
 * @param {(stands: boolean) => void} again called when the connection stands and when it breaks: then the page reads anew
 * @returns {() => void} ends it
 */
export function listen(path, heard, again) {
  /** @type {EventSource | null} */
  let source = null;
  let over = false;
  const open = () => {
    if (source || over) {
      return;
    }
    source = new EventSource(path);
    source.addEventListener('open', () => again(true));
    source.addEventListener('error', () => {
      again(false);
      // A refusal ends the stream for good; a lost connection is taken up by the browser itself.
      if (source?.readyState === EventSource.CLOSED) {
        close();
        // The stream does not say why it was refused; the session does.
        get(SESSION).then(() => setTimeout(seen, AGAIN_MS));
      }
    });
    for (const [type, hear] of Object.entries(heard)) {
      source.addEventListener(type, (event) => hear(parsed(/** @type {MessageEvent} */ (event).data)));
    }
  };
  const close = () => {
    source?.close();
    source = null;
  };
  const seen = () => (document.hidden || signedOut.value ? close() : open());
  document.addEventListener('visibilitychange', seen);
  const end = effect(seen);
  return () => {
    over = true;
    end();
    document.removeEventListener('visibilitychange', seen);
    close();
  };
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
