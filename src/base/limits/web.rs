//! Limits of what we serve: webhooks, the API, the HTTP server.

use crate::base::time::Span;

// -- webhooks
/// A webhook's body; Meta documents 3 MB.
pub const WEBHOOK_BODY_BYTES_MAX: usize = 3 * 1024 * 1024;
/// How much of a too large body is read and thrown away, so that the client sees the 413.
pub const OVERSIZED_BODY_READ_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The body of `POST /hooks/{name}`.
pub const HOOK_BODY_BYTES_MAX: usize = 256 * 1024;
/// Within this time the same bytes for the same hook are a repetition, unless a header names the delivery.
pub const HOOK_REPEATED: Span = Span::minutes(10);

// -- the API
/// An API request's body.
pub const API_BODY_BYTES_MAX: usize = 256 * 1024;
/// How long a send waits for the provider before it answers without its id.
pub const API_SEND_WAIT: Span = Span::seconds(10);
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 255;
/// How long a repeated request waits for the first one; a send may take `API_SEND_WAIT`.
pub const IDEMPOTENCY_WAIT: Span = Span::seconds(15);
/// How long an idempotency key is remembered.
pub const IDEMPOTENCY_KEPT: Span = Span::days(1);
/// Entries on one page of a list.
pub const PAGE_DEFAULT: i64 = 50;
pub const PAGE_MAX: i64 = 200;
/// Pages read for one answer, when most rows belong to other accounts.
pub const PAGES_READ_MAX: usize = 20;
/// Texts of API requests.
pub const NAME_CHARS_MAX: usize = 255;
pub const PHONE_CHARS_MAX: usize = 32;
pub const URL_CHARS_MAX: usize = 2_048;

// -- the HTTP server
/// A request's body, from its first byte to its last.
pub const BODY_READ_TIMEOUT: Span = Span::seconds(30);
/// Open connections; further ones wait in the kernel's queue.
pub const CONNECTIONS_MAX: usize = 4_096;
/// A connection on which its client sends nothing.
pub const CONNECTION_IDLE: Span = Span::seconds(75);
/// After SIGTERM: how long requests in hand may take.
pub const STOP_WITHIN: Span = Span::seconds(10);
