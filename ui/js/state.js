// @ts-check
// The state of the page: the bot, its files with unpublished edits, the open file, findings, messages.
import { batch, computed, signal } from '../vendor/preact.js';
import { addressOf, go, here } from './router.js';

/**
 * @typedef {object} Held One file.
 * @property {string | null} disk the text on disk, null if there is none
 * @property {string | null} etag of the text on disk
 * @property {string | null} text the text of the editor, null if the file is to be deleted
 * @property {string | null} base the etag that the edits stand on
 * @property {string | null} [from] the text that the edits stand on, where it is known
 * @property {Gone} [gone] of a file that is to be deleted: how it comes back
 */

/**
 * @typedef {object} Gone
 * @property {string | null} text the unpublished text that the file had, null if it was as on disk
 * @property {string[]} paths the files that were deleted with it, and itself
 */

/**
 * @typedef {object} Finding
 * @property {string} path
 * @property {number} line from 1
 * @property {number} column from 1
 * @property {number} endLine
 * @property {number} endColumn
 * @property {'error' | 'warning'} severity
 * @property {string} code
 * @property {string} message
 * @property {string} help
 * @property {string} href
 * @property {any} [repair] the code action that mends it
 */

/** The answer of `GET /v1/bot`. */
export const bot = signal(/** @type {any} */ (null));
/** The sentence about why the bot could not be read, or null. */
export const trouble = signal(/** @type {string | null} */ (null));
/** Whether the edits that this browser kept are laid over the files. */
export const restored = signal(false);
/** The files that were read, by path. Replaced at each change. */
export const files = signal(/** @type {Map<string, Held>} */ (new Map()));
/** The path of the open file. */
export const open = signal(/** @type {string | null} */ (null));
/** The place of the cursor in the editor; the line counts from 1. */
export const cursor = signal(/** @type {{path: string, line: number} | null} */ (null));
/** Asks the editor to show a place; each request is a new object. */
export const target = signal(/** @type {{path: string, line: number, column: number} | null} */ (null));
/** The line in the editor that the talk is at. */
export const mark = signal(/** @type {{path: string, line: number} | null} */ (null));
export const findings = signal(/** @type {Finding[]} */ ([]));
/** Whether the findings are those of the present texts; false until the language server has looked at them. */
export const checked = signal(false);
/** How many tests have another result with the unpublished edits, of all, and how many fail; null if nobody knows. */
export const changedTests = signal(/** @type {{n: number, all: number, failing: number} | null} */ (null));
/** Counts the changes of texts, for replays. */
export const epoch = signal(0);
/** The pane that a phone shows. */
export const pane = signal(/** @type {'edit' | 'map' | 'chat' | 'trace'} */ ('chat'));
/** The tab of the dock. */
export const dock = signal('trace');
/** Files that another tab of this browser has open. */
export const elsewhere = signal(/** @type {Set<string>} */ (new Set()));
/** `act`: a button in the message. @typedef {{label: string, run: () => void}} Act */
export const toasts = signal(/** @type {{id: number, message: string, kind: string, act?: Act}[]} */ ([]));

/** Whether a file has unpublished edits. */
export const isChanged = /** @type {(file: Held | undefined) => file is Held} */ ((file) => !!file && file.text !== file.disk);
/** Whether the file changed on disk below unpublished edits. @param {Held | undefined} file */
export const isOvertaken = (file) => !!file && isChanged(file) && file.base !== file.etag;

/** The texts of changed files by path, null for a deleted one: the `files` of requests. */
export const edits = computed(() => {
  /** @type {Record<string, string | null>} */
  const changed = {};
  for (const [path, file] of files.value) {
    if (isChanged(file)) {
      changed[path] = file.text;
    }
  }
  return changed;
});
export const editCount = computed(() => Object.keys(edits.value).length);
export const errorCount = computed(() => findings.value.filter((one) => one.severity === 'error').length);
export const overtaken = computed(() => [...files.value].filter(([, file]) => isOvertaken(file)).map(([path]) => path));

let toastId = 0;

/**
 * Shows a short message.
 * @param {string} message
 * @param {'good' | 'bad'} [kind]
 * @param {Act} [act]
 */
export function say(message, kind = 'good', act) {
  const id = ++toastId;
  toasts.value = [...toasts.value.slice(-2), { id, message, kind, act }];
  setTimeout(() => hush(id), act ? 15_000 : kind === 'bad' ? 8000 : 3500);
}

/** @param {number} id */
export function hush(id) {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

/**
 * Opens a file at a place.
 * @param {string} path
 * @param {number} [line] from 1
 * @param {number} [column] from 1
 */
export function reveal(path, line = 1, column = 1) {
  batch(() => {
    open.value = path;
    target.value = { path, line, column };
    pane.value = 'edit';
  });
  toFlows(path);
}

/** Opens a file where it was left. @param {string} path */
export function show(path) {
  batch(() => {
    open.value = path;
    if (pane.value !== 'map') {
      pane.value = 'edit';
    }
  });
  toFlows(path);
}

/** From another page the file is a place to go to. @param {string} path */
function toFlows(path) {
  if (here.peek().page !== 'flows') {
    go(addressOf(path));
  }
}
