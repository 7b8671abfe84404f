//! Every limit of the program, by name and unit. Each has a test at the limit.

use super::time::Span;

// -- webhooks and the API
/// A webhook's body; Meta documents 3 MB.
pub const WEBHOOK_BODY_BYTES_MAX: usize = 3 * 1024 * 1024;
/// How much of a too large body is read and thrown away, so that the client sees the 413.
pub const OVERSIZED_BODY_READ_BYTES_MAX: usize = 16 * 1024 * 1024;
/// An API request's body.
pub const API_BODY_BYTES_MAX: usize = 256 * 1024;

// -- the window and messages
/// How long a conversation stays open after the customer's own last message.
pub const WINDOW: Span = Span::hours(24);
/// Taken off the window's end wherever there is another way (template, hold, skip).
pub const WINDOW_MARGIN: Span = Span::minutes(5);
/// Asked for: at most this long after the contact's message.
pub const ASKED_FOR: Span = Span::minutes(30);
/// How long `hold` keeps a message when the author names no length.
pub const HOLD_DEFAULT: Span = Span::days(7);
/// How long a platform tries to deliver a message that says nothing else (Meta: 30 days), and how much longer
/// we wait for the status before the message counts as dropped.
pub const DELIVERY_TTL_DEFAULT: Span = Span::days(30);
pub const DELIVERY_GRACE: Span = Span::minutes(5);
/// Characters of the texts that `gather` joins; more end it.
pub const GATHERED_CHARS_MAX: usize = 16 * 1024;
/// The longest `gather`.
pub const GATHER_MAX: Span = Span::minutes(10);

// -- scripts
/// Operations of one script or expression.
pub const SCRIPT_OPERATIONS_MAX: u64 = 1_000_000;
pub const SCRIPT_STRING_BYTES_MAX: usize = 64 * 1024;
pub const SCRIPT_ARRAY_ITEMS_MAX: usize = 4096;
pub const SCRIPT_MAP_ENTRIES_MAX: usize = 1024;
/// Size of all values that one script may give back, as JSON.
pub const SCRIPT_RESULT_BYTES_MAX: usize = 256 * 1024;

// -- a turn of the engine
/// Steps in one turn; more means a loop without a wait.
pub const STEPS_PER_TURN_MAX: usize = 1_000;
/// Rounds of `repeat: {while: …}`, unless the author writes `max`, and the most that may be written.
pub const REPEAT_ROUNDS_DEFAULT: i64 = 100;
pub const REPEAT_ROUNDS_MAX: i64 = 10_000;
/// The weight of one way of a `split`.
pub const SPLIT_WEIGHT_MAX: i64 = 1_000;
/// Calls inside calls.
pub const CALL_DEPTH_MAX: usize = 16;
/// Runs of one conversation that exist at a time.
pub const RUNS_PER_CONVERSATION_MAX: usize = 50;
/// Starts that wait in line for a busy conversation.
pub const QUEUED_STARTS_MAX: usize = 50;
/// An event that starts a flow that emits an event, and so on.
pub const EVENT_DEPTH_MAX: usize = 8;
/// A session as JSON.
pub const SESSION_BYTES_MAX: usize = 1024 * 1024;

// -- rate limits
/// Keys that one limiter remembers at a time (people, API keys).
pub const LIMITER_KEYS_MAX: usize = 100_000;

/// `fmt` spreads a list or map between brackets over lines when its own line would be longer (characters).
pub const FMT_COLUMNS_MAX: usize = 110;
/// A comment or empty line in an odd place may move once more when a file is formatted again.
pub const FMT_ROUNDS_MAX: u32 = 4;

/// An editor is told findings when nobody has typed for so long.
pub const EDITOR_PAUSE: std::time::Duration = std::time::Duration::from_millis(60);

// -- files of the author
/// A flow, test or configuration file.
pub const YAML_BYTES_MAX: usize = 512 * 1024;
/// What a file unfolds to, aliases counted as what they stand for.
pub const YAML_NODES_MAX: usize = 50_000;
/// Maps within lists within maps …
pub const YAML_DEPTH_MAX: usize = 64;
pub const YAML_ANCHORS_MAX: usize = 100;
/// How many broken lines of one file are explained before we give up on it.
pub const YAML_MENDS_MAX: usize = 30;
// -- clocks
/// How often the end of quiet hours is moved on from zone to zone before we give up pleasing all.
pub const QUIET_ROUNDS_MAX: usize = 48;
/// Days that are searched for the next opening of a team.
pub const OPENING_DAYS_MAX: usize = 400;

