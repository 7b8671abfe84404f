// The inbox: who waits, the talk, the window, taking over, writing once, templates, two people, phones and keys.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, daemon, fitsPhone, launch, open, skip, until, written } from './harness.mjs';

const HOSTILE = '<img src=x onerror=alert(1)>';
const ANA = '+34600111222';
const EVIL = '+34600111333';
const CLOSING = '+34600111444';
const QUIET = '+34600111555';
const DAY = 86_400;
let browser;
let bot;
let count = 0;

/** Posts a customer's message as the sandbox's platform does; `ago` in seconds. */
async function says(phone, name, text, ago = 0) {
  const from = phone.slice(1);
  const timestamp = String(Math.floor(Date.now() / 1000) - ago);
  const message = { from, id: `wamid.INBOX${(count += 1)}`, timestamp, type: 'text', text: { body: text } };
  const value = { messaging_product: 'whatsapp', metadata: { display_phone_number: '15550000001', phone_number_id: '1' }, contacts: [{ profile: { name }, wa_id: from }], messages: [message] };
  const answer = await fetch(`${bot.base}/webhooks/sandbox/1`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: 'sandbox', changes: [{ field: 'messages', value }] }] }),
  });
  assert.equal(answer.status, 200);
}

const ask = async (path) => (await fetch(`${bot.base}${path}`)).json();
const tell = (path, body) => fetch(`${bot.base}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', origin: bot.base }, body: JSON.stringify(body) });
const idOf = async (phone) => (await ask(`/v1/conversations?search=${phone.slice(1)}`)).data[0]?.id;
/** How often a text stands on the phone of a customer. */
const arrived = async (phone, text) => (await ask(`/v1/sandbox/1/messages?phone=${encodeURIComponent(phone)}`)).data.filter((one) => one.direction === 'out' && JSON.stringify(one).includes(text)).length;

before(async () => {
  if (skip) {
    return;
  }
  browser = await launch();
  bot = await daemon();
  await written(bot, ANA, 'Ana López', ['hello', 'person']);
  await written(bot, EVIL, HOSTILE, ['hello']);
  await says(EVIL, HOSTILE, HOSTILE);
  await says(QUIET, 'محمد الأحمد', 'hello', DAY + 3600);
  await until('all are there', async () => (await ask('/v1/conversations?sort=recent')).data.length === 3);
});
after(async () => {
  await browser?.close();
  await bot?.end();
});

const look = (more = {}) => open(browser, bot.base, { path: '/studio/inbox', ready: '.inbox-row', ...more });
const row = (page, name) => page.locator('.inbox-row', { hasText: name });
const box = (page) => page.locator('.inbox-write textarea');
/** Opens a talk of this page's own, in which it may write. */
async function mine(phone, more = {}) {
  const id = await idOf(phone);
  await tell(`/v1/conversations/${id}/take-over`, { agent: 'studio', unless_taken: false });
  const page = await look({ path: `/studio/inbox/${id}`, ready: '.inbox-write textarea', ...more });
  return { page, id };
}

test('who waits stands first, names and texts in any script are texts, and the search finds them', { skip }, async () => {
  const page = await look();
  await until('three rows', async () => (await page.locator('.inbox-row').count()) === 3);
  assert.match(await page.locator('.inbox-row').first().textContent(), /Ana López.*Waiting: shop/s);
  const all = await page.locator('.inbox-rows').textContent();
  for (const name of [HOSTILE, 'محمد الأحمد']) {
    assert.ok(all.includes(name), name);
  }
  const { waiting } = await ask('/v1/conversations/counts');
  assert.match(await page.locator('nav.pages a[aria-current=page]').textContent(), new RegExp(`Inbox${waiting}`));
  const search = page.getByRole('searchbox');
  for (const [wanted, name] of [['lopez', 'Ana López'], ['600 111 333', HOSTILE], ['+34600111555', 'محمد']]) {
    await search.fill(wanted);
    await until(`${wanted} finds`, async () => (await page.locator('.inbox-row').count()) === 1 && (await page.locator('.inbox-row').textContent()).includes(name));
  }
  await search.fill('nobody');
  await page.getByText('Nobody fits “nobody”.').waitFor();
  await page.getByRole('link', { name: 'Show all' }).click();
  for (const [state, count] of [['Waiting', waiting], ['Bot', 3 - waiting], ['All', 3]]) {
    await page.getByRole('group', { name: 'Which conversations' }).getByRole('button', { name: state }).click();
    await until(`${state} lists`, async () => (await page.locator('.inbox-row').count()) === count);
  }
  await row(page, 'onerror').click();
  await page.locator('.inbox-wall .chat-row.in .chat-text', { hasText: HOSTILE }).waitFor();
  assert.equal(await page.locator('img[src="x"]').count(), 0);
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('a person takes over, writes and hands back, and the other page shows it', { skip }, async () => {
  const page = await look();
  await row(page, 'Ana López').click();
  await page.locator('.inbox-box.not-yours').getByText('It waits for a person.').waitFor();
  const other = await look({ path: `/studio/inbox/${await idOf(ANA)}`, ready: '.inbox-box' });
  await page.locator('.inbox-box').getByRole('button', { name: 'Take over' }).click();
  await box(page).waitFor();
  await until('the box has the keyboard', () => box(page).evaluate((one) => one === document.activeElement));
  await box(page).fill('Hi Ana, *this* is Rosa');
  await page.keyboard.press('Enter');
  const bubble = page.locator('.inbox-wall .chat-row.out', { hasText: 'this is Rosa' });
  await bubble.locator('.chat-ticks').first().waitFor();
  await other.locator('.inbox-wall .chat-row.out', { hasText: 'this is Rosa' }).waitFor();
  await until('it stands once', async () => (await bubble.count()) === 1);
  assert.equal(await bubble.locator('b', { hasText: 'this' }).count(), 1);
  assert.equal(await arrived(ANA, 'this* is Rosa'), 1);
  await says(ANA, 'Ana López', 'Thank you!');
  await page.locator('.inbox-wall .chat-row.in', { hasText: 'Thank you!' }).waitFor();
  await other.locator('.inbox-wall .chat-row.in', { hasText: 'Thank you!' }).waitFor();
  await until('the list tells of it', async () => (await row(other, 'Ana López').textContent()).includes('1 unanswered message'));
  await page.getByRole('button', { name: 'Hand back to the bot' }).click();
  await page.getByText('The bot has this conversation.').waitFor();
  await other.getByText('The bot has this conversation.').waitFor();
  assert.deepEqual([...page.noise, ...other.noise], []);
  await page.context().close();
  await other.context().close();
});

test('of two people one is quicker, and the other is told who', { skip }, async () => {
  const id = await idOf(ANA);
  const page = await look({ path: `/studio/inbox/${id}`, ready: '.inbox-box' });
  // Rosa takes it while the request of this page is on its way.
  await page.route('**/take-over', async (route) => {
    await tell(`/v1/conversations/${id}/take-over`, { agent: 'Rosa' });
    await route.continue();
  });
  await page.locator('.inbox-box').getByRole('button', { name: 'Take over' }).click();
  await page.getByText('Rosa was quicker and has taken this conversation over.').waitFor();
  await page.getByText('Rosa has this conversation.').waitFor();
  assert.equal((await ask(`/v1/conversations/${id}`)).with_person.agent, 'Rosa');
  assert.equal(await box(page).count(), 0);
  await page.unroute('**/take-over');
  await page.getByRole('button', { name: 'Take over from Rosa' }).click();
  await box(page).waitFor();
  await tell(`/v1/conversations/${id}/take-over`, { agent: 'Bea', unless_taken: false });
  await page.locator('.toast', { hasText: 'Bea has taken this conversation over.' }).waitFor();
  await page.getByRole('button', { name: 'Take over from Bea' }).waitFor();
  assert.deepEqual(page.noise.filter((one) => !one.includes('409')), []);
  await page.context().close();
});

test('whatever becomes of the answers, a message is sent once', { skip }, async () => {
  const { page } = await mine(ANA);
  const keys = [];
  let cut = 99;
  const cutting = async (/** @type {any} */ route) => {
    if (route.request().method() !== 'POST') {
      return route.continue();
    }
    keys.push(route.request().headers()['idempotency-key']);
    const answer = await route.fetch();
    return cut-- > 0 ? route.abort() : route.fulfill({ response: answer });
  };
  await page.route('**/messages', cutting);
  await box(page).fill('Exactly once');
  await page.keyboard.press('Enter');
  const pending = page.locator('.inbox-pending', { hasText: 'Exactly once' });
  await pending.getByText('nobody knows whether this was sent').waitFor();
  await until('it has been tried by itself', async () => keys.length >= 2);
  // A reload forgets nothing of it.
  cut = 99;
  await page.reload();
  await pending.getByRole('button', { name: 'Try again' }).waitFor();
  cut = 0;
  await until('it can be tried', async () => {
    const button = pending.getByRole('button', { name: 'Try again' });
    if (await button.count()) {
      await button.click().catch(() => {});
    }
    return (await pending.count()) === 0;
  });
  assert.equal(new Set(keys).size, 1, 'one key for all tries');
  assert.equal(await page.locator('.inbox-wall .chat-row.out', { hasText: 'Exactly once' }).count(), 1);
  assert.equal(await arrived(ANA, 'Exactly once'), 1);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.context().close();
});

test('a refused message says why, and can be sent again or left', { skip }, async () => {
  const { page } = await mine(ANA);
  let refuse = true;
  await page.route('**/messages', (route) => {
    if (route.request().method() !== 'POST' || !refuse) {
      return route.continue();
    }
    return route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify({ code: 'sender_down', detail: `the sender is down ${HOSTILE}` }) });
  });
  await box(page).fill('First');
  await page.keyboard.press('Enter');
  const first = page.locator('.inbox-pending', { hasText: 'First' });
  await first.getByText(`Not sent: the sender is down ${HOSTILE}`).waitFor();
  await box(page).fill('Second');
  await page.keyboard.press('Enter');
  const second = page.locator('.inbox-pending', { hasText: 'Second' });
  await second.getByRole('button', { name: 'Discard' }).click();
  await until('it is gone', async () => (await second.count()) === 0);
  refuse = false;
  await first.getByRole('button', { name: 'Try again' }).click();
  await until('it was sent', async () => (await first.count()) === 0 && (await arrived(ANA, 'First')) === 1);
  assert.equal(await arrived(ANA, 'Second'), 0);
  await page.context().close();
});

test('a daemon that stops and comes back is caught up with, without a gap and nothing twice', { skip }, async () => {
  const { page, id } = await mine(ANA);
  await bot.stop();
  await page.getByText('Not connected since').waitFor();
  await box(page).fill('Said while you were away');
  await page.keyboard.press('Enter');
  await page.locator('.inbox-pending', { hasText: 'Said while you were away' }).waitFor();
  await bot.start();
  for (let n = 0; n < 60; n++) {
    await says(ANA, 'Ana López', `line ${n} of many`);
  }
  await until('what was said has arrived', async () => (await arrived(ANA, 'Said while you were away')) === 1);
  await until('all lines are there', async () => {
    const texts = await page.locator('.inbox-wall .chat-row.in .chat-text').allTextContents();
    return texts.filter((one) => /^line \d+ of many$/.test(one)).length === 60;
  });
  await until('it stands once', async () => (await page.locator('.inbox-wall .chat-row.out', { hasText: 'Said while you were away' }).count()) === 1);
  const kept = (await ask(`/v1/conversations/${id}/messages?limit=200`)).data.filter((one) => one.text === 'Said while you were away');
  assert.equal(kept.length, 1);
  await page.context().close();
});

test('what was said before a message of ours is there, also where its answer came before the list', { skip }, async () => {
  const { page } = await mine(ANA);
  await box(page).waitFor();
  const gates = {};
  const [said, sent] = ['said', 'sent'].map((name) => new Promise((open) => (gates[name] = open)));
  await page.route('**/messages*', async (route) => {
    await (route.request().method() === 'POST' ? said : sent);
    await route.continue();
  });
  await box(page).fill('Answered before it was read');
  await page.keyboard.press('Enter');
  // More than one page of the list.
  for (let n = 0; n < 60; n++) {
    await says(ANA, 'Ana López', `word ${n} before`);
  }
  gates.said();
  await page.locator('.inbox-wall .chat-row.out:not(.inbox-pending)', { hasText: 'Answered before it was read' }).waitFor();
  gates.sent();
  await until('all words are there', async () => {
    const texts = await page.locator('.inbox-wall .chat-row.in .chat-text').allTextContents();
    return texts.filter((one) => /^word \d+ before$/.test(one)).length === 60;
  });
  await page.context().close();
});

test('B4 the window closes while the talk is open: the box changes within two seconds, and a forged send is refused', { skip }, async () => {
  await says(CLOSING, 'Carla', 'hello', DAY - 30);
  await until('she is there', () => idOf(CLOSING));
  const { page, id } = await mine(CLOSING);
  const ends = Date.parse((await ask(`/v1/conversations/${id}`)).window.ends_at);
  await page.locator('.inbox-head .inbox-left.near', { hasText: /\ds/ }).waitFor();
  await box(page).fill('Too late');
  // The page's own clock, because a look from outside may come late.
  const closed = await page.evaluate(() => new Promise((done) => {
    const watch = new MutationObserver(() => document.querySelector('.inbox-closed') && done(Date.now()));
    watch.observe(document.body, { childList: true, subtree: true });
  }));
  assert.ok(closed - ends < 2000, `${closed - ends} ms`);
  assert.ok(closed >= ends, 'and not before');
  assert.equal(await box(page).count(), 0);
  await page.getByText('The 24-hour window is closed.').waitFor();
  await page.getByText('This number has no approved template.').waitFor();
  const forged = await page.evaluate(async (id) => {
    const answer = await fetch(`/v1/conversations/${id}/messages`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text: 'Forged' }) });
    return { status: answer.status, code: (await answer.json()).code };
  }, id);
  assert.deepEqual(forged, { status: 409, code: 'window_closed' });
  assert.equal(await arrived(CLOSING, 'Forged'), 0);
  await says(CLOSING, 'Carla', 'Still there?');
  await box(page).waitFor();
  assert.equal(await box(page).inputValue(), 'Too late', 'what was begun is still there');
  await page.context().close();
});

test('outside the window a template goes with its real text and its values', { skip }, async () => {
  const { id } = { id: await idOf(QUIET) };
  await tell(`/v1/conversations/${id}/take-over`, { agent: 'studio', unless_taken: false });
  const profile = await browser.newContext();
  const sent = [];
  const templates = [
    { id: 45, sender: 1, name: 'order_ready', language: 'en', category: 'utility', status: 'approved', header: { text: 'Order {{1}}' }, body: 'Hi {{1}}, your {{2}} is ready.', buttons: [{ url: { title: 'See it', url: 'https://shop.example/{{1}}' } }] },
    { id: 46, sender: 1, name: 'late', language: 'en', category: 'utility', status: 'pending', header: null, body: 'Wait', buttons: [] },
    { id: 47, sender: 1, name: 'hours', language: 'en', category: 'utility', status: 'approved', header: null, body: `We open at {{opens}} ${HOSTILE}`, buttons: [] },
  ];
  await profile.route('**/v1/templates?*', (route) => route.fulfill({ json: { data: templates, next_cursor: null } }));
  await profile.route('**/messages', (route) => {
    if (route.request().method() !== 'POST') {
      return route.continue();
    }
    sent.push(route.request().postDataJSON());
    return route.fulfill({ status: 409, json: { code: 'template_unusable', detail: 'template `order_ready` is not approved' } });
  });
  const page = await look({ path: `/studio/inbox/${id}`, ready: '.inbox-templates', context: profile });
  assert.deepEqual(await page.locator('.inbox-templates code').allTextContents(), ['order_ready', 'hours'], 'approved ones alone');
  await page.getByRole('button', { name: 'order_ready' }).click();
  const act = page.getByRole('button', { name: 'Send template' });
  assert.equal(await act.isDisabled(), true);
  await page.getByLabel('Value of {{1}} in the header').fill('A7');
  await page.getByLabel('Value of {{1}}', { exact: true }).fill('محمد');
  await page.getByLabel('Value of {{2}}').fill(HOSTILE);
  await page.getByLabel('End of the link “See it”').fill('A7');
  assert.match(await page.locator('.inbox-preview').textContent(), /Order A7.*Hi محمد, your <img src=x onerror=alert\(1\)> is ready\./s);
  await act.click();
  await page.locator('.inbox-pending').getByText('Not sent: template `order_ready` is not approved').waitFor();
  assert.deepEqual(sent, [{ template: { name: 'order_ready', language: 'en', variables: ['محمد', HOSTILE], header: { text: 'A7' }, buttons: [{ url: 'A7' }] }, agent: 'studio' }]);
  // It would stop those behind it.
  await page.locator('.inbox-pending').getByRole('button', { name: 'Discard' }).click();
  await page.getByRole('button', { name: 'hours' }).click();
  await page.getByLabel('Value of {{opens}}').fill('nine');
  await act.click();
  await until('the second was sent', async () => sent.length === 2);
  assert.deepEqual(sent[1].template, { name: 'hours', language: 'en', variables: { opens: 'nine' } });
  assert.equal(await page.locator('img[src="x"]').count(), 0);
  await page.context().close();
});

test('a file goes with a message, and a picture of the customer is shown or said to be gone', { skip }, async () => {
  const { page, id } = await mine(ANA);
  await page.locator('input[type=file]').setInputFiles({ name: 'menu.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 menu') });
  await page.locator('.inbox-attached', { hasText: 'menu.pdf' }).getByRole('button', { name: 'Remove the file' }).waitFor();
  await box(page).fill('Our menu');
  await page.keyboard.press('Enter');
  await page.locator('.inbox-wall .chat-row.out:not(.inbox-pending)', { hasText: 'Our menu' }).locator('.chat-file').waitFor();
  const last = (await ask(`/v1/conversations/${id}/messages?limit=1`)).data[0];
  assert.deepEqual([last.content.kind, last.content.media.kind, last.content.caption], ['media', 'document', 'Our menu']);
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('the keyboard alone goes from the list into a talk, writes, and back', { skip }, async () => {
  const id = await idOf(ANA);
  await tell(`/v1/conversations/${id}/take-over`, { agent: 'studio', unless_taken: false });
  const page = await look();
  await until('the rows are there', async () => (await page.locator('.inbox-row').count()) >= 3);
  const focused = () => page.evaluate(() => document.activeElement?.closest('li')?.getAttribute('aria-posinset') ?? '');
  await page.keyboard.press('j');
  assert.equal(await focused(), '1');
  await page.keyboard.press('j');
  await until('the second has the keyboard', async () => (await focused()) === '2');
  await page.keyboard.press('k');
  await until('the first has it again', async () => (await focused()) === '1');
  await page.keyboard.press('ArrowDown');
  await until('arrows go, too', async () => (await focused()) === '2');
  await row(page, 'Ana López').focus();
  await page.keyboard.press('Enter');
  await box(page).waitFor();
  await until('the box has the keyboard', () => box(page).evaluate((one) => one === document.activeElement));
  await page.keyboard.type('jk by keys');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('second line');
  await page.keyboard.press('Enter');
  await until('it was sent', async () => (await arrived(ANA, 'jk by keys')) === 1);
  await page.keyboard.press('Escape');
  await until('the list has the keyboard', () => row(page, 'Ana López').evaluate((one) => one === document.activeElement));
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('a phone shows the list, then the talk with a way back, and its box stands above the keys', { skip }, async () => {
  const id = await idOf(ANA);
  await tell(`/v1/conversations/${id}/take-over`, { agent: 'studio', unless_taken: false });
  const page = await look({ width: 390, height: 844, touch: true });
  await fitsPhone(page);
  await row(page, 'Ana López').tap();
  await box(page).waitFor();
  assert.equal(await page.locator('.inbox-list').isVisible(), false);
  await fitsPhone(page);
  assert.ok(Number.parseFloat(await box(page).evaluate((one) => getComputedStyle(one).fontSize)) >= 16, 'a phone does not zoom in');
  // Its keys take the lower half of the window.
  await page.setViewportSize({ width: 390, height: 430 });
  const place = await box(page).boundingBox();
  assert.ok(place.y + place.height <= 430, JSON.stringify(place));
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole('button', { name: 'Contact' }).tap();
  await page.locator('.inbox-side').waitFor();
  await fitsPhone(page);
  await page.locator('.inbox-side').getByRole('button', { name: 'Close' }).tap();
  await page.getByRole('link', { name: 'Back to the list' }).tap();
  await row(page, 'Ana López').waitFor();
  assert.equal(await page.locator('.inbox-talk').isVisible(), false);
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

test('the contact stands beside, with the ways to their year and runs', { skip }, async () => {
  const page = await look({ path: `/studio/inbox/${await idOf(ANA)}`, ready: '.inbox-side dl' });
  const side = page.locator('.inbox-side');
  assert.match(await side.textContent(), /\+34600111222/);
  await side.getByRole('link', { name: 'Open the contact' }).click();
  await page.locator('.contact-head', { hasText: 'Ana López' }).waitFor();
  await page.locator('.contact-talks').getByRole('link', { name: 'Open in the inbox' }).first().click();
  await page.locator('.inbox-head', { hasText: 'Ana López' }).waitFor();
  assert.deepEqual(page.noise, []);
  await page.context().close();
});

for (const [theme, lang] of [['light', 'en'], ['dark', 'en'], ['dark', 'ar']]) {
  test(`axe finds no barrier in the list, a talk and a closed window (${theme}, ${lang})`, { skip }, async () => {
    const page = await look({ theme, lang, bypassCSP: true });
    await page.addScriptTag({ content: axe() });
    const barriers = () =>
      page.evaluate(async () => {
        const { violations } = await axe.run(document, { resultTypes: ['violations'] });
        return violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`).join(' | ')}`);
      });
    assert.deepEqual(await barriers(), []);
    for (const phone of [ANA, EVIL, QUIET]) {
      await page.locator(`.inbox-row[data-talk="${await idOf(phone)}"]`).click();
      await page.locator(`.inbox-box`).waitFor();
      await page.waitForTimeout(300);
      assert.deepEqual(await barriers(), [], phone);
    }
    await page.context().close();
  });
}

test('C17 ten thousand conversations scroll, with a few rows in the page', { skip }, async () => {
  const profile = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const now = Date.now();
  const one = (n) => ({
    id: n, account: 'a', sender: { id: 1, name: 'Sandbox' }, contact: { id: n, phone: `+346${String(n).padStart(8, '0')}`, name: `Person ${n}`, tags: [], opted_out_at: null },
    state: 'bot', with_person: null, needs_person: null, waiting_since: null, runs: [], window: { open: true, ends_at: new Date(now + 3_600_000).toISOString() }, unanswered: 0,
    last_message: { id: n, direction: 'in', at: new Date(now - n * 1000).toISOString(), kind: 'text', text: `Text ${n}`, state: null, origin: null },
    last_inbound_at: new Date(now - n * 1000).toISOString(), last_outbound_at: null, created_at: new Date(now).toISOString(),
  });
  await profile.route('**/v1/conversations?*', (route) => {
    const query = new URL(route.request().url()).searchParams;
    if (query.get('state')) {
      return route.fulfill({ json: { data: [], next_cursor: null } });
    }
    const from = Number(query.get('cursor') ?? 0);
    const data = Array.from({ length: 200 }, (_, n) => one(from + n + 1));
    return route.fulfill({ json: { data, next_cursor: from + 200 < 10_000 ? String(from + 200) : null } });
  });
  const page = await look({ context: profile });
  const list = page.locator('.inbox-rows');
  for (let n = 0; n < 400; n++) {
    const size = await list.evaluate((wall) => {
      wall.scrollTop = wall.scrollHeight;
      return Number(wall.querySelector('li')?.getAttribute('aria-setsize'));
    });
    if (size === 10_000) {
      break;
    }
    await page.waitForTimeout(20);
  }
  await row(page, 'Person 10000').waitFor();
  assert.ok((await page.locator('.inbox-row').count()) <= 60);
  const frames = await list.evaluate(async (wall) => {
    const times = [];
    let before = performance.now();
    for (let n = 0; n < 60; n++) {
      wall.scrollTop = wall.scrollHeight - n * 9000;
      await new Promise((done) => requestAnimationFrame(done));
      times.push(performance.now() - before);
      before = performance.now();
    }
    return times.sort((a, b) => a - b)[56];
  });
  // `budgets.mjs` measures frames on a quiet machine; here other programs may be at work.
  assert.ok(frames < 2000, `a frame took ${frames} ms`);
  await page.context().close();
});

test('the list shows the words of a message without WhatsApp\'s marks', { skip }, async () => {
  await says(QUIET, 'محمد الأحمد', 'Show me the *menu* and _all_ 2*3*4 ~prices~', DAY + 7200);
  const page = await look();
  const words = row(page, 'محمد الأحمد').locator('.inbox-words');
  await until('the words are plain', async () => (await words.textContent()).includes('Show me the menu and all 2*3*4 prices'));
  assert.deepEqual(page.noise, []);
  await page.context().close();
});
