//! Creates the contacts and the bot, and compares the forecast with the results in the daemon's rows.

use crate::{Options, meta::Meta};
use std::{
    collections::BTreeMap,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};
use transom::{
    base::{
        clock::{Clock, SystemClock},
        ids::{AccountName, ContactId, ConversationId, FlowName, SenderId, VersionId},
        place::SourceFile,
        time::{Span, Time},
    },
    flow,
    model::{
        contact::{Consent, ContactData},
        window::SenderState,
    },
    runtime::{
        bot::source_files,
        config::Config,
        starts::{
            broadcast::BroadcastTime,
            forecast::{self, Forecast, ForecastInputs, ForecastOutcome, Occasion, When},
            report::{self, FireReport},
        },
    },
    store::{
        Options as StoreOptions, Store, WriteSet,
        queries::search,
        tables::{contact, conversation},
    },
};

pub const SECRET: &str = "bench-app-secret";
pub const PHONE_NUMBER_ID: &str = "106540352242922";
const SENDER: SenderId = SenderId(12);
const PER_COMMIT: u32 = 5_000;

const BOT: &str = "bot: Bench
language: en
timezone: UTC
topics:
  service: {}
  news: {needs: consent, at_most: 3/7d}
defaults:
  loop_guard: 1000000/1h
";

const ANSWER: &str = "flow: answer
when:
  - message: '^ping (?<n>\\d+)$'
    match: regex
inputs: {n: text}
steps:
  - say: pong ${n}
";

pub struct Town {
    pub port: u16,
    folder: PathBuf,
}

pub struct Foreseen {
    pub sum: Forecast,
    /// By phone.
    pub gets: BTreeMap<String, &'static str>,
    pub took: Duration,
}

impl Town {
    /// A folder with a bot, and a database with all contacts. One in five is a customer; of twenty customers one has
    /// opted out, one has not consented, one is gone, and two have written within the last day.
    pub async fn new(folder: &Path, mock: u16, options: &Options) -> Result<Town, String> {
        let fail = |error: std::io::Error| format!("`{}`: {error}", folder.display());
        for name in ["flows", "data"] {
            fs::create_dir_all(folder.join(name)).map_err(fail)?;
        }
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).map_err(fail)?.port();
        fs::write(folder.join("flows/_bot.yaml"), BOT).map_err(fail)?;
        fs::write(folder.join("flows/answer.yaml"), ANSWER).map_err(fail)?;
        fs::write(folder.join("config.yaml"), config(port, mock)).map_err(fail)?;
        let town = Town { port, folder: folder.to_owned() };
        town.fire_at(0, options)?;
        town.settle(options.contacts).await?;
        Ok(town)
    }

    /// Writes the flow with a fire at this minute.
    pub fn fire_at(&self, at: i64, options: &Options) -> Result<(), String> {
        let minute = jiff::Timestamp::from_millisecond(at).map_err(|error| error.to_string())?;
        let cron = minute.strftime("%-M %-H %-d %-m *");
        let flow = format!(
            "flow: news
topic: news
when:
  - schedule: \"{cron}\"
    clock: bot
    to: {{tags: [customer], if: '!contact.tags.contains(\"gone\")'}}
    rate: {}/s
    late: 6h
steps:
  - say: Here is the news.
    if_closed: {{template: we_miss_you}}
",
            options.rate
        );
        fs::write(self.folder.join("flows/news.yaml"), flow).map_err(|error| error.to_string())
    }

    async fn settle(&self, contacts: u32) -> Result<(), String> {
        let began = Instant::now();
        let store = Store::open(&self.url(), StoreOptions { durable: false, ..StoreOptions::default() }).await;
        let store = store.map_err(|error| error.to_string())?;
        let now = SystemClock.now();
        for first in (0..contacts).step_by(PER_COMMIT as usize) {
            let mut set = WriteSet::new();
            for n in first..contacts.min(first + PER_COMMIT) {
                person(&store, &mut set, n, now);
            }
            store.commit(set).await.map_err(|error| error.to_string())?;
        }
        store.close().await;
        println!("{contacts} contacts were made in {:.1} s", began.elapsed().as_secs_f64());
        Ok(())
    }

    /// The forecast of the fire for each contact of the audience.
    pub async fn foresee(&self) -> Result<Foreseen, String> {
        let began = Instant::now();
        let path = self.folder.join("config.yaml");
        let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
        let config = Config::parse(&SourceFile::new("config.yaml", &text), &self.folder, &|_| None);
        let config = config.map_err(|findings| format!("{findings:?}"))?;
        let files = source_files::read(&config.bot).map_err(|error| error.to_string())?;
        let (set, findings) = flow::parse_set(&files.files);
        if let Some(error) = findings.iter().find(|finding| finding.is_error()) {
            return Err(error.to_string());
        }
        let set = Arc::new(set);
        let store = self.open().await?;
        let works = |_, _, _| SenderState::default();
        let ground = ForecastInputs::read(&config, &store, (VersionId(0), Arc::clone(&set)), true, &works).await;
        let ground = ground.map_err(|error| error.to_string())?;
        let tables = flow::timetables(&set);
        let table = tables.first().ok_or("the flow has no schedule")?;
        let meant = |versions: &flow::Versions, world: &flow::World<'_>| flow::in_audience(versions, table, world);
        let (inputs, now) = (BTreeMap::new(), SystemClock.now());
        let occasion = Occasion {
            flow: table.flow,
            trigger: table.key,
            inputs: &inputs,
            rate: table.rate,
            prefilter: table.prefilter(&set),
            meant: &meant,
            when: When::Broadcast(BroadcastTime::At(now + Span::minutes(3)), now),
        };
        let mut gets = BTreeMap::new();
        let sum = forecast::forecast(&ground, &[AccountName::from("bench")], &occasion, |contact, seen| {
            let what = match &seen.what {
                ForecastOutcome::Text => "text",
                ForecastOutcome::Template(_) => "template",
                _ => return,
            };
            let phone = contact.data.phone.clone().unwrap_or_default();
            gets.insert(phone.trim_start_matches('+').to_owned(), what);
        })
        .await
        .map_err(|error| error.to_string())?;
        store.close().await;
        Ok(Foreseen { sum, gets, took: began.elapsed() })
    }

    /// The report of the fire.
    pub async fn outcome(&self) -> Result<FireReport, String> {
        let store = self.open().await?;
        let fires = report::report(&store, None, &FlowName::from("news"), "2020", None).await;
        let fires = fires.map_err(|error| error.to_string())?;
        store.close().await;
        match <[FireReport; 1]>::try_from(fires) {
            Ok([fire]) => Ok(fire),
            Err(fires) => Err(format!("there are {} fires in the report, not one", fires.len())),
        }
    }

    async fn open(&self) -> Result<Store, String> {
        Store::open_read_only(&self.url()).await.map_err(|error| error.to_string())
    }

    fn url(&self) -> String {
        format!("sqlite://{}", self.folder.join("data/transom.db").display())
    }
}

