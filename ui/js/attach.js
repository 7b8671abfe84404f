// @ts-check
// The sheets of the paperclip: what a customer or another system can send beside words.
import { html, useEffect, useState } from '../vendor/preact.js';
import { Sheet } from './chatsheet.js';
import { hold } from './edits.js';
import { t } from './i18n.js';
import { Field, Rows, parsed, valued } from './rows.js';
import { Start } from './startsheet.js';
import { bot, files } from './state.js';
import * as talk from './talk.js';

const EMOJIS = ['👍', '❤️', '😂', '😮', '😢', '🙏'];
/** A place in Sevilla, so that one click sends something. */
const PLACE = { latitude: '37.3891', longitude: '-5.9845' };

/**
 * A sheet with a form; sending it closes the sheet.
 * @param {{title: string, close: () => void, step: () => any, ready?: boolean, children?: any}} props `step` gives the step of the talk
 */
function Form({ title, close, step, ready = true, children }) {
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!ready) return;
    const made = step();
    close();
    talk.send(made);
  };
  return html`<${Sheet} title=${title} close=${close}><form class="sheet-form" onSubmit=${send}>
    ${children}<button class="button main" disabled=${!ready}>${t('chat.send')}</button></form></${Sheet}>`;
}

/** @param {any} event @returns {string} */
const valueOf = (event) => event.target.value;

/** The names that triggers of this kind have in the flows, for suggestions. @param {'event' | 'webhook'} kind */
function useNames(kind) {
  useEffect(() => {
    for (const flow of bot.value?.flows ?? []) hold(flow.path);
  }, []);
  const names = new Set();
  for (const [path, { text }] of files.value) {
    if (!/^flows\/[^.]+\.yaml$/.test(path)) continue;
    for (const [, name] of (text ?? '').matchAll(new RegExp(`\\b${kind}: *(?:\\{ *name: *)?["']?([\\w-]+)`, 'g'))) names.add(name);
  }
  return /** @type {string[]} */ ([...names].sort());
}

/** @param {{label: string, value: string, set: (value: string) => void, all: string[], id: string}} props */
const Name = ({ label, value, set, all, id }) => html`<${Field} label=${label}>
  <input dir="ltr" class="mono" required list=${id} autocomplete="off" spellcheck=${false} value=${value} onInput=${(/** @type {any} */ event) => set(valueOf(event))} /></${Field}>
  <datalist id=${id}>${all.map((one) => html`<option value=${one}></option>`)}</datalist>`;

/** @typedef {{close: () => void, drawn: any}} Props */

/** @param {Props} props */
function Place({ close }) {
  const [place, setPlace] = useState(PLACE);
  const box = (/** @type {'latitude' | 'longitude'} */ name) => html`<${Field} label=${t(`chat.${name}`)}>
    <input dir="ltr" inputmode="decimal" required pattern="-?[0-9]+([.][0-9]+)?" value=${place[name]} onInput=${(/** @type {any} */ event) => setPlace({ ...place, [name]: valueOf(event) })} /></${Field}>`;
  const step = () => ({ location: { latitude: Number(place.latitude), longitude: Number(place.longitude) } });
  return html`<${Form} title=${t('chat.attach.place')} close=${close} step=${step}>${box('latitude')}${box('longitude')}</${Form}>`;
}

/** @param {Props} props */
function Card({ close }) {
  const [card, setCard] = useState({ name: 'Ben', phone: '+34600111333' });
  return html`<${Form} title=${t('chat.attach.card')} close=${close} step=${() => ({ card })}>
    <${Field} label=${t('world.name')}><input required dir="auto" value=${card.name} onInput=${(/** @type {any} */ event) => setCard({ ...card, name: valueOf(event) })} /></${Field}>
    <${Field} label=${t('world.phone')}><input required dir="ltr" value=${card.phone} onInput=${(/** @type {any} */ event) => setCard({ ...card, phone: valueOf(event) })} /></${Field}></${Form}>`;
}

/** @param {Props} props */
function Reaction({ close }) {
  const pick = (/** @type {string} */ emoji) => {
    close();
    talk.send({ reaction: emoji });
  };
  return html`<${Sheet} title=${t('chat.attach.reaction')} close=${close}><div class="chat-emojis">
    ${EMOJIS.map((emoji) => html`<button type="button" onClick=${() => pick(emoji)}>${emoji}</button>`)}
    <button type="button" class="button small" onClick=${() => pick('none')}>${t('chat.no_reaction')}</button></div></${Sheet}>`;
}

const FIELDS = () => /** @type {[string, string]} */ ([t('world.field'), t('world.value')]);

/** The rows that have a name, as values of a test file. @param {[string, string][]} rows */
const dataOf = (rows) => Object.fromEntries(rows.filter(([name]) => name.trim()).map(([name, value]) => [name.trim(), valued(value)]));

