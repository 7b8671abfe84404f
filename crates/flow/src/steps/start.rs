//! Implements `start`: a separate run, now or later, for this contact or for many; and cancels planned starts.

use super::{StepKind, tag::several_in_one, until::Until};
use crate::{
    base::{
        diagnostic::Diagnostic,
        limits::{AUDIENCE_ORDERED_MAX, EVENT_DEPTH_MAX, START_FRESH_AFTER},
        yaml::Node,
    },
    definition::Target,
    engine::{
        routing::{choose, queue, starts},
        turn::{Here, Next, StepFailure, Turn},
        variables,
    },
    load::{
        spec::{Declared, FieldKind, FieldSpec, Spec, parts},
        step_fields::StepFields,
    },
    model::{
        effect::{Audience, Effect, PlannedFlow, PlannedTime, StartTarget, start_key},
        event,
        value::Value,
    },
    script::Code,
    text::{Data, Text},
};
use std::collections::BTreeMap;

pub struct Start {
    pub what: StartAction,
    /// `None`: the contact of the run.
    pub whom: Option<AudienceSpec>,
    pub with: Vec<(String, Data)>,
    pub at: Option<Until>,
    pub key: Option<Text>,
}

pub enum StartAction {
    Begin(Target),
    /// Cancels the planned starts with this key.
    Cancel(Text),
}

/// `for: {tags, if, order, limit}`. Its code reads the variables and the `event` of the run; `contact` is the contact
/// that is tested.
#[derive(Default)]
pub struct AudienceSpec {
    /// All of these tags are required; empty: everyone.
    pub tags: Vec<Text>,
    pub condition: Option<Code>,
    /// The smallest value comes first.
    pub order: Option<Code>,
    pub limit: Option<u32>,
}

const STARTED: FieldKind = FieldKind::Either(&[
    FieldKind::Known(Declared::Flow),
    FieldKind::Record(&[FieldSpec::required("cancel", FieldKind::Text, "The `key` of what is taken back.")]),
]);

const MEANT: FieldKind = FieldKind::Either(&[
    FieldKind::Word(&["contact", "everyone"]),
    FieldKind::Record(&[
        FieldSpec::optional("tags", FieldKind::Many(&FieldKind::Text), "Those who have all of these tags."),
        FieldSpec::optional("if", FieldKind::Code, "Those for whom this holds; `contact` is each of them."),
        FieldSpec::optional("order", FieldKind::Code, "Of each `contact`; the smallest value comes first, none last."),
        FieldSpec::optional("limit", FieldKind::Whole, "How many at most."),
    ]),
]);

impl StepKind for Start {
    const SPEC: Spec = Spec {
        name: "start",
        summary: "Starts a flow as a run of its own: now or later, for this contact or for many.",
        fields: &[
            FieldSpec::required(
                "start",
                STARTED,
                "The flow; or `{cancel: KEY}`, which takes back what waits under that key.",
            ),
            FieldSpec::optional("with", FieldKind::MapOf(&FieldKind::Data), "Its inputs: all that it sees."),
            FieldSpec::default(
                "for",
                MEANT,
                "contact",
                "`everyone`, or `{tags: [waiting], if: …, order: …, limit: 3}`; who they are is asked once more when \
                 each one's turn has come.",
            ),
            FieldSpec::default(
                "at",
                parts::UNTIL,
                "now",
                "`\"10:00\"` on the clock of whoever is meant, `${datetime}`, or `hours.NAME`.",
            ),
            FieldSpec::optional(
                "key",
                FieldKind::Text,
                "What waits under the same key gives way to this, and can be taken back by it.",
            ),
        ],
        example: "start: top\nat: \"10:00\"\nkey: again",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        let written = fields.required("start");
        let what = match written.and_then(|node| node.map().map(|_| node)) {
            Some(node) => cancel(fields, node),
            None => StartAction::Begin(begun(fields)),
        };
        if let (StartAction::Cancel(_), Some(other)) =
            (&what, ["with", "at", "key"].into_iter().find(|key| fields.has(key)))
            && let Some(node) = fields.node(other)
        {
            fields.wrong(node, "E255", format!("what is taken back has no `{other}`; take it out"));
        }
        Start {
            what,
            whom: read_meant(fields),
            with: fields.data_map("with"),
            at: fields.node("at").and_then(|node| Until::parse(fields, "at", node)),
            key: fields.opt_text("key"),
        }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        match self.begin(turn, here) {
            Ok(()) => Next::Continue,
            Err(failure) => Next::Fail(failure),
        }
    }
}

