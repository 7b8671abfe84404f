//! Checks the running daemon by its own words: `/readyz` and the counted webhooks.

use super::HealthCheck;
use crate::{
    base::{counted::counted, ids::SenderId, time::Time},
    config::{Config, Sender},
};
use serde_json::Value as Json;

/// The daemon as a command, or the daemon itself, sees it.
#[derive(Debug, Clone)]
pub enum DaemonSeen {
    /// None runs on this database.
    Nowhere,
    /// Its probes answer at this address, and its API does not.
    Crowded(String, Option<DaemonState>),
    /// It answers at this address.
    Answers(String, Option<DaemonState>),
    /// It is this process.
    Here(DaemonState),
}

/// The answers of `/readyz` and `/metrics`.
#[derive(Debug, Clone)]
pub struct DaemonState {
    pub ready: Json,
    pub metrics: String,
}

pub fn checks(seen: &DaemonSeen, config: &Config) -> Vec<HealthCheck> {
    let (id, title) = ("daemon", "Daemon");
    let (first, state) = match seen {
        DaemonSeen::Nowhere => {
            let none = "No daemon runs on this database; `transom serve` starts it.";
            return vec![HealthCheck::warning(id, title, none).mended_by("transom serve")];
        }
        DaemonSeen::Here(state) => (HealthCheck::good(id, title, "The daemon runs."), Some(state)),
        DaemonSeen::Answers(base, state) => {
            (HealthCheck::good(id, title, format!("The daemon answers at {base}.")), state.as_ref())
        }
        DaemonSeen::Crowded(probes, state) => {
            let why = "its connections are all taken, or it is overloaded";
            let told = format!("The daemon runs, as {probes} says, and takes no requests: {why}.");
            (HealthCheck::bad(id, title, told), state.as_ref())
        }
    };
    let Some(state) = state else {
        let silent = "The daemon does not say whether it is ready.";
        return vec![first, HealthCheck::bad("daemon.ready", title, silent)];
    };
    let mut checks = vec![first];
    checks.extend(ready(&state.ready));
    checks.extend(state.ready["senders"].as_array().into_iter().flatten().filter_map(standing));
    checks.extend(templates(&state.ready));
    checks.extend(one_of_each_provider(config).into_iter().filter_map(|sender| refused_webhooks(state, sender)));
    checks
}

fn ready(ready: &Json) -> Vec<HealthCheck> {
    let mut checks = Vec::new();
    if ready["role"] == "standby" {
        checks.push(standing_by(ready));
    }
    if let Some(trouble) = ready["database_error"].as_str() {
        let told = format!("The database takes nothing now: {}.", trouble.trim_end_matches('.'));
        checks.push(HealthCheck::bad("database.away", "Database", told));
    } else if ready["ready"] != true {
        checks.push(HealthCheck::bad("daemon.ready", "Daemon", "The daemon is not ready: see its log."));
    }
    let errors = ready["findings"].as_array().into_iter().flatten().filter(|one| one["severity"] == "error").count();
    if errors > 0 {
        let errors = counted(errors, "error");
        let told = format!("The newest flow files are not live: {errors}; the last good version runs.");
        checks.push(HealthCheck::bad("flows.live", "Flows", told));
    }
    checks
}

