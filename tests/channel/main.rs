//! Providers from outside: recorded shapes in, exact requests out, hostile answers.

#[path = "../graph/mod.rs"]
mod graph;

mod calls;
mod meta_in;
mod meta_out;
