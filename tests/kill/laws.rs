//! Checks the final state of a kill test, and that the test was hard enough to mean something.

use super::{
    desk::every_message_was_told,
    people::{Town, Written},
    phones::Arrival,
    process::Process,
    shop::Shop,
};
use crate::{graph::Graph, receiver::Receiver};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use transom::store::Query;

pub struct Case {
    pub seed: u64,
    pub town: Arc<Town>,
    pub shop: Shop,
    pub graph: Graph,
    pub desk: Receiver,
    /// The time of the schedule's fire in Unix milliseconds.
    pub fire: i64,
}

/// A message of ours from its row.
#[derive(Debug, Clone)]
struct Row {
    /// The id as statuses echo it.
    id: String,
    conversation: i64,
    text: String,
    turn: i64,
    attempt: i64,
    /// True if a message of the contact requested it.
    asked_for: bool,
    accepted_at: Option<i64>,
    /// The time when it was listed as unknown.
    listed_at: Option<i64>,
}

/// The time-out of `hurry`, less the delay of the machine's scheduler.
const HURRY: Duration = Duration::from_millis(2_900);

impl Case {
    /// The number of messages that arrived until now.
    pub fn arrivals(&self) -> usize {
        self.town.phones.all().values().map(Vec::len).sum()
    }

    /// Panics with all errors; otherwise gives a summary of the run in one line.
    pub async fn judge(&self, process: &Process, before_replay: usize, replayed: usize, metrics: &str) -> String {
        let (written, phones) = (self.town.written(), self.town.phones.all());
        let mut wrong = Vec::new();
        timers_are_never_early(&phones, &rows(process).await, &mut wrong);
        everybody_got_the_news(process, &phones, &mut wrong).await;
        quiet_log(&process.log(), &mut wrong);
        assert!(wrong.is_empty(), "seed {}: {} laws broken:\n{}", self.seed, wrong.len(), wrong.join("\n"));
        let report = self.laws_hold(process, before_replay, replayed, metrics).await;
        self.it_was_hard(&written, &rows(process).await, process).await + &report
    }

    /// The laws that hold whatever happens to the daemon or its database.
    pub async fn laws_hold(&self, process: &Process, before_replay: usize, replayed: usize, metrics: &str) -> String {
        let (written, phones) = (self.town.written(), self.town.phones.all());
        let rows = rows(process).await;
        let mut wrong = Vec::new();
        let answers = self.each_is_answered_once(&written, &phones, &mut wrong);
        let doubled = self.nothing_is_said_twice(&phones, &mut wrong);
        in_order(&written, &phones, &recorded(process).await, &rows, &mut wrong);
        listed_by_the_rule(&rows, &mut wrong);
        self.orders_are_made_once(&mut wrong);
        every_message_was_told(process, &self.desk, &mut wrong).await;
        nothing_is_left(process, &mut wrong).await;
        no_bugs(metrics, &mut wrong);
        // Each that went out again had not arrived before, or nobody could tell.
        if self.arrivals() != before_replay + replayed {
            wrong.push(format!("{replayed} were replayed, {} arrived", self.arrivals() - before_replay));
        }
        assert!(wrong.is_empty(), "seed {}: {} laws broken:\n{}", self.seed, wrong.len(), wrong.join("\n"));
        format!("{answers} answers checked, {doubled} doubled that nobody could tell, {replayed} replayed")
    }

