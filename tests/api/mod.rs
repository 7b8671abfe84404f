//! The HTTP interface, as its clients see it: a real server, a sandbox, and Meta's Graph API as an emulator.

mod autocalls;
mod balance;
mod contract;
<<<<<<< HEAD
mod curl;
mod documents;
mod hooks;
mod host;
mod hostile;
mod kapso;
=======
mod erase;
mod hooks;
mod host;
mod hostile;
>>>>>>> 4a9b354 (web, runtime: Erase, export, assign, resume; balances by a table of prices)
mod native;
mod operator;
mod people;
mod routes;
mod schema;
mod senders;
mod stream;
mod subscriptions;
mod waplify;
mod webhooks;
