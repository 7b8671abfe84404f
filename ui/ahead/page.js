// @ts-check
// Ahead: the coming week as a picture by zone and hour, the same as a table, and the reasons of each cell at the side.
import { html, useEffect, useMemo, useState } from '../vendor/preact.js';
import { filterBy } from '../js/filters.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { addressTo } from '../js/router.js';
import { At } from '../js/times.js';
import { Nothing, Shown, Wait, useAsked } from '../js/waiting.js';
import { coded } from '../js/wording.js';
import { Broadcasts } from './broadcasts.js';
import { groupsOf, keyOf, sumsOf } from './cells.js';
import { Legend, Week } from './week.js';
import { Side } from './side.js';
import { Table } from './table.js';

const DAYS = ['7', '30'];
/** A sum that is still being counted is asked for again so often. */
const COUNTING_MS = 2000;

/** @param {{query: URLSearchParams}} props */
export function Page({ query }) {
  const days = DAYS.includes(query.get('days') ?? '') ? /** @type {string} */ (query.get('days')) : '7';
  const asTable = query.get('as') === 'table';
  const asked = useAsked(`/v1/schedules/ahead?days=${days}`);
  const { body } = asked;
  const [off, setOff] = useState(/** @type {string[]} */ ([]));
  const chosen = query.get('cell') ?? '';
  useEffect(() => {
    if (!body || body.complete !== false) {
      return undefined;
    }
    const timer = setTimeout(asked.again, COUNTING_MS);
    return () => clearTimeout(timer);
  }, [body]);
  const groups = useMemo(() => groupsOf(body?.cells ?? []), [body]);
  const sums = useMemo(() => sumsOf(body?.cells ?? []), [body]);
  const choose = (/** @type {string | null} */ cell) => filterBy('ahead', { cell });
  const toggle = (/** @type {string} */ kind) => setOff(off.includes(kind) ? off.filter((one) => one !== kind) : [...off, kind]);
  const fire = groups.flatMap((group) => group.fires).find((one) => keyOf(one) === chosen);
  const set = (/** @type {Record<string, string | null>} */ changed) => filterBy('ahead', changed);
  return html`<div class="sheet-page ahead">
    <header class="page-head">
      <h1>${t('pages.ahead')}</h1>
      <div class="segments" role="group" aria-label=${t('ahead.days')}>${DAYS.map((one) => html`<button type="button" key=${one} aria-pressed=${one === days} onClick=${() => set({ days: one, cell: null })}>${t('ahead.for', { n: Number(one) })}</button>`)}</div>
      <div class="segments" role="group" aria-label=${t('ahead.as')}>
        <button type="button" aria-pressed=${!asTable} onClick=${() => set({ as: null })}>${t('ahead.picture')}</button>
        <button type="button" aria-pressed=${asTable} onClick=${() => set({ as: 'table' })}>${t('ahead.table')}</button></div>
      <span class="grow"></span>
      ${body && html`<small class="muted" role="status">${t('health.as_of')} <${At} at=${body.as_of} />${body.complete === false && html` · ${t('ahead.counting')}`}</small>`}
      <button type="button" class="button" disabled=${asked.waits} onClick=${asked.again}><${Icon} n="restart" s=${14} />${t('ahead.again')}</button>
    </header>
    <${Shown} asked=${asked}>${
      body &&
      (groups.length === 0 && body.complete === false
        ? html`<${Wait} words=${t('ahead.counting.first', { n: body.contacts })} />`
        : groups.length === 0
        ? html`<div class="card"><${Nothing} icon="calendar" words=${coded(t('ahead.none'))}><a class="button" href=${addressTo('flows')}>${t('ahead.to_flows')}</a></${Nothing}></div>`
        : html`<${Legend} sums=${sums} off=${off} toggle=${toggle} />
          ${body.cut && html`<p class="ahead-cut" role="status"><${Icon} n="alert" s=${14} /><span>${t('ahead.cut', { n: body.contacts })}</span></p>`}
          <div class=${`ahead-columns${fire ? ' with-side' : ''}`}>
            <div class="card ahead-main">${
              asTable
                ? html`<${Table} groups=${groups} off=${off} chosen=${chosen} choose=${choose} />`
                : html`<${Week} groups=${groups} days=${Number(days)} as_of=${body.as_of} off=${off} chosen=${chosen} choose=${choose} />`
            }</div>
            ${fire && html`<${Side} key=${chosen} fire=${fire} close=${() => choose(null)} />`}
          </div>`)
    }<//>
    <${Broadcasts} key=${body?.as_of ?? ''} />
  </div>`;
}
