// @ts-check
// The sentences of what the daemon refuses to do with people.
import { detail } from '../js/api.js';
import { t } from '../js/i18n.js';

/** Refusals with a sentence of the page. */
const CODES = ['last_operator', 'name_taken', 'too_many_people'];

/** @param {import('../js/api.js').Answer} answer */
export function sentence(answer) {
  if (answer.status === 0) {
    return t('offline.start');
  }
  const code = answer.body?.code;
  return CODES.includes(code) ? t(`people.${code}`) : (answer.body?.errors?.[0]?.detail ?? detail(answer));
}
