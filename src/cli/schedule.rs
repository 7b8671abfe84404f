//! Runs `transom schedule list|next|show|report|explain`: shows what schedules send, to whom and when, and why they did
//! not.

mod document;
mod dry;
mod person;
mod report;

use super::{
    Failure, Outcome,
    client::workplace::{CommandAt, read_only},
    terminal::{out, show, table},
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        diagnostic::did_you_mean,
        ids::{ContactId, FlowName},
        limits::{AGENDA_FIRES_MAX, AGENDA_TALLIES_MAX, FOLLOW_AHEAD},
        time::{Span, Time, rounded},
    },
    flow::{self, Flow, FlowSet},
    model::event::Reason,
    runtime::{bot::source_files, config::Config, starts::agenda},
    store::{OpenError, Store, tables::start},
    web::api::schedules::{Schedule, StartMoment, forecasts::Forecast, reports::FireReport},
};
use serde_json::json;
use std::{collections::BTreeSet, sync::Arc};

pub type Args = CommandAt<Action>;

#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// Every schedule and date of the flows
    List,
    /// The next fires, and what steps have planned, each with its zone
    Next {
        /// At most so many; 20, or 1000 with `--days`
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: Option<u32>,
        /// All of the next so many days
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=400))]
        days: Option<u32>,
    },
    /// The triggers of a flow, and how far its newest fires have come
    Show {
        flow: String,
        /// Look on until all of them are decided
        #[arg(long)]
        follow: bool,
    },
    /// Print the results of each fire of a flow: sent as what, delivered, read, answered, refused and why, and its cost
    Report {
        flow: String,
        /// How far back
        #[arg(long, value_name = "DURATION", default_value = "30d")]
        since: String,
        /// For a spreadsheet
        #[arg(long)]
        csv: bool,
    },
    /// Forecast the next fire of a flow over the real contacts, and print the results of the past ones, by reason; for
    /// one contact why or why not
    Explain {
        flow: String,
        /// The contact, by phone
        #[arg(long, value_name = "PHONE")]
        contact: Option<String>,
        /// As if it fired at this local minute, like 2026-11-24T10:00; without it, at its next fire
        #[arg(long, value_name = "MINUTE")]
        at: Option<String>,
        /// How far back
        #[arg(long, value_name = "DURATION", default_value = "30d")]
        since: String,
    },
}

/// The number of fires that `next` shows by default.
const NEXT_SHOWN: usize = 20;

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    let files = source_files::read(&config.bot).map_err(Failure::failed)?;
    let (set, findings) = flow::parse_set(&files.files);
    let set = Arc::new(set);
    if let Some(first) = findings.iter().find(|finding| finding.is_error()) {
        return Err(Failure::Failed(format!("the flows have errors; `transom check` shows them: {first}")));
    }
    // Before the first start there is no database, but there are schedules.
    let store = match Store::open_read_only(config.database.expose()).await {
        Ok(store) => Some(store),
        Err(error @ (OpenError::Older { .. } | OpenError::Newer { .. })) => return Err(Failure::failed(error)),
        Err(_) => None,
    };
    let done = match args.what {
        Action::List => list(&set, store.as_ref()).await,
        Action::Next { limit, days } => next(&config, &set, store.as_ref(), limit, days).await,
        Action::Show { flow, follow } => show_one(&config, &set, store.as_ref(), &flow, follow).await,
        Action::Report { flow, since, csv } => report_of(&config, &set, &flow, &since, csv).await,
        Action::Explain { flow, contact, at, since } => {
            explain(&config, &set, &flow, contact.as_deref(), at.as_deref(), &since).await
        }
    };
    if let Some(store) = store {
        store.close().await;
    }
    done
}

async fn list(set: &FlowSet, store: Option<&Store>) -> Outcome {
    let entries = agenda::entries(set, store).await.map_err(Failure::failed)?;
    if out::is_json() {
        out::document(&json!(entries.iter().map(Schedule::of).collect::<Vec<_>>()));
        return Ok(());
    }
    let rows: Vec<Vec<String>> = entries
        .into_iter()
        .map(|entry| {
            vec![
                entry.flow.to_string(),
                entry.key,
                entry.when,
                entry.zone.map_or_else(|| "contact".to_owned(), |zone| format!("bot ({zone})")),
                entry.rate.map(|rate| pace(rate.count, rate.per)).unwrap_or_default(),
                entry.since.map_or_else(|| "not yet".to_owned(), show::time),
            ]
        })
        .collect();
    let headings = ["flow", "trigger", "when", "clock", "rate", "live since"];
    table::print(&headings, &rows, "No flow has a `schedule:` or `date:` trigger.");
    Ok(())
}

