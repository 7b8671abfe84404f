//! Simulates the town: its people live, write, move and sleep; the daemon's clock jumps from event to event.

use super::{
    bot,
    clocks::{COUNTRIES, Home, PLACES, shown},
    ledger::Ledger,
    meta::Meta,
    oracle::{Oracle, Person},
};
use crate::sim::dice::Dice;
use serde_json::json;
use std::sync::Arc;
use tempfile::TempDir;
use transom::{
    base::{
        clock::{Clock, ManualClock},
        ids::{ContactId, ConversationId},
        place::SourceFile,
        secret::Secret,
        time::{Span, Time},
    },
    channel::{
        HeaderMap, RawRequest,
        client::install_crypto,
        meta::compose::{self, CustomerAction, CustomerEvent, Number},
        signature::Key,
    },
    model::{
        event::Event,
        inbound::{Alias, AliasKind},
        value::Value as Data,
    },
    runtime::{
        config::Config,
        daemon::{app::App, boot::Setup},
        process::metrics::Metrics,
    },
    store::{InjectedFaults, Options, Store},
};

/// The length of the simulated time, and the number of people.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub people: usize,
    pub days: i64,
}

pub struct Town {
    pub oracle: Oracle,
    pub metrics: Metrics,
    dice: Dice,
    clock: Arc<ManualClock>,
    meta: Arc<Meta>,
    pub app: Arc<App>,
    /// The time of each person's next act.
    acts: Vec<Time>,
    ends: Time,
    template_news: Time,
    messages: u64,
    numbers: usize,
    pub moments: u64,
    folder: TempDir,
}

/// The texts of people, with weights.
const WORDS: [(&str, usize); 21] = [
    ("hi", 24),
    ("daily on", 6),
    ("daily off", 2),
    ("news on", 8),
    ("news off", 2),
    ("offers on", 8),
    ("offers off", 2),
    ("order", 10),
    ("human", 4),
    ("trial", 5),
    ("keep", 5),
    ("visit", 8),
    ("no visit", 2),
    ("live", 3),
    ("STOP", 2),
    ("number", 1),
    ("paid", 6),
    ("cart", 8),
    ("csat", 5),
    ("course", 5),
    ("restart", 1),
];

impl Town {
    pub async fn new(seed: u64, size: Size) -> Town {
        install_crypto();
        let mut dice = Dice::new(seed);
        let folder = tempfile::tempdir().unwrap();
        // A short life begins anywhere in the year: the clocks of the world change on many days of it.
        let first: jiff::Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let late = if size.days < 365 { dice.between(0, 364) } else { 0 };
        let start = Time(first.as_millisecond()) + Span::days(late) + Span::minutes(dice.between(0, 1439));
        let clock = Arc::new(ManualClock::new(start));
        let meta = Arc::new(Meta::new(clock.clone(), seed));
        let people: Vec<Person> = (0..size.people)
            .map(|n| {
                // The share of one seed begins with another country than that of the next.
                let country = &COUNTRIES[(n + usize::try_from(seed).unwrap()) % COUNTRIES.len()];
                Person::new(Home { country, zone: None }, format!("{}{n:05}", country.prefix))
            })
            .collect();
        let acts = people.iter().map(|_| start + Span::minutes(dice.between(1, 2 * 1440))).collect();
        let metrics = Metrics::new();
        let app = open(&folder, &clock, &meta, &metrics, seed).await;
        app.recover().await.unwrap();
        app.run_due().await.unwrap();
        let (ends, template_news) = (start + Span::days(size.days), start + Span::days(dice.between(1, 6)));
        let (oracle, numbers) = (Oracle::new(people, start), size.people);
        Town {
            oracle,
            metrics,
            dice,
            clock,
            meta,
            app,
            acts,
            ends,
            template_news,
            messages: 0,
            numbers,
            moments: 0,
            folder,
        }
    }

