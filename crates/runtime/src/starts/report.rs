//! Reports the results of each fire of a flow: planned, sent, delivered, read, answered, refused with reasons, and its
//! cost.

use crate::{
    base::{
        ids::{AccountName, FlowName},
        limits::{AGENDA_TALLIES_MAX, REPORT_FIRES_READ},
        time::Time,
    },
    store::{
        ReadError, Store,
        queries::report::{self, ReportFilter},
        tables::{
            schedule,
            start::{self, StartState},
        },
    },
};
use std::collections::BTreeMap;

/// One fire: a trigger and a local minute, over all time zones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FireReport {
    pub trigger: String,
    /// `2026-03-28T10:00`; for a date, its value.
    pub minute: String,
    /// The contacts in the audience; while it is being planned, those found so far.
    pub planned: i64,
    /// Waiting for their slot, or queued at a busy conversation.
    pub waiting: i64,
    pub begun: i64,
    /// Replaced by a newer fire, or no longer in the audience.
    pub superseded: i64,
    pub text: i64,
    pub template: i64,
    pub templates: BTreeMap<String, i64>,
    pub delivered: i64,
    pub read: i64,
    pub undelivered: i64,
    pub answered: i64,
    pub opted_out: i64,
    /// Begun, and the message waits: for quiet hours, an answer, a template.
    pub kept: i64,
    /// By reason: at the start or when the message was decided; or the provider's code.
    pub refused: BTreeMap<String, i64>,
    /// In ten-thousandths of the currency unit.
    pub cost: i64,
    pub first_at: Option<Time>,
    pub last_at: Option<Time>,
    /// True while contacts are still being planned.
    pub is_planning: bool,
}

impl FireReport {
    /// The contacts who got a message.
    pub fn sent(&self) -> i64 {
        self.text + self.template
    }

    /// Runs that have begun without a message so far.
    pub fn silent(&self) -> i64 {
        let refused_later = self.refused.values().sum::<i64>() - self.refused_at_start();
        (self.begun - self.sent() - self.kept - refused_later).max(0)
    }

    /// The planned starts that are decided.
    pub fn done(&self) -> i64 {
        self.planned - self.waiting
    }

    fn refused_at_start(&self) -> i64 {
        self.planned - self.waiting - self.begun - self.superseded
    }
}

type ByFire = BTreeMap<(String, String), FireReport>;

/// The progress of a flow's fires since a local minute, newest first: planned and decided starts, without messages.
/// Cheap enough to be read every second while a large fire runs.
pub async fn progress(store: &Store, flow: &FlowName, since: &str) -> Result<Vec<FireReport>, ReadError> {
    let fires = decided(store, None, flow, since, None).await?;
    newest_first(store, flow, fires).await
}

/// The fires of a flow since a local minute, newest first; `trigger` selects one trigger.
pub async fn report(
    store: &Store,
    account: Option<&AccountName>,
    flow: &FlowName,
    since: &str,
    trigger: Option<&str>,
) -> Result<Vec<FireReport>, ReadError> {
    let which = ReportFilter {
        flow,
        since,
        trigger: trigger.unwrap_or_default(),
        account: account.map_or("", AccountName::as_str),
    };
    let mut fires = decided(store, account, flow, since, trigger).await?;
    let mut of = |minute: &str, trigger: &str, change: &mut dyn FnMut(&mut FireReport)| {
        let fresh = || FireReport { trigger: trigger.to_owned(), minute: minute.to_owned(), ..FireReport::default() };
        change(fires.entry((minute.to_owned(), trigger.to_owned())).or_insert_with(fresh));
    };
    for said in report::said(store, which).await? {
        of(&said.minute, &said.trigger_key, &mut |fire| {
            (fire.text, fire.template) = (said.text, said.template);
            (fire.delivered, fire.read, fire.undelivered) = (said.delivered, said.read, said.undelivered);
            (fire.answered, fire.opted_out, fire.kept) = (said.answered, said.opted_out, said.waiting);
            (fire.cost, fire.first_at, fire.last_at) = (said.cost, said.first_at, said.last_at);
        });
    }
    for named in report::templates(store, which).await? {
        of(&named.minute, &named.trigger_key, &mut |fire| {
            fire.templates.insert(named.name.clone(), named.count);
        });
    }
    for named in report::unsent(store, which).await? {
        of(&named.minute, &named.trigger_key, &mut |fire| {
            *fire.refused.entry(named.name.clone()).or_default() += named.count;
        });
    }
    newest_first(store, flow, fires).await
}

