// @ts-check
// Writes the unpublished edits to the bot's files, all or nothing.
import { html, signal } from '../vendor/preact.js';
import { detail, offline, post } from './api.js';
import { dialog } from './dialogs.js';
import { Icon } from './icons.js';
import { keyName, t } from './i18n.js';
import { published, refresh } from './edits.js';
import { addressTo, go } from './router.js';
import { may } from './session.js';
import { bot, changedTests, editCount, edits, files, overtaken, say, show } from './state.js';

export const publishing = signal(false);

/** Whether the edits can be written from here: else they can be saved as a patch. */
export const isClosed = () => bot.value?.writable === false || !may('publish_bot');

/** Publishes at once in a sandbox. With real senders a sheet shows first whom it touches. */
export function wantPublish() {
  if (publishing.value || editCount.value === 0 || isOvertakenFirst()) {
    return;
  }
  if (offline.value) {
    say(t('publish.offline'), 'bad');
  } else if (bot.value?.mode === 'sandbox' && !isClosed()) {
    publish();
  } else {
    review();
  }
}

/** Shows what the edits change, and for whom. */
export function review() {
  if (editCount.value > 0) {
    dialog.value = { kind: 'publish' };
  }
}

/** Whether a file changed on disk below the edits: then the texts come first. */
function isOvertakenFirst() {
  const path = overtaken.value[0];
  if (path) {
    show(path);
    say(t('publish.overtaken'), 'bad');
  }
  return Boolean(path);
}

/** @param {{withErrors?: boolean, seen?: string}} [wish] `seen` of the preview that was looked at */
export async function publish({ withErrors = false, seen } = {}) {
  if (publishing.value || editCount.value === 0 || isOvertakenFirst()) {
    return;
  }
  const written = edits.value;
  const etags = Object.fromEntries(Object.keys(written).map((path) => [path, files.value.get(path)?.base ?? null]));
  publishing.value = true;
  const tests = changedTests.peek();
  const answer = await post('/v1/bot/publish', { files: written, etags, with_errors: withErrors, ...(seen ? { seen } : {}) });
  publishing.value = false;
  if (answer.ok) {
    published(written, answer.body.etags);
    const { version, delayed } = answer.body;
    const told = delayed ? t('publish.delayed') : t(bot.value?.live ? 'publish.not_live' : 'publish.not_live.first');
    say(version === null ? told : t('publish.live', { n: version }), version === null ? 'bad' : 'good');
    if (tests && (tests.failing > 0 || tests.n > 0)) {
      const act = { label: t('publish.to_tests'), run: () => go(addressTo('tests', { show: 'failing' })) };
      say(tests.failing > 0 ? t('publish.failing', { n: tests.failing }) : t('tests.change', tests), tests.failing > 0 ? 'bad' : 'good', act);
    }
    await refresh();
  } else if (answer.status === 409 && answer.body?.findings) {
    const all = answer.body.findings.map((/** @type {any} */ one) => ({ ...one, path: one.file }));
    dialog.value = { kind: 'errors', findings: all };
  } else if (answer.status === 409 && answer.body?.code === 'preview_changed') {
    say(t('publish.preview_changed'), 'bad');
    review();
  } else if (answer.status === 412) {
    await refresh();
    say(t('publish.overtaken'), 'bad');
  } else {
    say(answer.status ? detail(answer) : t('publish.offline'), 'bad');
  }
}

/** How many tests fail with the unpublished texts, with the way to them. */
function FailingTests() {
  const n = changedTests.value?.failing ?? 0;
  const about = t('publish.failing', { n });
  return n > 0 && html`<a class="publish-failing" href=${addressTo('tests', { show: 'failing' })} title=${about} aria-label=${about}><${Icon} n="x" s=${13} /><b>${n}</b></a>`;
}

export function PublishButton() {
  const count = editCount.value;
  const title = bot.value?.writable === false ? t('publish.read_only') : t('publish.title', { n: count });
  return html`<${FailingTests} />${count > 0 &&
    html`<button class="icon-button publish-review" title=${t('publish.review.about')} aria-label=${t('publish.review')} onClick=${review}><${Icon} n="diff" s=${15} /></button>`}
    ${may('publish_bot') && html`<button class="button small main publish" title=${title} disabled=${count === 0 || publishing.value} onClick=${wantPublish}>
      <${Icon} n="publish" s=${14} /><span>${t('publish')}</span>${count > 1 && html`<b class="number">${count}</b>`}<kbd>${keyName('Ctrl S')}</kbd>
    </button>`}`;
}
