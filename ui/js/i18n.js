// @ts-check
// Texts of the page. Each language is one file in `ui/text`; `?lang=xx` puts brackets around every text, so that a
// text outside these files is seen at once.

/** @typedef {string | Record<string, string>} Entry A text, or one text for each plural form. */

export const lang = document.documentElement.lang || 'en';

/** The languages of the page, each under its own name. */
export const LANGUAGES = [
  ['en', 'English'],
  ['es', 'Español'],
  ['fr', 'Français'],
  ['de', 'Deutsch'],
  ['pt', 'Português'],
  ['it', 'Italiano'],
  ['ar', 'العربية'],
  ['id', 'Bahasa Indonesia'],
];

const TRIES = 4;

/**
 * @param {string} name
 * @returns {Promise<Record<string, Entry>>}
 */
async function read(name) {
  for (let tries = 1; ; tries++) {
    try {
      const answer = await fetch(new URL(`../text/${name}.json`, import.meta.url));
      return answer.ok ? await answer.json() : {};
    } catch (error) {
      // A module that fails once fails until the page is loaded again.
      if (tries === TRIES) throw error;
      await new Promise((done) => setTimeout(done, tries * 500));
    }
  }
}

const spoken = lang === 'xx' ? 'en' : lang;
const texts = await read(spoken);
/** The texts of pages that are on their way or there. @type {Map<string, Promise<void>>} */
const added = new Map();

/**
 * Adds the texts of a page. `build.rs` puts them into a file of their own, and this call before the code of the page; the
 * files of the folder are whole.
 * @param {string} page
 */
export function more(page) {
  const coming = added.get(page) ?? read(`${spoken}.${page}`).then((all) => void Object.assign(texts, all));
  added.set(page, coming);
  return coming;
}

const plural = new Intl.PluralRules(spoken);

/** The language for dates and numbers. */
export const locale = spoken;

/**
 * The text of a key. `{name}` in it is replaced by `values.name`; `values.n` chooses the plural form.
 * @param {string} key
 * @param {Record<string, any>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  let text = texts[key];
  if (text === undefined) {
    console.warn(`no text: ${key}`);
    text = key;
  }
  if (typeof text === 'object') {
    text = text[plural.select(values.n ?? 0)] ?? text.other;
  }
  const said = text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
  return lang === 'xx' ? `⟦${said}⟧` : said;
}

/**
 * The text of a key that the daemon names; `otherwise` if the page has none.
 * @param {string} key
 * @param {string} otherwise
 */
export const worded = (key, otherwise) => (key in texts ? t(key) : otherwise);

/**
 * @param {string} chosen one of `LANGUAGES`
 */
export function speak(chosen) {
  try {
    localStorage.setItem('studio.lang', chosen);
  } catch {
    // Without storage the choice holds for this address only.
  }
  const address = new URL(location.href);
  address.searchParams.delete('lang');
  // Loading the same address would go to what follows its `#`, and read nothing.
  history.replaceState(null, '', address);
  location.reload();
}

const onMac = /Mac|iPhone|iPad/.test(navigator.platform);

/**
 * Keys as the keyboard of this machine has them.
 * @param {string} keys such as `Ctrl S`
 */
export const keyName = (keys) => (onMac ? keys.replace('Ctrl', '⌘').replace('Alt', '⌥').replace('Shift', '⇧') : keys);

const hourAndMinute = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hour12: false });

/** @param {Date} moment on the clock of this machine */
export const clock = (moment) => hourAndMinute.format(moment);
