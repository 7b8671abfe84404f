// @ts-check
/** The chat: the author is the customer, and sees what the customer's phone would show. */
import { html, useEffect, useLayoutEffect, useRef, useState } from '../vendor/preact.js';
import { offline } from './api.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';
import { Bubble, Ticks, toBox } from './bubble.js';
import { Composer } from './composer.js';
import { dialog } from './dialogs.js';
import { goTo } from './drawing.js';
import { inputsOf } from './inputs.js';
import { clock } from './moment.js';
import { Ribbon } from './ribbon.js';
import { hold } from './edits.js';
import * as state from './state.js';
import { named } from './tape.js';
import * as talk from './talk.js';
import { changes, thread } from './thread.js';
import { coded } from './wording.js';

/** Sheets that few open are read when they are opened. */
const LATER = {
  world: () => import('./world.js').then((module) => module.World),
  test: () => import('./savetest.js').then((module) => module.SaveTest),
};

const title = () => talk.play.value?.sender?.title || state.bot.value?.title || '';
const person = () =>
  talk.play.value?.contact?.name || talk.world.value.contact?.name || talk.play.value?.contact?.phone || t('chat.customer');

/** @param {{open: (what: 'world' | 'test') => void}} props */
function Head({ open }) {
  const begun = talk.steps.value.length > 0;
  const again = (/** @type {MouseEvent} */ event) => {
    talk.restart();
    toBox(event);
  };
  return html`<header class="ph chat-head">
    <span class="chat-face bot" aria-hidden="true">${[...title()][0] ?? ''}</span>
    <div class="chat-who"><h2 dir="auto">${title()}</h2>
      ${
        talk.typing.value
          ? html`<small class="chat-typing-word">${t('chat.typing')}</small>`
          : html`<button type="button" class="chat-you" aria-haspopup="dialog" onClick=${() => open('world')}>${t('chat.you', { name: person() })}<${Icon} n="down" s=${12} /></button>`
      }
    </div><span class="grow"></span>
    <button type="button" class="icon-button" title=${t('chat.save_test')} aria-label=${t('chat.save_test')} disabled=${!talk.acts.value.length} onClick=${() => open('test')}><${Icon} n="flask" /></button>
    <button type="button" class="icon-button" title=${t('badday.title')} aria-label=${t('badday.title')} aria-haspopup="dialog" disabled=${!talk.acts.value.length} onClick=${() => (dialog.value = { kind: 'badday', talk: talk.request() })}><${Icon} n="umbrella" /></button>
    <button type="button" class="icon-button" title=${t('chat.restart')} aria-label=${t('chat.restart')} disabled=${!begun} onClick=${again}><${Icon} n="restart" /></button>
  </header>`;
}

/** Goes to the place of an error, and lists it with the others in the dock. @param {any} first */
function showError(first) {
  state.dock.value = 'findings';
  state.reveal(first.path ?? first.file, first.line ?? 1, first.column);
}

function Notices() {
  const findings = talk.blocked.value;
  const errors = findings?.filter((one) => (one.severity ?? 'error') === 'error') ?? [];
  const first = errors[0];
  const none = findings && !talk.play.value;
  return html`
    ${
      findings &&
      html`<div class="chat-notice warn" role="status"><${Icon} n="alert" s=${14} />
      <span>${t(none ? 'chat.blocked_all' : 'chat.blocked', { n: Math.max(1, errors.length) })}</span>
      ${first && html`<button type="button" class="button small" onClick=${() => showError(first)}>${t('chat.show_error')}</button>`}</div>`
    }
    ${
      talk.failure.value &&
      html`<div class="chat-notice bad" role="status"><${Icon} n="alert" s=${14} /><span>${talk.failure.value.detail} <small>${talk.failure.value.code}</small></span>
      <button type="button" class="button small" onClick=${talk.replay}>${t('again')}</button></div>`
    }
    ${
      talk.slow.value &&
      html`<div class="chat-notice" role="status"><span class="spin" aria-hidden="true"></span><span>${t('chat.slow')}</span>
      <button type="button" class="button small" onClick=${talk.cancel}>${t('chat.cancel')}</button></div>`
    }`;
}