/** The answers of a form, a line each: the form itself is drawn at Meta and is not here. @param {Props} props */
function Filled({ drawn, close }) {
  const [rows, setRows] = useState(/** @type {[string, string][]} */ ([['', '']]));
  const step = () => ({ form: { name: drawn.form.name, data: dataOf(rows) } });
  return html`<${Form} title=${drawn.form.button} close=${close} step=${step}>
    <p class="sheet-note">${t('chat.form.note')}</p>
    <${Rows} rows=${rows} set=${setRows} names=${FIELDS()} add=${t('world.add_field')} /></${Form}>`;
}

/** @param {Props} props */
function Order({ close }) {
  const [text, setText] = useState('');
  const [rows, setRows] = useState(/** @type {[string, string][]} */ ([['A7', '1']]));
  const whole = (/** @type {string} */ value) => /^[1-9]\d{0,4}$/.test(value);
  const items = rows.filter(([id]) => id.trim());
  const step = () => {
    const product_items = items.map(([id, count]) => ({ product_retailer_id: id.trim(), quantity: Number(count) }));
    return { order: text.trim() ? { text: text.trim(), product_items } : { product_items } };
  };
  const ready = items.length > 0 && items.every(([, count]) => whole(count));
  return html`<${Form} title=${t('chat.attach.order')} close=${close} step=${step} ready=${ready}>
    <${Rows} rows=${rows} set=${setRows} names=${[t('attach.product'), t('attach.quantity')]} add=${t('attach.add_product')} check=${whole} />
    <${Field} label=${t('attach.text')}><input dir="auto" value=${text} onInput=${(/** @type {any} */ event) => setText(valueOf(event))} /></${Field}></${Form}>`;
}

/** @param {Props} props */
function Referral({ close }) {
  const [ad, setAd] = useState({ id: '120210000000000001', headline: '', text: t('attach.ad.hello') });
  const box = (/** @type {'id' | 'headline' | 'text'} */ name, /** @type {any} */ more = {}) => html`<${Field} label=${t(`attach.ad.${name}`)}>
    <input dir="auto" value=${ad[name]} onInput=${(/** @type {any} */ event) => setAd({ ...ad, [name]: valueOf(event) })} ...${more} /></${Field}>`;
  const step = () => ({ referral: Object.fromEntries(Object.entries({ ...ad, type: 'ad' }).filter(([, value]) => value.trim())) });
  return html`<${Form} title=${t('chat.attach.referral')} close=${close} step=${step}>
    <p class="sheet-note">${t('attach.ad.note')}</p>
    ${box('id', { required: true, dir: 'ltr', pattern: '[\\w.\\-]+' })}${box('headline')}${box('text', { required: true })}</${Form}>`;
}

/** @param {Props} props */
function Event_({ close }) {
  const names = useNames('event');
  const [name, setName] = useState(names[0] ?? '');
  const [rows, setRows] = useState(/** @type {[string, string][]} */ ([]));
  const step = () => {
    const data = dataOf(rows);
    return { event: Object.keys(data).length ? { name: name.trim(), data } : name.trim() };
  };
  return html`<${Form} title=${t('chat.attach.event')} close=${close} step=${step} ready=${name.trim() !== ''}>
    <p class="sheet-note">${t('attach.event.note')}</p>
    <${Name} id="event-names" label=${t('attach.name')} value=${name} set=${setName} all=${names} />
    <fieldset><legend>${t('attach.data')}</legend><${Rows} rows=${rows} set=${setRows} names=${FIELDS()} add=${t('world.add_field')} /></fieldset></${Form}>`;
}

/** @param {Props} props */
function Webhook({ close }) {
  const names = useNames('webhook');
  const [name, setName] = useState(names[0] ?? '');
  const [body, setBody] = useState('{\n  "phone": ""\n}');
  useEffect(() => {
    const phone = talk.play.value?.contact?.phone;
    if (phone) setBody(JSON.stringify({ phone }, null, 2));
  }, []);
  const wrong = parsed(body).wrong;
  const step = () => ({ webhook: { name: name.trim(), body: parsed(body).value } });
  return html`<${Form} title=${t('chat.attach.webhook')} close=${close} step=${step} ready=${name.trim() !== '' && !wrong}>
    <p class="sheet-note">${t('attach.webhook.note')}</p>
    <${Name} id="webhook-names" label=${t('attach.name')} value=${name} set=${setName} all=${names} />
    <${Field} label=${t('attach.body')}><textarea dir="ltr" class="mono" rows="7" spellcheck=${false} aria-invalid=${wrong ? 'true' : undefined} onInput=${(/** @type {any} */ event) => setBody(valueOf(event))}>${body}</textarea></${Field}>
    ${wrong && html`<p class="sheet-wrong" role="status">${t('attach.no_json')}</p>`}</${Form}>`;
}

/** By the name that the paperclip uses; `form` belongs to a message that offers one. */
export const SHEETS = {
  place: Place,
  card: Card,
  reaction: Reaction,
  form: Filled,
  order: Order,
  referral: Referral,
  event: Event_,
  webhook: Webhook,
  start: Start,
};
