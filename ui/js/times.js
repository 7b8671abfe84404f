// @ts-check
// Moments as people say them: `5 minutes ago`, kept up to date, with the exact moment behind it.
import { html, signal } from '../vendor/preact.js';
import { locale } from './i18n.js';
import { DAY, HOUR, clock, day, millis } from './moment.js';
import { bot } from './state.js';

const MINUTE = 60_000;
const TICK_MS = 20_000;

/** The clock of this machine, in steps. */
export const tick = signal(Date.now());
setInterval(() => {
  if (!document.hidden) {
    tick.value = Date.now();
  }
}, TICK_MS);
document.addEventListener('visibilitychange', () => document.hidden || (tick.value = Date.now()));

const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });

/**
 * `now`, `5 min. ago`, `in 2 hr.`, `yesterday`.
 * @param {string | number} at
 * @param {number} [now]
 */
export function ago(at, now = tick.value) {
  const gap = millis(at) - now;
  const far = Math.abs(gap);
  if (far < 45_000) {
    return relative.format(0, 'second');
  }
  if (far < HOUR) {
    return relative.format(Math.round(gap / MINUTE), 'minute');
  }
  if (far < DAY) {
    return relative.format(Math.round(gap / HOUR), 'hour');
  }
  if (far < 30 * DAY) {
    return relative.format(Math.round(gap / DAY), 'day');
  }
  return relative.format(Math.round(gap / (30 * DAY)), 'month');
}

/** The zone of the bot, for pages that show no contact's own. */
export const botZone = () => bot.value?.timezone ?? 'UTC';

/** @param {string | number} at @param {string} [zone] */
export const exact = (at, zone = botZone()) => `${day(at, zone)}, ${clock(at, zone)}`;

/**
 * A moment relative to now; its title says it exactly.
 * @param {{at: string | number | null | undefined, zone?: string}} props
 */
export const When = ({ at, zone }) =>
  at || at === 0 ? html`<time datetime=${new Date(millis(at)).toISOString()} title=${exact(at, zone)}>${ago(at)}</time>` : null;

/**
 * A moment on the clock of the zone; its title says how long ago it was.
 * @param {{at: string | number | null | undefined, zone?: string}} props
 */
export const At = ({ at, zone }) =>
  at || at === 0 ? html`<time datetime=${new Date(millis(at)).toISOString()} title=${ago(at)}>${exact(at, zone)}</time>` : null;
