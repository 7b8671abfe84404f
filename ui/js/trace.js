// @ts-check
/** The dock below the page: trace, variables, the exact JSON, findings, and why a flow won. */
import { html, useEffect, useRef } from '../vendor/preact.js';
import { FindingCount, Findings } from './findings.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';
import { goTo } from './drawing.js';
import { day, seconds } from './moment.js';
import { dock } from './state.js';
import { Tape, named } from './tape.js';
import * as talk from './talk.js';
import { Value, coloured, flat } from './values.js';
import { coded } from './wording.js';

const GLYPHS = {
  start: 'trigger',
  step: 'in',
  answer: 'say',
  message: 'out',
  call: 'link',
  wait: 'clock',
  error: 'alert',
  end: 'flag',
  handoff: 'people',
  set: 'variable',
};
const DEEDS = {
  user: 'say',
  tap: 'say',
  advance: 'clock',
  advance_to: 'clock',
  media: 'image',
  location: 'pin',
  card: 'user',
  reaction: 'smile',
  restart: 'restart',
};

/** @param {{line: any, previous: string}} props */
function Line({ line, previous }) {
  const zone = talk.zone.value;
  const here = seconds(line.at, zone);
  return html`<li class=${`trace-line ${line.kind ?? ''}`}>
    <time>${here === previous ? '' : here}</time>
    <span class="trace-sign"><${Icon} n=${GLYPHS[/** @type {'step'} */ (line.kind)] ?? 'other'} s=${12} /></span>
    ${
      line.step
        ? html`<button type="button" class="trace-step" dir="ltr" title=${t('trace.go', { step: line.step })} onClick=${() => goTo(line.flow, line.step)}>${line.step}</button>`
        : html`<span class="trace-step plain" dir="ltr">${line.flow ?? ''}</span>`
    }
    <span class="trace-words" lang="en" dir="auto">${coded(line.what)}</span></li>`;
}

/** @param {{act: import('./acts.js').Act, index: number}} props */
function ActLines({ act, index }) {
  const { verb, words } = named(act.step);
  const at = talk.looked.value - 1;
  const looked = talk.at.value !== null && index > at;
  let previous = '';
  return html`<li class=${`trace-act${looked ? ' dim' : ''}`}>
    <button type="button" class="trace-head" aria-current=${index === at ? 'step' : undefined} onClick=${() => talk.look(index)}>
      <span class="trace-number">${index + 1}</span><span class="trace-sign act"><${Icon} n=${DEEDS[/** @type {'user'} */ (verb)] ?? 'in'} s=${12} /></span>
      <b>${verb}</b> <span dir="auto">${words}</span><span class="grow"></span><time>${day(act.at, talk.zone.value)}</time></button>
    <ol>${(act.trace ?? []).map((line, n) => {
      const shown = html`<${Line} key=${n} line=${line} previous=${previous} />`;
      previous = seconds(line.at, talk.zone.value);
      return shown;
    })}</ol></li>`;
}

