// Files, editor, findings and publishing.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { daemon, isKept, launch, open, skip, skipInFirefox, text, until, within, write } from './harness.mjs';

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
const findings = async (page) => {
  await page.getByRole('button', { name: /finding/i }).first().click();
  return page.locator('.findings > li');
};
const chip = (page) => page.locator('.pane.edit .chip').first();
test('A3 a misspelt `go` is one finding, and one click repairs it', { skip }, async () => {
  const page = await open(browser, bot.base);
  const before = await text(page);
  await write(page, before.replace('{call: opening_hours}', '{call: opening_hour}'));
  await page.getByText('1 finding').waitFor();
  const list = await findings(page);
  assert.equal(await list.count(), 1);
  const about = await list.locator('a.code').getAttribute('href');
  const answer = await page.request.get(new URL(about, bot.base).href);
  assert.equal(answer.status(), 200);
  assert.match(await answer.text(), /E401/);
  const repair = list.getByRole('button').last();
  await repair.waitFor();
  await repair.click();
  await page.getByText('No findings').first().waitFor();
  assert.equal(await text(page), before);
  await page.context().close();
});

test('a finding that begins with a name leaves the name as it is written', { skip }, async () => {
  const page = await open(browser, bot.base);
  await write(page, (await text(page)).replace('What can I do for you?', 'What can I do? ${env.NOPE}'));
  await page.locator('.dock').getByRole('tab', { name: /Findings/ }).click();
  const words = page.locator('.finding', { hasText: 'does not name' }).locator('b').first();
  await words.waitFor();
  assert.match(await words.innerText(), /^env of _bot\.yaml does not name NOPE/);
  await page.context().close();
});

test('A4 text that is no YAML blanks nothing', { skip }, async () => {
  const page = await open(browser, bot.base);
  const before = await text(page);
  await write(page, before.replace('title: The menu', 'title: "The menu').replace('steps:', 'steps'));
  await page.getByText(/\d findings?/).first().waitFor();
  assert.ok(await page.locator('.cm-content').isVisible());
  await page.context().close();
});

test('A9 a change on disk is taken over without edits, and shown with some', { skip }, async () => {
  const page = await open(browser, bot.base);
  const before = bot.read(MENU);
  bot.write(MENU, before.replace('title: The menu', 'title: From another editor'));
  await until('the new text', async () => (await text(page)).includes('From another editor'));

  await write(page, `${await text(page)}# mine\n`);
  bot.write(MENU, before.replace('title: The menu', 'title: From it again'));
  const alert = page.getByRole('alert');
  await alert.getByText('changed on disk').waitFor();
  assert.match(await text(page), /# mine/);
  await alert.getByRole('button', { name: 'Compare' }).click();
  await page.locator('dialog .minus code').first().waitFor();
  await page.keyboard.press('Escape');
  await alert.getByRole('button', { name: 'Keep mine' }).click();
  assert.equal(await alert.count(), 0);

  bot.write(MENU, before);
  await alert.getByRole('button', { name: 'Take theirs' }).click();
  assert.equal(await text(page), before);
  await page.context().close();
});

test('C4 edits survive a reload and the end of the tab', { skip }, async () => {
  const page = await open(browser, bot.base);
  const before = await text(page);
  await write(page, `${before}# not published\n`);
  await isKept(page, '# not published');
  await page.reload();
  await page.waitForSelector('.cm-line');
  await until('the edit is back', async () => (await text(page)).endsWith('# not published\n'));
  assert.equal(await chip(page).textContent(), 'Unpublished');
  assert.equal(bot.read(MENU), before);

  const context = page.context();
  await page.close({ runBeforeUnload: false });
  const again = await open(browser, bot.base, { context });
  await until('the edit is back', async () => (await text(again)).endsWith('# not published\n'));
  await context.close();
});

test('two tabs share edits, and each says that the file is open there too', { skip }, async () => {
  const one = await open(browser, bot.base);
  const two = await open(browser, bot.base, { context: one.context() });
  await two.getByText('Also open there').waitFor();
  await write(one, `${await text(one)}# from the first tab\n`);
  await until('the edit arrives', async () => (await text(two)).endsWith('# from the first tab\n'));
  await one.context().close();
});

test('Ctrl S publishes all edits as one version, and a new flow among them', { skip }, async () => {
  const page = await open(browser, bot.base);
  await page.getByRole('button', { name: 'New flow' }).click();
  await page.getByLabel('Title').fill('Gift cards');
  await page.getByRole('button', { name: 'Make it' }).click();
  await page.getByRole('heading', { name: 'gift_cards.yaml' }).waitFor();
  await page.getByText('No findings').first().waitFor();
  await page.getByRole('link', { name: /The menu/ }).click();
  await page.getByRole('heading', { name: 'menu.yaml' }).waitFor();
  await write(page, (await text(page)).replace('What can I do for you?', 'What would you like?'));
  await page.keyboard.press('Control+s');
  await page.getByText(/Version \d+ is live/).waitFor();
  assert.match(bot.read(MENU), /What would you like\?/);
  assert.match(bot.read('flows/gift_cards.yaml'), /flow: gift_cards/);
  assert.equal(await chip(page).textContent(), 'Published');
  await page.context().close();
});

test('C2 errors stop the publishing, unless the author saves with errors', { skip }, async () => {
  const page = await open(browser, bot.base);
  const before = bot.read(MENU);
  await write(page, before.replace('{call: opening_hours}', '{call: nowhere}'));
  await page.keyboard.press('Control+s');
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/error stops the publishing/).waitFor();
  assert.equal(bot.read(MENU), before);
  await dialog.getByRole('button', { name: 'Save with errors' }).click();
  await page.getByText('The files have errors').waitFor();
  assert.match(bot.read(MENU), /nowhere/);
  await page.getByText(/Not live: 1 error/).waitFor();
  await write(page, before);
  await page.keyboard.press('Control+s');
  await page.locator('.mode', { hasText: 'Sandbox' }).waitFor();
  await page.context().close();
});