async fn next(config: &Config, set: &FlowSet, store: Option<&Store>, limit: Option<u32>, days: Option<u32>) -> Outcome {
    let now = SystemClock.now();
    let limit = limit.and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.unwrap_or(if days.is_some() { AGENDA_FIRES_MAX } else { NEXT_SHOWN });
    let until = days.map_or(Time(i64::MAX), |days| now + Span::days(i64::from(days)));
    let accounts: Vec<_> = config.accounts.iter().map(|account| account.name.clone()).collect();
    let moments = agenda::next(&accounts, set, store, (now, until), limit).await.map_err(Failure::failed)?;
    if out::is_json() {
        out::document(&json!(moments.iter().map(|moment| StartMoment::of(set, moment)).collect::<Vec<_>>()));
        return Ok(());
    }
    let near: BTreeSet<FlowName> = moments.iter().map(|moment| moment.flow.clone()).collect();
    let rows: Vec<Vec<String>> = moments
        .into_iter()
        .map(|moment| {
            let minute = on_weekday(&moment.minute);
            let title = title(set, &moment).unwrap_or_default().to_owned();
            let away = format!("in {}", rounded(moment.at - now));
            let said = agenda::said(set, &moment.flow, &moment.key);
            let whom = whom(moment.contact, said);
            vec![minute, moment.zone, moment.flow.to_string(), title, show::cell(moment.at), away, whom]
        })
        .collect();
    table::print(&["local time", "zone", "flow", "title", "UTC", "", ""], &rows, "Nothing is scheduled.");
    if rows.len() == limit && days.is_some() {
        println!("There may be more: these are the first {limit}.");
    }
    // A schedule that comes once in years lies beyond the list.
    let far = flow::rare(set, now).into_iter().filter(|rare| days.is_none() && !near.contains(&rare.flow));
    far.for_each(|rare| println!("{} comes next on {} ({})", rare.flow, rare.next, rare.said));
    Ok(())
}

/// Formats a minute with its weekday: `Tue 2026-11-24 10:00`.
fn on_weekday(minute: &str) -> String {
    let day = minute.parse::<jiff::civil::DateTime>().ok().map(|at| at.strftime("%a ").to_string());
    format!("{}{}", day.unwrap_or_default(), minute.replace('T', " "))
}

/// The contact of a start, and the trigger in words.
fn whom(contact: Option<ContactId>, said: Option<String>) -> String {
    let contact = contact.map(|contact| format!("contact {contact}"));
    contact.into_iter().chain(said).collect::<Vec<_>>().join(", ")
}

/// The title of the flow.
fn title<'s>(set: &'s FlowSet, moment: &agenda::Moment) -> Option<&'s str> {
    set.flow(&moment.flow)?.title.as_deref()
}

async fn show_one(config: &Config, set: &FlowSet, store: Option<&Store>, name: &str, follow: bool) -> Outcome {
    let flow = named(set, name)?;
    let mut entries = agenda::entries(set, store).await.map_err(Failure::failed)?;
    entries.retain(|entry| entry.flow == flow.name);
    if out::is_json() {
        let store = read_only(config).await?;
        if follow {
            let next = |now: Time| next_fire(set, flow, now).filter(|at| *at - now <= FOLLOW_AHEAD);
            let done = report::follow_json(&store, flow, &config.prices.currency, &SystemClock, next).await;
            store.close().await;
            return done;
        }
        let kept = kept_back(&store, flow, false).await;
        let fires = report::since_yesterday(&store, &flow.name, SystemClock.now()).await;
        store.close().await;
        let triggers: Vec<Schedule<'_>> = entries.iter().map(Schedule::of).collect();
        let fires = fires?;
        let fires: Vec<_> = fires.iter().map(|fire| FireReport::of(fire, &config.prices.currency)).collect();
        out::document(&json!({"flow": flow.name, "kept_back": kept?, "triggers": triggers, "fires": fires}));
        return Ok(());
    }
    for entry in &entries {
        let since =
            entry.since.map_or_else(|| "not live yet".to_owned(), |at| format!("live since {}", show::time(at)));
        println!("{} ({}), {since}", entry.key, entry.when.trim_end_matches('.'));
    }
    if entries.is_empty() {
        println!("Flow `{name}` has no `schedule:` or `date:` trigger.");
    }
    let store = read_only(config).await?;
    for why in kept_back(&store, flow, false).await? {
        println!("{why}");
    }
    println!();
    let done = match follow {
        false => report::progress(&store, &flow.name, SystemClock.now()).await,
        true => {
            let next = |now: Time| next_fire(set, flow, now).filter(|at| *at - now <= FOLLOW_AHEAD);
            report::follow(&store, &flow.name, &SystemClock, next).await
        }
    };
    store.close().await;
    done
}

