//! `transom trigger`: a genuine webhook to a running daemon, signed as the platform signs, and what came of it.

mod hook;

use super::{
    Failure, Outcome,
    call::Api,
    paint::Paint,
    place::Call,
    show::{self, Tappable},
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        counted::counted,
        ids::OutboundId,
        phone,
        query::encode,
        time::Span,
    },
    channel::{
        Provider,
        imitate::{Posted, Told},
        meta::compose::{Act, News, What as Deed},
    },
    model::{
        content::Content,
        inbound::{Alias, AliasKind, DeliveryState},
    },
    runtime::{
        config::{Config, Sender},
        providers::providers,
    },
};
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::sync::Arc;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// The customer writes
    Message {
        #[arg(long)]
        text: String,
        #[command(flatten)]
        to: To,
    },
    /// The customer taps a button of the bot's last message that has some
    Tap {
        /// Its number (from 1), title or id
        #[arg(long, value_name = "BUTTON")]
        button: String,
        #[command(flatten)]
        to: To,
    },
    /// The platform tells what became of the bot's last message
    Status {
        #[arg(long, value_enum, default_value_t = State::Delivered)]
        state: State,
        /// The error of a failed message
        #[arg(long, default_value_t = 131_026)]
        code: i64,
        #[command(flatten)]
        to: To,
    },
    /// The customer writes, and the platform delivers it twice in the same instant
    Duplicate {
        #[arg(long)]
        text: String,
        #[command(flatten)]
        to: To,
    },
    /// Another system posts to `/hooks/NAME`, signed as the flow wants it
    Webhook(hook::Args),
    /// Something happened to the customer elsewhere: `event:` triggers and waiting runs hear it
    Event {
        /// As the flow's `event:` names it
        #[arg(value_name = "NAME")]
        event: String,
        /// What is known of it: `event.data`
        #[arg(long, value_name = "JSON")]
        data: Option<String>,
        #[command(flatten)]
        to: To,
    },
}

#[derive(Debug, clap::Args)]
struct To {
    /// The customer's number, in E.164 format
    #[arg(long, value_name = "PHONE", default_value = "+15550100001")]
    from: String,
    /// The customer's name on WhatsApp
    #[arg(long, default_value = "Test")]
    name: String,
    /// The sender that they write to; without it, the first sandbox
    #[arg(long, value_name = "ID")]
    sender: Option<i64>,
    /// Also where the answer goes out to a real person
    #[arg(long)]
    live: bool,
    /// How long to wait for an answer
    #[arg(long, value_name = "DURATION", default_value = "5s")]
    wait: String,
    #[command(flatten)]
    call: Call,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum State {
    Sent,
    Delivered,
    Read,
    Failed,
}

/// After the last answer: how long it must be quiet before nothing more is expected.
const QUIET: Span = Span::millis(600);
const POLL: Span = Span::millis(50);

pub async fn run(args: Args) -> Outcome {
    match args.what {
        What::Message { text, to } => {
            let talk = Talk::open(to).await?;
            let before = talk.last_id().await?;
            talk.post(&talk.message(Deed::Text(text), None)?).await?;
            talk.print_answers(before, "the bot said nothing").await.map(|_| ())
        }
        What::Tap { button, to } => tap(Talk::open(to).await?, &button).await,
        What::Status { state, code, to } => status(Talk::open(to).await?, state, code).await,
        What::Webhook(args) => hook::run(args).await,
        What::Event { event, data, to } => happen(Talk::open(to).await?, &event, data.as_deref()).await,
        What::Duplicate { text, to } => {
            let talk = Talk::open(to).await?;
            let before = talk.last_id().await?;
            let body = talk.message(Deed::Text(text), None)?;
            let (first, second) = tokio::join!(talk.post(&body), talk.post(&body));
            first?;
            second?;
            let answers = talk.print_answers(before, "the bot said nothing").await?;
            println!(
                "{}",
                talk.paint.faint(format!("delivered twice, handled once: {} in answer", counted(answers, "message")))
            );
            Ok(())
        }
    }
}

/// One customer at one sender of one daemon.
struct Talk {
    api: Api,
    sender: Sender,
    provider: Arc<dyn Provider>,
    from: Alias,
    name: String,
    wait: Span,
    paint: Paint,
}

/// A message of the bot, as the API tells it.
struct Answered {
    id: i64,
    content: Content,
    state: String,
    provider_id: Option<String>,
    error: Option<String>,
}

impl Talk {
    async fn open(to: To) -> Result<Self, Failure> {
        let config = to.call.place.config()?;
        let sender = pick(&config, to.sender)?.clone();
        if !sender.is_sandbox() && !to.live {
            return Err(Failure::Usage(format!(
                "sender {} (`{}`) is real: the bot's answer goes out to {}. Add `--live` if that is what you want, \
                 or name a sandbox by `--sender`",
                sender.id, sender.name, to.from
            )));
        }
        let Some(phone) = phone::strict(&to.from) else {
            return Err(Failure::Usage(format!(
                "`--from {}` is no number in E.164 format, like +15550100001",
                to.from
            )));
        };
        let wait = Span::parse(&to.wait).map_err(|why| Failure::Usage(format!("`--wait {}`: {why}", to.wait)))?;
        let api = to.call.api(&config, Some(&sender.account))?;
        let from = Alias { kind: AliasKind::Phone, value: phone.trim_start_matches('+').to_owned() };
        let (mut providers, _) = providers(&config);
        let Some(provider) = providers.remove(sender.provider()) else {
            return Err(Failure::Failed(format!("no provider serves sender {}", sender.id)));
        };
        Ok(Talk { api, provider, sender, from, name: to.name, wait, paint: Paint::stdout() })
    }

