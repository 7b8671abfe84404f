//! Uses the tools of MCP servers for agents: for real, as they are pinned, or from mocks.

pub mod mocks;
pub mod servers;
