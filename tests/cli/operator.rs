//! Tests an operator's commands beside or instead of the daemon: checks, catalogues, dead letters, backups.

use super::{BOT, Daemon, PIZZA, bot, ends, err, out};
use crate::graph::{self, Graph};
use serde_json::{Value as Json, json};
use std::{path::Path, process::Output, time::Duration};
use tempfile::TempDir;
use transom::{
    base::{
        clock::{Clock, SystemClock},
        ids::{InboundId, ProviderId, SenderId},
        time::{Span, Time},
    },
    channel::meta::compose::{self, CustomerAction, CustomerEvent, Number},
    model::inbound::{Alias, AliasKind},
    store::{
        Options, Store, WriteSet,
        tables::{dead_letter, inbound},
    },
};

const ANA: &str = "34600111222";

/// A folder with the bot and a Meta sender whose Graph API is the emulator.
pub struct Place {
    folder: TempDir,
    pub graph: Graph,
}

impl Place {
    pub async fn new() -> Place {
        let graph = Graph::start().await;
        graph.answer("/106", 200, number("+1 555-000-1111"));
        graph.answer("/subscribed_apps", 200, apps(&["Shop"]));
        graph.says_that_it_is(date(Span(0)));
        let folder = bot(&[BOT, PIZZA]);
        let place = Place { folder, graph };
        place.configure("");
        place
    }

