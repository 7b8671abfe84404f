// The page of what is ahead: the week as a picture, the same numbers as a table, and the side of a cell.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, daemon, launch, open, skip, until } from './harness.mjs';

const WEEKLY = `flow: offer
title: Offer of the week
topic: marketing
when:
  - schedule: 0 10 * * TUE
    clock: contact
    to: {tags: [customer]}
steps:
  - say: Something new!
    if_closed: {template: offer_of_the_week}
`;
const ZONES = ['Europe/Madrid', 'Asia/Tokyo', 'America/New_York'];
const PEOPLE = Array.from({ length: 60 }, (_, n) => `+3460020${String(1000 + n)},Person ${n},${ZONES[n % 3]},customer,${n % 4 ? 'given' : 'withdrawn'},Ticked a box`);
let browser;
let bot;
before(async () => {
  if (!skip) {
    browser = await launch();
    bot = await daemon();
    bot.write('flows/offer.yaml', WEEKLY);
    bot.write('people.csv', ['phone,name,zone,tags,consent.marketing,proof', ...PEOPLE, ''].join('\n'));
    await bot.lives('offer');
    const done = bot.run('contacts', 'import', 'people.csv');
    assert.equal(done.status, 0, done.stderr);
  }
});
after(async () => {
  await browser?.close();
  await bot?.end();
});

const look = (more = {}) => open(browser, bot.base, { path: '/studio/ahead', ready: '.ahead-fire', ...more });

/** The next fire in each zone as the forecast has it, asked when none of them comes within the next minute. */
async function forecastOf(flow) {
  for (;;) {
    const forecast = await (await fetch(`${bot.base}/v1/schedules/${flow}/forecast`)).json();
    const soonest = Math.min(...forecast.fires.map((fire) => Date.parse(fire.at))) - Date.now();
    if (soonest > 60_000) {
      return forecast;
    }
    await new Promise((done) => setTimeout(done, Math.max(0, soonest) + 500));
  }
}

