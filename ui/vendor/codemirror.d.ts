export * from './build/codemirror.js';
