// @ts-check
// The dialogs of people: name, role and accounts of a new person or of one who is there, and the link that is shown once.
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { patch, post } from '../js/api.js';
import { Icon } from '../js/icons.js';
import { clock, t } from '../js/i18n.js';
import { useAsked } from '../js/waiting.js';
import { sentence } from './refusal.js';

/**
 * @typedef {object} Person
 * @property {number} id
 * @property {string} name
 * @property {Role} role
 * @property {string[] | null} accounts null for all
 * @property {string[]} teams whose cases they get
 * @property {string | null} last_seen_at
 * @property {number} sessions
 * @property {string | null} link_ends_at
 */
/** @typedef {'viewer' | 'agent' | 'author' | 'operator'} Role */

/** From the least to the most. @type {Role[]} */
const ROLES = ['viewer', 'agent', 'author', 'operator'];
const NAME_CHARS_MAX = 60;
const COPIED_MS = 2000;

/** The accounts that have a sender. @param {any} senders the answer of `GET /v1/senders` @returns {string[]} */
export const accountsOf = (senders) => [...new Set(/** @type {any[]} */ (senders?.data ?? []).map((one) => one.account))].sort();

/** A dialog of this page, which gives the focus back when it closes. @param {{title: string, close: () => void, children?: any}} props */
function Dialog({ title, close, children }) {
  const place = useRef(/** @type {any} */ (null));
  useEffect(() => {
    const before = document.activeElement;
    place.current.showModal();
    place.current.querySelector('[data-first]')?.focus();
    return () => before instanceof HTMLElement && before.isConnected && before.focus();
  }, []);
  return html`<dialog ref=${place} class="dialog people-dialog" aria-labelledby="people-title" onClose=${close} onMouseDown=${(/** @type {MouseEvent} */ event) => event.target === place.current && close()}>
    <div>
      <header><h2 id="people-title">${title}</h2><button type="button" class="icon-button" title=${t('close')} aria-label=${t('close')} onClick=${close}><${Icon} n="x" /></button></header>
      ${children}
    </div>
  </dialog>`;
}

/** @param {{role: Role, choose: (role: Role) => void, first: boolean}} props */
const Roles = ({ role, choose, first }) =>
  html`<fieldset class="people-roles"><legend>${t('people.role')}</legend>${ROLES.map(
    (one) =>
      html`<label key=${one}><input type="radio" name="role" value=${one} checked=${role === one} data-first=${(first && role === one) || undefined} onChange=${() => choose(one)} />
        <span><b>${t(`role.${one}`)}</b><small>${t(`role.${one}.about`)}</small></span></label>`,
  )}</fieldset>`;

/** Whose customers somebody sees. @param {{all: string[], chosen: string[] | null, choose: (chosen: string[] | null) => void}} props */
function Accounts({ all, chosen, choose }) {
  const set = (/** @type {string} */ name, /** @type {boolean} */ on) => choose(all.filter((one) => (one === name ? on : chosen?.includes(one))));
  return html`<fieldset class="people-accounts"><legend>${t('people.accounts')}</legend>
    <label><input type="checkbox" checked=${chosen === null} onChange=${(/** @type {any} */ event) => choose(event.target.checked ? null : all.slice(0, 1))} /><span>${t('people.accounts.all')}</span></label>
    ${chosen && all.map((name) => html`<label key=${name}><input type="checkbox" checked=${chosen.includes(name)} onChange=${(/** @type {any} */ event) => set(name, event.target.checked)} /><span><bdi>${name}</bdi></span></label>`)}
  </fieldset>`;
}

/** Whose cases somebody gets. @param {{all: string[], chosen: string[], choose: (chosen: string[]) => void}} props */
const Teams = ({ all, chosen, choose }) =>
  html`<fieldset class="people-teams"><legend>${t('people.teams')}</legend>${all.map(
    (name) =>
      html`<label key=${name}><input type="checkbox" checked=${chosen.includes(name)} onChange=${(/** @type {any} */ event) => choose(all.filter((one) => (one === name ? event.target.checked : chosen.includes(one))))} /><span><bdi>${name}</bdi></span></label>`,
  )}</fieldset>`;

