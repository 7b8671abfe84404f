//! Gives the targets to the programs that libFuzzer runs.

#[path = "../targets/mod.rs"]
mod targets;

pub use targets::*;

/// The readers are not optimised here either, and count the branches that they take.
const SLOWER: u32 = 8;
