//! Limits of the author's and operator's tools.

use crate::base::time::Span;

// -- `check` and `fmt`
/// So many states that differ in what is filled are told apart at one step or called block; more are taken together.
pub const LINT_STATES_MAX: usize = 24;
/// So many more of a called block, by their time alone; beyond them it may be called at any time.
pub const LINT_BLOCK_STATES_MAX: usize = 2 * LINT_STATES_MAX;
/// So many states are told apart within one condition, …
pub const LINT_CONDITION_STATES_MAX: usize = 32;
/// … and its parts are looked at so often, over all states; beyond that a part says nothing of what must hold.
pub const LINT_CONDITION_LOOKS_MAX: u32 = 10_000;
/// How often the age at one step may grow by a loop of waits before it counts as *any time*.
pub const LINT_GROWTHS_MAX: u32 = 8;
/// The same for what never waits twice at one place: many ways of different lengths lead to the step.
pub const LINT_WAYS_MAX: u32 = 512;
/// So many stations of the way to a late message are shown.
pub const LINT_TRAIL_MAX: usize = 6;
/// Rounds of repairs: each may uncover findings that a broken line has hidden.
pub const FIX_ROUNDS_MAX: usize = 20;
/// `fmt` spreads a list or map between brackets over lines when its own line would be longer (characters).
pub const FMT_COLUMNS_MAX: usize = 110;
/// A comment or empty line in an odd place may move once more when a file is formatted again.
pub const FMT_ROUNDS_MAX: u32 = 4;
/// An editor is told findings when nobody has typed for so long.
pub const EDITOR_PAUSE: std::time::Duration = std::time::Duration::from_millis(60);

// -- authors' tests
/// Moments at which something fell due that one `advance` may pass: a year of a fire each quarter of an hour.
pub const TEST_MOMENTS_MAX: usize = 40_000;
/// Of our messages that a case looks at for what was refused or waits, the newest.
pub const TEST_OUTBOUND_READ: i64 = 500;
/// Acts that `test init` plays before it leaves the rest to the author.
pub const TEST_INIT_ACTS_MAX: usize = 12;
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

// -- commands
/// One request of a command to the daemon or to a provider.
pub const COMMAND_TIMEOUT: Span = Span::seconds(20);
/// Messages and turns of one conversation that the sandbox in the terminal looks at.
pub const STAGE_MESSAGES_MAX: i64 = 500;
/// How far this machine's clock may be from a provider's before `doctor` says so.
pub const CLOCK_SKEW_MAX: Span = Span::seconds(60);

// -- the preview of a deployment
/// Conversations that a preview of a deployment looks at: in the terminal, and in the daemon that goes on meanwhile.
pub const PREVIEW_CONVERSATIONS_MAX: usize = 200_000;
pub const PREVIEW_AT_RELOAD_MAX: usize = 10_000;
/// Of them are read at once.
pub const PREVIEW_PAGE: i64 = 500;
/// Fires of a schedule that it shows, and how far ahead it looks for them.
pub const PREVIEW_FIRES: usize = 3;
pub const PREVIEW_HORIZON: Span = Span::days(400);

// -- contacts in the terminal
/// Contacts of an account that `contacts list` walks past in search of a tag.
pub const COMMAND_CONTACTS_READ_MAX: i64 = 200_000;
/// Bytes of the rows that one request of an import carries, of a table's first line, and refused rows that are shown.
pub const IMPORT_BATCH_BYTES_MAX: usize = 128 * 1024;
pub const IMPORT_HEAD_BYTES_MAX: u64 = 64 * 1024;
pub const IMPORT_REFUSED_SHOWN_MAX: usize = 30;
/// Lines of the consent ledger that an export reads at once.
pub const LEDGER_READ_MAX: i64 = 1_000;
