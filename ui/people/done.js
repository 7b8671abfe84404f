// @ts-check
// The audit log: who did what, newest first, read page by page.
import { html, useEffect } from '../vendor/preact.js';
import { detail } from '../js/api.js';
import { Icon } from '../js/icons.js';
import { t, worded } from '../js/i18n.js';
import { useNarrow } from '../js/filters.js';
import { ListEnd, LongList, usePaged } from '../js/longlist.js';
import { hasPage } from '../js/pages.js';
import { addressTo } from '../js/router.js';
import { At } from '../js/times.js';
import { Failed, Nothing, Wait } from '../js/waiting.js';

const PAGE_ROWS = 100;
const HEIGHT = 46;
const HEIGHT_NARROW = 66;
/** Actions whose subject is a contact, a run or a person. */
const OF_CONTACT = ['show_contact', 'timeline_of_contact', 'list_consent', 'record_consent', 'change_contact', 'export_contact', 'erase_contact'];
const OF_RUN = ['stop_run', 'resume_run'];
const OF_TALK = ['list_messages', 'answer_conversation', 'take_over', 'hand_back', 'assign', 'close_conversation'];

/**
 * @typedef {object} Entry
 * @property {number} id
 * @property {string} at
 * @property {string | null} person
 * @property {'person' | 'command' | 'page' | 'key'} by
 * @property {string} action
 * @property {string | null} subject
 * @property {Record<string, any>} detail
 */

/** The words of an action; one without words keeps its name. @param {string} action */
const named = (action) => worded(`audit.${action}`, '') || html`<code>${action}</code>`;

/** What it was done to. @param {{entry: Entry}} props */
function Subject({ entry }) {
  const { action, subject } = entry;
  if (!subject) {
    return null;
  }
  if (OF_CONTACT.includes(action)) {
    const words = t('audit.of.contact', { n: subject });
    return hasPage('contacts') ? html`<a href=${addressTo(`contacts/${subject}`)}>${words}</a>` : html`<span>${words}</span>`;
  }
  if (OF_RUN.includes(action)) {
    return html`<a href=${addressTo(`runs/${subject}`)}>${t('audit.of.run', { n: subject })}</a>`;
  }
  return html`<bdi>${OF_TALK.includes(action) ? t('audit.of.talk', { n: subject }) : subject}</bdi>`;
}

/** The rest of it, in few words. @param {{told: Record<string, any>}} props */
function Detail({ told }) {
  const role = told.role && t(`role.${told.role}`);
  const more = [role, told.version && t('runs.version', { n: told.version }), told.by && t(`audit.by.${told.by}`)].filter(Boolean);
  return more.length > 0 && html`<small>${more.join(' · ')}</small>`;
}

/** @param {{entry: Entry}} props */
const Row = ({ entry }) =>
  html`<div class=${`done-row${entry.action === 'wrong_password' ? ' bad' : ''}`}>
    <span class="done-at"><${At} at=${entry.at} /></span>
    <span class="done-who">${entry.person ? html`<bdi>${entry.person}</bdi>` : html`<i>${t(`audit.by.${entry.by}`)}</i>`}</span>
    <span class="done-what"><b>${named(entry.action)}</b> <${Subject} entry=${entry} /> <${Detail} told=${entry.detail} /></span>
  </div>`;

/** @param {{turn: number}} props it is read again when `turn` changes */
export function Done({ turn }) {
  const narrow = useNarrow();
  const paged = usePaged(`/v1/audit?limit=${PAGE_ROWS}`, 'data');
  useEffect(() => {
    if (turn > 0) {
      paged.again();
    }
  }, [turn]);
  const { refusal, items } = paged;
  return html`<section class="card done" aria-labelledby="done-title">
    <header><div><h2 id="done-title">${t('audit')}</h2><p class="muted">${t('audit.about')}</p></div>
      <button type="button" class="icon-button" title=${t('list.again')} aria-label=${t('list.again')} onClick=${paged.again}><${Icon} n="restart" s=${15} /></button></header>
    ${
      refusal && !items.length
        ? html`<${Failed} detail=${refusal.status ? detail(refusal) : t('offline.start')} again=${paged.again} />`
        : items.length
          ? html`<${LongList} class="done-list" plain items=${items} height=${narrow ? HEIGHT_NARROW : HEIGHT} label=${t('audit')} name=${(/** @type {Entry} */ one) => one.id}
              row=${(/** @type {Entry} */ one) => html`<${Row} entry=${one} />`} more=${paged.complete ? undefined : paged.more}><${ListEnd} paged=${paged} /></${LongList}>`
          : paged.waits
            ? html`<${Wait} />`
            : html`<${Nothing} icon="list" words=${t('audit.none')} />`
    }
  </section>`;
}
