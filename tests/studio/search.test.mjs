// The inbox's search in messages: what was said is found, marked, and opens where it stands.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, daemon, fitsPhone, launch, open, skip, until } from './harness.mjs';

const ANA = '34600111222';
const MARKUP = '<img src=x onerror=alert(1)> needle';
let browser;
let bot;
let count = 0;

/** Posts messages of a customer, oldest first, without waiting for the bot's answers. */
async function says(from, name, texts) {
  const messages = texts.map((body) => ({ from, id: `wamid.SEARCH${(count += 1)}`, timestamp: String(Math.floor(Date.now() / 1000) - 600 + count), type: 'text', text: { body } }));
  const value = { messaging_product: 'whatsapp', metadata: { display_phone_number: '15550000001', phone_number_id: '1' }, contacts: [{ profile: { name }, wa_id: from }], messages };
  const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: 'sandbox', changes: [{ field: 'messages', value }] }] });
  const answer = await fetch(`${bot.base}/webhooks/sandbox/1`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  assert.equal(answer.status, 200);
}
const ask = async (path) => (await fetch(`${bot.base}${path}`)).json();

before(async () => {
  if (skip) {
    return;
  }
  browser = await launch();
  bot = await daemon();
  const lines = Array.from({ length: 70 }, (_, n) => `line ${n} of a long talk`);
  await says(ANA, 'Ana López', ['Where is my Päckchen? It should have been here on Monday, and nobody tells me anything.', ...lines.slice(0, 35)]);
  await says(ANA, 'Ana López', lines.slice(35));
  await says('34600111333', MARKUP, [MARKUP]);
  await until('all are there', async () => (await ask('/v1/messages?search=line%2069')).data.length === 1 && (await ask('/v1/messages?search=needle')).data.length === 1);
});
after(async () => {
  await browser?.close();
  await bot?.end();
});

const look = (more = {}) => open(browser, bot.base, { path: '/studio/inbox', ready: '.inbox-row', ...more });
const hits = (page) => page.locator('.inbox-row.found');

test('a message is found by its words, and opens where it stands', { skip }, async () => {
  const page = await look();
  await page.getByRole('searchbox', { name: 'Search names and messages' }).fill('packchen MONDAY');
  await page.getByText('Nobody fits “packchen MONDAY”.').waitFor();
  await page.getByRole('button', { name: 'Search the messages' }).click();
  await until('one is found', async () => (await hits(page).count()) === 1);
  assert.deepEqual(await hits(page).locator('mark').allTextContents(), ['Päckchen', 'Monday']);
  assert.match(await hits(page).textContent(), /Where is my Päckchen\? It should/);
  await hits(page).click();
  const wanted = page.locator('.chat-row.wanted');
  await wanted.waitFor();
  assert.match(await wanted.textContent(), /Where is my Päckchen/);
  const isSeen = () => wanted.evaluate((row) => {
    const [own, wall] = [row.getBoundingClientRect(), row.closest('.inbox-wall').getBoundingClientRect()];
    return own.top >= wall.top && own.bottom <= wall.bottom;
  });
  await until('it is in view', isSeen);
  assert.equal(await hits(page).getAttribute('aria-current'), 'true');
  // What was said afterwards follows, and more of it when it is scrolled to.
  await page.locator('.inbox-wall .chat-row', { hasText: 'line 5 of a long talk' }).waitFor();
  const last = page.locator('.inbox-wall .chat-row', { hasText: 'line 69 of a long talk' });
  await until('the end is read', async () => {
    await page.locator('.inbox-wall').evaluate((wall) => wall.scrollTo(0, wall.scrollHeight));
    return (await last.count()) === 1;
  });
  await page.reload();
  await wanted.waitFor();
  await until('it is in view again', isSeen);
  await page.getByRole('button', { name: 'Newest messages' }).click();
  await last.waitFor();
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('the piece of a long message begins with a whole word before the first that was found', { skip }, async () => {
  const page = await look({ path: '/studio/inbox?search=anything&in=messages', ready: '.inbox-row.found' });
  assert.match(await hits(page).textContent(), /…and nobody tells me anything\.$/);
  await page.context().close();
});

test('markup in a found message is text, and nothing found says so', { skip }, async () => {
  const page = await look({ path: '/studio/inbox?search=needle&in=messages', ready: '.inbox-row.found' });
  assert.match(await hits(page).first().textContent(), /<img src=x onerror=alert\(1\)> needle/);
  assert.equal(await page.locator('img[src="x"]').count(), 0);
  await page.getByRole('searchbox').fill('nothing like that');
  await page.getByText('No message has “nothing like that”.').waitFor();
  await page.getByRole('group', { name: 'Where to search' }).getByRole('button', { name: 'Names' }).click();
  await page.getByText('Nobody fits “nothing like that”.').waitFor();
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('a search that reads many messages goes on when it is told to', { skip }, async () => {
  const profile = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  let reads = 0;
  await profile.route('**/v1/messages?*', (route) => route.fulfill({ json: { data: [], next_cursor: String((reads += 1)) } }));
  const page = await look({ context: profile, path: '/studio/inbox?search=needle&in=messages', ready: '.inbox-list' });
  const further = page.getByRole('button', { name: 'Search older messages' });
  await further.waitFor();
  assert.equal(reads, 11, 'the first page and ten more');
  await further.click();
  await until('ten more are read', () => reads === 21);
  await further.waitFor();
  await page.context().close();
});

for (const [theme, lang, phone] of [['light', 'en', false], ['dark', 'ar', false], ['light', 'de', true]]) {
  test(`axe finds no barrier in what was found (${theme}, ${lang}${phone ? ', phone' : ''})`, { skip }, async () => {
    const page = await look({ path: '/studio/inbox?search=line&in=messages', ready: '.inbox-row.found', theme, lang, bypassCSP: true, ...(phone ? { width: 390, height: 800, touch: true } : {}) });
    await page.addScriptTag({ content: axe() });
    const { violations } = await page.evaluate(() => globalThis.axe.run('.inbox-list'));
    assert.deepEqual(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`), []);
    if (phone) {
      await fitsPhone(page);
    }
    await page.context().close();
  });
}
