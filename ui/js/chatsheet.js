// @ts-check
/** A sheet that rises over its pane: it takes the focus, keeps it, closes with Escape, and gives it back. */
import { html, useLayoutEffect, useRef } from '../vendor/preact.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';

const FOCUSABLE = 'button:not(:disabled), input:not(:disabled), select, textarea, [tabindex="0"]';

/** @param {{title: string, close: () => void, class?: string, foot?: any, children?: any}} props */
export function Sheet({ title, close, class: name = '', foot, children }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    const before = document.activeElement;
    const inside = box.current?.querySelectorAll(FOCUSABLE);
    /** @type {HTMLElement | undefined} */ (inside?.[1] ?? inside?.[0])?.focus({ preventScroll: true });
    return () => before instanceof HTMLElement && before.isConnected && before.focus({ preventScroll: true });
  }, []);
  const keys = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
    }
    if (event.key !== 'Tab' || !box.current) return;
    const inside = [...box.current.querySelectorAll(FOCUSABLE)];
    const at = inside.indexOf(/** @type {Element} */ (document.activeElement));
    const edge = event.shiftKey ? at <= 0 : at === inside.length - 1;
    if (!edge) return;
    event.preventDefault();
    /** @type {HTMLElement} */ (inside.at(event.shiftKey ? -1 : 0)).focus();
  };
  return html`<div class="sheet-back" onClick=${close}></div>
    <section class=${`sheet ${name}`} role="dialog" aria-modal="true" aria-label=${title} ref=${box} onKeyDown=${keys}>
      <header class="sheet-head"><h2 dir="auto">${title}</h2><button type="button" class="icon-button" aria-label=${t('chat.close')} onClick=${close}><${Icon} n="x" /></button></header>
      <div class="sheet-body">${children}</div>
      ${foot && html`<footer class="sheet-foot">${foot}</footer>`}
    </section>`;
}