/**
 * A new person, or the role and accounts of one who is there.
 * @param {{person?: Person | null, accounts: string[], close: () => void, done: (made: any) => void}} props
 */
export function Rights({ person = null, accounts, close, done }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState(/** @type {Role} */ (person?.role ?? 'author'));
  const [chosen, choose] = useState(person?.accounts ?? null);
  const [inTeams, setTeams] = useState(person?.teams ?? []);
  const teams = /** @type {any[]} */ (useAsked('/v1/teams').body?.data ?? []).map((one) => one.name);
  const [refusal, setRefusal] = useState('');
  const [waits, setWaits] = useState(false);
  const all = [...new Set([...accounts, ...(person?.accounts ?? [])])].sort();
  const asksAccounts = role !== 'operator' && all.length > 1;
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (waits) {
      return;
    }
    if (asksAccounts && chosen?.length === 0) {
      return setRefusal(t('people.accounts.none'));
    }
    setWaits(true);
    // A team that the bot no longer has goes with the next change.
    const rights = { role, accounts: role === 'operator' ? null : chosen, ...(teams.length ? { teams: inTeams.filter((one) => teams.includes(one)) } : {}) };
    const answer = await (person ? patch(`/v1/people/${person.id}`, rights) : post('/v1/people', { name: name.trim(), ...rights }));
    setWaits(false);
    if (answer.ok) {
      done(answer.body);
    } else {
      setRefusal(sentence(answer));
    }
  };
  return html`<${Dialog} title=${person ? t('people.change', { name: person.name }) : t('people.add')} close=${close}>
    <form onSubmit=${send}>
      ${!person && html`<label class="field">${t('people.name')}<input data-first type="text" name="name" dir="auto" required maxlength=${NAME_CHARS_MAX} autocomplete="off" spellcheck=${false} aria-describedby="people-refusal" aria-invalid=${refusal ? 'true' : undefined} value=${name} onInput=${(/** @type {any} */ event) => setName(event.target.value)} /></label>`}
      <${Roles} role=${role} choose=${setRole} first=${Boolean(person)} />
      ${asksAccounts && html`<${Accounts} all=${all} chosen=${chosen} choose=${choose} />`}
      ${teams.length > 0 && ['agent', 'operator'].includes(role) && html`<${Teams} all=${teams} chosen=${inTeams} choose=${setTeams} />`}
      ${person && html`<p class="muted">${t('people.change.about')}</p>`}
      <div role="alert">${refusal && html`<p class="refusal" id="people-refusal" dir="auto">${refusal}</p>`}</div>
      <footer><button type="button" class="button" onClick=${close}>${t('cancel')}</button><button class="button main" aria-busy=${waits ? 'true' : undefined}>${t(person ? 'people.act.change' : 'people.act.add')}</button></footer>
    </form>
  </${Dialog}>`;
}

/** The link by which somebody sets a password. It cannot be read again. @param {{name: string, link: string, ends: string, close: () => void}} props */
export function Link({ name, link, ends, close }) {
  const [copied, set] = useState(false);
  const box = useRef(/** @type {any} */ (null));
  const copy = async () => {
    box.current.select();
    try {
      await navigator.clipboard.writeText(link);
      set(true);
      setTimeout(() => set(false), COPIED_MS);
    } catch {
      // Without the right to copy the link is chosen, so that a key does it.
    }
  };
  return html`<${Dialog} title=${t('people.link', { name })} close=${close}>
    <p>${t('people.link.about', { name, time: clock(new Date(ends)) })}</p>
    <div class="people-link"><input ref=${box} readonly dir="ltr" aria-label=${t('people.link.label')} value=${link} onFocus=${() => box.current.select()} />
      <button type="button" class="button" data-first onClick=${copy}><${Icon} n=${copied ? 'check' : 'copy'} s=${14} />${t(copied ? 'health.copied' : 'people.copy')}</button></div>
    <span class="hidden" role="status">${copied ? t('health.copied') : ''}</span>
    <p class="people-once"><${Icon} n="alert" s=${14} /><span>${t('people.link.once')}</span></p>
    <footer><button type="button" class="button main" onClick=${close}>${t('people.link.done')}</button></footer>
  </${Dialog}>`;
}
