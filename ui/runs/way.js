// @ts-check
// The way of a run through the drawing of its own version, as it was when the run began.
import { html, useLayoutEffect, useMemo, useRef, useState } from '../vendor/preact.js';
import { detail } from '../js/api.js';
import { Canvas, paint, taken } from '../js/canvas.js';
import { Folds } from '../js/foldmenu.js';
import { blocksOf, isLong, paintBlocks } from '../js/folds.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { flowOf, isLive, useDrawing } from './data.js';
import { flowTitle } from './state.js';

/** @param {{scene: import('./run.js').Scene}} props */
export function Way({ scene }) {
  const { run, passed, now, step, choose } = scene;
  const [list, setList] = useState(false);
  const [other, setOther] = useState(/** @type {string | null} */ (null));
  const flows = useMemo(() => [...new Set([run.flow, ...[...passed].map(flowOf)])], [run, passed]);
  const standing = step ? flowOf(step) : now ? flowOf(now) : run.flow;
  const flow = other ?? (flows.includes(standing) ? standing : run.flow);
  const whole = /** @type {any[]} */ (useDrawing(run.version, flow).body?.steps ?? []);
  const [byHand, setByHand] = useState(/** @type {Record<string, boolean>} */ ({}));
  const blocks = useMemo(() => blocksOf(whole), [whole.length, flow]);
  const met = (/** @type {any} */ one) => passed.has(one.id) || one.id === step;
  // Of a long flow the blocks are open through which the run came.
  const folded = [...blocks].filter(([name, of]) => byHand[`${flow} ${name}`] ?? (isLong(whole) && !of.some(met))).map(([name]) => name);
  const turn = (/** @type {string[]} */ names, /** @type {boolean} */ hidden) =>
    setByHand({ ...byHand, ...Object.fromEntries(names.map((name) => [`${flow} ${name}`, hidden])) });
  const { body, refusal } = useDrawing(run.version, flow, folded);
  const before = useRef(/** @type {import('../js/canvas.js').Shown | null} */ (null));
  const read = useMemo(() => body && taken({ flow, svg: body.svg }, null), [body, flow]);
  before.current = read ?? (refusal ? null : before.current);
  const svg = before.current?.svg ?? null;
  useLayoutEffect(() => {
    if (svg) {
      const done = { steps: passed, ways: new Set(), now, cursor: step };
      paint(svg, done);
      paintBlocks(svg, whole, done, () => null);
    }
  }, [svg, passed, now, step, list]);
  useMemo(() => setOther(null), [step]);
  const steps = whole;
  const count = steps.filter((one) => passed.has(one.id)).length;
  return html`<section class="pane map run-way" aria-label=${t('runs.pane.way')}>
    <header class="map-head">
      <h2>${t('map.title')}</h2>
      <span class="chip" title=${t('runs.version.about')}>${t('runs.version', { n: run.version })}${isLive(run.version) ? ` · ${t('runs.version.live')}` : ''}</span>
      ${body && html`<span class="map-count">${t('map.count', { a: count, b: steps.length })}</span>`}
      <span class="grow"></span>
      ${
        flows.length > 1 &&
        html`<span class="filter"><select aria-label=${t('runs.flow')} value=${flow} onChange=${(/** @type {any} */ event) => setOther(event.target.value)}>
          ${flows.map((one) => html`<option key=${one} value=${one} selected=${one === flow}>${flowTitle(one)}</option>`)}</select><${Icon} n="down" s=${13} /></span>`
      }
      <div class="segments" role="group" aria-label=${t('map.view')}>
        <button type="button" aria-pressed=${!list} onClick=${() => setList(false)}>${t('map.title')}</button>
        <button type="button" aria-pressed=${list} onClick=${() => setList(true)}>${t('map.steps')}</button></div>
    </header>
    ${
      list
        ? html`<ol class="map-steps">${steps.map(
            (one) => html`<li key=${one.id}><button type="button" aria-current=${one.id === step ? 'location' : undefined} class=${one.id === now ? 'current' : ''} onClick=${() => choose(one.id)}>
              <span class="map-verb" dir="ltr">${one.verb}</span><span class="map-words" dir="auto">${one.words || one.id}</span>
              ${passed.has(one.id) && html`<span class="map-passed"><${Icon} n="check" s=${13} /><span class="hidden">${t('map.passed')}</span></span>`}
              <span class="map-line">${one.line}</span></button></li>`,
          )}</ol>`
        : html`<${Canvas} svg=${svg} flow=${`${run.version} ${flow}`} now=${now ?? [...passed].at(-1) ?? null} cursor=${step} go=${choose} text=${body?.svg}
          fold=${(/** @type {string} */ name) => turn([name], !folded.includes(name))} tools=${html`<${Folds} blocks=${blocks} folded=${folded} fold=${turn} />`} />`
    }
    ${!svg && !refusal && html`<p class="map-wait">${t('map.wait')}</p>`}
    ${refusal && html`<p class="map-note" role="status"><${Icon} n="alert" s=${13} /><span dir="auto">${refusal.status ? detail(refusal) : t('offline.start')}</span></p>`}
  </section>`;
}
