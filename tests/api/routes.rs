//! Tests every route of the list: sends its example to a running daemon, and checks the common rules.

use super::{
    contract::{DOCUMENT, route},
    host::{ANA, Answer, Host, OPERATOR},
    schema,
    websocket::Socket,
};
use reqwest::Method;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use transom::{
    base::{
        clock::Clock,
        ids::{ContactId, ConversationId, InboundId, OutboundId, SenderId},
    },
    model::effect::{CallCost, CallKind, CallMade, Tokens, TraceEntry},
    store::{
        WriteSet,
        tables::{
            charge::{self, Charge},
            dead_letter::{self, DeadLetter},
            delivery::{self, AttemptState, Delivery},
            run,
            support_case::shadow::{self, ShadowDraft},
            trace,
        },
    },
    web::{
        openapi,
        routes::{self, AllowedCallers, AnswerBody, Route, Verb},
    },
};

/// Keys whose values differ between daemons: only their types are compared.
const VOLATILE: &[&str] = &[
    "id",
    "key",
    "link",
    "provider_id",
    "message_sid",
    "next_cursor",
    "etag",
    "version",
    "what",
    "secret",
    "folder",
    "activation_code",
    "activation_link",
    "activation_message",
    "examples",
    "ms",
    "seen",
];

fn is_volatile(key: &str) -> bool {
    VOLATILE.contains(&key) || key.ends_with("_id")
}

/// A daemon with an object of every kind, and the ids for `$names` in examples.
pub struct World {
    pub host: Host,
    ids: BTreeMap<&'static str, String>,
}

const PAID: &str = "flow: paid\nwhen:\n  - webhook: paid\n    contact: ${body.phone}\nsteps:\n  - say: Thanks\n    \
                    if_closed: skip\n";

const ASKS: &str = "flow: asks\ntitle: A short survey\nwhen:\n  - message: survey\nsteps:\n  - ask: How did you like it?\n    \
                    as: liking\n    type: whole\n  - say: Thanks\n";

const REPAIRS: &str = "---\ntitle: Repairs\nsource: https://shop.example/repairs\nchecked: 2026-01-02\n---\n# Guarantee\n\nTwelve months on labour.\n";
const TUESDAYS: &str = "flow: tuesdays\ntopic: news\nwhen:\n  - schedule: 0 10 * * TUE\n    to: everyone\nsteps:\n  - say: News\n    \
                        if_closed: skip\n";

const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\nfields: {size: [S, M, L]}\ntopics: {news: {needs: consent}}\n\
     teams: {workshop: {answer_within: 30m, solve_within: 2d}}\nreplies: {thanks: Thank you and goodbye!}\n";

