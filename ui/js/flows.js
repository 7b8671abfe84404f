// @ts-check
// The page of flows: the list of files, editor, map, dock and chat.
import { html, useEffect } from '../vendor/preact.js';
import * as address from './address.js';
import { Chat } from './chat.js';
import * as drawing from './drawing.js';
import { EditPane } from './editpane.js';
import { Files } from './files.js';
import { worst } from './findings.js';
import { Icon } from './icons.js';
import { t } from './i18n.js';
import { keyPressed } from './keys.js';
import { Map } from './map.js';
import { may } from './session.js';
import { pane } from './state.js';
import * as talk from './talk.js';
import { Dock } from './trace.js';

const PANES = /** @type {const} */ ([
  ['edit', 'pen'],
  ['map', 'flows'],
  ['chat', 'say'],
  ['trace', 'list'],
]);

/** Without a talk there is nothing to trace either. */
const shownPanes = () => PANES.filter(([name]) => may('play_talk') || name === 'edit' || name === 'map');

function BottomBar() {
  return html`<nav class="bottom" aria-label=${t('panes')}>
    ${shownPanes().map(
      ([name, icon]) =>
        html`<button key=${name} aria-pressed=${pane.value === name} onClick=${() => (pane.value = name)}>
          <${Icon} n=${icon} s=${19} /><span>${t(`pane.${name}`)}</span>
          ${name === 'trace' && worst() && html`<i class=${`bottom-dot ${worst()}`}></i>`}
        </button>`,
    )}
  </nav>`;
}

let begun = false;

/** Follows the address, the texts and the edits from now on. */
function begin() {
  if (!begun) {
    begun = true;
    address.begin();
    drawing.begin();
    if (may('play_talk')) {
      talk.begin();
    }
  }
}

export function Page() {
  useEffect(() => {
    begin();
    addEventListener('keydown', keyPressed);
    return () => removeEventListener('keydown', keyPressed);
  }, []);
  return html`<div class="studio" data-pane=${pane.value}>
    <h1 class="hidden">${t('pages.flows')}</h1>
    <${Files} />
    <div class="middle">
      <div class="pair"><${EditPane} /><${Map} /></div>
      ${may('play_talk') && html`<${Dock} />`}
    </div>
    ${may('play_talk') && html`<${Chat} />`}
    <${BottomBar} />
  </div>`;
}
