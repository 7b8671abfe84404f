//! Flows as they run: a set of flows, the bot they share, and the arena of steps of each flow.

use super::{
    bot::Bot,
    script::{Code, Scripts},
    steps::Step,
    text::{Data, Text},
    triggers::{
        Trigger,
        message::{How, Message},
    },
};
use crate::{
    base::{
        ids::{FlowName, StepId},
        place::Place,
        time::Span,
        yaml,
    },
    model::{answer::AnswerType, matching::fold, schedule::AtMost, value::Value},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// All flows, scripts, locales and `_bot.yaml`: one version.
pub struct FlowSet {
    pub bot: Bot,
    /// In order of their names.
    pub flows: BTreeMap<FlowName, Arc<Flow>>,
    pub scripts: Scripts,
    /// By language: translations by step.
    pub locales: BTreeMap<String, super::locale::Locale>,
    /// What it was read from, by path; stored with the version.
    pub files: Vec<Arc<crate::base::place::SourceFile>>,
}

impl FlowSet {
    pub fn flow(&self, name: &FlowName) -> Option<&Flow> {
        self.flows.get(name).map(|flow| &**flow)
    }

    /// The flows of authors, and the steps of `defaults`.
    pub fn every_flow(&self) -> impl Iterator<Item = &Flow> {
        self.flows.values().map(|flow| &**flow).chain([&self.bot.flow])
    }

    /// A step or trigger reads this part of a view: `env.SHOP_API`.
    pub fn reads(&self, view: &str, part: &str) -> bool {
        let codes = |flow: &Flow| {
            let steps = flow.nodes.iter().flat_map(|node| &node.outline.codes);
            let triggers = flow.triggers.iter().flat_map(|trigger| &trigger.outline.codes);
            steps
                .chain(triggers)
                .any(|code| code.uses().properties.iter().any(|(root, name, _)| root == view && name == part))
        };
        self.every_flow().any(codes)
    }

    /// A flow of authors, or the steps of `defaults`.
    pub fn any_flow(&self, name: &FlowName) -> Option<&Flow> {
        if *name == self.bot.flow.name { Some(&self.bot.flow) } else { self.flow(name) }
    }

    /// The translation of a sentence into the contact's language or what stands in for it, and the file that it is
    /// of; `None`: the text of the flow is said.
    pub fn translation(
        &self,
        language: &str,
        step: &StepId,
        source: &str,
    ) -> Option<(&super::locale::Locale, &super::locale::Form)> {
        if self.locales.is_empty() {
            return None;
        }
        for wanted in super::locale::fallbacks(language, &self.bot.languages) {
            let found = self.locales.get(wanted).and_then(|locale| Some((locale, locale.find(step.as_str(), source)?)));
            // What is written in the bot's own language needs no other.
            if found.is_some() || wanted == self.bot.language {
                return found;
            }
        }
        None
    }

    /// A sentence has its translation in this language or what stands in for it. The bot's own language stands in for
    /// all, and translates nothing.
    pub fn is_translated(&self, language: &str, step: &str, source: &str) -> bool {
        let mut wanted = super::locale::fallbacks(language, &self.bot.languages);
        let known = |wanted: &str| self.locales.get(wanted).is_some_and(|locale| locale.find(step, source).is_some());
        wanted.by_ref().take_while(|wanted| *wanted != self.bot.language).any(known)
    }

    /// The language of the bot that stands in for this one, where its file is written: it has what this one lacks.
    pub fn stand_in<'a>(&'a self, language: &'a str) -> Option<&'a str> {
        let others = super::locale::fallbacks(language, &self.bot.languages).skip(1);
        let mut others = others.take_while(|other| *other != self.bot.language);
        others.find(|other| self.bot.languages.contains_key(*other) && self.locales.contains_key(*other))
    }

    /// The words of other languages that start a flow by this trigger, by language: those of the first `message` trigger
    /// whose words are no pattern and for everybody.
    pub fn words_of<'s>(
        &'s self,
        flow: &'s Flow,
        trigger: &WrittenTrigger,
    ) -> impl Iterator<Item = (&'s str, &'s super::locale::TriggerWords)> + 's {
        let first = flow.words_trigger().is_some_and(|first| first.key == trigger.key);
        let files = self.locales.values().filter(move |_| first);
        files.filter_map(|locale| Some((locale.language.as_str(), locale.words.get(flow.name.as_str())?)))
    }

    /// The only language in which a word, as the whole message, starts a flow.
    pub fn language_of_word(&self, text: &str) -> Option<&str> {
        let said = fold(text);
        let is = |texts: &[(String, String)]| texts.iter().any(|(_, text)| *text == said);
        let own = self.flows.values().flat_map(|flow| &flow.triggers).filter_map(|trigger| match &trigger.kind {
            Trigger::Message(message) if is(&message.texts) => {
                Some(message.language.as_deref().unwrap_or(&self.bot.language))
            }
            _ => None,
        });
        let translated = self.locales.values().filter(|locale| locale.words.values().any(|words| is(&words.texts)));
        let mut all = own.chain(translated.map(|locale| locale.language.as_str()));
        let first = all.next()?;
        all.all(|other| other == first).then_some(first)
    }

    /// The flow called so.
    pub fn named(&self, name: &str) -> Option<&Flow> {
        self.flow(&FlowName::from(name))
    }
}

