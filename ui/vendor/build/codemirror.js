export {
  Decoration, EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers,
} from '@codemirror/view';
export { Annotation, ChangeSet, EditorState, StateEffect, StateField, Text } from '@codemirror/state';
export { yaml } from '@codemirror/lang-yaml';
export { forceLinting, lintGutter, nextDiagnostic, previousDiagnostic, setDiagnostics } from '@codemirror/lint';
export { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion } from '@codemirror/autocomplete';
export { defaultKeymap, history, historyKeymap, indentWithTab, redo, undo } from '@codemirror/commands';
export {
  HighlightStyle, StreamLanguage, bracketMatching, foldGutter, foldKeymap, indentUnit, syntaxHighlighting,
} from '@codemirror/language';
// For search.js, which takes them from here.
export { ViewPlugin, getDialog, getPanel, runScopeHandlers, showDialog, showPanel } from '@codemirror/view';
export {
  CharCategory, Compartment, EditorSelection, Facet, Prec, RangeSetBuilder, codePointAt, codePointSize, combineConfig, findClusterBreak, fromCodePoint,
} from '@codemirror/state';
export { tags } from '@lezer/highlight';
export { LSPClient, LSPPlugin, Workspace, formatDocument, hoverTooltips, serverCompletion } from '@codemirror/lsp-client';
