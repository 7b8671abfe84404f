// @ts-check
// A run played again on the edited flows: the verdict, and each act with what was said and what would be said now.
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { detail, post } from '../js/api.js';
import { edit } from '../js/edits.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { editCount, edits, reveal, say } from '../js/state.js';
import { Failed, Wait } from '../js/waiting.js';
import { coded } from '../js/wording.js';
import { ReplayedAct, named } from './replayed.js';

/** @type {Record<string, [string, string]>} tone and icon */
const VERDICTS = {
  same: ['good', 'check'],
  other_words: ['warn', 'pen'],
  other_way: ['warn', 'flows'],
  does_not_fit: ['bad', 'x'],
  cannot_say: ['plain', 'question'],
};

/** Makes a test of the talk. @param {{talk: any, close: () => void}} props */
function Save({ talk, close }) {
  const [name, set] = useState(() => talk.acts.map((/** @type {any} */ one) => named(one.step).words).filter(Boolean).slice(0, 3).join(', ').slice(0, 60));
  const [wrong, setWrong] = useState('');
  const save = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const answer = await post('/v1/studio/play/test', { flow: talk.flow, files: edits.value, world: talk.world, steps: talk.acts.map((/** @type {any} */ one) => one.step), name: name.trim() || t('chat.test.unnamed') });
    if (!answer.ok) {
      setWrong(answer.status ? detail(answer) : t('offline.start'));
      return;
    }
    const { path, text } = answer.body;
    edit(path, text);
    close();
    reveal(path, text.trimEnd().split('\n').length);
    say(t('chat.test.put', { path }));
  };
  return html`<form class="again-save" onSubmit=${save}>
    <label class="field"><span>${t('chat.test.name')}</span><input dir="auto" maxlength="120" value=${name} onInput=${(/** @type {any} */ event) => set(event.target.value)} /></label>
    ${wrong && html`<p class="refusal" role="alert" dir="auto">${coded(wrong)}</p>`}
    <button class="button"><${Icon} n="flask" s=${14} />${t('chat.save_test')}</button></form>`;
}

/** @param {{run: any, close: () => void}} props */
export function Again({ run, close }) {
  const place = useRef(/** @type {any} */ (null));
  const [answer, set] = useState(/** @type {import('../js/api.js').Answer | null} */ (null));
  const [turn, again] = useState(0);
  useEffect(() => {
    const before = document.activeElement;
    place.current.showModal();
    return () => before instanceof HTMLElement && before.isConnected && before.focus();
  }, []);
  useEffect(() => {
    const control = new AbortController();
    set(null);
    post('/v1/studio/replay', { files: edits.value, run: run.id }, { signal: control.signal }).then((found) => control.signal.aborted || set(found));
    return () => control.abort();
  }, [turn]);
  const talk = answer?.ok ? answer.body.talks[0] : null;
  const [tone, icon] = VERDICTS[talk?.verdict] ?? VERDICTS.cannot_say;
  const open = () => {
    close();
    import('../js/opentalk.js').then((module) => module.openTalk({ flow: talk.flow, world: talk.world, steps: talk.acts.map((/** @type {any} */ one) => one.step) }));
  };
  const can = talk?.world && talk.acts.length > 0;
  return html`<dialog ref=${place} class="dialog for-again" aria-labelledby="again-title" onClose=${close} onMouseDown=${(/** @type {MouseEvent} */ event) => event.target === place.current && close()}>
    <div>
      <header><h2 id="again-title">${t('replay.title')}</h2><button type="button" class="icon-button" title=${t('close')} aria-label=${t('close')} onClick=${close}><${Icon} n="x" /></button></header>
      <p class="muted">${editCount.value ? t('replay.about', { n: editCount.value }) : t('replay.about.none')}</p>
      ${!answer && html`<${Wait} />`}
      ${answer && !answer.ok && html`<${Failed} detail=${answer.body?.findings?.[0]?.message ?? (answer.status ? detail(answer) : t('offline.start'))} code=${answer.body?.code ?? ''} again=${() => again(turn + 1)} />`}
      ${
        talk &&
        html`<p class="again-verdict" role="status"><span class=${`state ${tone}`}><${Icon} n=${icon} s=${13} /><span>${t(`replay.verdict.${talk.verdict}`)}</span></span> <span lang="en" dir="auto">${coded(talk.sentence)}</span></p>
        ${talk.notes.length > 0 && html`<ul class="again-notes" lang="en">${talk.notes.map((/** @type {string} */ note) => html`<li dir="auto">${coded(note)}</li>`)}</ul>`}
        ${can && html`<ol class="again-acts">${talk.acts.map((/** @type {any} */ act, /** @type {number} */ n) => html`<${ReplayedAct} key=${n} act=${act} />`)}</ol>
          <footer><${Save} talk=${talk} close=${close} /><button type="button" class="button main" onClick=${open}><${Icon} n="say" s=${14} />${t('replay.open')}</button></footer>`}`
      }
    </div>
  </dialog>`;
}
