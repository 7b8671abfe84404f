//! Checks an erasure in the bytes of the database: all data of the person is gone, and no data of anybody else.

use crate::{
    api::host::{ANA, Host, OPERATOR},
    store::on_postgres,
};
use reqwest::Method;
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use std::{fs, time::Duration};
use transom::{
    base::{
        clock::Clock,
        ids::{ContactId, OutboundId, SenderId},
        time::Span,
    },
    channel::signature::Key,
    store::{
        WriteSet,
        queries::erasure::{self, Erasure},
        tables::{
            dead_letter,
            webhook::{self, Webhook},
        },
    },
};

const DIGITS: &str = "34600111222";
/// Texts about Ana that must not be found afterwards.
const WORDS: &[&str] = &[DIGITS, "Umbrella", "handshake", "\"Ana\"", "\\\"Ana\\\"", "BSUID-of-Ana"];

const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\nfields: {points: whole, city: text}\n\
                   topics: {news: {needs: consent}}\n";
const SURVEY: &str = "flow: survey\nwhen:\n  - message: survey\nsteps:\n  - ask: How did you like it?\n    as: liking\n    \
                      timeout: 30d\n  - set: {contact.city: \"${liking}\"}\n  - say: Thanks for ${liking}\n";
const NEWS: &str = "flow: news\ntopic: news\nwhen:\n  - api: true\nsteps:\n  - say: News\n    if_closed: skip\n";

async fn host(database: &str) -> Host {
    let files = [("flows/_bot.yaml", BOT), ("flows/survey.yaml", SURVEY), ("flows/news.yaml", NEWS)];
    Host::on(database, &files, "webhooks: {allow_private: [127.0.0.1]}\n").await
}

async fn contact(host: &Host, phone: &str) -> Json {
    let path = format!("/v1/contacts?phone=%2B{}", phone.trim_start_matches('+'));
    host.get("key-acme", &path).await.is(200)["data"][0].clone()
}

fn letter(host: &Host, sender: Option<i64>, data: Json) -> dead_letter::DeadLetter {
    dead_letter::DeadLetter {
        id: host.app.store.next_id(),
        kind: "malformed".into(),
        at: host.clock.now(),
        sender_id: sender.map(SenderId),
        subject_id: None,
        reason: "it has no id".into(),
        data,
        replayed_at: None,
    }
}

async fn list(host: &Host, letters: &[&dead_letter::DeadLetter]) {
    let mut set = WriteSet::new();
    letters.iter().for_each(|letter| set.push(&dead_letter::INSERT, letter));
    host.app.store.commit(set).await.unwrap();
}

async fn erase(host: &Host, phone: &str) {
    host.post("key-acme", "/v1/contacts/erase", json!({"phone": phone})).await.is(200);
}

/// Creates data about Ana in every place where a daemon stores any.
async fn live_a_life(host: &mut Host) {
    host.post("key-acme", "/v1/webhooks", json!({"url": "http://127.0.0.1:9/"})).await.is(201);
    host.ana_says("survey").await;
    host.ana_says("The Blue Umbrella").await;
    host.ana_says("survey").await;
    host.app.webhooks.post_due(host.clock.now()).await.unwrap();
    let id = contact(host, ANA).await["id"].clone();
    let text = json!({"contact": {"phone": ANA}, "sender": 12, "text": "Secret handshake"});
    host.post_once("key-acme", "/v1/messages", &format!("welcome-{DIGITS}"), text).await.is(201);
    let said = json!({"topic": "news", "given": true, "proof": "Umbrella form", "by": "shop"});
    host.post("key-acme", &format!("/v1/contacts/{id}/consent"), said).await.is(200);
    let tester = json!({"whatsapp_sandbox_session": {"phone_number": ANA}});
    host.post("key-acme", "/api/v1/sandbox_sessions", tester).await.is(201);
    let to = json!({"if": format!("contact.phone == \"{ANA}\"")});
    let draft = json!({"account": "acme", "flow": "news", "to": to});
    let answer = host.post("key-acme", "/v1/broadcasts", draft).await;
    assert!(answer.status < 300, "{}", answer.text);
    let draft = json!({"account": "acme", "flow": "news", "to": {"if": "contact.name == \"Ana\""}});
    let answer = host.post("key-acme", "/v1/broadcasts", draft).await;
    assert!(answer.status < 300, "{}", answer.text);
    // The body of a message of an unknown kind is stored whole.
    let value = json!({"messaging_product": "whatsapp", "metadata": {"display_phone_number": "15550001111",
        "phone_number_id": "106"}, "contacts": [{"wa_id": DIGITS, "profile": {"name": "Ana"}}],
        "messages": [{"from": DIGITS, "id": "wamid.strange", "timestamp": "1774602000", "type": "hologram",
            "hologram": {"caption": "Umbrella"}}, {"from": DIGITS, "type": "text", "text": {"body": "Umbrella"}}]});
    let body = json!({"object": "whatsapp_business_account",
        "entry": [{"id": "102", "changes": [{"field": "messages", "value": value}]}]})
    .to_string();
    let signature = Key::new(transom::base::secret::Secret::new("app-secret")).sign(body.as_bytes());
    let headers = [("x-hub-signature-256", signature.as_str())];
    assert_eq!(host.request(Method::POST, "/webhooks/meta", &headers, body).await.status, 200);
    host.app.run_due().await.unwrap();
    // A letter of a run of hers, with the words that broke it.
    let mut run =
        letter(host, Some(12), json!({"contact_id": id, "conversation_id": 1, "run": 1, "parts": "Umbrella"}));
    run.kind = "failed_run".into();
    run.reason = "`Umbrella` is no number".into();
    let own = letter(
        host,
        Some(12),
        json!({"provider": "meta", "raw": json!({"from": DIGITS, "text": "Umbrella"}).to_string()}),
    );
    list(host, &[&run, &own]).await;
}

