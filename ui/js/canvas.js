// @ts-check
/** Shows a drawing of a flow: cleans it, and moves and scales it by pointer, wheel, keys and buttons. */
import { html, useEffect, useLayoutEffect, useRef } from '../vendor/preact.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';

const LEAST = 0.15;
const MOST = 2;
/** The room between a step and the edge of the view. */
const EDGE = 28;
/** Texts are readable down to this scale: a larger drawing opens at its start instead of being shrunk further. */
const READABLE = 0.66;

const SVG = 'http://www.w3.org/2000/svg';
/** Elements and attributes of a drawing. All others are dropped: texts in a drawing come from flows. */
const ELEMENTS = new Set(['svg', 'g', 'path', 'rect', 'circle', 'line', 'polygon', 'polyline', 'text', 'tspan', 'title']);
const ATTRIBUTES = new Set(
  (
    'class d x y x1 y1 x2 y2 cx cy r rx ry width height viewBox points transform font-size ' +
    'text-anchor data-step data-from data-to data-way data-go data-block'
  ).split(' '),
);

/** @typedef {{flow: string, text: string, raw: Element[], svg: SVGSVGElement}} Shown A drawing as it was read, and what stands in the page. */

/**
 * Reads a drawing. It is parsed, never put into the page as markup; what is not known is left out. Only the elements
 * that differ from the drawing before are made anew: a large one is exchanged in some milliseconds.
 * @param {{flow: string, svg: string}} made
 * @param {Shown | null} before
 * @returns {Shown | null} `before` if it cannot be read
 */
export function taken(made, before) {
  if (before?.text === made.svg && before.flow === made.flow) return before;
  const root = new DOMParser().parseFromString(made.svg, 'image/svg+xml').documentElement;
  if (root.nodeName !== 'svg' || root.querySelector('parsererror')) return before;
  const raw = [...root.children].filter((one) => ELEMENTS.has(one.localName));
  const text = made.svg;
  const { flow } = made;
  if (before?.flow !== flow) {
    const svg = /** @type {SVGSVGElement} */ (named(root));
    svg.append(...raw.map(copied));
    return { flow, text, raw, svg };
  }
  const { svg, raw: old } = before;
  let same = 0;
  while (same < old.length && same < raw.length && old[same].isEqualNode(raw[same])) same += 1;
  let after = 0;
  while (after < Math.min(old.length, raw.length) - same && old[old.length - 1 - after].isEqualNode(raw[raw.length - 1 - after]))
    after += 1;
  const behind = svg.children[old.length - after] ?? null;
  [...svg.children].slice(same, old.length - after).forEach((one, n) => {
    const other = raw[same + n];
    if (same + n < raw.length - after) {
      if (!old[same + n].isEqualNode(other)) one.replaceWith(copied(other));
    } else {
      one.remove();
    }
  });
  raw.slice(old.length - after, raw.length - after).forEach((one) => svg.insertBefore(copied(one), behind));
  for (const { name, value } of root.attributes) if (ATTRIBUTES.has(name)) svg.setAttribute(name, value);
  return { flow, text, raw, svg };
}

/** An element of the same name and attributes. @param {Element} from @returns {Element} */
function named(from) {
  const to = document.createElementNS(SVG, from.localName);
  for (const { name, value } of from.attributes) {
    if (ATTRIBUTES.has(name)) to.setAttribute(name, value);
  }
  return to;
}

/** @param {Element} from @returns {Element} */
function copied(from) {
  const to = named(from);
  for (const child of from.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) to.append(child.textContent ?? '');
    else if (child instanceof Element && ELEMENTS.has(child.localName)) to.append(copied(child));
  }
  return to;
}

/** @param {Element} svg @param {string} name the class @param {string} of the elements @param {(element: Element) => boolean} is */
function toggle(svg, name, of, is) {
  for (const element of svg.querySelectorAll(of)) element.classList.toggle(name, is(element));
}

/**
 * Marks what a talk or a run did in the drawing.
 * @param {Element} svg
 * @param {{steps: Set<string>, ways: Set<string>, now: string | null, cursor: string | null}} done
 */
export function paint(svg, { steps, ways, now, cursor }) {
  const id = (/** @type {Element} */ element) => element.getAttribute('data-step') ?? '';
  toggle(svg, 'passed', '[data-step]', (element) => steps.has(id(element)));
  toggle(svg, 'current', '[data-step]', (element) => id(element) === now);
  toggle(svg, 'cursor', '[data-step]', (element) => id(element) === cursor);
  toggle(svg, 'passed', '.start', () => steps.size > 0);
  toggle(svg, 'taken', '[data-to]', (element) => steps.has(element.getAttribute('data-to') ?? ''));
  toggle(svg, 'taken', '[data-from]', (element) => {
    // A line that several ways share names all of them, a line of text each.
    const froms = element.getAttribute('data-from')?.split('\n') ?? [];
    const names = element.getAttribute('data-way')?.split('\n') ?? [];
    return froms.some((from, n) => ways.has(`${from} ${names[n] ?? ''}`));
  });
}

