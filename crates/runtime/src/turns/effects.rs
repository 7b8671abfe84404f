//! Turns the engine's effects into rows of the turn's write-set, and into actions after its commit.

use crate::{
    base::{
        ids::{ConversationId, FlowName, OutboundId},
        limits::FAILED_RUNS_MAX,
        time::{Time, iso},
    },
    lane::{after_commit::AfterCommit, outbox::QueuedMessage, rows, state::LaneState},
    model::{
        effect::{Effect, RunEnd},
        event::is_by_clock,
    },
    store::{
        ReadError, WriteSet,
        tables::{
            flow_state::{self, FlowState},
            once,
            outbound::SendState,
            run::{self, Ended, Run, RunVersion},
        },
    },
    turns::Runner,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
};

impl Runner {
    /// The ids of the runs that effects name and that began in an earlier turn.
    pub(crate) async fn run_ids(
        &self,
        conversation: ConversationId,
        effects: &[Effect],
    ) -> Result<BTreeMap<u32, i64>, ReadError> {
        let mut ids = BTreeMap::new();
        for effect in effects {
            let (Effect::Handoff { run, .. } | Effect::DeadLetter { run, .. } | Effect::Failed { run, .. }) = effect
            else {
                continue;
            };
            if let Some(row) = run::numbered(&self.store, conversation, *run).await? {
                ids.insert(*run, row.id);
            }
        }
        Ok(ids)
    }

