// The page of contacts: the list with its search, and one contact with its year, export and erasing.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { axe, daemon, fitsPhone, launch, open, skip, until, written } from './harness.mjs';

const HOSTILE = '<img src=x onerror=alert(1)>';
const DAILY = `flow: news
title: News of the day
topic: marketing
when:
  - schedule: 0 10 * * *
    clock: contact
    to: {tags: [customer]}
steps:
  - say: Something new!
    if_closed: {template: news_of_the_day}
`;
const PEOPLE = `phone,name,zone,tags,consent.marketing,proof
+34600111222,Ana López,Europe/Madrid,customer;vip,given,Ticked a box at the checkout
+34600111333,${HOSTILE},Asia/Tokyo,customer,withdrawn,Wrote a letter
+34600111444,محمد الأحمد,Africa/Cairo,,,
+34600111555,山田 太郎,Asia/Tokyo,customer,given,Ticked a box
`;
let browser;
let bot;
before(async () => {
  if (!skip) {
    browser = await launch();
    bot = await daemon();
    bot.write('flows/news.yaml', DAILY);
    bot.write('people.csv', PEOPLE);
    await bot.lives('news');
    const done = bot.run('contacts', 'import', 'people.csv');
    assert.equal(done.status, 0, done.stderr);
    await written(bot, '+34600111222', 'Ana López', ['hello', 'menu']);
  }
});
after(async () => {
  await browser?.close();
  await bot?.end();
});

const look = (more = {}) => open(browser, bot.base, { path: '/studio/contacts', ready: '.contact-row', ...more });
const rows = (page) => page.locator('.contacts li');
const idOf = async (phone) => (await (await fetch(`${bot.base}/v1/contacts?phone=${encodeURIComponent(phone)}`)).json()).data[0]?.id;

