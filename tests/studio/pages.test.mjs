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
