// @ts-check
// The frame of every page: top bar, the page of the address, dialogs, messages.
import { effect, html, useEffect, useState } from '../vendor/preact.js';
import { offline, signedOut } from './api.js';
import { Dialog, dialog, openSearch } from './dialogs.js';
import { Icon } from './icons.js';
import { clock, t } from './i18n.js';
import { PageArea } from './pagearea.js';
import { here } from './router.js';
import { TopBar } from './topbar.js';
import { session } from './session.js';
import { bot, hush, toasts, trouble } from './state.js';
import { styled } from './styles.js';
import { Wait } from './waiting.js';

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
          ${one.act && html`<button class="toast-act" onClick=${() => {
            hush(one.id);
            one.act?.run();
          }}>${one.act.label}</button>`}
          <button aria-label=${t('close')} title=${t('close')} onClick=${() => hush(one.id)}><${Icon} n="x" s=${13} /></button>
        </div>`,
    )}
  </div>`;
}

// At once, before the sign-in is read: the customers on the screen are no longer for whoever sits before it.
effect(() => {
  document.documentElement.classList.toggle('signed-out', signedOut.value && Boolean(bot.value));
});

/** Keys that each page has. @param {KeyboardEvent} event */
function pressed(event) {
  const control = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  const typing = /** @type {HTMLElement} */ (event.target).closest?.('input, textarea, select, [contenteditable=true]');
  if (control && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    openSearch();
  } else if (control && event.key.toLowerCase() === 's' && here.value.page !== 'flows') {
    event.preventDefault();
    import('./publish.js').then((module) => !dialog.value && module.wantPublish());
  } else if (event.key === '?' && !typing && !dialog.value) {
    event.preventDefault();
    dialog.value = { kind: 'keys' };
  }
}

/** Signing in, as the page or as a sheet over it; read when somebody has to. @param {{part: 'Page' | 'Sheet'}} props */
function SignIn({ part }) {
  const [module, setModule] = useState(/** @type {any} */ (null));
  useEffect(() => {
    Promise.all([import('../signin/page.js'), styled('signin/signin.css')]).then(([one]) => setModule(one));
  }, []);
  if (module) {
    return html`<${module[part]} />`;
  }
  return part === 'Page' ? html`<main class="page"><${Wait} /></main>` : null;
}

export function Frame() {
  useEffect(() => {
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
  const byLink = here.value.page === 'sign-in' && location.hash.length > 1;
  if (byLink || (signedOut.value && !bot.value)) {
    return html`<${SignIn} part="Page" />`;
  }
  if (!bot.value || !session.value) {
    return html`<main class="page"><${Wait} words=${trouble.value ?? (offline.value ? t('offline.start') : '')} /></main>`;
  }
  return html`<${TopBar} />
    <${Banner} />
    <${PageArea} />
    <${Toasts} />
    <${Dialog} />
    ${signedOut.value && html`<${SignIn} part="Sheet" />`}`;
}
