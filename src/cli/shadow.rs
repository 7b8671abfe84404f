//! Runs `transom shadow`: prints the drafts that nobody was shown, each between the customer's message and the reply that a
//! person really wrote, or writes evals out of them.

mod evals;

use super::{
    Failure, Outcome,
    audit::moment,
    client::{
        advice,
        workplace::{Workplace, read_only},
    },
    conversations::talk::zone,
    runs::story::{said, shown},
    terminal::{out, paint::Paint, show, table},
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        limits::{COMMAND_ROWS_MAX, PAGE_ROWS_MAX},
        time::{Time, iso},
    },
    model::{effect::money, session::NoSuggestion},
    store::{
        ReadError, Store,
        tables::{
            contact,
            outbound::Outbound,
            support_case::shadow::{self, Pair, ShadowCounts},
        },
    },
};
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};
use std::{collections::BTreeMap, path::PathBuf};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Workplace,
    /// Only those of this agent
    agent: Option<String>,
    /// How far back: a length of time as 7d, a day as 2026-11-24, or a moment with its zone
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// So many at most, the newest
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=COMMAND_ROWS_MAX))]
    limit: i64,
    /// Write pairs whose draft and reply differ as cases of this eval, `flows/NAME.eval.yaml`
    #[arg(long, value_name = "FILE")]
    eval: Option<PathBuf>,
    /// Add the cases to a file that is there
    #[arg(long, requires = "eval")]
    append: bool,
}

/// A pair, and whose conversation it is.
struct Shown {
    pair: Pair,
    phone: Option<String>,
    name: Option<String>,
    /// The code of the contact's language.
    language: Option<String>,
}

/// The counts of one agent.
#[derive(Default)]
struct Counted {
    drafted: i64,
    none: BTreeMap<&'static str, i64>,
    cost: i64,
}

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    let since = args.since.as_deref().map(|text| moment(text, SystemClock.now())).transpose()?.unwrap_or(Time(0));
    let agent = args.agent.as_deref();
    let store = read_only(&config).await?;
    let found = async {
        let pairs = pairs(&store, agent, since, args.limit + 1).await?;
        Ok::<_, ReadError>((pairs, counted(shadow::counts(&store, since).await?, agent)))
    };
    let found = found.await;
    store.close().await;
    let (mut pairs, counts) = found.map_err(Failure::failed)?;
    let cut = table::is_cut(&mut pairs, args.limit);
    // The newest is the last one, as in a talk.
    pairs.reverse();
    if let Some(file) = &args.eval {
        evals::write(&pairs, file, args.append)?;
        if cut {
            table::tell_cut(args.limit, None, COMMAND_ROWS_MAX);
        }
        return Ok(());
    }
    let currency = &config.prices.currency;
    out::either(
        || {
            let count = |(agent, counted): (&String, &Counted)| {
                let Counted { drafted, none, cost } = counted;
                json!({"agent": agent, "drafted": drafted, "none": none, "cost": money(*cost), "currency": currency})
            };
            json!({
                "pairs": pairs.iter().map(document).collect::<Vec<_>>(),
                "counts": counts.iter().map(count).collect::<Vec<_>>(),
            })
        },
        || print(&pairs, &counts, currency, &zone(&config)),
    );
    if cut {
        table::tell_cut(args.limit, None, COMMAND_ROWS_MAX);
    }
    Ok(())
}

/// The `limit` newest pairs, newest first.
async fn pairs(store: &Store, agent: Option<&str>, since: Time, limit: i64) -> Result<Vec<Shown>, ReadError> {
    let (mut found, mut before) = (Vec::new(), (Time(i64::MAX), i64::MAX));
    loop {
        let wanted = PAGE_ROWS_MAX.min(limit - found.len() as i64);
        let page = shadow::page(store, agent, since, before, wanted).await?;
        let is_last = (page.len() as i64) < wanted;
        for draft in page {
            before = (draft.at, draft.id);
            let data = contact::find(store, draft.contact_id).await?.map(|contact| contact.data).unwrap_or_default();
            let pair = shadow::pair(store, draft).await?;
            let phone = data.phone.or(data.bsuid);
            found.push(Shown { pair, phone, name: data.name, language: data.language });
        }
        if is_last || found.len() as i64 >= limit {
            return Ok(found);
        }
    }
}

