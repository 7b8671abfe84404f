// Messages of the inbox on their way: their order, a lost connection, a colleague who took over, and a closed tab.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { daemon, launch, open, skip, until, written } from './harness.mjs';

const ANA = '+34600111222';
const BEA = '+34600111999';
let browser;
let bot;
let id;
before(async () => {
  if (skip) {
    return;
  }
  browser = await launch();
  bot = await daemon();
  await written(bot, ANA, 'Ana López', ['hello', 'person']);
  await until('she is there', async () => (id = (await ask('/v1/conversations?sort=recent')).data[0]?.id));
});
after(async () => {
  await browser?.close();
  await bot?.end();
});

const ask = async (path) => (await fetch(`${bot.base}${path}`)).json();
const tell = (path, body) => fetch(`${bot.base}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', origin: bot.base }, body: JSON.stringify(body) });
const takes = (agent) => tell(`/v1/conversations/${id}/take-over`, { agent, unless_taken: false });
/** The texts on the phone of the customer that begin with a word, as they arrived. */
const arrived = async (word) => (await ask(`/v1/sandbox/1/messages?phone=${encodeURIComponent(ANA)}`)).data
  .filter((one) => one.direction === 'out')
  .sort((a, b) => a.id - b.id)
  .map((one) => one.text ?? one.content?.body ?? '')
  .filter((text) => text.startsWith(word));
const box = (page) => page.locator('.inbox-write textarea');
const pending = (page, text) => page.locator('.inbox-pending', { hasText: text });
const writes = async (page, ...texts) => {
  for (const text of texts) {
    await box(page).fill(text);
    await box(page).press('Enter');
  }
};
/** A tab with the conversation, which this page's person has. */
async function mine(more = {}) {
  await takes('studio');
  return open(browser, bot.base, { path: `/studio/inbox/${id}`, ready: '.inbox-write textarea', ...more });
}
/** Cuts the tabs off, and waits until they know. */
const cutOff = async (page) => {
  await page.context().setOffline(true);
  await page.getByText('Not connected since').waitFor();
};

test('messages leave in the order in which they were written, one after the answer to the one before', { skip }, async () => {
  const page = await mine();
  let running = 0;
  let most = 0;
  let pause = 900;
  await page.route('**/messages', async (route) => {
    if (route.request().method() !== 'POST') {
      return route.continue();
    }
    most = Math.max(most, ++running);
    // The first one takes longest.
    await new Promise((done) => setTimeout(done, (pause -= 300)));
    const answer = await route.fetch();
    running -= 1;
    return route.fulfill({ response: answer });
  });
  await writes(page, 'order 1', 'order 2', 'order 3');
  await until('all have arrived', async () => (await arrived('order')).length === 3);
  assert.deepEqual(await arrived('order'), ['order 1', 'order 2', 'order 3']);
  assert.equal(most, 1, 'one request at a time');
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.context().close();
});

test('what was written while the daemon was away goes in order when it is back, and can be discarded before', { skip }, async () => {
  const page = await mine();
  await bot.stop();
  await page.getByText('Not connected since').waitFor();
  await writes(page, 'away 1', 'away 2', 'away 3', 'away 4');
  await pending(page, 'away 1').getByText('It is sent when the connection is back').waitFor();
  await pending(page, 'away 3').getByRole('button', { name: 'Discard' }).click();
  await bot.start();
  await until('all have arrived', async () => (await arrived('away')).length === 3);
  await until('nothing waits', async () => (await page.locator('.inbox-pending').count()) === 0);
  assert.deepEqual(await arrived('away'), ['away 1', 'away 2', 'away 4']);
  await page.context().close();
});

test('a refused message stops the later ones until it is discarded or tried again', { skip }, async () => {
  const page = await mine();
  let refuse = true;
  await page.route('**/messages', (route) => {
    if (route.request().method() !== 'POST' || !refuse) {
      return route.continue();
    }
    return route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify({ code: 'sender_down', detail: 'the sender is down' }) });
  });
  await writes(page, 'stop 1', 'stop 2', 'stop 3');
  await pending(page, 'stop 1').getByText('Not sent: the sender is down').waitFor();
  await pending(page, 'stop 2').getByText('It waits for the message before it.').waitFor();
  refuse = false;
  await page.waitForTimeout(500);
  assert.deepEqual(await arrived('stop'), []);
  await pending(page, 'stop 1').getByRole('button', { name: 'Discard' }).click();
  await until('the others go', async () => (await arrived('stop')).length === 2);
  assert.deepEqual(await arrived('stop'), ['stop 2', 'stop 3']);
  await page.context().close();
});

test('what waits goes on while another page is shown', { skip }, async () => {
  await takes('studio');
  const page = await open(browser, bot.base, { path: '/studio/runs', ready: 'nav.pages' });
  const to = (name) => page.locator('nav.pages a', { hasText: name }).click();
  await page.locator('main.for-runs h1, main.for-runs a, main.for-runs button').first().waitFor();
  await to('Inbox');
  await page.locator('.inbox-row').first().click();
  await box(page).waitFor();
  await cutOff(page);
  await writes(page, 'elsewhere 1');
  await to('Runs');
  await page.context().setOffline(false);
  await until('it has arrived', async () => (await arrived('elsewhere')).length === 1);
  await page.context().close();
});

test('a closed tab loses neither the message nor the draft, and two new tabs send it once', { skip }, async () => {
  const page = await mine();
  const context = page.context();
  await cutOff(page);
  await writes(page, 'closed 1', 'closed 2');
  await box(page).fill('half a word');
  // It is kept a moment after the key.
  await until('the draft is kept', () => page.evaluate(() => Object.values(localStorage).some((kept) => kept.includes('half a word'))));
  await page.close();
  await context.setOffline(false);
  const look = () => open(browser, bot.base, { path: `/studio/inbox/${id}`, ready: '.inbox-write textarea', context });
  const tabs = await Promise.all([look(), look()]);
  await until('both have arrived', async () => (await arrived('closed')).length >= 2);
  for (const tab of tabs) {
    await until('nothing waits', async () => (await tab.locator('.inbox-pending').count()) === 0);
    assert.equal(await box(tab).inputValue(), 'half a word');
  }
  assert.deepEqual(await arrived('closed'), ['closed 1', 'closed 2']);
  await context.close();
});

test('a message that waited for more than 15 minutes asks first', { skip }, async () => {
  const page = await mine();
  const context = page.context();
  await cutOff(page);
  await writes(page, 'older 1');
  const back = (ms) => page.evaluate((ms) => {
    const name = Object.keys(localStorage).find((one) => one.startsWith('studio.inbox.send:'));
    const [send] = JSON.parse(localStorage.getItem(name));
    localStorage.setItem(name, JSON.stringify([{ ...send, at: send.at - ms }]));
  }, ms);
  await back(15 * 60_000 + 1000);
  await page.close();
  await context.setOffline(false);
  const tab = await open(browser, bot.base, { path: `/studio/inbox/${id}`, ready: '.inbox-write textarea', context });
  const bubble = pending(tab, 'older 1');
  await bubble.getByText('more than 15 minutes ago').waitFor();
  assert.deepEqual(await arrived('older'), []);
  await bubble.getByRole('button', { name: 'Send now' }).click();
  await until('it has arrived', async () => (await arrived('older')).length === 1);
  await context.close();
});

test('what a closed tab kept of a contact whom another browser has erased is neither sent nor kept', { skip }, async () => {
  await written(bot, BEA, 'Bea', ['hello']);
  const bea = (await ask(`/v1/conversations?search=${BEA.slice(1)}`)).data[0];
  await tell(`/v1/conversations/${bea.id}/take-over`, { agent: 'studio', unless_taken: false });
  const page = await mine();
  const context = page.context();
  await box(page).fill('begun for Ana');
  await page.locator(`.inbox-row[data-talk="${bea.id}"]`).click();
  await page.locator('.inbox-head', { hasText: 'Bea' }).waitFor();
  await box(page).waitFor();
  await cutOff(page);
  await writes(page, 'secret 1');
  await pending(page, 'secret 1').waitFor();
  await box(page).fill('half a secret');
  await page.close();
  assert.equal((await tell(`/v1/contacts/${bea.contact.id}/erase`, {})).status, 200);
  await context.setOffline(false);
  // Any page will do.
  const tab = await open(browser, bot.base, { path: '/studio/health', ready: 'h1', context });
  const kept = () => tab.evaluate(() => Object.entries(localStorage).filter(([name]) => name.startsWith('studio.inbox.')).map(([, value]) => value));
  await until('nothing of her is kept', async () => !(await kept()).some((one) => one.includes('secret')));
  assert.match((await kept()).join(), /begun for Ana/);
  const { data } = await ask(`/v1/conversations/${bea.id}/messages?limit=50`);
  assert.doesNotMatch(JSON.stringify(data), /secret/);
  await context.close();
});

test('an open conversation closes when its contact is erased', { skip }, async () => {
  const page = await mine();
  await writes(page, 'erase 1');
  await until('it has arrived', async () => (await arrived('erase')).length === 1);
  await box(page).fill('half a word');
  const { contact } = await ask(`/v1/conversations/${id}`);
  const done = await tell(`/v1/contacts/${contact.id}/erase`, {});
  assert.equal(done.status, 200);
  await page.getByText('The data of this contact was erased.').waitFor();
  assert.equal(await box(page).count(), 0);
  await until('nothing of her is on the page', async () => !/Ana López|600 ?111 ?222|erase 1/.test(await page.locator('main.for-inbox').textContent()));
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter((one) => one.startsWith('studio.inbox.'))), []);
  await page.context().close();
});
