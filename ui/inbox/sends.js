// @ts-check
// Messages on their way, each under a key of its own: whatever happens to a request, the same key sends it once. They
// are kept in this tab until it is known what became of them, and go out only as their own person's.
import { effect, signal, untracked } from '../vendor/preact.js';
import { detail, offline, post, signedOut } from '../js/api.js';
import { session } from '../js/session.js';
import { me } from './me.js';

/**
 * @typedef {object} Send
 * @property {string} key the `Idempotency-Key`
 * @property {number} talk
 * @property {any} body
 * @property {number} at
 * @property {number} after the newest message that was known then
 * @property {'sending' | 'unknown' | 'failed'} state `unknown`: it may have arrived at the daemon
 * @property {string} why the daemon's words
 * @property {string} code
 * @property {number} [tries] by itself
 */

/** So often a message that was cut off is tried by itself; then somebody has to wish it. */
const TRIES_MAX = 3;
const shelf = () => `studio.inbox.sends:${me()}`;

/** @type {{value: Send[], peek: () => Send[]}} */
export const sends = signal([]);

let read = false;
effect(() => {
  if (session.value && !read) {
    read = true;
    untracked(() => (sends.value = kept()));
  }
});

/** The sends that a reload interrupted; they may have arrived. @returns {Send[]} */
function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(shelf()) ?? '[]').map((/** @type {Send} */ one) => ({ ...one, state: one.state === 'sending' ? 'unknown' : one.state }));
  } catch {
    return [];
  }
}

/** @param {Send[]} all */
function keep(all) {
  sends.value = all;
  try {
    sessionStorage.setItem(shelf(), JSON.stringify(all));
  } catch {
    // Without storage they are kept until the page is left.
  }
}

/** @param {string} key @param {Partial<Send>} change */
const change = (key, change) => keep(sends.peek().map((one) => (one.key === key ? { ...one, ...change } : one)));

/** @param {string} key */
export const forget = (key) => keep(sends.peek().filter((one) => one.key !== key));

const freshKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, '0')).join('');

/** Told of each answer. @type {Set<(send: Send, answer: import('../js/api.js').Answer) => void>} */
const hearers = new Set();

/** @param {(send: Send, answer: import('../js/api.js').Answer) => void} hear */
export function answered(hear) {
  hearers.add(hear);
  return () => hearers.delete(hear);
}

/**
 * Sends a message into a conversation.
 * @param {number} talk
 * @param {any} body as `POST /v1/conversations/{id}/messages` takes it
 * @param {number} after the newest known message
 */
export function send(talk, body, after) {
  /** @type {Send} */
  const one = { key: freshKey(), talk, body, at: Date.now(), after, state: 'sending', why: '', code: '' };
  keep([...sends.peek(), one]);
  attempt(one);
}

/** Tries again, under the same key. @param {Send} one */
export function again(one) {
  change(one.key, { state: 'sending', why: '', code: '' });
  attempt(one);
}

/** @param {Send} one */
async function attempt(one) {
  const answer = await post(`/v1/conversations/${one.talk}/messages`, one.body, { key: one.key });
  const lost = answer.status === 0 || answer.status >= 500 || ['in_progress', 'outcome_unknown'].includes(answer.body?.code);
  if (answer.ok || answer.body?.message_id) {
    // It stands among the messages, with what became of it.
    forget(one.key);
  } else if (lost) {
    change(one.key, { state: 'unknown', why: answer.status ? detail(answer) : '', code: answer.body?.code ?? '' });
  } else {
    change(one.key, { state: 'failed', why: detail(answer), code: answer.body?.code ?? '' });
  }
  for (const hear of hearers) {
    hear(one, answer);
  }
}

/** Sends by itself what was cut off: the same key sends it once. */
function goOn() {
  for (const one of signedOut.peek() ? [] : sends.peek()) {
    const tries = (one.tries ?? 0) + 1;
    if (one.state === 'unknown' && tries <= TRIES_MAX) {
      change(one.key, { tries });
      again({ ...one, tries });
    }
  }
}

/** Goes on with what was cut off, now and when the daemon is back. Ends with the function that it gives. */
export function whenBack() {
  goOn();
  let was = offline.peek();
  return effect(() => {
    const is = offline.value;
    if (was && !is) {
      goOn();
    }
    was = is;
  });
}
