// The page of tests: results, what differs, accepting a text, opening a failed case as a talk.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, daemon, isKept, launch, open, skip, until, within, write } from './harness.mjs';

let browser;
let bot;
before(async () => {
  if (!skip) {
    browser = await launch();
    bot = await daemon();
  }
});
after(async () => {
  await browser?.close();
  await bot?.end();
});

const TESTS = { path: '/studio/tests', ready: '.tests-case' };
const failing = (page) => page.locator('.tests-case.bad');
const MENU = 'flows/menu.yaml';

test('all tests run with unpublished edits, and a new text is accepted', { skip }, async () => {
  const page = await open(browser, bot.base);
  await write(page, bot.read(MENU).replace('We are open until', 'We are open up to'));
  await page.getByRole('link', { name: 'Tests' }).click();
  await page.getByText(/of \d+ pass/).waitFor();
  assert.equal(await failing(page).count(), 1);
  assert.equal(await page.title().then((title) => title.replace(/ ·.*/, '')), '● Tests');
  assert.deepEqual(await failing(page).locator('mark').allTextContents().then((all) => all.map((one) => one.trim())), ['until', 'up to']);
  await failing(page).getByRole('button', { name: 'Accept the new text' }).click();
  await until('the case passes', async () => (await failing(page).count()) === 0);
  assert.match(bot.read(MENU), /We are open until/);
  assert.ok(await page.getByText('with your unpublished edits').isVisible());
  await page.keyboard.press('Control+s');
  await page.getByText(/is live/).waitFor();
  assert.match(bot.read(MENU), /We are open up to/);
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('B1 a talk that was saved as a test passes in the terminal, and fails after one word has changed', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio/flows/thanks' });
  await page.locator('[data-chat-input]').fill('thanks');
  await page.keyboard.press('Enter');
  await page.locator('.chat-text', { hasText: 'You are welcome!' }).waitFor();
  await page.getByRole('button', { name: 'Save as test' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name of the test').fill('saved in the studio');
  await dialog.getByRole('button', { name: /Put into/ }).click();
  await page.getByText('Unpublished', { exact: true }).waitFor();
  await page.keyboard.press('Control+s');
  await page.getByText(/is live/).waitFor();
  const good = bot.run('test', 'flows/thanks.test.yaml');
  assert.equal(good.status, 0, good.stdout + good.stderr);
  const before = bot.read('flows/thanks.yaml');
  bot.write('flows/thanks.yaml', before.replace('You are welcome!', 'Always a pleasure!'));
  const bad = bot.run('test', 'flows/thanks.test.yaml');
  assert.equal(bad.status, 1, bad.stdout + bad.stderr);
  assert.match(bad.stdout + bad.stderr, /saved in the studio/);
  bot.write('flows/thanks.yaml', before);
  await page.context().close();
});

test('B8 the coverage is that of `transom test --coverage`', { skip }, async () => {
  const printed = JSON.parse(bot.run('test', '--coverage', '--format', 'json').stdout).coverage.flows;
  const asked = await fetch(`${bot.base}/v1/studio/tests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: '{"files": {}}',
  });
  const { coverage } = await asked.json();
  const shown = coverage.map(({ flow, percent, passed, steps, never }) => [flow, percent, passed, steps, never.map(({ path, line, what }) => `${path}:${line} ${what}`)]);
  const terminal = printed.map(({ flow, percent, counts, missing }) => [flow, percent, counts.steps.taken, counts.steps.all, missing.map(({ file, line, what }) => `${file}:${line} ${what}`)]);
  assert.deepEqual(shown, terminal);
  assert.ok(shown.length >= 6 && shown.some(([, , , , never]) => never.length), JSON.stringify(shown));
  const page = await open(browser, bot.base, TESTS);
  await page.locator('.tests-flow', { hasText: '_bot.yaml' }).click();
  const { length } = printed.at(-1).missing;
  await until('the page has them all', async () => (await page.getByText('was never taken').count()) === length);
  await page.context().close();
});

test('edits that the browser kept count when the page is loaded again', { skip }, async () => {
  const page = await open(browser, bot.base);
  await write(page, bot.read(MENU).replace('We are open up to', 'Open to'));
  await isKept(page, 'Open to');
  await page.goto(`${bot.base}/studio/tests?lang=en`);
  await page.getByText(/of \d+ pass/).waitFor();
  assert.equal(await failing(page).count(), 1);
  assert.equal(await page.getByText('The texts changed since').count(), 0);
  await page.context().close();
});

test('a failed case opens in the chat at the act that failed', { skip }, async () => {
  const path = 'flows/booking.test.yaml';
  const before = bot.read(path);
  bot.write(path, before.replace('At what time?', 'At which hour?'));
  const page = await open(browser, bot.base, TESTS);
  await until('a case fails', async () => (await failing(page).count()) === 1);
  await failing(page).getByRole('button', { name: 'Open the talk' }).click();
  await page.locator('.chat-travel').waitFor();
  await page.getByRole('heading', { name: 'booking.yaml' }).waitFor();
  assert.match(await page.locator('.chat-travel').textContent(), /Looking at 3 of \d/);
  await page.goBack();
  await failing(page).getByRole('button', { name: 'booking.test.yaml' }).click();
  await page.getByRole('heading', { name: 'booking.test.yaml' }).waitFor();
  bot.write(path, before);
  await page.context().close();
});

test('the tests run again after each change if that is wished, and say what no test passes', { skip }, async () => {
  bot.write('flows/lonely.yaml', 'flow: lonely\ntitle: Lonely\nsteps:\n  - say: Nobody tests me\n');
  const page = await open(browser, bot.base, TESTS);
  await page.locator('.tests-flow', { hasText: 'Lonely' }).click();
  await page.getByText('was never taken').first().waitFor();
  await page.getByLabel('Run after each change').check();
  const broken = bot.read(MENU).replace('We are open up to', 'Open till');
  await within(page, 'edits', 'edit', [MENU, broken]);
  await until('a case fails', async () => (await failing(page).count()) === 1);
  await page.getByRole('button', { name: '1 fails' }).click();
  assert.equal(await page.locator('.tests-case').count(), 1);
  assert.match(page.url(), /show=failing/);
  await page.context().close();
});

for (const shape of [{ theme: 'light' }, { theme: 'dark' }, { width: 390, height: 844, touch: true, lang: 'ar' }]) {
  test(`axe finds no barrier and nothing is wider than the window (${JSON.stringify(shape)})`, { skip }, async () => {
    const page = await open(browser, bot.base, { ...TESTS, ...shape, bypassCSP: true });
    await page.addScriptTag({ content: axe() });
    const found = await page.evaluate(async () =>
      (await axe.run(document, { resultTypes: ['violations'] })).violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 140)).join(' | ')}`),
    );
    assert.deepEqual(found, []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), shape.width ?? 1440);
    await page.context().close();
  });
}

