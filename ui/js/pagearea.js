// @ts-check
// The part of the frame that shows the page of the address: reads its module, sets the title, moves the focus.
import { html, signal, useEffect, useRef } from '../vendor/preact.js';
import { Failed, Wait } from './waiting.js';
import { t } from './i18n.js';
import { PAGES, shownPages } from './pages.js';
import { session } from './session.js';
import { addressTo, go, here } from './router.js';
import { bot, editCount } from './state.js';
import { styled } from './styles.js';

/** The pages whose modules are there, by name. */
const parts = signal(/** @type {Map<string, any>} */ (new Map()));
/** The page whose module could not be read. */
const failed = signal(/** @type {string | null} */ (null));
/** Pages on their way. @type {Set<string>} */
const coming = new Set();

/**
 * Reads the module of a page and its style sheets. The first page is asked for before the bot is known.
 * @param {string} name
 */
export async function loadPage(name) {
  const page = PAGES.find((one) => one.path === name);
  if (!page || parts.value.has(name) || coming.has(name)) {
    return;
  }
  coming.add(name);
  try {
    const [module] = await Promise.all([page.load(), ...(page.css ?? []).map(styled)]);
    parts.value = new Map([...parts.value, [name, module.Page]]);
    failed.value = null;
  } catch (error) {
    console.warn(error);
    failed.value = name;
  } finally {
    coming.delete(name);
  }
}

/** The page whose name is nearest to a wrong one. @param {string} wrong */
function nearest(wrong) {
  const common = (/** @type {string} */ path) => [...path].filter((letter, at) => wrong[at] === letter).length;
  return [...shownPages()].sort((a, b) => common(b.path) - common(a.path))[0];
}

/** @param {{name: string}} props */
function Unknown({ name }) {
  const closed = PAGES.some((page) => page.path === name);
  const near = closed ? shownPages()[0] : nearest(name);
  return html`<div class="alone">
    <h1>${closed ? t('pages.closed', { page: t(`pages.${name}`), role: t(`role.${session.value?.role}`) }) : t('pages.unknown', { name })}</h1>
    <a class="button main" href=${addressTo(near.path)}>${t('pages.to', { page: t(`pages.${near.path}`) })}</a>
  </div>`;
}

/** @param {{name: string}} props */
function Shown({ name }) {
  const Part = parts.value.get(name);
  const rest = here.value.rest;
  const query = here.value.query;
  if (Part) {
    return html`<${Part} rest=${rest} query=${query} />`;
  }
  if (failed.value === name) {
    return html`<${Failed} detail=${t('pages.not_read')} again=${() => loadPage(name)} />`;
  }
  return html`<${Wait} />`;
}

export function PageArea() {
  const current = here.value.page;
  const known = shownPages().some((page) => page.path === current);
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const before = useRef(current);
  const title = PAGES.some((page) => page.path === current) ? t(`pages.${current}`) : t('pages.unknown', { name: current });
  const begins = current === 'sign-in' || (current === 'flows' && !here.value.rest.length);
  useEffect(() => {
    if (known) {
      loadPage(current);
    } else if (begins) {
      go(addressTo(shownPages()[0].path), { replace: true });
      return;
    }
    if (before.current !== current) {
      // A reader hears the new page's name, and the keyboard goes on there.
      place.current?.focus({ preventScroll: true });
      before.current = current;
    }
  }, [current]);
  useEffect(() => {
    document.title = `${editCount.value ? '● ' : ''}${title} · ${bot.value.title} · Studio`;
  });
  const kept = PAGES.filter((page) => page.stays && page.path !== current && parts.value.has(page.path));
  const area = (/** @type {string} */ name, /** @type {any} */ content) =>
    html`<main key=${name} class=${`page for-${name}`} hidden=${name !== current} tabindex="-1" ref=${name === current ? place : undefined} aria-label=${name === current ? title : undefined}>${content}</main>`;
  return html`${[
    area(current, known ? html`<${Shown} name=${current} />` : html`<${Unknown} name=${current} />`),
    ...kept.map((page) => area(page.path, html`<${Shown} name=${page.path} />`)),
  ]}`;
}
