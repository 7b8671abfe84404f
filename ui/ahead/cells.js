// @ts-check
// Arranges the cells of the forecast: by flow and trigger, then by zone, then by the local minute.

/** @typedef {{flow: string, trigger: string, zone: string, local: string, outcome: string, reason: string | null, template: string | null, people: number, cost: string | null}} Cell */
/** @typedef {{flow: string, trigger: string, zone: string, local: string, people: number, cells: Cell[]}} Fire All that happens at one minute of one zone. */
/** @typedef {{flow: string, trigger: string, zones: {zone: string, people: number}[], people: number, fires: Fire[]}} Group */

/** What a person notices of an outcome, and so its colour and pattern. */
export const KINDS = /** @type {const} */ (['text', 'template', 'held', 'refused']);

/** @type {Record<string, (typeof KINDS)[number]>} */
const KIND_OF = { text: 'text', asks_first: 'text', template: 'template', nudge: 'template', held: 'held', queued: 'held' };

/** @param {{outcome: string}} cell */
export const kindOf = (cell) => KIND_OF[cell.outcome] ?? 'refused';

/** The name of a fire in the address. @param {Pick<Fire, 'flow' | 'trigger' | 'zone' | 'local'>} fire */
export const keyOf = ({ flow, trigger, zone, local }) => [flow, trigger, zone, local].join('|');

/** A local minute as a number, on no real clock: only to place it. @param {string} local */
export const placeOf = (local) => Date.parse(`${local.length === 10 ? `${local}T12:00` : local.slice(0, 16)}:00Z`);

/** @param {Cell[]} cells @returns {Group[]} */
export function groupsOf(cells) {
  /** @type {Map<string, Group>} */
  const groups = new Map();
  /** @type {Map<string, Fire>} */
  const fires = new Map();
  for (const cell of cells) {
    const name = `${cell.flow}|${cell.trigger}`;
    const group = groups.get(name) ?? { flow: cell.flow, trigger: cell.trigger, zones: [], people: 0, fires: [] };
    groups.set(name, group);
    const zone = group.zones.find((one) => one.zone === cell.zone);
    if (zone) {
      zone.people += cell.people;
    } else {
      group.zones.push({ zone: cell.zone, people: cell.people });
    }
    group.people += cell.people;
    const { flow, trigger, zone: place, local } = cell;
    const key = keyOf(cell);
    const fire = fires.get(key) ?? { flow, trigger, zone: place, local, people: 0, cells: [] };
    if (!fires.has(key)) {
      fires.set(key, fire);
      group.fires.push(fire);
    }
    fire.people += cell.people;
    fire.cells.push(cell);
  }
  const order = (/** @type {Cell} */ cell) => KINDS.indexOf(kindOf(cell));
  for (const group of groups.values()) {
    group.zones.sort((a, b) => b.people - a.people);
    group.fires.sort((a, b) => placeOf(a.local) - placeOf(b.local));
    group.fires.forEach((fire) => fire.cells.sort((a, b) => order(a) - order(b)));
  }
  return [...groups.values()].sort((a, b) => placeOf(a.fires[0].local) - placeOf(b.fires[0].local));
}

/** How many people each kind is for. @param {Cell[]} cells */
export function sumsOf(cells) {
  const sums = { text: 0, template: 0, held: 0, refused: 0 };
  for (const cell of cells) {
    sums[kindOf(cell)] += cell.people;
  }
  return sums;
}

/** The costs of cells, summed by currency. @param {Cell[]} cells */
export function costOf(cells) {
  /** @type {Map<string, number>} */
  const sums = new Map();
  for (const { cost } of cells) {
    const [, amount, currency] = /^([\d.]+) (\w+)$/.exec(cost ?? '') ?? [];
    if (amount) {
      sums.set(currency, (sums.get(currency) ?? 0) + Number(amount));
    }
  }
  return [...sums].map(([currency, amount]) => new Intl.NumberFormat(document.documentElement.lang || 'en', { style: 'currency', currency, maximumFractionDigits: 4 }).format(amount)).join(' + ');
}

/** The last part of a zone's name, as people call the place. @param {string} zone */
export const cityOf = (zone) => zone.split('/').pop()?.replaceAll('_', ' ') ?? zone;