/// The next fire of any trigger of the flow, in the bot's time zone.
fn next_fire(set: &FlowSet, flow: &Flow, now: Time) -> Option<Time> {
    let tables = flow::timetables(set);
    let own = tables.iter().filter(|table| table.flow.name == flow.name);
    own.filter_map(|table| table.fires.next(now, &set.bot.timezone)).map(|fire| fire.at).min()
}

async fn report_of(config: &Config, set: &FlowSet, name: &str, since: &str, csv: bool) -> Outcome {
    let flow = named(set, name)?;
    let span = Span::parse(since).map_err(|why| Failure::Usage(format!("`--since {since}`: {why}")))?;
    let store = read_only(config).await?;
    let done = report::run(config, &store, flow, SystemClock.now() - span, csv).await;
    store.close().await;
    done
}

fn named<'s>(set: &'s FlowSet, name: &str) -> Result<&'s Flow, Failure> {
    set.named(name).ok_or_else(|| {
        let names = set.flows.keys().map(FlowName::as_str);
        let help = did_you_mean(name, names).map(|help| format!("; {help}")).unwrap_or_default();
        Failure::Failed(format!("there is no flow `{name}`{help}"))
    })
}

async fn explain(
    config: &Config,
    set: &Arc<FlowSet>,
    name: &str,
    who: Option<&str>,
    at: Option<&str>,
    since: &str,
) -> Outcome {
    let flow = named(set, name)?;
    let span = Span::parse(since).map_err(|why| Failure::Usage(format!("`--since {since}`: {why}")))?;
    let at = at.map(|at| minute(set, flow, at)).transpose()?;
    let store = read_only(config).await?;
    let done = async {
        match who {
            Some(phone) => person::run(config, set, &store, flow, phone, at).await,
            None if out::is_json() => {
                let forecasts = dry::forecasts(config, set, &store, flow, at).await?;
                let forecasts: Vec<Forecast<'_>> = forecasts.iter().map(Forecast::of).collect();
                let past = document::past(&store, flow, SystemClock.now() - span).await?;
                let kept = kept_back(&store, flow, false).await?;
                out::document(&json!({
                    "flow": flow.name, "kept_back": kept, "forecasts": forecasts, "past": past,
                }));
                Ok(())
            }
            None => {
                let by_clock = flow::timetables(set).iter().any(|table| table.flow.name == flow.name);
                if !by_clock && flow::dates(set).iter().all(|date| date.flow.name != flow.name) {
                    println!(
                        "`{}` has no `schedule:` and no `date:`: only what steps planned can be shown.",
                        flow.name
                    );
                } else {
                    dry::run(config, set, &store, flow, at).await?;
                    println!();
                }
                past(&store, flow, SystemClock.now() - span).await
            }
        }
    }
    .await;
    store.close().await;
    done
}

