// @ts-check
// The templates that may go while the window is closed: each with its real text, and the values that it asks for.
import { html, useEffect, useMemo, useRef, useState } from '../vendor/preact.js';
import { detail } from '../js/api.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { nameOf } from '../js/people.js';
import { When } from '../js/times.js';
import { Failed, Wait } from '../js/waiting.js';
import { rich } from '../js/wording.js';
import { me } from './me.js';
import { send } from './sends.js';
import { blanks, buttonOf, fillable, filled, headerText, request } from './templates.js';

/** So many templates need a search. */
const MANY = 6;

/** The text with its values, where some are still missing. @param {{template: any, values: Record<string, string>}} props */
function Preview({ template, values }) {
  const value = (/** @type {string} */ kind) => (/** @type {string} */ name) => values[`${kind} ${name}`];
  const header = headerText(template);
  return html`<div class="inbox-preview" aria-live="polite">
    ${header && html`<b dir="auto">${filled(header, value('header'))}</b>`}
    <span class="chat-text" dir="auto">${rich(filled(template.body, value('text')))}</span>
    ${(template.buttons ?? []).map((/** @type {any} */ one) => html`<small class="chat-option plain"><span dir="auto">${buttonOf(one)[1].title}</span></small>`)}
  </div>`;
}

/** The name of a value for its box. @param {import('./templates.js').Blank} one */
function label(one) {
  if (one.kind === 'media') {
    return t('inbox.template.file');
  }
  if (one.kind === 'url') {
    return t('inbox.template.link', { title: one.title });
  }
  return one.kind === 'code' ? t('inbox.template.code', { title: one.title }) : t(one.kind === 'header' ? 'inbox.template.header' : 'inbox.template.value', { name: `{{${one.name}}}` });
}

/** @param {{talk: any, template: any, back: () => void, newest: number}} props */
function Fill({ talk, template, back, newest }) {
  const wanted = useMemo(() => blanks(template), [template]);
  const [values, set] = useState(/** @type {Record<string, string>} */ ({}));
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    /** @type {HTMLElement | null | undefined} */ (place.current?.querySelector('input, .button.main'))?.focus();
  }, []);
  const complete = wanted.every((one) => (values[one.key] ?? '').trim());
  const go = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (complete) {
      send(talk.id, { template: request(template, values), agent: me() }, newest);
      back();
    }
  };
  const keys = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape') {
      event.preventDefault();
      back();
    }
  };
  return html`<form class="inbox-fill" ref=${place} onSubmit=${go} onKeyDown=${keys}>
    <h3><${Icon} n="template" s=${14} /><bdi>${template.name}</bdi> <small>${template.language}</small></h3>
    <${Preview} template=${template} values=${values} />
    ${wanted.map(
      (one) => html`<label class="field" key=${one.key}><span>${label(one)}</span>
      <input dir="auto" type=${one.kind === 'media' ? 'url' : 'text'} autocomplete="off" placeholder=${one.kind === 'media' ? 'https://' : ''} value=${values[one.key] ?? ''} onInput=${(/** @type {any} */ event) => set({ ...values, [one.key]: event.target.value })} /></label>`,
    )}
    <footer><button type="button" class="button" onClick=${back}>${t('inbox.template.other')}</button><button class="button main" disabled=${!complete}><${Icon} n="send" s=${14} class="turns" />${t('inbox.template.send')}</button></footer>
  </form>`;
}

/** @param {import('./box.js').BoxProps} props */
export function Picker({ talk, templates, newest }) {
  const [chosen, choose] = useState(/** @type {any} */ (null));
  const [search, setSearch] = useState('');
  const name = nameOf(talk.contact);
  const usable = useMemo(() => templates.all.filter((one) => one.status === 'approved'), [templates.all]);
  const part = search.trim().toLowerCase();
  const shown = usable.filter((one) => !part || `${one.name} ${one.body}`.toLowerCase().includes(part));
  return html`<div class="inbox-box inbox-closed">
    <p class="inbox-why"><${Icon} n="lock" s=${15} /><span><b>${t('inbox.closed')}</b> <span dir="auto">${talk.last_inbound_at ? t('inbox.closed.about', { name }) : t('inbox.closed.never', { name })}</span>${talk.last_inbound_at && html` <small>${t('contacts.wrote')} <${When} at=${talk.last_inbound_at} /></small>`}</span></p>
    ${
      talk.contact.opted_out_at
        ? html`<p class="inbox-why bad"><${Icon} n="alert" s=${15} /><span>${t('inbox.opted_out')}</span></p>`
        : chosen
          ? html`<${Fill} talk=${talk} template=${chosen} newest=${newest} back=${() => choose(null)} />`
          : html`<${Choice} templates=${templates} shown=${shown} many=${usable.length > MANY} none=${usable.length === 0} search=${search} setSearch=${setSearch} choose=${choose} />`
    }
  </div>`;
}

/** @param {{templates: any, shown: any[], many: boolean, none: boolean, search: string, setSearch: (text: string) => void, choose: (template: any) => void}} props */
function Choice({ templates, shown, many, none, search, setSearch, choose }) {
  if (!templates.ready) {
    return html`<${Wait} />`;
  }
  if (templates.refusal && none) {
    return html`<${Failed} detail=${templates.refusal.status ? detail(templates.refusal) : t('offline.start')} again=${templates.again} />`;
  }
  if (none) {
    return html`<p class="muted">${t('inbox.templates.none')}</p>`;
  }
  return html`
    ${many && html`<label class="field"><span class="hidden">${t('inbox.templates.search')}</span><input type="search" dir="auto" placeholder=${t('inbox.templates.search')} value=${search} onInput=${(/** @type {any} */ event) => setSearch(event.target.value)} /></label>`}
    <ul class="inbox-templates" aria-label=${t('inbox.templates')}>
      ${shown.map(
        (one, n) => html`<li key=${one.id}><button type="button" data-inbox-first=${n === 0 || undefined} disabled=${!fillable(one)} title=${fillable(one) ? '' : t('inbox.template.unfit')} onClick=${() => choose(one)}>
        <i class="inbox-template-name"><code>${one.name}</code> <small>${one.language}</small></i><span dir="auto">${one.body}</span>${!fillable(one) && html`<small class="muted">${t('inbox.template.unfit')}</small>`}</button></li>`,
      )}
    </ul>`;
}
