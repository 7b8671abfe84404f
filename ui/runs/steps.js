// @ts-check
// The steps that runs of a list have passed. Each is read when its row comes into view, a few at a time.
import { signal } from '../vendor/preact.js';
import { get } from '../js/api.js';

const AT_ONCE = 3;
/** Rows that were passed over in a hurry are not asked for. */
const WAITING_MAX = 40;

/** @type {Map<string, {value: string[]}>} */
const known = new Map();
/** @type {{name: string, id: number}[]} */
const waiting = [];
let asking = 0;

function ask() {
  while (asking < AT_ONCE && waiting.length) {
    const { name, id } = /** @type {{name: string, id: number}} */ (waiting.pop());
    asking += 1;
    get(`/v1/runs/${id}`).then((answer) => {
      asking -= 1;
      const place = known.get(name);
      if (!answer.ok) {
        known.delete(name);
      } else if (place) {
        place.value = (answer.body.steps ?? []).map((/** @type {any} */ one) => one.step);
      }
      ask();
    });
  }
}

/** The steps of a run as far as they are read. @param {any} run @returns {string[]} */
export function stepsOf(run) {
  // An open run goes on: each state of it has its own steps.
  const name = `${run.id} ${run.state} ${run.waits?.step ?? ''}`;
  let place = known.get(name);
  if (!place) {
    place = signal(/** @type {string[]} */ ([]));
    known.set(name, place);
    waiting.push({ name, id: run.id });
    for (const late of waiting.splice(0, Math.max(0, waiting.length - WAITING_MAX))) {
      known.delete(late.name);
    }
    queueMicrotask(ask);
  }
  return place.value;
}
