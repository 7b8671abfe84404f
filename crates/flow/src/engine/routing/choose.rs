//! Chooses the flow that a message starts: levels 7, 9 and 11 of *who wins* (language.md 5). `explain` names the
//! reasons against the others.

use crate::{
    base::{counted::counted, ids::InboundId, time::Time},
    definition::{Flow, IfBusy, WrittenTrigger},
    engine::{
        routing::once,
        turn::{Seen, Turn},
        views,
    },
    model::{
        answer,
        inbound::{InboundKind, InboundMessage},
        matching,
        session::Meaning,
        value::Value,
    },
    script::Scope,
    triggers::{
        Trigger,
        message::{LIKE, MatchMode, speaks},
    },
};
use std::{cmp::Reverse, collections::BTreeMap};

/// A message with the data that the levels compare.
pub struct RoutedMessage<'m> {
    pub message: &'m InboundMessage,
    /// The typed text or the tapped title; `None` for files and the like.
    pub text: Option<&'m str>,
    pub folded: String,
    /// The id of a button that is not ours, or of an old one of ours.
    pub button: Option<String>,
    /// The time of the contact's previous message here; `None`: there was none.
    pub heard_before: Option<Time>,
    /// The contact's own language; `None`: unknown.
    pub language: Option<&'m str>,
    /// The value of `msg` in expressions.
    pub view: Value,
    /// The id of a message that a trigger with `gather` may extend; `None`: the message is complete.
    pub may_gather: Option<InboundId>,
    /// True if it waited for the meaning of an earlier message: a question of this turn was asked after it was written.
    pub behind_meaning: bool,
    /// The answers of a model about it so far.
    pub meaning: Meaning,
}

/// How well a trigger matches; the smallest value wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Level 7: exact texts and whole regexes, then kinds.
    Whole(u8),
    /// Level 9: start of the text, word, contained text, then texts with typing errors, the fewest first; of one rank
    /// the longest text first.
    Part(u8, Reverse<usize>),
    /// Level 11.
    First,
    Any,
}

impl Strength {
    pub fn level(self) -> u8 {
        match self {
            Strength::Whole(_) => 7,
            Strength::Part(..) => 9,
            Strength::First | Strength::Any => 11,
        }
    }

    /// The match in words, for `explain` and the trace.
    pub fn in_words(self) -> &'static str {
        match self {
            Strength::Whole(0) => "the whole message fits it",
            Strength::Whole(_) => "it is for messages of this kind",
            Strength::Part(rank, _) if rank == LIKE + 1 => "it fits but for one typing error",
            Strength::Part(rank, _) if rank > LIKE => "it fits but for some typing errors",
            Strength::Part(..) => "a part of the message fits it",
            Strength::First => "it is for the first message",
            Strength::Any => "it takes what nothing else takes",
        }
    }
}

/// The match of a trigger with a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    pub strength: Strength,
    /// The inputs that the message gives to the flow.
    pub inputs: BTreeMap<String, Value>,
}

impl Fit {
    pub fn of(strength: Strength) -> Fit {
        Fit { strength, inputs: BTreeMap::new() }
    }
}

/// A flow that a message may start.
#[derive(Clone)]
pub struct Choice<'a> {
    pub flow: &'a Flow,
    pub trigger: &'a WrittenTrigger,
    pub inputs: BTreeMap<String, Value>,
    pub strength: Strength,
    /// True if the matching word belongs to another language than the contact's: a flow with a word of the contact's
    /// language wins over it.
    pub foreign: bool,
}

/// The reason why nothing here can start a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutOfReach {
    /// The last runs of the flow all failed.
    Failing,
    /// An operator paused the flow.
    Paused,
    Draft,
    /// The flow is for other senders.
    Sender,
}

impl OutOfReach {
    pub fn words(self, sender: &str) -> String {
        match self {
            OutOfReach::Failing => "it is paused: its last runs all failed".into(),
            OutOfReach::Paused => "it is paused by hand".into(),
            OutOfReach::Draft => "it is a draft, and this is no tester".into(),
            OutOfReach::Sender => format!("it does not serve the sender `{sender}`"),
        }
    }
}

/// All triggers that match the message, of any level.
pub fn fitting<'a>(turn: &Turn<'a>, heard: &RoutedMessage<'_>) -> Vec<Choice<'a>> {
    fitting_where(turn, heard, |_| true)
}

/// The urgent trigger that the message starts, even if a question waits.
pub fn urgent<'a>(turn: &mut Turn<'a>, heard: &RoutedMessage<'_>) -> Option<Choice<'a>> {
    let fitting = fitting_where(turn, heard, |trigger| trigger.urgent);
    best(turn, fitting.iter(), heard, false)
}

