// @ts-check
/** The box in which the customer writes, with all that a customer can send beside words. */
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';
import * as talk from './talk.js';

/** The texts that the customer wrote before, newest last. */
const before = () => talk.steps.value.map((step) => step.user).filter((text) => typeof text === 'string');

const KINDS = [
  ['image', 'image'],
  ['video', 'play'],
  ['document', 'file'],
  ['audio', 'mic'],
  ['place', 'pin'],
  ['card', 'user'],
  ['reaction', 'smile'],
  ['order', 'basket'],
  ['referral', 'megaphone'],
  ['event', 'trigger'],
  ['webhook', 'plug'],
  ['start', 'flows'],
];
/** Those that are sent at once, and need no sheet. */
const AT_ONCE = ['image', 'video', 'document', 'audio'];

/** @param {{caption: string, sent: () => void, attach: (what: string) => void, close: () => void}} props */
function Attachments({ caption, sent, attach, close }) {
  const menu = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => menu.current?.querySelector('button')?.focus(), []);
  const pick = (/** @type {string} */ kind) => {
    close();
    if (!AT_ONCE.includes(kind)) {
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
  // The first thing that a newcomer does is to write; on a phone that would open the keyboard over the page.
  useEffect(() => {
    if (document.activeElement === document.body && matchMedia('(pointer: fine)').matches) box.current?.focus({ preventScroll: true });
  }, []);
  const close = () => {
    attach(null);
    box.current?.focus();
  };
  const shut = () => {
    setMenu(false);
    clip.current?.focus();
  };
  const [sheets, setSheets] = useState(/** @type {any} */ (null));
  useEffect(() => {
    if (attached && !sheets) import('./attach.js').then((module) => setSheets(module.SHEETS));
  }, [attached]);
  const Open = attached && sheets?.[attached?.form ? 'form' : attached];
  return html`<form class="chat-box" onSubmit=${send}>
    <button type="button" class="icon-button" ref=${clip} aria-haspopup="menu" aria-expanded=${menu} title=${t('chat.attach')} aria-label=${t('chat.attach')} onClick=${() => setMenu(!menu)}><${Icon} n="clip" s=${18} /></button>
    ${menu && html`<${Attachments} caption=${text.trim()} sent=${() => setText('')} attach=${attach} close=${shut} />`}
    <input ref=${box} data-chat-input dir="auto" value=${text} onInput=${(/** @type {any} */ event) => setText(event.target.value)} onKeyDown=${recall}
      placeholder=${t('chat.write', { name })} aria-label=${t('chat.write', { name })} autocomplete="off" enterkeyhint="send" />
    <button class="chat-send" aria-label=${t('chat.send')} disabled=${!text.trim()}><${Icon} n="send" s=${17} /></button>
  </form>
  ${Open && html`<${Open} drawn=${attached} close=${close} />`}`;
}
