// Starts the daemon with a bot of its own and a browser, for the checks beside this file.
//   TRANSOM=PATH      the program, else the newest of target/debug and target/release
//   STUDIO_UI=FOLDER  the page's files from there instead of those in the program
//   FIREFOX=PATH      Firefox in place of Chromium, from version 143 on, driven by WebDriver BiDi
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const modules = createRequire(join(ROOT, 'target/studio/checks/package.json'));
/** The headless shell is Chromium without the parts around a page, and needs half of the work. */
const BROWSERS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const browserPath = BROWSERS.find((path) => existsSync(path));
if (!browserPath && process.env.CI === 'true') {
  throw new Error('Chromium is missing, and with CI=true the checks of the studio must run');
}
/** The option of `test` that skips where there is no browser. */
export const skip = browserPath ? false : 'CHROMIUM IS MISSING: the studio was not checked';
if (skip) {
  console.error(`\n*** ${skip} ***\n`);
}

/** `skip` for what WebDriver BiDi does not do in Firefox. @param {string} lacks */
export const skipInFirefox = (lacks) => skip || (process.env.FIREFOX ? `the driver of Firefox has no ${lacks}` : false);

/** The source of axe, which looks for barriers. */
export const axe = () => readFileSync(modules.resolve('axe-core/axe.min.js'), 'utf8');

const how = (more = []) => ({ executablePath: browserPath, args: ['--no-sandbox', '--disable-gpu', '--force-color-profile=srgb', ...more] });

/** A browser; `more`: options of Chromium's command line. */
export async function launch(more = []) {
  if (process.env.FIREFOX) {
    // The protocol has no wish for less motion.
    const firefoxUserPrefs = { 'ui.prefersReducedMotion': 1 };
    return patient(await modules('playwright-core').firefox.launch({ executablePath: process.env.FIREFOX, channel: 'moz-firefox', firefoxUserPrefs }));
  }
  return patient(await modules('playwright-core').chromium.launch(how(more)));
}

/** Lets each page wait long: plays have the lowest share of the processor, so beside other programs they are slow. */
function patient(browser) {
  const make = browser.newContext.bind(browser);
  browser.newContext = async (...options) => {
    const context = await make(...options);
    context.setDefaultTimeout(90_000);
    return context;
  };
  return browser;
}

