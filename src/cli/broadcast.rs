//! Runs `transom broadcast new|list|show|pause|resume|stop`: one-off sends of a flow to many contacts, through the
//! running daemon.

use super::{
    Failure, Outcome,
    client::{
        call::Api,
        workplace::{CommandAt, daemon, read_only},
    },
    terminal::{
        bars::{self, Bar, Tone},
        out,
        paint::Paint,
        show, table,
    },
};
use crate::{
    base::{counted::counted_as, limits::COMMAND_ROWS_MAX, time::Time},
    model::event::Reason,
    runtime::config::Config,
    store::{Store, tables::broadcast},
    web::api::broadcasts::with_report,
};
use serde_json::{Map, Value as Json, json};
use std::{
    collections::BTreeSet,
    io::{BufRead, IsTerminal, Write},
};

pub type Args = CommandAt<Action>;

#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// Draft one, look at what it would do, and start it by its count
    New(Box<New>),
    /// The newest broadcasts
    List {
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=COMMAND_ROWS_MAX))]
        limit: i64,
    },
    /// One with how far it has come
    Show { id: i64 },
    /// Stop new starts for now; what runs already goes on
    Pause { id: i64 },
    /// Let a paused one go on
    Resume { id: i64 },
    /// End it for good: nothing more of it begins
    Stop { id: i64 },
}

#[derive(Debug, clap::Args)]
pub struct New {
    flow: String,
    /// To all contacts of the account
    #[arg(long, conflicts_with_all = ["tag", "condition"])]
    everyone: bool,
    /// To those who have this tag; several: all of them
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// To those for whom this holds, as in a flow: contact.points > 10
    #[arg(long = "if", value_name = "RHAI")]
    condition: Option<String>,
    /// When: 2026-11-24T10:00 on each contact's clock, 2026-11-24T10:00:00Z everywhere at once; without it, at once
    #[arg(long)]
    at: Option<String>,
    /// How many starts in how long; never more than three quarters of what the sender carries
    #[arg(long, default_value = "20/s")]
    rate: String,
    /// An input of the flow
    #[arg(long, value_name = "NAME=VALUE")]
    input: Vec<String>,
    /// Needed when there are several
    #[arg(long)]
    account: Option<String>,
    /// Start it without asking, if it means exactly so many people
    #[arg(long, value_name = "PEOPLE")]
    yes: Option<i64>,
    /// Only say what it would do
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
}

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    // `list` and `show` need only the database.
    match args.what {
        Action::List { limit } => return list(&config, limit).await,
        Action::Show { id } => return tell(&shown(&config, id).await?),
        Action::New(_) | Action::Pause { .. } | Action::Resume { .. } | Action::Stop { .. } => {}
    }
    let api = daemon(&config, "it is what plans and sends broadcasts").await?;
    match args.what {
        Action::New(new) => start(&api, *new).await,
        Action::List { .. } | Action::Show { .. } => Ok(()),
        Action::Pause { id } => turn(&api, id, "pause").await,
        Action::Resume { id } => turn(&api, id, "resume").await,
        Action::Stop { id } => turn(&api, id, "stop").await,
    }
}

async fn start(api: &Api, new: New) -> Outcome {
    let body = body(&new)?;
    let answer = api.post("/v1/broadcasts", &body).await?;
    let draft = answer.json();
    if !answer.status.is_success() {
        return Err(Failure::Failed(problem(&draft).unwrap_or_else(|| answer.refusal())));
    }
    let (id, people) = (whole(&draft, "id"), whole(&draft, "people"));
    let paint = Paint::stdout();
    if people > 0 && !out::is_json() {
        forecast(&draft["forecast"], paint).iter().for_each(|line| println!("{line}"));
    }
    if new.dry_run && people > 0 {
        turn_quietly(api, id).await?;
        out::either(|| draft.clone(), || ());
        return Ok(());
    }
    if people == 0 {
        turn_quietly(api, id).await?;
        return Err(Failure::Failed("it means nobody, so there is nothing to start".into()));
    }
    let said = match new.yes {
        Some(said) => said,
        None if std::io::stdin().is_terminal() && !out::is_json() => {
            print!("\nType the number of people to start it, anything else to leave it: ");
            let _ = std::io::stdout().flush();
            let mut line = String::new();
            std::io::stdin().lock().read_line(&mut line).map_err(Failure::failed)?;
            match line.trim().parse() {
                Ok(said) => said,
                Err(_) => {
                    turn_quietly(api, id).await?;
                    println!("Nothing was sent.");
                    return Ok(());
                }
            }
        }
        None => {
            turn_quietly(api, id).await?;
            let why = format!(
                "it means {}; say `--yes {people}` to start it without a terminal",
                counted_as(people, "person", "people")
            );
            return Err(Failure::Usage(why));
        }
    };
    let answer = api.post(&format!("/v1/broadcasts/{id}/start"), &json!({"people": said})).await?;
    if !answer.status.is_success() {
        turn_quietly(api, id).await?;
    }
    let now = answer.ok()?;
    let words = format!(
        "Broadcast {id} runs. How far it is: `transom broadcast show {id}`; to end it: `transom broadcast stop {id}`."
    );
    out::either(|| now, || println!("{words}"));
    Ok(())
}

