// @ts-check
// The line of a contact's time as a picture: messages as bars, runs, fires and consent as marks, gaps with their reason.
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { t } from '../js/i18n.js';
import { DAY, day, millis } from '../js/moment.js';
import { counted, gapsOf, laneOf, look, windowsOf } from './line.js';
import { addressFor, shortReason, wordsOf } from './words.js';

/** Heights of the lanes in the drawing. */
const BASE = 66;
const LANE_Y = { runs: 140, fires: 172, facts: 204 };
const BOTTOM = 226;
const HEIGHT = 250;
/** Marks and pointer count as near up to here. */
const NEAR = 14;
const BAR_MAX = 44;
/** A name below the line needs so much room. */
const MONTH_ROOM = 44;
const DAY_ROOM = 76;
/** A letter of a reason takes about so much. */
const LETTER = 6.2;
/** A letter of a name below the line takes no more than this, also in bold. */
const LETTER_MAX = 8;
/** A name stands so far from its line. */
const BESIDE = 4;

/** @param {number} count */
const tall = (count) => Math.min(BAR_MAX, 7 + 9 * Math.log2(count + 1));

/** @param {{lane: string, kind: string, x: number, y: number, on: boolean}} props */
function Mark({ lane, kind, x, y, on }) {
  const name = `year-mark ${lane} ${kind}${on ? ' on' : ''}`;
  if (lane === 'runs') {
    return kind === 'bad'
      ? html`<path class=${name} d=${`M${x - 4.5} ${y - 4.5}h9v9h-9z`} />`
      : html`<circle class=${name} cx=${x} cy=${y} r="4.2" />`;
  }
  if (kind.startsWith('date')) {
    return html`<circle class=${name} cx=${x} cy=${y} r="5" />`;
  }
  if (lane === 'facts') {
    return kind === 'withdrawn'
      ? html`<path class=${name} d=${`M${x - 5} ${y - 4}h10l-5 9z`} />`
      : html`<path class=${name} d=${`M${x - 5} ${y + 4}h10l-5 -9z`} />`;
  }
  return kind === 'not'
    ? html`<path class=${name} d=${`M${x - 4} ${y - 4}l8 8m0 -8l-8 8`} />`
    : html`<path class=${name} d=${`M${x} ${y - 6.5}l6.5 6.5l-6.500 6.500l-6.500 -6.500z`} />`;
}

/** The beginnings of days, weeks or months in a stretch of time, as many as have room. @param {number} from @param {number} to @param {string} zone @param {number} width */
function ticksOf(from, to, zone, width) {
  const days = (to - from) / DAY;
  const part = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const weekday = new Intl.DateTimeFormat('en', { timeZone: zone, weekday: 'short' });
  const words = new Intl.DateTimeFormat(document.documentElement.lang || 'en', days > 120 ? { timeZone: zone, month: 'short' } : { timeZone: zone, day: 'numeric', month: 'short' });
  const year = new Intl.DateTimeFormat(document.documentElement.lang || 'en', { timeZone: zone, year: 'numeric' });
  const ticks = [];
  let before = '';
  for (let at = from; at <= to; at += DAY / 8) {
    const date = part.format(at);
    const begins = days > 120 ? date.endsWith('-01') : days > 45 ? weekday.format(at) === 'Mon' : true;
    if (before && date !== before && begins) {
      // One text for both: two would be put over each other where the month is read from the right.
      const first = date.endsWith('01-01');
      ticks.push({ at, words: first ? `${words.format(at)} ${year.format(at)}` : words.format(at), year: first });
    }
    before = date;
  }
  const step = Math.max(1, Math.ceil((ticks.length * (days > 120 ? MONTH_ROOM : DAY_ROOM)) / width));
  let end = 0;
  return ticks.filter((_, n) => n % step === 0).map((one) => {
    const left = ((one.at - from) / (to - from)) * width + BESIDE;
    const right = left + one.words.length * LETTER_MAX;
    // A name that would lie over the one before it, or be cut at the end, is left out; its line stays.
    const fits = left >= end && right <= width;
    end = fits ? right : end;
    return fits ? one : { ...one, words: '' };
  });
}

