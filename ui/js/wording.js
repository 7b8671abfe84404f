// @ts-check
// The wording of texts that come from elsewhere: WhatsApp's marks, the engine's names and its reasons.
import { html } from '../vendor/preact.js';
import { worded } from './i18n.js';

/** The sentence for a reason of the daemon; one without a sentence stands as it is. @param {string | null | undefined} code */
export const reason = (code) => (code ? worded(`chat.reason.${code}`, code) : '');

/** WhatsApp's marks. A mark stands at the edge of a word: `2*3*4` is no bold text. */
const MARKS =
  /```([\s\S]+?)```|`([^`\n]+)`|(?<![\p{L}\p{N}*])\*(?=\S)([^*\n]*\S)\*(?![\p{L}\p{N}*])|(?<![\p{L}\p{N}_])_(?=\S)([^_\n]*\S)_(?![\p{L}\p{N}_])|(?<![\p{L}\p{N}~])~(?=\S)([^~\n]*\S)~(?![\p{L}\p{N}~])|(https?:\/\/[^\s<>]+[^\s<>.,;:!?)\]'"])/gu;

/** @param {string} text @returns {any[]} */
export function rich(text) {
  const out = [];
  let from = 0;
  for (const found of text.matchAll(MARKS)) {
    const [all, block, code, bold, italic, strike, link] = found;
    if (found.index > from) out.push(text.slice(from, found.index));
    from = found.index + all.length;
    if (block ?? code) out.push(html`<code>${(block ?? code).trim()}</code>`);
    else if (bold) out.push(html`<b>${rich(bold)}</b>`);
    else if (italic) out.push(html`<i>${rich(italic)}</i>`);
    else if (strike) out.push(html`<s>${rich(strike)}</s>`);
    else out.push(html`<span class="chat-link">${link}</span>`);
  }
  if (from < text.length) out.push(text.slice(from));
  return out;
}

/** The text without WhatsApp's marks, for one line: `*menu*` is menu. @param {string} text @returns {string} */
export const unmarked = (text) =>
  text.replace(MARKS, (all, block, code, bold, italic, strike) => block ?? code ?? (bold || italic || strike ? unmarked(bold ?? italic ?? strike) : all));

/** A sentence of the engine: names stand in backticks. @param {string | null | undefined} text */
export const coded = (text) =>
  String(text ?? '')
    .split('`')
    .map((part, n) => (n % 2 ? html`<code>${part}</code>` : part));
