// The page of runs: the list with its filters, and one run with its talk, its map and its trace.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, daemon, fitsPhone, isKept, launch, open, skip, text, until, write, written } from './harness.mjs';

const HOSTILE = '<img src=x onerror=alert(1)>';
let browser;
let bot;
before(async () => {
  if (!skip) {
    browser = await launch();
    bot = await daemon();
    await written(bot, '+34600111222', 'Ana López', ['hello', 'menu']);
    await written(bot, '+34600111333', HOSTILE, ['book', HOSTILE]);
    await written(bot, '+34600111444', 'محمد الأحمد', ['thanks']);
  }
});
after(async () => {
  await browser?.close();
  await bot?.end();
});

const rows = (page) => page.locator('.runs li');

test('the list shows who, which flow and how each run stands, and filters are part of the address', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio/runs', ready: '.run-row' });
  await until('names are there', async () => (await page.locator('.runs').textContent()).includes('Ana López'));
  const all = await rows(page).count();
  assert.ok(all >= 3, `${all} rows`);
  assert.equal(await page.locator('img[src="x"]').count(), 0);
  await page.getByRole('combobox', { name: 'Outcome' }).selectOption('done');
  await until('only ended ones are shown', async () => (await rows(page).count()) < all);
  assert.match(page.url(), /state=done/);
  assert.deepEqual([...new Set(await page.locator('.runs .state').allTextContents())], ['Done']);
  await page.reload();
  await page.locator('.run-row').first().waitFor();
  assert.equal(await page.getByRole('combobox', { name: 'Outcome' }).inputValue(), 'done');
  await page.getByRole('combobox', { name: 'Flow', exact: true }).selectOption('reminder');
  await page.getByText('No run fits these filters.').waitFor();
  await page.getByRole('link', { name: 'Remove all filters' }).click();
  await until('all are back', async () => (await rows(page).count()) === all);
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('a run shows its talk, its way on the map, its trace and its text, and a step marks all of them', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio/runs?flow=booking', ready: '.run-row' });
  await page.locator('.run-row').first().click();
  await page.locator('.run-said .chat-text', { hasText: HOSTILE }).waitFor();
  assert.match(page.url(), /\/studio\/runs\/\d+\?/);
  assert.equal(await page.locator('img[src="x"]').count(), 0);
  await page.locator('.transom-graph [data-step].current').waitFor();
  const step = await page.locator('.transom-graph [data-step].current').getAttribute('data-step');
  await page.locator('.run-said .run-of-step .chat-bubble').first().click();
  await until('the map shows the step', async () => (await page.locator('.transom-graph [data-step].cursor').count()) === 1);
  await page.getByRole('tab', { name: 'Text' }).click();
  await page.locator('.run-text .run-on').waitFor();
  assert.match(await page.locator('.run-text .run-on').textContent(), /ask/);
  assert.ok(step.startsWith('booking.'));
  await page.getByRole('tab', { name: 'JSON' }).click();
  assert.match(await page.locator('.wire').textContent(), /provider_id/);
  await page.goBack();
  await page.locator('.run-row').first().waitFor();
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('looking back at a turn fades what came later, by keys too', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio/runs?flow=booking', ready: '.run-row' });
  await page.locator('.run-row').first().click();
  await page.locator('.trace-head').nth(1).waitFor();
  await page.locator('.trace-head').first().click();
  assert.equal(await page.locator('.trace-act.dim').count(), (await page.locator('.trace-act').count()) - 1);
  await page.keyboard.press(']');
  await until('the next turn is looked at', async () => (await page.locator('.trace-act').nth(1).locator('[aria-current]').count()) === 1);
  await page.context().close();
});

test('B7 a run is played again: the same on unchanged flows, other words after an edit, then a talk and a test', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio/runs?flow=menu', ready: '.run-row' });
  await page.locator('.run-row', { hasText: 'Ana' }).last().click();
  await page.getByRole('button', { name: 'Play again' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('.state', { hasText: 'Same' }).waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  const there = page.url();
  await page.getByRole('link', { name: 'Flows', exact: true }).click();
  await page.locator('.cm-line').first().waitFor();
  await page.locator('.files', { hasText: 'The menu' }).getByText('The menu').click();
  await until('the menu is open', async () => (await text(page).catch(() => '')).includes('What can I do for you?'));
  await write(page, (await text(page)).replace('What can I do for you?', 'What may I do for you?'));
  await isKept(page, 'What may I do for you?');
  await page.goto(there);
  await page.getByRole('button', { name: 'Play again' }).click();
  await dialog.locator('.state', { hasText: 'Other words' }).waitFor();
  assert.equal(await dialog.locator('mark.was').first().textContent(), 'can');
  assert.equal(await dialog.locator('mark.now').first().textContent(), 'may');
  await dialog.getByRole('textbox').fill('as Ana did it');
  await dialog.getByRole('button', { name: 'Save as test' }).click();
  await until('the test is an edit', async () => (await text(page).catch(() => '')).includes('as Ana did it'));
  await page.goto(there);
  await page.getByRole('button', { name: 'Play again' }).click();
  await dialog.getByRole('button', { name: 'Open in the chat' }).click();
  await page.locator('.pane.chat .chat-text', { hasText: 'What may I do for you?' }).first().waitFor();
  assert.doesNotMatch(bot.read('flows/menu.yaml'), /What may I/);
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('an open run is stopped only after a second word', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio/runs?state=open', ready: '.run-row' });
  await page.locator('.run-row').last().click();
  await page.getByRole('button', { name: 'What to do with this run' }).click();
  await page.getByRole('menuitem', { name: 'Stop this run' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  assert.match(await page.locator('.run-head .state').textContent(), /Waits/);
  await page.getByRole('button', { name: 'What to do with this run' }).click();
  await page.getByRole('menuitem', { name: 'Stop this run' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Stop this run' }).click();
  await page.locator('.run-head .state', { hasText: 'Stopped' }).waitFor();
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('B16 a run shows the files of its own version after they have changed', { skip }, async () => {
  const before = bot.read('flows/booking.yaml');
  const live = async () => (await (await fetch(`${bot.base}/v1/bot`)).json()).live.version;
  const first = await live();
  bot.write('flows/booking.yaml', before.replace('What shall we do for you?', 'What do you wish for?'));
  await until('another version is live', async () => (await live()) !== first);
  const page = await open(browser, bot.base, { path: '/studio/runs?flow=booking', ready: '.run-row' });
  await page.locator('.run-row').last().click();
  await page.locator('.transom-graph', { hasText: 'What shall we do' }).waitFor();
  await page.getByRole('tab', { name: 'Text' }).click();
  await page.locator('.run-text', { hasText: 'What shall we do for you?' }).waitFor();
  assert.equal(await page.locator('.run-way span.chip').textContent(), `version ${first}`);
  bot.write('flows/booking.yaml', before);
  await until('the first version is live again', async () => (await live()) === first);
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('10,000 runs scroll with few rows in the page', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio/runs', ready: '.run-row' });
  const given = await (await fetch(`${bot.base}/v1/runs?limit=1`)).json();
  const [one] = given.data;
  let asked = 0;
  await page.route('**/v1/runs?*', (route) => {
    const from = Number(new URL(route.request().url()).searchParams.get('cursor') ?? 0);
    asked += 1;
    const data = Array.from({ length: 2000 }, (_, n) => ({ ...one, id: 900_000 - from - n }));
    route.fulfill({ json: { data, next_cursor: from + 2000 < 10_000 ? String(from + 2000) : null } });
  });
  await page.getByRole('button', { name: 'Read the list again' }).click();
  await until('the long list is there', async () => (await page.locator('.runs li').first().getAttribute('aria-setsize')) === '2000');
  await until('the last one is there', async () => {
    await page.locator('.runs').evaluate((one) => (one.scrollTop = one.scrollHeight));
    return (await page.locator('.runs li').last().getAttribute('aria-posinset')) === '10000';
  });
  assert.ok((await rows(page).count()) < 60, `${await rows(page).count()} rows`);
  assert.equal(asked, 5);
  await page.context().close();
});

for (const [theme, lang] of [['light', 'en'], ['dark', 'ar']]) {
  test(`axe finds no barrier on the list and on a run (${theme}, ${lang})`, { skip }, async () => {
    const page = await open(browser, bot.base, { path: '/studio/runs', ready: '.run-row', theme, lang, bypassCSP: true });
    await page.addScriptTag({ content: axe() });
    const look = () =>
      page.evaluate(async () => {
        const { violations } = await axe.run(document, { resultTypes: ['violations'] });
        return violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`).join(' | ')}`);
      });
    assert.deepEqual(await look(), []);
    await page.locator('.run-row').last().click();
    await page.locator('.trace-head').first().waitFor();
    await page.waitForTimeout(400);
    assert.deepEqual(await look(), []);
    await page.context().close();
  });
}

test('a phone shows a pane at a time, without sideways scrolling, with large targets', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio/runs', ready: '.run-row', width: 390, height: 844, touch: true });
  await fitsPhone(page);
  await page.locator('.run-row').first().tap();
  await page.locator('.bottom button').first().waitFor();
  for (const button of await page.locator('.bottom button').all()) {
    await button.tap();
    await page.waitForTimeout(200);
    await fitsPhone(page);
  }
  await page.context().close();
});

test('without the daemon the list stays and says so, and goes on by itself', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio/runs', ready: '.run-row' });
  const before = await rows(page).count();
  await bot.stop();
  await page.getByRole('button', { name: 'Read the list again' }).click();
  await page.locator('.banner').waitFor();
  assert.equal(await rows(page).count(), before);
  await bot.start();
  await page.locator('.banner').waitFor({ state: 'detached' });
  assert.equal(await rows(page).count(), before);
  await page.context().close();
});

test('a run that is gone leads back to all of them', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio/runs/999999', ready: '.failed' });
  await page.getByText('There is no such run.').waitFor();
  await page.getByRole('link', { name: 'All runs' }).click();
  await page.locator('.run-row').first().waitFor();
  await page.context().close();
});
