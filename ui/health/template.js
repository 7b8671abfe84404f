// @ts-check
// The templates that may go while the window is closed, with boxes for their values. Nothing leaves before the button.
import { html, useState } from '../vendor/preact.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { useAsked } from '../js/waiting.js';

const PLACE = /\{\{\s*(\w+)\s*\}\}/g;

/** The places of a template's text, in the order of its values. @param {string} body */
const placesOf = (body) => [...new Set([...body.matchAll(PLACE)].map((found) => found[1]))];

/** Whether text alone fills a template: a file in its header needs more. @param {any} template */
const isPlain = (template) => !template.header || (template.header.text && !template.header.text.includes('{{'));

/** A text with its places filled. @param {{body: string, values: Record<string, string>}} props */
function Filled({ body, values }) {
  return html`<p class="test-template" dir="auto">${body.split(/(\{\{\s*\w+\s*\}\})/).map((part) => {
    const place = /\{\{\s*(\w+)\s*\}\}/.exec(part)?.[1];
    return place ? html`<mark>${values[place] || part}</mark>` : part;
  })}</p>`;
}

/** @param {{sender: any, busy: boolean, send: (content: any) => void}} props */
export function Template({ sender, busy, send }) {
  const asked = useAsked(`/v1/templates?sender=${sender.id}&status=approved&limit=200`);
  const all = /** @type {any[]} */ (asked.body?.data ?? []).filter(isPlain);
  const [chosen, choose] = useState(0);
  const [values, setValues] = useState(/** @type {Record<string, string>} */ ({}));
  const template = all.find((one) => one.id === chosen) ?? all[0];
  if (!asked.body) {
    return null;
  }
  if (!template) {
    return html`<p class="muted">${t('health.test.no_templates')}</p>`;
  }
  const places = placesOf(template.body);
  const ready = places.every((place) => values[place]?.trim());
  const variables = Object.fromEntries(places.map((place) => [place, values[place]?.trim()]));
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (ready) {
      send({ template: { name: template.name, language: template.language, ...(places.length ? { variables } : {}) } });
    }
  };
  return html`<form class="test-closed" onSubmit=${submit}>
    <label class="field"><span>${t('health.test.template')}</span><select value=${template.id} onChange=${(/** @type {any} */ event) => {
      choose(Number(event.target.value));
      setValues({});
    }}>${all.map((one) => html`<option key=${one.id} value=${one.id} selected=${one.id === template.id}>${one.name} (${one.language})</option>`)}</select></label>
    <${Filled} body=${template.body} values=${values} />
    ${places.map((place) => html`<label class="field" key=${place}><span dir="ltr">{{${place}}}</span><input dir="auto" maxlength="300" value=${values[place] ?? ''} onInput=${(/** @type {any} */ event) => setValues({ ...values, [place]: event.target.value })} /></label>`)}
    <button class="button main" disabled=${busy || !ready}><${Icon} n="template" s=${14} />${t('health.test.send_template')}</button>
  </form>`;
}
