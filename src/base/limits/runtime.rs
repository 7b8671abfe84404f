//! Limits of the daemon at work: lanes, sending, the clockwork, notifications.

use crate::base::time::Span;

// -- contacts and lanes
/// Keys that one limiter remembers at a time (people, API keys).
pub const LIMITER_KEYS_MAX: usize = 100_000;
/// A step back of the clock up to this is no clock that was set: two threads asked in either order.
pub const CLOCK_SLEW: Span = Span::seconds(1);
/// Contacts whose state stays in memory while they are idle, some kilobytes each; the sweep forgets those for whom
/// nothing was done since the sweep before.
pub const LANES_KEPT_MAX: usize = 16_384;
/// Lanes that work at once, ten kilobytes each: enough for hundreds of sends under way. Messages beyond them wait in
/// their rows.
pub const LANES_RUNNING_MAX: usize = 4096;
/// Names of contacts, and conversations, that are remembered without asking the database.
pub const DIRECTORY_ENTRIES_MAX: usize = 200_000;
/// How often recording is tried again when another webhook was faster.
pub const ACCEPT_TRIES_MAX: usize = 3;
/// How often a lane tries to store one message before the sweep takes it up.
pub const LANE_TRIES_MAX: usize = 3;
/// Pieces of work in one contact's line; messages beyond that are read back from their rows.
pub const LANE_LINE_MAX: usize = 256;
/// How often work that the database did not take is tried while the database takes other commits, at growing distances.
pub const UNDONE_ROUNDS_MAX: u32 = 8;
/// How often a line of the log may be written that an outage would repeat.
pub const SELDOM_EVERY: Span = Span::minutes(1);
/// How long a lane rests that could not store its work.
pub const LANE_RETRY: Span = Span::seconds(1);
/// Messages of one conversation that are read back at once.
pub const OUTBOX_READ_MAX: i64 = 1_000;
/// Ticks of one session at one moment; more is our bug.
pub const TICKS_AT_ONCE_MAX: usize = 100;
/// A message that was taken up so often is poisonous.
pub const INBOUND_ATTEMPTS_MAX: i64 = 3;

// -- sending
/// How often one message is put on the wire.
pub const SEND_ATTEMPTS_MAX: u32 = 8;
/// A send that has not come back for so long never will: our bug, and the sweep reads its lane anew. Files are given to
/// the platform before.
pub const SEND_UNANSWERED_MAX: Span = Span::minutes(10);
/// How long a status is waited for before an unknown send is decided.
pub const UNKNOWN_AFTER: Span = Span::seconds(60);
/// Unknown sends on the list that a start remembers, the newest: a late status takes them off it.
pub const LISTED_READ_MAX: i64 = 10_000;
/// What was asked for by a message this young is sent again when it is unknown.
pub const RESEND_WITHIN: Span = Span::minutes(15);
/// How often a message looks whether one of its templates has become usable.
pub const TEMPLATE_RETRY: Span = Span::minutes(10);
/// Stamps kept of one topic's unasked messages.
pub const STAMPS_KEPT_MAX: usize = 100;

// -- what messages cost
/// How often what accounts have left is read anew.
pub const PURSE_LOOK_EVERY: Span = Span::seconds(1);
/// A reservation that no row says after so long was never written.
pub const RESERVATION_UNSEEN_MAX: Span = Span::minutes(2);
/// What arrived longer ago and is reserved still is settled as it was reserved.
pub const CHARGE_SETTLED_LATE: Span = Span::minutes(5);
/// Charges that are settled late in one commit.
pub const CHARGES_READ_MAX: i64 = 500;

// -- the clockwork
/// Rows due within this time are in the timers' heap; the others wait in the database.
pub const WAKE_HORIZON: Span = Span::minutes(2);
pub const LOAD_DUE_EVERY: Span = Span::seconds(30);
pub const SWEEP_EVERY: Span = Span::minutes(1);
/// How long retention rests between two passes over the tables.
pub const RETAIN_EVERY: Span = Span::minutes(1);
/// What has been unhandled or due for longer and is in no lane is our bug.
pub const SWEEP_AGE: Span = Span::minutes(1);
/// Rows that are due and read at once.
pub const DUE_READ_MAX: i64 = 50_000;
/// Rounds of work at one moment of a clock that is moved by hand.
pub const SETTLE_TURNS_MAX: usize = 1_000;
/// How often start rows are looked at whose slot has come, at most and at least.
pub const BEGIN_EVERY: Span = Span::millis(100);
pub const BEGIN_LOOK: Span = Span::seconds(1);
/// How often the planner looks what schedules, audiences, the sweep and retention have to do.
pub const PLAN_EVERY: Span = Span::seconds(1);

// -- the log
/// Messages of which is remembered what led to them, so that their statuses can be joined with it.
pub const TRACES_KEPT_MAX: usize = 20_000;
/// Ids of one webhook that its line in the wire log names.
pub const TRACES_SHOWN_MAX: usize = 64;

