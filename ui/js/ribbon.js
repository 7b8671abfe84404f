// @ts-check
/** The clock of the talk: a strip of time with the window, the nights and all that is coming, and a head to drag. */
import { html, useEffect, useState } from '../vendor/preact.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';
import { learn, wordsOf } from './drawing.js';
import { DAY, HOUR, asLength, day, clock, millis, near, span } from './moment.js';
import { bot } from './state.js';
import * as talk from './talk.js';

const MINUTE = 60_000;
/** A longer gap without news is squeezed, hatched, and says how long it is. */
const SQUEEZED = 30 * HOUR;
/** Marks of different moments are at least this far apart, as a share of the strip. */
const APART = 0.035;
const PINS_MAX = 12;

/** @param {number} gap */
const weight = (gap) => (gap <= 6 * HOUR ? gap : 6 * HOUR + Math.log2(gap / (6 * HOUR)) * 4 * HOUR);

/**
 * A scale on which idle time is short: piecewise linear between the moments where something happens.
 * @param {number[]} moments
 */
export function scale(moments) {
  const at = [...new Set(moments.map((one) => Math.round(one / 1000) * 1000))].sort((a, b) => a - b);
  const raw = at.slice(1).map((one, n) => weight(one - at[n]));
  const least = raw.reduce((sum, one) => sum + one, 0) * APART;
  const widths = raw.map((one, n) => (at[n + 1] - at[n] >= 2 * MINUTE ? Math.max(one, least) : one));
  const total = widths.reduce((sum, one) => sum + one, 0) || 1;
  const place = [0];
  widths.forEach((one) => place.push(/** @type {number} */ (place.at(-1)) + one / total));
  const gaps = at
    .slice(1)
    .map((to, n) => ({ from: at[n], to, left: place[n], right: place[n + 1] }))
    .filter((gap) => gap.to - gap.from > SQUEEZED);
  return { at, place, gaps };
}

/** The share of the strip at a moment. @param {{at: number[], place: number[]}} of @param {number} moment */
export function position({ at, place }, moment) {
  const n = at.findIndex((one) => one >= moment);
  if (n < 0) return 1;
  if (n === 0) return 0;
  const part = (moment - at[n - 1]) / (at[n] - at[n - 1]);
  return place[n - 1] + part * (place[n] - place[n - 1]);
}

/** The moment at a share of the strip. @param {{at: number[], place: number[]}} of @param {number} share */
export function momentAt({ at, place }, share) {
  const n = place.findIndex((one) => one >= share);
  if (n <= 0) return at[n < 0 ? at.length - 1 : 0];
  const width = place[n] - place[n - 1];
  const part = width ? (share - place[n - 1]) / width : 0;
  return at[n - 1] + part * (at[n] - at[n - 1]);
}

/** The kind of a thing that is coming. @param {any} one */
function kindOf(one) {
  const what = t(`chat.coming.${one.what}`);
  return what.startsWith('chat.') || what.startsWith('⟦chat.') ? one.what : what;
}

/** The words for a thing that is coming. @param {any} one */
function saying(one) {
  const kind = kindOf(one);
  const title = bot.value?.flows?.find((/** @type {any} */ flow) => flow.name === one.flow)?.title ?? one.flow;
  // The value of an expression is not known yet.
  const words = ((one.next && wordsOf(one.next)) || (one.step && wordsOf(one.step)) || title).replace(/\$\{[^}]*\}?/g, '…');
  return words ? `${kind}: ${words}` : kind;
}

/** A moment that a hand has chosen, without odd minutes. @param {number} moment @param {number} now */
function even(moment, now) {
  const part = moment - now > 6 * HOUR ? HOUR : 5 * MINUTE;
  return Math.max(now + part, Math.round(moment / part) * part);
}

/** Lets time pass up to a moment. @param {number} to */
function pass(to) {
  const from = millis(talk.acts.value.at(-1)?.after?.now ?? talk.play.value?.first?.now);
  if (to > from) talk.send({ advance: asLength(to - from) });
}

