//! Pauses and resumes senders that a platform stops or limits, and notifies operators.

use super::{breaker::Breaker, paused::PausedSenders, registry::Senders};
use crate::{
    base::{
        clock::Clock,
        ids::{ContactId, SenderId},
        limits::{DIRECT_SEND_REST, RESTING_BATCH},
        time::Time,
    },
    channel::{Http, Next, RefusalCause, SendError},
    events::Events,
    lane::{queue::Queue, state::LaneTask},
    model::inbound::StatusError,
    process::{Process, metrics::Metrics},
    store::{
        Store, WriteSet,
        tables::{
            outbound,
            sender_pause::{self, Lifted, Scope, SenderPause},
        },
    },
};
use anyhow::Context;
use std::sync::Arc;

/// The state of a sender for probes, metrics and commands.
#[derive(Debug, Clone, PartialEq)]
pub struct SenderStatus {
    /// One of [`SENDER_STATES`](crate::process::metrics::SENDER_STATES).
    pub state: &'static str,
    /// Since when its platform does not answer.
    pub since: Option<Time>,
    /// The end of the pause; `None` if it lasts until the platform answers.
    pub until: Option<Time>,
    /// It sends texts, but no templates until this time.
    pub templates_until: Option<Time>,
    /// The provider's code and text.
    pub why: Option<String>,
}

/// Knows which senders may send now: pauses by the platform or an operator, and platforms that do not answer.
pub struct SenderHealth {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) store: Store,
    pub(super) http: Arc<dyn Http>,
    pub(super) metrics: Metrics,
    pub paused_senders: PausedSenders,
    /// Circuit breakers: whether the platforms of senders answer.
    pub breaker: Breaker,
    pub(super) senders: Arc<Senders>,
    pub(super) events: Arc<Events>,
    pub(super) queue: Arc<Queue>,
}

impl SenderHealth {
    pub(crate) fn new(process: &Process, senders: &Arc<Senders>, events: &Arc<Events>, queue: &Arc<Queue>) -> Self {
        let Process { clock, store, http, metrics, .. } = process.clone();
        let (senders, events, queue) = (Arc::clone(senders), Arc::clone(events), Arc::clone(queue));
        let (paused_senders, breaker) = (PausedSenders::default(), Breaker::default());
        SenderHealth { clock, store, http, metrics, paused_senders, breaker, senders, events, queue }
    }
}

impl SenderHealth {
    /// The state of a sender for probes, metrics and commands.
    pub fn standing_of(&self, sender: SenderId, now: Time) -> SenderStatus {
        if let Some(pause) = self.paused_senders.of(sender, now) {
            let (until, why) = (pause.everything_until, Some(pause.why));
            return SenderStatus { state: "paused", since: None, until, templates_until: None, why };
        }
        let (templates_until, why) = self.paused_senders.templates_rest(sender, now).unzip();
        match self.breaker.degraded(sender) {
            Some((since, why)) => {
                let since = Some(since);
                SenderStatus { state: "degraded", since, until: None, templates_until, why: Some(why) }
            }
            None => SenderStatus { state: "online", since: None, until: None, templates_until, why },
        }
    }

    /// Restores pauses with an end set by the platform. Pauses that wait for an operator are not restored: a restart
    /// finds out whether the token was fixed.
    pub(crate) async fn recall_pauses(&self, now: Time) -> anyhow::Result<()> {
        let kept = sender_pause::all(&self.store).await.context("reading which senders rest")?;
        for pause in kept.into_iter().filter(|pause| pause.until > now) {
            match pause.scope {
                Scope::Everything => self.paused_senders.pause(pause.sender_id, false, pause.until, pause.why),
                Scope::Templates => self.paused_senders.pause(pause.sender_id, true, pause.until, pause.why),
                Scope::Direct => self.paused_senders.rest_direct(pause.sender_id, pause.until),
            }
        }
        Ok(())
    }