/** The place of an element in the drawing. @param {SVGSVGElement} svg @param {string} of */
function boxOf(svg, of) {
  const found = /** @type {SVGGraphicsElement | null} */ (svg.querySelector(of));
  if (!found?.isConnected) return null;
  const { x, y, width: w, height: h } = found.getBBox();
  return { x, y, w, h };
}

/**
 * Moves and scales the drawing.
 * @param {object} props
 * @param {SVGSVGElement | null} props.svg
 * @param {string | undefined} props.flow another flow begins at its start again
 * @param {string | null} props.now the step that is kept in view
 * @param {string | null} props.cursor another one that is kept in view when it changes
 * @param {(step: string) => void} props.go called when a step is clicked
 * @param {string} [props.text] changes with the drawing
 * @param {(block: string) => void} [props.fold] called when the head of a block is clicked
 * @param {any} [props.tools] more buttons
 */
export function Canvas({ svg, flow, now, cursor, go, text, fold, tools }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const sheet = useRef(/** @type {HTMLElement | null} */ (null));
  const view = useRef({ x: 0, y: 0, k: 1 });
  /** Whether the author has moved the drawing: then it stays where it is. */
  const own = useRef(false);
  const last = useRef(/** @type {string | null} */ (null));
  const missed = useRef(/** @type {string | null} */ (null));
  const drawn = useRef(/** @type {string | undefined} */ (undefined));
  /** The head of a block that was clicked, and its place in the drawing before: it stays under the pointer. */
  const pinned = useRef(/** @type {{head: string, x: number, y: number} | null} */ (null));
  const move = (/** @type {{x: number, y: number, k: number}} */ wished) => {
    // A part of the drawing stays in view, so that nobody loses it.
    const { clientWidth: W = 0, clientHeight: H = 0 } = box.current ?? {};
    const { w, h } = size();
    const held = (/** @type {number} */ at, /** @type {number} */ length, /** @type {number} */ room) =>
      Math.min(room - 80, Math.max(80 - length, at));
    const next = { k: wished.k, x: held(wished.x, w * wished.k, W), y: held(wished.y, h * wished.k, H) };
    view.current = next;
    sheet.current?.style.setProperty('transform', `translate(${next.x}px, ${next.y}px) scale(${next.k})`);
  };
  const size = () => ({ w: Number(svg?.getAttribute('width')) || 1, h: Number(svg?.getAttribute('height')) || 1 });
  const fit = (least = READABLE) => {
    const { clientWidth: W = 0, clientHeight: H = 0 } = box.current ?? {};
    if (!W || !H || !svg) return;
    const { w, h } = size();
    const k = Math.max(Math.min(1, W / w, H / h), least);
    const from = boxOf(svg, '.start .box') ?? { x: w / 2, y: 0, w: 0, h: 0 };
    const x = w * k <= W ? (W - w * k) / 2 : Math.min(0, Math.max(W - w * k, W / 2 - (from.x + from.w / 2) * k));
    move({ k, x, y: h * k > H ? 12 - from.y * k : (H - h * k) / 2 });
  };
  /** Brings a step into view if it is outside. @param {string | null} step */
  const follow = (step) => {
    const { clientWidth: W = 0, clientHeight: H = 0 } = box.current ?? {};
    const at = step && svg && boxOf(svg, `[data-step="${CSS.escape(step)}"] .box`);
    // A step of a folded block is there when the block has been opened.
    missed.current = step && !at ? step : null;
    if (!at || !W) return;
    const { x, y, k } = view.current;
    const shift = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ room) =>
      from < EDGE ? EDGE - from : Math.min(0, room - EDGE - to);
    const dx = shift(x + at.x * k, x + (at.x + at.w) * k, W);
    const dy = shift(y + at.y * k, y + (at.y + at.h) * k, H - 40);
    if (dx || dy) move({ k, x: x + dx, y: y + dy });
  };
  const zoom = (/** @type {number} */ by, /** @type {number} */ x, /** @type {number} */ y) => {
    own.current = true;
    const { x: left, y: top, k: before } = view.current;
    const k = Math.max(LEAST, Math.min(MOST, before * by));
    move({ k, x: x - ((x - left) * k) / before, y: y - ((y - top) * k) / before });
  };
  const pan = (/** @type {number} */ dx, /** @type {number} */ dy) => {
    own.current = true;
    move({ ...view.current, x: view.current.x + dx, y: view.current.y + dy });
  };
  useLayoutEffect(() => {
    if (!svg || !sheet.current) {
      sheet.current?.replaceChildren();
      return;
    }
    sheet.current.replaceChildren(svg);
    if (drawn.current !== flow) own.current = false;
    drawn.current = flow;
    if (!own.current) fit();
  }, [svg]);
  useLayoutEffect(() => {
    const before = pinned.current;
    const after = before && svg && boxOf(svg, before.head);
    pinned.current = null;
    const { x, y, k } = view.current;
    if (before && after) move({ k, x: x + (before.x - after.x) * k, y: y + (before.y - after.y) * k });
    else if (missed.current) follow(missed.current);
  }, [text]);
  const seek = (/** @type {string | null} */ step) => {
    last.current = step ?? last.current;
    follow(step);
  };
  useEffect(() => seek(now), [now]);
  useEffect(() => seek(cursor), [cursor]);
  useEffect(() => {
    const sized = new ResizeObserver(() => {
      if (own.current) return;
      fit();
      follow(last.current);
    });
    if (box.current) sized.observe(box.current);
    return () => sized.disconnect();
  }, [svg]);
  useEffect(() => {
    const wall = box.current;
    if (!wall) return undefined;
    return pointers(wall, pan, zoom);
  }, []);
  const middle = (/** @type {number} */ by) => zoom(by, (box.current?.clientWidth ?? 0) / 2, (box.current?.clientHeight ?? 0) / 2);
  const whole = () => {
    own.current = true;
    fit(LEAST);
  };
  const keys = (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const far = event.shiftKey ? 240 : 60;
    const acted = {
      ArrowUp: () => pan(0, far),
      ArrowDown: () => pan(0, -far),
      ArrowLeft: () => pan(far, 0),
      ArrowRight: () => pan(-far, 0),
      '+': () => middle(1.25),
      '=': () => middle(1.25),
      '-': () => middle(0.8),
      0: whole,
      Home: whole,
    }[event.key];
    if (!acted) return;
    event.preventDefault();
    acted();
  };
  const click = (/** @type {MouseEvent} */ event) => {
    const aim = /** @type {Element} */ (event.target);
    const step = aim.closest('[data-step]')?.getAttribute('data-step');
    const block = fold && aim.closest('[data-block]')?.getAttribute('data-block');
    if (box.current?.dataset.moved) return;
    if (step) go(step);
    if (!block || !svg) return;
    const head = `[data-block="${CSS.escape(block)}"] .box`;
    const place = boxOf(svg, head);
    pinned.current = place && { head, x: place.x, y: place.y };
    own.current = true;
    fold(block);
  };
  return html`<div class=${`map-canvas${fold ? ' folds' : ''}`} ref=${box} dir="ltr" tabindex="0" role="group" aria-label=${t('map.canvas')} onKeyDown=${keys} onClick=${click}>
      <div class="map-sheet" ref=${sheet} aria-hidden="true"></div></div>
    <div class="map-tools">
      ${tools}
      <button type="button" class="icon-button" title=${t('map.in')} aria-label=${t('map.in')} onClick=${() => middle(1.25)}><${Icon} n="plus" /></button>
      <button type="button" class="icon-button" title=${t('map.out')} aria-label=${t('map.out')} onClick=${() => middle(0.8)}><${Icon} n="minus" /></button>
      <button type="button" class="icon-button" title=${t('map.fit')} aria-label=${t('map.fit')} onClick=${whole}><${Icon} n="fit" /></button></div>`;
}

