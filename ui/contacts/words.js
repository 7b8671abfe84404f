// @ts-check
// The words, the icon and the address for each thing that happened to a contact.
import { t, worded } from '../js/i18n.js';
import { millis } from '../js/moment.js';
import { addressTo } from '../js/router.js';
import { bot } from '../js/state.js';
import { reason } from '../js/wording.js';
import { look } from './line.js';

/** @type {Record<string, string>} */
const ICONS = {
  message_in: 'say',
  message_out: 'out',
  run: 'runs',
  fire: 'trigger',
  no_fire: 'pause',
  planned: 'clock',
  consent: 'check',
  date: 'flag',
  window: 'lock',
};

/** @param {string | undefined} name */
const titleOf = (name) => (name === '_bot' ? t('files.bot_file') : (bot.value?.flows?.find((/** @type {any} */ one) => one.name === name)?.title ?? name ?? ''));

/** A reason in a word or two, for the room in the picture. @param {string} code */
export const shortReason = (code) => worded(`contacts.why.${code}`, reason(code));

/** Why something is so: in the page's words, else in the daemon's. @param {import('./line.js').Item} item */
function whyOf(item) {
  const known = item.reason ? worded(`contacts.reason.${item.reason}`, reason(item.reason)) : '';
  return known && known !== item.reason ? known : item.text || known;
}

/** What happened, and why. @param {import('./line.js').Item} item @returns {{what: string, why: string}} */
export function wordsOf(item) {
  const flow = titleOf(item.flow);
  const as = item.outcome ? worded(`contacts.as.${item.outcome}`, item.outcome) : '';
  const both = (/** @type {string} */ why) => [as, item.template, why].filter(Boolean).join(' · ');
  switch (item.kind) {
    case 'message_in':
      return { what: item.text || t('contacts.year.no_text'), why: '' };
    case 'message_out':
      return { what: item.text || item.template || t('contacts.year.no_text'), why: [as, item.reason && reason(item.reason)].filter(Boolean).join(' · ') };
    case 'run':
      return { what: flow, why: item.outcome ? worded(`runs.state.${item.outcome}`, item.outcome) : '' };
    case 'fire':
      return { what: t('contacts.year.fire', { flow }), why: [as, item.template].filter(Boolean).join(' · ') };
    case 'no_fire':
      return { what: t(millis(item.at) > Date.now() ? 'contacts.year.will_not' : 'contacts.year.no_fire', { flow }), why: whyOf(item) || as };
    case 'planned':
      // What an open run waits for has no trigger.
      return item.trigger
        ? { what: t('contacts.year.planned', { flow }), why: both(item.reason ? whyOf(item) : '') }
        : { what: t('contacts.year.waits', { flow }), why: worded(`runs.waits.${item.outcome}`, item.outcome ?? '') };
    case 'consent': {
      const topic = item.reason ?? '';
      const given = look(item) === 'given';
      const all = given ? 'contacts.consent.all_again' : 'contacts.consent.all';
      return { what: topic === 'all' ? t(all) : t(given ? 'contacts.agreed' : 'contacts.withdrew', { topic }), why: item.text ?? '' };
    }
    case 'window':
      return { what: t(item.outcome === 'opened' ? 'contacts.year.window.opened' : 'contacts.year.window.closes'), why: '' };
    default:
      return { what: t('contacts.year.planned', { flow }), why: both(item.reason ? whyOf(item) : '') };
  }
}

/** @param {import('./line.js').Item} item */
export const iconOf = (item) => (item.kind === 'consent' && look(item) === 'withdrawn' ? 'x' : (ICONS[item.kind] ?? 'other'));

/** The page that tells more about it, or null. @param {import('./line.js').Item} item @returns {string | null} */
export const addressFor = (item) => (item.kind === 'run' && item.id ? addressTo(`runs/${item.id}`) : null);