fn counted(rows: Vec<ShadowCounts>, agent: Option<&str>) -> BTreeMap<String, Counted> {
    let mut all: BTreeMap<String, Counted> = BTreeMap::new();
    for row in rows.into_iter().filter(|row| agent.is_none_or(|agent| row.agent == agent)) {
        let sum = all.entry(row.agent).or_default();
        match row.why {
            None => sum.drafted += row.count,
            Some(why) => *sum.none.entry(why.as_str()).or_default() += row.count,
        }
        sum.cost += row.cost;
    }
    all
}

fn document(shown_pair: &Shown) -> Json {
    let Shown { pair: Pair { draft, asked, reply }, phone, name, .. } = shown_pair;
    let text = |row: &Outbound| row.sent_as.as_ref().unwrap_or(&row.draft.content).text().to_owned();
    json!({
        "id": draft.id, "at": iso(draft.at), "agent": draft.agent, "conversation_id": draft.conversation_id,
        "contact_id": draft.contact_id, "phone": phone, "name": name,
        "asked": asked.iter().map(|row| shown(&row.data.message.kind)).collect::<Vec<_>>(),
        "draft": draft.text, "why": draft.why.map(NoSuggestion::as_str), "reason": draft.reason,
        "reply": reply.iter().map(text).collect::<Vec<_>>(), "cost": money(draft.cost),
    })
}

fn print(pairs: &[Shown], counts: &BTreeMap<String, Counted>, currency: &str, zone: &TimeZone) {
    let paint = Paint::stdout();
    if pairs.is_empty() {
        println!("{}", advice::with_config("There are no such drafts."));
    }
    for Shown { pair, phone, name, .. } in pairs {
        let Pair { draft, asked, reply } = pair;
        let whose = [name, phone].into_iter().flatten().map(|word| show::line(word)).collect::<Vec<_>>().join(" ");
        let head = format!("{} · conversation {} · {whose}", show::clock(draft.at, zone), draft.conversation_id);
        println!("{}", paint.faint(head));
        for row in asked {
            say(&paint.strong("customer"), &show::plain(&shown(&row.data.message.kind)));
        }
        let agent = paint.bot(show::line(&draft.agent));
        match &draft.text {
            Some(text) => say(&agent, &show::plain(text)),
            None => say(&agent, &format!("(no draft: {})", show::line(draft.reason.as_deref().unwrap_or_default()))),
        }
        for row in reply {
            let person = row.draft.agent.as_deref().map_or_else(|| "person".to_owned(), show::line);
            say(&paint.strong(person), &said(row, paint));
        }
        if reply.is_empty() {
            println!("{}", paint.faint("(no reply of a person is known)"));
        }
        println!();
    }
    for (agent, Counted { drafted, none, cost }) in counts {
        let without: i64 = none.values().sum();
        let reasons = none.iter().map(|(why, count)| format!("{why} {count}")).collect::<Vec<_>>().join(", ");
        let reasons = if reasons.is_empty() { reasons } else { format!(" ({reasons})") };
        let cost = if currency.is_empty() { String::new() } else { format!(", {} {currency}", money(*cost)) };
        println!("{}: {drafted} drafted, {without} without a draft{reasons}{cost}", show::line(agent));
    }
}

/// Prints a text behind its author; its further lines stand below.
fn say(who: &str, text: &str) {
    let mut lines = text.lines();
    println!("{who}: {}", lines.next().unwrap_or_default());
    lines.for_each(|line| println!("    {line}"));
}
