//! Limits of the tools for authors and operators.

use crate::time::Span;

// -- `check` and `fmt`
/// The states that the linter distinguishes at one step or called block by the variables that are set; further ones
/// are merged.
pub const LINT_STATES_MAX: usize = 24;
/// The states of a called block that are distinguished by time alone; above that it may be called at any time.
pub const LINT_BLOCK_STATES_MAX: usize = 2 * LINT_STATES_MAX;
/// The states that are distinguished within one condition.
pub const LINT_CONDITION_STATES_MAX: usize = 32;
/// The evaluations of a condition's parts over all states; above that a part implies nothing.
pub const LINT_CONDITION_LOOKS_MAX: u32 = 10_000;
/// The walks through flows that lead to one another by `go`; further flows among them share a walk.
pub const LINT_WALKS_MAX: usize = 8;
/// How often a loop of waits may increase the age at one step before the age counts as *any time*.
pub const LINT_GROWTHS_MAX: u32 = 8;
/// As above, for paths without a loop: many paths of different lengths may lead to the step.
pub const LINT_WAYS_MAX: u32 = 512;
/// The steps shown of the path to a late message.
pub const LINT_TRAIL_MAX: usize = 6;
/// Rounds of repairs: each may reveal findings that a broken line has hidden.
pub const FIX_ROUNDS_MAX: usize = 20;
/// The length of a line in characters from which `fmt` splits a bracketed list or map over several lines.
pub const FMT_COLUMNS_MAX: usize = 110;
/// Rounds of formatting: a comment or empty line in an unusual place may move once more when a file is formatted
/// again.
pub const FMT_ROUNDS_MAX: u32 = 4;
/// The pause in typing after which an editor gets findings.
pub const EDITOR_PAUSE: std::time::Duration = std::time::Duration::from_millis(60);
/// The size of one text that an editor has open, and of all of them. The studio takes no larger text for publishing.
pub const EDITOR_TEXT_BYTES_MAX: usize = 2 * 1024 * 1024;
pub const EDITOR_TEXTS_BYTES_MAX: usize = 8 * 1024 * 1024;

// -- authors' tests
/// Times at which something is due that one `advance` may pass: enough for a year with a fire every quarter of an
/// hour.
pub const TEST_MOMENTS_MAX: usize = 40_000;
/// How often an eval plays a talk, and how often at most: more plays cost money, and 100 narrow the interval of a pass rate
/// to ten points on either side.
pub const EVAL_PLAYS_DEFAULT: usize = 5;
pub const EVAL_PLAYS_MAX: usize = 100;
/// The criteria of one `judge`, each of which is a question to a model, and the length of one in characters.
pub const EVAL_CRITERIA_MAX: usize = 10;
pub const EVAL_CRITERION_CHARS_MAX: usize = 500;
/// The labelled transcripts of an eval file, and the lines of one.
pub const EVAL_CALIBRATIONS_MAX: usize = 50;
pub const EVAL_CALIBRATION_LINES_MAX: usize = 40;
/// How often a customer that a model plays writes, and how often at most.
pub const EVAL_TURNS_DEFAULT: usize = 6;
pub const EVAL_TURNS_MAX: usize = 20;
/// The longest message of such a customer, and of what it wants and knows, in characters.
pub const EVAL_CUSTOMER_CHARS_MAX: usize = 1_000;
/// Our newest messages that a test case searches for refused or waiting ones.
pub const TEST_OUTBOUND_READ: i64 = 500;
/// Acts that `test init` plays before it leaves the rest to the author.
pub const TEST_INIT_ACTS_MAX: usize = 12;
/// Acts of one random customer, after the beginning that is taken from a test.
pub const WANDER_ACTS_MAX: usize = 30;
/// Different problems for which one `--wander` writes test cases.
pub const WANDER_FOUND_MAX: usize = 12;
/// Replays spent on shortening one of them.
pub const WANDER_TRIES_MAX: usize = 250;
/// Messages of a conversation that `--record` reads, newest first.
pub const RECORD_MESSAGES_MAX: i64 = 2_000;
/// Messages of it that are read at once.
pub const RECORD_PAGE: i64 = 100;
/// A shorter pause between two messages is not recorded, because it changes nothing.
pub const RECORD_GAP_MIN: Span = Span::seconds(11);