// -- probes and metrics
/// How often is read from the rows what probes and metrics tell of them: asking the daemon never asks the database.
pub const SURVEY_EVERY: Span = Span::seconds(10);
/// How long one such look may take.
pub const SURVEY_TIMEOUT: Span = Span::seconds(10);
/// How often the platforms are asked when tokens end, and how long after the start for the first time.
pub const TOKENS_LOOK_EVERY: Span = Span::hours(1);
pub const TOKENS_LOOK_FIRST: Span = Span::minutes(1);

// -- schedules
/// What the database looks for in a contact's row before it is read: of so many groups one of so many texts.
pub const SIEVE_GROUPS_MAX: usize = 3;
pub const SIEVE_TEXTS_MAX: usize = 2;
/// Comparisons beside that: so many must hold, and of each one of so many.
pub const SIEVE_CLAUSES_MAX: usize = 6;
pub const SIEVE_TESTS_MAX: usize = 4;
/// How far a stored day may lie from the same moment's day elsewhere: zones are up to a day apart, and so is what is
/// compared with it.
pub const SIEVE_DAYS_SLACK: Span = Span::days(2);
/// Of a moment it is what changes of clocks can make of a length of time.
pub const SIEVE_HEARD_SLACK: Span = Span::hours(3);
/// Of the rate of its senders a fire takes three of four parts at most. At the whole rate the sender's line never gets
/// empty, and whoever writes meanwhile waits behind it for their answer, for as long as the fire lasts.
pub const FIRE_SHARE_TAKEN: i64 = 3;
pub const FIRE_SHARE_OF: i64 = 4;
/// By how much starts of a sender may come ahead of that share: they are handed over in beats, and a lane may be slow.
pub const START_SLACK: Span = Span::millis(500);
/// So much of what is unasked may wait for its place in that share before starts give way to it.
pub const UNASKED_BACKLOG: Span = Span::seconds(2);
/// Starts that gave way and whose place is remembered; those beyond begin at once, and their messages wait.
pub const STARTS_PUT_OFF_MAX: usize = 500_000;
/// How long after its place a start may come that gave way; one that never comes was called off.
pub const STARTS_PUT_OFF_FOR: Span = Span::hours(1);
/// Local minutes whose line of starts is remembered, the newest; older ones are read from their rows.
pub const LINES_KEPT_MAX: usize = 1_000;
/// Contacts of one planning commit: a message's own waits behind it, and a hundred rows are some two milliseconds.
pub const PLAN_BATCH: i64 = 100;
/// How long a planner rests after each batch, so that messages are most of what the writer and the processors do.
pub const PLAN_REST: Span = Span::millis(5);
/// Batches without anybody in them after which the cursor is written all the same: that much is looked at again after a
/// crash.
pub const PLAN_BATCHES_UNWRITTEN_MAX: u32 = 20;
/// The most contacts that a `start` with an `order` picks: all of them are one commit.
pub const AUDIENCE_ORDERED_MAX: u32 = 1_000;
/// Between two starts for an audience: 20 in a second, as schedules have it.
pub const AUDIENCE_GAP: Span = Span(50);
/// Audiences planned in one beat of the clockwork.
pub const AUDIENCES_AT_ONCE: i64 = 50;
/// How long after its moment a planned start still begins, when the daemon was down.
pub const START_LATE: Span = Span::hours(24);
/// Starts that are read at a time to be handed to their lanes.
pub const START_SLICE: i64 = 500;
/// Starts that lanes have at the same time. Each reads its contact's rows and takes a turn, beside those who write.
pub const STARTS_UNDER_WAY_MAX: usize = 16;

// -- webhooks that we post
/// Subscriptions of one account made by API; those of the operator are as many.
pub const SUBSCRIPTIONS_MAX: usize = 50;
/// Posts of one pass over a subscription.
pub const WEBHOOK_PASS: i64 = 64;
/// Posts to one subscription that are under way at the same time, each of another conversation.
pub const WEBHOOK_AT_ONCE: usize = 8;
/// Deliveries of one subscription that wait; what happens beyond that waits in the log, as long as that is kept.
pub const WEBHOOK_WAITING_MAX: i64 = 50_000;
/// From the first byte of a post to the end of its answer.
pub const WEBHOOK_TIMEOUT: Span = Span::seconds(15);
/// Of an answer so much is read; nothing of it is kept.
pub const WEBHOOK_ANSWER_BYTES_MAX: usize = 64 * 1024;
pub const WEBHOOK_BACKOFF_MAX: Span = Span::hours(1);
/// The longest `Retry-After` that is followed.
pub const WEBHOOK_RETRY_AFTER_MAX: Span = Span::hours(6);
/// A delivery that nobody took for so long is given up; when nothing was taken meanwhile, its subscription is paused.
pub const WEBHOOK_GIVE_UP: Span = Span::days(3);
/// How long a receiver that takes nothing rests at most between two tries.
pub const WEBHOOK_REST_MAX: Span = Span::minutes(5);
/// How often the log is looked at for subscriptions.
pub const WEBHOOK_LOOK_EVERY: Span = Span::millis(250);
/// For how long the old secret signs as well, after a rotation.
pub const WEBHOOK_SECRET_OVERLAP: Span = Span::days(1);
/// Of a secret that we make.
pub const WEBHOOK_SECRET_BYTES: usize = 32;

