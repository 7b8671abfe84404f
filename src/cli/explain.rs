//! Runs `transom explain TEXT`: names the flow that a message would start, and for each other one the reason why not.

use super::{
    Failure, Outcome,
    client::in_process::{BETWEEN_LINES, LocalBot},
    terminal::{out, paint::Paint, show},
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        codes,
        diagnostic::did_you_mean,
        ids::ContactId,
        time::{Span, Time},
    },
    channel::meta::compose::CustomerEvent,
    flow::{
        self, Explained, Starts, Versions, World,
        tools::testfile::{
            moment::{self, Moment},
            typed_fact,
        },
    },
    model::{
        contact::{Contact, ContactData},
        session::Session,
        window::Window,
    },
    runtime::bot::source_files,
    store::tables::contact,
};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The customer's text, as the first message of a new conversation
    text: String,
    /// The bot's folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    bot: PathBuf,
    /// The customer's earlier texts, in this order; the last text is then judged in that state
    #[arg(long, value_name = "TEXT")]
    after: Vec<String>,
    /// The customer's number; without it, one of the bot's own country
    #[arg(long, value_name = "PHONE")]
    from: Option<String>,
    /// The customer's language, as if they had chosen it: `es`
    #[arg(long, value_name = "LANG")]
    language: Option<String>,
    /// When they write: `2026-11-24T09:00` in the bot's zone or with another behind it, `Tue 09:00`, `23:30`, or
    /// `+25h` after what they wrote before
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<String>,
}

pub async fn run(args: Args) -> Outcome {
    let word = args.text.trim().to_uppercase();
    if codes::find(&word).is_some() {
        let why = format!("`{word}` is the code of a finding; `transom help {word}` explains it");
        return Err(Failure::Usage(format!("{why}, and `transom explain` takes what a customer writes")));
    }
    let when = args.at.as_ref().map(|text| When::parse(text, &args.bot)).transpose()?;
    let begin = match when {
        // The earlier texts were written just before.
        Some(When::At(at)) => (0..=args.after.len()).fold(at, |at, _| at - BETWEEN_LINES),
        Some(When::After(_)) | None => SystemClock.now(),
    };
    let mut local = LocalBot::open_at(&args.bot, args.from.as_deref(), "Test", begin).await?;
    let done = explain(&mut local, &args, when).await;
    local.close().await;
    done
}

/// The time at which the text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    At(Time),
    After(Span),
}

impl When {
    fn parse(text: &str, folder: &Path) -> Result<When, Failure> {
        let usage = |why: String| Failure::Usage(format!("`--at {text}`: {why}"));
        if let Some(span) = text.strip_prefix('+') {
            return Span::parse(span).map(When::After).map_err(usage);
        }
        let files = source_files::read(folder).map_err(Failure::failed)?;
        let zone = flow::parse_set(&files.files).0.bot.timezone;
        let now = jiff::Timestamp::from_millisecond(SystemClock.now().0).expect("the clock shows a time that exists");
        let next = Moment::parse(text).and_then(|moment| moment.after(&now.to_zoned(zone.clone())));
        // A time in the past is allowed too.
        let at = next.map_or_else(|| moment::now(text, &zone), Ok);
        at.map(|at| When::At(Time(at.timestamp().as_millisecond()))).map_err(usage)
    }
}

async fn know_language(local: &LocalBot, language: &str) -> Outcome {
    let live = local.app.live.get();
    let bot = &live.set.bot;
    let known: Vec<&str> = std::iter::once(bot.language.as_str())
        .chain(bot.languages.keys().map(String::as_str).filter(|other| *other != bot.language))
        .collect();
    if !known.contains(&language) {
        let near = did_you_mean(language, known.iter().copied());
        let help = near.unwrap_or_else(|| format!("the bot has `{}`", known.join("`, `")));
        return Err(Failure::Usage(format!("`--language {language}` is no language of the bot; {help}")));
    }
    let fact = typed_fact("language", language, &live.set).map_err(|finding| Failure::Usage(finding.message))?;
    local.know(&[fact]).await
}

