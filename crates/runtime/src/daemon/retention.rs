//! Deletes rows that are older than the configuration keeps them, in small batches beside the processing of messages.

use super::kept_secrets;
use crate::{
    base::{
        clock::Clock,
        limits::{
            EVENTS_KEPT, IDEMPOTENCY_KEPT, MODEL_CALLS_KEPT, RETAIN_EVERY, SIGNED_IN_IDLE, TESTER_SESSIONS_KEPT,
            UPLOAD_KEPT,
        },
        time::Span,
    },
    config::Retention as Keep,
    store::{
        Store,
        queries::retention::{self, ForgetError, Pace},
        tables::{
            audience, audit, chatwoot_message, dead_letter, delivery, early_status, event, idempotency, inbound,
            model_call, model_question, note, outbound, person_session, run, start,
            support_case::{self, shadow, suggestion},
            tester_session, trace, upload, webhook,
        },
    },
};
use std::sync::Arc;
use tokio::sync::watch;

pub struct Retention {
    store: Store,
    clock: Arc<dyn Clock>,
    keep: Keep,
}

impl Retention {
    pub fn new(store: Store, clock: Arc<dyn Clock>, keep: &Keep) -> Self {
        Retention { store, clock, keep: *keep }
    }

    /// Deletes every minute until `stop`, with pauses, because messages need the writer, too. It has a loop of its
    /// own, because one pass over a large table may take minutes.
    pub async fn drive(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let now = || self.clock.now();
        loop {
            let pass = async {
                tokio::time::sleep(RETAIN_EVERY.to_std()).await;
                self.pass(Pace::Gentle(&now)).await.map_err(anyhow::Error::from)?;
                kept_secrets::clean(&self.store).await
            };
            // Each batch is a commit of its own: nothing is lost between two batches.
            let done = tokio::select! {
                _ = stop.changed() => return,
                done = pass => done,
            };
            if let Err(error) = done {
                tracing::warn!("Retention could not finish and goes on in a minute: {error:#}");
            }
        }
    }

    /// One pass over every table with a retention time.
    pub async fn pass(&self, pace: Pace<'_>) -> Result<(), ForgetError> {
        let (store, now) = (&self.store, self.clock.now());
        let keep = &self.keep;
        let large = [
            (&webhook::EXPIRE, keep.raw_webhooks),
            (&trace::EXPIRE, keep.traces),
            (&run::EXPIRE, keep.messages),
            (&inbound::EXPIRE, keep.messages),
            (&outbound::EXPIRE, keep.messages),
            (&start::EXPIRE, keep.messages),
            (&audience::EXPIRE, keep.messages),
            (&dead_letter::EXPIRE, keep.messages),
            (&support_case::EXPIRE, keep.messages),
            (&note::EXPIRE, keep.messages),
            (&suggestion::EXPIRE, keep.messages),
            (&suggestion::EXPIRE_USES, keep.messages),
            (&shadow::EXPIRE, keep.messages),
            (&model_question::EXPIRE, keep.model_questions),
            (&chatwoot_message::EXPIRE, keep.messages),
            (&chatwoot_message::part::EXPIRE, keep.messages),
            (&delivery::EXPIRE, keep.traces),
            (&event::EXPIRE, EVENTS_KEPT),
            (&tester_session::EXPIRE, TESTER_SESSIONS_KEPT),
            (&audit::EXPIRE, keep.audit),
            (&model_call::EXPIRE, MODEL_CALLS_KEPT),
        ];
        for (expire, kept) in large {
            retention::forget(store, expire, now - kept, pace).await?;
        }
        let small: [(_, Span); 4] = [
            (&upload::EXPIRE, UPLOAD_KEPT),
            (&early_status::EXPIRE, keep.raw_webhooks),
            (&idempotency::EXPIRE, IDEMPOTENCY_KEPT),
            (&person_session::EXPIRE, SIGNED_IN_IDLE),
        ];
        for (statement, kept) in small {
            retention::forget_small(store, statement, now - kept, pace).await?;
        }
        retention::shrink(store, pace).await
    }
}