    fn message(&self, what: Deed, reply_to: Option<String>) -> Result<Posted, Failure> {
        let (from, name) = (self.from.clone(), Some(self.name.clone()));
        let act = Act { from, name, id: fresh_id(), at: SystemClock.now(), what, reply_to };
        self.imitated(Told::Message(&act))
    }

    fn imitated(&self, what: Told<'_>) -> Result<Posted, Failure> {
        let posted = self.provider.imitate(self.sender.id, what);
        posted.ok_or_else(|| Failure::Failed(format!("`{}` has no webhook that tells this", self.sender.provider())))
    }

    async fn post(&self, posted: &Posted) -> Outcome {
        let Posted { path, headers, body } = posted;
        let answer = self.api.request(Method::POST, path, headers, Some(body.as_bytes().to_vec())).await?;
        println!("{}", self.paint.faint(format!("POST {}{path} → {}", self.api.base(), answer.status.as_u16())));
        answer.ok().map(|_| ())
    }

    /// What the customer was sent, oldest first. A sandbox tells it without a key.
    async fn told(&self) -> Result<Vec<Answered>, Failure> {
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

    async fn last_id(&self) -> Result<i64, Failure> {
        Ok(self.told().await?.last().map_or(0, |told| told.id))
    }

    /// Prints what comes after `before` as it comes; gives back how many messages that were.
    async fn print_answers(&self, before: i64, nothing: &str) -> Result<usize, Failure> {
        let began = SystemClock.now();
        let (mut shown, mut last, mut quiet_since) = (0, before, began);
        loop {
            let all = self.told().await?;
            // One that is still on its way is waited for, so that its fate can be said.
            let settled = all.iter().take_while(|told| !matches!(told.state.as_str(), "queued" | "sending"));
            for told in settled.filter(|told| told.id > last).collect::<Vec<_>>() {
                println!("{}{}", show::bubble(&told.content, self.paint), note(told, self.paint));
                (shown, last, quiet_since) = (shown + 1, told.id, SystemClock.now());
            }
            let now = SystemClock.now();
            if (shown > 0 && now - quiet_since > QUIET) || now - began > self.wait {
                break;
            }
            tokio::time::sleep(POLL.to_std()).await;
        }
        if shown == 0 {
            println!("{}", self.paint.faint(format!("{nothing} within {}", show::span(self.wait))));
        }
        Ok(shown)
    }
}

async fn tap(talk: Talk, wanted: &str) -> Outcome {
    let told = talk.told().await?;
    let with_buttons =
        told.iter().rev().map(|told| (told, show::tappables(&told.content))).find(|(_, t)| !t.is_empty());
    let Some((message, buttons)) = with_buttons else {
        return Err(Failure::Failed(format!("the bot has sent +{} no message with buttons", talk.from.value)));
    };
    let Some(Tappable { id, title }) = show::pick(&buttons, wanted).cloned() else {
        let titles: Vec<&str> = buttons.iter().map(|button| button.title.as_str()).collect();
        return Err(Failure::Failed(format!("there is no button `{wanted}`; there are `{}`", titles.join("`, `"))));
    };
    let what = match &message.content {
        Content::List { .. } => Deed::TapRow { id, title },
        Content::Template(_) => Deed::TapTemplate { payload: id, title },
        _ => Deed::Tap { id, title },
    };
    let before = told.last().map_or(0, |told| told.id);
    talk.post(&talk.message(what, message.provider_id.clone())?).await?;
    talk.print_answers(before, "the bot said nothing").await.map(|_| ())
}

async fn happen(talk: Talk, event: &str, data: Option<&str>) -> Outcome {
    let data: Json = match data {
        Some(text) => {
            serde_json::from_str(text).map_err(|why| Failure::Usage(format!("`--data` is no JSON: {why}")))?
        }
        None => Json::Null,
    };
    let before = talk.last_id().await?;
    let body = json!({
        "name": event, "data": data, "sender": talk.sender.id,
        "contact": {"phone": format!("+{}", talk.from.value), "name": talk.name},
    });
    let answer = talk.api.post("/v1/events", &body).await?;
    println!("{}", talk.paint.faint(format!("POST {}/v1/events → {}", talk.api.base(), answer.status.as_u16())));
    let told = answer.ok()?;
    let started = told["started"].as_array().map(Vec::as_slice).unwrap_or_default();
    for flow in started.iter().filter_map(|run| run["flow"].as_str()) {
        println!("flow {flow} began");
    }
    if started.is_empty() {
        println!("no flow began by it");
    }
    talk.print_answers(before, "the bot said nothing").await.map(|_| ())
}

async fn status(talk: Talk, state: State, code: i64) -> Outcome {
    let told = talk.told().await?;
    let Some((message, provider_id)) =
        told.iter().rev().find_map(|told| told.provider_id.clone().map(|provider_id| (told, provider_id)))
    else {
        return Err(Failure::Failed(format!("the bot has sent nothing to +{}", talk.from.value)));
    };
    let state = match state {
        State::Sent => DeliveryState::Sent,
        State::Delivered => DeliveryState::Delivered,
        State::Read => DeliveryState::Read,
        State::Failed => DeliveryState::Failed,
    };
    let news = News {
        provider_id,
        ours: Some(OutboundId(message.id)),
        state,
        at: SystemClock.now(),
        to: talk.from.value.clone(),
        code: (state == DeliveryState::Failed).then_some(code),
    };
    talk.post(&talk.imitated(Told::Status(&news))?).await?;
    let (id, before, began) = (message.id, told.last().map_or(0, |told| told.id), SystemClock.now());
    // Statuses are written together: the row follows the answer by a moment.
    let mut now_state = message.state.clone();
    while now_state != state.as_str() && SystemClock.now() - began < QUIET {
        tokio::time::sleep(POLL.to_std()).await;
        now_state = talk.told().await?.into_iter().find(|told| told.id == id).map_or(now_state, |told| told.state);
    }
    println!("message {id} is now `{now_state}`");
    if talk.last_id().await? > before {
        talk.print_answers(before, "").await?;
    }
    Ok(())
}

fn pick(config: &Config, asked: Option<i64>) -> Result<&Sender, Failure> {
    match asked {
        Some(_) => super::send::pick_sender(config, asked),
        None => match config.senders.iter().find(|sender| sender.is_sandbox()) {
            Some(sandbox) => Ok(sandbox),
            None => super::send::pick_sender(config, None),
        },
    }
}

/// An id like the platform's own, unlike any other.
fn fresh_id() -> String {
    let mut random = [0_u8; 16];
    // Without randomness the id may repeat, and the daemon would take it for a duplicate: it is for testing.
    let _ = getrandom::fill(&mut random);
    format!("wamid.TRIGGER{}", random.iter().map(|byte| format!("{byte:02X}")).collect::<String>())
}

fn read_told(json: &Json) -> Option<Answered> {
    if json["direction"] != "out" {
        return None;
    }
    let shown = if json["sent_as"].is_null() { &json["content"] } else { &json["sent_as"] };
    Some(Answered {
        id: json["id"].as_i64()?,
        content: serde_json::from_value(shown.clone()).ok()?,
        state: json["state"].as_str()?.to_owned(),
        provider_id: json["provider_id"].as_str().map(str::to_owned),
        error: json["error"]["code"].as_str().or(json["reason"].as_str()).map(str::to_owned),
    })
}

fn note(told: &Answered, paint: Paint) -> String {
    match told.state.as_str() {
        "sent" | "delivered" | "read" => String::new(),
        other => {
            let why = told.error.as_deref().map(|why| format!(" ({why})")).unwrap_or_default();
            paint.warn(format!("  {other}{why}\n"))
        }
    }
}
