// The platforms behind the daemon: as much of Meta's and Twilio's answers as sends and files need. `GET /seen` gives back
// every request, for the clients to look at.
import { createServer } from "node:http";

const seen = [];
let count = 0;

createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const body = Buffer.concat(parts).toString();
    const path = request.url.split("?")[0];
    const say = (status, json) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(json));
    };
    if (path === "/seen") return say(200, seen);
    if (path === "/bytes") return response.end("the bytes");
    seen.push({ method: request.method, url: request.url, headers: request.headers, body });
    count += 1;
    if (path.endsWith("/Messages.json")) {
      return say(201, { sid: `SM${String(count).padStart(32, "0")}`, status: "queued", error_code: null });
    }
    if (path.endsWith("/media")) return say(200, { id: String(9000 + count) });
    if (path.endsWith("/messages")) {
      const to = JSON.parse(body || "{}").to ?? "";
      const id = `wamid.MOCK${count}`;
      return say(200, { messaging_product: "whatsapp", contacts: [{ input: to, wa_id: to }], messages: [{ id }] });
    }
    if (path.endsWith("/pic-1")) {
      return say(200, { url: `http://127.0.0.1:${process.env.MOCK_PORT}/bytes`, mime_type: "image/png" });
    }
    return say(200, { data: [] });
  });
}).listen(Number(process.env.MOCK_PORT), "127.0.0.1");
