// @ts-check
// The messages of a conversation as on the phone: it follows what comes, and reads on at both ends.
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from '../vendor/preact.js';
import { Bubble } from '../js/bubble.js';
import { arranged } from '../js/history.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { nameOf } from '../js/people.js';
import { bot } from '../js/state.js';
import { botZone } from '../js/times.js';
import { me } from './me.js';
import { Memo, among } from './notes.js';
import { Pending } from './pending.js';
import { send, stops } from './sends.js';
import { bodyOf, drawnTemplate } from './templates.js';
import { isMine } from './words.js';

/** So near to the end the wall follows what comes. */
const STICKS_PX = 80;
/** So near to the beginning older messages are read. */
const OLDER_PX = 240;

/** The author of a message of ours, in a word. @param {any} message */
function author(message) {
  if (message.direction !== 'out') {
    return null;
  }
  if (message.origin === 'person') {
    return message.agent === me() ? t('inbox.state.you') : message.agent || t('inbox.author.person');
  }
  return message.origin === 'api' ? t('inbox.author.program') : t('inbox.state.bot');
}

/** A message as the bubbles take it: one that is just leaving is a bubble, and a template has its text. @param {any} message @param {any[]} templates */
function drawn(message, templates) {
  const waitsForTime = message.hold_until || message.planned_for;
  const leaving = message.direction === 'out' && ['queued', 'sending'].includes(message.state) && !waitsForTime;
  const content = message.sent_as ?? message.content;
  return { ...message, leaving, content: content?.kind === 'template' ? drawnTemplate(content, templates) : content };
}

/** The same words as a new message: the former one was refused for good. @param {any} message */
function bodyAgain(message) {
  const { content } = message;
  if (content?.kind === 'text') {
    return { text: content.body ?? message.text, agent: me() };
  }
  if (content?.kind === 'template') {
    return { template: bodyOf(content), agent: me() };
  }
  return content?.kind === 'media' ? { media: content.media, ...(content.caption ? { text: content.caption } : {}), agent: me() } : null;
}

/** Whether the daemon has shown a message already whose answer is still on its way. @param {import('./sends.js').Send[]} pending @param {Map<string, any>} messages */
function shownAlready(pending, messages) {
  const own = [...messages.values()].filter((one) => one.direction === 'out' && one.origin === 'person');
  const used = new Set();
  return pending.filter((one) => {
    const found = own.find((message) => message.id > one.after && !used.has(message.id) && message.text === (one.body.text ?? message.text) && one.state === 'sending');
    if (found) {
      used.add(found.id);
    }
    return Boolean(found);
  });
}

