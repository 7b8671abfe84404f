//! Checks triggers that conflict without the same text: two flows for any message, a schedule in the quiet hours or one
//! that hardly ever fires, a key of a body that is not listed.

use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings, nearest},
        time::{Span, Time},
    },
    definition::{Flow, WrittenTrigger},
    model::quiet::PossibleZones,
    script::Code,
    triggers::Trigger,
};
use jiff::tz::TimeZone;

pub fn check(set: &FlowSet, findings: &Findings) {
    let mut catching: Vec<(&Flow, &WrittenTrigger)> = Vec::new();
    for flow in set.flows.values().map(|flow| &**flow) {
        for trigger in &flow.triggers {
            asleep(set, flow, trigger, findings);
            posted(trigger, findings);
            if flow.draft || trigger.guard.is_some() || kind(trigger).is_none() {
                continue;
            }
            let rival = catching.iter().find(|(other, first)| kind(first) == kind(trigger) && meet(other, flow));
            if let Some((other, first)) = rival {
                let message = format!(
                    "`{}` starts the flow `{}` already, and only one of the two",
                    trigger.outline.verb, other.name
                );
                let finding = Diagnostic::warning("W420", &trigger.place, message).label(&first.place, "this one wins");
                findings.push(finding.help("take one of the two out, or give it an `if:`"));
            }
            catching.push((flow, trigger));
        }
    }
}

/// The kind of a trigger for any message; `None`: another trigger.
fn kind(trigger: &WrittenTrigger) -> Option<(&'static str, i64)> {
    match &trigger.kind {
        Trigger::AnyMessage(_) => Some(("any_message", 0)),
        Trigger::FirstMessage(first) => Some(("first_message", first.after_silence.map_or(0, |span| span.0))),
        _ => None,
    }
}

/// True if the two flows differ and share a sender.
pub(super) fn meet(one: &Flow, other: &Flow) -> bool {
    one.name != other.name
        && (one.senders.is_empty()
            || other.senders.is_empty()
            || one.senders.iter().any(|sender| other.senders.contains(sender)))
}

/// Reports a schedule that always fires in the quiet hours: all its messages are sent at their end.
fn asleep(set: &FlowSet, flow: &Flow, trigger: &WrittenTrigger, findings: &Findings) {
    let Some(quiet) = set.bot.quiet_hours.filter(|_| flow.ignore_quiet_hours.is_none()) else { return };
    let speaks = flow.nodes.iter().any(|node| matches!(node.outline.verb, "say" | "ask" | "template"));
    // The time zone does not matter; a law depends on the contact's country and is not checked.
    let clock = PossibleZones { zones: vec![TimeZone::UTC], ..PossibleZones::default() };
    let is_quiet = |at: Time| quiet.allowed_at(at, &clock).is_some();
    let place = match &trigger.kind {
        Trigger::Schedule(schedule) => {
            let Some(cron) = &schedule.cron else { return };
            let Some(first) = cron.next(SOME_DAY, &TimeZone::UTC) else { return };
            // A pattern has the same times on all its days.
            let all = is_quiet(first.at)
                && cron.between(first.at, first.at + Span::days(1), &TimeZone::UTC).all(|fire| is_quiet(fire.at));
            trigger.outline.yaml.get("schedule").filter(|_| all)
        }
        Trigger::Date(date) => {
            let at = date.at.and_then(|at| jiff::civil::date(2026, 1, 1).to_datetime(at).to_zoned(TimeZone::UTC).ok());
            let all = at.is_some_and(|at| is_quiet(Time(at.timestamp().as_millisecond())));
            trigger.outline.yaml.get("at").filter(|_| all)
        }
        _ => None,
    };
    if let (Some(node), true) = (place, speaks) {
        let until = quiet.to.strftime("%H:%M");
        let message = format!("this is within the quiet hours: what it says waits until {until}");
        let finding = Diagnostic::warning("W610", &node.place, message);
        findings.push(finding.help(
            "choose a time outside of `quiet_hours` of `_bot.yaml`, or say why it may wake somebody: \
             `quiet_hours: {ignore: \"…\"}`",
        ));
    }
}

/// The first of January 2026, 00:00 UTC; any other day would do.
const SOME_DAY: Time = Time(1_767_225_600_000);

/// Reports `${body.phnoe}` beside `body: {phone: phone}`: a body may have keys that are not listed, but one that
/// differs by a letter is probably a mistake.
fn posted(trigger: &WrittenTrigger, findings: &Findings) {
    let Trigger::Webhook(webhook) = &trigger.kind else { return };
    let known = || webhook.body.iter().map(|field| field.name.as_str());
    let texts = trigger.outline.texts.iter().flat_map(|text| text.codes());
    let codes: Vec<&Code> = texts.chain(&trigger.outline.codes).collect();
    let mut said: Vec<(&str, (usize, usize), usize)> = Vec::new();
    for code in codes {
        let uses = code.uses();
        for (root, part, at) in uses.properties.iter().filter(|(root, ..)| root == "body") {
            let place = code.place_at(*at, part.len());
            let key = (part.as_str(), *at, place.range().start);
            if known().any(|name| name == part) || said.contains(&key) {
                continue;
            }
            let Some(near) = nearest(part, known()) else { continue };
            said.push(key);
            let message = format!("`{root}` is listed without a `{part}`");
            let finding = Diagnostic::warning("W421", &place, message);
            findings.push(finding.help(format!("did you mean `{near}`?")));
        }
    }
}
