// @ts-check
// What was said during a run, as the customer's phone showed it. Later messages fade when a turn is looked at.
import { html, useEffect, useLayoutEffect, useMemo, useRef } from '../vendor/preact.js';
import { detail } from '../js/api.js';
import { Bubble } from '../js/bubble.js';
import { arranged } from '../js/history.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { millis } from '../js/moment.js';
import { hasPage } from '../js/pages.js';
import { nameOf, personOf } from '../js/people.js';
import { addressTo } from '../js/router.js';
import { bot } from '../js/state.js';
import { momentOf } from './data.js';

/** @param {{scene: import('./run.js').Scene}} props */
export function Said({ scene }) {
  const { run, zone, said, turns, at, looked, step, choose } = scene;
  const person = run.contact ?? personOf(run.contact_id);
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const items = useMemo(() => arranged(said.messages, zone), [said.messages, zone]);
  const until = looked === null ? Infinity : millis(turns[at]?.at ?? 0);
  useLayoutEffect(() => {
    if (looked === null && box.current) {
      box.current.scrollTop = box.current.scrollHeight;
    }
  }, [said.messages]);
  useEffect(() => {
    if (looked !== null) {
      box.current?.querySelector('.dim')?.previousElementSibling?.scrollIntoView({ block: 'nearest' });
    }
  }, [looked]);
  useEffect(() => {
    box.current?.querySelector('.run-on')?.scrollIntoView({ block: 'nearest' });
  }, [step]);
  /** @type {import('../js/bubble.js').Around} */
  const around = {
    zone,
    names: { in: nameOf(person), out: bot.value?.title ?? '' },
    quoted: (id) => said.messages.find((one) => one.provider_id === id || String(one.id) === String(id)),
    tap: null,
    attach: null,
    reveal: null,
  };
  const late = (/** @type {any} */ item) => item.message && momentOf(item.message) > until;
  let dim = false;
  return html`<section class="pane run-said" aria-label=${t('runs.pane.said')}>
    <div class="chat-wall" ref=${box} role="log" tabindex="0" aria-label=${t('runs.pane.said')}>
      ${!said.whole && html`<div class="chat-note plain"><span>${t('runs.said.part')}</span></div>`}
      ${items.map((item) => {
        dim ||= late(item);
        if (item.kind === 'day') {
          return html`<div key=${item.key} class=${`chat-day${dim ? ' dim' : ''}`}><span>${item.words}</span></div>`;
        }
        if (item.kind === 'note') {
          return html`<div key=${item.key} class=${`chat-note ${item.tone}${dim ? ' dim' : ''}`}><span>${item.glyph && html`<${Icon} n=${item.glyph} s=${12} />`}<span dir="auto">${item.words}</span></span></div>`;
        }
        const own = item.message.step;
        return html`<div key=${item.key} class=${`run-bubble${own && own === step ? ' run-on' : ''}${own ? ' run-of-step' : ''}`} onClick=${() => own && choose(own)}>
          <${Bubble} item=${item} dim=${dim} around=${around} /></div>`;
      })}
      ${said.refusal && html`<div class="chat-note bad"><span dir="auto">${said.refusal.status ? detail(said.refusal) : t('offline.start')}</span></div>`}
      ${said.ready && !items.length && !said.refusal && html`<p class="run-nothing">${t('runs.said.none')}</p>`}
    </div>
    <footer class="run-said-foot"><a href=${addressTo('runs', { contact: run.contact_id })}><${Icon} n="list" s=${14} />${t('runs.of_contact')}</a>${hasPage('inbox') && html`<a href=${addressTo(`inbox/${run.conversation_id}`)}><${Icon} n="say" s=${14} />${t('contacts.to_inbox')}</a>`}</footer>
  </section>`;
}
