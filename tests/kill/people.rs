//! Generates the load: messages of people, their acknowledgements, and the expected answers.

use super::{bot, phones::Phones};
use crate::graph::{self, Graph};
use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use transom::{
    base::clock::{Clock, SystemClock},
    channel::meta::compose::{self, CustomerAction, CustomerEvent, Number},
    model::inbound::{Alias, AliasKind},
};

/// A message of a person, in the order of sending.
#[derive(Debug, Clone)]
pub struct Written {
    pub text: String,
    /// True if it was answered with 200; otherwise it may have been recorded nevertheless.
    pub acknowledged: bool,
    /// How often the process had died by then.
    pub life: usize,
    /// True if the person wrote about something else before the flow had come to its end.
    pub given_up: bool,
}

pub struct Town {
    pub phones: Phones,
    client: reqwest::Client,
    url: String,
    written: Mutex<BTreeMap<String, Vec<Written>>>,
    waiting: Mutex<BTreeMap<String, String>>,
    deaths: AtomicUsize,
    closed: AtomicBool,
    /// The pause between two acts of a person.
    pause: Duration,
}

/// Meta repeats an unacknowledged message; not sooner than this.
const AGAIN: Duration = Duration::from_millis(30);
/// After this time a person writes about something else.
const PATIENCE: Duration = Duration::from_secs(12);

impl Town {
    pub fn new(graph: &Graph, url: String, load: Duration) -> Town {
        Town {
            phones: Phones::listen(graph),
            client: graph::client(),
            url,
            written: Mutex::default(),
            waiting: Mutex::default(),
            deaths: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
            // One person gets 45 messages at once and then one each six seconds (the pair's rate).
            pause: load / 40,
        }
    }

    pub fn died(&self) {
        self.deaths.fetch_add(1, Ordering::SeqCst);
    }

    pub fn life(&self) -> usize {
        self.deaths.load(Ordering::SeqCst)
    }

    /// No person begins anything new from now on.
    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    pub fn written(&self) -> BTreeMap<String, Vec<Written>> {
        self.written.lock().unwrap().clone()
    }

    /// The people who wait, and the message that they wait for.
    pub fn waiting(&self) -> BTreeMap<String, String> {
        self.waiting.lock().unwrap().clone()
    }

    fn is_open(&self) -> bool {
        !self.closed.load(Ordering::SeqCst)
    }

    /// Posts a message; with `patience`, repeats it until it is acknowledged, as Meta does.
    async fn write(&self, phone: &str, text: &str, patience: bool) {
        let place = {
            let mut written = self.written.lock().unwrap();
            let own = written.entry(phone.to_owned()).or_default();
            own.push(Written { text: text.to_owned(), acknowledged: false, life: self.life(), given_up: false });
            own.len() - 1
        };
        let act = CustomerAction {
            from: Alias { kind: AliasKind::Phone, value: phone.to_owned() },
            name: None,
            id: message_id(phone, place),
            at: SystemClock.now(),
            reply_to: None,
            what: CustomerEvent::Text(text.to_owned()),
        };
        let number =
            Number { waba_id: "102".into(), phone_number_id: bot::NUMBER.into(), phone: "+15550001111".into() };
        let body = compose::message(&number, &act);
        loop {
            let status = graph::post(&self.client, &self.url, bot::SECRET, &body).await;
            if status == 200 {
                let mut written = self.written.lock().unwrap();
                let own = &mut written.get_mut(phone).unwrap()[place];
                (own.acknowledged, own.life) = (true, self.life());
                return;
            }
            assert!(matches!(status, 0 | 500..), "a genuine webhook was answered with {status}");
            if !patience {
                return;
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Waits for a message that begins so, for a limited time: an unknown answer stays listed once a later message was
    /// accepted.
    /// True if it came.
    async fn hear(&self, phone: &str, begins: &str) -> bool {
        tokio::time::timeout(PATIENCE, self.must_hear(phone, begins)).await.is_ok()
    }

    /// Marks the person's last message: a new subject ends the flow that it began, with all that was still to come.
    fn give_up(&self, phone: &str) {
        let mut written = self.written.lock().unwrap();
        written.get_mut(phone).unwrap().last_mut().unwrap().given_up = true;
    }

    /// As `hear`, without a limit: nothing overtakes a question, so it comes in the end.
    async fn must_hear(&self, phone: &str, begins: &str) {
        self.waiting.lock().unwrap().insert(phone.to_owned(), begins.to_owned());
        self.phones.until(phone, |text| text == begins || begins.ends_with(' ') && text.starts_with(begins)).await;
        self.waiting.lock().unwrap().remove(phone);
    }
}

/// The platform's id of the message at this place among those that a phone wrote.
pub fn message_id(phone: &str, place: usize) -> String {
    format!("wamid.IN.{phone}.{place}")
}

pub fn phone(n: usize) -> String {
    format!("346{n:08}")
}

/// The acts of people.
pub mod act {
    use super::{Town, phone};
    use crate::sim::dice::Dice;
    use std::{sync::Arc, time::Duration};

    /// The first of the contacts who write once.
    pub const FIRST_OF_CROWD: usize = 1000;

    /// All write once, so that they are known, and get their answer.
    pub async fn crowd(town: &Arc<Town>, people: usize) {
        let each = (0..people).map(|n| {
            let town = town.clone();
            tokio::spawn(async move { town.write(&phone(FIRST_OF_CROWD + n), "echo 1", true).await })
        });
        for one in each.collect::<Vec<_>>() {
            one.await.unwrap();
        }
    }

    /// Waits for each answer before the next message.
    pub async fn patient(town: Arc<Town>, n: usize, seed: u64) {
        let (phone, mut dice) = (phone(n), Dice::new(seed.wrapping_add(n as u64)));
        let mut number = 0;
        while town.is_open() {
            number += 1;
            match dice.weighted(&[6, 4, 1]) {
                0 => {
                    town.write(&phone, &format!("echo {number}"), true).await;
                    town.hear(&phone, &format!("echo {number}")).await;
                }
                1 => {
                    town.write(&phone, &format!("order {number}"), true).await;
                    town.must_hear(&phone, &format!("How many for order {number}?")).await;
                    pause(&town, &mut dice).await;
                    town.write(&phone, "3", true).await;
                    town.hear(&phone, &format!("order {number} made as ")).await;
                }
                _ => {
                    town.write(&phone, &format!("hurry {number}"), true).await;
                    town.hear(&phone, &format!("Quick, {number}?")).await;
                    // A take-over may last longer than this person waits for the end of the time-out.
                    if !town.hear(&phone, &format!("too late {number}")).await {
                        town.give_up(&phone);
                    }
                }
            }
            pause(&town, &mut dice).await;
        }
    }

    /// Writes several messages in a row without waiting, and does not repeat any.
    pub async fn hasty(town: Arc<Town>, n: usize, seed: u64) {
        let (phone, mut dice) = (phone(n), Dice::new(seed.wrapping_add(n as u64)));
        let mut number = 0;
        while town.is_open() {
            for _ in 0..dice.between(2, 4) {
                number += 1;
                town.write(&phone, &format!("echo {number}"), false).await;
            }
            for _ in 0..3 {
                pause(&town, &mut dice).await;
            }
        }
    }

    async fn pause(town: &Town, dice: &mut Dice) {
        let part = u32::try_from(dice.between(10, 200)).unwrap();
        tokio::time::sleep((town.pause * part / 100).max(Duration::from_millis(20))).await;
    }
}