/** @param {{write: (text: string, event: MouseEvent) => void, start: () => void}} props */
function Empty({ write, start }) {
  const open = state.open.value;
  const wants = inputsOf(state.files.value.get(open ?? '')?.text ?? '').length > 0;
  const words = state.bot.value?.words ?? [];
  return html`<div class="chat-empty">
    <span class="chat-face bot big" aria-hidden="true">${[...title()][0] ?? ''}</span>
    <b>${t('chat.empty')}</b>
    <p>${t('chat.empty.more')}</p>
    ${words.length > 0 && html`<div class="chat-words">${words.map((/** @type {string} */ word) => html`<button type="button" onClick=${(/** @type {MouseEvent} */ event) => write(word, event)}>${word}</button>`)}</div>`}
    ${wants && html`<button type="button" class="button" onClick=${start}><${Icon} n="flows" s=${14} />${t('start.open')}</button>`}
  </div>`;
}

/** A step that no longer fits, and the ways to go on. */
function Stop() {
  const stop = talk.stopped.value;
  if (!stop) return null;
  const { verb, words } = named(talk.steps.value[stop.step] ?? {});
  const rest = talk.steps.value.length - stop.step - 1;
  return html`<div class="chat-stop" role="status">
    <b>${t('chat.stopped', { step: `${verb} ${words}`.trim() })}</b>
    <p>${coded(stop.detail)}</p>
    <div class="chat-words">
      ${stop.offered?.map((/** @type {string} */ one) => html`<button type="button" onClick=${() => talk.mend(stop.step, [{ tap: one }])}>${one}</button>`)}
      <button type="button" class="plain" onClick=${() => talk.mend(stop.step, [])}>${t('chat.leave_out')}</button>
    </div>
    ${rest > 0 && html`<small>${t('chat.rest', { n: rest })}</small>`}
  </div>`;
}

/** Steps that are on their way. */
function Pending() {
  return talk.pending.value.map((step, n) => {
    const { words } = named(step);
    if (!['user', 'tap', 'media', 'voice'].includes(Object.keys(step)[0])) return null;
    return html`<div class="chat-row in tail" key=${`p${n}`}><div class="chat-bubble"><span class="chat-text" dir="auto">${words}</span><span class="chat-meta"><${Ticks} status="queued" /></span></div></div>`;
  });
}

/** @param {{item: any, dim: boolean, mock: (call: any) => void}} props */
function Note({ item, dim, mock }) {
  return html`<div class=${`chat-note ${item.tone}${dim ? ' dim' : ''}`} inert=${dim}><span>
    ${item.glyph && html`<${Icon} n=${item.glyph} s=${12} />`}<span dir="auto">${coded(item.words)}</span>
    ${item.mock && html`<button type="button" onClick=${() => mock(item.mock)}>${t('chat.write_mock')}</button>`}
    ${item.step?.step && html`<button type="button" onClick=${() => goTo(item.step.flow, item.step.step)}>${t('chat.show_step')}</button>`}
    ${item.handBack && html`<button type="button" onClick=${() => talk.send({ hand_back: true })}>${t('chat.hand_back')}</button>`}
  </span></div>`;
}

