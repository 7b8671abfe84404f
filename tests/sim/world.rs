//! Holds the simulated world: a daemon that dies and restarts, its customers, and webhooks in transit.

use super::{
    bot,
    broadcasts::Blast,
    dice::Dice,
    meta::{MetaWorld, Wire},
};
use std::{
    future::Future,
    sync::{Arc, Mutex},
};
use tempfile::TempDir;
use transom::{
    base::{
        clock::{Clock, ManualClock},
        diagnostic::Findings,
        place::SourceFile,
        secret::Secret,
        time::{Span, Time},
        yaml,
    },
    channel::{HeaderMap, RawRequest, client::install_crypto, meta::compose::Number, signature::Key},
    model::inbound::AliasKind,
    runtime::{
        config::Config,
        daemon::{app::App, boot::Setup},
        events::webhook_delivery::PassCounts,
        http_step::{calls::Calls, mocks::Mocks},
        ingest::accept::NotAccepted,
        process::metrics::Metrics,
    },
    store::{InjectedFaults, Options, Store},
};

/// A customer, by Meta's id.
pub struct Person {
    /// A phone in digits, or the user id of a person who hides it.
    pub address: &'static str,
    pub kind: AliasKind,
    pub written: u32,
}

/// The addresses by person; each a phone in digits, or the user id of a person who hides it.
const ADDRESSES: [&str; 7] = [
    "33612345678",
    "4915123456789",
    "819012345678",
    "34677000111",
    "351912345678",
    "ES.13491208655302741918",
    "FR.20481208655302741555",
];
/// From here on they hide their number.
const FIRST_HIDDEN: usize = 5;

/// Two of `people` who are one person: by the user id, and by the number that the seed gives them. The daemon does not
/// know until a webhook contains both.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    pub hidden: usize,
    pub shown: usize,
    /// True if such a webhook was answered with 200.
    pub joined: bool,
}

