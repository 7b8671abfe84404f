// One browser for several people: the link of somebody who was added, whose edits are whose, another person's sign-in in
// the next tab, a removal and another role while the page is open, and a lost connection.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { daemon, isKept, launch, open, skip, text, until, write } from './harness.mjs';

const PASSWORD = 'correct horse battery';
const PEOPLE = { Olga: 'operator', Ana: 'author', Rob: 'author', Vera: 'viewer', Gina: 'agent', Zoe: 'agent' };
/** Of the shop, for the sandbox's phone. */
const KEY = 'a-key-of-the-shop-for-the-sandbox-0123456789';
const MENU = '/studio/flows/menu?lang=en';
let browser;
/** A daemon where everybody signs in. */
let bot;
/** The cookie of an operator, for requests beside the page. */
let owner;
before(async () => {
  if (skip) {
    return;
  }
  browser = await launch();
  // A public address makes the daemon want a sign-in, also from this machine.
  bot = await daemon({ public_url: 'https://bot.example', accounts: [{ name: 'shop', api_keys: [KEY] }] });
  for (const [name, role] of Object.entries(PEOPLE)) {
    const made = bot.run('people', 'add', name, '--role', role, '--config', 'config.yaml', '--json');
    assert.equal(made.status, 0, made.stderr);
    const body = JSON.stringify({ link: JSON.parse(made.stdout).link.split('#')[1], password: PASSWORD });
    const set = await fetch(`${bot.base}/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json', origin: bot.base }, body });
    assert.equal(set.status, 204);
    owner ??= set.headers.get('set-cookie').split(';')[0];
  }
});
after(async () => {
  await browser?.close();
  await bot?.end();
});

/** Asks the daemon as an operator. */
const asked = async (path, method = 'GET', body = undefined) => {
  const answer = await fetch(`${bot.base}${path}`, { method, headers: { 'content-type': 'application/json', origin: bot.base, cookie: owner }, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.status === 204 ? null : answer.json();
};
const change = async (name, work) => {
  const { data } = await asked('/v1/people');
  return work(data.find((one) => one.name === name).id);
};
/** A conversation of a customer, by its id. */
const talkOf = async (phone, name, agoS = 0) => {
  const from = phone.slice(1);
  const message = { from, id: `wamid.SHARING${from}`, timestamp: String(Math.floor(Date.now() / 1000) - agoS), type: 'text', text: { body: 'hello' } };
  const metadata = { display_phone_number: '15550000001', phone_number_id: '1' };
  const value = { messaging_product: 'whatsapp', metadata, contacts: [{ profile: { name }, wa_id: from }], messages: [message] };
  const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: 'sandbox', changes: [{ field: 'messages', value }] }] });
  const told = await fetch(`${bot.base}/webhooks/sandbox/1`, { method: 'POST', headers: { authorization: `Bearer ${KEY}` }, body });
  assert.equal(told.status, 200);
  let talk;
  await until('the conversation is there', async () => (talk = (await asked(`/v1/conversations?search=${encodeURIComponent(phone)}`)).data[0]));
  return talk.id;
};
const profile = () => browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
const signIn = async (page, name) => {
  name && (await page.locator('input[name=name]').fill(name));
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.keyboard.press('Enter');
};
/** A tab where somebody signs in by name. */
const as = async (context, name, path = MENU) => {
  const page = await open(browser, bot.base, { path: path.split('?')[0], ready: '.signin-form', context });
  await signIn(page, name);
  await page.locator('.person-button', { hasText: name }).waitFor();
  return page;
};
const leave = async (page) => {
  await page.locator('.person-button').press('Enter');
  await page.getByRole('menuitem', { name: 'Sign out' }).press('Enter');
  await page.locator('.person-button').waitFor({ state: 'detached' });
};
const isRead = (page) => page.locator('.pane.edit .cm-line').first().waitFor();

test('the link of a person who was added opens the studio also where nobody needs to sign in', { skip }, async () => {
  const local = await daemon();
  try {
    const first = await open(browser, local.base, { path: '/studio/people', ready: '.people' });
    await first.getByRole('button', { name: 'Add a person' }).click();
    await first.locator('input[name=name]').fill('Eva');
    await first.keyboard.press('Enter');
    const link = await first.locator('.people-link input').inputValue();
    const eva = await profile();
    const page = await open(browser, local.base, { path: '/studio/flows/menu', context: eva });
    const tab = await open(browser, local.base, { path: '/studio/flows/menu', context: eva });
    await page.goto(link.replace('#', '?lang=en#'));
    await page.locator('input[name=new]').fill(PASSWORD);
    await page.locator('input[name=again]').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.locator('.person-button', { hasText: 'Eva' }).waitFor();
    await isRead(page);
    assert.match(page.url(), /\/studio\/flows/);
    assert.ok(!page.url().includes('#'), 'the link is gone from the address');
    // A tab that stood open without a sign-in says it, here and at the way out.
    await tab.getByText('Eva has signed in here').waitFor();
    await tab.getByRole('button', { name: 'Go on as Eva' }).click();
    await tab.locator('.person-button', { hasText: 'Eva' }).waitFor();
    await leave(page);
    await tab.getByText('Nobody is signed in here now').waitFor();
    await tab.getByRole('button', { name: 'Go on without signing in' }).click();
    await tab.locator('.person-button').waitFor({ state: 'detached' });
    await isRead(tab);
    assert.deepEqual([...page.noise, ...tab.noise], []);
    await eva.close();
    await first.context().close();
  } finally {
    await local.end();
  }
});

test('edits belong to the person who made them', { skip }, async () => {
  const context = await profile();
  const page = await as(context, 'Ana');
  await isRead(page);
  const before = await text(page);
  await write(page, `${before}# of Ana\n`);
  await isKept(page, '# of Ana');
  for (const name of ['Rob', 'Vera']) {
    await leave(page);
    await signIn(page, name);
    await page.locator('.person-button', { hasText: name }).waitFor();
    await isRead(page);
    assert.equal(await text(page), before, name);
    assert.equal(await page.locator('.dot').count(), 0, name);
  }
  await leave(page);
  await signIn(page, 'Ana');
  await isRead(page);
  await until('her edit is there', async () => (await text(page)) === `${before}# of Ana\n`);
  await context.close();
});

test('a tab does not become another person’s by itself', { skip }, async () => {
  const context = await profile();
  const ana = await as(context, 'Ana');
  await isRead(ana);
  const edited = `${await text(ana)}# half\n`;
  const rob = await open(browser, bot.base, { path: '/studio/flows/menu', context });
  await leave(rob);
  await write(ana, edited);
  await ana.locator('dialog.for-signin').getByText('You are signed out').waitFor();
  await signIn(rob, 'Rob');
  const sheet = ana.locator('dialog.for-signin');
  await sheet.getByText('Rob has signed in here').waitFor();
  assert.equal(await ana.locator('.top').isVisible(), false);
  await ana.keyboard.press('Escape');
  assert.equal(await sheet.isVisible(), true);
  await isRead(rob);
  assert.doesNotMatch(await text(rob), /# half/);
  // Back to the first: her page stays as it was, and the tab of the second says it.
  await sheet.getByRole('button', { name: 'Sign in as Ana again' }).click();
  await signIn(ana, '');
  await sheet.waitFor({ state: 'detached' });
  assert.equal(await text(ana), edited);
  await rob.getByText('Ana has signed in here').waitFor();
  await rob.getByRole('button', { name: 'Go on as Ana' }).click();
  await until('her edit is in the other tab, too', async () => (await text(rob).catch(() => '')) === edited);
  await context.close();
});

test('half a message belongs to the person who wrote it', { skip }, async () => {
  const talk = await talkOf('+34600111222', 'Ana López');
  const context = await profile();
  const page = await as(context, 'Gina', `/studio/inbox/${talk}`);
  await page.locator('.inbox-box').getByRole('button', { name: 'Take over' }).click();
  await page.locator('.inbox-write textarea').fill('Half a sent');
  await leave(page);
  await signIn(page, 'Zoe');
  await page.locator('.person-button', { hasText: 'Zoe' }).waitFor();
  await page.locator('.inbox-box').getByRole('button', { name: 'Take over from Gina' }).click();
  assert.equal(await page.locator('.inbox-write textarea').inputValue(), '');
  await leave(page);
  await signIn(page, 'Gina');
  await page.locator('.inbox-box').getByRole('button', { name: 'Take over from Zoe' }).click();
  await until('hers is there', async () => (await page.locator('.inbox-write textarea').inputValue().catch(() => '')) === 'Half a sent');
  await context.close();
});

test('a conversation that a person has just answered stands above one that was heard of later', { skip }, async () => {
  const answered = await talkOf('+34600111444', 'Adam First', 600);
  await talkOf('+34600111555', 'Bea Second', 300);
  const context = await profile();
  const page = await as(context, 'Olga', '/studio/inbox');
  const order = async () => {
    const all = (await page.locator('.inbox-row').allTextContents()).map((words) => /Adam First|Bea Second/.exec(words)?.[0]);
    return all.filter(Boolean).join(', ');
  };
  await until('whoever wrote last stands first', async () => (await order()) === 'Bea Second, Adam First');
  await asked(`/v1/conversations/${answered}/take-over`, 'POST', { agent: 'Olga' });
  await asked(`/v1/conversations/${answered}/messages`, 'POST', { text: 'Good morning, Adam', agent: 'Olga' });
  await until('the answered one stands first', async () => (await order()) === 'Adam First, Bea Second');
  await context.close();
});

test('whoever is removed sees no customer any more, and the page stops asking', { skip }, async () => {
  const talk = await talkOf('+34600111333', 'Otto Klient');
  const context = await profile();
  const page = await as(context, 'Zoe', `/studio/inbox/${talk}`);
  await page.locator('.inbox-talk, .inbox-box').first().waitFor();
  await change('Zoe', (id) => asked(`/v1/people/${id}`, 'DELETE'));
  const from = Date.now();
  await page.locator('dialog.for-signin').waitFor();
  const took = Date.now() - from;
  console.log(`a removed person's page closes after ${took} ms`);
  // By an event: the heartbeat of the stream comes every fifteen seconds.
  assert.ok(took < 2000, `${took} ms`);
  for (const words of await page.getByText('Otto Klient').all()) {
    assert.equal(await words.isVisible(), false);
  }
  const before = page.asked.length;
  // Longer than the page waits between two of its requests.
  await page.waitForTimeout(7000);
  assert.deepEqual(page.asked.slice(before).map((one) => one.url()), []);
  await context.close();
});

test('another role is told, and a page that it closes says so', { skip }, async () => {
  const context = await profile();
  const page = await as(context, 'Gina', '/studio/inbox');
  await page.locator('.for-inbox').waitFor();
  await change('Gina', (id) => asked(`/v1/people/${id}`, 'PATCH', { role: 'viewer' }));
  await page.locator('dialog.for-signin').waitFor();
  await signIn(page, '');
  await page.getByText('Your role is now: Viewer').waitFor();
  await page.getByRole('heading', { name: 'The page “Inbox” is not open to your role: Viewer' }).waitFor();
  await page.getByRole('link', { name: 'Flows', exact: false }).first().waitFor();
  await context.close();
});

test('Enter while too many tries wait is sent afterwards', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio', ready: '.signin-form' });
  await page.route('**/v1/session', (route) => (route.request().method() === 'POST' ? route.fulfill({ status: 429, headers: { 'retry-after': '3' }, json: { code: 'too_many_tries' } }) : route.continue()));
  await signIn(page, 'Ana');
  await page.getByText(/Try again in \d seconds?\./).waitFor();
  await page.unroute('**/v1/session');
  await page.locator('input[name=password]').press('Enter');
  await page.locator('.person-button', { hasText: 'Ana' }).waitFor();
  await page.context().close();
});

test('without a connection nothing is called live, and publishing says at once that it cannot', { skip }, async () => {
  const context = await profile();
  const page = await as(context, 'Rob');
  await isRead(page);
  await write(page, `${await text(page)}# offline\n`);
  await context.setOffline(true);
  await until('the page notices', async () => (await page.getByText(/Not connected since/).count()) > 0);
  assert.equal(await page.locator('.mode').textContent(), 'Not connected');
  await page.locator('.publish').click();
  await page.getByText('The daemon does not answer. Your edits stay here.').waitFor();
  await context.setOffline(false);
  await until('it is back', async () => (await page.locator('.mode').textContent()) !== 'Not connected');
  await context.close();
});
