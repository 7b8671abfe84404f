// @ts-check
// The search of Ctrl K: flows and other files, steps of the map, commands, and words in all texts of the bot.
import { html, useEffect, useState } from '../vendor/preact.js';
import { close } from './dialogs.js';
import { drawing } from './drawing.js';
import { allFiles } from './files.js';
import { Icon } from './icons.js';
import { keyName, t } from './i18n.js';
import { actions } from './actions.js';
import { hold } from './edits.js';
import { shownPages } from './pages.js';
import { addressTo, go } from './router.js';
import { bot, files, reveal, show } from './state.js';

/** @typedef {{icon: string, label: string, detail: string, run: () => void, mono?: boolean}} Item */

const LINES_MAX = 30;
const FILES_READ_MAX = 100;
const KIND_ICONS = { flow: 'flows', bot: 'cog', script: 'code', locale: 'language', test: 'flask' };

/** Without capitals and accents. @param {string} text */
const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** @param {string} wanted @returns {Item[]} */
function found(wanted) {
  const words = plain(wanted).split(/\s+/).filter(Boolean);
  const fits = (/** @type {string} */ text) => words.every((word) => plain(text).includes(word));
  const byName = allFiles()
    .filter((file) => fits(`${file.title} ${file.path}`))
    .map((file) => ({ icon: KIND_ICONS[file.kind], label: file.title, detail: file.path, run: () => show(file.path) }));
  const bySteps = words.length
    ? (drawing.value?.steps ?? [])
        .filter((step) => fits(`${step.id} ${step.words}`))
        .map((step) => ({ icon: 'say', label: step.words || step.verb, detail: step.id, run: () => reveal(step.path, step.line) }))
    : [];
  const byCommand = actions()
    .filter((one) => fits(one.label))
    .map((one) => ({ icon: one.icon, label: one.label, detail: keyName(one.keys ?? ''), run: one.run }));
  const byPage = shownPages()
    .filter((page) => words.length > 0 && fits(t(`pages.${page.path}`)))
    .map((page) => ({ icon: page.icon, label: t(`pages.${page.path}`), detail: '', run: () => go(addressTo(page.path)) }));
  return [...byPage, ...byName, ...bySteps, ...byCommand, ...(words.length ? linesWith(words) : [])];
}

/** Lines of all texts that hold the words. @param {string[]} words @returns {Item[]} */
function linesWith(words) {
  const list = [];
  for (const [path, file] of files.value) {
    const lines = (file.text ?? '').split('\n');
    for (let at = 0; at < lines.length && list.length < LINES_MAX; at++) {
      const line = plain(lines[at]);
      if (words.every((word) => line.includes(word))) {
        const column = lines[at].search(/\S/) + 1;
        const label = lines[at].trim();
        list.push({ icon: 'in', label, detail: `${path}:${at + 1}`, run: () => reveal(path, at + 1, column), mono: true });
      }
    }
  }
  return list;
}

export function Search() {
  const [wanted, want] = useState('');
  const [at, setAt] = useState(0);
  useEffect(() => {
    const all = bot.value?.files ?? [];
    all.slice(0, FILES_READ_MAX).forEach((/** @type {any} */ file) => hold(file.path));
  }, []);
  const items = found(wanted);
  const chosen = Math.min(at, items.length - 1);
  const run = (/** @type {Item | undefined} */ item) => {
    if (item) {
      close();
      setTimeout(item.run);
    }
  };
  const keys = (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const next = Math.max(0, Math.min(items.length - 1, chosen + step));
      setAt(next);
      document.getElementById(`found-${next}`)?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(items[chosen]);
    }
  };
  const typed = (/** @type {any} */ event) => {
    want(event.target.value);
    setAt(0);
  };
  return html`<div class="search" onKeyDown=${keys}>
    <h2 id="dialog-title" class="hidden">${t('search')}</h2>
    <div class="asked">
      <${Icon} n="search" s=${16} /><input
        data-first
        type="text"
        placeholder=${t('search.placeholder')}
        aria-label=${t('search.placeholder')}
        role="combobox"
        aria-expanded="true"
        aria-controls="found"
        aria-activedescendant=${items.length ? `found-${chosen}` : undefined}
        autocomplete="off"
        spellcheck=${false}
        value=${wanted}
        onInput=${typed}
      />
      <button type="button" class="icon-button" title=${t('close')} aria-label=${t('close')} onClick=${close}><${Icon} n="x" /></button>
    </div>
    <ul id="found" role="listbox" aria-label=${t('search')}>
      ${items.map(
        (item, index) =>
          html`<li
            id=${`found-${index}`}
            key=${`${item.label}|${item.detail}`}
            role="option"
            aria-selected=${index === chosen}
            onMouseMove=${() => setAt(index)}
            onClick=${() => run(item)}
          >
            <${Icon} n=${item.icon} s=${15} /><span class=${item.mono ? 'label mono' : 'label'} dir="auto">${item.label}</span
            ><small dir="ltr">${item.detail}</small>
          </li>`,
      )}
    </ul>
    ${items.length === 0 && html`<p class="hint">${t('search.nothing', { wanted })}</p>`}
  </div>`;
}