impl World {
    pub async fn new() -> World {
        let files = [
            ("flows/_bot.yaml", BOT),
            ("flows/asks.yaml", ASKS),
            ("flows/paid.yaml", PAID),
            ("flows/tuesdays.yaml", TUESDAYS),
            ("knowledge/faq/repairs.md", REPAIRS),
        ];
        let prices = "prices: {currency: EUR, table: [{category: utility, price: 0.0456}]}\n";
        let mut host = Host::with(&files, prices).await;
        super::senders::meta_is_well(&host.graph);
        host.somebody_says("+34600111777", "hello").await;
        let search = host.get("key-acme", "/v1/conversations?search=600111777").await.is(200);
        let path = format!("/v1/conversations/{}", search["data"][0]["id"]);
        let given = host.post("key-acme", &format!("{path}/assign"), json!({"team": "workshop"})).await.is(200);
        host.ana_says("hello").await;
        let runs = run::page(&host.app.store, i64::MAX, 1).await.unwrap();
        let (ended, first) = (runs[0].id.to_string(), runs[0].clone());
        host.advance(transom::base::time::Span::minutes(1)).await;
        host.ana_says("survey").await;
        let page = host.get("key-acme", "/v1/conversations").await.is(200);
        let conversation = &page["data"][0];
        let mut ids = BTreeMap::from([
            ("$conversation", conversation["id"].to_string()),
            ("$contact", conversation["contact"]["id"].to_string()),
        ]);
        let contact = conversation["contact"]["id"].as_i64().unwrap();
        let agreed = json!({"topic": "news", "given": true, "proof": "Ticked on the web form of 1 March"});
        host.post("key-acme", &format!("/v1/contacts/{contact}/consent"), agreed).await;
        ids.insert("$case", given["case"]["id"].to_string());
        ids.insert("$waplify_contact", format!("{contact:024x}"));
        let agreed = json!({"topic": "news", "given": true, "proof": "Ticked the box of order A7", "by": "shop"});
        host.post("key-acme", &format!("/v1/contacts/{contact}/consent"), agreed).await.is(200);
        let tester = json!({"whatsapp_sandbox_session": {"phone_number": ANA}});
        let tester = host.post("key-acme", "/api/v1/sandbox_sessions", tester).await.is(201);
        ids.insert("$tester", tester["data"]["id"].as_str().unwrap().to_owned());
        let made = host.post(OPERATOR, "/v1/keys", json!({"account": "acme", "name": "old"})).await.is(201);
        let rosa = json!({"name": "Rosa", "role": "author"});
        let rosa = host.post(OPERATOR, "/v1/people", rosa).await.is(201);
        ids.insert("$person", rosa["person"]["id"].to_string());
        ids.insert("$key", made["id"].as_str().unwrap().to_owned());
        let body = json!({"object": "whatsapp_business_account", "entry": [{"id": "102", "changes": [{
            "field": "messages",
            "value": {"metadata": {"phone_number_id": "1"}, "messages": [{"type": "text"}]},
        }]}]});
        let key = [("authorization", "Bearer key-acme")];
        host.request(Method::POST, "/webhooks/sandbox/1", &key, body.to_string()).await;
        let letters = dead_letter::page(&host.app.store, i64::MAX, 1).await.unwrap();
        mend(&host, letters[0].clone()).await;
        ids.insert("$letter", letters[0].id.to_string());
        ids.insert("$refused", refused_send(&host).await.to_string());
        let runs = run::page(&host.app.store, i64::MAX, 1).await.unwrap();
        ids.insert("$open", runs[0].id.to_string());
        ids.insert("$version", runs[0].version_id.to_string());
        ids.insert("$run", ended);
        let start = json!({"flow": "parcel", "contact": {"phone": ANA}, "sender": 12, "inputs": {"number": 7, "size": "small"}});
        let begun = host.post("key-acme", "/v1/runs", start).await;
        ids.insert("$tracked", begun.json()["tracking_id"].as_str().unwrap().to_owned());
        let path = format!("/v1/conversations/{}/messages?limit=1", ids["$conversation"]);
        ids.insert("$message", host.get("key-acme", &path).await.is(200)["data"][0]["id"].to_string());
        let asked = json!({"url": "https://crm.example.com/x", "name": "CRM", "types": ["message.in"]});
        let webhook = host.post("key-acme", "/v1/webhooks", asked).await.is(201)["id"].as_i64().unwrap();
        ids.insert("$webhook", webhook.to_string());
        ids.insert("$delivery", delivered(&host, webhook).await.to_string());
        charged(&host).await;
        called(&host, &first).await;
        drafted(&host, &ids).await;
        let only_ana = json!({
            "flow": "tuesdays", "to": {"if": format!("contact.phone == \"{ANA}\"")}, "at": "2030-01-01T10:00",
        });
        for name in ["$broadcast", "$live_broadcast"] {
            let draft = host.post("key-acme", "/v1/broadcasts", only_ana.clone()).await.is(201);
            assert_eq!(draft["people"], 1, "{draft:#}");
            ids.insert(name, draft["id"].to_string());
        }
        let path = format!("/v1/broadcasts/{}/start", ids["$live_broadcast"]);
        host.post("key-acme", &path, json!({"people": 1})).await.is(200);
        World { host, ids }
    }

    /// The id of this name, as examples write it.
    pub fn named(&self, name: &str) -> &str {
        &self.ids[name]
    }

    pub fn path(&self, route: &Route) -> String {
        let filled = self.ids.iter().fold(route.example.path.to_owned(), |path, (name, id)| path.replace(name, id));
        assert!(!filled.contains('$'), "{filled}");
        filled
    }

    /// The ids of the existing objects.
    pub fn known(&self) -> Vec<&str> {
        self.ids.values().map(String::as_str).collect()
    }

