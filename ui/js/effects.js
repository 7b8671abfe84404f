// @ts-check
// What a publication would do: people half-way, templates that are missing, schedules that come and go.
import { html } from '../vendor/preact.js';
import { detail } from './api.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';
import { bot } from './state.js';

/** @param {string} name */
const titleOf = (name) => bot.value?.flows?.find((/** @type {any} */ one) => one.name === name)?.title ?? name;

/** @param {{flow: any}} props the people half-way in one flow, by step */
const People = ({ flow }) =>
  flow.groups.map(
    (/** @type {any} */ one, /** @type {number} */ n) =>
      html`<li key=${`${flow.flow}${n}`} class="publish-line">
        <${Icon} n="people" s=${14} /><span>${t('publish.people', { n: one.count, flow: titleOf(flow.flow) })} ${one.step && html`<code dir="ltr">${one.step}</code>`}</span>
        <span class=${`chip ${one.fate === 'restarts' ? 'unpublished' : ''}`}>${t(`publish.fate.${one.fate}`)}</span>
      </li>`,
  );

/** Templates that a sender does not have, or may not use. @param {any[]} all */
const unusable = (all) =>
  all.flatMap((one) =>
    one.senders
      .filter((/** @type {string[]} */ [, state]) => state !== 'approved')
      .map((/** @type {string[]} */ [sender, state]) => ({ name: one.name, sender, state })),
  );

/** @param {{all: any[], gone?: boolean}} props */
const Schedules = ({ all, gone = false }) =>
  all.map(
    (one, n) =>
      html`<li key=${`${gone}${n}`} class="publish-line">
        <${Icon} n=${gone ? 'x' : 'clock'} s=${14} /><span>${t(gone ? 'publish.schedule.gone' : 'publish.schedule.new', { flow: titleOf(one.flow) })} <code dir="ltr">${one.trigger}</code>
        ${!gone && one.fires?.length > 0 && html`<small class="muted">${t('publish.fires', { at: one.fires.map((/** @type {string} */ at) => at.replace('T', ' ')).join(' · ') })}</small>`}</span>
      </li>`,
  );

/** @param {{asked: {answer: import('./api.js').Answer | null, again: () => void}}} props */
export function Effects({ asked }) {
  const { answer, again } = asked;
  if (!answer) {
    return html`<p class="muted publish-line"><span class="spin" aria-hidden="true"></span>${t('publish.looking')}</p>`;
  }
  if (!answer.ok) {
    return html`<p class="publish-line bad"><${Icon} n="alert" s=${14} /><span dir="auto">${answer.status ? detail(answer) : t('publish.offline')}</span>
      <button type="button" class="button small" onClick=${again}>${t('again')}</button></p>`;
  }
  const changes = answer.body.changes;
  if (!changes) {
    return html`<p class="muted publish-line">${t(bot.value?.live ? 'publish.with_errors' : 'publish.with_errors.first')}</p>`;
  }
  const missing = unusable(changes.templates);
  const touched = changes.people.length + missing.length + changes.added.length + changes.removed.length;
  if (!touched) {
    return html`<p class="publish-line good"><${Icon} n="check" s=${14} />${t('publish.nobody')}</p>`;
  }
  return html`<ul class="publish-effects">
    ${changes.people.map((/** @type {any} */ flow) => html`<${People} key=${flow.flow} flow=${flow} />`)}
    ${changes.more && html`<li class="muted publish-line">${t('publish.more_people')}</li>`}
    ${missing.map(
      (one) =>
        html`<li key=${one.name + one.sender} class="publish-line bad"><${Icon} n="template" s=${14} /><span>${t('publish.template', one)}</span></li>`,
    )}
    <${Schedules} all=${changes.added} /><${Schedules} all=${changes.removed} gone />
  </ul>`;
}
