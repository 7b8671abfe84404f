//! Defines the metrics at `/metrics`: one registry per daemon, no globals, a few atomics on the hot path.

mod calls;
mod drafts;
mod labels;
mod page;
pub mod process;
mod register;

pub use labels::KindLabels;
pub use page::Format;

use crate::{
    base::{
        ids::SenderId,
        time::{Span, Time},
    },
    model::event::Reason,
    store::GroupStats,
};
use labels::{
    AccountLabels, BuildLabels, EventLabels, ExitLabels, FlowErrorLabels, FlowLabels, McpResultLabels, MessageLabels,
    ModelLabels, ModelResultLabels, RefusedLabels, ResultLabels, SendErrorLabels, SenderLabels, SenderStateLabels,
    SplitLabels, WebhookLabels, WordLabels,
};
use prometheus_client::{
    encoding::text,
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};
use std::sync::atomic::AtomicU64;

/// All kinds of dead letters, so that each has a value before the first one.
pub const DEAD_LETTER_KINDS: [&str; 10] = [
    "malformed",
    "wrong_secret",
    "unknown_sender",
    "poison",
    "unknown_send",
    "rejected_send",
    "failed_run",
    "webhook",
    "webhook_body",
    "late_message",
];

/// The states of a sender: sends, its platform does not answer, paused.
pub const SENDER_STATES: [&str; 3] = ["online", "degraded", "paused"];

/// All kinds of [`Metrics::bug`], so that each has a value before the first one: `increase` sees no first event of a
/// series that begins with it.
pub const BUG_KINDS: [&str; 10] =
    ["engine", "join", "lane", "mark", "news", "nobody", "sweep_inbound", "sweep_outbound", "sweep_session", "tick"];

/// All metrics of the daemon. Clones share them.
///
/// Labels hold fixed words, sender ids and flow names only: never a phone number or a text from outside, because the
/// number of series would be unlimited.
#[derive(Clone)]
pub struct Metrics {
    registry: std::sync::Arc<Registry>,
    webhooks: Family<WebhookLabels, Counter>,
    items: Family<KindLabels, Counter>,
    messages: Family<MessageLabels, Counter>,
    send_errors: Family<SendErrorLabels, Counter>,
    schedule_refused: Family<RefusedLabels, Counter>,
    schedule_planned: Family<FlowLabels, Counter>,
    start_refused: Family<RefusedLabels, Counter>,
    dead_letters: Family<WordLabels, Gauge>,
    flow_errors: Family<FlowErrorLabels, Counter>,
    http_calls: Family<ResultLabels, Counter>,
    mcp_calls: Family<McpResultLabels, Counter>,
    model_calls: Family<ModelResultLabels, Counter>,
    model_cost: Family<ModelLabels, Counter>,
    notifications: Family<ResultLabels, Counter>,
    balances: Family<AccountLabels, Gauge>,
    runs: Family<FlowLabels, Counter>,
    events: Family<EventLabels, Counter>,
    splits: Family<SplitLabels, Counter>,
    undelivered: Family<FlowLabels, Counter>,
    exits: Family<ExitLabels, Counter>,
    alarms: Family<WordLabels, Counter>,
    bugs: Family<KindLabels, Counter>,
    /// API requests without a valid key: `wrong_key`, `no_key`.
    pub unauthorized: Family<KindLabels, Counter>,
    sender_states: Family<SenderStateLabels, Gauge>,
    token_ends: Family<SenderLabels, Gauge>,
    build: Family<BuildLabels, Gauge>,
    /// Findings of the newest flow files, errors and warnings, while they are not live.
    pub flow_findings: Gauge,
    /// Flow sets that went live since the start.
    pub flow_versions: Counter,
    /// Messages of contacts that the bot has answered.
    pub answered: Counter,
    /// Messages that no flow understood.
    pub unanswered: Counter,
    suggestions: Family<WordLabels, Counter>,
    shadow_drafts: Family<WordLabels, Counter>,
    /// Conversations that are marked *needs a person* now.
    pub needs_person: Gauge,
    /// Paused webhook subscriptions.
    pub webhooks_paused: Gauge,
    /// Spans that no collector got.
    pub telemetry_dropped: Counter,
    pub templates_changed: Gauge,
    /// 1 while this daemon does the work, 0 while it stands by.
    pub active: Gauge,
    /// Daemons that stand by for this one.
    pub standbys: Gauge,
    /// Corrections of our record of a window by a provider (131047).
    pub window_corrections: Counter,
    /// Messages held because the window had closed and no `if_closed` was written.
    pub held_unplanned: Counter,
    /// How long jobs waited for their lane.
    pub lane_wait_seconds: Histogram,
    /// The time from recording a contact's message to storing the turn.
    pub turn_seconds: Histogram,
    /// Lanes in memory.
    pub lanes: Gauge,
    /// Jobs queued in lanes.
    pub lane_queue: Gauge,
    /// Running requests to providers.
    pub sends_in_flight: Gauge,
    /// Messages that wait to be sent.
    pub send_queue: Gauge,
    /// The time from a request to the provider to its answer.
    pub send_seconds: Histogram,
    /// Write-sets that wait for the writer.
    pub commit_queue: Gauge,
    /// Transactions of the writer, and the write-sets in them.
    commits: Counter,
    commit_sets: Counter,
    /// Transactions that the database did not take.
    commits_lost: Counter,
    /// Statements or commits that the database refused.
    pub database_errors: Counter,
    /// The time from a webhook's last byte to its answer.
    pub webhook_seconds: Histogram,
    /// How long the most overdue message has waited; 0 if none is overdue.
    pub oldest_unsent_seconds: Gauge<f64, AtomicU64>,
    /// 1 while the database takes commits.
    pub database_connected: Gauge,
    /// The free space of the disk with `data`.
    pub disk_free_bytes: Gauge,
    /// The end of the certificate of the daemon's own TLS, in seconds since 1970; 0 without TLS.
    pub certificate_ends: Gauge,
    /// The time of the last copy of the database, in seconds since 1970; 0 if there is none.
    pub backup_timestamp_seconds: Gauge,
    /// The size of the newest copy in the folder of copies; 0 if there is none.
    pub backup_bytes: Gauge,
    /// How long a copy has been due; 0 while none is.
    pub backup_late_seconds: Gauge,
    /// 1 after a copy that failed, until one succeeds.
    pub backup_failed: Gauge,
}

