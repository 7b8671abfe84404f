//! Defines flows as the engine runs them: a set of flows, the bot that they share, and the steps of each flow in one
//! vector.

use super::{
    load::bot::Bot,
    script::{Code, Scripts},
    steps::{Step, ground::verify::VERIFY},
    text::{Data, Text},
    triggers::Trigger,
};
use crate::{
    base::{
        ids::{FlowName, StepId},
        place::Place,
        time::{Span, Time},
        yaml,
    },
    model::{answer::AnswerType, budget::WrittenBudgets, schedule::AtMost, value::Value},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// All flows, scripts, locales and `_bot.yaml` of one version.
pub struct FlowSet {
    pub bot: Bot,
    /// The flows by name, in this order.
    pub flows: BTreeMap<FlowName, Arc<Flow>>,
    pub scripts: Scripts,
    /// Translations, by language and step.
    pub locales: BTreeMap<String, super::load::locale::Locale>,
    /// The files of `knowledge/`.
    pub knowledge: Arc<super::knowledge::Knowledge>,
    /// The tools of MCP servers that agents may use: `mcp.lock.yaml`.
    pub mcp: Arc<super::mcp::McpLock>,
    /// The other source files by path.
    pub files: Vec<Arc<crate::base::place::SourceFile>>,
}

impl FlowSet {
    pub fn flow(&self, name: &FlowName) -> Option<&Flow> {
        self.flows.get(name).map(|flow| &**flow)
    }

    /// The flows of authors, and the flow with the steps of `defaults`.
    pub fn every_flow(&self) -> impl Iterator<Item = &Flow> {
        self.flows.values().map(|flow| &**flow).chain([&self.bot.flow])
    }

    /// The day in the bot's time zone.
    pub fn today(&self, now: Time) -> jiff::civil::Date {
        self.local(now).date()
    }

    /// This moment in the time zone of the bot.
    pub fn local(&self, now: Time) -> jiff::civil::DateTime {
        // Times beyond the year 9999 are those of our own tests.
        let now = jiff::Timestamp::from_millisecond(now.0).unwrap_or(jiff::Timestamp::MAX);
        now.to_zoned(self.bot.timezone.clone()).datetime()
    }

    /// True if a step or trigger reads this part of a view: `env.SHOP_API`.
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

    /// A flow of authors, or the flow with the steps of `defaults`.
    pub fn any_flow(&self, name: &FlowName) -> Option<&Flow> {
        if *name == self.bot.flow.name { Some(&self.bot.flow) } else { self.flow(name) }
    }

    /// The translation of a sentence into the contact's language or its fallback, with the locale that has it; `None`:
    /// the original text is used.
    pub fn translation(
        &self,
        language: &str,
        step: &StepId,
        source: &str,
    ) -> Option<(&super::load::locale::Locale, &super::load::locale::TranslatedText)> {
        if self.locales.is_empty() {
            return None;
        }
        for wanted in super::load::locale::fallbacks(language, &self.bot.languages) {
            let found = self.locales.get(wanted).and_then(|locale| Some((locale, locale.find(step.as_str(), source)?)));
            // The original texts are in the bot's own language, so it needs no translation.
            if found.is_some() || wanted == self.bot.language {
                return found;
            }
        }
        None
    }

    /// True if a sentence is translated into this language or its fallback. The bot's own language is the fallback of
    /// all, but does not count as a translation.
    pub fn is_translated(&self, language: &str, step: &str, source: &str) -> bool {
        let mut wanted = super::load::locale::fallbacks(language, &self.bot.languages);
        let known = |wanted: &str| self.locales.get(wanted).is_some_and(|locale| locale.find(step, source).is_some());
        wanted.by_ref().take_while(|wanted| *wanted != self.bot.language).any(known)
    }

    /// True if the bot speaks more than its own language.
    pub fn is_of_several_languages(&self) -> bool {
        self.locales.keys().chain(self.bot.languages.keys()).any(|language| *language != self.bot.language)
    }

    /// The fallback language of this one that has a file: it supplies the missing texts.
    pub fn stand_in<'a>(&'a self, language: &'a str) -> Option<&'a str> {
        let others = super::load::locale::fallbacks(language, &self.bot.languages).skip(1);
        let mut others = others.take_while(|other| *other != self.bot.language);
        others.find(|other| self.bot.languages.contains_key(*other) && self.locales.contains_key(*other))
    }

    /// The flow whose step asks a model under this name: `booking` for `booking.llm_1` and for `booking.llm_1.verify`. `None`:
    /// the question is about a message or a voice note.
    pub fn flow_of_question(&self, step: &StepId) -> Option<FlowName> {
        let (name, _) = step.as_str().rsplit_once('.')?;
        let name = FlowName::from(name);
        let step_of_verify = step.as_str().strip_suffix(VERIFY).and_then(|id| id.strip_suffix('.'));
        let verified = step_of_verify.and_then(|id| Some((FlowName::from(id.rsplit_once('.')?.0), StepId::from(id))));
        let has = |flow: &FlowName, id: &StepId| self.any_flow(flow).is_some_and(|flow| flow.find(id).is_some());
        // The ids of an older version may be gone; only a step named `verify` of a flow with a point in its name is then
        // taken for another one.
        match verified {
            Some((flow, id)) if has(&flow, &id) || !has(&name, step) => Some(flow),
            Some(_) | None => Some(name),
        }
    }

    /// The flow with this name.
    pub fn named(&self, name: &str) -> Option<&Flow> {
        self.flow(&FlowName::from(name))
    }
}

pub struct Flow {
    pub name: FlowName,
    /// The place of the file, for findings about the flow as a whole.
    pub place: Place,
    pub title: Option<String>,
    pub description: Option<String>,
    pub draft: bool,
    pub topic: String,
    /// The senders of the flow; empty: all.
    pub senders: Vec<String>,
    /// The places of their names.
    pub senders_at: Vec<Place>,
    pub triggers: Vec<WrittenTrigger>,
    pub inputs: Vec<Field>,
    pub returns: Vec<Field>,
    pub vars: BTreeMap<String, Data>,
    /// All names that its expressions may read, sorted: inputs, variables, answers.
    pub names: Vec<String>,
    /// `None`: depends on how the flow was started and whether it asks.
    pub if_busy: Option<IfBusy>,
    /// The time-out of questions without their own.
    pub expires: Span,
    pub on_expire: Option<Body>,
    pub on_error: Option<Body>,
    /// True: only an opt-out interrupts its questions.
    pub protect: bool,
    /// Set for a sequence, which ends by itself when the contact writes or a person takes over.
    pub sequence: Option<Sequence>,
    /// The conditions that end its runs.
    pub stop_when: Vec<WrittenTrigger>,
    pub on_stop: Option<Body>,
    pub on_update: OnUpdate,
    /// The reason why its unasked messages are sent at any hour; `None`: quiet hours apply.
    pub ignore_quiet_hours: Option<String>,
    /// For the questions of its steps to models; `None`: those of models and of the bot alone hold.
    pub budget: Option<WrittenBudgets>,
    /// True if the flow, or one that it calls, has an `ask`, a `wait: reply` or a `handoff`.
    pub asks: bool,
    /// True if the flow has a `wait` for the delivery of its messages.
    pub waits_for_delivery: bool,
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

    /// The name under which `at_most` and `once_per` count a trigger: the same trigger in two flows is counted
    /// separately.
    pub fn counts_as(&self, trigger: &WrittenTrigger) -> String {
        format!("{}|{}", self.name, trigger.key)
    }
}

/// A named group of steps for `go` and `call`.
#[derive(Debug, Clone)]
pub struct Block {
    pub entry: Option<NodeIx>,
    /// The place of its name.
    pub place: Place,
}

/// The index of a step within its flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeIx(pub u32);

/// One step of a flow.
pub struct Node {
    pub id: StepId,
    /// The place of its verb.
    pub place: Place,
    /// The step's `if`: it is skipped if this is false.
    pub guard: Option<Code>,
    pub step: Step,
    /// The step that follows, also after the bodies of this one; `None`: the flow ends, or the called block returns.
    pub next: Option<NodeIx>,
    /// The step's own `on_error`; the flow ends after it unless it jumps.
    pub on_error: Option<Body>,
    /// The step as written, for the checker.
    pub outline: Outline,
}

/// The first of the steps under a key. An empty body, or one at the end of its flow, continues with the step behind its
/// parent; `None` is the end of the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Body(pub Option<NodeIx>);

/// The bodies, jumps and expressions of a step, from its parsed fields.
pub struct Outline {
    pub verb: &'static str,
    pub yaml: yaml::Node,
    /// The key of each body, with its first step; cases and options by their own names.
    pub bodies: Vec<(String, Body)>,
    pub target: Option<Target>,
    /// The flows that an `agent` may run as tools.
    pub tools: Vec<FlowName>,
    pub codes: Vec<Code>,
    pub texts: Vec<Text>,
    /// The texts that the contact reads, in the order of the file: these are translated.
    pub sentences: Vec<Sentence>,
    /// The variable that the step fills.
    pub fills: Option<String>,
    /// The steps for what did not come in time, or took too long.
    pub on_timeout: Option<Body>,
    /// The steps for a message that did not arrive.
    pub on_undelivered: Option<Body>,
}

impl Outline {
    /// The other flow in which this run continues, by `call` or `go`. A `start` gives its flow a new run, so it does
    /// not count.
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

/// The part of its step that a sentence belongs to; translations are grouped by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The text of `say` or `ask`.
    Body,
    /// The title or description of an option or button.
    Option,
    /// Everything else: `header`, `footer`, `invalid`, `remind`, a link's title.
    Other,
}

/// The target of `go` and `call`.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// The first step of this flow.
    Top,
    /// A block of this flow; `None`: it is empty.
    Block {
        name: String,
        entry: Option<NodeIx>,
    },
    Flow(FlowName),
    /// Nothing has this name; it has a finding.
    Unknown(String),
}

