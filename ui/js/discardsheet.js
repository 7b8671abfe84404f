// @ts-check
// Gives up the unpublished edits of a file: shows first what is lost, and can be undone right after.
import { html, useMemo } from '../vendor/preact.js';
import { DialogHead, close, dialog } from './dialogs.js';
import { discardEdits } from './edits.js';
import { showAnother } from './files.js';
import { t } from './i18n.js';
import { Lines, linesOf, pieces } from './lines.js';
import { editCount, files, open, say, show } from './state.js';

/** @param {{shown: {path: string, back?: boolean}}} props `back`: to the sheet of changes, from where it was opened */
export function DiscardChanges({ shown }) {
  const { path, back } = shown;
  const file = files.value.get(path);
  const all = useMemo(() => pieces(linesOf(file?.text), linesOf(file?.disk)), [file?.disk, file?.text]);
  const leave = () => (back && editCount.value > 0 ? (dialog.value = { kind: 'publish' }) : close());
  const make = (/** @type {Event} */ event) => {
    event.preventDefault();
    const undo = discardEdits(path);
    if (open.value === path && !files.value.has(path)) {
      showAnother();
    }
    leave();
    say(t('discard.done', { file: path }), 'good', {
      label: t('discard.undo'),
      run: () => {
        undo();
        show(path);
      },
    });
  };
  const about = file?.text === null ? 'discard.deleted' : file?.disk === null ? 'discard.new' : 'discard.about';
  return html`<form onSubmit=${make}>
    <${DialogHead} title=${t('discard.title', { file: path })} />
    <p>${t(about)}</p>
    <div class="difference" dir="ltr" tabindex="0" role="group" aria-label=${path}>
      <${Lines} all=${all} says=${{ before: t('publish.after'), after: t('publish.before') }} />
    </div>
    <footer>
      <button type="button" class="button" data-first onClick=${leave}>${t('cancel')}</button>
      <button class="button danger">${t('discard.make')}</button>
    </footer>
  </form>`;
}
