//! Tests `/v1/contacts/…/export` and `erase`: the export has all data of a person, and the erasure leaves none.

use super::host::{ANA, Host, OPERATOR};
use reqwest::Method;
use serde_json::{Value as Json, json};
use transom::{
    base::{
        clock::Clock,
        ids::{ContactId, ConversationId, OutboundId, SenderId},
        time::Span,
    },
    model::{content::Content, effect::Origin},
    runtime::lane::requests::MessageRequest,
    store::{
        Query, WriteSet,
        tables::{
            dead_letter,
            webhook::{self, Webhook},
        },
    },
};

const SURVEY: &str = "flow: survey\nwhen:\n  - message: survey\nsteps:\n  - ask: How did you like it?\n    as: liking\n    \
                      timeout: 30d\n  - say: Thanks for ${liking}\n";

async fn host() -> Host {
    Host::with(&[("flows/survey.yaml", SURVEY)], "webhooks: {allow_private: [127.0.0.1]}\n").await
}

async fn contact(host: &Host) -> Json {
    host.get("key-acme", "/v1/contacts?phone=%2B34600111222").await.is(200)["data"][0].clone()
}

/// Every text of the database file, as a reader of the file sees it.
async fn everything(host: &Host) -> String {
    let tables =
        Query { name: "test.tables", text: "select name from sqlite_master where type = 'table' order by name" };
    let tables = Box::leak(Box::new(tables));
    let names = host.app.store.all(tables, &[], |row| row.text("name")).await.unwrap();
    let mut all = String::new();
    for table in names.iter().filter(|name| !name.starts_with("sqlite_")) {
        let columns: &'static str =
            Box::leak(format!("select name from pragma_table_info('{table}')").into_boxed_str());
        let columns = Box::leak(Box::new(Query { name: "test.columns", text: columns }));
        for column in host.app.store.all(columns, &[], |row| row.text("name")).await.unwrap() {
            let text: &'static str = Box::leak(
                format!(r#"select coalesce(cast("{column}" as text), '') as text from "{table}""#).into_boxed_str(),
            );
            let query = Box::leak(Box::new(Query { name: "test.column", text }));
            for value in host.app.store.all(query, &[], |row| row.text("text")).await.unwrap() {
                all.push_str(&format!("{table}.{column}: {value}\n"));
            }
        }
    }
    all
}

fn lines_with<'t>(text: &'t str, words: &[&str]) -> Vec<&'t str> {
    text.lines().filter(|line| words.iter().any(|word| line.contains(word))).collect()
}