/// The words that occur in the bytes of the database and its log.
fn in_files(host: &Host, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for name in ["t.db", "t.db-wal", "t.db-shm", "t.db-journal"] {
        let Ok(bytes) = fs::read(host.folder.path().join(name)) else { continue };
        for word in words {
            let places = bytes.windows(word.len()).filter(|window| *window == word.as_bytes()).count();
            if places > 0 {
                found.push(format!("{name}: `{word}` {places} times"));
            }
        }
    }
    found
}

#[tokio::test]
async fn no_byte_of_the_files_tells_of_an_erased_person() {
    let mut host = host("sqlite://t.db").await;
    live_a_life(&mut host).await;
    let before = in_files(&host, WORDS).join("\n");
    assert!(WORDS[..3].iter().all(|word| before.contains(word)), "the test looks for what is there: {before}");
    erase(&host, ANA).await;
    let mut left = in_files(&host, WORDS);
    for _ in 0..5 {
        if left.is_empty() {
            break;
        }
        // Somebody read an older state: the log is emptied a minute later.
        tokio::time::sleep(Duration::from_millis(200)).await;
        host.advance(Span::minutes(2)).await;
        left = in_files(&host, WORDS);
    }
    assert_eq!(left, [""; 0]);
    host.ana_says("survey").await;
    assert_eq!(host.graph.sent().last().unwrap().text(), "How did you like it?", "who comes again is somebody new");
}

#[tokio::test]
async fn a_large_database_keeps_no_copy_on_any_page() {
    let mut host = host("sqlite://t.db").await;
    // The platform calls everybody here Ana.
    let words: Vec<&str> = WORDS.iter().copied().filter(|word| *word != "\"Ana\"").collect();
    // Pages split and join around her rows.
    for n in 0..120 {
        let somebody = format!("+3460099{n:04}");
        host.somebody_says(&somebody, "survey").await;
        host.somebody_says(&somebody, &format!("The {n} of {}", "long words ".repeat(30))).await;
        if n == 40 {
            live_a_life(&mut host).await;
        }
        if n % 7 == 3 {
            erase(&host, &somebody).await;
        }
    }
    erase(&host, ANA).await;
    host.advance(Span::minutes(2)).await;
    assert_eq!(in_files(&host, &words), [""; 0]);
}

#[test]
fn no_column_on_postgres_tells_of_an_erased_person() {
    on_postgres(|bed| async move {
        let mut host = host(&bed.url).await;
        live_a_life(&mut host).await;
        let before = in_columns(&bed.url).await.join("\n");
        assert!(WORDS[..3].iter().all(|word| before.contains(word)), "the test looks for what is there: {before}");
        erase(&host, ANA).await;
        assert_eq!(in_columns(&bed.url).await, [""; 0]);
    });
}

