//! Contains the endpoints of our own API: a file or folder is called as the noun of its path; `web/routes` lists them.
//!
//! | path | file |
//! |---|---|
//! | `/v1/contacts`, `/v1/consent` | `contacts.rs`, and below it consent, export and erasure, import, timeline |
//! | `/v1/conversations` | `conversations.rs` hands over; `conversations/inbox.rs` lists, searches and counts, `notes.rs` has the notes |
//! | `/v1/cases`, `/v1/replies`, `/v1/teams` | `cases.rs` and `cases/acts.rs`, `replies.rs` |
//! | `/v1/messages`, `…/conversations/{id}/messages` | `messages.rs`; `messages/` reads the body of a new one, and searches |
//! | `/v1/media`, `/v1/files` | `media/` |
//! | `/v1/runs` | `runs/`; `tracking.rs` encodes the ids of starts |
//! | `/v1/schedules` | `schedules.rs`, and below it forecasts, reports, the days ahead |
//! | `/v1/broadcasts` | `broadcasts.rs` |
//! | `/v1/events`, `/v1/webhooks` | `events.rs` takes one, `events/` gives them: the stream, subscriptions |
//! | `/v1/bot`, `/v1/flows`, `/v1/knowledge` | `bot.rs`, `bot/versions.rs`, `flows.rs`, `knowledge.rs` |
//! | `/v1/studio` | `studio/` |
//! | `/v1/senders`, `/v1/templates`, `/v1/balance`, `/v1/sandbox` | a file each |
//! | `/v1/people`, `/v1/session`, `/v1/audit`, `/v1/keys` | `people.rs` and `people/` |
//! | `/v1/health`, `/v1/dead-letters`, `/healthz`, `/readyz`, `/metrics` | `health.rs`, `dead_letters.rs`, `probes.rs` |
//!
//! The types of the bodies stand beside the handlers, and `base/body_fields.rs` has the types of their fields.
//! `addressee.rs`, `moments.rs`, `narrowing.rs` and `page.rs` read parts that several requests have.

mod addressee;
pub mod balance;
pub mod bot;
pub mod broadcasts;
pub mod cases;
pub mod contacts;
pub mod conversations;
pub mod dead_letters;
pub mod events;
pub mod flows;
pub mod health;
pub mod knowledge;
pub mod media;
pub mod messages;
mod moments;
mod narrowing;
pub mod page;
pub mod people;
pub mod probes;
pub mod replies;
pub mod runs;
pub mod sandbox;
pub mod schedules;
pub mod senders;
pub mod shadow;
pub mod studio;
pub mod templates;
pub(super) mod tracking;
