// @ts-check
/** Draws one message as WhatsApp shows it to the customer. Texts of flows and customers become text nodes, never markup. */
import { html, useState } from '../vendor/preact.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';
import { readable, shape } from './content.js';
import { directionOf } from './direction.js';
import { clock } from './moment.js';
import { Basket, Carousel, Referral } from './rare.js';
import { Sheet } from './chatsheet.js';
import { coded, reason, rich } from './wording.js';

/**
 * @typedef {object} Around How a bubble stands in its talk.
 * @property {string} zone of its times
 * @property {{in: string, out: string}} names of both sides, for quotes
 * @property {(id: string) => any} quoted the message with an id, or undefined
 * @property {((words: string, event?: MouseEvent) => void) | null} tap null: nobody taps in this talk
 * @property {((drawn: any) => void) | null} attach opens a form or the choice of a place
 * @property {((message: any) => void) | null} reveal shows the step that sent a message
 * @property {(message: any) => string | null} [author] who of the business wrote, above the text
 * @property {(message: any) => string | null} [file] the address of a message's file
 * @property {(message: any) => any} [beside] what stands below a message that failed
 * @property {boolean} [whole] our own messages say also that they were sent
 * @property {(message: any) => boolean} [wanted] the talk was opened at this message
 */

/**
 * Gives the keyboard to the box after a button that is then switched off. On a phone this would open the keys, so there it
 * is done for a key only.
 * @param {MouseEvent} event
 */
export function toBox(event) {
  const byKey = event.detail === 0;
  if (!byKey && !matchMedia('(hover: hover)').matches) return;
  /** @type {HTMLElement | null} */ (document.querySelector('[data-chat-input]'))?.focus({ preventScroll: true });
}

/** Up to three emojis alone are shown large. @param {string} text */
const isEmoji = (text) =>
  /^(?:\p{RI}{2}|\p{Extended_Pictographic}[\p{EMod}\uFE0F]?(?:\u200D\p{Extended_Pictographic}[\p{EMod}\uFE0F]?)*){1,3}$/u.test(text.trim());

const TICKS = { sent: 'M5 6.5l3 3 7-8', two: 'M1 6.5l3 3 7-8M8 8.7l.8.8 7-8', clock: 'M9 1.5a4.5 4.5 0 1 0 .01 0M9 3.500v2.700l1.800 1' };

/** @param {{status: string}} props */
export function Ticks({ status }) {
  const path = status === 'sent' ? TICKS.sent : status === 'queued' ? TICKS.clock : TICKS.two;
  if (status === 'failed') return html`<span class="chat-failed" role="img" aria-label=${t('chat.status.failed')}>!</span>`;
  return html`<svg class=${`chat-ticks ${status}`} viewBox="0 0 18 12" width="17" height="11" role="img" aria-label=${t(`chat.status.${status}`)}>
    <path d=${path} fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" />
  </svg>`;
}

/** A file that the browser can show or save. @param {{media: import('./content.js').Media, href: string}} props */
function Loaded({ media, href }) {
  const [gone, lose] = useState(false);
  const { kind, filename } = media;
  const name = filename || t(KNOWN.includes(kind) ? `chat.media.${kind}` : 'chat.media.document');
  if (gone) {
    return html`<p class="chat-unknown">${t('chat.media.gone')}</p>`;
  }
  if (kind === 'image' || kind === 'sticker') {
    return html`<a class="chat-seen" href=${href} download=${filename ?? ''} title=${t('chat.media.save', { name })}><img src=${href} alt=${name} loading="lazy" onError=${() => lose(true)} /></a>`;
  }
  if (kind === 'audio' || kind === 'voice') {
    return html`<audio class="chat-heard" src=${href} controls preload="none" aria-label=${name} onError=${() => lose(true)}></audio>`;
  }
  if (kind === 'video') {
    return html`<video class="chat-seen" src=${href} controls preload="none" aria-label=${name} onError=${() => lose(true)}></video>`;
  }
  return html`<a class="chat-file" href=${href} download=${filename ?? ''} title=${t('chat.media.save', { name })}><${Icon} n="file" s=${22} /><span><b dir="auto">${name}</b></span></a>`;
}
/** Kinds that have a name. */
const KNOWN = ['image', 'video', 'sticker', 'audio', 'voice', 'document'];

