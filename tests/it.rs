//! The integration tests of all areas, one binary: linking is what costs.

mod channel;
mod graph;
mod store;