/// The results of the starts of each fire.
async fn decided(
    store: &Store,
    account: Option<&AccountName>,
    flow: &FlowName,
    since: &str,
    trigger: Option<&str>,
) -> Result<ByFire, ReadError> {
    let mut fires = ByFire::new();
    let tallies = match account {
        None => start::tally(store, flow, since, AGENDA_TALLIES_MAX).await?,
        Some(account) => start::tally_of(store, account, flow, since, AGENDA_TALLIES_MAX).await?,
    };
    for tally in tallies.into_iter().filter(|tally| trigger.is_none_or(|trigger| tally.trigger_key == trigger)) {
        let name = (tally.minute.clone(), tally.trigger_key.clone());
        let fresh = || FireReport { trigger: name.1.clone(), minute: name.0.clone(), ..FireReport::default() };
        let fire = fires.entry(name.clone()).or_insert_with(fresh);
        {
            fire.planned += tally.count;
            match tally.state {
                StartState::Waiting | StartState::Queued => fire.waiting += tally.count,
                StartState::Begun => fire.begun += tally.count,
                StartState::Superseded => fire.superseded += tally.count,
                StartState::Refused => {
                    let reason = tally.reason.clone().unwrap_or_default();
                    *fire.refused.entry(reason).or_default() += tally.count;
                }
            }
        }
    }
    Ok(fires)
}

/// Adds whether each fire is still being planned.
async fn newest_first(store: &Store, flow: &FlowName, fires: ByFire) -> Result<Vec<FireReport>, ReadError> {
    let mut fires: Vec<FireReport> = fires.into_values().rev().collect();
    let mut triggers: Vec<String> = fires.iter().map(|fire| fire.trigger.clone()).collect();
    triggers.sort_unstable();
    triggers.dedup();
    for trigger in triggers {
        for row in schedule::fires(store, flow, &trigger, REPORT_FIRES_READ).await? {
            let open = fires.iter_mut().filter(|fire| fire.trigger == trigger && fire.minute == row.minute);
            open.for_each(|fire| fire.is_planning |= row.done_at.is_none());
        }
    }
    Ok(fires)
}

/// The header of the CSV: a column for each count; reasons and templates are words `name=count`.
pub const COLUMNS: &[&str] = &[
    "flow",
    "trigger",
    "local",
    "planned",
    "waiting",
    "begun",
    "superseded",
    "text",
    "template",
    "delivered",
    "read",
    "undelivered",
    "answered",
    "opted_out",
    "kept",
    "refused",
    "templates",
    "cost",
    "currency",
    "first_at",
    "last_at",
];

/// CSV by RFC 4180, one line for each fire.
pub fn csv(flow: &FlowName, fires: &[FireReport], currency: &str) -> String {
    let mut text = COLUMNS.join(",") + "\r\n";
    for fire in fires {
        let words = |all: &BTreeMap<String, i64>| {
            all.iter().map(|(name, count)| format!("{name}={count}")).collect::<Vec<_>>().join(" ")
        };
        let time = |at: Option<Time>| at.map(crate::base::time::iso).unwrap_or_default();
        let cost = crate::config::shown(fire.cost);
        let cells = [
            flow.to_string(),
            fire.trigger.clone(),
            fire.minute.clone(),
            fire.planned.to_string(),
            fire.waiting.to_string(),
            fire.begun.to_string(),
            fire.superseded.to_string(),
            fire.text.to_string(),
            fire.template.to_string(),
            fire.delivered.to_string(),
            fire.read.to_string(),
            fire.undelivered.to_string(),
            fire.answered.to_string(),
            fire.opted_out.to_string(),
            fire.kept.to_string(),
            words(&fire.refused),
            words(&fire.templates),
            if currency.is_empty() { String::new() } else { cost },
            currency.to_owned(),
            time(fire.first_at),
            time(fire.last_at),
        ];
        text += &cells.map(|cell| quoted(&cell)).join(",");
        text += "\r\n";
    }
    text
}

/// A cell that begins like a formula gets an apostrophe, so that a spreadsheet treats it as text.
fn quoted(cell: &str) -> String {
    let cell = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() };
    match cell.contains([',', '"', '\r', '\n']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_a_cell_for_each_column_and_no_formula() {
        let mut fire = FireReport {
            trigger: "schedule 0 10 * * TUE,FRI contact".into(),
            minute: "2026-11-24T10:00".into(),
            planned: 3,
            ..FireReport::default()
        };
        fire.refused.insert("no_consent".into(), 2);
        let text = csv(&"news".into(), &[fire], "EUR");
        let lines: Vec<&str> = text.trim_end().split("\r\n").collect();
        assert!(lines[1].starts_with("news,\"schedule 0 10 * * TUE,FRI contact\",2026-11-24T10:00,3,"), "{text}");
        assert!(lines[1].contains(",no_consent=2,,0.0000,EUR,,"), "{text}");
        assert_eq!(lines[1].replace("TUE,FRI", "").matches(',').count(), COLUMNS.len() - 1);
        assert_eq!((quoted("=1+1").as_str(), quoted("a\"b").as_str()), ("'=1+1", "\"a\"\"b\""));
    }

    #[test]
    fn what_began_and_said_nothing_is_told() {
        let refused = BTreeMap::from([("no_consent".to_owned(), 2), ("no_balance".to_owned(), 1)]);
        let fire = FireReport { planned: 10, begun: 8, text: 4, kept: 1, refused, ..FireReport::default() };
        assert_eq!((fire.done(), fire.silent()), (10, 2), "two were refused at their start, one later");
    }
}
