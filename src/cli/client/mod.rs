//! Finds the daemon, the database and the configuration for a command, and calls the daemon.

pub(super) mod advice;
pub(super) mod call;
pub(super) mod daemon;
pub(super) mod in_process;
pub(super) mod workplace;