impl Metrics {
    #[expect(clippy::new_without_default, reason = "registers series; not a value that happens by default")]
    pub fn new() -> Self {
        let mut metrics = Metrics {
            registry: std::sync::Arc::default(),
            webhooks: Family::default(),
            items: Family::default(),
            messages: Family::default(),
            send_errors: Family::default(),
            schedule_refused: Family::default(),
            schedule_planned: Family::default(),
            start_refused: Family::default(),
            dead_letters: Family::default(),
            flow_errors: Family::default(),
            http_calls: Family::default(),
            mcp_calls: Family::default(),
            model_calls: Family::default(),
            model_cost: Family::default(),
            notifications: Family::default(),
            balances: Family::default(),
            runs: Family::default(),
            events: Family::default(),
            splits: Family::default(),
            undelivered: Family::default(),
            exits: Family::default(),
            alarms: Family::default(),
            bugs: Family::default(),
            unauthorized: Family::default(),
            sender_states: Family::default(),
            token_ends: Family::default(),
            build: Family::default(),
            flow_findings: Gauge::default(),
            flow_versions: Counter::default(),
            answered: Counter::default(),
            unanswered: Counter::default(),
            suggestions: Family::default(),
            shadow_drafts: Family::default(),
            needs_person: Gauge::default(),
            webhooks_paused: Gauge::default(),
            telemetry_dropped: Counter::default(),
            templates_changed: Gauge::default(),
            active: Gauge::default(),
            standbys: Gauge::default(),
            window_corrections: Counter::default(),
            held_unplanned: Counter::default(),
            lane_wait_seconds: seconds(),
            turn_seconds: seconds(),
            lanes: Gauge::default(),
            lane_queue: Gauge::default(),
            sends_in_flight: Gauge::default(),
            send_queue: Gauge::default(),
            send_seconds: seconds(),
            commit_queue: Gauge::default(),
            commits: Counter::default(),
            commit_sets: Counter::default(),
            commits_lost: Counter::default(),
            database_errors: Counter::default(),
            webhook_seconds: seconds(),
            oldest_unsent_seconds: Gauge::default(),
            database_connected: Gauge::default(),
            disk_free_bytes: Gauge::default(),
            certificate_ends: Gauge::default(),
            backup_timestamp_seconds: Gauge::default(),
            backup_bytes: Gauge::default(),
            backup_late_seconds: Gauge::default(),
            backup_failed: Gauge::default(),
        };
        for kind in DEAD_LETTER_KINDS {
            // An alarm on a missing metric never fires.
            metrics.set_dead_letters(kind, 0);
        }
        for kind in ["model_budget", "mcp_changed"] {
            drop(metrics.alarms.get_or_create(&WordLabels { kind: kind.to_owned() }));
        }
        for kind in BUG_KINDS {
            drop(metrics.bugs.get_or_create(&KindLabels { kind }));
        }
        for kind in ["wrong_key", "no_key"] {
            drop(metrics.unauthorized.get_or_create(&KindLabels { kind }));
        }
        metrics.build.get_or_create(&BuildLabels { version: env!("CARGO_PKG_VERSION") }).set(1);
        metrics.registry = std::sync::Arc::new(metrics.register());
        metrics
    }