    /// Asks a route with these headers and the body of its example; streams are opened and closed.
    pub async fn ask_as(&self, route: &Route, headers: &[(&str, &str)]) -> (u16, String) {
        let path = if route.example.path.is_empty() { route.path.to_owned() } else { self.path(route) };
        // To search the list by a number is a right of its own.
        let path = if route.name == "list_contacts" { "/v1/contacts".to_owned() } else { path };
        if matches!(route.name, "listen" | "studio_editor") {
            return match Socket::open(&self.host.base, &path, headers).await {
                Ok(_) => (101, String::new()),
                Err(answer) => (answer[9..12].parse().unwrap(), answer),
            };
        }
        let method: Method = route.verb.as_str().parse().unwrap();
        let Answer { status, text, .. } = self.host.request(method, &path, headers, route.example.body).await;
        (status, text)
    }

    pub async fn ask(&self, route: &Route, key: &str) -> super::host::Answer {
        self.ask_with(route, key, route.example.body).await
    }

    async fn ask_with(&self, route: &Route, key: &str, body: &str) -> super::host::Answer {
        let authorization = format!("Bearer {key}");
        let mut headers: Vec<(&str, &str)> = Vec::new();
        if !key.is_empty() {
            headers.push(("authorization", authorization.as_str()));
        }
        if !body.is_empty() {
            headers.push(("content-type", "application/json"));
        }
        self.host.request(method(route), &self.path(route), &headers, body.to_owned()).await
    }
}

/// Simulates a new version that can parse a dead letter: a status of an unknown message.
async fn mend(host: &Host, letter: DeadLetter) {
    let status =
        json!({"id": "wamid.gone", "status": "sent", "timestamp": "1774602000", "recipient_id": "34600111222"});
    let body = json!({"object": "whatsapp_business_account", "entry": [{"id": "102", "changes": [{
        "field": "messages",
        "value": {"metadata": {"phone_number_id": "1"}, "statuses": [status]},
    }]}]});
    let mut set = WriteSet::new();
    set.push(&dead_letter::REPLAYED, &dead_letter::Replayed { id: letter.id, at: letter.at });
    host.app.store.commit(set).await.unwrap();
    let data = json!({"provider": "sandbox", "raw": body.to_string()});
    let mut set = WriteSet::new();
    set.push(&dead_letter::INSERT, &DeadLetter { data, ..letter });
    host.app.store.commit(set).await.unwrap();
}

/// A message that the provider refused finally.
async fn refused_send(host: &Host) -> i64 {
    let letter = DeadLetter {
        id: host.app.store.next_id(),
        kind: "rejected_send".into(),
        at: host.clock.now(),
        sender_id: Some(SenderId(12)),
        subject_id: None,
        reason: "131026: Message undeliverable".into(),
        data: json!({}),
        replayed_at: None,
    };
    let mut set = WriteSet::new();
    set.push(&dead_letter::INSERT, &letter);
    host.app.store.commit(set).await.unwrap();
    letter.id
}

/// Two calls of a run: of a server that was asked, and of a model.
async fn called(host: &Host, run: &run::Run) {
    let plain = CallMade {
        kind: CallKind::Http,
        name: "shop.example.com".into(),
        call: 1,
        attempt: 1,
        ms: 120,
        mocked: false,
        status: Some(200),
        error: None,
        tokens: None,
        cost: None,
    };
    let tokens = Some(Tokens { input: 1_000, cached: 0, output: 20 });
    let cost = Some(CallCost { millionths: 1_040, currency: "EUR".into() });
    let asked =
        CallMade { kind: CallKind::Model, name: "main".into(), call: 2, status: None, tokens, cost, ..plain.clone() };
    let mut set = WriteSet::new();
    for (id, made) in [(900_001, plain), (900_002, asked)] {
        // Without a number: who reads masked answers sees this one, too.
        let what = "a call came back".to_owned();
        let entry = TraceEntry { run: Some(run.number), step: None, what, call: Some(Box::new(made)) };
        let (conversation_id, contact_id, at) = (run.conversation_id, run.contact_id, run.started_at);
        set.push(&trace::INSERT, &trace::Trace { id, conversation_id, contact_id, turn: 1, at, data: vec![entry] });
    }
    host.app.store.commit(set).await.unwrap();
}

