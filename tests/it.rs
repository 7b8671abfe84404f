//! The integration tests of all areas, one binary: linking is what costs.

mod store;
