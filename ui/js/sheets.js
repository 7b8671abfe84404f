// @ts-check
// Small dialogs: a new name, publishing in spite of errors, all keys.
import { batch, html, useEffect, useState } from '../vendor/preact.js';
import { actions } from './actions.js';
import { DialogHead, close } from './dialogs.js';
import { Icon } from './icons.js';
import { keyName, t } from './i18n.js';
import { publish } from './publish.js';
import { edit } from './edits.js';
import { bot, files as fileTexts, open, reveal, say } from './state.js';
import { coded } from './wording.js';

/** @param {{shown: any}} props */
export function Rename({ shown }) {
  const [name, setName] = useState(shown.name);
  const [found, setFound] = useState(/** @type {any} */ (null));
  useEffect(() => {
    if (!name || name === shown.name) {
      setFound(null);
      return;
    }
    let current = true;
    const timer = setTimeout(async () => {
      const answer = await shown.ask(name);
      if (current) {
        setFound(answer);
      }
    }, 150);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [name]);
  const files = found ? [...found.next.keys()] : [];
  /** A flow's file has the flow's name, and its tests and texts go with it. @type {Map<string, string>} */
  const moves = new Map(found?.moves.map((/** @type {{from: string, to: string}} */ one) => [one.from, one.to]));
  const make = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!files.length) {
      return;
    }
    close();
    batch(() => {
      for (const [path, text] of found.next) {
        edit(moves.get(path) ?? path, text);
      }
      for (const [from, to] of moves) {
        edit(to, files.includes(from) ? found.next.get(from) : (fileTexts.value.get(from)?.text ?? null));
        open.value = open.value === from ? to : open.value;
        edit(from, null);
      }
    });
    say(t('rename.done', { n: files.length }));
    shown.done();
    if (moves.size) {
      // The language server reads names of files from the disk.
      await publish();
    }
  };
  return html`<form onSubmit=${make}>
    <${DialogHead} title=${t('editor.rename')} />
    <label class="field"
      >${t('rename.name')}<input
        data-first
        class="mono"
        type="text"
        autocomplete="off"
        spellcheck=${false}
        dir="ltr"
        value=${name}
        onInput=${(/** @type {any} */ event) => setName(event.target.value)}
    /></label>
    ${found?.refusal && html`<p class="refusal" role="status" lang="en">${coded(found.refusal)}</p>`}
    ${files.length > 0 &&
    html`<p class="muted">${t('rename.changes', { n: files.length })}</p>
      <ul class="paths">
        ${files.map(
          (path) =>
            html`<li key=${path}><${Icon} n="file" s=${14} /><bdi class="mono">${moves.has(path) ? `${path} → ${moves.get(path)}` : path}</bdi></li>`,
        )}
      </ul>
      ${moves.size > 0 && html`<p class="muted">${t('rename.moves')}</p>`}`}
    <footer>
      <button type="button" class="button" onClick=${close}>${t('cancel')}</button>
      <button class="button main" disabled=${files.length === 0}>${moves.size ? t('rename.publish') : t('rename.make')}</button>
    </footer>
  </form>`;
}

/** @param {{shown: any}} props */
export function WithErrors({ shown }) {
  const errors = shown.findings.filter((/** @type {any} */ one) => one.severity === 'error');
  const go = (/** @type {any} */ one) => {
    close();
    reveal(one.path, one.line, one.column);
  };
  return html`<div>
    <${DialogHead} title=${t('errors.title', { n: errors.length })} />
    <p class="muted">${t(bot.value?.live ? 'errors.about' : 'errors.about.first')}</p>
    <ul class="errors">
      ${errors.map(
        (/** @type {any} */ one) =>
          html`<li key=${`${one.path}:${one.line}:${one.code}`}>
            <button class="finding" onClick=${() => go(one)}>
              <${Icon} n="alert" s=${15} class="sign" /><span class="words"><b lang="en" dir="auto">${coded(one.message)}</b></span
              ><span class="place" dir="ltr">${one.path}:${one.line}</span>
            </button>
          </li>`,
      )}
    </ul>
    <footer>
      <button
        type="button"
        class="button"
        onClick=${() => {
          close();
          publish({ withErrors: true });
        }}
      >
        ${t('errors.save')}
      </button>
      <button type="button" class="button main" data-first onClick=${() => go(errors[0])}>${t('errors.mend')}</button>
    </footer>
  </div>`;
}

export function Keys() {
  const more = [
    { label: t('search'), keys: 'Ctrl K' },
    { label: t('keys.definition'), keys: 'F12' },
    { label: t('keys.leave'), keys: 'Esc Tab' },
    { label: t('keys.acts'), keys: '[ ]' },
    { label: t('keys.inbox'), keys: 'j k' },
  ];
  const all = [...actions().filter((one) => one.keys), ...more];
  return html`<div>
    <${DialogHead} title=${t('keys')} />
    <dl class="keys">
      ${all.map(
        (one) =>
          html`<div key=${one.label}>
            <dt>${one.label}</dt>
            <dd dir="ltr">${keyName(one.keys ?? '').split(' ').map((key) => html`<kbd>${key}</kbd> `)}</dd>
          </div>`,
      )}
    </dl>
  </div>`;
}
