// Knowledge: the files are listed with how they stand, a question is answered with part, share and reason, a link opens
// the file in the editor, and marks and scripts in papers are only text.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axe, daemon, fitsPhone, launch, open, skip, until } from './harness.mjs';

const REPAIRS = `---
title: Repairs
source: https://spoke.example/repairs
valid_until: 2099-12-31
checked: 2026-11-02
---
# Repairs

## Guarantee

*Twelve months* on labour <img src=x onerror=alert(1)>.
`;
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

const look = (more = {}) => open(browser, bot.base, { path: '/studio/knowledge', ready: '.knowledge', ...more });
const files = async () => (await (await fetch(`${bot.base}/v1/knowledge`)).json()).files;
const write = async () => {
  mkdirSync(join(bot.folder, 'knowledge/faq'), { recursive: true });
  bot.write('knowledge/faq/repairs.md', REPAIRS);
  bot.write('knowledge/old.md', '---\nvalid_until: 2020-12-31\n---\n# Guarantee\n\nSix months.\n');
  await until('they are live', async () => (await files()).length === 2);
};

test('without files it says what to write', { skip }, async () => {
  const page = await look();
  await page.getByText('The bot has no knowledge.').waitFor();
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('a question is answered with part, share and reason', { skip }, async () => {
  await write();
  const page = await look();
  await until('both files are there', async () => (await page.locator('.knowledge-files tbody tr').count()) === 2);
  const table = await page.locator('.knowledge-files').textContent();
  assert.match(table, /expired on 2020-12-31/);
  assert.match(table, /Repairs.*faq\/repairs\.md.*2099-12-31.*2026-11-02/s);
  await page.getByRole('searchbox').fill('how long is the garantee on labour?');
  await page.locator('.knowledge-part').waitFor();
  const part = page.locator('.knowledge-part').first();
  const said = await part.textContent();
  assert.match(said, /Repairs › Guarantee/);
  assert.match(said, /knowledge\/faq\/repairs\.md:11/);
  assert.match(said, /\d+ % of the question/);
  assert.match(said, /garantee ≈ guarante…/);
  assert.ok(said.includes('<img src=x onerror=alert(1)>'), said);
  assert.equal(await page.locator('img[src="x"]').count(), 0);
  await page.getByText('Files that have expired and were not searched: 1').waitFor();
  assert.match(page.url(), /ask=how/);
  await page.reload();
  await page.locator('.knowledge-part').waitFor();
  await page.getByRole('searchbox').fill('submarines');
  await page.getByText('No part of the knowledge speaks of this.').waitFor();
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('a link opens the file in the editor, and back comes to the question', { skip }, async () => {
  const page = await look({ path: '/studio/knowledge?ask=guarantee' });
  await page.locator('.knowledge-part a').first().click();
  await page.locator('.cm-content').waitFor();
  await until('the text is there', async () => /Twelve months/.test(await page.locator('.cm-content').textContent()));
  assert.match(page.url(), /\/studio\/knowledge\/faq\/repairs\.md\?/);
  await page.reload();
  await until('it is there again', async () => /Twelve months/.test((await page.locator('.cm-content').textContent()) ?? ''));
  await page.goBack();
  await page.locator('.knowledge-part').waitFor();
  await page.context().close();
});

test('it has no barriers, light and dark, right to left and on a phone', { skip }, async () => {
  for (const more of [{ theme: 'dark' }, { lang: 'ar' }]) {
    const page = await look({ path: '/studio/knowledge?ask=guarantee', bypassCSP: true, ...more });
    await page.locator('.knowledge-part').waitFor();
    await page.addScriptTag({ content: axe() });
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    assert.deepEqual(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`), []);
    await page.context().close();
  }
  const page = await look({ path: '/studio/knowledge?ask=guarantee', width: 390, height: 800, touch: true });
  await page.locator('.knowledge-part').waitFor();
  await fitsPhone(page);
  await page.context().close();
});