    pub(crate) fn apply(
        &self,
        lane: &mut LaneState,
        index: usize,
        effect: &Effect,
        now: Time,
        set: &mut WriteSet,
        after: &mut AfterCommit,
    ) {
        let contact = lane.contact.id;
        let conversation = &mut lane.conversations[index];
        match effect {
            Effect::Send(draft) => {
                let id = OutboundId(self.store.next_id());
                let mut draft = Arc::clone(draft);
                if let Some(led_to_it) = after.trace {
                    Arc::make_mut(&mut draft).trace = Some(led_to_it);
                }
                conversation.outbox.push(QueuedMessage::new(id, draft, now));
                after.inserted.push(id);
            }
            Effect::Call(call) => after.calls.push((**call).clone()),
            Effect::Drop { run, message, reason } => {
                let mut index = 0;
                while index < conversation.outbox.len() {
                    let pending = &conversation.outbox[index];
                    let meant = run.is_none_or(|run| pending.draft.run == Some(run))
                        && message.is_none_or(|message| pending.draft.number == message);
                    if meant && pending.can_be_dropped() {
                        let pending = conversation.outbox.remove(index);
                        // A draft of this turn has no row yet.
                        if !after.inserted.contains(&pending.id) {
                            rows::gone(set, conversation.sender, pending.id, SendState::Dropped, *reason);
                        }
                        after.inserted.retain(|id| *id != pending.id);
                    } else {
                        index += 1;
                    }
                }
            }
            Effect::Consent { topic, given, at, by, shown } => {
                let shown = shown.as_deref().or(after.shown.as_deref());
                let at = at.unwrap_or(now);
                let line = rows::LedgerLine { topic, given: *given, at, by, message: after.handled, shown };
                rows::ledger(set, self.store.next_id(), contact, &line, now);
            }
            Effect::OptOut { out, by, shown } => {
                let lifted = match (out, after.handled) {
                    (true, _) => true,
                    // If a STOP was recorded after this message, it is newer and stays in force.
                    (false, Some(message)) => self.contacts.opt_outs.lift(contact, message),
                    (false, None) => {
                        self.contacts.opt_outs.forget(contact);
                        true
                    }
                };
                if lifted {
                    lane.contact.opted_out = out.then_some(now);
                    rows::opt_out(set, &lane.contact);
                }
                let shown = shown.as_deref().or(after.shown.as_deref());
                let line = rows::LedgerLine { topic: "all", given: !out, at: now, by, message: after.handled, shown };
                rows::ledger(set, self.store.next_id(), contact, &line, now);
            }
            Effect::Handoff { run, flow, team, summary, priority, out_of_hours } => {
                let data = serde_json::json!({
                    "conversation_id": conversation.id, "contact_id": contact, "sender_id": conversation.sender,
                    "run": after.run_id(*run), "flow": flow, "team": team, "summary": summary, "priority": priority,
                    "out_of_hours": out_of_hours, "case": rows::case_id(&conversation.session),
                });
                self.events.notify(set, "handoff", data, now);
            }
            Effect::NeedsPerson { why } => {
                let data = serde_json::json!({
                    "conversation_id": conversation.id, "contact_id": contact, "sender_id": conversation.sender, "why": why,
                });
                self.events.notify(set, "needs_person", data, now);
            }
            Effect::CaseOverdue { limit, due } => {
                let person = conversation.session.person.as_ref();
                let case = person.and_then(|person| person.case.as_ref());
                let data = serde_json::json!({
                    "conversation_id": conversation.id, "contact_id": contact, "sender_id": conversation.sender,
                    "case": case.and_then(|case| case.id), "limit": limit, "due_at": iso(*due),
                    "team": person.and_then(|person| person.team.clone()),
                    "agent": person.and_then(|person| person.agent.clone()),
                    "priority": case.and_then(|case| case.priority.clone()),
                });
                self.events.notify(set, "case.overdue", data, now);
            }
            Effect::Emit { flow, name, data } => {
                self.metrics.emitted(flow.as_str(), name);
                let data = serde_json::json!({
                    "conversation_id": conversation.id, "contact_id": contact, "sender_id": conversation.sender,
                    "flow": flow, "event": name, "data": data.to_json(),
                });
                self.events.notify(set, "event", data, now);
            }
            Effect::Split { name, case, fresh } => self.metrics.split(name, case, *fresh),
            Effect::Started { id, flow, trigger, refused, queued } => {
                if let Some(reason) = refused {
                    self.metrics.start_refused(flow.as_str(), is_by_clock(trigger), *reason);
                    tracing::info!(flow.name = %flow, reason = reason.as_str(), trigger, "A start of flow {flow} was refused: {}", reason.as_str());
                }
                if let Some(id) = id.filter(|id| id.is_planned()) {
                    rows::start_outcome(set, id, *refused, *queued, now);
                }
            }
            Effect::Plan(planned) => self.starts.plan_start(&lane.contact, planned, now, set, after),
            Effect::Unplan { key, whom } => self.starts.take_start_back(&lane.contact, key, whom, now, set, after),
            Effect::StartDropped { id, .. } => {
                if let Some(id) = id.filter(|id| id.is_planned()) {
                    rows::start_superseded(set, id, now);
                }
            }
            Effect::RunBegan { run, flow, version, trigger, start } => {
                let row = Run {
                    id: self.store.next_id(),
                    conversation_id: conversation.id,
                    number: *run,
                    contact_id: contact,
                    flow: flow.clone(),
                    version_id: *version,
                    trigger_key: trigger.clone(),
                    start_id: *start,
                    started_at: now,
                    ended_at: None,
                    outcome: None,
                    reason: None,
                };
                after.began.push(row);
                after.flows.push((*run, flow.clone()));
            }
            Effect::RunEnded { run, end, why } => {
                match after.began.iter_mut().find(|row| row.number == *run) {
                    // The run began and ended in one turn: one row, written once.
                    Some(row) => (row.ended_at, row.outcome, row.reason) = (Some(now), Some(*end), why.clone()),
                    None => {
                        let (conversation_id, reason) = (conversation.id, why.clone());
                        let ended = Ended { conversation_id, number: *run, at: now, outcome: *end, reason };
                        set.push(&run::ENDED, &ended);
                    }
                }
                let flow = after.flows.iter().find(|(number, _)| number == run).map(|(_, flow)| flow.clone());
                if let Some(flow) = &flow {
                    self.metrics.run_ended(flow.as_str(), why.as_deref().unwrap_or(end.as_str()));
                }
                if let (Some(flow), RunEnd::Undelivered) = (&flow, end) {
                    self.metrics.undelivered(flow.as_str());
                }
                if let Some(flow) = flow
                    && self.starts.flow_health.ended(&flow, *end == RunEnd::Failed)
                {
                    self.pause_flow(&flow, set, now);
                }
            }
            Effect::RunMoved { run, version } => {
                let moved = RunVersion { conversation_id: conversation.id, number: *run, version_id: *version };
                set.push(&run::MOVED, &moved);
            }
            Effect::Once { key } => {
                self.once_used.store(true, Ordering::Relaxed);
                set.push(&once::INSERT, &once::Once { contact_id: contact, key: key.clone(), at: now });
                lane.once.insert(key.clone());
            }
            Effect::Happened { what, depth } => after.overheard.push((what.clone(), *depth)),
            Effect::Heard { id, message } => rows::heard(set, *id, message),
            Effect::Unanswered => {
                self.metrics.unanswered.inc();
            }
            Effect::Late { message, by } => {
                // The clock was changed, or a platform delivers late: after a fix these messages can be answered by a
                // replay.
                self.metrics.item("late_message", 1);
                let why = format!("it came {by} after it was written, which is longer than `defaults.late_message`");
                let data = serde_json::json!({
                    "inbound_id": message, "conversation_id": conversation.id, "contact_id": contact,
                });
                self.events.dead_letter_with(
                    set,
                    message.0,
                    "late_message",
                    Some(conversation.sender),
                    &why,
                    data,
                    now,
                );
            }
            // The events of the changed case and of the changed draft hold them.
            Effect::SummedUp { .. } | Effect::Suggested { .. } => {}
            Effect::Alarm { kind, text } => {
                self.metrics.alarm(kind);
                if kind == "mcp_changed" && self.is_told(text, now) {
                    return;
                }
                tracing::warn!(conversation.id = %conversation.id, kind, "{text}");
                let data = serde_json::json!({
                    "conversation_id": conversation.id, "contact_id": contact, "alarm": kind, "text": text,
                });
                self.events.notify(set, "alarm", data, now);
            }
            Effect::Failed { run, flow, step, code, text } => {
                self.metrics.flow_error(flow.as_str(), code);
                // The text may quote the customer: it belongs into the trace, not into the log.
                let _ = text;
                let id = after.run_id(*run);
                let why = id.map(|id| format!("; `transom runs show {id}` says why")).unwrap_or_default();
                tracing::warn!(
                    conversation.id = %conversation.id, flow.name = %flow, run.id = id, step.id = %step, error.code = code,
                    "Step {step} of flow {flow} failed: {code}{why}"
                );
            }
            Effect::FormAnswered { id, answer } => after.forms.push((*id, answer.clone())),
            Effect::DeadLetter { run, reason } => {
                let data = serde_json::json!({ "conversation_id": conversation.id, "contact_id": contact, "run": after.run_id(*run) });
                self.events.dead_letter(set, "failed_run", Some(conversation.sender), reason, data, now);
            }
        }
    }

