// @ts-check
// All runs, newest first, with filters.
import { html, useEffect, useMemo, useState } from '../vendor/preact.js';
import { detail, get, offline } from '../js/api.js';
import { Choice, Chosen, filterBy, useNarrow } from '../js/filters.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { ListEnd, LongList, usePaged } from '../js/longlist.js';
import { DAY, HOUR } from '../js/moment.js';
import { Who, nameOf, personOf } from '../js/people.js';
import { addressTo } from '../js/router.js';
import { bot } from '../js/state.js';
import { When } from '../js/times.js';
import { Failed, Nothing, Wait } from '../js/waiting.js';
import { coded } from '../js/wording.js';
import { stepsOf } from './steps.js';
import { STATE_NAMES, State, flowTitle, lasted, triggerWords } from './state.js';

const PAGE_ROWS = 100;
/** So often the list looks for newer runs. */
const LOOK_MS = 15_000;
const HEIGHT = 58;
const HEIGHT_NARROW = 84;
const BEADS_MAX = 14;
/** The refusals of the platform that are met most. */
const ERRORS = ['131026', '131047', '131049', '131056', '130429'];
const SPANS = /** @type {[string, number][]} */ ([
  ['1h', HOUR],
  ['1d', DAY],
  ['7d', 7 * DAY],
  ['30d', 30 * DAY],
]);

/** The steps that a run has passed, as beads; the last one is where it stands. @param {{run: any}} props */
function Beads({ run }) {
  const passed = stepsOf(run);
  if (!passed.length) {
    return html`<span class="run-beads"></span>`;
  }
  const shown = passed.slice(-BEADS_MAX);
  const words = t('runs.passed', { n: passed.length });
  const last = shown.length - 1;
  return html`<span class="run-beads" title=${`${words}\n${shown.join('\n')}`}>${passed.length > shown.length && html`<em>…</em>`}${shown.map(
    (step, n) => html`<i key=${`${n}${step}`} class=${n === last ? `last ${run.state}` : ''}></i>`,
  )}<span class="hidden">${words}</span></span>`;
}

/** @param {{run: any}} props */
function Row({ run }) {
  const person = run.contact ?? personOf(run.contact_id);
  return html`<a class="run-row" href=${addressTo(`runs/${run.id}`)}>
    <${Who} person=${person} />
    <span class="run-flow"><b dir="auto">${flowTitle(run.flow)}</b><small title=${run.trigger}>${triggerWords(run.trigger)}</small></span>
    <${Beads} run=${run} />
    <${State} run=${run} />
    <span class="run-times"><${When} at=${run.started_at} /><small>${lasted(run)}</small></span>
  </a>`;
}

/** The address of the list in the API. @param {Record<string, string>} chosen */
function pathOf({ flow, state, error, contact, span }) {
  const all = new URLSearchParams({ limit: String(PAGE_ROWS) });
  const since = SPANS.find(([name]) => name === span)?.[1];
  const filters = { flow, state, error, contact, since: since ? new Date(Date.now() - since).toISOString() : '' };
  for (const [name, value] of Object.entries(filters)) {
    if (value) {
      all.set(name, value);
    }
  }
  return `/v1/runs?${all}`;
}

