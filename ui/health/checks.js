// @ts-check
// The checks of `GET /v1/health`: what is wrong first, with the command that mends it; what is good is folded.
import { html, useState } from '../vendor/preact.js';
import { detail, post } from '../js/api.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { may } from '../js/session.js';
import { say } from '../js/state.js';
import { At } from '../js/times.js';
import { coded } from '../js/wording.js';

const COPIED_MS = 2000;
/** @type {Record<string, [string, string]>} tone and icon of a result */
const RESULTS = { good: ['good', 'check'], warning: ['warn', 'alert'], bad: ['bad', 'x'] };
const ORDER = ['bad', 'warning', 'good'];

/** What needs somebody, the worst first. @param {any[]} checks */
export const toMend = (checks) =>
  checks.filter((one) => one.result !== 'good').sort((a, b) => ORDER.indexOf(a.result) - ORDER.indexOf(b.result));

/** The address that does what a command says, for commands that the page can do itself. @param {string} mend */
function addressFor(mend) {
  const [, flow] = /^transom flows resume (\S+)$/.exec(mend) ?? [];
  const [, sender] = /^transom senders resume (\d+)$/.exec(mend) ?? [];
  if (flow && may('resume_flow')) {
    return `/v1/flows/${encodeURIComponent(flow)}/resume`;
  }
  return sender && may('resume_sender') ? `/v1/senders/${sender}/resume` : null;
}

/** A command with a button that copies it. @param {{command: string}} props */
function Command({ command }) {
  const [copied, set] = useState(false);
  const copy = async (/** @type {MouseEvent} */ event) => {
    const line = /** @type {HTMLElement} */ (event.currentTarget).parentElement?.querySelector('code');
    try {
      await navigator.clipboard.writeText(command);
      set(true);
      setTimeout(() => set(false), COPIED_MS);
    } catch {
      // Without the right to copy the line is chosen, so that a key does it.
      if (line) {
        getSelection()?.selectAllChildren(line);
      }
    }
  };
  return html`<span class="health-command"><code dir="ltr">${command}</code>
    <button type="button" title=${t('health.copy')} aria-label=${t('health.copy')} onClick=${copy}><${Icon} n=${copied ? 'check' : 'copy'} s=${14} /></button>
    <span class="hidden" role="status">${copied ? t('health.copied') : ''}</span></span>`;
}

/** @param {{check: any, again: () => void}} props */
function Check({ check, again }) {
  const [busy, setBusy] = useState(false);
  const [tone, icon] = RESULTS[check.result] ?? RESULTS.warning;
  const address = check.mend && addressFor(check.mend);
  const mend = async () => {
    setBusy(true);
    const answer = await post(address, {});
    setBusy(false);
    say(answer.ok ? t('health.did') : answer.status ? detail(answer) : t('offline.start'), answer.ok ? 'good' : 'bad');
    again();
  };
  return html`<li class=${`health-check ${tone}`}>
    <span class=${`health-sign ${tone}`} role="img" aria-label=${t(`health.result.${check.result}`)}><${Icon} n=${icon} s=${14} /></span>
    <div class="health-words">
      <p class="health-name"><b lang="en">${check.title}</b>${check.since && check.result !== 'good' && html`<small>${t('health.since')} <${At} at=${check.since} /></small>`}</p>
      <p class="health-detail" lang="en" dir="auto">${coded(check.detail)}</p>
      ${
        check.mend &&
        html`<div class="health-mend"><${Command} command=${check.mend} />${address && html`<button type="button" class="button small" disabled=${busy} onClick=${mend}>${t('health.do.resume')}</button>`}</div>`
      }
    </div>
  </li>`;
}

/** @param {{title: any, checks: any[], again: () => void}} props */
function Group({ title, checks, again }) {
  const wrong = toMend(checks);
  const good = checks.filter((one) => one.result === 'good');
  return html`<section class="card health-group">
    <h2>${title}</h2>
    ${wrong.length > 0 && html`<ul>${wrong.map((one) => html`<${Check} key=${one.id} check=${one} again=${again} />`)}</ul>`}
    ${
      good.length > 0 &&
      html`<details>
        <summary><span class="health-sign good" aria-hidden="true"><${Icon} n="check" s=${14} /></span><span class="health-good"><b>${t('health.good_ones', { n: good.length })}</b><small lang="en">${good.map((one) => one.title).join(' · ')}</small></span><${Icon} n="down" s=${14} class="health-fold" /></summary>
        <ul>${good.map((one) => html`<${Check} key=${one.id} check=${one} again=${again} />`)}</ul>
      </details>`
    }
  </section>`;
}

/** @param {{checks: any[], senders: any[], again: () => void}} props */
export function Checks({ checks, senders, again }) {
  const ids = [...new Set(checks.map((one) => one.sender ?? null))];
  return ids.map((id) => {
    const sender = senders.find((one) => one.id === id);
    const title =
      id === null
        ? t('health.machine')
        : html`<bdi>${sender?.name ?? t('health.sender', { n: id })}</bdi> ${sender && html`<small><bdi dir="ltr">${sender.phone}</bdi> · ${sender.provider}</small>`}`;
    return html`<${Group} key=${id ?? 'here'} title=${title} checks=${checks.filter((one) => (one.sender ?? null) === id)} again=${again} />`;
  });
}