/// A message with a charge.
async fn charged(host: &Host) {
    let charge = Charge {
        outbound_id: OutboundId(host.app.store.next_id()),
        account: "acme".into(),
        state: charge::State::Settled,
        amount: 456,
        category: "utility".into(),
        country: "ES".into(),
        at: host.clock.now(),
        ended_at: Some(host.clock.now()),
    };
    let mut set = WriteSet::new();
    set.push(&charge::RESERVE, &charge);
    host.app.store.commit(set).await.unwrap();
}

/// A draft for the contact's newest message, which nobody was shown.
async fn drafted(host: &Host, ids: &BTreeMap<&'static str, String>) {
    let path = format!("/v1/conversations/{}/messages", ids["$conversation"]);
    let all = host.get("key-acme", &path).await.is(200)["data"].as_array().unwrap().clone();
    let heard = all.iter().find(|one| one["direction"] == "in").unwrap();
    let id = |name: &str| ids[name].parse::<i64>().unwrap();
    let draft = ShadowDraft {
        id: host.app.store.next_id(),
        conversation_id: ConversationId(id("$conversation")),
        contact_id: ContactId(id("$contact")),
        sender_id: SenderId(12),
        agent: "helper".into(),
        message_id: InboundId(heard["id"].as_i64().unwrap()),
        text: Some("Of course: we are open until six.".into()),
        why: None,
        reason: None,
        sources: Vec::new(),
        cost: 420,
        at: host.clock.now(),
    };
    let mut set = WriteSet::new();
    set.push(&shadow::INSERT, &draft);
    host.app.store.commit(set).await.unwrap();
}

/// A delivery to a webhook.
async fn delivered(host: &Host, webhook: i64) -> i64 {
    let delivery = Delivery {
        id: host.app.store.next_id(),
        subscription_id: webhook,
        event_id: 481,
        kind: "message.in".into(),
        at: host.clock.now(),
        place: 1,
        contact_id: None,
        body: r#"{"id":481,"type":"message.in"}"#.into(),
        state: AttemptState::Pending,
        attempts: 1,
        since: host.clock.now(),
        next_at: host.clock.now(),
        tried_at: Some(host.clock.now()),
        status: Some(503),
        trouble: Some("status".into()),
    };
    let mut set = WriteSet::new();
    set.push(&delivery::INSERT, &delivery);
    host.app.store.commit(set).await.unwrap();
    delivery.id
}

fn method(route: &Route) -> Method {
    route.verb.as_str().parse().unwrap()
}

fn key(route: &Route) -> &'static str {
    match route.who {
        AllowedCallers::Operator | AllowedCallers::Studio => OPERATOR,
        AllowedCallers::Account | AllowedCallers::Sandbox | AllowedCallers::Hook => "key-acme",
        AllowedCallers::Anyone | AllowedCallers::SignIn | AllowedCallers::Provider => "",
    }
}

/// The routes that an example can call.
fn asked() -> impl Iterator<Item = &'static Route> {
    routes::all().filter(|route| !route.example.path.is_empty())
}

fn is_list(route: &Route) -> bool {
    route.query.iter().any(|field| field.name == "cursor")
}

