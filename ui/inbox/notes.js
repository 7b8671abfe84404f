// @ts-check
// Notes about a conversation: people write them for each other, and nothing of them is ever sent.
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { detail, get, isMended, post } from '../js/api.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { millis } from '../js/moment.js';
import { say } from '../js/state.js';
import { exact } from '../js/times.js';
import { hear } from './live.js';
import { me } from './me.js';

const ROWS = 200;
const NOTE_CHARS_MAX = 4000;

/** The newest notes of a conversation. @param {string} id */
export function useNotes(id) {
  const [notes, set] = useState(/** @type {any[]} */ ([]));
  const [refusal, refuse] = useState(/** @type {any} */ (null));
  const read = async () => {
    const answer = await get(`/v1/conversations/${id}/notes?limit=${ROWS}`);
    refuse(answer.ok ? null : answer);
    if (answer.ok) {
      set(answer.body.data);
    }
  };
  useEffect(() => {
    read();
    return hear((news) => (!('talks' in news) || news.talks.has(Number(id))) && read());
  }, [id]);
  const back = isMended(refusal);
  useEffect(() => {
    if (back) {
      read();
    }
  }, [back]);
  return { notes, add: (/** @type {any} */ note) => set((all) => [note, ...all.filter((one) => one.id !== note.id)]) };
}

/**
 * The items of the talk with the notes between them. Notes from before the oldest message that is held come with it.
 * @param {any[]} items @param {any[]} notes @param {{hasOlder: boolean, hasNewer: boolean}} data
 */
export function among(items, notes, data) {
  const at = (/** @type {any} */ item) => (item.message ? millis(item.message.at) : null);
  const times = items.map(at).filter((one) => one !== null);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const shown = notes.filter((note) => (!data.hasOlder || millis(note.at) >= first) && (!data.hasNewer || millis(note.at) <= last));
  const all = [...items];
  for (const note of [...shown].sort((a, b) => a.id - b.id)) {
    let place = all.findIndex((item) => (item.memo ? millis(item.memo.at) : at(item) ?? 0) > millis(note.at));
    // A day stands above its first message, and a note from before stands above the day.
    while (place > 0 && all[place - 1].kind === 'day') {
      place -= 1;
    }
    all.splice(place < 0 ? all.length : place, 0, { key: `memo${note.id}`, kind: 'memo', memo: note });
  }
  return all;
}

/** @param {{note: any}} props */
export const Memo = ({ note }) =>
  html`<div class="inbox-memo" role="note"><small><${Icon} n="lock" s=${11} /><b>${t('inbox.note.title')}</b><span dir="auto">${note.author === me() ? t('inbox.state.you') : (note.author ?? '')}</span><time datetime=${note.at}>${exact(note.at)}</time></small><p dir="auto">${note.text}</p></div>`;

/** Where a note is written, in place of the box. @param {{talk: any, done: (note: any) => void, close: () => void}} props */
export function NoteBox({ talk, done, close }) {
  const [text, set] = useState('');
  const [busy, setBusy] = useState(false);
  const area = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  // One key for one note: it is written once, also if the answer is lost.
  const key = useRef(crypto.randomUUID());
  useEffect(() => area.current?.focus(), []);
  const save = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!text.trim() || busy) {
      return;
    }
    setBusy(true);
    const answer = await post(`/v1/conversations/${talk.id}/notes`, { text: text.trim(), agent: me() }, { key: key.current });
    setBusy(false);
    if (answer.ok) {
      done(answer.body);
    } else {
      say(answer.status ? detail(answer) : t('offline.start'), 'bad');
    }
  };
  const keys = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Escape') {
      event.preventDefault();
      close();
    } else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      save(event);
    }
  };
  return html`<form class="inbox-box inbox-note" onSubmit=${save}>
    <p class="inbox-why"><${Icon} n="lock" s=${15} /><span>${t('inbox.note.about')}</span></p>
    <div class="inbox-write">
      <textarea ref=${area} rows="2" dir="auto" maxlength=${NOTE_CHARS_MAX} value=${text} aria-label=${t('inbox.note')} placeholder=${t('inbox.note')} onInput=${(/** @type {any} */ event) => set(event.target.value)} onKeyDown=${keys}></textarea>
    </div>
    <footer><button type="button" class="button" onClick=${close}>${t('cancel')}</button><button class="button main" disabled=${!text.trim() || busy}>${t('inbox.note.save')}</button></footer>
  </form>`;
}
