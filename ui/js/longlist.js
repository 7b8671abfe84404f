// @ts-check
// A list of which only the rows in view are in the page, for thousands of runs, contacts or conversations.
import { html, signal, useEffect, useLayoutEffect, useRef, useState } from '../vendor/preact.js';
import { get, isMended } from './api.js';
import { t } from './i18n.js';

/** Rows above and below the view that are drawn too. */
const SPARE = 8;
/** So many rows before its end the list asks for more. */
const AHEAD = 20;

/** @param {HTMLElement | null} element @param {string} property @param {number} pixels */
const set = (element, property, pixels) => element?.style.setProperty(property, `${pixels}px`);

/**
 * @param {object} props
 * @param {any[]} props.items
 * @param {number} props.height of each row in pixels; all rows have the same
 * @param {(item: any, index: number) => any} props.row the content; a link or button in it gets the focus by arrows
 * @param {(item: any) => string | number} props.name the key of an item
 * @param {string} props.label
 * @param {string} [props.class]
 * @param {string | number | null} [props.current] the key of the item to keep in view
 * @param {boolean} [props.plain] its rows have no link and no button, so it takes the keyboard itself to be scrolled
 * @param {() => void} [props.more] called when the end comes into view
 * @param {any} [props.children] what stands below the last row
 */
export function LongList({ items, height, row, name, label, class: className = '', current = null, plain = false, more, children }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const [view, setView] = useState({ top: 0, room: 800 });
  const measure = () => {
    const { scrollTop: top = 0, clientHeight: room = 800 } = box.current ?? {};
    setView((before) => (before.top === top && before.room === room ? before : { top, room }));
  };
  const from = Math.max(0, Math.floor(view.top / height) - SPARE);
  const to = Math.min(items.length, Math.ceil((view.top + view.room) / height) + SPARE);
  useLayoutEffect(() => {
    measure();
    const sized = new ResizeObserver(measure);
    sized.observe(/** @type {HTMLElement} */ (box.current));
    return () => sized.disconnect();
  }, []);
  useLayoutEffect(() => {
    set(box.current?.querySelector('ul') ?? null, 'height', items.length * height);
    box.current?.querySelectorAll('li').forEach((one) => {
      set(one, 'top', (Number(one.getAttribute('aria-posinset')) - 1) * height);
      set(one, 'height', height);
    });
  });
  useEffect(() => {
    if (more && to >= items.length - AHEAD) {
      more();
    }
  }, [to, items.length, more]);
  useEffect(() => {
    const at = current === null ? -1 : items.findIndex((item) => name(item) === current);
    const wall = box.current;
    if (at < 0 || !wall) {
      return;
    }
    if (at * height < wall.scrollTop || (at + 1) * height > wall.scrollTop + wall.clientHeight) {
      wall.scrollTop = Math.max(0, at * height - wall.clientHeight / 2);
    }
  }, [current]);
  const keys = (/** @type {KeyboardEvent} */ event) => {
    const here = /** @type {Element} */ (event.target).closest('li');
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -items.length, End: items.length }[event.key];
    if (!by || !here || !box.current) {
      return;
    }
    event.preventDefault();
    const next = Math.max(1, Math.min(items.length, Number(here.getAttribute('aria-posinset')) + by));
    const top = (next - 1) * height;
    const { scrollTop, clientHeight } = box.current;
    if (top < scrollTop || top + height > scrollTop + clientHeight) {
      box.current.scrollTop = by > 0 ? top + height - clientHeight : top;
      measure();
    }
    requestAnimationFrame(() => {
      const found = box.current?.querySelector(`[aria-posinset="${next}"] :is(a, button)`);
      /** @type {HTMLElement | null | undefined} */ (found)?.focus({ preventScroll: true });
    });
  };
  return html`<div class=${`long ${className}`} role=${plain ? 'group' : undefined} aria-label=${plain ? label : undefined} tabindex=${plain ? 0 : undefined} ref=${box} onScroll=${measure} onKeyDown=${keys}>
    <ul aria-label=${label}>
      ${items
        .slice(from, to)
        .map(
          (item, n) =>
            html`<li key=${name(item)} aria-setsize=${items.length} aria-posinset=${from + n + 1}>${row(item, from + n)}</li>`,
        )}
    </ul>
    ${children}
  </div>`;
}

/**
 * A list that the daemon gives in pages with a cursor.
 * @typedef {object} Paged
 * @property {any[]} items
 * @property {boolean} waits
 * @property {boolean} complete
 * @property {import('./api.js').Answer | null} refusal
 * @property {() => boolean} more reads the next page, if there is one and none is on its way; false where none is read
 * @property {() => void} again reads from the first page on
 */

/**
 * Reads a list page by page, from the start when the address changes.
 * @param {string | null} path with its filters, without `cursor`
 * @param {string} [field] the list in the answer: `items` or `data`
 * @returns {Paged}
 */
export function usePaged(path, field = 'items') {
  const [own] = useState(() => ({
    items: signal(/** @type {any[]} */ ([])),
    waits: signal(false),
    cursor: signal(/** @type {string | null} */ ('')),
    refusal: signal(/** @type {import('./api.js').Answer | null} */ (null)),
    turn: signal(0),
    control: /** @type {AbortController | null} */ (null),
    path: /** @type {string | null} */ (null),
  }));
  const read = async (/** @type {string} */ path, /** @type {string | null} */ cursor) => {
    own.control?.abort();
    const control = new AbortController();
    own.control = control;
    own.waits.value = true;
    const mark = path.includes('?') ? '&' : '?';
    const answer = await get(cursor ? `${path}${mark}cursor=${encodeURIComponent(cursor)}` : path, { signal: control.signal });
    if (own.control !== control) {
      return;
    }
    own.control = null;
    own.waits.value = false;
    own.refusal.value = answer.ok ? null : answer;
    if (answer.ok) {
      const found = answer.body[field] ?? answer.body.items ?? answer.body.data ?? [];
      own.items.value = cursor ? [...own.items.peek(), ...found] : found;
      own.cursor.value = answer.body.next_cursor ?? null;
    }
  };
  const turn = own.turn.value;
  useEffect(() => {
    own.path = path;
    if (path) {
      read(path, null);
    }
    return () => {
      own.control?.abort();
      own.control = null;
    };
  }, [path, turn]);
  const back = isMended(own.refusal.value);
  useEffect(() => {
    if (back) {
      own.turn.value += 1;
    }
  }, [back]);
  return {
    items: own.items.value,
    waits: own.waits.value,
    complete: own.cursor.value === null,
    refusal: own.refusal.value,
    more: () => {
      const cursor = own.cursor.peek();
      // The effects of the list run before the one above, which reads the first page of a new path.
      if (!path || !cursor || own.path !== path || own.control || own.refusal.peek()) {
        return false;
      }
      read(path, cursor);
      return true;
    },
    again: () => (own.turn.value += 1),
  };
}

/** The line below a list: more is on its way, or could not be read. @param {{paged: Paged}} props */
export function ListEnd({ paged }) {
  if (paged.waits) {
    return html`<p class="long-end" role="status">${t('loading')}…</p>`;
  }
  return (
    paged.refusal &&
    paged.items.length > 0 &&
    html`<p class="long-end">${t('list.broken')} <button type="button" class="button small" onClick=${paged.again}>${t('again')}</button></p>`
  );
}
