// @ts-check
/** The map: the drawing of the open flow, with the steps that the talk has passed. A click leads to a step's text. */
import { effect, html, useEffect, useLayoutEffect, useRef, useState } from '../vendor/preact.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';
import { atCursor, drawing, drawn, placeOf, shown, stale, taken } from './drawing.js';
import * as state from './state.js';
import * as talk from './talk.js';

const LEAST = 0.15;
const MOST = 2;
/** The room between a step and the edge of the view. */
const EDGE = 28;
/** Texts are readable down to this scale: a larger drawing opens at its start instead of being shrunk further. */
const READABLE = 0.66;

/** The steps and ways that the talk has taken, up to the act that is looked at. @param {string | undefined} flow */
function passed(flow) {
  const steps = new Set();
  const ways = new Set();
  for (const act of talk.acts.value.slice(0, talk.looked.value)) {
    for (const one of act.passed ?? []) {
      if (one.flow !== flow) continue;
      steps.add(one.step);
      ways.add(`${one.step} ${one.way ?? ''}`);
    }
  }
  return { steps, ways };
}

/** The runs that have not ended. */
const openRuns = () => (talk.now.value?.runs ?? []).filter((/** @type {any} */ run) => run.waits);

/** The step at which the talk stands. */
const standing = () => openRuns().at(-1)?.step ?? null;

effect(() => {
  void drawing.value;
  void drawn.value;
  const place = placeOf(standing() ?? '');
  state.mark.value = place ? { path: place.path, line: place.line } : null;
});

/** @param {Element} svg @param {string} name the class @param {string} of the elements @param {(element: Element) => boolean} is */
function toggle(svg, name, of, is) {
  for (const element of svg.querySelectorAll(of)) element.classList.toggle(name, is(element));
}

/** Marks what the talk did. @param {Element} svg @param {string} flow */
function paint(svg, flow) {
  const { steps, ways } = passed(flow);
  const now = standing();
  const cursor = atCursor.value;
  const id = (/** @type {Element} */ element) => element.getAttribute('data-step');
  toggle(svg, 'passed', '[data-step]', (element) => steps.has(id(element)));
  toggle(svg, 'current', '[data-step]', (element) => id(element) === now);
  toggle(svg, 'cursor', '[data-step]', (element) => id(element) === cursor);
  toggle(svg, 'passed', '.start', () => steps.size > 0);
  toggle(svg, 'taken', '[data-to]', (element) => steps.has(element.getAttribute('data-to')));
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

/** Moves and scales the drawing. @param {{svg: SVGSVGElement | null, flow: string | undefined, now: string | null, cursor: string | null}} props */
function Canvas({ svg, flow, now, cursor }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const sheet = useRef(/** @type {HTMLElement | null} */ (null));
  const view = useRef({ x: 0, y: 0, k: 1 });
  /** Whether the author has moved the drawing: then it stays where it is. */
  const own = useRef(false);
  const last = useRef(/** @type {string | null} */ (null));
  const drawn = useRef(/** @type {string | undefined} */ (undefined));
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
    if (!svg || !sheet.current) return;
    sheet.current.replaceChildren(svg);
    if (drawn.current !== flow) own.current = false;
    drawn.current = flow;
    if (!own.current) fit();
  }, [svg]);
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
    const step = /** @type {Element} */ (event.target).closest('[data-step]')?.getAttribute('data-step');
    const place = step && placeOf(step);
    if (place && !box.current?.dataset.moved) state.reveal(place.path, place.line);
  };
  return html`<div class="map-canvas" ref=${box} dir="ltr" tabindex="0" role="group" aria-label=${t('map.canvas')} onKeyDown=${keys} onClick=${click}>
      <div class="map-sheet" ref=${sheet} aria-hidden="true"></div></div>
    <div class="map-tools">
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
  // `Map` is the component of this file.
  const held = new globalThis.Map();
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

/** The same steps as a list, for those who do not see the map. */
function Steps() {
  const made = drawing.value;
  const { steps } = passed(made?.flow);
  const now = standing();
  return html`<ol class="map-steps">${made?.steps.map(
    (one) => html`<li key=${one.id}>
    <button type="button" aria-current=${one.id === atCursor.value ? 'location' : undefined} class=${one.id === now ? 'current' : ''} onClick=${() => state.reveal(one.path, one.line)}>
      <span class="map-verb" dir="ltr">${one.verb}</span><span class="map-words" dir="auto">${one.words || one.id}</span>
      ${steps.has(one.id) && html`<span class="map-passed"><${Icon} n="check" s=${13} /><span class="hidden">${t('map.passed')}</span></span>`}
      <span class="map-line">${one.line}</span></button></li>`,
  )}</ol>`;
}

export function Map() {
  const [list, setList] = useState(false);
  const made = drawing.value;
  const read = useRef(/** @type {import('./drawing.js').Shown | null} */ (null));
  if (made) read.current = taken(made, read.current);
  const svg = read.current?.svg ?? null;
  const { steps } = passed(made?.flow);
  const now = standing();
  const cursor = atCursor.value;
  const looked = talk.looked.value;
  const acts = talk.acts.value;
  useLayoutEffect(() => {
    if (svg && made) paint(svg, made.flow);
  }, [made, acts, looked, now, cursor, list]);
  const title = state.bot.value?.flows?.find((/** @type {any} */ one) => one.name === made?.flow)?.title ?? made?.flow ?? '';
  const elsewhere = runningElsewhere(made?.flow);
  return html`<section class=${`pane map${stale.value !== null ? ' stale' : ''}`} aria-label=${t('map.title')}>
    <header class="map-head"><h2>${t('map.title')}</h2><span class="map-count">${made && acts.length > 0 && t('map.count', { a: made.steps.filter((one) => steps.has(one.id)).length, b: made.steps.length })}</span><span class="grow"></span>
      <div class="map-switch" role="group" aria-label=${t('map.view')}>
        <button type="button" aria-pressed=${!list} onClick=${() => setList(false)}>${t('map.title')}</button>
        <button type="button" aria-pressed=${list} onClick=${() => setList(true)}>${t('map.steps')}</button></div></header>
    ${list ? html`<${Steps} />` : html`<${Canvas} svg=${svg} flow=${made?.flow} now=${now} cursor=${cursor} />`}
    ${!made && stale.value === null && shown.value && html`<p class="map-wait">${t('map.wait')}</p>`}
    ${!shown.value && html`<p class="map-wait">${t('map.none')}</p>`}
    ${stale.value !== null && html`<p class="map-note" role="status"><${Icon} n="alert" s=${13} /><span>${t(made ? 'map.stale' : 'map.unreadable', { title })}</span></p>`}
    ${elsewhere && stale.value === null && html`<button type="button" class="map-elsewhere" onClick=${() => state.show(elsewhere.path)}>${t('map.elsewhere', { flow: elsewhere.title ?? elsewhere.name })}</button>`}
  </section>`;
}

/** The flow in which the talk stands, if it is not the one of the map. @param {string | undefined} flow */
function runningElsewhere(flow) {
  const runs = openRuns();
  if (!runs.length || runs.some((/** @type {any} */ run) => run.flow === flow)) return null;
  return state.bot.value?.flows?.find((/** @type {any} */ one) => one.name === runs.at(-1).flow) ?? null;
}
