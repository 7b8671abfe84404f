// @ts-check
// Health: what works, what does not, and what mends it; and a message to try the whole way out and back.
import { html, useState } from '../vendor/preact.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { may } from '../js/session.js';
import { bot } from '../js/state.js';
import { At, When } from '../js/times.js';
import { Shown, useAsked } from '../js/waiting.js';
import { coded } from '../js/wording.js';
import { Checks, toMend } from './checks.js';
import { TestMessage } from './test.js';

/** How many things are wrong, in a chip. @param {{checks: any[]}} props */
function Sum({ checks }) {
  const bad = checks.filter((one) => one.result === 'bad').length;
  const n = toMend(checks).length;
  const tone = bad ? 'bad' : n ? 'warn' : 'good';
  const words = bad ? t('health.bad', { n: bad }) : n ? t('health.warned', { n }) : t('health.good');
  return html`<span class=${`state ${tone}`} role="status"><${Icon} n=${n ? 'alert' : 'check'} s=${13} /><span>${words}</span></span>`;
}

export function Page() {
  const [fresh, setFresh] = useState(false);
  const asked = useAsked(fresh ? '/v1/health?fresh=true' : '/v1/health');
  const senders = useAsked('/v1/senders?limit=200');
  const { body } = asked;
  const again = () => (fresh ? asked.again() : setFresh(true));
  return html`<div class="sheet-page health">
    <header class="page-head">
      <h1>${t('pages.health')}</h1>
      ${body && html`<${Sum} checks=${body.checks} />`}
      <span class="grow"></span>
      ${body && html`<small class="muted">${t('health.as_of')} <${At} at=${body.as_of} />${body.platforms_asked_at && html` · ${t('health.platforms')} <${When} at=${body.platforms_asked_at} />`}</small>`}
      <button type="button" class="button" disabled=${asked.waits} onClick=${again}><${Icon} n="restart" s=${14} />${t('health.again')}</button>
    </header>
    <${Shown} asked=${asked}>${
      body &&
      html`<div class="health-columns">
        <div class="health-checks">
          ${bot.value.mode === 'sandbox' && html`<p class="health-sandbox"><${Icon} n="flask" s=${16} /><span>${coded(t('health.sandbox'))}</span></p>`}
          <${Checks} checks=${body.checks} senders=${senders.body?.data ?? []} again=${asked.again} />
        </div>
        ${may('send_message') && html`<${TestMessage} senders=${senders.body?.data ?? []} />`}
      </div>`
    }<//>
  </div>`;
}
