//! Finds an `at_most` that is as long as the pause of its schedule, so that it refuses some of the schedule's starts.

use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings},
        limits::SCHEDULE_FIRES_COMPARED_MAX,
        time::{Span, Time},
    },
    definition::{Flow, WrittenTrigger},
    model::schedule::AtMost,
    triggers::Trigger,
};

pub fn check(set: &FlowSet, flow: &Flow, findings: &Findings) {
    for trigger in &flow.triggers {
        let Trigger::Schedule(schedule) = &trigger.kind else { continue };
        let Some(cron) = &schedule.cron else { continue };
        // A condition leaves starts out: `at_most: 1/300d` beside it is no mistake for a schedule of every day.
        if trigger.guard.is_some() || schedule.to.condition.is_some() {
            continue;
        }
        let limits = limits_of(set, flow, trigger);
        // A schedule that comes otherwise than it seems has a finding, and with its mend another pause.
        if limits.is_empty() || cron.odd().is_some() {
            continue;
        }
        let fires = cron.sample(&set.bot.timezone, SCHEDULE_FIRES_COMPARED_MAX);
        for (limit, of) in limits {
            if let Some(refused) = as_long_as(&fires, limit) {
                findings.push(finding(trigger, limit, &of, &refused));
            }
        }
    }
}

/// The limits that a start of this trigger has to pass, each with the place where it is written.
fn limits_of(set: &FlowSet, flow: &Flow, trigger: &WrittenTrigger) -> Vec<(AtMost, String)> {
    let own = trigger.at_most.iter().map(|limit| (*limit, "this `at_most`".to_owned()));
    let topic = set.bot.topics.get(&flow.topic);
    let of_topic = topic.into_iter().flat_map(|topic| &topic.at_most);
    own.chain(of_topic.map(|limit| (*limit, format!("the `at_most` of the topic `{}`", flow.topic)))).collect()
}

/// The starts of a schedule that a limit refuses, although the author wants them.
struct Refused {
    /// A limit compares each start with the one so many later.
    steps: usize,
    /// The times between the two, the shortest first.
    pauses: Vec<Span>,
    /// A span that refuses none of them.
    shorter: Span,
}

/// The starts that the limit refuses, if its span lies between the shortest and the longest pause. A limit that is clearly shorter refuses none, a clearly longer one is meant to leave starts out, and so is
/// one for a schedule with pauses of all kinds.
fn as_long_as(fires: &[Time], limit: AtMost) -> Option<Refused> {
    let count = limit.count as usize;
    // One start in a longer time leaves out the starts between: `1/7d` for Monday and Thursday.
    let steps = if count == 1 { 1..fires.len() } else { count..count + 1 };
    for steps in steps {
        let pauses_of = |steps: usize| fires.iter().zip(fires.iter().skip(steps)).map(|(at, next)| *next - *at);
        let pauses = || pauses_of(steps);
        let (least, most) = (pauses().min()?, pauses().max()?);
        if least > limit.per {
            return None;
        }
        let is_meant = Span(most.0 / 3 * 2) < limit.per && limit.per <= most + SLACK;
        if is_meant && (steps == count || most > Span::days(1)) {
            let mut all: Vec<Span> = pauses().collect();
            all.sort_unstable();
            all.dedup();
            // Of many starts that one limit leaves out, the last one must stay left out: `1/7d` for every day.
            let left_out = if count == 1 && steps > 1 { pauses_of(steps - 1).max()? + SLACK } else { Span::ZERO };
            let between = Span((left_out.0 + least.0) / 2 / Span::hours(1).0 * Span::hours(1).0);
            let shorter = Some(shorter_than(least)).filter(|shorter| *shorter > left_out).unwrap_or(between);
            return (left_out < shorter && shorter < least).then_some(Refused { steps, pauses: all, shorter });
        }
    }
    None
}

/// A start may come this much later than its schedule says: others are before it, or the customer is being answered.
const SLACK: Span = Span::hours(1);

fn finding(trigger: &WrittenTrigger, limit: AtMost, of: &str, refused: &Refused) -> Diagnostic {
    let pause = in_words(&refused.pauses);
    let next = match refused.steps {
        1 => "to the next".to_owned(),
        steps => format!("to the one {steps} starts later"),
    };
    let message = format!("`{limit}`, {of}, refuses some starts of this schedule: from one {next} it is {pause}");
    let shorter = AtMost::new(limit.count, refused.shorter);
    let help = format!(
        "the limit counts back from the second in which a start begins, and that is a little later or earlier each \
         time; write a clearly shorter span, such as `{shorter}`"
    );
    Diagnostic::warning("W426", &trigger.place, message).help(help)
}

/// `28 or 35 days`: the hour by which a day is longer or shorter when clocks change does not count.
fn in_words(pauses: &[Span]) -> String {
    let days = |pause: &Span| (pause.0 + Span::hours(12).0) / Span::days(1).0;
    let near = |pause: &Span| (pause.0 - days(pause) * Span::days(1).0).abs() <= Span::hours(1).0;
    let (Some(least), Some(most)) = (pauses.first(), pauses.last()) else { return String::new() };
    if *least >= Span::days(2) && pauses.iter().all(near) {
        let mut all: Vec<i64> = pauses.iter().map(days).collect();
        all.dedup();
        return match all.as_slice() {
            [one] => format!("{one} days"),
            [one, other] => format!("{one} or {other} days"),
            all => format!("{} to {} days", all[0], all[all.len() - 1]),
        };
    }
    if least == most { format!("{least}") } else { format!("{least} to {most}") }
}

/// A span that a start which comes late, or an hour less of a day in spring, still fits into.
fn shorter_than(pause: Span) -> Span {
    let whole = |unit: Span, of: Span| Span(of.0 / unit.0 * unit.0);
    match () {
        () if pause > Span::days(2) => whole(Span::days(1), pause - Span::hours(12)),
        () if pause > Span::hours(4) => whole(Span::hours(1), Span(pause.0 / 6 * 5)),
        () => whole(Span::minutes(1), Span(pause.0 / 6 * 5)).max(Span::minutes(1)),
    }
}
