//! Checks the laws that must hold in every simulation. Broken laws are sentences; the diary shows how they were
//! broken.

use super::world::{LATE, World};
use std::collections::{BTreeMap, BTreeSet};
use transom::{
    base::time::{Span, Time},
    model::session::{Session, Waiting},
    store::Query,
};

/// The time zone of the simulated bot.
const BOT_ZONE: &str = "Europe/Madrid";

/// One message of ours from its row.
#[derive(Debug, Clone)]
struct Out {
    id: i64,
    conversation: i64,
    contact: i64,
    number: i64,
    run: Option<i64>,
    origin: String,
    state: String,
    step: Option<String>,
    body: String,
    kind: String,
    nudge: bool,
    not_before: Option<Time>,
    hold_until: Option<Time>,
    attempted_at: Option<Time>,
    created_at: Time,
}

pub struct Talk {
    pub id: i64,
    contact: i64,
    /// As `Person::address`.
    address: String,
    pub opted_out: bool,
    pub session: Session,
    due_at: Option<Time>,
}

const OUT: Query = Query {
    name: "sim.out",
    text: "select id, conversation_id, contact_id, number, run, origin, state, data ->> 'step' as step,
      coalesce(data -> 'content' ->> 'body', '') as body,
      data -> 'content' ->> 'kind' as kind, coalesce(cast(data ->> 'nudge' as bigint), 0) as nudge,
      not_before, hold_until, attempted_at, created_at from outbound order by id",
};
const TALKS: Query = Query {
    name: "sim.talks",
    text: "select session.conversation_id as id, session.contact_id as contact_id, cast(session.data as text) as data,
      due_at, opted_out_at, coalesce(contact.data ->> 'phone', contact.data ->> 'bsuid') as address
      from session join contact on contact.id = session.contact_id order by 1",
};

impl World {
    /// Records, without checking, where the bot may be silent and which messages left the order. Called after every
    /// step of time, because a message that was unknown for less than a step still has its `hold_until`.
    pub async fn look(&mut self) {
        let outside = Query {
            name: "sim.outside",
            text: "select one.id as id from outbound as one join outbound as other
              on other.conversation_id = one.conversation_id and one.id >= other.id
                and one.data ->> 'turn' = other.data ->> 'turn'
              where other.state in ('held', 'unknown') or other.reason is not null or other.hold_until is not null",
        };
        self.outside.extend(self.app.store.all(&outside, &[], |row| row.number("id")).await.unwrap());
        let troubled: Vec<i64> = self.meta.lock().troubled.iter().copied().collect();
        self.outside.extend(troubled);
        for talk in self.talks().await {
            let person = self.person_at(&talk.address);
            let now = talk.session.person.is_some() || talk.opted_out;
            let before = if now { self.silent.insert(talk.id) } else { self.silent.remove(&talk.id) };
            if let Some(person) = person.filter(|_| now || before) {
                self.excuse(person);
            }
        }
    }

    fn person_at(&self, address: &str) -> Option<usize> {
        self.people.iter().position(|person| address == person.address)
    }

    /// A running send of a dead process may be overtaken until its result is known.
    pub async fn look_at_unknown(&mut self) {
        let left = Query {
            name: "sim.left",
            text: "select one.id as id from outbound as one join outbound as other
              on other.conversation_id = one.conversation_id and one.id >= other.id
                and one.data ->> 'turn' = other.data ->> 'turn'
              where other.state in ('sending', 'unknown', 'held')",
        };
        self.outside.extend(self.app.store.all(&left, &[], |row| row.number("id")).await.unwrap());
    }

    pub async fn talks(&self) -> Vec<Talk> {
        let read = |row: &transom::store::Row| {
            Ok(Talk {
                id: row.number("id")?,
                contact: row.number("contact_id")?,
                address: row.text("address")?.trim_start_matches('+').to_owned(),
                opted_out: row.maybe_time("opted_out_at")?.is_some(),
                session: row.json("data")?,
                due_at: row.maybe_time("due_at")?,
            })
        };
        self.app.store.all(&TALKS, &[], read).await.unwrap()
    }