/** @param {{data: import('./talkdata.js').TalkData, notes: any[], talk: any, templates: any[], pending: import('./sends.js').Send[]}} props */
export function Wall({ data, notes, talk, templates, pending }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const sticks = useRef(true);
  const anchor = useRef(/** @type {{row: HTMLElement, top: number} | null} */ (null));
  const [behind, setBehind] = useState(false);
  const [far, setFar] = useState(false);
  const zone = botZone();
  const messages = useMemo(() => [...data.messages.values()].map((one) => drawn(one, templates)), [data.messages, templates]);
  const items = useMemo(() => among(arranged(messages, zone), notes, data), [messages, notes, zone, data.hasOlder, data.hasNewer]);
  const hidden = shownAlready(pending, data.messages);
  const shown = pending.filter((one) => !hidden.includes(one));
  const first = items.find((one) => one.kind === 'message')?.key;
  const last = items.at(-1)?.key;
  const before = useRef(`${first} ${last}`);
  useLayoutEffect(() => {
    const wall = box.current;
    if (!wall) {
      return;
    }
    if (sticks.current) {
      wall.scrollTop = wall.scrollHeight;
    } else if (before.current !== `${first} ${last}` && anchor.current?.row.isConnected) {
      // Messages came above or went: what is read stays where it is.
      wall.scrollTop = anchor.current.row.offsetTop - anchor.current.top;
    }
    before.current = `${first} ${last}`;
    setFar(isFar(wall));
  }, [items, shown.length]);
  const opened = useRef(false);
  useLayoutEffect(() => {
    const row = opened.current ? null : box.current?.querySelector('.chat-row.wanted');
    if (row) {
      opened.current = true;
      sticks.current = false;
      row.scrollIntoView({ block: 'center' });
      setFar(isFar(/** @type {HTMLElement} */ (box.current)));
    }
  }, [items]);
  // What is there at first is no news.
  const further = useRef(true);
  useEffect(() => {
    // Pages that are read again are no news.
    setBehind(!sticks.current && !data.hasNewer && !further.current);
    further.current = data.hasNewer;
  }, [last, data.hasNewer]);
  useEffect(() => {
    if (opened.current && !pending.length) {
      return;
    }
    sticks.current = true;
    const wall = box.current;
    if (wall) {
      wall.scrollTop = wall.scrollHeight;
    }
  }, [pending.length]);
  useEffect(() => {
    const wall = box.current;
    if (!wall) {
      return undefined;
    }
    const sized = new ResizeObserver(() => sticks.current && (wall.scrollTop = wall.scrollHeight));
    sized.observe(wall);
    return () => sized.disconnect();
  }, []);
  const scrolled = () => {
    const wall = /** @type {HTMLElement} */ (box.current);
    const below = wall.scrollHeight - wall.scrollTop - wall.clientHeight;
    sticks.current = below <= STICKS_PX && !data.hasNewer;
    const row = /** @type {HTMLElement | undefined} */ ([...wall.children].find((one) => /** @type {HTMLElement} */ (one).offsetTop + one.clientHeight > wall.scrollTop && one.matches('.chat-row')));
    anchor.current = row ? { row, top: row.offsetTop - wall.scrollTop } : null;
    setFar(isFar(wall));
    if (sticks.current) {
      setBehind(false);
    }
    if (wall.scrollTop < OLDER_PX && data.hasOlder) {
      data.older();
    } else if (below < OLDER_PX && data.hasNewer) {
      data.newer();
    }
  };
  /** @type {import('../js/bubble.js').Around} */
  const around = {
    zone,
    names: { in: nameOf(talk.contact), out: bot.value?.title ?? '' },
    quoted: (id) => messages.find((one) => one.provider_id === id || String(one.id) === String(id)),
    tap: null,
    attach: null,
    reveal: null,
    author,
    file: (message) => (message.direction === 'in' ? `/v1/media/${message.id}` : null),
    whole: true,
    wanted: data.isWanted,
    beside: (message) => {
      const body = isMine(talk) && message.origin === 'person' && bodyAgain(message);
      return body && html` <button type="button" class="button small" onClick=${() => send(talk.id, body, newestOf(data.messages))}>${t('again')}</button>`;
    },
  };
  const down = () => {
    const wall = /** @type {HTMLElement} */ (box.current);
    wall.scrollTop = wall.scrollHeight;
    if (data.hasNewer) {
      sticks.current = true;
      data.newest();
    }
  };
  return html`<div class="inbox-wall-place">
    <div class="chat-wall inbox-wall" ref=${box} role="log" aria-live="polite" aria-label=${t('inbox.log', { name: nameOf(talk.contact) })} tabindex="0" onScroll=${scrolled}>
      ${data.hasOlder && html`<div class="chat-note plain"><button type="button" class="button small" onClick=${data.older}>${t('inbox.older')}</button></div>`}
      ${items.map((item) => {
        if (item.kind === 'day') {
          return html`<div key=${item.key} class="chat-day"><span>${item.words}</span></div>`;
        }
        if (item.kind === 'note') {
          return html`<div key=${item.key} class=${`chat-note ${item.tone}`}><span>${item.glyph && html`<${Icon} n=${item.glyph} s=${12} />`}<span dir="auto">${item.words}</span></span></div>`;
        }
        if (item.kind === 'memo') {
          return html`<${Memo} key=${item.key} note=${item.memo} />`;
        }
        return html`<${Bubble} key=${item.key} item=${item} around=${around} />`;
      })}
      ${shown.map((one, n) => html`<${Pending} key=${one.key} one=${one} talk=${talk} behind=${shown.slice(0, n).some(stops)} templates=${templates} zone=${zone} />`)}
      ${!items.length && !shown.length && html`<p class="inbox-silent">${t('inbox.silent')}</p>`}
    </div>
    ${(behind || far || data.hasNewer) && html`<button type="button" class="button inbox-down" onClick=${down}><${Icon} n="down" s=${14} />${t(behind ? 'inbox.new_messages' : 'inbox.newest')}</button>`}
  </div>`;
}

/** Whether more than what is seen stands below it. @param {HTMLElement} wall */
const isFar = (wall) => wall.scrollHeight - wall.scrollTop - wall.clientHeight > wall.clientHeight;

/** @param {Map<string, any>} messages */
export const newestOf = (messages) => [...messages.values()].reduce((newest, one) => Math.max(newest, one.id), 0);
