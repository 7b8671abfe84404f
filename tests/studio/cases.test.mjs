// Cases in the inbox: the lists by person and due time, notes among the talk, replies by a slash, putting aside, giving
// on, closing, and the next case by a key.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { snoozes } from '../../ui/inbox/snooze.js';
import { axe, daemon, fitsPhone, launch, open, settled, skip, until, written } from './harness.mjs';

const ANA = '+34600111222';
const BEA = '+34600111333';
let browser;
let bot;

const ask = async (path) => (await fetch(`${bot.base}${path}`)).json();
const tell = (path, body) => fetch(`${bot.base}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', origin: bot.base }, body: JSON.stringify(body) });
const talkOf = async (phone) => (await ask(`/v1/conversations?search=${phone.slice(1)}`)).data[0];
const notesOf = async (id) => (await ask(`/v1/conversations/${id}/notes`)).data.map((one) => one.text);
const sent = async (phone) => (await ask(`/v1/sandbox/1/messages?phone=${encodeURIComponent(phone)}`)).data.filter((one) => one.direction === 'out');

before(async () => {
  if (skip) {
    return;
  }
  browser = await launch();
  bot = await daemon();
  // The team is open at every hour, and so is what the bot says.
  bot.write('flows/person.yaml', 'flow: person\nwhen:\n  - message: [person]\nsteps:\n  - say: One moment, I am getting somebody.\n  - handoff: shop\n    summary: Asked for a person\n');
  const written_bot = bot.read('flows/_bot.yaml').replace('  shop: {hours: shop,', '  shop: {answer_within: 30m,');
  bot.write('flows/_bot.yaml', `${written_bot}\nreplies:\n  hours: We are open from nine to five.\n  thanks: Thank you, \${contact.first_name}!\n`);
  await until('the replies are live', async () => (await ask('/v1/replies')).data?.length === 2);
  await written(bot, ANA, 'Ana López', ['hello', 'person']);
  await written(bot, BEA, 'Bea Ruiz', ['hello', 'person']);
});
after(async () => {
  await browser?.close();
  await bot?.end();
});

/** Opens a talk, taken over by the page itself. */
async function mine(phone, more = {}) {
  const { id } = await talkOf(phone);
  await tell(`/v1/conversations/${id}/take-over`, { agent: 'studio', unless_taken: false });
  return { id, page: await open(browser, bot.base, { path: `/studio/inbox/${id}`, ready: '.inbox-write textarea', ...more }) };
}
const act = async (page, name) => {
  await page.locator('.inbox-acts .icon-button').click();
  await page.getByRole('menuitem', { name }).click();
};

test('a case shows by when an answer is due, and stands among mine once I have it', { skip }, async () => {
  const { page } = await mine(ANA);
  const rows = page.locator('.inbox-row');
  await until('both are there', async () => (await rows.count()) === 2);
  assert.match(await page.locator('.inbox-row', { hasText: 'Bea Ruiz' }).textContent(), /in (29|30)m/);
  await page.getByRole('button', { name: 'Mine', exact: true }).click();
  await until('mine alone', async () => (await rows.count()) === 1 && (await rows.textContent()).includes('Ana López'));
  assert.match(await page.locator('.inbox-head').textContent(), /in (29|30)m/);
  // Nobody has signed in, so there is no team of one's own.
  assert.equal(await page.getByRole('button', { name: 'My team' }).count(), 0);
  await page.context().close();
});

test('a note stands among the talk, says that it is not sent, and is not sent', { skip }, async () => {
  const { page, id } = await mine(ANA);
  const before = (await sent(ANA)).length;
  await page.locator('.inbox-note-button').click();
  await page.locator('.inbox-note textarea').fill('Wants the red one <b>today</b>');
  await page.keyboard.press('Enter');
  const memo = page.locator('.inbox-memo');
  await memo.waitFor();
  assert.match(await memo.textContent(), /Note, not sent.*You.*Wants the red one <b>today<\/b>/s);
  assert.deepEqual(await notesOf(id), ['Wants the red one <b>today</b>']);
  assert.equal((await sent(ANA)).length, before);
  // Escape gives the box back, and nothing is written.
  await act(page, 'Write a note');
  await page.locator('.inbox-note textarea').fill('half');
  await page.keyboard.press('Escape');
  await page.locator('.inbox-write textarea').waitFor();
  assert.equal((await notesOf(id)).length, 1);
  await page.context().close();
});

test('a slash lists the replies, and the chosen one stands in the box before it is sent', { skip }, async () => {
  const { page } = await mine(ANA);
  const box = page.locator('.inbox-write textarea');
  await box.fill('/');
  const replies = page.getByRole('option');
  await until('two replies', async () => (await replies.count()) === 2);
  await box.fill('/tha');
  await until('one fits', async () => (await replies.count()) === 1);
  await page.keyboard.press('Enter');
  assert.equal(await box.inputValue(), 'Thank you, Ana!');
  assert.ok((await sent(ANA)).every((one) => !JSON.stringify(one).includes('Thank you, Ana!')), 'choosing sends nothing');
  await page.keyboard.press('Enter');
  await until('it is sent', async () => (await sent(ANA)).some((one) => JSON.stringify(one).includes('Thank you, Ana!')));
  await box.fill('/');
  await until('the list is there', async () => (await replies.count()) === 2);
  await page.keyboard.press('Escape');
  assert.equal(await replies.count(), 0);
  assert.equal(await box.inputValue(), '/');
  await box.fill('');
  await page.context().close();
});

test('a case may be put aside until the next morning and the Monday after it', () => {
  const offered = (from, zone) => snoozes(Date.parse(from), zone).map((at) => new Date(at).toISOString().slice(5, 16));
  // A Thursday: before the morning of Madrid, and behind it.
  assert.deepEqual(offered('2026-11-26T02:00:00Z', 'Europe/Madrid'), ['11-26T03:00', '11-26T06:00', '11-26T08:00', '11-30T08:00']);
  assert.deepEqual(offered('2026-11-26T20:30:00Z', 'Europe/Madrid'), ['11-26T21:30', '11-27T00:30', '11-27T08:00', '11-30T08:00']);
  // On a Sunday the next morning is a Monday, so the other is a week later.
  assert.deepEqual(offered('2026-11-29T12:00:00Z', 'Asia/Kolkata'), ['11-29T13:00', '11-29T16:00', '11-30T03:30', '12-07T03:30']);
  // The clock of Madrid is set back on 25 October.
  assert.deepEqual(offered('2026-10-24T12:00:00Z', 'Europe/Madrid'), ['10-24T13:00', '10-24T16:00', '10-25T08:00', '10-26T08:00']);
});

test('a case is put aside, given to a team, and closed', { skip }, async () => {
  const { page, id } = await mine(BEA);
  await page.locator('.inbox-acts .icon-button').click();
  await page.getByRole('menuitem').filter({ hasText: /Mon/ }).first().click();
  await until('it is put aside', async () => (await ask(`/v1/conversations/${id}`)).case?.state === 'snoozed');
  await page.locator('.inbox-head').getByText('Put aside').waitFor();
  await act(page, 'shop');
  await until('it waits for the team', async () => (await ask(`/v1/conversations/${id}`)).case?.state === 'waiting');
  await page.locator('.inbox-head').getByText('Waiting: shop').waitFor();
  await act(page, 'Close the case');
  await page.getByRole('dialog').getByRole('button', { name: 'Close the case' }).click();
  await until('it is closed', async () => (await ask(`/v1/conversations/${id}`)).case === null);
  await page.context().close();
});

test('the next case comes by a key', { skip }, async () => {
  await written(bot, BEA, 'Bea Ruiz', ['hello', 'person']);
  const { page } = await mine(ANA);
  const bea = await talkOf(BEA);
  await page.locator('.inbox-row').first().focus();
  await page.keyboard.press('n');
  await until('the other one is open', () => page.url().includes(`/inbox/${bea.id}`));
  await page.context().close();
});

test('it works on a phone, from right to left, in the dark, and has no barriers', { skip }, async () => {
  for (const more of [{ width: 390, height: 844, touch: true }, { lang: 'ar', theme: 'dark' }]) {
    const { page } = await mine(ANA, { ...more, bypassCSP: true });
    await page.locator('.inbox-memo').waitFor();
    await page.locator('.inbox-acts .icon-button').click();
    await page.getByRole('menuitem').first().waitFor();
    await settled(page);
    if (more.touch) {
      await fitsPhone(page);
    }
    await page.evaluate(axe());
    const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa'] }));
    assert.deepEqual(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 100)).join(' ')}`), []);
    assert.deepEqual(page.noise, []);
    await page.context().close();
  }
});
