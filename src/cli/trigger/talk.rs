//! Acts as one customer at one sender of a running daemon, and prints the bot's answers.

use super::{
    To,
    told::{CollectedOutput as Record, OutputList},
    why,
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        phone,
        query::encode,
        time::{Span, Time, rounded},
    },
    channel::{
        Provider,
        imitation::{ImitatedEvent, Posted},
        meta::compose::{CustomerAction, CustomerEvent as Deed},
    },
    cli::{
        Failure, Outcome,
        client::call::{Api, Response},
        send,
        terminal::{paint::Paint, show},
    },
    flow::{self, tools::testfile},
    model::{
        content::Content,
        inbound::{Alias, AliasKind},
        template::Template,
    },
    runtime::{
        bot::source_files,
        config::{Config, Sender},
        senders::{providers::providers, templates::configured::own_templates},
    },
};
use jiff::tz::TimeZone;
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// The silence after the last answer, after which no more answers are expected.
pub(super) const QUIET: Span = Span::millis(600);
pub(super) const POLL: Span = Span::millis(50);

/// One customer at one sender of one daemon.
pub(super) struct Talk {
    pub(super) api: Api,
    config: Config,
    pub(super) sender: Sender,
    provider: Arc<dyn Provider>,
    pub(super) from: Alias,
    pub(super) name: String,
    wait: Span,
    /// Templates whose texts are in the bot's own files.
    known: Vec<Template>,
    pub(super) paint: Paint,
    pub(super) record: Record,
    /// Turns after this moment are results of this command.
    opened_at: Time,
}

/// A message of the bot, from the API.
pub(super) struct BotMessage {
    pub id: i64,
    pub content: Content,
    pub state: String,
    pub provider_id: Option<String>,
    error: Option<String>,
}

impl BotMessage {
    fn to_json(&self) -> Json {
        json!({
            "id": self.id, "text": self.content.text(), "content": self.content, "state": self.state,
            "provider_id": self.provider_id, "error": self.error,
        })
    }
}

impl Talk {
    pub(super) async fn open(to: To) -> Result<Self, Failure> {
        let config = to.call.place.config()?;
        let sender = pick(&config, to.sender)?.clone();
        let (home, known) = told_by_files(&config);
        let number = to.from.unwrap_or(home);
        if !sender.is_sandbox() && !to.live {
            return Err(Failure::Usage(format!(
                "sender {} (`{}`) is real: the bot's answer goes out to {}. Add `--live` if that is what you want, \
                 or name a sandbox by `--sender`",
                sender.id, sender.name, number
            )));
        }
        let Some(phone) = phone::strict(&number) else {
            return Err(Failure::Usage(format!("`--from {number}` is no number in E.164 format, like +15550100001")));
        };
        let wait = Span::parse(&to.wait).map_err(|why| Failure::Usage(format!("`--wait {}`: {why}", to.wait)))?;
        let api = to.call.api(&config, Some(&sender.account))?;
        let from = Alias { kind: AliasKind::Phone, value: phone.trim_start_matches('+').to_owned() };
        let (mut providers, _) = providers(&config);
        let Some(provider) = providers.remove(sender.provider()) else {
            return Err(Failure::Failed(format!("no provider serves sender {}", sender.id)));
        };
        Ok(Talk {
            api,
            config,
            provider,
            sender,
            from,
            name: to.name,
            wait,
            known,
            paint: Paint::stdout(),
            record: Record::default(),
            opened_at: SystemClock.now(),
        })
    }

    pub(super) fn message(&self, what: Deed, reply_to: Option<String>) -> Result<Posted, Failure> {
        let (from, name) = (self.from.clone(), Some(self.name.clone()));
        let act = CustomerAction { from, name, id: fresh_id(), at: SystemClock.now(), what, reply_to };
        self.imitated(ImitatedEvent::Message(&act))
    }

    pub(super) fn imitated(&self, what: ImitatedEvent<'_>) -> Result<Posted, Failure> {
        let posted = self.provider.imitate(self.sender.id, what);
        posted.ok_or_else(|| Failure::Failed(format!("`{}` has no webhook that tells this", self.sender.provider())))
    }

    pub(super) async fn post(&self, posted: &Posted) -> Outcome {
        let Posted { path, headers, body } = posted;
        let answer = self.api.request(Method::POST, path, headers, Some(body.as_bytes().to_vec())).await?;
        self.posted(path, &answer);
        answer.ok().map(|_| ())
    }

    /// Tells of a request that the daemon has answered.
    pub(super) fn posted(&self, path: &str, answer: &Response) {
        let (url, status) = (format!("{}{path}", self.api.base()), answer.status.as_u16());
        let value = json!({"url": url, "status": status});
        self.record.add(OutputList::Posts, value, || self.paint.faint(format!("POST {url} → {status}")));
    }

