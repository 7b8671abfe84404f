// @ts-check
// Parts of forms: a field, rows of two boxes, values as a test file takes them.
import { html } from '../vendor/preact.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';

/** @param {{label: string, children?: any}} props */
export const Field = ({ label, children }) => html`<label class="field"><span>${label}</span>${children}</label>`;

/** A value as a test file takes it: numbers and booleans as such. @param {string} text */
export function valued(text) {
  if (/^(0|-?[1-9]\d{0,14})(\.\d+)?$/.test(text)) return Number(text);
  return text === 'true' || text === 'false' ? text === 'true' : text;
}

/**
 * The names below a key of `flows/_bot.yaml`, so that the sheet shows boxes for them. What is not found can be written by
 * hand, and the daemon judges all.
 * @param {string} text @param {string} key
 */
export function namesBelow(text, key) {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.startsWith(`${key}:`));
  const names = [];
  for (const line of at < 0 ? [] : lines.slice(at + 1)) {
    if (/^\S/.test(line) && !line.startsWith('#')) break;
    const found = /^ {2}(\w+):/.exec(line);
    if (found) names.push(found[1]);
  }
  return names;
}

/** JSON, or that it is none. @param {string} text */
export function parsed(text) {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { wrong: true };
  }
}

/** Rows of two boxes, as for fields and mocks. @param {{rows: [string, string][], set: (rows: [string, string][]) => void, names: [string, string], add: string, check?: (value: string) => boolean, mono?: boolean}} props */
export function Rows({ rows, set, names, add, check, mono }) {
  const change = (/** @type {number} */ at, /** @type {0 | 1} */ part, /** @type {string} */ value) =>
    set(rows.map((row, n) => (n === at ? (part ? [row[0], value] : [value, row[1]]) : row)));
  return html`${rows.map(
    ([name, value], n) => html`<div class=${`two-boxes${mono ? ' mono' : ''}`} key=${n}>
      <input dir="auto" aria-label=${names[0]} placeholder=${names[0]} value=${name} onInput=${(/** @type {any} */ event) => change(n, 0, event.target.value)} />
      <input dir="auto" aria-label=${names[1]} placeholder=${names[1]} value=${value} aria-invalid=${check && !check(value) ? 'true' : undefined} onInput=${(/** @type {any} */ event) => change(n, 1, event.target.value)} />
      <button type="button" class="icon-button" aria-label=${t('world.remove', { name })} onClick=${() => set(rows.filter((_, k) => k !== n))}><${Icon} n="x" s=${13} /></button></div>`,
  )}
    <button type="button" class="button small add" onClick=${() => set([...rows, ['', '']])}><${Icon} n="plus" s=${13} />${add}</button>`;
}