test('names in any script are texts, and number, name and tag find them', { skip }, async () => {
  const page = await look();
  await until('all are there', async () => (await rows(page).count()) === 4);
  const all = await page.locator('.contacts').textContent();
  for (const name of [HOSTILE, 'محمد الأحمد', '山田 太郎']) {
    assert.ok(all.includes(name), name);
  }
  assert.equal(await page.locator('img[src="x"]').count(), 0);
  const search = page.getByRole('searchbox');
  for (const [wanted, count, name] of [['+34 600 111 555', 1, '山田 太郎'], ['+346001114', 1, 'محمد الأحمد'], ['346001114', 1, 'محمد الأحمد'], ['+3460011', 4, 'Ana López'], ['#vip', 1, 'Ana López'], ['lópez', 1, 'Ana López'], ['#customer', 3, HOSTILE]]) {
    await search.fill(wanted);
    await until(`${wanted} finds`, async () => (await rows(page).count()) === count && (await page.locator('.contacts').textContent()).includes(name));
  }
  assert.match(page.url(), /search=%23customer/);
  await search.fill('nobody at all');
  await page.getByText('Nobody fits “nobody at all”.').waitFor();
  await page.getByRole('link', { name: 'Show everybody' }).click();
  await until('all are back', async () => (await rows(page).count()) === 4);
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('C10 the year shows what was said, what began and what is planned, and a fire that will not come with its reason', { skip }, async () => {
  const page = await look({ path: `/studio/contacts/${await idOf('+34600111222')}`, ready: '.year-row' });
  const list = page.locator('.year-rows');
  const seen = async (words) => {
    await until(`the list says “${words}”`, async () => {
      for (const top of [0, 300, 600, 900, 1200, 2000]) {
        await list.evaluate((one, top) => (one.scrollTop = top), top);
        await page.waitForTimeout(60);
        if ((await list.textContent()).includes(words)) {
          return true;
        }
      }
      return false;
    });
  };
  await seen('News of the day is planned');
  await seen('They wrote');
  await seen('Agreed to marketing');
  await seen('The menu');
  assert.ok((await page.locator('.year-mark.planned').count()) > 5);
  assert.ok((await page.locator('.year-bar.in').count()) > 0);
  assert.match(await page.locator('.contact-ledger').textContent(), /Ticked a box at the checkout/);
  assert.match(await page.locator('.contact-talks').textContent(), /Window open/);
  const other = await look({ path: `/studio/contacts/${await idOf('+34600111333')}`, ready: '.year-row' });
  await other.locator('.year-row', { hasText: 'News of the day will not begin' }).first().waitFor();
  assert.match(await other.locator('.year-row').first().textContent(), /the contact has not agreed/);
  assert.ok((await other.locator('.year-gap').count()) > 0);
  assert.deepEqual([...page.noise, ...other.noise], []);
  await page.context().close();
  await other.context().close();
});

test('pointing at the line tells what it is, and the keyboard goes from one thing to the next', { skip }, async () => {
  const page = await look({ path: `/studio/contacts/${await idOf('+34600111222')}?range=month`, ready: '.year-row' });
  const mark = await page.locator('.year-mark.runs').first().boundingBox();
  await page.mouse.move(mark.x + mark.width / 2, mark.y + mark.height / 2);
  await page.locator('.year-tip', { hasText: 'The menu' }).waitFor();
  const slider = page.getByRole('slider', { name: 'The year' });
  await slider.focus();
  await page.keyboard.press('End');
  assert.match(await slider.getAttribute('aria-valuetext'), /News of the day/);
  await page.keyboard.press('ArrowLeft');
  assert.match(await page.locator('.year-row.on').textContent(), /./);
  await page.mouse.click(mark.x + mark.width / 2, mark.y + mark.height / 2);
  await page.locator('.run-head').waitFor();
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('the export is a file with all that is kept', { skip }, async () => {
  const page = await look({ path: `/studio/contacts/${await idOf('+34600111222')}`, ready: '.contact-head' });
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export' }).click()]);
  const kept = JSON.parse(readFileSync(await download.path(), 'utf8'));
  assert.equal(kept.contact.name, 'Ana López');
  assert.ok(kept.conversations[0].messages.length >= 4);
  await page.context().close();
});

for (const [theme, lang] of [['light', 'en'], ['dark', 'ar']]) {
  test(`axe finds no barrier on the list and on a contact (${theme}, ${lang})`, { skip }, async () => {
    const page = await look({ theme, lang, bypassCSP: true });
    await page.addScriptTag({ content: axe() });
    const barriers = () =>
      page.evaluate(async () => {
        const { violations } = await axe.run(document, { resultTypes: ['violations'] });
        return violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`).join(' | ')}`);
      });
    assert.deepEqual(await barriers(), []);
    await page.locator('.contact-row', { hasText: 'Ana López' }).click();
    await page.locator('.year-row').first().waitFor();
    await page.waitForTimeout(300);
    assert.deepEqual(await barriers(), []);
    await page.context().close();
  });
}

test('a phone has one column, without sideways scrolling, with large targets', { skip }, async () => {
  const page = await look({ width: 390, height: 844, touch: true });
  await fitsPhone(page);
  await page.locator('.contact-row', { hasText: 'Ana López' }).tap();
  await page.locator('.year-row').first().waitFor();
  await fitsPhone(page);
  await page.context().close();
});

test('a contact is erased only after its number was typed in', { skip }, async () => {
  const page = await look({ path: `/studio/contacts/${await idOf('+34600111555')}`, ready: '.contact-head' });
  await page.getByRole('button', { name: 'Erase' }).click();
  const dialog = page.getByRole('dialog');
  const act = dialog.getByRole('button', { name: 'Erase', exact: true });
  assert.equal(await act.isDisabled(), true);
  await dialog.getByRole('textbox').fill('+34600111444');
  assert.equal(await act.isDisabled(), true);
  await dialog.getByRole('textbox').fill('+34 600 111 555');
  await act.click();
  await page.getByText('The contact was erased.').waitFor();
  await page.locator('.contact-row').first().waitFor();
  assert.equal(await idOf('+34600111555'), undefined);
  assert.deepEqual(page.noise, []);
  await page.context().close();
});
