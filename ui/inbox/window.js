// @ts-check
// The 24-hour window of a conversation: how long it is still open, up to the second near its end.
import { html, useEffect, useState } from '../vendor/preact.js';
import { now } from '../js/api.js';
import { t } from '../js/i18n.js';
import { DAY, HOUR, millis, span } from '../js/moment.js';
import { tick } from '../js/times.js';

const MINUTE = 60_000;
const SOON = 2 * HOUR;
const NEAR = 10 * MINUTE;
/** A timer of a browser that runs longer fires at once. */
const TIMER_MAX = DAY;

/** How much of the window is left, in milliseconds; 0 where it is closed. @param {any} talk */
export const left = (talk) => (talk?.window?.open && talk.window.ends_at ? Math.max(0, millis(talk.window.ends_at) - now()) : 0);

/** Whether the window is open now; the component is drawn again when it closes. @param {any} talk */
export function useOpen(talk) {
  const [, turn] = useState(0);
  const ends = talk?.window?.ends_at;
  const is = left(talk) > 0;
  useEffect(() => {
    if (!is) {
      return;
    }
    const timer = setTimeout(() => turn((n) => n + 1), Math.min(TIMER_MAX, left(talk) + 20));
    return () => clearTimeout(timer);
  });
  return Boolean(ends && is);
}

/** @param {number} rest */
const tone = (rest) => (rest <= 0 ? 'closed' : rest <= NEAR ? 'near' : rest <= SOON ? 'soon' : 'open');

/** A ring that empties. @param {{rest: number}} props */
function Ring({ rest }) {
  const part = Math.round((rest / DAY) * 100);
  return html`<svg class="inbox-ring" viewBox="0 0 16 16" width="13" height="13" aria-hidden="true">
    <circle class="back" cx="8" cy="8" r="6" /><circle class="left" cx="8" cy="8" r="6" pathLength="100" stroke-dasharray=${`${part} 100`} transform="rotate(-90 8 8)" />
  </svg>`;
}

/**
 * `22h 19m left`, or that it is closed. Near the end it counts the seconds.
 * @param {{talk: any, long?: boolean, seconds?: boolean}} props `seconds`: it may be drawn each second
 */
export function Left({ talk, long = false, seconds = false }) {
  const [, turn] = useState(0);
  tick.value;
  const rest = left(talk);
  const counts = seconds && rest > 0 && rest <= NEAR;
  useEffect(() => {
    if (!counts) {
      return;
    }
    const timer = setInterval(() => turn((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, [counts]);
  const words = counts && rest > MINUTE ? `${span(rest)} ${span(rest % MINUTE || 1)}` : span(rest);
  if (rest <= 0) {
    return html`<span class="inbox-left closed"><${Ring} rest=${0} /><span>${t(talk?.last_inbound_at ? 'inbox.window.closed' : 'inbox.window.never')}</span></span>`;
  }
  return html`<span class=${`inbox-left ${tone(rest)}`} title=${t('inbox.window.about', { span: words })}><${Ring} rest=${rest} /><span>${long ? t('inbox.window.about', { span: words }) : words}</span></span>`;
}
