//! Shows the state of a talk's world: the runs with their variables, the contact, the window, and what is due next.

use crate::{
    base::{
        body_fields::At,
        ids::{FlowName, StartId, StepId},
        limits::{AGENDA_AHEAD, AGENDA_STARTS_MAX, PLAY_QUIET_AHEAD, TEST_OUTBOUND_READ},
        time::Time,
    },
    flow::{self, FlowSet},
    model::{
        effect::Effect,
        session::{Due, Run, Session, Waiting},
        value::Value,
        window::Window,
    },
    starts::agenda::{NextStart, outlook},
    store::tables::{conversation, outbound, start},
    testbench::world::World,
};
use anyhow::anyhow;
use jiff::{civil::DateTime, tz::TimeZone};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};

/// The state of the talk's world.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlayState {
    now: At,
    window: PlayWindow,
    /// Open runs, and those that the act ended.
    runs: Vec<PlayRun>,
    contact: Json,
    with_person: Option<PlayPerson>,
    needs_person: Option<PlayNeed>,
    /// Everything that happens next by itself, earliest first.
    coming: Vec<PlayDue>,
    /// The contact's quiet hours of the next days: from and to.
    quiet: Vec<[At; 2]>,
}

/// The service window of 24 hours.
#[derive(Debug, Serialize, JsonSchema)]
struct PlayWindow {
    open: bool,
    ends_at: Option<At>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct PlayRun {
    flow: Option<FlowName>,
    /// Its number in the conversation.
    run: u32,
    /// `waiting`, or how it ended.
    state: &'static str,
    /// Of a run that ended: the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    why: Option<Option<String>>,
    /// Of an open run: the flow that it began with; `flow` may be one that this called.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    began_as: Option<FlowName>,
    /// `answer`, `message`, `time`, …
    waits: Option<&'static str>,
    until: Option<At>,
    step: Option<StepId>,
    /// Its variables.
    vars: Map<String, Json>,
}

/// The person of the business who has the conversation.
#[derive(Debug, Serialize, JsonSchema)]
struct PlayPerson {
    since: At,
    team: Option<String>,
    agent: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct PlayNeed {
    since: At,
    why: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct PlayDue {
    at: At,
    /// `wait`, `timeout`, `message`, `hold`, `start`, …
    what: &'static str,
    flow: Option<String>,
    step: Option<String>,
    /// The step behind a wait.
    next: Option<String>,
    why: Option<String>,
}

/// The quiet times as they were last computed: they change only with the clock and with the contact's zone.
#[derive(Default)]
pub(super) struct QuietTimes {
    of: Option<(Time, Option<String>)>,
    shown: Vec<[At; 2]>,
}

pub(super) async fn after(world: &World<'_>, quiet: &mut QuietTimes) -> anyhow::Result<PlayState> {
    let session = world.session().await.map_err(|_| anyhow!("the conversation cannot be read"))?;
    let row = conversation::find(&world.app.store, world.conversation).await?;
    let window = Window { opened_at: row.and_then(|row| row.opened_at) };
    let contact = world.contact_json().await.map_err(|_| anyhow!("the contact cannot be read"))?;
    let now = world.now();
    let coming = coming(world, &session).await?;
    Ok(PlayState {
        now: At(now),
        window: PlayWindow { open: window.is_open(now), ends_at: window.ends_at().map(At) },
        runs: runs(world, &session),
        contact,
        with_person: session.person.map(|person| PlayPerson {
            since: At(person.since),
            team: person.team,
            agent: person.agent,
        }),
        needs_person: session.needs_person.map(|needs| PlayNeed { since: At(needs.since), why: needs.why }),
        coming,
        quiet: quiet.of(world).await?,
    })
}

/// The open runs, and those that the last act ended.
fn runs(world: &World<'_>, session: &Session) -> Vec<PlayRun> {
    let mut all: Vec<PlayRun> = session.runs.iter().map(open_run).collect();
    let effects = world.did.iter().flat_map(|turn| &turn.effects);
    let mut began: BTreeMap<u32, &FlowName> = BTreeMap::new();
    for effect in effects {
        match effect {
            Effect::RunBegan { run, flow, .. } => {
                began.insert(*run, flow);
            }
            Effect::RunEnded { run, end, why } => {
                let flow = began.get(run).copied().or_else(|| last_flow(world, *run));
                all.push(PlayRun {
                    flow: flow.cloned(),
                    run: *run,
                    state: end.as_str(),
                    why: Some(why.clone()),
                    began_as: None,
                    waits: None,
                    until: None,
                    step: None,
                    vars: world.ended.get(run).map(shown).unwrap_or_default(),
                });
            }
            _ => {}
        }
    }
    all
}

/// The flow of an older run, by the steps of the last act.
fn last_flow<'w>(world: &'w World<'_>, run: u32) -> Option<&'w FlowName> {
    let mut visits = world.did.iter().flat_map(|turn| &turn.passage.left);
    visits.find(|left| left.run == run).map(|left| &left.flow)
}

fn open_run(run: &Run) -> PlayRun {
    let frame = run.frames.last();
    let vars = run.frames.iter().rev().find_map(|frame| frame.vars.as_ref());
    PlayRun {
        flow: Some(frame.map_or(&run.flow, |frame| &frame.flow).clone()),
        run: run.number,
        state: "waiting",
        why: None,
        began_as: Some(run.flow.clone()),
        waits: Some(waits_for(&run.waiting)),
        until: run.due_at().map(At),
        step: frame.and_then(|frame| frame.at.clone()),
        vars: vars.map(shown).unwrap_or_default(),
    }
}

fn waits_for(waiting: &Waiting) -> &'static str {
    match waiting {
        Waiting::Ready => "nothing",
        Waiting::Question(_) => "answer",
        Waiting::Reply { .. } | Waiting::Agent { .. } => "message",
        Waiting::Until { .. } => "time",
        Waiting::Event { .. } => "event",
        Waiting::Delivery { .. } => "delivery",
        Waiting::Call(_) => "call",
        Waiting::Fate { .. } => "outcome",
        Waiting::Person { .. } => "person",
    }
}

fn shown(vars: &BTreeMap<String, Value>) -> Map<String, Json> {
    vars.iter().map(|(name, value)| (name.clone(), value.to_json())).collect()
}

/// Everything that will happen by itself, earliest first.
async fn coming(world: &World<'_>, session: &Session) -> anyhow::Result<Vec<PlayDue>> {
    let mut all: Vec<PlayDue> = Vec::new();
    let set = &world.bot.set;
    let mut add = |at: Time, what: &'static str, flow: Option<&str>, step: Option<&str>, why: Option<&str>| {
        let next = flow.zip(step).and_then(|(flow, step)| goes_on_at(set, flow, step, what));
        let [flow, step, next, why] = [flow, step, next, why].map(|text| text.map(ToOwned::to_owned));
        all.push(PlayDue { at: At(at), what, flow, step, next, why });
    };
    for Due { at, what, flow, step } in session.dues() {
        add(at, what.as_str(), flow.as_ref().map(|flow| flow.as_str()), step.as_ref().map(|step| step.as_str()), None);
    }
    let store = &world.app.store;
    for row in outbound::unfinished_of(store, world.conversation, TEST_OUTBOUND_READ).await? {
        let (flow, step) = (row.draft.flow.as_ref(), row.draft.step.as_ref());
        let (flow, step) = (flow.map(|flow| flow.as_str()), step.map(|step| step.as_str()));
        match (row.not_before, row.hold_until) {
            (Some(at), _) => add(at, "message", flow, step, row.reason.as_deref()),
            (None, Some(until)) => add(until, "hold", flow, step, row.reason.as_deref()),
            (None, None) => {}
        }
    }
    let now = world.now();
    let mut planned: BTreeSet<(String, Time)> = BTreeSet::new();
    for row in start::due(store, (now, StartId(0)), now + AGENDA_AHEAD, AGENDA_STARTS_MAX).await? {
        if row.contact_id == world.contact {
            add(row.slot_at, "start", Some(row.flow.as_str()), None, Some(&row.trigger_key));
            planned.insert((row.flow.to_string(), row.slot_at));
        }
    }
    for (flow, key, at) in by_clock(world).await? {
        if !planned.contains(&(flow.to_string(), at)) {
            add(at, "start", Some(flow.as_str()), None, Some(&key));
        }
    }
    all.sort_by_key(|due| due.at.0);
    Ok(all)
}

/// The step at which a run goes on when its wait is over, or nobody has answered its question.
fn goes_on_at<'s>(set: &'s FlowSet, flow: &str, step: &str, what: &str) -> Option<&'s str> {
    let flow = set.named(flow).filter(|_| matches!(what, "wait" | "timeout"))?;
    let node = flow.nodes.iter().find(|node| node.id.as_str() == step)?;
    let own = node.outline.bodies.iter().find(|(key, _)| what == "timeout" && key == "on_timeout");
    let next = own.map_or(node.next, |(_, body)| body.0)?;
    Some(flow.node(next).id.as_str())
}