// -- start, stop and what is live
/// The least that `retention.messages` may be: so long Meta repeats a webhook.
pub const MESSAGES_KEPT_MIN: Span = Span::days(7);
/// The configuration file.
pub const CONFIG_BYTES_MAX: usize = 512 * 1024;
/// A file behind `${file:…}`.
pub const SECRET_FILE_BYTES_MAX: usize = 64 * 1024;
/// Of the key that signs buttons.
pub const TOKEN_KEY_BYTES: usize = 32;
/// How long what is in hand may take when the daemon stops: requests, turns, sends and calls together.
pub const STOP_DRAIN: Span = Span::seconds(10);
/// The part of it that clients have to take their answers.
pub const STOP_CLIENTS: Span = Span::seconds(6);
/// How long the daemon's end waits for whoever reads probes.
pub const STOP_PROBES: Span = Span::millis(500);
/// How long files must be left alone before a change counts as done.
pub const WATCH_SETTLE: Span = Span::millis(100);
/// How long a part of the daemon rests that panicked, before it begins anew.
pub const PART_REST: Span = Span::seconds(1);
/// How long the watch waits when good files could not be stored.
pub const RELOAD_RETRY: Span = Span::seconds(1);
/// Flow sets that are kept parsed beside the live one, the newest; those of older runs are read again when needed.
pub const VERSIONS_KEPT_MAX: usize = 32;
/// How often files are looked at in case the system tells nothing.
pub const WATCH_LOOK_EVERY: Span = Span::millis(500);

/// How often the providers' catalogues are read anew to be compared with `templates.lock.yaml`, and its size.
pub const TEMPLATES_LOOK_EVERY: Span = Span::hours(1);
pub const LOCK_BYTES_MAX: u64 = 512 * 1024;
/// Our newest messages among which the one is looked for that a consent answers.
pub const SHOWN_LOOKED_AT_MAX: i64 = 20;

// -- what `schedule` and `/v1/schedules` show
/// How far ahead.
pub const AGENDA_AHEAD: Span = Span::days(400);
/// Fires of one trigger and zone that are looked at.
pub const AGENDA_FIRES_MAX: usize = 1_000;
/// Planned starts that are read.
pub const AGENDA_STARTS_MAX: i64 = 200;
/// Fires of a flow that are counted.
pub const AGENDA_TALLIES_MAX: i64 = 1_000;
/// Messages of the starts of one contact and flow that are read to say what became of them.
pub const OUTCOME_ROWS_MAX: i64 = 1_000;
/// How often `schedule show --follow` looks.
pub const FOLLOW_EVERY: Span = Span::seconds(1);
/// And how long before a fire it begins to wait for it.
pub const FOLLOW_AHEAD: Span = Span::minutes(15);
/// Whom quiet hours kept waiting comes this much after the one before: the default `rate` of a schedule.
pub const MORNING_GAP: Span = Span::millis(50);
/// And is moved by up to as much for each who waits before it, and never by more than the most.
pub const MORNING_JITTER_EACH: Span = Span::seconds(1);
pub const MORNING_JITTER_MAX: Span = Span::minutes(10);
/// Ends of quiet hours for which a line is kept: there are some forty zones, and a law has its own.
pub const MORNINGS_KEPT_MAX: usize = 500;
/// Nobody waits for a place in such a line for longer than until the next night.
pub const MORNING_LATEST: Span = Span::hours(8);
/// In which time a portfolio may reach so many people (platform.md 4.7).
pub const REACH_COUNTED: Span = Span::days(1);
/// The largest such number that is written as one; above it there is none.
pub const MESSAGING_LIMIT_MAX: i64 = 10_000_000;
/// How many ends of quiet hours a forecast follows one message over.
pub const FORECAST_ROUNDS_MAX: usize = 8;
/// How far a forecast of a `date:` trigger looks.
pub const FORECAST_DATES_AHEAD: Span = Span::days(7);
/// People that a forecast names for each outcome.
pub const FORECAST_EXAMPLES: usize = 3;
/// Starts of a broadcast are planned so far ahead of their slots: whoever pauses it stops all but these.
pub const BROADCAST_AHEAD: Span = Span::minutes(2);
/// A start of a paused broadcast looks again after so long, if nobody resumes it before.
pub const BROADCAST_LOOK: Span = Span::hours(1);
/// Broadcasts that are read at a time.
pub const BROADCASTS_AT_ONCE: i64 = 50;
/// Audiences of broadcasts that are kept in memory.
pub const BROADCASTS_READ_MAX: usize = 64;
/// Operations of the condition in a `to` that comes over the API, for one contact: it compares a few fields.
pub const TO_OPERATIONS_MAX: u64 = 50_000;
/// The same for all contacts of a draft together, some ten seconds of work: then the draft is refused.
pub const DRAFT_OPERATIONS_MAX: u64 = 100_000_000;
/// How long a draft can be started: afterwards its count is old.
pub const BROADCAST_DRAFT_KEPT: Span = Span::hours(1);

// -- senders that go on again
/// Contacts of one look at those who wait for it.
pub const RESTING_BATCH: i64 = 500;
