// @ts-check
// Who is signed in here, and the ways in and out. All tabs of this browser share one session.
import { signal } from '../vendor/preact.js';
import { get, post, remove, signedIn, signedOut } from './api.js';
import { addressTo, go, here } from './router.js';

const SESSION = '/v1/session';

/**
 * @typedef {object} Session
 * @property {string | null} person null where nobody needs to sign in
 * @property {'viewer' | 'agent' | 'author' | 'operator'} role
 * @property {string[] | null} accounts null for all
 * @property {string[]} teams whose cases they get
 * @property {string[]} may the routes of the API that are open to this person, by their `operationId`
 */

/** The answer of `GET /v1/session`; null until it is there. */
export const session = signal(/** @type {Session | null} */ (null));

/** Whoever signed in elsewhere in this browser, or nobody, while this page was another person's; null if nothing changed. */
export const other = signal(/** @type {Session | null} */ (null));

/** All tabs of this browser have the same cookie: what one does holds for the others. */
const tabs = new BroadcastChannel('transom-session');
tabs.onmessage = ({ data }) => heard(data);

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
  const answer = await get(SESSION);
  if (answer.ok) {
    session.value = answer.body;
  }
  return answer.ok;
}

/** Reads the page again for whoever is signed in now. */
export function begin() {
  location.reload();
}

/**
 * Another tab signed in or out. A page never becomes another person's by itself: their edits would be published, and
 * their messages sent, under a name that is not theirs.
 * @param {'in' | 'out'} news
 */
async function heard(news) {
  const before = session.value;
  const answer = await get(SESSION);
  if (!answer.ok) {
    signedOut.value ||= news === 'out';
  } else if (before && answer.body.person !== before.person) {
    other.value = answer.body;
    signedOut.value = true;
  } else {
    takeOver(answer.body);
  }
}

/** Goes on as who is signed in now; other rights begin with a page of their own. @param {Session} is */
function takeOver(is) {
  const before = session.value;
  if (before && (is.person !== before.person || String(is.may) !== String(before.may))) {
    begin();
    return;
  }
  other.value = null;
  signedIn();
  session.value = is;
}

/**
 * Signs in by a name, or by a link, which sets the password.
 * @param {{name: string, password: string} | {link: string, password: string}} by
 */
export async function signIn(by) {
  const answer = await post(SESSION, by);
  if (!answer.ok) {
    return answer;
  }
  const is = await get(SESSION);
  // Not back to the link, which counts once, also where the page is read again for another person.
  here.peek().page === 'sign-in' && go(addressTo('flows'), { replace: true });
  tabs.postMessage('in');
  is.ok && takeOver(is.body);
  return is;
}

/** Signs out. What is unpublished stays in this browser; nothing else of the bot stays on the screen. */
export async function signOut() {
  const answer = await remove(SESSION);
  if (answer.ok) {
    tabs.postMessage('out');
    location.reload();
  }
  return answer;
}