    async fn out(&self) -> Vec<Out> {
        let read = |row: &transom::store::Row| {
            Ok(Out {
                id: row.number("id")?,
                conversation: row.number("conversation_id")?,
                contact: row.number("contact_id")?,
                number: row.number("number")?,
                run: row.maybe_number("run")?,
                origin: row.text("origin")?,
                state: row.text("state")?,
                step: row.maybe_text("step")?,
                body: row.text("body")?,
                kind: row.text("kind")?,
                nudge: row.number("nudge")? != 0,
                not_before: row.maybe_time("not_before")?,
                hold_until: row.maybe_time("hold_until")?,
                attempted_at: row.maybe_time("attempted_at")?,
                created_at: row.time("created_at")?,
            })
        };
        self.app.store.all(&OUT, &[], read).await.unwrap()
    }

    /// The rows of our messages and of waiting runs, for the report of a failure.
    pub async fn rows(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.out().await.iter().map(|one| format!("{one:?}")).collect();
        for talk in self.talks().await {
            let runs: Vec<_> = talk.session.runs.iter().map(|run| (run.number, &run.flow, &run.waiting)).collect();
            let waiting = talk.session.waiting_messages.len();
            lines.push(format!(
                "talk {} of {}: {waiting} messages wait, person {:?}, runs {runs:?}",
                talk.id, talk.contact, talk.session.person
            ));
        }
        lines
    }

    async fn count(&self, text: &'static str) -> i64 {
        let query = Query { name: "sim.count", text };
        self.app.store.one(&query, &[], |row| row.number("n")).await.unwrap().unwrap_or(0)
    }

    /// The laws that are broken now; called after every act.
    pub async fn broken(&mut self) -> Vec<String> {
        let mut wrong = std::mem::take(&mut self.meta.lock().wrong);
        let now = self.now();
        let out = self.out().await;
        let talks = self.talks().await;
        self.nothing_after_a_stop(&out, &mut wrong);
        for one in out.iter().filter(|one| one.state == "sending") {
            wrong.push(format!("message {} stays `sending`: {one:?}", one.id));
        }
        self.broadcasts_begin_as_they_may(&mut wrong).await;
        once_means_once(&out, &mut wrong);
        one_end(&out, &mut wrong);
        self.in_order(&out, &mut wrong);
        self.cases_are_those_of_the_sessions(&talks, &mut wrong).await;
        for talk in &talks {
            let written = serde_json::to_value(&talk.session).unwrap();
            let again: Session = serde_json::from_value(written).unwrap();
            if again != talk.session {
                wrong.push(format!("session {} is another one when it is read again", talk.id));
            }
        }
        if !self.disturbed {
            self.all_is_handled(&mut wrong).await;
            for talk in talks.iter().filter(|talk| talk.due_at.is_some_and(|at| at <= now)) {
                wrong.push(format!("session {} is due since {:?} and nobody acts", talk.id, talk.due_at));
            }
            let bugs = self.bugs() - self.pardoned;
            if bugs > 0 {
                let text = self.metrics.render();
                let kinds: Vec<&str> = text.lines().filter(|line| line.starts_with("transom_bugs_total{")).collect();
                wrong.push(format!("the daemon counted {bugs} bugs of its own: {kinds:?}"));
            }
            self.echoes_are_answered(&out, &talks, &mut wrong);
        }
        wrong
    }

    /// In a calm state after some minutes: no work may be left.
    pub async fn left_lying(&mut self) -> Vec<String> {
        let mut wrong = Vec::new();
        let now = self.now();
        let out = self.out().await;
        let letters = Query {
            name: "sim.letters",
            text: "select subject_id from dead_letter where subject_id is not null
              and replayed_at is null",
        };
        let letters: BTreeSet<i64> =
            self.app.store.all(&letters, &[], |row| row.number("subject_id")).await.unwrap().into_iter().collect();
        for one in &out {
            let earlier = || {
                let same = |other: &&Out| other.conversation == one.conversation && other.id < one.id;
                out.iter().filter(same).any(|other| other.state == "unknown" || other.state == "queued")
            };
            let old = one.attempted_at.is_some_and(|at| now - at > Span::minutes(5));
            match one.state.as_str() {
                "queued" if one.not_before.is_none_or(|at| at <= now) && !earlier() => {
                    wrong.push(format!("message {} could leave and does not: {one:?}", one.id));
                }
                "held" if one.hold_until.is_none_or(|at| at <= now) => {
                    wrong.push(format!("message {} is held beyond its time: {one:?}", one.id));
                }
                "unknown" if old && !letters.contains(&one.id) => {
                    wrong.push(format!("message {} is unknown and not listed: {one:?}", one.id));
                }
                _ => {}
            }
        }
        self.rows_and_phones_agree(&out, &mut wrong);
        self.nobody_waits_in_vain(&out, &mut wrong).await;
        self.schedules_reach_everybody(&out, &mut wrong).await;
        self.broadcasts_add_up(&self.spoke(&out), &mut wrong).await;
        self.the_desk_hears_everything(&mut wrong).await;
        self.shops_are_called_with_care(&mut wrong);
        wrong.extend(crate::truth::disagreements(&self.app.store).await);
        wrong
    }