    /// All metrics as OpenMetrics text.
    pub fn render(&self) -> String {
        let mut page = String::new();
        text::encode_registry(&mut page, &self.registry).expect("writing into a string cannot fail");
        process::write(&mut page);
        text::encode_eof(&mut page).expect("writing into a string cannot fail");
        page
    }

    /// The metrics in the format that a client asks for.
    pub fn page(&self, format: Format) -> String {
        match format {
            Format::OpenMetrics => self.render(),
            Format::Plain => page::plain(&self.render()),
        }
    }

    /// Sets the state of a sender, one of [`SENDER_STATES`].
    pub fn sender_state(&self, sender: SenderId, now: &str) {
        for state in SENDER_STATES {
            let labels = SenderStateLabels { sender: sender.0, state };
            self.sender_states.get_or_create(&labels).set(i64::from(state == now));
        }
    }

    /// Sets the expiry of a sender's token; `None` if it never expires or is unknown.
    pub fn token_ends(&self, sender: SenderId, at: Option<Time>) {
        let labels = SenderLabels { sender: sender.0 };
        match at {
            Some(at) => drop(self.token_ends.get_or_create(&labels).set(at.0 / 1_000)),
            None => drop(self.token_ends.remove(&labels)),
        }
    }

    /// Counts a webhook request; `result` is a fixed word: `ok`, `bad_signature`, `too_large`, `handshake`,
    /// `not_recorded`, …
    pub fn webhook(&self, provider: &'static str, result: &'static str) {
        self.webhooks.get_or_create(&WebhookLabels { provider, result }).inc();
    }

    /// Counts items of webhooks by kind: `message`, `status`, `duplicate`, an `Ignored` phrase, a kind of dead letter
    /// …
    pub fn item(&self, kind: &'static str, count: usize) {
        if count > 0 {
            self.items.get_or_create(&KindLabels { kind }).inc_by(count as u64);
        }
    }

    /// Counts a message that reached a state: `sent delivered read failed held unknown expired skipped`.
    pub fn message(&self, sender: SenderId, state: &'static str) {
        self.messages.get_or_create(&MessageLabels { sender: sender.0, state }).inc();
    }

    /// Counts a send that the provider refused or that was not answered; `kind` is the name of the `SendError`.
    pub fn send_error(&self, sender: SenderId, kind: &'static str) {
        self.send_errors.get_or_create(&SendErrorLabels { sender: sender.0, kind }).inc();
    }

    /// Counts a refused start; starts of schedules, which nobody is told of, are counted separately.
    pub fn start_refused(&self, flow: &str, by_clock: bool, reason: Reason) {
        let counted = if by_clock { &self.schedule_refused } else { &self.start_refused };
        counted.get_or_create(&RefusedLabels { flow: flow.to_owned(), reason: reason.as_str() }).inc();
    }

    /// Counts planned starts of a schedule or a broadcast.
    pub fn planned(&self, flow: &str, count: usize) {
        if count > 0 {
            self.schedule_planned.get_or_create(&FlowLabels { flow: flow.to_owned() }).inc_by(count as u64);
        }
    }

    /// Sets the number of open dead letters of a kind.
    pub fn set_dead_letters(&self, kind: &str, count: i64) {
        self.dead_letters.get_or_create(&WordLabels { kind: kind.to_owned() }).set(count);
    }

    /// Changes the number of dead letters of a kind by one: added or replayed.
    pub fn dead_letter(&self, kind: &str, change: i64) {
        self.dead_letters.get_or_create(&WordLabels { kind: kind.to_owned() }).inc_by(change);
    }

