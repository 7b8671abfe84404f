// @ts-check
// The top bar: which bot, search, sandbox or live, language, theme.
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { editCount, bot } from './state.js';
import { Icon } from './icons.js';
import { LANGUAGES, keyName, lang, speak, t } from './i18n.js';
import { openSearch } from './dialogs.js';

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

function Mark() {
  return html`<svg class="mark" viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
    <rect width="32" height="32" rx="9" />
    <path
      d="M8 11.5A3.5 3.5 0 0 1 11.5 8h9a3.5 3.5 0 0 1 3.5 3.5v5a3.5 3.5 0 0 1-3.5 3.5H15l-4.500 4v-4A3.5 3.5 0 0 1 8 16.5Z"
    />
  </svg>`;
}

/** Sandbox or live, and whether the files on disk are what runs. */
function Mode() {
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

function Language() {
  const [shown, show] = useState(false);
  const place = useRef(/** @type {any} */ (null));
  useEffect(() => {
    if (!shown) {
      return;
    }
    place.current.querySelector('[aria-checked=true]')?.focus();
    const away = (/** @type {Event} */ event) => !place.current.contains(event.target) && show(false);
    addEventListener('pointerdown', away);
    return () => removeEventListener('pointerdown', away);
  }, [shown]);
  const keys = (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') {
      show(false);
      place.current.querySelector('button').focus();
    } else if (step) {
      event.preventDefault();
      const all = [...place.current.querySelectorAll('[role=menuitemradio]')];
      all[(all.indexOf(document.activeElement) + step + all.length) % all.length]?.focus();
    }
  };
  return html`<div class="menu-place" ref=${place} onKeyDown=${keys}>
    <button class="icon-button" title=${t('language')} aria-label=${t('language')} aria-haspopup="menu" aria-expanded=${shown} onClick=${() => show(!shown)}>
      <${Icon} n="globe" />
    </button>
    ${shown &&
    html`<div class="menu" role="menu" aria-label=${t('language')}>
      ${LANGUAGES.map(
        ([code, name]) =>
          html`<button key=${code} role="menuitemradio" aria-checked=${lang === code} lang=${code} onClick=${() => speak(code)}>
            <bdi>${name}</bdi>${lang === code && html`<${Icon} n="check" s=${14} />`}
          </button>`,
      )}
    </div>`}
  </div>`;
}

export function TopBar() {
  const title = bot.value.title;
  useEffect(() => {
    document.title = `${editCount.value ? '● ' : ''}${title} · Studio`;
  });
  return html`<header class="top">
    <a class="logo" href="/studio" aria-label=${`Studio: ${t('home')}`}><${Mark} /><b>Studio</b></a>
    <h1 class="bot-title" title=${bot.value.folder} dir="auto">${title}</h1>
    <span class="grow"></span>
    <button class="search-button" onClick=${openSearch} title=${t('search')}><${Icon} n="search" s=${14} /><span>${t('search.short')}</span><kbd>${keyName('Ctrl K')}</kbd></button>
    <${Mode} />
    <${Language} />
    <button class="icon-button theme" title=${t('theme')} aria-label=${t('theme')} onClick=${otherTheme}>
      <${Icon} n="moon" class="when-light" /><${Icon} n="sun" class="when-dark" />
    </button>
  </header>`;
}
