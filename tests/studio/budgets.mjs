// Measures the budgets of the studio and prints a table of them: what is allowed, and what was seen. It is no check, and
// `.ci/run` leaves it out: the times belong to a quiet machine and to a program built with `--release`.
//   TRANSOM=target/release/transom node tests/studio/budgets.mjs [WORD …]    only the lines with these words
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { daemon, launch, open, program, text, today, until, within, write, written } from './harness.mjs';
import { long } from './made.mjs';

const wanted = process.argv.slice(2);
const rows = [];
const note = (what, limit, seen) => {
  rows.push([what, limit, seen]);
  console.error(`${what}: ${seen} (${limit})`);
};
const measured = async (what, work) => {
  if (wanted.length && !wanted.some((word) => what.includes(word))) {
    return;
  }
  try {
    await work();
  } catch (error) {
    note(what, '', `could not be measured: ${String(error.message).split('\n')[0]}`);
  }
};
const middle = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];
const ms = (all) => (Array.isArray(all) ? `${Math.round(middle(all))} ms (${Math.round(Math.min(...all))} to ${Math.round(Math.max(...all))})` : `${Math.round(all)} ms`);

const browser = await launch();
const bot = await daemon();
const chat = (page) => page.locator('.pane.chat');
const tap = (page, name) => chat(page).locator('.chat-wall').getByRole('button', { name, exact: true }).last().click();
const say = async (page, words) => {
  await page.locator('[data-chat-input]').fill(words);
  await page.keyboard.press('Enter');
};
const post = async (path, body) => {
  const answer = await fetch(bot.base + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.text() };
};

/** Time from a key, or from what `act` does, until the page shows `found`; both are source text of functions in the page. */
async function keyTo(page, key, selector, gone = false) {
  const took = page.evaluate(([selector, gone]) => new Promise((done) => {
    addEventListener('keydown', () => {
      const from = performance.now();
      const look = () => ((document.querySelector(selector) === null) === gone ? done(performance.now() - from) : requestAnimationFrame(look));
      look();
    }, { once: true, capture: true });
  }), [selector, gone]);
  await page.waitForTimeout(60);
  await page.keyboard.press(key);
  return took;
}

