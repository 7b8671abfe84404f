//! Limits of what we call: providers, `http` steps, the wire log.

use crate::base::time::Span;

// -- what a provider says
/// An id that a provider gives to a message; longer ones do not fit a database index.
pub const PROVIDER_ID_BYTES_MAX: usize = 512;
/// Contacts that a single dead letter carries with its item.
pub const DEAD_LETTER_CONTACTS_BYTES_MAX: usize = 64 * 1024;
/// People of whom it is remembered with which number of a messaging service they talk.
pub const POOL_NUMBERS_MAX: usize = 50_000;
/// What we read of a provider's answer.
pub const PROVIDER_ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// A provider's error text as it is kept.
pub const PROVIDER_TEXT_CHARS_MAX: usize = 500;
/// Pages of a template catalogue; 100 templates each, Meta allows 6,000.
pub const CATALOGUE_PAGES_MAX: usize = 100;

// -- health
/// A token that ends within this time is worth a warning: somebody looks once a week.
pub const TOKEN_ENDS_SOON: Span = Span::days(7);

// -- Direct Send
/// The text of a message outside the window without a template (platform.md 4.7).
pub const DIRECT_SEND_CHARS_MAX: usize = 1024;
/// After Meta refused one, none goes that way for so long: an account that is not eligible refuses each.
pub const DIRECT_SEND_REST: Span = Span::hours(1);

// -- asking for messages
/// No sender is asked more often.
pub const POLL_EVERY_MIN: Span = Span::seconds(10);
/// How often the poller looks whether somebody is due.
pub const POLL_REST: Span = Span::seconds(1);
/// What a platform told late is asked for once more.
pub const POLL_OVERLAP: Span = Span::minutes(2);
/// Conversations of one look, and those whose length is remembered.
pub const POLLED_CONVERSATIONS_MAX: usize = 10_000;
/// A window that our record calls closed is asked for at the platform once in this time.
pub const WINDOW_ASK_EVERY: Span = Span::minutes(10);

// -- read marks
/// An older message is not marked: it was taken up again after a standstill.
pub const READ_MARK_FRESH: Span = Span::minutes(10);
/// Marks on their way; what comes when they are full is not marked.
pub const READ_MARKS_AT_ONCE_MAX: usize = 64;

// -- connections
/// One request to a provider, from connecting to the last byte of the answer.
pub const PROVIDER_TIMEOUT: Span = Span::seconds(30);
/// One upload of a file, which may have 100 MiB.
pub const UPLOAD_TIMEOUT: Span = Span::minutes(3);
pub const CONNECT_TIMEOUT: Span = Span::seconds(5);
/// Connections kept open to one host: what one burst opened the next one uses, instead of closing and opening again.
pub const IDLE_CONNECTIONS_MAX: usize = 512;
pub const IDLE_CONNECTION_TIMEOUT: Span = Span::seconds(60);
/// Idle connections that a request finds closed before it opens one of its own.
pub const STALE_CONNECTIONS_MAX: usize = 8;
/// How often a silent connection is asked whether it lives.
pub const TCP_KEEPALIVE: Span = Span::seconds(15);

// -- files of the bot's own folder
/// How many are known by `check`, how deep their folders go; what lies beyond is found when it is sent.
pub const OWN_FILES_MAX: usize = 5_000;
pub const OWN_FILES_DEPTH_MAX: usize = 8;
/// How long an upload is used: Meta keeps it for thirty days.
pub const UPLOAD_KEPT: Span = Span::days(29);
/// After a platform refused a file nobody offers it again for so long: a thousand messages may carry it.
pub const UPLOAD_REST: Span = Span::seconds(10);
/// Uploads at a time: each holds its file in memory, twice.
pub const UPLOADS_AT_ONCE_MAX: usize = 2;

// -- pauses
/// A `Retry-After` beyond this is taken for a mistake and shortened.
pub const RETRY_AFTER_MAX: Span = Span::hours(1);
/// After 131048 (spam): repeating sooner makes it worse.
pub const SPAM_PAUSE: Span = Span::hours(4);
/// After 133016 (too many registrations): Meta's own figure.
pub const REGISTRATION_PAUSE: Span = Span::hours(72);
/// The longest rest of templates after Meta restricted an account; it names a time of its own.
pub const RESTRICTION_MAX: Span = Span::days(30);
/// So many refusals in a row because nobody could be reached (131026), and a number counts as undeliverable.
pub const UNDELIVERABLE_AFTER: u32 = 3;
/// How long a sender rests when its provider names no time.
pub const PAUSE_DEFAULT: Span = Span::minutes(5);
/// So many messages in a row without an answer, or so many requests that nobody answers, and the platform counts as down.
pub const BREAKER_FAILURES: usize = 5;
/// How long requests are left without any answer before that; each of them lasts up to `PROVIDER_TIMEOUT`.
pub const BREAKER_SILENCE: Span = Span::seconds(10);
/// After how long the first message tries whether the platform is back, and the longest time between two that try.
pub const BREAKER_PROBE_FIRST: Span = Span::seconds(5);
pub const BREAKER_PROBE_MAX: Span = Span::minutes(1);
/// How often a message is looked for that may try.
pub const BREAKER_LOOK_EVERY: Span = Span::seconds(5);
/// A platform that fails again within this time is in the same outage: nobody is told again.
pub const BREAKER_CALM: Span = Span::minutes(2);
/// The longest pause of one pair of sender and person (4^n s, platform.md 4.11).
pub const PAIR_WAIT_MAX: Span = Span::minutes(5);
/// One message to a person in six seconds, 45 borrowed from the future (platform.md 4.9).
pub const PAIR_GAP: Span = Span::seconds(6);
pub const PAIR_BURST: u32 = 45;

// -- `http` steps
pub const CALL_ANSWER_BYTES_MAX: usize = 256 * 1024;
pub const CALL_REDIRECTS_MAX: usize = 5;
/// Calls of `http` steps that are under way at a time.
pub const CALLS_AT_ONCE_MAX: usize = 256;

// -- the wire log
pub const WIRE_FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
pub const WIRE_FILES_MAX: usize = 4;
/// Exchanges that wait to be written; what comes when it is full is dropped and counted.
pub const WIRE_QUEUE_MAX: usize = 4096;
/// Of a body, before it is redacted.
pub const WIRE_BODY_BYTES_MAX: usize = 64 * 1024;
/// How long the wire log gathers exchanges before it writes: each wake-up would cost the sender a system call.
pub const WIRE_GATHER: Span = Span::millis(20);

// -- the sandbox
/// Messages that a watcher of the sandbox may lag behind.
pub const SANDBOX_WATCH_MAX: usize = 1024;
