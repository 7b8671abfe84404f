//! Runs `transom runs list|show`: lists runs of flows with their current step, and prints the story of one.

mod questions;
pub(super) mod story;

use super::{
    Failure, Outcome,
    client::workplace::{CommandAt, contact_of, read_only},
    conversations::talk::summary,
    terminal::{out, paint::Paint, show, table},
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        ids::FlowName,
        limits::COMMAND_ROWS_MAX,
        time::{Time, iso, rounded},
    },
    flow::FlowSet,
    model::{
        effect::RunEnd,
        session::{Run as Standing, Session, Waiting},
    },
    runtime::{bot::source_files::BotFiles, config::Config},
    store::{
        Store,
        tables::{contact, conversation, run, session, version},
    },
};
use serde_json::json;

pub type Args = CommandAt<Action>;

#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// The newest runs
    List {
        /// Of this flow only
        #[arg(long)]
        flow: Option<String>,
        /// Of the contact with this phone number only
        #[arg(long, value_name = "PHONE")]
        contact: Option<String>,
        /// Only those that have not ended
        #[arg(long)]
        open: bool,
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=COMMAND_ROWS_MAX))]
        limit: i64,
    },
    /// How many runs of a flow ended for which reason: who finished, answered, left
    Exits { flow: String },
    /// One run: where it stands, what was said, and what each of its turns did and why
    Show {
        id: i64,
        /// Also everything that language models were asked, and what they answered
        #[arg(long)]
        model: bool,
    },
}

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    let store = read_only(&config).await?;
    let done = match args.what {
        Action::List { flow, contact, open, limit } => {
            let wanted = Wanted { flow: flow.map(FlowName::from), contact, open, limit };
            list(&config, &store, &wanted).await
        }
        Action::Exits { flow } => exits(&store, &FlowName::from(flow)).await,
        Action::Show { id, model } => show_run(&config, &store, id, model).await,
    };
    store.close().await;
    done
}

struct Wanted {
    flow: Option<FlowName>,
    contact: Option<String>,
    open: bool,
    limit: i64,
}

async fn exits(store: &Store, flow: &FlowName) -> Outcome {
    let all = run::exits(store, flow).await.map_err(Failure::failed)?;
    let total: i64 = all.iter().map(|one| one.count).sum();
    let percent = |count: i64| format!("{} %", (count * 100).checked_div(total).unwrap_or(0));
    let rows: Vec<Vec<String>> =
        all.into_iter().map(|one| vec![one.reason, one.count.to_string(), percent(one.count)]).collect();
    table::print(&["ended by", "runs", "of all"], &rows, &format!("No run of `{flow}` has ended."));
    Ok(())
}

async fn list(config: &Config, store: &Store, wanted: &Wanted) -> Outcome {
    let mut rows = Vec::new();
    let mut found = found(config, store, wanted).await?;
    let cut = table::is_cut(&mut found, wanted.limit);
    for run in found {
        let who = contact::find(store, run.contact_id).await.map_err(Failure::failed)?;
        let data = who.map(|who| who.data).unwrap_or_default();
        let state = match run.outcome {
            Some(end) => match &run.reason {
                Some(reason) => format!("{}: {}", ended(end), show::short(reason, 40)),
                None => ended(end).to_owned(),
            },
            None => {
                let session = session_of(store, &run).await?;
                session.runs.iter().find(|own| own.number == run.number).map_or_else(|| "under way".into(), stands)
            }
        };
        rows.push(vec![
            run.id.to_string(),
            show::cell(run.started_at),
            run.flow.to_string(),
            data.phone.or(data.bsuid).unwrap_or_default(),
            show::short(&run.trigger_key, 32),
            state,
        ]);
    }
    let headings = ["id", "started", "flow", "contact", "started by", "state"];
    table::print(&headings, &rows, "There are no such runs.");
    if cut {
        table::tell_cut(wanted.limit, None, COMMAND_ROWS_MAX);
    }
    Ok(())
}

