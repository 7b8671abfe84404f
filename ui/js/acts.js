// @ts-check
/** The acts of a played talk, and which of their messages come to the phone with each. */

/** @typedef {Record<string, any>} Step */
/** @typedef {{id: string, provider_id?: string, direction: 'in' | 'out', at: string, status?: string, status_at?: string, reason?: string, why?: string, flow?: string, step?: string, content: any, json?: any, reply_to?: string, leaving?: boolean}} Message */
/** @typedef {{step: Step, at: string, messages: Message[], fresh: Message[], news: Message[], trace: any[], passed: any[], calls: any[], refused: any[], why: any[], after: any}} Act */

/** The statuses of messages that are not on the phone. */
export const AWAY = ['queued', 'held', 'unknown', 'dropped', 'skipped'];

/** Parts the messages of each act: those that come to the phone with it, and news of earlier ones. @param {Act[]} all */
export function part(all) {
  const known = new Map();
  for (const act of all) {
    act.fresh = act.messages.filter((message) => {
      const name = `${message.direction} ${message.id}`;
      const before = known.get(name);
      known.set(name, message.status ?? 'read');
      return !before || (AWAY.includes(before) && !AWAY.includes(message.status ?? ''));
    });
    act.news = act.messages.filter((message) => !act.fresh.includes(message));
  }
}

/** How many messages have come to the phone. @param {any} answer */
export const count = (/** @type {any} */ answer) =>
  (answer?.acts ?? []).reduce((/** @type {number} */ sum, /** @type {Act} */ act) => sum + act.fresh.length, 0);

const shelf = (/** @type {string} */ folder) => `studio.talk:${folder}`;

/** Keeps a talk for when this tab is loaded again. @param {string} folder @param {{flow: string | null, world: any, steps: Step[]}} talk */
export function keepTalk(folder, talk) {
  try {
    sessionStorage.setItem(shelf(folder), JSON.stringify(talk));
  } catch {
    // A browser without storage begins a new talk.
  }
}

/** @param {string} folder @returns {{flow: string | null, world: any, steps: Step[]} | null} */
export function keptTalk(folder) {
  try {
    const talk = JSON.parse(sessionStorage.getItem(shelf(folder)) ?? 'null');
    return talk?.steps?.length ? talk : null;
  } catch {
    return null;
  }
}
