// @ts-check
// Below the map of a run: its trace, the text of its version with the step marked, and the messages as they are kept.
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { Icon } from '../js/icons.js';
import { t, worded } from '../js/i18n.js';
import { seconds } from '../js/moment.js';
import { coloured, flat, Value } from '../js/values.js';
import { shape } from '../js/content.js';
import { coded } from '../js/wording.js';
import { momentOf } from './data.js';
import { Text } from './text.js';
import { triggerWords } from './state.js';

/** @typedef {{scene: import('./run.js').Scene}} Props */

/** @param {{turn: any, index: number, scene: import('./run.js').Scene}} props */
function Turn({ turn, index, scene }) {
  const { zone, at, looked, look, step, choose, run } = scene;
  const words = turn.heard ? shape(turn.heard).text || worded(`chat.media.${turn.heard.content?.kind ?? ''}`, turn.heard.content?.kind ?? '') : '';
  const first = index === 0 && !turn.heard ? triggerWords(run.trigger) : '';
  let previous = '';
  return html`<li class=${`trace-act${looked !== null && index > at ? ' dim' : ''}`}>
    <button type="button" class="trace-head" aria-current=${index === at ? 'step' : undefined} onClick=${() => look(index)}>
      <span class="trace-number">${index + 1}</span><span class="trace-sign act"><${Icon} n=${turn.heard ? 'say' : 'clock'} s=${12} /></span>
      <span dir="auto">${words || first || t('runs.turn.by_itself')}</span><span class="grow"></span><time>${seconds(turn.at, zone)}</time></button>
    <ol>${turn.lines.map((/** @type {any} */ line, /** @type {number} */ n) => {
      const same = line.step === previous;
      previous = line.step ?? '';
      return html`<li key=${n} class=${`trace-line run-line${line.step ? '' : ' run-plain'}${line.step && line.step === step ? ' run-on' : ''}`}>
        ${
          line.step
            ? html`<button type="button" class=${`trace-step${same ? ' run-same' : ''}`} dir="ltr" title=${t('runs.choose', { step: line.step })} onClick=${() => choose(line.step)}>${line.step}</button>`
            : ''
        }
        <span class="trace-words" lang="en" dir="auto">${coded(line.what)}</span></li>`;
    })}</ol></li>`;
}

/** @param {Props} props */
function Trace({ scene }) {
  const { turns, run, step } = scene;
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => box.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' }), [scene.at]);
  useEffect(() => box.current?.querySelector('.run-on')?.scrollIntoView({ block: 'nearest' }), [step]);
  if (!turns.length) {
    return html`<p class="hint">${t('runs.trace.none')}</p>`;
  }
  return html`<ol class="trace" ref=${box}>${turns.map((turn, index) => html`<${Turn} key=${index} turn=${turn} index=${index} scene=${scene} />`)}</ol>
    ${run.more_turns && html`<p class="hint small">${t('runs.trace.more', { n: turns.length })}</p>`}`;
}

/** The messages of the turn that is looked at, as the daemon keeps them. @param {Props} props */
function Wire({ scene }) {
  const { zone, turns, at, looked, said } = scene;
  const turn = turns[at];
  const moment = turn && Date.parse(turn.at);
  const all = looked === null || !turn ? said.messages : said.messages.filter((one) => momentOf(one) === moment);
  if (!all.length) {
    return html`<p class="hint">${t('runs.json.none')}</p>`;
  }
  return html`<div class="wire">${all.map(
    (one) => html`<section key=${`${one.direction}${one.id}`}>
      <h3><${Icon} n=${one.direction === 'in' ? 'in' : 'out'} s=${13} />${t(one.direction === 'in' ? 'runs.json.in' : 'runs.json.out')}<time>${seconds(one.at, zone)}</time></h3>
      <pre dir="ltr" tabindex="0">${coloured(one)}</pre></section>`,
  )}</div>`;
}

/** @param {Props} props */
function Variables({ scene }) {
  const rows = flat(scene.run.variables ?? {});
  if (!rows.length) {
    return html`<p class="hint">${t('runs.vars.none')}</p>`;
  }
  return html`<div class="vars-all"><section class="vars"><h3>${t('runs.vars.end')}</h3><table><tbody>${rows.map(
    ([name, value]) => html`<tr key=${name}><th scope="row" dir="ltr">${name}</th><td><${Value} value=${value} /></td></tr>`,
  )}</tbody></table></section></div>`;
}

/** @type {Record<string, any>} */
const TABS = { trace: Trace, text: Text, vars: Variables, json: Wire };

/** The turns as beads, to drag over. @param {Props} props */
function Tape({ scene }) {
  const { turns, at, look } = scene;
  if (turns.length < 2) {
    return null;
  }
  const words = t('runs.turn', { a: at + 1, b: turns.length, time: seconds(turns[at].at, scene.zone) });
  return html`<label class="tape" title=${t('runs.tape')}><span class="hidden">${t('runs.tape')}</span>
    <span class="tape-beads" aria-hidden="true">${turns.map((turn, n) => html`<i key=${n} class=${`tape-bead ${turn.heard ? 'in' : 'time'}${n <= at ? ' past' : ''}${n === at ? ' at' : ''}`}></i>`)}</span>
    <input type="range" dir="ltr" min="0" max=${turns.length - 1} value=${at} aria-valuetext=${words} onInput=${(/** @type {any} */ event) => look(Number(event.target.value))} /></label>`;
}

/** @param {Props} props */
export function Dock({ scene }) {
  const [tab, set] = useState('trace');
  const names = Object.keys(TABS).filter((name) => name !== 'vars' || scene.run.variables);
  const Part = TABS[tab];
  const keys = (/** @type {KeyboardEvent} */ event) => {
    const sign = document.documentElement.dir === 'rtl' ? -1 : 1;
    const by = { ArrowRight: sign, ArrowLeft: -sign }[event.key];
    if (by) {
      event.preventDefault();
      const next = names[(names.indexOf(tab) + by + names.length) % names.length];
      set(next);
      requestAnimationFrame(() => document.getElementById(`run-tab-${next}`)?.focus());
    }
  };
  return html`<section class="pane dock run-dock" aria-label=${t('runs.pane.trace')}>
    <header class="dock-head"><div role="tablist" class="dock-tabs" aria-label=${t('runs.pane.trace')} onKeyDown=${keys}>
      ${names.map((name) => html`<button type="button" key=${name} id=${`run-tab-${name}`} role="tab" aria-selected=${tab === name} aria-controls="run-dock" tabindex=${tab === name ? 0 : -1} onClick=${() => set(name)}>${t(`runs.tab.${name}`)}</button>`)}
    </div><span class="grow"></span><${Tape} scene=${scene} /></header>
    <div class="dock-body" id="run-dock" key=${tab} role="tabpanel" aria-labelledby=${`run-tab-${tab}`} tabindex="0"><${Part} scene=${scene} /></div>
  </section>`;
}
