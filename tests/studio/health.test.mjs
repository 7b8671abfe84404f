// The page of health: what is wrong with the command that mends it, and the message to try the way out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, daemon, fitsPhone, launch, open, skip, until, written } from './harness.mjs';

let browser;
let bot;
before(async () => {
  if (!skip) {
    browser = await launch();
    bot = await daemon();
    await written(bot, '+34600111222', 'Ana López', ['hello']);
    await written(bot, '+34600111333', 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft', ['hello']);
  }
});
after(async () => {
  await browser?.close();
  await bot?.end();
});

const look = (more = {}) => open(browser, bot.base, { path: '/studio/health', ready: '.health-group', ...more });
const posted = (page) => page.asked.filter((request) => request.method() === 'POST' && request.url().endsWith('/v1/messages'));

test('what is good is folded, and the sandbox says that nothing leaves this machine', { skip }, async () => {
  const page = await look();
  assert.match(await page.locator('.page-head .state').textContent(), /Nothing is wrong/);
  assert.match(await page.locator('.health-sandbox').textContent(), /nothing leaves this machine/);
  const fold = page.locator('.health-group summary').first();
  assert.equal(await page.locator('.health-check').first().isVisible(), false);
  await fold.click();
  await page.locator('.health-check', { hasText: 'The database can be read' }).waitFor();
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('B9 the command of a line mends it, by hand and by its button', { skip }, async () => {
  assert.equal(bot.run('flows', 'pause', 'reminder').status, 0);
  const page = await look();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const line = page.locator('.health-check.warn', { hasText: 'reminder' });
  await line.waitFor();
  await line.getByRole('button', { name: 'Copy the command' }).click();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(command, 'transom flows resume reminder');
  assert.equal(bot.run(...command.split(' ').slice(1)).status, 0);
  await page.getByRole('button', { name: 'Check again' }).click();
  await line.waitFor({ state: 'detached' });
  assert.match(await page.locator('.page-head .state').textContent(), /Nothing is wrong/);
  bot.run('flows', 'pause', 'reminder');
  await page.getByRole('button', { name: 'Check again' }).click();
  await line.getByRole('button', { name: 'Let it go on' }).click();
  await line.waitFor({ state: 'detached' });
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('B9 each line that has a command is gone after it', { skip }, async () => {
  // A flow that stands still, and a message that nobody can read.
  assert.equal(bot.run('flows', 'pause', 'reminder').status, 0);
  const message = { from: '34600111222', id: 'wamid.HEALTH1', timestamp: 'never', type: 'text', text: 7 };
  const value = { messaging_product: 'whatsapp', metadata: { display_phone_number: '15550000001', phone_number_id: '1' }, contacts: [], messages: [message] };
  const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: 'sandbox', changes: [{ field: 'messages', value }] }] });
  assert.equal((await fetch(`${bot.base}/webhooks/sandbox/1`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).status, 200);
  const wrong = async () => (await (await fetch(`${bot.base}/v1/health`)).json()).checks.filter((one) => one.result !== 'good');
  await until('both are told', async () => (await wrong()).length === 2);
  const page = await look();
  const lines = page.locator('.health-check:is(.warn, .bad)');
  await until('both are shown', async () => (await lines.count()) === 2);
  const commands = (await page.locator('.health-command code').allTextContents()).sort();
  assert.deepEqual(commands, ['transom dead-letters dismiss --kind malformed', 'transom flows resume reminder']);
  for (const [n, command] of commands.entries()) {
    const done = bot.run(...command.split(' ').slice(1));
    assert.equal(done.status, 0, done.stderr);
    await page.getByRole('button', { name: 'Check again' }).click();
    await until(`${command} mends its line`, async () => (await lines.count()) === 1 - n);
  }
  assert.match(await page.locator('.page-head .state').textContent(), /Nothing is wrong/);
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('a test message shows each stage on its way', { skip }, async () => {
  const page = await look();
  await page.locator('.test-people button', { hasText: 'Ana' }).click();
  await page.locator('.test-window.good').waitFor();
  assert.equal(posted(page).length, 0);
  await page.getByRole('button', { name: 'Send this message' }).click();
  await page.locator('.stage.done', { hasText: 'Accepted by the platform' }).waitFor();
  assert.equal(posted(page).length, 1);
  const said = await (await fetch(`${bot.base}/v1/sandbox/1/messages?phone=%2B34600111222`)).json();
  assert.equal(said.data.at(-1).content.body, 'A test from the studio ✅');
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('B10 on a closed window nothing is sent by itself, and a template only by its button', { skip }, async () => {
  const page = await look();
  const template = { id: 1, sender: 1, name: 'visit_soon', language: 'en', category: 'utility', status: 'approved', header: null, body: 'Hello {{name}}, see you at {{hour}}!', buttons: [] };
  await page.route('**/v1/templates?*', (route) => route.fulfill({ json: { data: [template], next_cursor: null } }));
  await page.locator('.test-to').fill('+34600999888');
  await page.locator('.test-window.bad').waitFor();
  await page.locator('.test-closed').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Send this message' }).count(), 0);
  assert.equal(await page.getByRole('button', { name: 'Send this template' }).isDisabled(), true);
  await page.locator('.test-closed input').nth(0).fill('Ana');
  await page.locator('.test-closed input').nth(1).fill('10:00');
  assert.match(await page.locator('.test-template').textContent(), /Hello Ana, see you at 10:00!/);
  await page.waitForTimeout(600);
  assert.equal(posted(page).length, 0);
  await page.getByRole('button', { name: 'Send this template' }).click();
  await page.locator('.stage.done', { hasText: 'Accepted by the platform' }).waitFor();
  assert.equal(posted(page).length, 1);
  await page.context().close();
});

for (const [theme, lang] of [['light', 'en'], ['dark', 'ar']]) {
  test(`axe finds no barrier (${theme}, ${lang})`, { skip }, async () => {
    bot.run('flows', 'pause', 'reminder');
    const page = await look({ theme, lang, bypassCSP: true });
    await page.locator('.health-check.warn').waitFor();
    await page.addScriptTag({ content: axe() });
    const found = await page.evaluate(async () => {
      const { violations } = await axe.run(document, { resultTypes: ['violations'] });
      return violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`).join(' | ')}`);
    });
    assert.deepEqual(found, []);
    bot.run('flows', 'resume', 'reminder');
    await page.context().close();
  });
}

test('a phone has one column and large targets', { skip }, async () => {
  bot.run('flows', 'pause', 'reminder');
  const page = await look({ width: 390, height: 844, touch: true });
  await page.locator('.health-check.warn').waitFor();
  await fitsPhone(page);
  // Also the name of somebody who made up a long one.
  const card = await page.locator('.test').boundingBox();
  for (const one of await page.locator('.test-people button, .test-to').all()) {
    const box = await one.boundingBox();
    assert.ok(box.x >= card.x && box.x + box.width <= card.x + card.width, JSON.stringify([card, box]));
  }
  bot.run('flows', 'resume', 'reminder');
  await page.context().close();
});

test('without the daemon the last answer stays, and a refusal is a sentence', { skip }, async () => {
  const page = await look();
  await page.route('**/v1/health?*', (route) => route.fulfill({ status: 500, json: { code: 'internal', detail: 'The database takes nothing now.' } }));
  await page.getByRole('button', { name: 'Check again' }).click();
  await page.getByText('The database takes nothing now.').waitFor();
  assert.equal(await page.locator('.health-group').first().isVisible(), true);
  await page.unroute('**/v1/health?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await until('the refusal is gone', async () => (await page.getByText('The database takes nothing now.').count()) === 0);
  await page.context().close();
});
