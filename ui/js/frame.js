// @ts-check
// The frame of the page: top bar, list of files, panes, bottom bar of a phone, messages.
import { html, useEffect, useState } from '../vendor/preact.js';
import { offline } from './api.js';
import { Chat } from './chat.js';
import { Dialog } from './dialogs.js';
import { EditPane } from './editpane.js';
import { Files } from './files.js';
import { worst } from './findings.js';
import { Icon } from './icons.js';
import { keyPressed } from './keys.js';
import { Map } from './map.js';
import { TopBar } from './topbar.js';
import { Dock } from './trace.js';
import { clock, t } from './i18n.js';
import { bot, hush, pane, toasts, trouble } from './state.js';

const PANES = /** @type {const} */ ([
  ['edit', 'pen'],
  ['map', 'flows'],
  ['chat', 'say'],
  ['trace', 'list'],
]);

function BottomBar() {
  return html`<nav class="bottom" aria-label=${t('panes')}>
    ${PANES.map(
      ([name, icon]) =>
        html`<button key=${name} aria-pressed=${pane.value === name} onClick=${() => (pane.value = name)}>
          <${Icon} n=${icon} s=${19} /><span>${t(`pane.${name}`)}</span>
          ${name === 'trace' && worst() && html`<i class=${`bottom-dot ${worst()}`}></i>`}
        </button>`,
    )}
  </nav>`;
}

/** Loading shows nothing for a moment, so that a quick answer does not flicker. */
function Loading() {
  const [slow, setSlow] = useState(0);
  useEffect(() => {
    const timers = [setTimeout(() => setSlow(1), 200), setTimeout(() => setSlow(2), 3000)];
    return () => timers.forEach(clearTimeout);
  }, []);
  return html`<main class="alone" aria-busy="true">
    ${slow > 0 && html`<div class="bar" role="progressbar" aria-label=${t('loading')}></div>`}
    ${(slow > 1 || trouble.value || offline.value) && html`<p class="muted" role="status">${trouble.value ?? (offline.value ? t('offline.start') : t('loading.slow'))}</p>`}
  </main>`;
}

function Banner() {
  const since = offline.value;
  return (
    since &&
    html`<div class="banner" role="status"><${Icon} n="offline" s=${15} /><span>${t('offline', { time: clock(since) })}</span></div>`
  );
}

function Toasts() {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${toasts.value.map(
      (one) =>
        html`<div key=${one.id} class=${`toast ${one.kind}`}>
          <${Icon} n=${one.kind === 'bad' ? 'alert' : 'check'} s=${15} /><span dir="auto">${one.message}</span>
          <button aria-label=${t('close')} title=${t('close')} onClick=${() => hush(one.id)}><${Icon} n="x" s=${13} /></button>
        </div>`,
    )}
  </div>`;
}

export function Frame() {
  useEffect(() => {
    addEventListener('keydown', keyPressed);
    return () => removeEventListener('keydown', keyPressed);
  }, []);
  if (!bot.value) {
    return html`<${Loading} />`;
  }
  return html`<${TopBar} />
    <${Banner} />
    <main class="studio" data-pane=${pane.value}>
      <${Files} />
      <div class="middle">
        <div class="pair"><${EditPane} /><${Map} /></div>
        <${Dock} />
      </div>
      <${Chat} />
      <${BottomBar} />
    </main>
    <${Toasts} />
    <${Dialog} />`;
}
