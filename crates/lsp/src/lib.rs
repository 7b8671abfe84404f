//! Helps editors of flows in the Language Server Protocol: `transom lsp` over standard input and output, the studio over
//! a WebSocket.

// The layers below, under the names that they have in all crates.
use transom_base as base;
use transom_flow as flow;
use transom_runtime as runtime;

mod answers;
mod bot;
pub mod folder;
mod position;
mod session;

pub use lsp_server;
pub use session::{EditorFailure, Options, Roots, serve};
