// People at the same time: an author who publishes while others have the file open, each with another role, and a person
// with several tabs who signs out in one of them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { daemon, isKept, launch, open, skip, text, until, write } from './harness.mjs';

const PASSWORD = 'correct horse battery';
const MENU = 'flows/menu.yaml';
/** Of the shop, for the sandbox's phone. */
const KEY = 'a-key-of-the-shop-for-the-sandbox-0123456789';
const ANA = '+34600111222';
let browser;
let bot;
/** The cookies of people, by role. */
const cookies = new Map();

before(async () => {
  if (skip) {
    return;
  }
  browser = await launch();
  // A public address makes the daemon want a sign-in, also from this machine.
  bot = await daemon({ public_url: 'https://bot.example', accounts: [{ name: 'shop', api_keys: [KEY] }] });
  for (const role of ['viewer', 'author', 'agent', 'operator']) {
    const made = bot.run('people', 'add', `The ${role}`, '--role', role, '--config', 'config.yaml', '--json');
    assert.equal(made.status, 0, made.stderr);
    const body = JSON.stringify({ link: JSON.parse(made.stdout).link.split('#')[1], password: PASSWORD });
    const set = await fetch(`${bot.base}/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json', origin: bot.base }, body });
    assert.equal(set.status, 204);
    cookies.set(role, set.headers.get('set-cookie').split(';')[0]);
  }
});
after(async () => {
  await browser?.close();
  await bot?.end();
});

/** A browser profile in which somebody is signed in. */
const profileOf = async (role) => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  const [name, value] = cookies.get(role).split('=');
  await context.addCookies([{ name, value, url: bot.base, httpOnly: true, sameSite: 'Strict' }]);
  return context;
};
const as = async (role, more = {}) => open(browser, bot.base, { context: await profileOf(role), ...more });
/** The status and code of a request that the page of this person sends. */
const forged = (page, path, body) => page.evaluate(async ([path, body]) => {
  const answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return { status: answer.status, code: (await answer.json().catch(() => null))?.code };
}, [path, body]);
const menus = async () => (await (await fetch(`${bot.base}/v1/bot`, { headers: { cookie: cookies.get('operator') } })).json()).live.version;

test('C11 an author publishes while a viewer and an operator have the file open, and each sees what their role may', { skip }, async () => {
  const [author, viewer, operator] = await Promise.all([as('author'), as('viewer'), as('operator')]);
  const before = bot.read(MENU);
  const version = await menus();
  assert.equal(await author.locator('.publish').count(), 1);
  assert.equal(await viewer.locator('.publish').count(), 0);
  // The operator is in the middle of an edit of another line.
  const edited = before.replace('We are open until', 'We are open up to');
  await write(operator, edited);
  await isKept(operator, 'We are open up to');
  await write(author, before.replace('What can I do for you?', 'What would you like?'));
  // What is not published is seen by nobody else.
  assert.doesNotMatch(await text(viewer), /What would you like\?/);
  assert.doesNotMatch(await text(operator), /What would you like\?/);
  await author.keyboard.press('Control+s');
  await author.getByText(/is live/).waitFor();
  const published = bot.read(MENU);
  assert.match(published, /What would you like\?/);
  await until('another version is live', async () => (await menus()) !== version);

  // The viewer's page takes the new text over by itself, and may do no more than before.
  await until('the viewer sees it', async () => (await text(viewer)).includes('What would you like?'));
  await viewer.locator('.pane.map', { hasText: 'What would you like?' }).waitFor();
  for (const path of ['/v1/bot/publish', '/v1/studio/play', '/v1/studio/tests']) {
    assert.deepEqual(await forged(viewer, path, { files: { [MENU]: 'flow: menu\n' } }), { status: 403, code: 'not_your_role' }, path);
  }
  assert.deepEqual(await forged(author, '/v1/people', { name: 'Eve', role: 'operator' }), { status: 403, code: 'not_your_role' });

  // The operator's edit stays, beside what is on the disk now, and nothing is overwritten before it is joined.
  const alert = operator.getByRole('alert');
  await alert.getByText('changed on disk').waitFor();
  assert.equal(await text(operator), edited);
  assert.equal(bot.read(MENU), published);
  await alert.getByRole('button', { name: 'Take theirs' }).click();
  assert.equal(await text(operator), published);
  assert.deepEqual([author, operator].flatMap((page) => page.noise).filter((words) => !/status of 403/.test(words)), []);
  assert.deepEqual(viewer.noise.filter((words) => !/status of 403/.test(words)), []);

  // The log names the author.
  await operator.goto(`${bot.base}/studio/people?lang=en`);
  await operator.locator('.done-row', { hasText: 'The author' }).filter({ hasText: 'Published' }).first().waitFor();
  bot.write(MENU, before);
  await Promise.all([author, viewer, operator].map((page) => page.context().close()));
});

test('C4 after a sign-out in one tab the others ask to sign in, and lose no text', { skip }, async () => {
  const message = { from: ANA.slice(1), id: 'wamid.TOGETHER1', timestamp: String(Math.floor(Date.now() / 1000)), type: 'text', text: { body: 'hello' } };
  const value = {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: '15550000001', phone_number_id: '1' },
    contacts: [{ profile: { name: 'Ana López' }, wa_id: ANA.slice(1) }],
    messages: [message],
  };
  const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: 'sandbox', changes: [{ field: 'messages', value }] }] });
  assert.equal((await fetch(`${bot.base}/webhooks/sandbox/1`, { method: 'POST', headers: { authorization: `Bearer ${KEY}` }, body })).status, 200);
  const asked = async (path) => (await fetch(`${bot.base}${path}`, { headers: { cookie: cookies.get('operator') } })).json();
  let talk = null;
  await until('the talk is there', async () => (talk = (await asked('/v1/conversations')).data[0]));

  const editor = await as('operator');
  const context = editor.context();
  const inbox = await open(browser, bot.base, { path: `/studio/inbox/${talk.id}`, ready: '.inbox-box', context });
  await inbox.locator('.inbox-box').getByRole('button', { name: 'Take over' }).click();
  const box = inbox.locator('.inbox-write textarea');
  await box.fill('Half a sent');
  const before = await text(editor);
  // The last key a moment ago: nothing is written down yet.
  await write(editor, `${before}# not published\n`);

  const third = await open(browser, bot.base, { path: '/studio/health', ready: '.health-group', context });
  await third.locator('.person-button').click();
  await third.getByRole('menuitem', { name: 'Sign out' }).click();
  await third.locator('.signin-form').waitFor();
  for (const page of [editor, inbox]) {
    await page.locator('dialog.for-signin').waitFor();
    assert.equal(await page.locator('dialog.for-signin input[name=name]').inputValue(), 'The operator');
  }
  assert.equal(await text(editor), `${before}# not published\n`);
  assert.equal(await box.inputValue(), 'Half a sent');

  // Signed in again in one tab, all of them go on where they were.
  await editor.locator('input[name=password]').fill(PASSWORD);
  await editor.keyboard.press('Enter');
  for (const page of [editor, inbox]) {
    await page.locator('dialog.for-signin').waitFor({ state: 'detached' });
  }
  assert.equal(await text(editor), `${before}# not published\n`);
  assert.equal(await box.inputValue(), 'Half a sent');
  await box.press('Enter');
  await inbox.locator('.inbox-wall .chat-row.out', { hasText: 'Half a sent' }).waitFor();
  await editor.reload();
  await until('the edit is back', async () => (await text(editor).catch(() => '')).endsWith('# not published\n'));
  assert.equal(bot.read(MENU), before);
  await context.close();
});
