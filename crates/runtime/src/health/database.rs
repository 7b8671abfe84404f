//! Checks the rows of the database: dead letters, sends without a result, what waits for too long, paused flows and
//! webhooks.

use super::{HealthCheck, HealthInputs};
use crate::{
    base::{
        counted::counted,
        limits::UNSENT_AGE_MAX,
        time::{Time, iso, rounded},
    },
    config::Sender,
    store::{
        ReadError, Store,
        tables::{
            dead_letter, flow_state, inbound,
            member::{self, Member},
            outbound, subscription,
        },
    },
};

const DATABASE: &str = "Database";

/// Kinds of dead letters that a replay handles once their cause is mended; the others have ended, or nobody knows
/// whether they left.
const REPLAYED: [&str; 6] = ["poison", "wrong_secret", "unknown_sender", "webhook", "webhook_body", "late_message"];

pub async fn rows(inputs: &HealthInputs<'_>) -> Vec<HealthCheck> {
    let store = match &inputs.store {
        Ok(store) => store,
        Err(why) => {
            let told = format!("The database cannot be read yet: {why}.");
            return vec![HealthCheck::warning("database", DATABASE, told).mended_by("transom migrate")];
        }
    };
    match read(store, inputs.now()).await {
        Ok(checks) => checks,
        Err(error) => vec![HealthCheck::bad("database", DATABASE, format!("The database cannot be read: {error}."))],
    }
}

async fn read(store: &Store, now: Time) -> Result<Vec<HealthCheck>, ReadError> {
    let letters = dead_letter::counts(store).await?;
    let mut checks = vec![HealthCheck::good("database", DATABASE, "The database can be read.")];
    checks.extend(members(store).await?);
    checks.extend(letters.iter().map(letter));
    checks.extend(queue(store, now).await?);
    checks.extend(paused_flows(store).await?);
    checks.extend(paused_webhooks(store).await?);
    Ok(checks)
}

/// The daemons of a Postgres database; nothing on SQLite, which has one.
async fn members(store: &Store) -> Result<Vec<HealthCheck>, ReadError> {
    let (id, title) = ("members", "Daemons");
    let alive: Vec<Member> = member::all(store).await?.into_iter().filter(|of| of.is_alive).collect();
    let (active, standbys): (Vec<_>, Vec<_>) = alive.iter().partition(|of| of.active_since.is_some());
    let mut checks = Vec::new();
    if let Some(active) = active.first() {
        let told = format!("The active daemon is {} ({}, version {}).", active.id, active.name, active.version);
        checks.push(HealthCheck::good(id, title, told).since(active.active_since));
        let told = match standbys.len() {
            0 => "No other daemon stands by.".to_owned(),
            count => format!("{} by.", if count == 1 { "1 stands".to_owned() } else { format!("{count} stand") }),
        };
        checks.push(HealthCheck::good("members.standbys", title, told));
    }
    for standby in &standbys {
        if active.first().is_some_and(|active| standby.url_for(active).is_none()) {
            let told = format!(
                "Daemon {} ({}) has no address that leads to it from the others; write `member_url` in its \
                 configuration, or they cannot hand it what comes to them when it is active.",
                standby.id, standby.name
            );
            checks.push(HealthCheck::warning(format!("members.{}", standby.id), title, told));
        }
    }
    Ok(checks)
}

fn letter(open: &dead_letter::Open) -> HealthCheck {
    let kind = &open.kind;
    let letters = counted(open.count, "dead letter");
    let told = format!("{letters} of kind `{kind}`; `transom dead-letters list --kind {kind}` shows them.");
    let verb = if REPLAYED.contains(&kind.as_str()) { "replay" } else { "dismiss" };
    HealthCheck::warning(format!("dead_letters.{kind}"), "Dead letters", told)
        .since(Some(open.since))
        .mended_by(format!("transom dead-letters {verb} --kind {kind}"))
}