/// A webhook in transit.
#[derive(Debug, Clone)]
pub struct Hook {
    pub due: Time,
    pub body: String,
    pub about: About,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A customer's message: the person, its id, its text if it has one, and when it was written.
    Message { person: usize, wamid: String, text: Option<String>, at: Time, names_both: bool },
    /// A status of an arrival.
    Status { id: i64, state: &'static str },
    /// A template becomes usable, or unusable.
    Template { name: &'static str, usable: bool },
}

/// An `echo N` that must be answered.
#[derive(Debug, Clone)]
pub struct Owed {
    pub person: usize,
    pub text: String,
    pub at: Time,
    /// True if it was behind another message at the last check.
    pub waited: bool,
    /// True if silence is allowed (an opt-out, a person, a late message).
    pub excused: bool,
}

/// Survives a panic of the simulation that writes it.
pub type Diary = Arc<Mutex<Vec<String>>>;

pub struct World {
    pub dice: Dice,
    pub clock: Arc<ManualClock>,
    pub meta: MetaWorld,
    pub app: Arc<App>,
    pub faults: Arc<InjectedFaults>,
    pub metrics: Metrics,
    pub people: Vec<Person>,
    pub pairs: Vec<Pair>,
    pub hooks: Vec<Hook>,
    pub owed: Vec<Owed>,
    /// Ids of messages whose webhook was answered with 200.
    pub acknowledged: Vec<String>,
    /// Their webhooks, for repeating them.
    pub recorded: Vec<Hook>,
    /// The acts so far, for the report of a failure.
    pub diary: Diary,
    pub echoes: u32,
    pub version: usize,
    /// True if commits were made to fail in this process, so that the sweep may find work.
    pub disturbed: bool,
    /// The time until which the disk is full.
    pub disk_full_until: Option<Time>,
    /// The number of commits that were made to fail.
    pub lost_commits: usize,
    pub outside: std::collections::BTreeSet<i64>,
    pub deaths: u32,
    /// Conversations in which the bot was silent at the last look.
    pub silent: std::collections::BTreeSet<i64>,
    /// How often the desk had got a notification when its row first counted as accepted.
    pub heard: std::collections::BTreeMap<i64, usize>,
    pub blasts: Vec<Blast>,
    /// The times of joins.
    pub joins: Vec<Time>,
    /// Bugs that were counted while commits failed on purpose.
    pub pardoned: u64,
    folder: TempDir,
}

/// An age from which a message may count as late (`late_message` is six hours).
pub const LATE: Span = Span::hours(5);
pub const SECRET: &str = "app-secret";

impl World {
    pub async fn new(seed: u64, diary: Diary) -> World {
        install_crypto();
        let mut dice = Dice::new(seed);
        let folder = tempfile::tempdir().unwrap();
        let at: jiff::Timestamp = "2026-03-24T07:00:00Z".parse().unwrap();
        let start = Time(at.as_millisecond()) + Span::minutes(dice.between(0, 6 * 24 * 60));
        let clock = Arc::new(ManualClock::new(start));
        let meta = MetaWorld::new(clock.clone(), diary.clone());
        let faults = Arc::new(InjectedFaults::in_step(seed));
        let metrics = Metrics::new();
        let app = open(&folder, &clock, &meta, &faults, &metrics, 0, None).await;
        app.recover().await.unwrap();
        app.run_due().await.unwrap();
        let kind = |address: &str| if address.contains('.') { AliasKind::Bsuid } else { AliasKind::Phone };
        let people = ADDRESSES.map(|address| Person { address, kind: kind(address), written: 0 }).into();
        let mut shown: Vec<usize> = (0..FIRST_HIDDEN).collect();
        let pair = |hidden| Pair { hidden, shown: shown.remove(dice.below(shown.len())), joined: false };
        let pairs: Vec<Pair> = (FIRST_HIDDEN..ADDRESSES.len()).map(pair).collect();
        let twins = pairs.iter().map(|pair| (ADDRESSES[pair.shown], ADDRESSES[pair.hidden]));
        meta.lock().twins = twins.collect();
        World {
            dice,
            clock,
            meta,
            app,
            faults,
            metrics,
            people,
            pairs,
            hooks: Vec::new(),
            owed: Vec::new(),
            acknowledged: Vec::new(),
            recorded: Vec::new(),
            diary,
            echoes: 0,
            version: 0,
            disturbed: false,
            disk_full_until: None,
            lost_commits: 0,
            outside: Default::default(),
            deaths: 0,
            silent: Default::default(),
            heard: Default::default(),
            blasts: Vec::new(),
            joins: Vec::new(),
            pardoned: 0,
            folder,
        }
    }

    pub fn now(&self) -> Time {
        self.clock.now()
    }

    pub fn note(&mut self, what: String) {
        let at = jiff::Timestamp::from_millisecond(self.clock.now().0).unwrap();
        tracing::info!("-- {at} {what}");
        self.diary.lock().unwrap().push(format!("{at} {what}"));
    }

    /// The process dies, time passes, and a new one resumes the work in the file.
    pub async fn restart(&mut self, downtime: Span) {
        for again in 0.. {
            assert!(again < 20, "no process lives long enough to start");
            self.deaths += 1;
            self.faults.die();
            self.app.store.abandon().await;
            // Remaining tasks of the dead process find that their database is gone, and end.
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            self.meta.lock().era += 1;
            self.clock.set(self.clock.now() + downtime);
            self.faults = Arc::new(InjectedFaults::in_step(self.dice.next()));
            self.metrics = Metrics::new();
            self.pardoned = 0;
            self.disturbed = false;
            // A process that cannot write does not start.
            self.disk_full_until = None;
            // The shop and the desk of the business do not end with the process that called them.
            let calls = self.app.calls.of_next_process();
            let (folder, meta) = (&self.folder, &self.meta);
            self.app = open(folder, &self.clock, meta, &self.faults, &self.metrics, self.version, calls).await;
            self.look_at_unknown().await;
            let app = Arc::clone(&self.app);
            let begun = alive(&self.faults, async move {
                app.recover().await.unwrap();
                app.run_due().await.unwrap();
            });
            if begun.await.is_some() {
                return;
            }
            self.note("… and dies again while it starts".into());
        }
    }

    pub fn disk_has_room(&mut self) {
        if self.disk_full_until.take().is_some() {
            self.faults.free_disk();
            self.note("the disk has room again".into());
        }
    }

    /// Runs everything that is due now; a process that dies is restarted. `true` if none died.
    pub async fn settle(&mut self) -> bool {
        for _ in 0..10 {
            let app = Arc::clone(&self.app);
            match alive(&self.faults, async move { app.run_due().await }).await {
                Some(Ok(())) => return self.tell_the_desk().await,
                // While nothing fits on the disk the clockwork has nothing to go on with.
                Some(Err(_)) if self.disk_full_until.is_some() => return true,
                // A commit that was made to fail may reach the clockwork, too; the next tick goes on.
                Some(Err(error)) => assert!(self.disturbed, "the clockwork failed: {error:#}"),
                None => {
                    self.note("the process died in the middle".into());
                    self.restart(Span::ZERO).await;
                    return false;
                }
            }
        }
        panic!("the clockwork fails again and again");
    }

    /// Posts notifications, as the daemon's own loop does. `true` if the process did not die.
    async fn tell_the_desk(&mut self) -> bool {
        loop {
            let (app, now) = (Arc::clone(&self.app), self.now());
            let posted = alive(&self.faults, async move { app.webhooks.post_due(now).await });
            match posted.await {
                Some(Ok(passed)) if passed == PassCounts::default() => return true,
                Some(Ok(_)) => {}
                Some(Err(error)) => {
                    assert!(self.disturbed, "notices cannot be posted: {error:#}");
                    return true;
                }
                None => {
                    self.note("the process died while it posted a notice".into());
                    self.restart(Span::ZERO).await;
                    return false;
                }
            }
        }
    }

    /// Moves the clock, and lets everything happen in order.
    pub async fn advance(&mut self, span: Span) {
        let target = self.clock.now() + span;
        loop {
            self.deliver().await;
            self.settle().await;
            self.look().await;
            let app = Arc::clone(&self.app);
            let next = alive(&self.faults, async move { app.next_due(target).await.unwrap() }).await;
            let Some(next) = next else {
                self.restart(Span::ZERO).await;
                continue;
            };
            let hook = self.hooks.iter().map(|hook| hook.due).filter(|due| *due <= target).min();
            let full = self.disk_full_until.filter(|until| *until <= target);
            let Some(next) = next.into_iter().chain(hook).chain(full).min() else { break };
            self.clock.set(next.max(Time(self.clock.now().0 + 1)));
            if self.disk_full_until.is_some_and(|until| until <= self.clock.now()) {
                self.disk_has_room();
            }
        }
        self.clock.set(target);
        self.deliver().await;
        self.settle().await;
    }

    /// Delivers due webhooks in random order. One that is not answered with 200 is repeated.
    pub async fn deliver(&mut self) {
        loop {
            let now = self.clock.now();
            let due: Vec<usize> = (0..self.hooks.len()).filter(|&n| self.hooks[n].due <= now).collect();
            if due.is_empty() {
                return;
            }
            let place = due[self.dice.below(due.len())];
            let hook = self.hooks.remove(place);
            match self.post(&hook).await {
                Ok(true) => self.was_acknowledged(&hook),
                Ok(false) | Err(_) => {
                    let later = now + Span::seconds(self.dice.between(1, 300));
                    self.hooks.push(Hook { due: later, ..hook });
                }
            }
        }
    }

    /// `Ok(true)` if answered with 200.
    pub async fn post(&mut self, hook: &Hook) -> Result<bool, NotAccepted> {
        if let About::Message { person, wamid, text: Some(text), .. } = &hook.about
            && text == "START"
            && !self.acknowledged.contains(wamid)
        {
            // Its turn may speak before we see the 200.
            for address in self.addresses(*person) {
                self.meta.lock().stopped.remove(address);
            }
        }
        if let About::Status { id, state: "failed" } = &hook.about {
            // So may a failure be heard whose commit nobody answered.
            let mut meta = self.meta.lock();
            let told = meta.told.entry(*id).or_default();
            told.failed |= !told.arrived;
        }
        if let About::Template { name, usable: true } = &hook.about {
            self.meta.lock().unusable.remove(name);
        }
        let (app, body) = (Arc::clone(&self.app), hook.body.clone());
        let posted = alive(&self.faults, async move { accept(&app, &body).await }).await;
        match posted {
            Some(done) => done.map(|_| true),
            None => {
                self.note("the process died while it recorded a webhook".into());
                self.restart(Span::ZERO).await;
                Ok(false)
            }
        }
    }

    /// Two webhooks at the same moment.
    pub async fn post_both(&mut self, one: &Hook, other: &Hook) {
        let (app, a, b) = (Arc::clone(&self.app), one.body.clone(), other.body.clone());
        let posted = alive(&self.faults, async move { tokio::join!(accept(&app, &a), accept(&app, &b)) }).await;
        let done = match posted {
            Some((one, other)) => [one.is_ok(), other.is_ok()],
            None => {
                self.note("the process died while it recorded two webhooks".into());
                self.restart(Span::ZERO).await;
                [false, false]
            }
        };
        for (hook, done) in [one, other].into_iter().zip(done) {
            if done {
                self.was_acknowledged(hook);
            } else {
                self.hooks.push(hook.clone());
            }
        }
        // Of the two messages one came first: a person who turned out to be somebody else has ended what they had in hand.
        for (hook, done) in [one, other].into_iter().zip(done) {
            if let (About::Message { person, names_both: true, .. }, true) = (&hook.about, done) {
                self.excuse(*person);
            }
        }
    }

    pub fn was_acknowledged(&mut self, hook: &Hook) {
        match &hook.about {
            About::Message { person, wamid, text, at, names_both } => {
                if *names_both {
                    self.become_one(*person);
                }
                let first = !self.acknowledged.contains(wamid);
                if !first {
                    return;
                }
                self.acknowledged.push(wamid.clone());
                self.recorded.push(hook.clone());
                let addresses = self.addresses(*person);
                let text = text.clone().unwrap_or_default();
                match text.as_str() {
                    "STOP" => {
                        let addresses = addresses.into_iter().map(str::to_owned);
                        self.meta.lock().stopped.extend(addresses);
                        self.excuse(*person);
                    }
                    echo if echo.starts_with("echo ") => {
                        let excused = self.clock.now() - *at > LATE;
                        self.owed.push(Owed { person: *person, text, at: *at, waited: false, excused });
                    }
                    _ => {}
                }
            }
            About::Status { id, state } => {
                let mut meta = self.meta.lock();
                let told = meta.told.entry(*id).or_default();
                match *state {
                    "failed" => told.failed |= !told.arrived,
                    "sent" => told.good = true,
                    _ => {
                        told.good = true;
                        told.arrived = !told.failed;
                    }
                }
            }
            About::Template { usable: true, .. } => {}
            About::Template { name, usable: false } => {
                self.meta.lock().unusable.insert(name, self.clock.now());
            }
        }
    }

    /// The ids by which the daemon knows a person.
    pub fn addresses(&self, person: usize) -> Vec<&'static str> {
        self.same_as(person).into_iter().map(|person| self.people[person].address).collect()
    }

    /// The people that the daemon now takes for the same person.
    fn same_as(&self, person: usize) -> Vec<usize> {
        let pair = self.pairs.iter().find(|pair| pair.joined && [pair.hidden, pair.shown].contains(&person));
        pair.map_or(vec![person], |pair| vec![pair.hidden, pair.shown])
    }

    /// The two are now one contact: an opt-out of one applies to both.
    fn become_one(&mut self, hidden: usize) {
        let pair = self.pairs.iter_mut().find(|pair| pair.hidden == hidden && !pair.joined);
        let Some(pair) = pair else { return };
        pair.joined = true;
        self.joins.push(self.clock.now());
        let addresses = self.addresses(hidden);
        {
            let mut meta = self.meta.lock();
            if addresses.iter().any(|address| meta.stopped.contains(*address)) {
                meta.stopped.extend(addresses.into_iter().map(str::to_owned));
            }
        }
        // The runs of the contact that was joined to the other have ended.
        self.excuse(hidden);
    }

    /// From here on silence is allowed for this person's messages.
    pub fn excuse(&mut self, person: usize) {
        let who = self.same_as(person);
        for owed in self.owed.iter_mut().filter(|owed| who.contains(&owed.person)) {
            owed.excused = true;
        }
    }

    pub fn number() -> Number {
        Number { waba_id: "1".into(), phone_number_id: "106540352242922".into(), phone: "+15550001111".into() }
    }
}

/// The result, or `None` if the process died before.
pub async fn alive<T>(faults: &InjectedFaults, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        () = faults.died() => None,
        out = work => Some(out),
    }
}

