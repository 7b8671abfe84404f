// @ts-check
// Reads all that is kept of a run: what was said during it, its steps, and the drawing and the text of its version.
import { batch, signal, useEffect, useState } from '../vendor/preact.js';
import { get, isMended, offline, post, signedOut } from '../js/api.js';
import { millis } from '../js/moment.js';
import { bot } from '../js/state.js';

const PAGE_ROWS = 200;
/** So many pages of a talk are read to find the beginning of a run. */
const PAGES_MAX = 10;
/** Moments of the daemon are whole seconds. */
const SECOND = 1000;

/** When a message counts for a run: at the turn that took it or sent it. @param {any} message */
export const momentOf = (message) => millis(message.handled_at ?? message.created_at ?? message.at);

/** Whether a message was said during a run. @param {any} run @param {any} message */
function during(run, message) {
  const at = momentOf(message);
  return at >= millis(run.started_at) && (!run.ended_at || at < millis(run.ended_at) + SECOND);
}

/**
 * The messages of a run, oldest first.
 * @param {any} run null: it is not read yet
 * @returns {{messages: any[], whole: boolean, refusal: import('../js/api.js').Answer | null, ready: boolean}}
 */
export function useSaid(run) {
  const [own] = useState(() => ({
    messages: signal(/** @type {any[]} */ ([])),
    whole: signal(true),
    ready: signal(false),
    refusal: signal(/** @type {import('../js/api.js').Answer | null} */ (null)),
  }));
  const talk = run?.conversation_id;
  useEffect(() => {
    if (!talk) {
      return undefined;
    }
    const control = new AbortController();
    read(run, control.signal, own);
    return () => control.abort();
  }, [talk, run?.ended_at, run?.turns?.length, isMended(own.refusal.value)]);
  return { messages: own.messages.value, whole: own.whole.value, ready: own.ready.value, refusal: own.refusal.value };
}

/** @param {any} run @param {AbortSignal} cancelled @param {any} own */
async function read(run, cancelled, own) {
  const found = [];
  let cursor = '';
  for (let page = 0; ; page++) {
    const more = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
    const path = `/v1/conversations/${run.conversation_id}/messages?limit=${PAGE_ROWS}${more}`;
    const answer = await get(path, { signal: cancelled });
    if (cancelled.aborted) {
      return;
    }
    const list = answer.body?.data ?? [];
    found.push(...list.filter((/** @type {any} */ one) => during(run, one)));
    const oldest = list.at(-1);
    const begun = !answer.body?.next_cursor || (oldest && momentOf(oldest) < millis(run.started_at));
    if (!answer.ok || begun || page + 1 >= PAGES_MAX) {
      batch(() => {
        own.refusal.value = answer.ok ? null : answer;
        own.messages.value = found.reverse();
        own.whole.value = answer.ok && Boolean(begun);
        own.ready.value = true;
      });
      return;
    }
    cursor = answer.body.next_cursor;
  }
}

/**
 * @typedef {object} Drawing
 * @property {string} flow
 * @property {string} svg
 * @property {{id: string, path: string, line: number, verb: string, words: string}[]} steps
 */

/** A version never changes, so its drawings and texts are kept. @type {Map<string, any>} */
const kept = new Map();

/** @param {string} key @param {() => Promise<import('../js/api.js').Answer>} ask */
async function once(key, ask) {
  const before = kept.get(key);
  if (before) {
    return { ok: true, status: 200, body: before };
  }
  const answer = await ask();
  if (answer.ok) {
    kept.set(key, answer.body);
  }
  return answer;
}

/**
 * What an address of a version says, or why it cannot.
 * @template T
 * @param {string | null} key
 * @param {() => Promise<import('../js/api.js').Answer>} ask
 * @returns {{body: any, refusal: import('../js/api.js').Answer | null}}
 */
function useKept(key, ask) {
  const [found, set] = useState(/** @type {any} */ ({ key: null, body: null, refusal: null }));
  useEffect(() => {
    let current = true;
    if (key) {
      once(key, ask).then((answer) => {
        if (current) {
          set({ key, body: answer.ok ? answer.body : null, refusal: answer.ok ? null : answer });
        }
      });
    }
    return () => {
      current = false;
    };
  }, [key, offline.value === null, signedOut.value]);
  return found.key === key ? found : { body: null, refusal: null };
}

/** Whether a version is the one that runs now. @param {number} version */
export const isLive = (version) => bot.value?.live?.version === version;

/** The drawing of a flow as it was in a version. @param {number | undefined} version @param {string} flow @param {string[]} [folded] blocks of which only the head is drawn */
export const useDrawing = (version, flow, folded = []) =>
  useKept(version ? `map ${version} ${flow} ${folded}` : null, () => post('/v1/studio/map', { version, flow, folded }));

/** The text of a file as it was in a version. @param {number | undefined} version @param {string | undefined} path */
export const useText = (version, path) =>
  useKept(version && path ? `text ${version} ${path}` : null, () =>
    get(`/v1/bot/versions/${version}/files/${/** @type {string} */ (path).split('/').map(encodeURIComponent).join('/')}`),
  );

/** The flow of a step: steps are called after their flow. @param {string} step */
export const flowOf = (step) => step.split('.')[0];

/**
 * The turns of a run with what the customer said in each, and the steps passed up to each.
 * @param {any} run @param {any[]} messages
 */
export function turnsOf(run, messages) {
  const incoming = messages.filter((one) => one.direction === 'in');
  const outgoing = messages.filter((one) => one.direction === 'out' && one.step);
  const recorded = /** @type {{step: string, at: string}[]} */ (run.steps ?? []);
  const used = new Set();
  const steps = new Set();
  const turns = (run.turns ?? []).map((/** @type {any} */ turn) => {
    const at = millis(turn.at);
    const heard = incoming.find((one) => !used.has(one.id) && momentOf(one) === at);
    if (heard) {
      used.add(heard.id);
    }
    for (const line of turn.lines) {
      if (line.step) {
        steps.add(line.step);
      }
    }
    outgoing.filter((one) => momentOf(one) <= at).forEach((one) => steps.add(one.step));
    recorded.filter((one) => millis(one.at) <= at).forEach((one) => steps.add(one.step));
    return { ...turn, heard, steps: new Set(steps) };
  });
  outgoing.forEach((one) => steps.add(one.step));
  recorded.forEach((one) => steps.add(one.step));
  if (run.waits?.step) {
    steps.add(run.waits.step);
  }
  return { turns, steps };
}
