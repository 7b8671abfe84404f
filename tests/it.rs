//! The integration tests of all areas, one binary: linking is what costs.

mod channel;
mod docs;
mod graph;
mod runtime;
mod store;
