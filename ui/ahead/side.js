// @ts-check
// The side of a cell: what will happen and why, with examples; one contact; another hour; what became of former fires.
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { detail, get, now } from '../js/api.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { Masked } from '../js/masked.js';
import { nameOf, personOf } from '../js/people.js';
import { addressTo } from '../js/router.js';
import { seesPeople } from '../js/session.js';
import { botZone } from '../js/times.js';
import { useAsked } from '../js/waiting.js';
import { cityOf, costOf, kindOf } from './cells.js';
import { dayWords, flowTitle, minuteWords, outcomeWords } from './words.js';
import { Hour } from './hour.js';

const ICONS = { text: 'say', template: 'template', held: 'clock', refused: 'lock' };
const FORMER = 6;

/** @param {{person: import('../js/people.js').Person}} props */
function Example({ person }) {
  return html`<a href=${addressTo(`contacts/${person.id}`)}><${Masked} text=${nameOf(person)} ltr=${!person.name} /></a>`;
}

/** One thing that will happen. @param {{cell: any, zone: string, examples: number[]}} props `examples` are of all zones */
function Outcome({ cell, zone, examples }) {
  const own = examples.map((id) => /** @type {any} */ (personOf(id))).filter((one) => 'zone' in one && (one.zone || botZone()) === zone);
  const { what, why } = outcomeWords(cell);
  const kind = kindOf(cell);
  return html`<li class="side-outcome"><span class=${`ahead-kind ${kind}`}><${Icon} n=${ICONS[kind]} s=${14} /><b>${cell.people}</b></span>
    <div><span>${what}</span>${why && html`<small><bdi>${why}</bdi></small>`}${cell.cost && html`<small>${costOf([cell])}</small>`}
      ${own.length > 0 && html`<p class="side-examples">${t('ahead.examples')} ${own.map((one, n) => html`${n > 0 && ', '}<${Example} key=${one.id} person=${one} />`)}</p>`}</div></li>`;
}

/** Words of a forecast for which cells have a common one. @type {Record<string, string>} */
const COMMON = { queued: 'held', nudge: 'template', skipped: 'refused', failed: 'refused' };

/** The outcomes of a forecast in the shape of cells. @param {any} forecast */
const cellsOf = (forecast) =>
  /** @type {any[]} */ (forecast?.outcomes ?? []).map((one) => ({
    outcome: one.what,
    people: one.people,
    template: one.what === 'template' || one.what === 'nudge' ? one.name : null,
    reason: one.what === 'template' || one.what === 'nudge' ? null : one.name,
    cost: null,
    examples: one.examples ?? [],
  }));

/** @param {import('./cells.js').Fire} fire */
const forecastPath = ({ flow, trigger }) => `/v1/schedules/${encodeURIComponent(flow)}/forecast?trigger=${encodeURIComponent(trigger)}`;

/** What would happen to one contact. @param {{fire: import('./cells.js').Fire}} props */
function One({ fire }) {
  const [phone, set] = useState('');
  const [found, setFound] = useState(/** @type {{contact?: any, cells?: any[], wrong?: string} | null} */ (null));
  const [busy, setBusy] = useState(false);
  const ask = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const number = phone.replace(/[\s()-]/g, '');
    if (!number) {
      return;
    }
    setBusy(true);
    const list = await get(`/v1/contacts?phone=${encodeURIComponent(number)}`);
    const contact = list.body?.data?.[0];
    if (!contact) {
      setFound({ wrong: list.ok ? t('ahead.one.unknown') : list.status ? detail(list) : t('offline.start') });
    } else {
      const answer = await get(`${forecastPath(fire)}&contact=${contact.id}`);
      setFound(answer.ok ? { contact, cells: cellsOf(answer.body) } : { wrong: answer.status ? detail(answer) : t('offline.start') });
    }
    setBusy(false);
  };
  return html`<section class="side-part"><h3>${t('ahead.one')}</h3>
    <form class="side-form" onSubmit=${ask}><input dir="ltr" type="tel" aria-label=${t('ahead.one.number')} placeholder="+34600111222" value=${phone} onInput=${(/** @type {any} */ event) => set(event.target.value)} /><button class="button small" disabled=${busy || !phone.trim()}>${t('ahead.one.ask')}</button></form>
    ${found?.wrong && html`<p class="refusal" role="status" dir="auto">${found.wrong}</p>`}
    ${
      found?.cells &&
      html`<p role="status"><a class="side-link" href=${addressTo(`contacts/${found.contact.id}`)}><${Masked} text=${nameOf(found.contact)} /></a>: ${
        found.cells.length ? found.cells.map((cell) => [outcomeWords(cell).what, outcomeWords(cell).why].filter(Boolean).join(' · ')).join(', ') : t('ahead.one.not_meant')
      }</p>`
    }</section>`;
}

