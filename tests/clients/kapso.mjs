// Kapso's own SDK against the daemon: what it sends, reads and refuses.
import { WhatsAppClient, buildKapsoFields, buildTemplateSendPayload } from "@kapso/whatsapp-cloud-api";
import { base, end, refused, rest, same, seen, step, writes } from "./told.mjs";

const client = new WhatsAppClient({ baseUrl: `${base}/meta/whatsapp`, kapsoApiKey: "key-acme-0123456789" });
const stranger = new WhatsAppClient({ baseUrl: `${base}/meta/whatsapp`, kapsoApiKey: "wrong" });
const phoneNumberId = "106";
const to = "+34600111222";

await step("a closed window", () => refused(() => client.messages.sendText({ phoneNumberId, to, body: "Hi" }), 131047));
await step("a wrong key", () => refused(() => stranger.messages.sendText({ phoneNumberId, to, body: "Hi" }), 190));
await step("an unknown number", () => refused(() => client.messages.sendText({ phoneNumberId: "9", to, body: "Hi" }), 100));

const wrote = await writes("34600111222", { type: "text", text: { body: "Good morning" } });
await rest(300);

const sends = {
  text: () => client.messages.sendText({ phoneNumberId, to, body: "Hello!" }),
  raw: () =>
    client.messages.sendRaw({
      phoneNumberId,
      payload: { messaging_product: "whatsapp", recipient_type: "individual", to, type: "text", text: { body: "Raw" } },
    }),
  image: () => client.messages.sendImage({ phoneNumberId, to, image: { link: "https://example.com/a.jpg", caption: "A" } }),
  audio: () => client.messages.sendAudio({ phoneNumberId, to, audio: { link: "https://example.com/a.mp3" } }),
  video: () => client.messages.sendVideo({ phoneNumberId, to, video: { link: "https://example.com/a.mp4", caption: "A" } }),
  document: () =>
    client.messages.sendDocument({ phoneNumberId, to, document: { link: "https://example.com/a.pdf", filename: "a.pdf" } }),
  sticker: () => client.messages.sendSticker({ phoneNumberId, to, sticker: { id: "77" } }),
  location: () =>
    client.messages.sendLocation({ phoneNumberId, to, location: { latitude: -33.4, longitude: -70.6, name: "S", address: "CL" } }),
  contacts: () =>
    client.messages.sendContacts({
      phoneNumberId, to,
      contacts: [{ name: { formattedName: "Jo Roe", firstName: "Jo" }, phones: [{ phone: "+34600111222", type: "WORK" }] }],
    }),
  reaction: () => client.messages.sendReaction({ phoneNumberId, to, reaction: { messageId: wrote, emoji: "😀" } }),
  buttons: () =>
    client.messages.sendInteractiveButtons({
      phoneNumberId, to, bodyText: "Pick", footerText: "Foot", header: { type: "text", text: "Head" },
      buttons: [{ id: "accept", title: "Accept" }, { id: "decline", title: "Decline" }],
    }),
  list: () =>
    client.messages.sendInteractiveList({
      phoneNumberId, to, bodyText: "Pick", buttonText: "Open",
      sections: [{ title: "All", rows: [{ id: "a", title: "A", description: "First" }, { id: "b", title: "B" }] }],
    }),
  link: () =>
    client.messages.sendInteractiveCtaUrl({
      phoneNumberId, to, bodyText: "Dates", parameters: { displayText: "See", url: "https://example.com/d" },
    }),
  template: () =>
    client.messages.sendTemplate({
      phoneNumberId, to,
      template: buildTemplateSendPayload({
        name: "reminder", language: "en",
        body: [{ type: "text", text: "Ana" }, { type: "text", text: "Friday" }],
        buttons: [{ type: "button", subType: "quick_reply", index: 0, parameters: [{ type: "payload", payload: "COME" }] }],
      }),
    }),
};
for (const [name, send] of Object.entries(sends)) {
  await step(`send ${name}`, async () => {
    const sent = await send();
    if (!sent.messages[0].id.startsWith("wamid.")) throw new Error(`no id of the platform: ${JSON.stringify(sent)}`);
    same(sent.contacts[0].waId, "34600111222", "wa_id");
  });
}
await step("what left is what was written", async () => {
  const left = (await seen()).filter((one) => one.url.endsWith("/106/messages")).map((one) => JSON.parse(one.body));
  same(left.filter((one) => one.to).length, Object.keys(sends).length, "the count of sends");
  same(left.find((one) => one.type === "image").image, { link: "https://example.com/a.jpg", caption: "A" }, "the image");
});
await step("mark as read", async () => {
  same(await client.messages.markRead({ phoneNumberId, messageId: wrote, typingIndicator: { type: "text" } }), { success: true });
});

