//! Simulates people who write at an even pace, whether or not the bot has answered, and measures each answer's time.

use crate::{
    meta::Meta,
    town::{PHONE_NUMBER_ID, SECRET},
};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use transom::{
    base::{
        clock::{Clock, SystemClock},
        secret::Secret,
    },
    channel::{client::install_crypto, signature::Key},
};

/// Enough people to stay below the limit of answers for one person.
const PEOPLE: u64 = 1_000;
/// The time in which all of them write once.
pub const WARM_UP: Duration = Duration::from_secs(10);
/// A later answer counts as none.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

pub struct Talk {
    client: reqwest::Client,
    url: String,
    key: Key,
    each: Duration,
    next: AtomicU64,
}

/// The answer times of a part, in milliseconds.
pub struct Figures {
    pub count: usize,
    pub p50: f64,
    pub p99: f64,
    pub most: f64,
    pub lost: usize,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Figures { count, p50, p99, most, lost } = self;
        write!(f, "{count} answers, p50 {p50:.1} ms, p99 {p99:.1} ms, at most {most:.1} ms, {lost} lost")
    }
}

impl Talk {
    pub fn new(port: u16, per_second: u32) -> Result<Talk, String> {
        install_crypto();
        let client = reqwest::Client::builder().build().map_err(|error| error.to_string())?;
        let url = format!("http://127.0.0.1:{port}/webhooks/meta");
        let each = Duration::from_secs(1) / per_second;
        Ok(Talk { client, url, key: Key::new(Secret::new(SECRET)), each, next: AtomicU64::new(1) })
    }

    /// All people write once, so that the daemon knows them.
    pub async fn make_known(self: &Arc<Self>, meta: &Meta) -> Result<(), String> {
        let each = WARM_UP / u32::try_from(PEOPLE).unwrap_or(1);
        let until = Instant::now() + WARM_UP;
        let figures = self.at(each, meta, move || Instant::now() < until).await;
        if figures.lost > 0 { Err(format!("warming up: {figures}")) } else { Ok(()) }
    }

    pub async fn talk(self: &Arc<Self>, meta: &Meta, until: Instant) -> Figures {
        self.at(self.each, meta, move || Instant::now() < until).await
    }

    pub async fn talk_while(self: &Arc<Self>, meta: &Meta, end: impl Future<Output = ()>) -> Figures {
        let going = std::sync::atomic::AtomicBool::new(true);
        let ended = async {
            end.await;
            going.store(false, Ordering::SeqCst);
        };
        tokio::join!(self.at(self.each, meta, || going.load(Ordering::SeqCst)), ended).0
    }

    async fn at(self: &Arc<Self>, each: Duration, meta: &Meta, goes_on: impl Fn() -> bool) -> Figures {
        let mut ticks = tokio::time::interval(each);
        let mut asked = Vec::new();
        while goes_on() {
            ticks.tick().await;
            let number = self.next.fetch_add(1, Ordering::SeqCst);
            let own = Arc::clone(self);
            asked.push((number, Instant::now()));
            tokio::spawn(async move { own.write(number).await });
        }
        let last = Instant::now();
        let mut figures = Figures { count: 0, p50: 0.0, p99: 0.0, most: 0.0, lost: 0 };
        let mut took = Vec::new();
        for (number, at) in asked {
            let answered = loop {
                match meta.answered_at(number) {
                    None if last.elapsed() < ANSWER_WITHIN => tokio::time::sleep(Duration::from_millis(20)).await,
                    answered => break answered,
                }
            };
            match answered {
                Some(answered) => took.push((answered - at).as_secs_f64() * 1_000.0),
                None => figures.lost += 1,
            }
        }
        took.sort_by(f64::total_cmp);
        figures.count = took.len();
        let at = |share: usize| took.get((took.len() * share / 100).min(took.len().saturating_sub(1))).copied();
        (figures.p50, figures.p99) = (at(50).unwrap_or(0.0), at(99).unwrap_or(0.0));
        figures.most = took.last().copied().unwrap_or(0.0);
        figures
    }

    async fn write(&self, number: u64) {
        let (phone, at) = (format!("34600{:06}", number % PEOPLE), SystemClock.now().0 / 1_000);
        let body = format!(
            r#"{{"object":"whatsapp_business_account","entry":[{{"id":"102290129340398","changes":[{{"value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"15550001111","phone_number_id":"{PHONE_NUMBER_ID}"}},"contacts":[{{"profile":{{"name":"Contact"}},"wa_id":"{phone}"}}],"messages":[{{"from":"{phone}","id":"wamid.in{number}","timestamp":"{at}","text":{{"body":"ping {number}"}},"type":"text"}}]}},"field":"messages"}}]}}]}}"#
        );
        let request = self.client.post(&self.url).header("x-hub-signature-256", self.key.sign(body.as_bytes()));
        if let Err(error) = request.header("content-type", "application/json").body(body).send().await {
            eprintln!("a webhook was not taken: {error}");
        }
    }
}
