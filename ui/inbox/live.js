// @ts-check
// News for the inbox: the daemon's stream of events while the page is seen, and asking again and again where the stream
// does not stand. News say only which conversation to read again, so nothing is lost by one that did not come.
import { signal } from '../vendor/preact.js';
import { listen } from '../js/api.js';
import { readWaiting } from '../js/waitcount.js';

const TYPES = ['message.in', 'message.heard', 'message.out', 'message.status', 'handoff', 'needs_person', 'assigned', 'case', 'suggestion'];
/** News of so long are read together. */
const GATHER_MS = 120;
/** How often is asked without the stream, and with it, should it say nothing of something. */
const POLL_MS = 5000;
const CALM_POLL_MS = 30_000;
/** How long after the page's first reading it asks for what came between that and the beginning of the stream. */
const SETTLE_MS = 3000;

/** @typedef {{talks: Set<number>} | {all: 'broken' | 'poll'}} News `broken`: something may have been missed */

/** Whether the stream stands. */
export const stands = signal(false);

/** @type {Set<(news: News) => void>} */
const hearers = new Set();

/** @param {(news: News) => void} hear @returns {() => void} */
export function hear(hear) {
  hearers.add(hear);
  return () => hearers.delete(hear);
}

/** @param {News} news */
function tell(news) {
  for (const one of hearers) {
    one(news);
  }
  readWaiting();
}

/** Listens until the function that it gives is called. */
export function follow() {
  let talks = new Set();
  /** @type {ReturnType<typeof setTimeout> | null} */
  let gathering = null;
  let asked = Date.now();
  let first = true;
  const heard = (/** @type {any} */ news) => {
    if (!news?.conversation_id) {
      return;
    }
    talks.add(news.conversation_id);
    gathering ??= setTimeout(() => {
      const all = talks;
      talks = new Set();
      gathering = null;
      tell({ talks: all });
    }, GATHER_MS);
  };
  const missed = () => {
    asked = Date.now();
    tell({ all: 'broken' });
  };
  const stop = listen(
    `/v1/events?types=${TYPES.join(',')}`,
    { ...Object.fromEntries(TYPES.map((type) => [type, heard])), gap: missed },
    (/** @type {boolean} */ is) => {
      const was = stands.value;
      stands.value = is;
      if (is && !was && !first) {
        missed();
      } else if (is && first) {
        // The lists were asked for a moment ago: reading them twice at once would double the first load.
        asked = Math.min(asked, Date.now() - CALM_POLL_MS + SETTLE_MS);
      }
      first = false;
    },
  );
  const timer = setInterval(() => {
    if (!document.hidden && Date.now() - asked >= (stands.value ? CALM_POLL_MS : POLL_MS)) {
      asked = Date.now();
      tell({ all: 'poll' });
    }
  }, 1000);
  return () => {
    stop();
    clearInterval(timer);
    if (gathering) {
      clearTimeout(gathering);
    }
    stands.value = false;
  };
}
