// @ts-check
// Reads files from the daemon, keeps unpublished edits in this browser, and joins both when one of them changes.
import { batch, effect } from '../vendor/preact.js';
import { detail, get, listen } from './api.js';
import { forget, keep, kept, otherTabs } from './keep.js';
import { t } from './i18n.js';
import { mayEdit, session } from './session.js';
import { bot, elsewhere, epoch, files, isChanged, open, restored, say, trouble } from './state.js';

/** @typedef {import('./state.js').Held} Held */

/**
 * @param {string} path
 * @param {Held} file
 */
function put(path, file) {
  const next = new Map(files.value);
  next.set(path, file);
  files.value = next;
}

/** @type {Map<string, Promise<Held | null>>} */
const reading = new Map();

/** The answers that refused to read a file; a file that is not there is none of them. @type {Map<string, import('./api.js').Answer>} */
const refusals = new Map();

/** The reason why a file could not be read, or null. @param {string} path */
export function whyUnread(path) {
  const refusal = refusals.get(path);
  return refusal ? (refusal.status === 0 ? t('offline.start') : detail(refusal)) : null;
}

/**
 * Reads a file once; later calls give what is held.
 * @param {string} path
 * @returns {Promise<Held | null>} null if it cannot be read
 */
export function hold(path) {
  const held = files.value.get(path);
  if (held) {
    return Promise.resolve(held);
  }
  let wait = reading.get(path);
  if (!wait) {
    wait = readAgain(path).finally(() => reading.delete(path));
    reading.set(path, wait);
  }
  return wait;
}

/**
 * Takes the text on disk over. Edits stay; the file then counts as overtaken.
 * @param {string} path
 * @returns {Promise<Held | null>}
 */
async function readAgain(path) {
  // The address has one folder; those in it belong to the name.
  const [folder, ...rest] = path.split('/');
  const answer = await get(`/v1/bot/files/${folder}/${encodeURIComponent(rest.join('/'))}`);
  if (!answer.ok && answer.status !== 404) {
    refusals.set(path, answer);
    return null;
  }
  refusals.delete(path);
  const disk = answer.ok ? answer.body.text : null;
  const etag = answer.ok ? answer.body.etag : null;
  const held = files.value.get(path);
  if (!held && disk === null) {
    return null;
  }
  const file = isChanged(held) && held.text !== disk ? { ...held, disk, etag } : { disk, etag, text: disk, base: etag, from: disk };
  if (file.text === null && file.disk === null) {
    drop(path);
    return null;
  }
  const moved = held?.text !== file.text;
  batch(() => {
    put(path, file);
    epoch.value += moved && held ? 1 : 0;
  });
  // The first reading changes nothing: an edit that this browser kept is laid over it only afterwards.
  if (held) {
    remember(path);
  }
  return file;
}

/** @param {string} path */
function drop(path) {
  const next = new Map(files.value);
  next.delete(path);
  batch(() => {
    files.value = next;
    epoch.value += 1;
  });
  remember(path);
}

/**
 * Changes the text of a file in this browser.
 * @param {string} path
 * @param {string | null} text null deletes it
 */
export function edit(path, text) {
  /** @type {Held} */
  const held = files.value.get(path) ?? { disk: null, etag: null, text: null, base: null };
  if (held.text === text && files.value.has(path)) {
    return;
  }
  const stands = held.text === held.disk ? { base: held.etag, from: held.disk } : { base: held.base, from: held.from };
  if (text === null && held.disk === null) {
    drop(path);
    return;
  }
  batch(() => {
    put(path, { ...held, text, ...stands, gone: undefined });
    epoch.value += 1;
  });
  rememberSoon(path);
}

/**
 * Deletes files with the next publishing. Until then each can come back as it was, and brings the others with it.
 * @param {string[]} paths
 */
export function deleteFiles(paths) {
  batch(() => {
    for (const path of paths) {
      const held = files.value.get(path);
      if (held && held.text !== null) {
        const text = isChanged(held) ? held.text : null;
        const stands = text === null ? { base: held.etag, from: held.disk } : {};
        put(path, { ...held, ...stands, text: null, gone: { text, paths } });
      }
    }
    epoch.value += 1;
  });
  paths.forEach(remember);
}

/** The files that come back together with a deleted one. @param {string} path */
const together = (path) => (files.value.get(path)?.gone?.paths ?? [path]).filter((one) => files.value.get(one)?.text === null);

/** Brings a deleted file back, with its edits and the files that were deleted with it. @param {string} path */
export function keepFile(path) {
  const back = together(path);
  batch(() => {
    for (const one of back) {
      const held = /** @type {Held} */ (files.value.get(one));
      put(one, { ...held, text: held.gone?.text ?? held.disk, gone: undefined });
    }
    epoch.value += 1;
  });
  back.forEach(remember);
}

/**
 * Gives up what is unpublished of a file; a deleted one comes back.
 * @param {string} path
 * @returns {() => void} undoes it
 */
export function discardEdits(path) {
  const deleted = files.value.get(path)?.text === null;
  const before = new Map((deleted ? together(path) : [path]).map((one) => [one, files.value.get(one)]));
  (deleted ? keepFile : takeTheirs)(path);
  return () => {
    batch(() => {
      for (const [one, held] of before) {
        const now = files.value.get(one);
        held && put(one, { ...held, disk: now?.disk ?? null, etag: now?.etag ?? null });
      }
      epoch.value += 1;
    });
    [...before.keys()].forEach(remember);
  };
}

