// @ts-check
// The bad day: the talk of the chat against each misfortune at each of its acts, as a table; a red cell is a talk.
import { html, useEffect, useState } from '../vendor/preact.js';
import { detail, post } from '../js/api.js';
import { DialogHead, close } from '../js/dialogs.js';
import { Icon } from '../js/icons.js';
import { t, worded } from '../js/i18n.js';
import { edits } from '../js/state.js';
import { Failed, Wait } from '../js/waiting.js';
import { coded } from '../js/wording.js';
import { asTest, openTalk } from './astest.js';

/** @typedef {{misfortune: string, act: number, good: boolean, trouble: string | null, sentence: string | null, flow: string | null, step: string | null, world: any, steps: any[]}} Row */

/** The words of a misfortune in the page's language, else those of the daemon. @param {{id: string, title: string}} one */
const titled = (one) => worded(`badday.${one.id}`, one.title);

/** A step of the talk in short. @param {any} step */
function named(step) {
  const [verb, value] = Object.entries(step)[0] ?? ['', ''];
  return typeof value === 'string' ? value : verb;
}

/** @param {{row: Row, title: string, talk: any}} props the talk that breaks, and the ways on */
function Detail({ row, title, talk }) {
  const shown = { flow: talk.flow ?? row.flow, world: row.world, steps: row.steps };
  const open = () => {
    close();
    openTalk(shown);
  };
  const save = async () => {
    close();
    await asTest({ ...shown, flow: talk.flow }, title);
  };
  return html`<section class="badday-detail" role="status">
    <p><b>${title}</b> <span class="muted">${t('badday.at', { n: row.act + 1, step: named(talk.steps[row.act] ?? {}) })}</span></p>
    <p lang="en" dir="auto">${coded(row.sentence)}</p>
    <div class="tests-mend">
      <button type="button" class="button small main" onClick=${open}><${Icon} n="say" s=${13} />${t('tests.open_talk')}</button>
      <button type="button" class="button small" onClick=${save}><${Icon} n="flask" s=${13} />${t('chat.save_test')}</button>
    </div>
  </section>`;
}

/** @param {{answer: any, talk: any}} props */
function Table({ answer, talk }) {
  const rows = /** @type {Row[]} */ (answer.rows);
  const bad = rows.filter((row) => !row.good);
  const [chosen, choose] = useState(/** @type {Row | null} */ (bad[0] ?? null));
  const acts = [...new Set(rows.map((row) => row.act))].sort((a, b) => a - b);
  const met = answer.misfortunes.filter((/** @type {any} */ one) => rows.some((row) => row.misfortune === one.id));
  const title = (/** @type {string} */ id) => titled(met.find((/** @type {any} */ one) => one.id === id) ?? { id, title: id });
  const cell = (/** @type {string} */ id, /** @type {number} */ act) => {
    const row = rows.find((one) => one.misfortune === id && one.act === act);
    if (!row) {
      return html`<td key=${act}><span class="muted" aria-label=${t('badday.not_here')}>·</span></td>`;
    }
    if (row.good) {
      return html`<td key=${act}><span class="badday-cell good" role="img" aria-label=${t('badday.good')}><${Icon} n="check" s=${13} /></span></td>`;
    }
    const words = `${title(id)}: ${row.sentence ?? ''}`;
    return html`<td key=${act}><button type="button" class="badday-cell bad" aria-pressed=${row === chosen} aria-label=${words} title=${row.sentence ?? ''} onClick=${() => choose(row)}><${Icon} n="x" s=${13} /></button></td>`;
  };
  return html`<p role="status" class=${`tests-found ${bad.length ? '' : 'good'}`}>${bad.length ? t('badday.found', { n: bad.length, all: rows.length }) : t('badday.nothing', { n: rows.length })}
      ${answer.more > 0 && html` <span class="muted">${t('badday.more', { n: answer.more })}</span>`}</p>
    <div class="badday-scroll" tabindex="0" role="group" aria-label=${t('badday.title')}>
      <table class="badday-table">
        <thead><tr><th scope="col"><span class="hidden">${t('badday.misfortune')}</span></th>${acts.map((act) => html`<th scope="col" key=${act} title=${named(talk.steps[act] ?? {})}><span>${act + 1}</span> <bdi>${named(talk.steps[act] ?? {})}</bdi></th>`)}</tr></thead>
        <tbody>${met.map((/** @type {any} */ one) => html`<tr key=${one.id}><th scope="row">${titled(one)}</th>${acts.map((act) => cell(one.id, act))}</tr>`)}</tbody>
      </table>
    </div>
    ${chosen && html`<${Detail} row=${chosen} title=${title(chosen.misfortune)} talk=${talk} />`}`;
}

/** @param {{shown: {talk: any}}} props */
export function BadDay({ shown }) {
  const { talk } = shown;
  const [answer, set] = useState(/** @type {import('../js/api.js').Answer | null} */ (null));
  const [turn, again] = useState(0);
  useEffect(() => {
    const control = new AbortController();
    set(null);
    post('/v1/studio/bad-day', { ...talk, files: edits.value }, { signal: control.signal }).then((came) => control.signal.aborted || set(came));
    return () => control.abort();
  }, [turn]);
  return html`<div class="badday">
    <${DialogHead} title=${t('badday.title')} />
    <p class="muted">${t('badday.about')}</p>
    ${!answer && html`<${Wait} words=${t('badday.wait')} cancel=${close} />`}
    ${answer && !answer.ok && html`<${Failed} detail=${answer.status ? detail(answer) : t('publish.offline')} code=${answer.body?.code} again=${() => again(turn + 1)} />`}
    ${answer?.ok && html`<${Table} answer=${answer.body} talk=${talk} />`}
  </div>`;
}
