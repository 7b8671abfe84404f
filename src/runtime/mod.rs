//! Where flow, channel and store meet: what a daemon does between a webhook and an answer.
//!
//! The way of a message is `inbound` → `lanes`, `work` → `handle` → `turn`, `apply` → `decide`, `dispatch` →
//! `sender`; the map in `lib.rs` walks it. `start` puts an `App` together, `recovery` takes up what a former
//! process left, `reload` and `live` change the flows beneath, `scenario` runs authors' tests on all of it.

pub mod agenda;
pub mod app;
mod apply;
pub mod around;
mod arrived;
mod audience;
pub mod bot;
pub mod calls;
pub mod catalogue;
pub mod catch;
pub mod checkup;
pub mod config;
mod dates;
mod decide;
mod declared;
mod directory;
mod dispatch;
mod erase;
mod finish;
pub mod flow_health;
pub mod graph;
mod handle;
pub mod health;
pub mod hooks;
pub mod inbound;
mod join;
pub mod lane;
mod lanes;
mod late_marks;
mod letters;
pub mod limiter;
mod listeners;
pub mod live;
pub mod log;
mod lookup;
mod marks;
pub mod metrics;
pub mod mocks;
pub mod outbox;
mod park;
mod people;
pub mod posts;
pub mod preview;
mod purse;
mod recovery;
pub mod reload;
pub mod replay;
mod rows;
mod rules;
mod say;
pub mod scenario;
mod schedule;
mod sender;
pub mod senders;
pub mod start;
mod statuses;
mod stops;
pub mod testers;
mod timers;
pub mod told;
mod turn;
pub mod watch;
mod work;
