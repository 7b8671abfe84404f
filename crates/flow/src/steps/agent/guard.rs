//! Refuses a reply before the contact reads it: one that is empty or too long, that has a value which no source gave, or
//! that claims what was not done.

use super::{Agent, answer::unusable, claims::claims, handoff_claims::said_of_people, language, state};
use crate::{
    base::blank::is_blank,
    engine::turn::{Here, Turn},
    model::{
        effect::{ModelError, ModelErrorKind, TalkBy},
        grounding::{Kind as ValueKind, readable, without_addresses},
        matching::{fold, has_word},
        session::{AgentState, ToolState},
        value::Value,
    },
    steps::ground::{KnownTexts, as_source},
    text::Text,
};
use regex::Regex;
use std::{collections::BTreeMap, sync::LazyLock};

/// A mark that stands for nothing that may be shown.
static MARK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("‹(?:card|iban|phone|email) [0-9]+›").expect("the pattern is right"));

/// The error is for the model, which may mend the reply, and for the trace.
pub(super) fn check(agent: &Agent, turn: &Turn<'_>, here: Here<'_>, text: &str) -> Result<(), ModelError> {
    if is_blank(text) {
        return Err(unusable("the reply is empty"));
    }
    if MARK.is_match(text) {
        return Err(unusable("the reply shows a mark such as `‹card 1›`; leave it out"));
    }
    let (chars, most) = (text.chars().count(), agent.limits.chars);
    if chars > most {
        return Err(unusable(format!("the reply has {chars} characters, and at most {most} are allowed")));
    }
    let Some(known) = state::of(turn, here.run) else { return Ok(()) };
    let texts = known_texts(agent, turn, here, known);
    claimed(agent, known, text)?;
    promised(turn, known, &texts, text)?;
    language::check(agent, turn, known, text)?;
    agent.ground.compare(turn, here, &texts, text, &[])
}

/// As `check`, also for the texts to tap below the reply: each of them alone, and all of it as it is read together.
pub(super) fn check_offer(
    agent: &Agent,
    turn: &Turn<'_>,
    here: Here<'_>,
    text: &str,
    options: &[String],
) -> Result<(), ModelError> {
    check(agent, turn, here, text)?;
    let Some(known) = state::of(turn, here.run) else { return Ok(()) };
    let whole = format!("{text}\n{}", options.join("\n"));
    for part in options.iter().chain([&whole]) {
        if MARK.is_match(part) {
            return Err(unusable("an option shows a mark such as `‹card 1›`; leave it out"));
        }
        claimed(agent, known, part)?;
    }
    language::check(agent, turn, known, &whole)?;
    if !agent.ground.is_on {
        return Ok(());
    }
    let texts = known_texts(agent, turn, here, known);
    for option in options {
        agent.ground.compare(turn, here, &texts, option, &[])?;
    }
    // A day above several times is no pair with each of them.
    agent.ground.compare(turn, here, &texts, &whole, &[ValueKind::DayAndTime, ValueKind::WeekdayOfDate])
}

/// A reply may say that an act was done only after it was.
fn claimed(agent: &Agent, known: &AgentState, text: &str) -> Result<(), ModelError> {
    for tool in agent.tools.iter().filter(|tool| !known.has_done(&tool.name)) {
        if let Some(claim) = tool.claims.iter().find(|claim| claims(text, claim)) {
            let text = format!("the reply says `{claim}`, and `{}` was not done; use the tool, or do not say so", tool.name);
            return Err(ModelError::new(ModelErrorKind::Ungrounded, text));
        }
    }
    Ok(())
}

/// A reply may say that a person was told, or will come, if somebody was, if an act was done that may have told them, or if
/// the business says so itself.
fn promised(turn: &Turn<'_>, known: &AgentState, texts: &KnownTexts, text: &str) -> Result<(), ModelError> {
    let is_told = turn.session.person.is_some() || turn.session.needs_person.is_some();
    let has_acted = known.tool_runs.iter().any(|run| run.is_act && matches!(run.state, ToolState::Done(_)));
    if is_told || has_acted {
        return Ok(());
    }
    let mut said = said_of_people(text).peekable();
    if said.peek().is_none() {
        return Ok(());
    }
    let given: Vec<&str> = texts.given.iter().flat_map(|given| said_of_people(given)).collect();
    let Some(phrase) = said.find(|phrase| !given.contains(phrase)) else { return Ok(()) };
    let text = format!("the reply says `{phrase}`, and nobody was told; take the exit `person`, or do not say so");
    Err(ModelError::new(ModelErrorKind::Ungrounded, text))
}

/// The texts that a reply may repeat.
fn known_texts(agent: &Agent, turn: &Turn<'_>, here: Here<'_>, known: &AgentState) -> KnownTexts {
    let facts = agent.facts(turn, here).unwrap_or_default();
    let facts = agent.facts.iter().zip(facts).map(|(text, filled)| as_source(turn, text, filled));
    let more = agent.ground.more(turn, here).unwrap_or_default();
    // With an expression in it the instruction may hold what the customer wrote.
    let plain = agent.instructions.as_plain().map(str::to_owned);
    let own = [here.set.bot.agents.scope.clone(), here.set.bot.name.clone()];
    let found = known.talk.iter().filter_map(|entry| match entry.by {
        TalkBy::Flow => Some(without_given(known, &entry.text)),
        // Other people may have written what a tool found, so its links, addresses and phone numbers are nobody's word.
        TalkBy::Tool(_) => Some(without_addresses(&without_given(known, &entry.text))),
        TalkBy::Customer | TalkBy::Agent | TalkBy::Note => None,
    });
    // A booking shows the customer's own number.
    let phone = turn.contact.phone.clone();
    let given = known.papers.iter().cloned().chain(facts).chain(more).chain(plain).chain(own).chain(found).chain(phone);
    let given = given.collect();
    let customer = known.talk.iter().filter(|entry| entry.by == TalkBy::Customer).map(|entry| entry.text.clone());
    KnownTexts { given, customer: customer.collect() }
}

