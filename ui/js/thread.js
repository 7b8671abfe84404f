// @ts-check
/** Arranges a talk for the chat: days, messages, acts that are no message, and notes, each in the order in which it happened. */
import { computed } from '../vendor/preact.js';
import { t } from './i18n.js';
import { readable, shape } from './content.js';
import { DAY, day, readLength, span } from './moment.js';
import { bot } from './state.js';
import * as talk from './talk.js';
import { place, tapped, tails } from './wall.js';
import { reason } from './wording.js';

/** @typedef {import('./acts.js').Message} Message */
/** @typedef {import('./wall.js').Item} Item */

/**
 * Pairs the messages of an act as they first came with those of now.
 * Equal ones are found first; between them the rest is paired in order.
 * @param {Message[]} before @param {Message[]} after
 * @returns {{now?: Message, was?: Message}[]}
 */
export function paired(before, after) {
  const was = before.map(readable);
  const is = after.map(readable);
  const equal = was.map(() => is.map(() => 0));
  for (let i = was.length - 1; i >= 0; i -= 1) {
    for (let j = is.length - 1; j >= 0; j -= 1) {
      const below = equal[i + 1]?.[j + 1] ?? 0;
      equal[i][j] = was[i] === is[j] ? below + 1 : Math.max(equal[i + 1]?.[j] ?? 0, equal[i][j + 1] ?? 0);
    }
  }
  const anchors = [];
  for (let i = 0, j = 0; i < was.length && j < is.length;) {
    if (was[i] === is[j]) anchors.push([i++, j++]);
    else if ((equal[i + 1]?.[j] ?? 0) >= (equal[i][j + 1] ?? 0)) i += 1;
    else j += 1;
  }
  const pairs = [];
  let [i, j] = [0, 0];
  for (const [nextI, nextJ] of [...anchors, [was.length, is.length]]) {
    for (; i < nextI || j < nextJ; i += 1, j += 1) {
      pairs.push({ now: j < nextJ ? after[j] : undefined, was: i < nextI ? before[i] : undefined });
    }
    if (nextI < was.length) pairs.push({ now: after[nextJ], was: before[nextI] });
    [i, j] = [nextI + 1, nextJ + 1];
  }
  return pairs;
}

/** The words for an act that is no message of the customer. @param {Record<string, any>} step */
function deed(step) {
  const [verb, value] = Object.entries(step)[0] ?? ['', null];
  if (verb === 'advance') return { kind: 'later', length: readLength(value) };
  const name = typeof value === 'object' && value ? (value.name ?? value.failed ?? '') : String(value);
  const known = [
    'event',
    'webhook',
    'api',
    'person',
    'hand_back',
    'set',
    'status',
    'provider',
    'again',
    'restart',
    'welcome',
    'missed_call',
    'advance_to',
  ];
  return known.includes(verb) ? { kind: 'did', verb, words: t(`chat.did.${verb}`, { name }) } : null;
}

/** @param {any} one @param {string} key @param {number} act @returns {Item} */
function refusal(one, key, act) {
  const why = typeof one === 'string' ? one : (one.reason ?? one.why ?? '');
  const flow = one.flow ?? '';
  const said = typeof one === 'object' && one.detail;
  return { key, act, kind: 'note', tone: 'warn', glyph: 'lock', words: said || t('chat.refused', { flow, why: reason(why) }) };
}

/** The calls that nothing answers, each once however often it was tried. @param {Item[]} items @param {import('./acts.js').Act} act @param {number} index */
function unanswered(items, act, index) {
  const said = new Set();
  (act.calls ?? []).forEach((call, n) => {
    const name = `${call.method} ${call.url}`;
    if (call.mocked !== false || said.has(name)) return;
    said.add(name);
    items.push({
      key: `c${index}.${n}`,
      act: index,
      kind: 'note',
      tone: 'warn',
      glyph: 'plug',
      words: t('chat.unmocked', { method: call.method, url: call.url }),
      mock: call,
    });
  });
}

/** @param {Item[]} items @param {import('./acts.js').Act} act @param {number} index */
function notes(items, act, index) {
  (act.refused ?? []).forEach((one, n) => items.push(refusal(one, `r${index}.${n}`, index)));
  (act.trace ?? []).forEach((line, n) => {
    if (line.kind !== 'error' && line.kind !== 'handoff') return;
    items.push({
      key: `e${index}.${n}`,
      act: index,
      kind: 'note',
      tone: line.kind === 'error' ? 'bad' : 'warn',
      glyph: line.kind === 'error' ? 'alert' : 'people',
      words: line.what,
      step: line,
    });
  });
}

