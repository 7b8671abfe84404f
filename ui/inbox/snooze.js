// @ts-check
// The times that are offered for putting a case aside.

const HOUR = 60 * 60 * 1000;
/** The hour at which a case comes back on another day, on the clock of the bot. */
const MORNING = 9;
/** Clocks of all zones differ by whole quarters of an hour. */
const QUARTER = HOUR / 4;

/** The first time at least an hour after `from` at which it is nine o'clock in the zone, on a Monday if so wanted. @param {number} from @param {string} zone @param {boolean} [monday] */
function morning(from, zone, monday = false) {
  const clock = new Intl.DateTimeFormat('en', { timeZone: zone, weekday: 'short', hour: 'numeric', minute: 'numeric', hourCycle: 'h23' });
  const fits = (/** @type {number} */ at) => {
    const parts = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]));
    return Number(parts.hour) === MORNING && Number(parts.minute) === 0 && (!monday || parts.weekday === 'Mon');
  };
  let at = Math.ceil((from + HOUR) / QUARTER) * QUARTER;
  while (!fits(at)) {
    at += QUARTER;
  }
  return at;
}

/** The times that are offered for putting a case aside: soon, the next morning, and the Monday after it. @param {number} from @param {string} zone @returns {number[]} */
export function snoozes(from, zone) {
  const next = morning(from, zone);
  return [...new Set([from + HOUR, from + 4 * HOUR, next, morning(next, zone, true)])].sort((a, b) => a - b);
}
