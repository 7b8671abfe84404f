//! Limits of what we serve: webhooks, the API, the HTTP server.

use crate::base::time::Span;

// -- webhooks
/// A webhook's body; Meta documents 3 MB.
pub const WEBHOOK_BODY_BYTES_MAX: usize = 3 * 1024 * 1024;
/// So soon a webhook is answered, if need be with 503: providers count a slow answer as none, and send it again.
pub const WEBHOOK_ANSWER_WITHIN: Span = Span::millis(1_800);
/// How much of a too large body is read and thrown away, so that the client sees the 413.
pub const OVERSIZED_BODY_READ_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The body of `POST /hooks/{name}`.
pub const HOOK_BODY_BYTES_MAX: usize = 256 * 1024;
/// The body of `POST /forms/{sender_id}`: what one screen of a form holds, sealed.
pub const FORM_BODY_BYTES_MAX: usize = 256 * 1024;
/// How long the flow behind a form may take for its next screen; Meta's client waits ten seconds.
pub const FORM_ANSWER_WAIT: Span = Span::seconds(9);
/// Within this time the same bytes for the same hook are a repetition, unless a header names the delivery.
pub const HOOK_REPEATED: Span = Span::minutes(10);

// -- strangers
/// Refused webhooks that the wire log takes in `STRANGERS_TOLD_EVERY`.
pub const STRANGERS_WRITTEN_MAX: u32 = 30;
/// Lines of the log about wrong keys in that time.
pub const STRANGERS_TOLD_MAX: u32 = 5;
pub const STRANGERS_TOLD_EVERY: Span = Span::minutes(1);

// -- the API
/// An API key of the configuration: who thinks one up of fewer characters can be guessed over the network.
pub const API_KEY_CHARS_MIN: usize = 16;
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
/// Messages of one conversation that may wait for a moment of their own, and how far ahead that may be.
pub const PLANNED_MESSAGES_MAX: i64 = 100;
pub const PLANNED_AHEAD: Span = Span::days(366);
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
/// A conversation of Kapso's dialect is active for so long after its last message.
pub const KAPSO_ACTIVE: Span = Span::hours(24);
/// How long the address of a customer's file is good without a key, as Meta's own.
pub const MEDIA_LINK_KEPT: Span = Span::minutes(5);
/// A form that brings a file: the largest document, and what stands around it.
pub const GRAPH_FORM_BYTES_MAX: usize = 101 * 1024 * 1024;
/// Cards in one message of Kapso's dialect, and numbers on one of them.
pub const CONTACT_CARDS_READ_MAX: usize = 50;
/// Fields of such a form.
pub const FORM_PARTS_MAX: usize = 32;
/// Sandbox sessions of an account that are listed: the newest.
pub const TESTER_SESSIONS_READ_MAX: i64 = 1_000;
/// How long a phone stays a tester, and how long its code waits for it.
pub const TESTER_SESSION: Span = Span::hours(24);
/// How long sessions are kept.
pub const TESTER_SESSIONS_KEPT: Span = Span::days(30);
/// Files of one account's customers that are read from platforms at a time, and one's length: WhatsApp takes no larger
/// ones.
pub const FILES_AT_ONCE_MAX: usize = 16;
pub const MEDIA_BYTES_MAX: usize = 100 * 1024 * 1024;
/// How long one may take, from the question to its last byte.
pub const MEDIA_TIMEOUT: Span = Span::minutes(5);
/// How long a file's address is asked for its headers before it is sent.
pub const MEDIA_LOOK_WAIT: Span = Span::seconds(1);

// -- the stream of events
/// Connections of one account that listen at once.
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
/// The bytes of bodies that are held at once, over all requests; bodies of at most `BODY_FREE_BYTES` are not counted.
pub const BODIES_HELD_BYTES_MAX: usize = 64 * 1024 * 1024;
pub const BODY_FREE_BYTES: usize = 16 * 1024;
/// The same for files that are uploaded with a key.
pub const FILES_HELD_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Open connections of one public address, or of one IPv6 network of 64 bits; proxies have no such limit.
pub const CONNECTIONS_PER_PEER_MAX: usize = 256;
/// Open connections; further ones wait in the kernel's queue.
pub const CONNECTIONS_MAX: usize = 4_096;
/// Those of probes and metrics, which nobody else can take.
pub const ADMIN_CONNECTIONS_MAX: usize = 64;
/// Files that the system lets the process have beside its connections: the database, the log, probes, calls of its own.
pub const FILES_KEPT_FREE: usize = 256;
/// What is read of a connection before it is looked at; a request's headers must fit.
pub const HTTP_BUFFER_BYTES_MAX: usize = 64 * 1024;
/// A connection on which no request begins, and whose client takes nothing of an answer.
pub const CONNECTION_IDLE: Span = Span::seconds(75);