/// True if some urgent trigger would start by the message; without a line in the trace.
pub fn has_urgent(turn: &Turn<'_>, heard: &RoutedMessage<'_>) -> bool {
    let fitting = fitting_where(turn, heard, |trigger| trigger.urgent);
    let starts = |choice: &Choice<'_>| may_start(turn, choice.flow, choice.trigger, &choice.inputs, heard, false);
    fitting.iter().any(|choice| starts(choice).is_ok())
}

fn fitting_where<'a>(
    turn: &Turn<'a>,
    heard: &RoutedMessage<'_>,
    wanted: impl Fn(&WrittenTrigger) -> bool,
) -> Vec<Choice<'a>> {
    let mut found: Vec<Choice<'a>> = Vec::new();
    for flow in turn.live().flows.values() {
        for trigger in flow.triggers.iter().filter(|trigger| wanted(trigger)) {
            if let Some((Fit { strength, inputs }, foreign)) = fit_of(turn, flow, trigger, heard) {
                found.push(Choice { flow, trigger, inputs, strength, foreign });
            }
        }
    }
    // A tester tries the draft, not the flow that it is a copy of. Flows are in order of name and the sort is stable,
    // so other ties are decided by name.
    found.sort_by_key(|choice| (choice.strength, choice.foreign, !choice.flow.draft));
    found
}

/// The match of this trigger with a message, and whether only a word of another language than the contact's
/// matches.
pub fn fit_of(
    turn: &Turn<'_>,
    flow: &Flow,
    trigger: &WrittenTrigger,
    heard: &RoutedMessage<'_>,
) -> Option<(Fit, bool)> {
    if let Some(fit) = trigger.kind.hears(heard) {
        return Some((fit, false));
    }
    let Trigger::Message(message) = &trigger.kind else { return None };
    heard.text?;
    let translated = turn.live().words_of(flow, trigger).filter_map(|(language, words)| {
        let strength = message.how.fits(&words.texts, &heard.folded)?;
        Some((strength, !speaks(Some(turn.language()), language)))
    });
    // The contact's own language comes first.
    translated
        .min_by_key(|(strength, foreign)| (*foreign, *strength))
        .map(|(strength, foreign)| (Fit::of(strength), foreign))
}

/// The best flow of one level (7, 9 or 11). While a question waits, a flow with `if_busy: queue` or `skip` does not
/// react to keywords.
pub fn pick<'a>(
    turn: &mut Turn<'a>,
    fitting: &[Choice<'a>],
    heard: &RoutedMessage<'_>,
    level: u8,
    question_waits: bool,
) -> Option<Choice<'a>> {
    best(turn, fitting.iter().filter(|choice| choice.strength.level() == level), heard, question_waits)
}

/// The strongest match that may start; the trace names the reason.
fn best<'a, 'c>(
    turn: &mut Turn<'a>,
    fitting: impl Iterator<Item = &'c Choice<'a>>,
    heard: &RoutedMessage<'_>,
    question_waits: bool,
) -> Option<Choice<'a>>
where
    'a: 'c,
{
    let mut best: Option<&Choice<'a>> = None;
    for choice in fitting {
        if let Some(best) = best {
            // The list is sorted, so the next one is weaker or a tie.
            if (best.strength, best.foreign) == (choice.strength, choice.foreign) && best.flow.name != choice.flow.name
            {
                let tie = format!("a tie: `{}` goes before `{}` by its name", best.flow.name, choice.flow.name);
                turn.note(None, None, tie);
            }
            break;
        }
        match may_start(turn, choice.flow, choice.trigger, &choice.inputs, heard, question_waits) {
            Ok(()) => best = Some(choice),
            Err(why) => turn.note(None, None, format!("flow `{}`: {why}", choice.flow.name)),
        }
    }
    let choice = best?.clone();
    let why = if choice.trigger.urgent { "it is urgent, and " } else { "" };
    let how = choice.strength.in_words();
    let what = format!("`{}` starts `{}`: {why}{how}", choice.trigger.key, choice.flow.name);
    turn.note(None, None, what);
    Some(choice)
}

/// Checks the conditions that all triggers share.
pub fn may_start(
    turn: &Turn<'_>,
    flow: &Flow,
    trigger: &WrittenTrigger,
    inputs: &BTreeMap<String, Value>,
    heard: &RoutedMessage<'_>,
    question_waits: bool,
) -> Result<(), String> {
    if let Some(why) = out_of_reach(turn, flow) {
        return Err(why.words(turn.world.sender.name));
    }
    if question_waits && matches!(flow.if_busy, Some(IfBusy::Queue | IfBusy::Skip)) {
        return Err("a question waits, and its `if_busy` is no keyword then".into());
    }
    let seen = Seen {
        vars: Some(inputs),
        event: &Value::Nothing,
        msg: &heard.view,
        handoff: &Value::Nothing,
        error: None,
        extra: &[],
    };
    guarded(turn, flow, trigger, &seen)
}

