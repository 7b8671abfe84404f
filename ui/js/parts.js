// @ts-check
// The panes beside the editor.
import { html } from '../vendor/preact.js';
import { FindingCount, Findings } from './findings.js';
import { t } from './i18n.js';

export const Map = () => null;

export const Chat = () => null;

export const Dock = () =>
  html`<section class="pane dock" aria-label=${t('findings')}>
    <header class="pane-head"><h2>${t('findings')}</h2><${FindingCount} /></header>
    <div class="dock-body"><${Findings} /></div>
  </section>`;
