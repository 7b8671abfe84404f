//! Compares reports with the database: computes each count of each fire again from the tables, contact by contact,
//! with other code than the report's.

use std::collections::BTreeMap;
use transom::{
    base::{
        ids::{ContactId, FlowName},
        limits::REPORT_ANSWER_WITHIN,
        time::Time,
    },
    runtime::starts::{
        history,
        report::{self, FireReport},
    },
    store::{Query, Row, Store},
};

#[derive(Debug)]
struct Start {
    id: i64,
    contact: i64,
    flow: String,
    trigger: String,
    minute: String,
    state: String,
    reason: Option<String>,
}

#[derive(Debug)]
struct Out {
    number: i64,
    state: String,
    reason: Option<String>,
    code: Option<String>,
    template: Option<String>,
    accepted_at: Option<Time>,
    arrived: bool,
    read: bool,
    cost: i64,
}

const STARTS: Query = Query {
    name: "truth.starts",
    text: "select id, contact_id, flow, trigger_key, minute, state, reason from start
      where minute < ':' order by id",
};
const RUNS: Query = Query {
    name: "truth.runs",
    text: "select start_id, conversation_id, number from run where start_id is not null order by id",
};
const OUT: Query = Query {
    name: "truth.out",
    text: "select outbound.id as id, conversation_id, run, number, outbound.state as state, reason, error_code,
        sent_as ->> 'kind' as kind, sent_as ->> 'name' as name, accepted_at, delivered_at, read_at,
        case when charge.state <> 'returned' then charge.amount else 0 end as cost
      from outbound left join charge on charge.outbound_id = outbound.id
      where run is not null order by number, outbound.id",
};
const IN: Query = Query { name: "truth.in", text: "select conversation_id, received_at from inbound" };
const LEDGER: Query = Query { name: "truth.ledger", text: "select contact_id, at from ledger where not given" };

/// The differences between reports, explanations for single contacts, and the database.
pub async fn disagreements(store: &Store) -> Vec<String> {
    let starts = store.all(&STARTS, &[], start).await.unwrap();
    let runs = |row: &Row| Ok((row.number("start_id")?, (row.number("conversation_id")?, row.number("number")?)));
    let runs: BTreeMap<i64, (i64, i64)> = store.all(&RUNS, &[], runs).await.unwrap().into_iter().collect();
    let mut out: BTreeMap<(i64, i64), Vec<Out>> = BTreeMap::new();
    for (run, message) in store.all(&OUT, &[], message).await.unwrap() {
        out.entry(run).or_default().push(message);
    }
    let pair = |a: &'static str, b: &'static str| move |row: &Row| Ok((row.number(a)?, row.time(b)?));
    let heard = store.all(&IN, &[], pair("conversation_id", "received_at")).await.unwrap();
    let withdrawn = store.all(&LEDGER, &[], pair("contact_id", "at")).await.unwrap();
    let mut right: BTreeMap<(&str, &str, &str), FireReport> = BTreeMap::new();
    for start in &starts {
        let fire = right.entry((&start.flow, &start.minute, &start.trigger)).or_default();
        (fire.trigger, fire.minute) = (start.trigger.clone(), start.minute.clone());
        fire.planned += 1;
        match start.state.as_str() {
            "waiting" | "queued" => fire.waiting += 1,
            "superseded" => fire.superseded += 1,
            "refused" => *fire.refused.entry(start.reason.clone().unwrap_or_default()).or_default() += 1,
            _ => {
                fire.begun += 1;
                let run = runs.get(&start.id);
                let said = run.and_then(|run| out.get(run)).map_or(&[][..], Vec::as_slice);
                let talk = run.map_or(0, |(conversation, _)| *conversation);
                let after = |all: &[(i64, Time)], of: i64, from: Time| {
                    all.iter().any(|(id, at)| *id == of && *at >= from && *at <= from + REPORT_ANSWER_WITHIN)
                };
                count(fire, said);
                if let Some(left) = said.iter().filter_map(|one| one.accepted_at).min() {
                    fire.answered += i64::from(after(&heard, talk, left));
                    // A contact's message has a time in whole seconds.
                    let second = Time(left.0 / 1_000 * 1_000);
                    let until = left + REPORT_ANSWER_WITHIN;
                    let says_no = |(who, at): &(i64, Time)| *who == start.contact && *at >= second && *at <= until;
                    fire.opted_out += i64::from(withdrawn.iter().any(says_no));
                }
            }
        }
    }
    let mut wrong = Vec::new();
    let mut flows: Vec<&str> = starts.iter().map(|start| start.flow.as_str()).collect();
    flows.sort_unstable();
    flows.dedup();
    for flow in flows {
        let name = FlowName::from(flow);
        let told = report::report(store, None, &name, "", None).await.unwrap();
        wrong.extend(compared(flow, &told, &right));
        wrong.extend(of_people(store, &name, &starts, &told).await);
        wrong.extend(of_table(&name, &told));
    }
    wrong
}

