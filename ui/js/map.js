// @ts-check
/** The map: the drawing of the open flow, with the steps that the talk has passed. A click leads to a step's text. */
import { effect, html, useEffect, useLayoutEffect, useRef, useState } from '../vendor/preact.js';
import { Canvas, paint, taken } from './canvas.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';
import { atCursor, drawing, drawn, placeOf, shown, stale, standing as standsAt } from './drawing.js';
import { Folds } from './foldmenu.js';
import { blocksOf, fold, foldedOf, paintBlocks } from './folds.js';
import * as state from './state.js';
import * as talk from './talk.js';

/** The steps and ways that the talk has taken, up to the act that is looked at. @param {string | undefined} flow */
function passed(flow) {
  const steps = new Set();
  const ways = new Set();
  for (const act of talk.acts.value.slice(0, talk.looked.value)) {
    for (const one of act.passed ?? []) {
      if (one.flow !== flow) continue;
      steps.add(one.step);
      ways.add(`${one.step} ${one.way ?? ''}`);
    }
  }
  return { steps, ways };
}

/** The runs that have not ended. */
const openRuns = () => (talk.now.value?.runs ?? []).filter((/** @type {any} */ run) => run.waits);

/** The step at which the talk stands. */
const standing = () => openRuns().at(-1)?.step ?? null;

effect(() => {
  standsAt.value = standing();
});

effect(() => {
  void drawing.value;
  void drawn.value;
  const place = placeOf(standing() ?? '');
  state.mark.value = place ? { path: place.path, line: place.line } : null;
});

/** The path of a flow: no test, and not the shared settings. */
const IS_FLOW = /^flows\/(?!_)[^/]*(?<!\.test)\.yaml$/;

/** The worst finding of each step: a finding belongs to the last step that begins above it. @param {import('./drawing.js').Step[]} steps */
function worstOf(steps) {
  /** @type {Map<string, 'error' | 'warning'>} */
  const worst = new globalThis.Map();
  for (const one of state.findings.value) {
    const above = steps.filter((step) => step.path === one.path && step.line <= one.line);
    const step = above.reduce((last, next) => (!last || next.line >= last.line ? next : last), /** @type {any} */ (null));
    if (step && worst.get(step.id) !== 'error') worst.set(step.id, one.severity);
  }
  return (/** @type {{id: string}} */ step) => worst.get(step.id) ?? null;
}

/** The same steps as a list, for those who do not see the map. */
function Steps() {
  const made = drawing.value;
  const { steps } = passed(made?.flow);
  const now = standing();
  return html`<ol class="map-steps">${made?.steps.map(
    (one) => html`<li key=${one.id}>
    <button type="button" aria-current=${one.id === atCursor.value ? 'location' : undefined} class=${one.id === now ? 'current' : ''} onClick=${() => state.reveal(one.path, one.line)}>
      <span class="map-verb" dir="ltr">${one.verb}</span><span class="map-words" dir="auto">${one.words || one.id}</span>
      ${steps.has(one.id) && html`<span class="map-passed"><${Icon} n="check" s=${13} /><span class="hidden">${t('map.passed')}</span></span>`}
      <span class="map-line">${one.line}</span></button></li>`,
  )}</ol>`;
}

export function Map() {
  const [list, setList] = useState(false);
  /** The step of another flow to go to once that flow is drawn. */
  const [wanted, setWanted] = useState(/** @type {string | null} */ (null));
  const made = drawing.value;
  const read = useRef(/** @type {import('./canvas.js').Shown | null} */ (null));
  if (made) read.current = taken(made, read.current);
  const svg = (made && read.current?.svg) ?? null;
  const { steps } = passed(made?.flow);
  const now = standing();
  const cursor = atCursor.value;
  const looked = talk.looked.value;
  const acts = talk.acts.value;
  const found = state.findings.value;
  useLayoutEffect(() => {
    if (!svg || !made) return;
    const done = { ...passed(made.flow), now, cursor };
    paint(svg, done);
    paintBlocks(svg, made.steps, done, worstOf(made.steps));
  }, [made, acts, looked, now, cursor, list, found]);
  const folded = made ? foldedOf(made.flow, made.steps) : [];
  const turn = (/** @type {string[]} */ names, /** @type {boolean} */ hidden) => made && fold(made.flow, names, hidden);
  const name = made?.flow ?? shown.value;
  const flow = state.bot.value?.flows?.find((/** @type {any} */ one) => one.name === name);
  const title = flow?.title ?? name ?? '';
  // A script or the shared settings have no map: the one beside them is that of the flow before.
  const ofOther = made && flow && !IS_FLOW.test(state.open.value ?? '');
  const elsewhere = runningElsewhere(made?.flow);
  const follow = (/** @type {string} */ path) => {
    setWanted(now);
    state.show(path);
  };
  useEffect(() => {
    const place = wanted && placeOf(wanted);
    if (!place || place.path !== state.open.value) return;
    setWanted(null);
    state.target.value = { path: place.path, line: place.line, column: 1 };
  }, [made, wanted]);
  const open = (/** @type {string} */ step) => {
    const place = placeOf(step);
    if (place) state.reveal(place.path, place.line);
  };
  return html`<section class=${`pane map${stale.value !== null ? ' stale' : ''}`} aria-label=${t('map.title')}>
    <header class="map-head"><h2>${t('map.title')}</h2>${ofOther && html`<bdi class="map-of" title=${title}>${title}</bdi>`}<span class="map-count">${made && acts.length > 0 && t('map.count', { a: made.steps.filter((one) => steps.has(one.id)).length, b: made.steps.length })}</span><span class="grow"></span>
      <div class="segments" role="group" aria-label=${t('map.view')}>
        <button type="button" aria-pressed=${!list} onClick=${() => setList(false)}>${t('map.title')}</button>
        <button type="button" aria-pressed=${list} onClick=${() => setList(true)}>${t('map.steps')}</button></div></header>
    ${list ? html`<${Steps} />` : html`<${Canvas} svg=${svg} flow=${made?.flow} text=${made?.svg} now=${now} cursor=${cursor} go=${open}
      fold=${(/** @type {string} */ name) => turn([name], !folded.includes(name))} tools=${made && html`<${Folds} blocks=${blocksOf(made.steps)} folded=${folded} fold=${turn} />`} />`}
    ${!made && stale.value === null && shown.value && html`<p class="map-wait">${t('map.wait')}</p>`}
    ${!shown.value && html`<p class="map-wait">${t('map.none')}</p>`}
    ${stale.value !== null && html`<p class="map-note" role="status"><${Icon} n="alert" s=${13} /><span>${t(made ? 'map.stale' : 'map.unreadable', { title })}</span></p>`}
    ${elsewhere && stale.value === null && html`<button type="button" class="map-elsewhere" onClick=${() => follow(elsewhere.path)}>${t('map.elsewhere', { flow: elsewhere.title ?? elsewhere.name })}</button>`}
  </section>`;
}

/** The flow in which the talk stands, if it is not the one of the map. @param {string | undefined} flow */
function runningElsewhere(flow) {
  const runs = openRuns();
  if (!runs.length || runs.some((/** @type {any} */ run) => run.flow === flow)) return null;
  return state.bot.value?.flows?.find((/** @type {any} */ one) => one.name === runs.at(-1).flow) ?? null;
}
