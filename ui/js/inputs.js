// @ts-check
// Reads the inputs of a flow from its text, for the form that starts it. What is not understood is a box for any text,
// and the daemon judges what is sent.

/** @typedef {{name: string, type: string, options: string[] | null, optional: boolean, default: string, about: string}} Input */

/** A scalar without its quotes and remark. @param {string} text */
const plain = (text) => {
  const bare = text.replace(/\s+#.*$/, '').trim();
  return /^(["']).*\1$/.test(bare) ? bare.slice(1, -1) : bare;
};

/** The entries of `{a: b, c: [d, e]}` on one line. @param {string} text @returns {[string, string][]} */
function entries(text) {
  const found = text.matchAll(/([\w]+):\s*(\[[^\]]*\]|"(?:[^"\\]|\\.)*"|'[^']*'|[^,}]+)/g);
  return [...found].map(([, name, value]) => [name, value.trim()]);
}

/** @param {string} name @param {[string, string][]} said @returns {Input} */
function input(name, said) {
  const all = new Map(said);
  const type = all.get('type') ?? 'text';
  const list = /^\[(.*)\]/.exec(type);
  return {
    name,
    type: list ? 'choice' : plain(type),
    options: list ? list[1].split(',').map(plain).filter(Boolean) : null,
    optional: plain(all.get('optional') ?? '') === 'true' || all.has('default'),
    default: plain(all.get('default') ?? ''),
    about: plain(all.get('about') ?? ''),
  };
}

/**
 * @param {string} text of a flow's file
 * @returns {Input[]}
 */
export function inputsOf(text) {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => /^inputs:\s*(#.*)?$/.test(line));
  /** @type {Input[]} */
  const found = [];
  let open = '';
  /** @type {[string, string][]} */
  let said = [];
  const done = () => open && found.push(input(open, said));
  for (const line of at < 0 ? [] : lines.slice(at + 1)) {
    if (/^\S/.test(line) && !line.startsWith('#')) break;
    const [, space = '', name = '', value = ''] = /^( +)([\w]+):\s*(.*)$/.exec(line) ?? [];
    if (!name) continue;
    if (space.length <= 2) {
      done();
      open = name;
      said = value.startsWith('{') ? entries(value) : plain(value) ? [['type', value]] : [];
    } else {
      said.push([name, value]);
    }
  }
  done();
  return found;
}
