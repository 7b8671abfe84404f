// Names and titles as long as they may be, many flows, and the year of a contact where words are longer or there is less
// room: nothing pushes a button away, nothing lies over something else.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { daemon, launch, open, skip, text, until, write, written } from './harness.mjs';

const NAME = `Zelda ${'N'.repeat(200)}`;
const TITLE = 'A flow with a very long title that nobody has ever made shorter '.repeat(3);
const FLOWS = 60;
const PHONE = '+34600111222';
let browser;
let bot;
before(async () => {
  if (!skip) {
    browser = await launch();
    bot = await daemon();
    for (let n = 0; n < FLOWS; n++) {
      bot.write(`flows/f${n}.yaml`, `flow: f${n}\ntitle: ${n === 0 ? TITLE.trim() : `Flow number ${n}`}\nwhen:\n  - message: word${n}\nsteps:\n  - say: This is ${n}\n`);
      bot.write(`flows/f${n}.test.yaml`, `flow: f${n}\ncases:\n  - name: it answers\n    steps:\n      - user: word${n}\n      - expect: This is ${n}\n`);
    }
    await bot.lives('f0', `f${FLOWS - 1}`);
    await written(bot, PHONE, NAME, ['hello', 'word1']);
  }
});
after(async () => {
  await browser?.close();
  await bot?.end();
});

/** The parts of the page that stand out of their card, or of the window. */
const outside = (page, card, parts) => page.evaluate(([card, parts]) => {
  const box = document.querySelector(card).getBoundingClientRect();
  const all = [...document.querySelectorAll(`${card} :is(${parts})`)].filter((one) => one.checkVisibility());
  const out = all.filter((one) => one.getBoundingClientRect().right > box.right + 1 || one.getBoundingClientRect().left < box.left - 1);
  return { many: all.length > 0, wide: box.right > innerWidth, out: out.map((one) => one.outerHTML.slice(0, 80)) };
}, [card, parts]);
const WITHIN = { many: true, wide: false, out: [] };
/** Pairs of parts of the same row that lie over each other. */
const overlaps = (page, rows, parts) => page.evaluate(([rows, parts]) => [...document.querySelectorAll(rows)].flatMap((row) => {
  const all = [...row.querySelectorAll(parts)].map((one) => [one, one.getBoundingClientRect()]);
  const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return all.flatMap(([one, a], n) => all.slice(n + 1).filter(([, b]) => over(a, b)).map(([other]) => `${one.textContent} / ${other.textContent}`));
}), [rows, parts]);
const idOf = async () => (await (await fetch(`${bot.base}/v1/contacts?phone=${encodeURIComponent(PHONE)}`)).json()).data[0].id;

test('a long name leaves the test message in its card', { skip }, async () => {
  for (const width of [1440, 390]) {
    const page = await open(browser, bot.base, { path: '/studio/health', ready: '.test-people button', width });
    assert.deepEqual(await outside(page, '.card.test', 'input, select, button, p, small'), WITHIN, `${width}`);
    await page.context().close();
  }
});

