// @ts-check
// One case: passed or not; a failed one with the words that differ, and the ways to mend it.
import { html, useState } from '../vendor/preact.js';
import { editUnread } from '../js/edits.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { reveal, say } from '../js/state.js';
import { coded } from '../js/wording.js';
import { openTalk } from './astest.js';
import { run, running } from './suite.js';

/**
 * One of the two texts, with the words marked that the other one has not.
 * @param {{failure: import('./suite.js').Failure, side: 'expected' | 'got'}} props
 */
function Words({ failure, side }) {
  const parts = failure.differences.filter((part) => part.in === side || part.in === 'both');
  const shown = parts.length ? parts.map((part) => (part.in === 'both' ? part.text : html`<mark>${part.text}</mark>`)) : failure[side];
  return html`<div class=${`tests-words ${side}`}><dt>${t(`tests.${side}`)}</dt><dd dir="auto">${shown}</dd></div>`;
}

/** @param {{one: import('./suite.js').Case, failure: import('./suite.js').Failure}} props */
function Failure({ one, failure }) {
  const accept = async () => {
    await editUnread(one.path, /** @type {string} */ (one.accepted));
    say(t('tests.accepted', { path: one.path }));
    run({ path: one.path, name: one.name });
  };
  const talk = () => openTalk({ flow: one.flow, world: one.world, steps: one.steps, act: failure.act });
  return html`<div class="tests-failure">
    <p lang="en" dir="auto">${coded(failure.reason)}</p>
    <dl><${Words} failure=${failure} side="expected" /><${Words} failure=${failure} side="got" /></dl>
    ${failure.notes?.map((note) => html`<p class="muted" lang="en" dir="auto">${coded(note)}</p>`)}
    <div class="tests-mend">
      <button type="button" class="button small" onClick=${talk}><${Icon} n="say" s=${13} />${t('tests.open_talk')}</button>
      ${one.accepted !== null && html`<button type="button" class="button small" onClick=${accept}><${Icon} n="check" s=${13} />${t('tests.accept')}</button>`}
      <button type="button" class="tests-place" dir="ltr" onClick=${() => reveal(one.path, failure.line)}>${one.path.split('/').pop()}:${failure.line}</button>
    </div>
  </div>`;
}

/** @param {{one: import('./suite.js').Case}} props */
export function CaseLine({ one }) {
  const [open, setOpen] = useState(true);
  const only = running.value;
  const busy = only !== null && (!only.name || only.name === one.name) && (!only.path || only.path === one.path) && (!only.flow || only.flow === one.flow);
  const state = busy ? 'busy' : one.passed ? 'good' : 'bad';
  const sign = busy ? html`<span class="spin" aria-hidden="true"></span>` : html`<${Icon} n=${one.passed ? 'check' : 'x'} s=${13} />`;
  return html`<li class=${`tests-case ${state}`}>
    <div class="tests-line">
      <span class="tests-sign" role="img" aria-label=${t(`tests.state.${state}`)}>${sign}</span>
      <button type="button" class="tests-name" title=${t('tests.to_case')} onClick=${() => reveal(one.path, one.line)}><bdi>${one.name}</bdi></button>
      <span class="muted tests-acts">${t('tests.acts', { n: one.steps.length })}</span>
      <span class="grow"></span>
      <span class="muted tests-ms" dir="ltr">${one.ms} ms</span>
      ${one.failure && html`<button type="button" class="icon-button" aria-expanded=${open} aria-label=${t('tests.details')} title=${t('tests.details')} onClick=${() => setOpen(!open)}><${Icon} n=${open ? 'up' : 'down'} s=${15} /></button>`}
      <button type="button" class="icon-button" aria-label=${t('tests.run_one', { name: one.name })} title=${t('tests.run_one', { name: one.name })} disabled=${busy} onClick=${() => run({ path: one.path, name: one.name })}><${Icon} n="play" s=${14} /></button>
    </div>
    ${one.failure && open && html`<${Failure} one=${one} failure=${one.failure} />`}
  </li>`;
}
