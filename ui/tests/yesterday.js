// @ts-check
// Yesterday again: the real talks of a day, played on the edited flows beside the version that ran. Nothing is sent.
import { batch, html, signal, useState } from '../vendor/preact.js';
import { detail, post } from '../js/api.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { hasPage } from '../js/pages.js';
import { addressTo } from '../js/router.js';
import { bot, edits } from '../js/state.js';
import { At } from '../js/times.js';
import { coded } from '../js/wording.js';
import { ReplayedAct } from '../runs/replayed.js';
import { openTalk } from './astest.js';

/** @typedef {{step: any, was: string[], now: string[] | null}} Act */
/** @typedef {{run: number, flow: string, at: string, verdict: string, sentence: string, acts: Act[], world: any, notes: string[]}} Talk */

const VERDICTS = ['does_not_fit', 'other_way', 'other_words', 'cannot_say', 'same'];
const DAY_MS = 86_400_000;
/** A day is asked for in pieces, so that the first talks are there soon; the last size is that of all further ones. */
const PIECES = [3, 12, 40];
/** No more talks of a day are played. */
const TALKS_MAX = 200;

/** The day before today on the clock of the bot: `2026-11-22`. */
const yesterday = () =>
  new Intl.DateTimeFormat('en-CA', { timeZone: bot.value?.timezone ?? 'UTC', year: 'numeric', month: '2-digit', day: '2-digit' }).format(Date.now() - DAY_MS);

const day = signal('');
const busy = signal(false);
const answer = signal(/** @type {any} */ (null));
const wrong = signal('');
/** @type {AbortController | null} */
let control = null;

/** @param {Event} event */
async function again(event) {
  event.preventDefault();
  control = new AbortController();
  const { signal: ends } = control;
  const body = { files: edits.value, day: day.value || yesterday() };
  busy.value = true;
  wrong.value = '';
  answer.value = null;
  for (let piece = 0; busy.value; piece += 1) {
    const made = answer.value;
    const limit = Math.min(PIECES[piece] ?? /** @type {number} */ (PIECES.at(-1)), TALKS_MAX - (made?.talks.length ?? 0));
    const came = await post('/v1/studio/replay', { ...body, limit, before: made?.talks.at(-1)?.run ?? null }, { signal: ends });
    batch(() => {
      answer.value = came.ok ? joined(made, came.body) : made;
      wrong.value = came.ok || came.body?.cancelled ? '' : came.status ? (came.body?.errors?.[0]?.detail ?? detail(came)) : t('publish.offline');
      busy.value = came.ok && came.body.more > 0 && came.body.talks.length > 0 && answer.value.talks.length < TALKS_MAX;
    });
  }
}

/** The talks of a day so far, with those of the next piece. @param {any} made @param {any} next */
function joined(made, next) {
  const counts = { ...made?.counts };
  for (const [verdict, n] of Object.entries(next.counts)) {
    counts[verdict] = (counts[verdict] ?? 0) + Number(n);
  }
  return { ...next, counts, talks: [...(made?.talks ?? []), ...next.talks] };
}

/** @param {{talk: Talk}} props */
function TalkLine({ talk }) {
  const [open, setOpen] = useState(false);
  const differing = talk.acts.filter((act) => JSON.stringify(act.was) !== JSON.stringify(act.now));
  const title = bot.value.flows.find((/** @type {any} */ one) => one.name === talk.flow)?.title ?? talk.flow;
  return html`<li class="tests-talk">
    <button type="button" class="tests-flow" aria-expanded=${open} onClick=${() => setOpen(!open)}>
      <span><span class=${`chip verdict-${talk.verdict}`}>${t(`yesterday.${talk.verdict}`)}</span><b dir="auto">${title}</b><span class="muted"><${At} at=${talk.at} /></span><${Icon} n=${open ? 'up' : 'down'} s=${14} /></span>
    </button>
    ${open &&
    html`<div class="tests-failure">
      <p lang="en" dir="auto">${coded(talk.sentence)}</p>
      ${differing.length > 0 && html`<ol class="again-acts">${differing.map((act, n) => html`<${ReplayedAct} key=${n} act=${act} />`)}</ol>`}
      ${talk.notes.map((note) => html`<p class="muted" lang="en" dir="auto">${coded(note)}</p>`)}
      <div class="tests-mend">
        ${talk.world && html`<button type="button" class="button small" onClick=${() => openTalk({ flow: talk.flow, world: talk.world, steps: talk.acts.map((act) => act.step) })}><${Icon} n="say" s=${13} />${t('tests.open_talk')}</button>`}
        ${hasPage('runs') && html`<a class="button small" href=${addressTo(`runs/${talk.run}`)}>${t('yesterday.run', { id: talk.run })}</a>`}
      </div>
    </div>`}
  </li>`;
}

/** @param {{made: any}} props */
function Result({ made }) {
  const all = /** @type {Talk[]} */ (made.talks);
  const other = all.filter((one) => one.verdict !== 'same').sort((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict));
  if (!all.length) {
    return html`<p class="muted" role="status">${t('yesterday.none')}</p>`;
  }
  return html`<p class="tests-counts" role="status">
      ${VERDICTS.filter((verdict) => made.counts[verdict]).map((verdict) => html`<span key=${verdict} class=${`chip verdict-${verdict}`}>${made.counts[verdict]} ${t(`yesterday.${verdict}`)}</span>`)}
    </p>
    ${made.more > 0 && !busy.value && html`<p class="muted">${t('yesterday.more', { n: made.more })}</p>`}
    <ul>${other.map((talk) => html`<${TalkLine} key=${talk.run} talk=${talk} />`)}</ul>`;
}

/** @param {{bare?: boolean}} props `bare` is for a sheet that has its own frame */
export function Yesterday({ bare = false }) {
  const made = answer.value;
  const inside = html`<p class="muted">${t('yesterday.about')}</p>
    <form onSubmit=${again}>
      <label><span>${t('yesterday.day')}</span><input type="date" value=${day.value || yesterday()} onChange=${(/** @type {any} */ event) => (day.value = event.target.value)} /></label>
      ${busy.value
        ? html`<button type="button" class="button" onClick=${() => control?.abort()}><span class="spin" aria-hidden="true"></span>${t('cancel')}</button>`
        : html`<button class="button">${t('yesterday.go')}</button>`}
    </form>
    ${wrong.value && html`<p class="sheet-wrong" role="status" dir="auto">${wrong.value}</p>`}
    ${made && html`<${Result} made=${made} />`}`;
  return bare ? html`<div class="tests-wander bare">${inside}</div>` : html`<section class="card tests-wander"><h2>${t('yesterday.title')}</h2>${inside}</section>`;
}
