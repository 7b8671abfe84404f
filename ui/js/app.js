// @ts-check
// The page's entry: reads the bot and the page of the address, draws the frame.
import { Component, effect, html, render, untracked } from '../vendor/preact.js';
import { offline, signedOut } from './api.js';
import { Frame } from './frame.js';
import { t } from './i18n.js';
import { loadPage } from './pagearea.js';
import { here } from './router.js';
import { begin, refresh } from './edits.js';
import { readSession, session } from './session.js';
import { tellRole } from './role.js';
import { bot } from './state.js';
import { hasPage } from './pages.js';
import { watchWaiting } from './waitcount.js';

/** Shows a readable page if a part of it fails; edits are kept by then. */
class Boundary extends Component {
  state = { failed: /** @type {Error | null} */ (null) };

  /** @param {Error} error */
  componentDidCatch(error) {
    console.error(error);
    this.setState({ failed: error });
  }

  render() {
    const { failed } = this.state;
    if (!failed) {
      return /** @type {any} */ (this.props).children;
    }
    return html`<main class="alone" role="alert">
      <h1>${t('broken.title')}</h1>
      <p>${t('broken.about')}</p>
      <pre dir="ltr">${failed.message}</pre>
      <button class="button main" onClick=${() => location.reload()}>${t('broken.reload')}</button>
    </main>`;
  }
}

const AGAIN_MS = 1500;

/** Messages of the inbox that wait in this browser go on, and what is kept for erased contacts goes, whichever page is shown. */
function sendWaiting() {
  try {
    if (hasPage('inbox') && Object.keys(localStorage).some((name) => name.startsWith('studio.inbox.'))) {
      import('../inbox/sends.js');
    }
  } catch {
    // Without storage none was kept.
  }
}

/** Tries until the bot is read; the frame says meanwhile why it is not. */
async function start() {
  await Promise.all([session.value || readSession(), bot.value || refresh()]);
  if (bot.value && session.value) {
    tellRole();
    watchWaiting(() => hasPage('inbox'));
    sendWaiting();
    await begin();
  } else if (!signedOut.value) {
    setTimeout(start, AGAIN_MS);
  }
}

loadPage(here.value.page);
// At once, and when somebody has signed in.
effect(() => {
  if (!signedOut.value) {
    untracked(start);
  }
});
render(html`<${Boundary}><${Frame} /><//>`, /** @type {HTMLElement} */ (document.getElementById('app')));

// An attempt at a time: a lost daemon is asked for again, so that the banner goes away by itself.
setInterval(() => {
  if (offline.value && bot.value) {
    fetch('/v1/bot', { credentials: 'same-origin' }).then(
      (answer) => answer.ok && refresh(),
      () => {},
    );
  }
}, 3000);
