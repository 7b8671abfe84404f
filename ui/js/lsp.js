// @ts-check
// Talks to the language server over a WebSocket: which texts it knows, findings with their repairs, renaming.
import { effect } from '../vendor/preact.js';
import { ChangeSet, LSPClient } from '../vendor/codemirror.js';
import { ROOT, Texts, docOf, pathOf, uriOf } from './texts.js';
import { signedOut } from './api.js';
import { edit, hold, refresh } from './edits.js';
import { mayEdit } from './session.js';
import { checked, edits, files, findings, say } from './state.js';

const SYNC_PAUSE_MS = 40;
const AGAIN_MS = [300, 1000, 2000, 5000];
/** So many closed files with findings are opened at the server, which knows repairs of open files only. */
const OPENED_FOR_REPAIRS = 20;

/** @type {Map<string, any[]>} */
const told = new Map();
/** Closed files that are open at the server for their repairs. @type {Set<string>} */
const forRepairs = new Set();

export const client = new LSPClient({
  rootUri: ROOT,
  timeout: 8000,
  workspace: (/** @type {any} */ one) => new Texts(one),
  sanitizeHTML: harmless,
  extensions: [{ clientCapabilities: { workspace: { workspaceEdit: { documentChanges: true, resourceOperations: ['rename'] } } } }],
  notificationHandlers: {
    'textDocument/publishDiagnostics': (_, params) => {
      checked.value = true;
      take(pathOf(params.uri), params.diagnostics);
      return true;
    },
    'window/showMessage': (_, params) => {
      say(params.message, params.type === 1 ? 'bad' : 'good');
      return true;
    },
  },
});

// Without a connection, as for somebody who only reads, a word under the mouse has no explanation, and that is no error.
const ask = client.request.bind(client);
client.request = /** @type {typeof client.request} */ (/** @type {unknown} */ ((/** @type {string} */ method, /** @type {any} */ params) => (client.connected ? ask(method, params) : Promise.resolve(null))));

const texts = /** @type {Texts} */ (client.workspace);

/**
 * @param {string} path
 * @param {any[]} list
 */
async function take(path, list) {
  told.set(path, list);
  findings.value = [...findings.value.filter((one) => one.path !== path), ...list.map((one) => findingOf(path, one))].sort(
    (a, b) => a.path.localeCompare(b.path) || a.line - b.line || a.column - b.column,
  );
  if (list.length === 0) {
    if (forRepairs.delete(path)) {
      lay();
    }
    return;
  }
  if (!texts.getFile(uriOf(path))) {
    if (forRepairs.size >= OPENED_FOR_REPAIRS || !(await hold(path))) {
      return;
    }
    forRepairs.add(path);
    lay();
  }
  const repairs = await repairsOf(path);
  if (told.get(path) === list && repairs.length > 0) {
    findings.value = findings.value.map((one) => (one.path === path ? { ...one, repair: repairFor(one, repairs) } : one));
  }
}

/**
 * @param {string} path
 * @param {any} told
 * @returns {import('./state.js').Finding}
 */
function findingOf(path, told) {
  const [first, ...more] = String(told.message).split('\nhelp: ');
  return {
    path,
    line: told.range.start.line + 1,
    column: told.range.start.character + 1,
    endLine: told.range.end.line + 1,
    endColumn: told.range.end.character + 1,
    severity: told.severity === 1 ? 'error' : 'warning',
    code: String(told.code ?? ''),
    message: first,
    help: told.data?.help ?? more.join('\nhelp: '),
    href: told.codeDescription?.href ?? '',
  };
}

/** @param {string} path */
async function repairsOf(path) {
  const end = { line: 1_000_000, character: 0 };
  const params = {
    textDocument: { uri: uriOf(path) },
    range: { start: { line: 0, character: 0 }, end },
    context: { diagnostics: [], only: ['quickfix'] },
  };
  const found = await request('textDocument/codeAction', params);
  return /** @type {any[]} */ (found ?? []);
}

/**
 * @param {import('./state.js').Finding} finding
 * @param {any[]} repairs
 */
function repairFor(finding, repairs) {
  return repairs.find((repair) =>
    repair.diagnostics?.some((/** @type {any} */ one) => {
      const { line, character } = one.range.start;
      return one.code === finding.code && line + 1 === finding.line && character + 1 === finding.column;
    }),
  );
}

/**
 * Asks the server with the newest texts. A refusal is a sentence; no answer gives neither.
 * @param {string} method
 * @param {any} params
 * @returns {Promise<{result: any, refusal: string}>}
 */
