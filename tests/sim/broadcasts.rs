//! Simulates broadcasts: drafted, confirmed by count, paused, resumed and stopped during the simulation. Checks that
//! nobody gets one twice, that nothing begins after a stop, and that reports agree with rows and phones.

use super::world::{World, alive};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use transom::{
    base::{
        ids::AccountName,
        time::{Span, Time},
    },
    model::{effect::broadcast_key, schedule::AtMost, value::Value as Data},
    runtime::starts::{
        broadcast::{BroadcastAudience, BroadcastSpec, BroadcastTime, DraftResult},
        report,
    },
    store::{
        Query, Row,
        tables::broadcast::{self, BroadcastState},
    },
};

pub const FLOW: &str = "word";

/// A broadcast that was drafted here.
#[derive(Debug, Clone)]
pub struct Blast {
    id: i64,
    to: &'static str,
    people: i64,
    drafted_at: Time,
    /// The contacts that existed when it was confirmed, except those whose identity may change while it is planned.
    known: BTreeSet<i64>,
    /// The time when a stop was answered with success.
    stopped_at: Option<Time>,
    /// The time when a pause was answered with success, and the contacts whose starts were queued then.
    paused: Option<(Time, BTreeSet<i64>)>,
}

/// A run that a broadcast began.
struct Begun {
    contact: i64,
    start: i64,
    conversation: i64,
    number: i64,
    at: Time,
}

/// A start that a broadcast planned.
struct Planned {
    id: i64,
    contact: i64,
    state: String,
}

/// The audiences: everybody, Spain, or contacts with consent to marketing.
const AUDIENCES: [&str; 3] = ["", "contact.country == \"ES\"", "contact.consent.marketing == \"given\""];

impl World {
    /// Drafts a broadcast, or acts on an existing one.
    pub async fn broadcast(&mut self) {
        let open: Vec<usize> = (0..self.blasts.len()).filter(|n| self.blasts[*n].stopped_at.is_none()).collect();
        if open.is_empty() || (open.len() < 3 && self.dice.percent(25)) {
            return self.draft().await;
        }
        let place = *self.dice.of(&open);
        let id = self.blasts[place].id;
        let Some(row) = broadcast::find(&self.app.store, id).await.unwrap() else { return };
        match (row.state, self.dice.below(10)) {
            (BroadcastState::Draft, 0..=7) => self.confirm(place).await,
            (BroadcastState::Running | BroadcastState::Done, 0..=4) => self.pause(place).await,
            (BroadcastState::Paused, 0..=6) => {
                self.blasts[place].paused = None;
                self.turn(place, &[BroadcastState::Paused], BroadcastState::Running).await;
            }
            (BroadcastState::Stopped, _) => {}
            _ => self.stop(place).await,
        }
    }

    async fn draft(&mut self) {
        let now = self.now();
        let to = *self.dice.of(&AUDIENCES);
        let when = match self.dice.below(4) {
            0 | 1 => BroadcastTime::Now,
            2 => BroadcastTime::At(now + Span::minutes(self.dice.between(-60, 300))),
            _ => {
                let tomorrow = jiff::Timestamp::from_millisecond((now + Span::days(1)).0).unwrap();
                let hour = i8::try_from(self.dice.between(0, 23)).unwrap();
                BroadcastTime::Local(tomorrow.to_zoned(jiff::tz::TimeZone::UTC).date().at(hour, 15, 0, 0))
            }
        };
        let rate = *self.dice.of(&[
            AtMost::new(20, Span::seconds(1)),
            AtMost::new(1, Span::minutes(1)),
            AtMost::new(2, Span::hours(1)),
        ]);
        let condition = (!to.is_empty()).then(|| to.to_owned());
        let inputs = BTreeMap::from([("what".to_owned(), Data::text(format!("news {}", self.blasts.len())))]);
        let wanted = BroadcastSpec { to: BroadcastAudience { tags: Vec::new(), condition }, when, rate, inputs };
        self.note(format!("a broadcast is drafted to `{to}`, {when:?}, {rate}"));
        let meant = self.meant_by(to).await;
        let app = Arc::clone(&self.app);
        let drafted = alive(&self.faults, async move {
            let (_here, client) = tokio::sync::watch::channel(());
            app.starts.draft_broadcast(AccountName::from("acme"), &FLOW.into(), &wanted, &client).await
        });
        match drafted.await {
            Some(Ok(DraftResult::Done(done))) => {
                let row = done.0;
                if i64::try_from(meant.len()).unwrap() != row.people {
                    self.meta.lock().wrong.push(format!("broadcast {} means {} of {meant:?}", row.id, row.people));
                }
                let (id, people) = (row.id, row.people);
                let blast =
                    Blast { id, to, people, drafted_at: now, known: BTreeSet::new(), stopped_at: None, paused: None };
                self.blasts.push(blast);
            }
            Some(Ok(DraftResult::Unfit | DraftResult::TooLong | DraftResult::Abandoned)) => {
                self.meta.lock().wrong.push("a broadcast of a flow that is there is not drafted".into());
            }
            Some(Err(error)) if !self.disturbed => {
                self.meta.lock().wrong.push(format!("a broadcast cannot be drafted: {error:#}"));
            }
            Some(Err(_)) | None => {}
        }
    }

