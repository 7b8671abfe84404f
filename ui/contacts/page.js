// @ts-check
// The page of contacts: all of them with a search, or one of them with its year.
import { html } from '../vendor/preact.js';
import { Contact } from './contact.js';
import { Contacts } from './list.js';

/** @param {{rest: string[], query: URLSearchParams}} props */
export function Page({ rest, query }) {
  return rest.length ? html`<${Contact} key=${rest[0]} id=${rest[0]} query=${query} />` : html`<${Contacts} query=${query} />`;
}
