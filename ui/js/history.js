// @ts-check
// Recorded messages as bubbles: the answer of `GET /v1/conversations/{id}/messages`, drawn like the chat.
import { html, useMemo } from '../vendor/preact.js';
import { Bubble } from './bubble.js';
import { Icon } from './icons.js';
import { day } from './moment.js';
import { noted } from './rare.js';
import { place, tails, tapped } from './wall.js';

/** @typedef {import('./wall.js').Item} Item */

/** A recorded message with the names that the bubbles know. @param {any} one @returns {import('./acts.js').Message} */
export function recorded(one) {
  const status = one.direction === 'in' ? 'read' : (one.state ?? one.status ?? 'sent');
  const error = typeof one.error === 'string' ? one.error : [one.error?.text ?? one.error?.detail ?? one.error?.title ?? one.error?.message, one.error?.code && `(${one.error.code})`].filter(Boolean).join(' ');
  return {
    ...one,
    id: String(one.id),
    status: status === 'sending' ? 'queued' : status,
    status_at: one.failed_at ?? one.read_at ?? one.delivered_at ?? one.accepted_at ?? undefined,
    why: one.why || error || undefined,
  };
}

/**
 * Days, bubbles and lines in the order of time.
 * @param {any[]} messages in any order
 * @param {string} zone
 * @returns {Item[]}
 */
export function arranged(messages, zone) {
  /** @type {Item[]} */
  const items = [];
  let last = '';
  const sorted = messages.map(recorded).sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || Number(a.id) - Number(b.id));
  for (const message of sorted) {
    const date = day(message.at, zone);
    if (date !== last) {
      items.push({ key: `d${date}`, act: 0, kind: 'day', words: date });
      last = date;
    }
    const item = { key: `${message.direction}${message.id}`, act: 0, message };
    const line = noted(message);
    if (line) {
      items.push({ ...item, kind: 'note', ...line });
    } else {
      place(items, message, { ...item, kind: 'message', was: null, fresh: false });
    }
  }
  tails(items);
  tapped(items);
  return items;
}

/**
 * @param {object} props
 * @param {any[]} props.messages as the daemon gives them, in any order
 * @param {string} props.zone
 * @param {{in: string, out: string}} props.names of the contact and of the business
 * @param {((message: any) => void) | null} [props.reveal] shows the step that sent a message
 * @param {any} [props.above] stands above the first message: a button for older ones
 */
export function History({ messages, zone, names, reveal = null, above }) {
  const items = useMemo(() => arranged(messages, zone), [messages, zone]);
  /** @type {import('./bubble.js').Around} */
  const around = {
    zone,
    names,
    quoted: (id) => messages.find((one) => one.provider_id === id || String(one.id) === String(id)),
    tap: null,
    attach: null,
    reveal,
  };
  return html`${above}${items.map((item) => {
    if (item.kind === 'day') {
      return html`<div key=${item.key} class="chat-day"><span>${item.words}</span></div>`;
    }
    if (item.kind === 'note') {
      return html`<div key=${item.key} class=${`chat-note ${item.tone}`}>
        <span>${item.glyph && html`<${Icon} n=${item.glyph} s=${12} />`}<span dir="auto">${item.words}</span></span>
      </div>`;
    }
    return html`<${Bubble} key=${item.key} item=${item} around=${around} />`;
  })}`;
}
