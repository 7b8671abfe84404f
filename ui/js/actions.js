// @ts-check
// What can be done, in one list: for the search, for keys, and for the sheet that shows all keys.
import { dialog } from './dialogs.js';
import { allFiles } from './files.js';
import { t } from './i18n.js';
import { review, wantPublish } from './publish.js';
import { may, mayEdit } from './session.js';
import { dock, edits, open, pane } from './state.js';
import { nextPane } from './keys.js';
import { otherTheme } from './topbar.js';

/** The editor's commands; its module is read when the page stands. */
const inEditor = (/** @type {'rename' | 'format' | 'nextFinding'} */ name) => () =>
  import('./editor.js').then((editor) => editor.commands[name]());

/**
 * @typedef {object} Action
 * @property {string} icon
 * @property {string} label
 * @property {string} [keys]
 * @property {() => void} run
 */

/** What can be done with the open flow. @returns {Action[]} */
function ofFlow() {
  const file = allFiles().find((one) => one.path === open.value);
  if (file?.kind !== 'flow' || !mayEdit()) {
    return [];
  }
  const { path, title } = file;
  return [
    { icon: 'copy', label: t('files.copy'), run: () => (dialog.value = { kind: 'copy', path, title }) },
    { icon: 'trash', label: t('files.delete'), run: () => (dialog.value = { kind: 'delete', path, title }) },
  ];
}

/** @returns {Action[]} */
export function actions() {
  return [...(mayEdit() ? ofEditing() : []), ...everywhere()];
}

/** @returns {Action[]} */
function ofEditing() {
  return [
    ...(may('publish_bot') ? [{ icon: 'publish', label: t('publish'), keys: 'Ctrl S', run: wantPublish }] : []),
    { icon: 'diff', label: t('publish.review'), run: review },
    { icon: 'plus', label: t('files.new'), run: () => (dialog.value = { kind: 'flow' }) },
    ...ofFlow(),
    { icon: 'pen', label: t('editor.rename'), keys: 'F2', run: inEditor('rename') },
    { icon: 'check', label: t('editor.format'), keys: 'Shift Alt F', run: inEditor('format') },
    { icon: 'alert', label: t('editor.next_finding'), keys: 'F8', run: inEditor('nextFinding') },
    {
      icon: 'list',
      label: t('findings'),
      run: () => {
        dock.value = 'findings';
        pane.value = 'trace';
      },
    },
    ...Object.keys(edits.value).map((path) => ({ icon: 'undo', label: `${t('files.discard')} ${path}`, run: () => (dialog.value = { kind: 'discard', path }) })),
  ];
}

/** @returns {Action[]} */
function everywhere() {
  return [
    { icon: 'next', label: t('keys.next_pane'), keys: 'Ctrl .', run: nextPane },
    { icon: 'moon', label: t('theme'), run: otherTheme },
    { icon: 'keys', label: t('keys'), keys: '?', run: () => (dialog.value = { kind: 'keys' }) },
  ];
}
