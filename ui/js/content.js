// @ts-check
/** Reads the content of a message into one shape, whatever kind it is, so that one bubble can draw all of them. */

/** @typedef {{kind: string, url?: string, filename?: string, caption?: string}} Media */
/** @typedef {{id: string, title: string, url?: string, phone?: string, code?: string}} Button */
/** @typedef {{id: string, title: string, description?: string}} Row */
/** @typedef {{name: string, count: number, price: string}} Ordered */
/**
 * @typedef {object} Shape
 * @property {string} kind
 * @property {string} text
 * @property {string} [header]
 * @property {string} [footer]
 * @property {Media} [media]
 * @property {Button[]} buttons
 * @property {{button: string, sections: {title: string, rows: Row[]}[]}} [list]
 * @property {{title: string, url: string}} [link]
 * @property {{name: string, language: string, values: string[]}} [template]
 * @property {{latitude: number, longitude: number, name?: string, address?: string}} [place]
 * @property {any[]} [cards]
 * @property {{name: string, button: string, data: any}} [form]
 * @property {boolean} [asksPlace]
 * @property {string | null} [emoji]
 * @property {string} [to]
 * @property {any} [filled]
 * @property {Ordered[]} [basket]
 * @property {{text: string, media?: Media, values: string[], buttons: Button[]}[]} [carousel] the cards, from the left
 * @property {string} [offerEnds] the moment
 * @property {boolean} [heard] the text is what was heard in a voice note
 * @property {boolean} [edited]
 * @property {boolean} [known] false: nothing of it can be drawn
 */

const MEDIA = ['image', 'video', 'audio', 'document', 'sticker', 'voice'];

/** @param {any} value @returns {string} */
const words = (value) => (typeof value === 'string' ? value : (value?.text ?? value?.body ?? value?.title ?? ''));

/** @param {any} given @returns {Media | undefined} */
function mediaOf(given) {
  const inner = typeof given.media === 'object' && given.media ? given.media : null;
  if (inner) return { kind: inner.kind ?? 'document', url: inner.url, filename: inner.filename, caption: inner.caption };
  const kind = MEDIA.includes(given.kind) ? given.kind : (given.media_kind ?? (typeof given.media === 'string' ? given.media : ''));
  return kind ? { kind, url: given.url, filename: given.filename, caption: given.caption } : undefined;
}

/** @param {any} given */
function listOf(given) {
  const list = given.list ?? given;
  const sections = list.sections ?? (list.rows ? [{ title: '', rows: list.rows }] : null);
  return sections ? { button: list.button ?? '', sections } : undefined;
}

/** @param {any} one @returns {Button} */
function buttonOf(one) {
  if (typeof one === 'string') return { id: one, title: one };
  if (one.reply) return { id: one.reply.payload, title: one.reply.title };
  const title = one.title ?? one.text ?? one.label ?? '';
  return { id: one.id ?? one.payload ?? title, title, url: one.url, phone: one.phone, code: one.code };
}

/** The buttons of a template as it was sent, of which most are as they were approved. @param {any[]} [given] */
const repliesOf = (given = []) => given.filter((one) => one.reply).map(buttonOf);

/** @param {any} order @returns {Ordered[]} */
const basketOf = (order) =>
  (order.product_items ?? order.items ?? []).map((/** @type {any} */ one) => ({
    name: String(one.product_retailer_id ?? one.name ?? one.product ?? ''),
    count: Number(one.quantity ?? 1),
    price: [one.item_price ?? one.price, one.currency].filter(Boolean).join(' '),
  }));

/** The values of a template's places, in the order or under the names that it has. @param {any} values @returns {string[]} */
function valuesOf(values) {
  const inner = values?.positional ?? values?.named ?? (values === 'none' ? [] : values) ?? [];
  return Array.isArray(inner) ? inner.map(String) : Object.entries(inner).map(([name, value]) => `${name}: ${value}`);
}

/** A card of a carousel: with its text where it is known, else with the values that it was sent with. @param {any} card */
function cardOf(card) {
  const text = typeof card.body === 'string' && card.body !== 'none' ? card.body : '';
  const buttons = (card.buttons ?? []).filter((/** @type {any} */ one) => typeof one === 'object' && (one.reply || one.title));
  return { text, media: card.header?.media && mediaOf(card.header), values: text ? [] : valuesOf(card.values ?? card.body), buttons: buttons.map(buttonOf) };
}