/// The action if the conversation is busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfBusy {
    Replace,
    Aside,
    Queue,
    Skip,
    /// Run beside the waiting question; only for flows that ask nothing.
    Parallel,
}

/// How often a contact can begin a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sequence {
    Once,
    Again,
}

/// The action for running contacts when the flow changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnUpdate {
    /// They finish on their version.
    #[default]
    Finish,
    /// They continue on the new version if their waiting question is unchanged.
    Move,
    /// They begin again at the next event.
    Restart,
}

/// A trigger, with the keys that all triggers share.
pub struct WrittenTrigger {
    /// The key that `at_most` and reports use: `schedule 0 10 * * TUE contact`.
    pub key: String,
    /// The place of the trigger's name.
    pub place: Place,
    pub kind: Trigger,
    pub guard: Option<Code>,
    pub at_most: Vec<AtMost>,
    pub once_per: Option<Text>,
    /// True: it goes before every waiting question.
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
    /// True if the intended type is unknown, which has a finding.
    pub untyped: bool,
    pub place: Place,
}

/// The allowed values of an input, a field or an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    pub of: AnswerType,
    /// The allowed texts of a choice; empty: the options of the question.
    pub among: Vec<String>,
}

impl Kind {
    /// A choice between these texts.
    pub fn choice(among: Vec<String>) -> Kind {
        Kind { of: AnswerType::Choice, among }
    }
}

impl From<AnswerType> for Kind {
    fn from(of: AnswerType) -> Kind {
        Kind { of, among: Vec::new() }
    }
}
