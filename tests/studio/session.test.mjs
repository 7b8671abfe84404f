// Signing in: by a link, by name and password, over the open page when the session ends, and out again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, daemon, launch, open, skip, text, until, within, write } from './harness.mjs';

const PASSWORD = 'correct horse battery';
let browser;
let bot;
before(async () => {
  if (!skip) {
    browser = await launch();
    // A public address makes the daemon want a sign-in, also from this machine.
    bot = await daemon({ public_url: 'https://bot.example' });
    const set = await fetch(`${bot.base}/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: bot.base },
      body: JSON.stringify({ link: link('add', 'Ana', '--role', 'operator'), password: PASSWORD }),
    });
    assert.equal(set.status, 204);
  }
});
after(async () => {
  await browser?.close();
  await bot?.end();
});

/** The secret of a new link of a person. */
const link = (...words) => {
  const done = bot.run('people', ...words, '--config', 'config.yaml', '--json');
  assert.equal(done.status, 0, done.stderr);
  return JSON.parse(done.stdout).link.split('#')[1];
};

/** Opens the page of a link, which is a new person's. */
const byLink = async (name, role, more = {}) => {
  const page = await open(browser, bot.base, { path: '/studio/sign-in', ready: '.signin-form', ...more });
  const secret = link('add', name, '--role', role);
  await page.evaluate((secret) => (location.hash = secret), secret);
  await page.locator('input[name=again]').waitFor();
  return page;
};

const signIn = async (page, name, password = PASSWORD) => {
  name && (await page.locator('input[name=name]').fill(name));
  await page.locator('input[name=password]').fill(password);
  await page.keyboard.press('Enter');
};

const barriers = async (page) => {
  await page.addScriptTag({ content: axe() });
  // CodeMirror's scroller holds a text that can be focused, which axe does not count.
  return page.evaluate(async () => {
    const { violations } = await axe.run({ exclude: ['.cm-scroller'] }, { resultTypes: ['violations'] });
    return violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
  });
};

test('a link sets a password, and the name stands in the bar', { skip }, async () => {
  const page = await byLink('Eva', 'operator');
  const set = async (one, two) => {
    await page.locator('input[name=new]').fill(one);
    await page.locator('input[name=again]').fill(two);
    await page.keyboard.press('Enter');
  };
  assert.equal(await page.evaluate(() => document.activeElement.name), 'new');
  await set('too short', 'too short');
  await page.locator('.refusal').waitFor();
  assert.match(await page.locator('.refusal').textContent(), /too short: at least 10/);
  await set(PASSWORD, `${PASSWORD}!`);
  await until('it says that they differ', async () => /differ/.test(await page.locator('.refusal').textContent()));
  await set(PASSWORD, PASSWORD);
  await page.locator('.cm-line').first().waitFor();
  assert.ok(!page.url().includes('#') && page.url().includes('/studio/flows'), page.url());
  assert.match(await page.locator('.person-button').getAttribute('aria-label'), /^Eva, Operator$/);
  await page.context().close();
});

test('a wrong password is a sentence, and afterwards the page of the address opens', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio/health', ready: '.signin-form' });
  assert.equal(await page.evaluate(() => document.activeElement.name), 'name');
  await signIn(page, 'Ana', 'wrong horse battery');
  await page.getByText('Name and password do not fit.').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.name), 'password');
  await signIn(page, 'ana');
  await page.locator('.health-group').first().waitFor();
  assert.match(page.url(), /\/studio\/health/);
  await page.locator('.person-button').press('Enter');
  await page.getByRole('menuitem', { name: 'Sign out' }).press('Enter');
  await page.locator('.signin-form').waitFor();
  assert.equal(await page.locator('.top').count(), 0);
  await page.context().close();
});

test('a session that ends leaves the page and its edits as they are', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio/flows/menu', ready: '.signin-form' });
  await signIn(page, 'Ana');
  await page.locator('.cm-line').first().waitFor();
  const edited = `${await text(page)}# an edit\n`;
  await write(page, edited);
  await page.context().clearCookies();
  // Something that the page asks by itself may have opened the sheet already, and then the mouse reaches no link.
  await page.locator('.pages a', { hasText: 'Runs' }).evaluate((one) => one.click());
  const sheet = page.locator('dialog.for-signin');
  await sheet.waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await sheet.isVisible(), true);
  assert.equal(await page.locator('input[name=name]').inputValue(), 'Ana');
  await signIn(page, '');
  await sheet.waitFor({ state: 'detached' });
  assert.match(page.url(), /\/studio\/runs/);
  await until('the page is read again', async () => (await page.locator('.failed').count()) === 0);
  await page.goBack();
  assert.equal(await text(page), edited);
  await page.context().close();
});

test('too many tries say when to try again, and https what to do', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio', ready: '.signin-form' });
  const answer = (status, code, headers = {}) =>
    page.route('**/v1/session', (route) => (route.request().method() === 'POST' ? route.fulfill({ status, headers, json: { code, detail: '' } }) : route.continue()));
  await answer(403, 'needs_https');
  await signIn(page, 'Ana');
  await page.getByText('Open the studio at its https address').waitFor();
  await answer(429, 'too_many_tries', { 'retry-after': '4' });
  await signIn(page, 'Ana');
  await page.getByText(/Try again in \d seconds?\./).waitFor();
  assert.equal(await page.locator('.signin-form .button').isDisabled(), true);
  await until('the time is over', async () => !(await page.locator('.signin-form .button').isDisabled()));
  await page.context().close();
});

test('an agent sees the pages of agents', { skip }, async () => {
  const page = await byLink('Rosa', 'agent');
  await page.locator('input[name=new]').fill(PASSWORD);
  await page.locator('input[name=again]').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.locator('.person-button').waitFor();
  await until('the inbox is open', () => page.url().includes('/studio/inbox'));
  assert.equal(await page.locator('.pages a', { hasText: 'Flows' }).count(), 0);
  await page.context().close();
});

for (const [theme, lang, width] of [['light', 'en', 1440], ['dark', 'ar', 390]]) {
  test(`axe finds no barrier, and nothing is too wide (${theme}, ${lang}, ${width})`, { skip }, async () => {
    const page = await open(browser, bot.base, { ready: '.signin-form', theme, lang, width, touch: width < 500, bypassCSP: true });
    assert.deepEqual(await barriers(page), []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    await page.locator('input[name=name]').fill('Ana');
    await page.locator('input[name=password]').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.locator('.cm-line').first().waitFor({ state: 'attached' });
    await page.locator('.person-button').click();
    await page.locator('[role=menu] .person').waitFor();
    assert.deepEqual(await barriers(page), []);
    await page.keyboard.press('Escape');
    await page.context().clearCookies();
    await within(page, 'session', 'readSession', []);
    await page.locator('dialog.for-signin').waitFor();
    assert.deepEqual(await barriers(page), []);
    await page.context().close();
  });
}