/// Counts one contact of a fire by the messages of the run.
fn count(fire: &mut FireReport, said: &[Out]) {
    let first = |is_template: bool| {
        let left = said.iter().filter(|one| one.accepted_at.is_some() && one.template.is_some() == is_template);
        left.map(|one| one.number).min()
    };
    let mut names: Vec<&String> =
        said.iter().filter(|one| one.accepted_at.is_some()).filter_map(|one| one.template.as_ref()).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().for_each(|name| *fire.templates.entry(name.clone()).or_default() += 1);
    let waits = |one: &Out| matches!(one.state.as_str(), "queued" | "sending" | "held" | "unknown");
    match (first(false), first(true)) {
        (None, None) if said.is_empty() => {}
        (None, None) if said.iter().any(waits) => fire.kept += 1,
        (None, None) => {
            let least = said.iter().map(|one| one.number).min();
            let mut of_first: Vec<&Out> = said.iter().filter(|one| Some(one.number) == least).collect();
            of_first.sort_by_key(|one| one.template.is_none());
            let one = of_first[0];
            let why = one.reason.as_ref().or(one.code.as_ref()).unwrap_or(&one.state);
            *fire.refused.entry(why.clone()).or_default() += 1;
        }
        (Some(_), None) => fire.text += 1,
        (Some(text), Some(template)) if text < template => fire.text += 1,
        (_, Some(_)) => fire.template += 1,
    }
    fire.delivered += i64::from(said.iter().any(|one| one.arrived));
    fire.read += i64::from(said.iter().any(|one| one.read));
    fire.undelivered += i64::from(said.iter().any(|one| one.accepted_at.is_some() && one.state == "failed"));
    fire.cost += said.iter().map(|one| one.cost).sum::<i64>();
    let left = || said.iter().filter_map(|one| one.accepted_at).min();
    fire.first_at = fire.first_at.into_iter().chain(left()).min();
    fire.last_at = fire.last_at.max(left());
}

fn compared(flow: &str, told: &[FireReport], right: &BTreeMap<(&str, &str, &str), FireReport>) -> Vec<String> {
    let mut wrong = Vec::new();
    let expected = right.iter().filter(|((of, ..), _)| *of == flow);
    let known: BTreeMap<(&str, &str), &FireReport> =
        told.iter().map(|fire| ((fire.minute.as_str(), fire.trigger.as_str()), fire)).collect();
    for ((_, minute, trigger), right) in expected.clone() {
        let said = known.get(&(*minute, *trigger)).map(|fire| FireReport { is_planning: false, ..(*fire).clone() });
        if said.as_ref() != Some(right) {
            wrong.push(format!("the report of `{flow}` says {said:?}, and right is {right:?}"));
        }
        // Everybody whom it means stands in one place of it.
        let at_start: i64 = right.planned - right.waiting - right.begun - right.superseded;
        let refused: i64 = right.refused.values().sum();
        let placed = right.text + right.template + right.kept + (refused - at_start) + right.silent();
        if placed != right.begun || at_start < 0 || refused < at_start {
            wrong.push(format!("the parts of `{flow}` at {minute} are not its whole: {right:?}"));
        }
        for reason in right.refused.keys().filter(|reason| reason.is_empty()) {
            wrong.push(format!("`{flow}` at {minute} was refused for no reason: {reason:?}"));
        }
    }
    if told.len() != expected.count() {
        wrong.push(format!("the report of `{flow}` has other fires: {told:?}"));
    }
    wrong
}

