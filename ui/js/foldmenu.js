// @ts-check
/** The menu of the blocks of a drawing: folds and opens each by the keyboard, and all at once. */
import { html } from '../vendor/preact.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';
import { Menu } from './menu.js';

/**
 * @param {object} props
 * @param {Map<string, any[]>} props.blocks with their steps
 * @param {string[]} props.folded names of blocks
 * @param {(names: string[], folded: boolean) => void} props.fold
 */
export function Folds({ blocks, folded, fold }) {
  if (!blocks.size) return null;
  const names = [...blocks.keys()];
  const items = (/** @type {() => void} */ close) => {
    const item = (/** @type {any} */ face, /** @type {string[]} */ of, /** @type {boolean} */ hidden) =>
      html`<button type="button" role="menuitem" tabindex="-1" key=${of.join()} onClick=${() => {
        close();
        fold(of, hidden);
      }}>${face}</button>`;
    const all = folded.length < names.length;
    return html`${names.length > 1 && item(html`<b>${t(all ? 'map.block.fold_all' : 'map.block.open_all')}</b>`, names, all)}
      ${names.map((name) => {
        const is = folded.includes(name);
        return item(html`<span class="grow" dir="auto">${t(is ? 'map.block.open' : 'map.block.fold', { name })}</span><small>${t('map.block.steps', { n: blocks.get(name)?.length ?? 0 })}</small>`, [name], !is);
      })}`;
  };
  return html`<${Menu} face=${html`<${Icon} n="fold" />`} label=${t('map.blocks')} place="map-folds" items=${items} />`;
}
