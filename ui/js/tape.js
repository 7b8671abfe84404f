// @ts-check
/** The talk as a tape: a bead for each act, and a head to drag over them. */
import { html } from '../vendor/preact.js';
import { t } from './i18n.js';
import { clock } from './moment.js';
import * as talk from './talk.js';

/** The colour of an act: the customer, the clock, an error, the world. @param {import('./acts.js').Act} act */
export function look(act) {
  const verb = Object.keys(act.step)[0];
  const failed = act.trace?.some((line) => line.kind === 'error') || act.messages.some((one) => one.status === 'failed');
  if (failed) return 'bad';
  if (verb.startsWith('advance')) return 'time';
  return ['user', 'tap', 'media', 'voice', 'location', 'card', 'form', 'reaction', 'order', 'referral', 'screen'].includes(verb) ? 'in' : 'world';
}

/** A step in words, as a test file has it. @param {Record<string, any>} step */
export function named(step) {
  const [verb, value] = Object.entries(step)[0] ?? ['', ''];
  const shown = typeof value === 'object' && value ? (value.kind ?? value.name ?? JSON.stringify(value)) : String(value);
  return { verb, words: value === true ? '' : shown };
}

export function Tape() {
  const acts = talk.acts.value;
  if (acts.length < 2) return null;
  const at = talk.looked.value - 1;
  const { verb, words } = named(acts[at].step);
  const spoken = t('trace.act', { a: at + 1, b: acts.length, step: `${verb} ${words}`, time: clock(acts[at].at, talk.zone.value) });
  return html`<label class="tape" title=${t('trace.tape')}>
    <span class="hidden">${t('trace.tape')}</span>
    <span class="tape-beads" aria-hidden="true">
      ${acts.map((act, n) => html`<i key=${n} class=${`tape-bead ${look(act)}${n <= at ? ' past' : ''}${n === at ? ' at' : ''}`}></i>`)}
    </span>
    <input type="range" dir="ltr" min="0" max=${acts.length - 1} value=${at} aria-valuetext=${spoken}
      onInput=${(/** @type {any} */ event) => talk.look(Number(event.target.value))} />
  </label>`;
}