/**
 * @param {object} props
 * @param {import('./line.js').Item[]} props.items in the order of time
 * @param {number} props.from
 * @param {number} props.to
 * @param {string} props.zone
 * @param {number | null} props.at the index of the chosen item
 * @param {(index: number | null) => void} props.choose
 * @param {(index: number) => void} props.open
 */
export function Picture({ items, from, to, zone, at, choose, open }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const tip = useRef(/** @type {HTMLElement | null} */ (null));
  const [width, setWidth] = useState(1000);
  useEffect(() => {
    const wall = /** @type {HTMLElement} */ (box.current);
    const sized = new ResizeObserver(() => setWidth(Math.max(280, wall.clientWidth)));
    sized.observe(wall);
    return () => sized.disconnect();
  }, []);
  const now = Date.now();
  const x = (/** @type {number} */ moment) => ((moment - from) / (to - from)) * width;
  const held = (/** @type {number} */ moment) => Math.min(width, Math.max(0, x(moment)));
  const step = Math.max(DAY / 4, ((to - from) / width) * 4);
  const bar = Math.max(2.5, (step / (to - from)) * width - 1.2);
  const place = (/** @type {number} */ index) => ({ x: x(millis(items[index].at)), y: laneY(items[index]) });
  /** @param {MouseEvent} event */
  const nearest = (event) => {
    const { left, top } = /** @type {HTMLElement} */ (box.current).getBoundingClientRect();
    const [px, py] = [event.clientX - left, event.clientY - top];
    let best = /** @type {number | null} */ (null);
    let least = NEAR * NEAR * 2;
    items.forEach((item, index) => {
      if (!laneOf(item)) {
        return;
      }
      const here = place(index);
      const dy = laneOf(item) === 'in' ? Math.max(0, py - BASE) : laneOf(item) === 'out' ? Math.max(0, BASE - py, py - 118) : here.y - py;
      const far = (here.x - px) ** 2 + dy ** 2;
      if (far < least) {
        [best, least] = [index, far];
      }
    });
    return best;
  };
  const near = (/** @type {MouseEvent} */ event) => choose(nearest(event));
  const click = (/** @type {MouseEvent} */ event) => {
    const index = nearest(event);
    if (index !== null) {
      choose(index);
      open(index);
    }
  };
  const keys = (/** @type {KeyboardEvent} */ event) => {
    const last = items.length - 1;
    const here = at ?? items.findLastIndex((item) => millis(item.at) <= now);
    const next = { ArrowRight: here + 1, ArrowUp: here + 1, ArrowLeft: here - 1, ArrowDown: here - 1, Home: 0, End: last }[event.key];
    if (next !== undefined && items.length) {
      event.preventDefault();
      choose(Math.max(0, Math.min(last, next)));
    } else if (event.key === 'Enter' && at !== null) {
      open(at);
    } else if (event.key === 'Escape') {
      choose(null);
    }
  };
  const chosen = at === null ? null : items[at];
  useEffect(() => {
    const card = tip.current;
    if (!card || at === null) {
      return;
    }
    const half = card.offsetWidth / 2;
    card.style.setProperty('left', `${Math.max(half, Math.min(width - half, place(at).x))}px`);
    card.style.setProperty('top', `${place(at).y}px`);
  }, [at, width, items]);
  const words = chosen && wordsOf(chosen);
  const spoken = chosen && words ? `${day(chosen.at, zone)}: ${t(`contacts.year.kind.${chosen.kind}`)}. ${words.what} ${words.why}` : t('contacts.year.sum', { n: items.length });
  return html`<div class="year-picture" dir="ltr" ref=${box} tabindex="0" role="slider" aria-label=${t('contacts.year')} aria-valuemin="0" aria-valuemax=${Math.max(0, items.length - 1)} aria-valuenow=${at ?? 0} aria-valuetext=${spoken}
      onMouseMove=${near} onMouseLeave=${() => choose(null)} onClick=${click} onKeyDown=${keys}>
    <svg width=${width} height=${HEIGHT} viewBox=${`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
      <defs><pattern id="year-hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="year-hatch-back" width="7" height="7" /><rect class="year-hatch-line" width="2.200" height="7" /></pattern></defs>
      <rect class="year-future" x=${held(now)} y="0" width=${width - held(now)} height=${BOTTOM} />
      ${windowsOf(items).map(([begin, end]) => html`<rect class="year-window" x=${held(begin)} y=${BASE - BAR_MAX - 4} width=${Math.max(1, held(end) - held(begin))} height=${BAR_MAX * 2 + 10} />`)}
      ${ticksOf(from, to, zone, width).map((one) => html`<g class="year-tick"><path d=${`M${x(one.at)} 0V${BOTTOM + 5}`} />${one.words && html`<text class=${one.year ? 'year-year' : undefined} x=${x(one.at) + BESIDE} y=${BOTTOM + 16}>${one.words}</text>`}</g>`)}
      <path class="year-base" d=${`M0 ${BASE + 1}H${width}`} />
      ${Object.values(LANE_Y).map((y) => html`<path class="year-lane" d=${`M0 ${y}H${width}`} />`)}
      ${gapsOf(items).map((gap) => {
        const [left, right] = [held(gap.from) - 7, held(gap.to) + 7];
        const said = shortReason(gap.reason);
        const room = Math.floor((right - left - 14) / LETTER);
        const text = said.length <= room ? said : room >= 8 ? `${said.slice(0, room - 1).trimEnd()}…` : '';
        return html`<g class="year-gap"><rect x=${left} y=${LANE_Y.fires - 11} width=${right - left} height="22" rx="6" fill="url(#year-hatch)" />
          ${text && html`<text x=${(left + right) / 2} y=${LANE_Y.fires + 4} text-anchor="middle">${text}</text>`}</g>`;
      })}
      ${counted(items, from, step).map(
        (one) => html`${one.in > 0 && html`<rect class="year-bar in" x=${x(one.at)} y=${BASE - tall(one.in)} width=${bar} height=${tall(one.in)} rx="1.500" />`}
          ${one.out > 0 && html`<rect class=${`year-bar out${one.bad ? ' bad' : ''}`} x=${x(one.at)} y=${BASE + 2} width=${bar} height=${tall(one.out)} rx="1.500" />`}`,
      )}
      ${items.map((item, index) => {
        const lane = laneOf(item);
        // A start that did not come is a part of its gap, and is marked only when it is chosen.
        const inGap = item.kind === 'no_fire' && index !== at;
        if (!lane || lane === 'in' || lane === 'out' || inGap) {
          return null;
        }
        return html`<${Mark} key=${index} lane=${lane} kind=${`${item.kind === 'date' ? 'date ' : ''}${look(item)}`} x=${x(millis(item.at))} y=${LANE_Y[lane]} on=${index === at} />`;
      })}
      ${now > from && now < to && html`<g class="year-now"><path d=${`M${x(now)} 0V${BOTTOM + 5}`} /><text x=${x(now) + 5} y="11">${t('contacts.year.now')}</text></g>`}
      ${chosen && html`<path class="year-cursor" d=${`M${place(/** @type {number} */ (at)).x} 0V${BOTTOM}`} />`}
    </svg>
    ${
      chosen &&
      words &&
      html`<div class=${`year-tip ${laneY(chosen) > 150 ? 'above' : 'below'}`} ref=${tip} dir=${document.documentElement.dir} aria-hidden="true">
        <b>${day(chosen.at, zone)}</b> <small>${t(`contacts.year.kind.${chosen.kind}`)}</small>
        <span dir="auto">${words.what}</span>${words.why && html`<em dir="auto">${words.why}</em>`}${addressFor(chosen) && html`<i>${t('contacts.year.click')}</i>`}</div>`
    }
  </div>`;
}

/** @param {import('./line.js').Item} item */
function laneY(item) {
  const lane = laneOf(item);
  return lane === 'in' ? BASE - 22 : lane === 'out' ? BASE + 24 : LANE_Y[lane];
}
