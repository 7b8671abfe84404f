// The map stays where it is while one types.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { daemon, launch, open, skip, text, write } from './harness.mjs';

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

const map = (page) => page.locator('.pane.map');

test('A3 the map stays where it is while a `go` is misspelt, and has a dashed sign for it', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio/flows/booking' });
  await map(page).locator('[data-step]').first().waitFor();
  await page.waitForTimeout(500);
  const place = () => map(page).evaluate((one) => {
    const first = one.querySelector('[data-step] .box').getBoundingClientRect();
    return [one.querySelector('.map-sheet').style.transform, first.x, first.y];
  });
  const before = await place();
  const words = await text(page);
  await write(page, words.replace('  - go: day\n', '  - go: dya\n'));
  await map(page).locator('.jump.nowhere', { hasText: 'dya' }).waitFor();
  assert.deepEqual(await place(), before);
  const dashes = await map(page).locator('.jump.nowhere .box').evaluate((one) => getComputedStyle(one).strokeDasharray);
  assert.notEqual(dashes, 'none');
  await write(page, words);
  await map(page).locator('.jump.nowhere').waitFor({ state: 'detached' });
  assert.deepEqual(await place(), before);
  await page.context().close();
});