#[tokio::test]
async fn every_example_is_what_the_daemon_answers() {
    let shared = World::new().await;
    let mut all = Map::new();
    for route in asked() {
        // A request that changes something gets a world of its own.
        let own = if route.verb == Verb::Get { None } else { Some(World::new().await) };
        let world = own.as_ref().unwrap_or(&shared);
        let answer = world.ask(route, key(route)).await;
        let good = route.answers.iter().any(|good| good.status == answer.status);
        assert!(good, "{}: {} {}", route.name, answer.status, answer.text);
        let text = matches!(route.answers[0].body, AnswerBody::Text(_));
        let body = if text {
            Json::String(answer.text.clone())
        } else {
            serde_json::from_str(&answer.text).unwrap_or(Json::Null)
        };
        let mut request = json!({"path": world.path(route)});
        if !route.example.body.is_empty() {
            request["body"] = serde_json::from_str(route.example.body).unwrap();
        }
        let entry = json!({"request": request, "response": {"status": answer.status, "body": body}});
        all.insert(route.name.to_owned(), entry);
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/web/routes/examples.json");
    let kept: Json = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let all = Json::Object(all);
    if std::env::var_os("UPDATE_EXAMPLES").is_some() {
        std::fs::write(file, format!("{all:#}\n")).unwrap();
        return;
    }
    let differs = differences(&kept, &all, "");
    assert!(differs.is_empty(), "UPDATE_EXAMPLES=1 writes examples.json anew:\n{}", differs.join("\n"));
}

fn differences(kept: &Json, is: &Json, at: &str) -> Vec<String> {
    match (kept, is) {
        (Json::Object(a), Json::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort();
            keys.dedup();
            keys.into_iter()
                .flat_map(|key| {
                    let (a, b) = (a.get(key).unwrap_or(&Json::Null), b.get(key).unwrap_or(&Json::Null));
                    let alike = std::mem::discriminant(a) == std::mem::discriminant(b);
                    let volatile = is_volatile(key) && alike && !a.is_object() && !a.is_array();
                    let path = key == "path" && at.ends_with("/request");
                    // The checker's words are its own tests' business.
                    if volatile || path || key == "findings" {
                        Vec::new()
                    } else {
                        differences(a, b, &format!("{at}/{key}"))
                    }
                })
                .collect()
        }
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().flat_map(|(n, (a, b))| differences(a, b, &format!("{at}/{n}"))).collect()
        }
        (a, b) if a == b => Vec::new(),
        (a, b) => vec![format!("{at}: kept {a}, is {b}")],
    }
}

#[tokio::test]
async fn nobody_without_a_key_gets_anything() {
    let world = World::new().await;
    for route in asked().filter(|route| {
        matches!(
            route.who,
            AllowedCallers::Account
                | AllowedCallers::Operator
                | AllowedCallers::Sandbox
                | AllowedCallers::Studio
                | AllowedCallers::Hook
        )
    }) {
        for key in ["", "wrong", "key-acme.x"] {
            let answer = world.ask(route, key).await;
            assert_eq!(answer.status, 401, "{} {key}: {}", route.name, answer.text);
        }
        if matches!(route.who, AllowedCallers::Operator | AllowedCallers::Studio) {
            assert_eq!(world.ask(route, "key-acme").await.is(403)["code"], "operator_only", "{}", route.name);
        }
    }
}