async fn past(store: &Store, flow: &Flow, since: Time) -> Outcome {
    for why in kept_back(store, flow, false).await? {
        println!("{why}");
    }
    let flow = &flow.name;
    // Minutes are local times of the contacts: one day earlier, so that no contact is missed.
    let minute = show::time(since - Span::days(1)).replace(' ', "T");
    let tallies = start::tally(store, flow, &minute, AGENDA_TALLIES_MAX).await.map_err(Failure::failed)?;
    let mut reasons: BTreeSet<Reason> = tallies.iter().filter_map(reason).collect();
    let rows: Vec<Vec<String>> = tallies
        .into_iter()
        .map(|tally| {
            let why = tally.reason.unwrap_or_else(|| format!("{:?}", tally.state).to_lowercase());
            vec![tally.minute.replace('T', " "), tally.trigger_key, tally.count.to_string(), why]
        })
        .collect();
    let by_steps = start::by_steps(store, flow, since, AGENDA_TALLIES_MAX).await.map_err(Failure::failed)?;
    reasons.extend(by_steps.iter().filter_map(reason));
    let fired = !rows.is_empty();
    if fired || by_steps.is_empty() {
        table::print(
            &["fire (local minute)", "trigger", "contacts", "what became"],
            &rows,
            "It has not fired in that time.",
        );
    }
    if !by_steps.is_empty() {
        let rows: Vec<Vec<String>> = by_steps
            .into_iter()
            .map(|tally| {
                let why = tally.reason.unwrap_or_else(|| format!("{:?}", tally.state).to_lowercase());
                vec![tally.trigger_key, tally.count.to_string(), why]
            })
            .collect();
        if fired {
            println!();
        }
        table::print(&["planned by a step", "contacts", "what became"], &rows, "");
    }
    if fired {
        println!("\nWhat became of the messages of those that began: `transom schedule report {flow}`.");
    }
    legend(reasons).iter().for_each(|line| println!("{line}"));
    Ok(())
}

fn reason(tally: &start::Tally) -> Option<Reason> {
    Reason::named(tally.reason.as_deref()?)
}

/// The explanations of the words in a table or picture, one in each line.
fn legend(reasons: impl IntoIterator<Item = Reason>) -> Vec<String> {
    reasons.into_iter().map(|reason| format!("`{}`: {}.", reason.as_str(), reason.words())).collect()
}

/// The reasons that hold back the whole flow, in words.
async fn kept_back(store: &Store, flow: &Flow, is_tester: bool) -> Result<Vec<String>, Failure> {
    let name = &flow.name;
    let words = |kept: agenda::WithheldReason| match kept {
        agenda::WithheldReason::Draft => {
            format!("`{name}` is a draft: only the `draft_testers` of `_bot.yaml` get it.")
        }
        agenda::WithheldReason::Paused(at) => {
            let since = show::time(at);
            format!("`{name}` is paused since {since}, by hand; `transom flows resume {name}` lets it go on.")
        }
        agenda::WithheldReason::Failing(at) => {
            let since = show::time(at);
            format!(
                "`{name}` is paused since {since}, because its last runs all failed; it goes on when it is changed."
            )
        }
    };
    Ok(agenda::kept_back(store, flow, is_tester).await.map_err(Failure::failed)?.into_iter().map(words).collect())
}

/// Parses `2026-11-24T10:00`, or with a blank; only for a flow with schedules.
fn minute(set: &FlowSet, flow: &Flow, text: &str) -> Result<jiff::civil::DateTime, Failure> {
    let all = flow::timetables(set);
    if !all.iter().any(|table| table.flow.name == flow.name) {
        let scheduled = all.iter().map(|table| table.flow.name.as_str());
        let help = did_you_mean(flow.name.as_str(), scheduled).map(|help| format!("; {help}")).unwrap_or_default();
        let why = format!("flow `{}` has no `schedule:`, so no fire to look ahead to{help}", flow.name);
        return Err(Failure::Usage(why));
    }
    text.trim()
        .replace(' ', "T")
        .parse()
        .map_err(|_| Failure::Usage(format!("`--at {text}` is no local minute; write it like 2026-11-24T10:00")))
}

/// Formats a rate as it is written: `20/s`.
fn pace(count: u32, per: Span) -> String {
    match per {
        Span(1_000) => format!("{count}/s"),
        _ => format!("{count} in {}", rounded(per)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reminder_by_date_names_its_contact_and_its_day() {
        let said = || Some("1 day before `contact.visit_at`, at 10:00".to_owned());
        assert_eq!(whom(Some(ContactId(7)), said()), "contact 7, 1 day before `contact.visit_at`, at 10:00");
        assert_eq!(whom(Some(ContactId(7)), None), "contact 7");
        assert_eq!(whom(None, Some("Every Tuesday at 10:00".into())), "Every Tuesday at 10:00");
    }
}
