// @ts-check
// One contact: what is known of it, what it agreed to, its conversations, and its year on one line.
import { html, useState } from '../vendor/preact.js';
import { detail, post } from '../js/api.js';
import { Confirm } from '../js/confirm.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { Masked } from '../js/masked.js';
import { Face, nameOf } from '../js/people.js';
import { addressTo, go } from '../js/router.js';
import { may } from '../js/session.js';
import { say } from '../js/state.js';
import { At } from '../js/times.js';
import { Failed, Shown, useAsked } from '../js/waiting.js';
import { Consent, Facts, Talks } from './facts.js';
import { Tags } from './list.js';
import { Year } from './year.js';

/** Erases for good, after the number was typed in. @param {{contact: any, close: () => void}} props */
function Erase({ contact, close }) {
  const typed = contact.phone || contact.username || `#${contact.id}`;
  const run = async () => {
    const answer = await post(`/v1/contacts/${contact.id}/erase`, {});
    if (answer.ok) {
      say(t(answer.body.stays_opted_out ? 'contacts.erased.stays' : 'contacts.erased'));
      go(addressTo('contacts'));
    } else {
      say(answer.status ? detail(answer) : t('offline.start'), 'bad');
    }
  };
  return html`<${Confirm} title=${t('contacts.erase')} words=${t('contacts.erase.about')} act=${t('contacts.erase.do')} danger typed=${typed} label=${t('contacts.erase.type', { number: typed })} close=${close} run=${run} />`;
}

/** @param {{contact: any}} props */
function Head({ contact }) {
  const [erasing, erase] = useState(false);
  return html`<header class="contact-head">
    <a class="icon-button" href=${addressTo('contacts')} title=${t('contacts.back')} aria-label=${t('contacts.back')}><${Icon} n="back" class="turns" /></a>
    <${Face} person=${contact} large />
    <div class="contact-title">
      <h1 title=${nameOf(contact)}><${Masked} text=${nameOf(contact)} ltr=${!contact.name && Boolean(contact.phone)} /></h1>
      <p>${contact.name && contact.phone && html`<span><${Masked} text=${contact.phone} ltr /></span>`}${contact.username && html`<span>@<${Masked} text=${contact.username} /></span>`}${contact.zone && html`<span>${contact.zone}</span>`}${contact.language && html`<span><code>${contact.language}</code></span>`}</p>
    </div>
    ${contact.opted_out_at && html`<span class="state bad"><${Icon} n="lock" s=${13} /><span>${t('contacts.opted_out')} · <${At} at=${contact.opted_out_at} /></span></span>`}
    <div class="contact-do">
      <a class="button small" href=${addressTo('runs', { contact: contact.id })}><${Icon} n="runs" s=${14} />${t('pages.runs')}</a>
      ${may('export_contact') && html`<a class="button small" href=${`/v1/contacts/${contact.id}/export`} download=${`contact-${contact.id}.json`}><${Icon} n="publish" s=${14} class="contact-down" />${t('contacts.export')}</a>`}
      ${may('erase_contact') && html`<button type="button" class="button small contact-erase" onClick=${() => erase(true)}><${Icon} n="x" s=${14} />${t('contacts.erase.do')}</button>`}
    </div>
    ${erasing && html`<${Erase} contact=${contact} close=${() => erase(false)} />`}
  </header>`;
}

/** @param {{id: string, query: URLSearchParams}} props */
export function Contact({ id, query }) {
  const asked = useAsked(`/v1/contacts/${encodeURIComponent(id)}`);
  const contact = asked.body;
  if (!contact && asked.refusal?.status === 404) {
    return html`<${Failed} detail=${detail(asked.refusal)}><a class="button main" href=${addressTo('contacts')}>${t('contacts.back')}</a></${Failed}>`;
  }
  return html`<div class="sheet-page contact"><${Shown} asked=${asked}>${
    contact &&
    html`<${Head} contact=${contact} />
      ${contact.tags?.length > 0 && html`<${Tags} tags=${contact.tags} />`}
      <${Year} contact=${contact} query=${query} />
      <div class="contact-columns">
        <${Facts} contact=${contact} />
        <${Consent} contact=${contact} />
        <${Talks} contact=${contact} />
      </div>`
  }<//></div>`;
}
