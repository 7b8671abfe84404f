// @ts-check
// The top bar: which bot, the pages, search, sandbox or live, language, theme.
import { html } from '../vendor/preact.js';
import { detail, offline } from './api.js';
import { openSearch } from './dialogs.js';
import { Icon } from './icons.js';
import { LANGUAGES, keyName, lang, speak, t } from './i18n.js';
import { Menu } from './menu.js';
import { shownPages } from './pages.js';
import { addressTo, here } from './router.js';
import { session, signOut } from './session.js';
import { bot, say } from './state.js';

/** Changes between light and dark, and keeps the choice in this browser. */
export function otherTheme() {
  const root = document.documentElement;
  const next = root.dataset.theme === 'dark' ? 'light' : 'dark';
  root.dataset.theme = next;
  try {
    localStorage.setItem('studio.theme', next);
  } catch {
    // Without storage the choice holds until the next load.
  }
}

export function Mark() {
  return html`<svg class="mark" viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
    <rect width="32" height="32" rx="9" />
    <path
      d="M8 11.5A3.5 3.5 0 0 1 11.5 8h9a3.5 3.5 0 0 1 3.5 3.5v5a3.5 3.5 0 0 1-3.5 3.5H15l-4.500 4v-4A3.5 3.5 0 0 1 8 16.5Z"
    />
  </svg>`;
}

/** Sandbox or live, and whether the files on disk are what runs. */
function Mode() {
  if (offline.value) {
    return html`<span class="mode off" title=${t('mode.offline.about')}><i></i>${t('mode.offline')}</span>`;
  }
  const { mode, live, files } = bot.value;
  // A wrong test stops no version.
  const errors = files.reduce((/** @type {number} */ sum, /** @type {any} */ file) => sum + (file.kind === 'test' ? 0 : file.errors), 0);
  if (!live || errors > 0) {
    return html`<span class="mode bad" title=${live ? t('mode.old.about', { n: live.version }) : t('mode.none.about')}
      ><i></i>${t('mode.not_live', { n: errors })}</span
    >`;
  }
  return html`<span class=${`mode ${mode}`} title=${t(`mode.${mode}.about`)}><i></i>${t(`mode.${mode}`)}</span>`;
}

export const Language = () =>
  html`<${Menu}
    face=${html`<${Icon} n="globe" />`}
    label=${t('language')}
    items=${() =>
      LANGUAGES.map(
        ([code, name]) =>
          html`<button key=${code} role="menuitemradio" aria-checked=${lang === code} lang=${code} onClick=${() => speak(code)}>
            <bdi>${name}</bdi>${lang === code && html`<${Icon} n="check" s=${14} />`}
          </button>`,
      )}
  />`;

/** Who is signed in, and the way out; nothing where nobody needs to sign in. */
function Person() {
  const { person, role } = session.value ?? {};
  if (!person) {
    return null;
  }
  const leave = async () => {
    const answer = await signOut();
    if (!answer.ok) {
      say(answer.status ? detail(answer) : t('signin.offline'), 'bad');
    }
  };
  const roleName = t(`role.${role}`);
  return html`<${Menu}
    class="person-button"
    face=${html`<${Icon} n="user" s=${15} /><bdi>${person}</bdi>`}
    label=${t('person', { name: person, role: roleName })}
    items=${() =>
      html`<div class="person" role="none"><bdi>${person}</bdi><span class="muted">${roleName}</span></div>
        <button role="menuitem" onClick=${leave}>${t('signin.leave')}<${Icon} n="in" s=${14} /></button>`}
  />`;
}

/** @param {{page: import('./pages.js').PageEntry}} props */
function Count({ page }) {
  const n = page.count?.() ?? 0;
  const about = page.about?.();
  return n > 0 && html`<b class=${`page-count${page.isBad?.() ? ' bad' : ''}`} title=${about} aria-hidden=${about ? 'true' : undefined}>${n}</b>${about && html`<span class="hidden">${about}</span>`}`;
}

/** The pages; a single one needs no bar. Where there is little room they are a menu. */
function Pages() {
  const pages = shownPages();
  if (pages.length < 2) {
    return null;
  }
  const current = here.value.page;
  const now = pages.find((page) => page.path === current);
  const link = (/** @type {import('./pages.js').PageEntry} */ page, /** @type {any} */ more = {}) =>
    html`<a key=${page.path} href=${addressTo(page.path)} aria-current=${page.path === current ? 'page' : undefined} ...${more}>
      <${Icon} n=${page.icon} s=${15} /><span>${t(`pages.${page.path}`)}</span><${Count} page=${page} />
    </a>`;
  return html`<nav class="pages" aria-label=${t('pages')}>${pages.map((page) => link(page))}</nav>
    <${Menu}
      place="pages-menu"
      class="pages-button"
      label=${t('pages')}
      face=${html`<${Icon} n=${now?.icon ?? 'list'} s=${15} /><span>${now ? t(`pages.${now.path}`) : t('pages')}</span><${Icon} n="down" s=${13} />`}
      items=${(/** @type {() => void} */ close) => pages.map((page) => link(page, { role: 'menuitem', onClick: close }))}
    />`;
}

export function TopBar() {
  const { title, folder } = bot.value;
  return html`<header class="top">
    <a class="logo" href=${addressTo('flows')} aria-label=${`Studio: ${t('home')}`}><${Mark} /><b>Studio</b></a>
    <p class="bot-title" title=${folder} dir="auto">${title}</p>
    <${Pages} />
    <span class="grow"></span>
    <button class="search-button" onClick=${openSearch} title=${t('search')}><${Icon} n="search" s=${14} /><span>${t('search.short')}</span><kbd>${keyName('Ctrl K')}</kbd></button>
    <${Mode} />
    <${Language} />
    <button class="icon-button theme" title=${t('theme')} aria-label=${t('theme')} onClick=${otherTheme}>
      <${Icon} n="moon" class="when-light" /><${Icon} n="sun" class="when-dark" />
    </button>
    <${Person} />
  </header>`;
}
