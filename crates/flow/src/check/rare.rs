//! Schedules that come hardly ever, or on other days than they seem to: said in words, with the next date.

use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings},
        ids::FlowName,
        time::{Span, Time},
    },
    model::schedule::Schedule as Cron,
    triggers::Trigger,
};
use serde::Serialize;

/// A schedule that comes less than about once a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rare {
    pub flow: FlowName,
    /// `On 24 December at 10:00`.
    pub said: String,
    /// `Thursday, 24 December 2026 at 10:00`, on the bot's clock.
    pub next: String,
}

/// The schedules of all flows that come less than about once a month, and when they come next after `now`.
pub fn rare(set: &FlowSet, now: Time) -> Vec<Rare> {
    let mut all = Vec::new();
    for flow in set.flows.values() {
        let crons = flow.triggers.iter().filter_map(|trigger| match &trigger.kind {
            Trigger::Schedule(schedule) => schedule.cron.as_ref(),
            _ => None,
        });
        for cron in crons.filter(|cron| cron.longest_pause() > MONTH) {
            let said = cron.describe().trim_end_matches('.').to_owned();
            all.extend(next(set, cron, now).map(|next| Rare { flow: flow.name.clone(), said, next }));
        }
    }
    all
}

/// `now` is a moment to count from; without it no date is said.
pub fn check(set: &FlowSet, now: Option<Time>, findings: &Findings) {
    let triggers = set.flows.values().flat_map(|flow| &flow.triggers);
    for trigger in triggers {
        let Trigger::Schedule(schedule) = &trigger.kind else { continue };
        let (Some(cron), Some(node)) = (&schedule.cron, trigger.outline.yaml.get("schedule")) else { continue };
        let Some((message, help)) = cron.odd().or_else(|| hardly_ever(cron)) else { continue };
        let next =
            now.and_then(|now| next(set, cron, now)).map(|next| format!("; as it stands it comes next on {next}"));
        let help = format!("{help}{}", next.unwrap_or_default());
        findings.push(Diagnostic::warning("W423", &node.place, message).help(help));
    }
}

fn hardly_ever(cron: &Cron) -> Option<(String, String)> {
    let pause = cron.longest_pause();
    if pause <= YEAR {
        return None;
    }
    let years = (pause.0 + YEAR.0 / 2) / Span::days(365).0;
    let said = cron.describe().trim_end_matches('.');
    let help = "name more days if it should come each year";
    Some((format!("this comes once in {years} years: {said}"), help.to_owned()))
}

/// The next time after `now`, on the bot's clock.
fn next(set: &FlowSet, cron: &Cron, now: Time) -> Option<String> {
    let fire = cron.next(now, &set.bot.timezone)?;
    let at = jiff::Timestamp::from_millisecond(fire.at.0).ok()?.to_zoned(set.bot.timezone.clone());
    Some(at.strftime("%A, %-d %B %Y at %H:%M").to_string())
}

/// Once a year is no rarity: a birthday of the shop, Christmas. A leap year is a day longer.
const YEAR: Span = Span::days(366);

/// From one first Monday of a month to the next are at most 35 days; a longer pause is worth a date.
const MONTH: Span = Span::days(35);