    /// Checks that each acknowledged message has its answers, each by one message, and that nothing else was sent.
    fn each_is_answered_once(
        &self,
        written: &BTreeMap<String, Vec<Written>>,
        phones: &BTreeMap<String, Vec<Arrival>>,
        wrong: &mut Vec<String>,
    ) -> usize {
        let numbers: BTreeMap<String, usize> =
            self.shop.orders().into_iter().map(|order| (order.what, order.number)).collect();
        let mut checked = 0;
        for (phone, own) in written {
            let mut said: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
            for one in phones.get(phone).into_iter().flatten() {
                said.entry(&one.text).or_default().insert(&one.id);
            }
            let mut open = "";
            for one in own {
                open = one.text.strip_prefix("order ").unwrap_or(open);
                for answer in answers(phone, &one.text, open, &numbers) {
                    let times = said.remove(answer.as_str()).map_or(0, |ids| ids.len());
                    checked += 1;
                    let ended = one.given_up && answer.starts_with("too late ");
                    if times > 1 || (times == 0 && one.acknowledged && !ended) {
                        wrong.push(format!("{phone} wrote {one:?} and heard `{answer}` {times} times"));
                    }
                }
            }
            for (text, ids) in said.iter().filter(|(text, _)| **text != "news") {
                wrong.push(format!("{phone} heard `{text}` ({ids:?}) and had not asked for it"));
            }
        }
        checked
    }

    /// Checks that a message arrives twice only if no status had reported the first.
    fn nothing_is_said_twice(&self, phones: &BTreeMap<String, Vec<Arrival>>, wrong: &mut Vec<String>) -> usize {
        let told = self.graph.told();
        let mut doubled = 0;
        for inbox in phones.values() {
            let mut first: BTreeMap<&str, &Arrival> = BTreeMap::new();
            for one in inbox {
                let Some(before) = first.insert(&one.id, one) else { continue };
                doubled += 1;
                if told.get(&before.wamid).is_some_and(|at| *at < one.at) {
                    wrong.push(format!("`{}` arrived again at {} although a status had told of it", one.text, one.to));
                }
            }
        }
        doubled
    }

    fn orders_are_made_once(&self, wrong: &mut Vec<String>) {
        let mut made: BTreeMap<String, usize> = BTreeMap::new();
        for order in self.shop.orders() {
            *made.entry(order.what).or_default() += 1;
        }
        for (what, keys) in made.iter().filter(|(_, keys)| **keys > 1) {
            wrong.push(format!("order `{what}` was made {keys} times, each under its own key"));
        }
    }

    /// Checks that the run met trouble: otherwise it proves nothing.
    async fn it_was_hard(&self, written: &BTreeMap<String, Vec<Written>>, rows: &[Row], process: &Process) -> String {
        let deaths = self.town.life();
        let over = questions_over_a_death(written);
        let repeated = self.shop.orders().iter().filter(|order| order.asked > 1).count();
        let unknown = rows.iter().filter(|row| row.attempt > 1).count();
        let answers = rows.iter().filter(|row| row.text.starts_with("echo ")).count();
        let timers = rows.iter().filter(|row| row.text.starts_with("too late ")).count();
        let lives = lives_of_the_fire(process, self.fire).await;
        for (name, number, least) in [
            ("deaths", deaths, super::DEATHS),
            ("questions answered in another life", over, 3),
            ("echoes", answers, 100),
            ("time-outs", timers, 5),
            ("lives in which the schedule's starts began", lives, 3),
        ] {
            at_least(name, number, least);
        }
        format!(
            "{deaths} deaths, {over} questions answered in another life, {repeated} calls made again, {unknown} sends \
             tried again, {timers} time-outs, a fire over {lives} lives, "
        )
    }
}

/// The expected answers to one message, in order. `open`: the number of the order that was last begun.
fn answers(phone: &str, text: &str, open: &str, numbers: &BTreeMap<String, usize>) -> Vec<String> {
    let (word, n) = text.split_once(' ').unwrap_or((text, ""));
    match word {
        "echo" => vec![text.to_owned()],
        "hurry" => vec![format!("Quick, {n}?"), format!("too late {n}")],
        "order" => vec![format!("How many for order {n}?")],
        // The answer to the question.
        _ => {
            let made = numbers.get(&format!("{phone} {open}")).map_or(0, |number| *number);
            vec![format!("order {open} made as {made}"), format!("order {open} sent")]
        }
    }
}

