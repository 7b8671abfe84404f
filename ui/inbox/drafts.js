// @ts-check
// Begun answers, by person and conversation. They stay in this tab, also when it is loaded again.
import { me } from './me.js';

/** @param {number} id */
const shelf = (id) => `studio.inbox.draft:${me()}:${id}`;

/** @param {number} id @returns {string} */
export function draftOf(id) {
  try {
    return sessionStorage.getItem(shelf(id)) ?? '';
  } catch {
    return '';
  }
}

/** @param {number} id @param {string} text */
export function keepDraft(id, text) {
  try {
    if (text) {
      sessionStorage.setItem(shelf(id), text);
    } else {
      sessionStorage.removeItem(shelf(id));
    }
  } catch {
    // Without storage a draft lasts until the conversation is left.
  }
}
