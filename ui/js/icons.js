// @ts-check
// Line icons of 24 by 24, drawn in the colour of the text.
import { h } from '../vendor/preact.js';

/** @type {Record<string, string>} */
const PATHS = {
  alert: 'M12 9v4M12 17h0M10.3 3.9 1.8 18a2 2 0 0 0 1.7 3h17a2 2 0 0 0 1.7-3L13.7 3.900a2 2 0 0 0-3.4 0Z',
  back: 'M19 12H5M12 19l-7-7 7-7',
  bulb: 'M9 18h6M10 22h4M12 2a7 7 0 0 0-4 12.700c.6.5 1 1.3 1 2.300h6c0-1 .4-1.8 1-2.300A7 7 0 0 0 12 2Z',
  check: 'M20 6 9 17l-5-5',
  clock: 'M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20ZM12 6v6l4 2',
  code: 'M16 18l6-6-6-6M8 6l-6 6 6 6',
  cog: 'M4 6h10M18 6h2M4 12h2M10 12h10M4 18h8M16 18h4M16 4v4M8 10v4M14 16v4',
  copy: 'M9 9h11v11H9ZM5 15H4V4h11v1',
  dots: 'M12 6h0M12 12h0M12 18h0',
  file: 'M14 2H6a2 2 0 0 0-2 2v16a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V8ZM14 2v6h6',
  fit: 'M8 3H5a2 2 0 0 0-2 2v3M21 8V5a2 2 0 0 0-2-2h-3M16 21h3a2 2 0 0 0 2-2v-3M3 16v3a2 2 0 0 0 2 2h3',
  flag: 'M4 22V4a1 1 0 0 1 1-1h13l-2 5 2 5H4',
  flask: 'M9 3h6M10 3v6.500L4.6 18A2 2 0 0 0 6.3 21h11.400a2 2 0 0 0 1.7-3L14 9.500V3M7.5 15h9',
  flows: 'M6 3v12M18 9a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM6 21a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM18 9a9 9 0 0 1-9 9',
  globe: 'M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20ZM2 12h20M12 2a15 15 0 0 1 0 20 15 15 0 0 1 0-20',
  in: 'M5 12h14M12 5l7 7-7 7',
  keys: 'M3 6h18v12H3ZM7 10h0M12 10h0M17 10h0M8 14h8',
  language: 'M5 8l6 6M4 14l6-6 2-3M2 5h12M7 2h1M22 22l-5-10-5 10M14 18h6',
  link: 'M14 4h6v6M20 4l-9 9M18 14v4a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2h4',
  list: 'M8 6h13M8 12h13M8 18h13M3 6h0M3 12h0M3 18h0',
  lock: 'M5 11h14a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2ZM7 11V7a5 5 0 0 1 10 0v4',
  minus: 'M5 12h14',
  moon: 'M21 12.800A9 9 0 1 1 11.2 3a7 7 0 0 0 9.8 9.800Z',
  next: 'M5 4l10 8-10 8ZM19 5v14',
  offline: 'M2 2l20 20M8.5 16.500a5 5 0 0 1 7 0M5 12.900a10 10 0 0 1 5-2.700M19 12.900a10 10 0 0 0-2-1.500M2 8.800a15 15 0 0 1 4.2-2.600M22 8.800A15 15 0 0 0 10.7 5M12 20h0',
  other: 'M12 12h0',
  out: 'M19 12H5M12 19l-7-7 7-7',
  pause: 'M6 4h4v16H6ZM14 4h4v16h-4Z',
  pen: 'M12 20h9M16.5 3.500a2.1 2.1 0 0 1 3 3L7 19l-4 1 1-4Z',
  people: 'M16 21v-2a4 4 0 0 0-4-4H6a4 4 0 0 0-4 4v2M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM22 21v-2a4 4 0 0 0-3-3.900M16 3.100a4 4 0 0 1 0 7.8',
  phone: 'M7 2h10a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2ZM12 18h0',
  play: 'M6 4l14 8-14 8Z',
  plus: 'M12 5v14M5 12h14',
  publish: 'M12 19V5M5 12l7-7 7 7',
  question: 'M9.1 9a3 3 0 0 1 5.8 1c0 2-3 3-3 3M12 17h0M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20Z',
  restart: 'M3 12a9 9 0 1 0 9-9 9.7 9.7 0 0 0-6.7 2.700L3 8M3 3v5h5',
  say: 'M21 15a2 2 0 0 1-2 2H7l-4 4V5a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2Z',
  search: 'M11 19a8 8 0 1 0 0-16 8 8 0 0 0 0 16ZM21 21l-4.3-4.3',
  send: 'M22 2 11 13M22 2l-7 20-4-9-9-4Z',
  sun: 'M12 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10ZM12 1v2M12 21v2M4.2 4.200l1.4 1.400M18.4 18.400l1.4 1.400M1 12h2M21 12h2M4.2 19.800l1.4-1.400M18.4 5.600l1.4-1.4',
  template: 'M4 4h16v16H4ZM4 9h16M9 9v11',
  trigger: 'M13 2 3 14h9l-1 8 10-12h-9Z',
  undo: 'M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3',
  user: 'M20 21v-2a4 4 0 0 0-4-4H8a4 4 0 0 0-4 4v2M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z',
  variable: 'M4 7V4h16v3M9 20h6M12 4v16',
  x: 'M18 6 6 18M6 6l12 12',
};

/**
 * @param {{n: string, s?: number, class?: string}} props `n` is the name, `s` the size in pixels
 */
export const Icon = ({ n, s = 16, class: name = '' }) =>
  h(
    'svg',
    {
      width: s,
      height: s,
      viewBox: '0 0 24 24',
      fill: 'none',
      stroke: 'currentColor',
      'stroke-width': 2,
      'stroke-linecap': 'round',
      'stroke-linejoin': 'round',
      'aria-hidden': 'true',
      class: `icon ${name}`,
    },
    h('path', { d: PATHS[n] ?? PATHS.other }),
  );
