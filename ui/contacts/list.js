// @ts-check
// All contacts, newest first, found by number, name or tag.
import { html, useMemo } from '../vendor/preact.js';
import { detail } from '../js/api.js';
import { SearchBox, filterBy, useNarrow } from '../js/filters.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { ListEnd, LongList, usePaged } from '../js/longlist.js';
import { Who } from '../js/people.js';
import { addressTo } from '../js/router.js';
import { seesPeople, session } from '../js/session.js';
import { Failed, Nothing, Wait } from '../js/waiting.js';
import { coded } from '../js/wording.js';

const PAGE_ROWS = 200;
/** The daemon takes no longer search. */
const SEARCH_CHARS_MAX = 100;
const HEIGHT = 58;
const HEIGHT_NARROW = 76;
const TAGS_MAX = 3;

/** Tags as chips. @param {{tags: string[], most?: number}} props */
export function Tags({ tags, most = Infinity }) {
  const shown = tags.slice(0, most);
  const more = tags.length - shown.length;
  return html`<span class="contact-tags">${shown.map((tag) => html`<span class="contact-tag" key=${tag} dir="auto" title=${tag}>${tag}</span>`)}${more > 0 && html`<span class="contact-tag more" title=${tags.slice(most).join(', ')}>+${more}</span>`}</span>`;
}

/** What somebody agreed to, a sign for each topic. @param {{contact: any}} props */
function Agreed({ contact }) {
  if (contact.opted_out_at) {
    return html`<span class="state bad"><${Icon} n="lock" s=${13} /><span>${t('contacts.opted_out')}</span></span>`;
  }
  const topics = Object.entries(contact.consent ?? {});
  return html`<span class="contact-agreed">${topics.map(
    ([topic, one]) =>
      html`<span key=${topic} class=${one.given ? 'yes' : 'no'} title=${t(one.given ? 'contacts.agreed' : 'contacts.withdrew', { topic })}><${Icon} n=${one.given ? 'check' : 'x'} s=${12} /><bdi>${topic}</bdi></span>`,
  )}</span>`;
}

/** @param {{contact: any}} props */
function Row({ contact }) {
  const place = contact.zone ? contact.zone.split('/').pop().replaceAll('_', ' ') : '';
  return html`<a class="contact-row" href=${addressTo(`contacts/${contact.id}`)}>
    <${Who} person=${contact} />
    <${Tags} tags=${contact.tags ?? []} most=${TAGS_MAX} />
    <${Agreed} contact=${contact} />
    <span class="contact-where" title=${contact.zone ?? ''}>${place}${contact.language && html` <code>${contact.language}</code>`}</span>
  </a>`;
}

/** The address of the list for what was typed in: a tag, a number or its beginning however it is spelt, or parts of names and numbers. @param {string} wanted */
function asked(wanted) {
  const byTag = wanted.startsWith('#') || (wanted && !seesPeople());
  const all = new URLSearchParams({ limit: String(PAGE_ROWS) });
  const number = wanted.replace(/[\s()-]/g, '');
  if (byTag) {
    all.set('tag', wanted.replace(/^#/, '').trim());
  } else if (wanted) {
    all.set('search', (/^\+\d+$/.test(number) ? number : wanted).slice(0, SEARCH_CHARS_MAX));
  }
  return `/v1/contacts?${all}`;
}

/** @param {{query: URLSearchParams}} props */
export function Contacts({ query }) {
  const narrow = useNarrow();
  const wanted = query.get('search') ?? '';
  const paged = usePaged(useMemo(() => asked(wanted), [wanted, session.value]), 'data');
  const { items } = paged;
  const refused = paged.refusal && paged.refusal.status >= 400;
  return html`<div class="sheet-page list-page">
    <header class="page-head">
      <h1>${t('pages.contacts')}</h1>
      <span class="grow"></span>
      <button type="button" class="icon-button" title=${t('list.again')} aria-label=${t('list.again')} onClick=${paged.again}><${Icon} n="restart" s=${15} /></button>
    </header>
    <div class="filters" role="search">
      <${SearchBox} label=${t(seesPeople() ? 'contacts.search' : 'contacts.search.tag')} value=${wanted} search=${(/** @type {string} */ text) => filterBy('contacts', { search: text })} />
      <small class="muted">${seesPeople() ? coded(t('contacts.search.about')) : t('contacts.search.masked')}</small>
    </div>
    <div class="card list-card">
      ${
        items.length > 0 && !refused
          ? html`<${LongList} class="contacts" items=${items} height=${narrow ? HEIGHT_NARROW : HEIGHT} label=${t('pages.contacts')} name=${(/** @type {any} */ one) => one.id}
              row=${(/** @type {any} */ one) => html`<${Row} contact=${one} />`} more=${paged.complete ? undefined : paged.more}><${ListEnd} paged=${paged} /></${LongList}>`
          : html`<${Empty} paged=${paged} wanted=${wanted} />`
      }
    </div>
  </div>`;
}

/** @param {{paged: import('../js/longlist.js').Paged, wanted: string}} props */
function Empty({ paged, wanted }) {
  if (paged.refusal) {
    const lost = paged.refusal.status === 0;
    return html`<${Failed} detail=${lost ? t('offline.start') : detail(paged.refusal)} code=${paged.refusal.body?.code ?? ''} again=${paged.again} />`;
  }
  if (paged.waits || !paged.complete) {
    return html`<${Wait} />`;
  }
  return wanted
    ? html`<${Nothing} icon="search" words=${t('contacts.none_such', { wanted })}>${!seesPeople() && html`<p class="muted">${t('contacts.search.masked')}</p>`}<a class="button" href=${addressTo('contacts')}>${t('contacts.all')}</a></${Nothing}>`
    : html`<${Nothing} icon="people" words=${coded(t('contacts.none'))} />`;
}
