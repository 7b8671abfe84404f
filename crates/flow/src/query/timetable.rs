//! Describes triggers that no message starts to the runtime: schedules, dates, webhooks, and the contacts of each.

use super::prefilter::prefilter;
use crate::{
    base::{limits::WINDOW, time::Span},
    definition::{Flow, FlowSet, WrittenTrigger},
    engine::{
        inputs,
        routing::choose,
        turn::{Seen, Turn},
        views::map,
    },
    model::{
        answer::AnswerType,
        prefilter::Prefilter,
        schedule::{AtMost, Schedule},
        session::Session,
        value::Value,
    },
    script::Code,
    triggers::{
        Trigger,
        date::Date,
        schedule::{Clock, To},
        webhook::Webhook,
    },
    world::{Versions, World},
};
use std::collections::BTreeMap;

/// One `schedule` trigger.
pub struct Timetable<'a> {
    pub flow: &'a Flow,
    /// The key in start rows and for `at_most`.
    pub key: &'a str,
    pub fires: &'a Schedule,
    /// True: in each contact's own zone; false: in the bot's.
    pub by_contact: bool,
    /// The number of starts within a span of time.
    pub rate: AtMost,
    /// How late a fire may be planned, and how late after its planned time a start may begin.
    pub late: Span,
    to: &'a To,
    trigger: &'a WrittenTrigger,
}

impl Timetable<'_> {
    /// The conditions that the rows of its contacts must meet.
    pub fn prefilter(&self, set: &FlowSet) -> Prefilter {
        prefilter(set, &self.to.tags, self.to.condition.as_ref())
    }

    /// The compiled condition of `to`.
    pub fn condition(&self) -> Option<&Code> {
        self.to.condition.as_ref()
    }
}

/// All schedules, by flow.
pub fn timetables(set: &FlowSet) -> Vec<Timetable<'_>> {
    let mut tables = Vec::new();
    for flow in set.flows.values() {
        for trigger in &flow.triggers {
            let Trigger::Schedule(schedule) = &trigger.kind else { continue };
            let Some(fires) = &schedule.cron else { continue };
            tables.push(Timetable {
                flow,
                key: &trigger.key,
                fires,
                by_contact: schedule.clock == Clock::Contact,
                rate: schedule.rate,
                late: schedule.late,
                to: &schedule.to,
                trigger,
            });
        }
    }
    tables
}

/// One trigger for a date of the contact.
pub struct DateTable<'a> {
    pub flow: &'a Flow,
    /// The key in start rows and for `at_most`.
    pub key: &'a str,
    pub date: &'a Date,
}

/// All triggers for dates, by flow.
pub fn dates(set: &FlowSet) -> Vec<DateTable<'_>> {
    let all = set.flows.values().flat_map(|flow| flow.triggers.iter().map(move |trigger| (flow, trigger)));
    all.filter_map(|(flow, trigger)| match &trigger.kind {
        Trigger::Date(date) => Some(DateTable { flow, key: &trigger.key, date }),
        _ => None,
    })
    .collect()
}

/// The triggers that depend on the contact's last message: the flow, the key, and the longest time after it.
pub fn timed(set: &FlowSet) -> Vec<(&Flow, &str, Span)> {
    let all = set.flows.values().flat_map(|flow| flow.triggers.iter().map(move |trigger| (&**flow, trigger)));
    all.filter_map(|(flow, trigger)| match &trigger.kind {
        Trigger::WindowClosing(_) => Some((flow, trigger.key.as_str(), WINDOW)),
        Trigger::QuietFor(quiet) => Some((flow, trigger.key.as_str(), quiet.span)),
        _ => None,
    })
    .collect()
}

/// The value of `event` for a start by a date.
pub fn date_event(date: &Date, value: &str) -> Value {
    let data = map([("field", Value::text(date.field.as_str())), ("value", Value::text(value))]);
    map([("name", Value::text("date")), ("data", data)])
}

/// One trigger for a webhook.
pub struct HookTable<'a> {
    pub flow: &'a Flow,
    /// The key in start rows and for `at_most`.
    pub key: &'a str,
    pub webhook: &'a Webhook,
}

/// All triggers for webhooks, by flow.
pub fn hooks(set: &FlowSet) -> Vec<HookTable<'_>> {
    let all = set.flows.values().flat_map(|flow| flow.triggers.iter().map(move |trigger| (flow, trigger)));
    all.filter_map(|(flow, trigger)| match &trigger.kind {
        Trigger::Webhook(webhook) => Some(HookTable { flow, key: &trigger.key, webhook }),
        _ => None,
    })
    .collect()
}

