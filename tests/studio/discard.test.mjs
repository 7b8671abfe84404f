// Deleted files that come back until they are published, and discarding the unpublished changes of a file.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { daemon, isKept, launch, open, skip, text, until, write } from './harness.mjs';

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

const MENU = 'flows/menu.yaml';
const more = async (page, name, item) => {
  await page.locator('.files li', { hasText: name }).first().hover();
  await page.getByRole('button', { name: `More for ${name}` }).first().click();
  await page.getByRole('menuitem', { name: item }).click();
};
const dialog = (page) => page.getByRole('dialog');
const gone = (page, path) => page.locator(`.files a.gone[title="${path}"]`);
const keep = async (page, path) => {
  await gone(page, path).click();
  await page.getByRole('button', { name: 'Keep the file' }).click();
  await gone(page, path).waitFor({ state: 'detached' });
};

test('a deleted flow that was never published can be kept until the next publishing', { skip }, async () => {
  const page = await open(browser, bot.base);
  await page.getByRole('button', { name: 'New flow' }).click();
  await dialog(page).getByLabel('Title').fill('Summer');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'summer.yaml' }).waitFor();
  await write(page, (await text(page)).replace('title: Summer', 'title: Summer of words'));
  const deletes = async () => {
    await more(page, 'Summer of words', 'Delete');
    await dialog(page).getByRole('button', { name: 'Delete' }).click();
    // It has no title any more, and is named by its file.
    await gone(page, 'flows/summer.yaml').waitFor();
  };
  await deletes();
  await page.reload();
  await keep(page, 'flows/summer.yaml');
  assert.match(await text(page), /title: Summer of words/);
  await deletes();
  await page.locator('.files a[title="flows/menu.yaml"]').click();
  await until('the menu is open', async () => (await text(page).catch(() => '')).includes('flow: menu'));
  const before = await text(page);
  await write(page, before.replace('title:', 'title: x #'));
  await page.getByRole('button', { name: /^Publish/ }).first().click();
  await page.getByText(/is live/).waitFor();
  await gone(page, 'flows/summer.yaml').waitFor({ state: 'detached' });
  bot.write(MENU, before);
  await page.context().close();
});

test('a file that is kept after all has its edits and its tests again', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio/flows/booking' });
  const before = bot.read('flows/booking.yaml');
  await write(page, `${before}# an edit\n`);
  await more(page, 'Book a visit', 'Delete');
  assert.equal(await dialog(page).getByRole('checkbox').isChecked(), true);
  await dialog(page).getByRole('button', { name: 'Delete' }).click();
  await gone(page, 'flows/booking.test.yaml').waitFor();
  await page.reload();
  await keep(page, 'flows/booking.yaml');
  assert.equal(await page.locator('.files a.gone').count(), 0, 'the tests are back, too');
  assert.equal(await text(page), `${before}# an edit\n`);
  await page.context().close();
});

test('the changes of a file are discarded from its menu, with a look at them and a way back', { skip }, async () => {
  const page = await open(browser, bot.base);
  const before = bot.read(MENU);
  await write(page, before.replace('We are open until', 'We are open up to'));
  await isKept(page, 'We are open up to');
  await page.locator(`.files a[title="${MENU}"]`).hover();
  await page.locator('.files li', { has: page.locator(`a[title="${MENU}"]`) }).getByRole('button').click();
  await page.getByRole('menuitem', { name: 'Discard changes…' }).click();
  assert.match(await dialog(page).locator('.difference .minus').textContent(), /open up to/);
  await dialog(page).getByRole('button', { name: 'Cancel' }).click();
  assert.match(await text(page), /open up to/);

  await page.keyboard.press('Control+k');
  await page.keyboard.type('discard');
  await page.getByRole('option', { name: `Discard changes… ${MENU}` }).click();
  await dialog(page).getByRole('button', { name: 'Discard changes' }).click();
  await until('the text is that on disk', async () => (await text(page)) === before);
  await page.getByRole('button', { name: 'Undo' }).click();
  await until('the edit is back', async () => (await text(page)).includes('open up to'));
  await isKept(page, 'We are open up to');

  await page.getByRole('button', { name: 'Changes' }).click();
  await dialog(page).getByRole('button', { name: 'Discard changes…' }).first().click();
  await dialog(page).getByRole('button', { name: 'Discard changes', exact: true }).click();
  await until('the text is that on disk', async () => (await text(page)) === before);
  await page.context().close();
});

test('discarding a file that was never published shows another one, and undo brings it back', { skip }, async () => {
  const page = await open(browser, bot.base);
  await page.getByRole('button', { name: 'New flow' }).click();
  await dialog(page).getByLabel('Title').fill('Winter');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'winter.yaml' }).waitFor();
  await more(page, 'Winter', 'Discard changes…');
  await dialog(page).getByText('was never published').waitFor();
  await dialog(page).getByRole('button', { name: 'Discard changes', exact: true }).click();
  await page.locator('.files a[title="flows/winter.yaml"]').waitFor({ state: 'detached' });
  await page.getByRole('heading', { name: 'winter.yaml' }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('heading', { name: 'winter.yaml' }).waitFor();
  assert.match(await text(page), /title: Winter/);
  await page.context().close();
});