    /// Runs from event to event until the end, or until an error.
    pub async fn live(&mut self) {
        while self.oracle.wrong.is_empty() {
            let now = self.clock.now();
            let next = self.app.next_due(self.ends).await.unwrap();
            let act = self.acts.iter().min().copied();
            let all = [next, act, self.oracle.next_look(), Some(self.template_news)];
            let Some(next) = all.into_iter().flatten().filter(|at| *at <= self.ends).min() else { return };
            self.clock.set(next.max(Time(now.0 + 1)));
            self.moments += 1;
            let now = self.clock.now();
            if let Some(who) = self.acts.iter().position(|at| *at <= now) {
                self.act(who).await;
                self.acts[who] = self.next_act(who);
            } else if self.template_news <= now {
                self.template_changes().await;
            }
            self.app.run_due().await.unwrap();
            let news = self.meta.news();
            let ledger = Ledger { store: &self.app.store };
            for person in self.oracle.people.iter_mut().filter(|person| person.row.is_none() && person.opened.is_some())
            {
                person.row = ledger.place(&person.phone).await;
            }
            self.oracle.look(now, news, &ledger).await;
        }
    }

    /// Mostly by day in their time zone, and seconds away from full minutes, when schedules fire.
    fn next_act(&mut self, who: usize) -> Time {
        let hours = match self.dice.below(10) {
            0..=2 => self.dice.between(0, 3),
            3..=5 => self.dice.between(4, 30),
            6..=8 => self.dice.between(30, 120),
            _ => self.dice.between(120, 500),
        };
        let mut at = self.clock.now() + Span::hours(hours) + Span::minutes(self.dice.between(1, 59));
        if self.oracle.people[who].home.is_night(at, false, false) && self.dice.percent(85) {
            at = self.oracle.people[who].home.morning(at, false, false) + Span::minutes(self.dice.between(1, 600));
        }
        Time(at.0 / 60_000 * 60_000 + self.dice.between(25_000, 34_000))
    }

    async fn act(&mut self, who: usize) {
        let now = self.clock.now();
        if self.oracle.people[who].row.is_none() {
            return self.write(who, "hi").await;
        }
        let person = &self.oracle.people[who];
        if person.with_person.is_some() && self.dice.percent(50) {
            return self.hand_back(who).await;
        }
        let person = &self.oracle.people[who];
        if person.opted_out && self.dice.percent(40) {
            return self.write(who, "START").await;
        }
        let question = person.question.as_ref().map(|question| question.word);
        if let Some(word) = question.filter(|_| self.dice.percent(60)) {
            let answers: &[&str] = match word {
                "order" => &["Small", "Large"],
                "news" => &["Show me", "No more news"],
                _ => &["Good", "Bad"],
            };
            let text = *self.dice.of(answers);
            return self.write(who, text).await;
        }
        let weights = WORDS.map(|(_, weight)| weight);
        let word = WORDS[self.dice.weighted(&weights)].0;
        match word {
            "paid" | "cart" | "csat" | "course" => {
                self.oracle.event(who, word, now);
                let (contact, conversation) = self.row(who);
                let app = Arc::clone(&self.app);
                app.queue.emit_event(contact, conversation, word.into(), Data::Nothing).await.unwrap();
            }
            "visit" => {
                let text = format!("visit in {}", self.dice.between(1, 400));
                self.write(who, &text).await;
            }
            "live" => {
                let text = format!("i live in {}", self.dice.of(&PLACES).0);
                self.write(who, &text).await;
            }
            "number" => self.change_number(who).await,
            // A person with an open question gets no employee in between: other tests cover that.
            "human" if question.is_some() => self.write(who, "hi").await,
            "restart" => self.restart().await,
            text => self.write(who, text).await,
        }
    }

    fn row(&self, who: usize) -> (ContactId, ConversationId) {
        let (contact, conversation) = self.oracle.people[who].row.expect("they have written before");
        (ContactId(contact), ConversationId(conversation))
    }

    async fn write(&mut self, who: usize, text: &str) {
        let now = self.clock.now();
        self.oracle.writes(who, text, now);
        self.messages += 1;
        let act = CustomerAction {
            from: Alias { kind: AliasKind::Phone, value: self.oracle.people[who].phone.clone() },
            name: Some(format!("Person {who}")),
            id: format!("wamid.IN{}", self.messages),
            at: now,
            reply_to: None,
            what: CustomerEvent::Text(text.into()),
        };
        self.post(&compose::message(&number(), &act)).await;
    }

    async fn hand_back(&mut self, who: usize) {
        let now = self.clock.now();
        self.oracle.hands_back(who, now);
        let (contact, conversation) = self.row(who);
        self.app.queue.happen(contact, conversation, Event::HandedBack { agent: None }).await.unwrap();
    }

