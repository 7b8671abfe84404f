// @ts-check
// Shows a file that changed on disk below unpublished edits: both texts by lines, and the choice between them, as a
// whole or by piece.
import { html, useMemo, useState } from '../vendor/preact.js';
import { DialogHead, close } from './dialogs.js';
import { edit, keepMine, takeTheirs } from './edits.js';
import { t } from './i18n.js';
import { Lines, linesOf, pieces } from './lines.js';
import { files, say } from './state.js';

/** @typedef {'mine' | 'theirs'} Side */

/** @param {{at: number, side: Side, set: (side: Side) => void}} props */
const Choice = ({ at, side, set }) =>
  html`<div class="difference-choice map-switch" role="group" aria-label=${t('difference.piece', { n: at })}>
    ${/** @type {Side[]} */ (['theirs', 'mine']).map((one) => html`<button type="button" key=${one} aria-pressed=${side === one} onClick=${() => set(one)}>${t(`difference.take.${one}`)}</button>`)}
  </div>`;

/** @param {{shown: any}} props */
export function Difference({ shown }) {
  const { path } = shown;
  const file = files.value.get(path);
  const [disk, mine] = [file?.disk ?? '', file?.text ?? ''];
  const all = useMemo(() => pieces(linesOf(disk), linesOf(mine)), [disk, mine]);
  const [sides, setSides] = useState(/** @type {Record<number, Side>} */ ({}));
  const choose = (/** @type {(path: string) => void} */ chosen) => {
    chosen(path);
    close();
  };
  const differing = all.flatMap((piece, at) => ('same' in piece ? [] : [at]));
  const merge = () => {
    const lines = all.flatMap((piece, at) => ('same' in piece ? piece.same : sides[at] === 'theirs' ? piece.before : piece.after));
    edit(path, `${lines.join('\n')}\n`);
    keepMine(path);
    close();
    say(t('difference.merged'));
  };
  const choice = (/** @type {any} */ _, /** @type {number} */ at) =>
    differing.length > 1 &&
    html`<${Choice} key=${`c${at}`} at=${differing.indexOf(at) + 1} side=${sides[at] ?? 'mine'} set=${(/** @type {Side} */ side) => setSides({ ...sides, [at]: side })} />`;
  const byPiece = Object.values(sides).includes('theirs');
  const says = { before: t('difference.disk'), after: t('difference.mine') };
  return html`<div>
    <${DialogHead} title=${t('difference.title')} />
    <p class="muted"><bdi class="mono">${path}</bdi> · <span class="minus">− ${says.before}</span> · <span class="plus">+ ${says.after}</span></p>
    <div class="difference" dir="ltr" tabindex="0" role="group" aria-label=${t('difference.title')}>
      <${Lines} all=${all} says=${says} choice=${choice} />
    </div>
    <footer>
      <button type="button" class="button" onClick=${() => choose(takeTheirs)}>${t('editor.take_theirs')}</button>
      <button type="button" class=${`button ${byPiece ? '' : 'main'}`} data-first onClick=${() => choose(keepMine)}>${t('editor.keep_mine')}</button>
      ${byPiece && html`<button type="button" class="button main" onClick=${merge}>${t('difference.merge')}</button>`}
    </footer>
  </div>`;
}
