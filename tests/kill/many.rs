//! Kills the daemon while a fire and a broadcast over many contacts are planned and sent: no contact gets either
//! twice, none is left out, and the reports agree with the phones.
//!
//! The process is killed at given numbers of rows and arrivals, never at a time: a busy machine takes longer and
//! proves the same. The schedule's minute passes while no daemon is running, so the test need not wait for it.

use super::{
    bot::{self, NUMBER, SECRET},
    people::{Town, act, phone},
    phones::{Arrival, Phones},
    process::{Process, cron},
};
use crate::graph::{Graph, Statuses, client};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use transom::{
    base::{
        clock::{Clock, SystemClock},
        limits::IMPORT_ROWS_MAX,
        time::{Span, Time},
    },
    store::{
        Options, Query, Store, WriteSet,
        tables::schedule::{self, Schedule},
    },
};

const KEY: &str = "key-of-acme-in-these-tests";
/// The number of imported contacts, spread over these countries: planning goes from zone to zone.
const IMPORTED: usize = 1_400;
const PREFIXES: [&str; 10] = ["346", "4915", "336", "4477", "573", "8210", "2782", "569", "9198", "6421"];
/// The number of contacts who have written, so that their window is open.
const TALKERS: usize = 100;
/// Of the imported contacts, one in this many has opted out, or is outside the broadcast's audience.
const EVERY_REFUSING: usize = 50;
const EVERY_OTHER: usize = 10;
/// The deaths while messages are sent, in percent of the contacts: of the fire, and then of the broadcast. Each death
/// leaves running sends unknown until the replay at the end, on a slow machine a tenth of all, and the last death must
/// not wait for those.
const FIRE_DIES_AT: [usize; 2] = [10, 30];
const SALE_DIES_AT: [usize; 4] = [10, 25, 40, 60];
const RATE: &str = "250/s";
/// The number of deaths before a plan is complete.
const PLANNERS: usize = 3;
/// The provider answers late, so that some sends are running at every death.
const LATENCY: Duration = Duration::from_millis(40);
/// How long anything may take on a busy machine before it counts as an error.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(1);

/// The flow of the fire; its text is its name.
const FIRE: &str = "fire";
const SALE: &str = "sale";

struct Many {
    process: Process,
    phones: Phones,
    /// Deaths while a part of the plan's rows was stored.
    deaths_of_planners: BTreeMap<&'static str, usize>,
    /// Deaths while a part of the messages was sent.
    deaths_of_senders: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fire_and_a_broadcast_over_many_repeat_nobody_and_skip_nobody() {
    let began = Instant::now();
    let graph = Graph::start().await;
    graph.be_slow(LATENCY);
    let mut process = Process::new(|folder, port| write(folder, port, &graph.base));
    let states = vec!["sent", "delivered"];
    graph.post_statuses(Statuses { url: process.webhooks(), app_secret: SECRET.into(), states });
    process.start();
    process.ready().await;
    import(&process).await;
    let town = Arc::new(Town::new(&graph, process.webhooks(), Duration::ZERO));
    act::crowd(&town, TALKERS).await;
    process.rest(PATIENCE).await.unwrap_or_else(|left| panic!("those who wrote: {left}"));
    process.stop();
    let people = i64::try_from(IMPORTED + TALKERS).unwrap();
    let minute = (SystemClock.now().0 / 60_000 - 1) * 60_000;
    publish(process.folder(), minute).await;
    let phones = town.phones.clone();
    let mut many = Many { process, phones, deaths_of_planners: BTreeMap::new(), deaths_of_senders: 0 };
    let prepared = began.elapsed();

    many.process.start();
    many.dies_while_it_plans(FIRE, people).await;
    many.dies_while_it_sends(FIRE, &FIRE_DIES_AT).await;
    let (broadcast, meant) = many.confirm_the_sale().await;
    assert_eq!(meant, people - i64::try_from((0..IMPORTED).filter(|n| !is_meant(*n)).count()).unwrap());
    many.dies_while_it_plans(SALE, meant).await;
    many.dies_while_it_sends(SALE, &SALE_DIES_AT).await;
    let sent = began.elapsed();

    let gone = many.process.rest(PATIENCE).await;
    gone.unwrap_or_else(|left| panic!("it does not come to rest: {left}"));
    let replayed = many.process.replay_all();
    let gone = many.process.rest(PATIENCE).await;
    gone.unwrap_or_else(|left| panic!("it does not come to rest after the replay: {left}"));
    many.judge(broadcast).await;
    many.process.stop();
    let (planners, senders) = (&many.deaths_of_planners, many.deaths_of_senders);
    eprintln!(
        "{senders} deaths of senders, of planners {planners:?}, {replayed} replayed, {:.0} s, of these {:.0} to \
         prepare and {:.0} to rest",
        began.elapsed().as_secs_f64(),
        prepared.as_secs_f64(),
        (began.elapsed() - sent).as_secs_f64()
    );
}

impl Many {
    /// Kills the process repeatedly while a part of a plan's rows is stored; it is running at the end.
    async fn dies_while_it_plans(&mut self, flow: &'static str, whole: i64) {
        let store = self.process.store().await;
        let mut seen = rows(&store, flow).await;
        for _ in 0..PLANNERS {
            let since = Instant::now();
            let mut now = seen;
            while now == seen && now < whole {
                assert!(since.elapsed() < PATIENCE, "{now} of {whole} starts of `{flow}`\n{}", self.process.log());
                tokio::time::sleep(LOOK).await;
                now = rows(&store, flow).await;
            }
            if now >= whole {
                break;
            }
            self.process.kill();
            seen = rows(&store, flow).await;
            assert!(seen <= whole, "{seen} starts of `{flow}`, and {whole} are meant");
            *self.deaths_of_planners.entry(flow).or_default() += usize::from(seen < whole);
            self.process.start();
        }
        store.close().await;
        self.process.ready().await;
    }

