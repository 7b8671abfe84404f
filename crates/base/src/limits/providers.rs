//! Limits of outgoing requests: providers, `http` steps, the wire log.

use crate::time::Span;

// -- what a provider says
/// The length of a provider's message id; longer ones do not fit into a database index.
pub const PROVIDER_ID_BYTES_MAX: usize = 512;
/// The size of the contacts that a dead letter keeps with its item.
pub const DEAD_LETTER_CONTACTS_BYTES_MAX: usize = 64 * 1024;
/// The size of a provider's answer that is read.
pub const PROVIDER_ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// Characters of a provider's error text that are stored.
pub const PROVIDER_TEXT_CHARS_MAX: usize = 500;
/// Pages of a template catalogue with 100 templates each; Meta allows 6,000 templates.
pub const CATALOGUE_PAGES_MAX: usize = 100;

// -- health
/// A token that expires within this time causes a warning: operators look about once a week.
pub const TOKEN_ENDS_SOON: Span = Span::days(7);

// -- Direct Send
/// Characters of a message outside the window without a template (platform.md 4.7).
pub const DIRECT_SEND_CHARS_MAX: usize = 1024;
/// The pause of Direct Send after Meta refused a message, because an account that is not eligible gets a refusal for
/// each.
pub const DIRECT_SEND_REST: Span = Span::hours(1);

// -- asking for messages
/// The shortest polling interval of a sender.
pub const POLL_EVERY_MIN: Span = Span::seconds(10);
/// How often the poller checks whether a sender is due.
pub const POLL_REST: Span = Span::seconds(1);
/// The overlap of two polls, for messages that a platform lists late.
pub const POLL_OVERLAP: Span = Span::minutes(2);
/// Conversations in one poll, and conversations whose length is remembered.
pub const POLLED_CONVERSATIONS_MAX: usize = 10_000;
/// The interval at which the platform is asked about a window that is closed by our record.
pub const WINDOW_ASK_EVERY: Span = Span::minutes(10);

// -- an inbox of Chatwoot
/// The largest number of an account, inbox or team: the database there stores 63 bits, JSON holds 53.
pub const CHATWOOT_NUMBER_MAX: i64 = 9_007_199_254_740_991;
/// Attachments of one message that are read; Chatwoot stores at most fifteen.
pub const CHATWOOT_ATTACHMENTS_MAX: usize = 15;
/// The name of a kind of content that this version does not know.
pub const UNKNOWN_KIND_CHARS_MAX: usize = 64;

// -- read marks
/// An older message is not marked as read: its processing was resumed after an interruption.
pub const READ_MARK_FRESH: Span = Span::minutes(10);
/// Read marks under way at the same time; further messages are not marked.
pub const READ_MARKS_AT_ONCE_MAX: usize = 64;

// -- connections
/// The time for one request to a provider, from connecting to the last byte of the answer.
pub const PROVIDER_TIMEOUT: Span = Span::seconds(30);
/// The time for one upload of a file, which may have 100 MiB.
pub const UPLOAD_TIMEOUT: Span = Span::minutes(3);
pub const CONNECT_TIMEOUT: Span = Span::seconds(5);
/// Idle connections to one host, enough to keep those of one burst for the next.
pub const IDLE_CONNECTIONS_MAX: usize = 512;
pub const IDLE_CONNECTION_TIMEOUT: Span = Span::seconds(60);
/// Closed idle connections that a request tries before it opens a new one.
pub const STALE_CONNECTIONS_MAX: usize = 8;
/// The interval of TCP keep-alive probes.
pub const TCP_KEEPALIVE: Span = Span::seconds(15);

// -- files of the bot's own folder
/// Files that `check` indexes, and the depth of their folders; files beyond that are found when they are sent.
pub const OWN_FILES_MAX: usize = 5_000;
pub const OWN_FILES_DEPTH_MAX: usize = 8;
/// How long an upload is used: Meta stores it for thirty days.
pub const UPLOAD_KEPT: Span = Span::days(29);
/// How long a file is not offered to a platform again after it was refused: a thousand messages may contain it.
pub const UPLOAD_REST: Span = Span::seconds(10);
/// Uploads at the same time: each holds its file in memory twice.
pub const UPLOADS_AT_ONCE_MAX: usize = 2;

