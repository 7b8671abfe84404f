// @ts-check
// Messages on their way, each under a key of its own: whatever happens to a request, the same key sends it once. Those of
// a conversation go one after the other, in the order in which they were written. They are kept in this browser, by bot
// and person, until it is known what became of them.
import { effect, signal, untracked } from '../vendor/preact.js';
import { detail, get, offline, post, signedOut } from '../js/api.js';
import { t } from '../js/i18n.js';
import { here } from '../js/router.js';
import { session } from '../js/session.js';
import { bot, say } from '../js/state.js';
import { drafted, keepDraft } from './drafts.js';
import { shelfOf } from './me.js';

/**
 * @typedef {object} Send
 * @property {string} key the `Idempotency-Key`
 * @property {number} talk
 * @property {any} body
 * @property {number} at when it was written; those of a tab have different times
 * @property {number} after the newest message that was known then
 * @property {'waiting' | 'sending' | 'unknown' | 'failed' | 'old'} state `unknown`: it may have arrived at the daemon;
 *   `old`: a person must say whether it is still to be sent
 * @property {string} why the daemon's words
 * @property {string} code of the refusal; `before`: the message before it was refused
 * @property {number} [tries]
 * @property {number} [wished] when a person wanted it to be sent after all
 */

/** So often a message is tried by itself; then somebody has to wish it. */
const TRIES_MAX = 3;
/** A message that has waited for longer is no longer sent by itself: the customer may have gone on. */
const ASKS_AFTER_MS = 15 * 60_000;
/** The time until the next try where the daemon names none. */
const PAUSE_S = 2;
/** The beginning of each message's name in the browser's storage; the frame looks for it. */
const SHELF = 'studio.inbox.send:';
const shelf = () => shelfOf(SHELF);

/** In the order in which they were written. @type {{value: Send[], peek: () => Send[]}} */
export const sends = signal([]);

/** The keys of those that the browser did not keep: they last until the page is left. @type {Set<string>} */
const unkept = new Set();

/** Reads what this tab and the others keep. */
function read() {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(shelf()));
    /** @type {Send[]} */
    const all = names.flatMap((name) => JSON.parse(localStorage.getItem(name) ?? '[]'));
    put([...all, ...sends.peek().filter((one) => unkept.has(one.key))]);
  } catch {
    // Without storage those of this tab are all.
  }
}

/** @param {Send[]} all */
function put(all) {
  sends.value = [...all].sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
}

/** @param {Send} one */
function keep(one) {
  put([...sends.peek().filter(({ key }) => key !== one.key), one]);
  try {
    localStorage.setItem(shelf() + one.key, JSON.stringify([one]));
    unkept.delete(one.key);
  } catch {
    unkept.add(one.key);
  }
}

/** @param {string} key @param {Partial<Send>} change */
function change(key, change) {
  const one = sends.peek().find((one) => one.key === key);
  if (one) {
    keep({ ...one, ...change });
  }
}

/** @param {string} key */
function drop(key) {
  put(sends.peek().filter((one) => one.key !== key));
  unkept.delete(key);
  try {
    localStorage.removeItem(shelf() + key);
  } catch {
    // It was not kept either.
  }
}

/** Gives a message up; those behind it go on. @param {Send} one */
export function discard(one) {
  drop(one.key);
  goOn(one.talk);
}

/** Whether it stops those behind it until a person decides. @param {Send} one */
export const stops = (one) => one.state === 'failed' || one.state === 'old' || (one.state === 'unknown' && (one.tries ?? 0) >= TRIES_MAX);

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
  const at = Math.max(Date.now(), (sends.peek().at(-1)?.at ?? 0) + 1);
  keep({ key: freshKey(), talk, body, at, after, state: 'waiting', why: '', code: '' });
  goOn(talk);
}

/** Tries again, under the same key. @param {Send} one */
export function again(one) {
  change(one.key, { state: 'waiting', why: '', code: '', wished: Date.now() });
  goOn(one.talk);
}

/** The conversations whose messages this tab sends, or waits to send; true: there is news meanwhile. @type {Map<number, boolean>} */
const going = new Map();