/** @param {{attach: (what: any) => void, mock: (call: any) => void}} props */
function Wall({ attach, mock }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const stick = useRef(true);
  const at = talk.at.value;
  const items = thread.value;
  const sent = talk.steps.value.length;
  useLayoutEffect(() => {
    stick.current = true;
  }, [sent]);
  useLayoutEffect(() => {
    const wall = box.current;
    if (!wall) return;
    if (at !== null) wall.querySelector('.dim')?.previousElementSibling?.scrollIntoView({ block: 'nearest' });
    else if (stick.current) wall.scrollTop = wall.scrollHeight;
  }, [items, talk.typing.value, at, talk.pending.value.length]);
  useEffect(() => {
    const wall = box.current;
    if (!wall) return undefined;
    const sized = new ResizeObserver(() => stick.current && (wall.scrollTop = wall.scrollHeight));
    sized.observe(wall);
    return () => sized.disconnect();
  }, []);
  const scrolled = () => {
    const wall = /** @type {HTMLElement} */ (box.current);
    stick.current = wall.scrollTop + wall.clientHeight >= wall.scrollHeight - 60;
  };
  const live = at === null && !talk.stopped.value;
  /** @type {import('./bubble.js').Around} */
  const around = {
    zone: talk.zone.value,
    names: { in: talk.play.value?.contact?.name ?? '', out: talk.play.value?.sender?.title ?? '' },
    quoted: (id) => talk.acts.value.flatMap((act) => act.messages).find((one) => one.provider_id === id || one.id === id),
    tap: (words, event) => {
      talk.send({ tap: words });
      if (event) toBox(event);
    },
    attach,
    reveal: (message) => goTo(message.flow, message.step),
  };
  const write = (/** @type {string} */ text, /** @type {MouseEvent} */ event) => {
    talk.send({ user: text });
    toBox(event);
  };
  return html`<div class="chat-wall" ref=${box} role="log" aria-live="polite" aria-label=${t('chat.log')} tabindex="0" onScroll=${scrolled}>
    ${!sent && talk.play.value && html`<${Empty} write=${write} start=${() => attach('start')} />`}
    ${items.map((item) => {
      const dim = at !== null && item.act > at;
      if (item.kind === 'day')
        return html`<div key=${item.key} class=${`chat-day${dim ? ' dim' : ''}`} inert=${dim}><span>${item.words}</span></div>`;
      if (item.kind === 'later')
        return html`<div key=${item.key} class=${`chat-day later${dim ? ' dim' : ''}`} inert=${dim}><span><${Icon} n="clock" s=${11} />${item.words}</span></div>`;
      if (item.kind === 'note') return html`<${Note} key=${item.key} item=${item} dim=${dim} mock=${mock} />`;
      return html`<${Bubble} key=${item.key} item=${item} dim=${dim} live=${live} around=${around} />`;
    })}
    <${Pending} />
    <${Stop} />
    ${talk.typing.value && html`<div class="chat-row out tail"><div class="chat-bubble chat-dots" aria-hidden="true"><i></i><i></i><i></i></div></div>`}
  </div>`;
}

/** Says that messages are not as they first were. */
function Changes() {
  const n = changes.value;
  if (!n) return null;
  return html`<div class="chat-changes" role="status"><${Icon} n="restart" s=${13} /><span>${t('chat.changes', { n })}</span><span class="grow"></span>
    <button type="button" onClick=${talk.settle}>${t('chat.settle')}</button></div>`;
}

/** The box while an earlier act is looked at. */
function Travel() {
  const at = /** @type {number} */ (talk.at.value);
  const acts = talk.acts.value;
  return html`<div class="chat-travel" role="status">
    <span>${t('chat.looking', { a: at + 1, b: acts.length })} <small>${clock(acts[at]?.at ?? 0, talk.zone.value)}</small></span><span class="grow"></span>
    <button type="button" class="button small" onClick=${() => talk.rewind(at)}>${t('chat.rewind')}</button>
    <button type="button" class="button small main" onClick=${() => (talk.at.value = null)}>${t('chat.now')}</button></div>`;
}

export function Chat() {
  const [sheet, setSheet] = useState(/** @type {any} */ (null));
  const [attached, attach] = useState(/** @type {any} */ (null));
  const open = async (/** @type {'world' | 'test'} */ what, /** @type {any} */ props = {}) => {
    // The sheet shows boxes for the fields and topics of this file.
    const [Shown] = await Promise.all([LATER[what](), what === 'world' && hold('flows/_bot.yaml')]);
    setSheet({ Shown, props });
  };
  const Shown = sheet?.Shown;
  return html`<section class="pane chat" aria-label=${t('chat.title')}>
    <${Head} open=${open} />
    <${Ribbon} />
    <${Notices} />
    <${Wall} attach=${attach} mock=${(/** @type {any} */ call) => open('world', { call })} />
    <${Changes} />
    ${talk.at.value !== null ? html`<${Travel} />` : html`<${Composer} name=${person()} attached=${attached} attach=${attach} />`}
    ${offline.value && html`<span class="hidden" role="status">${t('chat.waits')}</span>`}
    ${Shown && html`<${Shown} ...${sheet.props} close=${() => setSheet(null)} />`}
  </section>`;
}
