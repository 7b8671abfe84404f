// @ts-check
// The rarer parts of a message: the cards of a carousel, a basket, an ad that led here; and messages that are no bubble.
import { html } from '../vendor/preact.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';
import { clock, day } from './moment.js';

/**
 * A button of a card: a quick reply can be tapped while its message is live.
 * @param {{button: import('./content.js').Button, tap: ((button: import('./content.js').Button, event: MouseEvent) => void) | null}} props
 */
function CardButton({ button, tap }) {
  if (button.url || button.phone || button.code || !button.id || !tap) {
    return html`<span class="chat-option plain" title=${button.url ?? ''}>${button.url && html`<${Icon} n="link" s=${14} />`}<span dir="auto">${button.title}</span></span>`;
  }
  return html`<button type="button" class="chat-option" onClick=${(/** @type {MouseEvent} */ event) => tap(button, event)}><${Icon} n="reply" s=${14} /><span dir="auto">${button.title}</span></button>`;
}

/**
 * @param {object} props
 * @param {import('./content.js').Shape} props.drawn
 * @param {any} props.media draws the file of a card
 * @param {string} props.zone
 * @param {((button: import('./content.js').Button, event: MouseEvent) => void) | null} props.tap null: nobody taps here, or no more
 */
export function Carousel({ drawn, media, zone, tap }) {
  const ends = drawn.offerEnds;
  return html`${ends && html`<span class="chat-tag"><${Icon} n="clock" s=${11} />${t('chat.offer', { at: `${day(ends, zone)}, ${clock(ends, zone)}` })}</span>`}
    ${
      drawn.carousel &&
      html`<ol class="chat-carousel" tabindex="0" aria-label=${t('chat.carousel')}>${drawn.carousel.map(
        (card, n) => html`<li key=${n}>${card.media && html`<${media} media=${card.media} />`}
          ${card.text && html`<span dir="auto">${card.text}</span>`}
          ${card.values.length > 0 && html`<span class="chat-values">${card.values.map((value) => html`<code dir="auto">${value}</code>`)}</span>`}
          ${card.buttons.map((button) => html`<${CardButton} button=${button} tap=${tap} />`)}</li>`,
      )}</ol>`
    }`;
}

/** @param {{rows: import('./content.js').Ordered[]}} props */
export function Basket({ rows }) {
  return html`<ul class="chat-basket"><${Icon} n="basket" s=${18} />${rows.map(
    (row, n) => html`<li key=${n}><b>${row.count}</b> × <bdi>${row.name}</bdi>${row.price && html` <small>${row.price}</small>`}</li>`,
  )}</ul>`;
}

/** @param {{referral: any}} props of a message that began at an ad */
export function Referral({ referral }) {
  const words = referral.headline ?? referral.body ?? referral.source_url ?? '';
  return html`<span class="chat-tag" title=${referral.source_url ?? ''}><${Icon} n="megaphone" s=${11} />${t('chat.attach.referral')}${words && html` · <bdi>${words}</bdi>`}</span>`;
}

/**
 * The line for a recorded message that the phone shows as a line, or not at all; null for one that is a bubble.
 * @param {any} message
 */
export function noted(message) {
  const { kind, missed, what = '' } = message.content ?? {};
  const line = (/** @type {string} */ glyph, /** @type {string} */ words) => ({ tone: 'plain', glyph, words });
  if (kind === 'call') {
    return line('phone', t(missed ? 'chat.did.missed_call' : 'chat.noted.call'));
  }
  if (kind === 'welcome') {
    return line('say', t('chat.did.welcome'));
  }
  if (kind === 'revoke') {
    return line('x', t('chat.noted.revoke'));
  }
  return kind === 'system' || kind === 'unsupported' ? line('alert', t(`chat.noted.${kind}`, { what })) : null;
}
