//! Limits of the running daemon: lanes, sending, timers, notifications.

use crate::time::Span;

// -- contacts and lanes
/// Keys (people, API keys) that one rate limiter remembers.
pub const LIMITER_KEYS_MAX: usize = 100_000;
/// A smaller step back of the clock does not count as a changed clock: two threads may read it in either order.
pub const CLOCK_SLEW: Span = Span::seconds(1);
/// Idle contacts whose state stays in memory, some kilobytes each; the sweep removes those without work since the
/// sweep before.
pub const LANES_KEPT_MAX: usize = 16_384;
/// Lanes that run at the same time, ten kilobytes each: enough for hundreds of concurrent sends. Further messages wait
/// in the database.
pub const LANES_RUNNING_MAX: usize = 4096;
/// Names of contacts and conversations in the cache that saves database reads.
pub const DIRECTORY_ENTRIES_MAX: usize = 200_000;
/// How often recording is tried again when a concurrent webhook was first.
pub const ACCEPT_TRIES_MAX: usize = 3;
/// How often a lane tries to store one message before it leaves it to the sweep.
pub const LANE_TRIES_MAX: usize = 3;
/// Jobs in one contact's queue; further messages are read from the database later.
pub const LANE_LINE_MAX: usize = 256;
/// How often refused work is tried again, at growing intervals, while the database takes other commits.
pub const UNDONE_ROUNDS_MAX: u32 = 8;
/// The interval at which a log line may be repeated during an outage.
pub const SELDOM_EVERY: Span = Span::minutes(1);
/// The pause of a lane that could not store its work.
pub const LANE_RETRY: Span = Span::seconds(1);
/// Messages of one conversation that are read at once.
pub const OUTBOX_READ_MAX: i64 = 1_000;
/// Ticks of one session at the same time; more are our bug.
pub const TICKS_AT_ONCE_MAX: usize = 100;
/// The number of attempts after which a message is dead-lettered as poison.
pub const INBOUND_ATTEMPTS_MAX: i64 = 3;

// -- sending
/// Attempts to send one message.
pub const SEND_ATTEMPTS_MAX: u32 = 8;
/// A send without a result after this time is lost by our bug, and the sweep reloads its lane. File uploads happen
/// before and do not count.
pub const SEND_UNANSWERED_MAX: Span = Span::minutes(10);
/// How long to wait for a status before an unknown send is decided.
pub const UNKNOWN_AFTER: Span = Span::seconds(60);
/// Unknown sends in the dead letters that are loaded at a start, newest first: a late status removes them.
pub const LISTED_READ_MAX: i64 = 10_000;
/// An unknown message is sent again if the contact's message that requested it is not older than this.
pub const RESEND_WITHIN: Span = Span::minutes(15);
/// The interval at which a waiting message checks whether one of its templates has become usable.
pub const TEMPLATE_RETRY: Span = Span::minutes(10);
/// Time stamps of unrequested messages that are kept for one topic.
pub const STAMPS_KEPT_MAX: usize = 100;

// -- what messages cost
/// The interval at which the balances of accounts are read.
pub const PURSE_LOOK_EVERY: Span = Span::seconds(1);
/// A reservation that is not in the database after this time was never written.
pub const RESERVATION_UNSEEN_MAX: Span = Span::minutes(2);
/// A charge is settled at its reserved amount if its message was delivered this long ago and no status settled it.
pub const CHARGE_SETTLED_LATE: Span = Span::minutes(5);
/// Charges that are settled late in one commit.
pub const CHARGES_READ_MAX: i64 = 500;

// -- the clockwork
/// Rows that are due within this time are in the timers' heap; the others wait in the database.
pub const WAKE_HORIZON: Span = Span::minutes(2);
pub const LOAD_DUE_EVERY: Span = Span::seconds(30);
pub const SWEEP_EVERY: Span = Span::minutes(1);
/// The pause of retention between two passes over the tables.
pub const RETAIN_EVERY: Span = Span::minutes(1);
/// Work that has been unhandled or due for longer and is in no lane was lost by our bug.
pub const SWEEP_AGE: Span = Span::minutes(1);
/// Due rows that are read at once.
pub const DUE_READ_MAX: i64 = 50_000;
/// Rounds of work at one time of a clock that is moved by hand.
pub const SETTLE_TURNS_MAX: usize = 1_000;
/// The interval at which due starts are read: shortest and longest.
pub const BEGIN_EVERY: Span = Span::millis(100);
pub const BEGIN_LOOK: Span = Span::seconds(1);
/// The interval at which the planner checks schedules, audiences, the sweep and retention.
pub const PLAN_EVERY: Span = Span::seconds(1);

