// Twilio's own library: its validator signs webhooks that the daemon takes, and its client shows what a send looks like.
import twilio from "twilio";
import { base, end, mock, rest, same, seen, step } from "./told.mjs";

const account = "AC0123456789abcdef0123456789abcdef";
const token = "twilio-token";
const url = `${base}/webhooks/twilio/7`;
const webhooks = twilio.webhooks ?? {};
const sign = twilio.getExpectedTwilioSignature ?? webhooks.getExpectedTwilioSignature;
const validate = twilio.validateRequest ?? webhooks.validateRequest;

const message = (sid, body) => ({
  SmsMessageSid: sid, MessageSid: sid, AccountSid: account, NumMedia: "0", Body: body, ProfileName: "Ana",
  WaId: "34600111222", From: "whatsapp:+34600111222", To: "whatsapp:+15550002222", ApiVersion: "2010-04-01",
});
const post = (params, signature) =>
  fetch(url, {
    method: "POST",
    headers: { "x-twilio-signature": signature, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(params).toString(),
  });

await step("a webhook that the library signed is taken", async () => {
  const params = message("SM00000000000000000000000000000001", "hello & more: ñ + 100 %");
  const signature = sign(token, url, params);
  same(validate(token, signature, url, params), true, "its own check");
  same((await post(params, signature)).status, 200, "the status");
});
await step("one of another token is not", async () => {
  const params = message("SM00000000000000000000000000000002", "hello");
  same((await post(params, sign("other", url, params))).status, 401, "the status");
});
await step("one whose text was changed is not", async () => {
  const params = message("SM00000000000000000000000000000003", "hello");
  const signature = sign(token, url, params);
  same((await post({ ...params, Body: "hello!" }, signature)).status, 401, "the status");
});

const params = message("SM00000000000000000000000000000004", "hello");
await post(params, sign(token, url, params));
await rest(800);

let theirs;
const capture = {
  request: async (options) => {
    theirs = options;
    return { statusCode: 201, body: { sid: "SM0", status: "queued" } };
  },
};
const client = twilio(account, token, { httpClient: capture });
await client.messages.create({ from: "whatsapp:+15550002222", to: "whatsapp:+34600111222", body: "How many?" });

await step("a send is what the library would send", async () => {
  const sent = (await seen()).filter((one) => one.url.endsWith("/Messages.json"));
  if (sent.length === 0) throw new Error(`nothing was sent to ${mock}`);
  const ours = sent.at(-1);
  same(ours.url, new URL(theirs.uri).pathname, "the path");
  same(ours.method, theirs.method.toUpperCase(), "the method");
  const wanted = Buffer.from(`${account}:${token}`).toString("base64");
  same(ours.headers.authorization, `Basic ${wanted}`, "the credentials");
  const form = Object.fromEntries(new URLSearchParams(ours.body));
  for (const name of Object.keys(theirs.data)) {
    if (!(name in form)) throw new Error(`\`${name}\` is missing in ${ours.body}`);
  }
  same([form.From, form.To], [theirs.data.From, theirs.data.To]);
});
await step("the address for statuses is one that the library can sign", async () => {
  const ours = (await seen()).filter((one) => one.url.endsWith("/Messages.json")).at(-1);
  const callback = new URLSearchParams(ours.body).get("StatusCallback");
  if (!callback) throw new Error("no StatusCallback");
  const target = callback.split("#")[0];
  const status = {
    MessageSid: "SM00000000000000000000000000000099", MessageStatus: "delivered", AccountSid: account,
    From: "whatsapp:+15550002222", To: "whatsapp:+34600111222", ApiVersion: "2010-04-01",
  };
  const answer = await fetch(target, {
    method: "POST",
    headers: { "x-twilio-signature": sign(token, target, status), "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(status).toString(),
  });
  same(answer.status, 200, "the status");
});
end("Twilio's library 6.2.0");
