//! Registers each metric with its name and description.

use crate::process::metrics::Metrics;
use prometheus_client::registry::Registry;

impl Metrics {
    pub(super) fn register(&self) -> Registry {
        let mut all = Registry::with_prefix("transom");
        let r = &mut all;
        // The encoder adds `_total` to counters, and nothing to gauges.
        r.register("webhooks", "Webhook requests by what became of them", self.webhooks.clone());
        r.register("webhook_items", "Items of webhooks by kind", self.items.clone());
        r.register("messages", "Messages of ours that reached a state since the start", self.messages.clone());
        r.register("send_errors", "Sends that did not succeed, by what is done next", self.send_errors.clone());
        r.register("schedule_refused", "Scheduled starts that were not sent", self.schedule_refused.clone());
        r.register(
            "schedule_planned",
            "Starts that schedules and broadcasts have planned",
            self.schedule_planned.clone(),
        );
        r.register(
            "start_refused",
            "Starts by the API, an event or a hook that were not sent",
            self.start_refused.clone(),
        );
        r.register("dead_letters", "Dead letters that are listed now", self.dead_letters.clone());
        r.register("mcp_calls", "Uses of MCP tools", self.mcp_calls.clone());
        r.register("model_calls", "Questions of llm steps", self.model_calls.clone());
        r.register("model_cost_millionths", "Cost of questions to models", self.model_cost.clone());
        r.register("http_calls", "Calls of http steps", self.http_calls.clone());
        r.register("balance", "What accounts have left, in ten-thousandths", self.balances.clone());
        r.register("notifications", "Posts to subscriptions", self.notifications.clone());
        r.register("runs", "Runs that began, by flow", self.runs.clone());
        r.register("events", "Events that flows emitted", self.events.clone());
        r.register("splits", "Ways that contacts went at a split", self.splits.clone());
        r.register("undelivered", "Runs that ended because their question did not arrive", self.undelivered.clone());
        r.register("run_exits", "Runs that ended, by flow and reason", self.exits.clone());
        r.register("alarms", "Things an operator should look at", self.alarms.clone());
        r.register("bugs", "Things that only a mistake in Transom can cause", self.bugs.clone());
        r.register("flow_errors", "Errors that no step of an author took", self.flow_errors.clone());
        r.register("flow_findings", "Findings of flow files that are not live", self.flow_findings.clone());
        r.register("flow_versions", "Flow sets that went live", self.flow_versions.clone());
        r.register("answered", "Messages of contacts that were answered", self.answered.clone());
        r.register("suggestions", "Drafts for people, by what became of them", self.suggestions.clone());
        r.register("shadow_drafts", "Drafts that nobody is shown, or why there was none", self.shadow_drafts.clone());
        r.register("unanswered", "Messages that no flow understood", self.unanswered.clone());
        r.register("webhooks_paused", "Subscriptions that are paused", self.webhooks_paused.clone());
        let help = "Spans that were dropped because the collector did not take them";
        r.register("telemetry_dropped", help, self.telemetry_dropped.clone());
        let help = "Templates that are not as templates.lock.yaml has them";
        r.register("templates_changed", help, self.templates_changed.clone());
        r.register("active", "1 while this daemon does the work, 0 while it stands by", self.active.clone());
        r.register("standbys", "Daemons that stand by for this one", self.standbys.clone());
        r.register("needs_person", "Conversations that need a person now", self.needs_person.clone());
        r.register("window_corrections", "Windows that a provider corrected", self.window_corrections.clone());
        r.register("held_unplanned", "Messages held without an if_closed", self.held_unplanned.clone());
        r.register("lane_wait_seconds", "How long work waited for its lane", self.lane_wait_seconds.clone());
        r.register("turn_seconds", "From recorded to turn stored", self.turn_seconds.clone());
        r.register("lanes", "Lanes in memory", self.lanes.clone());
        r.register("lane_queue", "Work that waits in lanes", self.lane_queue.clone());
        r.register("sends_in_flight", "Requests to providers under way", self.sends_in_flight.clone());
        r.register("send_queue", "Messages that wait to be sent", self.send_queue.clone());
        r.register("send_seconds", "How long providers took to answer", self.send_seconds.clone());
        r.register("unauthorized", "Requests without a key of ours", self.unauthorized.clone());
        r.register("commit_queue", "Write-sets that wait for the writer", self.commit_queue.clone());
        r.register("commits", "Transactions of the writer", self.commits.clone());
        r.register("commit_sets", "Write-sets in these transactions", self.commit_sets.clone());
        r.register("commits_lost", "Transactions that the database did not take", self.commits_lost.clone());
        r.register("database_errors", "Statements that the database refused", self.database_errors.clone());
        r.register("database_connected", "1 while the database takes commits", self.database_connected.clone());
        r.register("webhook_seconds", "From a webhook's last byte to its answer", self.webhook_seconds.clone());
        let help = "How long the oldest message that should have left has waited";
        r.register("oldest_unsent_seconds", help, self.oldest_unsent_seconds.clone());
        let help = "What the disk has left on which the daemon writes";
        r.register("disk_free_bytes", help, self.disk_free_bytes.clone());
        let help = "When the certificate of the daemon's own TLS ends, in seconds since 1970; 0 without TLS";
        r.register("tls_certificate_expires_timestamp_seconds", help, self.certificate_ends.clone());
        let help = "When the database was last copied, in seconds since 1970; 0 if there is no copy";
        r.register("backup_timestamp_seconds", help, self.backup_timestamp_seconds.clone());
        r.register("backup_bytes", "The size of the newest copy of the database", self.backup_bytes.clone());
        r.register("backup_late_seconds", "How long a copy has been due", self.backup_late_seconds.clone());
        r.register("backup_failed", "1 after a copy that failed, until one succeeds", self.backup_failed.clone());
        r.register("sender_state", "1 for the state in which a sender is", self.sender_states.clone());
        let help = "When a sender's token ends, in seconds since 1970";
        r.register("token_expires_timestamp_seconds", help, self.token_ends.clone());
        r.register("build_info", "Which program this is", self.build.clone());
        all
    }
}
