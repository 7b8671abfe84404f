// @ts-check
/** Writes values and JSON in colours. */
import { html } from '../vendor/preact.js';

/** Rows of a map, with the names of nested ones joined by dots. @param {any} value @param {string} name @returns {[string, any][]} */
export function flat(value, name = '') {
  if (value && typeof value === 'object' && !Array.isArray(value)) {
    const inner = Object.entries(value).flatMap(([key, part]) => flat(part, name ? `${name}.${key}` : key));
    return inner.length || !name ? inner : [[name, {}]];
  }
  return [[name, value]];
}

/** @param {{value: any}} props */
export const Value = ({ value }) =>
  html`<code class=${`value ${value === null ? 'null' : typeof value}`} dir="ltr">${typeof value === 'string' ? `"${value}"` : JSON.stringify(value)}</code>`;

/** JSON with its keys, texts and numbers in colours. @param {any} value */
export function coloured(value) {
  const text = JSON.stringify(value, null, 2) ?? '';
  const out = [];
  let from = 0;
  for (const found of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g)) {
    out.push(text.slice(from, found.index));
    const name = found[2] ? 'key' : found[1] ? 'string' : 'number';
    out.push(html`<span class=${name}>${found[1] ?? found[0]}</span>${found[2] ?? ''}`);
    from = found.index + found[0].length;
  }
  out.push(text.slice(from));
  return out;
}
