// @ts-check
// Talks that were found, as talks to open in the chat and as tests.
import { detail, post } from '../js/api.js';
import { editUnread } from '../js/edits.js';
import { t } from '../js/i18n.js';
import { edits, reveal, say } from '../js/state.js';

/** @typedef {{flow: string | null, world: any, steps: any[], act?: number | null}} Talk */

/** Opens a talk in the chat; its module comes with the page of flows. @param {Talk} talk */
export const openTalk = (talk) => import('../js/opentalk.js').then((module) => module.openTalk(talk));

/**
 * Writes a talk in which something breaks as a case of its flow's tests: an edit like any other. The case fails until
 * nothing breaks any more.
 * @param {Talk} talk
 * @param {string} name
 */
export async function asTest({ flow, world, steps }, name) {
  const all = [...steps, { expect: { trouble: 'nothing' } }];
  const answer = await post('/v1/studio/play/test', { flow, files: edits.value, world, steps: all, name });
  if (!answer.ok) {
    say(answer.status ? (answer.body?.errors?.[0]?.detail ?? detail(answer)) : t('publish.offline'), 'bad');
    return false;
  }
  await editUnread(answer.body.path, answer.body.text);
  reveal(answer.body.path, answer.body.text.trimEnd().split('\n').length);
  say(t('chat.test.put', { path: answer.body.path }));
  return true;
}