async fn explain(local: &mut LocalBot, args: &Args, when: Option<When>) -> Outcome {
    if let Some(language) = &args.language {
        know_language(local, language).await?;
    }
    for earlier in &args.after {
        local.act(CustomerEvent::Text(earlier.clone()), None).await?;
    }
    if let Some(When::After(span)) = when {
        let until = local.now() + span;
        while local.step(until).await? {}
    }
    let (before, said_before) = (local.session().await?, local.said().await?.len());
    let (_, since) = local.traces(0).await?;
    let others = why_not(local, args, &before).await?;
    local.act(CustomerEvent::Text(args.text.clone()), None).await?;
    let (entries, _) = local.traces(since).await?;
    let paint = Paint::stdout();
    let after = local.session().await?;
    let found = verdict(&before, &after, &flows_begun(local, &before).await?);
    let verdict = match others.iter().any(|told| told.starts == Starts::ModelDecides) {
        true => format!(
            "a model decides about `{0}`, and `transom explain` asks none; if it finds nothing, `{0}` {found}",
            args.text
        ),
        false => format!("`{}` {found}", args.text),
    };
    let spoken = spoken(local, &args.text);
    if out::is_json() {
        let said = local.said().await?;
        let said =
            said.iter().skip(said_before).map(|message| message.sent_as.as_ref().unwrap_or(&message.draft.content));
        let steps = entries.iter().map(|entry| json!({"step": entry.step, "what": entry.what}));
        let flows = others.iter().map(|told| {
            json!({
                "flow": told.flow, "trigger": told.trigger, "wins": told.starts == Starts::Surely,
                "model_decides": told.starts == Starts::ModelDecides, "why": told.why,
            })
        });
        out::document(&json!({
            "text": args.text, "verdict": verdict, "steps": steps.collect::<Vec<_>>(),
            "flows": flows.collect::<Vec<_>>(), "said": said.collect::<Vec<_>>(), "spoken": spoken,
        }));
        return Ok(());
    }
    println!("{}", paint.strong(verdict));
    if let Some(spoken) = spoken {
        println!("{spoken}");
    }
    if others.iter().any(|told| told.why.ends_with(flow::LANGUAGE_FIRST)) {
        println!(
            "`--language {}` tells what the message starts once that is known",
            local.app.live.get().set.bot.language
        );
    }
    println!();
    for entry in entries {
        let step = entry.step.as_ref().map(|step| paint.bot(format!("{step}: "))).unwrap_or_default();
        println!("  {step}{}", entry.what);
    }
    println!();
    println!("{}", paint.strong("Each flow".to_owned()));
    for told in others {
        let sign = match told.starts {
            Starts::Surely => paint.good("✓".to_owned()),
            Starts::ModelDecides => paint.warn("?".to_owned()),
            Starts::Not => "·".to_owned(),
        };
        let trigger = if told.trigger.is_empty() { String::new() } else { format!(" · {}", told.trigger) };
        println!("  {sign} {}{trigger}: {}", told.flow, told.why);
    }
    let said = local.said().await?;
    if said.len() > said_before {
        println!();
    }
    let known = local.templates();
    for message in said.iter().skip(said_before) {
        print!("{}", show::bubble(message.sent_as.as_ref().unwrap_or(&message.draft.content), &known, paint));
    }
    Ok(())
}

/// The sentence about a voice note with these words; `None`: the bot hears none.
fn spoken(local: &LocalBot, text: &str) -> Option<String> {
    let live = local.app.live.get();
    let voice = live.set.bot.voice.as_ref()?;
    let (max, model) = (voice.max, &voice.model);
    Some(format!("a voice note of at most {max} in which the model `{model}` hears `{text}` does the same"))
}

/// The result of each trigger of each flow for the text, the winner first.
async fn why_not(local: &LocalBot, args: &Args, session: &Session) -> Result<Vec<Explained>, Failure> {
    let live = local.app.live.get();
    let versions = Versions::new(live.version, Arc::clone(&live.set));
    let Some(sender) = local.app.senders.all().first() else { return Ok(Vec::new()) };
    let known = match local.conversation().await? {
        Some((contact, _)) => contact::find(&local.app.store, contact).await.map_err(Failure::failed)?,
        None => None,
    };
    let contact = known.unwrap_or_else(|| {
        let data = ContactData { phone: Some(local.phone()), ..ContactData::default() };
        Contact { id: ContactId(0), account: sender.account.clone(), opted_out: None, data }
    });
    let now = local.now() + BETWEEN_LINES;
    let world = World {
        sender: local.app.senders.view(sender.id),
        window: Window { opened_at: Some(now) },
        ..World::of_contact(now, &contact, live.env(&local.app.config.flows.env, true))
    };
    Ok(flow::explain(&versions, session, &world, &args.text))
}

/// The flows whose runs began with the last message.
async fn flows_begun(local: &LocalBot, before: &Session) -> Result<Vec<String>, Failure> {
    let Some((_, row)) = local.conversation().await? else { return Ok(Vec::new()) };
    let runs = crate::store::tables::run::of(&local.app.store, row.id, u32::MAX, 50).await.map_err(Failure::failed)?;
    let fresh = runs.into_iter().filter(|run| run.number > before.last_run);
    let mut flows: Vec<String> = fresh.map(|run| run.flow.to_string()).collect();
    flows.reverse();
    Ok(flows)
}

/// The effect of the text: `starts flow …`.
fn verdict(before: &Session, after: &Session, begun: &[String]) -> String {
    let (of_bot, flows): (Vec<&String>, Vec<&String>) = begun.iter().partition(|flow| *flow == BOT_FILE);
    match (&flows[..], before.runs.last()) {
        ([], _) if !of_bot.is_empty() => format!("starts no flow; {BOT_STEPS} react to it"),
        ([], Some(run)) if run.flow.as_str() == BOT_FILE => {
            format!("starts nothing; it goes to {BOT_STEPS}, which are waiting")
        }
        ([], Some(run)) => format!("starts nothing; it goes to flow `{}`, which is waiting", run.flow),
        ([], None) if after.needs_person.is_some() => "starts nothing, and is marked for a person".to_owned(),
        ([], None) => "starts nothing".to_owned(),
        ([flow], _) => format!("starts flow `{flow}`"),
        (flows, _) => {
            let names: Vec<&str> = flows.iter().map(|flow| flow.as_str()).collect();
            format!("starts the flows `{}`", names.join("`, `"))
        }
    }
}

/// The name of runs that are no flow's own: only `defaults: unanswered` starts such a run.
const BOT_FILE: &str = "_bot";
const BOT_STEPS: &str = "the steps under `defaults: unanswered` of `_bot.yaml`, for what nothing else takes,";
