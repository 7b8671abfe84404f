export * from './build/preact.js';