    fn nothing_after_a_stop(&self, out: &[Out], wrong: &mut Vec<String>) {
        for after in &self.meta.lock().after_stop {
            let row = out.iter().find(|one| one.id == after.id);
            let allowed = row.is_some_and(|one| matches!(one.origin.as_str(), "opt_out_confirmation" | "person"));
            if !allowed {
                wrong.push(format!("{} was written to at {:?} after STOP: {row:?}", after.to, after.at));
            }
        }
        let mut confirmed: BTreeMap<i64, Time> = BTreeMap::new();
        for one in out.iter().filter(|one| one.origin == "opt_out_confirmation") {
            if let Some(before) = confirmed.insert(one.contact, one.created_at)
                && one.created_at - before < Span::days(1)
            {
                wrong.push(format!("a stop was confirmed twice within a day: {one:?}"));
            }
        }
    }

    /// Checks that each acknowledged message is stored once and was handled by a turn.
    async fn all_is_handled(&self, wrong: &mut Vec<String>) {
        let query = Query { name: "sim.inbound", text: "select provider_id, handled_at from inbound order by id" };
        let read = |row: &transom::store::Row| Ok((row.text("provider_id")?, row.maybe_time("handled_at")?));
        let rows: BTreeMap<String, Option<Time>> =
            self.app.store.all(&query, &[], read).await.unwrap().into_iter().collect();
        for wamid in &self.acknowledged {
            match rows.get(wamid) {
                None => wrong.push(format!("message {wamid} was acknowledged and is not there")),
                Some(None) => wrong.push(format!("message {wamid} was acknowledged and nobody handled it")),
                Some(Some(_)) => {}
            }
        }
        let poison = self.count("select count(*) as n from dead_letter where kind = 'poison'").await;
        if poison > self.deaths.into() {
            wrong.push(format!("{poison} messages were buried as poison"));
        }
    }

    /// Checks that messages arrive in the order in which they were written.
    fn in_order(&self, out: &[Out], wrong: &mut Vec<String>) {
        let rows: BTreeMap<i64, &Out> = out.iter().map(|one| (one.id, one)).collect();
        let mut last: BTreeMap<i64, &Out> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for arrival in &self.meta.lock().arrivals {
            let Some(one) = rows.get(&arrival.id).filter(|one| !self.outside.contains(&one.id)) else { continue };
            if !seen.insert(one.id) || one.nudge {
                continue;
            }
            if let Some(before) = last.insert(one.conversation, one)
                && before.id > one.id
            {
                wrong.push(format!("message {} arrived after {}: {one:?} {before:?}", one.id, before.id));
            }
        }
    }

    fn echoes_are_answered(&mut self, out: &[Out], talks: &[Talk], wrong: &mut Vec<String>) {
        let mut said: BTreeMap<&str, usize> = BTreeMap::new();
        for one in out.iter().filter(|one| one.body.starts_with("echo ")) {
            *said.entry(&one.body).or_default() += 1;
        }
        for (text, times) in said.iter().filter(|(_, times)| **times > 1) {
            wrong.push(format!("`{text}` was answered {times} times"));
        }
        let addresses: Vec<_> = (0..self.people.len()).map(|person| self.addresses(person)).collect();
        let now = self.now();
        self.owed.retain_mut(|owed| {
            let waits = talks
                .iter()
                .filter(|talk| addresses[owed.person].contains(&talk.address.as_str()))
                .any(|talk| !talk.session.waiting_messages.is_empty());
            if waits {
                owed.waited = true;
                return true;
            }
            // It was judged when its turn came, which may have been too late for an answer.
            owed.excused |= owed.waited && now - owed.at > LATE;
            if !owed.excused && !said.contains_key(owed.text.as_str()) {
                wrong.push(format!("`{}` of person {} was never answered", owed.text, owed.person));
            }
            false
        });
    }

