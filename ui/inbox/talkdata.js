// @ts-check
// One conversation with its messages: the newest first, older ones when they are asked for. News are caught up with until
// they meet what is known, so nothing in between is missing.
import { batch, signal, useEffect, useState } from '../vendor/preact.js';
import { get, isMended } from '../js/api.js';
import { hear } from './live.js';

const PAGE_ROWS = 50;
/** After so many pages of news the older messages are forgotten, and read again when they are asked for. */
const CATCH_UP_PAGES = 10;

/** @param {any} message */
const nameOf = (message) => `${message.direction}${message.id}`;

/** @param {string} id */
function store(id) {
  return {
    id,
    talk: signal(/** @type {any} */ (null)),
    messages: signal(/** @type {Map<string, any>} */ (new Map())),
    /** The cursor behind the oldest message, null if that is the first one, '' before the first answer. */
    older: signal(/** @type {string | null} */ ('')),
    refusal: signal(/** @type {import('../js/api.js').Answer | null} */ (null)),
    ready: signal(false),
    reading: /** @type {Promise<void> | null} */ (null),
    again: false,
    over: false,
  };
}

/** @typedef {ReturnType<typeof store>} Store */

/** @param {Store} own @param {string} [cursor] */
const page = (own, cursor) => get(`/v1/conversations/${own.id}/messages?limit=${PAGE_ROWS}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);

/** Reads what is new, and how far our own messages came. @param {Store} own */
async function caughtUp(own) {
  const [talk, first] = await Promise.all([get(`/v1/conversations/${own.id}`), page(own)]);
  if (own.over) {
    return;
  }
  if (!talk.ok || !first.ok) {
    own.refusal.value = talk.ok ? first : talk;
    own.ready.value = true;
    return;
  }
  const known = own.messages.peek();
  /** @type {any[]} */
  const found = [...first.body.data];
  let cursor = first.body.next_cursor ?? null;
  let meets = known.size > 0 && found.some((one) => known.has(nameOf(one)));
  for (let n = 1; known.size > 0 && !meets && cursor && n < CATCH_UP_PAGES; n++) {
    const next = await page(own, cursor);
    if (own.over || !next.ok) {
      own.refusal.value = next.ok ? null : next;
      return;
    }
    found.push(...next.body.data);
    cursor = next.body.next_cursor ?? null;
    meets = next.body.data.some((/** @type {any} */ one) => known.has(nameOf(one)));
  }
  const all = new Map(meets || !cursor ? known : []);
  for (const message of found) {
    all.set(nameOf(message), message);
  }
  batch(() => {
    own.talk.value = talk.body;
    own.refusal.value = null;
    if (!meets) {
      own.older.value = cursor;
    }
    own.messages.value = all;
    own.ready.value = true;
  });
}

/** One reading at a time; what is asked meanwhile is answered by one more. @param {Store} own */
async function refresh(own) {
  if (own.reading) {
    own.again = true;
    return own.reading;
  }
  own.reading = (async () => {
    do {
      own.again = false;
      await caughtUp(own);
    } while (own.again && !own.over);
    own.reading = null;
  })();
  return own.reading;
}

/** Reads the messages before those that are known. @param {Store} own */
async function readOlder(own) {
  const cursor = own.older.peek();
  if (!cursor || own.reading) {
    return;
  }
  own.reading = (async () => {
    const answer = await page(own, cursor);
    own.reading = null;
    if (answer.ok && !own.over) {
      batch(() => {
        own.older.value = answer.body.next_cursor ?? null;
        own.messages.value = new Map([...answer.body.data.map((/** @type {any} */ one) => [nameOf(one), one]), ...own.messages.peek()]);
      });
    }
    if (own.again) {
      refresh(own);
    }
  })();
  await own.reading;
}

/**
 * @param {string} id of the conversation
 */
export function useTalk(id) {
  const [own] = useState(() => store(id));
  useEffect(() => {
    refresh(own);
    const off = hear((news) => {
      const missing = own.refusal.peek()?.status === 404;
      if (!missing && (!('talks' in news) || news.talks.has(Number(id)))) {
        refresh(own);
      }
    });
    return () => {
      own.over = true;
      off();
    };
  }, [own]);
  const back = isMended(own.refusal.value);
  useEffect(() => {
    if (back) {
      refresh(own);
    }
  }, [back]);
  return {
    talk: own.talk.value,
    messages: own.messages.value,
    ready: own.ready.value,
    refusal: own.refusal.value,
    hasOlder: Boolean(own.older.value),
    older: () => readOlder(own),
    refresh: () => refresh(own),
    /** Takes over an answer that says how the conversation is now. */
    put: (/** @type {any} */ talk) => {
      own.talk.value = talk;
    },
    /** Takes over a message that was sent. */
    add: (/** @type {any} */ message) => {
      own.messages.value = new Map([...own.messages.peek(), [nameOf(message), message]]);
    },
  };
}

/** @typedef {ReturnType<typeof useTalk>} TalkData */
