//! The HTTP interface, as its clients see it: a real server, a sandbox, and Meta's Graph API as an emulator.

mod autocalls;
mod contract;
mod hooks;
mod host;
mod native;
mod operator;
mod people;
mod receiver;
mod routes;
mod schema;
mod senders;
mod stream;
mod subscriptions;
mod webhooks;
