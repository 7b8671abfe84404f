// @ts-check
// The messages with the wanted words, newest first. A message opens its conversation where it stands.
import { html, useRef, useState } from '../vendor/preact.js';
import { detail } from '../js/api.js';
import { directionOf } from '../js/direction.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { ListEnd, LongList, usePaged } from '../js/longlist.js';
import { clock, day } from '../js/moment.js';
import { Face, nameOf } from '../js/people.js';
import { addressTo } from '../js/router.js';
import { botZone, tick } from '../js/times.js';
import { Failed, Nothing, Wait } from '../js/waiting.js';
import { marked } from './marked.js';

const HEIGHT = 82;
const PAGE_ROWS = 50;
/** So many pages are read one after the other, each of up to 10,000 messages; then somebody says to go on. */
const READS = 10;

/** @param {{one: any, words: string, query: Record<string, string>, current: boolean}} props */
function Row({ one, words, query, current }) {
  const name = nameOf(one.contact);
  const today = day(one.at, botZone()) === day(tick.value, botZone());
  return html`<a class=${`inbox-row found${current ? ' on' : ''}`} href=${addressTo(`inbox/${one.conversation_id}`, { ...query, from: one.cursor })} aria-current=${current ? 'true' : undefined}>
    <${Face} person=${one.contact} />
    <span class="inbox-line"><b dir=${directionOf(name)} title=${name}>${name}</b><time datetime=${one.at}>${today ? clock(one.at, botZone()) : day(one.at, botZone())}</time></span>
    <span class="inbox-line"><span class="inbox-words" dir=${directionOf(one.text)}>${one.direction === 'out' && html`<${Icon} n="reply" s=${11} class="turns" /><span class="hidden">${t('inbox.we')}: </span>`}${marked(one.text, words).map((part) => (part.hit ? html`<mark>${part.text}</mark>` : part.text))}</span></span>
  </a>`;
}

/** @param {{wanted: string, query: URLSearchParams}} props */
export function Found({ wanted, query }) {
  const { from = '', ...kept } = Object.fromEntries(query);
  const asked = new URLSearchParams({ search: wanted, limit: String(PAGE_ROWS) });
  for (const name of ['sender', 'account']) {
    const value = query.get(name);
    if (value) asked.set(name, value);
  }
  const path = `/v1/messages?${asked}`;
  const paged = usePaged(path, 'data');
  const reads = useRef({ path: '', left: 0 });
  const [, goOn] = useState(0);
  if (reads.current.path !== path) {
    reads.current = { path, left: READS };
  }
  const more = () => {
    if (reads.current.left > 0 && paged.more()) {
      reads.current.left -= 1;
    }
  };
  const rests = !paged.complete && !paged.waits && !paged.refusal && reads.current.left === 0;
  const further = () => {
    reads.current.left = READS;
    goOn((n) => n + 1);
  };
  const button = rests && html`<button type="button" class="button small" onClick=${further}>${t('inbox.found.further')}</button>`;
  if (paged.refusal && !paged.items.length) {
    const lost = paged.refusal.status === 0;
    return html`<${Failed} detail=${lost ? t('offline.start') : detail(paged.refusal)} code=${paged.refusal.body?.code ?? ''} again=${paged.again} />`;
  }
  if (paged.complete && !paged.items.length) {
    return html`<${Nothing} icon="search" words=${t('inbox.found.none', { wanted })} />`;
  }
  return html`<${LongList} class="inbox-rows" items=${paged.items} height=${HEIGHT} label=${t('inbox.found')} name=${(/** @type {any} */ one) => one.id}
      row=${(/** @type {any} */ one) => html`<${Row} one=${one} words=${wanted} query=${kept} current=${one.cursor === from} />`} more=${paged.complete ? undefined : more}>
    ${rests ? html`<p class="long-end">${!paged.items.length && t('inbox.found.none', { wanted })} ${button}</p>` : paged.items.length ? html`<${ListEnd} paged=${paged} />` : html`<${Wait} words=${t('inbox.found.searching')} />`}</${LongList}>`;
}