// -- plays of the studio
/// The steps of one play.
pub const PLAY_STEPS_MAX: usize = 400;
/// The size of its answer.
pub const PLAY_ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The warnings and errors of one play that are written into the log, at the level `debug`.
pub const PLAY_LOG_LINES_MAX: usize = 20;
/// The time for one play. The check of the bot's files before any kind of play may take as long.
pub const PLAY_TIME_MAX: Span = Span::seconds(10);
/// The time for tests that the studio runs; those that are done by then are shown.
pub const TESTS_TIME_MAX: Span = Span::seconds(30);
/// Random customers of one request of the studio, and the time for them.
pub const WANDER_CUSTOMERS_MAX: i64 = 200;
pub const WANDER_TIME_MAX: Span = Span::seconds(60);
/// Talks of production that one request plays again, and the time for them.
pub const REPLAY_TALKS_MAX: i64 = 200;
pub const REPLAY_TIME_MAX: Span = Span::seconds(30);
/// Runs of a day that are read at once, and those that are counted.
pub const REPLAY_RUNS_PAGE: i64 = 500;
pub const REPLAY_COUNTED_MAX: usize = 10_000;
/// The time for a bad day; the rest of its plays is counted.
pub const BAD_DAY_TIME_MAX: Span = Span::seconds(20);
/// Words of two texts that are compared one by one; longer texts are marked as a whole.
pub const MARKED_WORDS_MAX: usize = 400;
/// Plays at once, and how long a further one waits for its place.
pub const PLAYS_AT_ONCE_MAX: usize = 2;
pub const PLAY_PLACE_WAIT: Span = Span::seconds(2);
/// Messages of the talk that are looked at for changes after each act, beside the new ones.
pub const PLAY_MESSAGES_READ: i64 = 100;
/// Lines of the trace that one act shows.
pub const PLAY_TURNS_READ: i64 = 500;
/// How far ahead quiet hours are shown.
pub const PLAY_QUIET_AHEAD: Span = Span::days(7);

// -- commands
/// The time for one request of a command to the daemon or a provider.
pub const COMMAND_TIMEOUT: Span = Span::seconds(20);
/// Messages and turns of one conversation that the sandbox in the terminal reads.
pub const LOCAL_MESSAGES_MAX: i64 = 500;
/// Rows that a list in the terminal shows at most, and dead letters.
pub const COMMAND_ROWS_MAX: i64 = 1_000;
pub const COMMAND_LETTERS_MAX: i64 = 10_000;
/// Entries of the audit log that a command prints.
pub const COMMAND_AUDIT_MAX: i64 = 10_000;
/// The age of the last `transom backup` from which health mentions it.
pub const BACKUP_AGE_MAX: Span = Span::days(7);
/// The copies that `backup` keeps, unless its `keep` says otherwise, and the most that it may say.
pub const BACKUPS_KEPT: i64 = 14;
pub const BACKUPS_KEPT_MAX: i64 = 1_000;
/// How often is looked for a copy that is due, and how long a failed one rests.
pub const BACKUP_LOOK_EVERY: Span = Span::seconds(20);
pub const BACKUP_RETRY: Span = Span::minutes(10);
/// How long after its time a copy that was not made is a fault of the installation.
pub const BACKUP_LATE: Span = Span::hours(1);
/// The free bytes of the database's disk below which soon nothing can be recorded: its log alone takes up to 64 MB.
pub const DISK_FREE_MIN: u64 = 200 * 1024 * 1024;
/// The delay of a message from which health mentions the queue.
pub const UNSENT_AGE_MAX: Span = Span::minutes(5);
/// How long the answers of platforms are kept for `/v1/health`, and the least time between two requests that ask
/// platforms anew: Meta takes as few as 200 such questions an hour.
pub const HEALTH_KEPT: Span = Span::minutes(5);
pub const HEALTH_ASKED_EVERY: Span = Span::seconds(10);
/// Senders whose platforms `/v1/health` asks side by side.
pub const HEALTH_SENDERS_AT_ONCE: usize = 8;
/// The difference between this machine's clock and a provider's from which `doctor` reports it.
pub const CLOCK_SKEW_MAX: Span = Span::seconds(60);

