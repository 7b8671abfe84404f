// @ts-check
// The place to write in. It has three states: the conversation is somebody else's, the window is closed, or free.
import { html, useEffect, useLayoutEffect, useRef, useState } from '../vendor/preact.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { nameOf } from '../js/people.js';
import { When } from '../js/times.js';
import { AttachAddress, Attached, useAttached } from './attach.js';
import { draftOf, keepDraft, refilled } from './drafts.js';
import { me } from './me.js';
import { Picker } from './picker.js';
import { Replies, useReplies } from './replies.js';
import { send } from './sends.js';
import { useOpen } from './window.js';
import { holder, isMine, isTaken, waits } from './words.js';

/** The largest height of the box; beyond it scrolls. */
const HEIGHT_MAX = 180;

/**
 * @typedef {object} BoxProps
 * @property {any} talk
 * @property {(what: 'take-over' | 'hand-back', anyway?: boolean) => void} act
 * @property {boolean} busy
 * @property {{all: any[], ready: boolean, refusal: any, again: () => void}} templates
 * @property {any} sender
 * @property {number} newest
 * @property {() => void} note begins a note
 */

/** It is with the bot, with somebody else, or waits for anybody. @param {BoxProps} props */
function NotYours({ talk, act, busy }) {
  const taken = isTaken(talk);
  const words = taken ? t('inbox.taken_by', { name: holder(talk) }) : waits(talk) ? t('inbox.waits') : t('inbox.with_bot');
  return html`<div class="inbox-box not-yours">
    <${Icon} n=${taken ? 'people' : waits(talk) ? 'clock' : 'trigger'} s=${16} />
    <p><span dir="auto">${words}</span>${waits(talk) && html` <small><${When} at=${talk.waiting_since} /></small>`}</p>
    <button type="button" data-inbox-first class=${`button${taken ? '' : ' main'}`} disabled=${busy} onClick=${() => act('take-over', taken)}>${taken ? t('inbox.take_from', { name: holder(talk) }) : t('inbox.take')}</button>
  </div>`;
}

/** The window is open. @param {BoxProps} props */
function Free({ talk, sender, newest, note }) {
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const file = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [text, setText] = useState(() => draftOf(talk.id));
  const attached = useAttached(sender);
  const name = nameOf(talk.contact);
  const [Suggested, suggests] = useState(/** @type {any} */ (null));
  const offered = useRef(/** @type {any} */ (null));
  const begun = useRef(0);
  useEffect(() => {
    // Only who writes needs it, so the page begins without it.
    import('./suggest.js').then((there) => suggests(() => there.Suggested), () => {});
  }, []);
  const use = (/** @type {any} */ draft) => {
    begun.current = draft.id;
    setText(draft.text);
    box.current?.focus();
  };
  useEffect(() => keepDraft(talk.id, text), [text]);
  useEffect(() => refilled((id, words) => id === talk.id && setText(words)), []);
  useLayoutEffect(() => {
    const area = box.current;
    if (area) {
      area.style.removeProperty('height');
      if (text) {
        area.style.setProperty('height', `${Math.min(HEIGHT_MAX, area.scrollHeight + 2)}px`);
      }
    }
  }, [text]);
  const media = attached.media;
  const ready = (text.trim() || media) && !attached.busy;
  const go = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!ready) {
      return;
    }
    send(talk.id, { ...(text.trim() ? { text: text.trim() } : {}), ...(media ? { media } : {}), agent: me(), ...(begun.current ? { suggestion: begun.current } : {}) }, newest);
    begun.current = 0;
    setText('');
    attached.clear();
    box.current?.focus();
  };
  const replies = useReplies(talk.id, text, setText);
  const keys = (/** @type {KeyboardEvent} */ event) => {
    if (replies.key(event)) {
      return;
    }
    if (event.key === 'Enter' && event.ctrlKey && offered.current && !text.trim()) {
      event.preventDefault();
      use(offered.current);
    } else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      go(event);
    }
  };
  const clip = () => (attached.uploads ? file.current?.click() : attached.ask());
  return html`<form class="inbox-box" onSubmit=${go}>
    <${Attached} attached=${attached} />
    ${attached.asking && html`<${AttachAddress} attached=${attached} />`}
    ${Suggested && html`<${Suggested} talk=${talk} use=${use} offer=${(/** @type {any} */ draft) => (offered.current = draft)} />`}
    <${Replies} replies=${replies} />
    <div class="inbox-write">
      <button type="button" class="icon-button inbox-note-button" title=${t('inbox.note')} aria-label=${t('inbox.note')} onClick=${note}><${Icon} n="pen" s=${17} /></button>
      <button type="button" class="icon-button" title=${t('inbox.attach')} aria-label=${t('inbox.attach')} onClick=${clip}><${Icon} n="clip" s=${18} /></button>
      <input ref=${file} hidden type="file" onChange=${(/** @type {any} */ event) => attached.take(event.target.files?.[0], event.target)} />
      <textarea ref=${box} rows="1" dir="auto" data-inbox-first maxlength="16384" value=${text} placeholder=${t('inbox.write', { name })} aria-label=${t('inbox.write', { name })} aria-describedby="inbox-keys" enterkeyhint="send" aria-controls=${replies.shown.length ? 'inbox-replies' : undefined} aria-activedescendant=${replies.shown.length ? `inbox-reply-${replies.on}` : undefined}
        onInput=${(/** @type {any} */ event) => setText(event.target.value)} onKeyDown=${keys}
        onPaste=${(/** @type {ClipboardEvent} */ event) => attached.uploads && event.clipboardData?.files.length && attached.take(event.clipboardData.files[0])}></textarea>
      <span id="inbox-keys" class="hidden">${t('inbox.write.keys')}</span>
      <button class="chat-send" aria-label=${t('chat.send')} title=${t('chat.send')} disabled=${!ready}><${Icon} n="send" s=${17} /></button>
    </div>
  </form>`;
}

/** @param {BoxProps} props */
export function Box(props) {
  const { talk } = props;
  const open = useOpen(talk);
  if (!isMine(talk)) {
    return html`<${NotYours} ...${props} />`;
  }
  return open ? html`<${Free} ...${props} />` : html`<${Picker} ...${props} />`;
}
