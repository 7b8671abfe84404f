//! `transom explain TEXT`: which flow a message would start, and why each other one would not.

use super::{Failure, Outcome, paint::Paint, show, stage::Stage};
use crate::{
    base::{
        ids::{ContactId, ConversationId},
        phone,
    },
    channel::meta::compose::What,
    flow::{self, Versions, World},
    model::{
        contact::{Contact, ContactData},
        session::Session,
        window::Window,
    },
};
use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// What the customer writes, as the first word of a new conversation
    text: String,
    /// The bot's folder
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// What they wrote before, in this order; the last text is then judged in that state
    #[arg(long, value_name = "TEXT")]
    after: Vec<String>,
    /// The customer's number
    #[arg(long, value_name = "PHONE", default_value = "+15550100001")]
    from: String,
}

pub async fn run(args: Args) -> Outcome {
    if phone::strict(&args.from).is_none() {
        return Err(Failure::Usage(format!("`--from {}` is no number in E.164 format, like +15550100001", args.from)));
    }
    let mut stage = Stage::open(&args.path, &args.from, "Test").await?;
    let done = explain(&mut stage, &args).await;
    stage.close().await;
    done
}

async fn explain(stage: &mut Stage, args: &Args) -> Outcome {
    for earlier in &args.after {
        stage.act(What::Text(earlier.clone()), None).await?;
    }
    let (before, said_before) = (stage.session().await?, stage.said().await?.len());
    let (_, since) = stage.traces(0).await?;
    let others = why_not(stage, args, &before);
    stage.act(What::Text(args.text.clone()), None).await?;
    let (entries, _) = stage.traces(since).await?;
    let paint = Paint::stdout();
    let after = stage.session().await?;
    println!("{}", paint.strong(verdict(&args.text, &before, &after, &flows_begun(stage, &before).await?)));
    println!();
    for entry in entries {
        let step = entry.step.as_ref().map(|step| paint.bot(format!("{step}: "))).unwrap_or_default();
        println!("  {step}{}", entry.what);
    }
    println!();
    println!("{}", paint.strong("Each trigger".to_owned()));
    for line in others {
        println!("  {line}");
    }
    let said = stage.said().await?;
    if said.len() > said_before {
        println!();
    }
    for message in said.iter().skip(said_before) {
        print!("{}", show::bubble(message.sent_as.as_ref().unwrap_or(&message.draft.content), paint));
    }
    Ok(())
}

/// What each trigger of each flow says to the text, the winner first.
fn why_not(stage: &Stage, args: &Args, session: &Session) -> Vec<String> {
    let live = stage.app.live.get();
    let versions = Versions::new(live.version, Arc::clone(&live.set));
    let Some(sender) = stage.app.senders.all().first() else { return Vec::new() };
    let data = ContactData { phone: Some(args.from.clone()), ..ContactData::default() };
    let contact = Contact { id: ContactId(0), account: sender.account.clone(), opted_out: None, data };
    let world = World {
        now: stage.app.now(),
        contact: &contact,
        conversation: ConversationId(0),
        sender: stage.app.senders.view(sender.id),
        window: Window { opened_at: Some(stage.app.now()) },
        env: live.env(&stage.app.config.flows.env, true),
        paused: &BTreeSet::new(),
        once: &BTreeSet::new(),
        token_key: &[],
    };
    flow::explain(&versions, session, &world, &args.text)
        .into_iter()
        .map(|told| format!("{} · {}: {}", told.flow, told.trigger, told.why))
        .collect()
}

/// The flows whose runs began with the last message.
async fn flows_begun(stage: &Stage, before: &Session) -> Result<Vec<String>, Failure> {
    let Some((_, row)) = stage.conversation().await? else { return Ok(Vec::new()) };
    let runs = crate::store::run::of(&stage.app.store, row.id, u32::MAX, 50).await.map_err(Failure::failed)?;
    let fresh = runs.into_iter().filter(|run| run.number > before.last_run);
    let mut flows: Vec<String> = fresh.map(|run| run.flow.to_string()).collect();
    flows.reverse();
    Ok(flows)
}

fn verdict(text: &str, before: &Session, after: &Session, begun: &[String]) -> String {
    match (begun, before.runs.last()) {
        ([], Some(run)) => format!("`{text}` starts nothing; it goes to flow `{}`, which is waiting", run.flow),
        ([], None) if after.needs_person.is_some() => format!("`{text}` starts nothing, and is marked for a person"),
        ([], None) => format!("`{text}` starts nothing"),
        ([flow], _) => format!("`{text}` starts flow `{flow}`"),
        (flows, _) => format!("`{text}` starts the flows `{}`", flows.join("`, `")),
    }
}
