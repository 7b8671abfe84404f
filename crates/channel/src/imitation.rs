//! Defines webhooks that we build and sign as a platform would, for `transom trigger` and tests.

use super::meta::compose::{CustomerAction, News};

/// The event of a webhook.
#[derive(Debug, Clone, Copy)]
pub enum ImitatedEvent<'a> {
    /// An action of a customer.
    Message(&'a CustomerAction),
    /// A delivery status of our message.
    Status(&'a News),
}

/// A webhook request to this daemon.
#[derive(Debug, Clone)]
pub struct Posted {
    /// The path with its query: `/webhooks/twilio/7?message=4711`.
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}
