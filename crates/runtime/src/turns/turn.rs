//! Runs one turn: the pure engine decides, one write-set stores the result, then the actions follow.

use crate::{
    base::{
        clock::Stopwatch,
        ids::{ConversationId, FlowName, InboundId, TraceId},
        time::Time,
    },
    bot::live::Current,
    flow::World,
    lane::{
        after_commit::AfterCommit,
        error::LaneError,
        rows,
        state::{Conversation, LaneState, TurnSeen},
    },
    llm_step::conversation,
    model::{
        contact::ContactPatch,
        effect::{Effect, Outcome, TalkEntry},
        event::{Event, FlowEvent},
        session::{Session, SuggestionState, SuggestionUse, Waiting},
    },
    process::panic_guard::text_of,
    store::{
        CommitError, WriteSet,
        tables::{
            run, session,
            start::{self, SupersededStarts},
            support_case::CasePlace,
        },
    },
    turns::{
        Runner,
        assigned::{assigned, case_told},
        consent_evidence::{Pointer, heard_note, is_stop},
        start_span::Beginning,
    },
};
use std::{panic::AssertUnwindSafe, sync::Arc};

impl Runner {
    /// Runs one event of one conversation through the engine. `handled` is the recorded message of the event; its row
    /// is marked in the same commit. `set` has further rows for that commit.
    pub(crate) async fn take_turn(
        self: &Arc<Self>,
        lane: &mut LaneState,
        index: usize,
        event: Event,
        handled: Option<InboundId>,
        mut set: WriteSet,
    ) -> Result<Vec<Effect>, LaneError> {
        let now = self.clock.now();
        let started = Stopwatch::start();
        let conversation = &mut lane.conversations[index];
        let live = self.live.get();
        let versions = self
            .live
            .versions_for(&self.store, &live, &conversation.session)
            .await
            .map_err(|error| LaneError::Reload(format!("a flow version cannot be read: {error:#}")))?;
        let names: Vec<(u32, FlowName)> =
            conversation.session.runs.iter().map(|run| (run.number, run.flow.clone())).collect();
        // After any error from here on the lane reloads its state.
        let session = std::mem::take(&mut conversation.session);
        let was = session.turn;
        let had = assigned(&session);
        let (case_before, person_before) = (rows::case_id(&session), session.person.clone());
        let (mut pointer, by_word) = (Pointer::of(&event, &session), is_stop(&event));
        // The message that this turn is about, which an earlier turn has marked where its words were waited for.
        let about = handled.or_else(|| heard_note(&event, &session).map(|note| note.id));
        let thrown_away = match event {
            Event::SuggestionDiscarded { number } => agent_of_ready(&session, number),
            _ => None,
        };
        let goes_on = matches!(event, Event::Returned { .. });
        let beginning = Beginning::of(&event, now, || self.store.next_id());
        let talk = self.talk_for_draft(&live, &session, lane.conversations[index].id, &event).await?;
        let outcome = self.outcome_of(&live, lane, index, now, &versions, session, event, &talk).await;
        let Outcome { mut session, contact, effects, trace, passage } = match outcome {
            Ok(outcome) => outcome,
            Err(panic) => return Err(LaneError::Broken(format!("the engine panicked: {panic}"))),
        };
        if self.calls.is_mocked() {
            try_again_at_once(&mut session, now);
        }
        let contact_changed = contact.is_some();
        if let Some(data) = contact {
            let before = std::mem::replace(&mut lane.contact.data, data);
            self.starts.plan_dates(&live, lane.contact.id, &before, &lane.contact.data, now, &mut set);
        }
        let conversation = &mut lane.conversations[index];
        let turn = session.turn;
        if turn != was {
            if session.person != person_before {
                let place = CasePlace {
                    conversation_id: conversation.id,
                    contact_id: lane.contact.id,
                    sender_id: conversation.sender,
                };
                rows::case(&mut set, place, case_before, &mut session, now, || self.store.next_id());
            }
            rows::session(&mut set, lane.contact.id, conversation.id, &session);
        }
        conversation.session = session;
        let draft_before = person_before.as_ref().and_then(|person| person.case.as_ref()?.suggestion.as_deref());
        self.tell_suggestion(lane, index, draft_before, now, &mut set);
        if let Some(agent) = thrown_away {
            let place = (lane.contact.id, lane.conversations[index].sender);
            self.count_suggestion(place, agent, SuggestionUse::Discarded, &mut set);
        }
        let case_changed = self.tell_case(lane, index, case_told(person_before.as_ref()), now, &mut set);
        if had != assigned(&lane.conversations[index].session) {
            self.tell_assigned(lane, index, now, &mut set);
        }
        let shown = match &mut pointer {
            Some(pointer) => {
                pointer.keep_answered(&lane.conversations[index].session);
                self.shown(&lane.conversations[index], pointer, &effects).await?
            }
            None => None,
        };
        let run_ids = self.run_ids(lane.conversations[index].id, &effects).await?;
        let conversation = &mut lane.conversations[index];
        let begins = about.map(TraceId::from).or(beginning.as_ref().map(|beginning| beginning.trace));
        conversation.led_by = begins.or(conversation.led_by.filter(|_| goes_on));
        let led_by = conversation.led_by;
        if let Some(id) = led_by {
            tracing::debug!(trace.id = id.0, conversation.id = %conversation.id, turn, "A turn about {id}");
        }
        let mut after =
            AfterCommit { handled: about, trace: led_by, shown, run_ids, flows: names, ..AfterCommit::default() };
        for effect in &effects {
            self.apply(lane, index, effect, now, &mut set, &mut after);
        }
        for run in &after.began {
            set.push(&run::BEGAN, run);
        }
        for row in &after.planned {
            set.push(&start::INSERT, row);
        }
        for (trigger, keeps) in &after.taken_back {
            let (contact_id, trigger_key, keeps) = (lane.contact.id, trigger.clone(), keeps.clone());
            set.push(&start::TAKE_BACK, &SupersededStarts { contact_id, trigger_key, keeps, at: now });
        }
        if contact_changed {
            rows::contact(&mut set, &lane.contact);
        }
        if let Some(id) = handled {
            rows::handled(&mut set, id, now);
        }
        let conversation = lane.conversations[index].id;
        if !trace.is_empty() {
            rows::trace(&mut set, self.store.next_id(), lane.contact.id, conversation, turn, now, trace);
        }
        let ready = self.delivery.prepare(lane, index, &after.inserted);
        let sender = lane.conversations[index].sender;
        for pending in lane.conversations[index].outbox.iter().filter(|p| after.inserted.contains(&p.id)) {
            rows::insert_outbound(&mut set, pending, lane.contact.id, conversation, sender);
        }
        match self.store.commit(set).await {
            Ok(committed) => self.statuses.report_identified(&committed),
            // If the commit's answer was lost, the session's row shows whether it happened.
            Err(CommitError::Unknown) if self.stands(&lane.conversations[index]).await => {}
            Err(error) => {
                if ready.is_some() {
                    self.policy.give_place_back(sender, lane.contact.id);
                }
                return Err(error.into());
            }
        }
        if let Some(beginning) = beginning {
            self.tell_of_start(beginning, (&effects, &after), (now, started));
        }
        if let Some(id) = led_by {
            self.tell_of_turn(id, (conversation, turn), &after, (now, started));
        }
        if case_changed {
            self.cases.look_again();
        }
        if about.is_some() && !after.inserted.is_empty() {
            self.metrics.answered.inc();
        }
        if let Some((id, content)) = ready {
            self.delivery.launch(lane, index, id, content);
        }
        let overheard = std::mem::take(&mut after.overheard);
        self.after_commit(lane, index, after);
        if let Some(listener) = self.turns.get() {
            // The listener may be gone.
            let _ = listener.send(TurnSeen { effects: effects.clone(), passage });
        }
        if lane.conversations.len() > 1 {
            if by_word || effects.iter().any(|effect| matches!(effect, Effect::OptOut { out: true, .. })) {
                self.stop_others(lane, index).await?;
            }
            self.tell_others(lane, index, overheard).await?;
        }
        Ok(effects)
    }