#[tokio::test]
async fn what_belongs_to_another_account_does_not_exist() {
    let world = World::new().await;
    let later = json!({"contact": {"phone": ANA}, "text": "Soon", "at": "2026-04-01T09:00:00Z"});
    world.host.post("key-acme", "/v1/messages", later).await.is(201);
    for route in asked().filter(|route| matches!(route.who, AllowedCallers::Account | AllowedCallers::Sandbox)) {
        let before = world.host.graph.sent().len();
        let answer = world.ask(route, "key-other").await;
        let everybodys = route.shared;
        if route.path.contains('{') && !everybodys {
            let expected = if route.who == AllowedCallers::Sandbox { [401, 404] } else { [404, 404] };
            assert!(expected.contains(&answer.status), "{}: {} {}", route.name, answer.status, answer.text);
        } else if is_list(route) && !everybodys {
            let own = world.ask(route, "key-acme").await.is(200);
            let shown = |page: &Json| page["data"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
            let (ours, theirs): (Vec<Json>, Vec<Json>) = (shown(&own), shown(&answer.is(200)));
            assert!(!ours.is_empty(), "{}", route.name);
            assert!(theirs.iter().all(|id| !ours.contains(id)), "{}: {theirs:?}", route.name);
        } else {
            assert!(!answer.text.contains(ANA) || answer.status >= 400, "{}: {}", route.name, answer.text);
        }
        assert_eq!(world.host.graph.sent().len(), before, "{}", route.name);
    }
}

#[tokio::test]
async fn every_field_that_the_document_names_is_read() {
    // A message of JSON-RPC has errors of its own.
    let has_fields = |route: &&Route| {
        route.body.is_some() && !route.is_dialect() && route.who != AllowedCallers::Hook && route.name != "ask_by_mcp"
    };
    for route in asked().filter(has_fields) {
        // A request may be meant: an erased contact is nobody for the next route.
        let world = World::new().await;
        let operation = &DOCUMENT["paths"][route.path][route.verb.as_str().to_lowercase()];
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let example: Json = serde_json::from_str(route.example.body).unwrap();
        assert_eq!(schema::wrongs(&DOCUMENT, schema, &example), [""; 0], "{}", route.name);
        let shape = DOCUMENT.pointer(schema["$ref"].as_str().unwrap().trim_start_matches('#')).unwrap();
        for (name, field) in shape["properties"].as_object().unwrap() {
            let mut body = example.clone();
            // No field is of two types of which this would be one.
            let is_text = field.to_string().contains(r#""string""#);
            if field.as_object().unwrap().keys().all(|key| key == "description") {
                continue;
            }
            body[name] = if is_text { json!(7.5) } else { json!("wrong") };
            let answer = world.ask_with(route, key(route), &body.to_string()).await;
            let said = answer.is(422);
            let at = |pointer: &Json| pointer.as_str().is_some_and(|at| at.starts_with(&format!("/{name}")));
            let errors = said["errors"].as_array().unwrap();
            let told =
                errors.iter().any(|one| at(&one["pointer"]) && !one["detail"].as_str().unwrap().contains("unknown"));
            assert!(told, "{} {name}: {said}", route.name);
        }
        let mut body = example.clone();
        body["nonsense"] = json!(1);
        let said = world.ask_with(route, key(route), &body.to_string()).await.is(422);
        assert_eq!(said["errors"][0]["pointer"], "/nonsense", "{}: {said}", route.name);
        assert_eq!(world.ask_with(route, key(route), "{").await.is(400)["code"], "bad_json", "{}", route.name);
        let empty = world.ask_with(route, key(route), "").await;
        assert_eq!(empty.status != 400, route.bare, "{}: {}", route.name, empty.text);
    }
}

#[tokio::test]
async fn lists_refuse_a_page_that_there_is_not() {
    let world = World::new().await;
    for route in asked().filter(|route| is_list(route)) {
        let path = world.path(route).split('?').next().unwrap().to_owned();
        for query in ["limit=0", "limit=201", "limit=x", "cursor=nonsense"] {
            let said = world.host.get(key(route), &format!("{path}?{query}")).await.is(422);
            let name = query.split('=').next().unwrap();
            assert_eq!(said["errors"][0]["pointer"], format!("/{name}"), "{} {query}", route.name);
        }
    }
}

#[tokio::test]
async fn a_repeated_key_does_nothing_twice() {
    for route in asked().filter(|route| route.keyed) {
        let world = World::new().await;
        let authorization = format!("Bearer {}", key(route));
        let headers = [("authorization", &*authorization), ("idempotency-key", "once")];
        let path = world.path(route);
        let first = world.host.request(Method::POST, &path, &headers, route.example.body).await;
        let sent = world.host.graph.sent().len();
        let second = world.host.request(Method::POST, &path, &headers, route.example.body).await;
        assert_eq!((first.status, &first.text), (second.status, &second.text), "{}", route.name);
        assert_eq!(second.headers["idempotency-replayed"], "true", "{}", route.name);
        world.host.app.run_due().await.unwrap();
        assert_eq!(world.host.graph.sent().len(), sent, "{}", route.name);
    }
}

#[test]
fn the_document_is_whole() {
    assert_eq!(DOCUMENT["openapi"], "3.1.0");
    let mut operations = 0;
    for (path, verbs) in DOCUMENT["paths"].as_object().unwrap() {
        for (verb, operation) in verbs.as_object().unwrap() {
            operations += 1;
            let name = operation["operationId"].as_str().unwrap();
            assert!(operation["summary"].is_string() && operation["security"].is_array(), "{name}");
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            for part in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
                let there =
                    parameters.iter().any(|one| one["name"] == part && one["in"] == "path" && one["required"] == true);
                assert!(there, "{name}: {part}");
            }
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{name} {status}");
                for content in response["content"].as_object().into_iter().flat_map(Map::values) {
                    fits(&content["schema"], &content["example"], name);
                    for example in content["examples"].as_object().into_iter().flat_map(Map::values) {
                        fits(&content["schema"], &example["value"], name);
                    }
                }
            }
            let method: Method = verb.to_uppercase().parse().unwrap();
            assert_eq!(route(&method, path).unwrap().name, name);
        }
    }
    assert_eq!(operations, routes::all().count());
    references(&DOCUMENT);
}

