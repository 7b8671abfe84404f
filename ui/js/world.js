// @ts-check
/** The sheet with the world of a talk: the contact, the moment at which it begins, and what other systems answer. */
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { Field, Rows, namesBelow, parsed, valued } from './rows.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';
import { Sheet } from './chatsheet.js';
import * as state from './state.js';
import * as talk from './talk.js';

const BUILT_IN = ['name', 'phone', 'language', 'zone', 'tags', 'consent'];
/** Facts of the answer that nobody sets. */
const DERIVED = ['id', 'opted_out', 'opted_out_at', 'last_inbound_at', 'last_outbound_at', 'created_at', 'country', 'with_person'];
const CONSENTS = ['', 'given', 'withdrawn'];

/** @param {any} value */
const shown = (value) => (value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value));

/** @param {any} contact @returns {{name: string, phone: string, language: string, zone: string, tags: string, consent: [string, string][], fields: [string, string][]}} */
function opened(contact) {
  const first = talk.play.value?.first?.contact ?? {};
  const set = { ...first, ...contact };
  const consent = { ...first.consent, ...contact.consent };
  const plain = (/** @type {any} */ value) =>
    typeof value === 'boolean'
      ? value
        ? 'given'
        : 'withdrawn'
      : typeof value === 'object' && value
        ? value.given
          ? 'given'
          : 'withdrawn'
        : (value ?? '');
  const fields = { ...first.fields, ...contact };
  for (const name of Object.keys(first)) if (name !== 'fields') fields[name] ??= first[name];
  const bot = state.files.value.get('flows/_bot.yaml')?.text ?? '';
  for (const topic of namesBelow(bot, 'topics')) consent[topic] ??= '';
  for (const name of namesBelow(bot, 'fields')) fields[name] ??= '';
  delete consent.all;
  const own = Object.entries(fields).filter(([name]) => !BUILT_IN.includes(name) && !DERIVED.includes(name) && name !== 'fields');
  return {
    name: set.name ?? '',
    phone: set.phone ?? talk.play.value?.contact?.phone ?? '',
    language: set.language ?? '',
    zone: set.zone ?? '',
    tags: (set.tags ?? []).join(', '),
    consent: Object.entries(consent).map(([topic, value]) => [topic, plain(value)]),
    fields: own.map(([name, value]) => [name, shown(value)]),
  };
}

/** The head of a test file: only what is said, so that a saved test stays short. @param {ReturnType<typeof opened>} form */
function contactOf(form) {
  /** @type {Record<string, any>} */
  const out = {};
  for (const name of /** @type {const} */ (['name', 'phone', 'language', 'zone'])) if (form[name].trim()) out[name] = form[name].trim();
  const tags = form.tags
    .split(',')
    .map((tag) => tag.trim())
    .filter(Boolean);
  if (tags.length) out.tags = tags;
  const consent = form.consent.filter(([topic, value]) => topic && value);
  if (consent.length) out.consent = Object.fromEntries(consent);
  for (const [name, value] of form.fields) if (name.trim() && value !== '') out[name.trim()] = valued(value);
  return out;
}

/** A mock for a call that had none. @param {any} call */
function lineFor(call) {
  try {
    return [`${call.method} *${decodeURI(new URL(call.url).pathname)}`, '{"json": {}}'];
  } catch {
    return [`${call.method} ${call.url}`, '{"json": {}}'];
  }
}