/// Checks that acknowledged messages were recorded in the order of writing, and that echoes arrive in the order of
/// recording, except those that were sent again. A message without an acknowledgement, which its writer does not repeat,
/// may be recorded after the next one: its connection ended while a standby still had it in hand.
fn in_order(
    written: &BTreeMap<String, Vec<Written>>,
    phones: &BTreeMap<String, Vec<Arrival>>,
    recorded: &BTreeMap<String, i64>,
    rows: &[Row],
    wrong: &mut Vec<String>,
) {
    let again = tried_again(rows);
    for (phone, own) in written {
        let number = |place: usize| recorded.get(&super::people::message_id(phone, place));
        let acknowledged = own.iter().enumerate().filter(|(_, one)| one.acknowledged);
        let places: Vec<_> = acknowledged.map(|(place, one)| (number(place), &one.text)).collect();
        for pair in places.windows(2).filter(|pair| pair[0].0 >= pair[1].0) {
            wrong.push(format!("{phone} wrote `{}`, which was recorded before `{}`", pair[1].1, pair[0].1));
        }
        let inbox = phones.get(phone).into_iter().flatten();
        let mut last = None;
        for one in inbox.filter(|one| !again.contains(one.id.as_str())) {
            let Some(place) = own.iter().position(|written| written.text == one.text) else { continue };
            if number(place) < last {
                wrong.push(format!("{phone} heard `{}` after the answer to a later message", one.text));
            }
            last = last.max(number(place));
        }
    }
}

/// Checks the rule for unknown messages: a requested answer is sent again by itself, unless a later turn's message was
/// accepted before; then, and for unrequested messages, it is listed.
fn listed_by_the_rule(rows: &[Row], wrong: &mut Vec<String>) {
    for one in rows.iter().filter(|row| row.asked_for) {
        let Some(listed) = one.listed_at else { continue };
        let later = |row: &&Row| row.conversation == one.conversation && row.turn > one.turn;
        if !rows.iter().filter(later).any(|row| row.accepted_at.is_some_and(|at| at <= listed)) {
            wrong.push(format!("an answer was listed as unknown and not sent again: {one:?}"));
        }
    }
}

fn tried_again(rows: &[Row]) -> BTreeSet<&str> {
    rows.iter().filter(|row| row.attempt > 1).map(|row| row.id.as_str()).collect()
}

fn timers_are_never_early(phones: &BTreeMap<String, Vec<Arrival>>, rows: &[Row], wrong: &mut Vec<String>) {
    let again = tried_again(rows);
    for (phone, inbox) in phones {
        for one in inbox {
            let Some(n) = one.text.strip_prefix("too late ") else { continue };
            let asked = inbox.iter().find(|asked| asked.text == format!("Quick, {n}?"));
            // The time of one that nobody knew about counts from its first attempt.
            if asked.is_none_or(|asked| one.at < asked.at + HURRY && !again.contains(asked.id.as_str())) {
                wrong.push(format!("{phone} heard `{}` before the time was over", one.text));
            }
        }
    }
}

/// Checks one start and one message for each contact, over all deaths of the process.
async fn everybody_got_the_news(process: &Process, phones: &BTreeMap<String, Vec<Arrival>>, wrong: &mut Vec<String>) {
    let people = count(process, "select count(*) as n from contact").await;
    let starts = count(process, "select count(distinct contact_id) as n from start where state = 'begun'").await;
    let all = count(process, "select count(*) as n from start").await;
    if (starts, all) != (people, people) {
        wrong.push(format!("{people} contacts, {starts} of them got a start, and there are {all} starts"));
    }
    for (phone, inbox) in phones {
        let ids: BTreeSet<&str> = inbox.iter().filter(|one| one.text == "news").map(|one| one.id.as_str()).collect();
        if ids.len() != 1 {
            wrong.push(format!("{phone} got {} pieces of the schedule's news", ids.len()));
        }
    }
}

