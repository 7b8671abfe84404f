//! Tests providers from outside: recorded webhooks, exact requests, hostile answers.

mod autocalls;
pub mod bodies;
mod calls;
mod chatwoot;
mod conformance;
mod kapso;
mod meta_in;
mod meta_out;
mod numbers;
mod own_files;
mod twilio;
mod waplify;