impl Start {
    fn begin(&self, turn: &mut Turn<'_>, here: Here<'_>) -> Result<(), StepFailure> {
        let named = |turn: &Turn<'_>, text: &Text| -> Result<String, StepFailure> {
            let key = turn.render(here, text, &[])?.trim().to_owned();
            if key.is_empty() { Err(StepFailure::new("empty_text", "the key came out empty")) } else { Ok(key) }
        };
        let whom = self.whom(turn, here)?;
        let target = match &self.what {
            StartAction::Begin(target) => target,
            StartAction::Cancel(key) => {
                let key = named(turn, key)?;
                turn.note_at(here, format!("what waits under `{key}` is taken back"));
                take_back(turn, key, whom);
                return Ok(());
            }
        };
        let flow = match target {
            Target::Flow(flow) => flow.clone(),
            Target::Top => here.flow.name.clone(),
            Target::Block { name, .. } | Target::Unknown(name) => {
                return Err(StepFailure::new("unknown_flow", format!("no flow is called `{name}`")));
            }
        };
        let mut inputs = BTreeMap::new();
        for (name, data) in &self.with {
            inputs.insert(name.clone(), turn.data(here, data)?);
        }
        let when = match (&self.at, &whom) {
            (None, _) => PlannedTime::Now,
            (Some(Until::Clock(clock)), StartTarget::Audience(_)) => PlannedTime::Clock(clock.to_string()),
            (Some(until), _) => PlannedTime::At(until.moment(turn, here)?),
        };
        let key = self.key.as_ref().map(|key| named(turn, key)).transpose()?;
        let depth = turn.run(here.run).map_or(0, |run| run.depth);
        plan(turn, here, PlannedFlow { flow, inputs, when, key, depth, whom });
        Ok(())
    }

    fn whom(&self, turn: &Turn<'_>, here: Here<'_>) -> Result<StartTarget, StepFailure> {
        let Some(meant) = &self.whom else { return Ok(StartTarget::Contact) };
        let tags = meant.tags.iter().map(|tag| Ok(turn.render(here, tag, &[])?.trim().to_owned()));
        let version = turn.run(here.run).map_or(turn.versions.live_id(), |run| run.version);
        Ok(StartTarget::Audience(Audience {
            version,
            flow: here.flow.name.clone(),
            step: here.node.id.clone(),
            tags: tags.collect::<Result<_, StepFailure>>()?,
            vars: variables::vars(turn, here.run).cloned().unwrap_or_default(),
            event: turn.run(here.run).map(|run| run.event.clone()).unwrap_or_default(),
            limit: meant.limit,
        }))
    }
}

/// Begins the start after the steps of this turn, if it is for this conversation and for now; otherwise it becomes
/// a planned row.
fn plan(turn: &mut Turn<'_>, here: Here<'_>, mut planned: PlannedFlow) {
    // A flow that starts itself after some time is intended; one that does so at once is a loop.
    let fresh = match &planned.when {
        PlannedTime::At(at) => *at - turn.now() >= START_FRESH_AFTER,
        PlannedTime::Clock(_) => true,
        PlannedTime::Now => false,
    };
    planned.depth = if fresh { 0 } else { planned.depth + 1 };
    let name = planned.flow.clone();
    if planned.depth > EVENT_DEPTH_MAX {
        let text = format!(
            "`{name}` does not start: it stands at the end of {EVENT_DEPTH_MAX} starts and events, each by the one before: a circle?"
        );
        turn.note_at(here, text.clone());
        turn.effects.push(Effect::Alarm { kind: "event_depth".into(), text });
        return;
    }
    let served = turn.live().flow(&name).is_none_or(|flow| {
        flow.senders.is_empty() || flow.senders.iter().any(|sender| sender == turn.world.sender.name)
    });
    if let (StartTarget::Contact, PlannedTime::Now, true) = (&planned.whom, &planned.when, served) {
        if let Some(key) = &planned.key {
            take_back(turn, key.clone(), StartTarget::Contact);
        }
        let start = event::Start {
            id: None,
            flow: planned.flow,
            trigger: start_key(planned.key.as_deref()),
            inputs: planned.inputs,
            event: Value::Nothing,
            at: turn.now(),
            depth: planned.depth,
        };
        if let Some(why) = turn.live().flow(&name).and_then(|flow| choose::out_of_reach(turn, flow)) {
            return queue::leave_out(turn, Some(here), &start, why);
        }
        turn.note_at(here, format!("`{name}` starts as a run of its own"));
        turn.starting.push_back(start);
        return;
    }
    if let (Some(key), StartTarget::Contact) = (&planned.key, &planned.whom) {
        leave_line(turn, key);
    }
    turn.note_at(here, format!("`{name}` is planned"));
    turn.effects.push(Effect::Plan(Box::new(planned)));
}