/// Stops a draft that was not confirmed, without printing it.
async fn turn_quietly(api: &Api, id: i64) -> Outcome {
    api.post(&format!("/v1/broadcasts/{id}/stop"), &json!({})).await?.ok().map(drop)
}

async fn turn(api: &Api, id: i64, what: &str) -> Outcome {
    let now = api.post(&format!("/v1/broadcasts/{id}/{what}"), &json!({})).await?.ok()?;
    tell(&now)
}

async fn shown(config: &Config, id: i64) -> Result<Json, Failure> {
    let store = read_only(config).await?;
    let row = broadcast::find(&store, id).await.map_err(Failure::failed);
    let shown = match row {
        Ok(Some(row)) => with_report(&store, &row, &config.prices.currency).await.map_err(Failure::failed),
        Ok(None) => Err(Failure::Failed(format!("there is no broadcast {id}"))),
        Err(failure) => Err(failure),
    };
    store.close().await;
    shown
}

async fn list(config: &Config, limit: i64) -> Outcome {
    let store = read_only(config).await?;
    let all = newest(config, &store, limit + 1).await;
    store.close().await;
    let mut all = all?;
    let cut = table::is_cut(&mut all, limit);
    // A stopped draft that never started is not listed.
    all.retain(|row| row["state"] != "stopped" || row["started_at"].is_string());
    print_all(&all);
    if cut {
        table::tell_cut(limit, None, COMMAND_ROWS_MAX);
    }
    Ok(())
}

/// Each with its report: the state alone does not say whether something waits.
async fn newest(config: &Config, store: &Store, limit: i64) -> Result<Vec<Json>, Failure> {
    let rows = broadcast::page(store, None, i64::MAX, limit).await.map_err(Failure::failed)?;
    let mut all = Vec::new();
    for row in &rows {
        all.push(with_report(store, row, &config.prices.currency).await.map_err(Failure::failed)?);
    }
    Ok(all)
}

fn print_all(all: &[Json]) {
    if out::is_json() {
        return out::document(&json!(all));
    }
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|row| {
            let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            let local = Some(text("local").replace('T', " ")).filter(|at| !at.is_empty());
            let when = local.unwrap_or_else(|| moment(&row["at"]).unwrap_or_default());
            vec![
                whole(row, "id").to_string(),
                text("flow"),
                state(row),
                whole(row, "people").to_string(),
                whole(row, "planned").to_string(),
                if when.is_empty() { "at once".to_owned() } else { when },
                moment(&row["created_at"]).unwrap_or_default(),
            ]
        })
        .collect();
    table::print(&["id", "flow", "state", "people", "planned", "when", "drafted"], &rows, "There are no broadcasts.");
}

fn tell(row: &Json) -> Outcome {
    if out::is_json() {
        out::document(row);
        return Ok(());
    }
    let paint = Paint::stdout();
    let text = |name: &str| row[name].as_str().unwrap_or_default();
    println!("Broadcast {} of `{}` is {}.", whole(row, "id"), text("flow"), paint.strong(state(row)));
    for line in report(row, paint) {
        println!("{line}");
    }
    Ok(())
}

