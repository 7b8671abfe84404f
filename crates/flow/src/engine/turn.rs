//! Holds the working state of one turn: the changed session, and the effects.

use crate::{
    base::{
        ids::{FlowName, StepId},
        limits,
        time::Time,
    },
    definition::{Body, Flow, FlowSet, Node, NodeIx},
    engine::{
        message::{
            delivery_watch,
            gaps::{self, OpenGaps},
        },
        question::titles,
        variables, views,
    },
    load::locale::TranslatedText,
    model::{
        contact::ContactData,
        content::Content,
        effect::{Effect, IfClosed, MessageDraft, Origin, TalkBy, TraceEntry, TurnSteps},
        event::{FlowEvent, Start, is_by_clock},
        session::{Run, Session, StepError, Waiting},
        value::Value,
    },
    script::{Code, Scope, ScriptError, TEXT_OF, TITLE_OF},
    text::{Data, Text},
    world::{Versions, World},
};
use icu_plurals::PluralCategory;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

/// The continuation after a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// The next step in this body, or behind it.
    Continue,
    /// The steps under a key; without steps, the next step.
    Body(Body),
    /// A jump to another place of this flow.
    Jump(Option<NodeIx>),
    /// A jump to the top of another flow, without variables.
    Go(FlowName),
    /// A call of a block of this flow, until `until` at the latest.
    CallBlock { entry: Option<NodeIx>, returns_as: Option<String>, until: Option<Time> },
    /// A call of another flow.
    CallFlow { flow: FlowName, with: BTreeMap<String, Value>, returns_as: Option<String>, until: Option<Time> },
    /// Leaves the called block with this value.
    Return(Value),
    /// Ends the flow with this value.
    End(Value),
    /// Ends the run, with all callers.
    EndAll,
    /// A person has the conversation: ends the run, with all callers.
    HandedOff,
    /// The run waits; the step continues when something happens.
    Park(Waiting),
    /// The step failed.
    Fail(StepFailure),
}

/// The reason why a step failed; `error` shows it, with the step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepFailure {
    pub code: String,
    pub text: String,
}

impl StepFailure {
    pub fn new(code: &str, text: impl Into<String>) -> Self {
        StepFailure { code: code.to_owned(), text: text.into() }
    }
}

impl From<ScriptError> for StepFailure {
    fn from(error: ScriptError) -> Self {
        StepFailure::new("script", error.to_string())
    }
}

/// The position of a run, while one of its steps runs.
#[derive(Clone, Copy)]
pub struct Here<'a> {
    pub run: u32,
    pub set: &'a FlowSet,
    pub flow: &'a Flow,
    pub node: &'a Node,
}

pub struct Turn<'a> {
    pub versions: &'a Versions,
    pub world: &'a World<'a>,
    pub session: Session,
    pub contact: ContactData,
    pub contact_changed: bool,
    pub opted_out: Option<Time>,
    pub effects: Vec<Effect>,
    pub trace: Vec<TraceEntry>,
    pub passage: TurnSteps,
    pub gaps: OpenGaps,
    /// The number of steps left before the run counts as endless.
    pub fuel: usize,
    /// Events of flows, and changes of consent, to be distributed at the end of the turn.
    pub emitted: VecDeque<Emitted>,
    /// The depth of the running run in a chain of events; 0: an event from outside.
    pub depth: usize,
    /// Starts of `start` steps; each begins when the run that made it waits.
    pub starting: VecDeque<Start>,
}

/// An event that will be distributed.
#[derive(Debug, Clone, PartialEq)]
pub struct Emitted {
    pub what: FlowEvent,
    /// The number of events in the chain that led to it, by starting or waking runs.
    pub depth: usize,
    /// True for an event of another conversation of the contact: it starts nothing here.
    pub overheard: bool,
}

