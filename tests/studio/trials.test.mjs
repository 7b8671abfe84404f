// What may go wrong: the bad day of a talk, random customers, the talks of a day on edited flows, tests that change.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { awayFromMidnight, axe, daemon, launch, open, skip, today, until, write, written } from './harness.mjs';

/** A flow that is silent when its shop's server is down. */
const ORDER = `flow: order
title: An order
when:
  - message: order
steps:
  - ask: Which colour?
    as: colour
    timeout: 20h
  - http: POST https://shop.example/orders
    json: {colour: "\${colour}"}
  - say: Ordered in \${colour}
`;
const BOT = `bot: Shop
language: en
timezone: Europe/Madrid
sandbox:
  mocks: {http: [{"POST */orders": {json: {number: 7}}}]}
`;

let browser;
let bot;
let shop;
before(async () => {
  if (!skip) {
    browser = await launch();
    bot = await daemon();
    // The talks are those of one day.
    await awayFromMidnight(bot);
    await written(bot, '+34600111222', 'Ana López', ['menu', 'Opening hours']);
    shop = await daemon();
    shop.write('flows/_bot.yaml', BOT);
    for (const name of ['booking', 'menu', 'person', 'reminder', 'thanks']) {
      shop.remove(`flows/${name}.yaml`);
      shop.remove(`flows/${name}.test.yaml`);
    }
    shop.write('flows/order.yaml', ORDER);
    await until('the shop is live', async () => {
      const now = await (await fetch(`${shop.base}/v1/bot`)).json();
      return now.errors === 0 && now.flows.length === 1;
    });
  }
});
after(async () => {
  await browser?.close();
  await bot?.end();
  await shop?.end();
});

const say = async (page, words) => {
  const acts = await page.locator('.chat-row.in').count();
  await page.locator('[data-chat-input]').fill(words);
  await page.keyboard.press('Enter');
  await until('it is said', async () => (await page.locator('.chat-row.in').count()) > acts);
};

test('the bad day of a talk is a table, and a red cell opens as a talk and becomes a test', { skip }, async () => {
  const page = await open(browser, shop.base, { path: '/studio/flows/order', bypassCSP: true });
  await say(page, 'order');
  await page.locator('.chat-text', { hasText: 'Which colour?' }).waitFor();
  await say(page, 'red');
  await page.locator('.chat-text', { hasText: 'Ordered in red' }).waitFor();
  await page.getByRole('button', { name: 'Bad day' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/\d+ of \d+ goe?s? badly/).waitFor();
  await page.addScriptTag({ content: axe() });
  const found = await page.evaluate(async () => (await axe.run('dialog', { resultTypes: ['violations'] })).violations.map((one) => one.id));
  assert.deepEqual(found, []);
  const down = dialog.getByRole('row', { name: /A server answers with an error/ });
  await down.getByRole('button').click();
  await dialog.getByRole('button', { name: 'Save as test' }).click();
  await page.getByRole('heading', { name: 'order.test.yaml' }).waitFor();
  assert.match(await page.locator('.cm-content').textContent(), /A server answers with an error/);
  await page.getByRole('button', { name: 'Bad day' }).click();
  await down.getByRole('button').click();
  await dialog.getByRole('button', { name: 'Open the talk' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.locator('.chat-note.bad').first().waitFor();
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('random customers find what breaks, and it opens as a talk', { skip }, async () => {
  const page = await open(browser, shop.base, { path: '/studio/tests', ready: '.tests-wander' });
  await page.getByLabel('Customers').fill('30');
  await page.getByRole('button', { name: 'Let them loose' }).click();
  await page.getByText(/\d+ talks found/).waitFor();
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('C9 the talks of a day show the words that the edits change', { skip }, async () => {
  const page = await open(browser, bot.base);
  await write(page, bot.read('flows/menu.yaml').replace('What can I do for you?', 'What would you like?'));
  await page.getByRole('link', { name: 'Tests' }).click();
  await page.getByLabel('Day', { exact: true }).fill(await today(bot));
  await page.getByRole('button', { name: 'Play it again' }).click();
  await page.locator('.tests-counts', { hasText: 'other words' }).waitFor();
  await page.locator('.tests-talk button').first().click();
  assert.match(await page.locator('.tests-talk .again-now').first().textContent(), /What would you like\?/);
  assert.equal(await page.locator('.tests-talk mark.now').first().textContent(), 'would');
  assert.equal(await page.locator('.tests-talk mark.was').first().textContent(), 'can');
  assert.doesNotMatch(await page.locator('.tests-talk').first().textContent(), /Ana López/);
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('B7 real talks on unchanged flows are the same', { skip }, async () => {
  const words = [['menu', 'Opening hours'], ['book', 'Haircut', 'tomorrow'], ['help'], ['thanks'], ['hello', 'Book a visit', 'Colour', 'never']];
  for (let n = 0; n < 25; n++) {
    await written(bot, `+3460055${String(1000 + n)}`, `Person ${n}`, words[n % words.length]);
  }
  const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
  const again = async () => (await fetch(`${bot.base}/v1/studio/replay`, { method: 'POST', headers, body: JSON.stringify({ files: {}, day: await today(bot) }) })).json();
  // The last talk cannot be told while its last message is on its way.
  let said = await again();
  await until(`every talk can be told: ${JSON.stringify(said.counts)}`, async () => said.counts.cannot_say === 0 || (said = await again()).counts.cannot_say === 0);
  // The page asks for the same in pieces, of which the first is small.
  const page = await open(browser, bot.base, { path: '/studio/tests', ready: '.tests-wander' });
  await page.getByLabel('Day', { exact: true }).fill(await today(bot));
  await page.getByRole('button', { name: 'Play it again' }).click();
  await page.getByRole('button', { name: 'Play it again' }).waitFor();
  const asked = page.asked.filter((request) => request.url().endsWith('/v1/studio/replay')).map((request) => request.postDataJSON());
  assert.ok(asked.length > 1 && asked[0].limit === 3 && asked[1].before !== null, JSON.stringify(asked.map(({ limit, before }) => [limit, before])));
  const { counts, talks, more } = said;
  await page.getByText(`${counts.same} same`, { exact: true }).waitFor();
  await page.context().close();
  const { same = 0, ...others } = counts;
  assert.deepEqual(Object.values(others).filter(Boolean), [], JSON.stringify(talks.filter((one) => one.verdict !== 'same')));
  assert.ok(same + more >= 25, JSON.stringify(counts));
});

test('an edit says how many tests it changes', { skip }, async () => {
  const page = await open(browser, bot.base);
  await write(page, bot.read('flows/menu.yaml').replace('We are open until', 'We are open up to'));
  await page.getByRole('link', { name: /1 of \d+ tests change/ }).waitFor();
  await write(page, bot.read('flows/menu.yaml'));
  await page.getByRole('link', { name: /tests change/ }).waitFor({ state: 'detached' });
  await page.context().close();
});
