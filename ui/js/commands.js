// @ts-check
// Commands of the editor that ask the language server: go to the definition, rename, format.
import { LSPPlugin, formatDocument } from '../vendor/codemirror.js';
import { attempt, request, textsOf } from './lsp.js';
import { pathOf, uriOf } from './texts.js';
import { say, reveal } from './state.js';
import { t } from './i18n.js';
import { dialog } from './dialogs.js';

/**
 * Goes to where the block, flow, variable or script at the cursor is defined.
 * @param {any} view
 * @param {number | null} [place]
 */
export function definition(view, place = view.state.selection.main.head) {
  const plugin = LSPPlugin.get(view);
  if (!plugin || place === null) {
    return false;
  }
  const params = { textDocument: { uri: plugin.uri }, position: plugin.toPosition(place) };
  request('textDocument/definition', params).then((found) => {
    if (found) {
      reveal(pathOf(found.uri), found.range.start.line + 1, found.range.start.character + 1);
    } else {
      say(t('editor.no_definition'));
    }
  });
  return true;
}

/**
 * Asks for a new name and shows which files change with it.
 * @param {any} view
 * @param {string} path
 */
export function rename(view, path) {
  const plugin = LSPPlugin.get(view);
  if (!plugin) {
    return false;
  }
  const where = { textDocument: { uri: uriOf(path) }, position: plugin.toPosition(view.state.selection.main.head) };
  request('textDocument/prepareRename', where).then((found) => {
    if (found) {
      dialog.value = {
        kind: 'rename',
        name: found.placeholder,
        /** @param {string} newName */
        ask: async (newName) => {
          const { result, refusal } = await attempt('textDocument/rename', { ...where, newName });
          return { refusal, ...(await textsOf(result ?? {})) };
        },
        done: () => view.focus(),
      };
    }
  });
  return true;
}

/** Writes the file in its one form. @param {any} view */
export function format(view) {
  return formatDocument(view);
}