// -- OpenTelemetry
/// Spans that wait for the exporter; more are dropped and counted. About 300 bytes each.
pub const OTLP_SPANS_MAX: usize = 8_192;
/// Spans of one request to the collector.
pub const OTLP_SPANS_AT_ONCE_MAX: usize = 512;
/// How long spans are gathered before they are exported.
pub const OTLP_GATHER: Span = Span::seconds(5);
/// The longest wait for an answer of the collector.
pub const OTLP_TIMEOUT: Span = Span::seconds(10);
/// Requests for the same spans before they are dropped.
pub const OTLP_ATTEMPTS_MAX: u32 = 3;
/// The pause before the next one, unless the collector names another.
pub const OTLP_RETRY: Span = Span::seconds(2);
/// The time that a stop leaves for the last spans.
pub const OTLP_END: Span = Span::seconds(2);
/// How often metrics are exported, unless `telemetry.metrics_every` says otherwise.
pub const OTLP_METRICS_EVERY: Span = Span::seconds(60);

// -- the log
/// Messages whose trace ids are remembered, so that the log lines of their statuses can be joined.
pub const TRACES_KEPT_MAX: usize = 20_000;
/// Trace ids of one webhook in its line of the wire log.
pub const TRACES_SHOWN_MAX: usize = 64;

// -- probes and metrics
/// The interval at which the figures for probes and metrics are read from the database: a probe itself never reads it.
pub const SURVEY_EVERY: Span = Span::seconds(10);
/// The time for one such read.
pub const SURVEY_TIMEOUT: Span = Span::seconds(10);
/// The interval at which platforms are asked for the expiry of tokens, and the delay of the first time after the
/// start.
pub const TOKENS_LOOK_EVERY: Span = Span::hours(1);
pub const TOKENS_LOOK_FIRST: Span = Span::minutes(1);

// -- schedules
/// Text groups that the database searches in a contact's row before it is decoded, and alternatives in each group.
pub const PREFILTER_GROUPS_MAX: usize = 3;
pub const PREFILTER_TEXTS_MAX: usize = 2;
/// Further comparisons: the number of clauses that must hold, and of alternatives in each.
pub const PREFILTER_CLAUSES_MAX: usize = 6;
pub const PREFILTER_TESTS_MAX: usize = 4;
/// The tolerance for stored days: time zones are up to a day apart, both for the stored day and for the day that it is
/// compared with.
pub const PREFILTER_DAYS_SLACK: Span = Span::days(2);
/// The tolerance for stored times: a duration can change by clock changes (daylight saving).
pub const PREFILTER_HEARD_SLACK: Span = Span::hours(3);
/// The share of its senders' rate that a fire may use: three quarters. At the full rate the sender's queue would never
/// be empty, and contacts who write meanwhile would wait behind it for their answers until the fire ends.
pub const FIRE_SHARE_TAKEN: i64 = 3;
pub const FIRE_SHARE_OF: i64 = 4;
/// The tolerance for starts of a sender ahead of that share: they are handed over in batches, and a lane may be slow.
pub const START_SLACK: Span = Span::millis(500);
/// The backlog of unrequested messages in that share from which starts are postponed.
pub const UNASKED_BACKLOG: Span = Span::seconds(2);
/// Postponed starts whose slot is remembered; further starts begin at once, and their messages wait.
pub const STARTS_PUT_OFF_MAX: usize = 500_000;
/// How long the slot of a postponed start is remembered; a start that never comes was cancelled.
pub const STARTS_PUT_OFF_FOR: Span = Span::hours(1);
/// Local minutes whose next free slot is remembered, newest first; older ones are read from the database.
pub const LINES_KEPT_MAX: usize = 1_000;
/// Contacts in one planning commit: a message's commit waits behind it, and a hundred rows take about two
/// milliseconds.
pub const PLAN_BATCH: i64 = 100;
/// The pause of a planner after each batch, so that messages get most of the writer and the processors.
pub const PLAN_REST: Span = Span::millis(5);
/// Batches without a matching contact after which the cursor is stored: this much is scanned again after a crash.
pub const PLAN_BATCHES_UNWRITTEN_MAX: u32 = 20;
/// Contacts that a `start` with an `order` may select: all of them are in one commit.
pub const AUDIENCE_ORDERED_MAX: u32 = 1_000;
/// The distance between two starts of an audience: 20 per second, as the default of schedules.
pub const AUDIENCE_GAP: Span = Span(50);
/// Audiences planned in one tick of the planner.
pub const AUDIENCES_AT_ONCE: i64 = 50;
/// How late a planned start may still begin if the daemon was down.
pub const START_LATE: Span = Span::hours(24);
/// Starts that are read at once to be handed to their lanes.
pub const START_SLICE: i64 = 500;
/// Starts that lanes process at the same time, beside contacts' messages. Each reads its contact's rows and runs a
/// turn.
pub const STARTS_UNDER_WAY_MAX: usize = 16;

