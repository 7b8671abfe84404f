//! Lets random customers loose for the studio: each problem that they meet is a talk that shows it.

use super::{Edits, PlayError, PlaySetup, milliseconds};
use crate::{
    base::ids::FlowName,
    flow::FlowSet,
    testbench::{
        TestOptions,
        pace::Pace,
        talk_json, trouble,
        wander::{Walks, WanderFinding, wander_in},
    },
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value as Json};

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Wandered")]
pub struct WanderedTalks {
    pub seed: u64,
    /// The customers who were simulated.
    pub talks: usize,
    pub acts: usize,
    pub ms: u64,
    /// Each problem once.
    pub found: Vec<WanderFound>,
    /// Why there are fewer talks than customers.
    pub stopped: Option<String>,
}

/// A problem that random customers met, as the shortest talk that shows it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WanderFound {
    /// As `expect: {trouble}` in a test names it.
    #[schemars(extend("enum" = trouble::Kind::WORDS))]
    trouble: &'static str,
    sentence: String,
    /// The customers who met it.
    times: usize,
    /// The flow in trouble.
    flow: Option<String>,
    step: Option<String>,
    line: Option<usize>,
    path: Option<String>,
    /// The flow that a step `api` of the talk starts.
    about: FlowName,
    /// As a play takes it.
    world: Map<String, Json>,
    /// The acts, as a play takes them.
    steps: Vec<Json>,
}

pub(super) fn wandered(
    setup: &PlaySetup,
    edits: &Edits,
    walks: Walks,
    pace: &Pace,
) -> Result<WanderedTalks, PlayError> {
    let bot = setup.bot(edits, pace)?;
    let tests = setup.tests(edits)?;
    let wandered = wander_in(&bot, &tests, &TestOptions::default(), walks, pace);
    let stopped = (wandered.talks < walks.count).then(|| {
        let (talks, count, time) = (wandered.talks, walks.count, setup.limits.wander);
        format!("In {time} there was time for {talks} of {count} customers; a lower number fits.")
    });
    Ok(WanderedTalks {
        seed: walks.seed,
        talks: wandered.talks,
        acts: wandered.acts,
        ms: milliseconds(wandered.took),
        found: wandered.found.iter().map(|found| shown(&bot.set, found)).collect(),
        stopped,
    })
}

fn shown(set: &FlowSet, found: &WanderFinding) -> WanderFound {
    let trouble = &found.trouble;
    let flow = trouble.flow.as_deref().and_then(|name| set.any_flow(&name.into()));
    let node = flow.zip(trouble.step.as_deref());
    let node = node.and_then(|(flow, step)| Some(flow.node(flow.find(&step.into())?)));
    let place = node.map(|node| &node.place).or(flow.map(|flow| &flow.place));
    WanderFound {
        trouble: trouble.kind.as_str(),
        sentence: trouble.text.clone(),
        times: found.times,
        flow: trouble.flow.clone(),
        step: trouble.step.clone(),
        line: place.map(|place| place.line()),
        path: place.map(|place| place.path().to_owned()),
        about: found.play.flow.clone(),
        world: talk_json::world(&found.play.head),
        steps: talk_json::steps(&found.acts),
    }
}
