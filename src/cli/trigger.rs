//! Runs `transom trigger`: posts a genuine webhook to a running daemon, signed as by the platform, and prints the
//! results.

mod hook;
mod talk;
mod told;
mod why;

use super::{
    Failure, Outcome,
    client::workplace::DaemonOptions,
    terminal::show::{self, Tappable},
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        counted::counted,
        ids::OutboundId,
    },
    channel::{
        imitation::ImitatedEvent,
        meta::compose::{CustomerEvent as Deed, News},
    },
    model::{content::Content, inbound::DeliveryState},
};
use serde_json::{Value as Json, json};
use talk::{POLL, QUIET, Talk};
use told::OutputList;

/// Said of a bot that does not answer, before the time that was waited.
const NOTHING: &str = "the bot said nothing";

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
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
        #[arg(value_name = "BUTTON", required_unless_present = "button")]
        wanted: Option<String>,
        /// The same
        #[arg(long, value_name = "BUTTON", conflicts_with = "wanted")]
        button: Option<String>,
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
        /// Its data: `event.data`
        #[arg(long, value_name = "JSON")]
        data: Option<String>,
        #[command(flatten)]
        to: To,
    },
}

#[derive(Debug, clap::Args)]
struct To {
    /// The customer's number, in E.164 format; without it, one of the bot's own country
    #[arg(long, value_name = "PHONE")]
    from: Option<String>,
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
    call: DaemonOptions,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum State {
    Sent,
    Delivered,
    Read,
    Failed,
}

pub async fn run(args: Args) -> Outcome {
    let talk = match args.what {
        Action::Message { text, to } => say(Talk::open(to).await?, text).await?,
        Action::Tap { wanted, button, to } => {
            tap(Talk::open(to).await?, &wanted.or(button).unwrap_or_default()).await?
        }
        Action::Status { state, code, to } => status(Talk::open(to).await?, state, code).await?,
        Action::Webhook(args) => hook::run(args).await?,
        Action::Event { event, data, to } => happen(Talk::open(to).await?, &event, data.as_deref()).await?,
        Action::Duplicate { text, to } => twice(Talk::open(to).await?, text).await?,
    };
    talk.record.finish();
    Ok(())
}

async fn say(talk: Talk, text: String) -> Result<Talk, Failure> {
    let before = talk.last_id().await?;
    talk.post(&talk.message(Deed::Text(text), None)?).await?;
    talk.print_answers(before, NOTHING).await?;
    Ok(talk)
}

async fn twice(talk: Talk, text: String) -> Result<Talk, Failure> {
    let before = talk.last_id().await?;
    let body = talk.message(Deed::Text(text), None)?;
    let (first, second) = tokio::join!(talk.post(&body), talk.post(&body));
    first?;
    second?;
    let answers = talk.print_answers(before, NOTHING).await?;
    let words = format!("delivered twice, handled once: {} in answer", counted(answers, "message"));
    talk.record.say(|| talk.paint.faint(words));
    Ok(talk)
}

async fn tap(talk: Talk, wanted: &str) -> Result<Talk, Failure> {
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
    talk.print_answers(before, NOTHING).await?;
    Ok(talk)
}

async fn happen(talk: Talk, event: &str, data: Option<&str>) -> Result<Talk, Failure> {
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
    talk.posted("/v1/events", &answer);
    let told = answer.ok()?;
    let started = told["started"].as_array().map(Vec::as_slice).unwrap_or_default();
    for run in started {
        let began = || format!("flow {} began", run["flow"].as_str().unwrap_or_default());
        talk.record.add(OutputList::Flows, run.clone(), began);
    }
    if told["heard"] == false {
        let help = told["did_you_mean"].as_str().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        let words = format!("no flow has an event `{event}`{help}");
        talk.record.add(OutputList::WhySilent, json!(words), || words.clone());
        return Ok(talk);
    }
    if started.is_empty() {
        talk.record.say(|| "no flow began by it".to_owned());
    }
    talk.print_answers(before, NOTHING).await?;
    Ok(talk)
}

async fn status(talk: Talk, state: State, code: i64) -> Result<Talk, Failure> {
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
    talk.post(&talk.imitated(ImitatedEvent::Status(&news))?).await?;
    let (id, before, began) = (message.id, told.last().map_or(0, |told| told.id), SystemClock.now());
    // Statuses are written in groups, so the row may change shortly after the answer.
    let mut now_state = message.state.clone();
    while now_state != state.as_str() && SystemClock.now() - began < QUIET {
        tokio::time::sleep(POLL.to_std()).await;
        now_state = talk.told().await?.into_iter().find(|told| told.id == id).map_or(now_state, |told| told.state);
    }
    let value = json!({"id": id, "state": now_state});
    talk.record.add(OutputList::Statuses, value, || format!("message {id} is now `{now_state}`"));
    if talk.last_id().await? > before {
        talk.print_answers(before, "").await?;
    }
    Ok(talk)
}
