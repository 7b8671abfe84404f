// @ts-check
// The address: which page it names, what follows it, and the way to another one. Links, reload, back and forward work.
import { signal } from '../vendor/preact.js';

const BASE = '/studio';
/** Addresses of files belong to the page of flows; `knowledge` alone is a page. */
const OF_FLOWS = ['flows', 'scripts', 'locales', 'knowledge'];
/** Choices of this tab alone, which stay in every address. */
const OF_TAB = ['theme', 'lang'];
/** Addresses below the studio's that are not this page. */
const ELSEWHERE = /^\/studio\/(a|codes)\//;

/**
 * @typedef {object} Here
 * @property {string} page its name in `PAGES`
 * @property {string[]} rest the parts of the path behind the name: `['17']` at `/studio/runs/17`
 * @property {URLSearchParams} query
 */

/** @returns {Here} */
function read() {
  const parts = location.pathname.slice(BASE.length).split('/').filter(Boolean).map(plain);
  const [first = 'flows', ...rest] = parts;
  const isFile = OF_FLOWS.includes(first) && (first !== 'knowledge' || rest.length > 0);
  return { page: isFile ? 'flows' : first, rest, query: new URLSearchParams(location.search) };
}

/** @param {string} part */
function plain(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address as it is now. */
export const here = signal(read());

/**
 * An address of the studio.
 * @param {string} path such as `runs/17`; its parts are encoded already
 * @param {Record<string, string | number | null | undefined | false>} [query] empty ones are left out
 */
export function addressTo(path, query = {}) {
  const all = new URLSearchParams();
  const now = new URLSearchParams(location.search);
  for (const name of OF_TAB) {
    const chosen = now.get(name);
    if (chosen) {
      all.set(name, chosen);
    }
  }
  for (const [name, value] of Object.entries(query)) {
    if (value || value === 0) {
      all.set(name, String(value));
    }
  }
  return `${BASE}/${path}${all.size ? `?${all}` : ''}`;
}

/**
 * The address of a file, and of a step in it.
 * @param {string} path such as `flows/menu.yaml`
 * @param {string | null} [step]
 */
export const addressOf = (path, step = null) =>
  addressTo(path.replace(/\.(yaml|rhai)$/, '').split('/').map(encodeURIComponent).join('/'), { step });

/**
 * Goes to an address of the studio.
 * @param {string} address as `addressTo` makes it
 * @param {{replace?: boolean}} [options] `replace` leaves no way back: for filters while they are typed
 */
export function go(address, { replace = false } = {}) {
  if (address === location.pathname + location.search) {
    return;
  }
  history[replace ? 'replaceState' : 'pushState'](null, '', address);
  here.value = read();
}

/** Whether the browser itself has to follow a link. @param {MouseEvent} event */
export const byBrowser = (event) => event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button > 0;

/** A link to another place of the studio does not load the page again. @param {MouseEvent} event */
function clicked(event) {
  const link = /** @type {HTMLAnchorElement | null} */ (/** @type {Element} */ (event.target).closest?.('a[href]'));
  if (!link || event.defaultPrevented || byBrowser(event) || link.target || link.hasAttribute('download')) {
    return;
  }
  const to = new URL(link.href);
  const inside = to.origin === location.origin && (to.pathname === BASE || to.pathname.startsWith(`${BASE}/`));
  if (!inside || ELSEWHERE.test(to.pathname)) {
    return;
  }
  event.preventDefault();
  go(addressTo(to.pathname.slice(BASE.length + 1), Object.fromEntries(to.searchParams)));
}

addEventListener('click', clicked);
addEventListener('popstate', () => (here.value = read()));