/// The data for expressions beside the contact and the clock.
#[derive(Clone, Copy)]
pub struct Seen<'s> {
    pub vars: Option<&'s BTreeMap<String, Value>>,
    pub event: &'s Value,
    pub msg: &'s Value,
    pub handoff: &'s Value,
    pub error: Option<&'s StepError>,
    /// Named values for one evaluation: `item`, the candidate of a `check`.
    pub extra: &'s [(&'s str, Value)],
}

/// A message on its way into the outbox.
pub struct Saying {
    pub content: Content,
    pub if_closed: Option<IfClosed>,
    pub question: bool,
    pub tells: bool,
}

impl<'a> Turn<'a> {
    pub fn new(versions: &'a Versions, session: Session, world: &'a World<'a>) -> Self {
        Turn {
            versions,
            world,
            session,
            contact: world.contact.data.clone(),
            contact_changed: false,
            opted_out: world.contact.opted_out,
            effects: Vec::new(),
            trace: Vec::new(),
            passage: TurnSteps::default(),
            gaps: OpenGaps::default(),
            fuel: limits::STEPS_PER_TURN_MAX,
            emitted: VecDeque::new(),
            depth: 0,
            starting: VecDeque::new(),
        }
    }

    pub fn now(&self) -> Time {
        self.world.now
    }

