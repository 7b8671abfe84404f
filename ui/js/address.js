// @ts-check
// Addresses of the page: `/studio/flows/menu?step=menu.ask_1` opens a file at a step; back and reload work.
import { effect } from '../vendor/preact.js';
import { atCursor, goTo } from './drawing.js';
import { bot, cursor, files, hold, open, say, show } from './state.js';
import { t } from './i18n.js';

const BASE = '/studio/';

/**
 * @param {string} path
 * @param {string | null} [step]
 */
export function addressOf(path, step = null) {
  const place = path.replace(/\.(yaml|rhai)$/, '').split('/').map(encodeURIComponent).join('/');
  // Choices for this tab alone, such as `?theme=dark`, stay in the address.
  const more = new URLSearchParams(location.search);
  more.delete('step');
  if (step) {
    more.set('step', step);
  }
  return BASE + place + (more.size ? `?${more}` : '');
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
    if (step) {
      await goTo(wanted.replace(/^flows\//, '').replace(/\.yaml$/, ''), step);
    }
    return;
  }
  const unpublished = [...files.value.keys()].find((path) => path.startsWith('flows/') && path !== 'flows/_bot.yaml');
  const first = bot.value.flows[0]?.path ?? unpublished ?? null;
  if (wanted) {
    say(t('files.unknown', { file: wanted }), 'bad');
  }
  if (first) {
    await hold(first);
    open.value = first;
  }
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
  effect(() => {
    const step = atCursor.value;
    const path = cursor.value?.path;
    if (path && path === open.value && path === pathHere()) {
      const address = addressOf(path, step);
      if (address !== location.pathname + location.search) {
        history.replaceState(null, '', address);
      }
    }
  });
}
