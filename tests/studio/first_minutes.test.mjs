// The first minutes of a newcomer, from `transom new` to green tests, without a network: in a network namespace of its
// own where this machine allows one, else with a browser that resolves no name. Each line prints its second.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort, launch, program, skip, text, until, write } from './harness.mjs';

/** Set in the process that has no network. */
const ALONE = process.env.STUDIO_ALONE === 'yes';
const CAN_BE_ALONE = spawnSync('unshare', ['-rn', 'ip', 'link', 'set', 'lo', 'up']).status === 0;
/** The times of the script in seconds; a machine that checks may take six times as long. */
const SLOWER = 6;

/** Runs this file again where there is no other machine. */
function runsAlone() {
  const own = ['-rn', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', process.execPath, '--test', fileURLToPath(import.meta.url)];
  const { NODE_TEST_CONTEXT, ...rest } = process.env;
  const { status, stdout, stderr } = spawnSync('unshare', own, { env: { ...rest, STUDIO_ALONE: 'yes' }, encoding: 'utf8' });
  console.log(stdout.split('\n').filter((line) => / s  /.test(line)).join('\n').replace(/^# /gm, ''));
  assert.equal(status, 0, stdout + stderr);
}

/**
 * A day on which the salon is open, five days ahead or later. Its reminder, on the day before, must be due after the talk
 * begins. On a weekend the talk begins on the Monday after it, up to two days ahead.
 */
function visit() {
  const day = new Date(Date.now() + 5 * 86_400_000);
  while (![2, 3, 4, 5, 6].includes(day.getUTCDay())) {
    day.setUTCDate(day.getUTCDate() + 1);
  }
  return `${day.getUTCDate()} ${day.toLocaleString('en', { month: 'long', timeZone: 'UTC' })}`;
}

async function serve(folder) {
  const [port, admin] = [await freePort(), await freePort()];
  const options = ['serve', '--listen', `127.0.0.1:${port}`, '--admin', `127.0.0.1:${admin}`];
  if (process.env.STUDIO_UI) {
    options.push('--ui', process.env.STUDIO_UI);
  }
  const running = spawn(program(), options, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  running.stdout.on('data', (data) => (said += data));
  running.stderr.on('data', (data) => (said += data));
  await until('it prints the address', () => said.includes('/studio'));
  const stop = () => new Promise((done) => {
    running.once('exit', done);
    running.kill('SIGTERM');
  });
  return { said: () => said, stop, base: `http://127.0.0.1:${port}` };
}

test('B13 a newcomer writes, tries, breaks, mends and publishes a bot without a network', { skip }, async () => {
  if (!ALONE && CAN_BE_ALONE) {
    runsAlone();
    return;
  }
  const home = mkdtempSync(join(tmpdir(), 'studio-first-'));
  const salon = join(home, 'salon');
  const started = Date.now();
  const step = (/** @type {number} */ within, /** @type {string} */ words) => {
    const seconds = (Date.now() - started) / 1000;
    console.log(`${seconds.toFixed(1)} s  ${words}`);
    assert.ok(seconds < within * SLOWER, `${words}: ${seconds} s of ${within}`);
  };
  let daemon;
  let browser;
  try {
    const made = spawnSync(program(), ['new', 'salon'], { cwd: home, encoding: 'utf8' });
    assert.equal(made.status, 0, made.stderr);
    daemon = await serve(salon);
    assert.match(daemon.said(), /Studio {2}http:\/\/127\.0\.0\.1:\d+\/studio {3}\(sandbox: nothing leaves this machine\)/);
    step(10, 'the address stands in the terminal');

    browser = await launch(['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1']);
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    const asked = new Set();
    const noise = [];
    page.on('request', (request) => asked.add(new URL(request.url()).origin));
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && noise.push(message.text()));
    page.on('pageerror', (error) => noise.push(error.message));
    await page.goto(`${daemon.base}/studio?lang=en`);
    const chat = page.locator('.pane.chat');
    const said = (words) => chat.locator('.chat-text', { hasText: words }).last().waitFor();
    const tap = (name) => chat.locator('.chat-wall').getByRole('button', { name, exact: true }).last().click();
    await chat.locator('.chat-words button').first().waitFor();
    assert.ok(await page.evaluate(() => document.activeElement.matches('[data-chat-input]')), 'the chat has the keyboard');
    await tap('hi');
    await said('What can I do for you?');
    await chat.locator('.chat-wall').getByRole('button', { name: 'Book a visit' }).waitFor();
    step(15, 'a greeting with buttons');

    await tap('Book a visit');
    await said('What shall we do for you?');
    await tap('Haircut');
    await said('Which day suits you?');
    const green = await page.locator('.pane.map .passed').count();
    await page.locator('[data-chat-input]').fill(visit());
    await page.keyboard.press('Enter');
    await said('At what time?');
    await tap('12:30');
    await said('Shall I book it?');
    await tap('Yes, please');
    await said('Done! We expect you');
    await until('the map fills', async () => (await page.locator('.pane.map .passed').count()) > green);
    const pin = page.locator('.ribbon-pin').first();
    assert.match(await pin.getAttribute('title'), /10:00\nStarts: The day before/);
    step(40, 'a visit is booked, and the ribbon has its reminder');

    await page.locator('.files a', { hasText: 'The menu' }).click();
    await page.getByRole('heading', { name: 'menu.yaml' }).waitFor();
    const menu = await text(page);
    await write(page, menu.replace('! What can I do', '! Nice to see you. What can I do'));
    await chat.locator('.chat-row.out').first().locator('.chat-was', { hasText: 'Hello Ana! What can I do for you?' }).waitFor();
    await chat.locator('.chat-row.out').first().locator('.chat-text', { hasText: 'Nice to see you.' }).waitFor();
    step(60, 'the first bubble shows old and new');

    // From the head of the clock to just behind the pin.
    const [head, aim] = [await page.locator('.ribbon-head').boundingBox(), await pin.boundingBox()];
    await page.mouse.move(head.x + head.width / 2, head.y + head.height / 2);
    await page.mouse.down();
    await page.mouse.move(aim.x + aim.width / 2 + 4, head.y + head.height / 2, { steps: 5 });
    await page.mouse.up();
    await until('the reminder comes as a template', async () => /Template · visit_reminder/.test(await chat.locator('.chat-row').last().textContent()));
    await chat.getByText('Window closed: only templates').waitFor();
    step(75, 'the day before, the reminder comes as a template');

    // The sample bot has a good day. One that says nothing when something fails has not.
    await page.locator('.files a[title="flows/_bot.yaml"]').click();
    await page.getByRole('heading', { name: '_bot.yaml' }).waitFor();
    const shared = await text(page);
    await write(page, shared.replace(/  on_error:.*\n(    - .*\n)+/, ''));
    await page.getByText('No findings').first().waitFor();
    await page.getByRole('button', { name: 'Bad day' }).click();
    const sheet = page.getByRole('dialog');
    await sheet.locator('.badday-cell.bad').first().click({ timeout: 60_000 });
    assert.match(await sheet.locator('.badday-detail').textContent(), /on_error/);
    await sheet.getByRole('button', { name: 'Save as test' }).click();
    await page.getByRole('heading', { name: /\.test\.yaml$/ }).waitFor();
    step(90, 'a red cell of the bad day says why, and is a test');
    await page.locator('.files a[title="flows/_bot.yaml"]').click();
    await page.getByRole('heading', { name: '_bot.yaml' }).waitFor();
    await write(page, shared);

    await page.locator('.files a', { hasText: 'Book a visit' }).click();
    await page.getByRole('heading', { name: 'booking.yaml' }).waitFor();
    const booking = await text(page);
    await write(page, booking.replace('  - go: day\n', '  - go: dya\n'));
    await page.locator('.pane.map .jump.nowhere').waitFor();
    await page.getByRole('button', { name: '1 finding' }).first().click();
    const found = page.locator('.findings > li');
    assert.equal(await found.count(), 1);
    await found.getByRole('button').last().click();
    await page.getByText('No findings').first().waitFor();
    assert.equal(await text(page), booking);
    step(120, 'a misspelt block is one finding, and one click mends it');

    await page.keyboard.press('Control+s');
    await page.getByText(/is live/).waitFor();
    assert.match(readFileSync(join(salon, 'flows/menu.yaml'), 'utf8'), /Nice to see you\./);
    const tested = spawnSync(program(), ['test'], { cwd: salon, encoding: 'utf8' });
    assert.equal(tested.status, 0, tested.stdout + tested.stderr);
    step(150, 'it is live, and `transom test` is green');
    assert.deepEqual([...asked], [daemon.base]);
    // A misspelt block cannot be played, and while a bad day is played there may be no place for another play.
    assert.deepEqual(noise.filter((words) => !/status of (409|503)/.test(words)), []);
  } finally {
    await browser?.close();
    await daemon?.stop();
    rmSync(home, { recursive: true, force: true });
  }
});