// -- pauses
/// A longer `Retry-After` is taken for a mistake and shortened to this.
pub const RETRY_AFTER_MAX: Span = Span::hours(1);
/// The pause after 131048 (spam): an earlier retry makes it worse.
pub const SPAM_PAUSE: Span = Span::hours(4);
/// The pause after 133016 (too many registrations), by Meta's documentation.
pub const REGISTRATION_PAUSE: Span = Span::hours(72);
/// The longest pause of templates after Meta restricted an account for a stated period.
pub const RESTRICTION_MAX: Span = Span::days(30);
/// Consecutive refusals because nobody could be reached (131026), after which a number counts as undeliverable.
pub const UNDELIVERABLE_AFTER: u32 = 3;
/// The pause of a sender if its provider states no time.
pub const PAUSE_DEFAULT: Span = Span::minutes(5);
/// Consecutive messages, or requests, without an answer, after which the platform counts as down.
pub const BREAKER_FAILURES: usize = 5;
/// How long requests must have stayed without any answer for that; a single one lasts up to `PROVIDER_TIMEOUT`.
pub const BREAKER_SILENCE: Span = Span::seconds(10);
/// The time until the first message probes whether the platform is back, and the longest interval between two probes.
pub const BREAKER_PROBE_FIRST: Span = Span::seconds(5);
pub const BREAKER_PROBE_MAX: Span = Span::minutes(1);
/// The interval at which a message for the next probe is searched.
pub const BREAKER_LOOK_EVERY: Span = Span::seconds(5);
/// A platform that fails again within this time is in the same outage, which is not reported again.
pub const BREAKER_CALM: Span = Span::minutes(2);
/// The longest pause of one pair of sender and recipient (4^n s, platform.md 4.11).
pub const PAIR_WAIT_MAX: Span = Span::minutes(5);
/// One message to a person in six seconds, with a burst of 45 (platform.md 4.9).
pub const PAIR_GAP: Span = Span::seconds(6);
pub const PAIR_BURST: u32 = 45;

// -- `http` steps
pub const CALL_ANSWER_BYTES_MAX: usize = 256 * 1024;
pub const CALL_REDIRECTS_MAX: usize = 5;
/// Calls of `http` steps that run at the same time.
pub const CALLS_AT_ONCE_MAX: usize = 256;

// -- language models
/// The longest pause that an overloaded model may ask for, and the pause if it names none.
pub const MODEL_RETRY_AFTER_MAX: Span = Span::seconds(5);
pub const MODEL_RETRY_DEFAULT: Span = Span::seconds(1);
/// Models in the configuration.
pub const MODELS_MAX: usize = 20;
/// Questions to one model at the same time, if `at_once` does not say otherwise, and the largest `at_once`.
pub const MODEL_CALLS_AT_ONCE_DEFAULT: i64 = 16;
pub const MODEL_CALLS_AT_ONCE_MAX: i64 = 64;
/// The name of the region of a model.
pub const MODEL_REGION_BYTES_MAX: usize = 20;
/// A model that failed so often within this time rests.
pub const MODEL_FAILURES_MAX: usize = 5;
pub const MODEL_FAILURES_WITHIN: Span = Span::minutes(1);
/// How long a model rests.
pub const MODEL_REST: Span = Span::seconds(30);
/// The largest number of tokens that is believed of a server, for each kind; no model reads so many at once.
pub const MODEL_COUNTED_TOKENS_MAX: u64 = 10_000_000;
/// Budgets of one model, of the bot or of one flow, for all people or for each.
pub const MODEL_BUDGETS_MAX: usize = 8;
/// The part of a budget whose use is told, in hundredths.
pub const MODEL_BUDGET_ALARM_PERCENT: i64 = 80;
/// The longest period of a budget. The costs of questions are kept longer.
pub const MODEL_BUDGET_PERIOD_MAX: Span = Span::days(31);
pub const MODEL_CALLS_KEPT: Span = Span::days(62);

/// The largest voice note that is sent to a model: servers of OpenAI's dialect take 25 MB.
pub const VOICE_BYTES_MAX: usize = 25 * 1000 * 1000;
/// The most seconds that a server is believed to have heard, which bounds their cost.
pub const VOICE_SECONDS_BELIEVED_MAX: i64 = 3_600;

// -- the wire log
pub const WIRE_FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
pub const WIRE_FILES_MAX: usize = 4;
/// Exchanges that wait to be written; further ones are dropped and counted.
pub const WIRE_QUEUE_MAX: usize = 4096;
/// The size of a body before it is redacted.
pub const WIRE_BODY_BYTES_MAX: usize = 64 * 1024;
/// How long the wire log collects exchanges before it writes: each wake-up costs the sending thread a system call.
pub const WIRE_GATHER: Span = Span::millis(20);

// -- the sandbox
/// Messages by which a watcher of the sandbox may lag behind.
pub const SANDBOX_WATCH_MAX: usize = 1024;