function Trace() {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const acts = talk.acts.value;
  const at = talk.at.value;
  useEffect(() => {
    const scrolled = box.current?.closest('.dock-body');
    if (!scrolled) return;
    if (at === null) scrolled.scrollTop = scrolled.scrollHeight;
    else box.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [acts.length, at]);
  if (!acts.length) return html`<p class="hint">${t('trace.empty')}</p>`;
  return html`<ol class="trace" ref=${box}>${acts.map((act, index) => html`<${ActLines} key=${index} act=${act} index=${index} />`)}</ol>`;
}

/** @param {{title: any, rows: any, before: any}} props */
function Table({ title, rows, before }) {
  const was = new Map(flat(before ?? {}));
  const is = flat(rows ?? {});
  const lost = [...was].filter(([name]) => !is.some(([other]) => other === name));
  if (!is.length && !lost.length)
    return html`<section class="vars"><h3>${title}</h3><p class="hint small">${t('trace.vars.none')}</p></section>`;
  const line = (/** @type {string} */ name, /** @type {any} */ value) => {
    const old = was.get(name);
    const changed = before && JSON.stringify(old) !== JSON.stringify(value);
    return html`<tr key=${name} class=${changed ? 'changed' : ''}><th scope="row" dir="ltr">${name}</th><td>${changed && was.has(name) && html`<del><${Value} value=${old} /></del> `}${value !== undefined && html`<${Value} value=${value} />`}</td></tr>`;
  };
  return html`<section class="vars"><h3>${title}</h3><table><tbody>${is.map(([name, value]) => line(name, value))}${lost.map(([name]) => line(name, undefined))}</tbody></table></section>`;
}

function Variables() {
  const state = talk.now.value;
  if (!state) return html`<p class="hint">${t('trace.empty')}</p>`;
  const at = talk.looked.value - 1;
  const before = at > 0 ? talk.acts.value[at - 1].after : talk.play.value?.first;
  const runs = state.runs ?? [];
  const was = (/** @type {any} */ run) => before?.runs?.find((/** @type {any} */ one) => one.run === run.run && one.flow === run.flow);
  const title = (/** @type {any} */ run) =>
    html`<bdi>${run.flow}</bdi> <small>${run.waits ? t('trace.waits', { what: run.waits }) : run.state}</small>`;
  return html`<div class="vars-all">
    ${runs.length === 0 && html`<p class="hint small">${t('trace.no_runs')}</p>`}
    ${runs.map((/** @type {any} */ run) => html`<${Table} key=${`${run.flow}${run.run}`} title=${title(run)} rows=${run.vars} before=${was(run)?.vars ?? {}} />`)}
    <${Table} title=${t('trace.contact')} rows=${state.contact} before=${before?.contact} />
  </div>`;
}

function Wire() {
  const act = talk.acts.value[talk.looked.value - 1];
  const all = (act?.fresh ?? []).filter((one) => one.json);
  if (!act) return html`<p class="hint">${t('trace.empty')}</p>`;
  if (!all.length) return html`<p class="hint">${t('trace.no_json')}</p>`;
  return html`<div class="wire">${all.map(
    (one) => html`<section key=${one.id}>
    <h3><${Icon} n=${one.direction === 'in' ? 'in' : 'out'} s=${13} />${t(one.direction === 'in' ? 'trace.json.in' : 'trace.json.out')}<time>${seconds(one.at, talk.zone.value)}</time></h3>
    <pre dir="ltr" tabindex="0">${coloured(one.json)}</pre></section>`,
  )}</div>`;
}

function Why() {
  const act = talk.acts.value[talk.looked.value - 1];
  const answered = act?.trace?.[0]?.kind === 'answer';
  if (!act?.why?.length) return html`<p class="hint">${t(answered ? 'trace.why.answered' : 'trace.no_why')}</p>`;
  return html`${answered && html`<p class="hint small">${t('trace.why.answered')}</p>`}<ul class="why" lang="en">${act.why.map((line, n) => html`<li key=${n} class=${/^\s/.test(line) ? 'inner' : ''} dir="auto">${coded(line)}</li>`)}</ul>`;
}

const TABS = { trace: Trace, vars: Variables, json: Wire, findings: Findings, why: Why };

export function Dock() {
  const names = /** @type {(keyof typeof TABS)[]} */ (Object.keys(TABS));
  const tab = names.find((one) => one === dock.value) ?? 'trace';
  const Shown = TABS[tab];
  const keys = (/** @type {KeyboardEvent} */ event) => {
    const sign = getComputedStyle(/** @type {Element} */ (event.currentTarget)).direction === 'rtl' ? -1 : 1;
    const by = { ArrowRight: sign, ArrowLeft: -sign }[event.key];
    if (!by) return;
    event.preventDefault();
    dock.value = names[(names.indexOf(tab) + by + names.length) % names.length];
    requestAnimationFrame(() => document.getElementById(`tab-${dock.value}`)?.focus());
  };
  return html`<section class="pane dock" aria-label=${t('trace.dock')}>
    <header class="dock-head"><div role="tablist" class="dock-tabs" aria-label=${t('trace.dock')} onKeyDown=${keys}>
      ${names.map(
        (
          name,
        ) => html`<button type="button" key=${name} id=${`tab-${name}`} role="tab" aria-selected=${tab === name} aria-controls="dock-body" tabindex=${tab === name ? 0 : -1}
        onClick=${() => (dock.value = name)}>${t(`trace.tab.${name}`)}${name === 'findings' && html`<${FindingCount} />`}</button>`,
      )}
    </div><span class="grow"></span><${Tape} /></header>
    <div class="dock-body" id="dock-body" key=${tab} role="tabpanel" aria-labelledby=${`tab-${tab}`} tabindex="0"><${Shown} /></div>
  </section>`;
}