// -- configuration and the bot's folder
/// The configuration file.
pub const CONFIG_BYTES_MAX: usize = 512 * 1024;
/// A file behind `${file:…}`.
pub const SECRET_FILE_BYTES_MAX: usize = 64 * 1024;
/// How long to wait for a status that settles an unknown send.
pub const UNKNOWN_AFTER_DEFAULT: Span = Span::seconds(60);
// -- the store
/// Write-sets in one transaction.
pub const GROUP_SETS_MAX: usize = 256;
/// JSON of the rows in one transaction; a write-set larger than that goes alone.
pub const GROUP_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Write-sets that wait for the writer; beyond that `commit` waits for room.
pub const COMMIT_QUEUE_MAX: usize = 4096;
/// Times that a transaction broken by a deadlock or lock time-out is tried.
pub const COMMIT_TRIES_MAX: u32 = 5;
/// A transaction that takes longer than this counts as lost (Postgres).
pub const COMMIT_TIMEOUT: Span = Span::seconds(10);
/// How long the server keeps the session, and so the locks, of a daemon that has gone silent (Postgres).
pub const WRITER_SESSION_TIMEOUT: Span = Span::seconds(10);
/// An idle writer shows that it lives (Postgres); a fifth of the session's time-out.
pub const WRITER_PING: Span = Span::seconds(2);
/// Longest pause between two tries to reach a lost database.
pub const RECONNECT_PAUSE_MAX: Span = Span::seconds(2);
/// How long a start waits for a killed daemon's locks on Postgres, and how often it tries SQLite's, 10 ms apart.
pub const OWNER_WAIT: Span = Span::seconds(2);
pub const LOCK_TRIES_MAX: u32 = 30;
/// How long `close` waits for the writer.
pub const STORE_CLOSE_TIMEOUT: Span = Span::seconds(10);
/// Ids taken from the table at a time. Two blocks are in hand, so this many can be drawn between two commits.
pub const ID_BLOCK: i64 = 1_000_000;
/// Shards of contacts; a daemon holds a lock for each that it owns.
pub const SHARDS: i32 = 256;
/// Connections that only read.
pub const READERS: u32 = 4;
/// Rows of a page, unless the caller asks for fewer.
pub const PAGE_ROWS_MAX: i64 = 1000;
/// Unhandled messages that recovery takes up at a time.
pub const RECOVERY_SLICE: i64 = 64;
// -- lanes
/// Contacts whose state stays in memory while they are idle.
pub const LANES_KEPT_MAX: usize = 50_000;

// -- templates
/// One value of a template's parameter; Meta documents 1,024 for the whole body.
pub const TEMPLATE_VALUE_CHARS_MAX: usize = 1024;
/// All flows, scripts and locales together.
pub const BOT_BYTES_MAX: usize = 16 * 1024 * 1024;
pub const BOT_FILES_MAX: usize = 2_000;
/// How long files must be left alone before a change counts as done.
pub const WATCH_SETTLE: Span = Span::millis(100);
/// How often files are looked at in case the system tells nothing.
pub const WATCH_LOOK_EVERY: Span = Span::millis(500);
// -- providers
/// An id that a provider gives to a message; longer ones do not fit a database index.
pub const PROVIDER_ID_BYTES_MAX: usize = 512;
/// A phone or BSUID (`CC.` and 128 characters).
pub const ALIAS_BYTES_MAX: usize = 256;
/// A person's name as the platform shows it.
pub const CONTACT_NAME_CHARS_MAX: usize = 256;
/// Contacts that a single dead letter carries with its item.
pub const DEAD_LETTER_CONTACTS_BYTES_MAX: usize = 64 * 1024;
/// What we read of a provider's answer.
pub const PROVIDER_ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// One request to a provider, from connecting to the last byte of the answer.
pub const PROVIDER_TIMEOUT: Span = Span::seconds(30);
pub const CONNECT_TIMEOUT: Span = Span::seconds(5);
/// Connections kept open to one host: what one burst opened the next one uses, instead of closing and opening again.
pub const IDLE_CONNECTIONS_MAX: usize = 512;
pub const IDLE_CONNECTION_TIMEOUT: Span = Span::seconds(60);
/// How often a silent connection is asked whether it lives.
pub const TCP_KEEPALIVE: Span = Span::seconds(15);
/// A `Retry-After` beyond this is taken for a mistake and shortened.
pub const RETRY_AFTER_MAX: Span = Span::hours(1);
/// After 131048 (spam): repeating sooner makes it worse.
pub const SPAM_PAUSE: Span = Span::hours(4);
/// After 133016 (too many registrations): Meta's own figure.
pub const REGISTRATION_PAUSE: Span = Span::hours(72);
/// Pages of a template catalogue; 100 templates each, Meta allows 6,000.
pub const CATALOGUE_PAGES_MAX: usize = 100;
/// A provider's error text as it is kept.
pub const PROVIDER_TEXT_CHARS_MAX: usize = 500;

