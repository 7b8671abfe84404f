// @ts-check
// How many conversations wait for a person: the number beside the inbox in the bar.
import { signal } from '../vendor/preact.js';
import { get, offline, signedOut } from './api.js';

const EVERY_MS = 20_000;

/** @type {{value: {waiting: number, taken: number} | null}} */
export const waitCount = signal(null);

let reading = false;
let watching = false;
/** Whether this person has an inbox. */
let has = () => false;

/** Reads the numbers again. */
export async function readWaiting() {
  if (reading || document.hidden || offline.value || signedOut.value || !has()) {
    return;
  }
  reading = true;
  const answer = await get('/v1/conversations/counts');
  reading = false;
  if (answer.ok) {
    waitCount.value = answer.body;
  }
}

/** Keeps the numbers up to date while the page is seen. @param {() => boolean} hasInbox */
export function watchWaiting(hasInbox) {
  has = hasInbox;
  readWaiting();
  if (watching) {
    return;
  }
  watching = true;
  setInterval(readWaiting, EVERY_MS);
  document.addEventListener('visibilitychange', readWaiting);
}
