export * from './build/search.js';