/** @param {{media: import('./content.js').Media, href?: string | null}} props */
function Media({ media, href }) {
  if (href) return html`<${Loaded} media=${media} href=${href} />`;
  const { kind, url = '', filename } = media;
  const name = filename || url.split('/').pop() || '';
  if (kind === 'audio' || kind === 'voice') {
    return html`<div class="chat-audio" title=${url}><span class="chat-play"><${Icon} n="play" s=${15} /></span><span class="chat-wave" aria-hidden="true"></span><small>${name}</small></div>`;
  }
  if (kind === 'document') {
    const type = name.includes('.') ? name.split('.').pop()?.toUpperCase() : '';
    return html`<div class="chat-file" title=${url}><${Icon} n="file" s=${22} /><span><b>${name}</b><small>${type}</small></span></div>`;
  }
  return html`<div class=${`chat-picture ${kind}`} title=${url}>
    <${Icon} n=${kind === 'video' ? 'play' : 'image'} s=${26} />
    <small><b>${t(`chat.media.${kind}`)}</b>${name && html` <span>${name}</span>`}</small>
  </div>`;
}

/** @param {{place: any}} props */
function Place({ place }) {
  // Where it is hidden, dots stand in the place of the numbers.
  const part = (/** @type {any} */ one) => (typeof one === 'number' ? one.toFixed(4) : String(one));
  const at = `${part(place.latitude)}, ${part(place.longitude)}`;
  return html`<div class="chat-place"><span class="chat-map" aria-hidden="true"><${Icon} n="pin" s=${28} /></span>
    <span><b>${place.name || t('chat.place')}</b><small>${place.address || at}</small></span></div>`;
}

/** @param {{card: any}} props */
function Card({ card }) {
  const phone = card.phones?.[0]?.number ?? card.phones?.[0]?.phone ?? card.phone ?? '';
  const name = card.name?.formatted_name ?? card.name ?? '';
  return html`<div class="chat-card"><span class="chat-face" aria-hidden="true">${[...name][0] ?? '?'}</span>
    <span><b dir="auto">${name}</b><small dir="ltr">${[phone, card.company ?? card.org?.company].filter(Boolean).join(' · ')}</small></span></div>`;
}