/** Frames during a movement: the share that took 25 ms or less, and the longest. */
async function frames(page, move) {
  await page.evaluate(() => {
    const seen = [];
    let last = performance.now();
    let on = true;
    const frame = (now) => {
      seen.push(now - last);
      last = now;
      if (on) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    window.framesSeen = () => {
      on = false;
      return seen.slice(2);
    };
  });
  await move();
  const seen = await page.evaluate(() => window.framesSeen());
  const good = seen.filter((one) => one <= 25).length;
  return `${Math.round((100 * good) / seen.length)} % of ${seen.length} frames in 25 ms, longest ${Math.round(Math.max(...seen))} ms`;
}

async function load(path, ready) {
  const page = await open(browser, bot.base, { path, ready });
  await page.waitForTimeout(2500);
  const sizes = await Promise.all(page.loaded.map((request) => request.sizes()));
  const bytes = sizes.reduce((sum, size) => sum + size.responseBodySize, 0);
  const asked = page.asked.length;
  await page.context().close();
  return `${(bytes / 1024).toFixed(0)} KiB, ${asked} requests`;
}

await measured('first load of Flows', async () => note('first load of Flows', '220 KiB, 24 requests', await load('/studio/flows/menu', '.cm-line')));
for (const name of ['tests', 'runs', 'contacts', 'ahead', 'health']) {
  await measured(`first load of ${name}`, async () => note(`first load of ${name}`, '80 KiB', await load(`/studio/${name}`, 'h1')));
}

await measured('page to first answer', async () => {
  const all = [];
  for (let tries = 0; tries < 5; tries++) {
    const page = await browser.newPage();
    const from = Date.now();
    await page.goto(`${bot.base}/studio/flows/menu?lang=en`);
    await chat(page).locator('.chat-words').getByRole('button', { name: 'hi', exact: true }).click();
    await chat(page).locator('.chat-row.out .chat-text').first().waitFor();
    all.push(Date.now() - from);
    await page.close();
  }
  note('page to first answer', '1500 ms', ms(all));
});

async function findings(what, limit) {
  const page = await open(browser, bot.base);
  await page.getByText('No findings').first().waitFor();
  const line = bot.read('flows/menu.yaml').split('\n').findIndex((one) => one.includes('{call: opening_hours}'));
  const all = [];
  for (let tries = 0; tries < 7; tries++) {
    await within(page, 'state', 'reveal', ['flows/menu.yaml', line + 1, 1]);
    await until('the editor has the keyboard', () => page.evaluate(() => document.activeElement.closest('.cm-editor') !== null));
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    all.push(await keyTo(page, 'x', '.cm-lintRange-error'));
    await page.keyboard.press('Backspace');
    await until('nothing is wrong', async () => (await page.locator('.cm-lintRange-error').count()) === 0);
  }
  note(what, limit, ms(all));
  await page.context().close();
}
await measured('key to finding, 5 flows', () => findings('key to finding, 5 flows', '250 ms'));

await measured('key to talk replayed, 12 acts', async () => {
  const page = await open(browser, bot.base);
  for (let round = 0; round < 6; round++) {
    await say(page, 'menu');
    await until('the menu is there', async () => (await chat(page).locator('.chat-text', { hasText: 'What can I do for you?' }).count()) === round + 1);
    await tap(page, 'Opening hours');
    await until('the hours are there', async () => (await chat(page).locator('.chat-text', { hasText: 'Write menu whenever' }).count()) === round + 1);
  }
  const line = bot.read('flows/menu.yaml').split('\n').findIndex((one) => one.includes('What can I do'));
  const all = [];
  for (let tries = 0; tries < 5; tries++) {
    await within(page, 'state', 'reveal', ['flows/menu.yaml', line + 1, 1]);
    await page.waitForTimeout(300);
    await page.keyboard.press('End');
    all.push(await keyTo(page, '!', '.chat-was'));
    await page.keyboard.press('Backspace');
    await until('as before', async () => (await page.locator('.chat-was').count()) === 0);
  }
  note('key to talk replayed, 12 acts', '450 ms', ms(all));
  await page.context().close();
});

await measured('bad day, 12 acts', async () => {
  const steps = Array.from({ length: 6 }, () => [{ user: 'menu' }, { tap: 'Opening hours' }]).flat();
  const from = Date.now();
  const { body } = await post('/v1/studio/bad-day', { flow: 'menu', world: { now: '2026-11-24T10:00 Europe/Madrid' }, steps });
  const day = JSON.parse(body);
  note('bad day, 12 acts', '4000 ms', `${ms(Date.now() - from)}, ${day.rows.length} misfortunes, ${day.more} left out`);
});

await measured('yesterday, 200 talks', async () => {
  for (let n = 0; n < 200; n++) {
    await written(bot, `+3460030${String(1000 + n)}`, `Person ${n}`, ['menu', 'Opening hours']);
  }
  const page = await open(browser, bot.base);
  await write(page, bot.read('flows/menu.yaml').replace('What can I do for you?', 'What would you like?'));
  await page.getByRole('link', { name: 'Tests' }).click();
  await page.getByLabel('Day', { exact: true }).fill(await today(bot));
  const from = Date.now();
  await page.getByRole('button', { name: 'Play it again' }).click();
  await page.locator('.tests-counts').waitFor();
  const first = Date.now() - from;
  await until('all are played', async () => /200/.test(await page.locator('.tests-counts').textContent()), 1200);
  note('yesterday, 200 talks', '20000 ms, the first after 1000', `${ms(Date.now() - from)}, the first after ${ms(first)}`);
  await page.context().close();
});

await measured('10,000 runs', async () => {
  if (!(await (await fetch(`${bot.base}/v1/runs?limit=1`)).json()).data.length) {
    await written(bot, '+34600111222', 'Ana', ['menu', 'Opening hours']);
  }
  const page = await open(browser, bot.base, { path: '/studio/runs', ready: '.run-row' });
  const [one] = (await (await fetch(`${bot.base}/v1/runs?limit=1`)).json()).data;
  await page.route('**/v1/runs?*', (route) => {
    const from = Number(new URL(route.request().url()).searchParams.get('cursor') ?? 0);
    const data = Array.from({ length: 2000 }, (_, n) => ({ ...one, id: 900_000 - from - n }));
    route.fulfill({ json: { data, next_cursor: from + 2000 < 10_000 ? String(from + 2000) : null } });
  });
  await page.getByRole('button', { name: 'Read the list again' }).click();
  for (let n = 0; n < 6; n++) {
    await page.locator('.runs').evaluate((list) => (list.scrollTop = list.scrollHeight));
    await page.waitForTimeout(300);
  }
  const seen = await frames(page, async () => {
    for (let n = 0; n < 60; n++) {
      await page.locator('.runs').evaluate((list, n) => (list.scrollTop = n * 900), n);
      await page.waitForTimeout(16);
    }
  });
  note('10,000 runs', '60 rows, 95 % of frames in 25 ms', `${await page.locator('.runs li').count()} rows, ${seen}`);
  await page.context().close();
});

await measured('talk of 5,000 messages', async () => {
  await written(bot, '+34600111333', 'Bea', ['menu']);
  const [{ id: talk }] = (await (await fetch(`${bot.base}/v1/conversations?search=34600111333`)).json()).data;
  const page = await open(browser, bot.base, { path: '/studio/inbox', ready: '.inbox-row' });
  const message = (id) => ({ id, direction: 'in', at: new Date(Date.now() - (5001 - id) * 60_000).toISOString(), text: `Message ${id}`, content: { kind: 'text', body: `Message ${id}` }, provider_id: `wamid.LONG${id}` });
  await page.route('**/v1/conversations/*/messages?*', (route) => {
    const before = Number(new URL(route.request().url()).searchParams.get('cursor') ?? 5001);
    const data = Array.from({ length: 50 }, (_, n) => before - 1 - n).filter((id) => id > 0).map(message);
    return route.fulfill({ json: { data, next_cursor: before > 51 ? String(before - 50) : null } });
  });
  const took = page.evaluate(() => new Promise((done) => {
    addEventListener('click', () => {
      const from = performance.now();
      const look = () => (document.querySelectorAll('.inbox-wall .chat-row').length === 50 ? done(performance.now() - from) : requestAnimationFrame(look));
      look();
    }, { once: true, capture: true });
  }));
  await page.locator(`.inbox-row[data-talk="${talk}"]`).click();
  note('talk of 5,000 messages: opened', '50 messages, 300 ms', ms(await took));
  const wall = page.locator('.inbox-wall');
  let most = 0;
  const seen = await frames(page, async () => {
    for (let n = 0; n < 120; n++) {
      most = Math.max(most, await wall.evaluate((one) => ((one.scrollTop = Math.max(0, one.scrollTop - 700)), one.querySelectorAll('.chat-row').length)));
      await page.waitForTimeout(16);
    }
  });
  note('talk of 5,000 messages: read back', '95 % of frames in 25 ms', `${most} held, ${seen}`);
  await page.context().close();
});

await measured('map of 300 steps', async () => {
  bot.write('flows/long.yaml', long(10, 14));
  await bot.lives('long');
  const all = [];
  for (let tries = 0; tries < 7; tries++) {
    const from = performance.now();
    await post('/v1/studio/map', { flow: 'long', files: {} });
    all.push(performance.now() - from);
  }
  note('map of 300 steps: asked and drawn', '30 ms', ms(all));
  const page = await open(browser, bot.base, { path: '/studio/flows/long' });
  const map = page.locator('.pane.map');
  await map.locator('[data-block]').first().waitFor();
  await map.getByRole('button', { name: 'Fold blocks' }).click();
  await page.getByRole('menuitem', { name: 'Open all' }).click();
  await until('all are open', async () => (await map.locator('.folded').count()) === 0, 200);
  const words = await text(page);
  const changed = await page.evaluate(async ([before, after]) => {
    const frame = document.querySelector('script[type=module]').src;
    const { modules } = await import(frame);
    const { taken } = modules?.['js/canvas.js'] ?? (await import(frame.replace('app.js', 'canvas.js')));
    const made = async (text) => (await (await fetch('/v1/studio/map', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ flow: 'long', files: { 'flows/long.yaml': text } }) })).json()).svg;
    const [one, two] = [await made(before), await made(after)];
    let shown = taken({ flow: 'long', svg: one }, null);
    document.querySelector('.map-sheet').replaceChildren(shown.svg);
    const all = [];
    for (const svg of [two, one, two, one, two]) {
      const from = performance.now();
      shown = taken({ flow: 'long', svg }, shown);
      shown.svg.getBBox();
      all.push(performance.now() - from);
    }
    return all;
  }, [words, words.replace('Part 5, sentence 3.', 'Another sentence here.')]);
  note('map of 300 steps: changed in the page', '50 ms', ms(changed));
  const wall = await map.locator('.map-canvas').boundingBox();
  const seen = await frames(page, async () => {
    await page.mouse.move(wall.x + wall.width / 2, wall.y + wall.height / 2);
    await page.mouse.down();
    for (let n = 0; n < 60; n++) {
      await page.mouse.move(wall.x + wall.width / 2 + 60 * Math.sin(n / 5), wall.y + wall.height / 2 - n * 4);
    }
    await page.mouse.up();
  });
  note('map of 300 steps: moved', '95 % of frames in 25 ms', seen);
  await page.context().close();
});

await measured('key to finding, 500 flows', async () => {
  for (let n = 0; n < 500; n++) {
    bot.write(`flows/more_${n}.yaml`, `flow: more_${n}\ntitle: Number ${n}\nwhen:\n  - message: word ${n}\nsteps:\n  - ask: What about ${n}?\n    options:\n      - This: [{say: This one.}]\n      - That: {go: other}\nblocks:\n  other: [{say: The other one.}]\n`);
  }
  await bot.lives('more_499');
  await findings('key to finding, 500 flows', '300 ms');
});

await browser.close();
await bot.end();
const version = spawnSync(program(), ['--version'], { encoding: 'utf8' }).stdout.trim();
console.log(`${version}, ${cpus().length} cores ${cpus()[0].model}, ${new Date().toISOString().slice(0, 10)}\n`);
console.log('| what | limit | seen |\n|---|---|---|');
for (const row of rows) {
  console.log(`| ${row.join(' | ')} |`);
}