    /// Counts a step's error that no step of the author handled.
    pub fn flow_error(&self, flow: &str, code: &str) {
        self.flow_errors.get_or_create(&FlowErrorLabels { flow: flow.to_owned(), code: code.to_owned() }).inc();
    }

    /// Counts a post to a subscription: `ok`, `retry`, `given_up`.
    pub fn notification(&self, result: &'static str) {
        self.notifications.get_or_create(&ResultLabels { result }).inc();
    }

    /// Sets an account's available balance. Accounts come from the configuration, so they are few.
    pub fn balance(&self, account: &str, left: i64) {
        self.balances.get_or_create(&AccountLabels { account: account.to_owned() }).set(left);
    }

    /// Counts the end of a run, by reason.
    pub fn run_ended(&self, flow: &str, reason: &str) {
        self.exits.get_or_create(&ExitLabels { flow: flow.to_owned(), reason: reason.to_owned() }).inc();
    }

    /// Counts the beginning of a run.
    pub fn run_began(&self, flow: &str) {
        self.runs.get_or_create(&FlowLabels { flow: flow.to_owned() }).inc();
    }

    /// Counts an `emit` step, such as scores of a survey.
    pub fn emitted(&self, flow: &str, event: &str) {
        self.events.get_or_create(&EventLabels { flow: flow.to_owned(), event: event.to_owned() }).inc();
    }

    /// Counts a contact at a branch of a `split`; `fresh`: for the first time.
    pub fn split(&self, name: &str, case: &str, fresh: bool) {
        let contact = if fresh { "new" } else { "known" };
        self.splits.get_or_create(&SplitLabels { split: name.to_owned(), case: case.to_owned(), contact }).inc();
    }

    /// Counts a question that was not delivered, so that its run ended.
    pub fn undelivered(&self, flow: &str) {
        self.undelivered.get_or_create(&FlowLabels { flow: flow.to_owned() }).inc();
    }

    /// Counts an event that an operator should know, by a fixed word: `loop_guard`, `flow_paused`, `sender_stopped` …
    pub fn alarm(&self, kind: &str) {
        self.alarms.get_or_create(&WordLabels { kind: kind.to_owned() }).inc();
    }

    /// Sets the writer's counters.
    pub fn written(&self, written: GroupStats) {
        self.commits.inc_by(written.groups.saturating_sub(self.commits.get()));
        self.commit_sets.inc_by(written.sets.saturating_sub(self.commit_sets.get()));
        self.commits_lost.inc_by(written.lost.saturating_sub(self.commits_lost.get()));
    }

    /// Counts an event that only our bug can cause: work that the sweep found, a panic.
    pub fn bug(&self, kind: &'static str) {
        self.bugs.get_or_create(&KindLabels { kind }).inc();
    }
}

/// Converts to seconds for histograms.
pub fn in_seconds(span: Span) -> f64 {
    // Milliseconds of any real duration fit a double exactly.
    span.0 as f64 / 1_000.0
}

