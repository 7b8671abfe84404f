//! Performs the calls of `http` steps, for real or with mocks.

pub mod aside;
pub mod calls;
pub mod mocked;
pub mod mocks;
