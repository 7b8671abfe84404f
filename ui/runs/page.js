// @ts-check
// The page of runs: all of them with filters, or one of them.
import { html } from '../vendor/preact.js';
import { Runs } from './list.js';
import { Run } from './run.js';

/** @param {{rest: string[], query: URLSearchParams}} props */
export function Page({ rest, query }) {
  return rest.length ? html`<${Run} key=${rest[0]} id=${rest[0]} query=${query} />` : html`<${Runs} query=${query} />`;
}
