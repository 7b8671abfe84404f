//! `transom schedule list|next|explain`: what would be sent to whom and when, and why it was not.

use super::{
    Failure, Outcome,
    paint::Paint,
    place::{At, contact_of, read_only},
    show, table,
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        diagnostic::did_you_mean,
        ids::{FlowName, StartId, VersionId},
        phone,
        time::{Span, Time},
    },
    flow::{self, FlowSet, Timetable, Versions, World},
    runtime::{bot, config::Config},
    store::{Store, contact, schedule, start},
};
use jiff::tz::TimeZone;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub type Args = At<What>;

#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// Every schedule and date of the flows
    List,
    /// The next fires, each with its zone
    Next {
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
    /// What became of the past fires of a flow, by reason; for one contact why or why not
    Explain {
        flow: String,
        /// The contact, by phone
        #[arg(long, value_name = "PHONE")]
        contact: Option<String>,
        /// How far back
        #[arg(long, value_name = "DURATION", default_value = "30d")]
        since: String,
    },
}

/// Fires of one trigger and zone that are looked at.
const FIRES_MAX: usize = 1_000;
const TALLIES_MAX: i64 = 1_000;
const STARTS_READ: i64 = 200;

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    let files = bot::read(&config.bot).map_err(Failure::failed)?;
    let (set, findings) = flow::parse_set(&files.files);
    let set = Arc::new(set);
    if let Some(first) = findings.iter().find(|finding| finding.is_error()) {
        return Err(Failure::Failed(format!("the flows have errors; `transom check` shows them: {first}")));
    }
    // Before the first start there is no database, and still there are schedules.
    let store = Store::open_read_only(config.database.expose()).await.ok();
    let done = match args.what {
        What::List => list(&set, store.as_ref()).await,
        What::Next { limit } => next(&config, &set, store.as_ref(), limit).await,
        What::Explain { flow, contact, since } => explain(&config, &set, &flow, contact.as_deref(), &since).await,
    };
    if let Some(store) = store {
        store.close().await;
    }
    done
}

async fn list(set: &FlowSet, store: Option<&Store>) -> Outcome {
    let known = match store {
        Some(store) => schedule::all(store).await.map_err(Failure::failed)?,
        None => Vec::new(),
    };
    let since = |flow: &FlowName, key: &str| {
        let row = known.iter().find(|row| row.flow == *flow && row.trigger_key == key);
        row.map_or_else(|| "not yet".to_owned(), |row| show::time(row.published_at))
    };
    let mut rows: Vec<Vec<String>> = flow::timetables(set)
        .iter()
        .map(|table| {
            vec![
                table.flow.name.to_string(),
                table.key.to_owned(),
                table.fires.describe(),
                if table.by_contact { "contact".to_owned() } else { format!("bot ({})", zone_name(&set.bot.timezone)) },
                pace(table.rate.count, table.rate.per),
                since(&table.flow.name, table.key),
            ]
        })
        .collect();
    rows.extend(flow::dates(set).iter().map(|table| {
        let (flow, key) = (table.flow.name.to_string(), table.key.to_owned());
        let clock = "contact".to_owned();
        vec![flow, key, table.date.describe(), clock, String::new(), since(&table.flow.name, table.key)]
    }));
    let headings = ["flow", "trigger", "when", "clock", "rate", "live since"];
    table::print(&headings, &rows, "No flow has a `schedule:` or `date:` trigger.");
    Ok(())
}

async fn next(config: &Config, set: &FlowSet, store: Option<&Store>, limit: u32) -> Outcome {
    let now = SystemClock.now();
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let zones = zones(config, set, store).await?;
    let mut fires: Vec<(Time, String, String, FlowName, String)> = Vec::new();
    for table in flow::timetables(set) {
        let bots = BTreeMap::from([(zone_name(&set.bot.timezone), set.bot.timezone.clone())]);
        for (name, zone) in if table.by_contact { &zones } else { &bots } {
            let until = now + Span::days(400);
            for fire in table.fires.between(now, until, zone).take(limit.min(FIRES_MAX)) {
                fires.push((
                    fire.at,
                    fire.minute.replace('T', " "),
                    name.clone(),
                    table.flow.name.clone(),
                    String::new(),
                ));
            }
        }
    }
    if let Some(store) = store {
        fires.extend(planned(set, store, now).await?);
    }
    fires.sort();
    let rows: Vec<Vec<String>> = fires
        .into_iter()
        .take(limit)
        .map(|(at, minute, zone, flow, whom)| {
            vec![minute, zone, flow.to_string(), show::time(at), format!("in {}", show::span(at - now)), whom]
        })
        .collect();
    table::print(&["local time", "zone", "flow", "UTC", "", ""], &rows, "Nothing is scheduled.");
    Ok(())
}

