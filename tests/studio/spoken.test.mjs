// What a screen reader is told: the tree of names and roles of the chat, the ribbon and the map.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { daemon, launch, open, skip } from './harness.mjs';

let browser;
let bot;
before(async () => {
  if (!skip) {
    browser = await launch();
    bot = await daemon();
  }
});
after(async () => {
  await browser?.close();
  await bot?.end();
});

/** The tree, with clock times and dates as one sign each. */
const tree = async (part) =>
  (await part.ariaSnapshot())
    .replace(/(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? [A-Z][a-z]{2} \d{1,2}/g, 'DAY')
    .replace(/\d{1,2}:\d\d/g, 'TIME')
    .replace(/\b(Today|Yesterday|Tomorrow|DAY)\b/g, 'DAY')
    .replace(/: "\d+"$/gm, ': "PLACE"');

const CHAT = `- log "Messages":
  - text: "DAY Ana: hi"
  - time: TIME
  - img "Read"
  - text: "Salon: Hello Ana! What can I do for you?"
  - time: TIME
  - button "Edit this text"
  - button "Book a visit"
  - button "Opening hours"
  - button "Talk to a person"`;
const RIBBON = `- group "Clock of the talk":
  - text: "DAY, TIME Window open: 24h"
  - 'slider "Time of the talk. Right: to the next thing that is due. Shift and right: an hour. Left: one act back."': "PLACE"
  - button "+1 h"
  - button "+1 day"
  - button "Window’s end"
  - button "Time-out · DAY, TIME"`;
const STEPS = `- list:
  - listitem:
    - 'button "ask Hello \${contact.first_name ??…}! What can I do for you? passed 8"'
  - listitem:
    - button "go menu.go_1 11"
  - listitem:
    - button "call opening_hours 12"
  - listitem:
    - button "go menu.go_2 13"
  - listitem:
    - button "say Write *menu* whenever you need something else. 14"
  - listitem:
    - button "if hours.shop.open 17"
  - listitem:
    - 'button "say We are open until \${hours.shop.closes_at…}. 19"'
  - listitem:
    - 'button "say We open on \${hours.shop.opens_at…} at \${hours.shop.opens_at…}. 21"'`;

test('C18 the chat says who speaks, the ribbon what is due, and the map is a list of steps', { skip }, async () => {
  const page = await open(browser, bot.base);
  await page.locator('[data-chat-input]').fill('hi');
  await page.keyboard.press('Enter');
  await page.locator('.chat-text', { hasText: 'What can I do for you?' }).waitFor();
  await page.locator('.pane.map .passed').first().waitFor();
  assert.equal(await tree(page.locator('.chat-wall')), CHAT);
  assert.equal(await tree(page.locator('.ribbon')), RIBBON);
  const map = await tree(page.locator('.pane.map'));
  for (const words of ['region "Map"', 'text: 1 of 8 steps', 'group "Map of the flow.', 'button "Steps"', 'button "Fit"']) {
    assert.ok(map.includes(words), `${words}: ${map}`);
  }
  await page.locator('.pane.map').getByRole('button', { name: 'Steps' }).click();
  assert.equal(await tree(page.locator('.map-steps')), STEPS);
  await page.context().close();
});
