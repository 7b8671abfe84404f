// @ts-check
// What can be done with a run: end its wait, stop it.
import { html, useState } from '../vendor/preact.js';
import { detail, post } from '../js/api.js';
import { Confirm } from '../js/confirm.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { Menu } from '../js/menu.js';
import { may } from '../js/session.js';
import { say } from '../js/state.js';

/** @param {{run: any, again: () => void}} props */
export function Acts({ run, again }) {
  const [asked, ask] = useState(/** @type {'resume' | 'stop' | null} */ (null));
  if (run.state !== 'open' || !may('stop_run')) {
    return null;
  }
  const act = async (/** @type {'resume' | 'stop'} */ verb) => {
    const answer = await post(`/v1/runs/${run.id}/${verb}`, {});
    if (answer.ok) {
      say(t(`runs.did.${verb}`));
    } else {
      say(answer.status ? detail(answer) : t('offline.start'), 'bad');
    }
    again();
  };
  const item = (/** @type {'resume' | 'stop'} */ verb, /** @type {string} */ icon, /** @type {() => void} */ close) =>
    html`<button type="button" role="menuitem" onClick=${() => {
      close();
      ask(verb);
    }}><span><${Icon} n=${icon} s=${14} /> ${t(`runs.do.${verb}`)}</span></button>`;
  return html`<${Menu} label=${t('runs.do')} face=${html`<${Icon} n="dots" />`} items=${(/** @type {() => void} */ close) => [item('resume', 'next', close), item('stop', 'x', close)]} />
    ${
      asked &&
      html`<${Confirm} title=${t(`runs.do.${asked}`)} words=${t(`runs.ask.${asked}`)} act=${t(`runs.do.${asked}`)} danger=${asked === 'stop'} close=${() => ask(null)} run=${() => act(asked)} />`
    }`;
}