test('a long title leaves the coverage in its card, and what stands below many flows is near', { skip }, async () => {
  const page = await open(browser, bot.base, { path: '/studio/tests', ready: '.tests-flow' });
  assert.deepEqual(await outside(page, '.tests-cover', '.tests-flow, .tests-bar, b'), WITHIN);
  const shown = await page.locator('.tests-flow').count();
  assert.ok(shown < FLOWS / 2, `${shown} flows`);
  await page.getByRole('button', { name: /Show all \d+ flows/ }).click();
  assert.ok((await page.locator('.tests-flow').count()) > FLOWS);
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('of many flows and tests none keeps a new flow, the settings and the tests out of sight', { skip }, async () => {
  for (const width of [1440, 1024]) {
    const page = await open(browser, bot.base, { width, height: 800 });
    const near = async (part) => {
      const box = await part.boundingBox();
      assert.ok(box && box.y >= 0 && box.y + box.height <= 800, `${width}: ${JSON.stringify(box)}`);
      // A strip may be drawn sideways, by not more than its own width.
      assert.ok(box.x + box.width <= width * 2, `${width}: ${JSON.stringify(box)}`);
    };
    await near(page.getByRole('button', { name: 'New flow' }));
    await near(page.locator('.files').getByText('Shared settings'));
    await near(page.locator('.files a[title="flows/booking.test.yaml"]'));
    await page.goto(`${bot.base}/studio/flows/f${FLOWS - 1}?lang=en`);
    const last = page.locator('.files a[aria-current]');
    await last.waitFor();
    await until('the open flow is in sight', async () => {
      const box = await last.boundingBox();
      return box.y >= 0 && box.y + box.height <= 800 && box.x >= 0 && box.x + box.width <= width;
    });
    await page.context().close();
  }
});

test('the words of the window are whole, and a file with edits has room for its button', { skip }, async () => {
  for (const [width, lang] of [[1440, 'en'], [1024, 'en'], [390, 'en'], [1024, 'de']]) {
    const page = await open(browser, bot.base, { width, lang, touch: width < 500 });
    const chip = page.locator('.ribbon-window');
    await chip.waitFor();
    const [right, edge, cut] = await chip.evaluate((one) => [one.getBoundingClientRect().right, one.closest('.pane').getBoundingClientRect().right, one.scrollWidth > one.clientWidth + 1]);
    assert.ok(right <= edge && !cut, `${width} ${lang}: ${right} of ${edge}`);
    await page.context().close();
  }
  const page = await open(browser, bot.base, { path: '/studio/flows/_bot', width: 1400 });
  await write(page, `${await text(page)}# an edit\n`);
  const [button, pane] = await page.locator('.publish').evaluate((one) => [one.getBoundingClientRect(), one.closest('.pane-head').getBoundingClientRect()]);
  assert.ok(button.right <= pane.right - 8, `${button.right} of ${pane.right}`);
  await page.context().close();
});

test('beside a file without a map stands the name of the flow that is drawn', { skip }, async () => {
  const page = await open(browser, bot.base);
  await page.locator('.pane.map svg').first().waitFor();
  assert.equal(await page.locator('.map-of').count(), 0);
  await page.locator('.files').getByText('Shared settings').click();
  await page.locator('.map-of', { hasText: 'The menu' }).waitFor();
  await page.context().close();
});

for (const [lang, width] of [['ar', 1440], ['en', 390], ['ar', 390], ['de', 1440]]) {
  test(`in the year of a contact nothing lies over something else (${lang}, ${width})`, { skip }, async () => {
    const page = await open(browser, bot.base, { path: `/studio/contacts/${await idOf()}`, ready: '.year-row', lang, width, touch: width < 500 });
    assert.deepEqual(await overlaps(page, '.year-row', '.year-sign, time, .year-kind, .year-what, em'), []);
    const cut = await page.evaluate(() => [...document.querySelectorAll('.year-row :is(time, .year-kind)')].filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent));
    assert.deepEqual(cut, []);
    await page.goto(`${bot.base}/studio/contacts/${await idOf()}?range=year&lang=${lang}`);
    await page.locator('.year-tick text').first().waitFor();
    // The picture takes the width of the page a moment after it is drawn.
    const out = () => page.evaluate(() => {
      const box = document.querySelector('.year-picture').getBoundingClientRect();
      return [...document.querySelectorAll('.year-tick text')].filter((one) => one.getBoundingClientRect().right > box.right + 1).map((one) => one.textContent);
    });
    await until('no name is cut at the end', async () => (await out()).length === 0);
    assert.deepEqual(await overlaps(page, '.year-picture svg', '.year-tick text'), []);
    const head = await page.locator('.contact-title h1').evaluate((one) => one.offsetHeight / parseFloat(getComputedStyle(one).lineHeight));
    assert.ok(width > 500 || head <= 3.1, `${head} lines of heading`);
    await page.context().close();
  });
}
