// @ts-check
// The draft of an agent above the box: it is put into the box by a button or a key, and never sent by itself.
import { html, useEffect, useState } from '../vendor/preact.js';
import { detail, get, post } from '../js/api.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { may } from '../js/session.js';
import { say } from '../js/state.js';

/** @typedef {{id: number, text: string}} Draft */

/**
 * @param {object} props
 * @param {any} props.talk read again with each news of it
 * @param {(draft: Draft | null) => void} props.offer told which draft can be used now
 * @param {(draft: Draft) => void} props.use puts it into the box
 */
export function Suggested({ talk, offer, use }) {
  const [draft, set] = useState(/** @type {any} */ (null));
  const path = `/v1/conversations/${talk.id}/suggestion`;
  const put = (/** @type {any} */ is) => {
    set(is);
    offer(is?.state === 'ready' ? is : null);
  };
  useEffect(() => {
    let over = false;
    get(path).then((answer) => !over && answer.ok && put(answer.body));
    return () => {
      over = true;
    };
  }, [talk]);
  if (!draft || (draft.state === 'none' && !draft.why)) {
    return null;
  }
  const discard = async () => {
    const answer = await post(`${path}/discard`, { id: draft.id });
    answer.ok ? put(answer.body) : say(answer.status ? detail(answer) : t('offline.start'), 'bad');
  };
  if (draft.state !== 'ready') {
    const words = draft.why ? t(`inbox.draft.${draft.why}`) : t('inbox.draft.thinking');
    return html`<p class="inbox-draft" role="status" title=${draft.reason ?? undefined}><${Icon} n=${draft.why ? 'alert' : 'clock'} s=${13} /><span dir="auto">${words}</span></p>`;
  }
  return html`<section class="inbox-draft" aria-label=${t('inbox.draft')}>
    <p><b>${t('inbox.draft')}</b> <span dir="auto">${draft.text}</span></p>
    ${
      draft.sources.length > 0 &&
      html`<ul aria-label=${t('inbox.draft.sources')}>${draft.sources.map(
        (/** @type {any} */ one) =>
          html`<li key=${one.file + one.title}>${one.link ? html`<a href=${one.link} target="_blank" rel="noreferrer" dir="auto">${one.title}</a>` : html`<span dir="auto">${one.title}</span>`}</li>`,
      )}</ul>`
    }
    <div>
      <button type="button" class="button main" title=${t('inbox.draft.key')} aria-keyshortcuts="Control+Enter" onClick=${() => use(draft)}>${t('inbox.draft.use')}</button>
      ${may('discard_suggestion') && html`<button type="button" class="button" onClick=${discard}>${t('inbox.discard')}</button>`}
    </div>
  </section>`;
}