/** @param {Item[]} items */
function ends(items) {
  const state = talk.acts.value.at(-1)?.after;
  if (!state) return;
  const act = talk.acts.value.length - 1;
  const person = state.person ?? state.with_person ?? state.contact?.with_person;
  if (person) {
    const team = typeof person === 'object' ? (person.team ?? '') : '';
    items.push({
      key: 'person',
      act,
      kind: 'note',
      tone: 'warn',
      glyph: 'people',
      words: team ? t('chat.team', { team }) : t('chat.person'),
      handBack: true,
    });
  }
}

/** Says that the last run has ended. @param {Item[]} items @param {import('./acts.js').Act} act @param {number} index */
function ended(items, act, index) {
  const runs = act.after?.runs ?? [];
  const over = runs.filter((/** @type {any} */ run) => !run.waits);
  if (!over.length || over.length < runs.length || act.after?.with_person) return;
  const { flow, state } = over.at(-1);
  const title = bot.value?.flows?.find((/** @type {any} */ one) => one.name === flow)?.title ?? flow ?? '';
  const known = ['done', 'expired', 'stopped', 'failed', 'refused', 'undelivered'].includes(state);
  const tone = ['failed', 'refused', 'undelivered'].includes(state) ? 'warn' : 'plain';
  items.push({
    key: `o${index}`,
    act: index,
    kind: 'note',
    tone,
    glyph: 'flag',
    words: t(`chat.over.${known ? state : 'done'}`, { flow: title }),
  });
}

/** Marks where a bubble is the last of its side, and which buttons were tapped. @param {Item[]} items */
function finish(items) {
  const steps = talk.acts.value.map((act) => act.step);
  tails(items);
  tapped(items, (item, fits) => steps.slice(item.act + 1).find((step) => typeof step.tap === 'string' && fits(step.tap))?.tap);
}

export const thread = computed(() => {
  /** @type {Item[]} */
  const items = [];
  const zone = talk.zone.value;
  let last = '';
  let coming = talk.arrived.value;
  const date = (/** @type {string} */ when, /** @type {number} */ act) => {
    const here = day(when, zone);
    if (here !== last) items.push({ key: `d${here}`, act, kind: 'day', words: here });
    last = here;
  };
  talk.acts.value.forEach((act, index) => {
    const did = deed(act.step);
    const long = did?.kind === 'later' && (did.length ?? 0) >= DAY;
    if (did?.kind === 'later' && !long)
      items.push({ key: `s${index}`, act: index, kind: 'later', words: t('chat.later', { span: span(did.length ?? 0) }) });
    if (did?.kind === 'did') items.push({ key: `s${index}`, act: index, kind: 'note', tone: 'plain', glyph: 'in', words: did.words });
    for (const news of talk.at.value === null || index <= talk.at.value ? act.news : []) {
      const item = items.findLast(
        (one) => one.kind === 'message' && one.message.id === news.id && one.message.direction === news.direction,
      );
      if (item) item.message = { ...item.message, status: news.status, status_at: news.status_at, reason: news.reason, why: news.why };
    }
    const pairs = paired(talk.base.value[index] ?? act.fresh, act.fresh);
    // The bot's last words in the act are what came of the call, and stand below it.
    const outcome = pairs.findLastIndex(({ now }) => now?.direction === 'out');
    pairs.forEach(({ now, was }, n) => {
      const message = now ?? was;
      if (!message) return;
      if (now && coming <= 0) return;
      if (now) coming -= 1;
      if (n === outcome) unanswered(items, act, index);
      date(message.at, index);
      const changed = now && was && readable(now) !== readable(was);
      const kind = now ? 'message' : 'gone';
      const fresh = Boolean(now && !was);
      place(items, message, { key: `m${index}.${n}`, act: index, kind, message, was: changed ? was : null, fresh });
    });
    if (long) date(act.after?.now ?? act.at, index);
    if (outcome < 0) unanswered(items, act, index);
    notes(items, act, index);
    if (coming > 0) ended(items, act, index);
  });
  if (coming > 0) ends(items);
  finish(items);
  return items;
});

/** How many messages are not as they first were. */
export const changes = computed(() => thread.value.filter((one) => one.kind === 'gone' || one.was || one.fresh).length);
