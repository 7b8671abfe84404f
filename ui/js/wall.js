// @ts-check
// Arranges messages for a wall of bubbles, be they of a played talk or of a recorded one.
import { t } from './i18n.js';
import { AWAY } from './acts.js';
import { shape } from './content.js';
import { reason } from './wording.js';

/** @typedef {import('./acts.js').Message} Message */
/** @typedef {{key: string, kind: string, act: number, [more: string]: any}} Item */

/** Why a message is not on the phone, in the words of the daemon. @param {Message} message */
function away(message) {
  const { text } = shape(message);
  const why = message.why || reason(message.reason);
  const kind = ['skipped', 'dropped'].includes(message.status ?? '') ? 'skipped' : 'held';
  return {
    tone: kind === 'held' ? 'plain' : 'warn',
    glyph: kind === 'held' ? 'clock' : 'x',
    words: `“${short(text)}” · ${t(`chat.${kind}`, { why })}`,
  };
}

/** @param {string} text */
const short = (text) => (text.length > 60 ? `${text.slice(0, 58).trimEnd()}…` : text);

/** Puts a message in its place: a reaction to its bubble, one that is not on the phone as a line. @param {Item[]} items @param {Message} message @param {Item} item */
export function place(items, message, item) {
  const { kind, to, emoji } = shape(message);
  const aim = (/** @type {Item} */ one) =>
    one.kind === 'message' && (to ? one.message.provider_id === to : one.message.direction !== message.direction);
  const target = kind === 'reaction' && items.findLast(aim);
  if (target) target.reactions = { ...target.reactions, [message.direction]: emoji };
  else if (kind === 'reaction' && !AWAY.includes(message.status ?? '')) {
    if (emoji) items.push({ ...item, kind: 'note', tone: 'plain', words: t('chat.noted.reaction', { emoji }) });
  }
  else if (AWAY.includes(message.status ?? '') && !message.leaving) items.push({ ...item, kind: 'note', ...away(message) });
  else items.push(item);
}

/** Marks where a bubble is the last of its side. @param {Item[]} items */
export function tails(items) {
  items.forEach((item, n) => {
    if (item.kind !== 'message' && item.kind !== 'gone') return;
    const next = items[n + 1];
    item.tail = !next || !['message', 'gone'].includes(next.kind) || next.message.direction !== item.message.direction;
  });
}

/**
 * Marks which button of each message was tapped.
 * @param {Item[]} items
 * @param {(item: Item, fits: (words: string) => boolean) => string | undefined} [else_] finds a tap that left no message
 */
export function tapped(items, else_ = () => undefined) {
  for (const item of items) {
    if (item.kind !== 'message' || item.message.direction !== 'out') continue;
    const reply = items.find(
      (one) =>
        one.kind === 'message' &&
        one.message.content?.kind === 'button' &&
        one.message.reply_to &&
        one.message.reply_to === item.message.provider_id,
    );
    const drawn = shape(item.message);
    const titles = [...drawn.buttons, ...(drawn.list?.sections.flatMap((one) => one.rows) ?? [])];
    const fits = (/** @type {string} */ words) => titles.some((one) => one.title === words || one.id === words);
    item.tapped = reply?.message.content.title ?? else_(item, fits) ?? null;
  }
}
