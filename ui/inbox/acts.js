// @ts-check
// What is done with a case: give it to a team or a person, put it aside, close it, write a note, go to the next one.
import { html, useState } from '../vendor/preact.js';
import { detail, get, now, post } from '../js/api.js';
import { Confirm } from '../js/confirm.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { Menu } from '../js/menu.js';
import { near } from '../js/moment.js';
import { addressTo, go } from '../js/router.js';
import { may } from '../js/session.js';
import { say } from '../js/state.js';
import { botZone } from '../js/times.js';
import { filters } from './list.js';
import { snoozes } from './snooze.js';
import { isMine, waits } from './words.js';

const NEXT_ROWS = 100;

/** Opens the case that is due first among those that wait or are this person's and want an answer. @param {number | null} current */
export async function next(current) {
  const answer = await get(`/v1/conversations?sort=due&limit=${NEXT_ROWS}`);
  if (!answer.ok) {
    say(answer.status ? detail(answer) : t('offline.start'), 'bad');
    return;
  }
  const wanted = (/** @type {any} */ talk) => talk.id !== current && (waits(talk) || (isMine(talk) && talk.case?.state === 'taken'));
  const found = answer.body.data.find(wanted);
  if (found) {
    go(addressTo(`inbox/${found.id}`, filters()));
  } else {
    say(t('inbox.next.none'));
  }
}

/** @param {{talk: any, put: (talk: any) => void, refresh: () => void, note: () => void}} props */
export function Acts({ talk, put, refresh, note }) {
  const [teams, setTeams] = useState(/** @type {any[] | null} */ (null));
  const [asks, ask] = useState(false);
  const zone = botZone();
  const read = async () => {
    const answer = teams ? null : await get('/v1/teams');
    if (answer?.ok) {
      setTeams(answer.body.data);
    }
  };
  /** @param {string} path @param {any} body */
  const act = async (path, body) => {
    const answer = await post(path, body);
    if (!answer.ok) {
      say(answer.status ? detail(answer) : t('offline.start'), 'bad');
    } else if (path.startsWith('/v1/conversations')) {
      put(answer.body);
    }
    refresh();
  };
  const item = (/** @type {() => void} */ close, /** @type {string} */ icon, /** @type {any} */ words, /** @type {() => void} */ run) =>
    html`<button type="button" role="menuitem" class="start" onClick=${() => {
      close();
      run();
    }}><${Icon} n=${icon} s=${14} /><span dir="auto">${words}</span></button>`;
  const id = talk.case?.id;
  const give = (/** @type {any} */ to) => act(`/v1/conversations/${talk.id}/assign`, to);
  const items = (/** @type {() => void} */ close) => [
    may('list_cases') && item(close, 'next', html`${t('inbox.next')} <kbd>n</kbd>`, () => next(talk.id)),
    may('add_note') && item(close, 'pen', t('inbox.note'), note),
    may('snooze_case') && id && html`<hr /><p class="menu-head">${t('inbox.snooze')}</p>`,
    may('snooze_case') && id && snoozes(now(), zone).map((at) => item(close, 'moon', near(at, now(), zone), () => act(`/v1/cases/${id}/snooze`, { until: new Date(at).toISOString() }))),
    may('assign') && teams?.length && html`<hr /><p class="menu-head">${t('inbox.give')}</p>`,
    may('assign') && teams?.flatMap((team) => [
      item(close, 'people', team.name, () => give({ team: team.name })),
      ...team.people.map((/** @type {string} */ agent) => item(close, 'user', `${agent} · ${team.name}`, () => give({ team: team.name, agent }))),
    ]),
    may('close_case') && id && html`<hr />`,
    may('close_case') && id && item(close, 'check', t('inbox.close'), () => ask(true)),
  ];
  return html`<div class="inbox-acts" onPointerDown=${read} onKeyDown=${read}>
    <${Menu} place="inbox-menu" label=${t('inbox.more')} face=${html`<${Icon} n="dots" s=${17} />`} items=${items} />
    ${asks && html`<${Confirm} title=${t('inbox.close')} words=${t('inbox.close.ask')} act=${t('inbox.close')} close=${() => ask(false)} run=${() => act(`/v1/cases/${id}/close`, {})} />`}
  </div>`;
}
