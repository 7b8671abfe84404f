// One checker behind three doors: `transom check`, the language server of editors, and the studio.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ROOT, daemon, launch, open, program, skip, until } from './harness.mjs';

const FAULTS = join(ROOT, 'tests/flows');
let browser;
let bot;
before(async () => {
  if (!skip) {
    browser = await launch();
    bot = await daemon();
    for (const name of ['booking', 'menu', 'person', 'reminder', 'thanks']) {
      bot.remove(`flows/${name}.yaml`);
      bot.remove(`flows/${name}.test.yaml`);
    }
    bot.write('flows/_bot.yaml', readFileSync(join(FAULTS, '_bot.yaml'), 'utf8'));
    for (const name of readdirSync(join(FAULTS, 'faults'))) {
      bot.write(`flows/${name}`, readFileSync(join(FAULTS, 'faults', name), 'utf8'));
    }
  }
});
after(async () => {
  await browser?.close();
  await bot?.end();
});

const lines = (found) => found.map((one) => `${one.path}:${one.line}:${one.column} ${one.code} ${one.severity}`).sort();

/** All that an editor is told, once it is as much as was wanted and the server is silent; the server is started in the bot's folder, and asks for nothing but its root. */
async function toEditors(wanted) {
  const root = pathToFileURL(bot.folder).href;
  const server = spawn(program(), ['lsp', '--stdio'], { cwd: bot.folder, stdio: ['pipe', 'pipe', 'ignore'] });
  const told = new Map();
  let rest = Buffer.alloc(0);
  let last = Date.now();
  server.stdout.on('data', (data) => {
    rest = Buffer.concat([rest, data]);
    for (;;) {
      const head = rest.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(rest.subarray(0, Math.max(head, 0)).toString())?.[1]);
      if (head < 0 || rest.length < head + 4 + length) {
        return;
      }
      const message = JSON.parse(rest.subarray(head + 4, head + 4 + length).toString());
      rest = rest.subarray(head + 4 + length);
      if (message.method === 'textDocument/publishDiagnostics') {
        told.set(message.params.uri, message.params.diagnostics);
        last = Date.now();
      } else if (message.id !== undefined && message.method) {
        send({ id: message.id, result: null });
      }
    }
  });
  const send = (message) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    server.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  send({ id: 1, method: 'initialize', params: { processId: null, rootUri: root, capabilities: {} } });
  send({ method: 'initialized', params: {} });
  for (const path of readdirSync(join(bot.folder, 'flows')).map((name) => `flows/${name}`)) {
    send({ method: 'textDocument/didOpen', params: { textDocument: { uri: `${root}/${path}`, languageId: 'yaml', version: 1, text: bot.read(path) } } });
  }
  await until('findings come', () => [...told.values()].flat().length >= wanted && Date.now() - last > 2000, 600);
  server.kill();
  return [...told].flatMap(([uri, all]) =>
    all.map((one) => ({
      path: decodeURIComponent(uri.slice(root.length + 1)),
      line: one.range.start.line + 1,
      column: one.range.start.character + 1,
      code: one.code,
      severity: one.severity === 1 ? 'error' : 'warning',
    })),
  );
}

test('B2 all seeded faults are the same findings at the same places in the terminal, in editors and in the studio', { skip }, async () => {
  const checked = bot.run('check', '--format', 'json');
  const terminal = lines(JSON.parse(checked.stdout).findings.map((one) => ({ ...one, path: one.file })));
  assert.ok(terminal.length > 400, `${terminal.length} findings`);
  const page = await open(browser, bot.base, { path: '/studio/flows', ready: '.pane.edit .file-name' });
  const shown = () => page.evaluate(async () => {
    const frame = document.querySelector('script[type=module]').src;
    const { modules } = await import(frame);
    const { findings, checked } = modules?.['js/state.js'] ?? (await import(frame.replace('app.js', 'state.js')));
    return checked.value ? findings.value.map(({ path, line, column, code, severity }) => ({ path, line, column, code, severity })) : [];
  });
  let studio = [];
  await until('the studio has as many', async () => (studio = await shown()).length >= terminal.length, 600);
  assert.deepEqual(lines(studio), terminal);
  assert.deepEqual(lines(await toEditors(terminal.length)), terminal);
  await page.context().close();
});
