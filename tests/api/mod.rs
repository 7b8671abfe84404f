//! The HTTP interface, as its clients see it: a real server, a sandbox, and Meta's Graph API as an emulator.

mod autocalls;
mod hooks;
mod host;
mod native;
mod operator;
mod webhooks;
