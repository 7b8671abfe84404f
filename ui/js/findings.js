// @ts-check
// The list of findings, of all files; a finding leads to its place, and its repair is one click.
import { html } from '../vendor/preact.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';
import { checked, dock, errorCount, findings, pane, reveal } from './state.js';
import { coded } from './wording.js';

/** A repair comes from the language server, whose module is there by then. @param {import('./state.js').Finding} one */
const mend = (one) => import('./lsp.js').then((lsp) => lsp.mend(one));

/** @param {{one: import('./state.js').Finding}} props */
function Row({ one }) {
  const go = () => reveal(one.path, one.line, one.column);
  return html`<li class=${one.severity}>
    <button class="finding" onClick=${go}>
      <${Icon} n="alert" s=${15} class="sign" />
      <span class="words"><b lang="en" dir="auto">${coded(one.message)}</b>${one.help && html`<small lang="en" dir="auto">${coded(one.help)}</small>`}</span>
      <span class="place" dir="ltr">${one.path.replace(/^flows\//, '')}:${one.line}</span>
    </button>
    ${one.repair &&
    html`<button class="button small" lang="en" onClick=${() => mend(one)}><${Icon} n="bulb" s=${13} /><span>${coded(one.repair.title)}</span></button>`}
    ${one.href
      ? html`<a class="code" href=${one.href} target="_blank" rel="noreferrer" title=${t('findings.about')}>${one.code}</a>`
      : html`<span class="code">${one.code}</span>`}
  </li>`;
}

export function Findings() {
  const all = findings.value;
  if (all.length === 0 && !checked.value) {
    return html`<p class="hint">${t('findings.wait')}</p>`;
  }
  if (all.length === 0) {
    return html`<p class="hint good"><${Icon} n="check" s=${15} />${t('findings.none')}</p>`;
  }
  return html`<ul class="findings">
    ${all.map((one) => html`<${Row} key=${`${one.path}:${one.line}:${one.column}:${one.code}:${one.message}`} one=${one} />`)}
  </ul>`;
}

/** The worst kind among the findings: `error`, `warning`, or none. */
export const worst = () => (errorCount.value ? 'error' : findings.value.length ? 'warning' : '');

/** The number on the tab of the dock. */
export const FindingCount = () => findings.value.length > 0 && html`<span class=${`count ${worst()}`}>${findings.value.length}</span>`;

/** The number above the editor; opens the list. */
export function FindingsButton() {
  const n = findings.value.length;
  const open = () => {
    dock.value = 'findings';
    pane.value = 'trace';
  };
  if (!n && !checked.value) {
    return html`<span class="findings-button">${t('findings.wait')}</span>`;
  }
  return html`<button class=${`findings-button ${worst() || 'good'}`} onClick=${open} aria-live="polite">
    <${Icon} n=${n ? 'alert' : 'check'} s=${13} />${n ? t('findings.count', { n }) : t('findings.none')}
  </button>`;
}
