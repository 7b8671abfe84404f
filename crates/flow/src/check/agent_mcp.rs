//! Checks the tools of MCP servers that agents use: the bot names the server, the lock has the tool, a model can fill its
//! inputs, and the customer confirms what it changes.

use super::agents::{ToolInput, claimed, reads_inputs, shows_inputs};
use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean},
        place::Place,
    },
    mcp::LockedTool,
    model::mcp::McpInputs,
    steps::agent::{McpTarget, WrittenTool},
};

pub(super) fn check(set: &FlowSet, tool: &WrittenTool, named: &McpTarget, findings: &Findings) {
    if !set.bot.mcp.contains(&named.server) {
        let message = format!("`mcp` of `_bot.yaml` does not name the server `{}`", named.server);
        let finding = Diagnostic::error("E527", &named.server_at, message);
        let near = did_you_mean(&named.server, set.bot.mcp.iter().map(String::as_str));
        // Each tool of the entry has the same server.
        if !findings.speaks_of(&named.server_at) {
            findings.push(finding.help(near.unwrap_or_else(|| format!("write `mcp: [{}]` there", named.server))));
        }
        return;
    }
    let Some(locked) = set.mcp.tool(&named.server, &named.tool) else {
        if !set.mcp.is_broken {
            findings.push(unpinned(set, tool, named));
        }
        return;
    };
    confirmed(tool, locked, named, findings);
    match &locked.inputs {
        Err(why) => {
            let message = format!("no model can fill the inputs of `{}`: {why}", tool.name);
            let finding = Diagnostic::error("E522", &tool.place, message).label(&locked.place, "it is pinned here");
            findings
                .push(finding.help("take it out of `only`, or ask the people behind the server for a plain schema"));
        }
        Ok(inputs) => {
            let inputs = of_schema(inputs, &locked.place);
            reads_inputs(tool, &inputs, &locked.place, findings);
            shows_inputs(tool, &inputs, findings);
        }
    }
}

fn unpinned(set: &FlowSet, tool: &WrittenTool, named: &McpTarget) -> Diagnostic {
    let message = match set.mcp.server(&named.server) {
        None => format!("`mcp.lock.yaml` does not have the server `{}`", named.server),
        Some(_) => format!("`mcp.lock.yaml` has no tool `{}` of `{}`", named.tool, named.server),
    };
    Diagnostic::error("E527", &tool.place, message).help(set.mcp.advice(&named.server, &named.tool))
}

fn of_schema<'a>(inputs: &'a McpInputs, place: &'a Place) -> Vec<ToolInput<'a>> {
    let input = |field: &'a crate::model::mcp::McpField| ToolInput {
        name: &field.name,
        can_be_missing: !field.required,
        place,
    };
    inputs.fields.iter().map(input).collect()
}

fn confirmed(tool: &WrittenTool, locked: &LockedTool, named: &McpTarget, findings: &Findings) {
    if !tool.is_act() {
        return;
    }
    if tool.confirm.is_some() || tool.is_unconfirmed {
        return claimed(tool, findings);
    }
    let message = format!("`{}` may change something outside, and nobody asks the customer before", tool.name);
    let finding = Diagnostic::error("E523", &tool.place, message).label(&locked.place, "it is pinned here");
    let fields = locked.inputs.as_ref().map(|inputs| inputs.fields.as_slice()).unwrap_or_default();
    let first = fields.first().map(|field| format!(" ${{inputs.{}}}", field.name)).unwrap_or_default();
    let name = &named.tool;
    let help = format!(
        "write `confirm: {{{name}: \"Shall I do it?{first}\"}}`, or `reads: [{name}]` if it changes nothing, whatever the \
         server says of it"
    );
    findings.push(finding.help(help));
}
