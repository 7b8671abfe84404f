//! Reads the tools of MCP servers in a test, under `expect: {mcp: …}` and `mocks: mcp`, and reports those that the lock does not
//! have.

use super::{Aspect, Scenario, TestAction};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean},
        place::Place,
        yaml::Node,
    },
    definition::FlowSet,
    mcp::LOCK,
};

/// A tool under `expect: {mcp: …}` with how often it should have been used.
pub struct ExpectedUse<'a> {
    /// `SERVER.TOOL`
    pub name: String,
    pub times: &'a Node,
    place: Place,
}

/// The tools of `{calendar.create: 1}` and of `{calendar: {create: 1}}`.
pub fn expected_uses(node: &Node) -> Vec<ExpectedUse<'_>> {
    let mut all = Vec::new();
    for entry in node.map().unwrap_or_default() {
        let key = &entry.key;
        match entry.value.map() {
            Some(tools) => all.extend(tools.iter().map(|tool| {
                let name = format!("{}.{}", key.text, tool.key.text);
                ExpectedUse { name, times: &tool.value, place: tool.key.place.clone() }
            })),
            None => {
                all.push(ExpectedUse { name: key.text.clone(), times: &entry.value, place: key.place.clone() });
            }
        }
    }
    all
}

/// Reports a value of `expect: {mcp: …}` that is no count of tools.
pub(super) fn look(node: &Node, findings: &Findings) {
    if node.map().is_none() && node.text() != Some("nothing") && !node.is_broken() {
        let message = format!("`mcp` takes tools with how often each was used, and this is {}", node.describe());
        findings.push(Diagnostic::error("E960", &node.place, message).help(HELP));
    }
    for one in expected_uses(node) {
        let is_count = one.times.text().is_some_and(|text| text.parse::<usize>().is_ok());
        let is_tool = one.name.split_once('.').is_some_and(|(server, tool)| !server.is_empty() && !tool.is_empty());
        if (!is_count || !is_tool) && !one.times.is_broken() {
            let message = "`mcp` takes tools of servers with how often each was used";
            findings.push(Diagnostic::error("E960", &one.place, message).help(HELP));
        }
    }
}

const HELP: &str = "write `{calendar.create: 1}` or `{calendar: {create: 1, list: 0}}`";

/// Reports servers and tools that there are not. True if there is one written: then the findings depend on the lock.
pub(super) fn check(scenario: &Scenario, set: &FlowSet, findings: &Findings) -> bool {
    let written = names(scenario);
    for (name, place) in &written {
        // The head of the file is part of the head of each case.
        let Some((server, tool)) = name.split_once('.').filter(|_| !findings.speaks_of(place)) else { continue };
        let servers = || set.bot.mcp.iter().map(String::as_str);
        let finding =
            |message: String, help: String| findings.push(Diagnostic::error("E961", place, message).help(help));
        if !servers().any(|known| known == server) {
            let known: Vec<String> = servers().map(|known| format!("`{known}`")).collect();
            let help = did_you_mean(server, servers()).unwrap_or_else(|| match known.is_empty() {
                true => format!("write `mcp: [{server}]` there"),
                false => format!("it names {}", known.join(", ")),
            });
            finding(format!("`flows/_bot.yaml` names no MCP server `{server}`"), help);
        } else if !set.mcp.is_broken && set.mcp.tool(server, tool).is_none() {
            finding(format!("`{LOCK}` has no tool `{tool}` of `{server}`"), set.mcp.advice(server, tool));
        }
    }
    !written.is_empty()
}

/// The names below `mocks: mcp` and below `expect: {mcp: …}`.
fn names(scenario: &Scenario) -> Vec<(String, Place)> {
    let mut all = Vec::new();
    for head in std::iter::once(&scenario.head).chain(scenario.cases.iter().map(|case| &case.head)) {
        let rules = head.mocks.iter().filter_map(|mocks| mocks.get("mcp")).flat_map(|mcp| mcp.one_or_many());
        let keys = rules.flat_map(|rule| rule.map().unwrap_or_default()).map(|entry| &entry.key);
        all.extend(keys.map(|key| (key.text.clone(), key.place.clone())));
    }
    for step in scenario.cases.iter().flat_map(|case| &case.steps) {
        let TestAction::Expect(expected) = &step.act else { continue };
        let uses = expected.iter().filter(|one| one.aspect == Aspect::Mcp).flat_map(|one| expected_uses(&one.value));
        all.extend(uses.map(|one| (one.name, one.place)));
    }
    all
}
