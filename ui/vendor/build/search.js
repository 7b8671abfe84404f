// The box that finds and replaces. It is loaded when somebody looks for something, on top of codemirror.js.
export { highlightSelectionMatches, openSearchPanel, search, searchKeymap } from '@codemirror/search';
