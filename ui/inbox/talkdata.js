// @ts-check
// One conversation with its messages: the newest first, older ones when they are asked for. News are caught up with until
// they meet what is known, so nothing in between is missing. Of a long conversation a few pages are held: reading on at one
// end lets go of the other, whose cursors are kept.
import { batch, signal, useEffect, useState } from '../vendor/preact.js';
import { get, isMended } from '../js/api.js';
import { t } from '../js/i18n.js';
import { hear } from './live.js';

const PAGE_ROWS = 50;
/** After so many pages of news the older messages are forgotten, and read again when they are asked for. */
const CATCH_UP_PAGES = 10;
/** So many pages, from the newest one on, are looked through for a message that the talk is opened at. */
const MEET_PAGES = 20;
/** So many pages are held at once. */
const HELD_PAGES = 6;

/** @param {any} message */
const nameOf = (message) => `${message.direction}${message.id}`;

/** @param {string} id @param {string} from the cursor of the page to begin with */
function store(id, from) {
  return {
    id,
    talk: signal(/** @type {any} */ (null)),
    messages: signal(/** @type {Map<string, any>} */ (new Map())),
    /** The cursor behind the oldest message, null if that is the first one, '' before the first answer. */
    older: signal(/** @type {string | null} */ ('')),
    /** The pages that are held, from the newest: the cursor that gives each, '' for the first, and its messages. */
    pages: /** @type {{cursor: string, names: string[]}[]} */ ([]),
    /** The cursors of the newer pages that were let go of; the last one follows upon those that are held. */
    newer: signal(/** @type {string[]} */ ([])),
    /** The page to begin with, and its newest message. */
    from,
    begun: signal(''),
    /** Our own messages that came as the answer to a request: others may stand before them that were not read yet. */
    ahead: /** @type {Set<string>} */ (new Set()),
    /** What follows upon the messages that are held is too far from the newest ones to be read on. */
    apart: false,
    /** The next reading begins anew with the newest messages. */
    anew: false,
    /** The next reading takes the newest page, which follows upon those that are held. */
    follows: false,
    refusal: signal(/** @type {import('../js/api.js').Answer | null} */ (null)),
    /** The conversation after the data of its contact was erased, or null. */
    erased: signal(/** @type {any} */ (null)),
    ready: signal(false),
    reading: /** @type {Promise<void> | null} */ (null),
    again: false,
    /** News are being read, and not a further page. */
    refreshes: false,
    /** Reads the page that was asked for meanwhile. */
    wished: /** @type {((own: any) => void) | null} */ (null),
    over: false,
  };
}

/** @typedef {ReturnType<typeof store>} Store */

/** An erasure is no news of the stream, so the open conversation is asked for it. */
const ERASED_POLL_MS = 3000;

/** Whether somebody is named. @param {any} talk */
const isNamed = (talk) => Boolean(talk?.contact.phone || talk?.contact.name);

/** Takes the conversation over as it is now. If its contact was erased, nothing of it stays. @param {Store} own @param {any} talk */
function take(own, talk) {
  if (!isNamed(own.talk.peek()) || isNamed(talk)) {
    own.talk.value = talk;
    return;
  }
  own.over = true;
  batch(() => {
    own.erased.value = talk;
    own.talk.value = null;
    own.messages.value = new Map();
    own.refusal.value = { ok: false, status: 404, body: { code: 'not_found', detail: t('inbox.erased') } };
  });
}

/** Looks whether the contact was erased. @param {Store} own */
async function look(own) {
  if (document.hidden || own.over || !isNamed(own.talk.peek())) {
    return;
  }
  const answer = await get(`/v1/conversations/${own.id}`);
  if (answer.ok && !own.over && !isNamed(answer.body)) {
    take(own, answer.body);
  }
}

