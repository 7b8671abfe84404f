//! Explains why a text starts a flow and no other one: *who wins* of language.md 5, for each trigger.

use crate::{
    base::{
        counted::counted,
        ids::{FlowName, InboundId},
    },
    definition::{Flow, WrittenTrigger},
    engine::{
        question::{answering, lifecycle},
        routing::{
            choose::{self, Choice, Fit, RoutedMessage, Strength},
            meaning, urgent,
        },
        turn::Turn,
    },
    load::default_language,
    model::{
        consent_words::{self, Word},
        inbound::{InboundKind, InboundMessage},
        session::Session,
    },
    triggers::{
        Trigger,
        message::{LIKE, speaks},
    },
    world::{Versions, World},
};
use std::collections::BTreeMap;

/// The explanation of one trigger.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    pub flow: FlowName,
    /// Empty: the flow has no trigger.
    pub trigger: String,
    pub starts: Starts,
    pub why: String,
}

/// The certainty with which a trigger starts its flow; the surest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Starts {
    Surely,
    /// A model is asked first, and this one starts or not by its answer.
    ModelDecides,
    Not,
}

/// The reason why a first message starts nothing in a bot with `language_by: ask`.
pub const LANGUAGE_FIRST: &str = "the contact is asked for a language first, and the message waits";

/// The receiver of the text.
enum Taker<'a> {
    Trigger(Box<Choice<'a>>),
    /// The waiting question of this flow.
    Question(FlowName, Level),
    /// Nothing may react, for this reason.
    Silent(&'static str),
    Nobody,
}

/// How a waiting question takes the text.
#[derive(Clone, Copy)]
enum Level {
    Exactly,
    Fits,
    /// As a wrong answer.
    Bad,
}

/// Explains which flow the text would start in the state of `session`, and for each other trigger why not; the one that
/// starts comes first.
pub fn explain(versions: &Versions, session: &Session, world: &World<'_>, text: &str) -> Vec<Explained> {
    let mut turn = Turn::new(versions, session.clone(), world);
    let message = InboundMessage {
        provider_id: "explain".into(),
        at: world.now,
        from: Vec::new(),
        name: None,
        username: None,
        kind: InboundKind::Text { body: text.to_owned() },
        reply_to: None,
        referral: None,
        number: None,
    };
    let free = turn.session.person.is_none() && turn.opted_out.is_none();
    let asks_language = free
        && !urgent::is_urgent(&mut turn, &message, None, session.heard_at)
        && default_language::learn_language(&mut turn, InboundId(0), &message, None, session.heard_at);
    let language = turn.contact.language.clone();
    let heard = RoutedMessage::new(&message, &turn, language.as_deref(), session.heard_at);
    let asking = answering::asking(&turn);
    let taker = if asks_language { Taker::Silent(LANGUAGE_FIRST) } else { taker(&mut turn, &heard, asking) };
    let asked = asked_model(&turn, &heard, &taker, asking);
    let mut all = Vec::new();
    for flow in turn.live().flows.values() {
        for trigger in &flow.triggers {
            let wins = matches!(&taker, Taker::Trigger(choice) if is(choice, flow, trigger));
            let is_asked = asked.iter().any(|choice| is(choice, flow, trigger));
            let starts = match wins {
                true if asked.is_empty() => Starts::Surely,
                false if !is_asked => Starts::Not,
                true | false => Starts::ModelDecides,
            };
            let why = match choose::fit_of(&turn, flow, trigger, &heard) {
                None if is_asked => {
                    format!("nothing else takes it: the model `{}` is asked whether it means this", router(&turn))
                }
                Some(_) if wins && !asked.is_empty() => {
                    let count = counted(asked.len(), "meaning");
                    format!("it wins if the model `{}`, which is asked about {count}, finds none", router(&turn))
                }
                None => meaning_why_not(&turn, flow, trigger, &heard, asking)
                    .unwrap_or_else(|| trigger.kind.why_not(&heard)),
                Some((Fit { strength, inputs }, _)) => {
                    let as_keyword = asking.is_some() && strength.level() < 11 && !trigger.urgent;
                    match choose::may_start(&turn, flow, trigger, &inputs, &heard, as_keyword) {
                        Err(why) => why,
                        Ok(()) => against(&taker, flow, trigger, strength),
                    }
                }
            };
            all.push(Explained { flow: flow.name.clone(), trigger: shown(&turn, flow, trigger), starts, why });
        }
        if flow.triggers.is_empty() {
            let why = match choose::out_of_reach(&turn, flow) {
                Some(why) => why.words(world.sender.name),
                None => "it has no triggers: only other flows start it".to_owned(),
            };
            all.push(Explained { flow: flow.name.clone(), trigger: String::new(), starts: Starts::Not, why });
        }
    }
    all.sort_by_key(|explained| explained.starts);
    all
}

/// The triggers about whose meanings a model is asked before anything else happens; empty: no model is asked.
fn asked_model<'a>(
    turn: &Turn<'a>,
    heard: &RoutedMessage<'_>,
    taker: &Taker<'_>,
    asking: Option<u32>,
) -> Vec<Choice<'a>> {
    let reaches = match taker {
        Taker::Trigger(choice) => choice.strength.level() == 11 && !choice.trigger.urgent,
        Taker::Question(_, Level::Bad) => {
            asking.is_some_and(|run| !answering::takes_text(turn, run) && !lifecycle::is_protected(turn, run))
        }
        Taker::Nobody => true,
        Taker::Question(..) | Taker::Silent(_) => false,
    };
    match reaches && meaning::has_words(heard) {
        true => meaning::candidates(turn, heard, asking).into_iter().map(|(_, choice)| choice).collect(),
        false => Vec::new(),
    }
}

