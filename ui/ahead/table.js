// @ts-check
// The same numbers as the picture, as a table: a row for each cell.
import { html } from '../vendor/preact.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { cityOf, costOf, keyOf, kindOf } from './cells.js';
import { dayWords, flowTitle, minuteWords, outcomeWords } from './words.js';

const ICONS = { text: 'say', template: 'template', held: 'clock', refused: 'lock' };
/** Rows of a month with many zones are more than a page needs at once. */
const ROWS_MAX = 600;

/** @param {{groups: import('./cells.js').Group[], off: string[], chosen: string, choose: (cell: string) => void}} props */
export function Table({ groups, off, chosen, choose }) {
  const fires = groups.flatMap((group) => group.fires).sort((a, b) => a.local.localeCompare(b.local));
  const rows = fires.flatMap((fire) => fire.cells.filter((cell) => cell.people > 0 && !off.includes(kindOf(cell))).map((cell) => ({ fire, cell })));
  const shown = rows.slice(0, ROWS_MAX);
  const people = rows.reduce((sum, { cell }) => sum + cell.people, 0);
  const paid = rows.some(({ cell }) => cell.cost);
  return html`<div class="ahead-table" tabindex="0" role="region" aria-label=${t('ahead.table')}><table>
    <thead><tr><th scope="col">${t('ahead.col.when')}</th><th scope="col">${t('ahead.col.zone')}</th><th scope="col">${t('runs.flow')}</th><th scope="col">${t('ahead.col.outcome')}</th><th scope="col" class="number">${t('ahead.col.people')}</th>${paid && html`<th scope="col" class="number">${t('ahead.col.cost')}</th>`}</tr></thead>
    <tbody>${shown.map(({ fire, cell }, n) => {
      const { what, why } = outcomeWords(cell);
      const kind = kindOf(cell);
      const on = keyOf(fire) === chosen;
      return html`<tr key=${n} class=${on ? 'on' : ''}>
        <th scope="row"><button type="button" aria-pressed=${on} onClick=${() => choose(keyOf(fire))}>${dayWords(fire.local)} <b>${minuteWords(fire.local)}</b></button></th>
        <td title=${fire.zone}>${cityOf(fire.zone)}</td><td><bdi>${flowTitle(fire.flow)}</bdi></td>
        <td><span class=${`ahead-kind ${kind}`}><${Icon} n=${ICONS[kind]} s=${13} />${what}</span>${why && html` <small><bdi>${why}</bdi></small>`}</td>
        <td class="number">${cell.people}</td>${paid && html`<td class="number">${costOf([cell])}</td>`}</tr>`;
    })}</tbody>
    <tfoot><tr><th scope="row" colspan="4">${t('ahead.sum')}</th><td class="number">${people}</td>${paid && html`<td class="number">${costOf(rows.map(({ cell }) => cell))}</td>`}</tr></tfoot>
  </table>${rows.length > shown.length && html`<p class="week-note">${t('ahead.table.part', { n: shown.length })}</p>`}</div>`;
}
