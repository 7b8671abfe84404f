// @ts-check
// Texts in which the daemon has put `•` in the place of what this person's role may not see.
import { html } from '../vendor/preact.js';
import { t } from './i18n.js';

const MASK = /•[•\s]*•|•/g;

/** @param {string | null | undefined} text */
export const isMasked = (text) => (text ?? '').includes('•');

/**
 * A name, number or text that may be masked: the dots are faint, and a reader hears that something is hidden.
 * @param {{text: string | null | undefined, ltr?: boolean}} props `ltr` for numbers
 */
export function Masked({ text, ltr = false }) {
  const words = text ?? '';
  const dir = ltr ? 'ltr' : 'auto';
  if (!isMasked(words)) {
    return html`<bdi dir=${dir}>${words}</bdi>`;
  }
  const parts = [];
  let from = 0;
  for (const found of words.matchAll(MASK)) {
    parts.push(words.slice(from, found.index), html`<i aria-hidden="true">${found[0]}</i>`);
    from = found.index + found[0].length;
  }
  parts.push(words.slice(from));
  return html`<bdi dir=${dir} class="masked" title=${t('masked')}>${parts}<span class="hidden"> (${t('masked')})</span></bdi>`;
}
