// @ts-check
// One conversation: who it is, who has it and how long the window is open, what was said, and the box to write in.
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from '../vendor/preact.js';
import { detail, post } from '../js/api.js';
import { Bubble, Ticks, rich } from '../js/bubble.js';
import { shape } from '../js/content.js';
import { arranged } from '../js/history.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { Masked } from '../js/masked.js';
import { clock } from '../js/moment.js';
import { Face, nameOf } from '../js/people.js';
import { addressTo, go, here } from '../js/router.js';
import { bot, say } from '../js/state.js';
import { botZone } from '../js/times.js';
import { Failed, Wait } from '../js/waiting.js';
import { Box } from './box.js';
import { me } from './me.js';
import { again, answered, forget, send, sends } from './sends.js';
import { bodyOf, drawnTemplate, useTemplates } from './templates.js';
import { useTalk } from './talkdata.js';
import { Left } from './window.js';
import { holder, isMine, isTaken, standing, waits } from './words.js';

/** So near to the end the wall follows what comes. */
const STICKS_PX = 80;
/** So near to the beginning older messages are read. */
const OLDER_PX = 240;

/** The list, with the filters as they were. */
export const toList = () => addressTo('inbox', Object.fromEntries(here.peek().query));

/**
 * Takes a conversation over or hands it back, and says what came of it.
 * @param {any} talk
 * @param {'take-over' | 'hand-back'} act
 * @param {boolean} [anyway] also from somebody else
 * @returns {Promise<any>} the conversation, or null
 */
async function assign(talk, act, anyway = false) {
  const body = act === 'take-over' ? { agent: me(), unless_taken: !anyway } : { agent: me() };
  const answer = await post(`/v1/conversations/${talk.id}/${act}`, body);
  if (answer.ok) {
    return answer.body;
  }
  if (answer.body?.code !== 'taken') {
    say(answer.status ? detail(answer) : t('offline.start'), 'bad');
  }
  return null;
}

/** @param {{talk: any, act: (what: 'take-over' | 'hand-back', anyway?: boolean) => void, busy: boolean, side: () => void, sideOpen: boolean}} props */
function Head({ talk, act, busy, side, sideOpen }) {
  const person = talk.contact;
  const name = nameOf(person);
  const state = standing(talk);
  return html`<header class="inbox-head">
    <a class="icon-button inbox-back" href=${toList()} title=${t('inbox.to_list')} aria-label=${t('inbox.to_list')}><${Icon} n="back" class="turns" /></a>
    <${Face} person=${person} />
    <div class="inbox-who">
      <h2 title=${name}><${Masked} text=${name} ltr=${!person.name && Boolean(person.phone)} /></h2>
      <p><${Left} talk=${talk} long seconds /><span class=${`state ${state.tone}`}><${Icon} n=${state.icon} s=${11} /><span dir="auto">${state.words}</span></span></p>
    </div>
    ${talk.with_person && html`<button type="button" class="button inbox-act" disabled=${busy} onClick=${() => act('hand-back')}><${Icon} n="trigger" s=${14} /><span>${t('inbox.back')}</span></button>`}
    <button type="button" class="icon-button inbox-side-button" aria-expanded=${sideOpen} title=${t('inbox.contact')} aria-label=${t('inbox.contact')} onClick=${side}><${Icon} n="user" s=${17} /></button>
  </header>`;
}

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

