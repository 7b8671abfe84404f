//! Checks agents: they know something, their tools are described and typed, and nothing is done outside that the customer
//! has not confirmed.

use super::{agent_mcp, tool_identity, window};
use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean},
        ids::FlowName,
        place::Place,
    },
    definition::{Field, Flow, Node},
    model::matching::has_word,
    steps::{
        Step,
        agent::{Agent, HttpTool, WrittenTool},
        llm::keys::is_given,
    },
    text::Text,
};
use std::collections::BTreeSet;

pub fn check(set: &FlowSet, findings: &Findings) {
    for flow in set.every_flow() {
        for node in &flow.nodes {
            let Step::Agent(agent) = &node.step else { continue };
            knows_something(node, agent, findings);
            gives_values(agent, findings);
            follows(agent, findings);
            opens(set, flow, node, agent, findings);
            for tool in &agent.tools {
                if let Some(named) = &tool.mcp {
                    agent_mcp::check(set, tool, named, findings);
                    continue;
                }
                if let Some(http) = &tool.http {
                    request(tool, http, findings);
                    continue;
                }
                // An unknown flow has a finding.
                let Some(called) = set.named(&tool.name) else { continue };
                let inputs: Vec<ToolInput<'_>> = called.inputs.iter().map(ToolInput::of).collect();
                described(tool, called, findings);
                reads_inputs(tool, &inputs, &called.place, findings);
                shows_inputs(tool, &inputs, findings);
                confirmed(set, tool, called, findings);
                reaches_itself(set, flow, tool, called, findings);
            }
        }
    }
}

fn knows_something(node: &Node, agent: &Agent, findings: &Findings) {
    if agent.knowledge.is_none() && agent.tools.is_empty() && agent.facts.is_empty() {
        let message = format!("the agent `{}` knows nothing of the business and can do nothing", agent.name);
        let finding = Diagnostic::error("E521", &node.place, message);
        findings.push(finding.help("give it `knowledge: all`, `facts` or `tools`"));
    }
}

/// An agent that nobody has written to must say something first.
fn opens(set: &FlowSet, flow: &Flow, node: &Node, agent: &Agent, findings: &Findings) {
    // Steps stand in the order of the file: one below cannot have heard anything yet.
    let hears = |other: &&Node| {
        let waits = other.outline.yaml.get("wait").and_then(|value| value.text()) == Some("reply");
        waits || matches!(other.outline.verb, "ask" | "agent")
    };
    let mut above = flow.nodes.iter().take_while(|other| !std::ptr::eq(*other, node));
    let hears_before = above.any(|other| hears(&other));
    let unasked = flow.triggers.iter().find(|trigger| window::starts_unasked(set, flow, trigger));
    if let (Some(trigger), None, false) = (unasked, &agent.opening, hears_before) {
        let message = format!("nobody has written yet, so the agent `{}` has nothing to answer", agent.name);
        let finding = Diagnostic::error("E528", &node.place, message).label(&trigger.place, "starts here by itself");
        findings.push(finding.help("write `opening:` with its first message, and `if_closed:` for a closed window"));
    }
}

/// A model can fill the inputs of a request, and the customer confirms what it changes.
fn request(tool: &WrittenTool, http: &HttpTool, findings: &Findings) {
    given_by_model(tool, &http.inputs, findings);
    let inputs: Vec<ToolInput<'_>> = http.inputs.iter().map(ToolInput::of).collect();
    reads_inputs(tool, &inputs, &tool.place, findings);
    shows_inputs(tool, &inputs, findings);
    // A method that there is not has a finding.
    if !tool.is_act() || !http.request.has_method() {
        return;
    }
    if tool.confirm.is_some() || tool.is_unconfirmed {
        return claimed(tool, findings);
    }
    let message = format!("`{}` changes something outside, and nobody asks the customer before", tool.name);
    let first = http.inputs.first().map(|input| format!(" ${{inputs.{}}}", input.name)).unwrap_or_default();
    let help = format!("write `confirm: \"Shall I do it?{first}\"` beside it");
    findings.push(Diagnostic::error("E523", &tool.place, message).help(help));
}

/// The model chooses a tool by its description, and fills its inputs by their types.
fn described(tool: &WrittenTool, called: &Flow, findings: &Findings) {
    if called.description.as_ref().is_none_or(|text| text.trim().is_empty()) {
        let message = format!("the model cannot know what `{}` does: the flow has no `description`", tool.name);
        let finding = Diagnostic::error("E522", &tool.place, message).label(&called.place, "in this flow");
        findings.push(finding.help(format!("write `description: What it does.` in `{}.yaml`", tool.name)));
    }
    given_by_model(tool, &called.inputs, findings);
}