    /// Messages to the customer, oldest first. A sandbox needs no key.
    pub(super) async fn told(&self) -> Result<Vec<BotMessage>, Failure> {
        let phone = encode(&format!("+{}", self.from.value));
        let list = if self.sender.is_sandbox() {
            self.api.get(&format!("/v1/sandbox/{}/messages?phone={phone}", self.sender.id)).await?.ok()?
        } else {
            let path =
                format!("/api/user/whatsapp/session-status?sender_id={}&recipient_phone={phone}", self.sender.id);
            let status = self.api.get(&path).await?.ok()?;
            let Some(conversation) = status["conversation_id"].as_i64() else { return Ok(Vec::new()) };
            let mut page = self.api.get(&format!("/v1/conversations/{conversation}/messages")).await?.ok()?;
            if let Some(newest_first) = page["data"].as_array_mut() {
                newest_first.reverse();
            }
            page
        };
        Ok(list["data"].as_array().into_iter().flatten().filter_map(read_told).collect())
    }

    pub(super) async fn last_id(&self) -> Result<i64, Failure> {
        Ok(self.told().await?.last().map_or(0, |told| told.id))
    }

    /// Prints messages after `before` as they arrive; returns their number.
    pub(super) async fn print_answers(&self, before: i64, nothing: &str) -> Result<usize, Failure> {
        let began = SystemClock.now();
        let (mut shown, mut last, mut quiet_since) = (0, before, began);
        loop {
            let all = self.told().await?;
            // A message that is being sent is waited for, so that its result can be printed.
            let settled = all.iter().take_while(|told| !matches!(told.state.as_str(), "queued" | "sending"));
            for told in settled.filter(|told| told.id > last).collect::<Vec<_>>() {
                let words =
                    || format!("{}{}", show::bubble(&told.content, &self.known, self.paint), note(told, self.paint));
                self.record.add(OutputList::Answers, told.to_json(), words);
                (shown, last, quiet_since) = (shown + 1, told.id, SystemClock.now());
            }
            let now = SystemClock.now();
            if (shown > 0 && now - quiet_since > QUIET) || now - began > self.wait {
                break;
            }
            tokio::time::sleep(POLL.to_std()).await;
        }
        if shown == 0 {
            self.record.say(|| self.paint.faint(format!("{nothing} within {}", rounded(self.wait))));
            let phone = format!("+{}", self.from.value);
            for why in why::silent(&self.config, self.sender.id, &phone, self.opened_at).await {
                self.record.add(OutputList::WhySilent, why.as_str().into(), || self.paint.faint(format!("  {why}")));
            }
        }
        Ok(shown)
    }
}

/// A number of the bot's own country, and the texts of templates in its files.
fn told_by_files(config: &Config) -> (String, Vec<Template>) {
    let Ok(files) = source_files::read(&config.bot) else { return (testfile::somebody(&TimeZone::UTC).0, Vec::new()) };
    let (set, _) = flow::parse_set(&files.files);
    (testfile::somebody(&set.bot.timezone).0, own_templates(&set))
}

fn pick(config: &Config, asked: Option<i64>) -> Result<&Sender, Failure> {
    match asked {
        Some(_) => send::pick_sender(config, asked),
        None => match config.senders.iter().find(|sender| sender.is_sandbox()) {
            Some(sandbox) => Ok(sandbox),
            None => send::pick_sender(config, None),
        },
    }
}

/// A unique id in the format of the platform.
fn fresh_id() -> String {
    let mut random = [0_u8; 16];
    // Without randomness the id may repeat, and the daemon would treat the message as a duplicate; this command is only
    // for tests.
    let _ = getrandom::fill(&mut random);
    format!("wamid.TRIGGER{}", random.iter().map(|byte| format!("{byte:02X}")).collect::<String>())
}

fn read_told(json: &Json) -> Option<BotMessage> {
    if json["direction"] != "out" {
        return None;
    }
    let shown = if json["sent_as"].is_null() { &json["content"] } else { &json["sent_as"] };
    Some(BotMessage {
        id: json["id"].as_i64()?,
        content: serde_json::from_value(shown.clone()).ok()?,
        state: json["state"].as_str()?.to_owned(),
        provider_id: json["provider_id"].as_str().map(str::to_owned),
        error: json["error"]["code"].as_str().or(json["reason"].as_str()).map(str::to_owned),
    })
}

fn note(told: &BotMessage, paint: Paint) -> String {
    match told.state.as_str() {
        "sent" | "delivered" | "read" => String::new(),
        other => {
            let why = told.error.as_deref().map(|why| format!(" ({why})")).unwrap_or_default();
            paint.warn(format!("  {other}{why}\n"))
        }
    }
}
