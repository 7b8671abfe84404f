// @ts-check
// Writes an edit as a patch that `git apply` and `patch -p1` take.
import { pieces } from './lines.js';

/** Lines of context around each change. */
const CONTEXT = 3;

/** @param {string | null | undefined} text */
const split = (text) => (text ? text.replace(/\n$/, '').split('\n') : []);

/**
 * @param {string} path
 * @param {string | null} before null: the file is new
 * @param {string | null} after null: the file is deleted
 */
export function patchOf(path, before, after) {
  /** @type {{sign: string, text: string}[]} */
  const rows = pieces(split(before), split(after)).flatMap((piece) =>
    'same' in piece
      ? piece.same.map((text) => ({ sign: ' ', text }))
      : [...piece.before.map((text) => ({ sign: '-', text })), ...piece.after.map((text) => ({ sign: '+', text }))],
  );
  const near = rows.map((_, at) => rows.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some((row) => row.sign !== ' '));
  let text = `--- ${before === null ? '/dev/null' : `a/${path}`}\n+++ ${after === null ? '/dev/null' : `b/${path}`}\n`;
  let [old, now] = [1, 1];
  for (let at = 0; at < rows.length; ) {
    if (!near[at]) {
      at += 1;
      old += 1;
      now += 1;
      continue;
    }
    let end = at;
    while (end < rows.length && near[end]) {
      end += 1;
    }
    const hunk = rows.slice(at, end);
    const [minus, plus] = [hunk.filter((row) => row.sign !== '+').length, hunk.filter((row) => row.sign !== '-').length];
    text += `@@ -${minus ? old : old - 1},${minus} +${plus ? now : now - 1},${plus} @@\n`;
    text += hunk.map((row) => `${row.sign}${row.text}\n`).join('');
    old += minus;
    now += plus;
    at = end;
  }
  return text;
}