/** @param {any} message @returns {Shape} */
export function shape(message) {
  const given = typeof message.content === 'string' ? { kind: 'text', text: message.content } : (message.content ?? {});
  const template = given.kind === 'template' ? (typeof given.template === 'object' && given.template) || given : null;
  const kind = String(given.kind ?? 'text');
  // As it was sent a template has values in the place of its text.
  const sent = template !== null && (typeof template.body !== 'string' || template.body === 'none');
  /** @type {Shape} */
  const out = {
    kind,
    text: words(sent ? '' : template ? template.body : (given.text ?? given.body ?? given.caption ?? given.title)),
    header: words(given.header ?? given.edges?.header ?? template?.header) || undefined,
    footer: words(given.footer ?? given.edges?.footer ?? template?.footer) || undefined,
    media: mediaOf(given) ?? (template?.header?.media ? mediaOf(template.header) : undefined),
    buttons: sent ? repliesOf(template.buttons) : (Array.isArray(given.buttons) ? given.buttons : (template?.buttons ?? [])).map(buttonOf),
  };
  if (kind === 'list') out.list = listOf(given);
  if (kind === 'link') out.link = { title: given.title ?? given.link?.title ?? '', url: given.url ?? given.link?.url ?? '' };
  if (template) out.template = { name: template.name ?? '', language: template.language ?? '', values: valuesOf(template.values ?? (sent ? template.body : [])) };
  const cards = template?.cards ?? template?.parts?.cards ?? [];
  if (cards.length) out.carousel = cards.map(cardOf);
  if (template) out.offerEnds = template.offer_ends ?? template.parts?.offer_ends ?? undefined;
  if (kind === 'location') out.place = given.location ?? given;
  if (template?.header?.location) out.place = template.header.location;
  if (kind === 'contact_cards' || kind === 'contacts' || kind === 'card') out.cards = [given.cards ?? given.contacts ?? given].flat();
  if (kind === 'place_request') out.asksPlace = true;
  if (kind === 'form' && (given.button || given.form)) {
    const form = typeof given.form === 'object' ? given.form : given;
    out.form = { name: form.form ?? form.name ?? '', button: form.button ?? '', data: form.opens?.data ?? form.data };
  }
  if (given.answers ?? (kind === 'form' && !out.form)) out.filled = given.answers ?? given.response ?? given.data ?? {};
  if (kind === 'order') {
    out.basket = basketOf(given.order ?? given);
    out.text ||= given.order?.text ?? '';
    if (!out.basket.length) out.filled = given.order ?? given;
  }
  if (kind === 'edit') out.edited = true;
  if (kind === 'reaction') {
    out.emoji = (given.reaction ?? given).emoji ?? null;
    out.to = (given.reaction ?? given).to;
  }
  if (kind === 'media' && given.heard) {
    out.text = words(given.heard);
    out.heard = true;
  }
  if (kind === 'media' && !out.text && out.media?.caption) out.text = out.media.caption;
  const drawn = out.text || out.media || out.place || out.cards || out.list || out.form || out.filled || out.basket || out.template;
  out.known = Boolean(drawn || out.buttons.length || kind === 'reaction');
  return out;
}

/** All that a customer reads of a message, to compare two of them. Ids are left out: they differ in each play. @param {any} message */
export function readable(message) {
  const { kind, text, header, footer, media, buttons, list, link, template, place, cards, form, emoji, carousel } = shape(message);
  const titles = buttons.map((one) => [one.title, one.url]);
  const rows = list && [list.button, list.sections.map((one) => [one.title, one.rows.map((row) => [row.title, row.description])])];
  return JSON.stringify([
    kind,
    text,
    header,
    footer,
    media,
    titles,
    rows,
    link,
    template,
    place,
    cards,
    carousel?.map((card) => [card.text, card.values, card.media?.url, card.buttons.map((one) => [one.title, one.url])]),
    form?.button,
    emoji,
    message.status === 'skipped',
  ]);
}
