//! What every layer stands on: time, ids, places in files, findings, limits, secrets.

pub mod clock;
pub mod ids;
pub mod limits;
pub mod secret;
pub mod time;
