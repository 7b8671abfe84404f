// @ts-check
// Reads the timeline of a contact and arranges it: marks in lanes, bars of messages by day, and gaps with their reason.
import { signal, useEffect, useState } from '../vendor/preact.js';
import { get, isMended } from '../js/api.js';
import { DAY, millis } from '../js/moment.js';

/** @typedef {{at: string, kind: string, flow?: string, step?: string, outcome?: string, reason?: string, text?: string, template?: string, trigger?: string, id?: number}} Item */

const PAGE_ROWS = 200;
/** A longer life than this is not drawn whole; the page says so. */
const ITEMS_MAX = 4000;

/** The lanes of the picture, from top to bottom. @type {Record<string, 'in' | 'out' | 'runs' | 'fires' | 'facts'>} */
const LANES = {
  message_in: 'in',
  message_out: 'out',
  run: 'runs',
  fire: 'fires',
  no_fire: 'fires',
  planned: 'fires',
  consent: 'facts',
  date: 'facts',
};

/** @param {Item} item */
export const laneOf = (item) => LANES[item.kind];

/** How a mark stands, for its shape and colour: reached, kept back, still to come. @param {Item} item */
export function look(item) {
  if (item.kind === 'no_fire') {
    return 'not';
  }
  if (item.kind === 'planned') {
    return ['held', 'refused'].includes(item.outcome ?? '') ? 'planned doubt' : 'planned';
  }
  if (item.kind === 'consent') {
    return item.outcome === 'withdrawn' ? 'withdrawn' : 'given';
  }
  if (item.kind === 'run') {
    return ['failed', 'undelivered', 'refused'].includes(item.outcome ?? '') ? 'bad' : 'good';
  }
  return ['failed', 'undelivered'].includes(item.outcome ?? '') ? 'bad' : 'good';
}

/**
 * Reads all pages of a timeline.
 * @param {number} contact @param {number} from @param {number} to
 */
export function useLine(contact, from, to) {
  const [own] = useState(() => ({
    items: signal(/** @type {Item[]} */ ([])),
    waits: signal(true),
    part: signal(false),
    refusal: signal(/** @type {import('../js/api.js').Answer | null} */ (null)),
    turn: signal(0),
  }));
  const back = isMended(own.refusal.value);
  const turn = own.turn.value;
  useEffect(() => {
    const control = new AbortController();
    read(contact, from, to, control.signal, own);
    return () => control.abort();
  }, [contact, from, to, back, turn]);
  return { items: own.items.value, waits: own.waits.value, part: own.part.value, refusal: own.refusal.value, again: () => (own.turn.value += 1) };
}

/** @param {number} contact @param {number} from @param {number} to @param {AbortSignal} cancelled @param {any} own */
async function read(contact, from, to, cancelled, own) {
  own.waits.value = true;
  /** @type {Item[]} */
  const found = [];
  const range = new URLSearchParams({ from: new Date(from).toISOString(), to: new Date(to).toISOString(), limit: String(PAGE_ROWS) });
  for (let cursor = ''; ; ) {
    const answer = await get(`/v1/contacts/${contact}/timeline?${range}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`, { signal: cancelled });
    if (cancelled.aborted) {
      return;
    }
    if (!answer.ok) {
      own.refusal.value = answer;
      own.waits.value = false;
      return;
    }
    found.push(...(answer.body.items ?? answer.body.data ?? []));
    cursor = answer.body.next_cursor ?? '';
    own.refusal.value = null;
    if (!cursor || found.length >= ITEMS_MAX) {
      own.items.value = [...found].sort((a, b) => millis(a.at) - millis(b.at));
      own.part.value = Boolean(cursor);
      own.waits.value = false;
      return;
    }
  }
}

/** How many messages came and went in each step of time. @param {Item[]} items @param {number} from @param {number} step */
export function counted(items, from, step) {
  /** @type {Map<number, {at: number, in: number, out: number, bad: number}>} */
  const bars = new Map();
  for (const item of items) {
    const lane = laneOf(item);
    if (lane === 'in' || lane === 'out') {
      const n = Math.floor((millis(item.at) - from) / step);
      const bar = bars.get(n) ?? { at: from + n * step, in: 0, out: 0, bad: 0 };
      bar[lane] += 1;
      bar.bad += look(item) === 'bad' ? 1 : 0;
      bars.set(n, bar);
    }
  }
  return [...bars.values()];
}

/**
 * Stretches in which fires did not reach the contact, each with its reason: fires in a row with the same one are joined.
 * @param {Item[]} items
 */
export function gapsOf(items) {
  /** @type {{from: number, to: number, reason: string, count: number}[]} */
  const gaps = [];
  let last = /** @type {(typeof gaps)[number] | null} */ (null);
  for (const item of items) {
    if (item.kind === 'no_fire') {
      const at = millis(item.at);
      const why = item.reason ?? '';
      if (last && last.reason === why) {
        last.to = at;
        last.count += 1;
      } else {
        last = { from: at, to: at, reason: why, count: 1 };
        gaps.push(last);
      }
    } else if (item.kind === 'fire') {
      last = null;
    }
  }
  return gaps;
}

/** The stretches in which texts might go: a day from each message of theirs. @param {Item[]} items */
export function windowsOf(items) {
  /** @type {number[][]} */
  const joined = [];
  for (const item of items.filter((one) => one.kind === 'message_in')) {
    const at = millis(item.at);
    const last = joined.at(-1);
    if (last && at <= last[1]) {
      last[1] = at + DAY;
    } else {
      joined.push([at, at + DAY]);
    }
  }
  return joined;
}
