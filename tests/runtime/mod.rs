//! The whole runtime in process: a house with a sandbox number, a clock moved by hand, real SQLite.

mod account;
mod audiences;
mod broadcasts;
mod codes;
mod consent;
mod direct;
mod doubt;
mod forecast;
mod house;
mod locked;
mod names;
mod nudge;
mod parked;
mod pauses;
mod quiet;
mod reading;
mod recovery;
mod refused;
mod replayed;
mod started;
mod starts;
mod statuses;
mod talk;
mod testers;
mod unknown;
mod window;
