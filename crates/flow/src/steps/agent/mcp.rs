//! Uses tools of MCP servers, as the lock pins them. What a server answers was written by somebody else: it is told to the
//! model as the result of a tool, and begins nothing.

use super::{Agent, WrittenTool, answer::unusable, state, tools::cut};
use crate::{
    base::limits::MCP_RESTARTS_MAX,
    engine::turn::{Here, Next, Turn},
    mcp::LockedTool,
    model::{
        effect::{CallRequest, Effect, McpCall, ModelError},
        event::{CallError, McpAnswer},
        session::{AgentState, CallWait, StepError, ToolState, Waiting},
        value::Value,
    },
};
use std::collections::BTreeMap;

/// The values that the model gives, compared with the pinned schema.
pub(super) fn inputs_of(locked: &LockedTool, name: &str, with: Value) -> Result<BTreeMap<String, Value>, ModelError> {
    let inputs = locked.inputs.as_ref().map_err(|why| unusable(format!("`{name}` cannot be used: {why}")))?;
    inputs.check(with).map_err(|why| unusable(format!("`{name}` cannot be used so: {why}")))
}

/// Asks for the call; its result comes back by `mcp_returned`.
pub(super) fn call(
    turn: &mut Turn<'_>,
    here: Here<'_>,
    tool: &WrittenTool,
    locked: &LockedTool,
    inputs: &BTreeMap<String, Value>,
) -> Next {
    let call = turn.run_mut(here.run).map_or(0, |run| {
        run.calls += 1;
        run.calls
    });
    let server = tool.mcp.as_ref().map(|mcp| mcp.server.clone()).unwrap_or_default();
    park(
        turn,
        McpCall {
            run: here.run,
            call,
            attempt: 1,
            server,
            tool: locked.tool.name.clone(),
            arguments: inputs.iter().map(|(name, value)| (name.clone(), value.to_json())).collect(),
            pinned: locked.pin.clone(),
            is_act: tool.is_act(),
        },
    )
}

/// True if a server has answered a tool since the last reply: an act that needs no question of its own could then be the wish
/// of that answer.
pub(super) fn has_read(tools: &[WrittenTool], agent: &AgentState) -> bool {
    let is_of_server = |name: &str| {
        let tool = tools.iter().find(|tool| tool.name == name);
        tool.map_or(name.contains('.'), |tool| tool.mcp.is_some() || tool.http.is_some())
    };
    agent.tool_runs.iter().any(|run| run.turn == agent.replies && is_of_server(&run.tool))
}

fn park(turn: &mut Turn<'_>, asked: McpCall) -> Next {
    let (call, attempt) = (asked.call, asked.attempt);
    let request = CallRequest::Mcp(asked);
    turn.effects.push(Effect::Call(Box::new(request.clone())));
    Next::Park(Waiting::Call(Box::new(CallWait { call, attempt, request, retry_at: None, back: None, unsaid: None })))
}

impl Agent {
    /// A tool of a server has answered, or there is no answer.
    pub fn mcp_returned<'a>(
        &self,
        turn: &mut Turn<'a>,
        here: Here<'a>,
        call: &McpCall,
        result: Result<McpAnswer, CallError>,
    ) -> Next {
        match result {
            Ok(answer) if answer.is_error => {
                let text = cut(format!("It failed: {}", answer.said));
                self.ended(turn, here, ToolState::Failed(text.clone()), text)
            }
            Ok(answer) => {
                let empty = answer.said.trim().is_empty();
                let text = if empty { "It is done, and returns nothing.".to_owned() } else { cut(answer.said) };
                self.ended(turn, here, ToolState::Done(text.clone()), text)
            }
            Err(error) if error.code == "tool_changed" => self.mcp_changed(turn, here, call, &error),
            Err(error) => {
                // Nothing is left open by a tool that only reads.
                let code = if call.is_act { error.code } else { error.code.replace("unknown_outcome", "unreachable") };
                self.tool_failed(turn, here, &StepError { code, text: error.text, step: here.node.id.clone() })
            }
        }
    }

    /// The server describes the tool otherwise than the lock: nobody has read that, so the tool is out.
    fn mcp_changed<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, call: &McpCall, error: &CallError) -> Next {
        let name = format!("{}.{}", call.server, call.tool);
        let text = format!(
            "the tool `{name}` of an MCP server is not used any more: {}; read what has changed and pin it by `transom mcp pull {}`",
            error.text, call.server
        );
        turn.note_at(here, text.clone());
        turn.effects.push(Effect::Alarm { kind: "mcp_changed".into(), text });
        state::with(turn, here.run, |agent| agent.changed.push(name));
        let text = "It is not to be had any more. Do not promise what it would have done.".to_owned();
        self.ended(turn, here, ToolState::Failed(text.clone()), text)
    }

    /// The process ended while a tool was under way. One that only reads is asked once more; whether an act took effect
    /// nobody knows, so it is not repeated.
    pub fn mcp_restarted<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, mut call: McpCall) -> Next {
        if !call.is_act && call.attempt <= MCP_RESTARTS_MAX {
            call.attempt += 1;
            turn.note_at(here, "the process ended while the tool was under way: it is used once more");
            return park(turn, call);
        }
        let code = if call.is_act { "unknown_outcome" } else { "unreachable" };
        let text = "the process ended while the call was under way".to_owned();
        self.tool_failed(turn, here, &StepError { code: code.to_owned(), text, step: here.node.id.clone() })
    }
}