/// Starts by dates that wait for their moment, on the contact's clock.
async fn planned(
    set: &FlowSet,
    store: &Store,
    now: Time,
) -> Result<Vec<(Time, String, String, FlowName, String)>, Failure> {
    let dates = flow::dates(set);
    let by_date = |row: &start::PlannedStart| dates.iter().any(|d| d.flow.name == row.flow && d.key == row.trigger_key);
    let until = now + Span::days(400);
    let waiting = start::due(store, (now, StartId(0)), until, STARTS_READ).await.map_err(Failure::failed)?;
    let mut planned = Vec::new();
    for row in waiting.into_iter().filter(by_date) {
        let contact = contact::find(store, row.contact_id).await.map_err(Failure::failed)?;
        let data = contact.map(|contact| contact.data).unwrap_or_default();
        let zone = zone_of(&data.zone, data.phone.as_deref().unwrap_or_default(), &set.bot.timezone);
        let local = local(row.slot_at, &zone);
        planned.push((row.slot_at, local, zone_name(&zone), row.flow, format!("contact {}", row.contact_id)));
    }
    Ok(planned)
}

fn local(at: Time, zone: &TimeZone) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(zone.clone());
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

/// Those in which contacts live, and the bot's own for whoever has none.
async fn zones(config: &Config, set: &FlowSet, store: Option<&Store>) -> Result<BTreeMap<String, TimeZone>, Failure> {
    let mut names = BTreeSet::from([String::new()]);
    if let Some(store) = store {
        for account in &config.accounts {
            names.extend(contact::zones(store, &account.name).await.map_err(Failure::failed)?);
        }
    }
    let own = &set.bot.timezone;
    let zone = |name: String| match TimeZone::get(&name) {
        Ok(zone) if !name.is_empty() => (name, zone),
        _ => (zone_name(own), own.clone()),
    };
    Ok(names.into_iter().map(zone).collect())
}

async fn explain(config: &Config, set: &Arc<FlowSet>, name: &str, who: Option<&str>, since: &str) -> Outcome {
    let Some(flow) = set.named(name) else {
        let names = set.flows.keys().map(FlowName::as_str);
        let help = did_you_mean(name, names).map(|help| format!("; {help}")).unwrap_or_default();
        return Err(Failure::Failed(format!("there is no flow `{name}`{help}")));
    };
    let span = Span::parse(since).map_err(|why| Failure::Usage(format!("`--since {since}`: {why}")))?;
    let store = read_only(config).await?;
    let done = match who {
        Some(phone) => one(config, set, &store, &flow.name, phone).await,
        None => past(&store, &flow.name, SystemClock.now() - span).await,
    };
    store.close().await;
    done
}

async fn past(store: &Store, flow: &FlowName, since: Time) -> Outcome {
    // Minutes are written on each contact's clock: a day's slack keeps none out.
    let minute = show::time(since - Span::days(1)).replace(' ', "T");
    let tallies = start::tally(store, flow, &minute, TALLIES_MAX).await.map_err(Failure::failed)?;
    let rows: Vec<Vec<String>> = tallies
        .into_iter()
        .map(|tally| {
            let why = tally.reason.unwrap_or_else(|| format!("{:?}", tally.state).to_lowercase());
            vec![tally.minute.replace('T', " "), tally.trigger_key, tally.count.to_string(), why]
        })
        .collect();
    table::print(
        &["fire (local minute)", "trigger", "contacts", "what became"],
        &rows,
        "It has not fired in that time.",
    );
    Ok(())
}

