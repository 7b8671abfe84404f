//! Turns the engine's effects into rows of the turn's write-set, and into what happens after its commit.

use super::{
    app::App,
    lane::{LaneError, LaneState, Work},
    notify,
    outbox::{Pending, PendingState},
    rows,
};
use crate::{
    base::{ids::OutboundId, time::Time},
    model::{
        effect::{Effect, HttpCall, RunEnd},
        event::Reason,
    },
    store::WriteSet,
};
use std::sync::Arc;

/// What waits for the commit.
#[derive(Default)]
pub(super) struct AfterCommit {
    pub inserted: Vec<OutboundId>,
    pub calls: Vec<HttpCall>,
    pub notified: bool,
}

impl App {
    pub(super) async fn apply(
        &self,
        lane: &mut LaneState,
        index: usize,
        effect: &Effect,
        now: Time,
        set: &mut WriteSet,
        after: &mut AfterCommit,
    ) -> Result<(), LaneError> {
        let contact = lane.contact.id;
        let conversation = &mut lane.conversations[index];
        match effect {
            Effect::Send(draft) => {
                let id = OutboundId(self.next_id().await?);
                let pending = Pending::new(id, conversation.session.turn, (**draft).clone(), now);
                conversation.outbox.push(pending);
                after.inserted.push(id);
            }
            Effect::Call(call) => after.calls.push((**call).clone()),
            Effect::Drop { run, message } => {
                let mut index = 0;
                while index < conversation.outbox.len() {
                    let pending = &conversation.outbox[index];
                    let meant = run.is_none_or(|run| pending.draft.run == Some(run))
                        && message.is_none_or(|message| pending.draft.number == message);
                    if meant && pending.can_be_dropped() {
                        let pending = conversation.outbox.remove(index);
                        // A draft of this very turn has no row yet.
                        if !after.inserted.contains(&pending.id) {
                            rows::dropped(set, &pending, now);
                        }
                        after.inserted.retain(|id| *id != pending.id);
                    } else {
                        index += 1;
                    }
                }
            }
            Effect::Consent { topic, given, by, shown } => {
                let id = self.next_id().await?;
                rows::ledger(set, id, contact, topic, *given, by, shown.as_deref(), now);
            }
            Effect::OptOut { out, by } => {
                lane.contact.opted_out = out.then_some(now);
                rows::contact(set, &lane.contact);
                let id = self.next_id().await?;
                rows::ledger(set, id, contact, "all", !out, by, None, now);
            }
            Effect::Handoff { run, flow, team, summary, priority, out_of_hours } => {
                let data = serde_json::json!({
                    "conversation_id": conversation.id, "contact_id": contact, "sender_id": conversation.sender,
                    "run": run, "flow": flow, "team": team, "summary": summary, "priority": priority,
                    "out_of_hours": out_of_hours,
                });
                self.notify(set, "handoff", data, now).await?;
                after.notified = true;
            }
            Effect::NeedsPerson { why } => {
                self.metrics.needs_person(why);
                let data = serde_json::json!({
                    "conversation_id": conversation.id, "contact_id": contact, "sender_id": conversation.sender, "why": why,
                });
                self.notify(set, "needs_person", data, now).await?;
                after.notified = true;
            }
            Effect::Emit { flow, name, .. } => self.metrics.emitted(flow.as_str(), name),
            Effect::Started { id, flow, trigger, refused, queued } => {
                if let Some(reason) = refused {
                    self.metrics.schedule_refused(flow.as_str(), reason.as_str());
                    tracing::info!(flow.name = %flow, reason = reason.as_str(), trigger, "A start of flow {flow} was refused");
                }
                if let Some(id) = id {
                    rows::start_outcome(set, *id, *refused, *queued, now);
                }
            }
            Effect::RunBegan { run, flow, version, trigger } => {
                self.metrics.run_began(flow.as_str());
                rows::run_began(set, conversation.id, contact, *run, flow, *version, trigger, now);
            }
            Effect::RunEnded { run, end } => {
                rows::run_ended(set, conversation.id, *run, *end, now);
            }
            Effect::Unanswered => self.metrics.unanswered(),
            Effect::Alarm { kind, text } => {
                tracing::warn!(conversation.id = %conversation.id, kind, "{text}");
                let data = serde_json::json!({
                    "conversation_id": conversation.id, "contact_id": contact, "alarm": kind, "text": text,
                });
                self.notify(set, "alarm", data, now).await?;
                after.notified = true;
            }
            Effect::DeadLetter { run, reason } => {
                let data = serde_json::json!({ "conversation_id": conversation.id, "contact_id": contact, "run": run });
                self.dead_letter(set, "run", conversation.sender, reason, data, now).await?;
                after.notified = true;
            }
        }
        Ok(())
    }

    /// The rows stand: now the world may hear of it.
    pub(super) fn after_commit(self: &Arc<Self>, lane: &LaneState, index: usize, after: AfterCommit) {
        for call in after.calls {
            self.perform_call(lane.contact.id, lane.conversations[index].id, lane.conversations[index].sender, call);
        }
        if after.notified {
            self.notifier.kick();
        }
    }
}
