// @ts-check
// Begun answers, by bot, person and conversation. They stay in this browser, also when the tab is closed.
import { shelfOf } from './me.js';

const SHELF = 'studio.inbox.draft:';
/** A draft that nobody has touched for so long is forgotten. */
const KEPT_MS = 30 * 24 * 3_600_000;

/** @param {number} id */
const shelf = (id) => `${shelfOf(SHELF)}${id}`;

/** @param {string} name @returns {{text: string, at: number} | null} */
const read = (name) => JSON.parse(localStorage.getItem(name) ?? 'null');

try {
  for (const name of Object.keys(localStorage).filter((name) => name.startsWith(SHELF))) {
    if (Date.now() - (read(name)?.at ?? 0) > KEPT_MS) {
      localStorage.removeItem(name);
    }
  }
} catch {
  // Without storage there is nothing to forget.
}

/** @param {number} id @returns {string} */
export function draftOf(id) {
  try {
    return read(shelf(id))?.text ?? '';
  } catch {
    return '';
  }
}

/** @param {number} id @param {string} text */
export function keepDraft(id, text) {
  try {
    if (!text) {
      localStorage.removeItem(shelf(id));
    } else if (text !== draftOf(id)) {
      localStorage.setItem(shelf(id), JSON.stringify({ text, at: Date.now() }));
    }
  } catch {
    // Without storage a draft lasts until the conversation is left.
  }
}

/** The conversations of this bot and person that have a draft. @returns {number[]} */
export function drafted() {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(shelfOf(SHELF)));
    return names.map((name) => Number(name.slice(shelfOf(SHELF).length)));
  } catch {
    return [];
  }
}

/** The boxes that are shown. @type {Set<(id: number, text: string) => void>} */
const boxes = new Set();

/** Puts words below those that are in the box of a conversation. @param {number} id @param {string} words */
export function addToDraft(id, words) {
  const text = [draftOf(id), words].filter(Boolean).join('\n');
  keepDraft(id, text);
  for (const box of boxes) {
    box(id, text);
  }
}

/** @param {(id: number, text: string) => void} hear told of words that come into a box from elsewhere */
export function refilled(hear) {
  boxes.add(hear);
  return () => void boxes.delete(hear);
}
