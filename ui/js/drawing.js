// @ts-check
/** Asks the daemon for the drawings of flows, and knows the places of their steps in the files. */
import { computed, effect, signal } from '../vendor/preact.js';
import { post } from './api.js';
import { hold } from './edits.js';
import { foldedOf, visit } from './folds.js';
import * as state from './state.js';
import { wordPlace } from './wordplace.js';

const PAUSE_MS = 180;
/** @typedef {{id: string, path: string, line: number, verb: string, words: string, blocks: string[]}} Step */
/** @typedef {{flow: string, svg: string, steps: Step[]}} Drawing */

/** The drawing that is shown: the last one that could be made. */
export const drawing = signal(/** @type {Drawing | null} */ (null));
/** The sentence about why the drawing is not of the present text, or null. */
export const stale = signal(/** @type {string | null} */ (null));
/** The flow of the open file; a file that is no flow leaves the last one. */
export const shown = signal(/** @type {string | null} */ (null));

/** The step at which the talk stands. */
export const standing = signal(/** @type {string | null} */ (null));

/** Counts the drawings that came. */
export const drawn = signal(0);

/** @type {Map<string, {texts: string, drawing: Drawing}>} */
const known = new Map();

const texts = () => JSON.stringify([state.edits.value, state.bot.value?.files?.map((/** @type {any} */ file) => file.etag)]);

/**
 * @param {string} flow
 * @param {AbortSignal} [signal]
 * @returns {Promise<{drawing?: Drawing, detail?: string} | null>} null: no answer, or cancelled
 */
async function draw(flow, signal) {
  const before = known.get(flow);
  const folded = foldedOf(flow, before?.drawing.steps);
  const of = `${texts()} ${folded}`;
  if (before?.texts === of) return { drawing: before.drawing };
  const answer = await post('/v1/studio/map', { files: state.edits.value, flow, folded }, { signal });
  if (!answer.ok) return answer.status ? { detail: answer.body?.detail ?? answer.body?.title ?? '' } : null;
  const made = { flow, svg: answer.body.svg, steps: answer.body.steps ?? [] };
  known.set(flow, { texts: of, drawing: made });
  // Only the steps say whether the flow is so long that its blocks begin folded.
  if (!before && `${foldedOf(flow, made.steps)}` !== `${folded}`) return draw(flow, signal);
  drawn.value += 1;
  return { drawing: made };
}

/** @param {Step[]} steps @param {string} step */
const within = (steps, step) =>
  steps.find((one) => one.id === step) ?? steps.find((one) => step.startsWith(`${one.id}.`) || one.id.endsWith(`.${step}`));

/** Opens the editor at the words of a step. @param {string} flow @param {string} step */
export async function goTo(flow, step) {
  const found = await draw(flow).catch(() => null);
  const there = within((found?.drawing ?? known.get(flow)?.drawing)?.steps ?? [], step);
  const path = state.bot.value?.flows?.find((/** @type {any} */ one) => one.name === flow)?.path;
  if (there) {
    visit(flow, there.blocks ?? []);
    const { line, column } = wordPlace((await hold(there.path))?.text ?? '', there.line);
    state.reveal(there.path, line, column);
  } else if (path) state.reveal(path, 1);
}

/** The step that the cursor is in. */
export const atCursor = computed(() => {
  const cursor = state.cursor.value;
  const steps = drawing.value?.steps ?? [];
  if (!cursor) return null;
  const above = steps.filter((one) => one.path === cursor.path && one.line <= cursor.line);
  return above.reduce((/** @type {Step | null} */ last, one) => (!last || one.line >= last.line ? one : last), null)?.id ?? null;
});

const wanted = new Set();

/** Draws flows that the talk goes through, so that the places and words of their steps are known. @param {(string | null)[]} flows */
export function learn(flows) {
  for (const flow of flows) {
    if (!flow || known.has(flow) || wanted.has(flow) || flow === shown.value) continue;
    wanted.add(flow);
    // A flow that cannot be drawn is not asked for again; one without an answer is.
    draw(flow).then((found) => found || wanted.delete(flow));
  }
}

/** The words of a step, for pins and lists; its id if it is of another flow. @param {string | null | undefined} step */
export function wordsOf(step) {
  if (!step) return '';
  void drawn.value;
  for (const { drawing: one } of known.values()) {
    const found = one.steps.find((other) => other.id === step);
    if (found?.words) return found.words;
  }
  return step;
}

/** The place of a step if its flow was drawn. @param {string} step @returns {Step | null} */
export function placeOf(step) {
  for (const { drawing: one } of known.values()) {
    const found = one.steps.find((other) => other.id === step);
    if (found) return found;
  }
  return null;
}

/** @type {AbortController | null} */
let running = null;

async function refresh() {
  const flow = shown.value;
  running?.abort();
  if (!flow) return;
  const control = new AbortController();
  running = control;
  const found = await draw(flow, control.signal).catch(() => null);
  if (control.signal.aborted || !found) return;
  // A flow that cannot be drawn now keeps its own last drawing, and never shows that of another flow.
  if (found.drawing || drawing.peek()?.flow !== flow) drawing.value = found.drawing ?? known.get(flow)?.drawing ?? null;
  stale.value = found.drawing ? null : (found.detail ?? '');
}

/** Opens the blocks around a step when the cursor or the talk comes to it, and not again while it stays there. @param {() => string | null} at */
function opensBlocks(at) {
  let last = /** @type {string | null} */ (null);
  effect(() => {
    const step = at();
    void drawn.value;
    const names = step && step !== last ? placeOf(step)?.blocks : null;
    if (step === null) last = null;
    if (!step || !names) return;
    last = step;
    // The flow of a step is the first part of its id.
    if (names.length) visit(step.split('.')[0], names);
  });
}

let timer = 0;
let last = /** @type {string | null} */ (null);
/** Draws the flow of the open file, and again after each edit. The page of flows begins it once. */
export function begin() {
  opensBlocks(() => atCursor.value);
  opensBlocks(() => standing.value);
  effect(() => {
    const flows = state.bot.value?.flows ?? [];
    const path = state.open.value;
    if (!path) return;
    // A test shows the flow that it tests.
    const tested = path.replace(/\.test\.yaml$/, '.yaml');
    const open = flows.find((/** @type {any} */ one) => one.path === tested);
    // A new flow is known to the daemon only when it is published; its name is that of its file.
    const fresh = state.files.value.has(path) ? /^flows\/(?!_)([^/.]+)\.yaml$/.exec(path)?.[1] : null;
    shown.value = open?.name ?? fresh ?? shown.peek() ?? flows[0]?.name ?? null;
  });
  effect(() => {
    void state.epoch.value;
    const words = `${shown.value} ${texts()}`;
    const key = `${words} ${shown.value && foldedOf(shown.value, drawing.value?.flow === shown.value ? drawing.value.steps : undefined)}`;
    if (!shown.value || !state.bot.value || key === last) return;
    const typed = last?.split(' ')[0] === shown.value && !last.startsWith(`${words} `);
    last = key;
    clearTimeout(timer);
    timer = setTimeout(refresh, typed ? PAUSE_MS : 0);
  });
}