/** @param {{close: () => void, call?: any}} props */
export function World({ close, call }) {
  const before = talk.world.value;
  const [form, setForm] = useState(() => opened(before.contact ?? {}));
  const [now, setNow] = useState(before.now ?? '');
  const [templates, setTemplates] = useState(() => /** @type {[string, string][]} */ (Object.entries(before.templates ?? {})));
  const [mocks, setMocks] = useState(() => {
    const http = before.mocks?.http ?? [];
    const rows = (Array.isArray(http) ? http : [http])
      .flatMap((one) => Object.entries(one))
      .map(([name, value]) => /** @type {[string, string]} */ ([name, JSON.stringify(value)]));
    return /** @type {[string, string][]} */ (call ? [...rows, lineFor(call)] : rows);
  });
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const last = call && [...(box.current?.querySelectorAll('.two-boxes') ?? [])].at(-1);
    last?.scrollIntoView({ block: 'center' });
    last?.querySelectorAll('input')[1]?.focus({ preventScroll: true });
  }, []);
  const set = (/** @type {string} */ name) => (/** @type {any} */ event) => setForm({ ...form, [name]: event.target.value });
  const good = mocks.every(([name, value]) => !name.trim() || !parsed(value).wrong);

  const other = () => {
    /** @type {Record<string, any>} */
    const next = {
      ...before,
      now,
      contact: contactOf(form),
      templates: Object.fromEntries(templates.filter(([name, is]) => name.trim() && is)),
    };
    const http = mocks.filter(([name]) => name.trim()).map(([name, value]) => ({ [name.trim()]: parsed(value).value }));
    if (http.length) next.mocks = { ...before.mocks, http };
    else delete next.mocks;
    if (!Object.keys(next.templates).length) delete next.templates;
    return next;
  };
  const save = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!good) return;
    close();
    talk.live(other());
  };
  const preset = (/** @type {'new' | 'known' | 'out'} */ kind) => {
    if (kind === 'out') {
      // Nobody is opted out but by a word of their own.
      close();
      talk.restart(other());
      talk.send({ user: 'STOP' });
      return;
    }
    const topics = form.consent.map(([topic]) => topic);
    const given = /** @type {[string, string][]} */ (topics.map((topic) => [topic, kind === 'new' ? '' : 'given']));
    setForm({
      ...form,
      name: form.name || 'Ana',
      tags: kind === 'known' ? 'customer' : '',
      consent: given,
      fields: kind === 'new' ? form.fields.map(([name]) => [name, '']) : form.fields,
    });
  };
  const foot = html`<button type="button" class="button" onClick=${() => {
    close();
    talk.restart({});
  }}>${t('world.reset')}</button><span class="grow"></span><button class="button main" form="world" disabled=${!good}>${t('world.apply')}</button>`;

  return html`<${Sheet} title=${t('world.title')} close=${close} class="tall" foot=${foot}>
    <form id="world" class="sheet-form" onSubmit=${save}>
      <p class="sheet-note">${t('world.note')}</p>
      <div class="sheet-chips" role="group" aria-label=${t('world.presets')}>
        ${/** @type {const} */ (['new', 'known', 'out']).map((kind) => html`<button type="button" class="button small" onClick=${() => preset(kind)}>${t(`world.preset.${kind}`)}</button>`)}
      </div>
      <div class="sheet-two">
        <${Field} label=${t('world.name')}><input dir="auto" value=${form.name} onInput=${set('name')} /></${Field}>
        <${Field} label=${t('world.phone')}><input dir="ltr" inputmode="tel" placeholder="+34600111222" value=${form.phone} onInput=${set('phone')} /></${Field}>
        <${Field} label=${t('world.language')}><input dir="ltr" placeholder="en" maxlength="12" value=${form.language} onInput=${set('language')} /></${Field}>
        <${Field} label=${t('world.zone')}><input dir="ltr" placeholder=${talk.zone.value} value=${form.zone} onInput=${set('zone')} /></${Field}>
      </div>
      <${Field} label=${t('world.now')}><input dir="ltr" class="mono" value=${now} onInput=${(/** @type {any} */ event) => setNow(event.target.value)} /></${Field}>
      <${Field} label=${t('world.tags')}><input dir="auto" placeholder="vip, customer" value=${form.tags} onInput=${set('tags')} /></${Field}>
      ${
        form.consent.length > 0 &&
        html`<fieldset><legend>${t('world.consent')}</legend>${form.consent.map(
          ([topic, value], n) => html`<label class="sheet-line" key=${topic}><span dir="auto">${topic}</span>
        <select value=${value} onChange=${(/** @type {any} */ event) => setForm({ ...form, consent: form.consent.map((row, k) => (k === n ? [topic, event.target.value] : row)) })}>
          ${CONSENTS.map((one) => html`<option value=${one} selected=${one === value}>${t(`world.consent.${one || 'unknown'}`)}</option>`)}</select></label>`,
        )}</fieldset>`
      }
      <fieldset><legend>${t('world.fields')}</legend><${Rows} rows=${form.fields} set=${(/** @type {any} */ fields) => setForm({ ...form, fields })} names=${[t('world.field'), t('world.value')]} add=${t('world.add_field')} /></fieldset>
      <fieldset ref=${box}><legend>${t('world.mocks')}</legend><p class="sheet-note">${t('world.mocks.note')}</p>
        <${Rows} mono rows=${mocks} set=${setMocks} names=${[t('world.mock.call'), t('world.mock.answer')]} add=${t('world.add_mock')} check=${(/** @type {string} */ value) => !parsed(value).wrong} />
        ${!good && html`<p class="sheet-wrong" role="status">${t('world.mock.wrong')}</p>`}</fieldset>
      <fieldset><legend>${t('world.templates')}</legend><p class="sheet-note">${t('world.templates.note')}</p>
        <${Rows} rows=${templates} set=${setTemplates} names=${[t('world.template'), 'approved · paused · rejected · missing']} add=${t('world.add_template')} check=${(/** @type {string} */ value) => ['', 'approved', 'paused', 'rejected', 'missing'].includes(value)} /></fieldset>
    </form></${Sheet}>`;
}