    /// The runs of which a message reached a phone; true if their rows also say that it was accepted.
    fn spoke(&self, out: &[Out]) -> BTreeMap<(i64, i64), bool> {
        let meta = self.meta.lock();
        let mut spoke = BTreeMap::new();
        for one in out {
            let known = matches!(one.state.as_str(), "sent" | "delivered" | "read");
            let arrived = known || meta.arrivals.iter().any(|arrival| arrival.id == one.id);
            if let Some(run) = one.run.filter(|_| arrived) {
                *spoke.entry((one.conversation, run)).or_insert(false) |= known;
            }
        }
        spoke
    }

    fn rows_and_phones_agree(&self, out: &[Out], wrong: &mut Vec<String>) {
        let meta = self.meta.lock();
        for one in out.iter().filter(|one| matches!(one.state.as_str(), "sent" | "delivered" | "read")) {
            if !meta.arrivals.iter().any(|arrival| arrival.id == one.id) {
                wrong.push(format!("message {} counts as sent and never arrived: {one:?}", one.id));
            }
        }
        for arrival in meta.arrivals.iter().filter(|arrival| arrival.answered && arrival.era == meta.era) {
            let failed = meta.told.get(&arrival.id).is_some_and(|told| told.failed);
            let row = out.iter().find(|one| one.id == arrival.id);
            let known = row.is_some_and(|one| matches!(one.state.as_str(), "sent" | "delivered" | "read"));
            if !known && !failed {
                wrong.push(format!("message {} arrived, and its row does not know: {row:?}", arrival.id));
            }
        }
    }

    /// Checks that a run which waits for the result of a message waits for one that is still open.
    async fn nobody_waits_in_vain(&self, out: &[Out], wrong: &mut Vec<String>) {
        for talk in self.talks().await {
            let state = |number: u32| {
                let row = out.iter().find(|one| one.conversation == talk.id && one.number == i64::from(number));
                row.map_or("gone", |one| one.state.as_str())
            };
            let open = |number: u32| matches!(state(number), "queued" | "sending" | "held" | "unknown");
            for run in &talk.session.runs {
                match &run.waiting {
                    Waiting::Ready => wrong.push(format!("run {} of {} is parked nowhere", run.number, talk.id)),
                    // An answer that came while a person has the conversation is handled when the bot has it again.
                    Waiting::Call(call) if call.back.is_some() && talk.session.person.is_some() => {}
                    Waiting::Call(call) if call.retry_at.is_none() => {
                        wrong.push(format!("run {} of {} waits for a call that nobody makes", run.number, talk.id));
                    }
                    Waiting::Fate { message } if !open(*message) => {
                        let state = state(*message);
                        wrong.push(format!(
                            "run {} waits for the fate of message {message}, which is {state}",
                            run.number
                        ));
                    }
                    Waiting::Person { .. } if talk.session.person.is_none() => {
                        wrong
                            .push(format!("run {} of {} waits for a person, and nobody is there", run.number, talk.id));
                    }
                    Waiting::Question(question) if question.deadline.is_none() && !open(question.message) => {
                        let state = state(question.message);
                        wrong.push(format!(
                            "run {} of {} (contact {}) asks for ever: its message {} is {state}: {question:?}",
                            run.number, talk.id, talk.contact, question.message
                        ));
                    }
                    _ => {}
                }
            }
        }
    }