/** @param {Store} own @param {string} [cursor] */
const page = (own, cursor) => get(`/v1/conversations/${own.id}/messages?limit=${PAGE_ROWS}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);

/** Begins with a page that is not the newest one. @param {Store} own */
async function begun(own) {
  const [talk, first] = await Promise.all([get(`/v1/conversations/${own.id}`), page(own, own.from)]);
  if (own.over) {
    return;
  }
  const bad = [talk, first].find((answer) => !answer.ok);
  if (bad) {
    own.refusal.value = bad;
    own.ready.value = true;
    return;
  }
  const known = new Map(first.body.data.map((/** @type {any} */ one) => [nameOf(one), one]));
  const [wanted = ''] = known.keys();
  const met = await meet(own, wanted);
  if (own.over) {
    return;
  }
  const [followed = null, ...others] = met ?? [];
  own.pages = [...(followed ? [{ cursor: followed.cursor, names: followed.data.map(nameOf).filter((name) => !known.has(name)) }] : []), { cursor: own.from, names: [...known.keys()] }];
  own.from = '';
  own.apart = met === null;
  batch(() => {
    own.talk.value = talk.body;
    own.refusal.value = null;
    own.newer.value = met === null ? [''] : others.map((one) => one.cursor).reverse();
    own.older.value = first.body.next_cursor ?? null;
    held(own, [...(followed?.data ?? []), ...known.values()]);
    own.begun.value = wanted;
    own.ready.value = true;
  });
}

/**
 * The pages from the one with this message to the newest one; null if it lies too far back.
 * @param {Store} own
 * @param {string} wanted
 * @returns {Promise<{cursor: string, data: any[]}[] | null>}
 */
async function meet(own, wanted) {
  const pages = [];
  let cursor = '';
  for (let n = 0; n < MEET_PAGES; n++) {
    const answer = await page(own, cursor);
    if (own.over || !answer.ok) {
      return null;
    }
    const { data, next_cursor: next } = answer.body;
    pages.unshift({ cursor, data });
    const at = data.findIndex((/** @type {any} */ one) => nameOf(one) === wanted);
    if (at >= 0) {
      // The last page alone may have nothing that follows.
      return at > 0 || pages.length === 1 ? pages : pages.slice(1);
    }
    if (!next) {
      return null;
    }
    cursor = next;
  }
  return null;
}

/** Reads what is new, and how far our own messages came. @param {Store} own */
async function caughtUp(own) {
  if (own.from) {
    return begun(own);
  }
  const { anew, follows } = own;
  if (own.newer.peek().length && !anew && !follows) {
    // What is read stands further up; the newest messages come when they are asked for.
    const talk = await get(`/v1/conversations/${own.id}`);
    if (talk.ok && !own.over) {
      take(own, talk.body);
    }
    return;
  }
  own.anew = false;
  own.follows = false;
  const [talk, first] = await Promise.all([get(`/v1/conversations/${own.id}`), page(own)]);
  if (own.over) {
    return;
  }
  if (!talk.ok || !first.ok) {
    own.refusal.value = talk.ok ? first : talk;
    own.ready.value = true;
    return;
  }
  if (isNamed(own.talk.peek()) && !isNamed(talk.body)) {
    take(own, talk.body);
    return;
  }
  const knows = !anew && own.messages.peek().size > 0;
  const isKnown = (/** @type {any} */ one) => knows && own.messages.peek().has(nameOf(one)) && !own.ahead.has(nameOf(one));
  /** @type {any[]} */
  const found = [...first.body.data];
  let cursor = first.body.next_cursor ?? null;
  let meets = found.some(isKnown);
  for (let n = 1; knows && !meets && cursor && n < CATCH_UP_PAGES; n++) {
    const next = await page(own, cursor);
    if (own.over || !next.ok) {
      own.refusal.value = next.ok ? null : next;
      return;
    }
    found.push(...next.body.data);
    cursor = next.body.next_cursor ?? null;
    meets = next.body.data.some(isKnown);
  }
  const stays = knows && (meets || !cursor);
  const all = new Map(stays ? own.messages.peek() : []);
  const fresh = found.map(nameOf).filter((name) => !all.has(name));
  for (const message of found) {
    all.set(nameOf(message), message);
    own.ahead.delete(nameOf(message));
  }
  if (stays && own.pages.length) {
    own.pages[0].names.push(...fresh);
  } else {
    own.pages = [{ cursor: '', names: [...all.keys()] }];
  }
  batch(() => {
    own.newer.value = [];
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
  own.refreshes = true;
  own.reading = (async () => {
    try {
      do {
        own.again = false;
        await caughtUp(own);
      } while (own.again && !own.over);
    } finally {
      own.reading = null;
      own.refreshes = false;
    }
    // At its end the wall scrolls no more, so nothing would ask for the page a second time.
    const { wished } = own;
    own.wished = null;
    if (!own.over) {
      wished?.(own);
    }
  })();
  return own.reading;
}

/** Reads the messages before those that are known. @param {Store} own */
async function readOlder(own) {
  const cursor = own.older.peek();
  if (own.refreshes) {
    own.wished = readOlder;
  }
  if (!cursor || own.reading) {
    return;
  }
  own.reading = (async () => {
    const answer = await page(own, cursor);
    own.reading = null;
    if (answer.ok && !own.over) {
      own.pages.push({ cursor, names: answer.body.data.map(nameOf) });
      const gone = own.pages.length > HELD_PAGES ? own.pages.shift() : null;
      batch(() => {
        own.older.value = answer.body.next_cursor ?? null;
        if (gone) {
          own.newer.value = [...own.newer.peek(), gone.cursor];
        }
        held(own, answer.body.data);
      });
    }
    if (own.again) {
      refresh(own);
    }
  })();
  await own.reading;
}

/** Takes new messages over, and lets go of those that are on no page any more. @param {Store} own @param {any[]} found */
function held(own, found) {
  const all = new Map([...found.map((one) => /** @type {[string, any]} */ ([nameOf(one), one])), ...own.messages.peek()]);
  const names = new Set(own.pages.flatMap((one) => one.names));
  own.messages.value = new Map([...all].filter(([name]) => names.has(name)));
}

/** Reads the page after those that are held, of which the oldest is let go of. @param {Store} own */
async function readNewer(own) {
  const cursor = own.newer.peek().at(-1);
  if (own.refreshes) {
    own.wished = readNewer;
  }
  if (cursor === undefined || own.reading || own.apart) {
    return;
  }
  if (cursor === '') {
    // What was said meanwhile follows, too. Until it is there, it counts as not read, and then not as news.
    own.follows = true;
    await refresh(own);
    return;
  }
  own.reading = (async () => {
    const answer = await page(own, cursor);
    own.reading = null;
    if (answer.ok && !own.over) {
      own.pages.unshift({ cursor, names: answer.body.data.map(nameOf) });
      const gone = own.pages.length > HELD_PAGES ? own.pages.pop() : null;
      batch(() => {
        own.newer.value = own.newer.peek().slice(0, -1);
        if (gone) {
          own.older.value = gone.cursor;
        }
        held(own, answer.body.data);
      });
    }
    if (own.again) {
      refresh(own);
    }
  })();
  await own.reading;
}

/** Goes back to the newest messages. @param {Store} own */
function readNewest(own) {
  own.anew = own.newer.peek().length > 0;
  own.apart = false;
  return refresh(own);
}

/**
 * @param {string} id of the conversation
 * @param {string} from the cursor of the message to begin with, '' for the newest ones
 */
export function useTalk(id, from) {
  const [own] = useState(() => store(id, from));
  useEffect(() => {
    refresh(own);
    const off = hear((news) => {
      const missing = own.refusal.peek()?.status === 404;
      if (!missing && (!('talks' in news) || news.talks.has(Number(id)))) {
        refresh(own);
      }
    });
    const timer = setInterval(look, ERASED_POLL_MS, own);
    return () => {
      own.over = true;
      clearInterval(timer);
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
    erased: own.erased.value,
    messages: own.messages.value,
    ready: own.ready.value,
    /** Whether the talk was opened at this message. */
    isWanted: (/** @type {any} */ message) => nameOf(message) === own.begun.value,
    refusal: own.refusal.value,
    hasOlder: Boolean(own.older.value),
    older: () => readOlder(own),
    /** Whether newer messages than those that are held were let go of. */
    hasNewer: own.newer.value.length > 0,
    newer: () => readNewer(own),
    newest: () => readNewest(own),
    refresh: () => refresh(own),
    /** Takes over an answer that says how the conversation is now. */
    put: (/** @type {any} */ talk) => {
      own.talk.value = talk;
    },
    /** Takes over a message that was sent. */
    add: (/** @type {any} */ message) => {
      if (own.newer.peek().length) {
        readNewest(own);
        return;
      }
      if (!own.messages.peek().has(nameOf(message))) {
        own.ahead.add(nameOf(message));
      }
      own.pages[0]?.names.push(nameOf(message));
      own.messages.value = new Map([...own.messages.peek(), [nameOf(message), message]]);
    },
  };
}

/** @typedef {ReturnType<typeof useTalk>} TalkData */
