//! Lets random customers loose for the studio: each problem that they meet is a talk that shows it.

use super::{Edits, PlayError, PlaySetup};
use crate::{
    flow::FlowSet,
    testbench::{
        TestOptions,
        pace::Pace,
        talk_json,
        wander::{Walks, WanderFinding, wander_in},
    },
};
use serde_json::{Value as Json, json};

pub(super) fn wandered(setup: &PlaySetup, edits: &Edits, walks: Walks, pace: &Pace) -> Result<Json, PlayError> {
    let bot = setup.bot(edits, pace)?;
    let tests = setup.tests(edits)?;
    let wandered = wander_in(&bot, &tests, &TestOptions::default(), walks, pace);
    let found: Vec<Json> = wandered.found.iter().map(|found| shown(&bot.set, found)).collect();
    let stopped = (wandered.talks < walks.count).then(|| {
        let (talks, count, time) = (wandered.talks, walks.count, setup.limits.wander);
        format!("In {time} there was time for {talks} of {count} customers; a lower number fits.")
    });
    Ok(json!({
        "seed": walks.seed, "talks": wandered.talks, "acts": wandered.acts, "ms": wandered.took.as_millis(),
        "found": found, "stopped": stopped,
    }))
}

fn shown(set: &FlowSet, found: &WanderFinding) -> Json {
    let trouble = &found.trouble;
    let flow = trouble.flow.as_deref().and_then(|name| set.any_flow(&name.into()));
    let node = flow.zip(trouble.step.as_deref());
    let node = node.and_then(|(flow, step)| Some(flow.node(flow.find(&step.into())?)));
    let place = node.map(|node| &node.place).or(flow.map(|flow| &flow.place));
    json!({
        "trouble": trouble.kind.as_str(), "sentence": trouble.text, "times": found.times,
        "flow": trouble.flow, "step": trouble.step, "line": place.map(|place| place.line()),
        "path": place.map(|place| place.path()), "about": found.play.flow,
        "world": talk_json::world(&found.play.head), "steps": talk_json::steps(&found.acts),
    })
}
