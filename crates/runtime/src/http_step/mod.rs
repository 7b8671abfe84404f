//! Performs the calls of `http` steps, for real or with mocks.

pub mod calls;
pub mod mocked;
pub mod mocks;
