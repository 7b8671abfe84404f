// What goes wrong around the page: two people, many tabs, a browser and a daemon that are killed, a folder that may not be
// written, names that are markup.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { daemon, isKept, launch, launchIn, open, skip, text, until, write, written } from './harness.mjs';

const MENU = 'flows/menu.yaml';
const HOSTILE = '<img src=x onerror=alert(1)>';
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

const chat = (page) => page.locator('.pane.chat');
const bubbles = (page) => chat(page).locator('.chat-text').allTextContents();
const said = (page, words) => chat(page).locator('.chat-text', { hasText: words }).last().waitFor();

/** Kills all processes of the browser that has this profile. */
function killBrowser(profile) {
  const own = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  for (const id of own) {
    try {
      if (readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(profile)) {
        process.kill(Number(id), 'SIGKILL');
      }
    } catch {
      // It has ended meanwhile.
    }
  }
}

test('C3 of two people who publish the second overwrites nothing, and sees both texts', { skip }, async () => {
  const first = await open(browser, bot.base);
  const second = await open(browser, bot.base);
  const before = bot.read(MENU);
  // The second page does not hear of the first one’s publishing in time.
  await second.route('**/v1/events*', (route) => route.abort());
  await second.reload();
  await second.waitForSelector('.cm-line');
  await until('the text is there', async () => (await text(second)) === before);
  await write(second, before.replace('What can I do for you?', 'What would you like?'));
  await write(first, before.replace('We are open until', 'We are open up to'));
  await first.keyboard.press('Control+s');
  await first.getByText(/is live/).waitFor();
  const published = bot.read(MENU);
  assert.match(published, /open up to/);
  const refused = second.waitForResponse((answer) => answer.url().endsWith('/v1/bot/publish'));
  await second.keyboard.press('Control+s');
  assert.equal((await refused).status(), 412);
  const alert = second.getByRole('alert');
  await alert.getByText('changed on disk').waitFor();
  assert.equal(bot.read(MENU), published);
  assert.match(await text(second), /What would you like\?/);
  await alert.getByRole('button', { name: 'Compare' }).click();
  assert.match(await second.locator('dialog').textContent(), /open up to.*What would you like\?|What would you like\?.*open up to/s);
  await first.context().close();
  await second.context().close();
  bot.write(MENU, before);
});

function hide() {
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
  document.dispatchEvent(new Event('visibilitychange'));
}

function unhide() {
  delete document.visibilityState;
  delete document.hidden;
  document.dispatchEvent(new Event('visibilitychange'));
}

test('B6 eight tabs of one browser load and hear of changes', { skip }, async () => {
  const context = await browser.newContext();
  const pages = [];
  for (let n = 0; n < 8; n++) {
    // A browser hides each tab but one; Playwright shows all of them at once.
    await pages.at(-1)?.evaluate(hide);
    pages.push(await open(browser, bot.base, { context }));
    await chat(pages[n]).locator('.chat-words button').first().waitFor();
  }
  const before = bot.read(MENU);
  bot.write(MENU, before.replace('title: The menu', 'title: Seen by all'));
  for (const page of pages) {
    await page.evaluate(unhide);
    await until('the change is seen', async () => (await text(page)).includes('Seen by all'));
    await page.evaluate(hide);
  }
  await pages[7].evaluate(unhide);
  // The last one can still ask the daemon for something.
  await chat(pages[7]).locator('.chat-words').getByRole('button', { name: 'hi', exact: true }).click();
  await said(pages[7], 'What can I do for you?');
  bot.write(MENU, before);
  await context.close();
});

