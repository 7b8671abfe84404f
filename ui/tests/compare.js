// @ts-check
// Counts the tests whose result the unpublished edits change, in a pause of typing, one run at a time.
import { effect } from '../vendor/preact.js';
import { changedTests, edits, epoch } from '../js/state.js';
import { askTests } from './suite.js';

const PAUSE_MS = 600;
/** Behind a run that took longer the pause is twice its time, so that the daemon is busy with it a third of the time. */
const QUICK_MS = 4000;
/** A suite that takes longer is run by the page of tests alone, when somebody asks. */
const LONGEST_MS = 60_000;

/** The results of the files on disk, by file and name; empty until they are needed. @type {Map<string, string> | null} */
let before = null;
let lastMs = 0;
/** @type {AbortController | null} */
let control = null;

/** @param {any[]} cases */
const outcomes = (cases) => new Map(cases.map((one) => [`${one.path}\n${one.name}`, JSON.stringify([one.passed, one.failure?.got ?? null])]));

/** @param {AbortSignal} signal */
async function counted(signal) {
  if (!before) {
    const first = await askTests({ files: {} }, signal);
    if (!first.ok) {
      return null;
    }
    lastMs = first.body.ms;
    before = outcomes(first.body.cases);
  }
  if (lastMs > LONGEST_MS) {
    return null;
  }
  const now = await askTests({ files: edits.value }, signal);
  if (!now.ok) {
    return null;
  }
  lastMs = now.body.ms;
  const all = outcomes(now.body.cases);
  const old = before;
  const failing = now.body.cases.filter((/** @type {any} */ one) => !one.passed).length;
  return { n: [...all].filter(([name, is]) => old.get(name) !== is).length, all: all.size, failing };
}

async function look() {
  const own = new AbortController();
  control = own;
  const found = await counted(own.signal);
  if (control === own) {
    control = null;
    changedTests.value = found;
  }
}

let timer = 0;
let begun = false;

/** Follows the edits from now on. */
export function begin() {
  if (begun) {
    return;
  }
  begun = true;
  effect(() => {
    void epoch.value;
    const any = Object.keys(edits.value).length > 0;
    clearTimeout(timer);
    control?.abort();
    control = null;
    if (any) {
      timer = window.setTimeout(look, lastMs > QUICK_MS ? 2 * lastMs : PAUSE_MS);
    } else {
      // What is on disk may be another text by the next edit.
      before = null;
      changedTests.value = null;
    }
  });
}
