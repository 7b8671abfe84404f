// @ts-check
// Light or dark. `boot.js` has set it before the first paint.

/** Changes to the other one, and keeps the choice in this browser. */
export function otherTheme() {
  const root = document.documentElement;
  const next = root.dataset.theme === 'dark' ? 'light' : 'dark';
  root.dataset.theme = next;
  try {
    localStorage.setItem('studio.theme', next);
  } catch {
    // Without storage the choice holds until the next load.
  }
}
