// @ts-check
// The dialogs of the list of files: a new flow, a copy of one, deleting a file.
import { html, useState } from '../vendor/preact.js';
import { DialogHead, close } from './dialogs.js';
import { deleteFiles, edit, hold } from './edits.js';
import { allFiles, showAnother } from './files.js';
import { t } from './i18n.js';
import { files, open, reveal, say, show } from './state.js';

/** A file's name from a title: small letters without accents, digits and `_`. @param {string} title */
const nameFrom = (title) =>
  title
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[_0-9]+|_+$/g, '');

/** A text as YAML reads it back. @param {string} text */
const quoted = (text) => (/^[\p{L}][\p{L}\p{N} ]*$/u.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text) ? text : JSON.stringify(text));

/** The text of a new flow: it passes the check as it is. @param {string} name @param {string} title */
const starter = (name, title) => `# yaml-language-server: $schema=../schema/flow.json
flow: ${name}
title: ${quoted(title)}
when:
  - message: [${quoted(name.replace(/_/g, ' '))}]
steps:
  - say: ${t('new.hello')}
`;

/** The file of a flow's tests. @param {string} path */
const testsOf = (path) => path.replace(/\.yaml$/, '.test.yaml');

/** @param {string} path */
const isThere = (path) => allFiles().some((file) => file.path === path && files.value.get(path)?.text !== null);

/**
 * A title that becomes a file's name.
 * @param {{head: string, about: string, first: string, button: string, make: (name: string, title: string, path: string) => void}} props
 */
function Titled({ head, about, first, button, make }) {
  const [title, setTitle] = useState(first);
  const name = nameFrom(title);
  const path = `flows/${name}.yaml`;
  const taken = isThere(path);
  const why = title && !name ? t('new.no_name') : taken ? t('new.taken', { file: path }) : '';
  const done = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (name && !taken) {
      close();
      make(name, title.trim(), path);
    }
  };
  return html`<form onSubmit=${done}>
    <${DialogHead} title=${head} />
    <label class="field"
      >${t('new.title')}<input data-first type="text" maxlength="60" autocomplete="off" value=${title} onInput=${(/** @type {any} */ event) => setTitle(event.target.value)}
    /></label>
    <p class="muted path" role="status">${why || (name ? html`<bdi class="mono">${path}</bdi>` : about)}</p>
    ${name && about !== t('new.about') && html`<p class="muted">${about}</p>`}
    <footer>
      <button type="button" class="button" onClick=${close}>${t('cancel')}</button>
      <button class="button main" disabled=${!name || taken}>${button}</button>
    </footer>
  </form>`;
}

export function NewFlow() {
  const make = (/** @type {string} */ name, /** @type {string} */ title, /** @type {string} */ path) => {
    edit(path, starter(name, title));
    reveal(path, 7, 10);
  };
  return html`<${Titled} head=${t('files.new')} about=${t('new.about')} first="" button=${t('new.make')} make=${make} />`;
}

/**
 * The text of a copy. It is a draft: two flows that start on the same words would be an error.
 * @param {string} text
 * @param {string} name
 * @param {string} title
 */
function copied(text, name, title) {
  const kept = text.split('\n').filter((line) => !/^(title|draft):/.test(line));
  const at = kept.findIndex((line) => /^flow:/.test(line));
  return [...kept.slice(0, Math.max(0, at)), `flow: ${name}`, `title: ${quoted(title)}`, 'draft: true', ...kept.slice(at + 1)].join('\n');
}

/** @param {{shown: {path: string, title: string}}} props */
export function CopyFlow({ shown }) {
  const make = async (/** @type {string} */ name, /** @type {string} */ title, /** @type {string} */ path) => {
    const text = (await hold(shown.path))?.text;
    if (text != null) {
      edit(path, copied(text, name, title));
      show(path);
    }
  };
  const first = t('copy.title', { title: shown.title });
  return html`<${Titled} head=${t('files.copy')} about=${t('copy.about')} first=${first} button=${t('copy.make')} make=${make} />`;
}

/** @param {{shown: {path: string, title: string}}} props */
export function DeleteFile({ shown }) {
  const tests = testsOf(shown.path);
  const hasTests = shown.path.startsWith('flows/') && !shown.path.endsWith('.test.yaml') && isThere(tests);
  const [too, setToo] = useState(true);
  const paths = hasTests && too ? [shown.path, tests] : [shown.path];
  const make = async (/** @type {Event} */ event) => {
    event.preventDefault();
    close();
    await Promise.all(paths.map(hold));
    deleteFiles(paths);
    if (paths.includes(open.value ?? '')) {
      showAnother();
    }
    say(t('delete.done', { file: shown.path }));
  };
  return html`<form onSubmit=${make}>
    <${DialogHead} title=${t('delete.title', { title: shown.title })} />
    <p>${t('delete.about')}</p>
    ${hasTests && html`<label class="check"><input type="checkbox" checked=${too} onChange=${(/** @type {any} */ event) => setToo(event.target.checked)} /><span>${t('delete.tests')} <bdi class="mono">${tests}</bdi></span></label>`}
    <footer>
      <button type="button" class="button" data-first onClick=${close}>${t('cancel')}</button>
      <button class="button danger">${t('delete.make')}</button>
    </footer>
  </form>`;
}