/** A browser with a profile that stays in a folder, as that of a person. */
export async function launchIn(folder) {
  return modules('playwright-core').chromium.launchPersistentContext(folder, { ...how(), viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
}

/** The path of the program. */
export function program() {
  if (process.env.TRANSOM) {
    return process.env.TRANSOM;
  }
  const built = ['target/debug/transom', 'target/release/transom'].map((path) => join(ROOT, path)).filter((path) => existsSync(path));
  built.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (!built.length) {
    throw new Error('there is no program: cargo build');
  }
  return built[0];
}

export function freePort() {
  return new Promise((done) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/**
 * A daemon in a new folder with the bot that `transom new` makes.
 * @param {Record<string, string> | null} [config] keys of its configuration beside the addresses; without it, it has none
 */
export async function daemon(config = null) {
  const folder = join(mkdtempSync(join(tmpdir(), 'studio-')), 'salon');
  const made = spawnSync(program(), ['new', folder], { encoding: 'utf8' });
  if (made.status !== 0) {
    throw new Error(`transom new: ${made.stderr}`);
  }
  const [port, admin] = [await freePort(), await freePort()];
  const base = `http://127.0.0.1:${port}`;
  const options = ['serve', '--listen', `127.0.0.1:${port}`, '--admin', `127.0.0.1:${admin}`];
  if (config) {
    const sender = { id: 1, account: 'shop', name: 'Sandbox', provider: 'sandbox', phone: '+15550000001' };
    const all = { listen: `127.0.0.1:${port}`, admin: `127.0.0.1:${admin}`, bot: '.', accounts: [{ name: 'shop' }], senders: [sender], ...config };
    writeFileSync(join(folder, 'config.yaml'), JSON.stringify(all));
    options.splice(1, options.length, '--config', 'config.yaml');
  }
  if (process.env.STUDIO_UI) {
    options.push('--ui', resolve(process.env.STUDIO_UI));
  }
  let running = null;
  const start = async () => {
    let said = '';
    running = spawn(program(), options, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    running.stdout.on('data', (data) => (said += data));
    running.stderr.on('data', (data) => (said += data));
    for (let tries = 0; tries < 600; tries++) {
      const answer = await fetch(`${base}/v1/bot`).catch(() => null);
      if (answer?.ok || (config && answer?.status === 401)) {
        return;
      }
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`the daemon does not answer: ${said}`);
  };
  const stop = (signal = 'SIGTERM') =>
    new Promise((done) => {
      running.once('exit', done);
      running.kill(signal);
    });
  await start();
  const path = (/** @type {string} */ file) => join(folder, file);
  return {
    base,
    folder,
    start,
    stop,
    /** Ends the daemon as a lack of power would. */
    kill: () => stop('SIGKILL'),
    /** Runs a command of the program in the bot's folder. */
    run: (...words) => spawnSync(program(), words, { cwd: folder, encoding: 'utf8' }),
    read: (file) => readFileSync(path(file), 'utf8'),
    write: (file, text) => writeFileSync(path(file), text),
    remove: (file) => rmSync(path(file)),
    /** Waits until these flows are in the version that answers customers; `GET /v1/bot` names them as soon as their files are there. */
    async lives(...flows) {
      for (const flow of flows) {
        await until(`${flow} is live`, async () => (await fetch(`${base}/v1/flows/${flow}`)).ok);
      }
    },
    async end() {
      await stop();
      rmSync(dirname(folder), { recursive: true, force: true });
    },
  };
}

/** WebDriver BiDi evaluates text in Firefox, which the page's policy forbids. Chromium checks that the policy holds. */
async function withoutPolicy(route) {
  if (!route.request().isNavigationRequest()) {
    await route.fallback();
    return;
  }
  const answer = await route.fetch();
  const { 'content-security-policy': policy, ...headers } = answer.headers();
  assert.ok(policy);
  await route.fulfill({ response: answer, headers });
}

/** Opens the studio in a browser profile of its own and waits for `ready`; `noise` collects what the console should not have said. */
export async function open(browser, base, { path = '/studio/flows/menu', theme = 'light', lang = 'en', width = 1440, height = 900, touch = false, context = null, bypassCSP = false, ready = '.cm-line' } = {}) {
  const profile = context ?? (await browser.newContext({ viewport: { width, height }, hasTouch: touch, isMobile: touch, reducedMotion: 'reduce', bypassCSP }));
  const page = await profile.newPage();
  if (process.env.FIREFOX) {
    await page.route(/\/studio/, withoutPolicy);
  }
  page.noise = [];
  page.asked = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && page.noise.push(message.text()));
  page.on('pageerror', (error) => page.noise.push(`${error.message}\n${error.stack}`));
  page.on('request', (request) => page.asked.push(request));
  // The stream of news never finishes, and has no size.
  page.loaded = [];
  page.on('requestfinished', (request) => page.loaded.push(request));
  page.unanswered = new Set();
  page.on('request', (request) => staysOpen(request.url()) || page.unanswered.add(request));
  page.on('requestfinished', (request) => page.unanswered.delete(request));
  page.on('requestfailed', (request) => page.unanswered.delete(request));
  const mark = path.includes('?') ? '&' : '?';
  await page.goto(`${base}${path}${mark}theme=${theme}&lang=${lang}`);
  await page.waitForSelector(ready, { state: 'attached' });
  return page;
}

/** Waits for something, by default for ninety seconds; the page's policy forbids Playwright's own way, which evaluates text. */
export const until = async (what, found, most = 900) => {
  for (let tries = 0; tries < most; tries++) {
    if (await found()) {
      return;
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${what} did not happen`);
};

/** The connections that stay open: the stream of news, and the language server. @param {string} url */
const staysOpen = (url) => url.includes('/v1/events') || url.endsWith('/v1/studio/lsp');

/** Waits until the page has its answers, asks for nothing more and changes nothing, for `ms` milliseconds. */
export async function settled(page, ms = 300) {
  await page.evaluate(() => {
    window.changedAt = performance.now();
    const note = () => (window.changedAt = performance.now());
    new MutationObserver(note).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  });
  let asked = -1;
  let since = Date.now();
  await until('the page is still', async () => {
    if (page.unanswered.size || page.asked.length !== asked) {
      asked = page.asked.length;
      since = Date.now();
    }
    return Date.now() - since >= ms && (await page.evaluate(() => performance.now() - window.changedAt)) >= ms;
  });
}

/** Calls a function of one of the page's modules, which is a file of its own or lies in the pack of the frame. */
export const within = (page, name, work, value) => page.evaluate(async ([name, work, value]) => {
  const frame = document.querySelector('script[type=module]').src;
  const { modules } = await import(frame);
  const module = modules?.[`js/${name}.js`] ?? (await import(frame.replace('app.js', `${name}.js`)));
  return module[work](...value);
}, [name, work, value]);

/** Waits until the browser has written an edit down, from where it comes back after a reload. */
export const isKept = (page, words) => until(`the browser keeps “${words}”`, () => page.evaluate((words) => new Promise((done, failed) => {
  const request = indexedDB.open('transom-studio');
  request.onerror = () => failed(request.error);
  request.onsuccess = () => {
    const all = request.result.transaction('edits').objectStore('edits').getAll();
    all.onsuccess = () => {
      request.result.close();
      done(all.result.some((one) => one.text?.includes(words)));
    };
  };
}), words));

/** The day of the bot, as the lists of a day ask for it; the machine may have another one. */
export async function today(bot) {
  const { timezone } = await (await fetch(`${bot.base}/v1/bot`)).json();
  return new Intl.DateTimeFormat('sv-SE', { timeZone: timezone }).format(new Date());
}

/** Waits until the bot's day is over, where that would happen within so many minutes. */
export async function awayFromMidnight(bot, minutes = 3) {
  const { timezone } = await (await fetch(`${bot.base}/v1/bot`)).json();
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const [hours, passed, seconds] = clock.format(new Date()).split(':').map(Number);
  const left = 86_400 - hours * 3600 - passed * 60 - seconds;
  if (left <= minutes * 60) {
    await new Promise((done) => setTimeout(done, (left + 1) * 1000));
  }
}

/** The text in the editor, as the page holds it. */
export const text = (page) => page.evaluate(async () => {
  const frame = document.querySelector('script[type=module]').src;
  const { modules } = await import(frame);
  const { files, open: shown } = modules?.['js/state.js'] ?? (await import(frame.replace('app.js', 'state.js')));
  return files.value.get(shown.value).text;
});

/** Puts another text into the open file, as typing it would. */
export const write = (page, words) => page.evaluate(async (words) => {
  const frame = document.querySelector('script[type=module]').src;
  const { modules } = await import(frame);
  const of = async (name) => modules?.[`js/${name}.js`] ?? import(frame.replace('app.js', `${name}.js`));
  const [{ open: shown }, { edit }] = await Promise.all([of('state'), of('edits')]);
  edit(shown.value, words);
}, words);

let told = 0;
/** Writes one text to a sandbox's bot as a customer, and waits for no answer. */
export async function post(bot, phone, name, text) {
  const from = phone.slice(1);
  const message = { from, id: `wamid.CHECK${from}.${++told}`, timestamp: String(Math.floor(Date.now() / 1000)), type: 'text', text: { body: text } };
  const value = {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: '15550000001', phone_number_id: '1' },
    contacts: [{ profile: { name }, wa_id: from }],
    messages: [message],
  };
  await fetch(`${bot.base}/webhooks/sandbox/1`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: 'sandbox', changes: [{ field: 'messages', value }] }] }),
  });
}

/** Writes texts to a sandbox's bot as a customer, each after the answer to the one before. */
export async function written(bot, phone, name, texts) {
  const out = async () => {
    const { data } = await (await fetch(`${bot.base}/v1/sandbox/1/messages?phone=${encodeURIComponent(phone)}`)).json();
    return data.filter((one) => one.direction === 'out').length;
  };
  for (const text of texts) {
    const before = await out();
    await post(bot, phone, name, text);
    await until('the bot answers', async () => (await out()) > before);
  }
}

/**
 * Nothing scrolls sideways on a phone of 390 px, and each target can be met by a finger. The editor's own parts are
 * left out.
 */
export async function fitsPhone(page) {
  const found = await page.evaluate(() => ({
    width: document.documentElement.scrollWidth,
    small: [...document.querySelectorAll('button, a, summary, input:not([type=range])')]
      .filter((one) => one.checkVisibility() && !one.closest('.cm-editor') && (one.offsetHeight < 24 || one.offsetWidth < 24))
      .map((one) => one.outerHTML.slice(0, 120)),
  }));
  assert.deepEqual(found, { width: 390, small: [] });
}