/// Newest first; one beyond the limit or more, where there are so many.
async fn found(config: &Config, store: &Store, wanted: &Wanted) -> Result<Vec<run::Run>, Failure> {
    let all = i64::MAX;
    let found = match (&wanted.contact, &wanted.flow) {
        (Some(phone), _) => {
            let Some(contact) = contact_of(config, store, phone).await? else {
                return Err(Failure::Failed(format!("nobody with the number {phone} has written or been written to")));
            };
            let mut found = Vec::new();
            for conversation in conversation::of(store, contact.id).await.map_err(Failure::failed)? {
                found
                    .extend(run::of(store, conversation.id, u32::MAX, RUNS_OF_CONTACT).await.map_err(Failure::failed)?);
            }
            found.sort_by_key(|run| std::cmp::Reverse(run.id));
            Ok(found)
        }
        (None, _) if wanted.open => run::open(store, all, RUNS_OPEN).await,
        (None, Some(flow)) => run::of_flow(store, flow, all, wanted.limit + 1).await,
        (None, None) => run::page(store, all, wanted.limit + 1).await,
    };
    let mut found = found.map_err(Failure::failed)?;
    found.retain(|run| {
        wanted.flow.as_ref().is_none_or(|flow| *flow == run.flow) && (!wanted.open || run.outcome.is_none())
    });
    Ok(found)
}

/// The number of a contact's runs that are read before the other conditions are tested.
const RUNS_OF_CONTACT: i64 = 1_000;
const RUNS_OPEN: i64 = 10_000;

async fn show_run(config: &Config, store: &Store, id: i64, with_questions: bool) -> Outcome {
    let found = run::page(store, id.saturating_add(1), 1).await.map_err(Failure::failed)?;
    let Some(run) = found.into_iter().find(|run| run.id == id) else {
        return Err(Failure::Failed(format!("there is no run {id}; `transom runs list` shows them")));
    };
    let paint = Paint::stdout();
    let who = contact::find(store, run.contact_id).await.map_err(Failure::failed)?;
    let data = who.map(|who| who.data).unwrap_or_default();
    let conversation = conversation::find(store, run.conversation_id).await.map_err(Failure::failed)?;
    let sender = conversation.as_ref().and_then(|c| config.senders.iter().find(|sender| sender.id == c.sender_id));
    let stood_on = version::find(store, run.version_id).await.map_err(Failure::failed)?;
    let set = stood_on.map(|version| crate::flow::parse_set(&BotFiles::from_stored(&version.files).files).0);
    let title = set.as_ref().and_then(|set| set.flow(&run.flow)?.title.clone());
    let session = session_of(store, &run).await?;
    let standing = session.runs.iter().find(|own| own.number == run.number);
    let live = version::live(store).await.map_err(Failure::failed)?;
    let story = story::Story::read(store, &run, paint).await?;
    let asked = if with_questions { Some(questions::read(store, &run).await?) } else { None };
    if out::is_json() {
        out::document(&json!({
            "id": run.id, "flow": run.flow, "title": title, "version": run.version_id,
            "live_version": live.map(|live| live.id), "contact": run.contact_id, "phone": data.phone,
            "name": data.name, "conversation": run.conversation_id, "sender": sender.map(|sender| sender.id),
            "started_at": iso(run.started_at), "started_by": run.trigger_key, "ended_at": run.ended_at.map(iso),
            "outcome": run.outcome, "reason": run.reason, "now": standing.map(|run| stands_at(run, set.as_ref())),
            "with_person": session.person.is_some(), "summary": summary_of(&session, &run), "story": story.to_json(),
            "questions": asked.as_deref().map(questions::to_json),
        }));
        return Ok(());
    }

    let title = title.map(|title| format!(" ({title})")).unwrap_or_default();
    println!("{}{title}", paint.strong(format!("run {} of {}", run.id, run.flow)));
    let phone = data.phone.or(data.bsuid).unwrap_or_else(|| "no number".to_owned());
    let name = data.name.map(|name| format!("{name}, ")).unwrap_or_default();
    let sender = sender.map(|sender| format!(" at {}", sender.name)).unwrap_or_default();
    line(paint, "contact", &format!("{name}{phone}; conversation {}{sender}", run.conversation_id));
    line(paint, "started", &format!("{} by {}", show::time(run.started_at), run.trigger_key));
    match (run.ended_at, run.outcome) {
        (Some(at), Some(end)) => {
            let took = rounded(at - run.started_at);
            line(paint, "ended", &format!("{}, after {took}: {}", show::time(at), ended(end)));
        }
        (Some(_), None) | (None, _) => {
            let stands = standing.map_or_else(|| "under way".to_owned(), |run| stands_at(run, set.as_ref()));
            line(paint, "now", &stands);
        }
    }
    if let Some(live) = live.filter(|live| live.id != run.version_id) {
        line(paint, "version", &format!("{}; live is {}", run.version_id, live.id));
    }
    if let Some(person) = &session.person {
        line(paint, "person", &format!("{} has the conversation", person.team.as_deref().unwrap_or("somebody")));
    }
    if let Some(summary) = summary_of(&session, &run) {
        line(paint, "summary", summary);
    }
    story.print(&run, SystemClock.now() - config.retention.traces, paint);
    if let Some(asked) = asked {
        questions::print(&asked, &run, SystemClock.now() - config.retention.model_questions, paint);
    }
    Ok(())
}