/// The daemon here stands by: its active one, or why it has none.
fn standing_by(ready: &Json) -> HealthCheck {
    let (id, title) = ("daemon.role", "Daemon");
    let outdated = &ready["outdated"];
    if let (Some(has), Some(knows)) = (outdated["has"].as_i64(), outdated["knows"].as_i64()) {
        let told = format!(
            "This daemon stands by and takes nothing over: the database has schema version {has}, and it knows {knows} at \
             most. Upgrade it."
        );
        return HealthCheck::warning(id, title, told);
    }
    match (ready["active"]["name"].as_str(), ready["active"]["address"].as_str()) {
        (Some(name), Some("")) => {
            let told = format!(
                "This daemon stands by for {name}, and cannot hand requests on, because no address leads there from \
                 here; write `member_url` in the configuration of each daemon."
            );
            HealthCheck::warning(id, title, told)
        }
        (Some(name), _) if ready["hop_error"].is_string() => {
            let why = ready["hop_error"].as_str().unwrap_or_default().trim_end_matches('.');
            let told = format!(
                "This daemon stands by for {name}, and the last request could not be handed on: {why}. With `tls`, both \
                 need the same certificate, or each one that this machine trusts for the host of `public_url`."
            );
            HealthCheck::warning(id, title, told)
        }
        (Some(name), address) => {
            let at = address.map(|at| format!(" at {at}")).unwrap_or_default();
            HealthCheck::good(id, title, format!("This daemon stands by for {name}{at}, and hands requests on."))
        }
        (None, _) => HealthCheck::warning(id, title, "This daemon stands by, and no other one is active now."),
    }
}

/// The state of one sender; `None`: it sends.
fn standing(sender: &Json) -> Option<HealthCheck> {
    let id = SenderId(sender["id"].as_i64()?);
    let why = sender["why"].as_str().unwrap_or_default().trim_end_matches('.');
    let told = match (sender["state"].as_str()?, sender["templates_paused_until"].as_str()) {
        ("degraded", _) => {
            format!("Sender {id} is degraded: its platform does not answer ({why}). What it has to say waits in order.")
        }
        ("paused", _) => format!("Sender {id} is paused: {why}."),
        (_, Some(until)) => format!("Sender {id} sends no templates until {until}; texts go: {why}."),
        (_, None) => return None,
    };
    let since = sender["since"].as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok());
    let check = HealthCheck::bad("online", "Sending", told).since(since.map(|at| Time(at.as_millisecond())));
    Some(check.mended_by(format!("transom senders resume {id}")).of(id))
}

/// Templates that are not as the flows assume.
fn templates(ready: &Json) -> Vec<HealthCheck> {
    let drifted = ready["templates"].as_array().into_iter().flatten();
    let told = drifted.filter_map(|one| {
        let id = format!("template.{}.{}.{}", one["name"].as_str()?, one["language"].as_str()?, one["kind"].as_str()?);
        let told = crate::channel::checkup::sentence(one["what"].as_str()?);
        Some(HealthCheck::warning(id, "Template", told).of(SenderId(one["sender"].as_i64()?)))
    });
    told.collect()
}

/// A finding about refused webhooks, which otherwise look to the operator as if no messages arrived.
fn refused_webhooks(state: &DaemonState, sender: &Sender) -> Option<HealthCheck> {
    let (provider, secret) = (sender.provider(), sender.access.verified_by());
    let count = |result: &str| -> u64 {
        let start = format!("transom_webhooks_total{{provider=\"{provider}\",result=\"{result}\"}} ");
        state.metrics.lines().find_map(|line| line.strip_prefix(&start)?.trim().parse().ok()).unwrap_or(0)
    };
    let told = match (count("bad_signature"), count("ok")) {
        (0, _) => return None,
        (bad, 0) => format!(
            "{} of `{provider}` since the daemon's start had a signature that no `{secret}` verifies: \
             compare it with the one in the provider's console.",
            if bad == 1 { "The only webhook".to_owned() } else { format!("All {bad} webhooks") }
        ),
        (bad, good) => format!(
            "{bad} of {} of `{provider}` since the daemon's start had a signature that no `{secret}` verifies: \
             somebody guesses, or the secret of one sender is missing.",
            counted(bad + good, "webhook")
        ),
    };
    Some(HealthCheck::bad(format!("refused_webhooks.{provider}"), "Webhooks that were refused", told))
}

fn one_of_each_provider(config: &Config) -> Vec<&Sender> {
    let mut found: Vec<&Sender> = Vec::new();
    for sender in config.senders.iter().filter(|sender| !sender.is_sandbox()) {
        if found.iter().all(|known| known.provider() != sender.provider()) {
            found.push(sender);
        }
    }
    found
}
