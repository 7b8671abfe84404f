// People: added by a link that is shown once, changed, signed out, removed; the last operator stays; what was done is told.
// And: what a role may not do is not offered.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, daemon, launch, open, skip, until } from './harness.mjs';

const PASSWORD = 'correct horse battery';
let browser;
let bot;
/** The cookies of people, by name. */
const cookies = new Map();

/** Lets somebody in, and keeps the cookie. */
const signedIn = async (name, role) => {
  const made = bot.run('people', 'add', name, '--role', role, '--config', 'config.yaml', '--json');
  assert.equal(made.status, 0, made.stderr);
  await byLink(name, JSON.parse(made.stdout).link);
};

const byLink = async (name, link) => {
  const body = JSON.stringify({ link: link.split('#')[1], password: PASSWORD });
  const set = await fetch(`${bot.base}/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json', origin: bot.base }, body });
  assert.equal(set.status, 204);
  cookies.set(name, set.headers.get('set-cookie').split(';')[0]);
};

/** Opens a page as somebody who is signed in. */
const as = async (name, { width = 1440, height = 900, touch = false, ...more } = {}) => {
  const context = await browser.newContext({ viewport: { width, height }, hasTouch: touch, isMobile: touch, reducedMotion: 'reduce', bypassCSP: true });
  const [cookie, value] = cookies.get(name).split('=');
  await context.addCookies([{ name: cookie, value, url: bot.base, httpOnly: true, sameSite: 'Strict' }]);
  return open(browser, bot.base, { path: '/studio/people', ready: '.people-row', context, ...more });
};

before(async () => {
  if (!skip) {
    browser = await launch();
    const sender = (id, account) => ({ id, account, name: `Sender ${id}`, provider: 'sandbox', phone: `+1555000000${id}` });
    // A public address makes the daemon want a sign-in, also from this machine.
    bot = await daemon({ public_url: 'https://bot.example', accounts: [{ name: 'shop' }, { name: 'outlet' }], senders: [sender(1, 'shop'), sender(2, 'outlet')] });
    await signedIn('Ana', 'operator');
    for (const role of ['viewer', 'author', 'agent']) {
      await signedIn(`The ${role}`, role);
    }
  }
});
after(async () => {
  await browser?.close();
  await bot?.end();
});

const row = (page, name) => page.locator('.people-row', { hasText: name });
const choose = async (page, name, item) => {
  await row(page, name).locator('.icon-button').click();
  await page.getByRole('menuitem', { name: item }).click();
};
const toast = (page, words) => until(`it says ${words}`, async () => words.test((await page.locator('.toasts').textContent()) ?? ''));

test('a person is added by a link that is shown once, with an account of their own', { skip }, async () => {
  const page = await as('Ana');
  await page.getByRole('button', { name: 'Add a person' }).click();
  await until('the name has the focus', () => page.evaluate(() => document.activeElement.name === 'name'));
  await page.keyboard.type('The viewer');
  await page.keyboard.press('Enter');
  await until('the name is taken', async () => /already/.test(await page.locator('.refusal').textContent()));
  await page.locator('input[name=name]').fill('Eva');
  await page.locator('input[value=agent]').check();
  await page.getByLabel('All accounts').uncheck();
  assert.deepEqual(await page.locator('.people-accounts label').allTextContents(), ['All accounts', 'outlet', 'shop']);
  await page.locator('.people-teams').getByLabel('shop').check();
  await page.keyboard.press('Enter');
  const link = await page.locator('.people-link input').inputValue();
  assert.match(link, /^https:\/\/bot\.example\/studio\/sign-in#[0-9a-f]{64}$/);
  await page.getByRole('button', { name: 'Done', exact: true }).click();
  assert.match(await row(page, 'Eva').textContent(), /outlet.*Agent.*shop.*Link open until \d\d:\d\d/);
  assert.ok(!(await page.content()).includes(link.split('#')[1]), 'the link is gone from the page');
  await byLink('Eva', link);
  await page.reload();
  await until('she is signed in', async () => /on 1 browser/.test(await row(page, 'Eva').textContent()));
  await until('the log tells it', async () => /Ana\s*Added\s*Eva/.test((await page.locator('.done').textContent()).replace(/\s+/g, ' ')));
  assert.deepEqual(page.noise.filter((one) => !one.includes('409')), []);
  await page.context().close();
});

test('role, link, sessions and removal; the last operator stays', { skip }, async () => {
  const page = await as('Ana');
  await choose(page, 'Eva', 'Change role');
  await page.locator('input[value=viewer]').check();
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await toast(page, /Eva is changed/);
  await until('she is signed out', async () => /Viewer.*signed out/.test(await row(page, 'Eva').textContent()));

  await choose(page, 'Eva', 'New link');
  await page.getByRole('button', { name: 'Make the link' }).click();
  const link = await page.locator('.people-link input').inputValue();
  await page.keyboard.press('Escape');
  await byLink('Eva', link);
  await page.reload();
  await choose(page, 'Eva', 'Sign out everywhere');
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await toast(page, /Eva is signed out everywhere/);

  await choose(page, 'Eva', 'Remove');
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await until('she is gone', async () => (await row(page, 'Eva').count()) === 0);

  await choose(page, 'Ana', 'Remove');
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await toast(page, /last operator/);
  await choose(page, 'Ana', 'Change role');
  await page.locator('input[value=author]').check();
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await until('nor another role', async () => /last operator/.test(await page.locator('.refusal').textContent()));
  await page.keyboard.press('Escape');
  assert.equal(await row(page, 'Ana').count(), 1);
  await page.context().close();
});

test('all of it goes by keyboard', { skip }, async () => {
  const page = await as('Ana');
  await page.locator('.page-head .button').focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await until('the menu has the focus', () => page.evaluate(() => document.activeElement.getAttribute('role') === 'menuitem'));
  await page.keyboard.press('Enter');
  await until('the present role has it', () => page.evaluate(() => document.activeElement.value === 'operator'));
  await page.keyboard.press('Escape');
  await until('the focus is back', () => page.evaluate(() => document.activeElement.closest('.people-row') !== null));
  await page.context().close();
});

test('what a role may not do is not offered', { skip }, async () => {
  const bar = async (page) => (await page.locator('.pages a span').allTextContents()).join(' ');
  const viewer = await as('The viewer', { path: '/studio/flows/menu', ready: '.cm-line' });
  assert.equal(await bar(viewer), 'Flows Runs Knowledge Contacts Ahead Health');
  for (const gone of ['.publish', '.pane.chat', '.pane.dock', '.files .new', '.file-menu', '.findings-button']) {
    assert.equal(await viewer.locator(gone).count(), 0, gone);
  }
  await viewer.locator('.cm-content').click();
  await viewer.keyboard.type('x');
  assert.equal(await viewer.locator('.dot').count(), 0, 'the text is read only');
  // A mouse that rests asks for an explanation, which nobody gives here.
  await viewer.locator('.cm-line', { hasText: 'steps' }).first().hover({ position: { x: 12, y: 8 } });
  await viewer.waitForTimeout(600);
  assert.ok(await viewer.locator('.pane.map svg').first().isVisible());
  assert.ok(!viewer.asked.some((one) => /studio\/(play|lsp|tests)/.test(one.url())));
  await viewer.goto(`${bot.base}/studio/health?lang=en`);
  await viewer.locator('.health-checks').waitFor();
  assert.equal(await viewer.locator('.test').count(), 0);
  await viewer.goto(`${bot.base}/studio/people?lang=en`);
  await viewer.locator('.alone').waitFor();
  assert.deepEqual(viewer.noise, []);
  await viewer.context().close();

  const author = await as('The author', { path: '/studio/flows/menu', ready: '.cm-line' });
  assert.equal(await bar(author), 'Flows Tests Runs Knowledge Contacts Ahead Health');
  assert.equal(await author.locator('.publish').count(), 1);
  assert.equal(await author.locator('.pane.chat').count(), 1);
  await author.context().close();
});

test('an author sees customers masked', { skip }, async () => {
  const key = { 'content-type': 'application/json', cookie: cookies.get('Ana'), origin: bot.base };
  const contact = JSON.stringify({ account: 'shop', contacts: [{ phone: '+34600111222', name: 'Quintiliana' }] });
  const made = await fetch(`${bot.base}/v1/contacts/import`, { method: 'POST', headers: key, body: contact });
  assert.equal(made.status, 200, await made.text());
  const page = await as('The author', { path: '/studio/contacts', ready: '.contact-row' });
  assert.match(await page.locator('.contact-row').textContent(), /Q••.*\+34 6•• ••• 222/s);
  // Who sees no numbers cannot search by one: the page says so, and does not ask.
  await page.getByText('Your role sees no names and numbers, so only a tag is searched for.').waitFor();
  await page.getByRole('searchbox', { name: 'Tag' }).fill('+34600111222');
  await page.getByText('Nobody fits “+34600111222”.').waitFor();
  assert.equal(await page.getByText('Your role sees no names and numbers').count(), 2);
  assert.ok(!page.asked.some((one) => /[?&](phone|search)=/.test(new URL(one.url()).search) && one.url().includes('/v1/')));
  await page.getByRole('link', { name: 'Show everybody' }).click();
  await page.locator('.contact-row').click();
  await page.locator('.contact-head').waitFor();
  await page.locator('.contact-columns').waitFor();
  assert.equal(await page.locator('.contact-erase').count(), 0);
  await page.waitForTimeout(500);
  assert.ok(!(await page.locator('body').textContent()).includes('Quintiliana'));
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

for (const [theme, lang, width, height] of [
  ['light', 'en', 1440, 900],
  ['dark', 'ar', 390, 844],
]) {
  test(`axe finds no barrier, and nothing is too wide (${theme}, ${lang}, ${width})`, { skip }, async () => {
    const page = await as('Ana', { theme, lang, width, height, touch: width < 500 });
    const barriers = async () => {
      await page.addScriptTag({ content: axe() });
      return page.evaluate(async () => {
        const { violations } = await axe.run(document, { resultTypes: ['violations'] });
        return violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
      });
    };
    await page.locator('.done-row').first().waitFor();
    assert.deepEqual(await barriers(), []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await page.locator('.page-head .button').click();
    await page.locator('.people-dialog').waitFor();
    assert.deepEqual(await barriers(), []);
    await page.locator('input[name=name]').fill(`Fran ${lang}`);
    await page.keyboard.press('Enter');
    await page.locator('.people-link').waitFor();
    assert.deepEqual(await barriers(), []);
    await page.context().close();
  });
}
