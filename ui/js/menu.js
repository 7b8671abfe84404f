// @ts-check
// A button with a menu below it: arrows move, Escape closes and gives the focus back.
import { html, useEffect, useLayoutEffect, useRef, useState } from '../vendor/preact.js';

/** Room between the menu and the edge of the window. */
const EDGE = 8;
const ITEMS = '[role=menuitem], [role=menuitemradio]';

/**
 * @param {object} props
 * @param {any} props.face the content of the button
 * @param {string} props.label the name of button and menu
 * @param {string} [props.class] of the button
 * @param {string} [props.place] a class of the place of both
 * @param {(close: () => void) => any} props.items elements with the role `menuitem` or `menuitemradio`
 *
 * A menu whose style makes it `fixed` is put below its button, and stays in the window: for places that scroll.
 */
export function Menu({ face, label, class: name = 'icon-button', place: placeName = '', items }) {
  const [shown, show] = useState(false);
  const place = useRef(/** @type {any} */ (null));
  useEffect(() => {
    if (!shown) {
      return;
    }
    const first = place.current.querySelector('[aria-checked=true], [aria-current]') ?? place.current.querySelector(ITEMS);
    first?.focus();
    const away = (/** @type {Event} */ event) => !place.current.contains(event.target) && show(false);
    addEventListener('pointerdown', away);
    return () => removeEventListener('pointerdown', away);
  }, [shown]);
  useLayoutEffect(() => {
    const menu = /** @type {HTMLElement | null} */ (place.current?.querySelector('.menu'));
    if (!menu || getComputedStyle(menu).position !== 'fixed') {
      return;
    }
    const button = place.current.querySelector('button').getBoundingClientRect();
    const toLeft = getComputedStyle(menu).direction === 'rtl';
    const left = toLeft ? button.right - menu.offsetWidth : button.left;
    menu.style.setProperty('left', `${Math.max(EDGE, Math.min(left, innerWidth - menu.offsetWidth - EDGE))}px`);
    menu.style.setProperty('top', `${Math.max(EDGE, Math.min(button.bottom + 4, innerHeight - menu.offsetHeight - EDGE))}px`);
  }, [shown]);
  const close = () => {
    show(false);
    place.current.querySelector('button').focus();
  };
  const keys = (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape' && shown) {
      event.stopPropagation();
      close();
    } else if (event.key === 'Tab') {
      show(false);
    } else if (step && shown) {
      event.preventDefault();
      const all = [...place.current.querySelectorAll(ITEMS)];
      all[(all.indexOf(document.activeElement) + step + all.length) % all.length]?.focus();
    }
  };
  return html`<div class=${`menu-place ${placeName}`} ref=${place} onKeyDown=${keys}>
    <button type="button" class=${name} title=${label} aria-label=${label} aria-haspopup="menu" aria-expanded=${shown} onClick=${() => show(!shown)}>${face}</button>
    ${shown && html`<div class="menu" role="menu" aria-label=${label}>${items(close)}</div>`}
  </div>`;
}
