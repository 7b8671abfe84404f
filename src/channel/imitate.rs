//! Webhooks that a platform would post, made by us and signed as it signs: for `transom trigger` and tests.

use super::meta::compose::{Act, News};

/// What a webhook tells.
#[derive(Debug, Clone, Copy)]
pub enum Told<'a> {
    /// A customer did something.
    Message(&'a Act),
    /// What became of a message of ours.
    Status(&'a News),
}

/// A request to this daemon.
#[derive(Debug, Clone)]
pub struct Posted {
    /// With its query: `/webhooks/twilio/7?message=4711`.
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}
