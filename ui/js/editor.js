// @ts-check
// The editor: one view that shows the open file, with its own history for each file.
import { effect, html, untracked, useEffect, useRef } from '../vendor/preact.js';
import * as CM from '../vendor/codemirror.js';
import { asButton, words } from './findingwords.js';
import { t } from './i18n.js';
import { colours, hangingLines, markedLine, rhai, setMark, variables } from './look.js';
import { client, mend, syncSoon } from './lsp.js';
import { languageOf, uriOf } from './texts.js';
import { definition, format, rename } from './commands.js';
import { edit, hold } from './edits.js';
import { mayEdit } from './session.js';
import { bot, cursor, files, findings, mark, open, target } from './state.js';
import { typedOver } from './typing.js';

const { EditorState, EditorView, keymap } = CM;

/** The keys of the search, before it is loaded. */
const SEARCH_KEYS = ['Mod-f', 'F3', 'Mod-g', 'Mod-Shift-l', 'Mod-Alt-g', 'Mod-d'];
const search = new CM.Compartment();
/** The extensions of the search; none until somebody has looked for something. @type {any[]} */
let found = [];

/** @type {any} */
let view = null;
/** States of files that were shown before, with their history. @type {Map<string, any>} */
const left = new Map();
let shown = '';

const nonce = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name=csp-nonce]')).content;

