// @ts-check
// People: who signs in, with which role; how they are let in, changed and signed out; and below, what was done.
import { html, useState } from '../vendor/preact.js';
import { post, remove } from '../js/api.js';
import { Confirm } from '../js/confirm.js';
import { Icon } from '../js/icons.js';
import { clock, t } from '../js/i18n.js';
import { Menu } from '../js/menu.js';
import { Face } from '../js/people.js';
import { session } from '../js/session.js';
import { say } from '../js/state.js';
import { When } from '../js/times.js';
import { Nothing, Shown, useAsked } from '../js/waiting.js';
import { Done } from './done.js';
import { sentence } from './refusal.js';
import { Link, Rights, accountsOf } from './sheets.js';

/** @typedef {import('./sheets.js').Person} Person */
/** @typedef {{kind: 'add' | 'change' | 'link' | 'out' | 'remove' | 'shown', person?: Person, link?: string, ends?: string}} Open */

/** Tones of roles. */
const TONES = { operator: 'violet', author: 'info', agent: 'good', viewer: '' };
/** How somebody stands: a link that waits, browsers, or never seen. @param {{person: Person}} props */
function Seen({ person }) {
  if (person.link_ends_at) {
    return html`<span class="people-seen"><span class="state warn"><${Icon} n="link" s=${12} /><span>${t('people.link_waits', { time: clock(new Date(person.link_ends_at)) })}</span></span></span>`;
  }
  const seen = person.last_seen_at ? html`<${When} at=${person.last_seen_at} />` : t('people.never');
  return html`<span class="people-seen"><span>${seen}</span><small>${person.sessions ? t('people.sessions', { n: person.sessions }) : t('people.signed_out')}</small></span>`;
}

/** @param {{person: Person, many: boolean, show: (open: Open) => void}} props */
function Row({ person, many, show }) {
  const me = session.value?.person === person.name;
  const item = (/** @type {Open['kind']} */ kind, /** @type {string} */ icon, /** @type {() => void} */ close) =>
    html`<button type="button" role="menuitem" class="start" onClick=${() => {
      close();
      show({ kind, person });
    }}><${Icon} n=${icon} s=${14} />${t(`people.do.${kind}`)}</button>`;
  return html`<li class="people-row">
    <span class="who"><${Face} person=${person} /><span class="who-words"><b><bdi>${person.name}</bdi>${me && html` <span class="chip">${t('people.you')}</span>`}</b>
      ${many && html`<small>${person.accounts ? html`<bdi>${person.accounts.join(', ')}</bdi>` : t('people.accounts.all')}</small>`}</span></span>
    <span class="people-role"><span class=${`state ${TONES[person.role]}`} title=${t(`role.${person.role}.about`)}><span>${t(`role.${person.role}`)}</span></span>${person.teams.length > 0 && html` <small dir="auto">${person.teams.join(', ')}</small>`}</span>
    <${Seen} person=${person} />
    <${Menu}
      place="people-menu"
      label=${t('people.more', { name: person.name })}
      face=${html`<${Icon} n="dots" />`}
      items=${(/** @type {() => void} */ close) => [
        item('change', 'pen', close),
        item('link', 'link', close),
        person.sessions > 0 && item('out', 'out', close),
        item('remove', 'trash', close),
      ]}
    />
  </li>`;
}

/** Asks before something that ends what somebody has, and does it. @param {{open: Open, show: (open: Open | null) => void, again: () => void}} props */
function Ask({ open, show, again }) {
  const { kind, person } = /** @type {{kind: 'link' | 'out' | 'remove', person: Person}} */ (open);
  const run = async () => {
    const path = `/v1/people/${person.id}`;
    const answer = kind === 'link' ? await post(`${path}/link`, {}) : await remove(kind === 'out' ? `${path}/sessions` : path);
    if (!answer.ok) {
      say(sentence(answer), 'bad');
    } else if (kind === 'link') {
      show({ kind: 'shown', person, link: answer.body.link, ends: answer.body.link_ends_at });
    } else {
      say(t(`people.did.${kind}`, { name: person.name }));
    }
    again();
  };
  return html`<${Confirm} title=${t(`people.do.${kind}`)} words=${t(`people.ask.${kind}`, { name: person.name })} act=${t(`people.act.${kind}`)} danger=${kind === 'remove'} close=${() => show(null)} run=${run} />`;
}

/** The open dialog. @param {{open: Open, show: (open: Open | null) => void, accounts: string[], again: () => void}} props */
function Sheets({ open, show, accounts, again }) {
  const close = () => show(null);
  if (open.kind === 'shown') {
    return html`<${Link} name=${open.person?.name ?? ''} link=${open.link ?? ''} ends=${open.ends ?? ''} close=${close} />`;
  }
  if (open.kind === 'add' || open.kind === 'change') {
    const done = (/** @type {any} */ made) => {
      again();
      if (made.link) {
        show({ kind: 'shown', person: made.person, link: made.link, ends: made.link_ends_at });
      } else {
        close();
        say(t('people.did.change', { name: made.name }));
      }
    };
    return html`<${Rights} person=${open.kind === 'change' ? open.person : null} accounts=${accounts} close=${close} done=${done} />`;
  }
  return html`<${Ask} open=${open} show=${show} again=${again} />`;
}

export function Page() {
  const asked = useAsked('/v1/people');
  const accounts = accountsOf(useAsked('/v1/senders?limit=200').body);
  const [open, show] = useState(/** @type {Open | null} */ (null));
  const [turn, setTurn] = useState(0);
  const again = () => {
    asked.again();
    setTurn(turn + 1);
  };
  const people = /** @type {Person[]} */ (asked.body?.data ?? []);
  const add = html`<button type="button" class="button main" onClick=${() => show({ kind: 'add' })}><${Icon} n="person-plus" s=${15} />${t('people.add')}</button>`;
  return html`<div class="sheet-page people">
    <header class="page-head"><h1>${t('pages.people')}</h1><span class="grow"></span>${people.length > 0 && add}</header>
    <${Shown} asked=${asked}>${
      asked.body &&
      html`<section class="card" aria-label=${t('pages.people')}>
          ${
            people.length
              ? html`<ul class="people-list">${people.map((person) => html`<${Row} key=${person.id} person=${person} many=${accounts.length > 1} show=${show} />`)}</ul>`
              : html`<${Nothing} icon="lock" words=${t('people.none')}>${add}</${Nothing}>`
          }
        </section>
        <${Done} turn=${turn} />`
    }<//>
    ${open && html`<${Sheets} key=${`${open.kind} ${open.person?.id}`} open=${open} show=${show} accounts=${accounts} again=${again} />`}
  </div>`;
}