/// The messages that should have left, and those of which nobody knows yet whether they did.
async fn queue(store: &Store, now: Time) -> Result<Vec<HealthCheck>, ReadError> {
    let title = "Queue";
    let counts = outbound::counts(store).await?;
    let of = |state: &str| counts.iter().filter(|count| count.state == state).map(|count| count.count).sum::<i64>();
    let mut checks = Vec::new();
    let oldest = outbound::oldest_unsent(store, now).await?;
    checks.push(match oldest.filter(|oldest| now - *oldest > UNSENT_AGE_MAX) {
        None => HealthCheck::good("queue", title, "No message waits for longer than it should."),
        Some(oldest) => {
            let queued = counted(of("queued"), "message");
            let told = format!("{queued} wait; the first should have left {} ago.", rounded(now - oldest));
            HealthCheck::warning("queue", title, told).since(Some(oldest))
        }
    });
    let unknown = of("unknown");
    if unknown > 0 {
        let told = format!(
            "Of {} nobody knows whether they left; a status or the sender's `on_unknown` decides.",
            counted(unknown, "message")
        );
        checks.push(HealthCheck::warning("unknown_sends", "Unknown sends", told));
    }
    Ok(checks)
}

async fn paused_flows(store: &Store) -> Result<Vec<HealthCheck>, ReadError> {
    let failing = flow_state::all(store).await?.into_iter().filter_map(|state| Some((state.flow, state.paused_at?)));
    let failing: Vec<_> = failing.collect();
    let paused = flow_state::paused(store).await?;
    let title = "Paused flow";
    let check = |flow: &str, since: Time, check: HealthCheck| {
        let check = check.since(Some(since)).mended_by(format!("transom flows resume {flow}"));
        HealthCheck { id: format!("flow.{flow}"), ..check }
    };
    let by_alarm = failing.iter().map(|(flow, since)| {
        let told = format!("Flow `{flow}` is paused: its last runs all failed. It starts for nobody.");
        check(flow.as_str(), *since, HealthCheck::bad("", title, told))
    });
    let by_hand = paused.by_hand.keys().filter_map(|flow| Some((flow, paused.by_hand(flow)?)));
    let by_hand = by_hand.filter(|(flow, _)| failing.iter().all(|(other, _)| other != *flow)).map(|(flow, since)| {
        let told = format!("Flow `{flow}` was paused by hand. It starts for nobody.");
        check(flow.as_str(), since, HealthCheck::warning("", title, told))
    });
    Ok(by_alarm.chain(by_hand).collect())
}

async fn paused_webhooks(store: &Store) -> Result<Vec<HealthCheck>, ReadError> {
    let all = subscription::all(store).await?;
    let paused = all.into_iter().filter_map(|of| {
        let (since, why) = of.paused?;
        let (id, name) = (of.id, of.name);
        let why = why.trim_end_matches('.');
        let told =
            format!("Webhook {id} `{name}` is paused: {why}. `transom webhooks resume {id}` goes on with what waits.");
        let check = HealthCheck::bad(format!("webhook.{id}"), "Paused webhook", told).since(Some(since));
        Some(check.mended_by(format!("transom webhooks resume {id}")))
    });
    Ok(paused.collect())
}

/// When the last message came to the sender.
pub async fn heard(inputs: &HealthInputs<'_>, sender: &Sender) -> HealthCheck {
    let (id, title) = ("heard", "Last message");
    let last = match &inputs.store {
        Ok(store) => match inbound::newest(store, sender.id).await {
            Ok(last) => last,
            Err(error) => {
                return HealthCheck::warning(id, title, format!("The last message cannot be looked up: {error}."));
            }
        },
        Err(_) => None,
    };
    match (last, sender.access.webhook_advice()) {
        (Some(at), _) => {
            let told = format!("The last message came {} ago ({}).", rounded(inputs.now() - at), iso(at));
            HealthCheck::good(id, title, told).since(Some(at))
        }
        (None, None) => {
            HealthCheck::good(id, title, "No message has come yet; `transom trigger message --text hi` sends one.")
        }
        (None, Some(advice)) => {
            let base = inputs.config.public_url.as_deref().unwrap_or("https://YOUR-PUBLIC-ADDRESS");
            let advice = advice.replace("{base}", base).replace("{id}", &sender.id.to_string());
            let told = format!("No webhook with a message has come yet. {advice}; then write to {}.", sender.phone);
            HealthCheck::warning(id, title, told)
        }
    }
}