/** The commands on the open file, for buttons and the search. */
export const commands = {
  rename: () => view && rename(view, shown),
  format: () => view && format(view),
  /** Asks for the new name of the flow in a file, as soon as the editor shows it. @param {string} path */
  renameFlow: async (path) => {
    const found = /^flow:[ \t]*["']?/m.exec((await hold(path))?.text ?? '');
    if (found && view) {
      display(path, files.value.get(path)?.text ?? '');
      view.dispatch({ selection: { anchor: found.index + found[0].length } });
      rename(view, path);
    }
  },
  nextFinding: () => view && CM.nextDiagnostic(view) && view.focus(),
};

/** Reads the search, and gives it to the file that is shown. */
async function withSearch() {
  const module = await import('../vendor/search.js');
  if (found.length === 0) {
    found = [module.highlightSelectionMatches(), module.search({ top: true }), keymap.of(module.searchKeymap)];
  }
  addSearch();
  return module;
}

/** A file that was shown before the search was there has none. */
function addSearch() {
  if (view && found.length && /** @type {any} */ (search.get(view.state))?.length === 0) {
    view.dispatch({ effects: search.reconfigure(found) });
  }
}

/** Does after loading what the key would have done. @param {any} one @param {string} key */
function seek(one, key) {
  withSearch().then(
    (module) => module.searchKeymap.find((/** @type {any} */ bound) => bound.key === key)?.run?.(one),
    () => {},
  );
  return true;
}

/** @param {string} path */
const extensionsOf = (path) => [
  EditorView.cspNonce.of(nonce),
  CM.lineNumbers(),
  CM.lintGutter({ tooltipFilter: () => [] }),
  CM.foldGutter({ openText: '⌄', closedText: '›' }),
  CM.highlightSpecialChars(),
  CM.history(),
  CM.drawSelection(),
  CM.bracketMatching(),
  CM.closeBrackets(),
  CM.highlightActiveLine(),
  CM.highlightActiveLineGutter(),
  search.of(found),
  languageOf(path) === 'rhai' ? rhai : languageOf(path) === 'yaml' ? CM.yaml() : [],
  CM.syntaxHighlighting(colours),
  CM.indentUnit.of('  '),
  EditorState.tabSize.of(2),
  EditorState.readOnly.of(!mayEdit() || Boolean(bot.value?.files.find((/** @type {any} */ file) => file.path === path)?.read_only)),
  EditorState.phrases.of(phrases),
  EditorView.lineWrapping,
  variables,
  hangingLines,
  markedLine,
  CM.serverCompletion(),
  CM.hoverTooltips({ hoverTime: 300 }),
  client.plugin(uriOf(path), languageOf(path)),
  keymap.of([
    { key: 'F12', run: (one) => definition(one), preventDefault: true },
    { key: 'F2', run: (one) => rename(one, shown), preventDefault: true },
    { key: 'Shift-Alt-f', run: (one) => format(one), preventDefault: true },
    { key: 'F8', run: CM.nextDiagnostic, shift: CM.previousDiagnostic, preventDefault: true },
    { key: 'Mod-.', run: () => false },
    { key: 'Tab', run: CM.acceptCompletion },
    ...CM.closeBracketsKeymap,
    ...CM.completionKeymap,
    ...SEARCH_KEYS.map((key) => ({ key, run: (/** @type {any} */ one) => found.length === 0 && seek(one, key), preventDefault: true })),
    ...CM.historyKeymap,
    ...CM.foldKeymap,
    ...CM.defaultKeymap,
    CM.indentWithTab,
  ]),
  EditorView.contentAttributes.of({
    'aria-label': t('editor.label', { file: path }),
    autocapitalize: 'off',
    autocorrect: 'off',
    spellcheck: 'false',
    translate: 'no',
  }),
  EditorView.domEventHandlers({
    mousedown: (event, one) => (event.ctrlKey || event.metaKey) && definition(one, one.posAtCoords(event)),
  }),
  typedOver,
  EditorView.updateListener.of(updated),
];

/** Words of CodeMirror itself, in the page's language. */
const phrases = {
  Find: t('find.find'),
  Replace: t('find.replace'),
  next: t('find.next'),
  previous: t('find.previous'),
  all: t('find.all'),
  'match case': t('find.case'),
  'by word': t('find.word'),
  regexp: t('find.regexp'),
  replace: t('find.replace_one'),
  'replace all': t('find.replace_all'),
  close: t('close'),
  'Fold line': t('editor.fold'),
  'Unfold line': t('editor.unfold'),
};

/** @param {any} change */
function updated(change) {
  if (change.docChanged) {
    edit(shown, change.state.doc.toString());
    syncSoon();
  }
  // The other places of what is selected are marked by the search.
  if (found.length === 0 && change.selectionSet && !change.state.selection.main.empty) withSearch().catch(() => {});
  if (change.selectionSet || change.docChanged || change.focusChanged) {
    const line = change.state.doc.lineAt(change.state.selection.main.head).number;
    const before = cursor.peek();
    if (before?.path !== shown || before.line !== line) {
      cursor.value = { path: shown, line };
    }
  }
}

/** @param {string} path @param {string} text */
const newState = (path, text) => EditorState.create({ doc: text, extensions: extensionsOf(path) });

/** Shows a file; its history is kept when another one is shown. @param {string} path @param {string} text */
function display(path, text) {
  if (shown && shown !== path) {
    left.set(shown, view.state);
  }
  const before = left.get(path);
  shown = path;
  view.setState(before ?? newState(path, text));
  addSearch();
  same(text);
  const line = view.state.doc.lineAt(view.state.selection.main.head).number;
  cursor.value = { path, line };
}

/** Takes over a text that was changed elsewhere, so that the cursor stays. @param {string} text */
function same(text) {
  const now = view.state.doc.toString();
  if (now === text) {
    return;
  }
  let from = 0;
  while (from < now.length && from < text.length && now[from] === text[from]) {
    from++;
  }
  let tail = 0;
  while (tail < now.length - from && tail < text.length - from && now.at(-1 - tail) === text.at(-1 - tail)) {
    tail++;
  }
  view.dispatch({
    changes: { from, to: now.length - tail, insert: text.slice(from, text.length - tail) },
    userEvent: 'input.outside',
  });
}

/** Puts the cursor to a place and the place into view. @param {number} line @param {number} column */
function goTo(line, column) {
  const doc = view.state.doc;
  const at = doc.line(Math.max(1, Math.min(line, doc.lines)));
  const place = Math.min(at.from + column - 1, at.to);
  view.dispatch({ selection: { anchor: place }, effects: EditorView.scrollIntoView(place, { y: 'center' }) });
  view.focus();
}

/** The findings of the open file as CodeMirror wants them. */
function underline() {
  const doc = view.state.doc;
  const at = (/** @type {number} */ line, /** @type {number} */ column) => {
    const found = doc.line(Math.max(1, Math.min(line, doc.lines)));
    return Math.min(found.from + column - 1, found.to);
  };
  const list = findings.value
    .filter((one) => one.path === shown)
    .map((one) => {
      const from = at(one.line, one.column);
      const actions = one.repair ? [{ name: asButton(one.repair.title), apply: () => mend(one) }] : [];
      const to = Math.max(from, at(one.endLine, one.endColumn));
      return { from, to, severity: one.severity, source: one.code, message: one.message, actions, renderMessage: () => words(one) };
    });
  view.dispatch(CM.setDiagnostics(view.state, list));
}

/** @param {HTMLElement} parent */
function start(parent) {
  // The nonce is needed before the first file: CodeMirror writes its rules when the view is made.
  view = new EditorView({ parent, state: EditorState.create({ extensions: [EditorView.cspNonce.of(nonce)] }) });
  const stops = [
    effect(() => {
      const path = open.value;
      const text = path ? files.value.get(path)?.text : null;
      const wanted = target.value;
      if (!path || text == null) {
        return;
      }
      untracked(() => {
        if (shown === path) {
          same(text);
        } else {
          display(path, text);
        }
        if (wanted?.path === path) {
          goTo(wanted.line, wanted.column);
          target.value = null;
        }
      });
    }),
    effect(() => {
      open.value;
      findings.value;
      files.value;
      if (shown) {
        untracked(underline);
      }
    }),
    effect(() => {
      const here = mark.value;
      const line = here && here.path === open.value ? here.line : null;
      untracked(() => view.dispatch({ effects: setMark.of(line) }));
    }),
  ];
  return () => {
    stops.forEach((stop) => stop());
    if (shown) {
      left.set(shown, view.state);
    }
    shown = '';
    view.destroy();
    view = null;
  };
}

export function Editor() {
  const place = useRef(/** @type {any} */ (null));
  useEffect(() => start(place.current), []);
  return html`<div class="editor" ref=${place} data-testid="editor" dir="ltr"></div>`;
}
