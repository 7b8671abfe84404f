//! `/v1/schedules/ahead`: what all schedules and dates will do in the coming days, counted by cell.
//!
//! A count over many contacts takes longer than a request. It runs beside the requests, each of which gets the
//! numbers so far, and is kept for a minute.

use super::forecasts;
use crate::{
    base::{
        ids::{AccountName, ContactId, SenderId, VersionId},
        limits::{AHEAD_AT_ONCE, AHEAD_DAYS_DEFAULT, AHEAD_DAYS_MAX, AHEAD_KEPT, AHEAD_WAIT},
        query,
        time::{Span, Time, iso},
    },
    runtime::{
        config::shown,
        starts::forecast::{Ahead, AheadCell, ahead},
    },
    web::{
        auth::Caller,
        idempotency::json,
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
};
use serde_json::{Value as Json, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{Semaphore, watch};

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
    ahead: Ahead,
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
    let Ahead { cells, contacts, complete, cut } = numbers.ahead;
    let body = json!({
        "as_of": iso(count.as_of),
        "complete": complete,
        "cut": cut,
        "contacts": contacts,
        "cells": cells.iter().map(|cell| shown_cell(cell, &numbers.currency)).collect::<Vec<_>>(),
    });
    Ok(json(StatusCode::OK, &body))
}

fn shown_cell(cell: &AheadCell, currency: &str) -> Json {
    let key = &cell.key;
    let leaves = matches!(key.outcome, "text" | "template");
    let cost = (leaves && !currency.is_empty()).then(|| format!("{} {currency}", shown(cell.amount)));
    json!({
        "flow": key.flow, "trigger": key.trigger, "zone": key.zone, "local": key.local, "outcome": key.outcome,
        "reason": key.reason, "template": key.template, "people": cell.people, "cost": cost,
    })
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
    let told = |ahead: Ahead| {
        tell.send_replace(Numbers { ahead, currency: currency.clone(), failed: None });
    };
    let all = ahead(&ground, accounts, period, told).await.map_err(|error| error.to_string())?;
    told(all);
    Ok(())
}