/// The reason why nothing can start the flow for this contact and sender.
pub fn out_of_reach(turn: &Turn<'_>, flow: &Flow) -> Option<OutOfReach> {
    let bot = &turn.live().bot;
    let tester = || turn.contact.is_tester(&bot.draft_testers, turn.now());
    let serves = || flow.senders.is_empty() || flow.senders.iter().any(|sender| sender == turn.world.sender.name);
    if turn.world.paused.by_hand(&flow.name).is_some() {
        Some(OutOfReach::Paused)
    } else if turn.world.paused.failing.contains(&flow.name) {
        Some(OutOfReach::Failing)
    } else if flow.draft && !tester() {
        Some(OutOfReach::Draft)
    } else if !serves() {
        Some(OutOfReach::Sender)
    } else {
        None
    }
}

/// Checks `if`, `at_most` and `once_per` of a trigger; `Err` is the reason against it.
pub fn guarded(turn: &Turn<'_>, flow: &Flow, trigger: &WrittenTrigger, seen: &Seen<'_>) -> Result<(), String> {
    if let Some(guard) = &trigger.guard {
        match turn.in_scope(turn.live(), seen, |scope: &Scope<'_>| guard.holds(scope)) {
            Ok(true) => {}
            Ok(false) => return Err(format!("its `if` does not hold: `{}`", guard.source())),
            Err(failure) => return Err(format!("its `if` fails: {}", failure.text)),
        }
    }
    let stamps = turn.contact.starts.get(&flow.counts_as(trigger)).map_or(&[][..], Vec::as_slice);
    for cap in &trigger.at_most {
        if cap.reached(stamps, turn.now()) {
            return Err(format!("it started {} within {} already", counted(cap.count, "time"), cap.per));
        }
    }
    // Without its key nobody knows whether the trigger has already started the flow.
    let key = once::key(turn, flow, trigger, seen).map_err(|why| format!("its `once_per` fails: {}", why.text))?;
    if key.is_some_and(|key| once::is_used(turn, &key)) {
        return Err(match &trigger.once_per {
            Some(_) => "it started for this `once_per` already".into(),
            None => "it is a sequence, and they began it before".into(),
        });
    }
    Ok(())
}

/// True if some flow has the whole message as an exact keyword.
pub fn is_keyword(turn: &Turn<'_>, folded: &str) -> bool {
    let exact = |trigger: &WrittenTrigger| match &trigger.kind {
        Trigger::Message(message) => {
            message.how == MatchMode::Exact && message.texts.iter().any(|(_, text)| text == folded)
        }
        _ => false,
    };
    let translated = |flow: &Flow, trigger: &WrittenTrigger| {
        if !matches!(&trigger.kind, Trigger::Message(message) if message.how == MatchMode::Exact) {
            return false;
        }
        let mut words = turn.live().words_of(flow, trigger).flat_map(|(_, words)| &words.texts);
        words.any(|(_, text)| text == folded)
    };
    let of = |flow: &Flow| flow.triggers.iter().any(|trigger| exact(trigger) || translated(flow, trigger));
    turn.live().flows.values().any(|flow| of(flow))
}

impl<'m> RoutedMessage<'m> {
    pub fn new(
        message: &'m InboundMessage,
        turn: &Turn<'_>,
        language: Option<&'m str>,
        heard_before: Option<Time>,
    ) -> Self {
        let text = answer::text_of(&message.kind);
        let button = match &message.kind {
            InboundKind::Button { id, .. } => Some(id.clone()),
            _ => None,
        };
        let view = crate::engine::views::message_view(message, views::contact_zone(turn, turn.live()));
        let folded = text.map(matching::fold).unwrap_or_default();
        RoutedMessage {
            message,
            text,
            folded,
            button,
            heard_before,
            language,
            view,
            may_gather: None,
            behind_meaning: false,
            meaning: Meaning::default(),
        }
    }

    /// The kind of the message for `explain`: "a text", "a file".
    pub fn kind_in_words(&self) -> &'static str {
        match &self.message.kind {
            InboundKind::Text { .. } => "a text",
            InboundKind::Button { .. } => "a tap",
            InboundKind::Media { heard: Some(_), .. } => "a voice note that was heard",
            InboundKind::Media { media, .. } => media.as_str(),
            InboundKind::Location { .. } => "a place",
            InboundKind::Contacts { .. } => "a contact card",
            InboundKind::Order { .. } => "an order",
            InboundKind::Form { .. } => "a form",
            InboundKind::Reaction { .. } => "a reaction",
            InboundKind::Welcome => "the chat that was opened",
            InboundKind::Call { .. } => "a call",
            InboundKind::Edit { .. } | InboundKind::Revoke { .. } => "a change of a message",
            InboundKind::System { .. } | InboundKind::Unsupported { .. } => "a notice",
        }
    }
}
