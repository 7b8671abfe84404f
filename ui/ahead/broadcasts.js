// @ts-check
// Broadcasts that are still to come, or on their way: how many they mean, how far they are, and what can be done.
import { html, useState } from '../vendor/preact.js';
import { detail, post } from '../js/api.js';
import { Confirm } from '../js/confirm.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { HOUR, millis } from '../js/moment.js';
import { may } from '../js/session.js';
import { say } from '../js/state.js';
import { At } from '../js/times.js';
import { useAsked } from '../js/waiting.js';
import { placeOf } from './cells.js';
import { dayWords, flowTitle, minuteWords } from './words.js';

/** @typedef {{id: number, flow: string, to: {tags: string[], if: string | null} | null, at: string | null, local: string | null, state: string, people: number, planned: number, created_at: string}} Broadcast */

/** The daemon takes the count of a draft for an hour. */
const DRAFT_KEPT = HOUR;
/** A minute on each contact's clock is over everywhere a day later. */
const CLOCKS = 26 * HOUR;

/** The acts that are possible, the first one as the main button. @type {Record<string, ('start' | 'pause' | 'resume' | 'stop')[]>} */
const ACTS = { draft: ['start'], running: ['pause', 'stop'], paused: ['resume', 'stop'], done: ['pause', 'stop'] };

/** Whether it is still to come or on its way. @param {Broadcast} one @param {number} now */
function isAhead(one, now) {
  if (one.state === 'draft') {
    return now - millis(one.created_at) < DRAFT_KEPT;
  }
  if (one.state === 'done') {
    return one.at ? millis(one.at) > now : Boolean(one.local) && placeOf(/** @type {string} */ (one.local)) + CLOCKS > now;
  }
  return one.state !== 'stopped';
}

/** @param {{to: Broadcast['to']}} props */
function Audience({ to }) {
  if (!to?.tags.length && !to?.if) {
    return html`<span>${t('ahead.cast.everyone')}</span>`;
  }
  return html`<span class="cast-to">${to.tags.map((tag) => html`<span class="chip" key=${tag} dir="auto">${tag}</span>`)}${to.if && html`<code dir="ltr">${to.if}</code>`}</span>`;
}

/** @param {{one: Broadcast}} props */
function Moment({ one }) {
  if (one.local) {
    return html`<span>${t('ahead.cast.local', { time: `${dayWords(one.local)} ${minuteWords(one.local)}` })}</span>`;
  }
  return one.at ? html`<${At} at=${one.at} />` : html`<span>${t('ahead.cast.once')}</span>`;
}

/** @param {{one: Broadcast, ask: (act: string) => void}} props */
function Row({ one, ask }) {
  const acts = (ACTS[one.state] ?? []).filter((act) => may(`${act}_broadcast`));
  return html`<li class="cast" aria-label=${flowTitle(one.flow)}>
    <span class="cast-what"><b><bdi>${flowTitle(one.flow)}</bdi></b><small class="muted"><${Moment} one=${one} /> · <${Audience} to=${one.to} /></small></span>
    <span class="cast-count">${one.state === 'draft' ? t('ahead.people', { n: one.people }) : t('ahead.cast.count', { a: one.planned, b: one.people })}</span>
    <span class=${`chip cast-${one.state}`}>${t(`ahead.cast.state.${one.state}`)}</span>
    <span class="cast-acts">${acts.map((act, n) => html`<button type="button" key=${act} class=${`button small${n === 0 && act !== 'pause' ? ' main' : ''}`} onClick=${() => ask(act)}>${t(`ahead.cast.${act}`)}</button>`)}</span>
  </li>`;
}

export function Broadcasts() {
  const asked = useAsked(may('list_broadcasts') ? '/v1/broadcasts?limit=100' : null);
  const [chosen, choose] = useState(/** @type {{one: Broadcast, act: string} | null} */ (null));
  const all = /** @type {Broadcast[]} */ (asked.body?.data ?? []).filter((one) => isAhead(one, Date.now()));
  if (!all.length) {
    return null;
  }
  const run = async () => {
    const { one, act } = /** @type {{one: Broadcast, act: string}} */ (chosen);
    const answer = await post(`/v1/broadcasts/${one.id}/${act}`, act === 'start' ? { people: one.people } : {});
    if (!answer.ok) {
      say(answer.status ? detail(answer) : t('offline.start'), 'bad');
    }
    asked.again();
  };
  const starts = chosen?.act === 'start';
  return html`<section class="card casts" aria-labelledby="casts-title">
    <h2 id="casts-title"><${Icon} n="megaphone" s=${16} /> ${t('ahead.casts')}</h2>
    <ul>${all.map((one) => html`<${Row} key=${one.id} one=${one} ask=${(/** @type {string} */ act) => choose({ one, act })} />`)}</ul>
    ${
      chosen &&
      html`<${Confirm} title=${`${t(`ahead.cast.${chosen.act}`)}: ${flowTitle(chosen.one.flow)}`} words=${t(`ahead.cast.ask.${chosen.act}`, { n: chosen.one.people })} act=${t(`ahead.cast.${chosen.act}`)}
        danger=${chosen.act === 'stop'} typed=${starts ? String(chosen.one.people) : undefined} label=${t('ahead.cast.type', { n: chosen.one.people })} close=${() => choose(null)} run=${run} />`
    }
  </section>`;
}