    /// Confirms the count of its draft while that is fresh.
    async fn confirm(&mut self, place: usize) {
        let now = self.now();
        let Blast { to, drafted_at, people, .. } = self.blasts[place].clone();
        let meant = self.meant_by(to).await;
        if now - drafted_at > Span::hours(1) || i64::try_from(meant.len()).unwrap() != people {
            return self.stop(place).await;
        }
        let hidden =
            Query { name: "sim.hidden", text: "select distinct contact_id as id from alias where kind = 'bsuid'" };
        let hidden = self.app.store.all(&hidden, &[], |row| row.number("id")).await.unwrap();
        self.blasts[place].known = meant.into_iter().filter(|contact| !hidden.contains(contact)).collect();
        self.turn(place, &[BroadcastState::Draft], BroadcastState::Running).await;
    }

    async fn pause(&mut self, place: usize) {
        if self.turn(place, &[BroadcastState::Running, BroadcastState::Done], BroadcastState::Paused).await {
            let starts = self.starts_of(self.blasts[place].id).await;
            let in_line = starts.into_iter().filter(|start| start.state == "queued").map(|start| start.id);
            self.blasts[place].paused = Some((self.now(), in_line.collect()));
        }
    }

    async fn stop(&mut self, place: usize) {
        let from = &[BroadcastState::Running, BroadcastState::Paused, BroadcastState::Done, BroadcastState::Draft];
        if self.turn(place, from, BroadcastState::Stopped).await {
            self.blasts[place].stopped_at = Some(self.now());
        }
    }

    /// True if the answer reports success.
    async fn turn(&mut self, place: usize, from: &'static [BroadcastState], to: BroadcastState) -> bool {
        let id = self.blasts[place].id;
        self.note(format!("broadcast {id} is to be {}", to.as_str()));
        let app = Arc::clone(&self.app);
        let turned = alive(&self.faults, async move { app.starts.turn_broadcast(id, from, to).await });
        match turned.await {
            Some(Ok(done)) => done,
            Some(Err(error)) => {
                if !self.disturbed {
                    self.meta.lock().wrong.push(format!("broadcast {id} cannot be {}: {error:#}", to.as_str()));
                }
                false
            }
            None => false,
        }
    }

    /// The contacts in the audience, from their rows.
    async fn meant_by(&self, to: &str) -> BTreeSet<i64> {
        let rows = Query {
            name: "sim.meant",
            text: "select id, coalesce(data ->> 'phone', '') as phone, cast(data as text) as data from contact
              where data ->> 'joined_to' is null",
        };
        let read = |row: &Row| Ok((row.number("id")?, row.text("phone")?, row.json::<serde_json::Value>("data")?));
        let rows = self.app.store.all(&rows, &[], read).await.unwrap();
        let means = |phone: &str, data: &serde_json::Value| match to {
            "" => true,
            to if to == AUDIENCES[1] => phone.starts_with("+34"),
            _ => data["consent"]["marketing"]["given"] == true,
        };
        rows.into_iter().filter(|(_, phone, data)| means(phone, data)).map(|(id, ..)| id).collect()
    }

    async fn starts_of(&self, id: i64) -> Vec<Planned> {
        let query = Query {
            name: "sim.blast_starts",
            text: "select id, contact_id, state from start where flow = $1 and trigger_key = $2",
        };
        let read = |row: &Row| {
            Ok(Planned { id: row.number("id")?, contact: row.number("contact_id")?, state: row.text("state")? })
        };
        let values = [FLOW.into(), broadcast_key(id).as_str().into()];
        self.app.store.all(&query, &values, read).await.unwrap()
    }