fn take_back(turn: &mut Turn<'_>, key: String, whom: StartTarget) {
    if matches!(whom, StartTarget::Contact) {
        leave_line(turn, &key);
    }
    turn.effects.push(Effect::Unplan { key, whom });
}

/// Removes the queued starts with this key in this conversation.
fn leave_line(turn: &mut Turn<'_>, key: &str) {
    let trigger = start_key(Some(key));
    turn.starting.retain(|start| start.trigger != trigger);
    let (gone, kept): (Vec<_>, Vec<_>) =
        std::mem::take(&mut turn.session.queue).into_iter().partition(|queued| queued.start.trigger == trigger);
    turn.session.queue = kept;
    for queued in gone {
        turn.effects.push(Effect::StartDropped { id: queued.start.id, flow: queued.start.flow });
    }
}

/// Begins the next start that steps of this turn made. False: there is none.
pub fn begin_started(turn: &mut Turn<'_>) -> bool {
    let Some(start) = turn.starting.pop_front() else { return false };
    starts::start(turn, start);
    true
}

fn begun(fields: &mut StepFields<'_, '_>) -> Target {
    let target = fields.target("start");
    if let (Target::Block { name, .. }, Some(node)) = (&target, fields.node("start")) {
        let finding = Diagnostic::error(
            "E257",
            &node.place,
            format!("`start` takes a flow, and `{name}` is a block of this one"),
        );
        fields.report(finding.help(format!("write `call: {name}`, or make a flow of it")));
    }
    target
}

fn cancel<'a>(fields: &mut StepFields<'a, '_>, node: &'a Node) -> StartAction {
    let mut keys = fields.below(node, "start");
    let key = keys.required("cancel");
    keys.finish();
    StartAction::Cancel(key.map_or(Text::plain("", &node.place), |node| fields.text_of(node)))
}

fn read_meant(fields: &mut StepFields<'_, '_>) -> Option<AudienceSpec> {
    let node = fields.node("for")?;
    match node.text() {
        Some("contact") => return None,
        Some("everyone") => return Some(AudienceSpec::default()),
        Some(_) => {
            fields.wrong(
                node,
                "E256",
                format!(
                    "`for` is `contact`, `everyone` or `{{tags: …, if: …}}`, and this is {}; for all write `for: \
                     everyone`, for those with a tag `for: {{tags: [customer]}}`",
                    node.describe()
                ),
            );
            return None;
        }
        None => {}
    }
    let mut keys = fields.below(node, "for");
    let (tags, condition, order) = (keys.list("tags"), keys.node("if"), keys.node("order"));
    tags.iter().for_each(|node| fields.report_if(several_in_one("tags", node)));
    let limit = keys.node("limit").map(|_| keys.whole("limit", 1, 1..=i64::from(u32::MAX)));
    keys.finish();
    let limit = limit.and_then(|limit| u32::try_from(limit).ok());
    if let Some(node) = order.filter(|_| limit.is_none_or(|limit| limit > AUDIENCE_ORDERED_MAX)) {
        let finding = Diagnostic::error(
            "E258",
            &node.place,
            format!("an `order` needs a `limit` of at most {AUDIENCE_ORDERED_MAX}"),
        );
        fields.report(finding.help(
            "all of them are written to anyway, one after the other: take `order` out, or write who comes first",
        ));
    }
    Some(AudienceSpec {
        tags: tags.iter().map(|tag| fields.text_of(tag)).collect(),
        condition: condition.map(|node| fields.code_of(node)),
        order: order.map(|node| fields.code_of(node)),
        limit,
    })
}
