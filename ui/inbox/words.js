// @ts-check
// Words for who has a conversation and what was said last, and the order of the list.
import { t } from '../js/i18n.js';
import { millis } from '../js/moment.js';
import { unmarked } from '../js/wording.js';
import { me } from './me.js';

/** @typedef {any} Talk the answer of `GET /v1/conversations/{id}` */

/** Whether the conversation waits for a person whom nobody is yet. @param {Talk} talk */
export const waits = (talk) => Boolean(talk.waiting_since);
/** Whether somebody of the business has it. @param {Talk} talk */
export const isTaken = (talk) => Boolean(talk.with_person) && !waits(talk);
/** Whether it is this person's. @param {Talk} talk */
export const isMine = (talk) => isTaken(talk) && talk.with_person.agent === me();

/** The name of whoever has it. @param {Talk} talk */
export const holder = (talk) => talk.with_person?.agent || talk.with_person?.team || t('inbox.somebody');

/** @param {Talk} talk @returns {{tone: string, icon: string, words: string}} */
export function standing(talk) {
  if (talk.case?.state === 'snoozed') {
    return { tone: 'plain', icon: 'moon', words: t('inbox.state.snoozed') };
  }
  if (waits(talk)) {
    const team = talk.with_person?.team;
    return { tone: 'warn', icon: 'clock', words: team ? t('inbox.state.waiting_team', { team }) : t('inbox.state.waiting') };
  }
  if (isMine(talk)) {
    return { tone: 'info', icon: 'user', words: t('inbox.state.you') };
  }
  if (isTaken(talk)) {
    return { tone: 'violet', icon: 'people', words: holder(talk) };
  }
  return { tone: 'plain', icon: 'trigger', words: t('inbox.state.bot') };
}

/** Kinds of messages without a text, and the texts that name them. @type {Record<string, string>} */
const KINDS = {
  image: 'chat.media.image',
  video: 'chat.media.video',
  sticker: 'chat.media.sticker',
  audio: 'chat.attach.audio',
  voice: 'chat.attach.audio',
  document: 'chat.attach.document',
  media: 'inbox.kind.media',
  location: 'chat.attach.place',
  contact_cards: 'chat.attach.card',
  contacts: 'chat.attach.card',
  call: 'chat.noted.call',
  welcome: 'chat.did.welcome',
  revoke: 'chat.noted.revoke',
  reaction: 'chat.attach.reaction',
  order: 'chat.attach.order',
  template: 'chat.template',
};

/** The newest message in a line. @param {Talk} talk */
export function newest(talk) {
  const last = talk.last_message;
  if (!last) {
    return '';
  }
  const words = unmarked(last.text ?? '').replace(/\s+/g, ' ').trim();
  if (words) {
    return words;
  }
  const known = KINDS[last.kind];
  return known ? t(known) : '';
}

/**
 * When a person last wrote, be it the customer or somebody of the business; where nobody did, it comes last. What a bot or
 * a program sends to many moves nothing.
 * @param {Talk} talk
 */
function heardAt(talk) {
  const { direction, origin, at } = talk.last_message ?? {};
  const answered = direction === 'out' && origin === 'person' ? millis(at) : 0;
  return Math.max(answered, talk.last_inbound_at ? millis(talk.last_inbound_at) : 0);
}

/** Those who wait come first, the longest waiting on top; then where a person wrote last. @param {Talk[]} talks @returns {Talk[]} */
export function inOrder(talks) {
  const keyed = talks.map((talk) => ({ talk, waits: waits(talk), at: waits(talk) ? millis(talk.waiting_since) : heardAt(talk) }));
  keyed.sort((a, b) => {
    if (a.waits !== b.waits) {
      return a.waits ? -1 : 1;
    }
    return a.waits ? a.at - b.at || a.talk.id - b.talk.id : b.at - a.at || b.talk.id - a.talk.id;
  });
  return keyed.map((one) => one.talk);
}

/** The earliest due first, those that nothing was promised for last. @param {Talk[]} talks @returns {Talk[]} */
export function byDue(talks) {
  const due = (/** @type {Talk} */ talk) => (talk.case?.due_at ? millis(talk.case.due_at) : Number.MAX_SAFE_INTEGER);
  return [...talks].sort((a, b) => due(a) - due(b) || (a.case?.id ?? a.id) - (b.case?.id ?? b.id));
}