    /// Reports the pause once; the flow starts no more until a new version goes live.
    /// True if this was told within the last minute: each talk of a busy bot meets the same changed tool.
    fn is_told(&self, text: &str, now: Time) -> bool {
        use std::hash::{DefaultHasher, Hash as _, Hasher as _};
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        self.log_limiter.ask_of("mcp_changed", hasher.finish().cast_signed(), now).is_none()
    }

    fn pause_flow(&self, flow: &FlowName, set: &mut WriteSet, now: Time) {
        self.metrics.alarm("flow_paused");
        tracing::error!(flow.name = %flow, "Flow {flow} is paused: its last {FAILED_RUNS_MAX} runs all failed");
        let text = format!("flow `{flow}` is paused: its last {FAILED_RUNS_MAX} runs all failed");
        let row = FlowState { flow: flow.clone(), paused_at: Some(now), reason: Some(text.clone()), since_run: 0 };
        set.push(&flow_state::SET, &row);
        self.events.notify(
            set,
            "alarm",
            serde_json::json!({ "alarm": "flow_paused", "flow": flow, "text": text }),
            now,
        );
    }

    /// Runs the actions of a turn after its commit.
    pub(crate) fn after_commit(self: &Arc<Self>, lane: &LaneState, index: usize, after: AfterCommit) {
        for run in &after.began {
            self.metrics.run_began(run.flow.as_str());
        }
        for (id, answer) in after.forms {
            self.queue.forms.tell(id, answer);
        }
        for call in after.calls {
            self.perform_call(lane, index, call);
        }
        for row in &after.planned {
            self.due_starts.expect_start(row.contact_id, row.slot_at);
        }
        if after.audience {
            self.starts.audiences.store(true, Ordering::SeqCst);
            self.queue.timers.wake(lane.contact.id, self.clock.now());
        }
    }
}
