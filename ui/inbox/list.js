// @ts-check
// The column of conversations: who waits stands first, then whoever wrote last.
import { html, useEffect, useMemo, useRef, useState } from '../vendor/preact.js';
import { directionOf } from '../js/direction.js';
import { detail } from '../js/api.js';
import { Choice, SearchBox, filterBy } from '../js/filters.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { ListEnd, LongList } from '../js/longlist.js';
import { Masked } from '../js/masked.js';
import { clock, day } from '../js/moment.js';
import { Face, nameOf } from '../js/people.js';
import { addressTo, here } from '../js/router.js';
import { may, session } from '../js/session.js';
import { botZone, tick } from '../js/times.js';
import { Failed, Nothing, Wait, useAsked } from '../js/waiting.js';
import { waitCount } from '../js/waitcount.js';
import { Due, isDue } from './due.js';
import { Left } from './window.js';
import { newest, standing } from './words.js';

const HEIGHT = 82;
const STATES = ['', 'mine', 'team', 'waiting', 'taken', 'bot'];
/** The daemon takes no longer search. */
const SEARCH_CHARS_MAX = 100;

/** Changes the filters; the open conversation stays. @param {Record<string, string>} change */
function filter(change) {
  const [open] = here.peek().rest;
  filterBy(open ? `inbox/${open}` : 'inbox', change);
}

/** The filters as they are. @returns {Record<string, string>} */
export function filters() {
  const { from, ...kept } = Object.fromEntries(here.peek().query);
  return kept;
}

/** The address of a conversation, with the filters as they are. @param {number | string} id */
const talkAddress = (id) => addressTo(`inbox/${id}`, filters());

/** @param {{talk: any, current: boolean, many: boolean}} props `many`: there are several senders */
function Row({ talk, current, many }) {
  const person = talk.contact;
  const name = nameOf(person);
  const state = standing(talk);
  const ours = talk.last_message?.direction === 'out';
  const at = talk.last_message?.at ?? talk.created_at;
  return html`<a class=${`inbox-row${current ? ' on' : ''}${talk.unanswered ? ' unread' : ''}`} href=${talkAddress(talk.id)} aria-current=${current ? 'true' : undefined} data-talk=${talk.id}>
    <${Face} person=${person} />
    <span class="inbox-line">
      <b dir=${directionOf(name)} title=${name}><${Masked} text=${name} ltr=${!person.name && Boolean(person.phone)} /></b>
      <time datetime=${at}>${day(at, botZone()) === day(tick.value, botZone()) ? clock(at, botZone()) : day(at, botZone())}</time>
    </span>
    <span class="inbox-line second">
      <span class="inbox-words">${ours && html`<${Icon} n="reply" s=${11} class="turns" /><span class="hidden">${t('inbox.we')}: </span>`}<span dir="auto">${newest(talk)}</span></span>
      ${talk.unanswered > 0 && html`<span class="inbox-badge" aria-hidden="true">${talk.unanswered > 99 ? '99+' : talk.unanswered}</span><span class="hidden">${t('inbox.unanswered', { n: talk.unanswered })}</span>`}
    </span>
    <span class="inbox-line third">
      <span class=${`state ${state.tone}`}><${Icon} n=${state.icon} s=${11} /><span dir="auto">${state.words}</span></span>
      ${many && html`<small class="inbox-sender" dir="auto">${talk.sender.name ?? `#${talk.sender.id}`}</small>`}
      <span class="grow"></span>${isDue(talk) ? html`<${Due} talk=${talk} />` : html`<${Left} talk=${talk} />`}
    </span>
  </a>`;
}

/** @param {{value: string, counts: any}} props */
function States({ value, counts }) {
  return html`<div class="inbox-states" role="group" aria-label=${t('inbox.filter')}>
    ${STATES.filter((state) => state !== 'team' || session.value?.teams.length).map((state) => {
      const n = state === 'waiting' ? counts?.waiting : state === 'taken' ? counts?.taken : 0;
      return html`<button key=${state} type="button" aria-pressed=${state === value} onClick=${() => filter({ state })}>${t(`inbox.filter.${state || 'all'}`)}${n > 0 && html` <b>${n}</b>`}</button>`;
    })}
  </div>`;
}

/** Whether names or the words of messages are searched. @param {{inMessages: boolean}} props */
const In = ({ inMessages }) =>
  html`<div class="inbox-states" role="group" aria-label=${t('inbox.search.in')}>
    <button type="button" aria-pressed=${!inMessages} onClick=${() => filter({ in: '' })}>${t('inbox.search.names')}</button>
    <button type="button" aria-pressed=${inMessages} onClick=${() => filter({ in: 'messages' })}>${t('inbox.search.messages')}</button>
  </div>`;

/** Messages that are found: few search in them, so their part is read then. @param {{wanted: string, query: URLSearchParams}} props */
function Messages(props) {
  const [part, set] = useState(/** @type {{Found: any} | 'lost' | null} */ (null));
  const read = () => {
    set(null);
    import('./found.js').then(set, () => set('lost'));
  };
  useEffect(read, []);
  if (part === 'lost') {
    return html`<${Failed} detail=${t('offline.start')} again=${read} />`;
  }
  return part ? html`<${part.Found} ...${props} />` : html`<${Wait} />`;
}