// -- webhooks that we post
/// Webhook subscriptions that one account may create by API; the operator may have the same number.
pub const SUBSCRIPTIONS_MAX: usize = 50;
/// Posts in one pass over a subscription.
pub const WEBHOOK_PASS: i64 = 64;
/// Concurrent posts to one subscription, each of another conversation.
pub const WEBHOOK_AT_ONCE: usize = 8;
/// Waiting deliveries of one subscription; further events stay in the event log, as long as it is kept.
pub const WEBHOOK_WAITING_MAX: i64 = 50_000;
/// The time from the first byte of a post to the end of its answer.
pub const WEBHOOK_TIMEOUT: Span = Span::seconds(15);
/// The size of an answer that is read; its content is ignored.
pub const WEBHOOK_ANSWER_BYTES_MAX: usize = 64 * 1024;
pub const WEBHOOK_BACKOFF_MAX: Span = Span::hours(1);
/// The longest `Retry-After` that is respected.
pub const WEBHOOK_RETRY_AFTER_MAX: Span = Span::hours(6);
/// A delivery that was not accepted for this long is given up; if nothing was accepted meanwhile, its subscription is
/// paused.
pub const WEBHOOK_GIVE_UP: Span = Span::days(3);
/// The longest pause between two attempts to a receiver that accepts nothing.
pub const WEBHOOK_REST_MAX: Span = Span::minutes(5);
/// The interval at which the event log is read for subscriptions.
pub const WEBHOOK_LOOK_EVERY: Span = Span::millis(250);
/// Pages of a conversation in Chatwoot that are read to find a message whose posting was interrupted.
pub const CHATWOOT_PAGES_MAX: usize = 20;
/// The age of a signed post of Chatwoot, in either direction.
pub const CHATWOOT_POST_AGE_MAX: Span = Span::minutes(5);
/// The time in which a message of a person in Chatwoot is sent or refused; Chatwoot waits 5 s for our answer.
pub const CHATWOOT_SEND_WAIT: Span = Span::seconds(3);
/// The size of a file that is put into Chatwoot: the default of its own limit, `MAXIMUM_FILE_UPLOAD_SIZE`.
pub const CHATWOOT_FILE_BYTES_MAX: usize = 40 * 1024 * 1024;
/// The time for reading one file, and for putting it into Chatwoot.
pub const CHATWOOT_FILE_WAIT: Span = Span::minutes(1);
/// How often a file is asked for, by the pauses of all webhooks in 28 minutes: the messages behind it wait for it.
pub const CHATWOOT_FILE_TRIES: u32 = 6;
/// Files that are read or put into Chatwoot at the same time: each is held in memory twice.
pub const CHATWOOT_FILES_AT_ONCE: usize = 2;
/// Files of one message of Chatwoot; Chatwoot itself allows as many.
pub const CHATWOOT_FILES_MAX: usize = 15;
/// The pause after a request that makes something in Chatwoot and was not answered in time: Chatwoot may still be making
/// it, and only after that it can be found.
pub const CHATWOOT_SETTLES: Span = Span::seconds(30);
/// How long the old secret also signs after a rotation.
pub const WEBHOOK_SECRET_OVERLAP: Span = Span::days(1);
/// The length of a generated secret.
pub const WEBHOOK_SECRET_BYTES: usize = 32;

// -- start, stop and what is live
/// The least value of `retention.messages`: Meta repeats a webhook for this long.
pub const MESSAGES_KEPT_MIN: Span = Span::days(7);
/// The size of the configuration file: some 1,700 numbers of 300 bytes each. YAML is read up to this size.
pub const CONFIG_BYTES_MAX: usize = 512 * 1024;
/// The size of a file in `${file:…}`.
pub const SECRET_FILE_BYTES_MAX: usize = 64 * 1024;
/// The length of the key that signs buttons.
pub const TOKEN_KEY_BYTES: usize = 32;
/// How long running work may take when the daemon stops: requests, turns, sends and calls together.
pub const STOP_DRAIN: Span = Span::seconds(10);
/// The part of that time in which clients may read their answers.
pub const STOP_CLIENTS: Span = Span::seconds(6);
/// How long a listener takes connections after a stop was asked for, and how long a new one may wait for its request.
pub const STOP_ACCEPTS: Span = Span::millis(100);
/// How long the daemon waits for readers of probes when it ends.
pub const STOP_PROBES: Span = Span::millis(500);
/// How long files must be unchanged before they are loaded.
pub const WATCH_SETTLE: Span = Span::millis(100);
/// The pause before a part of the daemon that panicked is restarted.
pub const PART_REST: Span = Span::seconds(1);
/// The pause after valid files could not be stored.
pub const RELOAD_RETRY: Span = Span::seconds(1);
/// Parsed flow sets beside the live one that are cached, newest first; those of older runs are parsed again when
/// needed.
pub const VERSIONS_KEPT_MAX: usize = 32;
/// The interval at which files are checked, in case the system reports no change.
pub const WATCH_LOOK_EVERY: Span = Span::millis(500);