/// The value of `event` and `body` for a request to a webhook.
pub fn hook_event(webhook: &Webhook, body: &Value) -> Value {
    map([("name", Value::text(webhook.name.as_str())), ("body", body.clone())])
}

/// The phone number in the `contact` of a webhook. The error names the key if it has no usable value.
pub fn whom(
    versions: &Versions,
    webhook: &Webhook,
    event: &Value,
    inputs: &BTreeMap<String, Value>,
    world: &World<'_>,
) -> Result<String, String> {
    let turn = Turn::new(versions, Session::default(), world);
    let nothing = Value::Nothing;
    let seen = Seen { vars: Some(inputs), event, msg: &nothing, handoff: &nothing, error: None, extra: &[] };
    let said =
        turn.in_scope(versions.live(), &seen, |scope| webhook.contact.eval(scope)).map_err(|failure| failure.text)?;
    let number = match said {
        // JSON may contain a phone number as a number.
        Value::Whole(digits) => Value::Text(format!("+{digits}")),
        other => other,
    };
    match inputs::convert(&AnswerType::Phone.into(), &number, &versions.live().bot.timezone) {
        Some(Value::Text(phone)) => Ok(phone),
        _ => Err("its `contact` is no phone number with its country code".into()),
    }
}

/// True if the contact of `world` is selected by `to`; false if the condition fails.
pub fn in_audience(versions: &Versions, table: &Timetable<'_>, world: &World<'_>) -> bool {
    if world.contact.data.is_gone() || !table.to.tags.iter().all(|tag| world.contact.data.tags.contains(tag)) {
        return false;
    }
    let Some(condition) = &table.to.condition else { return true };
    let turn = Turn::new(versions, Session::default(), world);
    let nothing = Value::Nothing;
    let seen = Seen { vars: None, event: &nothing, msg: &nothing, handoff: &nothing, error: None, extra: &[] };
    turn.in_scope(versions.live(), &seen, |scope| condition.holds(scope)).unwrap_or(false)
}

/// The reason why the contact of `world` is not selected by `to`, in words; `None`: it is selected.
pub fn outside(versions: &Versions, table: &Timetable<'_>, world: &World<'_>) -> Option<String> {
    let data = &world.contact.data;
    if data.is_gone() {
        return Some("they go on under another name, or were erased".into());
    }
    if let Some(tag) = table.to.tags.iter().find(|tag| !data.tags.contains(*tag)) {
        return Some(format!("they do not have the tag `{tag}`"));
    }
    let condition = table.to.condition.as_ref()?;
    let turn = Turn::new(versions, Session::default(), world);
    let nothing = Value::Nothing;
    let seen = Seen { vars: None, event: &nothing, msg: &nothing, handoff: &nothing, error: None, extra: &[] };
    match turn.in_scope(versions.live(), &seen, |scope| condition.holds(scope)) {
        Ok(true) => None,
        Ok(false) => Some(format!("its `if` does not hold for them: `{}`", condition.source().trim())),
        Err(failure) => Some(format!("its `if` fails for them: {}", failure.text)),
    }
}

/// The reason why a start at `world.now` would not begin, beside opt-out and consent: a draft, a cap of the topic or of
/// the trigger, its `if`, its `once_per`.
pub fn held_back(versions: &Versions, table: &Timetable<'_>, world: &World<'_>) -> Option<String> {
    let (flow, bot, data) = (table.flow, &versions.live().bot, &world.contact.data);
    if flow.draft && !data.is_tester(&bot.draft_testers, world.now) {
        return Some("the flow is a draft, and this is no tester".into());
    }
    let sent = data.unasked.get(&flow.topic).map_or(&[][..], Vec::as_slice);
    let topic = bot.topics.get(&flow.topic);
    if let Some(cap) = topic.and_then(|topic| topic.at_most.iter().find(|cap| cap.reached(sent, world.now))) {
        return Some(format!("topic `{}` has reached its `at_most: {cap}`", flow.topic));
    }
    let turn = Turn::new(versions, Session::default(), world);
    let nothing = Value::Nothing;
    let seen = Seen { vars: None, event: &nothing, msg: &nothing, handoff: &nothing, error: None, extra: &[] };
    choose::guarded(&turn, flow, table.trigger, &seen).err()
}
