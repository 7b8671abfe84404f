//! A fire and a broadcast over thousands, whose daemon is killed again and again: everybody once, and in the end the
//! same sums as where nobody disturbed it.
//!
//! Each runs twice over the same people (`town`), the second time in peace; `laws` judges the phones and compares the
//! two. `TRANSOM_KILL_PEOPLE` and `TRANSOM_KILL_DEATHS` make it larger (`docs/testing.md`).

mod laws;
mod town;

use super::{laws::count, phones::Phones, process::Process, process::free_port};
use crate::{
    graph::{Graph, Statuses},
    sim::dice::Dice,
};
use laws::Outcome;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use town::{API_KEY, SECRET, Town};
use transom::base::clock::{Clock, SystemClock};

const PEOPLE: usize = 1_500;
const DEATHS: usize = 12;
/// Of these so many fall into the planning, before anything has arrived.
const EARLY: usize = 4;
/// Starts in a second: more than an unoptimised daemon on a busy machine can begin, so that it is never idle.
const RATE: u32 = 400;
/// The provider answers late, so that some sends are on the wire at every death.
const LATENCY: Duration = Duration::from_millis(60);
/// How long nothing may arrive before somebody looks what is left.
const STANDSTILL: Duration = Duration::from_secs(20);
/// How long everything may take to come to rest.
const REST: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(5);

/// How large a run is.
#[derive(Debug, Clone, Copy)]
struct Size {
    people: usize,
    deaths: usize,
}

