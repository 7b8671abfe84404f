// @ts-check
// The page of tests: each case with its result, what no test passes, and random customers.
import { html, useEffect } from '../vendor/preact.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { addressTo, go } from '../js/router.js';
import { bot, editCount, reveal } from '../js/state.js';
import { Failed, Nothing, Wait } from '../js/waiting.js';
import { CaseLine } from './case.js';
import { Cover } from './cover.js';
import * as suite from './suite.js';
import { Wander } from './wander.js';
import { Yesterday } from './yesterday.js';

/** The cases that the filters leave, by file. @param {URLSearchParams} query */
function chosen(query) {
  const [flow, failing] = [query.get('flow'), query.get('show') === 'failing'];
  /** @type {Map<string, suite.Case[]>} */
  const files = new Map();
  for (const one of suite.cases.value) {
    if ((!flow || one.flow === flow) && (!failing || !one.passed)) {
      files.set(one.path, [...(files.get(one.path) ?? []), one]);
    }
  }
  return files;
}

/** @param {{query: URLSearchParams}} props */
function Filters({ query }) {
  const flow = query.get('flow') ?? '';
  const show = query.get('show') ?? '';
  const flows = [...new Set(suite.cases.value.map((one) => one.flow))];
  const to = (/** @type {Record<string, string>} */ more) => go(addressTo('tests', { flow, show, ...more }), { replace: true });
  const title = (/** @type {string} */ name) => bot.value.flows.find((/** @type {any} */ one) => one.name === name)?.title ?? name;
  const shows = [
    ['', t('tests.all', { n: suite.cases.value.length })],
    ['failing', t('tests.failing', { n: suite.failing.value })],
  ];
  return html`<div class="tests-filters">
    <div class="segments" role="group" aria-label=${t('tests.show')}>
      ${shows.map(([name, words]) => html`<button type="button" key=${name} aria-pressed=${show === name} onClick=${() => to({ show: name })}>${words}</button>`)}
    </div>
    <select aria-label=${t('tests.flow')} onChange=${(/** @type {any} */ event) => to({ flow: event.target.value })}>
      <option value="" selected=${!flow}>${t('tests.every_flow')}</option>
      ${flows.map((name) => html`<option key=${name} value=${name} selected=${name === flow}>${title(name)}</option>`)}
    </select>
  </div>`;
}

/** Whether the results are of earlier texts, and nothing newer is on its way. */
const isStale = () => suite.old.value && !suite.running.value;

/** The sum of all results, which a reader hears when it changes. */
function Sum() {
  const all = suite.cases.value.length;
  if (!suite.ran.value || !all) {
    return null;
  }
  const words = suite.running.value ? t('tests.running') : t('tests.sum', { a: all - suite.failing.value, n: all });
  const seconds = (suite.ms.value / 1000).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
  return html`<p class="muted tests-sum" role="status">
    <b class=${isStale() ? 'stale' : suite.failing.value ? 'bad' : 'good'}>${words}</b>
    ${!suite.running.value && html`<span>${t('tests.took', { seconds })}</span>`}
    ${editCount.value > 0 && html`<span class="chip unpublished">${t('tests.with_edits')}</span>`}
    ${isStale() && html`<span class="chip warn tests-stale"><${Icon} n="clock" s=${12} />${t('tests.old')}</span>`}
  </p>`;
}

/** Test files that cannot be read. */
function Broken() {
  const all = suite.findings.value.filter((one) => one.severity === 'error');
  return (
    all.length > 0 &&
    html`<ul class="findings card tests-broken">
      ${all.map(
        (one) => html`<li key=${`${one.file}:${one.line}:${one.code}`} class="error">
          <button type="button" class="finding" onClick=${() => reveal(one.file, one.line, one.column)}>
            <${Icon} n="alert" s=${15} class="sign" /><span class="words"><b lang="en">${one.message}</b></span><span class="place" dir="ltr">${one.file}:${one.line}</span>
          </button>
        </li>`,
      )}
    </ul>`
  );
}

function Refused() {
  const refused = /** @type {any} */ (suite.refused.value);
  const first = refused.findings.find((/** @type {any} */ one) => one.severity === 'error');
  return html`<${Failed} detail=${refused.detail} code=${refused.code} again=${() => suite.run()}>
    ${first && html`<button type="button" class="button" onClick=${() => reveal(first.file, first.line, first.column)}>${t('chat.show_error')}</button>`}
  <//>`;
}

/** @param {{query: URLSearchParams}} props */
function Cases({ query }) {
  if (suite.refused.value) {
    return html`<section class="card tests-cases"><${Refused} /></section>`;
  }
  if (!suite.ran.value) {
    return html`<section class="card tests-cases"><${Wait} cancel=${suite.cancel} words=${t('tests.running')} /></section>`;
  }
  const files = chosen(query);
  if (suite.cases.value.length === 0) {
    return html`<section class="card tests-cases"><${Nothing} icon="flask" words=${t('tests.none')}>
      <a class="button main" href=${addressTo('flows')}>${t('tests.none.do')}</a>
    <//></section>`;
  }
  return html`<section class=${`card tests-cases${isStale() ? ' stale' : ''}`} aria-label=${t('pages.tests')}>
    ${suite.stopped.value && html`<p class="banner" role="status"><${Icon} n="clock" s=${14} /><span>${suite.stopped.value}</span></p>`}
    ${files.size === 0 && html`<p class="hint good"><${Icon} n="check" s=${15} />${t('tests.none_fails')}</p>`}
    ${[...files].map(
      ([path, cases]) => html`<section key=${path} class="tests-file">
        <h2><button type="button" dir="ltr" onClick=${() => reveal(path, 1)}>${path}</button></h2>
        <ul>${cases.map((one) => html`<${CaseLine} key=${`${one.path} ${one.name} ${one.line}`} one=${one} />`)}</ul>
      </section>`,
    )}
  </section>`;
}

/** @param {{query: URLSearchParams}} props */
export function Page({ query }) {
  useEffect(suite.begin, []);
  const busy = suite.running.value !== null;
  const flow = query.get('flow');
  return html`<div class="sheet-page tests">
    <header class="page-head">
      <h1>${t('pages.tests')}</h1>
      <${Sum} /><span class="grow"></span>
      <label class="check tests-watch" title=${t('tests.watch.about')}>
        <input type="checkbox" checked=${suite.watching.value} onChange=${(/** @type {any} */ event) => suite.watch(event.target.checked)} /><span>${t('tests.watch')}</span>
      </label>
      ${busy
        ? html`<button type="button" class="button" onClick=${suite.cancel}><${Icon} n="x" s=${14} />${t('cancel')}</button>`
        : html`${flow && html`<button type="button" class="button" onClick=${() => suite.run({ flow })}><${Icon} n="play" s=${14} />${t('tests.run_flow')}</button>`}
            <button type="button" class="button main" onClick=${() => suite.run()}><${Icon} n="play" s=${14} />${t('tests.run_all')}</button>`}
    </header>
    ${suite.ran.value && suite.cases.value.length > 0 && html`<${Filters} query=${query} />`}
    <${Broken} />
    <div class="tests-columns">
      <${Cases} query=${query} />
      <div class="tests-side"><${Cover} /><${Wander} /><${Yesterday} /></div>
    </div>
  </div>`;
}
