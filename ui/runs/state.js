// @ts-check
// How a run stands, in words, an icon and a colour: never in a colour alone.
import { html } from '../vendor/preact.js';
import { Icon } from '../js/icons.js';
import { t, worded } from '../js/i18n.js';
import { millis, span } from '../js/moment.js';
import { bot } from '../js/state.js';
import { tick } from '../js/times.js';

/** @type {Record<string, [string, string]>} tone and icon */
const STATES = {
  open: ['info', 'clock'],
  done: ['good', 'check'],
  expired: ['warn', 'clock'],
  replaced: ['plain', 'restart'],
  restarted: ['plain', 'restart'],
  stopped: ['plain', 'x'],
  failed: ['bad', 'alert'],
  handed_off: ['violet', 'people'],
  refused: ['warn', 'lock'],
  undelivered: ['bad', 'offline'],
};
export const STATE_NAMES = Object.keys(STATES);

/** @param {{run: any}} props */
export function State({ run }) {
  const [tone, icon] = STATES[run.state] ?? ['plain', 'other'];
  const waits = run.state === 'open' && run.waits ? worded(`runs.waits.${run.waits.for}`, run.waits.for) : '';
  const name = waits || worded(`runs.state.${run.state}`, run.state);
  const why = run.reason ? worded(`runs.reason.${run.reason}`, run.reason) : '';
  return html`<span class=${`state ${tone}`} title=${why || undefined}><${Icon} n=${icon} s=${13} /><span>${name}</span></span>`;
}

/** What began a run, in a few words: the kind of its trigger. @param {string} key such as `message hi hello` */
export function triggerWords(key) {
  const [kind] = key.split(' ');
  return worded(`runs.trigger.${kind}`, key);
}

/** The title of a flow, or its name if it is no longer there. @param {string} name */
export const flowTitle = (name) => (name === '_bot' ? t('files.bot_file') : (bot.value?.flows?.find((/** @type {any} */ one) => one.name === name)?.title ?? name));

/** How long a run lasted or lasts. @param {any} run */
export const lasted = (run) =>
  span(Math.max(1000, (run.ended_at ? millis(run.ended_at) : Math.max(tick.value, millis(run.started_at))) - millis(run.started_at)));
