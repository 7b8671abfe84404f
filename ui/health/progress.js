// @ts-check
// How far a message came: taken, accepted, delivered, read, each with its time, looked at again while it moves.
import { html, useEffect, useState } from '../vendor/preact.js';
import { get } from '../js/api.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { seconds } from '../js/moment.js';
import { botZone } from '../js/times.js';
import { coded } from '../js/wording.js';

const LOOK_MS = 1000;
/** So long the page looks for news of the message. */
const LOOK_FOR_MS = 120_000;
const ENDS = ['failed', 'skipped', 'dropped', 'unknown'];

/** @param {{state: 'done' | 'now' | 'bad' | 'later', name: string, at?: string | null, children?: any}} props */
const Stage = ({ state, name, at, children }) =>
  html`<li class=${`stage ${state}`}><span class="stage-sign" aria-hidden="true">${state === 'done' ? html`<${Icon} n="check" s=${11} />` : state === 'bad' ? html`<${Icon} n="x" s=${11} />` : null}</span>
    <span><b>${name}</b>${at && html` <time>${seconds(at, botZone())}</time>`}${children && html`<small>${children}</small>`}</span></li>`;

/** @param {{message: any, sandbox: boolean}} props `sandbox`: no phone is at the other end */
export function Progress({ message, sandbox }) {
  const [now, set] = useState(message);
  const [ended, setEnded] = useState(false);
  useEffect(() => {
    const began = Date.now();
    const timer = setInterval(async () => {
      const answer = await get(`/v1/messages/${message.id}`);
      if (answer.ok) {
        set(answer.body);
      }
      const { read_at: read, state, accepted_at: accepted } = answer.body ?? {};
      if (Date.now() - began > LOOK_FOR_MS || read || ENDS.includes(state) || (sandbox && accepted)) {
        clearInterval(timer);
        setEnded(true);
      }
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  const failed = ENDS.includes(now.state);
  const state = (/** @type {any} */ at, /** @type {any} */ before) => (at ? 'done' : before && !ended ? 'now' : 'later');
  const why = now.error?.text ?? now.error?.detail ?? now.error?.code ?? now.reason ?? now.state;
  const rest = html`<${Stage} state=${state(now.delivered_at ?? now.read_at, now.accepted_at)} name=${t('health.test.delivered')} at=${now.delivered_at} />
    <${Stage} state=${state(now.read_at, now.delivered_at)} name=${t('health.test.read')} at=${now.read_at}>${ended && !now.read_at ? t('health.test.no_news') : null}</${Stage}>`;
  return html`<ol class="stages" role="status">
    <${Stage} state="done" name=${t('health.test.given')} at=${now.created_at ?? now.at} />
    ${
      failed
        ? html`<${Stage} state="bad" name=${t('health.test.failed')} at=${now.failed_at}><span dir="auto">${coded(String(why))}</span></${Stage}>`
        : html`<${Stage} state=${state(now.accepted_at, true)} name=${t('health.test.accepted')} at=${now.accepted_at} />
          ${sandbox ? html`<${Stage} state="later" name=${t('health.test.delivered')}>${t('health.test.sandbox')}</${Stage}>` : rest}`
    }
  </ol>`;
}
