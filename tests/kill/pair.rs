//! Faults of two daemons over one Postgres under load: the active one is killed, stopped (SIGSTOP) for longer than the
//! server's time-out and woken, cut off from its session or from the network of its database, and replaced in order; the
//! server itself crashes. Every acknowledged message is answered once, in order.
//!
//! `PAIR_FAULTS=100 cargo test --test it kill::pair` runs as many faults of random kinds, and prints the times of the
//! take-overs; `PAIR_KIND=Killed` leaves one kind.

use super::{
    daemons::{self, Pair, Place},
    laws::{self, Case},
    people::act,
};
use crate::sim::dice::Dice;
use sqlx::{Connection as _, PgConnection};
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};
use transom::base::{
    clock::{Clock, SystemClock},
    limits::WRITER_SESSION_TIMEOUT,
};

const LATENCY: Duration = Duration::from_millis(80);
/// The load between two faults.
const CALM: Duration = Duration::from_secs(2);
const REST: Duration = Duration::from_secs(90);

const PATIENT: usize = 24;
const HASTY: usize = 6;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    /// `kill -9` of the active daemon; it starts again, and stands by.
    Killed,
    /// SIGSTOP until the other one is active, then SIGCONT.
    Stopped,
    /// SIGSTOP for less than the server's time-out: it stays active.
    Paused,
    /// The server ends the active daemon's session: it gets its locks back, or the other one does.
    Ended,
    /// The network between the active daemon and the database carries nothing until the other one is active.
    CutOff,
    /// The server crashes, and begins anew.
    Crashed,
    /// SIGTERM, and a new process in its place: an upgrade.
    Replaced,
    /// `kill -9` of the daemon that stands by.
    StandbyKilled,
}

/// Each once, in CI.
const SHORT: [Fault; 8] = [
    Fault::Killed,
    Fault::Ended,
    Fault::StandbyKilled,
    Fault::Stopped,
    Fault::Crashed,
    Fault::CutOff,
    Fault::Replaced,
    Fault::Paused,
];
const WEIGHTS: [usize; 8] = [5, 3, 2, 2, 3, 2, 3, 1];

/// How long each kind of fault left the database without an active daemon.
type Took = BTreeMap<Fault, Vec<Duration>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_takes_over_and_nothing_is_lost_or_doubled() {
    let seed = SystemClock.now().0.unsigned_abs();
    let began = Instant::now();
    let faults = faults(seed);
    let Some(place) = daemons::place(seed, LATENCY).await else { return };
    let mut dice = Dice::new(seed);
    let load = CALM * u32::try_from(faults.len()).unwrap() * 2;
    let town = Arc::new(place.town(load.min(Duration::from_secs(40))));
    let Place { mut pair, graph, shop, desk, .. } = place;
    let mut took = Took::new();
    let mut people: Vec<_> = (0..PATIENT).map(|n| tokio::spawn(act::patient(town.clone(), n, seed))).collect();
    people.extend((0..HASTY).map(|n| tokio::spawn(act::hasty(town.clone(), PATIENT + n, seed))));
    for fault in &faults {
        tokio::time::sleep(CALM * u32::try_from(dice.between(60, 140)).unwrap() / 100).await;
        took.entry(*fault).or_default().push(suffer(&mut pair, *fault).await);
        town.died();
    }
    tokio::time::sleep(CALM).await;
    town.close();
    let case = Case { seed, town: town.clone(), shop, graph, desk, fire: 0 };
    for person in people {
        let finished = tokio::time::timeout(REST, person).await;
        finished.unwrap_or_else(|_| panic!("seed {seed}: somebody still waits: {:?}", town.waiting())).unwrap();
    }
    let process = &pair.daemons[pair.active().await];
    process.rest(REST).await.unwrap_or_else(|left| panic!("seed {seed}: it does not come to rest: {left}"));
    let before_replay = case.arrivals();
    let replayed = process.replay_all();
    process.rest(REST).await.unwrap_or_else(|left| panic!("seed {seed}: after the replay: {left}"));
    let metrics = process.metrics().await;
    let report = case.laws_hold(process, before_replay, replayed, &metrics).await;
    let logs = pair.logs();
    let deposed = logs.matches("Another daemon has taken this one's work over").count();
    if faults.iter().any(|fault| matches!(fault, Fault::Stopped | Fault::CutOff)) {
        laws::at_least("daemons that were replaced and stood by again", deposed, 1);
    }
    pair.stop();
    eprintln!("{} faults, {deposed} deposed, {report}, {:.0} s in all", faults.len(), began.elapsed().as_secs_f64());
    for (fault, mut took) in took {
        took.sort_unstable();
        let at = |part: usize| took[(took.len() * part / 100).min(took.len() - 1)].as_millis();
        eprintln!("{fault:?}: {} times, without an active daemon p50 {} ms, p99 {} ms", took.len(), at(50), at(99));
    }
}

fn faults(seed: u64) -> Vec<Fault> {
    let Some(number) = std::env::var("PAIR_FAULTS").ok().and_then(|number| number.parse().ok()) else {
        return SHORT.to_vec();
    };
    let mut dice = Dice::new(seed);
    let only = std::env::var("PAIR_KIND").ok();
    let only = SHORT.into_iter().find(|fault| only.as_deref() == Some(&format!("{fault:?}")));
    (0..number).map(|_| only.unwrap_or_else(|| SHORT[dice.weighted(&WEIGHTS)])).collect()
}

/// Lets the pair suffer a fault; gives the time without an active daemon.
async fn suffer(pair: &mut Pair, fault: Fault) -> Duration {
    let active = pair.active().await;
    let other = 1 - active;
    // Otherwise the fault meets a daemon that is still starting.
    pair.becomes(other, "standby").await;
    let since = Instant::now();
    match fault {
        Fault::Killed => {
            pair.daemons[active].kill();
            let took = pair.becomes(other, "active").await;
            pair.daemons[active].start();
            took
        }
        Fault::Stopped => {
            pair.daemons[active].signal("STOP");
            let took = pair.becomes(other, "active").await;
            // Woken in the middle of the other one's work.
            tokio::time::sleep(CALM / 2).await;
            pair.daemons[active].signal("CONT");
            pair.becomes(active, "standby").await;
            took
        }
        Fault::Paused => {
            pair.daemons[active].signal("STOP");
            tokio::time::sleep(WRITER_SESSION_TIMEOUT.to_std() * 6 / 10).await;
            pair.daemons[active].signal("CONT");
            pair.becomes(active, "active").await
        }
        Fault::Ended => {
            let mut admin = PgConnection::connect(&pair.url).await.unwrap();
            let text = "select pg_terminate_backend(pid) from pg_stat_activity
                where application_name = 'transom-writer' and datname = current_database()";
            sqlx::raw_sql(text).execute(&mut admin).await.unwrap();
            admin.close().await.unwrap();
            pair.active().await;
            since.elapsed()
        }
        Fault::CutOff => {
            pair.cables[active].cut();
            let took = pair.becomes(other, "active").await;
            tokio::time::sleep(CALM / 2).await;
            pair.cables[active].mend();
            pair.becomes(active, "standby").await;
            took
        }
        Fault::Crashed => {
            pair.cluster.crash().await;
            pair.active().await;
            since.elapsed()
        }
        Fault::Replaced => {
            pair.daemons[active].stop();
            pair.becomes(other, "active").await;
            let took = since.elapsed();
            pair.daemons[active].start();
            took
        }
        Fault::StandbyKilled => {
            pair.daemons[other].kill();
            pair.daemons[other].start();
            Duration::ZERO
        }
    }
}
