//! Reads figures for probes and metrics from the database every few seconds, so that a request for them never waits
//! for the database.

use super::app::App;
use crate::{
    base::{
        limits::{SURVEY_EVERY, SURVEY_TIMEOUT, TOKENS_LOOK_EVERY, TOKENS_LOOK_FIRST},
        time::{Span, Time},
    },
    health::disk,
    store::tables::{conversation, member, outbound, subscription},
};
use anyhow::Context;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

#[derive(Default)]
pub struct Survey(Mutex<Vec<PausedWebhook>>);

/// A paused webhook subscription.
#[derive(Debug, Clone)]
pub struct PausedWebhook {
    pub id: i64,
    pub name: String,
    pub why: String,
}

impl Survey {
    pub fn paused_webhooks(&self) -> Vec<PausedWebhook> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl App {
    /// Reads the figures for probes and metrics.
    pub async fn survey(&self) -> anyhow::Result<()> {
        let (store, now) = (self.store.aside(), self.clock.now());
        // Turns, people and opt-outs change it, and it must be right after a restart, too.
        let count = conversation::count_needs_person(&store).await.context("counting who needs a person")?;
        self.metrics.needs_person.set(count);
        let all = subscription::all(&store).await.context("reading subscriptions")?;
        let paused = all.into_iter().filter_map(|of| {
            let (_, why) = of.paused?;
            Some(PausedWebhook { id: of.id, name: of.name, why })
        });
        let paused: Vec<PausedWebhook> = paused.collect();
        self.metrics.webhooks_paused.set(i64::try_from(paused.len()).unwrap_or(i64::MAX));
        *self.survey.0.lock().unwrap_or_else(PoisonError::into_inner) = paused;
        let counts = outbound::counts(&store).await.context("counting what waits")?;
        let queued = counts.iter().filter(|unfinished| unfinished.state == "queued").map(|of| of.count);
        self.metrics.send_queue.set(queued.sum());
        let members = member::all(&store).await.context("reading the members")?;
        let standbys = members.iter().filter(|of| of.is_alive && of.active_since.is_none()).count();
        self.metrics.standbys.set(i64::try_from(standbys).unwrap_or(i64::MAX));
        let oldest = outbound::oldest_unsent(&store, now).await.context("looking for what should have left")?;
        let age = oldest.map_or(Span::ZERO, |at| (now - at).max(Span::ZERO));
        self.metrics.oldest_unsent_seconds.set(crate::process::metrics::in_seconds(age));
        Ok(())
    }

    /// Reads database, disk and tokens until `stop`.
    pub async fn drive_survey(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut tokens_at = self.clock.now() + TOKENS_LOOK_FIRST;
        loop {
            self.look_around(&mut tokens_at).await;
            tokio::select! {
                _ = stop.changed() => return,
                () = tokio::time::sleep(SURVEY_EVERY.to_std()) => {}
            }
        }
    }

    async fn look_around(self: &Arc<Self>, tokens_at: &mut Time) {
        // While the database is unreachable the last figures stay, and `transom_database_connected` is 0.
        if self.store.is_connected() {
            match tokio::time::timeout(SURVEY_TIMEOUT.to_std(), self.survey()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(error = format!("{error:#}"), "The metrics keep their last numbers"),
                Err(_) => tracing::debug!("The metrics keep their last numbers: the database is slow"),
            }
        }
        if let Some(free) = disk::free(&self.config.data) {
            self.metrics.disk_free_bytes.set(i64::try_from(free).unwrap_or(i64::MAX));
        }
        let now = self.clock.now();
        if now >= *tokens_at {
            *tokens_at = now + TOKENS_LOOK_EVERY;
            let app = Arc::clone(self);
            // In a task of its own, because platforms may be slow.
            tokio::spawn(async move { app.look_at_tokens().await });
        }
    }

    /// Asks the platforms for the expiry of tokens; one that does not answer changes nothing.
    pub async fn look_at_tokens(&self) {
        for sender in self.senders.all() {
            let Some(provider) = self.senders.provider_of(sender.id) else { continue };
            let checks = provider.examine(self.http.as_ref(), sender.id).await;
            let Some(token) = checks.iter().find(|check| check.name == "token") else { continue };
            let ends = token.details["expires_at"].as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
            if ends.is_some() || token.grade == crate::channel::checkup::Grade::Good {
                self.metrics.token_ends(sender.id, ends.map(|at| Time(at.as_millisecond())));
            }
        }
    }
}