/// The summary of the case that this run opened; a case of another run is no part of its story.
fn summary_of<'s>(session: &'s Session, run: &run::Run) -> Option<&'s str> {
    let person = session.person.as_ref()?;
    summary(session).filter(|_| person.run == Some(run.number))
}

fn line(paint: Paint, name: &str, what: &str) {
    println!("  {} {}", paint.faint(format!("{name:<8}")), show::line(what));
}

async fn session_of(store: &Store, run: &run::Run) -> Result<Session, Failure> {
    let stored = session::find(store, run.conversation_id).await.map_err(Failure::failed)?;
    Ok(stored.map(|stored| stored.session).unwrap_or_default())
}

/// The state of a run: `waits for an answer at menu.ask_1 until …`.
fn stands(run: &Standing) -> String {
    let at = run.frames.last().and_then(|frame| frame.at.as_ref());
    let at = at.map(|at| format!(" at {at}")).unwrap_or_default();
    let (what, until) = waits(&run.waiting);
    // The time limit of a surrounding `call` may come first.
    let until = until.into_iter().chain(run.called_until()).min();
    let until = until.map(|until| format!(" until {}", show::time(until))).unwrap_or_default();
    format!("waits for {what}{at}{until}")
}

/// The state of a run, with the line of its step and the calling flows.
fn stands_at(run: &Standing, set: Option<&FlowSet>) -> String {
    let mut text = stands(run);
    let frame = run.frames.last();
    let place = frame.and_then(|frame| {
        let flow = set?.any_flow(&frame.flow)?;
        Some(flow.node(flow.find(frame.at.as_ref()?)?).place.clone())
    });
    if let Some(place) = place {
        text.push_str(&format!(" ({}:{})", place.path(), place.line()));
    }
    let callers: Vec<&str> = run.frames.iter().rev().skip(1).map(|frame| frame.flow.as_str()).collect();
    let outer: Vec<&str> =
        callers.into_iter().filter(|name| frame.is_none_or(|frame| frame.flow.as_str() != *name)).collect();
    if !outer.is_empty() {
        text.push_str(&format!(", called by {}", outer.join(", called by ")));
    }
    text
}

fn waits(waiting: &Waiting) -> (String, Option<Time>) {
    match waiting {
        Waiting::Ready => ("its next step".to_owned(), None),
        Waiting::Question(question) if !question.left => ("its question to leave".to_owned(), question.deadline),
        Waiting::Question(question) => {
            let tries = match question.tries {
                0 => String::new(),
                1 => " (1 did not count)".to_owned(),
                n => format!(" ({n} did not count)"),
            };
            (format!("an answer{tries}"), question.deadline)
        }
        Waiting::Reply { deadline } => ("a reply".to_owned(), *deadline),
        Waiting::Agent { deadline, .. } => ("a message to its agent".to_owned(), *deadline),
        Waiting::Until { at, .. } => ("its time".to_owned(), Some(*at)),
        Waiting::Event { name, deadline } => (format!("the event `{name}`"), *deadline),
        Waiting::Delivery { read, deadline, .. } => {
            (if *read { "its message to be read" } else { "its message to arrive" }.to_owned(), *deadline)
        }
        Waiting::Call(call) => (format!("the answer of a server, try {}", call.attempt), call.retry_at),
        Waiting::Fate { .. } => ("news of its message".to_owned(), None),
        Waiting::Person { deadline } => ("a person to be done".to_owned(), *deadline),
    }
}

fn ended(end: RunEnd) -> &'static str {
    match end {
        RunEnd::Done => "done",
        RunEnd::Expired => "expired: nobody answered",
        RunEnd::Replaced => "replaced by another flow",
        RunEnd::Restarted => "began again: its flow has changed",
        RunEnd::Stopped => "stopped",
        RunEnd::Failed => "failed",
        RunEnd::HandedOff => "handed over to a person",
        RunEnd::Refused => "its question was not allowed out",
        RunEnd::Undelivered => "its question did not arrive",
    }
}
