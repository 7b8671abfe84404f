// @ts-check
// Shows a file that changed on disk below unpublished edits: both texts by lines, and the choice between them.
import { html } from '../vendor/preact.js';
import { DialogHead, close } from './dialogs.js';
import { t } from './i18n.js';
import { keepMine, takeTheirs } from './edits.js';
import { files } from './state.js';

/** Lines around a difference that are shown with it. */
const AROUND = 2;

/**
 * The lines of both texts in order: `-` only on disk, `+` only in the editor, ` ` in both.
 * @param {string[]} disk
 * @param {string[]} mine
 */
function compared(disk, mine) {
  let head = 0;
  while (head < disk.length && head < mine.length && disk[head] === mine[head]) {
    head++;
  }
  let tail = 0;
  while (tail < disk.length - head && tail < mine.length - head && disk.at(-1 - tail) === mine.at(-1 - tail)) {
    tail++;
  }
  const a = disk.slice(head, disk.length - tail);
  const b = mine.slice(head, mine.length - tail);
  /** The length of the longest common row of lines from each pair of places on. */
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i][j] = a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const rows = disk.slice(0, head).map((text) => ({ sign: ' ', text }));
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      rows.push({ sign: ' ', text: a[i++] });
      j++;
    } else if (j >= b.length || (i < a.length && common[i + 1][j] >= common[i][j + 1])) {
      rows.push({ sign: '-', text: a[i++] });
    } else {
      rows.push({ sign: '+', text: b[j++] });
    }
  }
  return [...rows, ...disk.slice(disk.length - tail).map((text) => ({ sign: ' ', text }))];
}

/** @param {{shown: any}} props */
export function Difference({ shown }) {
  const file = files.value.get(shown.path);
  const rows = compared((file?.disk ?? '').split('\n'), (file?.text ?? '').split('\n'));
  const near = rows.map((_, at) => rows.slice(Math.max(0, at - AROUND), at + AROUND + 1).some((row) => row.sign !== ' '));
  const choose = (/** @type {(path: string) => void} */ chosen) => {
    chosen(shown.path);
    close();
  };
  const says = { '-': t('difference.disk'), '+': t('difference.mine') };
  return html`<div>
    <${DialogHead} title=${t('difference.title')} />
    <p class="muted"><bdi class="mono">${shown.path}</bdi> · <span class="minus">− ${says['-']}</span> · <span class="plus">+ ${says['+']}</span></p>
    <div class="difference" dir="ltr" tabindex="0" role="group" aria-label=${t('difference.title')}>
      ${rows.map(
        (row, at) =>
          near[at] &&
          html`<div key=${at} class=${{ '-': 'minus', '+': 'plus' }[row.sign] ?? ''}>
            <span aria-hidden="true">${row.sign === '-' ? '−' : row.sign}</span>${row.sign !== ' ' && html`<i class="hidden">${says[row.sign]}: </i>`}<code>${row.text || ' '}</code>
          </div>`,
      )}
    </div>
    <footer>
      <button type="button" class="button" onClick=${() => choose(takeTheirs)}>${t('editor.take_theirs')}</button>
      <button type="button" class="button main" data-first onClick=${() => choose(keepMine)}>${t('editor.keep_mine')}</button>
    </footer>
  </div>`;
}
