// @ts-check
// The inbox: the conversations, the open one, and its contact. A phone shows one of them at a time.
import { html, useEffect, useMemo, useRef, useState } from '../vendor/preact.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { coded } from '../js/wording.js';
import { follow } from './live.js';
import { List, useSenders } from './list.js';
import { Side } from './side.js';
import { Talk } from './talk.js';
import { useTalks } from './talks.js';

/** Firefox counts a key on a link as a click, without a pointer. @param {MouseEvent} event */
const isByKey = (event) => event.detail === 0 || /** @type {PointerEvent} */ (event).pointerType === '';

/** Below this width the contact lies over the conversation. */
const WIDE = matchMedia('(min-width: 1180px)');

/** @param {{rest: string[], query: URLSearchParams}} props */
export function Page({ rest, query }) {
  const [id = null] = rest;
  const current = id === null ? null : Number(id);
  const from = query.get('from') ?? '';
  const wanted = useMemo(
    () => ({ state: query.get('state') ?? '', search: query.get('search') ?? '', sender: query.get('sender') ?? '', account: query.get('account') ?? '' }),
    [query],
  );
  const talks = useTalks(wanted, current);
  const senders = useSenders();
  const [beside, show] = useState(WIDE.matches);
  const [talk, setTalk] = useState(/** @type {any} */ (null));
  const byKey = useRef(false);
  useEffect(follow, []);
  const before = useRef(current);
  useEffect(() => {
    const from = before.current;
    before.current = current;
    if (current === null && from !== null) {
      /** @type {HTMLElement | null} */ (document.querySelector(`.inbox-row[data-talk="${from}"]`))?.focus({ preventScroll: true });
    }
  }, [current]);
  const changed = (/** @type {any} */ is, erased = false) => {
    setTalk(erased ? null : is);
    talks.put(is);
  };
  const shown = talk && talk.id === current ? talk : null;
  return html`<div class=${`inbox${id === null ? ' no-talk' : ''}${beside && shown ? ' beside' : ''}`} onClick=${(/** @type {MouseEvent} */ event) => (byKey.current = isByKey(event))}>
    <${List} query=${query} current=${current} talks=${talks} senders=${senders} />
    ${
      id === null
        ? html`<section class="inbox-talk inbox-none">${talks.items.length > 0 && html`<div class="alone nothing"><${Icon} n="inbox" s=${28} /><p>${t('inbox.choose')}</p><p class="muted">${coded(t('inbox.choose.keys'))}</p></div>`}</section>`
        : html`<${Talk} key=${`${id} ${from}`} id=${id} from=${from} senders=${senders} changed=${changed} side=${() => show(!beside)} sideOpen=${beside} byKey=${byKey.current} />`
    }
    ${shown && beside && html`<${Side} key=${shown.contact.id} talk=${shown} close=${() => show(false)} />`}
  </div>`;
}