/** The present minute on the clock of a zone, in the form of the report. @param {string} zone */
const localNow = (zone) => new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(now()).replace(' ', 'T');

/** What became of former fires. @param {{fire: import('./cells.js').Fire}} props */
function Former({ fire }) {
  const asked = useAsked(`/v1/schedules/${encodeURIComponent(fire.flow)}/report?trigger=${encodeURIComponent(fire.trigger)}`);
  const fires = /** @type {any[]} */ (asked.body?.fires ?? []).filter((/** @type {any} */ one) => one.local <= localNow(fire.zone)).slice(0, FORMER);
  return html`<section class="side-part"><h3>${t('ahead.former')}</h3>
    ${asked.body && fires.length === 0 && html`<p class="muted">${t('ahead.former.none')}</p>`}
    ${
      fires.length > 0 &&
      html`<table class="side-former"><thead><tr><th scope="col">${t('ahead.col.when')}</th><th scope="col" class="number">${t('ahead.former.planned')}</th><th scope="col" class="number">${t('ahead.former.reached')}</th><th scope="col" class="number">${t('ahead.former.answered')}</th></tr></thead>
        <tbody>${fires.map((one) => html`<tr key=${one.local}><th scope="row">${dayWords(one.local)} ${minuteWords(one.local)}</th><td class="number">${one.planned}</td><td class="number">${(one.text ?? 0) + (one.template ?? 0)}</td><td class="number">${one.answered ?? 0}</td></tr>`)}</tbody></table>`
    }</section>`;
}

/** @param {{fire: import('./cells.js').Fire, close: () => void}} props */
export function Side({ fire, close }) {
  // A date has its own moment for each contact; a schedule is asked at the minute of the cell.
  const asked = useAsked(fire.trigger.startsWith('date ') ? forecastPath(fire) : `${forecastPath(fire)}&at=${fire.local.slice(0, 16)}`);
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    box.current?.focus({ preventScroll: true });
    // Where there is one column the side stands above the picture.
    if (matchMedia('(max-width: 980px)').matches) {
      box.current?.scrollIntoView({ block: 'nearest' });
    }
  }, []);
  const known = cellsOf(asked.body);
  const examplesOf = (/** @type {any} */ cell) =>
    known.find((one) => (COMMON[one.outcome] ?? one.outcome) === cell.outcome && (one.template ?? one.reason ?? null) === (cell.template ?? cell.reason ?? null))?.examples ?? [];
  const cost = costOf(fire.cells);
  return html`<aside class="card side" aria-labelledby="side-title" tabindex="-1" ref=${box}>
    <header><div><h2 id="side-title"><bdi>${flowTitle(fire.flow)}</bdi></h2><p class="muted">${dayWords(fire.local)} ${minuteWords(fire.local)} · ${cityOf(fire.zone)}</p></div>
      <button type="button" class="icon-button" title=${t('close')} aria-label=${t('close')} onClick=${close}><${Icon} n="x" /></button></header>
    <section class="side-part first"><h3>${t('ahead.people', { n: fire.people })}${cost && html` <small>${cost}</small>`}</h3>
      <ul>${fire.cells.filter((cell) => cell.people > 0).map((cell, n) => html`<${Outcome} key=${n} cell=${cell} zone=${fire.zone} examples=${examplesOf(cell)} />`)}</ul></section>
    <${Hour} fire=${fire} />
    ${seesPeople() && html`<${One} fire=${fire} />`}
    <${Former} fire=${fire} />
  </aside>`;
}