/** The choice of a number and of an account, where there are several. @param {{query: URLSearchParams, senders: any[]}} props */
function Where({ query, senders }) {
  const accounts = useMemo(() => [...new Set(senders.map((one) => one.account))].sort(), [senders]);
  const account = query.get('account') ?? '';
  const own = senders.filter((one) => !account || one.account === account);
  return html`
    ${accounts.length > 1 && html`<${Choice} label=${t('inbox.account')} value=${account} all=${t('inbox.accounts')} choices=${accounts.map((one) => [one, one])} choose=${(/** @type {string} */ one) => filter({ account: one, sender: '' })} />`}
    ${own.length > 1 && html`<${Choice} label=${t('inbox.sender')} value=${query.get('sender') ?? ''} all=${t('inbox.senders')} choices=${own.map((one) => [String(one.id), `${one.name} ${one.phone ?? ''}`.trim()])} choose=${(/** @type {string} */ one) => filter({ sender: one })} />`}`;
}

/** The senders that this person sees, those with a sandbox last. */
export function useSenders() {
  const asked = useAsked('/v1/senders?limit=200');
  return /** @type {any[]} */ (asked.body?.data ?? []);
}

/**
 * @param {{query: URLSearchParams, current: number | null, talks: ReturnType<typeof import('./talks.js').useTalks>, senders: any[]}} props
 */
export function List({ query, current, talks, senders }) {
  const next = () => import('./acts.js').then((acts) => acts.next(Number(here.peek().rest[0]) || null), () => {});
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const wanted = query.get('search') ?? '';
  const state = query.get('state') ?? '';
  const searches = Boolean(wanted) && may('search_messages');
  const inMessages = searches && query.get('in') === 'messages';
  useEffect(() => {
    const keys = (/** @type {KeyboardEvent} */ event) => {
      const by = { j: 1, k: -1 }[event.key];
      const typing = /** @type {HTMLElement} */ (event.target).closest?.('input, textarea, select, [contenteditable=true], dialog, [role=menu]');
      if (typing || event.ctrlKey || event.metaKey || event.altKey) {
        return;
      }
      if (by) {
        event.preventDefault();
        step(place.current, by);
      } else if (event.key === 'n') {
        event.preventDefault();
        next();
      }
    };
    addEventListener('keydown', keys);
    return () => removeEventListener('keydown', keys);
  }, []);
  const filtered = Boolean(wanted || state || query.get('sender') || query.get('account'));
  return html`<section class="inbox-list" aria-label=${t('inbox.list')} ref=${place}>
    <header>
      <h1>${t('pages.inbox')}</h1><span class="grow"></span>
      <button type="button" class="icon-button" title=${t('list.again')} aria-label=${t('list.again')} onClick=${talks.again}><${Icon} n="restart" s=${15} /></button>
    </header>
    <div class="inbox-filters" role="search">
      <${SearchBox} label=${t('inbox.search')} value=${wanted} search=${(/** @type {string} */ text) => filter({ search: text.slice(0, SEARCH_CHARS_MAX) })} />
      <${Where} query=${query} senders=${senders} />
      ${searches && html`<${In} inMessages=${inMessages} />`}
      ${!inMessages && html`<${States} value=${state} counts=${waitCount.value} />`}
    </div>
    ${
      inMessages ? html`<${Messages} wanted=${wanted} query=${query} />` : talks.items.length > 0 && !(talks.refusal && talks.refusal.status >= 400)
        ? html`<${LongList} class="inbox-rows" items=${talks.items} height=${HEIGHT} label=${t('inbox.list')} name=${(/** @type {any} */ one) => one.id} current=${current}
            row=${(/** @type {any} */ one) => html`<${Row} talk=${one} current=${one.id === current} many=${senders.length > 1} />`} more=${talks.complete ? undefined : talks.more}><${ListEnd} paged=${talks} /></${LongList}>`
        : html`<${Empty} talks=${talks} wanted=${wanted} state=${state} filtered=${filtered} />`
    }
  </section>`;
}

/** Gives the keyboard to the next row, or to the open one first. @param {HTMLElement | null} list @param {number} by */
function step(list, by) {
  const rows = /** @type {HTMLElement[]} */ ([...(list?.querySelectorAll('.inbox-row') ?? [])]);
  const on = rows.findIndex((one) => one === document.activeElement);
  if (on >= 0) {
    rows[on].dispatchEvent(new KeyboardEvent('keydown', { key: by > 0 ? 'ArrowDown' : 'ArrowUp', bubbles: true, cancelable: true }));
    return;
  }
  const open = rows.findIndex((one) => one.classList.contains('on'));
  rows[open < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, open + by))]?.focus();
}

/** @param {{talks: any, wanted: string, state: string, filtered: boolean}} props */
function Empty({ talks, wanted, state, filtered }) {
  if (talks.refusal) {
    const lost = talks.refusal.status === 0;
    return html`<${Failed} detail=${lost ? t('offline.start') : detail(talks.refusal)} code=${talks.refusal.body?.code ?? ''} again=${talks.again} />`;
  }
  if (talks.waits || !talks.complete) {
    return html`<${Wait} />`;
  }
  const words = wanted ? t('inbox.none_such', { wanted }) : t(state ? `inbox.none.${state}` : 'inbox.none');
  return html`<${Nothing} icon=${wanted ? 'search' : 'inbox'} words=${words}>${wanted && may('search_messages') && html`<button type="button" class="button main" onClick=${() => filter({ in: 'messages' })}>${t('inbox.search.in_messages')}</button>`}${filtered && html`<a class="button" href=${addressTo('inbox')}>${t('inbox.show_all')}</a>`}</${Nothing}>`;
}