test('the word for unpublished edits is whole, or a sign alone where there is no room', { skip }, async () => {
  for (const [width, whole] of [[1440, true], [1000, false]]) {
    const page = await open(browser, bot.base, { width, height: 800 });
    await write(page, (await text(page)).replace('- say:', '-  say:'));
    const edited = page.locator('.pane.edit .chip.unpublished');
    await edited.locator('svg').waitFor();
    const [words, cut] = await edited.evaluate((one) => [one.querySelector('.chip-words').clientWidth > 10, one.scrollWidth > one.clientWidth + 1]);
    assert.deepEqual([words, cut], [whole, false]);
    assert.equal(await edited.getAttribute('title'), 'Unpublished');
    await page.context().close();
  }
});

test('with errors nothing is said of a version before, where none was live', { skip }, async () => {
  const page = await open(browser, bot.base);
  await page.route('**/v1/bot', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), live: null } });
  });
  await page.reload();
  await page.locator('.cm-content').waitFor();
  const before = bot.read(MENU);
  await write(page, before.replace('- ask:', '- asj:'));
  await page.keyboard.press('Control+s');
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/nothing goes live until they are mended/).waitFor();
  assert.equal(await dialog.getByText(/version from before/).count(), 0);
  await dialog.getByRole('button', { name: 'Mend them first' }).or(dialog.locator('[data-first]')).first().click();
  await page.getByRole('button', { name: 'Show it' }).click();
  await page.locator('#tab-findings[aria-selected=true]').waitFor();
  await page.context().close();
});

test('C5 a new name of a script’s function or a block reaches its uses', { skip }, async () => {
  const page = await open(browser, bot.base);
  const before = await text(page);
  await page.locator('.cm-line', { hasText: 'opening_hours:' }).last().click();
  await page.keyboard.press('Home');
  await page.keyboard.press('F2');
  await page.getByLabel('New name').fill('when_open');
  await page.getByText('1 file changes').waitFor();
  await page.getByRole('button', { name: 'Rename', exact: true }).click();
  await until('the new name', async () => (await text(page)).includes('{call: when_open}'));
  assert.equal(await text(page), before.replaceAll('opening_hours', 'when_open'));
  await page.context().close();
});

