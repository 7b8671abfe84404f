// @ts-check
// An act of a real talk played again: what was said and what would be said now, with the words marked that differ.
import { html } from '../vendor/preact.js';
import { t } from '../js/i18n.js';
import { rich } from '../js/wording.js';

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

/**
 * The longest common row of two rows, as pairs of places.
 * @param {string[]} a @param {string[]} b
 */
function common(a, b) {
  const long = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      long[i][j] = a[i] === b[j] ? long[i + 1][j + 1] + 1 : Math.max(long[i + 1][j], long[i][j + 1]);
    }
  }
  /** @type {[number, number][]} */
  const found = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      found.push([i++, j++]);
    } else if (long[i + 1][j] >= long[i][j + 1]) {
      i++;
    } else {
      j++;
    }
  }
  return found;
}

/** A step as a test file has it: its verb, and what is said or done. @param {Record<string, any>} step */
export function named(step) {
  const [verb, value] = Object.entries(step)[0] ?? ['', ''];
  const shown = typeof value === 'object' && value ? (value.kind ?? value.name ?? JSON.stringify(value)) : String(value);
  return { verb, words: value === true ? '' : shown };
}

/** Longer texts are compared as wholes. */
const WORDS_MAX = 400;

/**
 * The parts of both texts, and whether the other one has them too.
 * @param {string} was @param {string} now
 * @returns {{was: {text: string, both: boolean}[], now: {text: string, both: boolean}[]}}
 */
export function words(was, now) {
  const a = was.match(/\s+|[^\s]+/g) ?? [];
  const b = now.match(/\s+|[^\s]+/g) ?? [];
  if (a.length > WORDS_MAX || b.length > WORDS_MAX) {
    return { was: [{ text: was, both: false }], now: [{ text: now, both: false }] };
  }
  const same = common(a, b);
  const inA = new Set(same.map(([i]) => i));
  const inB = new Set(same.map(([, j]) => j));
  return { was: a.map((text, i) => ({ text, both: inA.has(i) })), now: b.map((text, j) => ({ text, both: inB.has(j) })) };
}

/**
 * Pairs what was said with what is said now: equal ones first, between them in order.
 * @param {string[]} was @param {string[]} now
 * @returns {{was: string | null, now: string | null}[]}
 */
export function pairs(was, now) {
  const out = [];
  let [i, j] = [0, 0];
  for (const [nextI, nextJ] of [...common(was, now), [was.length, now.length]]) {
    for (; i < nextI || j < nextJ; ) {
      out.push({ was: i < nextI ? was[i++] : null, now: j < nextJ ? now[j++] : null });
    }
    if (nextI < was.length) {
      out.push({ was: was[nextI], now: now[nextJ] });
      [i, j] = [nextI + 1, nextJ + 1];
    }
  }
  return out;
}
