// @ts-check
/**
 * Holds a talk as the steps of a test file, and has the daemon play all of them again after each step and each edit.
 * The answer depends on the request alone, so looking back needs no request: each act carries how things stood after it.
 */
import { batch, computed, effect, signal } from '../vendor/preact.js';
import { count, keepTalk, keptTalk, part } from './acts.js';
import { detail, offline, post } from './api.js';
import * as state from './state.js';
import { beginning } from './moment.js';

/** @typedef {import('./acts.js').Step} Step */
/** @typedef {import('./acts.js').Message} Message */
/** @typedef {import('./acts.js').Act} Act */

/** The pause after a key before the talk is played again. */
const EDIT_PAUSE_MS = 180;
/** From here on a play is announced, and can be cancelled. */
const SLOW_MS = 3000;
/** The pause before a play is asked for again when the daemon plays for others. */
const CROWDED_PAUSE_MS = 250;
const CROWDED_TRIES = 12;

/** The flow that the talk is about: the one that a saved test names. */
export const flow = signal(/** @type {string | null} */ (null));
/** The head of a test file: `now`, `contact`, `templates`, `mocks`, … */
export const world = signal(/** @type {Record<string, any>} */ ({}));
export const steps = signal(/** @type {Step[]} */ ([]));
/** The last answer. */
export const play = signal(/** @type {any} */ (null));
/** The index of the act that is looked at; null is now. */
export const at = signal(/** @type {number | null} */ (null));
export const busy = signal(false);
export const slow = signal(false);
/** The findings that keep the edited texts from being played; the talk goes on with the last good ones. */
export const blocked = signal(/** @type {any[] | null} */ (null));
/** The problem of the last play, if there was one. */
export const failure = signal(/** @type {{detail: string, code: string} | null} */ (null));
/** How many messages have arrived, while they come in one by one. */
export const arrived = signal(Infinity);
export const typing = signal(false);
/** The messages as they first came, by act. */
export const base = signal(/** @type {Message[][]} */ ([]));
/** Counts the replays after an edit. */
export const replays = signal(0);

export const stopped = computed(() => play.value?.stopped ?? null);
export const acts = computed(() => /** @type {Act[]} */ (play.value?.acts ?? []));
/** The number of acts up to the one that is looked at. */
export const looked = computed(() => Math.min((at.value ?? Infinity) + 1, acts.value.length));
/** How things stand at the act that is looked at. */
export const now = computed(() => (looked.value ? acts.value[looked.value - 1].after : play.value?.first) ?? null);
export const zone = computed(() => play.value?.zone ?? state.bot.value?.timezone ?? 'UTC');
/** Steps that were sent and are not yet played. */
export const pending = computed(() => (stopped.value ? [] : steps.value.slice(acts.value.length)));

/** @type {AbortController | null} */
let running = null;
let wanted = 0;
let done = 0;
/** Why the next play is asked for: `same` changes nothing that messages are compared with. @type {'step' | 'edit' | 'world' | 'same'} */
let reason = 'step';
/** @type {Record<string, string | null> | null} */
let good = null;
let bad = '';

const files = () => state.edits.value;
/** A talk is about the flow that it starts; only a start by the API has to name one. */
const about = () => (steps.value.some((step) => 'api' in step) ? flow.value : null);
const body = (/** @type {any} */ texts) => ({ flow: about(), files: texts, world: world.value, steps: steps.value });
/** The talk as it is, with the texts that can be played. */
export const request = () => body(blocked.value && good ? good : files());

/** @param {any} texts @param {AbortSignal} signal */
async function ask(texts, signal) {
  for (let tries = 0; ; tries += 1) {
    const answer = await post('/v1/studio/play', body(texts), { signal });
    if (answer.status !== 503 || tries >= CROWDED_TRIES || signal.aborted) return answer;
    await new Promise((go) => setTimeout(go, CROWDED_PAUSE_MS));
  }
}

/** Plays the edited texts, or the last good ones if those have errors. @param {AbortSignal} signal */
async function playable(signal) {
  const texts = files();
  const key = JSON.stringify(texts);
  if (key !== bad || !good) {
    const answer = await ask(texts, signal);
    if (answer.status !== 409) {
      if (answer.ok) {
        good = texts;
        blocked.value = null;
      }
      return answer;
    }
    bad = key;
    blocked.value = answer.body?.findings ?? [];
    if (!good && key === '{}') return answer;
  }
  return ask(good ?? {}, signal);
}

async function pump() {
  if (running) return;
  busy.value = true;
  const late = setTimeout(() => (slow.value = true), SLOW_MS);
  while (done !== wanted) {
    const turn = wanted;
    const why = reason;
    const control = new AbortController();
    running = control;
    let answer = /** @type {any} */ (null);
    try {
      answer = await playable(control.signal);
    } catch {
      answer = null;
    }
    running = null;
    if (control.signal.aborted) continue;
    done = turn;
    if (answer) take(answer, why);
  }
  clearTimeout(late);
  batch(() => {
    busy.value = false;
    slow.value = false;
  });
}

/** @param {'step' | 'edit' | 'world' | 'same'} why */
function want(why) {
  reason = why;
  wanted += 1;
  if (why !== 'step') running?.abort();
  pump();
}

