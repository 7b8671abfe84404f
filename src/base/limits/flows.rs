//! Limits of the language and the engine: files, scripts, turns, manners.

use crate::base::time::Span;

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
/// All flows, scripts and locales together.
pub const BOT_BYTES_MAX: usize = 16 * 1024 * 1024;
pub const BOT_FILES_MAX: usize = 2_000;

// -- scripts
/// Operations of one script or expression.
pub const SCRIPT_OPERATIONS_MAX: u64 = 1_000_000;
pub const SCRIPT_STRING_BYTES_MAX: usize = 64 * 1024;
pub const SCRIPT_ARRAY_ITEMS_MAX: usize = 4096;
pub const SCRIPT_MAP_ENTRIES_MAX: usize = 1024;
/// Variables of a flow: every expression knows them all, and the checker follows each through every step.
pub const FLOW_NAMES_MAX: usize = 500;
/// Lists and maps in each other: JSON of a row is read to 128 levels, and a session has some of its own.
pub const VALUE_DEPTH_MAX: usize = 64;
/// The same of what servers send; what lies deeper stays text, so that scripts have room to put it into more.
pub const JSON_DEPTH_MAX: usize = 48;
/// Size of all values that one script may give back, as JSON.
pub const SCRIPT_RESULT_BYTES_MAX: usize = 256 * 1024;
pub const SCRIPT_CALL_LEVELS_MAX: usize = 16;
pub const SCRIPT_EXPRESSION_DEPTH_MAX: usize = 32;
pub const SCRIPT_VARIABLES_MAX: usize = 256;
pub const SCRIPT_FUNCTIONS_MAX: usize = 64;
/// A regular expression after it is compiled.
pub const SCRIPT_PATTERN_BYTES_MAX: usize = 256 * 1024;
/// Compiled regular expressions of scripts that are kept.
pub const SCRIPT_PATTERNS_KEPT: usize = 256;

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
/// A `start` so far ahead is no part of a circle.
pub const START_FRESH_AFTER: Span = Span::minutes(1);
/// Turns of a run that nothing moves but what becomes of its own messages and calls.
pub const TURNS_BY_ITSELF_MAX: u32 = 300;
/// Messages of a conversation that do not arrive, one after the other while the contact writes nothing, until what
/// waits for the next one ends.
pub const LOST_IN_A_ROW_MAX: u32 = 10;
/// They count within this time.
pub const LOST_SPAN: Span = Span::hours(1);
/// A session as JSON.
pub const SESSION_BYTES_MAX: usize = 1024 * 1024;
/// Messages of a contact that wait for a call to come back.
pub const WAITING_MESSAGES_MAX: usize = 50;
/// Messages of a conversation whose delivery may still start a flow.
pub const FOLLOWED_MAX: usize = 50;

// -- what an author may write
/// The most tries that a question may give.
pub const ASK_TRIES_MAX: i64 = 20;
/// Characters of the texts that `gather` joins; more end it.
pub const GATHERED_CHARS_MAX: usize = 16 * 1024;
/// The longest `gather`.
pub const GATHER_MAX: Span = Span::minutes(10);
/// A key of `once_per`; a longer one is kept as its digest.
pub const ONCE_KEY_BYTES_MAX: usize = 200;
/// One try of an `http` step that names no time-out.
pub const CALL_TIMEOUT_DEFAULT: Span = Span::seconds(10);
/// The most retries that an `http` step may ask for.
pub const CALL_RETRIES_MAX: i64 = 10;

// -- manners of a conversation
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
/// How long a `request_welcome` waits for the text that follows it.
pub const WELCOME_WAIT: Span = Span::seconds(3);
/// A flow whose last so many runs all failed is paused.
pub const FAILED_RUNS_MAX: u32 = 20;
/// How soon and how late a run of a paused flow that has something due looks whether it may go on.
pub const PAUSED_LOOK_MIN: Span = Span::minutes(1);
pub const PAUSED_LOOK_MAX: Span = Span::minutes(15);

// -- clocks
/// How often the end of quiet hours is moved on from zone to zone before we give up pleasing all.
pub const QUIET_ROUNDS_MAX: usize = 48;
/// Days that are searched for the next opening of a team.
pub const OPENING_DAYS_MAX: usize = 400;
