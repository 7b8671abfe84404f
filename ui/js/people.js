// @ts-check
// Contacts as lists show them: a round face with the first letter, the name, the number. Read once each, a few at a time.
import { html, signal } from '../vendor/preact.js';
import { directionOf } from './direction.js';
import { get } from './api.js';
import { Masked } from './masked.js';

/**
 * @typedef {object} Person
 * @property {number} id
 * @property {string | null} [name]
 * @property {string | null} [phone]
 * @property {string | null} [username]
 */

/** So many contacts are asked for at a time. */
const AT_ONCE = 4;
/** Colours of faces, as classes. */
const TONES = 8;

/** What is known of contacts, by id. @type {Map<number, {value: Person | null}>} */
const known = new Map();
/** @type {number[]} */
const waiting = [];
let asking = 0;

async function ask() {
  while (asking < AT_ONCE && waiting.length) {
    // The newest wish first: it is what is in view.
    const id = /** @type {number} */ (waiting.pop());
    asking += 1;
    get(`/v1/contacts/${id}`).then((answer) => {
      asking -= 1;
      const place = known.get(id);
      if (answer.ok && place) {
        place.value = answer.body;
      } else {
        known.delete(id);
      }
      ask();
    });
  }
}

/**
 * A contact; until it is read, its id alone. Whoever reads this in a component is drawn again when it comes.
 * @param {number} id
 * @returns {Person}
 */
export function personOf(id) {
  let place = known.get(id);
  if (!place) {
    place = signal(/** @type {Person | null} */ (null));
    known.set(id, place);
    waiting.push(id);
    queueMicrotask(ask);
  }
  return place.value ?? { id };
}

/** The name under which a contact is shown. @param {Person} person */
export const nameOf = (person) => person.name || person.phone || person.username || `#${person.id}`;

/** @param {{person: Person, large?: boolean}} props */
export function Face({ person, large = false }) {
  const letter = [...(person.name ?? '')].find((one) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(one));
  return html`<span class=${`face tone-${person.id % TONES}${large ? ' large' : ''}`} aria-hidden="true">${letter?.toUpperCase() ?? '#'}</span>`;
}

/** Name and number below each other. @param {{person: Person, children?: any}} props `children` stand in the place of the number */
export function Who({ person, children }) {
  const name = nameOf(person);
  return html`<span class="who"><${Face} person=${person} />
    <span class="who-words"><b title=${name} dir=${directionOf(name)}><${Masked} text=${name} ltr=${!person.name && Boolean(person.phone)} /></b>
      <small>${children ?? (person.name && person.phone ? html`<${Masked} text=${person.phone} ltr />` : null)}</small></span></span>`;
}
