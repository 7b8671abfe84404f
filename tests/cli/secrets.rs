//! Tests `secrets_key` from outside: the real daemon, its API, its commands, and the bytes of its database.

use super::{BOT, Daemon, PIZZA, bot, ends, err, out, run};
use crate::{
    graph::client,
    receiver::{Got, Receiver},
    store::postgres,
};
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row as _, SqliteConnection};
use std::{path::Path, process::Output};
use tempfile::TempDir;
use transom::{base::secret::Secret, runtime::events::webhook_delivery::sign};

const KEY: &str = "key-acme-of-the-tests";
const SQLITE: &str = "sqlite://data/transom.db";
/// The columns that hold secrets of the daemon itself.
const COLUMNS: &str = "select 'meta ' || key, value from meta where key = 'token_key' or key = 'operator_token'
    union all select 'secret', secret from subscription
    union all select 'old', old_secret from subscription where old_secret is not null
    union all select 'answer', secret from idempotency where secret is not null";

struct Place {
    folder: TempDir,
    database: String,
    receiver: Receiver,
}

impl Place {
    async fn new(database: &str) -> Place {
        let (folder, receiver) = (bot(&[BOT, PIZZA]), Receiver::new(&[]).await);
        let place = Place { folder, database: database.to_owned(), receiver };
        place.configure("");
        place
    }

