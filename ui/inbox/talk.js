// @ts-check
// One conversation: who it is, who has it and how long the window is open, what was said, and the box to write in.
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { detail, post } from '../js/api.js';
import { directionOf } from '../js/direction.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { Masked } from '../js/masked.js';
import { Face, nameOf } from '../js/people.js';
import { addressTo, go } from '../js/router.js';
import { may } from '../js/session.js';
import { say } from '../js/state.js';
import { Failed, Wait } from '../js/waiting.js';
import { Acts } from './acts.js';
import { Box } from './box.js';
import { Due, isDue } from './due.js';
import { filters } from './list.js';
import { me } from './me.js';
import { NoteBox, useNotes } from './notes.js';
import { answered, forget, sends } from './sends.js';
import { useTemplates } from './templates.js';
import { useTalk } from './talkdata.js';
import { Wall, newestOf } from './wall.js';
import { Left } from './window.js';
import { holder, isMine, isTaken, standing, waits } from './words.js';

/** The list, with the filters as they were. */
export const toList = () => addressTo('inbox', filters());

/**
 * Takes a conversation over or hands it back, and says what came of it.
 * @param {any} talk
 * @param {'take-over' | 'hand-back'} act
 * @param {boolean} [anyway] also from somebody else
 * @returns {Promise<any>} the conversation, or null
 */
async function assign(talk, act, anyway = false) {
  const body = act === 'take-over' ? { agent: me(), unless_taken: !anyway } : { agent: me() };
  const answer = await post(`/v1/conversations/${talk.id}/${act}`, body);
  if (answer.ok) {
    return answer.body;
  }
  if (answer.body?.code !== 'taken') {
    say(answer.status ? detail(answer) : t('offline.start'), 'bad');
  }
  return null;
}

/** @param {{talk: any, act: (what: 'take-over' | 'hand-back', anyway?: boolean) => void, busy: boolean, side: () => void, sideOpen: boolean, acts: any}} props */
function Head({ talk, act, busy, side, sideOpen, acts }) {
  const person = talk.contact;
  const name = nameOf(person);
  const state = standing(talk);
  return html`<header class="inbox-head">
    <a class="icon-button inbox-back" href=${toList()} title=${t('inbox.to_list')} aria-label=${t('inbox.to_list')}><${Icon} n="back" class="turns" /></a>
    <${Face} person=${person} />
    <div class="inbox-who">
      <h2 title=${name} dir=${directionOf(name)}><${Masked} text=${name} ltr=${!person.name && Boolean(person.phone)} /></h2>
      <p><${Left} talk=${talk} long seconds /><span class=${`state ${state.tone}`}><${Icon} n=${state.icon} s=${11} /><span dir="auto">${state.words}</span></span>${isDue(talk) && html`<${Due} talk=${talk} />`}</p>
    </div>
    ${talk.with_person && html`<button type="button" class="button inbox-act" title=${t('inbox.back')} aria-label=${t('inbox.back')} disabled=${busy} onClick=${() => act('hand-back')}><${Icon} n="trigger" s=${14} /><span>${t('inbox.back')}</span></button>`}
    ${acts}
    <button type="button" class="icon-button inbox-side-button" aria-expanded=${sideOpen} title=${t('inbox.contact')} aria-label=${t('inbox.contact')} onClick=${side}><${Icon} n="user" s=${17} /></button>
  </header>`;
}

/** Why the conversation waits, or that somebody was quicker. @param {{talk: any, refused: string | null}} props */
function Notice({ talk, refused }) {
  if (refused) {
    return html`<div class="chat-notice warn" role="alert"><${Icon} n="people" s=${14} /><span dir="auto">${t('inbox.refused.taken', { name: refused })}</span></div>`;
  }
  const why = talk.needs_person?.why;
  if (waits(talk) && why) {
    return html`<div class="chat-notice warn"><${Icon} n="alert" s=${14} /><span lang="en" dir="auto">${why}</span></div>`;
  }
  return null;
}

/**
 * @param {object} props
 * @param {string} props.id
 * @param {string} props.from the cursor of the message to begin with, '' for the newest ones
 * @param {any[]} props.senders
 * @param {(talk: any, erased?: boolean) => void} props.changed told of each reading of the conversation
 * @param {() => void} props.side opens and closes the contact beside
 * @param {boolean} props.sideOpen
 * @param {boolean} props.byKey it was opened by the keyboard, which goes on in it
 */
