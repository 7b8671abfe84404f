// @ts-check
// Shows a file that changed on disk below unpublished edits: both texts by lines, and the choice between them, as a
// whole or by piece.
import { html, useMemo, useState } from '../vendor/preact.js';
import { DialogHead, close } from './dialogs.js';
import { edit, keepMine, takeTheirs } from './edits.js';
import { t } from './i18n.js';
import { Lines, linesOf, pieces, theirsAlone } from './lines.js';
import { files, say } from './state.js';

/** @typedef {'mine' | 'theirs'} Side */

/** @param {{at: number, side: Side, set: (side: Side) => void}} props */
const Choice = ({ at, side, set }) =>
  html`<div class="difference-choice segments" role="group" aria-label=${t('difference.piece', { n: at })}>
    ${/** @type {Side[]} */ (['theirs', 'mine']).map((one) => html`<button type="button" key=${one} aria-pressed=${side === one} onClick=${() => set(one)}>${t(`difference.take.${one}`)}</button>`)}
  </div>`;

/** @param {{shown: any}} props */
export function Difference({ shown }) {
  const { path } = shown;
  const file = files.value.get(path);
  const [disk, mine] = [file?.disk ?? '', file?.text ?? ''];
  const all = useMemo(() => pieces(linesOf(disk), linesOf(mine)), [disk, mine]);
  const [chosen, setChosen] = useState(/** @type {Record<number, Side>} */ ({}));
  // A piece that only the colleague changed is theirs until somebody says otherwise: keeping ours would undo their work.
  const sides = useMemo(() => {
    const alone = file?.from == null ? [] : theirsAlone(all, linesOf(file.from), linesOf(mine));
    return { ...Object.fromEntries(alone.map((at) => [at, /** @type {Side} */ ('theirs')])), ...chosen };
  }, [all, file?.from, mine, chosen]);
  const choose = (/** @type {(path: string) => void} */ done) => {
    done(path);
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
    html`<${Choice} key=${`c${at}`} at=${differing.indexOf(at) + 1} side=${sides[at] ?? 'mine'} set=${(/** @type {Side} */ side) => setChosen({ ...chosen, [at]: side })} />`;
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
      <button type="button" class=${`button ${byPiece ? '' : 'main'}`} data-first=${!byPiece} onClick=${() => choose(keepMine)}>${t('editor.keep_mine')}</button>
      ${byPiece && html`<button type="button" class="button main" data-first onClick=${merge}>${t('difference.merge')}</button>`}
    </footer>
  </div>`;
}
