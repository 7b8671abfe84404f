// @ts-check
// The pages of the studio, a line each. A page's module is read when it is opened, and gives `Page`.
import { t } from './i18n.js';
import { may } from './session.js';
import { changedTests } from './state.js';
import { waitCount } from './waitcount.js';

/**
 * @typedef {object} PageEntry
 * @property {string} path the first part of its address: `runs` for `/studio/runs/17`
 * @property {string} icon
 * @property {() => Promise<any>} load gives a module with `Page`
 * @property {string[]} [css] files below `ui/` that the page needs beside those of the frame
 * @property {boolean} [stays] it is hidden instead of taken away when another page is shown
 * @property {() => boolean} [shown] whether this person may see it; without it everybody may
 * @property {() => number} [count] the number beside its name, 0 for none
 * @property {() => boolean} [isBad] whether that number is of something that is wrong
 * @property {() => string} [about] a sentence about that number
 */

/** In the order of the bar. Its name is the text `pages.<path>`. @type {PageEntry[]} */
export const PAGES = [
  {
    path: 'flows',
    icon: 'flows',
    load: () => import('./flows.js'),
    css: ['css/editor.css', 'css/chat.css', 'css/flow.css'],
    stays: true,
    shown: () => may('read_bot_file'),
  },
  {
    path: 'tests',
    icon: 'flask',
    load: () => import('../tests/page.js'),
    css: ['css/chat.css', 'css/lists.css', 'tests/tests.css'],
    shown: () => may('run_tests'),
    count: () => changedTests.value?.n ?? 0,
    isBad: () => (changedTests.value?.failing ?? 0) > 0,
    about: () => t('tests.change', changedTests.value ?? {}),
  },
  {
    path: 'runs',
    icon: 'runs',
    load: () => import('../runs/page.js'),
    css: ['css/chat.css', 'css/flow.css', 'css/lists.css', 'runs/runs.css'],
    shown: () => may('list_runs'),
  },
  {
    path: 'inbox',
    icon: 'inbox',
    load: () => import('../inbox/page.js'),
    css: ['css/chat.css', 'css/lists.css', 'inbox/inbox.css'],
    shown: () => may('answer_conversation'),
    count: () => waitCount.value?.waiting ?? 0,
    about: () => t('inbox.waiting', { n: waitCount.value?.waiting ?? 0 }),
  },
  {
    path: 'knowledge',
    icon: 'book',
    load: () => import('../knowledge/page.js'),
    css: ['css/lists.css', 'knowledge/knowledge.css'],
    shown: () => may('list_knowledge'),
  },
  {
    path: 'contacts',
    icon: 'people',
    load: () => import('../contacts/page.js'),
    css: ['css/lists.css', 'contacts/contacts.css'],
    shown: () => may('list_contacts'),
  },
  {
    path: 'ahead',
    icon: 'calendar',
    load: () => import('../ahead/page.js'),
    css: ['css/lists.css', 'ahead/ahead.css'],
    shown: () => may('schedules_ahead'),
  },
  {
    path: 'health',
    icon: 'health',
    load: () => import('../health/page.js'),
    css: ['css/lists.css', 'health/health.css'],
    shown: () => may('show_health'),
  },
  {
    path: 'people',
    icon: 'lock',
    load: () => import('../people/page.js'),
    css: ['css/lists.css', 'people/people.css'],
    shown: () => may('list_people'),
  },
];

/** The pages that this person may see. */
export const shownPages = () => PAGES.filter((page) => page.shown?.() ?? true);

/** Whether this person may see a page. @param {string} path */
export const hasPage = (path) => shownPages().some((page) => page.path === path);
