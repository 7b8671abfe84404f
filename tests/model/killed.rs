//! Kills the process at each commit of a turn that asks a model, on both databases: the model is asked at most twice, the
//! run goes on or takes `on_error`, and the money adds up.

use super::{
    Act, ModelServer, READ, WRITTEN,
    step::{BOT, model},
    value, voice,
};
use crate::{runtime::house::House, store::postgres::cluster};
use serde_json::json;
use std::sync::Arc;
use transom::{
    base::time::{Span, Time},
    channel::{llm::silent_note, meta::compose::CustomerEvent},
    model::effect::money,
    store::{
        Query,
        tables::model_call::{self, MoneyOf},
    },
};

/// The flows of a step that asks.
const STEP: &[(&str, &str)] = &[
    BOT,
    (
        "flows/triage.yaml",
        "flow: triage
when: [{any_message: true}]
steps:
  - llm: What is this about?
    input: ${msg.text}
    returns: [repair, price]
    as: kind
    on_error: [{say: 'Sorry: ${error.code}'}, end]
  - say: 'About: ${kind}'
",
    ),
];

/// The flows of a message about whose meaning the model is asked.
const MEANING: &[(&str, &str)] = &[
    BOT,
    ("flows/repair.yaml", "flow: repair\nwhen: [{meaning: something is broken}]\nsteps:\n  - say: 'About: repair'\n"),
    ("flows/rest.yaml", "flow: rest\nwhen: [{any_message: true}]\nsteps:\n  - say: 'Sorry: unknown_outcome'\n"),
];

/// The flows of a voice note that the model writes down.
const VOICE: &[(&str, &str)] = &[
    ("flows/_bot.yaml", "bot: Shop\nlanguage: en\ntimezone: UTC\nvoice: {model: main}\n"),
    ("flows/repair.yaml", "flow: repair\nwhen: [{message: repair}]\nsteps:\n  - say: 'About: repair'\n"),
    ("flows/note.yaml", "flow: note\nwhen: [{media: audio}]\nsteps:\n  - say: 'Sorry: unknown_outcome'\n"),
];

/// A death at the commit after so many others, before or after it.
#[derive(Debug, Clone, Copy)]
struct Death {
    commit: u32,
    after: bool,
}

/// Rows that say what a run said.
static SAID: Query = Query { name: "killed.said", text: "select count(*) as n from outbound" };

static LEAVES: Query =
    Query { name: "killed.leaves", text: "select count(*) as n from outbound where state in ('queued', 'sending')" };

/// More commits than a turn has.
const COMMITS_MAX: u32 = 30;

/// The outcome of some lives.
struct Lived {
    /// True if every death came.
    died: bool,
    texts: Vec<String>,
}

/// One life after the other, each with its death; the last one goes on to the end.
async fn live(files: &[(&str, &str)], database: Option<String>, deaths: &[Death]) -> Lived {
    let is_spoken = files == VOICE;
    let answer = if is_spoken { voice::words("repair") } else { value(json!("repair")) };
    let server = ModelServer::start(vec![answer]).await;
    let file = ModelServer::start(vec![Act::Gives(silent_note(Span::minutes(1)))]).await;
    let config = if is_spoken { ears(&server) } else { model(&server, "") };
    let mut house = House::at_meta_on(database, files, &config).await;
    house.graph.as_ref().unwrap().answer("/note.1", 200, json!({ "url": file.url }));
    let said = if is_spoken { voice::note() } else { CustomerEvent::Text("my brakes".into()) };
    let message = house.webhook(said);
    let mut died = true;
    if let Some(first) = deaths.first() {
        house.faults.die_at_commit(first.commit, first.after);
    }
    for life in 0..deaths.len() {
        // The platform repeats what was not acknowledged, and what was is known already.
        let faults = Arc::clone(&house.faults);
        tokio::select! {
            biased;
            () = faults.died() => {}
            () = done(&house, &message) => {}
        }
        faults.heal();
        if !faults.is_dead() {
            died = false;
            break;
        }
        assert!(server.asked().len() <= life + 1, "{deaths:?}: one question a life");
        house = match deaths.get(life + 1) {
            Some(next) => house.restart_dying(next.commit, next.after).await,
            None => house.restart().await,
        };
    }
    done(&house, &message).await;
    // A message whose fate nobody knows is settled when its time is over.
    house.advance(Span::minutes(2)).await;
    judge(&house, &server, deaths, files == STEP).await;
    Lived { died, texts: house.texts() }
}

