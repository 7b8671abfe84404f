// @ts-check
// Adds style sheets that only a page or a dialog needs.

const folder = new URL('../', import.meta.url);
/** Styles that several pages need, in the order in which they hold; those of a page come after all of them. */
const SHARED = ['css/editor.css', 'css/chat.css', 'css/flow.css', 'css/lists.css'];

/** @param {string} path */
const rank = (path) => SHARED.indexOf(path) + 1 || SHARED.length + 1;

/** Those that are there, or on their way. @type {Map<string, Promise<unknown>>} */
const known = new Map();

/**
 * Adds a style sheet and waits for it, so that nothing is seen without.
 * @param {string} path below `ui/`
 * @returns {Promise<unknown>}
 */
export function styled(path) {
  const coming = known.get(path) ?? added(path);
  known.set(path, coming);
  // One that did not come is asked for again.
  coming.catch(() => known.delete(path));
  return coming;
}

/** @param {string} path */
const added = (path) =>
  new Promise((done, fail) => {
    const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: new URL(path, folder).href, onload: done, onerror: fail });
    link.dataset.part = path;
    // The same styles hold whatever page was opened first.
    const others = /** @type {HTMLLinkElement[]} */ ([...document.querySelectorAll('link[data-part]')]);
    document.head.insertBefore(link, others.find((one) => rank(one.dataset.part ?? '') > rank(path)) ?? null);
  });
