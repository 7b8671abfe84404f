// @ts-check
/** The box in which the customer writes, with all that a customer can send beside words. */
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';
import { Sheet } from './chatsheet.js';
import * as talk from './talk.js';

const EMOJIS = ['👍', '❤️', '😂', '😮', '😢', '🙏'];
/** A place in Sevilla, so that one click sends something. */
const PLACE = { latitude: '37.3891', longitude: '-5.9845' };

/** The texts that the customer wrote before, newest last. */
const before = () => talk.steps.value.map((step) => step.user).filter((text) => typeof text === 'string');

/** @param {{label: string, children?: any}} props */
export const Field = ({ label, children }) => html`<label class="field"><span>${label}</span>${children}</label>`;

/** @param {{close: () => void}} props */
function PlaceSheet({ close }) {
  const [place, setPlace] = useState(PLACE);
  const input = (/** @type {'latitude' | 'longitude'} */ name) => html`<${Field} label=${t(`chat.${name}`)}>
    <input dir="ltr" inputmode="decimal" required pattern="-?[0-9]+([.][0-9]+)?" value=${place[name]} onInput=${(/** @type {any} */ event) => setPlace({ ...place, [name]: event.target.value })} /></${Field}>`;
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    close();
    talk.send({ location: { latitude: Number(place.latitude), longitude: Number(place.longitude) } });
  };
  return html`<${Sheet} title=${t('chat.attach.place')} close=${close}><form class="sheet-form" onSubmit=${send}>
    ${input('latitude')}${input('longitude')}<button class="button main">${t('chat.send')}</button></form></${Sheet}>`;
}

/** @param {{close: () => void}} props */
function CardSheet({ close }) {
  const [card, setCard] = useState({ name: 'Ben', phone: '+34600111333' });
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    close();
    talk.send({ card });
  };
  return html`<${Sheet} title=${t('chat.attach.card')} close=${close}><form class="sheet-form" onSubmit=${send}>
    <${Field} label=${t('world.name')}><input required dir="auto" value=${card.name} onInput=${(/** @type {any} */ event) => setCard({ ...card, name: event.target.value })} /></${Field}>
    <${Field} label=${t('world.phone')}><input required dir="ltr" value=${card.phone} onInput=${(/** @type {any} */ event) => setCard({ ...card, phone: event.target.value })} /></${Field}>
    <button class="button main">${t('chat.send')}</button></form></${Sheet}>`;
}

/** @param {{close: () => void}} props */
function ReactionSheet({ close }) {
  const pick = (/** @type {string} */ emoji) => {
    close();
    talk.send({ reaction: emoji });
  };
  return html`<${Sheet} title=${t('chat.attach.reaction')} close=${close}><div class="chat-emojis">
    ${EMOJIS.map((emoji) => html`<button type="button" onClick=${() => pick(emoji)}>${emoji}</button>`)}
    <button type="button" class="button small" onClick=${() => pick('none')}>${t('chat.no_reaction')}</button></div></${Sheet}>`;
}

/** The answers of a form, a line each: the form itself is drawn at Meta and is not here. @param {{drawn: any, close: () => void}} props */
function FormSheet({ drawn, close }) {
  const [rows, setRows] = useState([['', '']]);
  const change = (/** @type {number} */ at, /** @type {number} */ part, /** @type {string} */ value) =>
    setRows(rows.map((row, n) => (n === at ? row.map((old, k) => (k === part ? value : old)) : row)));
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    close();
    const data = Object.fromEntries(rows.filter(([name]) => name.trim()).map(([name, value]) => [name.trim(), value]));
    talk.send({ form: { name: drawn.form.name, data } });
  };
  return html`<${Sheet} title=${drawn.form.button} close=${close}><form class="sheet-form" onSubmit=${send}>
    <p class="sheet-note">${t('chat.form.note')}</p>
    ${rows.map(
      ([name, value], n) => html`<div class="two-boxes" key=${n}>
      <input dir="auto" placeholder=${t('world.field')} aria-label=${t('world.field')} value=${name} onInput=${(/** @type {any} */ event) => change(n, 0, event.target.value)} />
      <input dir="auto" placeholder=${t('world.value')} aria-label=${t('world.value')} value=${value} onInput=${(/** @type {any} */ event) => change(n, 1, event.target.value)} /></div>`,
    )}
    <button type="button" class="button small" onClick=${() => setRows([...rows, ['', '']])}><${Icon} n="plus" s=${14} />${t('world.add_field')}</button>
    <button class="button main">${t('chat.send')}</button></form></${Sheet}>`;
}

