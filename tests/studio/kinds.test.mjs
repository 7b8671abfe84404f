// The inbox draws each kind of message that the store can hold: those of `crates/model/src/content.rs`, which we send, and
// those of `crates/model/src/inbound.rs`, which customers send.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT, axe, daemon, launch, open, skip, until, written } from './harness.mjs';

const ANA = '+34600111222';
const media = { kind: 'image', url: 'https://shop.example/room.jpg' };
const card = (text, title) => ({ header: { media }, body: { positional: [text] }, buttons: [{ reply: { payload: 'p', title } }] });
const template = (more) => ({ kind: 'template', name: 'offer', language: 'en', body: 'none', ...more });

/** A carousel as `/v1/templates` lists it: its texts stand there, and a message has the values alone. */
const CATALOGUE = {
  id: 1, sender: 1, name: 'summer', language: 'en', category: 'marketing', status: 'approved', header: null,
  body: 'Summer is here, {{1}}!', footer: 'Write stop to hear no more', buttons: [], offer: null,
  cards: [
    { header: 'image', body: 'Beach for {{1}}', buttons: [{ quick_reply: { title: 'To the beach' } }] },
    { header: 'image', body: 'Mountains for {{1}}', buttons: [{ url: { title: 'See them', url: 'https://shop.example/{{1}}' } }] },
  ],
};
/** What is sent, and the words that its bubble must have. */
const OUT = [
  [{ kind: 'text', body: 'Hello *you*' }, 'Hello you'],
  [{ kind: 'buttons', body: 'Which one?', buttons: [{ id: 'a', title: 'This one' }], edges: { header: 'Above it', footer: 'Below it' } }, 'Above it', 'Which one?', 'Below it', 'This one'],
  [{ kind: 'list', body: 'Choose', button: 'All services', rows: [{ id: 'a', title: 'Haircut', description: 'Half an hour' }] }, 'Choose', 'All services'],
  [{ kind: 'link', body: 'See it', title: 'Our shop', url: 'https://shop.example', media }, 'See it', 'Our shop', 'room.jpg'],
  [{ kind: 'media', media: { kind: 'document', url: 'https://shop.example/menu.pdf', filename: 'menu.pdf' }, caption: 'Our menu' }, 'menu.pdf', 'Our menu'],
  [template({ body: { positional: ['Ana', 'tomorrow'] }, header: { media }, buttons: [{ reply: { payload: 'p', title: 'Yes, please' } }, 'as_approved'] }), 'offer', 'Ana', 'tomorrow', 'room.jpg', 'Yes, please'],
  [template({ header: { location: { latitude: 40.4, longitude: -3.7, name: 'Our door' } } }), 'offer', 'Our door'],
  [template({ parts: { cards: [card('First card', 'Take the first'), card('Second card', 'Take the second')], offer_ends: '2026-11-30T10:00:00Z' } }), 'Offer until', 'First card', 'Take the second'],
  [template({ name: 'summer', body: { positional: ['Ana'] }, parts: { cards: [card('two', 'To the beach'), { ...card('four', ''), buttons: [] }] } }), 'Summer is here, Ana!', 'Beach for two', 'To the beach', 'Mountains for four', 'See them', 'Write stop to hear no more'],
  [{ kind: 'location', latitude: 40.4, longitude: -3.7, name: 'The salon', address: 'Main Street 1' }, 'The salon', 'Main Street 1'],
  [{ kind: 'contact_cards', cards: [{ name: 'Rosa Rossi', company: 'Salon', phones: [{ number: '+34600999888' }] }] }, 'Rosa Rossi', '+34600999888', 'Salon'],
  [{ kind: 'place_request', body: 'Where are you?' }, 'Where are you?', 'Send location'],
  [{ kind: 'form', body: 'Fill it in', button: 'Open the form', form: '123', token: 't', opens: { by: 'endpoint' } }, 'Fill it in', 'Open the form'],
  [{ kind: 'reaction', to: 'wamid.unknown', emoji: '👍' }, 'Reaction 👍'],
];
const IN = [
  [{ kind: 'text', body: 'From an advertisement' }, 'From an advertisement', 'From an ad · Winter sale'],
  [{ kind: 'button', id: 'a', title: 'I tapped this' }, 'I tapped this'],
  [{ kind: 'media', media: 'audio', id: 'm', mime: 'audio/ogg', url: null, caption: null, filename: null, sha256: null, voice: true }],
  [{ kind: 'location', latitude: 40.4, longitude: -3.7, name: null, address: null }, '40.4000, -3.7000'],
  [{ kind: 'contacts', contacts: [{ name: { formatted_name: 'Bea Blanco' }, phones: [{ phone: '+34600999777' }] }] }, 'Bea Blanco', '+34600999777'],
  [{ kind: 'order', order: { catalog_id: '1', text: 'Please hurry', product_items: [{ product_retailer_id: 'bike-7', quantity: 2, item_price: 450, currency: 'EUR' }] } }, 'Please hurry', '2 × bike-7', '450 EUR'],
  [{ kind: 'form', name: 'booking', response: { day: 'Friday' } }, 'day', 'Friday'],
  [{ kind: 'reaction', emoji: '❤️', to: 'wamid.out1' }, '❤️'],
  [{ kind: 'welcome' }, 'The chat was opened'],
  [{ kind: 'call', missed: true }, 'Missed call'],
  [{ kind: 'edit', of: 'wamid.in1', body: 'I meant this' }, 'Edited', 'I meant this'],
  [{ kind: 'revoke', of: 'wamid.in1' }, 'They deleted a message'],
  [{ kind: 'system', what: 'the number changed' }, 'WhatsApp says: the number changed'],
  [{ kind: 'unsupported', what: 'poll' }, 'does not pass on (poll)'],
];

