//! Kills the daemon at random moments while customers, a bot and people in Chatwoot write: each message stands once and
//! in order in Chatwoot, and an answer of a person reaches the customer at most once. One that does not stands as failed.

use super::{bot, people::phone, process::Process};
use crate::{
    api::chatwoot::fake::{Day, Fake, Served},
    graph::{self, Graph, Statuses},
    sim::dice::Dice,
};
use serde_json::{Value as Json, json};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use transom::{
    base::{
        clock::{Clock, SystemClock},
        secret::Secret,
    },
    channel::{
        meta::compose::{self, CustomerAction, CustomerEvent, Number},
        signature::Key,
    },
    model::inbound::{Alias, AliasKind},
};

const DEATHS: u32 = 12;
const LOAD: Duration = Duration::from_secs(24);
/// How long all work may take to finish after the last death.
const REST: Duration = Duration::from_secs(40);
/// Customers whom the bot answers, and customers whom people answer.
const OF_BOT: usize = 4;
const OF_PEOPLE: usize = 6;
/// A customer gets at most 45 messages at once (the pair's rate).
const EACH_MAX: usize = 30;

const BOT: &str = "bot: Killed\nlanguage: en\ntimezone: UTC\ndefaults:\n  loop_guard: 1000000/1h\n";

/// An answer of a person, and what Chatwoot heard of it.
struct Answer {
    phone: String,
    text: String,
    theirs: i64,
    /// False: no answer came, and Chatwoot marked it as failed.
    acknowledged: bool,
}