/// A minute of sound costs as much as a question of the other flows.
fn ears(server: &ModelServer) -> String {
    let price = money(i64::try_from(READ + 2 * WRITTEN).unwrap());
    voice::ears(server, "").replace("name: ears", "name: main").replace("minute: 0.006", &format!("minute: {price}"))
}

/// Posts the message, and waits until a step has spoken and nothing more leaves.
async fn done(house: &House, message: &str) {
    house.post(message).await;
    let count = async |query| house.app.store.one(query, &[], |row| row.number("n")).await.unwrap().unwrap();
    while count(&SAID).await == 0 || count(&LEAVES).await > 0 {
        tokio::task::yield_now().await;
    }
    house.app.run_due().await.unwrap();
}

async fn judge(house: &House, server: &ModelServer, deaths: &[Death], is_of_step: bool) {
    let said = house.app.store.one(&SAID, &[], |row| row.number("n")).await.unwrap().unwrap();
    assert_eq!(said, 1, "{deaths:?}: the run has spoken once");
    let texts = house.texts();
    let is_ended = texts.iter().all(|text| text == "About: repair" || text == "Sorry: unknown_outcome");
    assert!(texts.len() <= 1 && is_ended, "{deaths:?}: {texts:?}");
    let asked = server.asked().len();
    assert!(asked <= 2, "{deaths:?}: it was asked {asked} times");
    if deaths.len() == 1 {
        assert!(texts.iter().all(|text| text == "About: repair"), "{deaths:?}: one death is no error: {texts:?}");
    }
    // Each question is in the book: settled once, or reserved for ever.
    let sums = model_call::sums(&house.app.store, "main", Time(0)).await.unwrap();
    let price = i64::try_from(READ + 2 * WRITTEN).unwrap();
    let calls = usize::try_from(sums.calls).unwrap();
    assert!(calls >= asked && calls <= 2, "{deaths:?}: {sums:?} for {asked} questions");
    // A budget of the bot sees all of it, and one of the flow what its step has asked.
    let spent = async |of| model_call::spent(&house.app.store, of, Time(0), None).await.unwrap();
    let of_flow = if is_of_step { sums.cost } else { 0 };
    assert_eq!((spent(MoneyOf::Bot).await, spent(MoneyOf::Flow("triage")).await), (sums.cost, of_flow), "{deaths:?}");
    let settled = sums.cost - sums.reserved;
    assert!(settled == price || (settled == 0 && deaths.len() > 1), "{deaths:?}: {sums:?}");
    let open = sums.calls - settled / price;
    assert!(open == 0 && sums.reserved == 0 || open > 0 && sums.reserved % open == 0, "{deaths:?}: {sums:?}");
}

/// Dies once at each commit of the turn; gives the number of deaths.
async fn once_at_each_commit(files: &[(&str, &str)], database: impl AsyncFn() -> Option<String>) -> usize {
    let mut deaths = 0;
    for commit in 0..COMMITS_MAX {
        let mut died = false;
        for after in [false, true] {
            died |= live(files, database().await, &[Death { commit, after }]).await.died;
        }
        if !died {
            return deaths;
        }
        deaths += 2;
    }
    panic!("a turn has fewer than {COMMITS_MAX} commits");
}

/// Dies at any commit of a life, and at any of the next one: then the answer may be lost, and the model is not asked a
/// third time.
async fn at_any_commit(files: &[(&str, &str)]) {
    let deaths = once_at_each_commit(files, async || None).await;
    assert!(deaths >= 8, "webhook, turn, reservation, answer: {deaths}");
    let mut failed = 0;
    for first in 0..6 {
        for second in 0..6 {
            let deaths = [(first, true), (second, false)].map(|(commit, after)| Death { commit, after });
            failed += usize::from(live(files, None, &deaths).await.texts == ["Sorry: unknown_outcome"]);
        }
    }
    assert!(failed > 0, "no pair of deaths was one while the model was asked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_at_any_commit_costs_one_question_more_and_nothing_is_said_twice() {
    at_any_commit(STEP).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_understood_is_not_lost_at_any_commit() {
    at_any_commit(MEANING).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_voice_note_is_heard_twice_at_most_and_judged_once_at_any_commit() {
    at_any_commit(VOICE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_holds_on_postgres() {
    let Some(cluster) = cluster() else { return };
    for files in [STEP, MEANING, VOICE] {
        let deaths = once_at_each_commit(files, async || Some(cluster.database().await)).await;
        assert!(deaths >= 8, "webhook, turn, reservation, answer: {deaths}");
    }
}
