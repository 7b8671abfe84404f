// @ts-check
/** The sheet that makes a test of the talk: the daemon writes the text, and it becomes an unpublished edit. */
import { html, useEffect, useState } from '../vendor/preact.js';
import { detail, post } from './api.js';
import { Field } from './rows.js';
import { t } from './i18n.js';
import { Sheet } from './chatsheet.js';
import { editUnread } from './edits.js';
import * as state from './state.js';
import { named } from './tape.js';
import * as talk from './talk.js';

const PAUSE_MS = 250;

/** A name from the first things that the customer does. */
function suggested() {
  const words = talk.steps.value
    .map(named)
    .filter(({ words: said }) => said)
    .slice(0, 3);
  return words
    .map(({ words: said }) => said)
    .join(', ')
    .slice(0, 60);
}

/** @param {{close: () => void}} props */
export function SaveTest({ close }) {
  const [name, setName] = useState(suggested);
  const [made, setMade] = useState(/** @type {{path: string, text: string, name: string} | null} */ (null));
  const [wrong, setWrong] = useState('');
  const ask = async (/** @type {AbortSignal} */ signal) => {
    const named = name.trim() || t('chat.test.unnamed');
    const answer = await post('/v1/studio/play/test', { ...talk.request(), name: named }, { signal });
    if (signal.aborted) return null;
    const found = answer.ok ? { ...answer.body, name } : null;
    setMade(found);
    setWrong(found ? '' : detail(answer));
    return found;
  };
  useEffect(() => {
    const control = new AbortController();
    const timer = setTimeout(() => ask(control.signal), made ? PAUSE_MS : 0);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [name]);
  const put = async (/** @type {Event} */ event) => {
    event.preventDefault();
    // The name may be newer than the text that was made last.
    const last = made?.name === name ? made : await ask(new AbortController().signal);
    if (!last) return;
    close();
    await editUnread(last.path, last.text);
    state.reveal(last.path, last.text.trimEnd().split('\n').length);
    state.say(t('chat.test.put', { path: last.path }));
  };
  const foot = html`<span class="grow"></span><button class="button main" form="save-test" disabled=${!made}>${made ? t('chat.test.into', { path: made.path.split('/').pop() }) : t('chat.save_test')}</button>`;
  return html`<${Sheet} title=${t('chat.save_test')} close=${close} class="tall" foot=${foot}>
    <form id="save-test" class="sheet-form" onSubmit=${put}>
      <p class="sheet-note">${t('chat.test.note')}</p>
      <${Field} label=${t('chat.test.name')}><input dir="auto" maxlength="120" required value=${name} onInput=${(/** @type {any} */ event) => setName(event.target.value)} /></${Field}>
      ${wrong && html`<p class="sheet-wrong" role="status">${wrong}</p>`}
      ${made && html`<pre class="sheet-text" tabindex="0" aria-label=${made.path}>${added(made.text, name)}</pre>`}
    </form></${Sheet}>`;
}

/** The lines of the new case: the file may have many others. @param {string} text @param {string} name */
function added(text, name) {
  const lines = text.trimEnd().split('\n');
  const from = lines.findLastIndex((line) => /^\s*- name:/.test(line));
  const plain = name.trim();
  return from > 0 && plain ? lines.slice(from).join('\n') : text;
}
