// @ts-check
// The name under which this person takes conversations over, and keeps what they wrote in this browser.
import { session } from '../js/session.js';
import { bot } from '../js/state.js';

/** Where nobody signs in, the page itself has a name. */
const NOBODY = 'studio';

export const me = () => session.value?.person || NOBODY;

/** The beginning of the names under which something of this bot and person is kept. @param {string} kind */
export const shelfOf = (kind) => `${kind}${JSON.stringify([bot.peek()?.folder ?? '', session.peek()?.person || NOBODY])}:`;
