// The clock of a talk: what its pins say, texts and templates as the window of 24 hours has it, and what is marked when
// the flow changes below a talk.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { daemon, launch, open, skip, text, until, write } from './harness.mjs';

/** Says something after 20 hours, and again after 26. */
const LATER = `flow: later
title: Later
when:
  - message: later
steps:
  - say: I will write again.
  - wait: 20h
  - say: Here I am again.
    if_closed: {template: again}
  - wait: 6h
  - say: Still there?
    if_closed: {template: still_there}
`;
/** A question that reminds, and goes on by itself. */
const ASKS = `flow: asks
title: A question
when:
  - message: asks
steps:
  - ask: Which colour?
    remind: [{after: 2h, say: Any colour will do.}]
    timeout: 5h
    on_timeout: [{say: Then we take red.}]
`;
let browser;
let bot;
before(async () => {
  if (!skip) {
    browser = await launch();
    bot = await daemon();
    // At night everything would wait for the morning.
    bot.write('flows/_bot.yaml', bot.read('flows/_bot.yaml').replace(/^quiet_hours:.*$/m, ''));
    bot.write('flows/later.yaml', LATER);
    bot.write('flows/asks.yaml', ASKS);
    await bot.lives('later', 'asks');
  }
});
after(async () => {
  await browser?.close();
  await bot?.end();
});

const chat = (page) => page.locator('.pane.chat');
const said = (page, words) => chat(page).locator('.chat-text', { hasText: words }).last().waitFor();
const say = async (page, words) => {
  await page.locator('[data-chat-input]').fill(words);
  await page.keyboard.press('Enter');
};
const pins = (page) => page.locator('.ribbon-pin');
const last = (page) => chat(page).locator('.chat-row').last();

test('A7 a text after 20 hours, a template after 26, and the window is shown closed', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio/flows/later' });
  await say(page, 'later');
  await said(page, 'I will write again.');
  await pins(page).first().click();
  await said(page, 'Here I am again.');
  await chat(page).getByText(/Window open/).waitFor();
  assert.equal(await last(page).locator('.chat-tag').count(), 0);
  await chat(page).getByRole('button', { name: '+1 day' }).click();
  await until('a template', async () => /Template · still_there/.test(await last(page).textContent()));
  await chat(page).getByText('Window closed: only templates').waitFor();
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('A8 a text for which the window will be closed is a finding, and its help opens', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio/flows/later' });
  await write(page, (await text(page)).replace('    if_closed: {template: still_there}\n', ''));
  await page.getByRole('button', { name: /finding/ }).first().click();
  const found = page.locator('.findings > li.error');
  assert.match(await found.textContent(), /26\.0 h after the last reply.*if_closed/s);
  assert.equal(await found.locator('.code').textContent(), 'E501');
  const [help] = await Promise.all([page.context().waitForEvent('page'), found.locator('a.code').click()]);
  await help.getByRole('heading', { level: 1 }).waitFor();
  assert.match(await help.locator('.code-name').textContent(), /E501/);
  assert.match(await help.locator('pre.good').textContent(), /if_closed|window/);
  await page.context().close();
});

test('C8 each pin says what then happens', { skip }, async () => {
  for (const [flow, all] of [
    ['later', [['Here I am again.', 'Here I am again.'], ['Still there?', 'still_there']]],
    ['asks', [['Which colour?', 'Any colour will do.'], ['Then we take red.', 'Then we take red.']]],
  ]) {
    const page = await open(browser, bot.base, { path: `/studio/flows/${flow}` });
    await say(page, flow);
    await chat(page).locator('.chat-row.out').first().waitFor();
    for (const [told, happens] of all) {
      const pin = pins(page).first();
      const [when, what] = (await pin.getAttribute('title')).split('\n');
      console.log(flow, JSON.stringify([when, what]));
      const bubbles = await chat(page).locator('.chat-row.out').count();
      await pin.click();
      await until(`“${what}” happens`, async () => (await chat(page).locator('.chat-row.out').count()) > bubbles);
      assert.match(await last(page).textContent(), new RegExp(happens.replace('?', '\\?')), what);
      assert.match(what, new RegExp(told.replace('?', '\\?')));
      // The clock stands where the pin stood.
      const clock = when.match(/\d\d:\d\d$/)[0];
      assert.match(await page.locator('.ribbon-now').textContent(), new RegExp(`${clock}$`));
    }
    assert.deepEqual(page.noise, []);
    await page.context().close();
  }
});

test('C7 a changed flow marks exactly the messages that differ, strikes out those that are gone, and stops where a step no longer fits', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio/flows/booking' });
  await say(page, 'book');
  await said(page, 'What shall we do for you?');
  await chat(page).locator('.chat-wall').getByRole('button', { name: 'Haircut', exact: true }).click();
  await said(page, 'Which day suits you?');
  await say(page, 'never');
  await said(page, 'Please choose a day');
  const before = await text(page);
  const marks = () => chat(page).locator('.chat-wall').evaluate((wall) =>
    [...wall.querySelectorAll('.chat-row.out')].map((row) => ({
      now: row.querySelector('.chat-text')?.textContent ?? '',
      was: row.querySelector('.chat-was')?.textContent ?? null,
      gone: row.classList.contains('gone'),
    })),
  );
  const only = (all) => all.filter((one) => one.was || one.gone);
  assert.deepEqual(only(await marks()), []);

  await write(page, before.replace('Which day suits you?', 'When may we see you?'));
  await said(page, 'When may we see you?');
  const [changed, ...others] = only(await marks());
  assert.deepEqual([changed.now, /Which day suits you\?/.test(changed.was), others], ['When may we see you?', true, []]);
  assert.match(await chat(page).locator('.chat-changes').textContent(), /1 message changed/);

  // Without its `invalid` the answer has the words of the bot.
  await write(page, before.replace(/ +invalid: .*\n/, ''));
  await said(page, 'Sorry, I did not get that.');
  assert.deepEqual(only(await marks()).map((one) => one.now), ['Sorry, I did not get that.']);

  await write(page, before);
  await until('nothing differs', async () => only(await marks()).length === 0);

  await write(page, before.replace('      - Haircut\n', ''));
  await chat(page).locator('.chat-stop').waitFor();
  assert.match(await chat(page).locator('.chat-stop').textContent(), /Haircut/);
  await page.context().close();
});