/// The state in words. `done` means that all starts are planned, but starts may wait and messages may be kept.
fn state(row: &Json) -> String {
    let (waiting, kept) = (whole(&row["report"], "waiting"), whole(&row["report"], "kept"));
    let mut rest = Vec::new();
    if waiting > 0 {
        rest.push(counted_as(waiting, "person waits for their slot", "people wait for their slot"));
    }
    // Quiet hours, a pause, an answer, a template.
    if kept > 0 {
        rest.push(counted_as(kept, "message is kept for later", "messages are kept for later"));
    }
    match (row["state"].as_str().unwrap_or_default(), rest.is_empty()) {
        ("draft", _) => "a draft: nobody has started it".to_owned(),
        ("done", false) => format!("running: {}", rest.join(", ")),
        (other, false) => format!("{other}: {}", rest.join(", ")),
        (other, true) => other.to_owned(),
    }
}

/// The progress of a broadcast, and the outcomes for its contacts.
fn report(row: &Json, paint: Paint) -> Vec<String> {
    let people = whole(row, "people");
    let Some(report) = row["report"].as_object().map(|_| &row["report"]) else {
        return vec![format!(
            "  {} meant when it was drafted; nobody has got anything.",
            counted_as(people, "person was", "people were")
        )];
    };
    let mut bars = vec![Bar { name: "decided".into(), count: whole(report, "done"), tone: Tone::Mixed }];
    let mut bar = |name: String, count: i64, tone: Tone| {
        if count > 0 {
            bars.push(Bar { name, count, tone });
        }
    };
    bar("text".into(), whole(report, "text"), Tone::Good);
    for (name, count) in report["templates"].as_object().into_iter().flatten() {
        bar(format!("template {name}"), count.as_i64().unwrap_or(0), Tone::Good);
    }
    for (name, key, tone) in [
        ("delivered", "delivered", Tone::Good),
        ("read", "read", Tone::Good),
        ("answered", "answered", Tone::Good),
        ("waiting", "waiting", Tone::Mixed),
        ("kept", "kept", Tone::Mixed),
        ("silent", "silent", Tone::Mixed),
        ("never begun", "superseded", Tone::Mixed),
        ("undelivered", "undelivered", Tone::Bad),
        ("opted out", "opted_out", Tone::Bad),
    ] {
        bar(name.to_owned(), whole(report, key), tone);
    }
    for (name, count) in report["refused"].as_object().into_iter().flatten() {
        bar(format!("refused {name}"), count.as_i64().unwrap_or(0), Tone::Bad);
    }
    let mut lines = bars::lines(&bars, people.max(whole(report, "planned")), paint);
    lines.extend(legend(report["refused"].as_object().into_iter().flat_map(Map::keys)));
    if let (Some(cost), Some(currency)) = (report["cost"].as_str(), report["currency"].as_str()) {
        lines.push(format!("  Cost {cost} {currency} so far."));
    }
    lines
}

/// The forecast of a draft.
fn forecast(sum: &Json, paint: Paint) -> Vec<String> {
    let people = whole(sum, "people");
    let mut lines = vec![format!("It means {}:", counted_as(people, "person", "people"))];
    let outcomes = sum["outcomes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let bars: Vec<Bar> = outcomes
        .iter()
        .map(|outcome| {
            let what = outcome["what"].as_str().unwrap_or_default();
            let tone = match what {
                "text" | "template" | "nudge" => Tone::Good,
                "refused" | "failed" | "skipped" => Tone::Bad,
                _ => Tone::Mixed,
            };
            let name = outcome["name"].as_str().map_or_else(|| what.to_owned(), |name| format!("{what} {name}"));
            Bar { name, count: whole(outcome, "people"), tone }
        })
        .collect();
    lines.extend(bars::lines(&bars, people, paint));
    lines.extend(legend(outcomes.iter().filter_map(|outcome| outcome["name"].as_str())));
    if let (Some(first), Some(last)) = (moment(&sum["first_at"]), moment(&sum["last_at"])) {
        lines.push(format!("  The first message leaves at {first}, the last at {last}."));
    }
    if whole(sum, "postponed") > 0 {
        lines.push(format!("  {} of them wait for the end of quiet hours first.", whole(sum, "postponed")));
    }
    if let (Some(amount), Some(currency)) = (sum["cost"]["amount"].as_str(), sum["cost"]["currency"].as_str()) {
        lines.push(format!("  It costs {amount} {currency}."));
    }
    lines
}

fn body(new: &New) -> Result<Json, Failure> {
    let to = match (new.everyone, new.tag.is_empty(), &new.condition) {
        (true, ..) => json!("everyone"),
        (false, true, None) => {
            return Err(Failure::Usage("say to whom: `--tag`, `--if` or `--everyone`".into()));
        }
        (false, ..) => json!({"tags": new.tag, "if": new.condition}),
    };
    let mut inputs = Map::new();
    for pair in &new.input {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(Failure::Usage(format!("`--input {pair}` is written like `--input name=value`")));
        };
        inputs.insert(name.trim().to_owned(), value.into());
    }
    Ok(json!({
        "flow": new.flow, "to": to, "at": new.at, "rate": new.rate, "inputs": inputs, "account": new.account,
    }))
}

