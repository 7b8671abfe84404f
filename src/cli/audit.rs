//! Runs `transom audit`: prints what people, keys and commands did, newest first.

use super::{
    Failure, Outcome,
    client::workplace::{Workplace, read_only},
    terminal::{out, show, table},
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        limits::COMMAND_AUDIT_MAX,
        time::{Span, Time, iso},
    },
    store::{
        ReadError, Store,
        tables::audit::{self, AuditEntry, Means},
    },
    web::api::people::audit::Wanted,
};
use jiff::{civil::Date, tz::TimeZone};
use serde_json::{Value as Json, json};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Workplace,
    /// How far back: a length of time as 7d, a day as 2026-11-24, or a moment with its zone
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only by people or keys whose name holds this
    #[arg(long, value_name = "NAME")]
    who: Option<String>,
    /// Only actions that hold this, as erase
    #[arg(long, value_name = "ACTION")]
    what: Option<String>,
    /// Only those of this account
    #[arg(long)]
    account: Option<String>,
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=COMMAND_AUDIT_MAX))]
    limit: i64,
}

/// The number of entries in one read.
const READ_AT_ONCE: i64 = 1_000;

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    let since = args.since.as_deref().map(|text| moment(text, SystemClock.now())).transpose()?;
    let who = args.who.map(|who| who.to_lowercase());
    let wanted = Wanted { who, what: args.what, account: args.account };
    let store = read_only(&config).await?;
    let entries = read(&store, since.unwrap_or(Time(i64::MIN)), &wanted, args.limit).await;
    store.close().await;
    let (entries, is_cut) = entries.map_err(Failure::failed)?;
    if out::is_json() {
        out::document(&Json::Array(entries.iter().map(document).collect()));
    } else {
        let headings = ["time", "who", "what", "object", "outcome", "account", "from"];
        table::print(&headings, &entries.iter().map(row).collect::<Vec<_>>(), "Nothing of this kind was done.");
    }
    if is_cut {
        table::tell_cut(args.limit, None, COMMAND_AUDIT_MAX);
    }
    Ok(())
}

/// The newest entries that are wanted, and whether there are more.
async fn read(store: &Store, since: Time, wanted: &Wanted, limit: i64) -> Result<(Vec<AuditEntry>, bool), ReadError> {
    let (mut found, mut before) = (Vec::new(), i64::MAX);
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    loop {
        let page = audit::page(store, before, READ_AT_ONCE, since).await?;
        let Some(last) = page.last() else { return Ok((found, false)) };
        before = last.id;
        for entry in page.into_iter().filter(|entry| wanted.takes(entry)) {
            if found.len() == most {
                return Ok((found, true));
            }
            found.push(entry);
        }
    }
}

/// The time of `--since`.
pub(super) fn moment(text: &str, now: Time) -> Result<Time, Failure> {
    if let Ok(span) = Span::parse(text) {
        return Ok(now - span);
    }
    let stamp = text.parse::<jiff::Timestamp>().ok();
    let day = || Some(text.parse::<Date>().ok()?.to_zoned(TimeZone::system()).ok()?.timestamp());
    stamp.or_else(day).map(|at| Time(at.as_millisecond())).ok_or_else(|| {
        Failure::Usage(format!(
            "`--since {text}` is no time: write a length as `7d`, a day as `2026-11-24`, or a moment as `2026-11-24T10:00:00Z`"
        ))
    })
}

/// The name of the doer, or the way by which nobody with a name came.
fn doer(entry: &AuditEntry) -> String {
    let by = match entry.means {
        Means::Person => "a person",
        Means::Command => "command",
        Means::Page => "page",
        Means::Key => "a key",
    };
    let key = entry.key_name.as_ref().map(|key| format!("key {key}"));
    entry.person.clone().or(key).unwrap_or_else(|| by.to_owned())
}

fn row(entry: &AuditEntry) -> Vec<String> {
    let some = |text: &Option<String>| text.clone().unwrap_or_default();
    vec![
        show::cell(entry.at),
        doer(entry),
        entry.action.clone(),
        some(&entry.subject),
        entry.outcome.clone(),
        entry.account.as_ref().map(ToString::to_string).unwrap_or_default(),
        some(&entry.address),
    ]
}

fn document(entry: &AuditEntry) -> Json {
    json!({
        "id": entry.id, "at": iso(entry.at), "person": entry.person, "key": entry.key_name, "account": entry.account,
        "address": entry.address, "by": entry.means, "action": entry.action, "subject": entry.subject,
        "outcome": entry.outcome, "detail": entry.detail,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_back_is_a_length_a_day_or_a_moment() {
        let now = Time(1_795_514_400_000);
        let read = |text: &str| moment(text, now).ok();
        assert_eq!(read("7d"), Some(now - Span::days(7)));
        assert_eq!(read("2026-11-24T10:00:00Z"), Some(Time(1_795_514_400_000)));
        assert!(read("2026-11-24").is_some());
        let Err(Failure::Usage(why)) = moment("yesterday", now) else { panic!("no time") };
        assert!(why.contains("`--since yesterday` is no time"), "{why}");
    }
}