// Buckets from half a millisecond to about half a minute.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.000_5, 2.0, 17))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_that_alarms_are_written_against() {
        let metrics = Metrics::new();
        metrics.webhook("meta", "ok");
        metrics.message(SenderId(12), "sent");
        metrics.send_error(SenderId(12), "window_closed");
        metrics.start_refused("reengage", true, Reason::NoConsent);
        metrics.start_refused("reengage", false, Reason::OptedOut);
        metrics.dead_letter("poison", 1);
        metrics.flow_findings.set(2);
        metrics.lane_wait_seconds.observe(in_seconds(Span::millis(3)));
        let page = metrics.render();
        for line in [
            r#"transom_webhooks_total{provider="meta",result="ok"} 1"#,
            r#"transom_messages_total{sender="12",state="sent"} 1"#,
            r#"transom_send_errors_total{sender="12",kind="window_closed"} 1"#,
            r#"transom_schedule_refused_total{flow="reengage",reason="no_consent"} 1"#,
            r#"transom_start_refused_total{flow="reengage",reason="opted_out"} 1"#,
            r#"transom_dead_letters{kind="poison"} 1"#,
            "transom_flow_findings 2",
            "transom_lane_wait_seconds_count 1",
            "# EOF",
        ] {
            assert!(page.lines().any(|l| l == line), "`{line}` is missing in\n{page}");
        }
    }

    #[test]
    fn each_kind_of_dead_letter_is_there_before_the_first_one() {
        let page = Metrics::new().render();
        for kind in DEAD_LETTER_KINDS {
            assert!(
                page.contains(&format!("transom_dead_letters{{kind=\"{kind}\"}} 0\n")),
                "{kind} is missing in\n{page}"
            );
        }
    }

    #[test]
    fn each_kind_of_bug_is_there_before_the_first_one() {
        let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        let sources = sources(&root.join("crates"));
        let counted = regex::Regex::new(r#"metrics\.bug\("([a-z_]+)"\)"#).unwrap();
        let counted: std::collections::BTreeSet<&str> =
            counted.captures_iter(&sources).map(|found| found.get(1).unwrap().as_str()).collect();
        assert_eq!(counted.into_iter().collect::<Vec<_>>(), BUG_KINDS);
        let page = Metrics::new().render();
        for kind in BUG_KINDS {
            assert!(
                page.contains(&format!("transom_bugs_total{{kind=\"{kind}\"}} 0\n")),
                "{kind} is missing in\n{page}"
            );
        }
    }

    #[test]
    fn a_sender_is_in_one_state() {
        let metrics = Metrics::new();
        metrics.sender_state(SenderId(12), "paused");
        metrics.sender_state(SenderId(12), "degraded");
        let page = metrics.render();
        for (state, is) in [("online", 0), ("degraded", 1), ("paused", 0)] {
            let line = format!("transom_sender_state{{sender=\"12\",state=\"{state}\"}} {is}");
            assert!(page.contains(&line), "`{line}` is missing in\n{page}");
        }
    }

    #[test]
    fn a_token_that_does_not_end_any_more_is_not_shown() {
        let metrics = Metrics::new();
        metrics.token_ends(SenderId(12), Some(Time(1_790_000_000_123)));
        let line = r#"transom_token_expires_timestamp_seconds{sender="12"} 1790000000"#;
        assert!(metrics.render().contains(line), "{}", metrics.render());
        metrics.token_ends(SenderId(12), None);
        assert!(!metrics.render().contains("transom_token_expires_timestamp_seconds{"));
    }

    #[test]
    fn two_daemons_in_one_process_count_apart() {
        let (one, two) = (Metrics::new(), Metrics::new());
        one.answered.inc();
        assert!(one.render().contains("transom_answered_total 1"));
        assert!(two.render().contains("transom_answered_total 0"));
    }

    #[test]
    fn a_clone_counts_into_the_same_page() {
        let metrics = Metrics::new();
        metrics.clone().webhook("sandbox", "ok");
        assert!(metrics.render().contains(r#"provider="sandbox""#));
    }

    #[test]
    fn every_series_has_a_description_and_the_prefix() {
        let page = Metrics::new().render();
        let helps = page.lines().filter(|l| l.starts_with("# HELP transom_")).count();
        let types = page.lines().filter(|l| l.starts_with("# TYPE transom_")).count();
        assert_eq!(helps, types);
        assert!(helps >= 15, "{page}");
    }

    #[test]
    fn what_the_writer_did_is_counted_once_however_often_it_is_asked() {
        let metrics = Metrics::new();
        for _ in 0..2 {
            metrics.written(GroupStats { groups: 2, sets: 9, lost: 1 });
        }
        let page = metrics.render();
        for line in ["transom_commits_total 2", "transom_commit_sets_total 9", "transom_commits_lost_total 1"] {
            assert!(page.lines().any(|l| l == line), "`{line}` is missing in\n{page}");
        }
    }

    // A metric that is never updated looks like good news.
    #[test]
    fn every_number_is_moved_somewhere() {
        let own = include_str!("metrics.rs");
        let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        let others = sources(&root.join("src")) + &sources(&root.join("crates"));
        let fields = regex::Regex::new(r"(?m)^    pub ([a-z_]+): ").unwrap();
        let methods = regex::Regex::new(r"(?m)^    pub fn ([a-z_]+)\(&self").unwrap();
        let names = fields.captures_iter(own).chain(methods.captures_iter(own)).map(|found| found[1].to_owned());
        let idle: Vec<String> = names.filter(|name| !others.contains(&format!("metrics.{name}"))).collect();
        assert!(idle.is_empty(), "nobody moves {idle:?}");
    }

    /// All other sources, with calls that span several lines joined.
    fn sources(folder: &std::path::Path) -> String {
        let mut all = String::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                all.push_str(&sources(&path));
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("process/metrics.rs") {
                all.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
        all
    }
}