/** Sends what waits in a conversation, one message after the other. @param {number} talk */
async function goOn(talk) {
  if (going.has(talk)) {
    going.set(talk, true);
    return;
  }
  do {
    going.set(talk, false);
    await alone(`${shelf()}${talk}`, async () => {
      for (let one = next(talk); one && (await attempt(one)); one = next(talk));
    });
  } while (going.get(talk));
  going.delete(talk);
}

/**
 * Works while no other tab does the same. A browser that has no locks, as over plain HTTP, may send twice: the key makes
 * one message of both.
 * @param {string} name
 * @param {() => Promise<void>} work
 */
const alone = (name, work) => (navigator.locks ? navigator.locks.request(name, work) : work());

/** The message that goes next, or null if none may. @param {number} talk @returns {Send | null} */
function next(talk) {
  if (offline.peek() || signedOut.peek()) {
    return null;
  }
  read();
  let one = sends.peek().find((one) => one.talk === talk);
  if (one?.state === 'sending') {
    // The tab that sent it is gone.
    one = { ...one, state: 'unknown' };
    keep(one);
  }
  if (!one || stops(one)) {
    return null;
  }
  if (Date.now() - Math.max(one.at, one.wished ?? 0) > ASKS_AFTER_MS) {
    stopped(one, { state: 'old' });
    return null;
  }
  return one;
}

/** @param {Send} one @param {Partial<Send>} how */
function stopped(one, how) {
  change(one.key, how);
  if (here.peek().page !== 'inbox') {
    say(t('inbox.stopped'), 'bad');
  }
}

/** @param {Send} one @returns {Promise<boolean>} whether the next one may go */
async function attempt(one) {
  change(one.key, { state: 'sending', tries: (one.tries ?? 0) + 1 });
  const answer = await post(`/v1/conversations/${one.talk}/messages`, one.body, { key: one.key });
  const code = answer.body?.code ?? '';
  const lost = answer.status === 0 || answer.status === 429 || answer.status >= 500 || ['in_progress', 'outcome_unknown'].includes(code);
  const stands = answer.ok || Boolean(answer.body?.message_id);
  if (stands) {
    // It stands among the messages, with what became of it.
    drop(one.key);
  } else if (answer.status === 401) {
    change(one.key, { state: 'waiting' });
  } else if (lost) {
    change(one.key, { state: 'unknown', why: answer.status ? detail(answer) : '', code });
  } else {
    stopped(one, { state: 'failed', why: detail(answer), code });
  }
  const behind = sends.peek().find((other) => other.talk === one.talk && other.key !== one.key);
  if (stands && !answer.ok && behind) {
    stopped(behind, { state: 'failed', why: '', code: 'before' });
  }
  if (lost && answer.status) {
    setTimeout(() => goOn(one.talk), (answer.wait || PAUSE_S) * 1000);
  }
  for (const hear of hearers) {
    hear(one, answer);
  }
  return answer.ok;
}

/** Goes on in all conversations. */
function goOnAll() {
  read();
  new Set(sends.peek().map((one) => one.talk)).forEach(goOn);
}

/** Forgets what this browser keeps for a conversation. @param {number} talk */
export function forget(talk) {
  keepDraft(talk, '');
  sends.peek().filter((one) => one.talk === talk).forEach(({ key }) => drop(key));
}

/** Whether the daemon no longer has a conversation, or has erased its contact. @param {number} talk */
async function isGone(talk) {
  const found = await get(`/v1/conversations/${talk}`);
  const contact = found.ok ? await get(`/v1/contacts/${found.body.contact.id}`) : found;
  return contact.status === 404;
}

/** Goes on in the conversations that are still there: somebody may have erased a contact in another browser meanwhile. */
async function lookAll() {
  read();
  for (const talk of new Set([...sends.peek().map((one) => one.talk), ...drafted()])) {
    if (await isGone(talk)) {
      forget(talk);
    } else {
      goOn(talk);
    }
  }
}

let looked = false;
// At first, and whenever the daemon or the person is back.
effect(() => {
  const ready = Boolean(session.value && bot.value && !offline.value && !signedOut.value);
  if (ready) {
    untracked(looked ? goOnAll : lookAll);
  }
  looked = ready;
});

addEventListener('storage', ({ key }) => {
  if (session.peek() && (key === null || key.startsWith(shelf()))) {
    goOnAll();
  }
});
