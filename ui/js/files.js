// @ts-check
// The list of the bot's files, with what is unpublished and what is found in each.
import { html, useEffect, useRef } from '../vendor/preact.js';
import { dialog } from './dialogs.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';
import { Menu } from './menu.js';
import { addressOf, byBrowser } from './router.js';
import { mayEdit } from './session.js';
import { bot, files, findings, isChanged, isOvertaken, open, show } from './state.js';

/** A longer list scrolls by itself, so that what stands below it stays within reach. */
const MANY = 12;

const GROUPS = [
  { kind: 'flow', icon: 'flows' },
  { kind: 'bot', icon: 'cog' },
  { kind: 'script', icon: 'code' },
  { kind: 'locale', icon: 'language' },
  { kind: 'knowledge', icon: 'file' },
  { kind: 'test', icon: 'flask' },
];

/** @param {string} path */
function kindOf(path) {
  if (path.startsWith('scripts/')) {
    return 'script';
  }
  if (path.startsWith('locales/')) {
    return 'locale';
  }
  if (path.startsWith('knowledge/')) {
    return 'knowledge';
  }
  if (/\.(test|eval|model)\.yaml$/.test(path)) {
    return 'test';
  }
  return path === 'flows/_bot.yaml' ? 'bot' : 'flow';
}

/** The file's name without its folder and what all files of the kind end with. @param {string} path */
const nameOf = (path) => path.replace(/^\w+\//, '').replace(/(\.test)?\.(yaml|rhai)$/, '');

/** The title in the text of the editor, which may be newer than the one on disk. @param {string} path */
function titleIn(path) {
  const line = /^title:[ \t]*(.+)$/m.exec(files.value.get(path)?.text ?? '')?.[1].replace(/\s+#.*$/, '').trim() ?? '';
  return /^(["']).*\1$/.test(line) ? line.slice(1, -1) : line;
}

/** `flow_2` stands before `flow_10`. */
const naturally = new Intl.Collator('en', { numeric: true }).compare;

/** All files: those on disk, and those that are only in this browser. */
export function allFiles() {
  const flows = new Map((bot.value?.flows ?? []).map((/** @type {any} */ flow) => [flow.path, flow]));
  const onDisk = (bot.value?.files ?? []).map((/** @type {any} */ file) => file.path);
  const paths = new Set([...onDisk, ...files.value.keys()]);
  const order = (/** @type {{kind: string}} */ file) => GROUPS.findIndex((group) => group.kind === file.kind);
  const all = [...paths].sort(naturally).map((path) => {
    const flow = flows.get(path);
    const kind = bot.value?.files.find((/** @type {any} */ file) => file.path === path)?.kind ?? kindOf(path);
    const title = kind === 'bot' ? t('files.bot_file') : (kind === 'flow' && titleIn(path)) || flow?.title || nameOf(path);
    return { path, kind, name: nameOf(path), title, state: flow?.state ?? '' };
  });
  return all.sort((a, b) => order(a) - order(b));
}

/** Shows a file, at the place where it was left. @param {MouseEvent} event @param {string} path */
function follow(event, path) {
  if (!byBrowser(event)) {
    event.preventDefault();
    show(path);
  }
}

/** Shows another flow in the place of a file that is gone. */
export function showAnother() {
  const next = allFiles().find((file) => file.kind === 'flow' && files.value.get(file.path)?.text !== null);
  if (next) {
    show(next.path);
  } else {
    open.value = null;
  }
}

/** Whether a file can be copied, renamed and deleted. @param {{kind: string}} file @param {import('./state.js').Held | undefined} held */
const isFree = (file, held) => file.kind !== 'bot' && held?.text !== null && bot.value?.writable !== false;

/** Renames a flow where its name stands, so that all that leads to it follows. @param {string} path */
function renameFlow(path) {
  show(path);
  import('./editor.js').then((editor) => editor.commands.renameFlow(path));
}

/** @param {{file: ReturnType<typeof allFiles>[number]}} props */
function FileMenu({ file }) {
  const { path, title, kind } = file;
  const held = files.value.get(path);
  const free = isFree(file, held);
  const item = (/** @type {string} */ glyph, /** @type {string} */ words, /** @type {() => void} */ run, /** @type {() => void} */ close) =>
    html`<button type="button" role="menuitem" class="start" onClick=${() => {
      close();
      run();
    }}><${Icon} n=${glyph} s=${14} />${words}</button>`;
  return html`<${Menu}
    place="file-menu"
    class="icon-button"
    label=${t('files.more', { title })}
    face=${html`<${Icon} n="dots" s=${15} />`}
    items=${(/** @type {() => void} */ close) => html`
      ${free && kind === 'flow' && item('copy', t('files.copy'), () => (dialog.value = { kind: 'copy', path, title }), close)}
      ${free && kind === 'flow' && item('pen', t('files.rename'), () => renameFlow(path), close)}
      ${isChanged(held) && item('undo', t('files.discard'), () => (dialog.value = { kind: 'discard', path }), close)}
      ${free && item('trash', t('files.delete'), () => (dialog.value = { kind: 'delete', path, title }), close)}
    `}
  />`;
}

/** @param {{file: ReturnType<typeof allFiles>[number], icon: string}} props */
function FileLine({ file, icon }) {
  const held = files.value.get(file.path);
  const here = findings.value.filter((one) => one.path === file.path);
  const errors = here.filter((one) => one.severity === 'error').length;
  const current = open.value === file.path;
  return html`<li>
    <a
      href=${addressOf(file.path)}
      class=${held?.text === null ? 'gone' : ''}
      aria-current=${current ? 'true' : undefined}
      title=${file.path}
      onClick=${(/** @type {MouseEvent} */ event) => follow(event, file.path)}
    >
      <${Icon} n=${icon} s=${14} /><span class="name" dir="auto">${file.title}</span>
      ${['paused', 'draft'].includes(file.state) && html`<span class="chip">${t(`files.${file.state}`)}</span>`}
      ${isOvertaken(held)
        ? html`<span class="sign-overtaken" title=${t('editor.overtaken')}><${Icon} n="alert" s=${13} /></span>`
        : isChanged(held) && html`<i class="dot" role="img" aria-label=${t('editor.unpublished')} title=${t('editor.unpublished')}></i>`}
      ${here.length > 0 &&
      html`<span class=${`count ${errors ? 'error' : 'warning'}`} title=${t('findings.count', { n: here.length })}>${here.length}</span>`}
    </a>
    ${mayEdit() && (isFree(file, held) || isChanged(held)) && html`<${FileMenu} file=${file} />`}
  </li>`;
}

export function Files() {
  const all = allFiles();
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const path = open.value;
  // The open file is in sight, also when it was opened by its address or by the search.
  useEffect(() => list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' }), [path, all.length]);
  return html`<nav class="files" aria-label=${t('files')} ref=${list}>
    ${GROUPS.map(({ kind, icon }) => {
      const some = all.filter((file) => file.kind === kind);
      return (
        (some.length > 0 || kind === 'flow') &&
        html`<section key=${kind} class=${some.length > MANY ? 'many' : undefined}>
          <h2>${t(`files.${kind}`)}</h2>
          <ul>
            ${some.map((file) => html`<${FileLine} key=${file.path} file=${file} icon=${icon} />`)}
          </ul>
          ${kind === 'flow' && mayEdit() &&
          html`<button class="button small new" onClick=${() => (dialog.value = { kind: 'flow' })}><${Icon} n="plus" s=${14} />${t('files.new')}</button>`}
        </section>`
      );
    })}
  </nav>`;
}