impl Foreseen {
    /// Checks that each contact got the forecast message once, that no other contact got one, and that the report
    /// agrees.
    pub fn compare(&self, meta: &Meta, outcome: &FireReport) -> Result<(), String> {
        let got = meta.fire();
        let mut wrong = Vec::new();
        for (phone, what) in &self.gets {
            match got.get(phone) {
                Some((came, 1)) if came == what => {}
                came => wrong.push(format!("{phone}: foreseen {what}, came {came:?}")),
            }
        }
        wrong.extend(
            got.keys().filter(|phone| !self.gets.contains_key(*phone)).map(|phone| format!("{phone}: nothing")),
        );
        let refused: BTreeMap<String, i64> =
            self.sum.refused.iter().map(|(reason, count)| (reason.as_str().to_owned(), *count)).collect();
        let own = (self.sum.people, self.sum.text, self.sum.templates.clone(), refused);
        let told = (outcome.planned, outcome.text, outcome.templates.clone(), outcome.refused.clone());
        if own != told {
            wrong.push(format!("the report: foreseen {own:?}, came {told:?}"));
        }
        match wrong.len() {
            0 => Ok(()),
            count => Err(format!("forecast and fire differ {count} times: {:#?}", &wrong[..count.min(10)])),
        }
    }
}

fn person(store: &Store, set: &mut WriteSet, n: u32, now: Time) {
    let id = ContactId(store.next_id());
    let kind = (n / 5) % 20;
    let is_customer = n.is_multiple_of(5);
    let mut data = ContactData { phone: Some(format!("+4915{n:08}")), ..ContactData::default() };
    data.name = Some(format!("Person {n}"));
    data.tags.insert(if is_customer { "customer" } else { "visitor" }.to_owned());
    if kind != 1 {
        data.consent.insert("news".into(), Consent { given: true, at: now - Span::days(90) });
    }
    if kind == 2 {
        data.tags.insert("gone".into());
    }
    let lately = is_customer && matches!(kind, 3 | 4);
    let heard = now - if lately { Span::hours(2) } else { Span::days(40) };
    data.last_message_at = Some(heard);
    let opted_out_at = (kind == 0).then_some(now - Span::days(9));
    let sought = search::sought(&data);
    let (account, zone, created_at) = ("bench".into(), "Europe/Berlin".into(), now - Span::days(100));
    set.push(&contact::INSERT, &contact::NewContact { id, account, data, zone, sought, opted_out_at, created_at });
    if is_customer {
        let heard = conversation::ConversationUpdate {
            id: ConversationId(store.next_id()),
            contact_id: id,
            sender_id: SENDER,
            opened_at: Some(heard),
            last_inbound_at: Some(heard),
            created_at,
        };
        set.push(&conversation::HEARD, &heard);
    }
}

fn config(listen: u16, mock: u16) -> String {
    format!(
        r#"listen: 127.0.0.1:{listen}
database: "sqlite://data/transom.db"
bot: .
accounts:
  - name: bench
    api_keys: [bench-api-key-of-no-use-elsewhere]
senders:
  - id: {SENDER}
    account: bench
    name: Support
    provider: meta
    phone: "+15550001111"
    phone_number_id: "{PHONE_NUMBER_ID}"
    waba_id: "102290129340398"
    access_token: bench-token
    app_secret: {SECRET}
    verify_token: bench-verify-token
    api_base: http://127.0.0.1:{mock}
    api_version: v24.0
    rate: 100000/s
    default: true
templates:
  - {{id: 1, sender: {SENDER}, name: we_miss_you, language: en, category: marketing, status: approved, body: "Come back!"}}
"#
    )
}
