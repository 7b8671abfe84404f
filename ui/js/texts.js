// @ts-check
// Keeps the language server's texts equal to those of the page: the text of the editor, and all with unpublished edits.
import { ChangeSet, LSPPlugin, Text, Workspace } from '../vendor/codemirror.js';
import { edits, files } from './state.js';

export const ROOT = 'file:///bot/';
/** @param {string} path */
export const uriOf = (path) => ROOT + path.split('/').map(encodeURIComponent).join('/');
/** @param {string} uri */
export const pathOf = (uri) => decodeURIComponent(uri.slice(ROOT.length));

/** @param {string} text */
export const docOf = (text) => Text.of(text.split(/\r\n?|\n/));

/** The texts that the server knows: that of the editor, and all with unpublished edits. */
export class Texts extends Workspace {
  /** @type {any[]} */
  files = [];
  /** @type {Map<string, number>} */
  versions = new Map();

  /** @param {string} uri */
  next(uri) {
    const version = (this.versions.get(uri) ?? -1) + 1;
    this.versions.set(uri, version);
    return version;
  }

  /** The changes since the last call. */
  syncFiles() {
    const moved = [];
    for (const file of this.files) {
      const plugin = file.view && LSPPlugin.get(file.view);
      const changes = plugin ? plugin.unsyncedChanges : between(file.doc, files.value.get(pathOf(file.uri))?.text);
      if (!changes.empty) {
        moved.push({ changes, file, prevDoc: file.doc });
        file.doc = plugin ? file.view.state.doc : changes.apply(file.doc);
        file.version = this.next(file.uri);
        plugin?.clear();
      }
    }
    return moved;
  }

  /**
   * @param {string} uri
   * @param {string} languageId
   * @param {any} doc
   * @param {any} view
   */
  add(uri, languageId, doc, view) {
    const file = { uri, languageId, version: this.next(uri), doc, view, getView: () => file.view };
    this.files.push(file);
    this.client.didOpen(file);
  }

  /**
   * @param {string} uri
   * @param {string} languageId
   * @param {any} view
   */
  openFile(uri, languageId, view) {
    const known = this.getFile(uri);
    if (known) {
      this.remove(uri);
    }
    this.add(uri, languageId, view.state.doc, view);
  }

  /**
   * @param {string} uri
   * @param {any} view
   */
  closeFile(uri, view) {
    const known = /** @type {any} */ (this.getFile(uri));
    if (known?.view !== view) {
      return;
    }
    this.remove(uri);
    const text = edits.value[pathOf(uri)];
    if (text != null) {
      this.add(uri, known.languageId, docOf(text), null);
    }
  }

  /** @param {string} uri */
  remove(uri) {
    this.files = this.files.filter((file) => file.uri !== uri);
    this.client.didClose(uri);
  }

  /** Opens texts with edits that no editor shows, and closes those whose edits are gone. @param {Set<string>} wanted */
  lay(wanted) {
    for (const file of this.files.filter((one) => !one.view && !wanted.has(pathOf(one.uri)))) {
      this.remove(file.uri);
    }
    for (const path of wanted) {
      const text = files.value.get(path)?.text;
      if (text != null && !this.getFile(uriOf(path))) {
        this.add(uriOf(path), languageOf(path), docOf(text), null);
      }
    }
  }
}

/**
 * @param {any} doc
 * @param {string | null | undefined} text
 */
function between(doc, text) {
  const next = docOf(text ?? doc.toString());
  return next.eq(doc) ? ChangeSet.empty(doc.length) : ChangeSet.of({ from: 0, to: doc.length, insert: next }, doc.length);
}

/** @param {string} path */
export const languageOf = (path) => (path.endsWith('.rhai') ? 'rhai' : /\.(md|txt|csv)$/.test(path) ? 'plaintext' : 'yaml');