/**
 * Drags with one pointer, pinches with two, scrolls with the wheel, zooms with Ctrl and the wheel.
 * @param {HTMLElement} wall
 * @param {(dx: number, dy: number) => void} pan
 * @param {(by: number, x: number, y: number) => void} zoom
 */
function pointers(wall, pan, zoom) {
  const held = new Map();
  let apart = 0;
  let far = 0;
  const here = (/** @type {number} */ x, /** @type {number} */ y) => {
    const { left, top } = wall.getBoundingClientRect();
    return /** @type {[number, number]} */ ([x - left, y - top]);
  };
  const wheel = (/** @type {WheelEvent} */ event) => {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) zoom(Math.exp(-event.deltaY / 200), ...here(event.clientX, event.clientY));
    else pan(-event.deltaX, -event.deltaY);
  };
  const down = (/** @type {PointerEvent} */ event) => {
    held.set(event.pointerId, [event.clientX, event.clientY]);
    far = 0;
    delete wall.dataset.moved;
  };
  const moved = (/** @type {PointerEvent} */ event) => {
    const before = held.get(event.pointerId);
    if (!before) return;
    held.set(event.pointerId, [event.clientX, event.clientY]);
    const [dx, dy] = [event.clientX - before[0], event.clientY - before[1]];
    if (held.size === 2) {
      const [[ax, ay], [bx, by]] = [...held.values()];
      const now = Math.hypot(ax - bx, ay - by);
      if (apart) zoom(now / apart, ...here((ax + bx) / 2, (ay + by) / 2));
      apart = now;
      return;
    }
    far += Math.abs(dx) + Math.abs(dy);
    if (far < 4) return;
    wall.dataset.moved = 'true';
    pan(dx, dy);
  };
  const up = (/** @type {PointerEvent} */ event) => {
    held.delete(event.pointerId);
    apart = 0;
  };
  wall.addEventListener('wheel', wheel, { passive: false });
  wall.addEventListener('pointerdown', down);
  addEventListener('pointermove', moved);
  addEventListener('pointerup', up);
  addEventListener('pointercancel', up);
  return () => {
    wall.removeEventListener('wheel', wheel);
    wall.removeEventListener('pointerdown', down);
    removeEventListener('pointermove', moved);
    removeEventListener('pointerup', up);
    removeEventListener('pointercancel', up);
  };
}
