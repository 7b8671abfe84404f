// @ts-check
// The words of a cell: what will happen and why; and of a local minute.
import { worded } from '../js/i18n.js';
import { bot } from '../js/state.js';
import { reason } from '../js/wording.js';
import { placeOf } from './cells.js';

/** What a cell says. @param {{outcome: string, reason?: string | null, template?: string | null}} cell */
export function outcomeWords(cell) {
  const what = worded(`ahead.outcome.${cell.outcome}`, cell.outcome);
  const more = cell.template ?? reason(cell.reason);
  return { what, why: more ?? '' };
}

/** @param {string} name */
export const flowTitle = (name) => bot.value?.flows?.find((/** @type {any} */ one) => one.name === name)?.title ?? name;

const language = document.documentElement.lang || 'en';
const dayFormat = new Intl.DateTimeFormat(language, { timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short' });
const shortFormat = new Intl.DateTimeFormat(language, { timeZone: 'UTC', day: 'numeric' });

/** `Tue, Nov 24`. @param {string | number} local */
export const dayWords = (local) => dayFormat.format(typeof local === 'number' ? local : placeOf(local));
/** `24`. @param {number} place */
export const shortDay = (place) => shortFormat.format(place);
/** `10:00`; nothing for a whole day. @param {string} local */
export const minuteWords = (local) => local.slice(11, 16);
