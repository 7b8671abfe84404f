// What the scripts of clients share: steps that are counted, and a customer who writes.
import { createHmac, randomUUID } from "node:crypto";

export const base = `http://127.0.0.1:${process.env.DAEMON_PORT}`;
export const mock = `http://127.0.0.1:${process.env.MOCK_PORT}`;

let good = 0;
let bad = 0;

/** One call of a client; what it throws is told, and the next one goes on. */
export async function step(name, work) {
  try {
    await work();
    good += 1;
  } catch (error) {
    bad += 1;
    console.log(`  ${name}: ${error.message}`);
  }
}

/** The order of keys does not count. */
const written = (value) =>
  JSON.stringify(value, (_, inner) =>
    inner && typeof inner === "object" && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).sort()) : inner);

export function same(is, wanted, what = "") {
  const [a, b] = [written(is), written(wanted)];
  if (a !== b) throw new Error(`${what} is ${a}, not ${b}`);
}

export async function refused(call, code) {
  try {
    await call();
  } catch (error) {
    return same(error.code ?? error.httpStatus, code, "the code");
  }
  throw new Error("it was not refused");
}

export async function seen() {
  return (await fetch(`${mock}/seen`)).json();
}

/** A signed webhook of Meta's: a message of a customer to the number 106. */
export async function writes(phone, message) {
  const id = `wamid.${randomUUID()}`;
  const value = {
    messaging_product: "whatsapp",
    metadata: { display_phone_number: "15550001111", phone_number_id: "106" },
    contacts: [{ profile: { name: "Ana", username: "ana.l" }, wa_id: phone }],
    messages: [{ from: phone, id, timestamp: String(Math.floor(Date.now() / 1000)), ...message }],
  };
  const entry = [{ id: "102", changes: [{ field: "messages", value }] }];
  const body = JSON.stringify({ object: "whatsapp_business_account", entry });
  const signature = `sha256=${createHmac("sha256", "app-secret").update(body).digest("hex")}`;
  const answer = await fetch(`${base}/webhooks/meta`, { method: "POST", body, headers: { "x-hub-signature-256": signature } });
  same(answer.status, 200, "the webhook");
  return id;
}

export const rest = (ms) => new Promise((done) => setTimeout(done, ms));

export function end(name) {
  console.log(`${name}: ${good} calls as documented, ${bad} not`);
  process.exit(bad === 0 ? 0 : 1);
}
