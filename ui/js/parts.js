// @ts-check
// The panes beside the editor.
export { Chat } from './chat.js';
export { Map } from './map.js';
export { Dock } from './trace.js';