    pub fn live(&self) -> &'a FlowSet {
        self.versions.live()
    }

    pub fn run(&self, number: u32) -> Option<&Run> {
        self.session.runs.iter().find(|run| run.number == number)
    }

    pub fn run_mut(&mut self, number: u32) -> Option<&mut Run> {
        self.session.runs.iter_mut().find(|run| run.number == number)
    }

    /// The version of a run; the live one if its own is lost.
    pub fn set_of(&self, run: u32) -> &'a FlowSet {
        let version = self.run(run).map(|run| run.version);
        version.and_then(|version| self.versions.get(version)).unwrap_or_else(|| self.versions.live())
    }

    /// The current step of a run.
    pub fn here(&self, run: u32) -> Option<Here<'a>> {
        let set = self.set_of(run);
        let frame = self.run(run)?.frames.last()?;
        let flow = set.any_flow(&frame.flow)?;
        let node = flow.node(flow.find(frame.at.as_ref()?)?);
        Some(Here { run, set, flow, node })
    }

    /// The contact's language, else the sender's, else the bot's.
    pub fn language(&self) -> &str {
        let known = self.contact.language.as_deref().or(self.world.sender.language);
        known.unwrap_or(&self.live().bot.language)
    }

    /// Adds a line to the trace: an action and its reason.
    pub fn note(&mut self, run: Option<u32>, step: Option<&StepId>, what: impl Into<String>) {
        self.trace.push(TraceEntry { run, step: step.cloned(), what: what.into(), call: None });
    }

    /// Records an event, which flows get at the end of the turn.
    pub fn emit(&mut self, what: FlowEvent) {
        let depth = self.depth + 1;
        self.emitted.push_back(Emitted { what, depth, overheard: false });
    }

    pub fn note_at(&mut self, here: Here<'_>, what: impl Into<String>) {
        self.note(Some(here.run), Some(&here.node.id), what);
    }

    pub fn eval(&self, here: Here<'_>, code: &Code, extra: &[(&str, Value)]) -> Result<Value, StepFailure> {
        self.seen(here.run, extra, |turn, seen| turn.in_scope_at(Ok(here), seen, |scope| code.eval(scope)))
    }

    pub fn holds(&self, here: Here<'_>, code: &Code, extra: &[(&str, Value)]) -> Result<bool, StepFailure> {
        self.seen(here.run, extra, |turn, seen| turn.in_scope_at(Ok(here), seen, |scope| code.holds(scope)))
    }

    /// The text with its values.
    pub fn render(&self, here: Here<'_>, text: &Text, extra: &[(&str, Value)]) -> Result<String, StepFailure> {
        if let Some(plain) = text.as_plain() {
            return Ok(plain.to_owned());
        }
        self.seen(here.run, extra, |turn, seen| turn.in_scope_at(Ok(here), seen, |scope| text.render(scope)))
    }

    /// A text for the contact, in the contact's language if there is a translation.
    pub fn sentence(&self, here: Here<'_>, text: &Text, extra: &[(&str, Value)]) -> Result<String, StepFailure> {
        let Some((locale, form)) = here.set.translation(self.language(), &here.node.id, text.source()) else {
            return gaps::compose(self, here, text, extra);
        };
        match form {
            TranslatedText::One(text) => gaps::compose(self, here, text, extra),
            TranslatedText::ByNumber { count, forms } => {
                let number = match self.value(here, count, extra)? {
                    Value::Whole(number) => number as f64,
                    Value::Number(number) => number,
                    _ => return Err(StepFailure::new("type", "`count` of a translation takes a number")),
                };
                let category = locale.category(number);
                let named = |wanted| forms.iter().find(|(category, _)| *category == wanted).map(|(_, text)| text);
                let text = named(category).or_else(|| named(PluralCategory::Other)).unwrap_or(text);
                gaps::compose(self, here, text, extra)
            }
        }
    }

    /// The value of a text: a single `${…}` keeps its type.
    pub fn value(&self, here: Here<'_>, text: &Text, extra: &[(&str, Value)]) -> Result<Value, StepFailure> {
        self.seen(here.run, extra, |turn, seen| turn.in_scope_at(Ok(here), seen, |scope| text.eval(scope)))
    }

    pub fn data(&self, here: Here<'_>, data: &Data) -> Result<Value, StepFailure> {
        let value =
            self.seen(here.run, &[], |turn, seen| turn.in_scope_at(Ok(here), seen, |scope| data.eval(scope)))?;
        if value.is_too_deep() {
            let text = format!("more than {} lists and maps in each other", limits::VALUE_DEPTH_MAX);
            return Err(StepFailure::new("too_deep", text));
        }
        Ok(value)
    }

    /// Evaluates with all names that a step may read.
    pub fn at_step<T>(
        &self,
        here: Here<'_>,
        f: impl FnOnce(&Scope<'_>) -> Result<T, ScriptError>,
    ) -> Result<T, StepFailure> {
        self.seen(here.run, &[], |turn, seen| turn.in_scope_at(Ok(here), seen, f))
    }

    pub fn seen<T>(&self, run: u32, extra: &[(&str, Value)], f: impl FnOnce(&Self, &Seen<'_>) -> T) -> T {
        let found = self.run(run);
        let nothing = Value::Nothing;
        f(
            self,
            &Seen {
                vars: variables::vars(self, run),
                event: found.map_or(&nothing, |run| &run.event),
                msg: found.map_or(&nothing, |run| &run.msg),
                handoff: found.map_or(&nothing, |run| &run.handoff),
                error: found.and_then(|run| run.frames.iter().rev().find_map(|frame| frame.error.as_ref())),
                extra,
            },
        )
    }

    /// Evaluates with the given names and the views of this turn.
    pub fn in_scope<T>(
        &self,
        set: &FlowSet,
        seen: &Seen<'_>,
        f: impl FnOnce(&Scope<'_>) -> Result<T, ScriptError>,
    ) -> Result<T, StepFailure> {
        self.in_scope_at(Err(set), seen, f)
    }

    /// As `in_scope`, at a step or only with a set of flows: at a step, answers have the titles of its flow.
    pub fn in_scope_at<T>(
        &self,
        at: Result<Here<'_>, &FlowSet>,
        seen: &Seen<'_>,
        f: impl FnOnce(&Scope<'_>) -> Result<T, ScriptError>,
    ) -> Result<T, StepFailure> {
        let set = at.map_or_else(|set| set, |here| here.set);
        let names = |name: &str| match (name.strip_prefix(TITLE_OF), name.strip_prefix(TEXT_OF), at) {
            (Some(answer), _, Ok(here)) => titles::title_of(self, here, answer),
            (None, Some(answer), Ok(here)) => variables::text_of(self, here, seen, answer),
            (Some(_), _, Err(_)) | (None, Some(_), Err(_)) => None,
            (None, None, _) => views::look_up(self, set, seen, name),
        };
        Ok(f(&Scope {
            names: &names,
            now: self.now(),
            zone: set.bot.timezone.clone(),
            contact_zone: views::contact_zone(self, set),
            language: self.language(),
            phone: self.contact.phone.as_deref(),
        })?)
    }

    /// Puts a message of a run into the outbox and returns its number.
    pub fn say(&mut self, here: Here<'_>, saying: Saying) -> u32 {
        if let Some(run) = self.run_mut(here.run) {
            // An agent must know what its tool, a flow above it, says.
            let agent = run.frames.iter_mut().rev().skip(1).find_map(|frame| frame.agent.as_deref_mut());
            let said = saying.content.text();
            if let Some(agent) = agent.filter(|_| !said.is_empty()) {
                agent.say(TalkBy::Flow, said);
            }
        }
        let number = self.draft(here, saying);
        if let Some(run) = self.run_mut(here.run) {
            run.said = Some(crate::model::session::LastMessage { message: number, delivered: false, read: false });
        }
        number
    }

    /// Sends a reaction, for whose delivery nothing waits.
    pub fn react(&mut self, here: Here<'_>, content: Content) {
        self.draft(here, Saying { content, if_closed: Some(IfClosed::Skip), question: false, tells: false });
    }

    fn draft(&mut self, here: Here<'_>, saying: Saying) -> u32 {
        gaps::note(self, here);
        let number = self.next_message();
        let person_run = self.session.person.as_ref().and_then(|person| person.run);
        let confirms = self.run(here.run).is_some_and(|run| run.confirms_stop);
        let origin = match () {
            () if confirms => Origin::OptOutConfirmation,
            () if person_run == Some(here.run) => Origin::HandoffFlow,
            () => Origin::Flow,
        };
        let asked_for = self.run(here.run).and_then(|run| run.asked_for);
        let by_clock = self.run(here.run).is_some_and(|run| is_by_clock(&run.trigger));
        let counted = self.session.counted.iter_mut().find(|counted| counted.run == here.run);
        let is_counted = counted.map(|counted| counted.open.push(number)).is_some();
        let (told, followed) = delivery_watch::follow_message(self, here, number);
        self.send(MessageDraft {
            run: Some(here.run),
            flow: Some(here.flow.name.clone()),
            step: Some(here.node.id.clone()),
            topic: here.flow.topic.clone(),
            if_closed: saying.if_closed,
            asked_for,
            ignore_quiet_hours: here.flow.ignore_quiet_hours.is_some(),
            tells: saying.tells || is_counted || told,
            follows: followed || here.flow.waits_for_delivery || here.node.outline.on_undelivered.is_some(),
            question: saying.question,
            by_clock,
            ..MessageDraft::plain(number, saying.content, origin)
        });
        number
    }

    /// Sends one of the engine's own texts.
    pub fn say_ourselves(&mut self, content: Content, origin: Origin, asked_for: Option<Time>) -> u32 {
        let number = self.next_message();
        let draft =
            MessageDraft { if_closed: Some(IfClosed::Skip), asked_for, ..MessageDraft::plain(number, content, origin) };
        self.send(draft);
        number
    }

    /// Sends a draft; it belongs to the turn number that the session will have after this turn.
    pub fn send(&mut self, draft: MessageDraft) {
        self.effects.push(Effect::Send(Arc::new(MessageDraft { turn: self.session.turn + 1, ..draft })));
    }

    pub fn next_message(&mut self) -> u32 {
        self.session.last_message += 1;
        self.session.last_message
    }
}