const KINDS = [
  ['image', 'image'],
  ['video', 'play'],
  ['document', 'file'],
  ['audio', 'mic'],
  ['place', 'pin'],
  ['card', 'user'],
  ['reaction', 'smile'],
];

/** @param {{caption: string, sent: () => void, attach: (what: string) => void, close: () => void}} props */
function Attachments({ caption, sent, attach, close }) {
  const menu = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => menu.current?.querySelector('button')?.focus(), []);
  const pick = (/** @type {string} */ kind) => {
    close();
    if (['place', 'card', 'reaction'].includes(kind)) {
      attach(kind);
      return;
    }
    talk.send({ media: caption ? { kind, caption } : kind });
    sent();
  };
  const keys = (/** @type {KeyboardEvent} */ event) => {
    const all = [...(menu.current?.querySelectorAll('button') ?? [])];
    const at = all.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const by = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by) {
      event.preventDefault();
      all[(at + by + all.length) % all.length].focus();
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      close();
    } else if (event.key === 'Tab') {
      close();
    }
  };
  return html`<div class="chat-menu-back" onClick=${close}></div>
    <div class="chat-menu" role="menu" aria-label=${t('chat.attach')} ref=${menu} onKeyDown=${keys}>
    ${KINDS.map(
      ([kind, glyph]) => html`<button type="button" role="menuitem" tabindex="-1" onClick=${() => pick(kind)}>
      <span class=${`chat-glyph ${kind}`}><${Icon} n=${glyph} s=${17} /></span>${t(`chat.attach.${kind}`)}</button>`,
    )}
  </div>`;
}

/** @param {{name: string, attached: any, attach: (what: any) => void}} props */
export function Composer({ name, attached, attach }) {
  const box = useRef(/** @type {HTMLInputElement | null} */ (null));
  const clip = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const [text, setText] = useState('');
  const [menu, setMenu] = useState(false);
  const [back, setBack] = useState(0);
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    const said = text.trim();
    if (!said) return;
    setText('');
    setBack(0);
    talk.send({ user: said });
    box.current?.focus();
  };
  const recall = (/** @type {KeyboardEvent} */ event) => {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const texts = before();
    if (!by || !texts.length || (by < 0 && !back)) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(texts.length, back + by));
    setBack(next);
    setText(next ? texts[texts.length - next] : '');
  };
  const close = () => {
    attach(null);
    box.current?.focus();
  };
  const shut = () => {
    setMenu(false);
    clip.current?.focus();
  };
  const sheets = { place: PlaceSheet, card: CardSheet, reaction: ReactionSheet };
  const Open = typeof attached === 'string' ? sheets[/** @type {'place'} */ (attached)] : null;
  return html`<form class="chat-box" onSubmit=${send}>
    <button type="button" class="icon-button" ref=${clip} aria-haspopup="menu" aria-expanded=${menu} title=${t('chat.attach')} aria-label=${t('chat.attach')} onClick=${() => setMenu(!menu)}><${Icon} n="clip" s=${18} /></button>
    ${menu && html`<${Attachments} caption=${text.trim()} sent=${() => setText('')} attach=${attach} close=${shut} />`}
    <input ref=${box} data-chat-input dir="auto" value=${text} onInput=${(/** @type {any} */ event) => setText(event.target.value)} onKeyDown=${recall}
      placeholder=${t('chat.write', { name })} aria-label=${t('chat.write', { name })} autocomplete="off" enterkeyhint="send" />
    <button class="chat-send" aria-label=${t('chat.send')} disabled=${!text.trim()}><${Icon} n="send" s=${17} /></button>
    ${Open && html`<${Open} close=${close} />`}
    ${attached?.form && html`<${FormSheet} drawn=${attached} close=${close} />`}
  </form>`;
}