/// The texts that a reply of this talk may repeat.
pub(super) fn known(agent: &Agent, turn: &Turn<'_>, here: Here<'_>) -> KnownTexts {
    match state::of(turn, here.run) {
        Some(known) => known_texts(agent, turn, here, known),
        None => KnownTexts { given: Vec::new(), customer: Vec::new() },
    }
}

/// Shorter messages of the customer are taken out of no result.
const REPEATED_CHARS_MIN: usize = 4;

/// A tool that repeats the words of the model or of the customer proves none of them.
fn without_given(known: &AgentState, text: &str) -> String {
    let customer = known.talk.iter().filter(|entry| entry.by == TalkBy::Customer).map(|entry| entry.text.trim());
    // The `1` of a menu stands in many times and prices.
    let customer = customer.filter(|said| said.chars().count() >= REPEATED_CHARS_MIN);
    let repeated = known.given.iter().map(|given| given.trim()).chain(customer);
    let mut repeated: Vec<&str> = repeated.filter(|words| !words.is_empty()).collect();
    // A part of a longer text would hide the rest of it.
    repeated.sort_unstable_by_key(|words| std::cmp::Reverse(words.len()));
    repeated.into_iter().fold(text.to_owned(), |text, words| text.replace(words, " "))
}

/// Values that the customer is asked about, or that a tool looks for.
const ASKED: [ValueKind; 8] = [
    ValueKind::Day,
    ValueKind::Weekday,
    ValueKind::WeekdayOfDate,
    ValueKind::Time,
    ValueKind::DayAndTime,
    ValueKind::Number,
    ValueKind::Length,
    ValueKind::Phone,
];

/// The flow of a tool may say what it was given, so a text is held to its sources unless the customer wrote it.
pub(super) fn check_inputs(
    agent: &Agent,
    turn: &Turn<'_>,
    here: Here<'_>,
    inputs: &BTreeMap<String, Value>,
) -> Result<(), ModelError> {
    let Some(known) = state::of(turn, here.run) else { return Ok(()) };
    let texts = known_texts(agent, turn, here, known);
    let own_words = |text: &str| texts.customer.iter().any(|said| has_word(&fold(said), &fold(text)));
    for text in inputs.values().filter_map(|value| if let Value::Text(text) = value { Some(text) } else { None }) {
        if own_words(text) {
            continue;
        }
        claimed(agent, known, text)?;
        agent.ground.compare(turn, here, &texts, text, &ASKED)?;
    }
    Ok(())
}

/// The question about an act shows what the model gave. Days, times and numbers of things are what it asks about; prices,
/// offers, links and addresses must have a source, as in a reply.
pub(super) fn check_confirm(
    agent: &Agent,
    turn: &Turn<'_>,
    here: Here<'_>,
    confirm: &Text,
    body: &str,
) -> Result<(), ModelError> {
    let Some(known) = state::of(turn, here.run).filter(|_| agent.ground.is_on) else { return Ok(()) };
    let mut texts = known_texts(agent, turn, here, known);
    texts.given.extend(confirm.pieces().flatten().map(str::to_owned));
    agent.ground.compare(turn, here, &texts, body, &ASKED)
}

/// Values that an exit gives are shown by the author's steps, so they need a source as those of a reply do.
pub(super) fn check_given(
    agent: &Agent,
    turn: &Turn<'_>,
    here: Here<'_>,
    gives: &BTreeMap<String, Value>,
) -> Result<(), ModelError> {
    let Some(known) = state::of(turn, here.run).filter(|_| agent.ground.is_on) else { return Ok(()) };
    let texts = known_texts(agent, turn, here, known);
    for (name, value) in gives {
        match value {
            Value::Text(text) => {
                claimed(agent, known, text)?;
                agent.ground.compare(turn, here, &texts, text, &[])?;
            }
            Value::Whole(_) | Value::Number(_) => {
                let text = value.print().unwrap_or_default();
                let said = texts.given.iter().chain(&texts.customer).any(|known| has_number(known, &text));
                let is_small = text.parse::<f64>().is_ok_and(|number| number.abs() <= COUNTED_MAX);
                if !said && !is_small && !agent.ground.lets_pass(ValueKind::Number) {
                    let text = format!("no source has the value of `{name}`");
                    return Err(ModelError::new(ModelErrorKind::Ungrounded, text));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Numbers up to this one count things that a talk names.
const COUNTED_MAX: f64 = 12.0;

/// True if the text has the number, with a point or a comma.
fn has_number(text: &str, number: &str) -> bool {
    let plain = readable(text).replace(',', ".");
    let parts = plain.split(|c: char| !c.is_ascii_digit() && c != '.');
    let wanted = number.parse::<f64>().ok();
    parts.filter_map(|part| part.trim_matches('.').parse::<f64>().ok()).any(|known| Some(known) == wanted)
}
