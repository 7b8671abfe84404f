//! Predicts which messages are allowed and which are required: keeps its own ledger of the year, and checks each of
//! the daemon's acts against it.
//!
//! A *due* is a required message to a person, from its time until it was sent or refused for a true reason. A message
//! without a due, in another form, or against a rule is an error; so is a due that could be sent and is not.

use super::{
    bot::{self, SCHEDULES, STEPS, Step, To, Way, Weekly, named},
    clocks::{self, Home, shown},
    ledger::{Ledger, Outbound, Start},
    meta::Sent,
};
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use transom::base::time::{Span, Time};

const WINDOW: Span = Span::hours(24);
const MARGIN: Span = Span::minutes(5);
const HALF_AN_HOUR: Span = Span::minutes(30);
const HOLD: Span = Span::days(7);
const QUEUE: Span = Span::hours(6);
const GIVE_BACK: Span = Span::hours(12);
const DAY: Span = Span::days(1);
const CLOSING: Span = Span::minutes(40);
const SILENT: Span = Span::days(3);
const SILENT_CAP: Span = Span::days(30);
/// How late a due message may be: its minute, and the pace of those before.
const PATIENCE: Span = Span::minutes(1);
/// When an unsent due is examined: its slot has come by then.
const SOON: Span = Span::seconds(20);

