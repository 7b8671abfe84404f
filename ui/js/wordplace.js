// @ts-check
// Finds the words of a step in the text of its file, so that the cursor stands where they are changed.

/** The keys of a step below which stands what a customer reads, and those inside such a key. */
const OUTER = /^(?:say|ask):\s*/;
const INNER = /^(?:text|caption|body|question):\s*/;
const IN_BRACES = /^\{\s*(?:text|caption|body|question):\s*/;
const BLOCK = /^[|>][-+\d]*\s*(?:#.*)?$/;

/** What stands before the first word of a line: its indent, and the dashes of lists. @param {string} line */
const margin = (line) => /^\s*(?:-\s+)*/.exec(line)?.[0].length ?? 0;

/**
 * The place of a step's words; where it has none, that of its first word.
 * @param {string} text of the file
 * @param {number} line at which the step begins, from 1
 * @returns {{line: number, column: number}} both from 1
 */
export function wordPlace(text, line) {
  const lines = text.split('\n');
  const own = margin(lines[line - 1] ?? '');
  let inside = false;
  for (let n = line - 1; n < lines.length; n++) {
    const at = n === line - 1 ? own : lines[n].search(/\S|$/);
    const here = lines[n].slice(at);
    if (here && (at < own || (at === own && n >= line && here.startsWith('- ')))) {
      break;
    }
    inside = at > own ? inside : OUTER.test(here);
    const key = (at === own ? OUTER : INNER).exec(here)?.[0];
    if (!inside || !key) {
      continue;
    }
    const words = here.slice(key.length);
    if (BLOCK.test(words)) {
      return { line: n + 2, column: margin(lines[n + 1] ?? '') + 1 };
    }
    if (words && !words.startsWith('#')) {
      const brace = IN_BRACES.exec(words)?.[0].length ?? 0;
      const quote = /["']/.test(words[brace] ?? '') ? 1 : 0;
      return { line: n + 1, column: at + key.length + brace + quote + 1 };
    }
  }
  return { line, column: own + 1 };
}