/// The reason why a model would not be asked about this trigger, whatever else takes the text.
fn meaning_why_not<'a>(
    turn: &Turn<'a>,
    flow: &'a Flow,
    trigger: &'a WrittenTrigger,
    heard: &RoutedMessage<'_>,
    asking: Option<u32>,
) -> Option<String> {
    let Trigger::Meaning(meaning) = &trigger.kind else { return None };
    let choice = Choice { flow, trigger, inputs: BTreeMap::new(), strength: Strength::Any, foreign: false };
    if let Some(why) = meaning::why_not(turn, &choice, meaning, heard, asking.is_some()) {
        return Some(why);
    }
    if !meaning::has_words(heard) {
        return Some("a model is asked only about words, and the text has no letters".to_owned());
    }
    let waits =
        asking.and_then(|run| turn.run(run)).is_some_and(|run| run.frames.iter().any(|frame| frame.flow == flow.name));
    waits.then(|| "its own question waits, and is repeated".to_owned())
}

fn router<'t>(turn: &'t Turn<'_>) -> &'t str {
    turn.live().bot.router().unwrap_or("?")
}

/// The trigger for people: `message hi, good morning (es: hola)`. Its key has no signs between the words. Of other
/// languages it has the words for the contact's own one.
fn shown(turn: &Turn<'_>, flow: &Flow, trigger: &WrittenTrigger) -> String {
    let Trigger::Message(message) = &trigger.kind else { return trigger.key.clone() };
    let listed = |texts: &[(String, String)]| {
        let texts: Vec<&str> = texts.iter().map(|(text, _)| text.as_str()).collect();
        texts.join(", ")
    };
    let own = if message.texts.len() > 1 { format!("message {}", listed(&message.texts)) } else { trigger.key.clone() };
    let translated =
        turn.live().words_of(flow, trigger).filter(|(language, _)| speaks(Some(turn.language()), language));
    let translated: Vec<String> =
        translated.map(|(language, words)| format!("{language}: {}", listed(&words.texts))).collect();
    if translated.is_empty() { own } else { format!("{own} ({})", translated.join("; ")) }
}