test('tests that fail stand in red beside Publish, and old results are struck out', { skip }, async () => {
  const page = await open(browser, bot.base);
  const before = bot.read(MENU);
  await write(page, before.replace('What can I do for you?', 'What can I do?'));
  const beside = page.locator('.publish-failing');
  await beside.waitFor();
  assert.match(await beside.getAttribute('aria-label'), /^\d+ tests? fails? with these texts$/);
  const failed = Number(await beside.textContent());
  assert.ok(failed > 0);
  assert.equal(await page.locator('.pages .page-count.bad').textContent(), String(failed));
  await beside.click();
  await page.getByText(/of \d+ pass/).waitFor();
  assert.equal(await failing(page).count(), failed);
  assert.equal(await page.locator('.tests-cases.stale').count(), 0);
  await page.getByRole('link', { name: 'Flows' }).click();
  await write(page, before.replace('What can I do for you?', 'What else?'));
  await page.getByRole('link', { name: /^Tests/ }).click();
  await page.getByText('From before your change').waitFor();
  const sign = page.locator('.tests-cases.stale .tests-case.bad .tests-sign').first();
  const struck = await sign.evaluate((one) => getComputedStyle(one, '::after').borderTopStyle);
  assert.equal(struck, 'solid');
  await page.getByRole('button', { name: 'Run all' }).click();
  await until('the results are new', async () => (await page.locator('.tests-cases.stale').count()) === 0);
  await page.keyboard.press('Control+s');
  await page.getByText(/tests? fails? with these texts/).waitFor();
  assert.match(bot.read(MENU), /What else\?/);
  bot.write(MENU, before);
  assert.deepEqual(page.noise, []);
  await page.context().close();
});