    /// They get another number, perhaps of another country; the platform reports it.
    async fn change_number(&mut self, who: usize) {
        let now = self.clock.now();
        let country = self.dice.of(&COUNTRIES);
        self.numbers += 1;
        let phone = format!("{}{:05}", country.prefix, self.numbers);
        let person = &self.oracle.people[who];
        let (old, home) = (person.phone.clone(), Home { country, zone: person.home.zone });
        self.oracle.changes_number(who, home, phone.clone(), now);
        self.messages += 1;
        let message = json!({"from": old, "id": format!("wamid.IN{}", self.messages), "timestamp": (now.0 / 1000).to_string(),
            "type": "system", "system": {"body": "changed", "wa_id": phone, "type": "user_changed_number"}});
        let value = json!({"messaging_product": "whatsapp", "messages": [message],
            "metadata": {"display_phone_number": "15550001111", "phone_number_id": "106540352242922"}});
        let body = json!({"object": "whatsapp_business_account",
            "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]});
        self.post(&body.to_string()).await;
    }

    /// Pauses a template, or resumes all.
    async fn template_changes(&mut self) {
        let now = self.clock.now();
        let pauses = self.oracle.paused.is_empty();
        let names: Vec<&'static str> = match pauses {
            true => vec![self.dice.of(bot::TEMPLATES).0],
            false => self.oracle.paused.iter().copied().collect(),
        };
        for name in names {
            self.oracle.template(name, !pauses, now);
            let value = json!({"event": if pauses { "PAUSED" } else { "APPROVED" }, "message_template_id": 7,
                "message_template_name": name, "message_template_language": "en", "reason": "NONE"});
            let body = json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "time": 1,
                "changes": [{"field": "message_template_status_update", "value": value}]}]});
            self.post(&body.to_string()).await;
        }
        let hours = if pauses { self.dice.between(3, 60) } else { self.dice.between(24, 300) };
        self.template_news = Time((now + Span::hours(hours)).0 / 60_000 * 60_000 + 40_000);
    }

    /// The process dies, and another one resumes the work in the file.
    async fn restart(&mut self) {
        let now = self.clock.now();
        self.oracle.note(now, "the process dies".into());
        self.app.store.abandon().await;
        self.app = open(&self.folder, &self.clock, &self.meta, &self.metrics, self.dice.next()).await;
        self.app.recover().await.unwrap();
    }

    async fn post(&self, body: &str) {
        let mut headers = HeaderMap::new();
        let signature = Key::new(Secret::new("app-secret")).sign(body.as_bytes());
        headers.insert("x-hub-signature-256", signature.parse().unwrap());
        let request = RawRequest {
            method: "POST",
            query: "",
            headers: &headers,
            body: body.as_bytes(),
            now: self.clock.now(),
            sender: None,
        };
        self.app.ingest.accept("meta", &request).await.unwrap();
    }

    /// The errors that the daemon itself found, refusals without a reason, and wrong reports.
    pub async fn ends(&mut self) {
        let now = self.clock.now();
        for what in (Ledger { store: &self.app.store }).unexplained().await {
            self.oracle.wrong.push(format!("{} {what}", shown(now)));
        }
        for what in crate::truth::disagreements(&self.app.store).await {
            self.oracle.wrong.push(format!("{} {what}", shown(now)));
        }
        let text = self.metrics.render();
        let bugs = text.lines().filter(|line| line.starts_with("transom_bugs_total{") && !line.ends_with(" 0"));
        self.oracle.wrong.extend(bugs.map(|line| format!("the daemon counts {line}")));
    }
}

fn number() -> Number {
    Number { waba_id: "1".into(), phone_number_id: "106540352242922".into(), phone: "+15550001111".into() }
}

async fn open(folder: &TempDir, clock: &Arc<ManualClock>, meta: &Arc<Meta>, metrics: &Metrics, seed: u64) -> Arc<App> {
    let config = SourceFile::new("config.yaml", bot::config());
    let config = Config::parse(&config, folder.path(), &|_| None).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let url = format!("sqlite://{}", folder.path().join("year.db").display());
    let options = Options { durable: false, faults: Arc::new(InjectedFaults::in_step(seed)) };
    let store = Store::open(&url, options).await.unwrap();
    let shared: Arc<dyn Clock> = clock.clone();
    let (http, files, metrics) = (meta.clone(), bot::files(), metrics.clone());
    let setup = Setup { config, clock: shared, store, http, files, calls: None, metrics, spans: Default::default() };
    let (app, _) = App::start(setup).await.unwrap_or_else(|error| panic!("{error:#?}"));
    app
}
