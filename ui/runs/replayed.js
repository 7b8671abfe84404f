// @ts-check
// An act of a real talk played again: what was said and what would be said now, with the words marked that differ.
import { html } from '../vendor/preact.js';
import { rich } from '../js/bubble.js';
import { t } from '../js/i18n.js';
import { named, pairs, words } from './words.js';

/** A text with the words marked that the other one does not have. @param {{parts: {text: string, both: boolean}[], side: 'was' | 'now'}} props */
const Marked = ({ parts, side }) =>
  parts.every((part) => part.both) ? rich(parts.map((part) => part.text).join('')) : parts.map((part) => (part.both ? part.text : html`<mark class=${side}>${part.text}</mark>`));

/** @param {{act: {step: any, was: string[], now: string[] | null}}} props `now` is null behind the end of the talk */
export function ReplayedAct({ act }) {
  const { verb, words: said } = named(act.step);
  const both = pairs(act.was, act.now ?? []);
  return html`<li class="again-act">
    <p class="again-step"><b dir="ltr">${verb}</b> <span dir="auto">${said}</span></p>
    ${act.now === null && html`<p class="muted">${t('replay.ended')}</p>`}
    ${
      act.now !== null &&
      both.map(({ was, now }, n) => {
        if (was === now) {
          return html`<div class="again-same" key=${n} dir="auto">${rich(was ?? '')}</div>`;
        }
        const parts = was !== null && now !== null ? words(was, now) : null;
        return html`<div class="again-pair" key=${n}>
          <div class="again-was"><span class="hidden">${t('replay.was')} </span><bdi>${was === null ? html`<i>${t('replay.nothing')}</i>` : parts ? html`<${Marked} parts=${parts.was} side="was" />` : rich(was)}</bdi></div>
          <div class="again-now"><span class="hidden">${t('replay.now')} </span><bdi>${now === null ? html`<i>${t('replay.nothing')}</i>` : parts ? html`<${Marked} parts=${parts.now} side="now" />` : rich(now)}</bdi></div></div>`;
      })
    }
  </li>`;
}
