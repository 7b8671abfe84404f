// The draft of an agent in the inbox: it stands above the box with its sources, goes into the box by a button or a key, is
// sent only by the person, and can be thrown away.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axe, daemon, fitsPhone, launch, open, post, skip, until, written } from './harness.mjs';

const ANA = '+34600111222';
const DRAFT = 'New brake pads are 45 € a pair.';
let browser;
let bot;

const ask = async (path) => (await fetch(`${bot.base}${path}`)).json();
const tell = (path, body) => fetch(`${bot.base}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', origin: bot.base }, body: JSON.stringify(body) });
const talkOf = async (phone) => (await ask(`/v1/conversations?search=${phone.slice(1)}`)).data[0];
const sent = async (phone) => (await ask(`/v1/sandbox/1/messages?phone=${encodeURIComponent(phone)}`)).data.filter((one) => one.direction === 'out');

before(async () => {
  if (skip) {
    return;
  }
  browser = await launch();
  bot = await daemon();
  mkdirSync(join(bot.folder, 'knowledge'), { recursive: true });
  bot.write('knowledge/prices.md', '---\ntitle: Prices\nsource: https://wheels.example/prices\n---\n\nNew brake pads are 45 € a pair.\n');
  bot.write('flows/person.yaml', 'flow: person\nwhen:\n  - message: [person]\nsteps:\n  - say: One moment.\n  - handoff: shop\n');
  bot.write('flows/helper.yaml', 'flow: helper\nwhen:\n  - message: [helper]\nsteps:\n  - agent: helper\n    instructions: Answer in one sentence.\n    knowledge: all\n');
  const mocks = `  mocks: {model: [{helper: [{say: "${DRAFT}"}]}]}`;
  const team = bot.read('flows/_bot.yaml').replace('  shop: {hours: shop,', '  shop: {suggest: helper,');
  bot.write('flows/_bot.yaml', `models: [main]\nagents: {scope: repairs}\n${team.replace(/^ {2}mocks: .*$/m, mocks)}`);
  await until('the agent is live', async () => (await ask('/v1/flows')).data?.some((one) => one.flow === 'helper' || one.name === 'helper'));
  await written(bot, ANA, 'Ana López', ['hello', 'person']);
  await post(bot, ANA, 'Ana López', 'how much are brake pads?');
});
after(async () => {
  await browser?.close();
  await bot?.end();
});

async function mine(more = {}) {
  const { id } = await talkOf(ANA);
  await tell(`/v1/conversations/${id}/take-over`, { agent: 'studio', unless_taken: false });
  return { id, page: await open(browser, bot.base, { path: `/studio/inbox/${id}`, ready: '.inbox-write textarea', ...more }) };
}

test('the draft goes into the box, is sent by the person alone, and is counted as it was', { skip }, async () => {
  const before = (await sent(ANA)).length;
  const { page } = await mine();
  const draft = page.locator('section.inbox-draft');
  await draft.waitFor();
  assert.match(await draft.textContent(), /45 € a pair/);
  assert.equal(await draft.locator('a').getAttribute('href'), 'https://wheels.example/prices');
  await page.evaluate(axe());
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa'] }));
  assert.deepEqual(violations.map((one) => one.id), []);
  await draft.getByRole('button', { name: 'Use' }).click();
  const box = page.locator('.inbox-write textarea');
  assert.equal(await box.inputValue(), DRAFT);
  assert.equal((await sent(ANA)).length, before, 'nothing is sent by it');
  await page.keyboard.press('Enter');
  await until('it is sent', async () => (await sent(ANA)).length === before + 1);
  await draft.waitFor({ state: 'detached' });
  assert.deepEqual((await ask('/v1/suggestions/counts')).data, [{ agent: 'helper', as_is: 1, edited: 0, unused: 0, discarded: 0 }]);
  await page.context().close();
});

test('a newer message brings its draft, which a key puts into the empty box to be changed', { skip }, async () => {
  const { page } = await mine();
  await post(bot, ANA, 'Ana López', 'and again?');
  const draft = page.locator('section.inbox-draft');
  await draft.waitFor();
  const box = page.locator('.inbox-write textarea');
  await box.focus();
  await page.keyboard.press('Control+Enter');
  assert.equal(await box.inputValue(), DRAFT);
  await box.fill('45 € a pair, Ana.');
  await page.keyboard.press('Enter');
  await until('it is counted', async () => (await ask('/v1/suggestions/counts')).data[0].edited === 1);
  await page.context().close();
});

test('a draft can be thrown away, also on a phone', { skip }, async () => {
  const { page } = await mine({ width: 390, height: 844, touch: true });
  await post(bot, ANA, 'Ana López', 'once more?');
  const draft = page.locator('section.inbox-draft');
  await draft.waitFor();
  await fitsPhone(page);
  await draft.getByRole('button', { name: 'Discard' }).click();
  await draft.waitFor({ state: 'detached' });
  assert.equal((await ask('/v1/suggestions/counts')).data[0].discarded, 1);
  await page.context().close();
});
