//! Tests Kapso's Meta proxy and platform API as its SDK calls them. `tests/clients` runs the real SDK.

use super::host::{ANA, Answer, Host};
use crate::platform::{Kind, Platform};
use reqwest::Method;
use serde_json::{Value as Json, json};
use transom::base::{limits::GRAPH_FORM_BYTES_MAX, time::Span};

const KEY: (&str, &str) = ("x-api-key", "key-acme");
const PROXY: &str = "/meta/whatsapp/v23.0";

async fn send(host: &Host, more: Json) -> Answer {
    let mut body = json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": "34600111222"});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    host.request(Method::POST, &format!("{PROXY}/106/messages"), &[KEY], body.to_string()).await
}

async fn get(host: &Host, path: &str) -> Answer {
    host.request(Method::GET, path, &[KEY], "").await
}

#[tokio::test]
async fn what_leaves_is_what_the_client_wrote() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let buttons = json!({
        "type": "button", "header": {"type": "image", "image": {"link": "https://a.example/x.png"}},
        "body": {"text": "Which?"}, "footer": {"text": "Foot"},
        "action": {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Yes"}}]},
    });
    let list = json!({
        "type": "list", "header": {"type": "text", "text": "Head"}, "body": {"text": "Which?"},
        "action": {"button": "Open", "sections": [{"rows": [{"id": "a", "title": "A", "description": "First"}]}]},
    });
    let link = json!({
        "type": "cta_url", "body": {"text": "See"},
        "action": {"name": "cta_url", "parameters": {"display_text": "Dates", "url": "https://a.example/d"}},
    });
    let form = json!({
        "type": "flow", "body": {"text": "Book"}, "action": {"name": "flow", "parameters": {
            "flow_message_version": "3", "flow_token": "t-1", "flow_cta": "Open", "flow_id": "77",
            "flow_action": "navigate", "flow_action_payload": {"screen": "DAY", "data": {"n": 1}},
        }},
    });
    for (kind, part) in [
        ("text", json!({"preview_url": false, "body": "Hi"})),
        ("image", json!({"link": "https://a.example/x.png", "caption": "c"})),
        ("document", json!({"id": "77", "filename": "a.pdf"})),
        ("location", json!({"latitude": 40.4, "longitude": -3.7, "name": "Office", "address": "Sol 1"})),
        (
            "contacts",
            json!([{
                "name": {"formatted_name": "Jo Roe", "first_name": "Jo"},
                "phones": [{"phone": "+34600111222", "type": "WORK", "wa_id": "34600111222"}],
            }]),
        ),
        ("reaction", json!({"message_id": "wamid.1", "emoji": "👍"})),
        ("interactive", buttons),
        ("interactive", list),
        ("interactive", link),
        (
            "interactive",
            json!({"type": "location_request_message", "body": {"text": "Where?"}, "action": {"name": "send_location"}}),
        ),
        ("interactive", form),
    ] {
        // One person gets a message in six seconds.
        host.advance(Span::seconds(10)).await;
        let said = send(&host, json!({"type": kind, kind: part})).await.is(200);
        let sent = host.graph.sent();
        let left = sent.last().unwrap();
        assert_eq!((&left.body["type"], &left.body[kind]), (&json!(kind), &part));
        assert_eq!(said["contacts"][0], json!({"input": "34600111222", "wa_id": "34600111222"}));
        assert_eq!(said["messages"][0]["id"], json!(left.id));
    }
}