/// The next starts of schedules and dates for the contact: flow, trigger and time.
async fn by_clock(world: &World<'_>) -> anyhow::Result<Vec<(FlowName, String, Time)>> {
    let set = &world.bot.set;
    let mut flows: BTreeSet<&FlowName> = flow::timetables(set).iter().map(|table| &table.flow.name).collect();
    flows.extend(flow::dates(set).iter().map(|table| &table.flow.name));
    if flows.is_empty() {
        return Ok(Vec::new());
    }
    let contact = world.contact().await?;
    let mut found = Vec::new();
    for flow in flows {
        for next in outlook(set, &world.app.config.flows.env, flow, &contact, world.now()) {
            let NextStart::Yes(minute) = next.what else { continue };
            let zone = TimeZone::get(&next.zone).unwrap_or(TimeZone::UTC);
            let at = minute.parse::<DateTime>().ok().and_then(|at| at.to_zoned(zone).ok());
            found.extend(at.map(|at| (flow.clone(), next.key, Time(at.timestamp().as_millisecond()))));
        }
    }
    Ok(found)
}

impl QuietTimes {
    async fn of(&mut self, world: &World<'_>) -> anyhow::Result<Vec<[At; 2]>> {
        let Some(hours) = world.bot.set.bot.quiet_hours else { return Ok(Vec::new()) };
        let (contact, now) = (world.contact().await?, world.now());
        let of = Some((now, contact.data.zone.clone()));
        if self.of != of {
            let place = flow::possible_zones(&contact.data, &world.bot.set.bot.timezone);
            let times = hours.quiet_times(now, now + PLAY_QUIET_AHEAD, &place);
            self.shown = times.into_iter().map(|(from, to)| [At(from), At(to)]).collect();
            self.of = of;
        }
        Ok(self.shown.clone())
    }
}