/// The explanations of the reasons among these words.
fn legend<W: AsRef<str>>(words: impl Iterator<Item = W>) -> Vec<String> {
    let reasons: BTreeSet<Reason> = words.filter_map(|word| Reason::named(word.as_ref())).collect();
    reasons.into_iter().map(|reason| format!("  `{}`: {}.", reason.as_str(), reason.words())).collect()
}

/// A time of the API in the format of the terminal.
fn moment(at: &Json) -> Option<String> {
    let at: jiff::Timestamp = at.as_str()?.parse().ok()?;
    Some(show::cell(Time(at.as_millisecond())))
}

/// All mistakes of the draft, from the answer of the API.
fn problem(answer: &Json) -> Option<String> {
    let errors = answer["errors"].as_array()?;
    let all: Vec<String> = errors.iter().filter_map(|error| Some(show::sentence(error["detail"].as_str()?))).collect();
    (!all.is_empty()).then(|| all.join(" "))
}

fn whole(json: &Json, name: &str) -> i64 {
    json[name].as_i64().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(change: impl FnOnce(&mut New)) -> New {
        let mut new = New {
            flow: "news".into(),
            everyone: false,
            tag: Vec::new(),
            condition: None,
            at: None,
            rate: "20/s".into(),
            input: Vec::new(),
            account: None,
            yes: None,
            dry_run: false,
        };
        change(&mut new);
        new
    }

    #[test]
    fn to_whom_must_be_said() {
        assert!(matches!(body(&new(|_| {})), Err(Failure::Usage(why)) if why.contains("--everyone")));
        let tagged = body(&new(|new| new.tag = vec!["vip".into()])).unwrap();
        assert_eq!(tagged["to"], json!({"tags": ["vip"], "if": null}));
        let all = body(&new(|new| (new.everyone, new.input) = (true, vec!["size=a=b".into()]))).unwrap();
        assert_eq!((&all["to"], &all["inputs"]), (&json!("everyone"), &json!({"size": "a=b"})));
        assert!(body(&new(|new| (new.everyone, new.input) = (true, vec!["size".into()]))).is_err());
    }

    #[test]
    fn nothing_is_done_while_something_is_still_to_come() {
        let said = |state_: &str, waiting: i64, kept: i64| {
            state(&json!({"state": state_, "report": {"waiting": waiting, "kept": kept}}))
        };
        assert_eq!(said("done", 3, 0), "running: 3 people wait for their slot");
        assert_eq!(said("done", 0, 2), "running: 2 messages are kept for later");
        assert_eq!(said("paused", 1, 1), "paused: 1 person waits for their slot, 1 message is kept for later");
        assert_eq!((said("done", 0, 0), said("stopped", 0, 0)), ("done".to_owned(), "stopped".to_owned()));
        assert_eq!(state(&json!({"state": "draft", "report": null})), "a draft: nobody has started it");
    }

    #[test]
    fn how_far_it_is_stands_on_one_screen() {
        let row = json!({"people": 4, "report": {
            "done": 3, "planned": 4, "text": 1, "templates": {"hello": 1}, "waiting": 1, "refused": {"capped": 1},
            "cost": "0.1000", "currency": "EUR",
        }});
        let text = report(&row, Paint::plain()).join("\n");
        for part in ["decided", "3   75 %", "template hello", "refused capped", "Cost 0.1000 EUR"] {
            assert!(text.contains(part), "`{part}` is missing in\n{text}");
        }
        assert!(text.contains("`capped`: they have had as much"), "{text}");
        assert_eq!(moment(&json!("2026-11-22T08:03:03+00:00")).as_deref(), Some("2026-11-22 08:03:03Z"));
        assert!(report(&json!({"people": 4, "report": null}), Paint::plain())[0].contains("4 people"));
    }
}
