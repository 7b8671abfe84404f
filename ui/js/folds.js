// @ts-check
/** The blocks of a drawing that are folded: by hand, which the browser keeps for each flow, or because the flow is long. */
import { signal } from '../vendor/preact.js';
import { t } from './i18n.js';

/** @typedef {{id: string, path: string, line: number, blocks: string[]}} Step */

/** A flow with more steps begins with its blocks folded: its drawing would be many screens high. */
const STEPS_OPEN = 60;
const SHELF = 'studio.folds';
const SVG = 'http://www.w3.org/2000/svg';

/** @returns {Record<string, Record<string, boolean>>} */
function kept() {
  try {
    return JSON.parse(localStorage.getItem(SHELF) ?? '{}') ?? {};
  } catch {
    return {};
  }
}

/** The blocks that the author has folded (true) or opened, by flow. */
const byHand = signal(kept());
/** The blocks that were opened because the cursor or the talk came into them; they fold again when the page is loaded. */
const visited = signal(/** @type {Record<string, string[]>} */ ({}));

/** The blocks of a drawing, with the steps that each hides when it is folded. @param {Step[]} steps @returns {Map<string, Step[]>} */
export function blocksOf(steps) {
  /** @type {Map<string, Step[]>} */
  const blocks = new Map();
  for (const step of steps) {
    for (const name of step.blocks ?? []) blocks.set(name, [...(blocks.get(name) ?? []), step]);
  }
  return blocks;
}

/** Whether the blocks of a flow begin folded. @param {Step[] | undefined} steps */
export const isLong = (steps) => (steps?.length ?? 0) > STEPS_OPEN;

/** The names of the folded blocks, sorted; of a flow that was never drawn those that the author has folded. @param {string} flow @param {Step[] | undefined} steps */
export function foldedOf(flow, steps) {
  const chosen = byHand.value[flow] ?? {};
  const long = isLong(steps);
  const names = steps ? [...blocksOf(steps).keys()] : Object.keys(chosen);
  return names.filter((name) => chosen[name] ?? (long && !visited.value[flow]?.includes(name))).sort();
}

/** @param {string} flow @param {Record<string, boolean>} blocks */
function choose(flow, blocks) {
  byHand.value = { ...byHand.peek(), [flow]: blocks };
  try {
    localStorage.setItem(SHELF, JSON.stringify(byHand.peek()));
  } catch {
    // Without a place to keep it, it holds until the page is loaded again.
  }
}

/** Folds blocks, or opens them. @param {string} flow @param {string[]} names @param {boolean} folded */
export function fold(flow, names, folded) {
  choose(flow, { ...byHand.peek()[flow], ...Object.fromEntries(names.map((name) => [name, folded])) });
}

/** Opens the blocks around a step that somebody comes to. @param {string} flow @param {string[]} names */
export function visit(flow, names) {
  const chosen = { ...byHand.peek()[flow] };
  const shut = names.filter((name) => chosen[name]);
  shut.forEach((name) => delete chosen[name]);
  if (shut.length) choose(flow, chosen);
  const before = visited.peek()[flow] ?? [];
  const more = names.filter((name) => !before.includes(name));
  if (more.length) visited.value = { ...visited.peek(), [flow]: [...before, ...more] };
}

/**
 * Says on the head of each block whether a click folds or opens it, and marks a folded one as its steps would be.
 * @param {Element} svg
 * @param {Step[]} steps
 * @param {{steps: Set<string>, now: string | null, cursor: string | null}} done
 * @param {(step: Step) => 'error' | 'warning' | null} found the worst finding of a step
 */
export function paintBlocks(svg, steps, done, found) {
  const blocks = blocksOf(steps);
  for (const head of svg.querySelectorAll('[data-block]')) {
    const name = head.getAttribute('data-block') ?? '';
    const inside = blocks.get(name) ?? [];
    const folded = head.classList.contains('folded');
    const passed = inside.filter((step) => done.steps.has(step.id)).length;
    const marks = inside.map(found);
    const worst = folded && (marks.find((one) => one === 'error') ?? marks.find((one) => one === 'warning'));
    head.classList.toggle('passed', folded && passed > 0);
    head.classList.toggle('current', folded && inside.some((step) => step.id === done.now));
    head.classList.toggle('cursor', folded && inside.some((step) => step.id === done.cursor));
    head.querySelectorAll('title, .found').forEach((old) => old.remove());
    const title = document.createElementNS(SVG, 'title');
    const words = [t(folded ? 'map.block.open' : 'map.block.fold', { name })];
    if (folded) words.push(t('map.block.steps', { n: inside.length }));
    if (folded && passed) words.push(t('runs.passed', { n: passed }));
    if (worst) words.push(t('map.block.found'));
    title.textContent = words.join('\n');
    head.append(title);
    if (worst) head.append(...sign(head, worst));
  }
}

/** A mark at the corner of a head. @param {Element} head @param {string} worst */
function sign(head, worst) {
  const box = head.querySelector('.box');
  const number = (/** @type {string} */ name) => Number(box?.getAttribute(name) ?? 0);
  const [x, y] = [number('x') + number('width'), number('y')];
  const circle = document.createElementNS(SVG, 'circle');
  const mark = document.createElementNS(SVG, 'text');
  for (const [name, value] of Object.entries({ class: `found ${worst}`, cx: x, cy: y, r: 8 })) circle.setAttribute(name, String(value));
  for (const [name, value] of Object.entries({ class: 'found mark', x, y: y + 4, 'font-size': 12, 'text-anchor': 'middle' })) mark.setAttribute(name, String(value));
  mark.textContent = '!';
  return [circle, mark];
}