#[tokio::test]
async fn a_template_leaves_with_all_its_parts() {
    let more = "  - {id: 47, sender: 12, name: paid, language: en_US, category: utility, status: approved, header: image, \
                body: \"Hi {{name}}\", buttons: [Yes, No]}\n";
    let host = Host::with(&[], more).await;
    let template = json!({"name": "paid", "language": {"code": "en_US", "policy": "deterministic"}, "components": [
        {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://a.example/x.png"}}]},
        {"type": "body", "parameters": [{"type": "text", "parameter_name": "name", "text": "Ana"}]},
        {"type": "button", "sub_type": "quick_reply", "index": 1, "parameters": [{"type": "payload", "payload": "NO"}]},
    ]});
    send(&host, json!({"type": "template", "template": template})).await.is(200);
    let left = host.graph.sent()[0].body["template"].clone();
    assert_eq!(left["components"][0]["parameters"][0]["image"]["link"], "https://a.example/x.png");
    assert_eq!(left["components"][1]["parameters"][0], template["components"][1]["parameters"][0]);
    // The first button brings back what stands on it, as it does at the platform, and the second its own payload.
    let payload = |n: usize| left["components"][n]["parameters"][0]["payload"].clone();
    assert_eq!((payload(2), payload(3)), (json!("Yes"), json!("NO")));
    let listed = get(&host, &format!("{PROXY}/102/message_templates?status=APPROVED&limit=1")).await.is(200);
    assert_eq!((&listed["data"][0]["name"], &listed["paging"]["cursors"]["after"]), (&json!("reminder"), &json!("45")));
    let behind = get(&host, &format!("{PROXY}/102/message_templates?status=APPROVED&after=45")).await.is(200);
    assert_eq!(behind["data"][0]["components"][2]["buttons"][1], json!({"type": "QUICK_REPLY", "text": "No"}));
    let one = get(&host, &format!("{PROXY}/102/message_templates/45")).await.is(200);
    assert_eq!(one["category"], "UTILITY");
    get(&host, &format!("{PROXY}/103/message_templates")).await.is(404);
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_in_the_words_of_the_graph_api() {
    let mut host = Host::new().await;
    let text = json!({"type": "text", "text": {"body": "Hi"}});
    let closed = send(&host, text.clone()).await.is(400);
    assert_eq!(
        (&closed["error"]["code"], &closed["error"]["message"]),
        (&json!(131_047), &json!("(#131047) Re-engagement message"))
    );
    host.ana_says("something else").await;
    for (wrong, word) in [
        (json!({"type": "contacts", "contacts": []}), "contacts"),
        (
            json!({"type": "contacts", "contacts": [{"name": {"formatted_name": "J"}, "birthday": "1990-01-01"}]}),
            "birthday",
        ),
        (json!({"type": "address", "address": {}}), "`address`"),
        (
            json!({"type": "interactive", "interactive": {"type": "product", "body": {"text": "x"}, "action": {}}}),
            "`product`",
        ),
        (json!({"type": "text", "text": {}}), "text.body"),
        (json!({"type": "text"}), "text"),
        (json!({"type": "image", "image": {"link": "ftp://x"}}), "https"),
        (json!({"type": "location", "location": {"latitude": 91, "longitude": 0}}), "latitude"),
        (json!({"to": "somebody", "type": "text", "text": {"body": "x"}}), "to"),
        (json!({"messaging_product": "sms"}), "messaging_product"),
        (json!({"recipient_type": "group"}), "individual"),
        (json!({"context": {"message_id": "wamid.1"}, "type": "text", "text": {"body": "x"}}), "context"),
        (
            json!({"type": "template", "template": {"name": "a", "language": {"code": "en"}, "components": [{"type": "carousel"}]}}),
            "`carousel`",
        ),
    ] {
        let said = send(&host, wrong.clone()).await.is(400);
        let details = said["error"]["error_data"]["details"].as_str().unwrap();
        assert!(said["error"]["code"] == 100 && details.contains(word), "{wrong}: {details}");
    }
    assert!(host.graph.sent().is_empty());
    for (key, status, code) in [("wrong", 401, 190), ("key-other", 404, 100)] {
        let body = json!({"messaging_product": "whatsapp", "to": "34600111222", "text": {"body": "x"}}).to_string();
        let said = host.request(Method::POST, &format!("{PROXY}/106/messages"), &[("x-api-key", key)], body).await;
        assert_eq!(said.is(status)["error"]["code"], code);
    }
    let nowhere = host.request(Method::GET, &format!("{PROXY}/106/calls"), &[KEY], "").await.is(404);
    assert_eq!(nowhere["error"]["code"], 100);
}

#[tokio::test]
async fn a_person_without_a_number_is_written_to_by_the_platforms_id() {
    let mut host = Host::new().await;
    let body = json!({"object": "whatsapp_business_account", "entry": [{"id": "102", "changes": [{"field": "messages", "value": {
        "messaging_product": "whatsapp", "metadata": {"display_phone_number": "15550001111", "phone_number_id": "106"},
        "contacts": [{"profile": {"name": "Bo", "username": "@bo.shop"}, "user_id": "ES.7751"}],
        "messages": [{"from_user_id": "ES.7751", "id": "wamid.bo", "timestamp": "1774602000", "type": "text", "text": {"body": "x"}}],
    }}]}]});
    host.deliver(body.to_string()).await;
    let by_id = json!({"to": null, "recipient": "ES.7751", "type": "text", "text": {"body": "Hi"}});
    let said = send(&host, by_id).await.is(200);
    assert_eq!(said["contacts"][0], json!({"input": "ES.7751"}));
    assert_eq!(host.graph.sent()[0].body["recipient"], "ES.7751");
    let nobody =
        send(&host, json!({"to": null, "recipient": "ES.1", "type": "text", "text": {"body": "Hi"}})).await.is(400);
    assert_eq!(nobody["error"]["code"], 131_026);
    // User names are known, to programs as well as to flows.
    let contacts = get(&host, &format!("{PROXY}/106/contacts")).await.is(200);
    assert_eq!(
        (&contacts["data"][0]["username"], &contacts["data"][0]["whatsapp_user_id"]),
        (&json!("bo.shop"), &json!("ES.7751"))
    );
    host.ana_says("hello").await;
}

#[tokio::test]
async fn the_history_of_a_number_is_read_page_by_page() {
    let mut host = Host::new().await;
    host.ana_says("hello").await;
    host.somebody_says("+34600333444", "something else").await;
    let all = get(&host, &format!("{PROXY}/106/messages")).await.is(200);
    let kinds: Vec<(&Json, &Json)> =
        all["data"].as_array().unwrap().iter().map(|m| (&m["kapso"]["direction"], &m["text"]["body"])).collect();
    let (inbound, outbound) = (json!("inbound"), json!("outbound"));
    assert_eq!(
        kinds,
        [(&inbound, &json!("something else")), (&outbound, &json!("Hello to you")), (&inbound, &json!("hello"))]
    );
    assert_eq!(all["data"][1]["kapso"]["status"], "sent");
    let first = get(&host, &format!("{PROXY}/106/messages?limit=2")).await.is(200);
    let after = first["paging"]["cursors"]["after"].as_str().unwrap();
    let second = get(&host, &format!("{PROXY}/106/messages?limit=2&after={after}&fields=kapso()")).await.is(200);
    assert_eq!(second["data"].as_array().unwrap().len(), 1);
    assert!(second["data"][0]["kapso"].is_null() && second["paging"]["cursors"]["after"].is_null());
    let told = |query: &str| format!("/platform/v1/whatsapp/messages?{query}");
    for (query, count) in [
        ("phone_number=34600111222", 2),
        ("phone_number=%2B34600333444&direction=outbound", 0),
        ("phone_number_id=106&status=sent", 1),
        ("has_media=true", 0),
        ("since=2026-03-27T09:00:01Z", 0),
        ("phone_number=34699999999", 0),
    ] {
        let found = get(&host, &told(query)).await.is(200);
        assert_eq!(found["data"].as_array().unwrap().len(), count, "{query}: {found:#}");
    }
    get(&host, &told("before=5")).await.is(422);
    let id = all["data"][0]["id"].as_str().unwrap();
    let one = get(&host, &format!("{PROXY}/106/messages/{id}")).await.is(200);
    assert_eq!((&one["from"], &one["type"]), (&json!("34600333444"), &json!("text")));
    assert_eq!(get(&host, &format!("/platform/v1/whatsapp/messages/{id}")).await.is(200)["data"]["id"], id);
    host.request(Method::GET, &format!("{PROXY}/20/messages/{id}"), &[("x-api-key", "key-other")], "").await.is(404);
    let others = host.request(Method::GET, &told(""), &[("x-api-key", "key-other")], "").await.is(200);
    assert_eq!(others["data"], json!([]));
}

#[tokio::test]
async fn conversations_are_found_shown_and_closed() {
    let ask = "flow: ask\nwhen: [{message: ask}]\nsteps:\n  - ask: How many?\n    as: n\n";
    let mut host = Host::with(&[("flows/ask.yaml", ask)], "").await;
    host.ana_says("ask").await;
    let list = get(&host, &format!("{PROXY}/106/conversations?status=active")).await.is(200);
    let talk = &list["data"][0];
    assert_eq!(
        (&talk["phone_number"], &talk["kapso"]["last_message_text"]),
        (&json!("34600111222"), &json!("How many?"))
    );
    let id = talk["id"].as_str().unwrap();
    for path in [
        format!("{PROXY}/conversations/{id}"),
        format!("{PROXY}/106/conversations/{id}"),
        format!("/platform/v1/whatsapp/conversations/{id}"),
    ] {
        assert_eq!(get(&host, &path).await.is(200)["data"]["phone_number_id"], "106");
    }
    let path = format!("{PROXY}/conversations/{id}");
    let ended = host.request(Method::PATCH, &path, &[KEY], json!({"status": "ended"}).to_string()).await.is(200);
    assert_eq!(ended["data"]["status"], "ended");
    let open = host.get("key-acme", "/v1/runs?state=open").await.is(200);
    assert_eq!(open["data"], json!([]), "nothing of it goes on");
    host.request(Method::PATCH, &path, &[KEY], json!({"status": "gone"}).to_string()).await.is(400);
    host.advance(Span::hours(25)).await;
    let old = get(&host, "/platform/v1/whatsapp/conversations?status=ended&phone_number=34600111222").await.is(200);
    assert_eq!(old["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn contacts_are_found_and_changed_and_nothing_is_dropped_in_silence() {
    let bot = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\nfields: {size: [S, M, L]}\n";
    let mut host = Host::with(&[("flows/_bot.yaml", bot)], "").await;
    host.ana_says("hello").await;
    let path = format!("{PROXY}/106/contacts/34600111222");
    let edit = json!({"profile_name": "Ana López", "metadata": {"tags": ["vip"], "size": "M"}});
    let now = host.request(Method::PATCH, &path, &[KEY], edit.to_string()).await.is(200);
    assert_eq!(now["data"]["metadata"], json!({"size": "M", "tags": ["vip"]}));
    assert_eq!(get(&host, &path).await.is(200)["data"]["profile_name"], "Ana López");
    let fewer = json!({"contact": {"metadata": {"tags": []}}});
    let platform = "/platform/v1/whatsapp/contacts/%2B34600111222";
    let now = host.request(Method::PATCH, platform, &[KEY], fewer.to_string()).await.is(200);
    assert_eq!(now["data"]["metadata"], json!({"size": "M", "tags": []}));
    for wrong in
        [json!({"metadata": {"source": "import"}}), json!({"metadata": {"size": "XXL"}}), json!({"wa_id": "1"})]
    {
        host.request(Method::PATCH, &path, &[KEY], wrong.to_string()).await.is(400);
    }
    let found = get(&host, "/platform/v1/whatsapp/contacts?wa_id=34600111222").await.is(200);
    assert_eq!(found["data"][0]["wa_id"], "34600111222");
    for nobody in ["wa_id=34699999999", "has_customer=true"] {
        assert_eq!(get(&host, &format!("{PROXY}/106/contacts?{nobody}")).await.is(200)["data"], json!([]));
    }
    get(&host, &format!("{PROXY}/106/contacts/34699999999")).await.is(404);
}

#[tokio::test]
async fn numbers_tell_the_ids_of_everything_else() {
    let host = Host::new().await;
    let all = get(&host, "/platform/v1/whatsapp/phone_numbers").await.is(200);
    assert_eq!(all["meta"]["total_count"], 2);
    let one = get(&host, "/platform/v1/whatsapp/phone_numbers/106").await.is(200);
    assert_eq!(
        (&one["data"]["phone_number_id"], &one["data"]["business_account_id"], &one["data"]["status"]),
        (&json!("106"), &json!("102"), &json!("CONNECTED"))
    );
    get(&host, "/platform/v1/whatsapp/phone_numbers/20").await.is(404);
}

#[tokio::test]
async fn the_file_of_a_customer_is_read_by_an_address_that_ends() {
    let mut host = Host::with(&[], "media: {allow_private: [127.0.0.1]}\n").await;
    let lies_at = json!({"url": format!("{}/lies/here", host.graph.base), "mime_type": "image/png"});
    host.graph.answer("/pic-1", 200, lies_at);
    host.graph.answer("/lies/here", 200, json!("the bytes"));
    host.ana_shows("pic-1").await;
    let listed = get(&host, &format!("{PROXY}/106/messages?has_media=true")).await.is(200);
    let id = listed["data"][0]["image"]["id"].as_str().unwrap();
    let told = get(&host, &format!("{PROXY}/{id}?phone_number_id=106")).await.is(200);
    assert_eq!((&told["mime_type"], &told["url"]), (&json!("image/png"), &told["download_url"]));
    let url = told["url"].as_str().unwrap();
    let path = url.strip_prefix(&host.base).unwrap();
    let read = host.request(Method::GET, path, &[], "").await;
    assert_eq!((read.status, read.text.as_str()), (200, "\"the bytes\""));
    assert_eq!(listed["data"][0]["kapso"]["media_url"], url);
    let forged = path.replace('.', ".1");
    host.request(Method::GET, &forged, &[], "").await.is(404);
    host.request(Method::DELETE, &format!("{PROXY}/{id}?phone_number_id=106"), &[KEY], "").await.is(400);
    host.advance(Span::minutes(5)).await;
    host.request(Method::GET, path, &[], "").await.is(404);
    host.request(Method::GET, &format!("{PROXY}/{id}"), &[("x-api-key", "key-other")], "").await.is(404);
}

#[tokio::test]
async fn a_form_brings_a_file_to_the_platform() {
    let platform = Platform::start(Kind::Meta).await;
    let base = platform.base.clone();
    let config = move |_: &str| {
        format!(
            "listen: 127.0.0.1:0\ndatabase: sqlite://t.db\nbot: .\naccounts:\n  - {{name: acme, api_keys: [key-acme]}}\nsenders:\n  \
             - {{id: 13, account: acme, name: Files, provider: meta, phone: \"+15550001112\", phone_number_id: \"113\", \
             waba_id: \"102\", access_token: token, app_secret: app-secret, verify_token: v, api_base: \"{base}\"}}\n"
        )
    };
    let host = Host::start(&[], config, "2026-03-27T09:00:00Z", None).await;
    let form = |kind: &str, name: &str| {
        format!(
            "--XX\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n--XX\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\nthe bytes\r\n--XX--\r\n"
        )
    };
    let path = format!("{PROXY}/113/media");
    let multipart = ("content-type", "multipart/form-data; boundary=XX");
    let said = host.request(Method::POST, &path, &[KEY, multipart], form("image/png", "a.png")).await.is(200);
    assert!(said["id"].is_string(), "{said}");
    let upload = &platform.sent()[0];
    assert!(upload.path.ends_with("/113/media") && upload.body.contains("the bytes"), "{upload:#?}");
    for (header, body) in [
        (multipart, form("application/x-nothing", "a.nothing")),
        (multipart, "--XX--".to_owned()),
        (multipart, "no form".to_owned()),
        (("content-type", "application/json"), "{}".to_owned()),
    ] {
        host.request(Method::POST, &path, &[KEY, header], body).await.is(400);
    }
    // At the limit the form is read, and its document is one that WhatsApp takes; one byte more is not read.
    let rest = form("application/pdf", "a.pdf");
    for (over, status) in [(0, 200), (1, 413)] {
        let note = "Content-Disposition: form-data; name=\"note\"\r\n\r\n";
        let filled = GRAPH_FORM_BYTES_MAX + over - rest.len() - note.len() - "--XX\r\n\r\n".len();
        let body = format!("--XX\r\n{note}{}\r\n{rest}", "n".repeat(filled));
        assert_eq!(body.len(), GRAPH_FORM_BYTES_MAX + over);
        assert_eq!(host.request(Method::POST, &path, &[KEY, multipart], body).await.status, status);
    }
    assert_eq!(platform.sent().len(), 2);
}

#[tokio::test]
async fn a_read_mark_goes_to_the_platform() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let body = |id: &str| {
        json!({"messaging_product": "whatsapp", "status": "read", "message_id": id, "typing_indicator": {"type": "text"}}).to_string()
    };
    let path = format!("{PROXY}/106/messages");
    let said = host.request(Method::POST, &path, &[KEY], body("wamid.1")).await.is(200);
    assert_eq!(said, json!({"success": true}));
    host.request(Method::POST, &path, &[KEY], body("wamid.none")).await.is(404);
}

const ASK: &str = "flow: ask\nwhen: [{message: ask}]\nsteps:\n  - ask: How many?\n    as: n\n  - say: Thanks\n";

#[tokio::test]
async fn a_start_that_waits_in_line_is_followed_until_it_runs() {
    let mut host = Host::with(&[("flows/ask.yaml", ASK)], "").await;
    host.ana_says("ask").await;
    let start = json!({"workflow_execution": {"phone_number": ANA, "variables": {"number": 7, "size": "small"}}});
    let begun = host.post("key-acme", "/platform/v1/workflows/parcel/executions", start).await.is(202);
    assert!(begun["data"]["id"].is_null());
    let path = format!("/platform/v1/workflow_executions/{}", begun["data"]["tracking_id"].as_str().unwrap());
    let waiting = host.get("key-acme", &path).await.is(200);
    assert_eq!((&waiting["data"]["status"], &waiting["data"]["workflow_id"]), (&json!("waiting"), &json!("parcel")));
    host.get("key-other", &path).await.is(404);
    let native =
        json!({"flow": "parcel", "contact": {"phone": ANA}, "sender": 12, "inputs": {"number": 8, "size": "small"}});
    let queued = host.post("key-acme", "/v1/runs", native.clone()).await.is(202);
    let tracked = format!("/v1/runs/tracked/{}", queued["tracking_id"].as_str().unwrap());
    assert_eq!(host.get("key-acme", &tracked).await.is(200)["state"], "queued");
    host.ana_says("3").await;
    let ended = host.get("key-acme", &path).await.is(200);
    assert_eq!((&ended["data"]["status"], ended["data"]["id"].is_string()), (&json!("ended"), true));
    let run = host.get("key-acme", &tracked).await.is(200);
    assert_eq!((&run["state"], &run["flow"]), (&json!("started"), &json!("parcel")));
    host.get("key-acme", &format!("/v1/runs/{}", run["run"])).await.is(200);
    host.get("key-other", &tracked).await.is(404);
    // At once, and never: both are told apart.
    let at_once = host.post("key-acme", "/v1/runs", native.clone()).await.is(201);
    let path = format!("/v1/runs/tracked/{}", at_once["tracking_id"].as_str().unwrap());
    assert_eq!(host.get("key-acme", &path).await.is(200)["run"], at_once["run"]);
    host.ana_says("ask").await;
    let queued = host.post("key-acme", "/v1/runs", native).await.is(202);
    host.ana_says("STOP").await;
    let path = format!("/v1/runs/tracked/{}", queued["tracking_id"].as_str().unwrap());
    assert_eq!(host.get("key-acme", &path).await.is(200)["state"], "refused");
}

#[tokio::test]
async fn an_emitted_event_reaches_who_listens() {
    let emits =
        "flow: emits\nwhen: [{message: buy}]\nsteps:\n  - emit: bought\n    data: {cents: 1200}\n  - say: Thanks\n";
    let mut host = Host::with(&[("flows/emits.yaml", emits)], "").await;
    let webhook = json!({"url": "https://crm.example.com/x", "types": ["event"]});
    host.post("key-acme", "/v1/webhooks", webhook).await.is(201);
    host.ana_says("buy").await;
    let events = transom::store::tables::event::after(&host.app.store, 0, 100).await.unwrap();
    let event = events.iter().find(|event| event.kind == "event").expect("it is written down");
    assert_eq!(event.data["event"], "bought");
    assert_eq!((&event.data["data"], &event.data["flow"]), (&json!({"cents": 1200}), &json!("emits")));
}
