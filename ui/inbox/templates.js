// @ts-check
// The templates of a number: their texts, and the values that each of them asks for.
import { signal, useEffect } from '../vendor/preact.js';
import { get } from '../js/api.js';

const PAGES_MAX = 10;

/** The templates that are known, by sender. @type {Map<number, {value: {all: any[], ready: boolean, refusal: any}}>} */
const known = new Map();
const NONE = { all: [], ready: false, refusal: null };

/** @param {number} sender */
function placeOf(sender) {
  let place = known.get(sender);
  if (!place) {
    place = signal(/** @type {any} */ (NONE));
    known.set(sender, place);
  }
  return place;
}

/** @param {number} sender */
async function read(sender) {
  const place = placeOf(sender);
  const all = [];
  let cursor = '';
  for (let n = 0; n < PAGES_MAX; n++) {
    const answer = await get(`/v1/templates?sender=${sender}&limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    if (!answer.ok) {
      place.value = { all: place.value.all, ready: true, refusal: answer };
      return;
    }
    all.push(...answer.body.data);
    cursor = answer.body.next_cursor ?? '';
    if (!cursor) {
      break;
    }
  }
  place.value = { all, ready: true, refusal: null };
}

/** @param {number | null} sender */
export function useTemplates(sender) {
  const place = sender === null ? null : placeOf(sender);
  useEffect(() => {
    if (sender !== null) {
      read(sender);
    }
  }, [sender]);
  return { ...(place?.value ?? NONE), again: () => sender !== null && read(sender) };
}

const PLACE = /\{\{\s*([^{}]+?)\s*\}\}/g;

/** The names of the places in a text, in their order, each once. @param {string | null | undefined} text @returns {string[]} */
export const placesIn = (text) => [...new Set([...(text ?? '').matchAll(PLACE)].map((found) => found[1]))];

/** A text with its values; a place without one stays. @param {string} text @param {(name: string) => string | undefined} value */
export const filled = (text, value) => text.replace(PLACE, (all, name) => value(name) || all);

/** @typedef {{key: string, kind: 'text' | 'header' | 'media' | 'url' | 'code', name: string, title?: string}} Blank */

/** A button by its kind: `{quick_reply: {title}}`. @param {any} button @returns {[string, any]} */
export const buttonOf = (button) => (typeof button === 'string' ? [button, {}] : (Object.entries(button ?? {})[0] ?? ['', {}]));

/** The kind of a header and its text. @param {any} header @returns {[string, string]} */
function headerOf(header) {
  if (typeof header === 'string') {
    return [header, ''];
  }
  const [kind, text] = Object.entries(header ?? {})[0] ?? ['', ''];
  return [kind, String(text)];
}

/** The values that have to be filled in, in the order of the message. @param {any} template @returns {Blank[]} */
export function blanks(template) {
  /** @type {Blank[]} */
  const all = [];
  const [header, text] = headerOf(template.header);
  for (const name of header === 'text' ? placesIn(text) : []) {
    all.push({ key: `header ${name}`, kind: 'header', name });
  }
  if (['image', 'video', 'document'].includes(header)) {
    all.push({ key: 'media', kind: 'media', name: header });
  }
  for (const name of placesIn(template.body)) {
    all.push({ key: `text ${name}`, kind: 'text', name });
  }
  (template.buttons ?? []).forEach((/** @type {any} */ one, /** @type {number} */ n) => {
    const [kind, { title = '', url = '' }] = buttonOf(one);
    if (kind === 'url' && url.includes('{{')) {
      all.push({ key: `url ${n}`, kind: 'url', name: url, title });
    } else if (kind === 'copy_code' || kind === 'password') {
      all.push({ key: `code ${n}`, kind: 'code', name: kind, title });
    }
  });
  return all;
}

/** Whether its parts are all of kinds that can be filled in here. @param {any} template */
export function fillable(template) {
  const [header] = headerOf(template.header);
  return header !== 'location' && !template.cards?.length && template.offer !== 'ends' && !(template.buttons ?? []).some((/** @type {any} */ one) => buttonOf(one)[0] === 'products');
}

/** The header's text, without its places filled in. @param {any} template */
export const headerText = (template) => (headerOf(template.header)[0] === 'text' ? headerOf(template.header)[1] : '');

/** The `template` of a request. @param {any} template @param {Record<string, string>} values by the keys of `blanks` */
export function request(template, values) {
  const all = blanks(template);
  const of = (/** @type {string} */ kind) => all.filter((one) => one.kind === kind);
  const value = (/** @type {Blank} */ one) => (values[one.key] ?? '').trim();
  const texts = of('text');
  const numbered = texts.every((one) => /^\d+$/.test(one.name));
  const sorted = [...texts].sort((a, b) => Number(a.name) - Number(b.name));
  const variables = numbered ? sorted.map(value) : Object.fromEntries(texts.map((one) => [one.name, value(one)]));
  const [header] = of('header');
  const [media] = of('media');
  const buttons = all.flatMap((one) => (one.kind === 'url' ? [{ url: value(one) }] : one.kind === 'code' ? [one.name === 'password' ? { url: value(one) } : { code: value(one) }] : []));
  return {
    name: template.name,
    language: template.language,
    ...(texts.length ? { variables } : {}),
    ...(header ? { header: { text: value(header) } } : {}),
    ...(media ? { header: { media: { kind: media.name, url: value(media) } } } : {}),
    ...(buttons.length ? { buttons } : {}),
  };
}

/** The values of a message's text by their names. @param {any} body */
function valuesOf(body) {
  const list = Array.isArray(body) ? body : body?.positional;
  const named = body?.named ?? (body && !list && typeof body === 'object' ? body : {});
  return (/** @type {string} */ name) => (list ? list[Number(name) - 1] : named[name]);
}

/** A card as it was sent, with the text that its reader sees. @param {any} card @param {any} shape of the template */
function drawnCard(card, shape) {
  const titles = (shape?.buttons ?? []).map((/** @type {any} */ one) => ({ title: buttonOf(one)[1].title ?? '', ...(buttonOf(one)[0] === 'url' ? { url: buttonOf(one)[1].url } : {}) }));
  return { ...card, body: filled(shape?.body ?? '', valuesOf(card.body === 'none' ? null : card.body)) || card.body, ...(titles.length ? { buttons: titles } : {}) };
}

/** The content of a template message with the text that its reader sees, if this page knows it. @param {any} content @param {any[]} templates */
export function drawnTemplate(content, templates) {
  const same = templates.filter((one) => one.name === content.name);
  const template = same.find((one) => one.language === content.language) ?? same[0];
  const body = content.body === 'none' ? null : content.body;
  const value = valuesOf(body);
  const header = content.header?.text ?? (typeof content.header === 'string' ? content.header : '');
  const replies = content.buttons ?? [];
  return {
    kind: 'template',
    template: {
      name: content.name,
      language: content.language ?? template?.language ?? '',
      values: body ?? [],
      ...(content.header?.media || content.header?.location ? { header: content.header } : {}),
      ...(template ? { body: filled(template.body, value) } : {}),
      ...(template && headerText(template) ? { header: filled(headerText(template), () => header) } : {}),
      ...(template?.footer ? { footer: template.footer } : {}),
      parts: content.parts,
      ...(content.parts?.cards && template?.cards?.length ? { cards: content.parts.cards.map((/** @type {any} */ card, /** @type {number} */ n) => drawnCard(card, template.cards[n])) } : {}),
      buttons: template
        ? (template.buttons ?? []).map((/** @type {any} */ one) => ({ title: buttonOf(one)[1].title ?? '', ...(buttonOf(one)[0] === 'url' ? { url: buttonOf(one)[1].url } : {}) }))
        : replies.filter((/** @type {any} */ one) => one.reply),
    },
  };
}

/** A template that was sent, as a request takes it. @param {any} content */
export function bodyOf(content) {
  const variables = content.body?.positional ?? content.body?.named;
  return { name: content.name, ...(content.language ? { language: content.language } : {}), ...(variables ? { variables } : {}), ...(content.header?.text ? { header: { text: content.header.text } } : {}) };
}
