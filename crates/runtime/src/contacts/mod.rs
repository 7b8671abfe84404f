//! Finds, merges and erases contacts, and keeps their opt-outs.
//!
//! `directory` finds a contact by the ids in webhooks; `merge` joins two contacts of one person; `erasure` deletes a
//! person's data everywhere; `opt_outs` is asked once more just before each send.

pub(super) mod directory;
mod erasure;
mod erasure_rest;
mod lookup;
pub(super) mod merge;
pub(super) mod opt_outs;
pub(super) mod redaction;
mod searchable;
pub mod testers;
pub mod timeline;

use crate::{
    base::clock::Clock,
    lane::queue::Queue,
    process::{Process, metrics::Metrics},
    senders::registry::Senders,
    store::Store,
};
use directory::Directory;
use opt_outs::OptOuts;
use std::sync::{Arc, atomic::AtomicBool};

/// Knows all contacts of the daemon by their ids.
pub struct Contacts {
    clock: Arc<dyn Clock>,
    store: Store,
    metrics: Metrics,
    /// Signs the digests of erased people.
    token_key: Arc<[u8]>,
    pub(crate) directory: Directory,
    /// Opt-outs from the moment of recording, so that no queued message leaves after the webhook was answered.
    pub(crate) opt_outs: OptOuts,
    /// Serializes the joining of contacts.
    merge_lock: tokio::sync::Mutex<()>,
    /// True if any erased contact had opted out: a new contact may be the same person.
    pub(crate) erased_stops: AtomicBool,
    senders: Arc<Senders>,
    queue: Arc<Queue>,
}

impl Contacts {
    /// `erased_stops`: whether the database says that an erased contact had opted out.
    pub(crate) fn new(process: &Process, senders: &Arc<Senders>, queue: &Arc<Queue>, erased_stops: bool) -> Self {
        let Process { clock, store, metrics, token_key, .. } = process.clone();
        Contacts {
            clock,
            store,
            metrics,
            token_key,
            directory: Directory::default(),
            opt_outs: OptOuts::default(),
            merge_lock: tokio::sync::Mutex::default(),
            erased_stops: AtomicBool::new(erased_stops),
            senders: Arc::clone(senders),
            queue: Arc::clone(queue),
        }
    }
}