    /// Kills the process when these percentages of the contacts have got the message.
    async fn dies_while_it_sends(&mut self, flow: &'static str, hundredths: &[usize]) {
        let whole = hearers(flow).count();
        for part in hundredths {
            let aim = whole * part / 100;
            let waited = tokio::time::timeout(PATIENCE, self.phones.until_count(aim, |one| is_of(one, flow))).await;
            let have = self.phones.count(|one| is_of(one, flow));
            assert!(waited.is_ok(), "{have} of {aim} heard `{flow}`\n{}", self.process.log());
            self.process.kill();
            self.deaths_of_senders += usize::from(have < whole);
            self.process.start();
        }
        self.process.ready().await;
    }

    /// Drafts the broadcast, checks the draft, and starts it with its count.
    async fn confirm_the_sale(&self) -> (i64, i64) {
        let draft = json!({"flow": SALE, "to": {"if": "!contact.tags.contains(\"other\")"}, "rate": RATE});
        let draft = self.asks("POST", "/v1/broadcasts", Some(draft)).await;
        let (id, people) = (draft["id"].as_i64().unwrap(), draft["people"].as_i64().unwrap());
        let started = self.asks("POST", &format!("/v1/broadcasts/{id}/start"), Some(json!({"people": people}))).await;
        assert_eq!(started["state"], "running");
        (id, people)
    }

    async fn asks(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        asks(&self.process, method, path, body).await
    }