#[tokio::test]
async fn an_export_holds_all_that_is_known() {
    let mut host = host().await;
    host.ana_says("survey").await;
    let id = contact(&host).await["id"].clone();
    let consent = json!({"topic": "all", "given": false, "by": "shop", "proof": "Said so by phone"});
    host.post("key-acme", &format!("/v1/contacts/{id}/consent"), consent).await.is(200);
    let all = host.get("key-acme", &format!("/v1/contacts/{id}/export")).await.is(200);
    assert_eq!(all["names"], json!([{"kind": "phone", "value": ANA.trim_start_matches('+')}]));
    let messages = all["conversations"][0]["messages"].as_array().unwrap();
    let texts: Vec<&str> = messages.iter().map(|message| message["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["survey", "How did you like it?"]);
    assert_eq!(all["conversations"][0]["whole"], true);
    assert_eq!((&all["runs"][0]["flow"], &all["consent"][0]["proof"]), (&json!("survey"), &json!("Said so by phone")));
    host.get("key-other", &format!("/v1/contacts/{id}/export")).await.is(404);
}

#[tokio::test]
async fn nothing_of_an_erased_person_is_left_but_totals() {
    let mut host = host().await;
    host.post("key-acme", "/v1/webhooks", json!({"url": "http://127.0.0.1:9/"})).await.is(201);
    host.ana_says("survey").await;
    host.ana_says("The Blue Umbrella").await;
    host.ana_says("survey").await;
    host.app.webhooks.post_due(host.clock.now()).await.unwrap();
    let text = json!({"contact": {"phone": ANA}, "sender": 12, "text": "Secret handshake"});
    host.post_once("key-acme", "/v1/messages", "m1", text).await.is(201);
    let letter = dead_letter::DeadLetter {
        id: host.app.store.next_id(),
        kind: "malformed".into(),
        at: host.clock.now(),
        sender_id: Some(SenderId(12)),
        subject_id: None,
        reason: "it has no id".into(),
        data: json!({"raw": format!("{{\"from\": \"{}\"}}", ANA.trim_start_matches('+'))}),
        replayed_at: None,
    };
    let mut set = WriteSet::new();
    set.push(&dead_letter::INSERT, &letter);
    host.app.store.commit(set).await.unwrap();
    let words = [ANA.trim_start_matches('+'), "Umbrella", "handshake", "\"Ana\"", "wamid."];
    let before = everything(&host).await;
    assert!(words.iter().all(|word| before.contains(word)), "the test looks for what is there");
    let counted = |text: &str, table: &str| text.lines().filter(|line| line.starts_with(table)).count();
    let id = contact(&host).await["id"].clone();
    let erased = host.post("key-acme", &format!("/v1/contacts/{id}/erase"), json!({})).await.is(200);
    assert_eq!(erased, json!({"contact_id": id, "erased": true, "stays_opted_out": false}));
    let after = everything(&host).await;
    assert_eq!(lines_with(&after, &words), [""; 0]);
    for table in ["inbound.id:", "outbound.id:", "run.id:", "conversation.id:"] {
        assert_eq!(counted(&before, table), counted(&after, table), "{table}");
    }
    host.get("key-acme", &format!("/v1/contacts/{id}")).await.is(404);
    host.post("key-acme", &format!("/v1/contacts/{id}/erase"), json!({})).await.is(404);
    assert_eq!(host.get("key-acme", "/v1/contacts").await.is(200)["data"], json!([]));
    let sent = host.graph.sent().len();
    host.advance(Span::days(31)).await;
    assert_eq!(host.graph.sent().len(), sent, "nothing waits for who is gone");
    host.ana_says("survey").await;
    assert_ne!(contact(&host).await["id"], id, "who comes again is somebody new");
    assert_eq!(host.graph.sent().last().unwrap().text(), "How did you like it?");
}

#[tokio::test]
async fn no_word_is_stored_for_somebody_erased() {
    let mut host = host().await;
    host.ana_says("hello").await;
    let talk = host.get("key-acme", "/v1/conversations").await.is(200)["data"][0]["id"].clone();
    let person = contact(&host).await["id"].as_i64().map(ContactId).unwrap();
    host.post("key-acme", &format!("/v1/contacts/{person}/erase"), json!({})).await.is(200);
    let path = format!("/v1/conversations/{talk}");
    let template = json!({"name": "reminder", "language": "en", "variables": ["Secret handshake", "Friday"]});
    for (way, body) in [
        ("messages", json!({"text": "Secret handshake"})),
        ("messages", json!({"template": template})),
        ("messages", json!({"text": "Secret handshake", "at": "2099-01-01T09:00:00Z"})),
        ("take-over", json!({"agent": "Secret handshake"})),
        ("assign", json!({"agent": "Secret handshake"})),
        ("hand-back", json!({"agent": "Secret handshake"})),
        ("close", json!({"agent": "Secret handshake"})),
    ] {
        let refused = host.post("key-acme", &format!("{path}/{way}"), body).await.is(404);
        assert_eq!(
            (&refused["code"], &refused["detail"]),
            (&json!("not_found"), &json!("The data of this contact was erased."))
        );
    }
    // A request that was admitted before the erasure, and whose turn comes after it.
    let talk = ConversationId(talk.as_i64().unwrap());
    let content = || Content::Text { body: "Secret handshake".to_owned() };
    for origin in [Origin::Api, Origin::Person] {
        let (id, wanted) = (OutboundId(host.app.store.next_id()), MessageRequest::now(content(), origin));
        assert!(host.app.queue.say_as(id, person, talk, wanted).await.unwrap().is_none());
        assert!(host.app.queue.say(person, talk, content(), origin).await.is_err());
    }
    assert_eq!(lines_with(&everything(&host).await, &["handshake"]), [""; 0]);
    let now = host.get("key-acme", &path).await.is(200);
    assert_eq!((&now["state"], &now["with_person"]), (&json!("bot"), &Json::Null));
    // The number itself is nobody's any more, so a message to it begins with somebody new.
    let text = json!({"contact": {"phone": ANA}, "sender": 12,
        "template": {"name": "reminder", "language": "en", "variables": ["Ana", "Friday"]}});
    host.post("key-acme", "/v1/messages", text).await.is(201);
    assert_ne!(contact(&host).await["id"], json!(person.0));
}

#[tokio::test]
async fn who_had_opted_out_is_not_written_to_again_under_any_spelling() {
    let mut host = host().await;
    host.ana_says("hello").await;
    host.ana_says("stop").await;
    let erased = host.post("key-acme", "/v1/contacts/erase", json!({"phone": ANA})).await.is(200);
    assert_eq!(erased["stays_opted_out"], true);
    assert_eq!(lines_with(&everything(&host).await, &[ANA.trim_start_matches('+')]), [""; 0]);
    let template = json!({"contact": {"phone": ANA}, "sender": 12,
        "template": {"name": "reminder", "language": "en", "variables": ["Ana", "Friday"]}});
    let sent = host.graph.sent().len();
    assert_eq!(host.post("key-acme", "/v1/messages", template).await.is(403)["code"], "opted_out");
    assert_eq!(host.graph.sent().len(), sent);
    assert!(contact(&host).await["opted_out_at"].is_string());
    host.ana_says("start").await;
    assert!(contact(&host).await["opted_out_at"].is_null(), "they lift it themselves");
    host.post("key-acme", "/v1/contacts/erase", json!({"phone": ANA})).await.is(200);
    host.ana_says("hello").await;
    assert!(contact(&host).await["opted_out_at"].is_null(), "the newer will counts");
    host.post("key-other", "/v1/contacts/erase", json!({"phone": ANA})).await.is(404);
}

#[tokio::test]
async fn what_was_cut_off_is_gone_on_with() {
    let mut host = host().await;
    host.ana_says("hello").await;
    // As a process leaves it that dies after the commit: raw bodies are there, and the names to look for.
    let erasure = transom::store::queries::erasure::Erasure {
        id: contact(&host).await["id"].as_i64().map(transom::base::ids::ContactId).unwrap(),
        account: "acme".into(),
        names: vec![ANA.trim_start_matches('+').into()],
        asked_at: host.clock.now(),
        done_at: None,
    };
    let mut set = WriteSet::new();
    set.push(&transom::store::queries::erasure::SAVE, &erasure);
    let body = Webhook {
        id: host.app.store.next_id(),
        provider: "meta".into(),
        sender_id: None,
        received_at: host.clock.now(),
        body: format!(r#"{{"from": "{}"}}"#, ANA.trim_start_matches('+')),
    };
    set.push(&webhook::INSERT, &body);
    host.app.store.commit(set).await.unwrap();
    let of_webhooks = async |host: &Host| {
        let all = everything(host).await;
        all.lines().filter(|line| line.starts_with("webhook.body") && line.contains("34600111222")).count()
    };
    assert!(of_webhooks(&host).await > 0);
    host.advance(Span::minutes(2)).await;
    assert_eq!(of_webhooks(&host).await, 0);
    let names = everything(&host).await;
    assert!(names.contains("erasure.names: []"), "the names are forgotten when nothing is left to look for");
}

#[tokio::test]
async fn a_run_goes_on_when_what_it_waits_for_is_ended() {
    let waits =
        "flow: waits\nwhen:\n  - message: wait\nsteps:\n  - wait: 5h\n  - say: Here I am again\n    if_closed: skip\n";
    let mut host = Host::with(&[("flows/waits.yaml", waits), ("flows/survey.yaml", SURVEY)], "").await;
    host.ana_says("wait").await;
    let run = host.get("key-acme", "/v1/runs?flow=waits").await.is(200)["data"][0]["id"].clone();
    let path = format!("/v1/runs/{run}/resume");
    host.post("key-other", &path, json!({})).await.is(404);
    assert_eq!(host.post("key-acme", &path, json!({})).await.is(200)["state"], "done");
    host.app.run_due().await.unwrap();
    assert_eq!(host.graph.sent().last().unwrap().text(), "Here I am again");
    assert_eq!(host.post("key-acme", &path, json!({})).await.is(409)["code"], "ended");
    host.ana_says("survey").await;
    let run = host.get("key-acme", "/v1/runs?flow=survey").await.is(200)["data"][0]["id"].clone();
    let state = host.post("key-acme", &format!("/v1/runs/{run}/resume"), json!({})).await.is(200)["state"].clone();
    assert_eq!(state, "expired", "a question takes its time-out");
}

#[tokio::test]
async fn a_conversation_is_given_to_a_team_and_on() {
    let mut host = host().await;
    host.ana_says("hello").await;
    let id = host.get("key-acme", "/v1/conversations").await.is(200)["data"][0]["id"].clone();
    let path = format!("/v1/conversations/{id}/assign");
    let now = host.post("key-acme", &path, json!({"team": "workshop", "agent": "Bea"})).await.is(200);
    assert_eq!((&now["state"], &now["with_person"]["team"]), (&json!("with_person"), &json!("workshop")));
    let now = host.post("key-acme", &path, json!({"agent": "Cem"})).await.is(200);
    assert_eq!((&now["with_person"]["team"], &now["with_person"]["agent"]), (&Json::Null, &json!("Cem")));
    let sent = host.graph.sent().len();
    host.ana_says("hello").await;
    assert_eq!(host.graph.sent().len(), sent, "the bot is silent");
    let wrong = host.post("key-acme", &path, json!({})).await.is(422);
    assert_eq!(wrong["errors"][0]["pointer"], "/team");
    let bearer = [("authorization", &*format!("Bearer {OPERATOR}"))];
    assert_eq!(host.request(Method::POST, &path, &bearer, r#"{"team": "x"}"#).await.status, 200);
}
