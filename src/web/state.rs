//! Holds the state that handlers share.

use super::{
    account_places::AccountPlaces,
    api::{health::PlatformAnswers, schedules::ahead::AheadRoom},
    audit::Looks,
    dialects::waplify,
    idempotency::InFlight,
    masks::Masks,
    people::{password::Hashing, tries::Tries},
    refusal_log::UnauthenticatedRequests,
    server::{body_memory::Room, tls::Tls},
    studio::{assets::PageFiles, checked_bot::BotCheck, editor::EditorLimits},
};
use crate::{
    base::{
        ids::AccountName,
        limits::{EVENT_LISTENERS_MAX, FILES_AT_ONCE_MAX, STUDIO_EDITORS_MAX},
        secret::Secret,
        time::Time,
    },
    channel::wire::WireLog,
    runtime::{
        daemon::app::App,
        process::limiter::{Limiter, Rate},
        testbench::PlayRoom,
    },
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::watch;

pub struct Web {
    pub app: Arc<App>,
    /// The token of commands on this machine for the running daemon. It is in a file beside the database that only the
    /// daemon's user can read, who can also read the database.
    pub operator: Secret,
    /// True without a configuration file: the sandbox then accepts requests of this machine without a key.
    pub sandbox_is_open: bool,
    pub in_flight: InFlight,
    pub strangers: UnauthenticatedRequests,
    /// The files of the studio's page.
    pub page_files: PageFiles,
    /// The counts of the coming days.
    pub ahead: AheadRoom,
    /// The last answers of the platforms about our senders.
    pub platform_answers: PlatformAnswers,
    /// The bot's files for the studio.
    pub bot_check: BotCheck,
    /// Places for the studio's editors.
    pub editors: AccountPlaces,
    pub editor_limits: EditorLimits,
    /// Places for hashes of passwords.
    pub hashing: Hashing,
    /// Wrong passwords of the last hour.
    pub tries: Tries,
    /// Looks of people that the audit log knows.
    pub looks: Looks,
    /// The words that stay in masked answers.
    pub masks: Masks,
    /// Held while people are changed, so that the last operator stays.
    pub people: tokio::sync::Mutex<()>,
    /// The wire log for webhooks, if there is one.
    pub wire: Option<WireLog>,
    /// The TLS of the public listener; `None`: a proxy speaks it, or nobody.
    pub tls: Option<Tls>,
    /// Places for plays of the studio.
    pub plays: PlayRoom,
    /// Places for listeners to the event stream.
    pub listeners: AccountPlaces,
    /// Places for downloads of customers' files.
    pub files: AccountPlaces,
    /// The memory budget for request bodies.
    pub room: Room,
    /// Set when the server stops, which ends event streams.
    pub stopping: watch::Sender<bool>,
    /// Changes when people are signed out or get other rights: open streams and sockets ask who they are.
    pub rights_changed: watch::Sender<u64>,
    /// The request counts of each key in the Waplify dialect.
    pub waplify: waplify::Rates,
    /// The rate limits for both sends of the Autocalls dialect, by account.
    sends: Mutex<HashMap<AccountName, Limiter>>,
}

impl Web {
    /// Lets every open stream and socket ask at once whether its caller may still have it.
    pub fn end_streams(&self) {
        self.rights_changed.send_modify(|count| *count += 1);
    }

    pub fn new(app: Arc<App>, operator: Secret, sandbox_is_open: bool) -> Self {
        Web {
            bot_check: BotCheck::new(app.config.bot.clone()),
            editors: AccountPlaces::new(STUDIO_EDITORS_MAX),
            editor_limits: EditorLimits::default(),
            plays: PlayRoom::of(&app.config.bot),
            app,
            operator,
            sandbox_is_open,
            in_flight: InFlight::default(),
            strangers: UnauthenticatedRequests::default(),
            page_files: PageFiles::default(),
            ahead: AheadRoom::default(),
            platform_answers: PlatformAnswers::default(),
            hashing: Hashing::default(),
            tries: Tries::default(),
            looks: Looks::default(),
            masks: Masks::default(),
            people: tokio::sync::Mutex::default(),
            wire: None,
            tls: None,
            listeners: AccountPlaces::new(EVENT_LISTENERS_MAX),
            files: AccountPlaces::new(FILES_AT_ONCE_MAX),
            room: Room::default(),
            stopping: watch::Sender::new(false),
            rights_changed: watch::Sender::new(0),
            waplify: waplify::Rates::default(),
            sends: Mutex::default(),
        }
    }

    /// Also writes webhooks to the wire log.
    pub fn with_wire(self, wire: WireLog) -> Self {
        Web { wire: Some(wire), ..self }
    }

    /// Lets the public listener speak TLS.
    pub fn with_tls(self, tls: Option<Tls>) -> Self {
        Web { tls, ..self }
    }

    /// Serves the studio's page from these files.
    pub fn with_page_files(self, page_files: PageFiles) -> Self {
        Web { page_files, ..self }
    }

    /// Gives each editor of the studio these limits.
    pub fn with_editor_limits(self, editor_limits: EditorLimits) -> Self {
        Web { editor_limits, ..self }
    }

    /// Counts a send of this account against its rate limit; `Err` is the time of the next allowed send.
    pub fn take_send(&self, account: &AccountName, rate: Rate, now: Time) -> Result<(), Time> {
        let mut sends = self.sends.lock().unwrap_or_else(PoisonError::into_inner);
        sends.entry(account.clone()).or_insert_with(|| Limiter::new(rate)).take(now)
    }
}
