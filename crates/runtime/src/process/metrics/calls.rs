//! Counts the calls of flows to other systems: `http` steps, tools of MCP servers, and questions to models.

use super::{
    Metrics,
    labels::{McpResultLabels, ModelLabels, ModelResultLabels, ResultLabels},
};

impl Metrics {
    /// Counts a flow's `http` call; `result` is `2xx` … `5xx`, `mock`, or the code of a `CallError`.
    pub fn http_call(&self, result: &'static str) {
        self.http_calls.get_or_create(&ResultLabels { result }).inc();
    }

    /// Counts a use of an MCP tool; `result` is `ok`, `failed`, `mock`, or the code of an error. Servers come from the bot's
    /// own list, so they are few.
    pub fn mcp_call(&self, server: &str, result: &str) {
        self.mcp_calls.get_or_create(&McpResultLabels { server: server.to_owned(), result: result.to_owned() }).inc();
    }

    /// Counts a question to a model; `result` is `ok`, `mock`, or the code of an error. Models come from the
    /// configuration, so they are few.
    pub fn model_call(&self, model: &str, result: &'static str) {
        self.model_calls.get_or_create(&ModelResultLabels { model: model.to_owned(), result }).inc();
    }

    /// Adds the cost of a question, in millionths of the currency unit.
    pub fn model_cost(&self, model: &str, cost: i64) {
        let labels = ModelLabels { model: model.to_owned() };
        self.model_cost.get_or_create(&labels).inc_by(u64::try_from(cost).unwrap_or(0));
    }
}
