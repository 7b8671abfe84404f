// @ts-check
// Keeps the address and the open file alike: `/studio/flows/menu?step=menu.ask_1` opens a file at a step.
import { effect, untracked } from '../vendor/preact.js';
import { atCursor, goTo } from './drawing.js';
import { t } from './i18n.js';
import { addressOf, go, here } from './router.js';
import { hold, whyUnread } from './edits.js';
import { bot, cursor, files, open, say } from './state.js';

/** The path of the file that the address names, or null. */
function pathHere() {
  const [folder, ...rest] = location.pathname.split('/').slice(2);
  const path = `${folder}/${rest.map(decodeURIComponent).join('/')}`;
  if (here.peek().page === 'flows' && /^knowledge\/.+\.(md|txt|csv)$/.test(path)) {
    return path;
  }
  if (here.peek().page !== 'flows' || !/^(flows|scripts|locales)\/[^/]+$/.test(path)) {
    return null;
  }
  return path + (folder === 'scripts' ? '.rhai' : '.yaml');
}

/** Opens the file of the address, else the one that is open already, else the first flow. */
async function openHere() {
  const wanted = pathHere();
  const step = here.peek().query.get('step');
  if (wanted && (wanted === open.peek() || (await hold(wanted)))) {
    open.value = wanted;
    if (step) {
      await goTo(wanted.replace(/^flows\//, '').replace(/\.yaml$/, ''), step);
    }
    return;
  }
  if (wanted) {
    const why = whyUnread(wanted);
    say(why ? t('files.unreadable', { file: wanted, why }) : t('files.unknown', { file: wanted }), 'bad');
  }
  const unpublished = [...files.peek().keys()].find((path) => path.startsWith('flows/') && path !== 'flows/_bot.yaml');
  const path = open.peek() ?? bot.peek().flows[0]?.path ?? unpublished ?? null;
  if (path) {
    await hold(path);
    open.value = path;
    go(addressOf(path), { replace: true });
  }
}

/** Begins once: the page of flows stays when another one is shown. */
export function begin() {
  effect(() => {
    if (here.value.page === 'flows') {
      untracked(openHere);
    }
  });
  effect(() => {
    const path = open.value;
    if (path) {
      hold(path);
      if (here.peek().page === 'flows' && pathHere() !== path) {
        untracked(() => go(addressOf(path), { replace: pathHere() === null }));
      }
    }
  });
  effect(() => {
    const step = atCursor.value;
    const path = cursor.value?.path;
    if (path && path === open.value && path === pathHere()) {
      const address = addressOf(path, step);
      // This is no way to go, so nobody who listens to `here` is told.
      if (address !== location.pathname + location.search) {
        history.replaceState(null, '', address);
      }
    }
  });
}
