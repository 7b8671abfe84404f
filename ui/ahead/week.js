// @ts-check
// The picture: a band for each flow and trigger, a row for each zone, and at each local hour a bar of what will happen.
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { DAY } from '../js/moment.js';
import { KINDS, cityOf, keyOf, kindOf, placeOf } from './cells.js';
import { dayWords, flowTitle, minuteWords, outcomeWords, shortDay } from './words.js';

const ROW = 44;
const BAR = 36;
const BAR_LEAST = 14;
/** The room that a number beside a bar needs: that of each digit, and the gaps before and after it. */
const DIGIT_ROOM = 7.5;
const GAPS_ROOM = 10;
const ICONS = { text: 'say', template: 'template', held: 'clock', refused: 'lock' };

/** The colours with their patterns, and how many people each is for. A click hides one. @param {{sums: Record<string, number>, off: string[], toggle: (kind: string) => void}} props */
export function Legend({ sums, off, toggle }) {
  return html`<ul class="ahead-legend">${KINDS.map(
    (kind) => html`<li key=${kind}><button type="button" aria-pressed=${!off.includes(kind)} onClick=${() => toggle(kind)}>
      <svg width="18" height="18" aria-hidden="true"><${Patterns} of=${`legend-${kind}`} /><rect class=${`ahead-fill ${kind}`} x="1" y="1" width="16" height="16" rx="4" fill=${kind === 'held' || kind === 'refused' ? `url(#legend-${kind}-${kind})` : undefined} /></svg>
      <${Icon} n=${ICONS[kind]} s=${13} /><b>${sums[kind]}</b> ${t(`ahead.kind.${kind}`)}</button></li>`,
  )}</ul>`;
}

/** Hatches, so that colours do not stand alone. @param {{of: string}} props `of`: the beginning of their names */
const Patterns = ({ of }) =>
  html`<defs><pattern id=${`${of}-held`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="ahead-back held" width="6" height="6" /><rect class="ahead-line held" width="2.400" height="6" /></pattern>
    <pattern id=${`${of}-refused`} width="6" height="6" patternUnits="userSpaceOnUse"><rect class="ahead-back refused" width="6" height="6" /><path class="ahead-cross" d="M0 0l6 6M6 0l-6 6" /></pattern></defs>`;

/** @param {{fire: import('./cells.js').Fire, off: string[], most: number, room: number, left: number, on: boolean, choose: () => void}} props */
function Fire({ fire, off, most, room, left, on, choose }) {
  const cells = fire.cells.filter((cell) => !off.includes(kindOf(cell)) && cell.people > 0);
  const people = cells.reduce((sum, cell) => sum + cell.people, 0);
  const height = Math.max(BAR_LEAST, Math.round(BAR * Math.sqrt(people / most)));
  const width = Math.max(9, Math.min(20, room * 0.8));
  const words = `${flowTitle(fire.flow)}, ${cityOf(fire.zone)}, ${dayWords(fire.local)} ${minuteWords(fire.local)}, ${t('ahead.people', { n: people })}: ${cells.map((cell) => `${cell.people} ${outcomeWords(cell).what} ${outcomeWords(cell).why}`.trim()).join(', ')}`;
  const place = (/** @type {HTMLElement | null} */ element) => element?.style.setProperty('left', `${left}px`);
  let y = (ROW - height) / 2;
  if (!people) {
    return null;
  }
  return html`<button type="button" class=${`ahead-fire${on ? ' on' : ''}`} ref=${place} aria-pressed=${on} aria-label=${words} title=${words.replace(': ', '\n').replaceAll(', ', '\n')} onClick=${choose}>
    <svg width=${width} height=${ROW} aria-hidden="true">${cells.map((cell, n) => {
      const part = (height * cell.people) / people;
      const top = y;
      y += part;
      const kind = kindOf(cell);
      return html`<rect key=${n} class=${`ahead-fill ${kind}`} x="0.5" y=${top} width=${width - 1} height=${Math.max(1.5, part - (cells.length > 1 ? 1 : 0))} rx=${Math.min(3, part / 2)} fill=${kind === 'held' || kind === 'refused' ? `url(#week-${kind})` : undefined} />`;
    })}</svg>${room > width + GAPS_ROOM + String(people).length * DIGIT_ROOM && html`<small>${people}</small>`}</button>`;
}

