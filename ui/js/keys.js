// @ts-check
// Keys of the page of flows, and the way from one pane to the next. Each key has a button too.
import { wantPublish } from './publish.js';
import { dialog } from './dialogs.js';
import { here } from './router.js';
import { pane } from './state.js';
import * as talk from './talk.js';

/** @param {KeyboardEvent} event */
export function keyPressed(event) {
  if (here.value.page !== 'flows') {
    return;
  }
  const control = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  const typing = /** @type {HTMLElement} */ (event.target).closest?.('input, textarea, select, [contenteditable=true]');
  const run = (/** @type {() => unknown} */ done) => {
    event.preventDefault();
    done();
  };
  if (control && event.key.toLowerCase() === 's') {
    run(() => !dialog.value && wantPublish());
  } else if (control && event.key === '.') {
    run(nextPane);
  } else if ((event.key === '[' || event.key === ']') && !typing && !dialog.value) {
    const here = talk.at.value ?? talk.acts.value.length - 1;
    run(() => talk.acts.value.length > 0 && talk.look(here + (event.key === '[' ? -1 : 1)));
  }
}

/** In the order of reading: the pane of a phone, and the part that gets the keyboard. */
const ORDER = /** @type {const} */ ([
  ['edit', '.pane.edit .cm-content'],
  ['map', '.pane.map [tabindex], .pane.map button'],
  ['trace', '.pane.dock [role=tab][aria-selected=true], .pane.dock button'],
  ['chat', '.pane.chat [data-chat-input], .pane.chat .chat-travel button'],
]);

/** Gives the keyboard to the next pane that is shown. */
export function nextPane() {
  const here = ORDER.findIndex(([name]) => document.activeElement?.closest(`.pane.${name === 'trace' ? 'dock' : name}`));
  for (let step = 1; step <= ORDER.length; step++) {
    const [name, part] = ORDER[(here + step + ORDER.length) % ORDER.length];
    pane.value = name;
    const found = /** @type {HTMLElement | null} */ (document.querySelector(part));
    if (found?.checkVisibility()) {
      found.focus();
      return;
    }
  }
}
