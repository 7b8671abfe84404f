//! flow
pub mod token;