/**
 * Changes a file that this page may not have read yet: without its text on disk it would count as a new one.
 * @param {string} path
 * @param {string | null} text
 */
export async function editUnread(path, text) {
  if (bot.value?.files.some((/** @type {any} */ file) => file.path === path)) {
    await hold(path);
  }
  edit(path, text);
}

/** Keeps the edits and stands them on the text that is on disk now. @param {string} path */
export function keepMine(path) {
  const held = files.value.get(path);
  if (held) {
    put(path, { ...held, base: held.etag, from: held.disk });
    remember(path);
  }
}

/** Gives the edits up for the text on disk. @param {string} path */
export function takeTheirs(path) {
  const held = files.value.get(path);
  if (!held) {
    return;
  }
  if (held.disk === null) {
    drop(path);
    return;
  }
  batch(() => {
    put(path, { ...held, text: held.disk, base: held.etag, from: held.disk, gone: undefined });
    epoch.value += 1;
  });
  remember(path);
}

/**
 * Takes over the etags of texts that were just written.
 * @param {Record<string, string | null>} written texts by path
 * @param {Record<string, string | null>} etags by path
 */
export function published(written, etags) {
  for (const [path, disk] of Object.entries(written)) {
    const held = files.value.get(path);
    const etag = etags[path] ?? null;
    if (disk === null || !held) {
      drop(path);
    } else {
      put(path, { disk, etag, text: held.text, base: etag, from: disk });
      remember(path);
    }
  }
  // A deleted file that was never on disk could come back until now.
  [...files.value].filter(([, file]) => file.text === null && file.disk === null).forEach(([path]) => drop(path));
}

const PAUSE_MS = 300;
/** @type {Map<string, number>} */
const timers = new Map();
/** @type {ReturnType<typeof otherTabs> | null} */
let tabs = null;
let begun = false;
/**
 * The bot and the person whose edits are kept, null for a person who only reads. It stays that of the person who opened
 * this page, whoever signs in later.
 * @type {string | null}
 */
let shelf = null;

/** @param {string} path */
function rememberSoon(path) {
  clearTimeout(timers.get(path));
  timers.set(path, window.setTimeout(() => remember(path), PAUSE_MS));
}

/** Keeps the edit of a file in the browser, or forgets it if there is none. @param {string} path */
function remember(path) {
  clearTimeout(timers.get(path));
  timers.delete(path);
  if (!shelf) {
    return;
  }
  const held = files.value.get(path);
  const kept = held && (held.gone || isChanged(held)) ? { text: held.text, base: held.base, from: held.from, gone: held.gone } : null;
  const done = kept ? keep(shelf, path, kept) : forget(shelf, path);
  done.catch(() => kept && say(t('edits.not_kept'), 'bad'));
  tabs?.edits({ path, text: held?.text ?? null, base: held?.base ?? null, from: held?.from, gone: held?.gone });
}

addEventListener('pagehide', () => [...timers.keys()].forEach(remember));

/**
 * Takes over an edit that another tab made.
 * @param {import('./keep.js').Kept & {path: string}} edit
 */
function taken({ path, ...edit }) {
  const { text, base, gone } = edit;
  const held = files.value.get(path);
  if (!held ? text === null && !gone : held.text === text && held.base === base) {
    return;
  }
  if (!held) {
    hold(path).then((found) => put(path, { disk: found?.disk ?? null, etag: found?.etag ?? null, ...edit }));
    return;
  }
  if (text === null && held.disk === null && !gone) {
    return;
  }
  batch(() => {
    put(path, { ...held, ...edit });
    epoch.value += 1;
  });
}

/** Reads the bot, and the files whose text on disk is another one than before. */
export async function refresh() {
  const answer = await get('/v1/bot');
  if (!answer.ok) {
    if (answer.status && answer.status !== 401) {
      trouble.value = detail(answer);
    }
    return false;
  }
  batch(() => {
    bot.value = answer.body;
    trouble.value = null;
  });
  const etags = new Map(answer.body.files.map((/** @type {any} */ file) => [file.path, file.etag]));
  const moved = [...files.value].filter(([path, file]) => (etags.get(path) ?? null) !== file.etag);
  await Promise.all(moved.map(([path]) => readAgain(path)));
  return true;
}

/** Lays the edits that this browser kept for the person over the files, and listens to news from then on. */
export async function begin() {
  if (begun) {
    return;
  }
  begun = true;
  const person = session.value?.person;
  const mine = mayEdit() ? (person ? `${bot.value.folder}\n${person}` : bot.value.folder) : null;
  shelf = mine;
  const before = mine ? await kept(mine).catch(() => new Map()) : new Map();
  await Promise.all([...before].map(([path, edit]) => restore(path, edit)));
  restored.value = true;
  if (mine) {
    const others = otherTabs(mine, taken, (paths) => (elsewhere.value = paths));
    tabs = others;
    effect(() => others.opens(open.value ?? ''));
  }
  listen('/v1/events?types=files,flows', { files: refreshSoon, flows: refreshSoon }, refreshSoon);
}

/**
 * @param {string} path
 * @param {import('./keep.js').Kept} edit
 */
async function restore(path, edit) {
  const held = await hold(path);
  if (held ? edit.text === held.disk : edit.text === null && !edit.gone) {
    shelf && forget(shelf, path).catch(() => {});
    return;
  }
  put(path, { disk: held?.disk ?? null, etag: held?.etag ?? null, ...edit });
}

let soon = 0;

/** News come in bursts: one reading answers all of a moment. */
function refreshSoon() {
  clearTimeout(soon);
  soon = window.setTimeout(refresh, 80);
}
