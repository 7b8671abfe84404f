// @ts-check
// A file for a message: taken from this machine where the platform keeps files, else by its address.
import { html, useState } from '../vendor/preact.js';
import { detail, upload } from '../js/api.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';

/** Platforms that take files by their address alone. */
const BY_ADDRESS = ['twilio', 'waplify', 'autocalls'];
/** Kinds by the ending of an address. @type {[RegExp, string][]} */
const ENDINGS = [
  [/\.(jpe?g|png)$/i, 'image'],
  [/\.(mp4|3gpp?)$/i, 'video'],
  [/\.(mp3|m4a|aac|amr|ogg|opus)$/i, 'audio'],
  [/\.webp$/i, 'sticker'],
];

/** @param {string} url */
function kindOf(url) {
  const path = url.split(/[?#]/)[0];
  return ENDINGS.find(([ending]) => ending.test(path))?.[1] ?? 'document';
}

/** @param {any} sender */
export function useAttached(sender) {
  const [media, set] = useState(/** @type {any} */ (null));
  const [busy, setBusy] = useState(/** @type {string | null} */ (null));
  const [trouble, complain] = useState(/** @type {string | null} */ (null));
  const [asking, setAsking] = useState(false);
  return {
    media,
    busy,
    trouble,
    asking,
    uploads: !BY_ADDRESS.includes(sender?.provider),
    ask: () => setAsking(true),
    clear: () => {
      set(null);
      complain(null);
      setAsking(false);
    },
    address: (/** @type {string} */ url) => {
      set({ kind: kindOf(url), url });
      setAsking(false);
    },
    take: async (/** @type {File | undefined} */ file, /** @type {HTMLInputElement | null} */ input = null) => {
      if (!file || !sender) {
        return;
      }
      complain(null);
      setBusy(file.name);
      const answer = await upload(`/v1/media?sender=${sender.id}&filename=${encodeURIComponent(file.name)}`, file);
      setBusy(null);
      if (input) {
        // The same file can be chosen again.
        input.value = '';
      }
      if (answer.ok) {
        set({ kind: answer.body.kind, id: answer.body.id, filename: answer.body.filename ?? file.name });
      } else {
        complain(answer.status ? (answer.body?.errors?.[0]?.detail ?? detail(answer)) : t('offline.start'));
      }
    },
  };
}

/** @typedef {ReturnType<typeof useAttached>} Attachment */

/** The file that will go with the message, or why none can. @param {{attached: Attachment}} props */
export function Attached({ attached }) {
  const { media, busy, trouble } = attached;
  if (trouble) {
    return html`<p class="inbox-attached bad" role="alert"><${Icon} n="alert" s=${14} /><span dir="auto">${trouble}</span><button type="button" class="icon-button" title=${t('close')} aria-label=${t('close')} onClick=${attached.clear}><${Icon} n="x" s=${13} /></button></p>`;
  }
  if (busy) {
    return html`<p class="inbox-attached" role="status"><span class="spin" aria-hidden="true"></span><span dir="auto">${t('inbox.attach.uploading', { name: busy })}</span></p>`;
  }
  return (
    media &&
    html`<p class="inbox-attached"><${Icon} n=${media.kind === 'image' ? 'image' : 'file'} s=${15} /><span dir="auto">${media.filename || media.url}</span><button type="button" class="icon-button" title=${t('inbox.attach.remove')} aria-label=${t('inbox.attach.remove')} onClick=${attached.clear}><${Icon} n="x" s=${13} /></button></p>`
  );
}

/** @param {{attached: Attachment}} props */
export function AttachAddress({ attached }) {
  const [url, set] = useState('');
  const done = () => /^https?:\/\/\S+$/.test(url.trim()) && attached.address(url.trim());
  return html`<p class="inbox-attached"><label class="grow"><span class="hidden">${t('inbox.attach.address')}</span>
    <input type="url" dir="ltr" placeholder="https://" value=${url} ref=${(/** @type {HTMLElement | null} */ one) => one?.focus()} onInput=${(/** @type {any} */ event) => set(event.target.value)} onKeyDown=${(/** @type {KeyboardEvent} */ event) => {
      if (event.key === 'Enter') {
        event.preventDefault();
        done();
      }
    }} /></label>
    <button type="button" class="button small" onClick=${done}>${t('inbox.attach')}</button>
    <button type="button" class="icon-button" title=${t('cancel')} aria-label=${t('cancel')} onClick=${attached.clear}><${Icon} n="x" s=${13} /></button></p>`;
}
