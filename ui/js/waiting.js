// @ts-check
// The states of something that is asked of the daemon: on its way, slow, refused, without a connection, there.
import { batch, html, signal, useEffect, useState } from '../vendor/preact.js';
import { detail, get, isMended } from './api.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';

/** Nothing is shown so long, so that a quick answer does not flicker. */
const QUIET_MS = 200;
const SLOW_MS = 3000;

/**
 * A bar after a moment, and a sentence if it takes long.
 * @param {{cancel?: () => void, words?: string}} props `words` is a sentence to show at once
 */
export function Wait({ cancel, words = '' }) {
  const [late, setLate] = useState(0);
  useEffect(() => {
    const timers = [setTimeout(() => setLate(1), QUIET_MS), setTimeout(() => setLate(2), SLOW_MS)];
    return () => timers.forEach(clearTimeout);
  }, []);
  return html`<div class="alone" aria-busy="true">
    ${late > 0 && html`<div class="bar" role="progressbar" aria-label=${t('loading')}></div>`}
    ${(late > 1 || words) && html`<p class="muted" role="status">${words || t('loading.slow')}</p>`}
    ${late > 1 && cancel && html`<button type="button" class="button" onClick=${cancel}>${t('cancel')}</button>`}
  </div>`;
}

/** A refusal in the daemon's words. @param {{detail: string, code?: string, again?: () => void, children?: any}} props */
export function Failed({ detail: words, code = '', again, children }) {
  return html`<div class="alone failed" role="alert">
    <${Icon} n="alert" s=${22} />
    <p dir="auto">${words}</p>
    ${code && html`<code class="muted">${code}</code>`}
    ${again && html`<button type="button" class="button main" onClick=${again}>${t('again')}</button>`}${children}
  </div>`;
}

/**
 * A place that is empty, with what to do next.
 * @param {{icon: string, words: any, children?: any}} props
 */
export const Nothing = ({ icon, words, children }) =>
  html`<div class="alone nothing"><${Icon} n=${icon} s=${26} /><p>${words}</p>${children}</div>`;

/**
 * @typedef {object} Asked
 * @property {any} body the last good answer, also while a new one is on its way
 * @property {import('./api.js').Answer | null} refusal
 * @property {boolean} waits
 * @property {() => void} again
 * @property {() => void} cancel
 */

/**
 * Reads an address, and again when it changes. The last answer stays while the next one is on its way.
 * @param {string | null} path null asks nothing
 * @returns {Asked}
 */
export function useAsked(path) {
  const [own] = useState(() => ({
    body: signal(/** @type {any} */ (null)),
    refusal: signal(/** @type {import('./api.js').Answer | null} */ (null)),
    waits: signal(false),
    turn: signal(0),
    control: /** @type {AbortController | null} */ (null),
  }));
  const turn = own.turn.value;
  useEffect(() => {
    if (!path) {
      return;
    }
    const control = new AbortController();
    own.control = control;
    own.waits.value = true;
    get(path, { signal: control.signal }).then((answer) => {
      if (own.control !== control) {
        return;
      }
      batch(() => {
        own.waits.value = false;
        own.refusal.value = answer.ok || answer.body?.cancelled ? null : answer;
        if (answer.ok) {
          own.body.value = answer.body;
        }
      });
    });
    return () => {
      own.control = null;
      control.abort();
    };
  }, [path, turn]);
  const back = isMended(own.refusal.value);
  useEffect(() => {
    if (back) {
      own.turn.value += 1;
    }
  }, [back]);
  return {
    body: own.body.value,
    refusal: own.refusal.value,
    waits: own.waits.value,
    again: () => (own.turn.value += 1),
    cancel: () => own.control?.abort(),
  };
}

/**
 * What is asked in the state that it is in: before the first answer a bar, a refusal, or that there is no connection;
 * afterwards the content, dimmed below a line if the newest answer is none.
 * @param {{asked: Asked, children: any}} props
 */
export function Shown({ asked, children }) {
  const { body, refusal, waits, again, cancel } = asked;
  const lost = refusal?.status === 0;
  if (body === null) {
    if (lost) {
      return html`<${Failed} detail=${t('offline.start')} again=${again} />`;
    }
    if (refusal) {
      return html`<${Failed} detail=${detail(refusal)} code=${refusal.body?.code} again=${refusal.status === 404 ? undefined : again} />`;
    }
    return waits ? html`<${Wait} cancel=${cancel} />` : html`<${Failed} detail=${t('loading.cancelled')} again=${again} />`;
  }
  return html`${
    refusal &&
    !lost &&
    html`<div class="banner" role="status"><${Icon} n="alert" s=${15} /><span dir="auto">${detail(refusal)}</span><span class="grow"></span><button type="button" class="button small" onClick=${again}>${t('again')}</button></div>`
  }${children}`;
}