/** The nights of the contact, from the beginning of the talk on. @returns {[number, number][]} */
function nights() {
  const all = [talk.play.value?.first, ...talk.acts.value.map((act) => act.after)].flatMap((state) => state?.quiet ?? []);
  const times = all.map(([from, to]) => /** @type {[number, number]} */ ([millis(from), millis(to)])).sort((a, b) => a[0] - b[0]);
  /** @type {[number, number][]} */
  const out = [];
  for (const [from, to] of times) {
    const last = out.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out;
}

/** The state of the window: a ring that empties, amber for the last five minutes. @param {{window: any, now: number}} props */
function WindowChip({ window, now }) {
  const ends = window?.ends_at ? millis(window.ends_at) : null;
  if (!window?.open) {
    const key = ends ? 'chat.window.closed' : 'chat.window.none';
    return html`<span class=${`ribbon-window ${ends ? 'closed' : 'none'}`}><${Icon} n=${ends ? 'lock' : 'clock'} s=${12} /><span>${t(key)}</span></span>`;
  }
  const left = Math.max(0, (ends ?? now) - now);
  const share = Math.min(1, left / DAY);
  const soon = left <= 5 * MINUTE;
  return html`<span class=${`ribbon-window ${soon ? 'soon' : 'open'}`}>
    <svg viewBox="0 0 20 20" width="14" height="14" aria-hidden="true"><circle cx="10" cy="10" r="7.5" class="back" />
      <circle cx="10" cy="10" r="7.5" class="left" pathLength="1" stroke-dasharray=${`${share} 1`} transform="rotate(-90 10 10)" /></svg>
    <span>${t(soon ? 'chat.window.soon' : 'chat.window.open', { span: span(left) })}</span></span>`;
}

/** Sets styles by script: the page allows none in its markup. @param {Record<string, string>} properties */
const styled = (properties) => (/** @type {HTMLElement | null} */ element) => {
  for (const [property, value] of Object.entries(properties)) element?.style.setProperty(property, value);
};
/** @param {number} from @param {number} to */
const spread = (from, to) => styled({ left: `${from * 100}%`, width: `${Math.max(0, to - from) * 100}%` });
/** @param {number} at */
const put = (at) => styled({ left: `${at * 100}%` });

/** @param {{state: any, now: number}} props */
function Strip({ state, now }) {
  const [drag, setDrag] = useState(/** @type {number | null} */ (null));
  const acts = talk.acts.value;
  const zone = talk.zone.value;
  const start = millis(talk.play.value.first.now);
  const coming = [...(state.coming ?? [])].filter((one) => millis(one.at) > now).slice(0, PINS_MAX);
  const ends = state.window?.ends_at ? millis(state.window.ends_at) : null;
  const times = acts.map((act) => millis(act.after?.now ?? act.at));
  const last = Math.max(now, ...times, ...coming.map((one) => millis(one.at)), ends ?? 0, start + 12 * HOUR);
  const of = scale([start - HOUR / 2, ...times, now, ...coming.map((one) => millis(one.at)), ...(ends ? [ends] : []), last + HOUR]);
  const here = position(of, now);
  const head = drag ?? here;
  const bands = nights().map(([from, to]) => [position(of, Math.max(start - HOUR / 2, from)), position(of, to)]);
  const opened = ends ? [position(of, Math.max(start, ends - DAY)), position(of, ends)] : null;
  const shown = drag === null ? now : drag > here ? even(momentAt(of, drag), now) : momentAt(of, drag);
  const spoken = `${day(shown, zone)}, ${clock(shown, zone)}. ${state.window?.open ? t('chat.window.open', { span: span((ends ?? now) - now) }) : t('chat.window.closed')}`;

  const release = (/** @type {any} */ event) => {
    const share = Number(event.target.value) / 1000;
    const moment = momentAt(of, share);
    setDrag(null);
    event.target.value = String(here * 1000);
    if (share > here && talk.at.value === null) pass(even(moment, now));
    else
      talk.look(
        Math.max(
          0,
          times.findLastIndex((one) => one <= moment + MINUTE / 2),
        ),
      );
  };
  const keys = (/** @type {KeyboardEvent} */ event) => {
    const looked = talk.looked.value - 1;
    const next = coming[0] ? millis(coming[0].at) : now + HOUR;
    const forward = () => (talk.at.value !== null ? talk.look(looked + 1) : pass(event.shiftKey ? now + HOUR : next));
    const acted = {
      ArrowRight: forward,
      ArrowUp: forward,
      ArrowLeft: () => talk.look(looked - 1),
      ArrowDown: () => talk.look(looked - 1),
      Home: () => talk.look(0),
      End: () => (talk.at.value = null),
    }[event.key];
    if (!acted) return;
    event.preventDefault();
    if (acts.length || event.key.endsWith('Right') || event.key.endsWith('Up')) acted();
  };
  return html`<div class="ribbon-strip" dir="ltr">
    <div class="ribbon-bar" aria-hidden="true">
      ${opened && html`<i class="ribbon-open" ref=${spread(opened[0], opened[1])}></i><i class="ribbon-last" ref=${put(opened[1])}></i><i class="ribbon-shut" ref=${spread(opened[1], 1)}></i>`}
      ${bands.map((/** @type {number[]} */ [from, to]) => html`<i class="ribbon-night" ref=${spread(from, to)}></i>`)}
      ${of.gaps.map((gap) => html`<i class="ribbon-gap" ref=${spread(gap.left, gap.right)}><small>${span(gap.to - gap.from)}</small></i>`)}
      ${times.map((one) => html`<i class="ribbon-act" ref=${put(position(of, one))}></i>`)}
      <i class="ribbon-past" ref=${spread(0, Math.min(head, here))}></i>
      ${drag !== null && drag > here && html`<i class="ribbon-ahead" ref=${spread(here, drag)}></i>`}
    </div>
    <b class="ribbon-head" aria-hidden="true" ref=${put(head)}></b>
    <input type="range" min="0" max="1000" value=${head * 1000} aria-label=${t('chat.ribbon')} aria-valuetext=${spoken}
      onInput=${(/** @type {any} */ event) => setDrag(Number(event.target.value) / 1000)} onChange=${release} onKeyDown=${keys} />
    <div class="ribbon-pins" aria-hidden="true">
      ${coming.map((one) => html`<span class=${`ribbon-pin ${one.what}`} ref=${put(position(of, millis(one.at)))} title=${`${near(one.at, now, zone)}\n${saying(one)}`} onClick=${() => talk.at.value === null && pass(millis(one.at))}></span>`)}
    </div>
    ${drag !== null && html`<output class="ribbon-tip" ref=${put(Math.min(0.86, Math.max(0.14, drag)))}>${near(shown, now, zone)}</output>`}
  </div>`;
}

/** The buttons of the clock. @param {{state: any, now: number}} props */
function Buttons({ state, now }) {
  const zone = talk.zone.value;
  const next = (state.coming ?? []).filter((/** @type {any} */ one) => millis(one.at) > now)[0];
  const ends = state.window?.open && state.window.ends_at ? millis(state.window.ends_at) : null;
  const off = talk.at.value !== null || Boolean(talk.stopped.value);
  const words = next && `${near(next.at, now, zone)} · ${saying(next)}`;
  return html`<div class="ribbon-buttons">
    <button type="button" disabled=${off} onClick=${() => talk.send({ advance: '1h' })}>${t('chat.clock.hour')}</button>
    <button type="button" disabled=${off} onClick=${() => talk.send({ advance: '1d' })}>${t('chat.clock.day')}</button>
    <button type="button" disabled=${off || !ends} title=${t('chat.clock.end.more')} aria-label=${t('chat.clock.end')} onClick=${() => ends && pass(ends)}><${Icon} n="lock" s=${12} /></button>
    <button type="button" class="next" disabled=${off || !next} title=${words || t('chat.clock.nothing')} onClick=${() => pass(millis(next.at))}><${Icon} n="next" s=${11} /><span>${next ? `${kindOf(next)} · ${near(next.at, now, zone)}` : t('chat.clock.nothing')}</span></button>
  </div>`;
}

export function Ribbon() {
  const state = talk.now.value;
  useEffect(() => learn([...(state?.coming ?? []), ...(state?.runs ?? [])].map((one) => one.flow)), [state]);
  if (!state?.now) return null;
  const now = millis(state.now);
  const zone = talk.zone.value;
  return html`<div class="ribbon" role="group" aria-label=${t('chat.clock')}>
    <div class="ribbon-line"><span class="ribbon-now"><${Icon} n="clock" s=${13} /><b>${day(now, zone)}, ${clock(now, zone)}</b></span><${WindowChip} window=${state.window} now=${now} /></div>
    <${Strip} state=${state} now=${now} />
    <${Buttons} state=${state} now=${now} />
  </div>`;
}
