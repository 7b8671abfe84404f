// @ts-check
/** Writes moments and lengths of time for people, on the clock of the contact. */

const written = document.documentElement.lang || 'en';
const language = Intl.DateTimeFormat.supportedLocalesOf([written])[0] ?? 'en';

const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * @param {Intl.DateTimeFormatOptions} options
 * @param {string} zone
 */
function format(options, zone) {
  const key = zone + JSON.stringify(options);
  let known = formats.get(key);
  if (!known) {
    known = new Intl.DateTimeFormat(language, { ...options, timeZone: zone });
    formats.set(key, known);
  }
  return known;
}

/** @param {string | number} at */
export const millis = (at) => (typeof at === 'number' ? at : Date.parse(at));

/** `10:00`. @param {string | number} at @param {string} zone */
export function clock(at, zone) {
  return format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, zone).format(millis(at));
}

/** `10:00:07`. @param {string | number} at @param {string} zone */
export function seconds(at, zone) {
  return format({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }, zone).format(millis(at));
}

/** `Tue 24 Nov`. @param {string | number} at @param {string} zone */
export function day(at, zone) {
  return format({ weekday: 'short', day: 'numeric', month: 'short' }, zone).format(millis(at));
}

/** The clock alone on the same day, else with the day. @param {string | number} at @param {string | number} now @param {string} zone */
export function near(at, now, zone) {
  const here = day(at, zone);
  return here === day(now, zone) ? clock(at, zone) : `${here}, ${clock(at, zone)}`;
}

/** @param {number} count @param {'day' | 'hour' | 'minute' | 'second'} unit */
function counted(count, unit) {
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'narrow' }).format(count);
}

/** Two units at most: `23h 59m`. @param {number} length in milliseconds */
export function span(length) {
  const days = Math.floor(length / DAY);
  const hours = Math.floor((length % DAY) / HOUR);
  const minutes = Math.floor((length % HOUR) / MINUTE);
  const parts = [];
  if (length >= 2 * DAY) {
    parts.push(counted(days, 'day'));
    if (hours) parts.push(counted(hours, 'hour'));
  } else if (length >= HOUR) {
    parts.push(counted(days * 24 + hours, 'hour'));
    if (minutes) parts.push(counted(minutes, 'minute'));
  } else if (length >= MINUTE) {
    parts.push(counted(minutes, 'minute'));
  } else {
    parts.push(counted(Math.ceil(length / 1000), 'second'));
  }
  return parts.join(' ');
}

/** The length as an `advance` of a test file takes it: `1d2h`, `90s`. Rounded up: to whole minutes if it is longer. @param {number} length */
export function asLength(length) {
  let rest = length > 2 * MINUTE ? Math.ceil(length / MINUTE) * 60 : Math.max(1, Math.ceil(length / 1000));
  let text = '';
  for (const [unit, size] of /** @type {[string, number][]} */ ([
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
    ['s', 1],
  ])) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count) text += `${count}${unit}`;
  }
  return text;
}

/** Reads what `asLength` writes; 0 if it is something else. @param {string} text */
export function readLength(text) {
  const sizes = { d: DAY, h: HOUR, m: MINUTE, s: 1000 };
  let total = 0;
  for (const [, count, unit] of String(text).matchAll(/(\d+)([dhms])/g)) {
    total += Number(count) * sizes[/** @type {'d'} */ (unit)];
  }
  return total;
}

/** Today at ten on the clock of the zone, as the head of a test file takes it; on a weekend the Monday after. @param {string} zone */
export function beginning(zone) {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  let at = Date.now();
  const weekday = new Intl.DateTimeFormat('en', { timeZone: zone, weekday: 'short' });
  while (['Sat', 'Sun'].includes(weekday.format(at))) at += DAY;
  return `${parts.format(at)}T10:00 ${zone}`;
}
