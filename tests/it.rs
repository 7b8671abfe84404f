//! Contains the integration tests of all areas in one binary, because linking is what takes the time.

mod api;
mod attacks;
mod channel;
mod checker;
mod cli;
mod docs;
mod fuzz;
mod graph;
mod kill;
mod knowledge;
mod lsp;
mod model;
#[path = "../build/dense.rs"]
mod page_dense;
#[path = "../build/modules.rs"]
mod page_modules;
#[path = "../build/texts.rs"]
mod page_texts;
mod platform;
mod receiver;
mod runtime;
mod sim;
mod store;
mod truth;
mod year;