/// Checks that the explanations for single contacts add up to the report.
async fn of_people(store: &Store, flow: &FlowName, starts: &[Start], told: &[FireReport]) -> Vec<String> {
    let mut sums: BTreeMap<(String, String), BTreeMap<String, i64>> = BTreeMap::new();
    let mut people: Vec<i64> =
        starts.iter().filter(|start| start.flow == flow.as_str()).map(|start| start.contact).collect();
    people.sort_unstable();
    people.dedup();
    let mut wrong = Vec::new();
    for person in people {
        for past in history::past(store, flow, ContactId(person)).await.unwrap() {
            if !past.minute.starts_with(|c: char| c.is_ascii_digit()) {
                continue;
            }
            let word = match (past.what, &past.reason) {
                ("waiting" | "queued", _) => "waiting",
                ("text" | "template" | "undelivered", _) => "sent",
                ("refused" | "skipped" | "failed", Some(reason)) => reason.as_str(),
                (what @ ("superseded" | "kept" | "silent"), _) => what,
                (what, reason) => {
                    wrong
                        .push(format!("person {person} is told `{what}` of `{flow}`, and why is {reason:?}: {past:?}"));
                    continue;
                }
            };
            let fire = sums.entry((past.minute.clone(), past.trigger_key.clone())).or_default();
            *fire.entry(word.to_owned()).or_default() += 1;
            if past.why.split(' ').count() < 4 {
                wrong.push(format!("person {person} is told no sentence of `{flow}`: {past:?}"));
            }
        }
    }
    for fire in told {
        let mut right = fire.refused.clone();
        for (word, count) in [
            ("waiting", fire.waiting),
            ("superseded", fire.superseded),
            ("kept", fire.kept),
            ("silent", fire.silent()),
            ("sent", fire.sent()),
        ] {
            *right.entry(word.to_owned()).or_default() += count;
        }
        right.retain(|_, count| *count > 0);
        let said = sums.remove(&(fire.minute.clone(), fire.trigger.clone())).unwrap_or_default();
        if said != right {
            wrong.push(format!(
                "all people together are told {said:?} of `{flow}`, and its report is {right:?}: {fire:?}"
            ));
        }
    }
    wrong.extend(sums.into_iter().map(|(fire, said)| format!("{said:?} of `{flow}` stand in no report: {fire:?}")));
    wrong
}

/// Checks that the CSV has the same numbers.
fn of_table(flow: &FlowName, told: &[FireReport]) -> Vec<String> {
    let text = report::csv(flow, told, "EUR");
    let mut table = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let columns: Vec<String> = table.headers().unwrap().iter().map(str::to_owned).collect();
    let mut wrong = Vec::new();
    for (row, fire) in table.records().map(Result::unwrap).zip(told) {
        let cell = |name: &str| row.get(columns.iter().position(|column| column == name).unwrap()).unwrap().to_owned();
        let words = |all: &BTreeMap<String, i64>| {
            all.iter().map(|(name, count)| format!("{name}={count}")).collect::<Vec<_>>().join(" ")
        };
        let numbers = [
            ("planned", fire.planned),
            ("waiting", fire.waiting),
            ("begun", fire.begun),
            ("superseded", fire.superseded),
            ("text", fire.text),
            ("template", fire.template),
            ("delivered", fire.delivered),
            ("read", fire.read),
            ("undelivered", fire.undelivered),
            ("answered", fire.answered),
            ("opted_out", fire.opted_out),
            ("kept", fire.kept),
        ];
        let same = numbers.iter().all(|(name, number)| cell(name) == number.to_string())
            && cell("refused") == words(&fire.refused)
            && cell("templates") == words(&fire.templates)
            && cell("cost") == format!("{}.{:04}", fire.cost / 10_000, fire.cost % 10_000);
        if !same {
            wrong.push(format!("the table of `{flow}` says {row:?}, and the report {fire:?}"));
        }
    }
    wrong
}

fn start(row: &Row) -> Result<Start, transom::store::ReadError> {
    Ok(Start {
        id: row.number("id")?,
        contact: row.number("contact_id")?,
        flow: row.text("flow")?,
        trigger: row.text("trigger_key")?,
        minute: row.text("minute")?,
        state: row.text("state")?,
        reason: row.maybe_text("reason")?,
    })
}

fn message(row: &Row) -> Result<((i64, i64), Out), transom::store::ReadError> {
    let is_template = row.maybe_text("kind")?.as_deref() == Some("template");
    let read_at = row.maybe_time("read_at")?;
    let out = Out {
        number: row.number("number")?,
        state: row.text("state")?,
        reason: row.maybe_text("reason")?,
        code: row.maybe_text("error_code")?,
        template: row.maybe_text("name")?.filter(|_| is_template),
        accepted_at: row.maybe_time("accepted_at")?,
        arrived: row.maybe_time("delivered_at")?.is_some() || read_at.is_some(),
        read: read_at.is_some(),
        cost: row.maybe_number("cost")?.unwrap_or(0),
    };
    Ok(((row.number("conversation_id")?, row.number("run")?), out))
}
