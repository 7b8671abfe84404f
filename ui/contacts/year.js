// @ts-check
// The year of one contact: past and to come on one line, each gap with its reason, and the same as a list.
import { html, useMemo, useState } from '../vendor/preact.js';
import { detail } from '../js/api.js';
import { filterBy, useNarrow } from '../js/filters.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { LongList } from '../js/longlist.js';
import { DAY, clock, day, millis } from '../js/moment.js';
import { go } from '../js/router.js';
import { botZone } from '../js/times.js';
import { Failed, Wait } from '../js/waiting.js';
import { look, useLine } from './line.js';
import { Picture } from './picture.js';
import { addressFor, iconOf, wordsOf } from './words.js';

/** Days back and days ahead. @type {Record<string, [number, number]>} */
const RANGES = { year: [335, 45], quarter: [84, 21], month: [24, 8] };
const HEIGHT = 38;
const HEIGHT_NARROW = 60;
/** The list is as high as its rows, up to so many. */
const ROWS = 9;
const LEGEND = /** @type {[string, string, string][]} */ ([
  ['in', 'M3 3h6v10h-6z', 'contacts.year.kind.message_in'],
  ['out', 'M3 3h6v10h-6z', 'contacts.year.kind.message_out'],
  ['runs good', 'M6 8m-4.200 0a4.200 4.200 0 1 0 8.400 0a4.200 4.200 0 1 0 -8.400 0', 'contacts.year.kind.run'],
  ['fires good', 'M6 2l6 6l-6 6l-6 -6z', 'contacts.year.kind.fire'],
  ['fires planned', 'M6 2l6 6l-6 6l-6 -6z', 'contacts.year.kind.planned'],
  ['facts date', 'M6 8m-4.500 0a4.500 4.500 0 1 0 9 0a4.500 4.500 0 1 0 -9 0', 'contacts.year.kind.date'],
  ['facts given', 'M1 12h10l-5 -9z', 'contacts.year.legend.given'],
  ['facts withdrawn', 'M1 4h10l-5 9z', 'contacts.year.legend.withdrawn'],
]);

/** @param {{item: import('./line.js').Item, zone: string, on: boolean, choose: () => void}} props */
function Row({ item, zone, on, choose }) {
  const { what, why } = wordsOf(item);
  const address = addressFor(item);
  const inside = html`<span class=${`year-sign ${item.kind} ${look(item)}`}><${Icon} n=${iconOf(item)} s=${12} /></span>
    <time>${day(item.at, zone)} <span>${clock(item.at, zone)}</span></time>
    <span class="year-kind">${t(`contacts.year.kind.${item.kind}`)}</span>
    <span class="year-what" dir="auto" title=${what}>${what}</span>${why && html`<em dir="auto" title=${why}>${why}</em>`}`;
  const name = `year-row${on ? ' on' : ''}`;
  return address
    ? html`<a class=${name} href=${address} onFocus=${choose}>${inside}<${Icon} n="in" s=${13} class="year-go turns" /></a>`
    : html`<button type="button" class=${name} onClick=${choose} onFocus=${choose}>${inside}</button>`;
}

/** @param {{contact: any, query: URLSearchParams}} props */
export function Year({ contact, query }) {
  const narrow = useNarrow();
  const wanted = query.get('range') ?? '';
  const range = wanted in RANGES ? wanted : narrow ? 'quarter' : 'year';
  const [from, to] = useMemo(() => {
    const [back, ahead] = RANGES[range];
    const now = Date.now();
    return [now - back * DAY, now + ahead * DAY];
  }, [range, contact.id]);
  const line = useLine(contact.id, from, to);
  const [at, choose] = useState(/** @type {number | null} */ (null));
  const { items } = line;
  const zone = contact.zone || botZone();
  const newest = useMemo(() => items.map((item, index) => ({ item, index })).toReversed(), [items]);
  const open = (/** @type {number} */ index) => {
    const address = addressFor(items[index]);
    if (address) {
      go(address);
    }
  };
  const height = narrow ? HEIGHT_NARROW : HEIGHT;
  const size = (/** @type {HTMLElement | null} */ element) => element?.style.setProperty('height', `${Math.min(ROWS, newest.length) * height}px`);
  const chosen = at !== null && at < items.length ? at : null;
  // The list opens at what happened last, with what comes above it.
  const last = useMemo(() => items.findLastIndex((item) => millis(item.at) <= Date.now()), [items]);
  return html`<section class="card year" aria-labelledby="year-title">
    <header class="year-head"><h2 id="year-title">${t('contacts.year')}</h2>${zone && html`<small class="muted">${t('contacts.year.zone', { zone })}</small>`}<span class="grow"></span>
      <div class="segments" role="group" aria-label=${t('contacts.year.range')}>${Object.keys(RANGES).map(
        (one) => html`<button type="button" key=${one} aria-pressed=${one === range} onClick=${() => {
          choose(null);
          filterBy(`contacts/${contact.id}`, { range: one });
        }}>${t(`contacts.year.range.${one}`)}</button>`,
      )}</div></header>
    ${
      line.refusal && !items.length
        ? html`<${Failed} detail=${line.refusal.status ? detail(line.refusal) : t('offline.start')} code=${line.refusal.body?.code ?? ''} again=${line.again} />`
        : line.waits && !items.length
          ? html`<${Wait} />`
          : html`<${Picture} items=${items} from=${from} to=${to} zone=${zone} at=${chosen} choose=${choose} open=${open} />
            <ul class="year-legend">${html`<li><i class="year-key window"></i>${t('contacts.year.legend.window')}</li><li><i class="year-key gap"></i>${t('contacts.year.legend.gap')}</li>`}${LEGEND.map(([name, path, key]) => html`<li key=${key}><svg width="12" height="16" viewBox="0 0 12 16" aria-hidden="true"><path class=${['in', 'out'].includes(name) ? `year-bar ${name}` : `year-mark ${name}`} d=${path} /></svg>${t(key)}</li>`)}</ul>
            ${line.part && html`<p class="year-part">${t('contacts.year.part', { n: items.length })}</p>`}
            ${
              newest.length
                ? html`<div class="year-list" ref=${size}><${LongList} class="year-rows" items=${newest} height=${height} label=${t('contacts.year')} name=${(/** @type {any} */ one) => one.index} current=${chosen ?? (last < 0 ? null : last)}
                    row=${(/** @type {any} */ { item, index }) => html`<${Row} item=${item} zone=${zone} on=${index === chosen} choose=${() => choose(index)} />`} /></div>`
                : html`<p class="year-part">${t('contacts.year.none')}</p>`
            }`
    }
  </section>`;
}