pub async fn accept(app: &Arc<App>, body: &str) -> Result<(), NotAccepted> {
    let mut headers = HeaderMap::new();
    let signature = Key::new(Secret::new(SECRET)).sign(body.as_bytes());
    headers.insert("x-hub-signature-256", signature.parse().unwrap());
    let request = RawRequest {
        method: "POST",
        query: "",
        headers: &headers,
        body: body.as_bytes(),
        now: app.now(),
        sender: None,
    };
    app.ingest.accept("meta", &request).await.map(drop)
}

async fn open(
    folder: &TempDir,
    clock: &Arc<ManualClock>,
    meta: &MetaWorld,
    faults: &Arc<InjectedFaults>,
    metrics: &Metrics,
    version: usize,
    calls: Option<Calls>,
) -> Arc<App> {
    let config = SourceFile::new("config.yaml", bot::CONFIG);
    let config = Config::parse(&config, folder.path(), &|_| None).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let url = format!("sqlite://{}", folder.path().join("sim.db").display());
    let store = Store::open(&url, Options { durable: false, faults: faults.clone() }).await.unwrap();
    let findings = Findings::default();
    let mocks = yaml::load(&SourceFile::new("mocks.yaml", bot::MOCKS), &findings).unwrap();
    let calls = calls.or_else(|| Some(Calls::mocked(Mocks::read(&mocks, &findings), metrics.clone())));
    let shared: Arc<dyn Clock> = clock.clone();
    let http = Arc::new(Wire { world: meta.clone(), faults: faults.clone() });
    let files = bot::version(version);
    let setup =
        Setup { config, clock: shared, store, http, files, calls, metrics: metrics.clone(), spans: Default::default() };
    let started = App::start(setup).await;
    let (app, _) = started.unwrap_or_else(|error| panic!("{error:#?}"));
    app
}