/** @param {{filled: any}} props */
function Filled({ filled }) {
  const rows = Object.entries(filled ?? {}).filter(([name]) => name !== 'kind');
  return html`<dl class="chat-filled">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${typeof value === 'object' ? JSON.stringify(value) : String(value)}</dd>`)}</dl>`;
}

/** @param {{item: any, message: any, drawn: import('./content.js').Shape, live: boolean, around: Around}} props */
function Inside({ item, message, drawn, live, around }) {
  const quoted = message.reply_to ?? message.content?.reply_to;
  // A tap says by itself what it answers.
  const original = quoted && message.content?.kind !== 'button' && around.quoted(quoted);
  const text = drawn.text;
  const large = drawn.kind === 'text' && isEmoji(text);
  const author = around.author?.(message);
  // Cards often have the same titles, and then the id tells them apart.
  const titles = drawn.carousel?.flatMap((card) => card.buttons.map((one) => one.title)) ?? [];
  const isOnly = (/** @type {string} */ title) => titles.filter((one) => one === title).length === 1;
  const tap = around.tap && live && item.tapped === null ? (/** @type {any} */ one, /** @type {MouseEvent} */ event) => around.tap?.(isOnly(one.title) ? one.title : one.id, event) : null;
  const speaker = message.direction === 'in' ? around.names.in : around.names.out;
  return html`
    ${author ? html`<span class="chat-tag"><bdi>${author}</bdi></span>` : speaker && html`<span class="hidden" dir="auto">${speaker}: </span>`}
    ${original && html`<blockquote class="chat-quote"><b dir="auto">${original.direction === 'in' ? around.names.in : around.names.out}</b><span dir="auto">${shape(original).text}</span></blockquote>`}
    ${message.referral && html`<${Referral} referral=${message.referral} />`}
    ${drawn.edited && html`<span class="chat-tag">${t('chat.edited')}</span>`}
    ${drawn.template && html`<span class="chat-tag"><${Icon} n="template" s=${11} />${t('chat.template')} · <bdi>${drawn.template.name}</bdi>${drawn.template.language && html` <small>${drawn.template.language}</small>`}</span>`}
    ${drawn.media && html`<${Media} media=${drawn.media} href=${around.file?.(message)} />`}
    ${drawn.place && html`<${Place} place=${drawn.place} />`}
    ${drawn.cards?.map((card) => html`<${Card} card=${card} />`)}
    ${drawn.header && html`<b class="chat-header" dir="auto">${drawn.header}</b>`}
    ${item.was && html`<del class="chat-was" dir="auto"><span class="hidden">${t('chat.was')} </span>${rich(shape(item.was).text || t('chat.other_form'))}</del>`}
    ${drawn.heard && html`<span class="chat-text chat-unknown">${t('chat.heard')}</span> `}
    ${text && html`<span class=${large ? 'chat-text large' : 'chat-text'} dir="auto">${rich(text)}</span>`}
    ${
      drawn.template &&
      !text &&
      html`<span class="chat-text chat-unknown">${coded(t('chat.template.unknown'))}</span>
      ${drawn.template.values.length > 0 && html`<span class="chat-values">${drawn.template.values.map((value) => html`<code dir="auto">${value}</code>`)}</span>`}`
    }
    ${!drawn.known && html`<span class="chat-text chat-unknown">${t('chat.unshown', { kind: drawn.kind })}</span>`}
    ${drawn.filled && html`<${Filled} filled=${drawn.filled} />`}
    ${drawn.basket?.length && html`<${Basket} rows=${drawn.basket} />`}
    ${(drawn.carousel || drawn.offerEnds) && html`<${Carousel} drawn=${drawn} media=${Media} zone=${around.zone} tap=${tap} />`}
    ${drawn.footer && html`<small class="chat-footer" dir="auto">${drawn.footer}</small>`}`;
}

/** @param {{item: any, drawn: import('./content.js').Shape, live: boolean, around: Around, close: () => void}} props */
function ListSheet({ item, drawn, live, around, close }) {
  const pick = (/** @type {any} */ row) => {
    close();
    around.tap?.(row.title);
  };
  return html`<${Sheet} title=${drawn.list?.button ?? ''} close=${close}>
    ${drawn.list?.sections.map(
      (section) => html`${section.title && html`<h3 class="chat-section" dir="auto">${section.title}</h3>`}
      ${section.rows.map(
        (row) => html`<button type="button" class="chat-row-option" disabled=${!live} onClick=${() => pick(row)}>
        <span dir="auto"><b>${row.title}</b>${row.description && html`<small>${row.description}</small>`}</span>
        <i class=${item.tapped === row.title ? 'chat-radio on' : 'chat-radio'}></i></button>`,
      )}`,
    )}
  </${Sheet}>`;
}

/** @param {{item: any, drawn: import('./content.js').Shape, live: boolean, around: Around}} props */
function Below({ item, drawn, live, around }) {
  const [open, setOpen] = useState(false);
  const tap = (/** @type {any} */ button, /** @type {MouseEvent} */ event) => around.tap?.(button.title, event);
  const plain = (/** @type {any} */ button) => button.url || button.phone || button.code;
  const state = (/** @type {any} */ button) => (item.tapped === button.title || item.tapped === button.id ? 'tapped' : '');
  const off = !live || item.tapped !== null;
  const single = (/** @type {string} */ glyph, /** @type {string} */ words, /** @type {any} */ act, /** @type {boolean} */ disabled) =>
    html`<button type="button" class="chat-option" disabled=${disabled} onClick=${act}><${Icon} n=${glyph} s=${14} /><span dir="auto">${words}</span></button>`;
  return html`<div class="chat-options">
    ${drawn.buttons.map((button) =>
      plain(button)
        ? html`<span class="chat-option plain" title=${button.url ?? button.phone ?? button.code}><${Icon} n=${button.url ? 'link' : button.phone ? 'phone' : 'copy'} s=${14} /><span dir="auto">${button.title}</span></span>`
        : html`<button type="button" class=${`chat-option ${state(button)}`} disabled=${off} onClick=${(/** @type {MouseEvent} */ event) => tap(button, event)}><${Icon} n="reply" s=${14} /><span dir="auto">${button.title}</span></button>`,
    )}
    ${drawn.link && html`<span class="chat-option plain" title=${drawn.link.url}><${Icon} n="link" s=${14} /><span dir="auto">${drawn.link.title}</span></span>`}
    ${drawn.list && single('list', drawn.list.button, () => setOpen(true), false)}
    ${drawn.form && single('form', drawn.form.button, () => around.attach?.(drawn), !live)}
    ${drawn.asksPlace && single('pin', t('chat.share_place'), () => around.attach?.('place'), !live)}
    ${open && html`<${ListSheet} item=${item} drawn=${drawn} live=${live && item.tapped === null} around=${around} close=${() => setOpen(false)} />`}
  </div>`;
}

/** The ticks of our own messages say only what is news: that it was sent is plain. @param {any} message */
function shownStatus(message) {
  if (message.direction === 'in') return 'read';
  return ['delivered', 'read', 'failed'].includes(message.status) ? message.status : '';
}

/** @param {{item: any, dim?: boolean, live?: boolean, around: Around}} props `live`: its buttons can be tapped */
export function Bubble({ item, dim = false, live = false, around }) {
  const { message } = item;
  const drawn = shape(message);
  const gone = item.kind === 'gone';
  const status = around.whole ? (message.direction === 'out' ? (message.status ?? '') : '') : shownStatus(message);
  const names = [
    'chat-row',
    message.direction,
    item.tail && 'tail',
    dim && 'dim',
    gone && 'gone',
    around.wanted?.(message) && 'wanted',
    (item.was || item.fresh) && 'changed',
    drawn.kind === 'sticker' && 'sticker',
  ];
  const below = !gone && (drawn.buttons.length || drawn.link || drawn.list || drawn.form || drawn.asksPlace);
  const reactions = Object.values(item.reactions ?? {}).filter(Boolean);
  const changedButtons = item.was && shape(item.was).text === drawn.text && readable(item.was) !== readable(message);
  const time = clock(message.at, around.zone);
  return html`<div class=${names.filter(Boolean).join(' ')} inert=${dim}>
    <div class="chat-bubble">
      <div class="chat-inside" dir=${directionOf(drawn.text)}>
      ${gone && html`<span class="chat-mark gone">${t('chat.gone')}</span>`}
      ${item.fresh && html`<span class="chat-mark new">${t('chat.new')}</span>`}
      ${changedButtons && html`<span class="chat-mark new">${t('chat.changed')}</span>`}
      <${Inside} item=${changedButtons ? { ...item, was: null } : item} message=${message} drawn=${drawn} live=${live} around=${around} />
      <span class="chat-meta"><time title=${message.status_at ? `${t(`chat.status.${message.status}`)} ${clock(message.status_at, around.zone)}` : time}>${time}</time>${status && html`<${Ticks} status=${status} />`}</span>
      </div>
      ${around.reveal && message.direction === 'out' && message.step && html`<button type="button" class="chat-pencil" title=${t('chat.edit')} aria-label=${t('chat.edit')} onClick=${() => around.reveal?.(message)}><${Icon} n="pen" s=${13} /></button>`}
      ${reactions.length > 0 && html`<span class="chat-reactions">${reactions.join('')}</span>`}
    </div>
    ${below && html`<${Below} item=${item} drawn=${drawn} live=${live} around=${around} />`}
    ${message.status === 'failed' && html`<p class="chat-why">${t('chat.failed', { why: message.why ?? reason(message.reason) })}${around.beside?.(message)}</p>`}
  </div>`;
}
