// @ts-check
// Asks once more before something that cannot be taken back; where much is lost, a word has to be typed in.
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';

/**
 * @param {object} props
 * @param {string} props.title
 * @param {string} props.words
 * @param {string} props.act the name of the button
 * @param {boolean} [props.danger]
 * @param {string} [props.typed] what has to be typed in first
 * @param {string} [props.label] of the box to type in
 * @param {() => void} props.close
 * @param {() => unknown} props.run
 * @param {any} [props.children]
 */
export function Confirm({ title, words, act, danger = false, typed, label, close, run, children }) {
  const place = useRef(/** @type {any} */ (null));
  const [text, set] = useState('');
  const plain = (/** @type {string} */ one) => one.replace(/[\s()-]/g, '');
  const ready = !typed || plain(text) === plain(typed);
  useEffect(() => {
    const before = document.activeElement;
    place.current.showModal();
    place.current.querySelector('[data-first]')?.focus();
    return () => before instanceof HTMLElement && before.isConnected && before.focus();
  }, []);
  const done = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (ready) {
      close();
      await run();
    }
  };
  return html`<dialog ref=${place} class="dialog" aria-labelledby="confirm-title" onClose=${close} onMouseDown=${(/** @type {MouseEvent} */ event) => event.target === place.current && close()}>
    <form onSubmit=${done}>
      <header><h2 id="confirm-title">${title}</h2><button type="button" class="icon-button" title=${t('close')} aria-label=${t('close')} onClick=${close}><${Icon} n="x" /></button></header>
      <p>${words}</p>
      ${children}
      ${typed && html`<label class="field"><span>${label}</span><input data-first dir="ltr" autocomplete="off" spellcheck=${false} value=${text} onInput=${(/** @type {any} */ event) => set(event.target.value)} /></label>`}
      <footer><button type="button" class="button" data-first=${!typed || undefined} onClick=${close}>${t('cancel')}</button><button class=${`button main${danger ? ' danger' : ''}`} disabled=${!ready}>${act}</button></footer>
    </form>
  </dialog>`;
}
