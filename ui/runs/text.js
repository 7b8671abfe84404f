// @ts-check
// The text of a flow as it was in the version of a run, with the lines of the steps that were passed.
import { html, useEffect, useRef } from '../vendor/preact.js';
import { detail } from '../js/api.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { addressOf } from '../js/router.js';
import { bot } from '../js/state.js';
import { flowOf, useDrawing, useText } from './data.js';

const PARTS = /(\$\{[^}]*\})|((?:^|\s)#.*$)|^(\s*(?:- )*)([\w.-]+)(?=:(?:\s|$))/g;

/** A line with its keys, comments and expressions in colours. @param {string} line */
function painted(line) {
  const out = [];
  let from = 0;
  for (const found of line.matchAll(PARTS)) {
    const [all, expression, comment, lead, key] = found;
    out.push(line.slice(from, found.index), lead ?? '');
    const name = expression ? 'cm-var' : comment ? 'cm-s-comment' : 'cm-s-key';
    out.push(html`<span class=${name}>${expression ?? comment ?? key}</span>`);
    from = found.index + all.length;
  }
  out.push(line.slice(from));
  return out;
}

/** @param {{scene: import('./run.js').Scene}} props */
export function Text({ scene }) {
  const { run, step, now, passed, choose } = scene;
  const shown = step ?? now ?? [...passed].at(-1) ?? null;
  const flow = shown ? flowOf(shown) : run.flow;
  const drawing = useDrawing(run.version, flow).body;
  const path = drawing?.steps?.find((/** @type {any} */ one) => one.path)?.path ?? `flows/${flow}.yaml`;
  const { body, refusal } = useText(run.version, path);
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  /** @type {Map<number, any>} */
  const places = new Map((drawing?.steps ?? []).filter((/** @type {any} */ one) => one.path === path).map((/** @type {any} */ one) => [one.line, one]));
  useEffect(() => box.current?.querySelector('.run-on')?.scrollIntoView({ block: 'center' }), [shown, Boolean(body), Boolean(drawing)]);
  if (refusal) {
    return html`<p class="hint" dir="auto">${refusal.status ? detail(refusal) : t('offline.start')}</p>`;
  }
  if (!body) {
    return null;
  }
  const there = bot.value?.files?.some((/** @type {any} */ one) => one.path === path);
  return html`<div class="run-text-head"><code dir="ltr">${path}</code><span class="muted">${t('runs.version', { n: run.version })}</span><span class="grow"></span>
      ${there && html`<a class="button small" href=${addressOf(path, shown)}><${Icon} n="pen" s=${13} />${t('runs.text.open')}</a>`}</div>
    <ol class="run-text" dir="ltr" ref=${box}>${body.text.split('\n').map((/** @type {string} */ line, /** @type {number} */ n) => {
      const place = places.get(n + 1);
      const on = place && place.id === shown;
      const was = place && passed.has(place.id);
      return html`<li key=${n} class=${`${on ? 'run-on' : ''}${was ? ' run-was' : ''}`} onClick=${place ? () => choose(place.id) : undefined}>
        <span class="run-text-number">${was ? html`<span class="hidden">${t('map.passed')}</span>` : ''}${n + 1}</span><code>${painted(line)}</code></li>`;
    })}</ol>`;
}