struct Town {
    fake: Fake,
    client: reqwest::Client,
    meta: String,
    chatwoot: String,
    written: Mutex<BTreeMap<String, Vec<String>>>,
    answers: Mutex<Vec<Answer>>,
    is_closed: AtomicBool,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_talk_in_chatwoot_survives_each_death() {
    let seed = SystemClock.now().0.unsigned_abs();
    let mut dice = Dice::new(seed);
    let (graph, fake) = (Graph::start().await, Fake::start().await);
    graph.be_slow(Duration::from_millis(60));
    fake.serve_file("/rails/active_storage/blobs/redirect/s/a.png", Served::File("image/png", b"\x89PNG".to_vec()));
    let began = Instant::now();
    let mut process = Process::new(|folder, port| write(folder, port, &graph.base, &fake.url));
    let states = vec!["sent", "delivered"];
    graph.post_statuses(Statuses { url: process.webhooks(), app_secret: bot::SECRET.into(), states });
    process.start();
    process.ready().await;
    let town = Arc::new(Town {
        fake: fake.clone(),
        client: graph::client(),
        meta: process.webhooks(),
        chatwoot: process.at("/chatwoot/acme"),
        written: Mutex::default(),
        answers: Mutex::default(),
        is_closed: AtomicBool::new(false),
    });
    let mut people: Vec<_> = (0..OF_BOT + OF_PEOPLE).map(|n| tokio::spawn(customer(town.clone(), n, seed))).collect();
    people.extend((OF_BOT..OF_BOT + OF_PEOPLE).map(|n| tokio::spawn(person(town.clone(), n, seed))));
    let part = LOAD / DEATHS;
    for death in 0..DEATHS {
        let at = part * death + part * u32::try_from(dice.below(100)).unwrap() / 100;
        tokio::time::sleep_until((began + at.max(Duration::from_millis(1_500))).into()).await;
        process.kill();
        process.start();
        if dice.below(3) == 0 {
            // Chatwoot has its bad moments, too.
            fake.bad_days(&[Day::HalfAnswer]);
        }
    }
    tokio::time::sleep_until((began + LOAD).into()).await;
    process.ready().await;
    town.is_closed.store(true, Ordering::SeqCst);
    for person in people {
        tokio::time::timeout(REST, person).await.expect("nobody waits without end").unwrap();
    }
    // A person's conversation goes back to the bot after hours of silence.
    process
        .rest_but_for(&["conversations due"], REST)
        .await
        .unwrap_or_else(|left| panic!("seed {seed}: it does not come to rest: {left}"));
    process.stop();
    let report = town.judge(&graph, seed);
    eprintln!("{report}, {:.0} s in all", began.elapsed().as_secs_f64());
}

/// Writes until the town closes; each message is repeated until it is acknowledged, as Meta does.
async fn customer(town: Arc<Town>, n: usize, seed: u64) {
    let (phone, mut dice) = (phone(n), Dice::new(seed.wrapping_add(n as u64)));
    for number in 1..=EACH_MAX {
        if town.is_closed.load(Ordering::SeqCst) {
            return;
        }
        let text = if n < OF_BOT { format!("echo {number}") } else { format!("question {number}") };
        town.written.lock().unwrap().entry(phone.clone()).or_default().push(text.clone());
        let act = CustomerAction {
            from: Alias { kind: AliasKind::Phone, value: phone.clone() },
            name: None,
            id: format!("wamid.IN.{phone}.{number}"),
            at: SystemClock.now(),
            reply_to: None,
            what: CustomerEvent::Text(text),
        };
        let number_of =
            Number { waba_id: "102".into(), phone_number_id: bot::NUMBER.into(), phone: "+15550001111".into() };
        let body = compose::message(&number_of, &act);
        while graph::post(&town.client, &town.meta, bot::SECRET, &body).await != 200 {
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        tokio::time::sleep(pause(&mut dice)).await;
    }
}

/// Answers in Chatwoot; every third answer has a file.
async fn person(town: Arc<Town>, n: usize, seed: u64) {
    let (phone, mut dice) = (phone(n), Dice::new(seed.wrapping_mul(31).wrapping_add(n as u64)));
    for number in 1..=EACH_MAX {
        tokio::time::sleep(pause(&mut dice)).await;
        if town.is_closed.load(Ordering::SeqCst) {
            return;
        }
        let Some(conversation) = town.conversation(&phone) else { continue };
        let text = format!("answer {number}");
        let (theirs, body) = town.stands(conversation, &text, number % 3 == 0);
        let acknowledged = town.tell(&body.to_string()).await;
        if !acknowledged {
            town.mark_failed(theirs);
        }
        town.answers.lock().unwrap().push(Answer { phone: phone.clone(), text, theirs, acknowledged });
    }
}

fn pause(dice: &mut Dice) -> Duration {
    Duration::from_millis(dice.between(200, 1_300).unsigned_abs())
}

impl Town {
    fn conversation(&self, phone: &str) -> Option<i64> {
        let data = self.fake.data.lock().unwrap();
        let contact = data.contacts.iter().find(|one| one["phone_number"] == format!("+{phone}"))?;
        data.conversations.iter().find(|one| one["contact_id"] == contact["id"])?["id"].as_i64()
    }

    /// The message of a person stands in Chatwoot; gives its number and its webhook.
    fn stands(&self, conversation: i64, text: &str, has_file: bool) -> (i64, Json) {
        let mut data = self.fake.data.lock().unwrap();
        let theirs = data.next_message();
        data.messages.push(json!({"id": theirs, "conversation_id": conversation, "content": text,
            "message_type": "outgoing", "status": "sent", "by": "person"}));
        let url = format!("{}/rails/active_storage/blobs/redirect/s/a.png", self.fake.url);
        let file = json!({"id": 1, "file_type": "image", "extension": "png", "data_url": url, "file_size": 4});
        let body = json!({
            "event": "message_created", "id": theirs, "content": text, "message_type": "outgoing", "private": false,
            "attachments": if has_file { json!([file]) } else { json!([]) }, "source_id": null,
            "content_attributes": {}, "sender": {"id": 2, "name": "Rosa", "type": "user"}, "inbox": {"id": 5},
            "conversation": {"id": conversation, "inbox_id": 5, "status": "open"},
        });
        (theirs, body)
    }

    /// Posts a webhook once, as Chatwoot does. True if it was taken.
    async fn tell(&self, body: &str) -> bool {
        let at = (SystemClock.now().0 / 1_000).to_string();
        let signed = Key::new(Secret::new("inbox-secret")).sign(format!("{at}.{body}").as_bytes());
        let post = self.client.post(&self.chatwoot).header("x-chatwoot-signature", signed);
        let post = post.header("x-chatwoot-timestamp", at).body(body.to_owned());
        post.send().await.is_ok_and(|answer| answer.status().is_success())
    }

    fn mark_failed(&self, theirs: i64) {
        let mut data = self.fake.data.lock().unwrap();
        let one = data.messages.iter_mut().find(|one| one["id"] == theirs).unwrap();
        one["status"] = "failed".into();
    }

    fn judge(&self, graph: &Graph, seed: u64) -> String {
        let mut at_phones: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for sent in graph.sent() {
            let text = sent.body["image"]["caption"].as_str().unwrap_or_else(|| sent.text()).to_owned();
            at_phones.entry(sent.to().trim_start_matches('+').to_owned()).or_default().push(text);
        }
        let empty = Vec::new();
        for (phone, written) in self.written.lock().unwrap().iter() {
            let conversation =
                self.conversation(phone).unwrap_or_else(|| panic!("seed {seed}: {phone} stands nowhere"));
            let data = self.fake.data.lock().unwrap();
            let of = |side: &str, by_person: bool| -> Vec<String> {
                let is = |one: &&Json| {
                    one["conversation_id"] == conversation
                        && one["message_type"] == side
                        && one["by"].is_string() == by_person
                };
                data.messages.iter().filter(is).map(|one| one["content"].as_str().unwrap().to_owned()).collect()
            };
            assert_eq!(of("incoming", false), *written, "seed {seed}: what {phone} wrote stands once and in order");
            let got = at_phones.get(phone).unwrap_or(&empty);
            let bots: Vec<String> = got.iter().filter(|text| text.starts_with("echo")).cloned().collect();
            assert_eq!(
                of("outgoing", false),
                bots,
                "seed {seed}: what the bot said to {phone} stands once and in order"
            );
        }
        let answers = self.answers.lock().unwrap();
        let mut silent = 0;
        for Answer { phone, text, theirs, acknowledged } in answers.iter() {
            let got = at_phones.get(phone).unwrap_or(&empty);
            let times = got.iter().filter(|one| *one == text).count();
            let data = self.fake.data.lock().unwrap();
            let message = data.messages.iter().find(|one| one["id"] == *theirs).unwrap();
            let status = message["status"].clone();
            assert!(times <= 1, "seed {seed}: `{text}` reached {phone} {times} times");
            // A request that a death cut in its middle may have left or not: it is listed, and stands as failed.
            let unknown = message["external_error"].as_str().is_some_and(|why| why.starts_with("It is not known"));
            assert!(
                times == 1 || !acknowledged || unknown,
                "seed {seed}: `{text}` was taken and did not reach {phone}"
            );
            assert_eq!(times == 0, status == "failed", "seed {seed}: `{text}` for {phone} stands as {status}");
            silent += usize::from(times == 0);
        }
        for (phone, got) in &at_phones {
            let numbers: Vec<usize> =
                got.iter().filter_map(|text| text.strip_prefix("answer ")?.parse().ok()).collect();
            assert!(numbers.is_sorted(), "seed {seed}: the answers to {phone} came in this order: {numbers:?}");
        }
        let heard: usize = self.written.lock().unwrap().values().map(Vec::len).sum();
        format!(
            "seed {seed}: {DEATHS} deaths, {heard} messages of customers, {} answers of people, {silent} of them failed \
             in Chatwoot",
            answers.len()
        )
    }
}

fn write(folder: &Path, listen: u16, graph: &str, chatwoot: &str) {
    fs::create_dir(folder.join("flows")).unwrap();
    let file = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    file("flows/_bot.yaml", BOT);
    file("flows/echo.yaml", bot::ECHO);
    let config = format!(
        r#"listen: 127.0.0.1:{listen}
database: sqlite://data/transom.db
bot: .
accounts:
  - name: acme
    chatwoot: {{url: "{chatwoot}", account: 7, inbox: 5, token: person-token, secret: inbox-secret}}
senders:
  - {{id: 12, account: acme, name: Killed, provider: meta, phone: "+15550001111", phone_number_id: "{}", waba_id: "102",
     access_token: token, app_secret: {}, verify_token: verify-me, api_base: "{graph}", api_version: v24.0, default: true,
     rate: 1000/s, unknown_after: 3s}}
"#,
        bot::NUMBER,
        bot::SECRET
    );
    file("config.yaml", &config);
}