/** A message that is on its way to the daemon, or did not get there. @param {{one: import('./sends.js').Send, templates: any[], zone: string}} props */
function Pending({ one, templates, zone }) {
  const { text, media, template } = one.body;
  const content = template ? drawnTemplate({ kind: 'template', name: template.name, language: template.language, body: template.variables, header: template.header }, templates) : media ? { kind: 'media', media, caption: text } : { kind: 'text', text };
  const seen = shape({ content, direction: 'out' });
  return html`<div class=${`chat-row out tail inbox-pending ${one.state}`}>
    <div class="chat-bubble"><div class="chat-inside">
      ${template && html`<span class="chat-tag"><${Icon} n="template" s=${11} />${t('chat.template')} · <bdi>${template.name}</bdi></span>`}
      ${media && html`<span class="chat-file"><${Icon} n="file" s=${20} /><span><b dir="auto">${media.filename || media.url?.split('/').pop() || t('inbox.kind.media')}</b></span></span>`}
      ${seen.text && html`<span class="chat-text" dir="auto">${rich(seen.text)}</span>`}
      <span class="chat-meta"><time>${clock(one.at, zone)}</time><${Ticks} status=${one.state === 'failed' ? 'failed' : 'queued'} /></span>
    </div></div>
    ${
      one.state !== 'sending' &&
      html`<p class="chat-why" role="alert"><span dir="auto">${one.state === 'unknown' ? t('inbox.unknown') : t('inbox.failed', { why: one.why })}</span>
      <button type="button" class="button small" onClick=${() => again(one)}>${t('again')}</button>
      ${one.state === 'failed' && html`<button type="button" class="button small" onClick=${() => forget(one.key)}>${t('inbox.discard')}</button>`}</p>`
    }
  </div>`;
}

