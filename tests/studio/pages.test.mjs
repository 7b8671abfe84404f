// The frame around all pages: addresses, back and forward, titles, and a name that no page has.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { daemon, launch, open, skip, until, within } from './harness.mjs';

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

test('an address that no page has names the nearest page, and leads back without a new load', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio/flow-s', ready: '.alone h1' });
  assert.match(await page.locator('h1').textContent(), /no page “flow-s”/);
  await page.evaluate(() => (document.documentElement.dataset.same = 'yes'));
  await page.getByRole('link', { name: 'Open “Flows”' }).click();
  await page.locator('.pane.edit .file-name').waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.same), 'yes');
  assert.match(await page.title(), /^Flows · .+ · Studio$/);
  assert.equal(await page.evaluate(() => document.activeElement.className), 'page for-flows');
  await page.goBack();
  await page.locator('.alone h1').waitFor();
  assert.equal(await page.locator('.pane.edit').isVisible(), false);
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('the page of flows keeps its editor and talk while another page is shown', { skip }, async () => {
  const page = await open(browser, bot.base);
  await page.locator('.pane.chat .chat-words').getByRole('button', { name: 'hi', exact: true }).click();
  await page.locator('.chat-text', { hasText: 'What can I do for you?' }).waitFor();
  await within(page, 'router', 'go', ['/studio/nowhere']);
  await page.locator('.alone h1').waitFor();
  await page.goBack();
  await until('the editor is back', () => page.locator('.cm-line').first().isVisible());
  assert.equal(await page.locator('.chat-text', { hasText: 'What can I do for you?' }).isVisible(), true);
  await page.context().close();
});

test('a page that nobody touches asks for next to nothing', { skip }, async () => {
  const pages = await Promise.all(['flows/menu', 'tests', 'contacts', 'inbox', 'ahead', 'health'].map((name) => open(browser, bot.base, { path: `/studio/${name}`, ready: '.top' })));
  // The first load, the tests of an open page and the map are over by then.
  await until('all are still', async () => {
    const before = pages.map((page) => page.asked.length);
    await pages[0].waitForTimeout(4000);
    return pages.every((page, n) => page.asked.length <= before[n] + 1);
  });
  const before = pages.map((page) => page.asked.length);
  await pages[0].waitForTimeout(20_000);
  const asked = pages.map((page, n) => page.asked.slice(before[n]).map((request) => new URL(request.url()).pathname));
  // Those who wait are counted every 20 seconds, and the inbox looks after its list.
  const others = asked.flat().filter((path) => !['/v1/conversations/counts', '/v1/conversations'].includes(path));
  assert.deepEqual(others, []);
  assert.ok(asked.every((all) => all.length <= 5), JSON.stringify(asked));
  await Promise.all(pages.map((page) => page.context().close()));
});