await step("query messages", async () => {
  const page = await client.messages.query({ phoneNumberId, direction: "inbound", limit: 5, fields: buildKapsoFields() });
  same(page.data[0].text.body, "Good morning", "the text");
  same(page.data[0].kapso.direction, "inbound", "the direction");
});
await step("page through messages", async () => {
  const all = [];
  for (let after; ; ) {
    const page = await client.messages.query({ phoneNumberId, limit: 5, ...(after ? { after } : {}) });
    all.push(...page.data);
    after = page.paging.cursors.after;
    if (!after) break;
  }
  same(all.length, Object.keys(sends).length + 1, "the count");
});
await step("get a message", async () => {
  const one = await client.messages.get({ phoneNumberId, messageId: wrote });
  same([one.id, one.type, one.from], [wrote, "text", "34600111222"]);
});
let conversationId;
await step("list conversations", async () => {
  const page = await client.conversations.list({ phoneNumberId, status: "active", phoneNumber: to, limit: 20 });
  same(page.data.length, 1, "the count");
  conversationId = page.data[0].id;
  same(page.data[0].phoneNumberId, phoneNumberId, "the number");
});
await step("list by conversation", async () => {
  const page = await client.messages.listByConversation({ phoneNumberId, conversationId, limit: 3 });
  same(page.data.length, 3, "the count");
});
await step("get a conversation", async () => {
  same((await client.conversations.get({ conversationId })).phoneNumber, "34600111222", "the number");
});
await step("end a conversation", () => client.conversations.updateStatus({ conversationId, status: "ended" }));
await step("list contacts", async () => {
  const page = await client.contacts.list({ phoneNumberId, waId: "34600111222" });
  same([page.data[0].profileName, page.data[0].username], ["Ana", "ana.l"]);
});
await step("update a contact", async () => {
  await client.contacts.update({ phoneNumberId, waId: "34600111222", profileName: "Ana L", metadata: { tags: ["vip"] } });
  const now = await client.contacts.get({ phoneNumberId, waId: "34600111222" });
  same([now.profileName, now.metadata.tags], ["Ana L", ["vip"]]);
});
await step("templates", async () => {
  const page = await client.templates.list({ businessAccountId: "102", status: "APPROVED", limit: 10 });
  same(page.data[0].name, "reminder", "the name");
  const one = await client.templates.get({ businessAccountId: "102", templateId: page.data[0].id });
  same(one.status, "APPROVED", "the status");
});
await step("upload a file and send it", async () => {
  const file = new Blob(["the bytes"], { type: "image/png" });
  const { id } = await client.media.upload({ phoneNumberId, type: "image", file, fileName: "photo.png" });
  await client.messages.sendImage({ phoneNumberId, to, image: { id, caption: "Up" } });
});
await writes("34600111222", { type: "image", image: { id: "pic-1", mime_type: "image/png", sha256: "x" } });
await rest(300);
await step("download a file of the customer", async () => {
  const page = await client.messages.query({ phoneNumberId, direction: "inbound", limit: 1 });
  const bytes = await client.media.download({ mediaId: page.data[0].image.id, phoneNumberId });
  same(Buffer.from(bytes).toString(), "the bytes");
  const direct = await fetch(page.data[0].kapso.mediaUrl);
  same(await direct.text(), "the bytes");
});
// What is not served says so: nothing is taken and lost.
await step("a product", () =>
  refused(() => client.messages.sendInteractiveProduct({ phoneNumberId, to, catalogId: "1", productRetailerId: "2", bodyText: "x" }), 100));
await step("making a template", () =>
  refused(() =>
    client.templates.create({ businessAccountId: "102", name: "x", language: "en", category: "UTILITY", components: [{ type: "BODY", text: "x" }] }), 100));
await step("the business profile", () => refused(() => client.phoneNumbers.businessProfile.get({ phoneNumberId }), 100));

const key = { "X-API-Key": "key-acme-0123456789", "Content-Type": "application/json" };
const platform = async (path, init = {}) => {
  const answer = await fetch(`${base}/platform/v1/${path}`, { headers: key, ...init });
  return { status: answer.status, body: await answer.json() };
};
await step("the platform's lists", async () => {
  for (const noun of ["phone_numbers", "messages?limit=2", "conversations", "contacts"]) {
    const answer = await platform(`whatsapp/${noun}`);
    same([answer.status, answer.body.data.length > 0], [200, true], noun);
  }
});
await step("an execution that waits in line", async () => {
  await writes("34600999888", { type: "text", text: { body: "hello" } });
  await rest(300);
  const body = JSON.stringify({ workflow_execution: { phone_number: "+34600999888", phone_number_id: "106" } });
  const begun = await platform("workflows/parcel/executions", { method: "POST", body });
  same([begun.status, begun.body.data.id], [202, null], "the start");
  const path = `workflow_executions/${begun.body.data.tracking_id}`;
  same((await platform(path)).body.data.status, "waiting", "in line");
  await writes("34600999888", { type: "text", text: { body: "one" } });
  await rest(500);
  same((await platform(path)).body.data.status, "ended", "after the answer");
});
end("Kapso's SDK 0.3.0");