/** @param {{data: import('./talkdata.js').TalkData, talk: any, templates: any[], pending: import('./sends.js').Send[]}} props */
function Wall({ data, talk, templates, pending }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const sticks = useRef(true);
  const height = useRef(0);
  const [behind, setBehind] = useState(false);
  const zone = botZone();
  const messages = useMemo(() => [...data.messages.values()].map((one) => drawn(one, templates)), [data.messages, templates]);
  const items = useMemo(() => arranged(messages, zone), [messages, zone]);
  const hidden = shownAlready(pending, data.messages);
  const shown = pending.filter((one) => !hidden.includes(one));
  const first = items.find((one) => one.kind === 'message')?.key;
  const last = items.at(-1)?.key;
  const before = useRef(first);
  useLayoutEffect(() => {
    const wall = box.current;
    if (!wall) {
      return;
    }
    if (sticks.current) {
      wall.scrollTop = wall.scrollHeight;
    } else if (before.current !== first) {
      // Older messages came above: what is read stays where it is.
      wall.scrollTop += wall.scrollHeight - height.current;
    }
    before.current = first;
    height.current = wall.scrollHeight;
  }, [items, shown.length]);
  useEffect(() => {
    setBehind(!sticks.current);
  }, [last]);
  useEffect(() => {
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
    sticks.current = wall.scrollTop + wall.clientHeight >= wall.scrollHeight - STICKS_PX;
    if (sticks.current) {
      setBehind(false);
    }
    if (wall.scrollTop < OLDER_PX && data.hasOlder) {
      data.older();
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
    beside: (message) => {
      const body = isMine(talk) && message.origin === 'person' && bodyAgain(message);
      return body && html` <button type="button" class="button small" onClick=${() => send(talk.id, body, newestOf(data.messages))}>${t('again')}</button>`;
    },
  };
  const down = () => {
    const wall = /** @type {HTMLElement} */ (box.current);
    wall.scrollTop = wall.scrollHeight;
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
        return html`<${Bubble} key=${item.key} item=${item} around=${around} />`;
      })}
      ${shown.map((one) => html`<${Pending} key=${one.key} one=${one} templates=${templates} zone=${zone} />`)}
      ${!items.length && !shown.length && html`<p class="inbox-silent">${t('inbox.silent')}</p>`}
    </div>
    ${behind && html`<button type="button" class="button inbox-down" onClick=${down}><${Icon} n="down" s=${14} />${t('inbox.new_messages')}</button>`}
  </div>`;
}

/** @param {Map<string, any>} messages */
const newestOf = (messages) => [...messages.values()].reduce((newest, one) => Math.max(newest, one.id), 0);

/** Why the conversation waits, or that somebody was quicker. @param {{talk: any, refused: string | null}} props */
function Notice({ talk, refused }) {
  if (refused) {
    return html`<div class="chat-notice warn" role="alert"><${Icon} n="people" s=${14} /><span dir="auto">${t('inbox.refused.taken', { name: refused })}</span></div>`;
  }
  const why = talk.needs_person?.why;
  if (waits(talk) && why) {
    return html`<div class="chat-notice warn"><${Icon} n="alert" s=${14} /><span lang="en" dir="auto">${why}</span></div>`;
  }
  return null;
}

/**
 * @param {object} props
 * @param {string} props.id
 * @param {any[]} props.senders
 * @param {(talk: any) => void} props.changed told of each reading of the conversation
 * @param {() => void} props.side opens and closes the contact beside
 * @param {boolean} props.sideOpen
 * @param {boolean} props.byKey it was opened by the keyboard, which goes on in it
 */
export function Talk({ id, senders, changed, side, sideOpen, byKey }) {
  const data = useTalk(id);
  const { talk } = data;
  const [busy, setBusy] = useState(false);
  const [refused, refuse] = useState(/** @type {string | null} */ (null));
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const templates = useTemplates(talk?.sender?.id ?? null);
  const pending = sends.value.filter((one) => one.talk === Number(id));
  const mine = talk ? isMine(talk) : false;
  const wasMine = useRef(false);
  useEffect(() => {
    if (talk) {
      changed(talk);
    }
    if (talk && wasMine.current && !mine && isTaken(talk)) {
      say(t('inbox.lost', { name: holder(talk) }), 'bad');
    }
    wasMine.current = mine;
  }, [talk]);
  useEffect(
    () =>
      answered((one, answer) => {
        if (one.talk !== Number(id)) {
          return;
        }
        if (answer.ok) {
          data.add(answer.body);
        }
        // Also a refusal says something new: the window is closed, or somebody else has it.
        data.refresh();
      }),
    [id],
  );
  const there = Boolean(talk);
  useEffect(() => {
    if (there && byKey) {
      /** @type {HTMLElement | null | undefined} */ (place.current?.querySelector('[data-inbox-first]'))?.focus();
    }
  }, [there]);
  if (!talk) {
    const { refusal } = data;
    return html`<section class="inbox-talk">${
      refusal
        ? html`<${Failed} detail=${refusal.status ? detail(refusal) : t('offline.start')} code=${refusal.body?.code ?? ''} again=${refusal.status === 404 ? undefined : data.refresh}><a class="button" href=${toList()}>${t('inbox.to_list')}</a></${Failed}>`
        : html`<${Wait} />`
    }</section>`;
  }
  const act = async (/** @type {'take-over' | 'hand-back'} */ what, anyway = false) => {
    setBusy(true);
    const is = await assign(talk, what, anyway);
    setBusy(false);
    if (is) {
      refuse(null);
      data.put(is);
      if (what === 'take-over') {
        requestAnimationFrame(() => /** @type {HTMLElement | null | undefined} */ (place.current?.querySelector('[data-inbox-first]'))?.focus());
      }
    } else {
      await data.refresh();
      refuse('');
    }
  };
  const keys = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape' && !event.defaultPrevented) {
      event.preventDefault();
      const row = /** @type {HTMLElement | null} */ (document.querySelector(`.inbox-row[data-talk="${id}"]`));
      if (row?.checkVisibility()) {
        row.focus();
      } else {
        go(toList());
      }
    }
  };
  const other = refused !== null && isTaken(talk) && !mine ? holder(talk) : null;
  return html`<section class="inbox-talk" aria-label=${nameOf(talk.contact)} ref=${place} onKeyDown=${keys}>
    <${Head} talk=${talk} act=${act} busy=${busy} side=${side} sideOpen=${sideOpen} />
    <${Notice} talk=${talk} refused=${other} />
    ${data.ready ? html`<${Wall} data=${data} talk=${talk} templates=${templates.all} pending=${pending} />` : html`<${Wait} />`}
    <${Box} key=${id} talk=${talk} act=${act} busy=${busy} templates=${templates} sender=${senders.find((one) => one.id === talk.sender.id)} newest=${newestOf(data.messages)} />
  </section>`;
}
