//! The people of a large fire, in a database that is there before the first daemon: who gets what, and who does not.

use super::{RATE, Sends};
use std::{collections::BTreeMap, fs, path::Path};
use tempfile::TempDir;
use transom::{
    base::{
        clock::{Clock, SystemClock},
        ids::{ContactId, ConversationId, SenderId},
        time::{Span, Time},
    },
    model::contact::{Consent, ContactData},
    store::{Options, Store, WriteSet, contact, conversation, schedule},
};

pub const SECRET: &str = "app-secret";
pub const API_KEY: &str = "kill-api-key-of-no-use-elsewhere";
const SENDER: SenderId = SenderId(12);
const PER_COMMIT: usize = 1_000;

pub struct Town {
    pub folder: TempDir,
    pub port: u16,
    /// How many are customers, and so meant.
    pub meant: usize,
    /// By phone, what must arrive.
    pub gets: BTreeMap<String, &'static str>,
}

const BOT: &str = "bot: Killed
language: en
timezone: UTC
topics:
  service: {}
  news: {needs: consent, at_most: 3/7d}
";

impl Town {
    /// A bot whose schedule has come due within this minute, and its people.
    pub async fn found(sends: Sends, people: usize, graph: &str, port: u16) -> Town {
        let folder = tempfile::tempdir().unwrap();
        let now = SystemClock.now();
        let minute = Time(now.0 / 60_000 * 60_000);
        for name in ["flows", "data"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let when = match sends {
            Sends::Fire => fired_at(minute),
            Sends::Broadcast => String::new(),
        };
        let news = format!(
            "flow: news\ntopic: news\n{when}steps:\n  - say: Here is the news.\n    \
             if_closed: {{template: we_miss_you}}\n"
        );
        write(folder.path(), "flows/_bot.yaml", BOT);
        write(folder.path(), "flows/news.yaml", &news);
        write(folder.path(), "config.yaml", &config(port, graph));
        let gets = settle(folder.path(), people, minute, (sends == Sends::Fire).then(|| key(minute))).await;
        let meant = (0..people).filter(|n| is_customer(n % 20)).count();
        Town { folder, port, meant, gets }
    }
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).unwrap();
}

fn cron(minute: Time) -> String {
    jiff::Timestamp::from_millisecond(minute.0).unwrap().strftime("%-M %-H %-d %-m *").to_string()
}

/// As start rows know the trigger.
fn key(minute: Time) -> String {
    format!("schedule {} bot", cron(minute))
}

fn fired_at(minute: Time) -> String {
    let cron = cron(minute);
    format!(
        "when:\n  - schedule: \"{cron}\"\n    clock: bot\n    to: {{tags: [customer]}}\n    rate: {RATE}/s\n    \
         late: 6h\n"
    )
}

/// All of them, and the schedule as one that was live before its minute: so the first daemon begins with the fire.
async fn settle(folder: &Path, people: usize, minute: Time, key: Option<String>) -> BTreeMap<String, &'static str> {
    let url = format!("sqlite://{}", folder.join("data/transom.db").display());
    let store = Store::open(&url, Options { durable: false, ..Options::default() }).await.unwrap();
    let now = SystemClock.now();
    let mut gets = BTreeMap::new();
    for first in (0..people).step_by(PER_COMMIT) {
        let mut set = WriteSet::new();
        for n in first..people.min(first + PER_COMMIT) {
            if let Some((phone, what)) = person(&store, &mut set, n, now) {
                gets.insert(phone, what);
            }
        }
        store.commit(set).await.unwrap();
    }
    if let Some(trigger_key) = key {
        let before = minute - Span::minutes(1);
        let row = schedule::Schedule { flow: "news".into(), trigger_key, published_at: before, planned_until: before };
        let mut set = WriteSet::new();
        set.push(&schedule::PUBLISH, &row);
        store.commit(set).await.unwrap();
    }
    store.close().await;
    gets
}

/// Of twenty one has said stop, one never agreed, two are no customers, eight wrote within the day; they live in four
/// zones.
fn person(store: &Store, set: &mut WriteSet, n: usize, now: Time) -> Option<(String, &'static str)> {
    let (id, kind) = (ContactId(store.next_id()), n % 20);
    let phone = format!("4915{n:08}");
    let mut data = ContactData { phone: Some(format!("+{phone}")), ..ContactData::default() };
    if is_customer(kind) {
        data.tags.insert("customer".into());
    }
    if kind != 1 {
        data.consent.insert("news".into(), Consent { given: true, at: now - Span::days(90) });
    }
    let heard = now - if kind >= 12 { Span::hours(2) } else { Span::days(40) };
    data.last_message_at = Some(heard);
    let zone = ["", "Europe/Berlin", "Europe/Madrid", "Europe/Paris"][n / 20 % 4].to_owned();
    let opted_out_at = (kind == 0).then_some(now - Span::days(9));
    let created_at = now - Span::days(100);
    let account = "acme".into();
    set.push(&contact::INSERT, &contact::NewContact { id, account, data, zone, opted_out_at, created_at });
    // Some have never written: their conversation is made by the fire.
    if kind > 4 {
        let heard = conversation::Heard {
            id: ConversationId(store.next_id()),
            contact_id: id,
            sender_id: SENDER,
            opened_at: Some(heard),
            last_inbound_at: Some(heard),
            created_at,
        };
        set.push(&conversation::HEARD, &heard);
    }
    match kind {
        0..=3 => None,
        4..=11 => Some((phone, "template we_miss_you")),
        _ => Some((phone, "Here is the news.")),
    }
}

fn config(listen: u16, graph: &str) -> String {
    format!(
        r#"listen: 127.0.0.1:{listen}
database: sqlite://data/transom.db
bot: .
accounts: [{{name: acme, api_keys: [{API_KEY}]}}]
senders:
  - {{id: {SENDER}, account: acme, name: Support, provider: meta, phone: "+15550001111",
     phone_number_id: "106540352242922", waba_id: "102", access_token: token, app_secret: {SECRET}, verify_token: v,
     api_base: "{graph}", api_version: v24.0, rate: 1000/s, unknown_after: 2s}}
templates:
  - {{id: 1, sender: {SENDER}, name: we_miss_you, language: en, category: marketing, status: approved, body: "Hello?"}}
prices:
  currency: EUR
  table: [{{category: marketing, country: DE, price: 0.1131}}, {{category: service, price: 0.0010}}]
"#
    )
}

fn is_customer(kind: usize) -> bool {
    !matches!(kind, 2 | 3)
}
