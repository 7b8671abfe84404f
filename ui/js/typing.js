// @ts-check
// Typing over selected text. A browser that does this by itself keeps the look of the old text: it writes a style into the
// new one, which the page's policy forbids.
import { EditorView } from '../vendor/codemirror.js';

/** Puts what is typed in the place of the selection, as CodeMirror itself would once it had read it from the page. */
export const typedOver = EditorView.domEventHandlers({
  /** @param {InputEvent} event @param {any} view */
  beforeinput(event, view) {
    const { state } = view;
    const { from, to, empty } = state.selection.main;
    const words = event.data;
    if (event.inputType !== 'insertText' || !words || empty || view.composing || state.readOnly) {
      return false;
    }
    event.preventDefault();
    const insert = () => state.update(state.replaceSelection(words), { userEvent: 'input.type', scrollIntoView: true });
    // Such as a bracket or quote that is put around the selection.
    const done = state.facet(EditorView.inputHandler).some((/** @type {any} */ handle) => handle(view, from, to, words, insert));
    if (!done) {
      view.dispatch(insert());
    }
    return true;
  },
});