test('C4 edits survive a browser that is killed', { skip }, async () => {
  const profile = mkdtempSync(join(tmpdir(), 'studio-profile-'));
  try {
    let person = await launchIn(profile);
    let page = await open(browser, bot.base, { context: person });
    const before = await text(page);
    await write(page, `${before}# not published\n`);
    await isKept(page, '# not published');
    const gone = new Promise((done) => person.once('close', done));
    killBrowser(profile);
    await gone;
    person = await launchIn(profile);
    page = await open(browser, bot.base, { context: person });
    await until('the edit is back', async () => (await text(page)) === `${before}# not published\n`);
    assert.equal(bot.read(MENU), before);
    await person.close();
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});

test('B5 a daemon that is killed: the page recovers, and nothing is lost or doubled', { skip }, async () => {
  await written(bot, '+34600111222', 'Ana López', ['hello']);
  const runs = async () => (await (await fetch(`${bot.base}/v1/runs`)).json()).data.map((one) => one.id);
  const before = await runs();
  assert.ok(before.length);
  const page = await open(browser, bot.base, { path: '/studio/flows/booking' });
  await chat(page).locator('.chat-words').getByRole('button', { name: 'book', exact: true }).click();
  await said(page, 'What shall we do for you?');
  await write(page, `${await text(page)}# kept\n`);
  const talked = await bubbles(page);
  await bot.kill();
  await page.getByText(/Not connected since/).waitFor();
  await chat(page).locator('.chat-wall').getByRole('button', { name: 'Haircut', exact: true }).click();
  await bot.start();
  await page.getByText(/Not connected since/).waitFor({ state: 'detached' });
  await said(page, 'Which day suits you?');
  assert.deepEqual(await bubbles(page), [...talked, 'Haircut', 'Which day suits you?']);
  assert.match(await text(page), /# kept\n$/);
  await page.keyboard.press('Control+s');
  await page.getByText(/is live/).waitFor();
  assert.match(bot.read('flows/booking.yaml'), /# kept\n$/);
  assert.deepEqual(await runs(), before);
  // The conversation goes on where it stood, with one answer.
  await written(bot, '+34600111222', 'Ana López', ['Opening hours']);
  const { data } = await (await fetch(`${bot.base}/v1/sandbox/1/messages?phone=%2B34600111222`)).json();
  assert.equal(data.filter((one) => one.direction === 'out' && JSON.stringify(one).includes('What can I do for you?')).length, 1);
  await page.context().close();
});

test('C16 a folder that may not be written offers the edits as a patch', { skip }, async () => {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  const sent = [];
  page.on('request', (request) => sent.push(`${request.method()} ${new URL(request.url()).pathname}`));
  // The answer of a daemon whose folder is read-only, which tests/api/studio_read_only.rs gets from a real one.
  await page.route('**/v1/bot', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), writable: false } });
  });
  await page.goto(`${bot.base}/studio/flows/menu?lang=en`);
  await page.waitForSelector('.cm-line');
  const before = bot.read(MENU);
  await write(page, before.replace('We are open until', 'We are open up to'));
  await page.keyboard.press('Control+s');
  const sheet = page.getByRole('dialog');
  const [patch] = await Promise.all([page.waitForEvent('download'), sheet.getByRole('button', { name: 'Download as patch' }).click()]);
  assert.match(readFileSync(await patch.path(), 'utf8'), /^\+.*We are open up to/m);
  assert.equal(await sheet.getByRole('button', { name: 'Publish' }).count(), 0);
  assert.equal(bot.read(MENU), before);
  assert.ok(!sent.includes('POST /v1/bot/publish'), sent.join(' '));
  await page.context().close();
});

test('C13 markup in the name of a file, a flow, a button and a customer is text', { skip }, async () => {
  bot.write('flows/evil.yaml', `flow: evil\ntitle: "${HOSTILE}"\nwhen:\n  - message: evil\nsteps:\n  - ask: "${HOSTILE} \${contact.name}"\n    options: ["<b>bold</b>"]\n`);
  const page = await open(browser, bot.base, { path: '/studio/flows/evil' });
  await page.locator('.files .name', { hasText: HOSTILE }).waitFor();
  await page.locator('[data-chat-input]').fill('evil');
  await page.keyboard.press('Enter');
  await said(page, HOSTILE);
  await page.locator('.pane.map [data-step]').first().waitFor();
  await chat(page).locator('.chat-wall').getByRole('button', { name: '<b>bold</b>' }).waitFor();
  for (const name of ['Trace', 'Variables', 'JSON', 'Why', /^Findings/]) {
    await page.getByRole('tab', { name }).click();
  }
  bot.write(`flows/${HOSTILE}.yaml`, 'flow: other\nsteps:\n  - say: Hi\n');
  await page.locator('.files [title*="onerror"]').first().waitFor();
  for (const path of ['flows', 'tests', 'runs', 'contacts', 'ahead', 'health']) {
    await page.goto(`${bot.base}/studio/${path}?lang=en`);
    await page.waitForTimeout(400);
    assert.equal(await page.locator('img[src="x"], b:text-is("bold")').count(), 0, path);
  }
  await page.goto(`${bot.base}/studio/flows?lang=en`);
  await page.locator('.files [title*="onerror"]').first().click();
  await page.locator('.banner.bad-name').waitFor();
  await page.locator('.cm-content[aria-readonly="true"]', { hasText: 'flow: other' }).waitFor();
  assert.deepEqual(page.noise.filter((words) => !words.includes('409')), []);
  bot.remove(`flows/${HOSTILE}.yaml`);
  bot.remove('flows/evil.yaml');
  await page.context().close();
});

test('a file that the daemon cannot read now is not said to be missing', { skip }, async () => {
  const page = await open(browser, bot.base);
  await page.route('**/v1/bot/files/flows/booking.yaml', (route) => route.fulfill({ status: 500, json: { code: 'internal', detail: 'The disk is gone.' } }));
  await page.goto(`${bot.base}/studio/flows/booking`);
  await page.getByText('flows/booking.yaml could not be read: The disk is gone.').waitFor();
  assert.equal(await page.getByText('There is no file').count(), 0);
  await page.goto(`${bot.base}/studio/flows/never_written`);
  await page.getByText('There is no file flows/never_written.yaml.').waitFor();
  await page.context().close();
});
