// @ts-check
// Compares two texts line by line.
import { html } from '../vendor/preact.js';

/** Lines around a difference that are shown with it. */
const AROUND = 2;

/** Lines that both texts have, or lines of one in the place of lines of the other. @typedef {{same: string[]} | {before: string[], after: string[]}} Piece */

/**
 * The pieces of two texts in order.
 * @param {string[]} before
 * @param {string[]} after
 * @returns {Piece[]}
 */
export function pieces(before, after) {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) {
    head++;
  }
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail)) {
    tail++;
  }
  const a = before.slice(head, before.length - tail);
  const b = after.slice(head, after.length - tail);
  /** The length of the longest common row of lines from each pair of places on. */
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i][j] = a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  /** @type {Piece[]} */
  const out = [{ same: before.slice(0, head) }];
  const same = (/** @type {string} */ line) => {
    const last = out.at(-1);
    if (last && 'same' in last) {
      last.same.push(line);
    } else {
      out.push({ same: [line] });
    }
  };
  const other = (/** @type {'before' | 'after'} */ side, /** @type {string} */ line) => {
    let last = out.at(-1);
    if (!last || 'same' in last) {
      last = { before: [], after: [] };
      out.push(last);
    }
    last[side].push(line);
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      same(a[i++]);
      j++;
    } else if (j >= b.length || (i < a.length && common[i + 1][j] >= common[i][j + 1])) {
      other('before', a[i++]);
    } else {
      other('after', b[j++]);
    }
  }
  before.slice(before.length - tail).forEach(same);
  return out.filter((piece) => !('same' in piece) || piece.same.length > 0);
}

/**
 * The pieces, by their index, in which our text is still the one that both began with: only the other side changed them.
 * @param {Piece[]} all of their text and ours
 * @param {string[]} from the text that both began with
 * @param {string[]} mine
 */
export function theirsAlone(all, from, mine) {
  /** Where our text differs from the first one, as stretches of its lines; where lines are gone, an empty one. @type {[number, number][]} */
  const own = [];
  let line = 0;
  for (const piece of pieces(from, mine)) {
    const lines = 'same' in piece ? piece.same.length : piece.after.length;
    if (!('same' in piece)) {
      own.push([line, line + lines]);
    }
    line += lines;
  }
  line = 0;
  return all.flatMap((piece, at) => {
    const begin = line;
    line += 'same' in piece ? piece.same.length : piece.after.length;
    return 'same' in piece || own.some(([first, end]) => first <= line && end >= begin) ? [] : [at];
  });
}

/** The lines of a text; no text has none. @param {string | null | undefined} text */
export const linesOf = (text) => (text == null || text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** How many lines come and go. @param {Piece[]} all */
export function counted(all) {
  let [plus, minus] = [0, 0];
  for (const piece of all) {
    if (!('same' in piece)) {
      plus += piece.after.length;
      minus += piece.before.length;
    }
  }
  return { plus, minus };
}

/** @param {{sign: '+' | '-' | ' ', text: string, says?: string}} props `says` is for readers */
const Line = ({ sign, text, says }) =>
  html`<div class=${{ '-': 'minus', '+': 'plus', ' ': '' }[sign]}>
    <span aria-hidden="true">${sign === '-' ? '−' : sign}</span>${says && html`<i class="hidden">${says}: </i>`}<code>${text || ' '}</code>
  </div>`;

/**
 * The lines that differ, with some around them.
 * @param {object} props
 * @param {Piece[]} props.all
 * @param {{before: string, after: string}} props.says the names of both sides
 * @param {(piece: {before: string[], after: string[]}, index: number) => any} [props.choice] stands above each difference
 */
export function Lines({ all, says, choice }) {
  return all.map((piece, at) => {
    if (!('same' in piece)) {
      return html`${choice?.(piece, at)}
        ${piece.before.map((text, n) => html`<${Line} key=${`b${at}.${n}`} sign="-" text=${text} says=${says.before} />`)}
        ${piece.after.map((text, n) => html`<${Line} key=${`a${at}.${n}`} sign="+" text=${text} says=${says.after} />`)}`;
    }
    const head = at === 0 ? [] : piece.same.slice(0, AROUND);
    const foot = at === all.length - 1 ? [] : piece.same.slice(Math.max(head.length, piece.same.length - AROUND));
    const left = piece.same.length - head.length - foot.length;
    return html`${head.map((text, n) => html`<${Line} key=${`s${at}.${n}`} sign=" " text=${text} />`)}
      ${left > 0 && html`<div class="difference-gap" key=${`g${at}`} aria-hidden="true">⋯</div>`}
      ${foot.map((text, n) => html`<${Line} key=${`f${at}.${n}`} sign=" " text=${text} />`)}`;
  });
}
