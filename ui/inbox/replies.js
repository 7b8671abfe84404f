// @ts-check
// Replies: `/` at the beginning of the box lists the texts that the bot's authors wrote for people, filled in.
import { html, useEffect, useState } from '../vendor/preact.js';
import { get } from '../js/api.js';
import { t } from '../js/i18n.js';

/** @typedef {{name: string, text: string}} Reply */

/** What is sought behind the slash, or null where no reply is wanted. @param {string} text */
const sought = (text) => (/^\/[^\n]*$/.test(text) ? text.slice(1).trim().toLowerCase() : null);

/**
 * @param {number} id of the conversation
 * @param {string} text in the box
 * @param {(text: string) => void} take puts a reply into the box
 */
export function useReplies(id, text, take) {
  const [all, set] = useState(/** @type {Reply[] | null} */ (null));
  const [at, move] = useState(0);
  const [closed, close] = useState('');
  const wanted = closed === text && closed ? null : sought(text);
  useEffect(() => {
    if (wanted !== null && !all) {
      get(`/v1/replies?conversation=${id}`).then((answer) => answer.ok && set(answer.body.data.filter((/** @type {any} */ one) => one.text)));
    }
  }, [wanted !== null]);
  const shown = wanted === null ? [] : (all ?? []).filter((one) => `${one.name} ${one.text}`.toLowerCase().includes(wanted));
  const on = Math.min(at, shown.length - 1);
  const choose = (/** @type {Reply} */ one) => {
    move(0);
    take(one.text);
  };
  return {
    shown,
    on,
    choose,
    /** Whether the key was for the list. @param {KeyboardEvent} event */
    key: (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!shown.length || event.isComposing) {
        return false;
      }
      if (step) {
        move((on + step + shown.length) % shown.length);
      } else if ((event.key === 'Enter' && !event.shiftKey) || event.key === 'Tab') {
        choose(shown[on]);
      } else if (event.key === 'Escape') {
        close(text);
      } else {
        move(0);
        return false;
      }
      event.preventDefault();
      return true;
    },
  };
}

/** @param {{replies: ReturnType<typeof useReplies>}} props */
export function Replies({ replies }) {
  if (!replies.shown.length) {
    return null;
  }
  return html`<ul class="inbox-replies" id="inbox-replies" role="listbox" aria-label=${t('inbox.replies')}>${replies.shown.map(
    (one, n) =>
      html`<li key=${one.name} id=${`inbox-reply-${n}`} role="option" aria-selected=${n === replies.on} onMouseDown=${(/** @type {Event} */ event) => {
        event.preventDefault();
        replies.choose(one);
      }}><b dir="auto">${one.name}</b><span dir="auto">${one.text}</span></li>`,
  )}</ul>`;
}
