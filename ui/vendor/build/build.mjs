// Makes ../preact.js, ../codemirror.js, ../search.js and ../LICENSES.txt from the packages that package-lock.json names.
// The same versions give the same bytes: `.ci/run ui` builds them anew and compares.
//   npm ci && npm run build            packages beside this file, results in ui/vendor
//   node build.mjs FOLDER MODULES      results in FOLDER, packages from MODULES
import { build } from 'esbuild';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, '..'));
const modules = resolve(process.argv[3] ?? join(here, 'node_modules'));

/** The folder of a package inside `node_modules`, from the path of one of its files. */
function packageOf(path) {
  const inside = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length).split('/');
  return inside[0].startsWith('@') ? `${inside[0]}/${inside[1]}` : inside[0];
}

/** The packages that search.js shares with the editor: two copies of them would not know each other. */
const shared = {
  name: 'shared',
  setup(work) {
    work.onResolve({ filter: /^@codemirror\/(view|state)$/ }, () => ({ path: './codemirror.js', external: true }));
  },
};

const used = new Set();
for (const name of ['preact', 'codemirror', 'search']) {
  const result = await build({
    absWorkingDir: here,
    entryPoints: [join(here, `${name}.js`)],
    nodePaths: [modules],
    alias: { marked: join(here, 'markdown.js') },
    plugins: name === 'search' ? [shared] : [],
    bundle: true,
    format: 'esm',
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    target: ['chrome111', 'firefox115', 'safari16.4'],
    metafile: true,
    write: false,
  });
  for (const path of Object.keys(result.metafile.inputs)) {
    if (path.includes('node_modules/')) used.add(packageOf(path));
  }
  const text = result.outputFiles[0].text;
  writeFileSync(join(out, `${name}.js`), `// Made by build/build.mjs; licences in LICENSES.txt.\n${text}`);
}

const parts = [...used].sort().map((name) => {
  const folder = join(modules, name);
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const words = file ? readFileSync(join(folder, file), 'utf8').replace(/\r\n/g, '\n').trim() : `Licence: ${about.license}`;
  return `${name} ${about.version} (${about.license})\n\n${words}\n`;
});
if (!existsSync(out)) throw new Error(`no folder ${out}`);
writeFileSync(join(out, 'LICENSES.txt'), parts.join(`\n${'-'.repeat(80)}\n\n`));
