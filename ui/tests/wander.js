// @ts-check
// Random customers talk to the bot until something goes wrong; what they find is a talk to open.
import { batch, html, signal } from '../vendor/preact.js';
import { detail, post } from '../js/api.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { edits, reveal } from '../js/state.js';
import { coded } from '../js/wording.js';
import { asTest, openTalk } from './astest.js';

const CUSTOMERS = 20;
const CUSTOMERS_MAX = 200;

const customers = signal(CUSTOMERS);
const seed = signal(1);
const busy = signal(false);
const answer = signal(/** @type {any} */ (null));
const wrong = signal('');
/** @type {AbortController | null} */
let control = null;

/** @param {Event} event */
async function loose(event) {
  event.preventDefault();
  control = new AbortController();
  busy.value = true;
  const body = { files: edits.value, customers: customers.value, seed: seed.value };
  const came = await post('/v1/studio/wander', body, { signal: control.signal });
  batch(() => {
    busy.value = false;
    if (came.ok) {
      answer.value = came.body;
    }
    wrong.value = came.ok || came.body?.cancelled ? '' : detail(came);
  });
}

/** @param {{one: any}} props */
function Found({ one }) {
  const talk = { flow: one.about ?? one.flow, world: one.world, steps: one.steps };
  return html`<li>
    <p><${Icon} n="alert" s=${14} /><span lang="en" dir="auto">${coded(one.sentence)}</span>${one.times > 1 && html`<b class="count">${one.times}×</b>`}</p>
    <div class="tests-mend">
      <button type="button" class="button small" onClick=${() => openTalk(talk)}><${Icon} n="say" s=${13} />${t('tests.open_talk')}</button>
      <button type="button" class="button small" onClick=${() => asTest(talk, one.sentence.replace(/`/g, '').slice(0, 80))}><${Icon} n="flask" s=${13} />${t('chat.save_test')}</button>
      ${one.path && html`<button type="button" class="tests-place" dir="ltr" onClick=${() => reveal(one.path, one.line)}>${one.path.split('/').pop()}:${one.line}</button>`}
    </div>
  </li>`;
}

export function Wander() {
  const number = (/** @type {{value: number}} */ of, /** @type {number} */ most) => (/** @type {any} */ event) =>
    (of.value = Math.min(most, Math.max(1, Math.round(Number(event.target.value)) || 1)));
  const made = answer.value;
  return html`<section class="card tests-wander">
    <h2>${t('wander.title')}</h2>
    <p class="muted">${t('wander.about')}</p>
    <form onSubmit=${loose}>
      <label><span>${t('wander.customers')}</span><input type="number" min="1" max=${CUSTOMERS_MAX} value=${customers.value} onChange=${number(customers, CUSTOMERS_MAX)} /></label>
      <label title=${t('wander.seed.about')}><span>${t('wander.seed')}</span><input type="number" min="1" max="1000000" value=${seed.value} onChange=${number(seed, 1_000_000)} /></label>
      ${busy.value
        ? html`<button type="button" class="button" onClick=${() => control?.abort()}><span class="spin" aria-hidden="true"></span>${t('cancel')}</button>`
        : html`<button class="button">${t('wander.go')}</button>`}
    </form>
    ${wrong.value && html`<p class="sheet-wrong" role="status" dir="auto">${wrong.value}</p>`}
    ${made &&
    !busy.value &&
    html`<p role="status" class=${made.found.length ? 'tests-found' : 'tests-found good'}>
        ${made.found.length ? t('wander.found', { n: made.found.length, talks: made.talks }) : t('wander.nothing', { n: made.talks })}
      </p>
      ${made.stopped && html`<p class="muted" lang="en">${made.stopped}</p>`}
      <ul>${made.found.map((/** @type {any} */ one, /** @type {number} */ n) => html`<${Found} key=${n} one=${one} />`)}</ul>`}
  </section>`;
}