// -- `http` steps
pub const CALL_ANSWER_BYTES_MAX: usize = 256 * 1024;
pub const CALL_REDIRECTS_MAX: usize = 5;

/// Messages that a watcher of the sandbox may lag behind.
pub const SANDBOX_WATCH_MAX: usize = 1024;

// -- the wire log
pub const WIRE_FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
pub const WIRE_FILES_MAX: usize = 4;
/// Exchanges that wait to be written; what comes when it is full is dropped and counted.
pub const WIRE_QUEUE_MAX: usize = 4096;
/// Of a body, before it is redacted.
pub const WIRE_BODY_BYTES_MAX: usize = 64 * 1024;
/// Batches of one retention pass over a table.
pub const RETENTION_BATCHES_MAX: usize = 200;

// -- more of scripts
pub const SCRIPT_CALL_LEVELS_MAX: usize = 16;
pub const SCRIPT_EXPRESSION_DEPTH_MAX: usize = 32;
pub const SCRIPT_VARIABLES_MAX: usize = 256;
pub const SCRIPT_FUNCTIONS_MAX: usize = 64;
/// A regular expression after it is compiled.
pub const SCRIPT_PATTERN_BYTES_MAX: usize = 256 * 1024;
/// Compiled regular expressions of scripts that are kept.
pub const SCRIPT_PATTERNS_KEPT: usize = 256;

/// Acts of one random customer, beside a beginning from somebody's test.
pub const WANDER_ACTS_MAX: usize = 30;
/// Troubles of different kinds that one `--wander` makes cases of.
pub const WANDER_FOUND_MAX: usize = 12;
/// Replays spent on making one of them short.
pub const WANDER_TRIES_MAX: usize = 250;
/// Messages of a conversation that `--record` looks through, the newest.
pub const RECORD_MESSAGES_MAX: i64 = 2_000;
/// A shorter pause between two messages changes nothing.
pub const RECORD_GAP_MIN: Span = Span::seconds(11);
/// Acts that `test init` plays before it leaves the rest to the author.
pub const TEST_INIT_ACTS_MAX: usize = 12;

// -- flows
/// The most tries that a question may give.
pub const ASK_TRIES_MAX: i64 = 20;

