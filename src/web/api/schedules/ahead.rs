//! `/v1/schedules/ahead`: what all schedules and dates will do in the coming days, counted by cell.
//!
//! A count over many contacts takes longer than a request. It runs beside the requests, each of which gets the
//! numbers so far, and is kept for a minute.

use super::forecasts;
use crate::{
    base::{
        body_fields::At,
        ids::{AccountName, ContactId, SenderId, VersionId},
        limits::{AHEAD_AT_ONCE, AHEAD_DAYS_DEFAULT, AHEAD_DAYS_MAX, AHEAD_KEPT, AHEAD_WAIT},
        query,
        time::{Span, Time},
    },
    runtime::{config::shown, starts::forecast},
    web::{
        auth::Caller,
        idempotency::respond,
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{Semaphore, watch};

/// The messages of the coming days, if nobody writes until then.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Ahead<'a> {
    /// When the count began; it is kept for a minute.
    as_of: At,
    /// `false`: contacts are counted still; ask again.
    complete: bool,
    /// There is more than is counted: too many fires, or contacts.
    cut: bool,
    /// How many were looked at so far.
    contacts: i64,
    /// By their local minute.
    cells: Vec<AheadCell<'a>>,
}

/// The people of one fire in one zone who come to the same end.
#[derive(Debug, Serialize, JsonSchema)]
struct AheadCell<'a> {
    flow: &'a str,
    trigger: &'a str,
    /// The clock of `local`: the contact's, or the bot's.
    zone: &'a str,
    /// The local minute of the fire, or of the date: `2026-03-28T10:00`.
    local: &'a str,
    /// `held`: it waits, for an answer, a template, or up to six hours for a busy conversation. `asks_first`: a server is
    /// asked before anything is said. `silent`: the flow says nothing at once.
    #[schemars(extend("enum" = OUTCOMES))]
    outcome: &'static str,
    /// Why it is held or refused: the words of the reports, or `failed`.
    reason: Option<&'a str>,
    template: Option<&'a str>,
    people: i64,
    /// `0.42 EUR`; `null` without a table of prices, or where nothing leaves.
    cost: Option<String>,
}

const OUTCOMES: &[&str] = &["text", "template", "held", "refused", "asks_first", "silent"];

/// The counts that run, or have ended within the last minute.
pub struct AheadRoom {
    counts: Mutex<HashMap<Question, Count>>,
    places: Arc<Semaphore>,
}

/// The subject of a count: the accounts, the days, and the version of the flows.
type Question = (Vec<AccountName>, i64, VersionId);

#[derive(Clone)]
struct Count {
    as_of: Time,
    numbers: watch::Receiver<Numbers>,
}

#[derive(Clone, Default)]
struct Numbers {
    ahead: forecast::Ahead,
    /// Empty without a price table.
    currency: String,
    failed: Option<String>,
}

impl Default for AheadRoom {
    fn default() -> Self {
        AheadRoom { counts: Mutex::default(), places: Arc::new(Semaphore::new(AHEAD_AT_ONCE)) }
    }
}

impl Numbers {
    fn has_ended(&self) -> bool {
        self.ahead.complete || self.failed.is_some()
    }
}

/// `GET /v1/schedules/ahead?days=`.
pub async fn show(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    let days = match query::value(&query.unwrap_or_default(), "days").filter(|days| !days.is_empty()) {
        None => AHEAD_DAYS_DEFAULT,
        Some(days) => days.parse().ok().filter(|days| (1..=AHEAD_DAYS_MAX).contains(days)).ok_or_else(|| {
            let why = format!("`days` is a whole number from 1 to {AHEAD_DAYS_MAX}.");
            Problem::invalid(vec![("/days".to_owned(), why)])
        })?,
    };
    let mut count = count(&web, caller.accounts_in(&web), days);
    // The numbers after the wait are shown, complete or not.
    let _ = tokio::time::timeout(AHEAD_WAIT.to_std(), count.numbers.wait_for(Numbers::has_ended)).await;
    let numbers = count.numbers.borrow().clone();
    if let Some(why) = numbers.failed {
        return Err(Problem::bug(&why));
    }
    let forecast::Ahead { cells, contacts, complete, cut } = numbers.ahead;
    let cells = cells.iter().map(|cell| AheadCell::of(cell, &numbers.currency)).collect();
    Ok(respond(StatusCode::OK, &Ahead { as_of: At(count.as_of), complete, cut, contacts, cells }))
}

impl<'a> AheadCell<'a> {
    fn of(cell: &'a forecast::AheadCell, currency: &str) -> AheadCell<'a> {
        let key = &cell.key;
        let leaves = matches!(key.outcome, "text" | "template");
        AheadCell {
            flow: key.flow.as_str(),
            trigger: &key.trigger,
            zone: &key.zone,
            local: &key.local,
            outcome: key.outcome,
            reason: key.reason.as_deref(),
            template: key.template.as_deref(),
            people: cell.people,
            cost: (leaves && !currency.is_empty()).then(|| format!("{} {currency}", shown(cell.amount))),
        }
    }
}

/// The count that answers this, begun anew if there is none of the last minute.
fn count(web: &Arc<Web>, accounts: Vec<AccountName>, days: i64) -> Count {
    let now = web.app.clock.now();
    let question = (accounts, days, web.app.live.get().version);
    let mut counts = web.ahead.counts.lock().unwrap_or_else(PoisonError::into_inner);
    counts.retain(|_, count| {
        let numbers = count.numbers.borrow();
        numbers.failed.is_none() && (!numbers.has_ended() || (count.as_of..count.as_of + AHEAD_KEPT).contains(&now))
    });
    if let Some(known) = counts.get(&question) {
        return known.clone();
    }
    let (tell, numbers) = watch::channel(Numbers::default());
    let (web, accounts) = (Arc::clone(web), question.0.clone());
    let begun = Count { as_of: now, numbers };
    counts.insert(question, begun.clone());
    drop(counts);
    tokio::spawn(async move {
        let places = Arc::clone(&web.ahead.places);
        // Never closed: without a place it would only count beside the others.
        let _place = places.acquire_owned().await;
        if let Err(why) = counted(&web, &accounts, (now, now + Span::days(days)), &tell).await {
            tell.send_modify(|numbers| numbers.failed = Some(why));
        }
    });
    begun
}

async fn counted(
    web: &Web,
    accounts: &[AccountName],
    period: (Time, Time),
    tell: &watch::Sender<Numbers>,
) -> Result<(), String> {
    let asked = |sender: SenderId, contact: ContactId, at: Time| web.app.policy.state_of(sender, contact, at);
    let ground = forecasts::ground(web, &asked).await.map_err(|problem| problem.detail)?;
    let currency = ground.currency().to_owned();
    let told = |ahead: forecast::Ahead| {
        tell.send_replace(Numbers { ahead, currency: currency.clone(), failed: None });
    };
    let all = forecast::ahead(&ground, accounts, period, told).await.map_err(|error| error.to_string())?;
    told(all);
    Ok(())
}
