//! The HTTP interface, as its clients see it: a real server, a sandbox, and Meta's Graph API as an emulator.

mod autocalls;
mod balance;
mod bodies;
mod contract;
mod curl;
mod documents;
mod erase;
mod files;
mod generated;
mod hooks;
mod host;
mod hostile;
mod kapso;
mod native;
mod operator;
mod people;
mod refusals;
mod routes;
mod schema;
mod senders;
mod slow;
mod stream;
mod subscriptions;
mod uploads;
mod waplify;
mod webhooks;