// -- calls of flows, and notifications
/// Calls of `http` steps that are under way at a time.
pub const CALLS_AT_ONCE_MAX: usize = 256;
/// Notifications of one pass.
pub const NOTIFY_AT_ONCE: i64 = 100;
pub const NOTIFY_TIMEOUT: Span = Span::seconds(10);
pub const NOTIFY_BACKOFF_MAX: Span = Span::hours(1);
/// A notification that nobody took for so long is given up, and counted.
pub const NOTIFY_GIVE_UP: Span = Span::days(1);
/// How often rows are looked at without a kick.
pub const NOTIFY_LOOK_EVERY: Span = Span::seconds(1);
/// How recently the contact must have written for the bot to speak of its own errors.
pub const TALKING: Span = Span::minutes(15);
/// Bad answers, and taps on a question just answered, within this time count once.
pub const COUNT_ONCE: Span = Span::seconds(10);
/// A waiting question is asked again because of an old button at most this often.
pub const ASK_AGAIN_EVERY: Span = Span::minutes(1);
/// An opt-out is confirmed at most this often.
pub const CONFIRM_STOP_EVERY: Span = Span::days(1);
/// How long an unsure opt-out word that was asked back may be confirmed by a typed yes.
pub const UNSURE_STOP: Span = Span::minutes(30);
/// `wait: window_closing` ends this long before the window does.
pub const WINDOW_CLOSING: Span = Span::minutes(30);
/// Messages of a contact that wait for a call to come back.
pub const WAITING_MESSAGES_MAX: usize = 50;
/// Keys of `once_per` that a lane reads of its contact, the newest.
pub const ONCE_KEYS_READ: i64 = 10_000;
/// A key of `once_per`; a longer one is kept as its digest.
pub const ONCE_KEY_BYTES_MAX: usize = 200;
/// How long a `request_welcome` waits for the text that follows it.
pub const WELCOME_WAIT: Span = Span::seconds(3);
/// Messages of a conversation whose delivery may still start a flow.
pub const FOLLOWED_MAX: usize = 50;
/// Within this time the same bytes for the same hook are a repetition, unless a header names the delivery.
pub const HOOK_REPEATED: Span = Span::minutes(10);
/// The body of `POST /hooks/{name}`.
pub const HOOK_BODY_BYTES_MAX: usize = 256 * 1024;
/// A list shows so many rows at most; a message so many buttons.
pub const LIST_ROWS_MAX: usize = 10;
/// Options that stand on every page of a longer list.
pub const LIST_FIXED_MAX: usize = 4;
/// Options of one question, over all pages.
pub const OPTIONS_MAX: usize = 100;
/// The short lines above and below a message with buttons.
pub const EDGE_CHARS_MAX: usize = 60;
pub const BUTTONS_MAX: usize = 3;
pub const BUTTON_TITLE_CHARS_MAX: usize = 20;
pub const ROW_TITLE_CHARS_MAX: usize = 24;
pub const ROW_DESCRIPTION_CHARS_MAX: usize = 72;
/// Characters of a text, and of a text above buttons.
pub const TEXT_CHARS_MAX: usize = 4096;
pub const BUTTON_BODY_CHARS_MAX: usize = 1024;
/// One try of an `http` step that names no time-out.
pub const CALL_TIMEOUT_DEFAULT: Span = Span::seconds(10);
/// The most retries that an `http` step may ask for.
pub const CALL_RETRIES_MAX: i64 = 10;
// -- contacts and lanes
/// Names of contacts, and conversations, that are remembered without asking the database.
pub const DIRECTORY_ENTRIES_MAX: usize = 200_000;
/// How often recording is tried again when another webhook was faster.
pub const ACCEPT_TRIES_MAX: usize = 3;
/// How often a lane tries to store one message before the sweep takes it up.
pub const LANE_TRIES_MAX: usize = 3;
/// Messages of one conversation that are read back at once.
pub const OUTBOX_READ_MAX: i64 = 1_000;
/// Ticks of one session at one moment; more is our bug.
pub const TICKS_AT_ONCE_MAX: usize = 100;

// -- sending
/// How often one message is put on the wire.
pub const SEND_ATTEMPTS_MAX: u32 = 8;
/// The longest pause of one pair of sender and person (4^n s, platform.md 4.11).
pub const PAIR_WAIT_MAX: Span = Span::minutes(5);
/// How long a sender rests when its provider names no time.
pub const PAUSE_DEFAULT: Span = Span::minutes(5);
/// How long a status is waited for before an unknown send is decided.
pub const UNKNOWN_AFTER: Span = Span::seconds(60);
/// Unknown sends on the list that a start remembers, the newest: a late status takes them off it.
pub const LISTED_READ_MAX: i64 = 10_000;
/// What was asked for by a message this young is sent again when it is unknown.
pub const RESEND_WITHIN: Span = Span::minutes(15);
/// How often a message looks whether one of its templates has become usable.
pub const TEMPLATE_RETRY: Span = Span::minutes(10);
/// One message to a person in six seconds, 45 borrowed from the future (platform.md 4.9).
pub const PAIR_GAP: Span = Span::seconds(6);
pub const PAIR_BURST: u32 = 45;
/// Stamps kept of one topic's unasked messages.
pub const STAMPS_KEPT_MAX: usize = 100;

// -- the clockwork
/// Rows due within this time are in the timers' heap; the others wait in the database.
pub const WAKE_HORIZON: Span = Span::minutes(2);
pub const LOAD_DUE_EVERY: Span = Span::seconds(30);
pub const SWEEP_EVERY: Span = Span::minutes(1);
/// What has been unhandled or due for longer and is in no lane is our bug.
pub const SWEEP_AGE: Span = Span::minutes(1);
/// Rows that are due and read at once.
pub const DUE_READ_MAX: i64 = 50_000;
/// A message that was taken up so often is poisonous.
pub const INBOUND_ATTEMPTS_MAX: i64 = 3;
/// Rounds of work at one moment of a clock that is moved by hand.
pub const SETTLE_TURNS_MAX: usize = 1_000;