async fn in_columns(url: &str) -> Vec<String> {
    let mut conn = PgConnection::connect(url).await.unwrap();
    let columns = "select table_name, column_name from information_schema.columns where table_schema = 'public'";
    let columns = sqlx::query(columns).fetch_all(&mut conn).await.unwrap();
    let mut found = Vec::new();
    for row in columns {
        let (table, column): (String, String) = (row.get(0), row.get(1));
        let text = format!(r#"select coalesce(cast("{column}" as text), '') from "{table}""#);
        let values: Vec<String> = sqlx::query_scalar(AssertSqlSafe(text)).fetch_all(&mut conn).await.unwrap();
        for word in WORDS {
            if values.iter().any(|value| value.contains(word)) {
                found.push(format!("{table}.{column}: `{word}`"));
            }
        }
    }
    found
}

async fn kept(host: &Host, letter: &dead_letter::DeadLetter) -> dead_letter::DeadLetter {
    dead_letter::find(&host.app.store, letter.id).await.unwrap().expect("it is redacted, and never deleted")
}

#[tokio::test]
async fn an_erasure_leaves_the_letters_of_others_as_they_are() {
    let mut host = host("sqlite://t.db").await;
    host.ana_says("hello").await;
    let raw = |from: &str, text: &str| json!({"provider": "meta", "raw": json!({"from": from, "text": {"body": text}}).to_string()});
    let theirs = letter(&host, Some(20), raw(DIGITS, "of another account"));
    let longer = letter(&host, Some(12), raw("346001112229", "another number"));
    let inside = letter(&host, Some(12), json!({"provider": "meta", "raw": "x34600111222y 934600111222"}));
    let unsaid = json!({"metadata": {"phone_number_id": "999"}, "from": DIGITS});
    let unsaid = letter(&host, None, json!({"provider": "meta", "raw": unsaid.to_string()}));
    let bobs = letter(&host, Some(12), raw("34600999888", "Ask 34600111222 for it"));
    let own = letter(&host, Some(12), raw(DIGITS, "The Blue Umbrella"));
    list(&host, &[&theirs, &longer, &inside, &unsaid, &bobs, &own]).await;
    // The other account knows the same person: what says nothing of whose it is may be theirs.
    let known = json!({"contacts": [{"phone": ANA}]});
    host.post("key-other", "/v1/contacts/import", known).await.is(200);
    erase(&host, ANA).await;
    for same in [&theirs, &longer, &inside, &unsaid] {
        assert_eq!(kept(&host, same).await, *same);
    }
    let of_bob = kept(&host, &bobs).await;
    assert_eq!(of_bob.data, raw("34600999888", "Ask (erased) for it"));
    assert_eq!(of_bob.replayed_at, None, "it can still be replayed");
    let of_ana = kept(&host, &own).await;
    assert_eq!(of_ana.data, raw("(erased)", "(erased)"));
    assert!(of_ana.replayed_at.is_some(), "nothing is left to be replayed");
    let there = host.get("key-other", "/v1/contacts?phone=%2B34600111222").await.is(200);
    assert_eq!(there["data"].as_array().unwrap().len(), 1, "the other account's contact is its own");
}

#[tokio::test]
async fn a_name_full_of_wildcards_erases_nothing_of_others() {
    let mut host = host("sqlite://t.db").await;
    host.ana_says("hello").await;
    let letters = [
        letter(&host, Some(12), json!({"provider": "meta", "raw": "{\"from\":\"34600999888\"}"})),
        letter(&host, None, json!({"provider": "meta", "raw": "anything at all"})),
    ];
    list(&host, &[&letters[0], &letters[1]]).await;
    let body = Webhook {
        id: host.app.store.next_id(),
        provider: "meta".into(),
        sender_id: None,
        received_at: host.clock.now(),
        body: r#"{"from":"34600999888"}"#.into(),
    };
    let mut set = WriteSet::new();
    set.push(&webhook::INSERT, &body);
    for (n, name) in ["%", "_", "1", "%%%%%%%%", "346009998__", "\\"].iter().enumerate() {
        let erasure = Erasure {
            id: ContactId(900_000 + i64::try_from(n).unwrap()),
            account: "acme".into(),
            names: vec![(*name).to_owned()],
            asked_at: host.clock.now(),
            done_at: None,
        };
        set.push(&erasure::SAVE, &erasure);
    }
    host.app.store.commit(set).await.unwrap();
    host.advance(Span::minutes(2)).await;
    for same in &letters {
        assert_eq!(kept(&host, same).await, *same);
    }
    assert_eq!(webhook::find(&host.app.store, body.id).await.unwrap(), Some(body));
    assert!(erasure::open(&host.app.store).await.unwrap().is_empty(), "all of them are done");
}

#[tokio::test]
async fn a_repeated_request_sends_nothing_once_more_to_somebody_erased() {
    let mut host = host("sqlite://t.db").await;
    host.ana_says("hello").await;
    let text = json!({"contact": {"phone": ANA}, "sender": 12, "text": "Secret handshake"});
    let first = host.post_once("key-acme", "/v1/messages", "k1", text.clone()).await.is(201);
    let id = first["id"].as_i64().map(OutboundId);
    erase(&host, ANA).await;
    let sent = host.graph.sent().len();
    let headers = [("authorization", "Bearer key-acme"), ("idempotency-key", "k1")];
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut again = client.post(format!("{}/v1/messages", host.base)).body(text.to_string());
    for (name, value) in headers {
        again = again.header(name, crate::api::host::whole_key(value));
    }
    let again = again.send().await.unwrap();
    assert_eq!(again.status().as_u16(), 201, "{id:?}");
    let said = again.text().await.unwrap();
    assert!(!said.contains("handshake") && !said.contains(DIGITS), "{said}");
    assert_eq!(host.graph.sent().len(), sent);
}

#[tokio::test]
async fn the_count_of_open_letters_stays_right() {
    let mut host = host("sqlite://t.db").await;
    host.ana_says("hello").await;
    let id = contact(&host, ANA).await["id"].clone();
    let open =
        async |host: &Host| host.get(OPERATOR, "/v1/dead-letters").await.is(200)["data"].as_array().unwrap().len();
    let before = open(&host).await;
    let mut run = letter(&host, Some(12), json!({"contact_id": id, "run": 1}));
    run.kind = "failed_run".into();
    list(&host, &[&run]).await;
    host.app.metrics.dead_letter("failed_run", 1);
    assert_eq!(open(&host).await, before + 1);
    erase(&host, ANA).await;
    assert_eq!(open(&host).await, before);
    let page = host.metrics().await;
    assert!(page.contains(r#"transom_dead_letters{kind="failed_run"} 0"#), "{page}");
}
