// @ts-check
// Keys of the whole page. Each has a button too.
import { nextPane } from './panes.js';
import { publish } from './publish.js';
import { dialog, openSearch } from './dialogs.js';
import * as talk from './talk.js';

/** @param {KeyboardEvent} event */
export function keyPressed(event) {
  const control = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  const typing = /** @type {HTMLElement} */ (event.target).closest?.('input, textarea, select, [contenteditable=true]');
  const run = (/** @type {() => unknown} */ done) => {
    event.preventDefault();
    done();
  };
  if (control && event.key.toLowerCase() === 'k') {
    run(openSearch);
  } else if (control && event.key.toLowerCase() === 's') {
    run(() => !dialog.value && publish());
  } else if (control && event.key === '.') {
    run(nextPane);
  } else if ((event.key === '[' || event.key === ']') && !typing && !dialog.value) {
    const here = talk.at.value ?? talk.acts.value.length - 1;
    run(() => talk.acts.value.length > 0 && talk.look(here + (event.key === '[' ? -1 : 1)));
  } else if (event.key === '?' && !typing && !dialog.value) {
    run(() => (dialog.value = { kind: 'keys' }));
  }
}
