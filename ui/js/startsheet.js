// @ts-check
// The sheet that starts the open flow as the API does, with a box for each of its inputs.
import { html, useState } from '../vendor/preact.js';
import { Sheet } from './chatsheet.js';
import { inputsOf } from './inputs.js';
import { t } from './i18n.js';
import { Field, parsed } from './rows.js';
import { bot, files } from './state.js';
import * as talk from './talk.js';

/** @typedef {import('./inputs.js').Input} Input */

const NUMBERS = ['number', 'whole'];
const AS_JSON = ['list', 'map', 'any', 'order', 'form', 'contact', 'location', 'media', 'image', 'audio', 'video', 'document'];
const BOXES = { date: 'date', time: 'time', datetime: 'datetime-local', email: 'email', phone: 'tel' };

/** What was written, as the input's type wants it. @param {Input} input @param {string} text */
function given(input, text) {
  if (NUMBERS.includes(input.type)) return Number(text);
  if (input.type === 'yesno') return text === 'true';
  if (AS_JSON.includes(input.type)) {
    const { value, wrong } = parsed(text);
    return wrong ? text : value;
  }
  return text;
}

/** @param {{input: Input, value: string, set: (value: string) => void}} props */
function Box({ input, value, set }) {
  const choices = input.type === 'yesno' ? ['true', 'false'] : input.options;
  const words = (/** @type {string} */ one) => (input.type === 'yesno' ? t(one === 'true' ? 'start.yes' : 'start.no') : one);
  const typed = (/** @type {any} */ event) => set(event.target.value);
  const label = input.optional ? t('start.optional', { name: input.name }) : input.name;
  if (choices) {
    return html`<${Field} label=${label}><select required=${!input.optional} onChange=${typed}>
      <option value="" selected=${!value}>${t('start.none')}</option>
      ${choices.map((one) => html`<option value=${one} selected=${one === value}>${words(one)}</option>`)}</select></${Field}>`;
  }
  if (AS_JSON.includes(input.type)) {
    return html`<${Field} label=${`${label} (JSON)`}><textarea dir="ltr" class="mono" rows="3" required=${!input.optional} spellcheck=${false} onInput=${typed}>${value}</textarea></${Field}>`;
  }
  const kind = BOXES[/** @type {'date'} */ (input.type)] ?? (NUMBERS.includes(input.type) ? 'number' : 'text');
  return html`<${Field} label=${label}><input dir="auto" type=${kind} step=${input.type === 'number' ? 'any' : undefined} required=${!input.optional} placeholder=${input.default} value=${value} onInput=${typed} /></${Field}>`;
}

/** @param {{close: () => void}} props */
export function Start({ close }) {
  const name = talk.opened();
  const flow = bot.value?.flows?.find((/** @type {any} */ one) => one.name === name);
  const inputs = inputsOf(files.value.get(flow?.path)?.text ?? '');
  const [values, setValues] = useState(/** @type {Record<string, string>} */ ({}));
  const start = (/** @type {Event} */ event) => {
    event.preventDefault();
    const filled = inputs.filter((input) => values[input.name]);
    close();
    talk.start(/** @type {string} */ (name), Object.fromEntries(filled.map((input) => [input.name, given(input, values[input.name])])));
  };
  if (!flow) {
    return html`<${Sheet} title=${t('chat.attach.start')} close=${close}><p class="sheet-note">${t('start.no_flow')}</p></${Sheet}>`;
  }
  return html`<${Sheet} title=${t('start.title', { flow: flow.title })} close=${close}><form class="sheet-form" onSubmit=${start}>
    <p class="sheet-note">${t(inputs.length ? 'start.note' : 'start.note.none')}</p>
    ${inputs.map((input) => html`<div key=${input.name}><${Box} input=${input} value=${values[input.name] ?? ''} set=${(/** @type {string} */ value) => setValues({ ...values, [input.name]: value })} />
      ${input.about && html`<p class="sheet-note">${input.about}</p>`}</div>`)}
    <button class="button main">${t('start.go')}</button></form></${Sheet}>`;
}