export function Talk({ id, from, senders, changed, side, sideOpen, byKey }) {
  const data = useTalk(id, from);
  const { talk } = data;
  const [busy, setBusy] = useState(false);
  const [noting, note] = useState(false);
  const memos = useNotes(id);
  const mayAct = may('add_note');
  const [refused, refuse] = useState(/** @type {string | null} */ (null));
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const templates = useTemplates(talk?.sender?.id ?? null);
  const pending = sends.value.filter((one) => one.talk === Number(id));
  const mine = talk ? isMine(talk) : false;
  const wasMine = useRef(false);
  useEffect(() => {
    if (talk) {
      changed(talk);
    }
    if (talk && wasMine.current && !mine && isTaken(talk)) {
      say(t('inbox.lost', { name: holder(talk) }), 'bad');
    }
    wasMine.current = mine;
  }, [talk]);
  useEffect(
    () =>
      answered((one, answer) => {
        if (one.talk !== Number(id)) {
          return;
        }
        if (answer.ok) {
          data.add(answer.body);
        }
        // Also a refusal says something new: the window is closed, or somebody else has it.
        data.refresh();
      }),
    [id],
  );
  const { erased } = data;
  useEffect(() => {
    if (erased) {
      changed(erased, true);
      forget(erased.id);
    }
  }, [erased]);
  const there = Boolean(talk);
  useEffect(() => {
    if (there && byKey) {
      /** @type {HTMLElement | null | undefined} */ (place.current?.querySelector('[data-inbox-first]'))?.focus();
    }
  }, [there]);
  if (!talk) {
    const { refusal } = data;
    return html`<section class="inbox-talk">${
      refusal
        ? html`<${Failed} detail=${refusal.status ? detail(refusal) : t('offline.start')} code=${refusal.body?.code ?? ''} again=${refusal.status === 404 ? undefined : data.refresh}><a class="button" href=${toList()}>${t('inbox.to_list')}</a></${Failed}>`
        : html`<${Wait} />`
    }</section>`;
  }
  const act = async (/** @type {'take-over' | 'hand-back'} */ what, anyway = false) => {
    setBusy(true);
    const is = await assign(talk, what, anyway);
    setBusy(false);
    if (is) {
      refuse(null);
      data.put(is);
      if (what === 'take-over') {
        requestAnimationFrame(() => /** @type {HTMLElement | null | undefined} */ (place.current?.querySelector('[data-inbox-first]'))?.focus());
      }
    } else {
      await data.refresh();
      refuse('');
    }
  };
  const keys = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape' && !event.defaultPrevented) {
      event.preventDefault();
      const row = /** @type {HTMLElement | null} */ (document.querySelector(`.inbox-row[data-talk="${id}"]`));
      if (row?.checkVisibility()) {
        row.focus();
      } else {
        go(toList());
      }
    }
  };
  const other = refused !== null && isTaken(talk) && !mine ? holder(talk) : null;
  return html`<section class="inbox-talk" aria-label=${nameOf(talk.contact)} ref=${place} onKeyDown=${keys}>
    <${Head} talk=${talk} act=${act} busy=${busy} side=${side} sideOpen=${sideOpen} acts=${mayAct && html`<${Acts} talk=${talk} put=${data.put} refresh=${data.refresh} note=${() => note(true)} />`} />
    <${Notice} talk=${talk} refused=${other} />
    ${talk.case?.summary && html`<p class="inbox-summary"><${Icon} n="flag" s=${13} />${talk.case.priority && html`<span class="state warn"><span dir="auto">${talk.case.priority}</span></span>`}<span dir="auto">${talk.case.summary}</span></p>`}
    ${data.ready ? html`<${Wall} data=${data} notes=${memos.notes} talk=${talk} templates=${templates.all} pending=${pending} />` : html`<${Wait} />`}
    ${
      noting
        ? html`<${NoteBox} talk=${talk} close=${() => note(false)} done=${(/** @type {any} */ one) => {
            memos.add(one);
            note(false);
          }} />`
        : html`<${Box} key=${id} talk=${talk} act=${act} busy=${busy} templates=${templates} sender=${senders.find((one) => one.id === talk.sender.id)} newest=${newestOf(data.messages)} note=${() => note(true)} />`
    }
  </section>`;
}
