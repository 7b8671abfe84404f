// @ts-check
// A message that is on its way to the daemon, waits, or did not get there: its bubble, the reason, and the ways on.
import { html } from '../vendor/preact.js';
import { offline } from '../js/api.js';
import { Ticks } from '../js/bubble.js';
import { shape } from '../js/content.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { clock } from '../js/moment.js';
import { rich } from '../js/wording.js';
import { addToDraft } from './drafts.js';
import { again, discard, stops } from './sends.js';
import { drawnTemplate } from './templates.js';
import { holder, isMine, isTaken } from './words.js';

/** @typedef {import('./sends.js').Send} Send */

/** The codes of a refusal because the writer no longer has the conversation. */
const OTHERS = ['taken', 'not_held'];

/** Why a message was refused. @param {Send} one @param {any} talk */
function refusal(one, talk) {
  if (OTHERS.includes(one.code)) {
    return isTaken(talk) && !isMine(talk) ? t('inbox.failed.taken', { name: holder(talk) }) : t('inbox.failed.not_held');
  }
  return one.code === 'before' ? t('inbox.failed.before') : t('inbox.failed', { why: one.why });
}

/**
 * The sentence below a message and the name of the button that sends it; no sentence where nothing is to be said yet.
 * @param {Send} one
 * @param {any} talk
 * @param {boolean} behind a message before it stops it
 * @param {string} zone
 * @returns {{words: string, wish?: string}}
 */
function standing(one, talk, behind, zone) {
  if (one.state === 'failed') {
    return { words: refusal(one, talk), wish: OTHERS.includes(one.code) && !isMine(talk) ? undefined : t('again') };
  }
  if (one.state === 'old') {
    return { words: t('inbox.pending.old', { time: clock(one.at, zone) }), wish: t('inbox.pending.send') };
  }
  if (behind) {
    return { words: t('inbox.pending.behind') };
  }
  if (offline.value && !stops(one)) {
    return { words: t('inbox.pending.offline') };
  }
  return one.state === 'unknown' ? { words: t('inbox.unknown'), wish: t('again') } : { words: '' };
}

/** @param {{one: Send, talk: any, behind: boolean, templates: any[], zone: string}} props */
export function Pending({ one, talk, behind, templates, zone }) {
  const { text, media, template } = one.body;
  const content = template ? drawnTemplate({ kind: 'template', name: template.name, language: template.language, body: template.variables, header: template.header }, templates) : media ? { kind: 'media', media, caption: text } : { kind: 'text', text };
  const seen = shape({ content, direction: 'out' });
  const { words, wish } = standing(one, talk, behind, zone);
  const copy = () => {
    addToDraft(one.talk, text);
    discard(one);
  };
  return html`<div class=${`chat-row out tail inbox-pending ${one.state}`}>
    <div class="chat-bubble"><div class="chat-inside">
      ${template && html`<span class="chat-tag"><${Icon} n="template" s=${11} />${t('chat.template')} · <bdi>${template.name}</bdi></span>`}
      ${media && html`<span class="chat-file"><${Icon} n="file" s=${20} /><span><b dir="auto">${media.filename || media.url?.split('/').pop() || t('inbox.kind.media')}</b></span></span>`}
      ${seen.text && html`<span class="chat-text" dir="auto">${rich(seen.text)}</span>`}
      <span class="chat-meta"><time>${clock(one.at, zone)}</time><${Ticks} status=${one.state === 'failed' ? 'failed' : 'queued'} /></span>
    </div></div>
    ${
      words &&
      one.state !== 'sending' &&
      html`<p class="chat-why" role=${stops(one) ? 'alert' : 'status'}><span dir="auto">${words}</span>
      ${wish && html`<button type="button" class="button small" onClick=${() => again(one)}>${wish}</button>`}
      ${OTHERS.includes(one.code) && text && html`<button type="button" class="button small" onClick=${copy}>${t('inbox.pending.copy')}</button>`}
      <button type="button" class="button small" onClick=${() => discard(one)}>${t('inbox.discard')}</button></p>`
    }
  </div>`;
}