    /// Checks the phones: each contact once, none left out, no others; both reports agree.
    async fn judge(&self, broadcast: i64) {
        let mut wrong = Vec::new();
        for flow in [FIRE, SALE] {
            let mut heard: BTreeMap<String, usize> = BTreeMap::new();
            for one in self.phones.all().into_values().flatten().filter(|one| is_of(one, flow)) {
                *heard.entry(one.to).or_default() += 1;
            }
            for who in hearers(flow) {
                match heard.remove(&who) {
                    Some(1) => {}
                    times => wrong.push(format!("{who} heard `{flow}` {} times", times.unwrap_or(0))),
                }
            }
            wrong.extend(heard.into_iter().map(|(who, times)| format!("{who} heard `{flow}` {times} times, unmeant")));
        }
        let fires = self.asks("GET", &format!("/v1/schedules/{FIRE}/report"), None).await;
        let sale = self.asks("GET", &format!("/v1/broadcasts/{broadcast}"), None).await;
        assert_eq!(fires["fires"].as_array().map(Vec::len), Some(1), "{fires:#}");
        let planned = [IMPORTED, (0..IMPORTED).filter(|n| is_meant(*n)).count()].map(|n| TALKERS + n);
        for ((flow, report), planned) in [(FIRE, &fires["fires"][0]), (SALE, &sale["report"])].into_iter().zip(planned)
        {
            let of = |is_template| self.phones.count(|one| is_of(one, flow) && one.is_template == is_template);
            let refused = planned - hearers(flow).count();
            let right = json!({"planned": planned, "begun": planned - refused, "waiting": 0, "done": planned, "kept": 0,
                "text": of(false), "template": of(true), "refused": {"opted_out": refused}, "planning": false,
                "superseded": 0, "delivered": planned - refused, "undelivered": 0, "silent": 0});
            let said = right.as_object().unwrap().keys().map(|key| (key.clone(), report[key].clone()));
            let said = Value::Object(said.collect());
            if said != right {
                wrong.push(format!("the report of `{flow}` says {said}, and right is {right}"));
            }
        }
        assert_eq!(sale["state"], "done");
        let worst: Vec<_> = wrong.iter().take(20).cloned().collect();
        assert!(wrong.is_empty(), "{} are wrong:\n{}\n{}", wrong.len(), worst.join("\n"), self.process.log());
        for flow in [FIRE, SALE] {
            let planners = self.deaths_of_planners.get(flow).copied().unwrap_or(0);
            assert!(planners > 0, "the run was too easy: all of `{flow}` was planned before anybody could look");
        }
        assert_eq!(self.deaths_of_senders, FIRE_DIES_AT.len() + SALE_DIES_AT.len(), "the run was too easy");
    }
}

fn is_of(one: &Arrival, flow: &str) -> bool {
    one.text == flow || one.text.strip_suffix("_tpl") == Some(flow)
}

fn imported(n: usize) -> String {
    format!("{}{n:07}", PREFIXES[n % PREFIXES.len()])
}

/// True if the contact has opted out.
fn refuses(n: usize) -> bool {
    n % EVERY_REFUSING == 7
}

/// True if the contact is in the broadcast's audience.
fn is_meant(n: usize) -> bool {
    n % EVERY_OTHER != 3
}

/// The phones of the contacts who must get the message.
fn hearers(flow: &'static str) -> impl Iterator<Item = String> {
    let talkers = (0..TALKERS).map(|n| phone(act::FIRST_OF_CROWD + n));
    let told = (0..IMPORTED).filter(move |n| !refuses(*n) && (flow == FIRE || is_meant(*n))).map(imported);
    talkers.chain(told)
}

async fn rows(store: &Store, flow: &str) -> i64 {
    let query = Query { name: "kill.planned", text: "select count(*) as n from start where flow = $1" };
    store.one(&query, &[flow.into()], |row| row.number("n")).await.unwrap().unwrap()
}

async fn asks(process: &Process, method: &str, path: &str, body: Option<Value>) -> Value {
    let request = client().request(method.parse().unwrap(), process.at(path)).bearer_auth(KEY);
    let request = body
        .into_iter()
        .fold(request, |request, body| request.header("content-type", "application/json").body(body.to_string()));
    let answer = request.send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert!(status.is_success(), "{method} {path}: {status} {text}");
    serde_json::from_str(&text).unwrap()
}

async fn import(process: &Process) {
    let all: Vec<usize> = (0..IMPORTED).collect();
    for batch in all.chunks(IMPORT_ROWS_MAX) {
        let row = |n: &usize| {
            let mut row = json!({"phone": format!("+{}", imported(*n))});
            if !is_meant(*n) {
                row["tags"] = json!({"add": ["other"]});
            }
            if refuses(*n) {
                row["consent"] = json!([{"topic": "all", "given": false}]);
            }
            row
        };
        let rows: Vec<Value> = batch.iter().map(row).collect();
        let told = asks(process, "POST", "/v1/contacts/import", Some(json!({"contacts": rows}))).await;
        assert_eq!(told["created"], json!(batch.len()), "{told:#}");
    }
}

/// Publishes the schedule some time ago, with a fire at that minute, while no daemon is running.
async fn publish(folder: &Path, minute: i64) {
    let fields = cron(minute);
    let flow = format!(
        "flow: {FIRE}\nwhen:\n  - schedule: \"{fields}\"\n    clock: bot\n    to: everyone\n    rate: {RATE}\nsteps:\n  \
         - say: {FIRE}\n    if_closed: {{template: {FIRE}_tpl}}\n"
    );
    fs::write(folder.join(format!("flows/{FIRE}.yaml")), flow).unwrap();
    let url = format!("sqlite://{}", folder.join("data/transom.db").display());
    let store = Store::open(&url, Options { durable: true, ..Options::default() }).await.unwrap();
    let since = Time(minute) - Span::minutes(1);
    let trigger_key = format!("schedule {fields} bot");
    let row = Schedule { flow: FIRE.into(), trigger_key, published_at: since, planned_until: since };
    let mut set = WriteSet::new();
    set.push(&schedule::PUBLISH, &row);
    store.commit(set).await.unwrap();
    store.close().await;
}

fn write(folder: &Path, port: u16, graph: &str) {
    fs::create_dir(folder.join("flows")).unwrap();
    let file = |name: &str, text: String| fs::write(folder.join(name), text).unwrap();
    file("flows/_bot.yaml", "bot: Many\nlanguage: en\ntimezone: UTC\n".to_owned());
    file("flows/echo.yaml", bot::ECHO.to_owned());
    file(
        &format!("flows/{SALE}.yaml"),
        format!(
            "flow: {SALE}\nwhen: [{{message: [{SALE}]}}]\nsteps:\n  - say: {SALE}\n    if_closed: {{template: {SALE}_tpl}}\n"
        ),
    );
    file(
        "config.yaml",
        format!(
            r#"listen: 127.0.0.1:{port}
database: sqlite://data/transom.db
bot: .
accounts: [{{name: acme, api_keys: [{KEY}]}}]
senders:
  - {{id: 12, account: acme, name: Support, provider: meta, phone: "+15550001111", phone_number_id: "{NUMBER}",
     waba_id: "102", access_token: token, app_secret: {SECRET}, verify_token: v, api_base: "{graph}",
     api_version: v24.0, rate: 1000/s, unknown_after: 3s}}
templates:
  - {{id: 1, sender: 12, name: {FIRE}_tpl, language: en, category: utility, status: approved, body: "{FIRE}"}}
  - {{id: 2, sender: 12, name: {SALE}_tpl, language: en, category: utility, status: approved, body: "{SALE}"}}
"#
        ),
    );
}