let browser;
let bot;
before(async () => {
  if (!skip) {
    browser = await launch();
    bot = await daemon();
    await written(bot, ANA, 'Ana López', ['hello']);
  }
});
after(async () => {
  await browser?.close();
  await bot?.end();
});

/** The names of an enum's kinds in a source of the program, as JSON has them. */
function kindsOf(file, name) {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const [, body] = new RegExp(`pub enum ${name} \\{\n(.*?)\n\\}`, 's').exec(source);
  const names = [...body.matchAll(/^ {4}([A-Z]\w*)/gm)].map(([, one]) => one.replace(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase());
  return names.sort();
}

test('every kind that the store can hold stands in this file', () => {
  const own = (all) => [...new Set(all.map(([content]) => content.kind))].sort();
  assert.deepEqual(own(OUT), kindsOf('crates/model/src/content.rs', 'Content'));
  assert.deepEqual(own(IN), kindsOf('crates/model/src/inbound.rs', 'InboundKind'));
});

for (const [theme, width] of [['light', 1440], ['dark', 390]]) {
  test(`every kind of message is drawn with its words (${theme}, ${width})`, { skip }, async () => {
    const profile = await browser.newContext({ viewport: { width, height: 900 }, reducedMotion: 'reduce', bypassCSP: true });
    const from = Date.now() - 3_600_000;
    const all = [...OUT.map(([content]) => ['out', content]), ...IN.map(([content]) => ['in', content])].map(([direction, content], n) => ({
      id: n + 1,
      direction,
      at: new Date(from + n * 1000).toISOString(),
      text: content.body?.toString() ?? '',
      content,
      provider_id: `wamid.${direction}${n + 1}`,
      referral: content.body === 'From an advertisement' ? { source_type: 'ad', headline: 'Winter sale' } : null,
      ...(direction === 'out' ? { state: 'delivered', origin: 'flow' } : {}),
    }));
    await profile.route('**/v1/conversations/*/messages?*', (route) => route.fulfill({ json: { data: [...all].reverse(), next_cursor: null } }));
    await profile.route('**/v1/templates?*', (route) => route.fulfill({ json: { data: [CATALOGUE], next_cursor: null } }));
    // The customer's file is one that the platform no longer has.
    await profile.route('**/v1/media/*', (route) => route.fulfill({ status: 200, contentType: 'audio/ogg', body: '' }));
    const { data } = await (await fetch(`${bot.base}/v1/conversations`)).json();
    const page = await open(browser, bot.base, { path: `/studio/inbox/${data[0].id}`, ready: '.inbox-wall .chat-row', context: profile, theme });
    const wall = page.locator('.inbox-wall');
    await until('all are drawn', async () => (await wall.locator('.chat-row').count()) > 15);
    const said = (await wall.innerText()).replace(/\s+/g, ' ');
    for (const [content, ...words] of [...OUT, ...IN]) {
      for (const word of words) {
        assert.ok(said.includes(word), `${content.kind}: “${word}” in ${said}`);
      }
    }
    assert.doesNotMatch(said, /cannot be shown|as_approved|undefined|\[object|none/);
    assert.equal(await wall.locator('audio, .chat-unknown').count() > 0, true, 'a voice message');
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    await page.addScriptTag({ content: axe() });
    const found = await page.evaluate(async () => (await axe.run('.inbox-wall', { resultTypes: ['violations'] })).violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 140)).join(' | ')}`));
    assert.deepEqual(found, []);
    if (process.env.STUDIO_LOOK) {
      await page.setViewportSize({ width, height: 3000 });
      await page.screenshot({ path: `${process.env.STUDIO_LOOK}/kinds-${theme}.png` });
    }
    await page.context().close();
  });
}
