// @ts-check
// What would be different at another hour of the same day: the forecast is asked again, nothing is written.
import { html, useEffect, useState } from '../vendor/preact.js';
import { detail, get } from '../js/api.js';
import { t } from '../js/i18n.js';
import { KINDS, kindOf } from './cells.js';

const PAUSE_MS = 300;

/** How many people each kind is for. @param {any[]} outcomes */
function sums(outcomes) {
  const of = { text: 0, template: 0, held: 0, refused: 0 };
  for (const one of outcomes) {
    of[kindOf({ outcome: one.what })] += one.people;
  }
  return of;
}

/** @param {import('./cells.js').Fire} fire @param {string} at @param {AbortSignal} signal */
const forecast = ({ flow, trigger }, at, signal) =>
  get(`/v1/schedules/${encodeURIComponent(flow)}/forecast?trigger=${encodeURIComponent(trigger)}&at=${at}`, { signal });

/** @param {{fire: import('./cells.js').Fire}} props */
export function Hour({ fire }) {
  const date = fire.local.slice(0, 10);
  const own = Number(fire.local.slice(11, 13));
  const minute = fire.local.slice(14, 16) || '00';
  const [hour, set] = useState(own);
  const [seen, setSeen] = useState(/** @type {{now: any, then: any, hour: number} | null} */ (null));
  const [wrong, setWrong] = useState('');
  useEffect(() => {
    if (hour === own) {
      setSeen(null);
      setWrong('');
      return undefined;
    }
    const control = new AbortController();
    const at = (/** @type {number} */ one) => `${date}T${String(one).padStart(2, '0')}:${minute}`;
    const timer = setTimeout(async () => {
      const [now, then] = await Promise.all([forecast(fire, at(own), control.signal), forecast(fire, at(hour), control.signal)]);
      if (control.signal.aborted) {
        return;
      }
      const bad = [now, then].find((one) => !one.ok);
      setWrong(bad ? (bad.status ? detail(bad) : t('offline.start')) : '');
      setSeen(bad ? null : { now: sums(now.body.outcomes), then: sums(then.body.outcomes), hour });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [hour]);
  if (fire.local.length === 10 || fire.trigger.startsWith('date ')) {
    return null;
  }
  const clock = `${String(hour).padStart(2, '0')}:${minute}`;
  return html`<section class="side-part"><h3>${t('ahead.hour')}</h3>
    <label class="side-hour" dir="ltr"><span class="hidden">${t('ahead.hour')}</span><input type="range" min="0" max="23" value=${hour} aria-valuetext=${clock} onInput=${(/** @type {any} */ event) => set(Number(event.target.value))} /><output>${clock}</output></label>
    ${wrong && html`<p class="refusal" role="status" dir="auto">${wrong}</p>`}
    ${
      seen &&
      html`<table class="side-former" role="status"><thead><tr><th scope="col">${t('ahead.hour.all')}</th><th scope="col" class="number">${String(own).padStart(2, '0')}:${minute}</th><th scope="col" class="number">${String(seen.hour).padStart(2, '0')}:${minute}</th><th scope="col" class="number"></th></tr></thead>
        <tbody>${KINDS.map((kind) => {
          const by = seen.then[kind] - seen.now[kind];
          return html`<tr key=${kind}><th scope="row"><span class=${`ahead-kind ${kind}`}>${t(`ahead.kind.${kind}`)}</span></th><td class="number">${seen.now[kind]}</td><td class="number">${seen.then[kind]}</td><td class="number"><b>${by > 0 ? `+${by}` : by < 0 ? `−${-by}` : '='}</b></td></tr>`;
        })}</tbody></table>`
    }
    ${hour === own && html`<p class="muted">${t('ahead.hour.about')}</p>`}</section>`;
}