/// A person of the town.
pub struct Person {
    pub home: Home,
    pub phone: String,
    pub row: Option<(i64, i64)>,
    /// The time of the newest message, in whole seconds as Meta reports it.
    pub opened: Option<Time>,
    pub opted_out: bool,
    word_at: Option<Time>,
    pub consent: BTreeSet<&'static str>,
    pub daily: bool,
    /// An employee has the conversation, until this time at the latest.
    pub with_person: Option<Time>,
    pub question: Option<Question>,
    freed_at: Time,
    joined_at: Time,
    /// When they last changed their time zone.
    moved_at: Time,
    aside_at: Option<Time>,
    visit_at: Option<Time>,
    /// The unrequested messages that reached them, by topic.
    stamps: BTreeMap<&'static str, Vec<Time>>,
    /// The runs that began for them, by flow.
    starts: BTreeMap<&'static str, Vec<Time>>,
    minutes: BTreeSet<(&'static str, String)>,
    dated: BTreeSet<(&'static str, Time)>,
}

#[derive(Debug)]
pub struct Question {
    pub word: &'static str,
    due: u64,
    pub left: bool,
    deadline: Option<Time>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Stage {
    /// Its flow must begin; true if there is a row for it.
    Start(bool),
    Queued(bool, Time),
    /// Its run is waiting.
    Wake,
    /// It was written at this time.
    Said(Time),
}

#[derive(Debug, Clone)]
struct Due {
    id: u64,
    person: usize,
    step: &'static Step,
    at: Time,
    stage: Stage,
    look: Time,
    run: u64,
    /// Since when it could be sent.
    ready: Option<Time>,
    /// When a message of the person released it.
    awake: Option<Time>,
    nudged: bool,
    /// True if they have written since.
    answered: bool,
    /// The reason for holding it at the last examination.
    kept: Option<Verdict>,
    tries: u32,
    /// The platform requires a pause of a day, until this time.
    rests: Option<Time>,
    /// The end of quiet hours for which it waits.
    morning: Option<Time>,
    /// The date that caused it.
    visit: Option<Time>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Verdict {
    Text,
    Template(&'static str),
    Nudge(&'static str),
    Night,
    Rests,
    Held(Time),
    NoTemplate,
    Skip,
    Over,
    No(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Begin {
    Yes,
    InLine,
    No(&'static str),
}

pub struct Oracle {
    pub people: Vec<Person>,
    pub paused: BTreeSet<&'static str>,
    pub wrong: Vec<String>,
    dues: Vec<Due>,
    last_id: u64,
    last: Time,
    clocks: BTreeMap<String, Time>,
    /// The results by flow and word: `text`, `template`, `no_consent` …
    pub counts: BTreeMap<(&'static str, String), u64>,
    pub diary: Vec<String>,
}

/// The step after a step of a run, and the pause before it.
fn next_of(word: &str) -> Option<(&'static Step, Span)> {
    let (next, wait) = match word {
        "cart_soon" => ("cart_late", Span::hours(22)),
        "lesson_one" => ("lesson_two", Span::days(2)),
        "lesson_two" => ("lesson_three", Span::days(4)),
        "trial" => ("trial_day", Span::hours(20)),
        "trial_day" => ("trial_end", Span::days(3)),
        "keep" => ("kept", Span::hours(25)),
        _ => return None,
    };
    Some((named(next), wait))
}

/// How long a flow waits before its first message.
fn first_wait(flow: &str) -> Option<Span> {
    match flow {
        "cart" => Some(Span::hours(2)),
        "course" => Some(Span::hours(1)),
        _ => None,
    }
}

impl Person {
    pub fn new(home: Home, phone: String) -> Person {
        Person {
            home,
            phone,
            row: None,
            opened: None,
            opted_out: false,
            word_at: None,
            consent: BTreeSet::new(),
            daily: false,
            with_person: None,
            question: None,
            freed_at: Time(0),
            joined_at: Time(0),
            moved_at: Time(0),
            aside_at: None,
            visit_at: None,
            stamps: BTreeMap::new(),
            starts: BTreeMap::new(),
            minutes: BTreeSet::new(),
            dated: BTreeSet::new(),
        }
    }

    fn is_free(&self) -> bool {
        self.with_person.is_none() && self.question.is_none()
    }

    fn meant(&self, to: &To) -> bool {
        match to {
            To::Everyone => true,
            To::Daily => self.daily,
            To::Spain => self.home.country.code == "ES",
        }
    }

    /// The reason if the topic's rules refuse a message.
    fn refused_by_topic(&self, topic: &str, at: Time) -> Option<&'static str> {
        let caps: &[(usize, Span)] = match topic {
            "news" => &[(1, DAY), (3, Span::days(7))],
            "offers" => &[(2, Span::days(7))],
            _ => return None,
        };
        if !self.consent.contains(topic) {
            return Some("no_consent");
        }
        let stamps = self.stamps.get(topic).map_or(&[][..], Vec::as_slice);
        let within = |span: Span| stamps.iter().filter(|stamp| **stamp <= at && at - **stamp < span).count();
        caps.iter().any(|(count, span)| within(*span) >= *count).then_some("capped")
    }
}

impl Oracle {
    pub fn new(people: Vec<Person>, now: Time) -> Oracle {
        Oracle {
            people,
            paused: BTreeSet::new(),
            wrong: Vec::new(),
            dues: Vec::new(),
            last_id: 0,
            last: now,
            clocks: BTreeMap::new(),
            counts: BTreeMap::new(),
            diary: Vec::new(),
        }
    }

    /// The next time at which something must be examined.
    pub fn next_look(&self) -> Option<Time> {
        let dues = self.dues.iter().map(|due| due.look);
        let people = self.people.iter().flat_map(|person| {
            let question = person.question.as_ref().and_then(|question| question.deadline);
            [question, person.with_person]
        });
        dues.chain(people.flatten()).min()
    }

    pub fn note(&mut self, at: Time, what: String) {
        self.diary.push(format!("{} {what}", shown(at)));
    }

    fn fault(&mut self, at: Time, what: String) {
        self.note(at, format!("WRONG {what}"));
        self.wrong.push(format!("{} {what}", shown(at)));
    }

    fn count(&mut self, step: &'static Step, what: &str) {
        *self.counts.entry((step.flow, what.to_owned())).or_default() += 1;
    }

    fn due(&mut self, person: usize, step: &'static Step, at: Time, stage: Stage, run: u64) -> u64 {
        self.last_id += 1;
        let id = self.last_id;
        let run = if run == 0 { id } else { run };
        let due = Due {
            id,
            person,
            step,
            at,
            stage,
            look: at + SOON,
            run,
            ready: None,
            awake: None,
            nudged: false,
            answered: false,
            kept: None,
            tries: 0,
            rests: None,
            morning: None,
            visit: self.people[person].visit_at,
        };
        self.dues.push(due);
        id
    }

    // -- what people do

    /// A person writes. Called before the webhook is posted.
    pub fn writes(&mut self, who: usize, text: &str, now: Time) {
        self.note(now, format!("person {who} writes `{text}`"));
        self.keep_clocks(now);
        let whole = Time(now.0 / 1000 * 1000);
        let person = &mut self.people[who];
        if person.opened.is_none() {
            person.joined_at = now;
        }
        person.opened = Some(whole);
        match text {
            "STOP" => {
                (person.opted_out, person.word_at, person.question) = (true, Some(now), None);
                person.freed_at = now;
                self.dues.retain(|due| due.person != who || matches!(due.stage, Stage::Start(_)) && due.at > now);
                return self.plan_silence(who, whole, now);
            }
            "START" => {
                (person.opted_out, person.word_at) = (false, Some(now));
            }
            _ => {}
        }
        if !self.people[who].opted_out && self.people[who].with_person.is_none() {
            self.release(who, now);
            // A reply ends what waits for a customer who is silent.
            self.stop_runs(who, &["cart", "course"]);
            if text != "START" {
                self.hears(who, text, now);
            }
        }
        self.plan_silence(who, whole, now);
    }

    /// Ends the runs of these flows that wait for their next step, and drops their unsent messages.
    fn stop_runs(&mut self, who: usize, flows: &[&str]) {
        let waits = |due: &&Due| due.person == who && flows.contains(&due.step.flow) && due.stage == Stage::Wake;
        let ended: Vec<u64> = self.dues.iter().filter(waits).map(|due| due.run).collect();
        self.dues.retain(|due| !ended.contains(&due.run));
    }

    /// Releases the messages that are held for the contact's next message.
    fn release(&mut self, who: usize, now: Time) {
        for due in self.dues.iter_mut().filter(|due| due.person == who && due.at <= now) {
            if let Stage::Said(_) = due.stage
                && due.ready.is_none()
            {
                (due.awake, due.look, due.rests, due.morning, due.kept) = (Some(now), now + SOON, None, None, None);
                due.answered = due.nudged;
            }
        }
    }

    fn hears(&mut self, who: usize, text: &str, now: Time) {
        let answer = |oracle: &mut Oracle, word: &str| oracle.due(who, named(word), now, Stage::Said(now), 0);
        let asked = self.people[who]
            .question
            .as_ref()
            .filter(|question| question.left || self.dues.iter().any(|due| due.id == question.due && due.nudged));
        let question = asked.map(|question| question.word);
        let answered = match (question, text) {
            (Some("order"), "Small" | "Large") => Some("ordered"),
            (Some("news"), "Show me" | "No more news") => Some("news_done"),
            (Some("csat"), "Good" | "Bad") => Some("csat_done"),
            _ => None,
        };
        if let Some(word) = answered {
            if text == "No more news" {
                self.people[who].consent.remove("news");
            }
            // A person who answers the nudge is not asked again.
            let asked = self.people[who].question.as_ref().map_or(0, |question| question.due);
            self.dues.retain(|due| due.id != asked);
            self.free(who, now);
            answer(self, word);
            return;
        }
        let word = match text {
            "hi" => "hi",
            "daily on" => {
                self.people[who].daily = true;
                "daily_on"
            }
            "daily off" => {
                self.people[who].daily = false;
                "daily_off"
            }
            "news on" => {
                self.people[who].consent.insert("news");
                "news_on"
            }
            "news off" => {
                self.people[who].consent.remove("news");
                "news_off"
            }
            "offers on" => {
                self.people[who].consent.insert("offers");
                "offers_on"
            }
            "offers off" => {
                self.people[who].consent.remove("offers");
                "offers_off"
            }
            "no visit" => {
                self.people[who].visit_at = None;
                self.plan_dates(who, now);
                "no_visit"
            }
            "order" => {
                if let Some(question) = &self.people[who].question {
                    let asked = question.due;
                    self.dues.retain(|due| due.id != asked);
                }
                self.free(who, now);
                let due = answer(self, "order");
                self.people[who].question = Some(Question { word: "order", due, left: false, deadline: None });
                return;
            }
            "human" => {
                answer(self, "human");
                self.people[who].with_person = Some(now + GIVE_BACK);
                // A sequence ends when a person takes over.
                self.stop_runs(who, &["course"]);
                return;
            }
            "trial" => "trial",
            "keep" => "keep",
            _ => {
                if let Some(hours) = text.strip_prefix("visit in ") {
                    self.people[who].visit_at = Some(clocks::later(now, hours.parse().unwrap()));
                    self.plan_dates(who, now);
                    "visit"
                } else if let Some(zone) = text.strip_prefix("i live in ") {
                    self.people[who].moved_at = now;
                    self.people[who].home.zone = clocks::PLACES.into_iter().find(|place| place.0 == zone);
                    self.plan_dates(who, now);
                    "lives"
                } else {
                    return;
                }
            }
        };
        let due = answer(self, word);
        if let Some((next, wait)) = next_of(word) {
            self.due(who, next, now + wait, Stage::Wake, due);
        }
    }

    /// The platform reports another number.
    pub fn changes_number(&mut self, who: usize, home: Home, phone: String, now: Time) {
        self.note(now, format!("person {who} has another number: {phone}"));
        self.keep_clocks(now);
        (self.people[who].home, self.people[who].phone, self.people[who].moved_at) = (home, phone, now);
        self.plan_dates(who, now);
    }

    /// The shop emits an event.
    pub fn event(&mut self, who: usize, name: &str, now: Time) {
        self.note(now, format!("event `{name}` of person {who}"));
        let first = match name {
            "paid" => "paid",
            "cart" => "cart_soon",
            "csat" => "csat",
            _ => "lesson_one",
        };
        if name == "paid" {
            self.stop_runs(who, &["cart"]);
        }
        self.due(who, named(first), now, Stage::Start(false), 0);
    }

    pub fn hands_back(&mut self, who: usize, now: Time) {
        self.note(now, format!("person {who} is given back to the bot"));
        self.people[who].with_person = None;
        self.look_again(who, now);
    }

    pub fn template(&mut self, name: &'static str, goes: bool, now: Time) {
        self.note(now, format!("template {name} {}", if goes { "is approved again" } else { "is paused" }));
        if goes {
            self.paused.remove(name);
        } else {
            self.paused.insert(name);
        }
        for due in self.dues.iter_mut().filter(|due| goes && due.kept == Some(Verdict::NoTemplate)) {
            due.look = due.look.min(now + SOON);
        }
    }

    fn free(&mut self, who: usize, now: Time) {
        self.people[who].question = None;
        self.look_again(who, now);
    }

    fn look_again(&mut self, who: usize, now: Time) {
        if self.people[who].is_free() {
            self.people[who].freed_at = now;
        }
        for due in self.dues.iter_mut().filter(|due| due.person == who && due.at <= now) {
            if matches!(due.stage, Stage::Wake | Stage::Queued(..)) {
                due.look = now + SOON;
            }
        }
    }

    // -- what comes by the clock

    fn plan_silence(&mut self, who: usize, heard: Time, now: Time) {
        let timed = |due: &Due| due.person == who && matches!(due.step.word, "closing" | "silent") && due.at > now;
        self.dues.retain(|due| !(timed(due) && due.stage == Stage::Start(false)));
        if self.people[who].opted_out {
            return;
        }
        for (word, moment) in [("closing", heard + WINDOW - CLOSING), ("silent", heard + SILENT)] {
            let at = self.people[who].home.before_night(now, moment).unwrap_or(moment);
            self.due(who, named(word), at.max(now), Stage::Start(false), 0);
        }
    }

    fn plan_dates(&mut self, who: usize, now: Time) {
        let clock = self.people[who].home.clock();
        for word in ["reminder", "thanks"] {
            self.dues.retain(|due| {
                due.person != who || due.step.word != word || due.stage != Stage::Start(true) || due.at <= now
            });
            let Some(visit) = self.people[who].visit_at else { continue };
            if self.people[who].dated.contains(&(word, visit)) {
                continue;
            }
            let at = match word {
                "reminder" => clocks::day_before(visit, 10, 20, &clock),
                _ => visit + Span::hours(2),
            };
            if at > now {
                self.due(who, named(word), at, Stage::Start(true), 0);
            }
        }
    }

    /// Remembers time zones before a person may move: earlier fires there were not for them.
    fn keep_clocks(&mut self, now: Time) {
        self.plan_fires(Time(now.0 - 1));
    }

    /// Adds dues for the fires since the last call, for the people of each time zone.
    fn plan_fires(&mut self, now: Time) {
        let after = self.last;
        self.last = now;
        let home = TimeZone::get("Europe/Madrid").unwrap();
        let mut clocks: BTreeMap<String, (TimeZone, Vec<usize>)> = BTreeMap::new();
        for who in 0..self.people.len() {
            if self.people[who].row.is_none() {
                continue;
            }
            let clock = self.people[who].home.clock();
            let name = clock.iana_name().unwrap_or_default().to_owned();
            clocks.entry(name).or_insert_with(|| (clock, Vec::new())).1.push(who);
        }
        for schedule in SCHEDULES {
            for (name, (clock, people)) in &clocks {
                let zone = if schedule.by_contact { clock } else { &home };
                for fire in self.fired(schedule, name, zone, after, now) {
                    let local = zone.to_datetime(jiff::Timestamp::from_millisecond(fire.0).unwrap());
                    let minute = local.strftime("%Y-%m-%dT%H:%M").to_string();
                    for who in people {
                        let person = &mut self.people[*who];
                        let known = fire > person.joined_at;
                        if known && person.meant(&schedule.to) && person.minutes.insert((schedule.word, minute.clone()))
                        {
                            self.due(*who, named(schedule.word), fire, Stage::Start(true), 0);
                        }
                    }
                }
            }
        }
    }

    /// Called at every time, so the next fire of each time zone is cached.
    fn fired(&mut self, of: &Weekly, name: &str, zone: &TimeZone, after: Time, now: Time) -> Vec<Time> {
        let key = format!("{} {name}", of.word);
        if self.clocks.get(&key).is_some_and(|next| *next > now) {
            return Vec::new();
        }
        let next = clocks::fires(of, zone, now, now + Span::days(32)).into_iter().next();
        self.clocks.insert(key, next.unwrap_or(now + Span::days(32)));
        clocks::fires(of, zone, after, now)
    }

    // -- the judgement

    /// Called after everything that was due at this time is done.
    pub async fn look(&mut self, now: Time, sent: Vec<Sent>, ledger: &Ledger<'_>) {
        for who in 0..self.people.len() {
            let person = &mut self.people[who];
            if person.with_person.is_some_and(|until| until <= now) {
                person.with_person = None;
                self.look_again(who, now);
            }
            let question = self.people[who].question.as_ref();
            if question.is_some_and(|question| question.deadline.is_some_and(|at| at <= now)) {
                self.free(who, now);
            }
        }
        self.plan_fires(now);
        for sent in sent {
            self.judge(&sent);
        }
        let mut due: Vec<(Time, u64)> = self.dues.iter().filter(|due| due.look <= now).map(|d| (d.at, d.id)).collect();
        due.sort_unstable();
        for (_, id) in due {
            self.examine(id, now, ledger).await;
        }
    }

    /// Checks a message that was sent or refused.
    fn judge(&mut self, sent: &Sent) {
        let now = sent.at;
        let Some(who) = self.people.iter().position(|person| person.phone == sent.to) else {
            return self.fault(now, format!("`{}` went to {}, who is nobody", sent.said, sent.to));
        };
        self.note(now, format!("  `{}` to person {who}, refused: {:?}", sent.said, sent.refused));
        let person = &self.people[who];
        let open = person.opened.is_some_and(|at| now < at + WINDOW);
        if !sent.is_template && !open {
            self.fault(now, format!("`{}` left outside the window of person {who}", sent.said));
        }
        let Some(step) = bot::step_of(&sent.said) else {
            let asked = self.people[who].word_at.is_some_and(|at| now - at <= SOON);
            let known = sent.said.contains("hear no more") || sent.said.contains("Welcome back");
            if !known || !asked {
                self.fault(now, format!("`{}` was said to person {who} for no reason", sent.said));
            }
            return;
        };
        let candidates =
            self.dues.iter().filter(|due| due.person == who && due.step.word == step.word && due.at <= now);
        // A held message is sent only after a message of the contact, and is then no longer held.
        let rank =
            |due: &&Due| (matches!(due.kept, Some(Verdict::Held(_))), !matches!(due.stage, Stage::Said(_)), due.at);
        let oldest = candidates.min_by_key(rank).map(|due| due.id);
        let again = self.people[who].question.as_ref().is_some_and(|q| q.left && q.word == step.word);
        let wrote = self.people[who].opened.is_some_and(|at| now - at <= SOON);
        // The interrupting run is over, so the waiting question is asked again after it.
        let aside = self.people[who].aside_at.is_some_and(|at| now - at <= PATIENCE);
        if oldest.is_none() && again && (wrote && !sent.is_template || aside) {
            return;
        }
        let late = oldest.is_none() && self.came_late(who, step, self.people[who].moved_at);
        let late = late.then(|| self.due(who, step, now, Stage::Start(true), 0));
        let Some(id) = oldest.or(late) else {
            if !self.came_late(who, step, self.people[who].joined_at) {
                self.fault(now, format!("`{}` was not due to person {who}", sent.said));
            }
            return;
        };
        self.expire_question(who, id, now);
        match self.of(id).stage {
            Stage::Start(_) | Stage::Queued(..) => match self.may_begin(id, now) {
                Begin::Yes => self.begins(id, now),
                other => return self.fault(now, format!("`{}` left, and {other:?} of {:?}", sent.said, self.of(id))),
            },
            // It spoke before the question was written, and waits for its morning as that one does.
            Stage::Wake if self.woke_before_the_question(id) => self.speaks(id, self.of(id).at),
            Stage::Wake if !self.people[who].is_free() => {
                return self.fault(now, {
                    let (due, person) = (self.of(id), &self.people[who]);
                    let asks =
                        person.question.as_ref().and_then(|question| self.dues.iter().find(|d| d.id == question.due));
                    format!(
                        "`{}` left while its run has to be silent: {due:?}, {:?}, {asks:?}",
                        sent.said, person.question
                    )
                });
            }
            Stage::Wake => self.speaks(id, now),
            Stage::Said(_) => {}
        }
        let verdict = self.verdict(id, now);
        let right = match verdict {
            Verdict::Text => !sent.is_template && sent.said == step.word,
            Verdict::Template(name) | Verdict::Nudge(name) => sent.is_template && sent.said == name,
            _ => false,
        };
        if !right {
            let due = self.of(id).clone();
            self.fault(now, format!("`{}` left, and {verdict:?} is right of {due:?}", sent.said));
        }
        match sent.refused {
            None => self.left(id, sent, now),
            Some(code) => self.refused(id, code, now),
        }
    }

    /// The held question has expired: messages that waited for it may be sent at the same time.
    fn expire_question(&mut self, who: usize, id: u64, now: Time) {
        let asked = self.people[who].question.as_ref().filter(|question| !question.left && question.due != id);
        let due = asked.and_then(|question| self.dues.iter().find(|due| due.id == question.due));
        if let Some(due) = due
            && let Stage::Said(written) = due.stage
            && now >= written + hold_of(due.step)
        {
            self.gone(due.id, "expired", now);
        }
    }

    /// True if a fire of the last hour may include a person who came to us, or to its time zone, after it: it is
    /// planned up to an hour late.
    fn came_late(&self, who: usize, step: &Step, came: Time) -> bool {
        let clock = self.people[who].home.clock();
        let of = SCHEDULES.iter().filter(|schedule| schedule.word == step.word);
        of.into_iter().any(|schedule| !clocks::fires(schedule, &clock, came - Span::hours(1), came).is_empty())
    }

    fn of(&self, id: u64) -> &Due {
        self.dues.iter().find(|due| due.id == id).expect("it is due")
    }

    fn of_mut(&mut self, id: u64) -> &mut Due {
        self.dues.iter_mut().find(|due| due.id == id).expect("it is due")
    }

    fn left(&mut self, id: u64, sent: &Sent, now: Time) {
        let due = self.of(id).clone();
        let step = due.step;
        if step.word == "reminder" {
            self.people[due.person].aside_at = Some(now);
        }
        // A message that a nudge announced is already counted.
        if step.way != Way::Answer && !due.nudged {
            let topic = step.topic;
            self.people[due.person].stamps.entry(topic).or_default().push(now);
        }
        if matches!(step.way, Way::Nudge(..)) && sent.is_template {
            self.count(step, "nudge");
            let hold = hold_of(step);
            let Stage::Said(written) = due.stage else { return };
            let due = self.of_mut(id);
            (due.nudged, due.ready, due.look) = (true, None, written + hold + PATIENCE);
            due.kept = Some(Verdict::Held(written + hold));
            return;
        }
        self.count(step, if sent.is_template { "template" } else { "text" });
        if let Some(span) = step.asks
            && let Some(question) = self.people[due.person].question.as_mut().filter(|q| q.due == id)
        {
            (question.left, question.deadline) = (true, Some(now + span));
        }
        self.dues.retain(|due| due.id != id);
    }

    fn refused(&mut self, id: u64, code: i64, now: Time) {
        let due = self.of_mut(id);
        due.tries += 1;
        let (who, tries, step) = (due.person, due.tries, due.step);
        if let (Way::Nudge(..), Stage::Said(written)) = (step.way, due.stage)
            && (code != 131_049 || tries > 1)
        {
            // Nobody was nudged: what is kept waits for a message all the same.
            let ends = written + hold_of(step);
            (due.kept, due.rests, due.look) = (Some(Verdict::Held(ends)), None, ends + PATIENCE);
            if code == 131_050 {
                self.people[who].consent.clear();
            }
            return;
        }
        match code {
            131_049 if tries < 2 => (due.rests, due.look, due.ready) = (Some(now + DAY), now + DAY + SOON, None),
            131_050 => {
                self.people[who].consent.clear();
                self.gone(id, "opted_out", now);
            }
            _ => self.gone(id, &code.to_string(), now),
        }
    }

    /// Removes a due that will never be sent.
    fn gone(&mut self, id: u64, why: &str, now: Time) {
        let due = self.of(id).clone();
        self.count(due.step, why);
        self.people[due.person].dated.extend(due.visit.map(|visit| (due.step.word, visit)));
        self.note(now, format!("  {} of person {} is over: {why}", due.step.word, due.person));
        // A message that did not reach them does not count.
        if let Stage::Said(written) = due.stage
            && let Some(starts) = self.people[due.person].starts.get_mut(due.step.flow)
        {
            starts.retain(|at| *at != written);
        }
        if self.people[due.person].question.as_ref().is_some_and(|question| question.due == id) {
            // It is seen a moment later that its time was over.
            let ended = match due.stage {
                Stage::Said(written) if why == "expired" => written + hold_of(due.step),
                _ => now,
            };
            self.free(due.person, ended);
        }
        self.dues.retain(|due| due.id != id);
    }

    /// The checks before a run begins.
    fn may_begin(&self, id: u64, at: Time) -> Begin {
        let due = self.of(id);
        let person = &self.people[due.person];
        let step = due.step;
        if person.opted_out {
            return Begin::No("opted_out");
        }
        if let Some(reason) = person.refused_by_topic(step.topic, at) {
            return Begin::No(reason);
        }
        let cap = match step.word {
            "silent" => Some(SILENT_CAP),
            word => SCHEDULES.iter().find(|schedule| schedule.word == word).and_then(|schedule| schedule.at_most),
        };
        let began = person.starts.get(step.flow).map_or(&[][..], Vec::as_slice);
        if cap.is_some_and(|span| began.iter().any(|start| at - *start < span)) {
            return Begin::No("capped");
        }
        let skips = matches!(step.flow, "monthly" | "csat");
        match (person.with_person.is_some(), person.question.is_some()) {
            (true, _) if skips => Begin::No("with_person"),
            (true, _) => Begin::InLine,
            (_, true) if skips => Begin::No("busy"),
            (_, true) if step.flow == "reminder" => Begin::Yes,
            (_, true) => Begin::InLine,
            _ => Begin::Yes,
        }
    }

    fn begins(&mut self, id: u64, at: Time) {
        let due = self.of(id).clone();
        let person = &mut self.people[due.person];
        person.starts.entry(due.step.flow).or_default().push(at);
        person.dated.extend(due.visit.map(|visit| (due.step.word, visit)));
        if let Some(wait) = first_wait(due.step.flow) {
            let due = self.of_mut(id);
            (due.stage, due.at, due.look) = (Stage::Wake, at + wait, at + wait + SOON);
            return;
        }
        if due.step.asks.is_some() {
            person.question = Some(Question { word: due.step.word, due: id, left: false, deadline: None });
        }
        self.of_mut(id).stage = Stage::Said(at);
    }

    /// Its run continues: the message is written, and the next one is due after its pause.
    fn speaks(&mut self, id: u64, at: Time) {
        let due = self.of_mut(id);
        due.stage = Stage::Said(at);
        let (who, word, run) = (due.person, due.step.word, due.run);
        if let Some((next, wait)) = next_of(word) {
            self.due(who, next, at + wait, Stage::Wake, run);
        }
    }

    /// The right decision for a message now.
    fn verdict(&self, id: u64, at: Time) -> Verdict {
        let due = self.of(id);
        let (person, step) = (&self.people[due.person], due.step);
        let Stage::Said(written) = due.stage else { return Verdict::Over };
        let hold_ends = written + hold_of(step);
        let asked = step.way == Way::Answer;
        if at >= hold_ends {
            return Verdict::Over;
        }
        if person.opted_out {
            return Verdict::No("opted_out");
        }
        // A held message waits for the contact, whatever the time of day.
        if let Some(held @ Verdict::Held(_)) = due.kept {
            return held;
        }
        if due.rests.is_some_and(|until| at < until) {
            return Verdict::Rests;
        }
        if !asked {
            let no = person.refused_by_topic(step.topic, at);
            if let Some(reason) = no.filter(|reason| *reason != "capped" || !due.nudged) {
                return Verdict::No(reason);
            }
            let awake = due.awake.is_some_and(|awake| at - awake <= HALF_AN_HOUR);
            let waits = due.morning.is_some_and(|morning| at < morning);
            let advertising = step.topic != "service";
            if !awake && (waits || person.home.is_night(at, step.ignores_night, advertising)) {
                return Verdict::Night;
            }
        }
        if person.with_person.is_some() && step.word != "human" {
            return Verdict::Held(hold_ends);
        }
        if person.opened.is_some_and(|opened| at < opened + WINDOW - MARGIN) {
            return Verdict::Text;
        }
        let goes = |name: &&'static &'static str| !self.paused.contains(**name);
        match step.way {
            Way::Answer | Way::Hold(_) => Verdict::Held(hold_ends),
            Way::Skip => Verdict::Skip,
            Way::Template(list) => list.iter().find(goes).map_or(Verdict::NoTemplate, |name| Verdict::Template(name)),
            Way::Nudge(..) if due.nudged => Verdict::Held(hold_ends),
            Way::Nudge(name, _) if self.paused.contains(name) => Verdict::NoTemplate,
            // One nudge for all that is kept.
            Way::Nudge(..) if due.rests.is_none() && self.is_nudged(due.person, at) => Verdict::Held(hold_ends),
            Way::Nudge(name, _) => Verdict::Nudge(name),
        }
    }

    /// True if a template has asked them to answer, and the message that it announced is still held.
    fn is_nudged(&self, who: usize, at: Time) -> bool {
        let out = |due: &Due| match due.step.way {
            Way::Nudge(..) if due.rests.is_some_and(|until| at < until) => true,
            Way::Nudge(..) => {
                due.nudged && !due.answered && matches!(due.kept, Some(Verdict::Held(until)) if at < until)
            }
            _ => false,
        };
        self.dues.iter().any(|due| due.person == who && out(due))
    }

    /// Examines an unsent due: there must be a reason, and the daemon's rows must name it.
    async fn examine(&mut self, id: u64, now: Time, ledger: &Ledger<'_>) {
        let Some(due) = self.dues.iter().find(|due| due.id == id).cloned() else { return };
        let Some((contact, conversation)) = self.people[due.person].row else {
            return self.fault(now, format!("there is no contact of person {}", due.person));
        };
        match due.stage {
            Stage::Start(planned) | Stage::Queued(planned, _) => {
                let row = match planned {
                    true => match ledger.start(contact, due.step.flow, due.at).await {
                        Some(row) => Some(row),
                        None => {
                            let starts = ledger.starts(contact, due.step.flow).await;
                            self.fault(now, format!("nothing was planned for {due:?}, of {starts}"));
                            return self.dues.retain(|due| due.id != id);
                        }
                    },
                    false => None,
                };
                if !self.started(&due, row, now) {
                    return;
                }
            }
            Stage::Wake => {
                if !self.people[due.person].is_free() {
                    // Looked at again when it is free.
                    self.of_mut(id).look = Time(i64::MAX);
                    return;
                }
                let at = due.at.max(self.people[due.person].freed_at);
                self.speaks(id, at);
            }
            Stage::Said(_) => {}
        }
        let Stage::Said(written) = self.of(id).stage else { return };
        let row = ledger.outbound(conversation, due.step.word, written).await;
        self.kept(id, row, now);
    }

    /// True if it has begun.
    fn started(&mut self, due: &Due, row: Option<Start>, now: Time) -> bool {
        let queued = matches!(due.stage, Stage::Queued(..));
        // A queued start ends later than its slot, in which it was decided.
        let slot = row.as_ref().filter(|_| !queued).map(|row| row.slot_at);
        let decided = row.as_ref().and_then(|row| row.ended_at).or(slot);
        let freed = self.people[due.person].freed_at;
        let at = decided.unwrap_or(if queued { due.at.max(freed) } else { due.at });
        let right = self.may_begin(due.id, at);
        // A contact who is busy when the queueing time ends is refused for that reason, whatever other reasons there
        // are by then; if the contact becomes free at the same moment, either result is right.
        let busy = right == Begin::InLine || !self.people[due.person].is_free() || freed >= at;
        let over = match due.stage {
            Stage::Queued(_, until) => at >= until || now >= until,
            _ => false,
        };
        let state = row.as_ref().map(|row| (row.state.as_str(), row.reason.as_deref()));
        match (state, right) {
            (Some(("begun", _)) | None, Begin::Yes) if !over || state.is_some() => {
                self.begins(due.id, at);
                return true;
            }
            // The message that fills the cap was sent at this very moment, perhaps after the start: then the new
            // message is refused.
            (Some(("begun", _)), Begin::No("capped")) if self.may_begin(due.id, Time(at.0 - 1)) == Begin::Yes => {
                self.begins(due.id, at);
                return true;
            }
            (Some(("refused", Some(reason))), Begin::No(right)) if reason == right => {
                self.gone(due.id, reason, now);
            }
            (None, Begin::No(reason)) => self.gone(due.id, reason, now),
            (Some(("refused", Some(reason @ ("busy" | "with_person")))), _) if over && busy => {
                self.gone(due.id, reason, now);
            }
            (None, _) if over => self.gone(due.id, "busy", now),
            (Some(("queued", _)) | None, Begin::InLine) => {
                let until = match due.stage {
                    Stage::Queued(_, until) => until,
                    _ => due.at + QUEUE,
                };
                let due = self.of_mut(due.id);
                (due.stage, due.look) = (Stage::Queued(row.is_some(), until), until + SOON);
            }
            (Some(("superseded", _)), _) if self.left_audience(due) => self.gone(due.id, "superseded", now),
            (Some(("waiting", _)), _) if now < due.at + PATIENCE => self.of_mut(due.id).look = due.at + PATIENCE,
            _ => {
                self.fault(now, format!("{right:?} is right at {}, and its row says {row:?}: {due:?}", shown(at)));
                self.dues.retain(|other| other.id != due.id);
            }
        }
        false
    }

    fn left_audience(&self, due: &Due) -> bool {
        let schedule = SCHEDULES.iter().find(|schedule| schedule.word == due.step.word);
        let moved = matches!(due.step.word, "reminder" | "thanks") && self.people[due.person].visit_at != due.visit;
        moved || schedule.is_some_and(|schedule| !self.people[due.person].meant(&schedule.to))
    }

    /// Examines a message that was written and not sent.
    fn kept(&mut self, id: u64, row: Option<Outbound>, now: Time) {
        let due = self.of(id).clone();
        // It was decided when it was written, and is seen a moment later.
        let decided = match (due.stage, due.kept, due.awake) {
            (Stage::Said(written), None, None) if due.rests.is_none() => written,
            _ => now,
        };
        let verdict = self.verdict(id, decided);
        let Some(row) = row else {
            self.fault(now, format!("no message was written for {due:?}"));
            return self.dues.retain(|due| due.id != id);
        };
        let state = (row.state.as_str(), row.reason.as_deref());
        self.of_mut(id).kept = Some(verdict);
        let later = |oracle: &mut Oracle, at: Time| {
            let due = oracle.of_mut(id);
            (due.look, due.ready) = (at, None);
        };
        // Its nudge was refused for a day: that one is decided anew, and the message itself is kept.
        let again = matches!(due.step.way, Way::Nudge(..)) && due.rests.is_some();
        match (verdict, state) {
            (Verdict::Rests, ("held", _)) if again => later(self, due.rests.unwrap_or(now) + PATIENCE),
            (Verdict::Night, ("held", _)) if again => {
                let morning = self.people[due.person].home.morning(now, false, true);
                self.of_mut(id).morning = Some(morning);
                later(self, morning + PATIENCE);
            }
            (Verdict::No(_), ("held", _)) if again => {
                let Stage::Said(written) = due.stage else { return };
                let ends = written + hold_of(due.step);
                let due = self.of_mut(id);
                (due.kept, due.rests, due.look) = (Some(Verdict::Held(ends)), None, ends + PATIENCE);
            }
            (Verdict::NoTemplate, ("held", _)) if again => {
                let Stage::Said(written) = due.stage else { return };
                later(self, written + hold_of(due.step) + PATIENCE);
            }
            (Verdict::Text | Verdict::Template(_) | Verdict::Nudge(_), _) if due.ready.is_none() => {
                let due = self.of_mut(id);
                (due.ready, due.look) = (Some(now), now + PATIENCE);
            }
            (Verdict::No(right), ("skipped", Some(reason))) if right == reason => self.gone(id, reason, now),
            // Another one filled the cap in the very moment in which this one was decided.
            (Verdict::No("capped"), ("skipped", Some("window_closed"))) if self.filled_since(&due) => {
                self.gone(id, "window_closed", now);
            }
            (Verdict::Skip, ("skipped", Some("window_closed"))) => self.gone(id, "window_closed", now),
            (Verdict::Over, ("dropped", _)) => self.gone(id, "expired", now),
            (Verdict::Held(until), ("held", _)) => later(self, until + PATIENCE),
            (Verdict::Night, ("queued", Some("quiet_hours"))) => {
                let step = due.step;
                let home = &self.people[due.person].home;
                let morning = due.morning.unwrap_or(now);
                let morning = home.morning(morning.max(now), step.ignores_night, step.topic != "service");
                self.of_mut(id).morning = Some(morning);
                later(self, morning + PATIENCE);
            }
            (Verdict::Rests, ("queued", Some("capped"))) => {
                let until = due.rests.unwrap_or(now);
                later(self, until + PATIENCE);
            }
            // A sequence ends with a message that cannot go.
            (Verdict::NoTemplate, ("dropped", _)) if due.step.flow == "course" => {
                self.count(due.step, "template_unusable");
                let run = due.run;
                self.dues.retain(|due| due.run != run);
            }
            (Verdict::NoTemplate, ("queued", Some("template_unusable"))) => {
                let Stage::Said(written) = due.stage else { return };
                later(self, written + hold_of(due.step) + PATIENCE);
            }
            _ => {
                self.fault(now, format!("{verdict:?} is right, and its row says {row:?}: {due:?}"));
                self.dues.retain(|due| due.id != id);
            }
        }
    }
}

impl Oracle {
    fn woke_before_the_question(&self, id: u64) -> bool {
        let due = self.of(id);
        let question = self.people[due.person].question.as_ref().filter(|question| !question.left);
        let asks = question.and_then(|question| self.dues.iter().find(|due| due.id == question.due));
        asks.is_some_and(|asks| matches!(asks.stage, Stage::Said(written) if written >= due.at))
    }

    /// True if a message of its topic was sent after the end of quiet hours.
    fn filled_since(&self, due: &Due) -> bool {
        let stamps = self.people[due.person].stamps.get(due.step.topic).map_or(&[][..], Vec::as_slice);
        due.morning.is_some_and(|morning| stamps.iter().any(|stamp| *stamp >= morning))
    }
}

fn hold_of(step: &Step) -> Span {
    match step.way {
        Way::Hold(span) | Way::Nudge(_, span) => span,
        Way::Answer | Way::Skip | Way::Template(_) => HOLD,
    }
}

/// The number of different messages in the year.
pub fn words() -> usize {
    STEPS.len()
}
