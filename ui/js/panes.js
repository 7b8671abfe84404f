// @ts-check
// The panes of the page, and the way from one to the next by the keyboard.
import { pane } from './state.js';

/** In the order of reading: the pane of a phone, and the part that gets the keyboard. */
const ORDER = /** @type {const} */ ([
  ['edit', '.pane.edit .cm-content'],
  ['map', '.pane.map [tabindex], .pane.map button'],
  ['trace', '.pane.dock [role=tab][aria-selected=true], .pane.dock button'],
  ['chat', '.pane.chat input, .pane.chat textarea, .pane.chat button'],
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
