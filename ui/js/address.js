// @ts-check
// Addresses of the page: `/studio/flows/menu?step=menu.ask_1` opens a file at a step; back and reload work.
import { effect } from '../vendor/preact.js';
import { post } from './api.js';
import { bot, edits, files, hold, open, reveal, say, show } from './state.js';
import { t } from './i18n.js';

const BASE = '/studio/';

/** @param {string} path */
export const addressOf = (path) => BASE + path.replace(/\.(yaml|rhai)$/, '').split('/').map(encodeURIComponent).join('/') + kept();

/** What a visitor chose for this tab alone stays in the address. */
function kept() {
  const chosen = new URLSearchParams(location.search);
  chosen.delete('step');
  return chosen.size ? `?${chosen}` : '';
}

/** The path of the file that the address names, or null. */
function pathHere() {
  const rest = location.pathname.slice(BASE.length).split('/').map(decodeURIComponent).join('/');
  if (!/^(flows|scripts|locales)\/[^/]+$/.test(rest)) {
    return null;
  }
  return rest + (rest.startsWith('scripts/') ? '.rhai' : '.yaml');
}

/**
 * Follows a link inside the page; with a key for a new tab the browser does it.
 * @param {MouseEvent} event
 * @param {string} path
 */
export function follow(event, path) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) {
    return;
  }
  event.preventDefault();
  show(path);
}

/** Opens the file of the address, else the first flow. */
async function openHere() {
  const wanted = pathHere();
  const step = new URLSearchParams(location.search).get('step');
  if (wanted && (await hold(wanted))) {
    open.value = wanted;
    const line = step && (await lineOf(wanted, step));
    if (line) {
      reveal(wanted, line);
    }
    return;
  }
  const first = bot.value.flows[0]?.path ?? [...files.value.keys()][0] ?? null;
  if (wanted) {
    say(t('files.unknown', { file: wanted }), 'bad');
  }
  if (first) {
    await hold(first);
    open.value = first;
  }
}

/**
 * @param {string} path
 * @param {string} step
 */
async function lineOf(path, step) {
  const flow = path.replace(/^flows\//, '').replace(/\.yaml$/, '');
  const answer = await post('/v1/studio/map', { files: edits.value, flow });
  return answer.body?.steps?.find((/** @type {any} */ one) => one.id === step)?.line;
}

/** Keeps the address and the open file alike. */
export async function begin() {
  await openHere();
  addEventListener('popstate', openHere);
  effect(() => {
    const path = open.value;
    if (path) {
      hold(path);
      if (pathHere() !== path) {
        const first = pathHere() === null;
        history[first ? 'replaceState' : 'pushState'](null, '', addressOf(path));
      }
    }
  });
}