    /// Checks that each fire reached every known contact once, and that every start that began sent something.
    async fn schedules_reach_everybody(&self, out: &[Out], wrong: &mut Vec<String>) {
        let now = self.now();
        let late = self.count("select count(*) as n from start where state = 'waiting'").await;
        let due = Query { name: "sim.due", text: "select id, slot_at from start where state = 'waiting'" };
        for (id, at) in
            self.app.store.all(&due, &[], |row| Ok((row.number("id")?, row.time("slot_at")?))).await.unwrap()
        {
            if at <= now {
                wrong.push(format!("start {id} of {late} could begin since {at:?}"));
            }
        }
        let contacts = Query {
            name: "sim.contacts",
            text: "select id, zone, created_at from contact where data ->> 'joined_to' is null",
        };
        let read = |row: &transom::store::Row| Ok((row.number("id")?, row.text("zone")?, row.time("created_at")?));
        let contacts = self.app.store.all(&contacts, &[], read).await.unwrap();
        let published =
            Query { name: "sim.published", text: "select published_at from schedule where flow = 'morning'" };
        let published = self.app.store.one(&published, &[], |row| row.time("published_at")).await.unwrap();
        let Some(published) = published else { return };
        let starts = Query {
            name: "sim.starts",
            text: "select contact_id, minute, state, count(*) as n from start where flow = 'morning' group by 1, 2, 3",
        };
        let read =
            |row: &transom::store::Row| Ok(((row.number("contact_id")?, row.text("minute")?), row.text("state")?));
        let starts: BTreeMap<(i64, String), String> =
            self.app.store.all(&starts, &[], read).await.unwrap().into_iter().collect();
        let hidden =
            Query { name: "sim.hidden", text: "select distinct contact_id as id from alias where kind = 'bsuid'" };
        let hidden = self.app.store.all(&hidden, &[], |row| row.number("id")).await.unwrap();
        for (contact, zone, created) in contacts {
            let zone = if zone.is_empty() { BOT_ZONE } else { &zone };
            let at_home = jiff::tz::TimeZone::get(BOT_ZONE).unwrap();
            let zone = jiff::tz::TimeZone::get(zone).unwrap();
            let at = |time: Time| jiff::Timestamp::from_millisecond(time.0).unwrap().to_zoned(zone.clone());
            let mut day = at(published.max(created)).date();
            while day <= at(now).date() {
                let fire = day.at(9, 30, 0, 0).to_zoned(zone.clone()).unwrap().timestamp();
                let fire = Time(fire.as_millisecond());
                let minute = format!("{day}T09:30");
                let due =
                    |fire: Time| fire > published.max(created) + Span::minutes(1) && fire + Span::minutes(2) < now;
                // Before their number was known they were at home where the bot is.
                let before = Time(day.at(9, 30, 0, 0).to_zoned(at_home.clone()).unwrap().timestamp().as_millisecond());
                // A number that became known between the two times was in neither zone when its minute came.
                let between = fire.min(before)..=fire.max(before);
                let moved = self.joins.iter().any(|at| between.contains(at));
                let expected = due(fire) && (!hidden.contains(&contact) || due(before) && !moved);
                if expected && !starts.contains_key(&(contact, minute.clone())) {
                    wrong.push(format!("the fire {minute} never came to contact {contact}"));
                }
                day = day.tomorrow().unwrap();
            }
        }
        let begun =
            self.count("select count(*) as n from start where flow in ('morning', 'news') and state = 'begun'").await;
        let runs = self
            .count("select count(*) as n from run where flow in ('morning', 'news') and trigger_key like 'schedule %'");
        let runs = runs.await;
        let spoke: BTreeSet<(i64, i64)> = out
            .iter()
            .filter(|one| one.step.as_deref().is_some_and(|step| step.starts_with("morning.")))
            .filter_map(|one| Some((one.conversation, one.run?)))
            .collect();
        let morning = starts.values().filter(|state| *state == "begun").count();
        if begun != runs || spoke.len() != morning {
            wrong.push(format!("{begun} starts began, {runs} runs; {morning} of `morning`, {} spoke", spoke.len()));
        }
    }

    fn bugs(&self) -> u64 {
        let text = self.metrics.render();
        let counts = text.lines().filter(|line| line.starts_with("transom_bugs_total{"));
        counts.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
    }

    pub fn metrics_before_calm(&mut self) {
        self.pardoned = self.bugs();
    }

    /// From here on commits fail, so the sweep may find work.
    pub fn disturb(&mut self) {
        self.disturbed = true;
    }
}

/// Checks that an order is made or is not.
fn one_end(out: &[Out], wrong: &mut Vec<String>) {
    let said = |step: &str| -> BTreeSet<(i64, Option<i64>)> {
        let of = out.iter().filter(|one| one.step.as_deref() == Some(step));
        of.map(|one| (one.conversation, one.run)).collect()
    };
    for run in said("order.once_made").intersection(&said("order.once_closed")) {
        wrong.push(format!("order {run:?} was made, and the shop was closed"));
    }
}

/// Checks that a step marked so sends its text once in a run.
fn once_means_once(out: &[Out], wrong: &mut Vec<String>) {
    let mut said: BTreeMap<(i64, i64, &str), usize> = BTreeMap::new();
    for one in out.iter().filter(|one| !one.nudge && (one.kind != "template" || one.origin == "flow")) {
        if let (Some(run), Some(step)) = (one.run, one.step.as_deref().filter(|step| step.contains("once"))) {
            *said.entry((one.conversation, run, step)).or_default() += 1;
        }
    }
    for ((conversation, run, step), times) in said.into_iter().filter(|(_, times)| *times > 1) {
        wrong.push(format!("step {step} of run {run} in {conversation} spoke {times} times"));
    }
}
