// @ts-check
// How the editor shows a flow: colours, `${…}` inside texts, indentation of wrapped lines, the line of the talk.
import { Decoration, EditorView, HighlightStyle, StateEffect, StateField, StreamLanguage, tags } from '../vendor/codemirror.js';

export const colours = HighlightStyle.define([
  { tag: tags.propertyName, class: 'cm-s-key' },
  { tag: [tags.string, tags.content], class: 'cm-s-text' },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], class: 'cm-s-comment' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], class: 'cm-s-number' },
  { tag: tags.keyword, class: 'cm-s-key' },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace, tags.meta], class: 'cm-s-mark' },
]);

/** Shows or hides the line that the talk is at. @type {any} */
export const setMark = StateEffect.define();

/** The line that the talk is at. */
export const markedLine = StateField.define({
  create: () => Decoration.none,
  update(shown, change) {
    let next = shown.map(change.changes);
    for (const effect of change.effects) {
      if (effect.is(setMark)) {
        next =
          effect.value === null || effect.value > change.state.doc.lines
            ? Decoration.none
            : Decoration.set([Decoration.line({ class: 'cm-running' }).range(change.state.doc.line(effect.value).from)]);
      }
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/**
 * Decorations that follow from the text alone.
 * @param {(doc: any) => any} made
 */
const fromText = (made) =>
  StateField.define({
    create: (state) => made(state.doc),
    update: (shown, change) => (change.docChanged ? made(change.state.doc) : shown),
    provide: (field) => EditorView.decorations.from(field),
  });

const variable = Decoration.mark({ class: 'cm-var' });

/** Expressions inside texts, and not `$${`, which writes the two characters themselves. */
export const variables = fromText((doc) => {
  const found = [];
  for (const match of doc.toString().matchAll(/(?<!\$)\$\{[^}\n]*\}/g)) {
    found.push(variable.range(match.index, match.index + match[0].length));
  }
  return Decoration.set(found);
});

const INDENTS_MAX = 12;
/** Classes and not inline styles: the page's policy forbids those. */
const indents = Array.from({ length: INDENTS_MAX + 1 }, (_, depth) => Decoration.line({ class: `cm-indent-${depth}` }));

/** Wrapped lines keep the indentation of their first line. */
export const hangingLines = fromText((doc) => {
  const found = [];
  for (let number = 1; number <= doc.lines; number++) {
    const line = doc.line(number);
    const lead = /^ *(- )*(# )?/.exec(line.text)?.[0].length ?? 0;
    if (lead) {
      found.push(indents[Math.min(INDENTS_MAX, Math.ceil(lead / 2))].range(line.from));
    }
  }
  return Decoration.set(found);
});

const WORDS = /^(?:let|const|fn|if|else|for|in|while|loop|return|switch|import|as|throw|try|catch|do|until|break|continue|private|this)\b/;

/** Scripts: comments, texts, numbers and words of the language. */
export const rhai = StreamLanguage.define({
  name: 'rhai',
  startState: () => ({ inComment: false }),
  token(stream, state) {
    if (state.inComment) {
      state.inComment = !stream.match(/^.*?\*\//);
      if (state.inComment) {
        stream.skipToEnd();
      }
      return 'comment';
    }
    if (stream.match('//')) {
      stream.skipToEnd();
      return 'comment';
    }
    if (stream.match('/*')) {
      state.inComment = true;
      return 'comment';
    }
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/) || stream.match(/^'(?:[^'\\]|\\.)'/) || stream.match(/^`[^`]*`?/)) {
      return 'string';
    }
    if (stream.match(/^\d[\d_.]*/) || stream.match(/^(?:true|false)\b/)) {
      return 'number';
    }
    if (stream.match(WORDS)) {
      return 'keyword';
    }
    if (stream.match(/^[A-Za-z_]\w*/)) {
      return null;
    }
    stream.next();
    return 'punctuation';
  },
  languageData: { commentTokens: { line: '//', block: { open: '/*', close: '*/' } } },
});