fn given_by_model(tool: &WrittenTool, inputs: &[Field], findings: &Findings) {
    tool_identity::check(tool, inputs, findings);
    for input in inputs.iter().filter(|input| !input.untyped && !is_given(input.kind.of)) {
        let kind = input.kind.of.as_str();
        let message = format!("a model gives no `{kind}`, and `{}` takes one as `{}`", tool.name, input.name);
        let finding = Diagnostic::error("E522", &tool.place, message).label(&input.place, "this input");
        findings.push(finding.help("take a text, a number, a date, a time or a list of allowed texts"));
    }
}

/// An input of a tool, for the question about it.
pub(super) struct ToolInput<'a> {
    pub name: &'a str,
    pub can_be_missing: bool,
    pub place: &'a Place,
}

impl ToolInput<'_> {
    fn of(field: &Field) -> ToolInput<'_> {
        let can_be_missing = field.optional && field.default.is_none();
        ToolInput { name: &field.name, can_be_missing, place: &field.place }
    }
}

/// The question about an act reads the inputs of its tool, of which none may be missing. `declared`: where they stand.
pub(super) fn reads_inputs(tool: &WrittenTool, inputs: &[ToolInput<'_>], declared: &Place, findings: &Findings) {
    let mut texts: Vec<&Text> = tool.confirm.iter().collect();
    tool.http.iter().for_each(|http| http.request.texts(&mut texts));
    let codes = texts.into_iter().flat_map(Text::codes);
    let uses = codes.flat_map(|code| code.uses().properties.iter().map(move |found| (code, found)));
    for (code, (_, name, at)) in uses.filter(|(_, (root, ..))| root == "inputs") {
        let place = &code.place_at(*at, name.len());
        match inputs.iter().find(|input| input.name == *name) {
            None => {
                let message = format!("`{}` has no input `{name}`", tool.name);
                let names = inputs.iter().map(|input| input.name);
                let finding = Diagnostic::error("E522", place, message).label(declared, "its inputs stand here");
                let listed: Vec<String> = inputs.iter().map(|input| format!("`{}`", input.name)).collect();
                let help = format!("there are {}", listed.join(", "));
                findings.push(finding.help(did_you_mean(name, names).unwrap_or(help)));
            }
            Some(input) if input.can_be_missing && !code.uses().replaced.contains(at) => {
                let message = format!("`inputs.{name}` can be missing, and this prints nothing then");
                let finding = Diagnostic::warning("W317", place, message).label(input.place, "it is optional here");
                findings.push(finding.help(format!("say what stands in its place: `${{inputs.{name} ?? \"…\"}}`")));
            }
            Some(_) => {}
        }
    }
}

/// The question about an act shows all that the model has chosen: a yes to half of it is none to the rest.
pub(super) fn shows_inputs(tool: &WrittenTool, inputs: &[ToolInput<'_>], findings: &Findings) {
    let Some(confirm) = &tool.confirm else { return };
    let uses: Vec<_> = confirm.codes().map(|code| code.uses()).collect();
    let shows = |input: &str| {
        uses.iter().any(|uses| uses.properties.iter().any(|(root, name, _)| root == "inputs" && name == input))
    };
    let hidden: Vec<&str> = inputs.iter().map(|input| input.name).filter(|name| !shows(name)).collect();
    let Some(first) = hidden.first() else { return };
    let message = format!("the customer says yes without seeing `{}`, which the model chose", hidden.join("`, `"));
    let finding = Diagnostic::warning("W545", confirm.place(), message);
    findings.push(finding.help(format!("name it in the question, as `${{inputs.{first}}}`")));
}

/// An exit follows a tool of the agent, and one that speaks of an act follows that act.
fn follows(agent: &Agent, findings: &Findings) {
    let tools = || agent.tools.iter().map(|tool| tool.name.as_str());
    for exit in &agent.exits {
        match &exit.after {
            Some((name, place)) if tools().all(|tool| tool != name) => {
                let finding = Diagnostic::error("E524", place, format!("the agent has no tool `{name}`"));
                let listed = tools().map(|tool| format!("`{tool}`")).collect::<Vec<_>>().join(", ");
                let help = if listed.is_empty() { "take `after` out".to_owned() } else { format!("it has {listed}") };
                findings.push(finding.help(did_you_mean(name, tools()).unwrap_or(help)));
            }
            Some((_, place)) if exit.name == "person" => {
                let message = "a person must be to be had at any time: the exit `person` follows no tool";
                findings.push(Diagnostic::error("E524", place, message).help("take `after` out"));
            }
            Some(_) => {}
            None => {
                let act = agent.tools.iter().find(|tool| tool.is_act() && has_word(&exit.when, &tool.name));
                let Some(act) = act else { continue };
                let message =
                    format!("the model may take the exit `{}` also where `{}` was not done", exit.name, act.name);
                let finding = Diagnostic::warning("W529", &exit.place, message);
                findings.push(finding.help(format!("write `after: {}` beside its `when`", act.name)));
            }
        }
    }
}

/// An exit gives values that a model can write.
fn gives_values(agent: &Agent, findings: &Findings) {
    for field in
        agent.exits.iter().flat_map(|exit| &exit.gives).filter(|field| !field.untyped && !is_given(field.kind.of))
    {
        let message = format!("a model gives no `{}`", field.kind.of.as_str());
        let finding = Diagnostic::error("E524", &field.place, message);
        findings.push(finding.help("take a text, a number, a date, a time or a list of allowed texts"));
    }
}

/// Reports a tool that changes something outside without the customer's yes, or whose success a reply may claim early.
fn confirmed(set: &FlowSet, tool: &WrittenTool, called: &Flow, findings: &Findings) {
    let act = act_in(set, called, &mut BTreeSet::new());
    if let (Some(act), false) = (act, tool.is_act()) {
        let message = format!("`{}` changes something outside, and nobody asks the customer before", tool.name);
        let finding = Diagnostic::error("E523", &tool.place, message).label(&act.place, "it is done here");
        let first = called.inputs.first().map(|input| format!(" ${{inputs.{}}}", input.name)).unwrap_or_default();
        let help = format!(
            "write `{{flow: {}, confirm: \"Shall I do it?{first}\"}}`, or `confirm: {{no: the flow asks itself}}`",
            tool.name
        );
        findings.push(finding.help(help));
    } else if act.is_some() {
        claimed(tool, findings);
    }
}

/// Reports an act of which a reply may say too early that it was done.
pub(super) fn claimed(tool: &WrittenTool, findings: &Findings) {
    if !tool.claims.is_empty() {
        return;
    }
    let message = format!("a reply may say that `{}` was done before it is", tool.name);
    let finding = Diagnostic::warning("W530", &tool.place, message);
    let words = "name the words that say so, in each language of the bot: ";
    let example = match &tool.mcp {
        Some(named) => format!("`claims: {{{}: [booked, reserved]}}`", named.tool),
        None => "`claims: [booked, reserved]`".to_owned(),
    };
    findings.push(finding.help(format!("{words}{example}")));
}

/// The first step of the flow, or of those that it enters, that changes something outside.
fn act_in<'s>(set: &'s FlowSet, flow: &'s Flow, seen: &mut BTreeSet<&'s FlowName>) -> Option<&'s Node> {
    if !seen.insert(&flow.name) {
        return None;
    }
    flow.nodes.iter().find_map(|node| match node.outline.verb {
        "start" | "consent" | "emit" | "template" => Some(node),
        "http" => {
            let written = node.outline.yaml.get("http").and_then(|value| value.text()).unwrap_or_default();
            let method = written.split_whitespace().next().unwrap_or_default().to_uppercase();
            (!matches!(method.as_str(), "GET" | "HEAD")).then_some(node)
        }
        _ => node.outline.entered().and_then(|name| set.flow(name)).and_then(|called| act_in(set, called, seen)),
    })
}

/// A tool that leads to its own agent would begin the talk again within the talk.
fn reaches_itself(set: &FlowSet, flow: &Flow, tool: &WrittenTool, called: &Flow, findings: &Findings) {
    let mut open = vec![called];
    let mut seen = BTreeSet::new();
    while let Some(next) = open.pop() {
        if next.name == flow.name {
            let message = format!("the tool `{}` leads back to this agent", tool.name);
            let finding = Diagnostic::error("E525", &tool.place, message);
            findings.push(finding.help("take it out, or let it `return` what the agent needs"));
            return;
        }
        if seen.insert(&next.name) {
            let entered =
                next.nodes.iter().flat_map(|node| node.outline.entered().into_iter().chain(&node.outline.tools));
            open.extend(entered.filter_map(|name| set.flow(name)));
        }
    }
}