// -- templates that are made at the platform
/// How often `templates push --follow` asks, unless it is told, at the least, and how long it waits. Meta takes 200
/// questions of this kind an hour (platform.md 4.7) and decides within minutes, at times within a day.
pub const TEMPLATE_FOLLOW_EVERY: Span = Span::seconds(30);
pub const TEMPLATE_FOLLOW_EVERY_MIN: Span = Span::seconds(1);
pub const TEMPLATE_FOLLOW_FOR: Span = Span::hours(1);

// -- the preview of a deployment
/// Conversations that a deployment preview reads: in the terminal, and in a daemon that keeps running.
pub const PREVIEW_CONVERSATIONS_MAX: usize = 200_000;
pub const PREVIEW_AT_RELOAD_MAX: usize = 10_000;
/// Conversations of a preview that are read at once.
pub const PREVIEW_PAGE: i64 = 500;
/// Fires of a schedule that a preview shows, and how far ahead it searches them.
pub const PREVIEW_FIRES: usize = 3;
pub const PREVIEW_HORIZON: Span = Span::days(400);

// -- contacts in the terminal
/// Contacts of an account that `contacts list` scans for a tag.
pub const COMMAND_CONTACTS_READ_MAX: i64 = 200_000;
/// Bytes of the rows in one import request, bytes of a table's first line, and refused rows that are shown.
pub const IMPORT_BATCH_BYTES_MAX: usize = 128 * 1024;
pub const IMPORT_HEAD_BYTES_MAX: u64 = 64 * 1024;
pub const IMPORT_REFUSED_SHOWN_MAX: usize = 30;
/// Ledger entries that an export reads at once.
pub const LEDGER_READ_MAX: i64 = 1_000;

// -- `transom mcp`
/// The size of one message of the assistant.
pub const MCP_LINE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The size of what one tool answers, beside what it prints as errors.
pub const MCP_ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Calls that run at the same time; later ones wait.
pub const MCP_CALLS_AT_ONCE_MAX: usize = 2;
/// The longest time of one call: the tests of a large bot.
pub const MCP_CALL_TIMEOUT: Span = Span::minutes(5);
/// Texts in one list of a call's arguments, such as the lines of a talk.
pub const MCP_LIST_MAX: usize = 200;

// -- `transom import`
/// The size of one export, and how many are read at once.
pub const IMPORT_FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;
pub const IMPORT_FILES_MAX: usize = 200;
/// Blocks, nodes and actions of one export.
pub const IMPORT_BLOCKS_MAX: usize = 5_000;
/// Flows of one export.
pub const IMPORT_FLOWS_MAX: usize = 500;
/// Steps within steps; deeper ones become blocks of their own.
pub const IMPORT_NESTING_MAX: usize = 3;
/// Letters of a name that is made from a title.
pub const IMPORT_NAME_CHARS_MAX: usize = 40;
/// Letters of a list or map that stands in brackets.
pub const IMPORT_BRACKETS_CHARS_MAX: usize = 90;
/// Letters of a foreign text that `IMPORT.md` and remarks repeat.
pub const IMPORT_QUOTE_CHARS_MAX: usize = 200;
/// Nested brackets of a foreign expression.
pub const IMPORT_EXPRESSION_DEPTH_MAX: usize = 32;
/// Rounds in which steps that the checker refuses are taken out.
pub const IMPORT_SETTLE_ROUNDS_MAX: usize = 40;
