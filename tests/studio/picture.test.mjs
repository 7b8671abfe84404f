// Takes the picture of the README: a talk in the middle of a booking. It goes to target/studio/studio.png; with
// STUDIO_PICTURE=docs/images/studio.png it becomes that of the README.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT, daemon, launch, open, skip } from './harness.mjs';

let browser;
let bot;
before(async () => {
  if (!skip) {
    browser = await launch();
    bot = await daemon();
    bot.write('flows/_bot.yaml', bot.read('flows/_bot.yaml').replace(/^bot: .*$/m, 'bot: Salon Rossi'));
  }
});
after(async () => {
  await browser?.close();
  await bot?.end();
});

test('the picture of the README can be taken', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio/flows/booking' });
  const chat = page.locator('.pane.chat');
  const said = (words) => chat.locator('.chat-text', { hasText: words }).last().waitFor();
  const tap = (name) => chat.locator('.chat-wall').getByRole('button', { name, exact: true }).last().click();
  const say = async (words) => {
    await page.locator('[data-chat-input]').fill(words);
    await page.keyboard.press('Enter');
  };
  await page.getByRole('heading', { name: 'Salon Rossi' }).first().waitFor();
  await say('book');
  await said('What shall we do for you?');
  await tap('Haircut');
  await said('Which day suits you?');
  await say('Friday');
  await said('At what time?');
  await tap('12:30');
  await said('Shall I book it?');
  await page.locator('.pane.map .passed').first().waitFor();
  await page.waitForTimeout(800);
  const path = process.env.STUDIO_PICTURE ?? 'target/studio/studio.png';
  await page.screenshot({ path: join(ROOT, path) });
  assert.deepEqual(page.noise, []);
  await page.context().close();
});
