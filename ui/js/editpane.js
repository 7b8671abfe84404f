// @ts-check
// The pane of the editor: the file's name and state, its findings, publishing, and the choice if the disk changed.
import { effect, html, useEffect, useState } from '../vendor/preact.js';
import { dialog } from './dialogs.js';
import { FindingsButton } from './findings.js';
import { Icon } from './icons.js';
import { PublishButton } from './publish.js';
import { t } from './i18n.js';
import { blocked, failure, play } from './talk.js';
import { keepFile, keepMine, takeTheirs } from './edits.js';
import { may, mayEdit } from './session.js';
import { bot, editCount, elsewhere, files, isChanged, isOvertaken, open, pane } from './state.js';

/** The editor is asked for so long after the page at the latest, also if no talk begins. */
const LATEST_MS = 1000;

/** Reads the editor. Its bundle weighs more than all else, so the chat goes first. */
async function loadEditor() {
  await new Promise((go) => {
    const latest = setTimeout(go, LATEST_MS);
    effect(() => {
      if (play.value || blocked.value || failure.value) {
        clearTimeout(latest);
        go(undefined);
      }
    });
  });
  const [{ Editor }] = await Promise.all([import('./editor.js'), import('../vendor/codemirror.js')]);
  return Editor;
}

function Overtaken() {
  const path = open.value;
  if (!path || !isOvertaken(files.value.get(path))) {
    return null;
  }
  return html`<div class="banner overtaken" role="alert">
    <${Icon} n="alert" s=${15} /><span>${t('editor.overtaken')}</span><span class="grow"></span>
    <button class="button small" onClick=${() => (dialog.value = { kind: 'difference', path })}>${t('editor.compare')}</button>
    <button class="button small" onClick=${() => takeTheirs(path)}>${t('editor.take_theirs')}</button>
    <button class="button small" onClick=${() => keepMine(path)}>${t('editor.keep_mine')}</button>
  </div>`;
}

/** The open file as it is on disk. */
const onDisk = () => bot.value?.files.find((/** @type {any} */ file) => file.path === open.value);

/** A file that another program has named in a way that not every system takes. */
function BadName() {
  return onDisk()?.read_only && mayEdit() && html`<div class="banner bad-name" role="status">
    <${Icon} n="alert" s=${15} /><span>${t('editor.bad_name')}</span>
  </div>`;
}

function FileState() {
  const file = files.value.get(open.value ?? '');
  if (!file) {
    return null;
  }
  const state = !isChanged(file) ? 'saved' : file.disk === null ? 'new' : 'unpublished';
  const words = t(`editor.${state}`);
  const sign = state === 'saved' ? null : html`<${Icon} n="pen" s=${11} />`;
  return html`<span class=${`chip ${state}`} title=${words}>${sign}<span class="chip-words">${words}</span></span>${elsewhere.value.has(open.value ?? '') &&
    html`<span class="chip" title=${t('editor.elsewhere.about')}>${t('editor.elsewhere')}</span>`}`;
}

function Empty() {
  return html`<div class="empty-files">
    <${Icon} n="flows" s=${28} />
    <p>${t('files.none')}</p>
    ${mayEdit() && html`<button class="button main" onClick=${() => (dialog.value = { kind: 'flow' })}><${Icon} n="plus" s=${15} />${t('files.new')}</button>`}
  </div>`;
}

/** Shows the map over the editor, where there is no room for both side by side. */
function MapButton() {
  const shown = pane.value === 'map';
  return html`<button
    class="icon-button map-button"
    title=${t('pane.map')}
    aria-label=${t('pane.map')}
    aria-pressed=${shown}
    onClick=${() => (pane.value = shown ? 'edit' : 'map')}
  >
    <${Icon} n=${shown ? 'x' : 'flows'} />
  </button>`;
}

/** A file that is deleted with the next publishing. */
function Gone() {
  const path = /** @type {string} */ (open.value);
  return html`<div class="empty-files">
    <${Icon} n="file" s=${28} />
    <p>${t('editor.gone')}</p>
    <button class="button" onClick=${() => keepFile(path)}><${Icon} n="undo" s=${15} />${t('editor.keep_file')}</button>
  </div>`;
}

export function EditPane() {
  const [Editor, setEditor] = useState(/** @type {any} */ (null));
  useEffect(() => {
    loadEditor().then((one) => setEditor(() => one));
  }, []);
  const any = editCount.value > 0;
  useEffect(() => {
    if (any && may('run_tests')) {
      // It counts the tests that the edits change, and is read with the first edit.
      import('../tests/compare.js').then((compare) => compare.begin());
    }
  }, [any]);
  const path = open.value;
  const gone = path && files.value.get(path)?.text === null;
  const editor = Editor ? html`<${Editor} />` : html`<div class="editor"></div>`;
  return html`<section class="pane edit" aria-label=${t('pane.edit')}>
    <header class="pane-head">
      ${path && html`<h2 class="file-name" dir="ltr" title=${path}>${path.split('/').pop()}</h2>`}<${FileState} />
      <span class="grow"></span>${mayEdit() ? html`<${FindingsButton} /><${PublishButton} />` : html`<span class="chip">${t('editor.read_only')}</span>`}<${MapButton} />
    </header>
    <${Overtaken} /><${BadName} />
    ${!path ? html`<${Empty} />` : gone ? html`<${Gone} />` : editor}
  </section>`;
}
