// @ts-check
// Keeps unpublished edits in this browser, by bot, person and path, and tells this person's other tabs about them.

/**
 * `base`: the etag, and `from`: the text that the edit stands on; `gone`: how a deleted file comes back.
 * @typedef {{text: string | null, base: string | null, from?: string | null, gone?: import('./state.js').Gone}} Kept
 */

/** @type {Promise<IDBDatabase> | null} */
let database = null;

function opened() {
  database ??= new Promise((done, failed) => {
    const request = indexedDB.open('transom-studio', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('edits', { keyPath: ['bot', 'path'] });
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  return database;
}

/**
 * Runs one request in a transaction of its own.
 * @param {IDBTransactionMode} mode
 * @param {(edits: IDBObjectStore) => IDBRequest} work
 * @returns {Promise<any>}
 */
async function run(mode, work) {
  const db = await opened();
  return new Promise((done, failed) => {
    const transaction = db.transaction('edits', mode);
    const request = work(transaction.objectStore('edits'));
    transaction.oncomplete = () => done(request.result);
    transaction.onerror = () => failed(transaction.error);
    transaction.onabort = () => failed(transaction.error);
  });
}

/**
 * @param {string} bot the bot and the person, as one text
 * @returns {Promise<Map<string, Kept>>} by path
 */
export async function kept(bot) {
  const all = await run('readonly', (edits) => edits.getAll(IDBKeyRange.bound([bot, ''], [bot, '\uffff'])));
  return new Map(all.map((/** @type {any} */ one) => [one.path, { text: one.text, base: one.base, from: one.from, gone: one.gone }]));
}

/**
 * @param {string} bot
 * @param {string} path
 * @param {Kept} edit
 */
export const keep = (bot, path, edit) => run('readwrite', (edits) => edits.put({ bot, path, ...edit }));

/**
 * @param {string} bot
 * @param {string} path
 */
export const forget = (bot, path) => run('readwrite', (edits) => edits.delete([bot, path]));

/**
 * The other tabs of this browser that show the same bot to the same person.
 * @param {string} bot
 * @param {(edit: Kept & {path: string}) => void} edited
 * @param {(paths: Set<string>) => void} elsewhere the files that are open in other tabs
 */
export function otherTabs(bot, edited, elsewhere) {
  const me = Math.random().toString(36).slice(2);
  const channel = new BroadcastChannel(`transom-studio:${bot}`);
  /** @type {Map<string, string>} */
  const open = new Map();
  let mine = '';
  const tell = (/** @type {object} */ words) => channel.postMessage({ from: me, ...words });
  channel.onmessage = ({ data }) => {
    if (data.edit) {
      edited(data.edit);
      return;
    }
    if (data.left) {
      open.delete(data.from);
    } else {
      open.set(data.from, data.open);
    }
    if (data.hello) {
      tell({ open: mine });
    }
    elsewhere(new Set(open.values()));
  };
  addEventListener('pagehide', () => tell({ left: true }));
  tell({ hello: true, open: mine });
  return {
    /** @param {string} path */
    opens(path) {
      mine = path;
      tell({ open: path });
    },
    /** @param {Kept & {path: string}} edit */
    edits(edit) {
      tell({ edit });
    },
  };
}
