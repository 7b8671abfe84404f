// @ts-check
// Who is signed in here, and the ways in and out. All tabs of this browser share one session.
import { signal } from '../vendor/preact.js';
import { get, post, remove, signedIn, signedOut } from './api.js';

/**
 * @typedef {object} Session
 * @property {string | null} person null where nobody needs to sign in
 * @property {'viewer' | 'agent' | 'author' | 'operator'} role
 * @property {string[] | null} accounts null for all
 * @property {string[]} may the routes of the API that are open to this person, by their `operationId`
 */

/** The answer of `GET /v1/session`; null until it is there. */
export const session = signal(/** @type {Session | null} */ (null));

const tabs = new BroadcastChannel('transom-session');
tabs.onmessage = ({ data }) => (data === 'in' ? taken() : (signedOut.value = true));

/**
 * Whether the daemon would let this person do something. What they may not do is not offered anywhere.
 * @param {string} name the `operationId` of the route that does it
 */
export const may = (name) => !session.value || session.value.may.includes(name);

/** Whether this person writes flows. Who does not looks at them only. */
export const mayEdit = () => may('studio_editor');

/** Whether this person sees names and numbers: who sees them masked cannot search by them. */
export const seesPeople = () => may('read_media');

/** Asks who is signed in. @returns {Promise<boolean>} whether somebody is */
export async function readSession() {
  const answer = await get('/v1/session');
  if (answer.ok) {
    session.value = answer.body;
  }
  return answer.ok;
}

/** Takes over who is signed in now. Another person, or one with another role, begins with a page of their own. */
async function taken() {
  const before = session.value;
  signedIn();
  const is = (await readSession()) ? session.value : null;
  if (before && is && (is.person !== before.person || String(is.may) !== String(before.may))) {
    location.reload();
  }
}

/**
 * Signs in by a name, or by a link, which sets the password.
 * @param {{name: string, password: string} | {link: string, password: string}} by
 */
export async function signIn(by) {
  const answer = await post('/v1/session', by);
  if (answer.ok) {
    tabs.postMessage('in');
    await taken();
  }
  return answer;
}

/** Signs out. What is unpublished stays in this browser; nothing else of the bot stays on the screen. */
export async function signOut() {
  const answer = await remove('/v1/session');
  if (answer.ok) {
    tabs.postMessage('out');
    location.reload();
  }
  return answer;
}
