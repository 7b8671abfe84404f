// @ts-check
// The line of filters above a list. Each filter is a part of the address, so that reload, back and links keep it.
import { html, useEffect, useState } from '../vendor/preact.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';
import { addressTo, go, here } from './router.js';

/** Below this width lists have two lines a row. */
const NARROW = matchMedia('(max-width: 760px)');

/** Whether the page is that of a phone. */
export function useNarrow() {
  const [narrow, set] = useState(NARROW.matches);
  useEffect(() => {
    const changed = () => set(NARROW.matches);
    NARROW.addEventListener('change', changed);
    return () => NARROW.removeEventListener('change', changed);
  }, []);
  return narrow;
}

/**
 * Changes filters in the address of the present page.
 * @param {string} path of the page, such as `runs`
 * @param {Record<string, string | number | null>} changed null or an empty text takes a filter away
 */
export function filterBy(path, changed) {
  const before = Object.fromEntries(here.peek().query);
  go(addressTo(path, { ...before, ...changed }), { replace: true });
}

/**
 * One choice of several.
 * @param {{label: string, value: string, all: string, choices: [string, string][], choose: (value: string) => void}} props
 * `all` is the name of no choice; a choice is a value and its name
 */
export function Choice({ label, value, all, choices, choose }) {
  const known = !value || choices.some(([one]) => one === value);
  return html`<span class=${`filter${value ? ' set' : ''}`}>
    <select aria-label=${label} value=${value} onChange=${(/** @type {any} */ event) => choose(event.target.value)}>
      <option value="" selected=${!value}>${all}</option>
      ${choices.map(([one, name]) => html`<option key=${one} value=${one} selected=${one === value}>${name}</option>`)}
      ${!known && html`<option value=${value} selected>${value}</option>`}
    </select><${Icon} n="down" s=${13} /></span>`;
}

/** A filter that is set and can be taken away. @param {{name: any, clear: () => void}} props */
export const Chosen = ({ name, clear }) =>
  html`<span class="filter-chosen">${name}<button type="button" aria-label=${t('filter.clear')} title=${t('filter.clear')} onClick=${clear}><${Icon} n="x" s=${13} /></button></span>`;

const TYPING_MS = 250;

/**
 * A box to search in, which asks after a pause.
 * @param {{label: string, value: string, search: (text: string) => void}} props
 */
export function SearchBox({ label, value, search }) {
  const [text, set] = useState(value);
  useEffect(() => set(value), [value]);
  useEffect(() => {
    if (text.trim() === value) {
      return;
    }
    const timer = setTimeout(() => search(text.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return html`<label class="filter-search"><${Icon} n="search" s=${15} /><span class="hidden">${label}</span>
    <input type="search" dir="auto" placeholder=${label} autocomplete="off" spellcheck=${false} value=${text} onInput=${(/** @type {any} */ event) => set(event.target.value)} /></label>`;
}
