//! Calls tools of the configured MCP servers, and none that its server describes otherwise than the bot's lock.

use crate::{
    base::{clock::Clock, fence::Fence, limits::MCP_LIST_KEPT, time::Time},
    channel::mcp::{McpClient, McpFailure},
    config::Config,
    flow::mcp::pin,
    model::{
        effect::McpCall,
        event::{CallError, McpAnswer},
        mcp::{McpChange, McpTool},
    },
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The servers of the configuration, by name.
pub struct McpServers {
    all: BTreeMap<String, Server>,
}

struct Server {
    client: McpClient,
    /// The tools as they were listed last, and when.
    listed: Mutex<Option<(Time, Arc<Vec<McpTool>>)>>,
}

impl McpServers {
    /// Fails only if TLS cannot be set up.
    pub fn new(config: &Config, fence: Option<&Arc<Fence>>) -> Result<McpServers, reqwest::Error> {
        let server = |endpoint: &crate::channel::mcp::McpEndpoint| -> Result<(String, Server), reqwest::Error> {
            let client = McpClient::new(endpoint.clone(), fence.cloned())?;
            Ok((endpoint.name.clone(), Server { client, listed: Mutex::default() }))
        };
        Ok(McpServers { all: config.mcp.iter().map(server).collect::<Result<_, _>>()? })
    }

    /// Uses a tool, once. An act of which nobody knows whether the server did it is an `unknown_outcome`.
    pub async fn call(&self, call: &McpCall, clock: &dyn Clock) -> Result<McpAnswer, CallError> {
        let Some(server) = self.all.get(&call.server) else {
            return Err(error("blocked", format!("`mcp` of the configuration has no `{}`", call.server)));
        };
        let listed = server.tools(call, clock).await.map_err(|failure| error(failure.code, failure.text))?;
        let now = listed.iter().find(|tool| tool.name == call.tool);
        let changed = differs(call, now);
        if !changed.is_empty() {
            let words: Vec<&str> = changed.iter().map(|what| what.words()).collect();
            return Err(error("tool_changed", format!("at the server it {}", words.join(" and "))));
        }
        server.client.call(&call.tool, &call.arguments, clock.now()).await.map_err(|failure| of_call(call, failure))
    }
}

impl Server {
    /// The tools of the server: before an act as they are now, else also as they were a moment ago.
    async fn tools(&self, call: &McpCall, clock: &dyn Clock) -> Result<Arc<Vec<McpTool>>, McpFailure> {
        let now = clock.now();
        let kept = self.listed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, tools)) = kept
            && !call.is_act
            && now - at < MCP_LIST_KEPT
        {
            return Ok(tools);
        }
        let tools = Arc::new(self.client.tools(now).await?);
        *self.listed.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&tools)));
        Ok(tools)
    }
}

/// The differences between the pinned tool and the one that the server lists.
fn differs(call: &McpCall, now: Option<&McpTool>) -> Vec<McpChange> {
    let Some(now) = now.map(pin) else { return vec![McpChange::Gone] };
    let description = (now.description != call.pinned.description).then_some(McpChange::Description);
    let inputs = (now.inputs != call.pinned.inputs).then_some(McpChange::Inputs);
    description.into_iter().chain(inputs).collect()
}

fn of_call(call: &McpCall, failure: McpFailure) -> CallError {
    match call.is_act && failure.may_be_done {
        true => error("unknown_outcome", format!("{}: {}", failure.code, failure.text)),
        false => error(failure.code, failure.text),
    }
}

fn error(code: &str, text: impl Into<String>) -> CallError {
    CallError { code: code.to_owned(), text: text.into() }
}