/** @param {{ok: boolean, status: number, body: any}} answer @param {string} why */
function take(answer, why) {
  if (!answer.ok) {
    // Without an answer the page says that it is not connected; a bot with errors is said by `blocked`.
    const told = answer.status !== 0 && answer.status !== 409;
    failure.value = told
      ? { detail: answer.body?.errors?.[0]?.detail ?? detail(answer), code: answer.body?.code ?? String(answer.status) }
      : null;
    return;
  }
  const before = count(play.value);
  const next = answer.body;
  part(next.acts);
  batch(() => {
    failure.value = null;
    play.value = next;
    if (at.value !== null && at.value >= next.acts.length) at.value = null;
    if (why === 'world') base.value = [];
    const known = base.value.slice(0, next.acts.length);
    base.value = next.acts.map((/** @type {Act} */ act, /** @type {number} */ i) => known[i] ?? act.fresh);
    if (why === 'edit') replays.value += 1;
    arrived.value = why === 'step' ? Math.min(before, count(next)) : Infinity;
  });
  if (why === 'step') arrive(next);
}

const still = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Lets new messages come in one by one, as on a phone. @param {any} answer */
async function arrive(answer) {
  const all = answer.acts.flatMap((/** @type {Act} */ act) => act.fresh);
  const longest = 1600 / Math.max(1, all.length - arrived.value);
  while (arrived.value < all.length && !still()) {
    const message = all[arrived.value];
    const ours = message.direction === 'out';
    typing.value = ours;
    await new Promise((go) => setTimeout(go, ours ? Math.min(650, longest) : 0));
    if (play.value !== answer) return;
    arrived.value += 1;
  }
  batch(() => {
    arrived.value = Infinity;
    typing.value = false;
  });
}

/** Adds a step and plays it. After a stop it takes the place of the steps that no longer fit. @param {Step} step */
export function send(step) {
  const kept = stopped.value ? steps.value.slice(0, stopped.value.step) : steps.value;
  batch(() => {
    at.value = null;
    steps.value = [...kept, step];
    if (stopped.value) play.value = { ...play.value, stopped: null };
  });
  want('step');
}

/** Starts a flow as the API does: it is then the flow that the talk is about. @param {string} name @param {Record<string, any>} inputs */
export function start(name, inputs) {
  flow.value = name;
  send({ api: inputs });
}

/** Puts other steps in the place of one that no longer fits. @param {number} index @param {Step[]} instead */
export function mend(index, instead) {
  steps.value = [...steps.value.slice(0, index), ...instead, ...steps.value.slice(index + 1)];
  want('same');
}

/** The world of a first talk: somebody with a name, today. */
const fresh = () => ({ now: beginning(state.bot.value?.timezone ?? 'UTC'), contact: { name: 'Ana' } });

/** Begins again in the same world, or in another one. @param {Record<string, any>} [other] */
export function restart(other) {
  batch(() => {
    steps.value = [];
    base.value = [];
    at.value = null;
    typing.value = false;
    if (play.value) play.value = { ...play.value, acts: [], stopped: null };
    world.value = { ...fresh(), ...(other ?? world.value) };
    flow.value = opened();
  });
  want('world');
}

/** Changes the world and plays the same steps in it. @param {Record<string, any>} other */
export function live(other) {
  world.value = other;
  want('world');
}

/** Cuts the talk after an act, and goes on from there. @param {number} index */
export function rewind(index) {
  batch(() => {
    steps.value = steps.value.slice(0, index + 1);
    base.value = base.value.slice(0, index + 1);
    play.value = { ...play.value, acts: acts.value.slice(0, index + 1), stopped: null };
    at.value = null;
    arrived.value = Infinity;
  });
  want('same');
}

/** Looks at an act; the last one is now. @param {number} index */
export function look(index) {
  const last = acts.value.length - 1;
  at.value = index >= last ? null : Math.max(0, index);
}

export function replay() {
  want('edit');
}

/** Takes the messages as they are now for those that later ones are compared with. */
export const settle = () => (base.value = acts.value.map((act) => act.fresh));

/** Gives up the play that takes long. */
export function cancel() {
  done = wanted;
  running?.abort();
}

/** The flow in the open file. */
export function opened() {
  const path = state.open.value;
  return state.bot.value?.flows?.find((/** @type {any} */ one) => one.path === path)?.name ?? null;
}

const folder = () => state.bot.value?.folder ?? '';

/** Begins with the talk that this tab had before it was loaded again, and follows the edits. The page of flows begins it once. */
export function begin() {
  const kept = keptTalk(folder());
  batch(() => {
    flow.value = kept?.flow ?? opened();
    world.value = kept?.world ?? fresh();
    steps.value = kept?.steps ?? [];
  });
  want('same');
  let texts = '';
  let timer = 0;
  effect(() => {
    // Edits that the browser kept and files that changed on disk count as well as keys.
    const disk = state.bot.value?.files?.map((/** @type {any} */ file) => file.etag);
    const now = JSON.stringify([state.epoch.value, state.edits.value, disk]);
    const changed = texts && now !== texts;
    texts = now;
    if (!changed) return;
    clearTimeout(timer);
    timer = setTimeout(replay, EDIT_PAUSE_MS);
  });
  effect(() => {
    // Steps that found no daemon are played when it is back.
    const waits = !running && (!play.peek() || pending.peek().length > 0);
    if (!offline.value && waits) want('same');
  });
  effect(() => keepTalk(folder(), { flow: flow.value, world: world.value, steps: steps.value }));
  effect(() => {
    if (!steps.value.length) flow.value = opened();
  });
}