async fn one(config: &Config, set: &Arc<FlowSet>, store: &Store, flow: &FlowName, phone: &str) -> Outcome {
    let Some(phone) = phone::strict(phone) else {
        return Err(Failure::Usage(format!("`{phone}` is no number in E.164 format, like +15550100001")));
    };
    let paint = Paint::stdout();
    let Some(contact) = contact_of(config, store, &phone).await? else {
        println!("Nobody with {phone} is known: no fire reaches them.");
        return Ok(());
    };
    let now = SystemClock.now();
    let mut refused = false;
    if let Some(at) = contact.opted_out {
        refused = true;
        println!("{} {phone} opted out at {}: refused as `opted_out`.", paint.bad("no:"), show::time(at));
    }
    let topic = set.named(flow.as_str()).map(|flow| flow.topic.clone()).unwrap_or_default();
    if set.bot.topics.get(&topic).is_some_and(|topic| topic.needs_consent)
        && !contact.data.consent.get(&topic).is_some_and(|consent| consent.given)
    {
        refused = true;
        println!("{} {phone} has not agreed to topic `{topic}`: refused as `no_consent`.", paint.bad("no:"));
    }
    let tables = flow::timetables(set);
    let versions = Versions::new(VersionId(0), Arc::clone(set));
    let mut env = config.flows.env.clone();
    if config.only_sandboxes() {
        env.extend(set.bot.sandbox.env.clone());
    }
    let world = |now| World::of_contact(now, &contact, &env);
    let own: Vec<&Timetable<'_>> = tables.iter().filter(|table| table.flow.name == *flow).collect();
    for table in &own {
        let zone = zone_of(&contact.data.zone, &phone, &set.bot.timezone);
        let clock = if table.by_contact { zone } else { set.bot.timezone.clone() };
        if flow::in_audience(&versions, table, &world(now)) {
            let fire = table.fires.next(now, &clock);
            let at = fire.as_ref().map_or(now, |fire| fire.at);
            let when = fire.map_or_else(|| "never".to_owned(), |fire| fire.minute.replace('T', " "));
            let (zone, key) = (zone_name(&clock), table.key);
            let held_back = flow::held_back(&versions, table, &world(at));
            if let Some(why) = held_back {
                println!("{} `{key}` means {phone}, next at {when} ({zone}), but not then: {why}.", paint.bad("no:"));
            } else if refused {
                println!("{} `{key}` means {phone}, next at {when} ({zone}), and is refused then.", paint.bad("no:"));
            } else {
                println!("{} `{key}` would reach {phone}; next at {when} ({zone}).", paint.good("yes:"));
            }
        } else {
            println!("{} `{}` does not mean {phone}: they are outside its `to`.", paint.bad("no:"), table.key);
        }
    }
    let dates: Vec<_> = flow::dates(set).into_iter().filter(|table| table.flow.name == *flow).collect();
    for table in &dates {
        let field = &table.date.field;
        let zone = zone_of(&contact.data.zone, &phone, &set.bot.timezone);
        match table.date.moment(&contact.data, &set.bot) {
            None => println!("{} `{}`: `contact.{field}` of {phone} is empty.", paint.bad("no:"), table.key),
            Some(moment) => {
                let (when, zone) = (local(moment.at, &zone), zone_name(&zone));
                if moment.at > now {
                    println!("{} `{}` would reach {phone} at {when} ({zone}).", paint.good("yes:"), table.key);
                } else {
                    println!("{} `{}`: its moment {when} ({zone}) has passed.", paint.bad("no:"), table.key);
                }
            }
        }
    }
    if own.is_empty() && dates.is_empty() {
        println!("Flow `{flow}` has no `schedule:` or `date:` trigger.");
    }
    let starts = start::of(store, contact.id, StartId(i64::MAX), STARTS_READ).await.map_err(Failure::failed)?;
    let rows: Vec<Vec<String>> = starts
        .into_iter()
        .filter(|start| start.flow == *flow)
        .map(|start| {
            let why = start.reason.map(|reason| reason.as_str().to_owned());
            let what = why.unwrap_or_else(|| format!("{:?}", start.state).to_lowercase());
            vec![start.minute.replace('T', " "), start.trigger_key, show::time(start.slot_at), what]
        })
        .collect();
    println!();
    table::print(
        &["fire (local minute) or date", "trigger", "slot", "what became"],
        &rows,
        "No fire has reached them yet.",
    );
    Ok(())
}

/// As it is written: `20/s`.
fn pace(count: u32, per: Span) -> String {
    match per {
        Span(1_000) => format!("{count}/s"),
        _ => format!("{count} in {}", show::span(per)),
    }
}

fn zone_of(own: &Option<String>, phone: &str, bot: &TimeZone) -> TimeZone {
    let name = own.as_deref().or_else(|| phone::zone(phone));
    name.and_then(|name| TimeZone::get(name).ok()).unwrap_or_else(|| bot.clone())
}

fn zone_name(zone: &TimeZone) -> String {
    zone.iana_name().unwrap_or("UTC").to_owned()
}
