// @ts-check
// The list of conversations: read page by page, and each one again when there is news of it.
import { batch, signal, useEffect, useMemo, useState } from '../vendor/preact.js';
import { get, isMended } from '../js/api.js';
import { hear } from './live.js';
import { session } from '../js/session.js';
import { me } from './me.js';
import { byDue, inOrder, isTaken, waits } from './words.js';

const PAGE_ROWS = 50;
const WAITING_ROWS = 200;
/** So many conversations are read again for one piece of news; more of them are read as a list. */
const EACH_MAX = 10;

/** @typedef {{state: string, search: string, sender: string, account: string}} Wanted */

/** Whether a conversation belongs to each list. @type {Record<string, (talk: any) => boolean>} */
const STATES = {
  waiting: waits,
  taken: isTaken,
  bot: (talk) => !talk.with_person && !waits(talk),
  mine: (talk) => talk.with_person?.agent === me(),
  team: (talk) => teams().includes(talk.with_person?.team),
};

/** The teams of whoever is signed in. @returns {string[]} */
const teams = () => session.peek()?.teams ?? [];

/** The parameters of a list of cases, which is sorted by due. @type {Record<string, () => Record<string, string>>} */
const CASES = {
  mine: () => ({ state: '', sort: 'due', agent: me() }),
  team: () => ({ state: '', sort: 'due', team: teams().join(',') }),
};

/** Whether a conversation still belongs into the list. @param {any} talk @param {Wanted} wanted */
function fits(talk, wanted) {
  const state = !wanted.state || STATES[wanted.state]?.(talk);
  const sender = !wanted.sender || String(talk.sender.id) === wanted.sender;
  return Boolean(state && sender && (!wanted.account || talk.account === wanted.account));
}

/** The addresses that make up the list, one after the other. @param {Wanted} wanted @returns {string[]} */
function parts(wanted) {
  const of = (/** @type {Record<string, string>} */ more) => {
    const query = new URLSearchParams(Object.entries({ ...wanted, ...more }).filter(([, value]) => value));
    return `/v1/conversations?${query}`;
  };
  if (wanted.search || wanted.state) {
    // A search has an order of its own.
    const { sort = '', ...cases } = CASES[wanted.state]?.() ?? {};
    return [of({ ...cases, ...(wanted.search ? {} : { sort }), limit: String(PAGE_ROWS) })];
  }
  return [of({ state: 'waiting', limit: String(WAITING_ROWS) }), of({ sort: 'recent', limit: String(PAGE_ROWS) })];
}

/** A list that is read. @param {Wanted} wanted */
function store(wanted) {
  return {
    wanted,
    rows: signal(/** @type {Map<number, any>} */ (new Map())),
    waits: signal(false),
    refusal: signal(/** @type {import('../js/api.js').Answer | null} */ (null)),
    /** The addresses that are still to be read, each with its cursor. */
    rest: signal(/** @type {{path: string, cursor: string}[]} */ (parts(wanted).map((path) => ({ path, cursor: '' })))),
    control: /** @type {AbortController | null} */ (null),
  };
}

/** @typedef {ReturnType<typeof store>} Store */

/** Reads the next page. @param {Store} own */
async function more(own) {
  const [next, ...others] = own.rest.peek();
  if (!next || own.control) {
    return;
  }
  const control = new AbortController();
  own.control = control;
  own.waits.value = true;
  const cursor = next.cursor ? `&cursor=${encodeURIComponent(next.cursor)}` : '';
  const answer = await get(`${next.path}${cursor}`, { signal: control.signal });
  if (own.control !== control) {
    return;
  }
  own.control = null;
  batch(() => {
    own.waits.value = false;
    own.refusal.value = answer.ok ? null : answer;
    if (answer.ok) {
      const rows = new Map(own.rows.peek());
      answer.body.data.forEach((/** @type {any} */ talk) => rows.set(talk.id, talk));
      own.rows.value = rows;
      own.rest.value = answer.body.next_cursor ? [{ path: next.path, cursor: answer.body.next_cursor }, ...others] : others;
    }
  });
  if (answer.ok && !answer.body.next_cursor && others.length) {
    more(own);
  }
}

