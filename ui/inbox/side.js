// @ts-check
// The contact beside the conversation: what is known of them, and the ways to their year and their runs.
import { html } from '../vendor/preact.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { Masked } from '../js/masked.js';
import { millis } from '../js/moment.js';
import { hasPage } from '../js/pages.js';
import { addressTo } from '../js/router.js';
import { bot } from '../js/state.js';
import { At, When } from '../js/times.js';
import { Shown, useAsked } from '../js/waiting.js';

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** @param {{value: any, zone: string | undefined}} props */
function Value({ value, zone }) {
  if (typeof value === 'string' && MOMENT.test(value) && !Number.isNaN(millis(value))) {
    return html`<${At} at=${value} zone=${zone} />`;
  }
  return html`<span dir="auto">${typeof value === 'object' ? JSON.stringify(value) : String(value)}</span>`;
}

/** @param {{name: string, children: any, code?: boolean}} props */
const Fact = ({ name, children, code = false }) => html`<div><dt dir=${code ? 'ltr' : undefined}>${name}</dt><dd>${children}</dd></div>`;

/** @param {{contact: any}} props */
function Known({ contact }) {
  const zone = contact.zone || undefined;
  const fields = Object.entries(contact.fields ?? {});
  const topics = Object.entries(contact.consent ?? {});
  return html`<dl>
      ${contact.phone && html`<${Fact} name=${t('inbox.side.phone')}><${Masked} text=${contact.phone} ltr /></${Fact}>`}
      ${contact.username && html`<${Fact} name=${t('inbox.side.username')}><bdi>@${contact.username}</bdi></${Fact}>`}
      ${contact.language && html`<${Fact} name=${t('language')}><code>${contact.language}</code></${Fact}>`}
      ${contact.zone && html`<${Fact} name=${t('inbox.side.zone')}>${contact.zone}</${Fact}>`}
      ${contact.tags?.length > 0 && html`<${Fact} name=${t('inbox.side.tags')}><span class="inbox-tags">${contact.tags.map((/** @type {string} */ tag) => html`<span class="state" key=${tag}><span dir="auto">${tag}</span></span>`)}</span></${Fact}>`}
      ${contact.opted_out_at && html`<${Fact} name=${t('inbox.side.consent')}><span class="state bad"><${Icon} n="lock" s=${12} /><span>${t('contacts.opted_out')}</span></span></${Fact}>`}
      ${!contact.opted_out_at && topics.length > 0 && html`<${Fact} name=${t('inbox.side.consent')}><span class="inbox-tags">${topics.map(([topic, one]) => html`<span class=${`state ${one.given ? 'good' : 'plain'}`} key=${topic} title=${t(one.given ? 'contacts.agreed' : 'contacts.withdrew', { topic })}><${Icon} n=${one.given ? 'check' : 'x'} s=${11} /><span dir="auto">${topic}</span></span>`)}</span></${Fact}>`}
    </dl>
    ${fields.length > 0 && html`<h3>${t('contacts.fields')}</h3><dl>${fields.map(([name, value]) => html`<${Fact} key=${name} name=${name} code><${Value} value=${value} zone=${zone} /></${Fact}>`)}</dl>`}`;
}

/** @param {{talk: any}} props */
function WhereTheBotIs({ talk }) {
  const titleOf = (/** @type {string} */ flow) => bot.value?.flows?.find((/** @type {any} */ one) => one.name === flow)?.title ?? flow;
  const runs = hasPage('runs');
  return html`<h3>${t('inbox.side.bot')}</h3>
    ${talk.runs.length === 0 && html`<p class="muted">${t('inbox.side.bot.none')}</p>`}
    <ul class="inbox-runs">${talk.runs.map(
      (/** @type {any} */ run) =>
        html`<li key=${run.number}>${runs && run.id ? html`<a href=${addressTo(`runs/${run.id}`)}><${Icon} n="runs" s=${13} /><bdi>${titleOf(run.flow)}</bdi></a>` : html`<span><${Icon} n="runs" s=${13} /><bdi>${titleOf(run.flow)}</bdi></span>`}</li>`,
    )}</ul>`;
}

/** @param {{talk: any, close: () => void}} props */
export function Side({ talk, close }) {
  const id = talk.contact.id;
  const asked = useAsked(`/v1/contacts/${id}`);
  return html`<aside class="inbox-side" aria-label=${t('inbox.contact')}>
    <header><h2>${t('inbox.contact')}</h2><button type="button" class="icon-button inbox-side-close" title=${t('close')} aria-label=${t('close')} onClick=${close}><${Icon} n="x" /></button></header>
    <${Shown} asked=${asked}>${asked.body && html`<${Known} contact=${asked.body} />`}<//>
    <${WhereTheBotIs} talk=${talk} />
    ${talk.with_person && html`<p class="muted">${t('contacts.with_person')}: <bdi>${[talk.with_person.agent, talk.with_person.team].filter(Boolean).join(' · ')}</bdi> · <${When} at=${talk.with_person.since} /></p>`}
    <nav class="inbox-ways" aria-label=${t('inbox.contact')}>
      ${hasPage('contacts') && html`<a class="button" href=${addressTo(`contacts/${id}`)}><${Icon} n="people" s=${14} />${t('inbox.to_contact')}</a>`}
      ${hasPage('runs') && html`<a class="button" href=${addressTo('runs', { contact: id })}><${Icon} n="runs" s=${14} />${t('pages.runs')}</a>`}
    </nav>
  </aside>`;
}
