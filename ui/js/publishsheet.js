// @ts-check
// The sheet of publishing: what changes in the files, whom it touches, whether the tests pass; then it is written.
import { html, useEffect, useMemo, useState } from '../vendor/preact.js';
import { detail, post } from './api.js';
import { DialogHead, close, dialog } from './dialogs.js';
import { Effects } from './effects.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';
import { Lines, counted, linesOf, pieces } from './lines.js';
import { patchOf } from './patch.js';
import { isClosed, publish, publishing } from './publish.js';
import { addressTo } from './router.js';
import { bot, edits, files, reveal } from './state.js';
import { coded } from './wording.js';
import { Yesterday } from '../tests/yesterday.js';

/** @param {{path: string, first: boolean}} props */
function Changed({ path, first }) {
  const file = files.value.get(path);
  const all = useMemo(() => pieces(linesOf(file?.disk), linesOf(file?.text)), [file?.disk, file?.text]);
  const { plus, minus } = counted(all);
  const kind = file?.text === null ? 'gone' : file?.disk === null ? 'new' : '';
  return html`<details class="publish-file" open=${first}>
    <summary>
      <bdi class="mono" dir="ltr">${path}</bdi>${kind && html`<span class=${`chip ${kind}`}>${t(`publish.${kind}`)}</span>`}<span class="grow"></span>
      <span class="publish-count" dir="ltr"><span class="plus">+${plus}</span> <span class="minus">−${minus}</span></span>
    </summary>
    <p class="publish-discard"><button type="button" class="button small" onClick=${() => (dialog.value = { kind: 'discard', path, back: true })}><${Icon} n="undo" s=${13} />${t('files.discard')}</button></p>
    <div class="difference" dir="ltr" tabindex="0" role="group" aria-label=${path}>
      <${Lines} all=${all} says=${{ before: t('publish.before'), after: t('publish.after') }} />
    </div>
  </details>`;
}

/** Asks once, when the sheet opens. @param {string} path @param {any} body */
function useOnce(path, body) {
  const [answer, set] = useState(/** @type {import('./api.js').Answer | null} */ (null));
  const [turn, again] = useState(0);
  useEffect(() => {
    const control = new AbortController();
    set(null);
    post(path, body, { signal: control.signal }).then((came) => control.signal.aborted || set(came));
    return () => control.abort();
  }, [turn]);
  return { answer, again: () => again(turn + 1) };
}

/** @param {{asked: ReturnType<typeof useOnce>}} props */
function Tests({ asked }) {
  const { answer } = asked;
  if (!answer) {
    return html`<p class="muted publish-line"><span class="spin" aria-hidden="true"></span>${t('tests.running')}</p>`;
  }
  if (!answer.ok) {
    return html`<p class="publish-line bad"><${Icon} n="alert" s=${14} /><span dir="auto">${detail(answer)}</span></p>`;
  }
  const all = answer.body.cases;
  const failed = all.filter((/** @type {any} */ one) => !one.passed);
  if (!all.length) {
    return html`<p class="muted publish-line">${t('publish.no_tests')}</p>`;
  }
  return html`<p class=${`publish-line ${failed.length ? 'bad' : 'good'}`}>
      <${Icon} n=${failed.length ? 'x' : 'check'} s=${14} /><span>${t('tests.sum', { a: all.length - failed.length, n: all.length })}</span>
      ${failed.length > 0 && html`<a class="button small" href=${addressTo('tests', { show: 'failing' })} onClick=${close}>${t('publish.to_tests')}</a>`}
    </p>
    ${failed.length > 0 && html`<ul class="publish-failed">${failed.slice(0, 5).map((/** @type {any} */ one) => html`<li key=${one.path + one.name}><bdi>${one.name}</bdi> <span class="muted" lang="en">${coded(one.failure?.reason)}</span></li>`)}</ul>`}`;
}

/** Saves the edits as a patch for somebody who may write the files. */
function download() {
  const made = Object.keys(edits.value).map((path) => patchOf(path, files.value.get(path)?.disk ?? null, edits.value[path]));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([made.join('')], { type: 'text/x-diff' }));
  link.download = 'studio.patch';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

export function PublishSheet() {
  const paths = Object.keys(edits.value).sort();
  const preview = useOnce('/v1/bot/preview', { files: edits.value });
  const tests = useOnce('/v1/studio/tests', { files: edits.value });
  const found = preview.answer?.body?.findings ?? [];
  const errors = found.filter((/** @type {any} */ one) => one.severity === 'error');
  const closed = isClosed();
  const go = (/** @type {any} */ one) => {
    close();
    reveal(one.file, one.line, one.column);
  };
  const write = () => {
    close();
    publish({ withErrors: errors.length > 0, seen: preview.answer?.body?.seen });
  };
  return html`<div class="publish-sheet">
    <${DialogHead} title=${t('publish.sheet', { n: paths.length })} />
    <div class="publish-parts">
      <section aria-label=${t('publish.files')}>${paths.map((path, n) => html`<${Changed} key=${path} path=${path} first=${n === 0 && paths.length < 4} />`)}</section>
      ${errors.length > 0 &&
      html`<section><h3>${t('errors.title', { n: errors.length })}</h3>
        <ul class="errors">${errors.map(
          (/** @type {any} */ one) =>
            html`<li key=${`${one.file}:${one.line}:${one.code}`}><button type="button" class="finding" onClick=${() => go(one)}><${Icon} n="alert" s=${15} class="sign" /><span class="words"><b lang="en" dir="auto">${coded(one.message)}</b></span><span class="place" dir="ltr">${one.file}:${one.line}</span></button></li>`,
        )}</ul></section>`}
      <section><h3>${t('publish.effects')}</h3><${Effects} asked=${preview} /></section>
      <section><h3>${t('pages.tests')}</h3><${Tests} asked=${tests} /></section>
      <section><h3>${t('yesterday.title')}</h3><${Yesterday} bare /></section>
    </div>
    ${closed && html`<p class="refusal">${t(bot.value?.writable === false ? 'publish.read_only.patch' : 'publish.not_you')}</p>`}
    <footer>
      <button type="button" class="button" onClick=${download}><${Icon} n="file" s=${14} />${t('publish.patch')}</button><span class="grow"></span>
      <button type="button" class="button" onClick=${close}>${t('cancel')}</button>
      ${!closed &&
      html`<button type="button" class="button main" data-first disabled=${publishing.value || !preview.answer} onClick=${write}>
        ${errors.length ? t('errors.save') : t('publish')}
      </button>`}
    </footer>
  </div>`;
}
