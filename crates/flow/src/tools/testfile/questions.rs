//! Reports names under `mocks: model` and `expect: {model: …}` of a test that no step which asks a model has.

use super::{Aspect, Scenario, TestAction};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean},
        yaml::Scalar,
    },
    definition::{FlowSet, Node},
    engine::routing::meaning,
    model::effect::VOICE_STEP,
    steps::{Step, ground::verify::VERIFY},
};

/// The name that means every step.
const ANY: &str = "any";

/// Checks all names. True if there is one: then the findings depend on the steps of all flows.
pub(super) fn check(scenario: &Scenario, set: &FlowSet, findings: &Findings) -> bool {
    let written = names(scenario);
    let hears = |name: &str| name == VOICE_STEP && set.bot.voice.is_some();
    let unknown =
        written.iter().filter(|name| !matches!(name.text.as_str(), ANY | meaning::STEP) && !hears(&name.text));
    for name in unknown {
        // The head of the file is part of the head of each case.
        if findings.speaks_of(&name.place) {
            continue;
        }
        let nodes = || set.every_flow().flat_map(|flow| &flow.nodes);
        let is = |node: &&Node| {
            let id = node.id.as_str();
            name.text == id || own(id) == name.text
        };
        let verified = |node: &Node| name.text == VERIFY || name.text == format!("{}.{VERIFY}", node.id);
        if nodes().filter(is).any(asks) || nodes().any(|node| verifies(node) && verified(node)) {
            continue;
        }
        let asking: Vec<&str> = nodes().filter(|node| asks(node)).map(|node| node.id.as_str()).collect();
        let message = match nodes().any(|node| is(&node)) {
            true => format!("the step `{}` asks no model", name.text),
            false => format!("no step is called `{}`, so no question to a model has this name", name.text),
        };
        let known = asking.iter().copied().chain(asking.iter().map(|id| own(id))).chain([meaning::STEP, ANY]);
        let known = known.chain(nodes().any(verifies).then_some(VERIFY));
        let known = known.chain(set.bot.voice.is_some().then_some(VOICE_STEP));
        let help = did_you_mean(&name.text, known).unwrap_or_else(|| match asking.len() {
            0 => format!("no step of these flows asks a model; `{}` is for triggers `meaning`", meaning::STEP),
            _ => {
                let listed: Vec<&str> = asking.iter().copied().take(LISTED_MAX).collect();
                format!("write the id of a step that asks one, such as `{}`, or `any`", listed.join("`, `"))
            }
        });
        findings.push(Diagnostic::error("E961", &name.place, message).help(help));
    }
    !written.is_empty()
}

/// The maximum number of steps in one finding.
const LISTED_MAX: usize = 5;

/// The keys below `mocks: model` and below `expect: {model: …}`.
fn names(scenario: &Scenario) -> Vec<&Scalar> {
    let mut all = Vec::new();
    for head in std::iter::once(&scenario.head).chain(scenario.cases.iter().map(|case| &case.head)) {
        let rules = head.mocks.iter().filter_map(|mocks| mocks.get("model")).flat_map(|model| model.one_or_many());
        all.extend(rules.flat_map(|rule| rule.map().unwrap_or_default()).map(|entry| &*entry.key));
    }
    for step in scenario.cases.iter().flat_map(|case| &case.steps) {
        let TestAction::Expect(expected) = &step.act else { continue };
        let of_models = expected.iter().filter(|one| one.aspect == Aspect::Model);
        all.extend(of_models.flat_map(|one| one.value.map().unwrap_or_default()).map(|entry| &*entry.key));
    }
    all
}

/// True if the step may ask a model.
fn asks(node: &Node) -> bool {
    match &node.step {
        Step::Llm(_) | Step::Agent(_) => true,
        Step::Ask(ask) => ask.understand,
        Step::Handoff(handoff) => handoff.summary_by_model,
        _ => false,
    }
}

/// True for a step whose texts a second model judges.
fn verifies(node: &Node) -> bool {
    match &node.step {
        Step::Agent(agent) => agent.ground.verify.is_some(),
        Step::Llm(llm) => llm.ground.verify.is_some(),
        _ => false,
    }
}

/// The last part of an id: `order.size` is `size` in its own flow.
fn own(id: &str) -> &str {
    id.rsplit_once('.').map_or(id, |(_, own)| own)
}