// -- schedules
/// Contacts of one planning commit.
pub const PLAN_BATCH: i64 = 500;
/// Starts handed to their lanes at a time.
pub const START_SLICE: i64 = 500;

// -- start and stop
/// How long what is in hand may take when the daemon stops.
pub const STOP_DRAIN: Span = Span::seconds(10);
/// Of the key that signs buttons.
pub const TOKEN_KEY_BYTES: usize = 32;
/// How long an idempotency key is remembered.
pub const IDEMPOTENCY_KEPT: Span = Span::days(1);
/// How long a lane rests that could not store its work.
pub const LANE_RETRY: Span = Span::seconds(1);
/// How often start rows are looked at whose slot has come.
pub const BEGIN_EVERY: Span = Span::millis(100);
// -- the HTTP server
/// A request's body, from its first byte to its last.
pub const BODY_READ_TIMEOUT: Span = Span::seconds(30);
/// Open connections; further ones wait in the kernel's queue.
pub const CONNECTIONS_MAX: usize = 4_096;
/// A connection on which its client sends nothing.
pub const CONNECTION_IDLE: Span = Span::seconds(75);
/// After SIGTERM: how long requests in hand may take.
pub const STOP_WITHIN: Span = Span::seconds(10);

// -- the API
/// How long a send waits for the provider before it answers without its id.
pub const API_SEND_WAIT: Span = Span::seconds(10);
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 255;
/// How long a repeated request waits for the first one; a send may take `API_SEND_WAIT`.
pub const IDEMPOTENCY_WAIT: Span = Span::seconds(15);
/// Entries on one page of a list.
pub const PAGE_DEFAULT: i64 = 50;
pub const PAGE_MAX: i64 = 200;
/// Pages read for one answer, when most rows belong to other accounts.
pub const PAGES_READ_MAX: usize = 20;
/// Texts of API requests.
pub const NAME_CHARS_MAX: usize = 255;
pub const PHONE_CHARS_MAX: usize = 32;
pub const URL_CHARS_MAX: usize = 2_048;
/// The longest text message of WhatsApp.
pub const MESSAGE_CHARS_MAX: usize = 4_096;

// -- the command line
/// One request of a command to the daemon or to a provider.
pub const COMMAND_TIMEOUT: Span = Span::seconds(20);
/// Messages and turns of one conversation that the sandbox in the terminal looks at.
pub const STAGE_MESSAGES_MAX: i64 = 500;
/// How far this machine's clock may be from a provider's before `doctor` says so.
pub const CLOCK_SKEW_MAX: Span = Span::seconds(60);

/// Conversations that a preview of a deployment looks at: in the terminal, and in the daemon that goes on meanwhile.
pub const PREVIEW_CONVERSATIONS_MAX: usize = 200_000;
pub const PREVIEW_AT_RELOAD_MAX: usize = 10_000;
/// Of them are read at once.
pub const PREVIEW_PAGE: i64 = 500;
/// Fires of a schedule that it shows, and how far ahead it looks for them.
pub const PREVIEW_FIRES: usize = 3;
pub const PREVIEW_HORIZON: Span = Span::days(400);

// -- authors' tests
/// Moments at which something fell due that one `advance` may pass: a year of a fire each quarter of an hour.
pub const TEST_MOMENTS_MAX: usize = 40_000;
/// Of our messages that a case looks at for what was refused or waits, the newest.
pub const TEST_OUTBOUND_READ: i64 = 500;
// -- flows
/// A flow whose last so many runs all failed is paused.
pub const FAILED_RUNS_MAX: u32 = 20;

/// How long rows that nobody waits for wait for a group to ride in.
pub const COMPANY_WAIT: Span = Span::millis(10);
/// How long the wire log gathers exchanges before it writes: each wake-up would cost the sender a system call.
pub const WIRE_GATHER: Span = Span::millis(20);

/// So many states that differ in what is filled are told apart at one step or called block; more are taken together.
pub const LINT_STATES_MAX: usize = 24;
/// How often the age at one step may grow before it counts as *any time*.
pub const LINT_GROWTHS_MAX: u32 = 8;
/// Rounds of repairs: each may uncover findings that a broken line has hidden.
pub const FIX_ROUNDS_MAX: usize = 20;
/// So many stations of the way to a late message are shown.
pub const LINT_TRAIL_MAX: usize = 6;