impl Flow {
    /// The trigger whose words the files of other languages translate.
    pub fn words_trigger(&self) -> Option<&WrittenTrigger> {
        let plain = |message: &Message| message.how != How::Regex && message.language.is_none();
        self.triggers.iter().find(|trigger| matches!(&trigger.kind, Trigger::Message(message) if plain(message)))
    }
}

pub struct Flow {
    pub name: FlowName,
    /// Of its file; findings about the flow as a whole.
    pub place: Place,
    pub title: Option<String>,
    pub description: Option<String>,
    pub draft: bool,
    pub topic: String,
    /// Empty: all.
    pub senders: Vec<String>,
    /// Where they are named.
    pub senders_at: Vec<Place>,
    pub triggers: Vec<WrittenTrigger>,
    pub inputs: Vec<Field>,
    pub returns: Vec<Field>,
    pub vars: BTreeMap<String, Data>,
    /// All names that its expressions may read, sorted: inputs, variables, answers.
    pub names: Vec<String>,
    /// `None`: by how it was started and whether it asks.
    pub if_busy: Option<IfBusy>,
    /// The time-out of questions that have none of their own.
    pub expires: Span,
    pub on_expire: Option<Body>,
    pub on_error: Option<Body>,
    /// Nothing but a stop interrupts its questions.
    pub protect: bool,
    /// It ends by itself when the contact writes or a person takes over; `None`: it is no sequence.
    pub sequence: Option<Sequence>,
    /// What ends its runs.
    pub stop_when: Vec<WrittenTrigger>,
    pub on_stop: Option<Body>,
    pub on_update: OnUpdate,
    /// Why its unasked messages go out at any hour; `None`: quiet hours are obeyed.
    pub ignore_quiet_hours: Option<String>,
    /// It has, or calls, an `ask`, a `wait: reply` or a `handoff`.
    pub asks: bool,
    pub entry: Option<NodeIx>,
    pub blocks: BTreeMap<String, Block>,
    pub nodes: Vec<Node>,
    pub by_id: HashMap<StepId, NodeIx>,
}

impl Flow {
    pub fn node(&self, ix: NodeIx) -> &Node {
        &self.nodes[ix.0 as usize]
    }

    pub fn find(&self, id: &StepId) -> Option<NodeIx> {
        self.by_id.get(id).copied()
    }

    /// The name under which `at_most` and `once_per` count a trigger: two flows with the same trigger count apart.
    pub fn counts_as(&self, trigger: &WrittenTrigger) -> String {
        format!("{}|{}", self.name, trigger.key)
    }
}

/// A named part for `go` and `call`.
#[derive(Debug, Clone)]
pub struct Block {
    pub entry: Option<NodeIx>,
    /// Of its name.
    pub place: Place,
}

/// The number of a step within its flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeIx(pub u32);