    /// A place on SQLite, and one on Postgres if it is installed.
    async fn on_both() -> Vec<Place> {
        let mut places = vec![Place::new(SQLITE).await];
        if let Some(cluster) = postgres::cluster() {
            places.push(Place::new(&cluster.database().await).await);
        }
        places
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn is_sqlite(&self) -> bool {
        self.database == SQLITE
    }

    fn configure(&self, more: &str) {
        self.configure_as("config.yaml", more);
    }

    fn configure_as(&self, name: &str, more: &str) {
        let config = format!(
            "listen: 127.0.0.1:0\ndatabase: \"{}\"\nbot: .\naccounts: [{{name: acme, api_keys: [{KEY}]}}]\nsenders: [{{id: \
             1, account: acme, name: Sandbox, provider: sandbox, phone: \"+15550000001\"}}]\nwebhooks: {{allow_private: \
             [127.0.0.1]}}\n{more}",
            self.database
        );
        std::fs::write(self.path().join(name), config).unwrap();
    }

    fn run(&self, args: &[&str]) -> Output {
        run(self.path(), &[args, &["--config", "config.yaml"]].concat())
    }

    fn start(&self) -> Daemon {
        Daemon::start_with(self.path(), "config.yaml")
    }

    /// Makes a key in this file; gives its id.
    fn new_key(&self, file: &str) -> String {
        let made = run(self.path(), &["secrets", "new-key", file, "--json"]);
        ends(&made, 0);
        let told: Json = serde_json::from_str(&out(&made)).unwrap();
        told["key"].as_str().unwrap().to_owned()
    }

    async fn post(&self, daemon: &Daemon, path: &str, body: Json) -> Json {
        let request = client().post(format!("{}{path}", daemon.url)).bearer_auth(KEY);
        let answer = request.header("idempotency-key", path).body(body.to_string()).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    async fn subscribe(&self, daemon: &Daemon) -> Json {
        self.post(daemon, "/v1/webhooks", json!({"url": self.receiver.url, "types": ["message.in"]})).await
    }

    async fn rotate(&self, daemon: &Daemon, webhook: &Json) -> Json {
        self.post(daemon, &format!("/v1/webhooks/{}/rotate-secret", webhook["id"]), json!({})).await
    }

    /// A customer writes; the post about it.
    async fn next_post(&self) -> Got {
        let count = self.receiver.got().len() + 1;
        ends(&self.run(&["trigger", "message", "--text", "pizza"]), 0);
        self.receiver.until(count).await;
        self.receiver.got().pop().unwrap()
    }

    /// The secret columns as they stand in the database.
    async fn columns(&self) -> Vec<(String, String)> {
        let order = AssertSqlSafe(format!("{COLUMNS} order by 1, 2"));
        match self.is_sqlite() {
            true => {
                let url = format!("sqlite://{}?mode=ro", self.path().join("data/transom.db").display());
                let mut conn = SqliteConnection::connect(&url).await.unwrap();
                let rows = sqlx::query(order).fetch_all(&mut conn).await.unwrap();
                conn.close().await.unwrap();
                rows.into_iter().map(|row| (row.get(0), row.get(1))).collect()
            }
            false => {
                let mut conn = PgConnection::connect(&self.database).await.unwrap();
                let rows = sqlx::query(order).fetch_all(&mut conn).await.unwrap();
                conn.close().await.unwrap();
                rows.into_iter().map(|row| (row.get(0), row.get(1))).collect()
            }
        }
    }

    /// The places in SQLite's files at which one of these texts stands.
    fn in_files(&self, texts: &[String]) -> Vec<String> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(self.path().join("data")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if !name.starts_with("transom.db") {
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let holds = |text: &&String| bytes.windows(text.len()).any(|part| part == text.as_bytes());
            found.extend(texts.iter().filter(holds).map(|text| format!("{name}: {text}")));
        }
        found
    }

    fn doctor(&self, code: i32) -> String {
        let said = self.run(&["doctor"]);
        ends(&said, code);
        out(&said)
    }
}

fn secret(body: &Json) -> Secret {
    Secret::new(body["secret"].as_str().unwrap())
}

#[track_caller]
fn is_signed(post: &Got, secrets: &[Secret]) {
    let at = post.header("webhook-timestamp").parse().unwrap();
    assert_eq!(post.header("webhook-signature"), sign(secrets, post.header("webhook-id"), at, &post.text));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_start_with_a_key_encrypts_what_was_plain_and_posts_are_signed_as_before() {
    for place in Place::on_both().await {
        let mut daemon = place.start();
        let made = place.subscribe(&daemon).await;
        let rotated = place.rotate(&daemon, &made).await;
        let secrets = [secret(&rotated), secret(&made)];
        is_signed(&place.next_post().await, &secrets);
        daemon.stop();
        let plain: Vec<String> = place.columns().await.into_iter().map(|(_, value)| value).collect();
        let count = if place.is_sqlite() { 5 } else { 6 };
        assert_eq!(plain.len(), count, "the secret, the one before, two answers and the daemon's keys");
        assert!(plain.iter().all(|value| !value.starts_with("enc")));
        if place.is_sqlite() {
            assert!(place.in_files(&plain).len() >= 4, "the test looks for what is there");
        }
        assert!(place.doctor(0).contains(&format!("There are {count} secrets in the database: plain text")));

        let key = place.new_key("secrets.key");
        place.configure("secrets_key: secrets.key\n");
        let told = place.doctor(0);
        assert!(told.contains(&format!("{count} plain, 0 under an older key, 0 under key {key}")), "{told}");
        let mut daemon = place.start();
        let stored = place.columns().await;
        assert_eq!(stored.len(), count);
        for (column, value) in &stored {
            assert!(value.starts_with(&format!("enc1:{key}:")), "{column}: {value}");
        }
        if place.is_sqlite() {
            assert_eq!(place.in_files(&plain), [""; 0], "while the daemon runs");
        }
        is_signed(&place.next_post().await, &secrets);
        assert_eq!(place.subscribe(&daemon).await, made, "the same request has the same answer");
        assert_eq!(place.rotate(&daemon, &made).await, rotated);
        let told = place.doctor(0);
        assert!(told.contains(&format!("{count} secrets in the database, encrypted under key {key}.")), "{told}");
        daemon.stop();
        if place.is_sqlite() {
            assert_eq!(place.in_files(&plain), [""; 0], "after its end");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_key_from_the_start_no_secret_is_ever_plain() {
    let place = Place::new(SQLITE).await;
    let key = place.new_key("secrets.key");
    place.configure("secrets_key: secrets.key\n");
    let mut daemon = place.start();
    let made = place.subscribe(&daemon).await;
    let rotated = place.rotate(&daemon, &made).await;
    is_signed(&place.next_post().await, &[secret(&rotated), secret(&made)]);
    let texts: Vec<String> = [&made, &rotated].map(|body| secret(body).expose().to_owned()).into();
    assert_eq!(place.in_files(&texts), [""; 0]);
    daemon.stop();
    assert!(place.columns().await.iter().all(|(_, value)| value.starts_with(&format!("enc1:{key}:"))));
    // A copy holds what the database holds, and no key.
    ends(&place.run(&["backup", "data/transom.db.copy"]), 0);
    let key_text = std::fs::read_to_string(place.path().join("secrets.key")).unwrap().trim().to_owned();
    assert_eq!(place.in_files(&[texts, vec![key_text]].concat()), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_without_the_right_key_is_refused_and_changes_nothing() {
    for place in Place::on_both().await {
        let key = place.new_key("secrets.key");
        place.new_key("another.key");
        place.configure("secrets_key: secrets.key\n");
        let mut daemon = place.start();
        let made = place.subscribe(&daemon).await;
        daemon.stop();
        let before = place.columns().await;
        for more in ["", "secrets_key: another.key\n"] {
            place.configure(more);
            let started = place.run(&["serve"]);
            ends(&started, 2);
            let told = err(&started);
            assert!(
                told.contains(&format!("encrypted under key {key}, which `secrets_key` in the configuration does not")),
                "{told}"
            );
            assert_eq!(place.columns().await, before);
            let told = place.doctor(1);
            assert!(told.contains(&format!("cannot be decrypted: `secrets_key` lacks key {key}")), "{told}");
            // Commands that need no secret work as before.
            let listed = place.run(&["webhooks", "list"]);
            ends(&listed, 0);
            assert!(out(&listed).contains(&made["id"].to_string()));
            ends(&place.run(&["keys", "create"]), 0);
            assert_eq!(place.columns().await, before);
        }
        place.configure("secrets_key: [another.key, secrets.key]\n");
        let mut daemon = place.start();
        is_signed(&place.next_post().await, &[secret(&made)]);
        daemon.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_rotated_by_one_start_with_both() {
    for place in Place::on_both().await {
        place.new_key("old.key");
        place.configure("secrets_key: old.key\n");
        let mut daemon = place.start();
        let made = place.subscribe(&daemon).await;
        daemon.stop();
        let old: Vec<String> = place.columns().await.into_iter().map(|(_, value)| value).collect();
        let new = place.new_key("new.key");
        place.configure("secrets_key: [new.key, old.key]\n");
        let told = place.doctor(0);
        assert!(told.contains(&format!("0 plain, {} under an older key, 0 under key {new}", old.len())), "{told}");
        place.start().stop();
        assert!(place.columns().await.iter().all(|(_, value)| value.starts_with(&format!("enc1:{new}:"))));
        if place.is_sqlite() {
            assert_eq!(place.in_files(&old), [""; 0], "a stolen old key opens nothing");
        }
        std::fs::remove_file(place.path().join("old.key")).unwrap();
        place.configure("secrets_key: new.key\n");
        daemon = place.start();
        is_signed(&place.next_post().await, &[secret(&made)]);
        daemon.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_a_reader_kept_from_being_cleaned_are_cleaned_later() {
    let place = Place::new(SQLITE).await;
    let mut daemon = place.start();
    let made = place.subscribe(&daemon).await;
    daemon.stop();
    let text = vec![secret(&made).expose().to_owned()];
    place.new_key("secrets.key");
    place.configure("secrets_key: secrets.key\n");
    let url = format!("sqlite://{}?mode=ro", place.path().join("data/transom.db").display());
    let mut reader = SqliteConnection::connect(&url).await.unwrap();
    let mut reading = reader.begin().await.unwrap();
    let known: i64 = sqlx::query_scalar("select count(*) from subscription").fetch_one(&mut *reading).await.unwrap();
    assert_eq!(known, 1);
    daemon = place.start();
    assert_eq!(place.in_files(&text).len(), 1, "the reader still needs the older state");
    daemon.stop();
    reading.rollback().await.unwrap();
    reader.close().await.unwrap();
    let mut daemon = place.start();
    assert_eq!(place.in_files(&text), [""; 0]);
    daemon.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_secret_stops_its_webhook_alone_and_a_new_one_mends_it() {
    let place = Place::new(SQLITE).await;
    place.new_key("secrets.key");
    place.configure("secrets_key: secrets.key\n");
    let mut daemon = place.start();
    let (made, other) = (place.subscribe(&daemon).await, Receiver::new(&[]).await);
    let asked = json!({"url": other.url, "types": ["message.in"]});
    let request = client().post(format!("{}/v1/webhooks", daemon.url)).bearer_auth(KEY);
    let answer = request.body(asked.to_string()).send().await.unwrap().text().await.unwrap();
    let second: Json = serde_json::from_str(&answer).unwrap();
    daemon.stop();
    // Somebody who may write into the database gives the second webhook the secret of the first.
    let url = format!("sqlite://{}", place.path().join("data/transom.db").display());
    let mut conn = SqliteConnection::connect(&url).await.unwrap();
    let steal = "update subscription set secret = (select secret from subscription where id = $1) where id = $2";
    let (from, to) = (made["id"].as_i64().unwrap(), second["id"].as_i64().unwrap());
    sqlx::query(steal).bind(from).bind(to).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    daemon = place.start();
    is_signed(&place.next_post().await, &[secret(&made)]);
    assert!(other.got().is_empty(), "nothing is posted without its own signature");
    let told = place.doctor(1);
    assert!(told.contains("1 secret in the database cannot be decrypted, first `secret` of `subscription`"), "{told}");
    let rotated = place.rotate(&daemon, &second).await;
    place.next_post().await;
    other.until(1).await;
    is_signed(&other.got()[0], &[secret(&rotated)]);
    daemon.stop();
}

#[test]
fn a_new_key_is_for_its_owner_alone_and_replaces_none() {
    let folder = tempfile::tempdir().unwrap();
    let made = run(folder.path(), &["secrets", "new-key", "secrets.key"]);
    ends(&made, 0);
    let text = std::fs::read_to_string(folder.path().join("secrets.key")).unwrap();
    assert!(text.ends_with('\n') && text.lines().count() == 1);
    assert!(!out(&made).contains(text.trim()), "the key itself is not printed");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.path().join("secrets.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let again = run(folder.path(), &["secrets", "new-key", "secrets.key"]);
    ends(&again, 1);
    assert!(err(&again).contains("`secrets.key` exists already"), "{}", err(&again));
    assert_eq!(std::fs::read_to_string(folder.path().join("secrets.key")).unwrap(), text);
    ends(&run(folder.path(), &["secrets", "new-key", "no/such/folder/k"]), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_a_key_stops_the_start_and_one_that_others_may_read_is_told_of() {
    let place = Place::new(SQLITE).await;
    place.configure("secrets_key: secrets.key\n");
    for (text, words) in [(None, "there is no file `secrets.key`"), (Some("AAECAwQFBgc="), "holds 8 bytes")] {
        if let Some(text) = text {
            std::fs::write(place.path().join("secrets.key"), text).unwrap();
        }
        let started = place.run(&["serve"]);
        ends(&started, 2);
        assert!(err(&started).contains(words) && err(&started).contains("secrets new-key"), "{}", err(&started));
        assert!(!place.path().join("data/transom.db").exists());
        let checked = place.run(&["check"]);
        ends(&checked, 1);
        let told = out(&checked) + &err(&checked);
        assert!(told.contains("E906") && told.contains("config.yaml:7:14") && told.contains(words), "{told}");
        assert!(place.doctor(1).contains(words));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let path = place.path().join("secrets.key");
        std::fs::remove_file(&path).unwrap();
        place.new_key("secrets.key");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let mut daemon = place.start();
        assert!(place.doctor(0).contains("other users of this machine may open"));
        daemon.stop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_key_is_forgotten_and_its_webhooks_wait_for_new_secrets() {
    for place in Place::on_both().await {
        let key = place.new_key("lost.key");
        place.configure("secrets_key: lost.key\n");
        let mut daemon = place.start();
        let made = place.subscribe(&daemon).await;
        let held = place.run(&["secrets", "forget", &key]);
        ends(&held, 1);
        daemon.stop();
        let known = place.run(&["secrets", "forget", &key]);
        ends(&known, 1);
        assert!(err(&known).contains("`secrets_key` names it"), "{}", err(&known));
        std::fs::remove_file(place.path().join("lost.key")).unwrap();
        place.new_key("new.key");
        place.configure("secrets_key: new.key\n");
        let other = place.run(&["secrets", "forget", "00000000"]);
        ends(&other, 1);
        let done = place.run(&["secrets", "forget", &key]);
        ends(&done, 0);
        assert!(out(&done).contains(&format!("Webhook {} is paused", made["id"])), "{}", out(&done));
        let mut daemon = place.start();
        let list = out(&place.run(&["webhooks", "list"]));
        assert!(list.contains("Its secret was lost"), "{list}");
        let id = made["id"].to_string();
        // Resumed without a secret it posts nothing: no post goes out unsigned.
        ends(&place.run(&["webhooks", "resume", &id]), 0);
        ends(&place.run(&["trigger", "message", "--text", "pizza"]), 0);
        let tried = || out(&place.run(&["webhooks", "deliveries", &id, "--json"])).contains("\"secret\"");
        assert!((0..100).any(|_| tried()), "it was tried, and has no secret");
        assert!(place.receiver.got().is_empty());
        let rotated = place.rotate(&daemon, &made).await;
        place.receiver.until(1).await;
        is_signed(&place.receiver.got()[0], &[secret(&rotated)]);
        daemon.stop();
        assert!(place.doctor(0).contains("secrets in the database, encrypted under key"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_without_the_key_is_refused_at_its_start() {
    let Some(cluster) = postgres::cluster() else { return };
    let place = Place::new(&cluster.database().await).await;
    let key = place.new_key("secrets.key");
    place.configure("secrets_key: secrets.key\n");
    let mut active = place.start();
    place.configure_as("second.yaml", "data: second\n");
    let refused = run(place.path(), &["serve", "--config", "second.yaml"]);
    ends(&refused, 2);
    assert!(err(&refused).contains(&format!("encrypted under key {key}")), "{}", err(&refused));
    place.configure_as("second.yaml", "data: second\nsecrets_key: secrets.key\n");
    let mut standby = Daemon::start_with(place.path(), "second.yaml");
    // Its own token is that of all daemons, so its commands reach the active one through it.
    ends(&run(place.path(), &["status", "--over", "1s", "--config", "second.yaml"]), 0);
    standby.stop();
    active.stop();
}