/**
 * @param {object} props
 * @param {import('./cells.js').Group[]} props.groups
 * @param {number} props.days
 * @param {string} props.as_of
 * @param {string[]} props.off kinds that are hidden
 * @param {string} props.chosen
 * @param {(cell: string) => void} props.choose
 */
export function Week({ groups, days, as_of: asOf, off, chosen, choose }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const [width, setWidth] = useState(800);
  useEffect(() => {
    const sized = new ResizeObserver(([one]) => setWidth(Math.max(240, one.contentRect.width)));
    sized.observe(/** @type {HTMLElement} */ (box.current));
    return () => sized.disconnect();
  }, []);
  const all = groups.flatMap((group) => group.fires);
  const first = Math.floor(Math.min(...all.map((fire) => placeOf(fire.local)), Date.parse(asOf)) / DAY) * DAY;
  const last = Math.ceil((Math.max(...all.map((fire) => placeOf(fire.local))) + 1) / DAY) * DAY;
  const count = Math.max(Math.min(days + 1, Math.round((last - first) / DAY)), days);
  const day = width / count;
  const x = (/** @type {string} */ local) => ((placeOf(local) - first) / DAY) * day;
  const most = Math.max(1, ...all.map((fire) => fire.people));
  const list = Array.from({ length: count }, (_, n) => first + n * DAY);
  const weekend = (/** @type {number} */ at) => [0, 6].includes(new Date(at).getUTCDay());
  return html`<div class="week" role="group" aria-label=${t('ahead.picture')}>
    <svg class="week-patterns" width="0" height="0" aria-hidden="true"><${Patterns} of="week" /></svg>
    <div class="week-row week-days" aria-hidden="true"><span class="week-name"></span><div class="week-line" dir="ltr" ref=${box}>${list.map((at) => html`<${Column} key=${at} left=${((at - first) / DAY) * day} width=${day} weekend=${weekend(at)}>${day > 74 ? dayWords(at) : day > 22 || new Date(at).getUTCDay() === 1 ? shortDay(at) : ''}</${Column}>`)}</div></div>
    ${groups.map(
      (group) => html`<section key=${`${group.flow}|${group.trigger}`} class="week-group" aria-label=${flowTitle(group.flow)}>
        <h2 class="week-title"><bdi>${flowTitle(group.flow)}</bdi> <small dir="ltr" lang="en">${group.trigger}</small></h2>
        ${group.zones.map(
          (zone) => html`<div class="week-row" key=${zone.zone}>
            <span class="week-name" title=${zone.zone}>${cityOf(zone.zone)} <small>${zone.people}</small></span>
            <div class="week-line" dir="ltr">${list.map((at) => html`<${Column} key=${at} left=${((at - first) / DAY) * day} width=${day} weekend=${weekend(at)} />`)}
              ${group.fires
                .filter((fire) => fire.zone === zone.zone)
                .map((fire, n, row) => {
                  const next = row[n + 1] ? x(row[n + 1].local) : width;
                  return html`<${Fire} key=${keyOf(fire)} fire=${fire} off=${off} most=${most} left=${x(fire.local)} room=${next - x(fire.local)} on=${keyOf(fire) === chosen} choose=${() => choose(keyOf(fire))} />`;
                })}</div></div>`,
        )}
      </section>`,
    )}
    <p class="week-note">${t('ahead.local')}</p>
  </div>`;
}

/** The column of a day. @param {{left: number, width: number, weekend: boolean, children?: any}} props */
function Column({ left, width, weekend, children }) {
  const place = (/** @type {HTMLElement | null} */ element) => {
    element?.style.setProperty('left', `${left}px`);
    element?.style.setProperty('width', `${width}px`);
  };
  return html`<i class=${`week-day${weekend ? ' weekend' : ''}`} ref=${place}>${children}</i>`;
}