/// The receiver, found by trying the levels in order on a copy of the session.
fn taker<'a>(turn: &mut Turn<'a>, heard: &RoutedMessage<'_>, asking: Option<u32>) -> Taker<'a> {
    if turn.session.person.is_some() {
        return Taker::Silent("a person has the conversation");
    }
    let opt_out = &turn.live().bot.opt_out;
    let word = heard.text.and_then(|text| consent_words::recognise(text, &opt_out.extra_words()));
    if word == Some(Word::Stop) {
        return Taker::Silent("it is an opt-out word: it goes before everything, and ends everything");
    }
    if turn.opted_out.is_some() {
        return Taker::Silent("the contact has said stop");
    }
    let of = |turn: &Turn<'a>, run: u32, level: Level| {
        let flow = turn.run(run).map_or_else(|| FlowName::from("?"), |run| run.flow.clone());
        Taker::Question(flow, level)
    };
    if let Some(choice) = choose::urgent(turn, heard) {
        return Taker::Trigger(Box::new(choice));
    }
    if let Some(run) = asking
        && answering::answer_exactly(turn, run, heard)
    {
        return of(turn, run, Level::Exactly);
    }
    let protected = asking.is_some_and(|run| lifecycle::is_protected(turn, run));
    let fitting = if protected { Vec::new() } else { choose::fitting(turn, heard) };
    if let Some(choice) = choose::pick(turn, &fitting, heard, 7, asking.is_some()) {
        return Taker::Trigger(Box::new(choice));
    }
    if asking.is_none() && word == Some(Word::Unsure) && !choose::is_keyword(turn, &heard.folded) {
        return Taker::Silent("it may be an opt-out word, so the contact is asked back");
    }
    if let Some(run) = asking
        && answering::answer_if_it_fits(turn, run, heard)
    {
        return of(turn, run, Level::Fits);
    }
    if let Some(choice) = choose::pick(turn, &fitting, heard, 9, asking.is_some()) {
        return Taker::Trigger(Box::new(choice));
    }
    if let Some(run) = asking {
        return of(turn, run, Level::Bad);
    }
    choose::pick(turn, &fitting, heard, 11, false).map_or(Taker::Nobody, |choice| Taker::Trigger(Box::new(choice)))
}

fn is(choice: &Choice<'_>, flow: &Flow, trigger: &WrittenTrigger) -> bool {
    choice.flow.name == flow.name && choice.trigger.key == trigger.key
}

/// The reason why a trigger that matches and may start does or does not.
fn against(taker: &Taker<'_>, flow: &Flow, trigger: &WrittenTrigger, strength: Strength) -> String {
    let how = strength.in_words();
    match taker {
        Taker::Trigger(choice) if is(choice, flow, trigger) && trigger.urgent => {
            format!("it wins: it is urgent, so it goes before every waiting question and every other trigger; {how}")
        }
        Taker::Trigger(choice) if is(choice, flow, trigger) => format!("it wins: {how}"),
        Taker::Trigger(choice) if choice.trigger.urgent && !trigger.urgent => {
            format!("{how}, but `{}` of `{}` is urgent", choice.trigger.key, choice.flow.name)
        }
        Taker::Trigger(choice) if choice.strength == strength => {
            format!("a tie: `{}` (`{}`) goes first by its name", choice.flow.name, choice.trigger.key)
        }
        Taker::Trigger(choice) => {
            let (winner, other) = (choice.strength, &choice.trigger.key);
            let why = match (winner, strength) {
                (Strength::Part(one, _), Strength::Part(another, _)) if one == another => "its text is longer",
                (Strength::Part(one, _), Strength::Part(another, _)) if one >= LIKE && another > LIKE => {
                    "it has fewer typing errors"
                }
                (Strength::Part(..), Strength::Part(..)) => {
                    "it fits more closely: `starts` goes before `word`, `contains` and `like`"
                }
                (Strength::Whole(_), Strength::Whole(_)) => "texts go before kinds of messages",
                (winner, _) => winner.in_words(),
            };
            format!("{how}, but `{other}` of `{}` goes first: {why}", choice.flow.name)
        }
        Taker::Question(asks, Level::Exactly) => {
            format!("{how}, but it is exactly an answer to the waiting question of `{asks}`")
        }
        Taker::Question(asks, Level::Fits) => {
            format!("{how}, but the text fits the waiting question of `{asks}`, which goes before a part of a message")
        }
        Taker::Question(asks, Level::Bad) => {
            format!("{how}, but `{asks}` asks and takes the text for a wrong answer")
        }
        Taker::Silent(why) => format!("{how}, but {why}"),
        Taker::Nobody => how.into(),
    }
}