test('the daemon may go away and come back', { skip }, async () => {
  const page = await open(browser, bot.base);
  const before = await text(page);
  await bot.stop();
  await page.getByText(/Not connected since/).waitFor();
  await write(page, `${before}# written offline\n`);
  await bot.start();
  await page.getByText(/Not connected since/).waitFor({ state: 'detached' });
  assert.match(await text(page), /# written offline/);
  await write(page, before.replace('{call: opening_hours}', '{call: opening_hour}'));
  await page.getByText('1 finding').waitFor();
  await page.context().close();
});

test('the search is loaded when somebody looks for something, and marks the other places of a selection', { skip: skipInFirefox('double click') }, async () => {
  const page = await open(browser, bot.base);
  const loaded = () => page.asked.some((request) => request.url().endsWith('/vendor/search.js'));
  await page.locator('.cm-content').click();
  assert.equal(loaded(), false);
  await page.keyboard.press('Control+f');
  await page.locator('.cm-search input[name=search]').waitFor();
  assert.ok(loaded());
  await page.keyboard.type('opening_hours');
  await page.keyboard.press('Enter');
  await until('the place is found', async () => (await page.locator('.cm-searchMatch').count()) === 2);
  await page.keyboard.press('Escape');
  await page.locator('.cm-search').waitFor({ state: 'detached' });
  await page.getByRole('link', { name: /Book a visit/ }).click();
  await page.getByRole('heading', { name: 'booking.yaml' }).waitFor();
  await page.locator('.cm-line').getByText('ask', { exact: true }).first().dblclick();
  await page.locator('.cm-selectionMatch').first().waitFor();
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('a deep link opens the file at the step', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio/flows/booking' });
  await page.getByRole('heading', { name: 'booking.yaml' }).waitFor();
  await page.getByRole('link', { name: /The menu/ }).click();
  await page.waitForURL(/\/studio\/flows\/menu/);
  await page.goBack();
  await page.getByRole('heading', { name: 'booking.yaml' }).waitFor();
  await page.context().close();
});

const more = async (page, name, item) => {
  await page.locator('.files li', { hasText: name }).first().hover();
  await page.getByRole('button', { name: `More for ${name}` }).click();
  await page.getByRole('menuitem', { name: item }).click();
};

test('a flow is copied as a draft, and deleted with its tests', { skip }, async () => {
  const page = await open(browser, bot.base);
  await more(page, 'Book a visit', 'Copy the flow');
  const dialog = page.getByRole('dialog');
  assert.equal(await dialog.getByLabel('Title').inputValue(), 'Book a visit 2');
  await dialog.getByRole('button', { name: 'Copy' }).click();
  await page.getByRole('heading', { name: 'book_a_visit_2.yaml' }).waitFor();
  assert.match(await text(page), /flow: book_a_visit_2\ntitle: Book a visit 2\ndraft: true\n/);
  await page.getByText('No findings').first().waitFor();

  await more(page, 'Book a visit 2', 'Delete');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  // It was never published, and can be kept like the others.
  await page.locator('.files a.gone[title="flows/book_a_visit_2.yaml"]').waitFor();

  await more(page, 'Book a visit', 'Delete');
  assert.equal(await dialog.getByRole('checkbox').isChecked(), true);
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await until('all three are struck through', async () => (await page.locator('.files a.gone').count()) === 3);
  assert.ok(bot.read('flows/booking.yaml'));
  await page.locator('.files a.gone').first().click();
  await page.getByRole('button', { name: 'Keep the file' }).click();
  await page.context().close();
});

test('a flow is renamed from the list, at the place of its name', { skip }, async () => {
  const page = await open(browser, bot.base);
  await more(page, 'A thank-you', 'Rename everywhere');
  const name = page.getByLabel('New name');
  assert.equal(await name.inputValue(), 'thanks');
  await page.keyboard.press('Escape');
  await page.context().close();
});

test('the sheet of changes shows lines, whom they touch and the tests, and publishes', { skip: skipInFirefox('downloads') }, async () => {
  const page = await open(browser, bot.base);
  const before = bot.read(MENU);
  await write(page, before.replace('We are open until', 'We are open up to'));
  await page.getByRole('button', { name: 'Changes' }).click();
  const sheet = page.getByRole('dialog');
  assert.match(await sheet.locator('.difference .plus').textContent(), /open up to/);
  await sheet.getByText('Nobody is half-way').waitFor();
  await sheet.getByText(/\d+ of \d+ pass/).waitFor();
  const [patch] = await Promise.all([page.waitForEvent('download'), sheet.getByRole('button', { name: 'Download as patch' }).click()]);
  const made = readFileSync(await patch.path(), 'utf8');
  const applied = spawnSync('git', ['apply', '--check', '-'], { cwd: bot.folder, input: made, encoding: 'utf8' });
  assert.equal(applied.status, 0, `${made}\n${applied.stderr}`);
  await sheet.getByRole('button', { name: 'Publish' }).click();
  await page.getByText(/is live/).waitFor();
  assert.match(bot.read(MENU), /open up to/);
  bot.write(MENU, before);
  await page.context().close();
});

test('typing over several lines breaks no policy, and a bracket goes around a selection', { skip }, async () => {
  const page = await open(browser, bot.base);
  const before = await text(page);
  await page.locator('.cm-line', { hasText: 'title:' }).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('x');
  await until('the text is another one', async () => (await text(page)) === 'x');
  await page.keyboard.press('Control+z');
  await until('it is back', async () => (await text(page)) === before);
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  // The first line may be broken in two, so it depends on the font how far this goes.
  const chosen = await page.evaluate(() => getSelection().toString());
  assert.ok(chosen.includes('\n') && before.startsWith(chosen), chosen);
  await page.keyboard.type('{');
  await until('what was selected stays', async () => (await text(page)) === `{${chosen}}${before.slice(chosen.length)}`);
  assert.deepEqual(page.noise.filter((words) => !/status of 409/.test(words)), []);
  await page.context().close();
});

test('a piece that only somebody else changed is theirs by default', { skip }, async () => {
  const page = await open(browser, bot.base);
  const before = bot.read(MENU);
  await until('the text is there', async () => (await text(page)) === before);
  await write(page, before.replace('We are open until', 'We are open up to'));
  await isKept(page, 'We are open up to');
  bot.write(MENU, before.replace('title: The menu', 'title: Their menu'));
  const alert = page.getByRole('alert');
  await alert.getByRole('button', { name: 'Compare' }).waitFor();
  // Also what an earlier page has kept knows from where it began.
  await page.reload();
  await alert.getByRole('button', { name: 'Compare' }).click();
  const dialog = page.getByRole('dialog');
  const side = (n) => dialog.getByRole('group', { name: `Difference ${n}` }).locator('[aria-pressed=true]').textContent();
  assert.deepEqual([await side(1), await side(2)], ['Theirs', 'Mine']);
  assert.match(await dialog.locator('.button.main').textContent(), /Use these pieces/);
  await dialog.getByRole('button', { name: 'Use these pieces' }).click();
  assert.equal(await text(page), before.replace('title: The menu', 'title: Their menu').replace('We are open until', 'We are open up to'));
  bot.write(MENU, before);
  await page.context().close();
});

test('a file that changed on disk is joined piece by piece', { skip }, async () => {
  const page = await open(browser, bot.base);
  const before = bot.read(MENU);
  await until('the text is there', async () => (await text(page)) === before);
  await write(page, before.replace('title: The menu', 'title: My menu').replace('We are open until', 'We are open up to'));
  bot.write(MENU, before.replace('title: The menu', 'title: Their menu'));
  const alert = page.getByRole('alert');
  await alert.getByRole('button', { name: 'Compare' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('group', { name: 'Difference 1' }).getByRole('button', { name: 'Theirs' }).click();
  await dialog.getByRole('button', { name: 'Use these pieces' }).click();
  assert.equal(await alert.count(), 0);
  assert.equal(await text(page), before.replace('title: The menu', 'title: Their menu').replace('We are open until', 'We are open up to'));
  bot.write(MENU, before);
  await page.context().close();
});

test('the button to publish is whole beside a long state, many edits and a narrow window', { skip }, async () => {
  for (const [lang, width] of [['de', 1360], ['fr', 1280], ['en', 1360]]) {
    const page = await open(browser, bot.base, { lang, width });
    const first = await text(page);
    await write(page, `${first}# an edit\n`);
    for (const path of ['flows/booking.yaml', 'flows/thanks.yaml']) {
      await within(page, 'edits', 'edit', [path, 'flow: wrong\nnope: 1\n']);
    }
    await page.locator('.publish .number').waitFor();
    await page.locator('.findings-button:not(.good)').waitFor();
    const out = await page.evaluate(() => {
      const pane = document.querySelector('.pane.edit').getBoundingClientRect();
      const { right, width } = document.querySelector('.pane.edit .publish').getBoundingClientRect();
      return Math.round(right - pane.right) <= 0 && width > 40;
    });
    assert.ok(out, `${lang} ${width}`);
    await page.context().close();
  }
});

test('publishing says that tests fail now, with the way to them', { skip }, async () => {
  const page = await open(browser, bot.base);
  const before = bot.read(MENU);
  await write(page, before.replace('We are open until', 'We are open up to'));
  await page.getByRole('link', { name: /tests? fails? with these texts/ }).waitFor();
  await page.keyboard.press('Control+s');
  const told = page.locator('.toast.bad', { hasText: /tests? fails? with these texts/ });
  await told.getByRole('button', { name: 'To the tests' }).click();
  await page.locator('main.for-tests').waitFor();
  bot.write(MENU, before);
  await page.context().close();
});
