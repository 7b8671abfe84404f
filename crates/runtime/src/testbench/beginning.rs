//! Finds how to begin a flow in a generated test: by which acts, with which sample values.

use super::words;
use crate::{
    base::time::Span,
    flow::{
        Flow, FlowSet,
        definition::Field,
        tools::testfile::{Arrival, Fact, TestAction, default_now, somebody},
        triggers::{Trigger, date::Date, webhook::Webhook},
    },
    model::{answer::AnswerType, content::MediaKind, value::Value},
};
use std::collections::BTreeMap;

pub(super) struct FirstActs {
    pub acts: Vec<TestAction>,
    /// True if the flow then begins by the clock.
    pub waits: bool,
}

/// How far ahead the sample date of a flow is, in addition to its `offset`.
const DATE_AHEAD: Span = Span::days(10);

/// `None` if a first test cannot be generated for such a trigger.
pub(super) fn of(set: &FlowSet, flow: &Flow, trigger: &Trigger) -> Option<FirstActs> {
    let one = |act: TestAction| Some(FirstActs { acts: vec![act], waits: false });
    match trigger {
        Trigger::Message(_) => words::said_by(trigger).into_iter().next().and_then(|text| one(TestAction::User(text))),
        Trigger::Meaning(meaning) => one(TestAction::User(meaning.like.first().unwrap_or(&meaning.says).clone())),
        Trigger::Button(button) => button.ids.first().cloned().and_then(|id| one(TestAction::Tap(id))),
        Trigger::AnyMessage(_) | Trigger::FirstMessage(_) => one(TestAction::User("Good morning, a question".into())),
        Trigger::Media(_) => one(words::media(MediaKind::Image)),
        Trigger::Order(_) => one(words::basket()),
        Trigger::Form(form) => one(words::form(form.names.first().map_or("form", String::as_str))),
        Trigger::Reaction(reaction) => {
            let emoji = reaction.emojis.first().map_or("👍", String::as_str).to_owned();
            one(TestAction::Arrives(Arrival::Reaction(Some(emoji))))
        }
        Trigger::Referral(referral) => one(words::referral(referral.wanted.first().map_or("1", String::as_str))),
        Trigger::MissedCall(_) => one(TestAction::Arrives(Arrival::MissedCall)),
        Trigger::Location(_) => one(TestAction::Location { latitude: 40.4168, longitude: -3.7038 }),
        Trigger::Event(event) => one(TestAction::Event { name: event.name.clone(), data: data_of(flow) }),
        Trigger::Webhook(webhook) => {
            one(TestAction::Webhook { name: webhook.name.clone(), body: body_of(set, webhook), refused: None })
        }
        Trigger::Api(_) => one(TestAction::Api(inputs_of(flow))),
        Trigger::TagAdded(added) => {
            one(TestAction::Set(vec![Fact::Tags(vec![added.tags.first().cloned().unwrap_or_else(|| "new".into())])]))
        }
        Trigger::FieldChanged(changed) => {
            let named = |field: &&Field| changed.names.is_empty() || changed.names.contains(&field.name);
            let field = set.bot.fields.iter().find(named)?;
            one(TestAction::Set(vec![Fact::Field(field.name.clone(), example(field))]))
        }
        Trigger::Consent(consent) => {
            let known = |topic: &&(String, bool)| set.bot.topics.contains_key(&topic.0);
            one(TestAction::Set(vec![Fact::Consent(vec![consent.topics.iter().find(known)?.clone()])]))
        }
        Trigger::Date(date) => {
            let fact = Fact::Field(date.field.clone(), day_of(set, date)?);
            Some(FirstActs { acts: vec![TestAction::Set(vec![fact])], waits: true })
        }
        Trigger::Schedule(_) => Some(FirstActs { acts: Vec::new(), waits: true }),
        Trigger::QuietFor(_) | Trigger::WindowClosing(_) => {
            Some(FirstActs { acts: vec![TestAction::User("Good morning, a question".into())], waits: true })
        }
        _ => None,
    }
}

/// The first act of a run that this trigger starts; `None` for a scheduled trigger.
pub(super) fn begins_by(set: &FlowSet, flow: &Flow, trigger: &Trigger) -> Option<TestAction> {
    of(set, flow, trigger).filter(|beginning| !beginning.waits)?.acts.into_iter().next()
}

/// A date that is still in the future when the first test begins.
fn day_of(set: &FlowSet, date: &Date) -> Option<Value> {
    let ahead = DATE_AHEAD + Span(date.offset.0.min(0).saturating_neg());
    let hours = ahead.0 / Span::hours(1).0;
    let day = default_now(&set.bot.timezone).checked_add(jiff::Span::new().try_hours(hours).ok()?).ok()?;
    let field = set.bot.fields.iter().find(|field| field.name == date.field)?;
    Some(match field.kind.of {
        AnswerType::Date => Value::Date(day.date()),
        _ => Value::moment(day),
    })
}

/// The members of `event.data` that the flow reads.
fn data_of(flow: &Flow) -> Value {
    let member = regex::Regex::new(r"\bevent\.data\.(\w+)").expect("the pattern is a constant");
    let names =
        member.captures_iter(flow.place.file().text()).filter_map(|found| Some(found.get(1)?.as_str().to_owned()));
    let all: BTreeMap<String, Value> = names.map(|name| (name.clone(), Value::text(name))).collect();
    if all.is_empty() { Value::Nothing } else { Value::Map(all) }
}

/// A sample body for the trigger, from the test's contact, which has the default number.
fn body_of(set: &FlowSet, webhook: &Webhook) -> Value {
    let mut all: BTreeMap<String, Value> =
        webhook.body.iter().map(|field| (field.name.clone(), example(field))).collect();
    if let Some(member) = webhook.contact_member() {
        all.insert(member.to_owned(), Value::text(somebody(&set.bot.timezone).0));
    }
    Value::Map(all)
}

fn inputs_of(flow: &Flow) -> BTreeMap<String, Value> {
    let needed = flow.inputs.iter().filter(|input| !input.optional && input.default.is_none());
    needed.map(|input| (input.name.clone(), example(input))).collect()
}

fn example(field: &Field) -> Value {
    match field.kind.of {
        AnswerType::Choice => field.kind.among.first().map_or_else(|| Value::text("a"), Value::text),
        AnswerType::Date => Value::text("2026-01-08"),
        AnswerType::DateTime => Value::text("2026-01-08T10:00"),
        AnswerType::Text => Value::text(field.name.as_str()),
        kind => match words::answers(kind).first() {
            Some(TestAction::User(text)) => text.parse().map_or_else(|_| Value::text(text.as_str()), Value::Whole),
            _ => Value::text(field.name.as_str()),
        },
    }
}