// Around midnight, and on a Tuesday, the next fire has another date in each zone. In 30 days each zone has some,
// also where the clocks change.
test('B12 the picture has a bar for each zone at its own hour, with the numbers of the forecast', { skip }, async () => {
  const forecast = await forecastOf('offer');
  const page = await look({ path: '/studio/ahead?days=30' });
  const names = await page.locator('.week-name').allTextContents();
  for (const city of ['Madrid', 'Tokyo', 'New York']) {
    assert.ok(names.some((name) => name.startsWith(city)), city);
  }
  const cells = (await (await fetch(`${bot.base}/v1/schedules/ahead?days=30`)).json()).cells.filter((cell) => cell.flow === 'offer');
  const next = ZONES.map((zone) => {
    const own = cells.filter((cell) => cell.zone === zone);
    const local = own.map((cell) => cell.local).sort()[0];
    return { zone, local, people: own.filter((cell) => cell.local === local).reduce((sum, cell) => sum + cell.people, 0) };
  });
  const byZone = (a, b) => a.zone.localeCompare(b.zone);
  assert.deepEqual(next.sort(byZone), forecast.fires.map(({ zone, local, people }) => ({ zone, local, people })).sort(byZone));
  assert.equal(next.reduce((sum, fire) => sum + fire.people, 0), forecast.people);
  assert.equal(forecast.people, PEOPLE.length);
  assert.ok(next.every((fire) => fire.local.endsWith('T10:00')), JSON.stringify(next));
  const words = await page.locator('.ahead-fire').first().getAttribute('aria-label');
  assert.match(words, /Offer of the week, .+10:00, 20 people: \d+ as template/);
  assert.match(words, /not sent the contact has not agreed/);
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('the table has the same numbers, and a kind that is hidden is hidden in both', { skip }, async () => {
  const page = await look();
  const sum = (await page.locator('.ahead-legend b').allTextContents()).map(Number).reduce((a, b) => a + b);
  await page.getByRole('button', { name: 'Table' }).click();
  assert.equal(Number(await page.locator('.ahead-table tfoot .number').first().textContent()), sum);
  const hidden = Number(await page.locator('.ahead-legend li').nth(3).locator('b').textContent());
  await page.locator('.ahead-legend button').nth(3).click();
  await until('the sum is smaller', async () => Number(await page.locator('.ahead-table tfoot .number').first().textContent()) === sum - hidden);
  assert.match(page.url(), /as=table/);
  await page.context().close();
});

test('the side of a cell has reasons, examples, one contact and another hour', { skip }, async () => {
  const page = await look();
  await page.locator('.ahead-fire').first().click();
  const side = page.locator('.side');
  await side.waitFor();
  assert.match(await side.locator('.side-outcome').first().textContent(), /as template/);
  await until('a cell names examples', async () => {
    for (const fire of await page.locator('.ahead-fire').all()) {
      await fire.click();
      await page.waitForTimeout(400);
      if (await side.locator('.side-examples a').count()) {
        return true;
      }
    }
    return false;
  });
  await side.getByRole('textbox', { name: 'Number of the contact' }).fill('+34600201000');
  await side.getByRole('button', { name: 'Ask' }).click();
  await side.getByText('not sent · the contact has not agreed').waitFor();
  await side.getByRole('slider').evaluate((one) => {
    one.value = 22;
    one.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await side.locator('.side-former', { hasText: '22:00' }).waitFor();
  assert.match(page.url(), /cell=/);
  await page.reload();
  await page.locator('.side').waitFor();
  await page.locator('.side').getByRole('button', { name: 'Close' }).click();
  await page.locator('.side').waitFor({ state: 'detached' });
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('a broadcast is started by its count, held back and stopped', { skip }, async () => {
  const at = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  const made = await fetch(`${bot.base}/v1/broadcasts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ flow: 'thanks', to: { tags: ['customer'] }, at: `${at}T10:00` }),
  });
  assert.equal(made.status, 201, await made.clone().text());
  const { people } = await made.json();
  const page = await look({ ready: '.cast' });
  const row = page.locator('.cast');
  assert.match(await row.textContent(), new RegExp(`A thank-you is answered, too.*10:00 on each contact’s clock.*customer.*${people} people.*Draft`, 's'));
  const acts = (name) => row.getByRole('button', { name, exact: true }).click();
  const dialog = page.getByRole('dialog');
  await acts('Start');
  const go = dialog.getByRole('button', { name: 'Start', exact: true });
  assert.ok(await go.isDisabled());
  await dialog.getByRole('textbox').fill(String(people + 1));
  assert.ok(await go.isDisabled());
  await dialog.getByRole('textbox').fill(String(people));
  await go.click();
  await row.getByText(/On its way|Planned/).waitFor();
  await acts('Pause');
  await dialog.getByRole('button', { name: 'Pause', exact: true }).click();
  await row.getByText('Paused').waitFor();
  await acts('Stop');
  await dialog.getByRole('button', { name: 'Stop', exact: true }).click();
  await row.waitFor({ state: 'detached' });
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

for (const [theme, lang] of [['light', 'en'], ['dark', 'ar']]) {
  test(`axe finds no barrier on picture, side and table (${theme}, ${lang})`, { skip }, async () => {
    const page = await look({ theme, lang, bypassCSP: true });
    await page.addScriptTag({ content: axe() });
    const barriers = () =>
      page.evaluate(async () => {
        const { violations } = await axe.run(document, { resultTypes: ['violations'] });
        return violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`).join(' | ')}`);
      });
    await page.locator('.ahead-fire').first().click();
    await page.locator('.side-outcome').first().waitFor();
    await page.waitForTimeout(400);
    assert.deepEqual(await barriers(), []);
    await page.goto(`${bot.base}/studio/ahead?as=table&theme=${theme}&lang=${lang}`);
    await page.locator('.ahead-table').waitFor();
    await page.addScriptTag({ content: axe() });
    assert.deepEqual(await barriers(), []);
    await page.context().close();
  });
}

test('a phone shows the week without sideways scrolling, and the side of a cell comes into view', { skip }, async () => {
  const page = await look({ width: 390, height: 844, touch: true });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await page.locator('.ahead-fire').first().tap();
  await page.locator('.side').waitFor();
  await until('the side is in view', () => page.locator('.side h2').evaluate((one) => one.getBoundingClientRect().top >= 0 && one.getBoundingClientRect().bottom < innerHeight));
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await page.context().close();
});

test('a bot without schedules says what would be shown here', { skip }, async () => {
  const page = await look({ path: '/studio/ahead', ready: '.ahead-fire' });
  await page.route('**/v1/schedules/ahead?*', (route) => route.fulfill({ json: { as_of: new Date().toISOString(), complete: true, cells: [], contacts: 0 } }));
  await page.getByRole('button', { name: 'Ask again' }).click();
  await page.getByText('Nothing is planned for these days.').waitFor();
  await page.context().close();
});

test('former fires are those of the past alone', { skip }, async () => {
  const page = await look({ path: '/studio/ahead?days=30' });
  const fires = ['2099-01-06T10:00', '2020-01-07T10:00'].map((local) => ({ local, trigger: 'x', planned: 7, text: 3, template: 1, answered: 2 }));
  await page.route('**/v1/schedules/offer/report?*', (route) => route.fulfill({ json: { flow: 'offer', fires } }));
  await page.locator('.ahead-fire').first().click();
  await page.locator('.side-former tbody tr').first().waitFor();
  assert.equal(await page.locator('.side .side-former tbody tr').count(), 1);
  await page.context().close();
});

test('no number in the picture is covered by the next bar, also on a phone', { skip }, async () => {
  const page = await look({ width: 390, path: '/studio/ahead?days=30' });
  const cells = (await (await fetch(`${bot.base}/v1/schedules/ahead?days=30`)).json()).cells;
  // Bars of three digits at each distance of hours.
  const many = [1, 2, 3, 5, 8, 13, 21, 34].reduce((all, hours) => {
    const at = new Date(all.at(-1) + hours * 3_600_000);
    return [...all, at.getTime()];
  }, [Date.now() + 86_400_000]);
  const body = { as_of: new Date().toISOString(), complete: true, cells: many.map((at) => ({ ...cells[0], local: new Date(at).toISOString().slice(0, 16), people: 164 })) };
  await page.route('**/v1/schedules/ahead?*', (route) => route.fulfill({ json: body }));
  await page.reload();
  await until('the bars are there', async () => (await page.locator('.ahead-fire').count()) === many.length);
  const covered = await page.evaluate(() => {
    const bars = [...document.querySelectorAll('.ahead-fire')].map((one) => ({ bar: one.getBoundingClientRect(), number: one.querySelector('small')?.getBoundingClientRect() }));
    return bars.filter(({ number }, n) => number && bars.some(({ bar }, other) => other !== n && bar.left > number.left && bar.left < number.right)).length;
  });
  assert.equal(covered, 0);
  await page.context().close();
});