async fn nothing_is_left(process: &Process, wrong: &mut Vec<String>) {
    for (what, text) in [
        ("messages were buried", "select count(*) as n from dead_letter where kind <> 'unknown_send'"),
        ("dead letters are open", "select count(*) as n from dead_letter where replayed_at is null"),
        (
            "messages have not arrived",
            "select count(*) as n from outbound where state not in ('sent', 'delivered', 'read')",
        ),
        ("messages were not handled", "select count(*) as n from inbound where handled_at is null"),
        ("runs did not end", "select count(*) as n from run where ended_at is null"),
        ("runs failed", "select count(*) as n from run where outcome = 'failed'"),
    ] {
        let number = count(process, text).await;
        if number > 0 {
            wrong.push(format!("{number} {what}"));
        }
    }
}

/// Checks that a death is not logged as an error of ours.
fn quiet_log(log: &str, wrong: &mut Vec<String>) {
    wrong.extend(log.lines().filter(|line| line.contains("\"ERROR\"") || line.contains("panicked")).map(str::to_owned));
}

fn no_bugs(metrics: &str, wrong: &mut Vec<String>) {
    let counted = |line: &&str| line.starts_with("transom_bugs_total{") && !line.ends_with(" 0");
    wrong.extend(metrics.lines().filter(counted).map(str::to_owned));
}

/// Panics if the run met too little trouble to prove anything.
pub fn at_least(what: &str, number: usize, least: usize) {
    assert!(number >= least, "the run was too easy: {number} {what}, at least {least} are meant");
}

/// The number of questions that were asked in one life of the process and answered in another.
fn questions_over_a_death(written: &BTreeMap<String, Vec<Written>>) -> usize {
    let pairs = written.values().flat_map(|own| own.windows(2));
    pairs.filter(|pair| pair[0].text.starts_with("order ") && pair[1].life > pair[0].life).count()
}

async fn rows(process: &Process) -> Vec<Row> {
    let query = Query {
        name: "kill.rows",
        text: "select outbound.id as id, conversation_id, coalesce(outbound.data -> 'content' ->> 'body', '') as body,
          cast(outbound.data ->> 'turn' as bigint) as turn, attempt, accepted_at, dead_letter.at as listed_at,
          cast(case when outbound.data ->> 'asked_for' is null then 0 else 1 end as bigint) as asked_for
          from outbound left join dead_letter on subject_id = outbound.id order by outbound.id",
    };
    let read = |row: &transom::store::Row| {
        Ok(Row {
            id: format!("transom:{}", row.number("id")?),
            conversation: row.number("conversation_id")?,
            text: row.text("body")?,
            turn: row.number("turn")?,
            asked_for: row.number("asked_for")? == 1,
            accepted_at: row.maybe_number("accepted_at")?,
            listed_at: row.maybe_number("listed_at")?,
            attempt: row.number("attempt")?,
        })
    };
    let store = process.store().await;
    let rows = store.all(&query, &[], read).await.unwrap();
    store.close().await;
    rows
}

async fn count(process: &Process, text: &'static str) -> i64 {
    let store = process.store().await;
    let number = store.one(&Query { name: "kill.count", text }, &[], |row| row.number("n")).await.unwrap().unwrap();
    store.close().await;
    number
}

/// The number of each recorded message by the provider's id; it grows in the order of recording.
async fn recorded(process: &Process) -> BTreeMap<String, i64> {
    let query = Query { name: "kill.recorded", text: "select id, provider_id from inbound" };
    let store = process.store().await;
    let all = store.all(&query, &[], |row| Ok((row.text("provider_id")?, row.number("id")?))).await.unwrap();
    store.close().await;
    all.into_iter().collect()
}

/// The number of lives in which runs of the schedule began, by the start times in the log.
async fn lives_of_the_fire(process: &Process, fire: i64) -> usize {
    let store = process.store().await;
    let query = Query { name: "kill.fire", text: "select started_at from run where flow = 'news' order by started_at" };
    let began = store.all(&query, &[], |row| row.number("started_at")).await.unwrap();
    store.close().await;
    assert!(began.iter().all(|at| *at >= fire), "a start began before its minute");
    let lives: Vec<i64> = process.lives();
    let life = |at: &i64| lives.iter().filter(|begin| *begin <= at).count();
    began.iter().map(life).collect::<BTreeSet<_>>().len()
}
