// @ts-check
// How much of each flow the tests pass, and the places that none of them reaches.
import { html, useState } from '../vendor/preact.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { bot, reveal } from '../js/state.js';
import { coded } from '../js/wording.js';
import { coverage, ran } from './suite.js';

/** So many flows, those with the least coverage, are shown at first. */
const SHOWN = 12;

/** The bar is drawn, not styled: the page's policy forbids styles in markup. @param {{percent: number}} props */
const Bar = ({ percent }) =>
  html`<svg class="tests-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="4" class="back" /><rect width=${percent} height="4" class="full" /></svg>`;

/** @param {{flow: import('./suite.js').Coverage}} props */
function FlowLine({ flow }) {
  const [open, setOpen] = useState(false);
  const title = bot.value.flows.find((/** @type {any} */ one) => one.name === flow.flow)?.title ?? flow.flow;
  const never = flow.never;
  return html`<li>
    <button type="button" class="tests-flow" aria-expanded=${never.length ? open : undefined} disabled=${!never.length} onClick=${() => setOpen(!open)}>
      <span><b dir="auto">${coded(title)}</b><span class="muted">${t('tests.passes', { a: flow.passed, b: flow.steps })}</span>
        ${never.length > 0 && html`<${Icon} n=${open ? 'up' : 'down'} s=${14} />`}</span>
      <${Bar} percent=${flow.percent} />
    </button>
    ${open &&
    html`<ul class="tests-never" aria-label=${t('tests.never')}>
      ${never.map(
        (one) => html`<li key=${`${one.line}${one.step}${one.way}`}>
          <button type="button" onClick=${() => reveal(one.path, one.line)}>
            <span class="muted" dir="ltr">${one.line}</span><span lang="en" dir="auto">${coded(one.what)}</span>
          </button>
        </li>`,
      )}
    </ul>`}
  </li>`;
}

export function Cover() {
  const all = coverage.value;
  const [whole, setWhole] = useState(false);
  if (!ran.value || all.length === 0) {
    return null;
  }
  const sorted = [...all].sort((a, b) => a.percent - b.percent || a.flow.localeCompare(b.flow));
  return html`<section class="card tests-cover">
    <h2>${t('tests.coverage')}</h2>
    <ul>${(whole ? sorted : sorted.slice(0, SHOWN)).map((flow) => html`<${FlowLine} key=${flow.flow} flow=${flow} />`)}</ul>
    ${!whole && sorted.length > SHOWN && html`<button type="button" class="button small" onClick=${() => setWhole(true)}>${t('tests.coverage.all', { n: sorted.length })}</button>`}
  </section>`;
}