    /// Stores a pause until a time that the platform named.
    pub(crate) fn keep_pause(
        set: &mut WriteSet,
        sender: SenderId,
        templates_only: bool,
        until: Time,
        why: String,
        now: Time,
    ) {
        let scope = if templates_only { Scope::Templates } else { Scope::Everything };
        set.replace(&sender_pause::SET, &SenderPause { sender_id: sender, scope, until, why, at: now });
    }

    /// An operator reports that the platform accepts messages again: waiting messages are sent at once.
    pub async fn resume_sender(self: &Arc<Self>, sender: SenderId) -> anyhow::Result<()> {
        let mut set = WriteSet::new();
        set.push(&sender_pause::LIFT, &Lifted { sender_id: sender });
        self.store.commit(set).await.context("writing down that a sender goes on")?;
        self.paused_senders.resume(sender);
        self.breaker.reset(sender, self.clock.now());
        self.wake_waiting(sender).await
    }

    /// Decides the waiting messages of this sender again, now.
    pub(crate) async fn wake_waiting(self: &Arc<Self>, sender: SenderId) -> anyhow::Result<()> {
        let mut after = ContactId(0);
        loop {
            let waiting =
                outbound::resting(&self.store, sender, after, RESTING_BATCH).await.context("reading who waits")?;
            let Some(last) = waiting.last() else { return Ok(()) };
            after = *last;
            for contact in waiting {
                self.queue.push(contact, LaneTask::AskAnew { sender });
            }
        }
    }

    /// Pauses a sender because the platform asks for it or its token is wrong: keeps its queue and notifies operators.
    /// `lasts`: also over a restart.
    pub(crate) fn pause_sender(
        &self,
        sender: SenderId,
        templates_only: bool,
        (until, lasts): (Time, bool),
        error: &SendError,
        set: &mut WriteSet,
        now: Time,
    ) {
        let known = self.paused_senders.paused_until(sender, templates_only, now).is_some();
        let why = format!("{}: {}", error.code, error.text);
        if lasts {
            SenderHealth::keep_pause(set, sender, templates_only, until, why.clone(), now);
        }
        self.paused_senders.pause(sender, templates_only, until, why);
        if !known {
            self.metrics.alarm("sender_stopped");
            tracing::error!(
                sender.id = %sender, error.code = error.code,
                "Sender {sender} is stopped: the provider answered {}. Its messages wait; `transom senders list` says until when", error.code
            );
            let data = serde_json::json!({
                "sender_id": sender, "code": error.code, "text": error.text, "templates_only": templates_only,
            });
            self.events.notify(set, "sender_stopped", data, now);
        }
    }

    /// True if the error code of a message without a template means that it can never be sent in that way.
    pub(crate) fn refused_direct(&self, sender: SenderId, code: Option<&str>) -> bool {
        let code = code.and_then(|code| code.parse().ok());
        let provider = self.senders.provider_of(sender);
        let next =
            provider.zip(code).map(|(provider, code)| provider.judge(&StatusError { code, text: String::new() }));
        next.is_some_and(refuses_direct)
    }

    /// Pauses Direct Send for this sender after a refusal; stored, because a restart would only get the same refusal.
    pub(crate) fn rest_direct(&self, sender: SenderId, error: &SendError, set: &mut WriteSet, now: Time) {
        let until = now + DIRECT_SEND_REST;
        let why = format!("{}: {}", error.code, error.text);
        set.replace(&sender_pause::SET, &SenderPause { sender_id: sender, scope: Scope::Direct, until, why, at: now });
        self.paused_senders.rest_direct(sender, until);
        tracing::warn!(
            sender.id = %sender, error.code = error.code,
            "Sender {sender} may not send without a template: the provider answered {}. Until this is over only templates are sent", error.code
        );
    }
}

/// True if this error of a message without a template refuses the way of sending: any error of its kind, window or
/// content.
pub(crate) fn refuses_direct(next: Next) -> bool {
    matches!(
        next,
        Next::DirectRefused
            | Next::WindowClosed
            | Next::TemplateUnusable { .. }
            | Next::Rejected { why: RefusalCause::Request }
    )
}