export async function attempt(method, params) {
  if (!client.connected) {
    return { result: null, refusal: '' };
  }
  client.sync();
  return client.request(method, params).then(
    (result) => ({ result, refusal: '' }),
    (error) => ({ result: null, refusal: error?.code === undefined ? '' : String(error.message) }),
  );
}

/**
 * Asks the server, and shows its refusal; null if it did not answer.
 * @param {string} method
 * @param {any} params
 */
export async function request(method, params) {
  const { result, refusal } = await attempt(method, params);
  if (refusal) {
    say(refusal, 'bad');
  }
  return result;
}

/**
 * The new texts of a workspace edit, by path, and the files that it moves.
 * @param {any} edit
 */
export async function textsOf(edit) {
  /** @type {Map<string, string>} */
  const next = new Map();
  /** @type {{from: string, to: string}[]} */
  const moves = [];
  const steps = edit.documentChanges ?? Object.entries(edit.changes ?? {}).map(([uri, all]) => ({ textDocument: { uri }, edits: all }));
  for (const step of steps) {
    if (step.kind === 'rename') {
      moves.push({ from: pathOf(step.oldUri), to: pathOf(step.newUri) });
      await hold(pathOf(step.oldUri));
      continue;
    }
    const path = pathOf(step.textDocument.uri);
    const text = (await hold(path))?.text;
    if (text != null) {
      next.set(path, edited(text, step.edits));
    }
  }
  return { next, moves };
}

/**
 * @param {string} text
 * @param {any[]} changes
 */
function edited(text, changes) {
  const doc = docOf(text);
  const at = (/** @type {{line: number, character: number}} */ place) =>
    Math.min(doc.line(Math.min(place.line + 1, doc.lines)).from + place.character, doc.length);
  const all = changes.map((one) => ({ from: at(one.range.start), to: at(one.range.end), insert: one.newText }));
  return ChangeSet.of(all, doc.length).apply(doc).toString();
}

/** Makes the repair of a finding: an edit like any other. @param {import('./state.js').Finding} finding */
export async function mend(finding) {
  const { next } = await textsOf(finding.repair?.edit ?? {});
  for (const [path, text] of next) {
    edit(path, text);
  }
}

/** Tells the server that files on disk changed. */
export function diskChanged() {
  if (client.connected) {
    client.notification('workspace/didChangeWatchedFiles', { changes: [] });
  }
}

const ALLOWED = new Set(['P', 'UL', 'OL', 'LI', 'CODE', 'PRE', 'EM', 'STRONG', 'BR', 'SPAN', 'TABLE', 'THEAD', 'TBODY', 'TR', 'TH', 'TD']);

/** Keeps paragraphs, lists, tables, code and emphasis of a text from the server. @param {string} html */
export function harmless(html) {
  const page = new DOMParser().parseFromString(html, 'text/html');
  for (const element of [...page.body.querySelectorAll('*')].reverse()) {
    if (!ALLOWED.has(element.tagName)) {
      element.replaceWith(...element.childNodes);
      continue;
    }
    for (const { name } of [...element.attributes]) {
      if (name !== 'class') {
        element.removeAttribute(name);
      }
    }
  }
  return page.body.innerHTML;
}

/** @type {Set<(words: string) => void>} */
const readers = new Set();
/** @type {WebSocket | null} */
let socket = null;
let tries = 0;

/** Connects to the server, and again whenever the connection is lost. */
function connect() {
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  const own = new WebSocket(`${scheme}//${location.host}/v1/studio/lsp`);
  socket = own;
  own.addEventListener('open', () => {
    tries = 0;
    texts.syncFiles();
    client.connect({
      send: (words) => own.readyState === WebSocket.OPEN && own.send(words),
      subscribe: (reader) => readers.add(reader),
      unsubscribe: (reader) => readers.delete(reader),
    });
  });
  own.addEventListener('message', (event) => readers.forEach((reader) => reader(event.data)));
  own.addEventListener('close', () => {
    if (socket === own) {
      if (tries === 0) {
        client.disconnect();
      }
      checked.value = false;
      refresh();
      setTimeout(connectAgain, AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)]);
      tries += 1;
    }
  });
}

/** Whoever is signed out is refused until they sign in. */
function connectAgain() {
  if (signedOut.value) {
    setTimeout(connectAgain, AGAIN_MS[0]);
  } else {
    connect();
  }
}

function lay() {
  texts.lay(new Set([...Object.keys(edits.value), ...forRepairs]));
}

let timer = 0;

/** Sends what was typed, soon. */
export function syncSoon() {
  clearTimeout(timer);
  timer = window.setTimeout(() => client.connected && client.sync(), SYNC_PAUSE_MS);
}

if (mayEdit()) {
  connect();
}
effect(() => {
  files.value;
  lay();
  syncSoon();
});