    async fn begun_by(&self, id: i64) -> Vec<Begun> {
        let query = Query {
            name: "sim.blast_runs",
            text: "select contact_id, start_id, conversation_id, number, started_at from run where trigger_key = $1",
        };
        let read = |row: &Row| {
            Ok(Begun {
                contact: row.number("contact_id")?,
                start: row.number("start_id")?,
                conversation: row.number("conversation_id")?,
                number: row.number("number")?,
                at: row.time("started_at")?,
            })
        };
        self.app.store.all(&query, &[broadcast_key(id).as_str().into()], read).await.unwrap()
    }

    /// After every act: nobody gets one twice, and nothing begins of one that is paused or stopped.
    pub async fn broadcasts_begin_as_they_may(&self, wrong: &mut Vec<String>) {
        for blast in &self.blasts {
            let (mut heard, mut started) = (BTreeSet::new(), BTreeSet::new());
            for begun in self.begun_by(blast.id).await {
                if !heard.insert(begun.contact) || !started.insert(begun.start) {
                    wrong.push(format!("broadcast {} began twice for contact {}", blast.id, begun.contact));
                }
                if blast.stopped_at.is_some_and(|stopped| begun.at > stopped) {
                    wrong.push(format!("broadcast {} began for {} after its stop", blast.id, begun.contact));
                }
                let paused = blast.paused.as_ref();
                if paused.is_some_and(|(at, in_line)| begun.at > *at && !in_line.contains(&begun.start)) {
                    wrong.push(format!("broadcast {} began for {} in its pause", blast.id, begun.contact));
                }
            }
        }
    }

    /// In a calm state: every contact of the audience has a start, stopped broadcasts have no waiting starts, and the
    /// report adds up.
    pub async fn broadcasts_add_up(&self, spoke: &BTreeMap<(i64, i64), bool>, wrong: &mut Vec<String>) {
        let joined = Query {
            name: "sim.joined",
            text: "select id, cast(data ->> 'joined_to' as bigint) as other from contact
              where data ->> 'joined_to' is not null",
        };
        let read = |row: &Row| Ok((row.number("id")?, row.number("other")?));
        let joined: BTreeMap<i64, i64> = self.app.store.all(&joined, &[], read).await.unwrap().into_iter().collect();
        for blast in &self.blasts {
            let Some(row) = broadcast::find(&self.app.store, blast.id).await.unwrap() else { continue };
            let starts = self.starts_of(blast.id).await;
            let waits = starts.iter().filter(|start| matches!(start.state.as_str(), "waiting" | "queued")).count();
            if blast.stopped_at.is_some() && waits > 0 {
                wrong.push(format!("{waits} starts of broadcast {} wait after its stop", blast.id));
            }
            if row.state == BroadcastState::Done {
                for contact in &blast.known {
                    let same = joined.get(contact);
                    if !starts.iter().any(|start| start.contact == *contact || same == Some(&start.contact)) {
                        wrong.push(format!("contact {contact} was left out by broadcast {}", blast.id));
                    }
                }
            }
            let key = broadcast_key(blast.id);
            let fires = report::report(&self.app.store, None, &FLOW.into(), "2026", Some(&key)).await.unwrap();
            let fire = fires.into_iter().next().unwrap_or_default();
            let begun = self.begun_by(blast.id).await;
            let told = |known: bool| {
                let own = begun.iter().filter_map(|run| spoke.get(&(run.conversation, run.number)));
                i64::try_from(own.filter(|sure| !known || **sure).count()).unwrap()
            };
            let refused: i64 = fire.refused.values().sum();
            let parts = fire.sent() + fire.kept + fire.waiting + fire.superseded + refused + fire.silent();
            let rows = i64::try_from(starts.len()).unwrap();
            let right = fire.planned == rows
                && parts == fire.planned
                && fire.begun == i64::try_from(begun.len()).unwrap()
                && fire.silent() == 0
                && (told(true)..=told(false)).contains(&fire.sent());
            if !right {
                let (least, most) = (told(true), told(false));
                wrong.push(format!(
                    "{rows} starts of broadcast {}, {} runs, {least} to {most} spoke, and its report says {fire:?}",
                    blast.id,
                    begun.len()
                ));
            }
        }
    }
}
