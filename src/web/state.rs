//! What the handlers share.

use super::{api::waplify, held::Room, idempotency::InFlight, places::Places, strangers::Strangers};
use crate::{
    base::{
        ids::AccountName,
        limits::{EVENT_LISTENERS_MAX, FILES_AT_ONCE_MAX},
        secret::Secret,
        time::Time,
    },
    channel::wire::WireLog,
    runtime::{
        app::App,
        limiter::{Limiter, Rate},
    },
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::watch;

pub struct Web {
    pub app: Arc<App>,
    /// What a command on this machine shows to act on the running daemon: it stands in a file beside the
    /// database, readable by the daemon's own user only, who could read the database as well.
    pub operator: Secret,
    /// No configuration file: the sandbox listens to this machine without a key.
    pub sandbox_is_open: bool,
    pub in_flight: InFlight,
    pub strangers: Strangers,
    /// Where webhooks are written down, if anywhere.
    pub wire: Option<WireLog>,
    /// Places of those who listen to the stream of events.
    pub listeners: Places,
    /// Places of those who read files of customers.
    pub files: Places,
    /// Room for the bodies of requests.
    pub room: Room,
    /// The server ends: streams do, too.
    pub stopping: watch::Sender<bool>,
    /// Requests of each key to Waplify's dialect.
    pub waplify: waplify::Rates,
    /// Over both sends of the Autocalls dialect, per account.
    sends: Mutex<HashMap<AccountName, Limiter>>,
}

impl Web {
    pub fn new(app: Arc<App>, operator: Secret, sandbox_is_open: bool) -> Self {
        Web {
            app,
            operator,
            sandbox_is_open,
            in_flight: InFlight::default(),
            strangers: Strangers::default(),
            wire: None,
            listeners: Places::new(EVENT_LISTENERS_MAX),
            files: Places::new(FILES_AT_ONCE_MAX),
            room: Room::default(),
            stopping: watch::Sender::new(false),
            waplify: waplify::Rates::default(),
            sends: Mutex::default(),
        }
    }

    /// Webhooks stand in the wire log, too.
    pub fn with_wire(self, wire: WireLog) -> Self {
        Web { wire: Some(wire), ..self }
    }

    /// Counts a send of this account against its rate; `Err` says when the next may come.
    pub fn take_send(&self, account: &AccountName, rate: Rate, now: Time) -> Result<(), Time> {
        let mut sends = self.sends.lock().unwrap_or_else(PoisonError::into_inner);
        sends.entry(account.clone()).or_insert_with(|| Limiter::new(rate)).take(now)
    }
}
