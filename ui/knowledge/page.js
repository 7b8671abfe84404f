// @ts-check
// Knowledge: asks the business's own papers as a flow does, says why each part was found, and lists the files.
import { html, useEffect, useState } from '../vendor/preact.js';
import { detail, post } from '../js/api.js';
import { SearchBox, filterBy } from '../js/filters.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { addressOf } from '../js/router.js';
import { may } from '../js/session.js';
import { Failed, Nothing, Shown, useAsked } from '../js/waiting.js';
import { coded } from '../js/wording.js';

/** The daemon reads no longer question. */
const QUESTION_CHARS_MAX = 4096;

/**
 * @typedef {{path: string, title: string, source: string | null, language: string, valid_until: string | null, expired: boolean, checked: string | null, parts: number}} Paper
 * @typedef {{asked: string, found: string, errors: number, in_headings: number, in_text: number}} Word
 * @typedef {{path: string, line: number, title: string, headings: string[], text: string, source: string | null, valid_until: string | null, score: number, share: number, why: Word[]}} Found
 */

/** The name of a file: a link to the editor for whoever may open it. @param {{path: string, words: string}} props */
const File = ({ path, words }) =>
  may('read_bot_file') ? html`<a href=${addressOf(path)} dir="auto">${words}</a>` : html`<span dir="auto">${words}</span>`;

/** How one word of the question was found. @param {{word: Word}} props */
function Match({ word }) {
  const places = [word.in_headings > 0 && t('knowledge.in_headings'), word.in_text > 0 && t('knowledge.in_text', { n: word.in_text })];
  const errors = word.errors > 0 ? t('knowledge.errors', { n: word.errors, found: word.found }) : '';
  return html`<li class="chip" title=${[errors, ...places].filter(Boolean).join(' · ')}><bdi>${word.asked}</bdi>${word.errors > 0 && html` <bdi class="muted">≈ ${word.found}…</bdi>`}</li>`;
}

/** @param {{found: Found}} props */
function Part({ found }) {
  const name = found.headings.length ? found.headings.join(' › ') : found.title;
  const address = /^https?:\/\//.test(found.source ?? '') ? found.source : null;
  return html`<li class="knowledge-part">
    <div class="knowledge-part-head">
      <b dir="auto">${name}</b>
      <span class=${`state ${found.share >= 50 ? 'good' : 'warn'}`} title=${t('knowledge.share.about')}><span>${t('knowledge.share', { n: found.share })}</span></span>
      <span class="grow"></span>
      <small><${File} path=${found.path} words=${`${found.path}:${found.line}`} /></small>
    </div>
    <p class="knowledge-text" dir="auto" tabindex="0">${found.text}</p>
    <ul class="knowledge-why" aria-label=${t('knowledge.why')}>${found.why.map((word) => html`<${Match} key=${word.asked} word=${word} />`)}</ul>
    <small class="muted">${t('knowledge.score', { n: found.score.toFixed(1) })}${found.valid_until && html` · ${t('knowledge.valid_until', { day: found.valid_until })}`}${
      found.source && html` · ${address ? html`<a href=${address} target="_blank" rel="noopener noreferrer">${address}</a>` : html`<bdi>${found.source}</bdi>`}`
    }</small>
  </li>`;
}

/** The parts that answer a question. @param {{question: string}} props */
function Answer({ question }) {
  const [answer, set] = useState(/** @type {import('../js/api.js').Answer | null} */ (null));
  const [turn, again] = useState(0);
  useEffect(() => {
    const control = new AbortController();
    post('/v1/knowledge/ask', { question: question.slice(0, QUESTION_CHARS_MAX) }, { signal: control.signal }).then((one) => control.signal.aborted || set(one));
    return () => control.abort();
  }, [question, turn]);
  if (!answer) {
    return null;
  }
  if (!answer.ok) {
    return html`<${Failed} detail=${answer.status ? detail(answer) : t('offline.start')} again=${() => again(turn + 1)} />`;
  }
  const found = /** @type {Found[]} */ (answer.body.found);
  return html`<div role="status" aria-label=${t('knowledge.answer')}>
    ${found.length ? html`<ol class="knowledge-found">${found.map((one) => html`<${Part} key=${`${one.path}:${one.line}`} found=${one} />`)}</ol>` : html`<${Nothing} icon="question" words=${t('knowledge.nothing')} />`}
    ${answer.body.expired.length > 0 && html`<p class="knowledge-expired muted"><${Icon} n="clock" s=${13} /><span>${t('knowledge.expired.left_out', { n: answer.body.expired.length })}</span></p>`}
  </div>`;
}

/** @param {{paper: Paper}} props */
function Row({ paper }) {
  return html`<tr>
    <td><b dir="auto">${paper.title}</b><br /><small><${File} path=${paper.path} words=${paper.path.replace(/^knowledge\//, '')} /></small></td>
    <td><code>${paper.language}</code></td>
    <td class="knowledge-number">${paper.parts}</td>
    <td>${paper.expired ? html`<span class="state bad"><${Icon} n="alert" s=${12} /><span>${t('knowledge.expired', { day: paper.valid_until })}</span></span>` : (paper.valid_until ?? '')}</td>
    <td>${paper.checked ?? ''}</td>
  </tr>`;
}

/** @param {{query: URLSearchParams}} props */
export function Page({ query }) {
  const asked = useAsked('/v1/knowledge');
  const question = query.get('ask') ?? '';
  const papers = /** @type {Paper[]} */ (asked.body?.files ?? []);
  return html`<div class="sheet-page knowledge">
    <header class="page-head"><h1>${t('pages.knowledge')}</h1>${papers.length > 0 && html`<small class="muted">${t('knowledge.live')}</small>`}</header>
    <${Shown} asked=${asked}>${
      asked.body &&
      (papers.length === 0
        ? html`<div class="card"><${Nothing} icon="file" words=${coded(t('knowledge.none'))} /></div>`
        : html`<section class="card knowledge-ask" aria-label=${t('knowledge.ask')}>
              <div class="filters" role="search"><${SearchBox} label=${t('knowledge.ask')} value=${question} search=${(/** @type {string} */ text) => filterBy('knowledge', { ask: text })} /></div>
              ${question && html`<${Answer} question=${question} />`}
            </section>
            <section class="card knowledge-files" aria-label=${t('knowledge.files')} role="region" tabindex="0">
              <table>
                <thead><tr><th scope="col">${t('knowledge.file')}</th><th scope="col">${t('knowledge.language')}</th><th scope="col" class="knowledge-number">${t('knowledge.parts')}</th><th scope="col">${t('knowledge.until')}</th><th scope="col">${t('knowledge.checked')}</th></tr></thead>
                <tbody>${papers.map((paper) => html`<${Row} key=${paper.path} paper=${paper} />`)}</tbody>
              </table>
            </section>`)
    }<//>
  </div>`;
}