/// One step in the arena.
pub struct Node {
    pub id: StepId,
    /// Of its verb.
    pub place: Place,
    /// The step is passed over when this is false.
    pub guard: Option<Code>,
    pub step: Step,
    /// What comes after it, also after the bodies within it; `None`: the flow ends, or the called block returns.
    pub next: Option<NodeIx>,
    /// The step's own; ends the flow when it does not jump.
    pub on_error: Option<Body>,
    /// How it was written, for the checker.
    pub outline: Outline,
}

/// The steps under a key: where they begin. An empty body, or one at the end of its flow, goes on with what
/// follows the step that holds it; `None` is the end of the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Body(pub Option<NodeIx>);

/// What a step holds, as its fields were read: bodies, jumps and expressions.
pub struct Outline {
    pub verb: &'static str,
    pub yaml: yaml::Node,
    /// The key that each body was written under, with its place; cases and options under their own names.
    pub bodies: Vec<(String, Body)>,
    pub target: Option<Target>,
    pub codes: Vec<Code>,
    pub texts: Vec<Text>,
    /// What of it the contact reads, in the order of the file: what is translated.
    pub sentences: Vec<Sentence>,
    /// The variable that it fills.
    pub fills: Option<String>,
}

impl Outline {
    /// The other flow in which this run goes on, by `call` or `go`. A `start` gives its flow a run of its own.
    pub fn entered(&self) -> Option<&FlowName> {
        match &self.target {
            Some(Target::Flow(name)) if self.verb != "start" => Some(name),
            Some(Target::Flow(_) | Target::Top | Target::Block { .. } | Target::Unknown(_)) | None => None,
        }
    }
}

/// A text that the contact reads.
#[derive(Debug, Clone)]
pub struct Sentence {
    pub role: Role,
    pub text: Text,
}

/// Where a sentence stands in its step; translations are grouped so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The text of `say` or `ask`.
    Body,
    /// The title or description of an option or button.
    Option,
    /// Everything else: `header`, `footer`, `invalid`, `remind`, a link's title.
    Other,
}

/// Where `go` and `call` lead.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// The top of this flow.
    Top,
    /// A block of this flow; `None`: it is empty.
    Block {
        name: String,
        entry: Option<NodeIx>,
    },
    Flow(FlowName),
    /// Nothing is called so; reported.
    Unknown(String),
}

/// What happens when the conversation is busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfBusy {
    Replace,
    Aside,
    Queue,
    Skip,
    /// Beside whatever is asked; only for flows that ask nothing.
    Parallel,
}

/// How often a contact begins a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sequence {
    Once,
    Again,
}

/// What becomes of people half-way when the flow changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnUpdate {
    /// They finish on their version.
    #[default]
    Finish,
    /// They go on with the new one where the waiting question is unchanged.
    Move,
    /// They begin again when something moves them.
    Restart,
}

/// A trigger with what all triggers have in common.
pub struct WrittenTrigger {
    /// As `at_most` and reports know it: `schedule 0 10 * * TUE contact`.
    pub key: String,
    /// Of the trigger's name.
    pub place: Place,
    pub kind: Trigger,
    pub guard: Option<Code>,
    pub at_most: Vec<AtMost>,
    pub once_per: Option<Text>,
    /// It goes before every waiting question.
    pub urgent: bool,
    pub outline: Outline,
}

/// An input, a returned value, or a field of the contact.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    pub name: String,
    pub kind: Kind,
    pub optional: bool,
    pub default: Option<Value>,
    pub about: Option<String>,
    /// What type it was meant to have is unknown, which is reported.
    pub untyped: bool,
    pub place: Place,
}

/// What an input, a field or an answer may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    pub of: AnswerType,
    /// Of a choice: one of these texts; empty: of the options of the question.
    pub among: Vec<String>,
}

impl Kind {
    /// One of these texts.
    pub fn choice(among: Vec<String>) -> Kind {
        Kind { of: AnswerType::Choice, among }
    }
}

impl From<AnswerType> for Kind {
    fn from(of: AnswerType) -> Kind {
        Kind { of, among: Vec::new() }
    }
}
