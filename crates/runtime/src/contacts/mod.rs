//! Finds, merges and erases contacts, and keeps their opt-outs.
//!
//! `directory` finds a contact by the ids in webhooks; `merge` joins two contacts of one person; `erasure` deletes a
//! person's data everywhere; `opt_outs` is asked once more just before each send.

pub(super) mod consent_evidence;
pub(super) mod directory;
mod erasure;
mod erasure_rest;
mod lookup;
pub(super) mod merge;
pub(super) mod opt_outs;
mod redaction;
pub mod testers;
pub mod timeline;
