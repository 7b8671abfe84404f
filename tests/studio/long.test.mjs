// A conversation of five thousand messages: it opens with the newest, holds a few hundred, and what is read stays where it
// is while pages come at one end and go at the other.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { daemon, launch, open, skip, until, written } from './harness.mjs';

const ALL = 5000;
/** Six pages of 50 are held, and the newest. */
const HELD = 350;
let browser;
let bot;
let talk;
before(async () => {
  if (!skip) {
    browser = await launch();
    bot = await daemon();
    await written(bot, '+34600111222', 'Ana López', ['hello']);
    talk = (await (await fetch(`${bot.base}/v1/conversations`)).json()).data[0].id;
  }
});
after(async () => {
  await browser?.close();
  await bot?.end();
});

/** A profile in which the conversation has as many messages as `count` gives. @param {() => number} count */
async function profileWith(count) {
  const profile = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  const now = Date.now();
  const one = (id) => ({
    id,
    direction: id % 2 ? 'in' : 'out',
    at: new Date(now - (ALL + 10 - id) * 60_000).toISOString(),
    text: `Message ${id}.`,
    content: { kind: 'text', body: `Message ${id}.${' More words.'.repeat(id % 9)}` },
    provider_id: `wamid.LONG${id}`,
    ...(id % 2 ? {} : { state: 'read', origin: 'flow' }),
  });
  await profile.route('**/v1/conversations/*/messages?*', (route) => {
    const before = Number(new URL(route.request().url()).searchParams.get('cursor') ?? count() + 1);
    const data = Array.from({ length: 50 }, (_, n) => before - 1 - n).filter((id) => id > 0).map(one);
    return route.fulfill({ json: { data, next_cursor: before > 51 ? String(before - 50) : null } });
  });
  return profile;
}

test('a talk of 5,000 messages opens with 50, is read to its beginning and back, and is never held whole', { skip }, async () => {
  let count = ALL;
  const profile = await profileWith(() => count);
  const page = await open(browser, bot.base, { path: `/studio/inbox/${talk}`, ready: '.inbox-wall .chat-row', context: profile });
  const wall = page.locator('.inbox-wall');
  const rows = wall.locator('.chat-row');
  const shown = (id) => rows.filter({ hasText: new RegExp(`Message ${id}\\.`) });
  assert.equal(await rows.count(), 50);
  assert.ok(await shown(ALL).isVisible());

  /** Scrolls to one end until a message is there, and looks at each step that not too many are held. */
  const readTo = async (id, end) => {
    let most = 0;
    for (let n = 0; n < 2000 && (await shown(id).count()) === 0; n++) {
      most = Math.max(most, await wall.evaluate((one, end) => {
        one.scrollTop = end === 'top' ? 0 : one.scrollHeight;
        return one.querySelectorAll('.chat-row').length;
      }, end));
      await page.waitForTimeout(10);
    }
    assert.equal(await shown(id).count(), 1, `message ${id} after ${most} rows`);
    assert.ok(most <= HELD, `${most} rows`);
  };
  // What is read does not jump when older messages come above it.
  const placeOf = async (id) => (await shown(id).boundingBox()).y;
  await wall.evaluate((one) => (one.scrollTop = 300));
  await page.waitForTimeout(100);
  const [id] = /\d+/.exec(await rows.evaluateAll((all) => all.find((row) => row.getBoundingClientRect().top > 200).textContent));
  const before = await placeOf(id);
  await wall.evaluate((one) => (one.scrollTop = 200));
  await until('older ones come', async () => (await rows.count()) === 100);
  assert.ok(Math.abs((await placeOf(id)) - before - 100) < 3, `${before} and ${await placeOf(id)}`);

  await readTo(ALL - 1000, 'top');
  // News do not fetch what lies between; the way back to the newest is a button.
  count += 1;
  await page.getByRole('button', { name: 'Newest messages' }).click();
  await until('the newest are there', async () => (await shown(ALL + 1).count()) === 1 && (await rows.count()) === 50);
  assert.equal(await page.getByRole('button', { name: 'Newest messages' }).count(), 0);

  // Back by scrolling, over all pages that were let go of.
  await readTo(ALL - 700, 'top');
  await readTo(ALL + 1, 'bottom');
  await until('it follows again', () => shown(ALL + 1).isVisible());
  const numbers = (await rows.locator('.chat-text').allTextContents()).map((words) => Number(/\d+/.exec(words)[0]));
  assert.deepEqual(numbers, numbers.map((_, n) => ALL + 1 - (numbers.length - 1 - n)), 'no gap, and nothing twice');
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('older messages come also when news are read at the moment in which somebody reaches the top', { skip }, async () => {
  const profile = await profileWith(() => ALL);
  const page = await open(browser, bot.base, { path: `/studio/inbox/${talk}`, ready: '.inbox-wall .chat-row', context: profile });
  const wall = page.locator('.inbox-wall');
  // The answers to what is asked from here on wait.
  let goOn = () => {};
  const may = new Promise((done) => (goOn = done));
  let asked = false;
  await page.route('**/v1/conversations/*/messages?*', async (route) => {
    asked = true;
    await may;
    await route.fallback();
  });
  await written(bot, '+34600111222', 'Ana López', ['hello']);
  await until('the news are read', () => asked);
  await wall.evaluate((one) => (one.scrollTop = 0));
  // The page hears of a movement with its next frame.
  await wall.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  assert.equal(await wall.locator('.chat-row').count(), 50);
  goOn();
  await until('the older ones come', async () => (await wall.locator('.chat-row').count()) === 100);
  await page.context().close();
});