/// The ids in the paths of a world are of the types that the document gives them.
#[tokio::test]
async fn the_ids_of_a_path_are_of_their_documented_type() {
    let world = World::new().await;
    let mut numbers = 0;
    for route in asked() {
        let path = world.path(route);
        let given = path.split('?').next().unwrap().split('/');
        for (part, given) in route.path.split('/').zip(given).filter(|(part, _)| part.starts_with('{')) {
            let operation = &DOCUMENT["paths"][route.path][route.verb.as_str().to_lowercase()];
            let name = part.trim_matches(['{', '}']);
            let parameter = operation["parameters"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap();
            let is_number = parameter["schema"]["type"] == "integer";
            numbers += usize::from(is_number);
            let fits = given.parse::<i64>().is_ok() == is_number || route.is_dialect();
            assert!(fits, "{}: `{name}` is {given}, and documented as {parameter}", route.name);
        }
    }
    assert!(numbers > 30, "{numbers}");
}

fn fits(schema: &Json, example: &Json, name: &str) {
    assert!(schema.is_object(), "{name}");
    if !example.is_null() {
        let wrongs = schema::wrongs(&DOCUMENT, schema, example);
        assert!(wrongs.is_empty(), "{name}: {}", wrongs.join("\n"));
    }
}

/// Checks that every `$ref` has a target.
fn references(value: &Json) {
    match value {
        Json::Object(fields) => {
            if let Some(place) = fields.get("$ref").and_then(Json::as_str) {
                assert!(DOCUMENT.pointer(place.trim_start_matches('#')).is_some(), "{place}");
            }
            fields.values().for_each(references);
        }
        Json::Array(items) => items.iter().for_each(references),
        _ => {}
    }
}

/// The nouns of `web/routes` whose shapes are written by hand: a dialect's, which another product has made.
const BY_HAND: &[&str] = &["autocalls.rs"];

#[test]
fn no_shape_is_written_beside_its_rust_type() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/web/routes");
    let mut by_hand: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_file() && name != "shape.rs" && std::fs::read_to_string(&path).unwrap().contains(": Shape =") {
            by_hand.push(name);
        }
    }
    by_hand.sort();
    assert_eq!(by_hand, BY_HAND, "the type of a body stands in `web/api`; take a noun without a shape off the list");
}

/// A generator of clients gives the words of a field such a name.
#[test]
fn no_component_has_the_name_of_the_words_of_a_field() {
    let components = DOCUMENT["components"]["schemas"].as_object().unwrap();
    for (name, schema) in components {
        let fields = schema["properties"].as_object().into_iter().flatten();
        for (field, _) in fields.filter(|(_, field)| field["enum"].is_array()) {
            let capital =
                |part: &str| part.chars().take(1).flat_map(char::to_uppercase).chain(part.chars().skip(1)).collect();
            let words: String = field.split('_').map(capital).collect::<Vec<String>>().concat();
            assert!(!components.contains_key(&format!("{name}{words}")), "{name}{words}");
        }
    }
}

#[test]
fn no_route_is_made_beside_the_list() {
    let source = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/web/mod.rs")).unwrap();
    assert_eq!(source.matches(".route(").count(), 1, "routes stand in `web/routes`");
}

#[tokio::test]
async fn the_document_and_its_page_are_served() {
    let host = Host::new().await;
    let served = host.get("", "/openapi.json").await.is(200);
    assert_eq!(served, *DOCUMENT);
    let page = host.get("", "/docs").await;
    assert!(
        page.text.starts_with("<!doctype html>")
            && page.headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'")
    );
    for outside in ["http://", "https://", "//cdn", "src="] {
        assert!(!page.text.contains(outside), "the page asks somebody else: {outside}");
    }
}

#[test]
fn the_reference_of_the_api_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/api.md");
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == openapi::reference(), "docs/reference/api.md is old: run `transom reference --write`");
}
