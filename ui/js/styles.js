// @ts-check
// Adds style sheets that only a page or a dialog needs.

const folder = new URL('../', import.meta.url);

/**
 * Adds a style sheet and waits for it, so that nothing is seen without.
 * @param {string} path below `ui/`
 * @returns {Promise<unknown>}
 */
export function styled(path) {
  const href = new URL(path, folder).href;
  if (document.querySelector(`link[href="${CSS.escape(href)}"]`)) {
    return Promise.resolve();
  }
  return new Promise((done, fail) => {
    const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href, onload: done, onerror: fail });
    document.head.append(link);
  });
}