    /// The newest messages, where the agent of a team may draft an answer to them in this turn; else nothing is read.
    async fn talk_for_draft(
        &self,
        live: &Current,
        session: &Session,
        conversation: ConversationId,
        event: &Event,
    ) -> Result<Vec<TalkEntry>, LaneError> {
        let team = session.person.as_ref().and_then(|person| live.set.bot.teams.get(person.team.as_ref()?));
        let begins = match event {
            Event::Received { .. } => true,
            Event::Returned { .. } => session.suggestion().is_some_and(|draft| draft.newer.is_some()),
            _ => false,
        };
        if !begins || team.is_none_or(|team| team.drafts.is_none()) {
            return Ok(Vec::new());
        }
        Ok(conversation::talk(&self.store, conversation).await?)
    }

    /// Runs the engine on a conversation. `Err` is the text of a panic.
    pub(crate) fn ask_engine<T>(
        &self,
        live: &Current,
        lane: &LaneState,
        index: usize,
        now: Time,
        ask: impl FnOnce(&World<'_>) -> T,
    ) -> Result<T, String> {
        let conversation = &lane.conversations[index];
        let plays = self.plays && self.senders.get(conversation.sender).is_some_and(|sender| sender.is_sandbox());
        let paused = self.starts.flow_health.paused();
        let world = World {
            now,
            contact: &lane.contact,
            conversation: conversation.id,
            sender: self.senders.view(conversation.sender),
            window: conversation.window,
            env: live.env(&self.config.flows.env, plays),
            paused: &paused,
            once: &lane.once,
            talk: &[],
            token_key: &self.token_key,
        };
        std::panic::catch_unwind(AssertUnwindSafe(|| ask(&world))).map_err(|panic| text_of(panic.as_ref()))
    }

    /// True if the session is stored as it is in memory: only this lane writes it.
    async fn stands(&self, conversation: &Conversation) -> bool {
        let row = session::find(&self.store, conversation.id).await;
        row.is_ok_and(|row| row.is_some_and(|row| row.session == conversation.session))
    }

    /// An opt-out applies to the contact at all senders: ends the runs in its other conversations.
    async fn stop_others(self: &Arc<Self>, lane: &mut LaneState, index: usize) -> Result<(), LaneError> {
        for other in (0..lane.conversations.len()).filter(|other| *other != index) {
            let Conversation { session, outbox, .. } = &lane.conversations[other];
            if session.runs.is_empty() && session.queue.is_empty() && outbox.is_empty() {
                continue;
            }
            let by = "their word in another conversation".to_owned();
            let event = Event::Changed(Box::new(ContactPatch { opted_out: Some(true), by, ..ContactPatch::default() }));
            let set = WriteSet::of(lane.contact.id.0);
            Box::pin(self.take_own_turn(lane, other, event, set)).await?;
            Box::pin(self.go_on(lane, other)).await?;
        }
        Ok(())
    }

    /// Tells the contact's other conversations about an event: runs there may wait for it or stop by it.
    async fn tell_others(
        self: &Arc<Self>,
        lane: &mut LaneState,
        index: usize,
        overheard: Vec<(FlowEvent, usize)>,
    ) -> Result<(), LaneError> {
        for (what, depth) in overheard {
            for other in (0..lane.conversations.len()).filter(|other| *other != index) {
                if lane.conversations[other].session.runs.is_empty() {
                    continue;
                }
                let event = Event::Overheard { what: what.clone(), depth };
                let set = WriteSet::of(lane.contact.id.0);
                Box::pin(self.take_own_turn(lane, other, event, set)).await?;
                Box::pin(self.go_on(lane, other)).await?;
            }
        }
        Ok(())
    }
}

/// The agent of the draft with this number; `None`: it is not there to be thrown away.
fn agent_of_ready(session: &Session, number: u32) -> Option<String> {
    let open = session.suggestion().filter(|open| open.number == number && open.is_shown())?;
    matches!(open.state, SuggestionState::Ready { .. }).then(|| open.agent.clone())
}

/// In an author's test the pauses between the attempts of a call take no time (language.md 10).
fn try_again_at_once(session: &mut Session, now: Time) {
    for run in &mut session.runs {
        if let Waiting::Call(call) = &mut run.waiting {
            call.retry_at = call.retry_at.map(|at| at.min(now));
        }
    }
}