/// What sends to many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sends {
    Fire,
    /// Paused and resumed once.
    Broadcast,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fire_over_thousands_repeats_and_skips_nobody_when_the_process_is_killed() {
    both(Sends::Fire).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broadcast_over_thousands_repeats_and_skips_nobody_when_the_process_is_killed() {
    both(Sends::Broadcast).await;
}

async fn both(sends: Sends) {
    // One at a time: each takes all the processors there are.
    let _turn = super::TURN.lock().await;
    let seed = SystemClock.now().0.unsigned_abs();
    let size = Size { people: number("TRANSOM_KILL_PEOPLE", PEOPLE), deaths: number("TRANSOM_KILL_DEATHS", DEATHS) };
    let mut dice = Dice::new(seed);
    let began = Instant::now();
    let killed = run(sends, size, Some(&mut dice)).await;
    let lasted = began.elapsed();
    let peaceful = run(sends, size, None).await;
    let report = laws::judge(seed, size.deaths, &killed, &peaceful);
    eprintln!("{sends:?}: {report}; {lasted:.1?} with deaths, {:.1?} in all", began.elapsed());
}

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

/// One life of a town; without `dice` in peace.
async fn run(sends: Sends, size: Size, dice: Option<&mut Dice>) -> Outcome {
    let graph = Graph::start().await;
    graph.be_slow(LATENCY);
    let town = Town::found(sends, size.people, &graph.base, free_port()).await;
    let mut process = Process::over(town.folder, town.port);
    let states = vec!["sent", "delivered"];
    graph.post_statuses(Statuses { url: process.webhooks(), app_secret: SECRET.into(), states });
    let phones = Phones::listen(&graph);
    process.start();
    let broadcast = match sends {
        Sends::Fire => None,
        Sends::Broadcast => Some(start_broadcast(&mut process, town.gets.len()).await),
    };
    let mut reached = Vec::new();
    if let Some(dice) = dice {
        // A process looks at the clock a second after its start, and planning takes it a quarter of one.
        for _ in 0..EARLY.min(size.deaths) {
            process.ready().await;
            let life = u64::try_from(dice.between(950, 1_300)).unwrap();
            tokio::time::sleep(Duration::from_millis(life)).await;
            die(&mut process, &phones, &mut reached);
        }
        let rest = size.deaths - reached.len();
        let pause_at = dice.below(rest.max(1));
        for n in 0..rest {
            // Some moment of each part of the fire; what is under way then is anybody's guess.
            let part = town.gets.len() * (n + 1) / (rest + 1);
            until(&phones, part.saturating_sub(dice.below(town.gets.len() / (rest + 1) + 1))).await;
            tokio::time::sleep(Duration::from_millis(u64::try_from(dice.between(0, 40)).unwrap())).await;
            let paused = broadcast.filter(|_| n == pause_at);
            if let Some(id) = paused {
                turn(&mut process, id, "pause").await;
            }
            die(&mut process, &phones, &mut reached);
            if let Some(id) = paused {
                pass_in_pause(&mut process, &phones, id).await;
            }
        }
    }
    process.ready().await;
    all_planned(&process, town.meant).await;
    let at_rest = async |process: &Process, when: &str| {
        process.rest(REST).await.unwrap_or_else(|left| panic!("it does not come to rest {when}: {left}"));
    };
    at_rest(&process, "after the fire").await;
    let replayed = process.replay_all();
    at_rest(&process, "after the replay").await;
    process.told(REST).await;
    let metrics = process.metrics().await;
    let report = process.say(&["schedule", "report", "news", "--csv"]);
    let explained = process.say(&["schedule", "explain", "news"]);
    process.stop();
    let log = process.log();
    Outcome {
        meant: town.gets,
        phones: phones.all(),
        told: graph.told(),
        reached,
        replayed,
        report,
        explained,
        log,
        metrics,
    }
}

/// Waits until each who is meant has a start.
async fn all_planned(process: &Process, meant: usize) {
    let since = Instant::now();
    loop {
        let planned = count(process, "select count(*) as n from start").await;
        if usize::try_from(planned).unwrap() >= meant {
            return;
        }
        assert!(since.elapsed() < REST, "{planned} of {meant} starts are planned");
        tokio::time::sleep(LOOK * 10).await;
    }
}

/// The process dies, and another one begins.
fn die(process: &mut Process, phones: &Phones, reached: &mut Vec<usize>) {
    reached.push(phones.count());
    process.kill();
    process.start();
}

/// Waits until so many people have got something, or nothing comes any more.
async fn until(phones: &Phones, people: usize) {
    let (mut before, mut since) = (0, Instant::now());
    loop {
        let reached = phones.count();
        if reached >= people || since.elapsed() > STANDSTILL {
            return;
        }
        if reached > before {
            (before, since) = (reached, Instant::now());
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Drafts it and starts it by its count.
async fn start_broadcast(process: &mut Process, least: usize) -> i64 {
    process.ready().await;
    let draft = json!({"flow": "news", "to": {"tags": ["customer"]}, "rate": format!("{RATE}/s")});
    let draft = post(process, "/v1/broadcasts", draft).await.expect("it is ready");
    let (id, people) = (draft["id"].as_i64().unwrap(), draft["people"].as_i64().unwrap());
    assert!(usize::try_from(people).unwrap() > least, "some of them are refused: {draft}");
    let running = post(process, &format!("/v1/broadcasts/{id}/start"), json!({"people": people})).await.unwrap();
    assert_eq!(running["state"], "running", "{running}");
    id
}

/// Until the daemon says that it is so: it may have died before.
async fn turn(process: &mut Process, id: i64, what: &str) -> Value {
    loop {
        process.ready().await;
        if let Some(now) = post(process, &format!("/v1/broadcasts/{id}/{what}"), json!({})).await {
            return now;
        }
    }
}

/// Nothing begins while it is paused, over a death too; then it goes on.
async fn pass_in_pause(process: &mut Process, phones: &Phones, id: i64) {
    process.ready().await;
    // What was begun before the pause leaves still.
    tokio::time::sleep(Duration::from_millis(700)).await;
    let before = phones.count();
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(phones.count(), before, "somebody was reached while it was paused");
    let running = turn(process, id, "resume").await;
    assert!(matches!(running["state"].as_str(), Some("running" | "done")), "{running}");
}

/// `None`: nobody answered.
async fn post(process: &Process, path: &str, body: Value) -> Option<Value> {
    let request = crate::graph::client().post(process.url(path)).bearer_auth(API_KEY);
    let answer = request.header("content-type", "application/json").body(body.to_string()).send().await.ok()?;
    let (status, text) = (answer.status(), answer.text().await.ok()?);
    assert!(status.is_success(), "{path}: {status} {text}");
    serde_json::from_str(&text).ok()
}
