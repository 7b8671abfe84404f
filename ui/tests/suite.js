// @ts-check
// Runs the bot's tests with the unpublished edits, and keeps the results of each case until it is run again.
import { batch, computed, effect, signal } from '../vendor/preact.js';
import { detail, offline, post } from '../js/api.js';
import { editCount, edits, epoch, restored } from '../js/state.js';

/** @typedef {{in: 'expected' | 'got' | 'both', text: string}} Part */
/** @typedef {{act: number | null, line: number, expected: string, got: string, reason: string, notes: string[], differences: Part[]}} Failure */
/** @typedef {{path: string, line: number, name: string, flow: string, passed: boolean, ms: number, failure: Failure | null, accepted: string | null, world: any, steps: any[]}} Case */
/** @typedef {{step: string, way: string | null, path: string, line: number, what: string}} Never */
/** @typedef {{flow: string, path: string, steps: number, passed: number, percent: number, never: Never[]}} Coverage */
/** @typedef {{path?: string, name?: string, flow?: string}} Only */

/** The pause after a key before tests that are watched run again. */
const WATCH_PAUSE_MS = 600;
const CROWDED_PAUSE_MS = 400;
const CROWDED_TRIES = 20;
const WATCHED = 'studio.tests.watch';

export const cases = signal(/** @type {Case[]} */ ([]));
export const coverage = signal(/** @type {Coverage[]} */ ([]));
/** What is wrong in the test files themselves. */
export const findings = signal(/** @type {any[]} */ ([]));
/** The sentence about cases that were not run. */
export const stopped = signal(/** @type {string | null} */ (null));
/** The problem of the last run. */
export const refused = signal(/** @type {{detail: string, code: string, findings: any[]} | null} */ (null));
/** The cases that are being run, or null. */
export const running = signal(/** @type {Only | null} */ (null));
/** Whether all cases were run at least once. */
export const ran = signal(false);
export const ms = signal(0);
/** Whether the results are of texts that have changed since. */
export const old = computed(() => ran.value && shown.value !== key());
export const watching = signal(kept());

const shown = signal('');
const key = () => JSON.stringify([epoch.value, edits.value]);

export const failing = computed(() => cases.value.filter((one) => !one.passed).length);

/** @type {AbortController | null} */
let control = null;

function kept() {
  try {
    return localStorage.getItem(WATCHED) === 'yes';
  } catch {
    return false;
  }
}

/** @param {boolean} on */
export function watch(on) {
  watching.value = on;
  try {
    localStorage.setItem(WATCHED, on ? 'yes' : 'no');
  } catch {
    // Without storage the choice holds until the next load.
  }
}

/**
 * Asks the daemon; waits a little while it plays for others.
 * @param {any} body
 * @param {AbortSignal} signal
 */
export async function askTests(body, signal) {
  for (let tries = 0; ; tries += 1) {
    const answer = await post('/v1/studio/tests', body, { signal });
    if (answer.status !== 503 || tries >= CROWDED_TRIES || signal.aborted) {
      return answer;
    }
    await new Promise((go) => setTimeout(go, CROWDED_PAUSE_MS));
  }
}

/** Runs the wanted cases, or all; a run that is on its way is given up. @param {Only} [only] */
export async function run(only = {}) {
  control?.abort();
  const own = new AbortController();
  control = own;
  running.value = only;
  const of = key();
  const answer = await askTests({ files: edits.value, only }, own.signal);
  if (control !== own) {
    return;
  }
  control = null;
  batch(() => {
    running.value = null;
    if (answer.ok) {
      take(answer.body, only, of);
    } else if (answer.status) {
      refused.value = { detail: detail(answer), code: answer.body?.code ?? '', findings: answer.body?.findings ?? [] };
    }
  });
}

export function cancel() {
  control?.abort();
  control = null;
  running.value = null;
}

/** @param {any} body @param {Only} only @param {string} of */
function take(body, only, of) {
  const all = Object.keys(only).length === 0;
  refused.value = null;
  if (all) {
    cases.value = body.cases;
    coverage.value = body.coverage;
    findings.value = body.findings ?? [];
    stopped.value = body.stopped;
    ms.value = body.ms;
    shown.value = of;
    ran.value = true;
    return;
  }
  const same = (/** @type {Case} */ a, /** @type {Case} */ b) => a.path === b.path && a.name === b.name;
  const next = /** @type {Case[]} */ (body.cases);
  cases.value = cases.value.map((one) => next.find((other) => same(one, other)) ?? one);
}

let begun = false;

/** Runs all cases when the page is opened first and the kept edits are there, and after each edit if that is wished. */
export function begin() {
  if (begun) {
    return;
  }
  begun = true;
  let timer = 0;
  effect(() => {
    if (restored.value && !ran.value && !refused.value && !running.peek() && !offline.value) {
      run();
    }
  });
  effect(() => {
    void key();
    clearTimeout(timer);
    if (watching.value && ran.peek() && old.peek()) {
      timer = window.setTimeout(run, WATCH_PAUSE_MS);
    }
  });
}

/** Whether the results count unpublished edits. */
export const withEdits = computed(() => editCount.value > 0);
