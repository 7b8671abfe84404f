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
pub const STEPS_PER_TURN_MAX: usize = 500;
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