/** Reads the first pages again and lays them over what is known, or begins anew with them. @param {Store} own @param {boolean} anew */
async function refresh(own, anew) {
  if (own.control && !anew) {
    return;
  }
  own.control?.abort();
  const control = new AbortController();
  own.control = control;
  own.waits.value = own.rows.peek().size === 0;
  const paths = parts(own.wanted);
  const answers = await Promise.all(paths.map((path) => get(path, { signal: control.signal })));
  if (own.control !== control) {
    return;
  }
  own.control = null;
  const bad = answers.find((answer) => !answer.ok);
  batch(() => {
    own.waits.value = false;
    own.refusal.value = bad ?? null;
    if (bad) {
      return;
    }
    const begins = anew || own.rows.peek().size === 0;
    const fresh = new Map(begins ? [] : own.rows.peek());
    const seen = new Set();
    for (const answer of answers) {
      for (const talk of answer.body.data) {
        fresh.set(talk.id, talk);
        seen.add(talk.id);
      }
    }
    if (begins) {
      own.rest.value = paths.flatMap((path, n) => (answers[n].body.next_cursor ? [{ path, cursor: answers[n].body.next_cursor }] : []));
    }
    own.rows.value = fresh;
    // A conversation that waited and no longer stands among those that wait is read again.
    const gone = [...fresh.values()].filter((talk) => waits(talk) && !seen.has(talk.id)).map((talk) => talk.id);
    each(own, gone.slice(0, EACH_MAX));
  });
}

/** Reads single conversations again. @param {Store} own @param {Iterable<number>} ids */
async function each(own, ids) {
  await Promise.all(
    [...ids].map(async (id) => {
      const answer = await get(`/v1/conversations/${id}`);
      if (answer.ok) {
        put(own, answer.body);
      }
    }),
  );
}

/** @param {Store} own @param {any} talk */
function put(own, talk) {
  const known = own.rows.peek().has(talk.id);
  // A search looks at names, which this page does not know by heart.
  if (!known && own.wanted.search) {
    return;
  }
  const rows = new Map(own.rows.peek());
  rows.set(talk.id, talk);
  own.rows.value = rows;
}

/**
 * @param {Wanted} wanted
 * @param {number | null} kept the open conversation, which stays in the list although it no longer fits
 */
export function useTalks(wanted, kept) {
  const name = JSON.stringify(wanted);
  const [held] = useState(() => ({ name: '', own: store(wanted) }));
  if (held.name !== name) {
    held.own.control?.abort();
    held.own = store(wanted);
    held.name = name;
  }
  const own = held.own;
  useEffect(() => {
    more(own);
    const off = hear((news) => {
      if ('talks' in news) {
        news.talks.size > EACH_MAX ? refresh(own, false) : each(own, news.talks);
      } else {
        refresh(own, news.all === 'broken' && own.rows.peek().size > 0);
      }
    });
    return () => {
      off();
      own.control?.abort();
      own.control = null;
    };
  }, [own]);
  const back = isMended(own.refusal.value);
  useEffect(() => {
    if (back) {
      refresh(own, true);
    }
  }, [back]);
  const rows = own.rows.value;
  const items = useMemo(() => (wanted.state in CASES ? byDue : inOrder)([...rows.values()].filter((talk) => talk.id === kept || fits(talk, wanted))), [rows, wanted, kept]);
  return {
    items,
    waits: own.waits.value,
    complete: own.rest.value.length === 0,
    refusal: own.refusal.value,
    more: () => own.refusal.peek() || more(own),
    again: () => refresh(own, true),
    /** Takes over what another part of the page has read. */
    put: (/** @type {any} */ talk) => put(own, talk),
  };
}
