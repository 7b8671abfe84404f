// @ts-check
// The piece of a text around the words that were looked for, with these words marked.

/** So many characters stand before the first of the words. */
const BEFORE = 24;
/** A row shows no more. */
const CHARS = 240;

/** As the daemon compares: without capitals and accents. @param {string} text */
const folded = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/**
 * @param {string} text
 * @param {string} wanted
 * @returns {{text: string, hit: boolean}[]}
 */
export function marked(text, wanted) {
  const chars = [...text.replace(/\s+/g, ' ').trim()];
  let flat = '';
  /** The character of the text that each unit of the folded one comes from. @type {number[]} */
  const from = [];
  chars.forEach((char, n) => {
    const plain = folded(char);
    flat += plain;
    from.push(...Array(plain.length).fill(n));
  });
  const hits = new Set();
  for (const word of folded(wanted).split(/[^\p{L}\p{N}]+/u).filter(Boolean)) {
    for (let at = flat.indexOf(word); at >= 0; at = flat.indexOf(word, at + word.length)) {
      for (let n = at; n < at + word.length; n++) hits.add(from[n]);
    }
  }
  const first = hits.size ? Math.min(...hits) : 0;
  // It begins with a whole word.
  const space = chars.indexOf(' ', first - BEFORE);
  const start = first <= BEFORE * 2 ? 0 : space >= 0 && space < first ? space + 1 : first - BEFORE;
  /** @type {{text: string, hit: boolean}[]} */
  const parts = start ? [{ text: '…', hit: false }] : [];
  chars.slice(start, start + CHARS).forEach((char, n) => {
    const hit = hits.has(start + n);
    const last = parts.at(-1);
    if (last && last.hit === hit) last.text += char;
    else parts.push({ text: char, hit });
  });
  return parts;
}