    /// Writes the configuration; `more` is appended to it.
    fn configure(&self, more: &str) {
        let config = format!(
            "listen: 127.0.0.1:0\naccounts: [{{name: acme}}]\nsenders:\n  - {{id: 12, account: acme, name: Support, \
             provider: meta, phone: \"+15550001111\", phone_number_id: \"106\", waba_id: \"102\", access_token: \
             EAAtoken, app_secret: app-secret, verify_token: verify-me, api_base: \"{}\"}}\n{more}",
            self.graph.base
        );
        std::fs::write(self.path().join("config.yaml"), config).unwrap();
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs the real binary while the emulator keeps running.
    pub async fn run(&self, args: &[&str]) -> Output {
        run(self.path(), args).await
    }

    /// The output; the exit code must be `code`.
    #[track_caller]
    pub fn said(output: &Output, code: i32) -> String {
        ends(output, code);
        out(output)
    }

    pub async fn daemon(&self) -> Daemon {
        start(self.path()).await
    }

    /// Opens the database as a daemon does, while none is running.
    async fn store(&self) -> Store {
        let url = format!("sqlite://{}", self.path().join("data/transom.db").display());
        Store::open(&url, Options { durable: false, ..Options::default() }).await.unwrap()
    }

    pub async fn ana_says(&self, daemon: &Daemon, id: &str, text: &str, secret: &str) -> u16 {
        let number = Number { waba_id: "102".into(), phone_number_id: "106".into(), phone: "+15550001111".into() };
        let act = CustomerAction {
            from: Alias { kind: AliasKind::Phone, value: ANA.into() },
            name: Some("Ana".into()),
            id: id.into(),
            at: SystemClock.now(),
            what: CustomerEvent::Text(text.into()),
            reply_to: None,
        };
        let url = format!("{}/webhooks/meta", daemon.url);
        graph::post(&graph::client(), &url, secret, &compose::message(&number, &act)).await
    }
}

pub async fn run(folder: &Path, args: &[&str]) -> Output {
    let (folder, args) = (folder.to_owned(), args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>());
    let output = tokio::task::spawn_blocking(move || {
        let args: Vec<&str> = args.iter().map(String::as_str).chain(["--config", "config.yaml"]).collect();
        super::run(&folder, &args)
    });
    output.await.unwrap()
}

async fn start(folder: &Path) -> Daemon {
    let folder = folder.to_owned();
    tokio::task::spawn_blocking(move || Daemon::start_with(&folder, "config.yaml")).await.unwrap()
}

fn number(shown: &str) -> Json {
    json!({"display_phone_number": shown, "verified_name": "Shop", "quality_rating": "GREEN", "status": "CONNECTED",
        "health_status": {"can_send_message": "AVAILABLE"}})
}

fn apps(names: &[&str]) -> Json {
    json!({"data": names.iter().map(|name| json!({"whatsapp_business_api_data": {"name": name}})).collect::<Vec<_>>()})
}

fn refused(code: i64, words: &str) -> Json {
    json!({"error": {"code": code, "message": words, "type": "OAuthException"}})
}

/// A `Date` header: now, or this much later.
fn date(later: Span) -> String {
    let at = jiff::Timestamp::from_millisecond((SystemClock.now() + later).0).unwrap();
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The lines of a report with a problem.
fn wrong(said: &str) -> Vec<&str> {
    said.lines().filter_map(|line| line.trim().strip_prefix("✗ ")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_finds_nothing_where_nothing_is() {
    let place = Place::new().await;
    let said = Place::said(&place.run(&["doctor"]).await, 0);
    for line in [
        "✓ The token is valid.",
        "✓ The number is +1 555-000-1111.",
        "✓ Webhooks of the account go to Shop.",
        "✓ The clock agrees with the provider's.",
        "! No webhook with a message has come yet.",
        "! No daemon runs on this database",
        "Nothing is wrong; 3 things to know, marked `!`.",
    ] {
        assert!(said.contains(line), "`{line}` is missing in\n{said}");
    }
    assert!(!said.contains("EAAtoken") && !said.contains("app-secret"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_trouble_at_meta_is_one_line_of_the_doctor() {
    let place = Place::new().await;
    let finds = async |line: &str| {
        let said = Place::said(&place.run(&["doctor"]).await, 1);
        assert_eq!(wrong(&said), [line], "{said}");
        assert!(said.ends_with("1 thing to mend.\n"), "{said}");
    };
    let good = || {
        place.graph.answer("/106", 200, number("+1 555-000-1111"));
        place.graph.answer("/subscribed_apps", 200, apps(&["Shop"]));
    };
    place.graph.answer("/106", 401, refused(190, "Error validating access token"));
    place.graph.answer("/subscribed_apps", 401, refused(190, "Error validating access token"));
    finds("The access token is not valid; make a new one (HTTP 401: Error validating access token).").await;
    good();
    place.graph.answer("/106", 400, refused(100, "Unsupported get request"));
    finds("`phone_number_id: 106` is wrong, or not this token's (HTTP 400: Unsupported get request).").await;
    good();
    place.graph.answer("/subscribed_apps", 400, refused(100, "Unsupported get request"));
    finds("`waba_id: 102` is wrong, or not this token's (HTTP 400: Unsupported get request).").await;
    good();
    place.graph.answer("/106", 200, number("+1 555-999-9999"));
    finds("The number is +1 555-999-9999 at Meta, and another one in the configuration.").await;
    good();
    place.graph.answer("/subscribed_apps", 200, apps(&[]));
    finds(
        "No app is subscribed to the account's webhooks: nothing will come in. Subscribe yours in the app's WhatsApp \
         settings.",
    )
    .await;
    good();
    place.graph.answer("/subscribed_apps", 403, refused(200, "Permissions error"));
    finds(
        "The access token lacks a right: whatsapp_business_messaging, \
         whatsapp_business_management (HTTP 403: Permissions error).",
    )
    .await;
    good();
    place.graph.says_that_it_is(date(Span::minutes(-10)));
    let said = Place::said(&place.run(&["doctor"]).await, 1);
    assert!(
        matches!(wrong(&said)[..], [line] if line.starts_with("This machine's clock is ahead by 10 min")),
        "{said}"
    );
    place.graph.says_that_it_is(date(Span::minutes(10)));
    let said = Place::said(&place.run(&["doctor"]).await, 1);
    assert!(matches!(wrong(&said)[..], [line] if line.starts_with("This machine's clock is behind by ")), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_that_cannot_be_read_is_told() {
    let place = Place::new().await;
    ends(&place.run(&["migrate"]).await, 0);
    place.graph.answer("/102/message_templates", 500, refused(2, "Service temporarily unavailable"));
    let said = Place::said(&place.run(&["doctor"]).await, 0);
    let line = "! The provider's catalogue of templates cannot be read. Meta refused to answer (HTTP 500: ";
    assert!(said.contains(line), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_soon_and_the_limit_are_told() {
    let place = Place::new().await;
    let ends = |span: Span| json!({"data": {"is_valid": true, "expires_at": (SystemClock.now() + span).0 / 1_000}});
    place.graph.says_that_it_is(date(Span::ZERO));
    place.graph.answer("/debug_token", 200, ends(Span::days(3)));
    let mut limited = number("+1 555-000-1111");
    limited["whatsapp_business_manager_messaging_limit"] = "TIER_2K".into();
    place.graph.answer("/106", 200, limited);
    let said = Place::said(&place.run(&["doctor"]).await, 0);
    assert!(said.contains("! The token ends on ") && said.contains("make one of a system user"), "{said}");
    assert!(said.contains("✓ It may begin to talk with 2,000 people in 24 hours."), "{said}");
    place.graph.answer("/debug_token", 200, json!({"data": {"is_valid": true, "expires_at": 0}}));
    let said = Place::said(&place.run(&["doctor"]).await, 0);
    assert!(said.contains("✓ The token is valid."), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_meta_has_suspended_is_told_with_what_to_do() {
    let place = Place::new().await;
    let mut banned = number("+1 555-000-1111");
    banned["status"] = "BANNED".into();
    banned["quality_rating"] = "RED".into();
    banned["health_status"] = json!({"can_send_message": "BLOCKED", "entities": [{"entity_type": "PHONE_NUMBER",
        "errors": [{"error_code": 141_000, "error_description": "Banned", "possible_solution": "Appeal"}]}]});
    place.graph.answer("/106", 200, banned);
    let said = Place::said(&place.run(&["doctor"]).await, 1);
    assert_eq!(
        wrong(&said),
        [
            "The number is `BANNED`, not `CONNECTED`.",
            "Meta does not let this number send (`BLOCKED`): PHONE_NUMBER 141000: Banned (Appeal)."
        ],
        "{said}"
    );
    assert!(said.contains("! The quality is RED: people block or report this number."), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_graph_api_that_nobody_reaches_is_one_line_of_the_doctor() {
    let place = Place::new().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let config = std::fs::read_to_string(place.path().join("config.yaml")).unwrap();
    let config = config.replace(&place.graph.base, &format!("http://{free}"));
    std::fs::write(place.path().join("config.yaml"), config).unwrap();
    let said = Place::said(&place.run(&["doctor"]).await, 1);
    let lines = wrong(&said);
    assert_eq!(lines.len(), 1, "{said}");
    assert!(lines[0].starts_with(&format!("`http://{free}` cannot be reached: ")), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_sees_webhooks_that_come_and_those_that_are_turned_away() {
    let place = Place::new().await;
    let daemon = place.daemon().await;
    assert_eq!(place.ana_says(&daemon, "wamid.1", "pizza", "of-another-app").await, 401);
    let said = Place::said(&place.run(&["doctor"]).await, 1);
    assert_eq!(
        wrong(&said),
        ["The only webhook of `meta` since the daemon's start had a signature that no `app_secret` verifies: compare \
             it with the one in the provider's console."],
        "{said}"
    );
    assert_eq!(place.ana_says(&daemon, "wamid.1", "pizza", "app-secret").await, 200);
    place.graph.until_sent(1).await;
    let said = out(&place.run(&["doctor"]).await);
    assert!(said.contains("✓ The last message came ") && said.contains("1 of 2 webhooks"), "{said}");
}

pub fn entry(name: &str, language: &str, status: &str) -> Json {
    json!({"id": "9", "name": name, "language": language, "status": status, "category": "UTILITY",
        "components": [{"type": "BODY", "text": format!("This is {name}")}]})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_is_pulled_page_by_page_and_what_is_gone_is_not_sent() {
    let place = Place::new().await;
    place.configure(
        "templates:\n  - {id: 45, sender: 12, name: declared, language: en, category: utility, status: approved, \
         body: Hi}\n",
    );
    ends(&place.run(&["migrate"]).await, 0);
    place.graph.templates(vec![
        json!([entry("visit", "en_US", "APPROVED"), entry("visit", "es", "PENDING")]),
        json!([entry("offer", "en", "PAUSED"), entry("old", "en", "REJECTED"), entry("odd", "en", "BREWING")]),
    ]);
    // Without a daemon, and with one: the same words.
    assert_eq!(Place::said(&place.run(&["templates", "pull"]).await, 0), "Support: 5 templates\n");
    let daemon = place.daemon().await;
    assert_eq!(Place::said(&place.run(&["templates", "pull"]).await, 0), "Support: 5 templates\n");
    let status = |listed: &str, name: &str, language: &str| -> Option<String> {
        let mut rows = listed.lines().map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        rows.find(|row| row.get(2..4) == Some(&[name.to_owned(), language.to_owned()])).map(|row| row[5].clone())
    };
    let listed = Place::said(&place.run(&["templates", "list"]).await, 0);
    for (name, language, expected) in [
        ("visit", "en_US", "approved"),
        ("visit", "es", "pending"),
        ("offer", "en", "paused"),
        ("old", "en", "rejected"),
        ("odd", "en", "disabled"),
        ("declared", "en", "approved"),
    ] {
        assert_eq!(status(&listed, name, language).as_deref(), Some(expected), "{name} in\n{listed}");
    }
    place.graph.templates(vec![json!([entry("visit", "es", "APPROVED"), entry("offer", "en", "APPROVED")])]);
    let said = Place::said(&place.run(&["templates", "pull"]).await, 0);
    assert_eq!(said, "Support: 2 templates; 2 that were known are gone and will not be sent any more\n");
    let listed = Place::said(&place.run(&["templates", "list"]).await, 0);
    for (name, language, expected) in [
        ("visit", "en_US", "disabled"),
        ("visit", "es", "approved"),
        ("offer", "en", "approved"),
        ("declared", "en", "approved"),
    ] {
        assert_eq!(status(&listed, name, language).as_deref(), Some(expected), "{name} in\n{listed}");
    }
    // The daemon knows it without a restart.
    let id = |name: &str, language: &str| {
        let mut rows = listed.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        rows.find(|row| row.get(2..4) == Some(&[name, language])).unwrap()[0].to_owned()
    };
    let send = async |template: &str| {
        place.run(&["send", "--to", "+34600111222", "--sender", "12", "--template", template]).await
    };
    let sent = send(&id("visit", "es")).await;
    assert!(out(&sent).starts_with("Sent: message "), "{}{}", out(&sent), err(&sent));
    let refused = send(&id("visit", "en_US")).await;
    ends(&refused, 1);
    assert!(err(&refused).contains("Template is not approved. Current status: disabled"), "{}", err(&refused));
    let doctor = out(&place.run(&["doctor"]).await);
    assert_eq!(wrong(&doctor), ["Template `declared` (en) is not in the provider's catalogue."], "{doctor}");
    drop(daemon);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_of_the_configuration_are_those_of_the_api() {
    let place = Place::new().await;
    let declare = |names: &[&str]| {
        let lines = names.iter().enumerate().map(|(n, name)| {
            format!(
                "  - {{id: {}, sender: 12, name: {name}, language: en, category: utility, status: approved, body: Hi}}\n",
                n + 1
            )
        });
        place.configure(&format!("templates:\n{}", lines.collect::<String>()));
    };
    let numbers = async |expected: &[(&str, &str)]| {
        let _daemon = place.daemon().await;
        let listed = Place::said(&place.run(&["templates", "list"]).await, 0);
        for (number, name) in expected {
            let mut rows = listed.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
            assert!(rows.any(|row| row[0] == *number && row[2] == *name), "{number} {name} in\n{listed}");
        }
    };
    // The catalogue knows one of them first, under a number of its own choice.
    ends(&place.run(&["migrate"]).await, 0);
    place.graph.templates(vec![json!([entry("visit", "en", "APPROVED")])]);
    ends(&place.run(&["templates", "pull"]).await, 0);
    declare(&["hello", "visit"]);
    numbers(&[("1", "hello"), ("2", "visit")]).await;
    // They change places, and a third one takes a number that is taken.
    declare(&["visit", "hello"]);
    numbers(&[("1", "visit"), ("2", "hello")]).await;
    declare(&["renamed", "hello"]);
    numbers(&[("1", "renamed"), ("2", "hello")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_that_cannot_be_read_changes_nothing() {
    let place = Place::new().await;
    ends(&place.run(&["migrate"]).await, 0);
    place.graph.templates(vec![json!([entry("visit", "en", "APPROVED")])]);
    ends(&place.run(&["templates", "pull"]).await, 0);
    place.graph.answer("/message_templates", 401, refused(190, "expired"));
    let pulled = place.run(&["templates", "pull"]).await;
    assert_eq!(Place::said(&pulled, 1), "Support: the access token is not valid; make a new one (HTTP 401: expired)\n");
    assert!(out(&place.run(&["templates", "list"]).await).contains("approved"));
}

/// Ana has written, and the process died each time it handled her message.
pub async fn poison(place: &Place) {
    let daemon = place.daemon().await;
    assert_eq!(place.ana_says(&daemon, "wamid.1", "hi", "app-secret").await, 200);
    drop(daemon);
    let store = place.store().await;
    let first = inbound::by_provider(&store, SenderId(12), &ProviderId::from("wamid.1")).await.unwrap().unwrap();
    let id = InboundId(store.next_id());
    let mut data = first.data.clone();
    data.message.provider_id = ProviderId::from("wamid.poison");
    data.message.kind = transom::model::inbound::InboundKind::Text { body: "pizza".into() };
    let now = SystemClock.now();
    let row = inbound::NewInbound {
        id,
        conversation_id: first.conversation_id,
        contact_id: first.contact_id,
        sender_id: first.sender_id,
        provider_id: data.message.provider_id.clone(),
        at: now,
        received_at: now,
        data,
        handled_at: None,
    };
    let mut set = WriteSet::new();
    set.push(&inbound::INSERT, &row);
    store.commit(set).await.unwrap();
    for _ in 0..transom::base::limits::INBOUND_ATTEMPTS_MAX {
        let mut set = WriteSet::new();
        set.push(&inbound::RAISE, &inbound::Raise { id });
        store.commit(set).await.unwrap();
    }
    store.close().await;
}

/// The list of dead letters once the poisonous message is in it: the daemon listens before it has taken everything up.
async fn listed_poison(place: &Place) -> String {
    for _ in 0..500 {
        let listed = Place::said(&place.run(&["dead-letters", "list"]).await, 0);
        if listed.contains("poison") {
            return listed;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the poisonous message is not listed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poisonous_message_is_listed_and_its_replay_answers_it() {
    let place = Place::new().await;
    poison(&place).await;
    let daemon = place.daemon().await;
    let listed = listed_poison(&place).await;
    assert!(listed.contains("open"), "{listed}");
    assert!(place.graph.sent().is_empty());
    let doctor = out(&place.run(&["doctor"]).await);
    assert!(doctor.contains("1 dead letter of kind `poison`"), "{doctor}");

    let letters: Json =
        serde_json::from_str(&out(&place.run(&["dead-letters", "list", "--format", "json"]).await)).unwrap();
    let id = letters[0]["id"].to_string();
    let replayed = place.run(&["dead-letters", "replay", &id]).await;
    assert_eq!(Place::said(&replayed, 0), format!("{id}: replayed\n"));
    let sent = place.graph.until_sent(1).await;
    assert_eq!(sent[0].body["interactive"]["body"]["text"], "Which size?");
    let again = place.run(&["dead-letters", "replay", &id]).await;
    assert_eq!(Place::said(&again, 1), format!("{id}: It was replayed already. (409)\n"));
    assert_eq!(out(&place.run(&["dead-letters", "list"]).await), "There are no open dead letters.\n");
    drop(daemon);
    // Neither the next start nor anybody else takes it once more.
    let daemon = place.daemon().await;
    assert_eq!(place.ana_says(&daemon, "wamid.poison", "pizza", "app-secret").await, 200);
    assert_eq!(place.graph.sent().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_message_outlives_the_process() {
    let place = Place::new().await;
    poison(&place).await;
    let daemon = place.daemon().await;
    listed_poison(&place).await;
    drop(daemon);
    // The commit of `replay`, after which the process dies.
    let store = place.store().await;
    let letter = dead_letter::page(&store, i64::MAX, 1).await.unwrap().remove(0);
    let mut set = WriteSet::new();
    set.push(&inbound::REOPEN, &inbound::Reopen { id: InboundId(letter.subject_id.unwrap()) });
    set.push(&dead_letter::REPLAYED, &dead_letter::Replayed { id: letter.id, at: Time(1) });
    store.commit(set).await.unwrap();
    store.close().await;
    let _daemon = place.daemon().await;
    assert_eq!(place.graph.until_sent(1).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn migrate_beside_a_daemon_is_one_sentence() {
    let place = Place::new().await;
    ends(&place.run(&["migrate"]).await, 0);
    let daemon = place.daemon().await;
    let migrated = place.run(&["migrate"]).await;
    ends(&migrated, 1);
    let said = err(&migrated);
    assert!(said.contains("a daemon runs on this database"), "{said}");
    assert!(said.contains("stop it") && said.trim_end().lines().count() == 1, "{said}");
    drop(daemon);
    assert_eq!(Place::said(&place.run(&["migrate"]).await, 0), "The database is up to date\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_made_while_the_daemon_runs_goes_on_where_it_was() {
    let place = Place::new().await;
    let daemon = place.daemon().await;
    assert_eq!(place.ana_says(&daemon, "wamid.1", "pizza", "app-secret").await, 200);
    let asked = place.graph.until_sent(1).await;
    ends(&place.run(&["backup", "copy.db"]).await, 0);
    let twice = place.run(&["backup", "copy.db"]).await;
    ends(&twice, 1);
    assert!(err(&twice).contains("the file exists already"), "{}", err(&twice));
    drop(daemon);
    for file in ["transom.db", "transom.db-wal", "transom.db-shm"] {
        let _ = std::fs::remove_file(place.path().join("data").join(file));
    }
    std::fs::rename(place.path().join("copy.db"), place.path().join("data/transom.db")).unwrap();
    let daemon = place.daemon().await;
    // The question still waits, and what was recorded before the copy is known.
    assert_eq!(place.ana_says(&daemon, "wamid.1", "pizza", "app-secret").await, 200);
    assert_eq!(place.ana_says(&daemon, "wamid.2", "large", "app-secret").await, 200);
    let sent = place.graph.until_sent(2).await;
    assert_eq!(sent.last().unwrap().text(), "One Large pizza");
    assert_eq!(asked.len() + 1, sent.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_good_end_the_file_alone_is_the_database_and_nobody_else_reads_it() {
    let place = Place::new().await;
    let mut daemon = place.daemon().await;
    assert_eq!(place.ana_says(&daemon, "wamid.1", "pizza", "app-secret").await, 200);
    place.graph.until_sent(1).await;
    ends(&place.run(&["backup", "copy.db"]).await, 0);
    daemon.stop();
    let data = place.path().join("data");
    assert!(!data.join("transom.db-wal").exists(), "what was committed stands beside the file, not in it");
    #[cfg(unix)]
    for file in [data.join("transom.db"), place.path().join("copy.db")] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", file.display());
    }
    std::fs::rename(data.join("transom.db"), place.path().join("moved.db")).unwrap();
    let store = Store::open_read_only(&format!("sqlite://{}", place.path().join("moved.db").display())).await.unwrap();
    assert!(inbound::by_provider(&store, SenderId(12), &ProviderId::from("wamid.1")).await.unwrap().is_some());
    store.close().await;
}
