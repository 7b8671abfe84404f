// @ts-check
// The name under which this person takes conversations over.
import { session } from '../js/session.js';

/** Where nobody signs in, the page itself has a name. */
const NOBODY = 'studio';

export const me = () => session.value?.person || NOBODY;