/** Whether runs have begun that the list does not show yet. @param {string} path @param {number | undefined} newest */
function useNewer(path, newest) {
  const [newer, set] = useState(false);
  useEffect(() => {
    set(false);
    const timer = setInterval(async () => {
      if (newest && !document.hidden && !offline.peek()) {
        const { body } = await get(path.replace(/limit=\d+/, 'limit=1'));
        set(Boolean(body?.data?.length) && body.data[0].id !== newest);
      }
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [path, newest]);
  return newer;
}

/** @param {{contact: string}} props */
function OfContact({ contact }) {
  const person = personOf(Number(contact));
  return html`<${Chosen} name=${html`<bdi>${nameOf(person)}</bdi>`} clear=${() => filterBy('runs', { contact: null })} />`;
}

/** @param {{query: URLSearchParams}} props */
export function Runs({ query }) {
  const narrow = useNarrow();
  const chosen = {
    flow: query.get('flow') ?? '',
    state: query.get('state') ?? '',
    error: query.get('error') ?? '',
    contact: query.get('contact') ?? '',
    span: query.get('span') ?? '',
  };
  const path = useMemo(() => pathOf(chosen), Object.values(chosen));
  const paged = usePaged(path, 'data');
  const newer = useNewer(path, paged.items[0]?.id);
  const set = (/** @type {string} */ name) => (/** @type {string} */ value) => filterBy('runs', { [name]: value || null });
  const flows = /** @type {any[]} */ (bot.value?.flows ?? []).map((flow) => /** @type {[string, string]} */ ([flow.name, flow.title]));
  const filtered = Object.values(chosen).some(Boolean);
  return html`<div class="sheet-page list-page">
    <header class="page-head">
      <h1>${t('pages.runs')}</h1>
      <span class="grow"></span>
      <span role="status">${newer && html`<button type="button" class="button small" onClick=${paged.again}><${Icon} n="restart" s=${13} />${t('runs.newer')}</button>`}</span>
      <button type="button" class="icon-button" title=${t('list.again')} aria-label=${t('list.again')} onClick=${paged.again}><${Icon} n="restart" s=${15} /></button>
    </header>
    <div class="filters" role="search" aria-label=${t('filter')}>
      <${Choice} label=${t('runs.flow')} all=${t('runs.flow.all')} value=${chosen.flow} choices=${flows} choose=${set('flow')} />
      <${Choice} label=${t('runs.state')} all=${t('runs.state.all')} value=${chosen.state} choices=${STATE_NAMES.map((one) => [one, t(`runs.state.${one}`)])} choose=${set('state')} />
      <${Choice} label=${t('runs.error')} all=${t('runs.error.all')} value=${chosen.error} choices=${ERRORS.map((one) => [one, `${one} · ${t(`runs.error.${one}`)}`])} choose=${set('error')} />
      <${Choice} label=${t('runs.span')} all=${t('runs.span.all')} value=${chosen.span} choices=${SPANS.map(([one]) => [one, t(`runs.span.${one}`)])} choose=${set('span')} />
      ${chosen.contact && html`<${OfContact} contact=${chosen.contact} />`}
    </div>
    <div class="card list-card">
      ${
        paged.items.length > 0 && !(paged.refusal && paged.refusal.status >= 400)
          ? html`<${LongList} class="runs" items=${paged.items} height=${narrow ? HEIGHT_NARROW : HEIGHT} label=${t('pages.runs')} name=${(/** @type {any} */ run) => run.id}
              row=${(/** @type {any} */ run) => html`<${Row} run=${run} />`} more=${paged.complete ? undefined : paged.more}><${ListEnd} paged=${paged} /></${LongList}>`
          : html`<${Empty} paged=${paged} filtered=${filtered} />`
      }
    </div>
  </div>`;
}

/** @param {{paged: import('../js/longlist.js').Paged, filtered: boolean}} props */
function Empty({ paged, filtered }) {
  if (paged.refusal) {
    const lost = paged.refusal.status === 0;
    return html`<${Failed} detail=${lost ? t('offline.start') : detail(paged.refusal)} code=${paged.refusal.body?.code ?? ''} again=${paged.again} />`;
  }
  if (paged.waits || !paged.complete) {
    return html`<${Wait} />`;
  }
  return filtered
    ? html`<${Nothing} icon="search" words=${t('runs.none_such')}><a class="button" href=${addressTo('runs')}>${t('filter.clear_all')}</a></${Nothing}>`
    : html`<${Nothing} icon="play" words=${coded(t('runs.none'))}><a class="button main" href=${addressTo('flows')}>${t('runs.to_flows')}</a></${Nothing}>`;
}
