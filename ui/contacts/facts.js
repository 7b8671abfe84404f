// @ts-check
// What is kept of a contact: its fields, the ledger of its consent, and its conversations with their windows.
import { html } from '../vendor/preact.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { millis, span } from '../js/moment.js';
import { hasPage } from '../js/pages.js';
import { addressTo } from '../js/router.js';
import { At, When, tick } from '../js/times.js';
import { useAsked } from '../js/waiting.js';

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** @param {{value: any, zone: string | undefined}} props */
function Value({ value, zone }) {
  if (typeof value === 'string' && MOMENT.test(value) && !Number.isNaN(Date.parse(value))) {
    return html`<${At} at=${value} zone=${zone} />`;
  }
  return html`<span dir="auto">${typeof value === 'object' ? JSON.stringify(value) : String(value)}</span>`;
}

/** @param {{contact: any}} props */
export function Facts({ contact }) {
  const rows = Object.entries(contact.fields ?? {});
  return html`<section class="card contact-card" aria-labelledby="facts-title">
    <h2 id="facts-title">${t('contacts.fields')}</h2>
    ${rows.length === 0 && html`<p class="muted">${t('contacts.fields.none')}</p>`}
    <dl>${rows.map(([name, value]) => html`<div key=${name}><dt dir="ltr">${name}</dt><dd><${Value} value=${value} zone=${contact.zone || undefined} /></dd></div>`)}</dl>
  </section>`;
}

/** @param {{contact: any}} props */
export function Consent({ contact }) {
  const asked = useAsked(`/v1/contacts/${contact.id}/consent`);
  const lines = /** @type {any[]} */ (asked.body?.data ?? []).toReversed();
  return html`<section class="card contact-card" aria-labelledby="consent-title">
    <h2 id="consent-title">${t('contacts.consent')}</h2>
    ${asked.body && lines.length === 0 && html`<p class="muted">${t('contacts.consent.none')}</p>`}
    <ol class="contact-ledger">${lines.map(
      (line) => html`<li key=${line.id}>
        <span class=${`contact-sign ${line.given ? 'yes' : 'no'}`}><${Icon} n=${line.given ? 'check' : 'x'} s=${12} /></span>
        <div><b>${line.topic === 'all' ? t(line.given ? 'contacts.consent.all_again' : 'contacts.consent.all') : t(line.given ? 'contacts.agreed' : 'contacts.withdrew', { topic: line.topic })}</b>
          ${line.proof && html`<q dir="auto">${line.proof}</q>`}
          <small><${At} at=${line.at} zone=${contact.zone || undefined} /> · <span lang="en">${line.by}</span>${line.source && html` · <bdi>${line.source}</bdi>`}</small></div></li>`,
    )}</ol>
  </section>`;
}

/** The window of a conversation. @param {{window: any}} props */
function Window({ window }) {
  if (!window?.open) {
    return html`<span class="state plain"><${Icon} n="lock" s=${12} /><span>${t('contacts.window.closed')}</span></span>`;
  }
  const left = window.ends_at ? span(Math.max(0, millis(window.ends_at) - tick.value)) : '';
  return html`<span class="state good"><${Icon} n="clock" s=${12} /><span>${t('contacts.window.open', { span: left })}</span></span>`;
}

/** @param {{id: number, sender: any, undeliverable: string | null}} props */
function Talk({ id, sender, undeliverable }) {
  const { body } = useAsked(`/v1/conversations/${id}`);
  const inbox = hasPage('inbox');
  const name = sender?.name ?? body?.sender?.name ?? '';
  return html`<li>
    <div class="contact-talk"><b><bdi>${name}</bdi></b>${sender?.phone && html` <small><bdi dir="ltr">${sender.phone}</bdi></small>`}<span class="grow"></span>${body && html`<${Window} window=${body.window} />`}</div>
    ${
      body &&
      html`<small class="muted">${body.last_inbound_at ? html`${t('contacts.wrote')} <${When} at=${body.last_inbound_at} />` : t('contacts.never_wrote')}${body.last_outbound_at && html` · ${t('contacts.we_wrote')} <${When} at=${body.last_outbound_at} />`}</small>
      ${body.with_person && html`<small class="contact-warn"><${Icon} n="people" s=${12} /> ${t('contacts.with_person')} <bdi>${[body.with_person.agent, body.with_person.team].filter(Boolean).join(' · ')}</bdi></small>`}`
    }
    ${undeliverable && html`<small class="contact-warn"><${Icon} n="alert" s=${12} /> ${t('contacts.undeliverable')} <${At} at=${undeliverable} /></small>`}
    ${inbox && html`<a href=${addressTo(`inbox/${id}`)}>${t('contacts.to_inbox')}</a>`}
  </li>`;
}

/** @param {{contact: any}} props */
export function Talks({ contact }) {
  const senders = useAsked('/v1/senders?limit=200').body?.data ?? [];
  const talks = contact.conversations ?? [];
  return html`<section class="card contact-card" aria-labelledby="talks-title">
    <h2 id="talks-title">${t('contacts.talks')}</h2>
    ${talks.length === 0 && html`<p class="muted">${t('contacts.talks.none')}</p>`}
    <ul class="contact-talks">${talks.map(
      (/** @type {any} */ one) =>
        html`<${Talk} key=${one.id} id=${one.id} sender=${senders.find((/** @type {any} */ sender) => sender.id === one.sender)} undeliverable=${one.undeliverable_since} />`,
    )}</ul>
  </section>`;
}