/// The interval at which catalogues are read to be compared with `templates.lock.yaml`, and the size of that file.
pub const TEMPLATES_LOOK_EVERY: Span = Span::hours(1);
pub const LOCK_BYTES_MAX: u64 = 512 * 1024;
/// Our newest messages among which the one that a consent answers is searched.
pub const SHOWN_LOOKED_AT_MAX: i64 = 20;

// -- what `schedule` and `/v1/schedules` show
/// How far ahead fires are listed.
pub const AGENDA_AHEAD: Span = Span::days(400);
/// Fires of one trigger and zone that are computed.
pub const AGENDA_FIRES_MAX: usize = 1_000;
/// Planned starts that are read.
pub const AGENDA_STARTS_MAX: i64 = 200;
/// Fires of a flow that are counted.
pub const AGENDA_TALLIES_MAX: i64 = 1_000;
/// Messages of the starts of one contact and flow that are read for their results.
pub const OUTCOME_ROWS_MAX: i64 = 1_000;
/// The interval of `schedule show --follow`.
pub const FOLLOW_EVERY: Span = Span::seconds(1);
/// How long before a fire `--follow` begins to wait for it.
pub const FOLLOW_AHEAD: Span = Span::minutes(15);
/// The distance between contacts whose messages waited for the end of quiet hours: the default `rate` of a schedule.
pub const QUIET_HOURS_SPREAD_GAP: Span = Span::millis(50);
/// The random delay that is added for each contact waiting before, and its maximum.
pub const MORNING_JITTER_EACH: Span = Span::seconds(1);
pub const MORNING_JITTER_MAX: Span = Span::minutes(10);
/// Ends of quiet hours with a queue: there are about forty time zones, and legal quiet hours add more.
pub const QUIET_HOURS_SPREAD_KEPT_MAX: usize = 500;
/// The longest wait in such a queue, so that it ends before the next night.
pub const MORNING_LATEST: Span = Span::hours(8);
/// The period in which the messaging limit of a portfolio counts people (platform.md 4.7).
pub const REACH_COUNTED: Span = Span::days(1);
/// The largest messaging limit that is stored as a number; above it there is none.
pub const MESSAGING_LIMIT_MAX: i64 = 10_000_000;
/// Messages of one start that a forecast looks at, one after the other.
pub const FORECAST_MESSAGES_MAX: usize = 100;
/// Ends of quiet hours over which a forecast follows one message.
pub const FORECAST_ROUNDS_MAX: usize = 8;
/// How far a forecast of a `date:` trigger looks ahead.
pub const FORECAST_DATES_AHEAD: Span = Span::days(7);
/// Example contacts that a forecast names for each result.
pub const FORECAST_EXAMPLES: usize = 3;
/// How far ahead of their slots the starts of a broadcast are planned: a pause cannot stop these any more.
pub const BROADCAST_AHEAD: Span = Span::minutes(2);
/// The interval at which a start of a paused broadcast is checked, if it is not resumed before.
pub const BROADCAST_LOOK: Span = Span::hours(1);
/// Broadcasts that are read at once.
pub const BROADCASTS_AT_ONCE: i64 = 50;
/// Audiences of broadcasts that are cached.
pub const BROADCASTS_READ_MAX: usize = 64;
/// Operations of the condition in an API request's `to`, for one contact: it compares a few fields.
pub const TO_OPERATIONS_MAX: u64 = 50_000;
/// Operations for all contacts of a draft together; above that the draft is refused. The dearest (a closure that calls a
/// closure) make this many last about ten seconds.
pub const DRAFT_OPERATIONS_MAX: u64 = 20_000_000;
/// The time of counting a draft's contacts; above that the draft is refused.
pub const DRAFT_TIME_MAX: Span = Span::seconds(10);
/// Drafts that are counted at the same time: of one account, whose others wait, and of all accounts together, because
/// each keeps a thread busy.
pub const DRAFTS_OF_ACCOUNT_MAX: usize = 1;
pub const DRAFTS_AT_ONCE_MAX: usize = 4;
/// How long a draft can be started: later its count is outdated.
pub const BROADCAST_DRAFT_KEPT: Span = Span::hours(1);

// -- senders that go on again
/// Contacts that are read at once when a paused sender resumes.
pub const RESTING_BATCH: i64 = 500;
