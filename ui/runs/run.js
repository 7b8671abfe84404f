// @ts-check
// One run: what was said, the way through the drawing of its version, its trace, texts and JSON.
import { html, useEffect, useMemo, useState } from '../vendor/preact.js';
import { detail } from '../js/api.js';
import { directionOf } from '../js/direction.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { Face, nameOf, personOf } from '../js/people.js';
import { Masked } from '../js/masked.js';
import { hasPage } from '../js/pages.js';
import { addressTo } from '../js/router.js';
import { may } from '../js/session.js';
import { At, botZone } from '../js/times.js';
import { Failed, Shown, useAsked } from '../js/waiting.js';
import { Acts } from './acts.js';
import { turnsOf, useSaid } from './data.js';
import { Dock } from './dock.js';
import { Said } from './said.js';
import { State, flowTitle, lasted, triggerWords } from './state.js';
import { Way } from './way.js';

const PANES = /** @type {const} */ ([
  ['said', 'say'],
  ['way', 'flows'],
  ['trace', 'list'],
]);
/** An open run is read again so often. */
const AGAIN_MS = 5000;

/** @param {{run: any, zone: string, again: () => void}} props */
function Head({ run, zone, again }) {
  /** Playing it again is read when somebody wants it. */
  const [Again, setAgain] = useState(/** @type {any} */ (null));
  const play = () => import('./again.js').then((again) => setAgain(() => again.Again));
  const person = run.contact ?? personOf(run.contact_id);
  const dir = directionOf(nameOf(person));
  const name = html`<${Masked} text=${nameOf(person)} ltr=${!person.name} />`;
  return html`<header class="run-head">
    <a class="icon-button" href=${addressTo('runs')} title=${t('runs.back')} aria-label=${t('runs.back')}><${Icon} n="back" class="turns" /></a>
    <${Face} person=${person} />
    <div class="run-title">
      <h1><bdi>${flowTitle(run.flow)}</bdi></h1>
      <p>${hasPage('contacts') ? html`<a dir=${dir} href=${addressTo(`contacts/${run.contact_id}`)}>${name}</a>` : html`<span dir=${dir}>${name}</span>`}
        <span><${At} at=${run.started_at} zone=${zone} /></span>${zone !== botZone() && html`<span>${zone}</span>`}<span>${lasted(run)}</span><span>${t('runs.version', { n: run.version })}</span><span class="run-why" title=${run.trigger}>${triggerWords(run.trigger)}</span></p>
    </div>
    <${State} run=${run} />
    ${may('replay_talks') && html`<button type="button" class="button small run-again" title=${t('replay.title')} onClick=${play}><${Icon} n="play" s=${13} />${t('replay.short')}</button>`}
    <${Acts} run=${run} again=${again} />
    ${Again && html`<${Again} run=${run} close=${() => setAgain(null)} />`}
  </header>`;
}

/** @param {{run: any, query: URLSearchParams, again: () => void}} props */
function Whole({ run, query, again }) {
  const said = useSaid(run);
  // Moments are those of the contact's clock, as in the talk.
  const zone = /** @type {any} */ (personOf(run.contact_id)).zone || botZone();
  const [looked, look] = useState(/** @type {number | null} */ (null));
  const [step, choose] = useState(query.get('step'));
  const [pane, show] = useState(/** @type {'said' | 'way' | 'trace'} */ ('said'));
  const { turns, steps } = useMemo(() => turnsOf(run, said.messages), [run, said.messages]);
  const at = looked === null ? turns.length - 1 : Math.min(looked, turns.length - 1);
  const passed = looked === null || !turns[at] ? steps : turns[at].steps;
  const now = looked === null ? (run.waits?.step ?? null) : null;
  const lookAt = (/** @type {number} */ index) => look(index >= turns.length - 1 ? null : Math.max(0, index));
  useEffect(() => {
    const keys = (/** @type {KeyboardEvent} */ event) => {
      const by = { '[': -1, ']': 1 }[event.key];
      const typing = /** @type {HTMLElement} */ (event.target).closest?.('input:not([type=range]), textarea, select');
      if (by && !typing && turns.length) {
        event.preventDefault();
        lookAt(at + by);
      }
    };
    addEventListener('keydown', keys);
    return () => removeEventListener('keydown', keys);
  }, [at, turns.length]);
  const scene = { run, zone, turns, at, looked, look: lookAt, step, choose, passed, now, said };
  return html`<div class="run" data-pane=${pane}>
    <${Head} run=${run} zone=${zone} again=${again} />
    <${Said} scene=${scene} />
    <${Way} scene=${scene} />
    <${Dock} scene=${scene} />
    <nav class="bottom" aria-label=${t('panes')}>${PANES.map(
      ([name, icon]) =>
        html`<button type="button" key=${name} aria-pressed=${pane === name} onClick=${() => show(name)}><${Icon} n=${icon} s=${19} /><span>${t(`runs.pane.${name}`)}</span></button>`,
    )}</nav>
  </div>`;
}

/** @param {{id: string, query: URLSearchParams}} props */
export function Run({ id, query }) {
  const asked = useAsked(`/v1/runs/${encodeURIComponent(id)}`);
  const run = asked.body;
  useEffect(() => {
    if (run?.state !== 'open') {
      return undefined;
    }
    const timer = setInterval(() => document.hidden || asked.again(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [run?.state]);
  if (!run && asked.refusal?.status === 404) {
    return html`<${Failed} detail=${detail(asked.refusal)}><a class="button main" href=${addressTo('runs')}>${t('runs.back')}</a></${Failed}>`;
  }
  return html`<${Shown} asked=${asked}>${run && html`<${Whole} run=${run} query=${query} again=${asked.again} />`}<//>`;
}

/**
 * @typedef {object} Scene The run that is shown, and what is looked at in it.
 * @property {any} run
 * @property {string} zone of the contact
 * @property {any[]} turns
 * @property {number} at the index of the turn that is looked at
 * @property {number | null} looked null: the end
 * @property {(index: number) => void} look
 * @property {string | null} step the chosen step
 * @property {(step: string | null) => void} choose
 * @property {Set<string>} passed the steps up to the turn
 * @property {string | null} now the step where it stands
 * @property {ReturnType<typeof useSaid>} said
 */
