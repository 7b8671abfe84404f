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
/// Contacts of one request that imports, and consents of one of them.
pub const IMPORT_ROWS_MAX: usize = 100;
pub const IMPORT_CONSENTS_MAX: usize = 50;
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
/// Turns of a run that one answer shows, from its first; `transom runs show` has them all.
pub const TURNS_SHOWN_MAX: usize = 500;
/// Pages read for one answer, when most rows belong to other accounts.
pub const PAGES_READ_MAX: usize = 20;
/// One top-up, in ten-thousandths of the currency: far above any money.
pub const TOP_UP_MAX: u64 = 1_000_000_000_000_000;
/// All that came in for an account. As many top-ups as there are connections may pass at the same time: they still
/// fit into a number. The statement that writes them down names it, too.
pub const BALANCE_MAX: i64 = 1_000_000_000_000_000_000;
/// Texts of API requests.
pub const NAME_CHARS_MAX: usize = 255;
pub const PHONE_CHARS_MAX: usize = 32;
pub const URL_CHARS_MAX: usize = 2_048;

/// Messages of one conversation in an export; the lists have the rest.
pub const EXPORT_MESSAGES_MAX: i64 = 20_000;

// -- the health check of a sender
/// So long without a message is told, and is no fault: a quiet number may be well.
pub const CHECKUP_SILENCE: Span = Span::days(3);
/// A line of messages at the sender's rate that is longer is told.
pub const CHECKUP_RATE_WAIT_MAX: Span = Span::seconds(10);

// -- the dialects
/// Requests of one key to Waplify's dialect, and the time in which they are counted.
pub const WAPLIFY_REQUESTS_MAX: u32 = 100;
pub const WAPLIFY_WINDOW: Span = Span::minutes(1);
/// Keys that are counted before those of past minutes are forgotten.
pub const WAPLIFY_KEYS_MAX: usize = 10_000;
/// Contacts on one page of Waplify's dialect.
pub const WAPLIFY_PAGE_DEFAULT: i64 = 20;
pub const WAPLIFY_PAGE_MAX: i64 = 100;
/// Entries on one page of Kapso's dialect.
pub const KAPSO_PAGE_DEFAULT: usize = 20;
pub const KAPSO_PAGE_MAX: usize = 100;
/// Sandbox sessions of an account that are listed: the newest.
pub const TESTER_SESSIONS_READ_MAX: i64 = 1_000;
/// How long a phone stays a tester, and how long its code waits for it.
pub const TESTER_SESSION: Span = Span::hours(24);
/// How long sessions are kept.
pub const TESTER_SESSIONS_KEPT: Span = Span::days(30);
/// Files of customers that are read from platforms at a time, and one's length: WhatsApp takes no larger ones.
pub const FILES_AT_ONCE_MAX: usize = 16;
pub const MEDIA_BYTES_MAX: usize = 100 * 1024 * 1024;
/// How long one may take, from the question to its last byte.
pub const MEDIA_TIMEOUT: Span = Span::minutes(5);
/// How long a file's address is asked for its headers before it is sent.
pub const MEDIA_LOOK_WAIT: Span = Span::seconds(1);

// -- the stream of events
/// Connections that listen at once.
pub const EVENT_LISTENERS_MAX: usize = 64;
/// How often a listener's rows are looked for.
pub const EVENT_LOOK_EVERY: Span = Span::millis(250);
/// Rows of the log that are read at once.
pub const EVENTS_READ_MAX: i64 = 200;
/// A sign of life on a silent stream.
pub const EVENT_HEARTBEAT: Span = Span::seconds(15);
/// Reads of the log that wait for one listener; each holds at most `EVENTS_READ_MAX` events.
pub const EVENT_CHUNKS_WAITING_MAX: usize = 4;
/// A listener that has taken nothing for so long is let go.
pub const EVENT_READER_SLOW: Span = Span::seconds(10);
/// How long events are kept, and written down after the last listener was there.
pub const EVENTS_KEPT: Span = Span::days(3);
/// How often it is written down that somebody listens.
pub const EVENT_LISTENED_EVERY: Span = Span::hours(1);

// -- the HTTP server
/// A request's line and headers, from their first byte to their last; who is slower hears 408.
pub const HEAD_READ_TIMEOUT: Span = Span::seconds(30);
/// A request's body, from its first byte to its last; who is slower hears 408.
pub const BODY_READ_TIMEOUT: Span = Span::seconds(30);
/// Open connections; further ones wait in the kernel's queue.
pub const CONNECTIONS_MAX: usize = 4_096;
/// What is read of a connection before it is looked at; a request's headers must fit.
pub const HTTP_BUFFER_BYTES_MAX: usize = 64 * 1024;
/// A connection on which no request begins, and whose client takes nothing of an answer.
pub const CONNECTION_IDLE: Span = Span::seconds(75);
