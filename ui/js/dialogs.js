// @ts-check
// The one dialog of the page: which is open, and the parts that all share. Each kind is a module, read when it opens.
import { html, signal, useEffect, useRef, useState } from '../vendor/preact.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';
import { styled } from './styles.js';

/** The open dialog, or null: `kind` names it, the rest is its own. */
export const dialog = signal(/** @type {{kind: string, [key: string]: any} | null} */ (null));

/** @type {Record<string, () => Promise<any>>} */
const KINDS = {
  search: () => import('./search.js').then((one) => one.Search),
  keys: () => import('./sheets.js').then((one) => one.Keys),
  flow: () => import('./flowsheets.js').then((one) => one.NewFlow),
  copy: () => import('./flowsheets.js').then((one) => one.CopyFlow),
  delete: () => import('./flowsheets.js').then((one) => one.DeleteFile),
  discard: () => import('./discardsheet.js').then((one) => one.DiscardChanges),
  rename: () => import('./sheets.js').then((one) => one.Rename),
  errors: () => import('./sheets.js').then((one) => one.WithErrors),
  publish: () => Promise.all([import('./publishsheet.js'), styled('tests/tests.css'), styled('css/lists.css')]).then(([one]) => one.PublishSheet),
  badday: () => Promise.all([import('../tests/badday.js'), styled('tests/tests.css')]).then(([one]) => one.BadDay),
  difference: () => import('./difference.js').then((one) => one.Difference),
};

/** Opens the search over files, steps, commands and texts. */
export function openSearch() {
  dialog.value = { kind: 'search' };
}

export function close() {
  dialog.value = null;
}

export function Dialog() {
  const shown = dialog.value;
  const place = useRef(/** @type {any} */ (null));
  const [part, setPart] = useState(/** @type {{kind: string, view: any} | null} */ (null));
  useEffect(() => {
    if (!shown) {
      setPart(null);
      return;
    }
    KINDS[shown.kind]().then((view) => setPart({ kind: shown.kind, view }));
  }, [shown]);
  const ready = part?.kind === shown?.kind ? part : null;
  useEffect(() => {
    if (ready && !place.current.open) {
      place.current.showModal();
      const first = place.current.querySelector('[data-first]');
      first?.focus();
      // A name that is there is replaced by typing.
      first?.matches('input') && first.select();
    }
  }, [ready]);
  if (!shown || !ready) {
    return null;
  }
  const outside = (/** @type {MouseEvent} */ event) => event.target === place.current && close();
  return html`<dialog ref=${place} class=${`dialog for-${shown.kind}`} onClose=${close} onMouseDown=${outside} aria-labelledby="dialog-title">
    <${ready.view} shown=${shown} />
  </dialog>`;
}

/** @param {{title: string, children?: any}} props */
export const DialogHead = ({ title }) =>
  html`<header>
    <h2 id="dialog-title">${title}</h2>
    <button type="button" class="icon-button" title=${t('close')} aria-label=${t('close')} onClick=${close}><${Icon} n="x" /></button>
  </header>`;
