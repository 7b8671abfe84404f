// @ts-check
// By when somebody must act in a conversation: counted down, and since when it is overdue.
import { html } from '../vendor/preact.js';
import { now } from '../js/api.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { millis, near, span } from '../js/moment.js';
import { botZone, tick } from '../js/times.js';

const SOON_MS = 10 * 60_000;

/** Whether the case of a conversation has a time to show. @param {any} talk */
export const isDue = (talk) => Boolean(talk.case?.due_at);

/** @param {{talk: any}} props */
export function Due({ talk }) {
  tick.value;
  const { state, due_at: due } = talk.case;
  const at = near(due, now(), botZone());
  if (state === 'snoozed') {
    return html`<span class="inbox-due" title=${t('inbox.snoozed', { time: at })}><${Icon} n="moon" s=${12} /><span>${at}</span></span>`;
  }
  const rest = millis(due) - now();
  const tone = rest <= 0 ? 'over' : rest <= SOON_MS ? 'soon' : '';
  const words = t(rest <= 0 ? 'inbox.due.over' : 'inbox.due.in', { span: span(Math.abs(rest)) });
  return html`<span class=${`inbox-due ${tone}`} title=${t('inbox.due.at', { time: at })}><${Icon} n=${rest <= 0 ? 'alert' : 'clock'} s=${12} /><span>${words}</span></span>`;
}
