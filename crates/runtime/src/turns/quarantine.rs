//! Handles a panic of the engine at an event that nobody repeats and nobody waits for (a timer, the answer of a call,
//! the result of a message, a planned start): lists it as poison, removes its cause from the session, and lets the
//! conversation continue.
//!
//! A retry would panic again, each second and after every restart. `work.rs` handles a message that causes a panic; an
//! API request gets an error.

use crate::{
    base::time::Time,
    flow,
    lane::{error::LaneError, state::LaneState},
    model::{
        effect::{CallRequest, Effect, NO_RUN},
        event::{Event, Start},
        session::{Part, Session, Suggestion, Waiting},
    },
    store::{
        WriteSet,
        tables::{
            session,
            start::{self, Decided, StartState},
        },
    },
    turns::Runner,
};
use std::sync::Arc;

/// The parts of the session that may have caused the panic, the likeliest first.
struct Suspects {
    likely: Vec<Part>,
    others: Vec<Part>,
}

impl Runner {
    /// Runs a turn that nobody waits for. Callers that need the error use `take_turn`.
    pub(crate) async fn take_own_turn(
        self: &Arc<Self>,
        lane: &mut LaneState,
        index: usize,
        event: Event,
        set: WriteSet,
    ) -> Result<Vec<Effect>, LaneError> {
        let why = match lane.refused.take() {
            Some(why) => why,
            None => match self.take_turn(lane, index, event.clone(), None, set.clone()).await {
                Err(LaneError::Broken(why)) => {
                    let conversation = &mut lane.conversations[index];
                    let row = session::find(&self.store, conversation.id).await?;
                    conversation.session = row.map(|stored| stored.session).unwrap_or_default();
                    why
                }
                done => return done,
            },
        };
        self.metrics.bug("engine");
        match event {
            Event::Start(start) => self.park_start(lane, index, &start, &why, set).await,
            event => self.park(lane, index, event, &why, set).await,
        }
    }

    async fn park(
        self: &Arc<Self>,
        lane: &mut LaneState,
        index: usize,
        event: Event,
        why: &str,
        set: WriteSet,
    ) -> Result<Vec<Effect>, LaneError> {
        let now = self.clock.now();
        let (parts, mends) = self.culprits(lane, index, &event, now).await?;
        let conversation = &lane.conversations[index];
        let (id, sender) = (conversation.id, conversation.sender);
        let runs: Vec<u32> =
            parts.iter().filter_map(|part| if let Part::Run(run) = part { Some(*run) } else { None }).collect();
        tracing::error!(conversation.id = %id, "An event of conversation {id} breaks the engine, which is a bug of ours; it is listed as a dead letter (`poison`): {why}");
        let data = serde_json::json!({
            "conversation_id": id, "contact_id": lane.contact.id, "event": name_of(&event), "parts": parts, "runs": runs,
        });
        let mut own = WriteSet::of(lane.contact.id.0);
        self.events.dead_letter(&mut own, "poison", Some(sender), why, data, now);
        self.take_turn(lane, index, Event::Broken { parts }, None, own).await?;
        if mends {
            return self.take_turn(lane, index, event, None, set).await;
        }
        self.store.commit(set).await?;
        Ok(Vec::new())
    }

    /// Refuses a planned start that causes a panic: otherwise it would be begun again and again.
    async fn park_start(
        self: &Arc<Self>,
        lane: &mut LaneState,
        index: usize,
        start: &Start,
        why: &str,
        mut set: WriteSet,
    ) -> Result<Vec<Effect>, LaneError> {
        let now = self.clock.now();
        let conversation = &lane.conversations[index];
        tracing::error!(flow.name = %start.flow, "A start of flow {} breaks the engine, which is a bug of ours; it is refused and listed as a dead letter (`poison`): {why}", start.flow);
        let data = serde_json::json!({
            "conversation_id": conversation.id, "contact_id": lane.contact.id, "event": "start", "flow": start.flow,
            "trigger": start.trigger,
        });
        self.events.dead_letter(&mut set, "poison", Some(conversation.sender), why, data, now);
        if let Some(id) = start.id.filter(|id| id.is_planned()) {
            let state = StartState::Refused;
            set.push(&start::DECIDED, &Decided { id, state, reason: None, slot_at: None, ended_at: Some(now) });
        }
        self.store.commit(set).await?;
        Ok(Vec::new())
    }

    /// The parts to remove so that the engine can process the event, and whether it then can. The engine is pure, so
    /// this is tried without any effect.
    async fn culprits(
        &self,
        lane: &LaneState,
        index: usize,
        event: &Event,
        now: Time,
    ) -> Result<(Vec<Part>, bool), LaneError> {
        let live = self.live.get();
        let session = &lane.conversations[index].session;
        let versions = self.live.versions_for(&self.store, &live, session).await;
        let versions =
            versions.map_err(|error| LaneError::Reload(format!("a flow version cannot be read: {error:#}")))?;
        let goes_without = |parts: &[Part]| {
            let ask = |world: &flow::World<'_>| {
                let broken = Event::Broken { parts: parts.to_vec() };
                let rest = flow::advance(&versions, session.clone(), broken, world).session;
                flow::advance(&versions, rest, event.clone(), world)
            };
            self.ask_engine(&live, lane, index, now, ask).is_ok()
        };
        let Suspects { likely, others } = suspects(session, event, now);
        for part in likely.iter().chain(&others) {
            if goes_without(&[*part]) {
                return Ok((vec![*part], true));
            }
        }
        // Nothing waits for these events: the event is dropped, and everything stays as it is.
        if matches!(event, Event::Overheard { .. } | Event::Published | Event::Preference { .. }) {
            return Ok((Vec::new(), false));
        }
        let all: Vec<Part> = likely.iter().chain(&others).copied().collect();
        if matches!(event, Event::Left) || goes_without(&all) {
            return Ok((all, !matches!(event, Event::Left)));
        }
        Ok((likely, false))
    }
}

fn suspects(session: &Session, event: &Event, now: Time) -> Suspects {
    let mut likely: Vec<Part> = match event {
        Event::Returned { run: NO_RUN, call, .. } => {
            let mut asked = session.meaning_call().into_iter().chain(session.hearing_call());
            asked.find(|asked| asked.call == *call).map(|_| Part::Messages).into_iter().collect()
        }
        Event::Returned { run, .. } if drafts(session).is_some_and(|(of, _)| of == *run) => vec![Part::Suggestion],
        Event::Returned { run, .. } => vec![Part::Run(*run)],
        Event::Restarted => {
            let calls = |waiting: &Waiting| matches!(waiting, Waiting::Call(_));
            let runs = session.runs.iter().filter(|run| calls(&run.waiting)).map(|run| Part::Run(run.number));
            let asked = session.meaning_call().or(session.hearing_call()).map(|_| Part::Messages);
            runs.chain(asked).chain(drafts(session).map(|_| Part::Suggestion)).collect()
        }
        Event::Delivery { message, .. } => {
            let waits = |waiting: &Waiting| match waiting {
                Waiting::Question(question) => question.message == *message,
                Waiting::Fate { message: of } | Waiting::Delivery { message: of, .. } => of == message,
                _ => false,
            };
            session.runs.iter().filter(|run| waits(&run.waiting)).map(|run| Part::Run(run.number)).collect()
        }
        _ => session.due_times().filter(|(_, at)| *at <= now).map(|(part, _)| part).collect(),
    };
    likely.dedup();
    let others = session.parts().into_iter().filter(|part| !likely.contains(part)).collect();
    Suspects { likely, others }
}

/// The numbers of run and call of the draft that an agent is writing.
fn drafts(session: &Session) -> Option<(u32, u32)> {
    session.suggestion().and_then(Suggestion::call).map(CallRequest::number)
}

/// The event's name for the dead letter.
fn name_of(event: &Event) -> String {
    let name = serde_json::to_value(event).ok().and_then(|event| Some(event["event"].as_str()?.to_owned()));
    name.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Span;

    #[test]
    fn a_letter_names_its_event() {
        assert_eq!((name_of(&Event::Tick).as_str(), name_of(&Event::Restarted).as_str()), ("tick", "restarted"));
    }

    #[test]
    fn what_is_due_is_suspected_first() {
        let now = Time(1_000_000);
        let mut session = Session::default();
        for (number, at) in [(1, now + Span::hours(1)), (2, now)] {
            session.runs.push(
                serde_json::from_value(serde_json::json!({
                    "number": number, "version": 1, "flow": "f", "trigger": "t", "started_at": 0, "frames": [],
                    "waiting": {"on": "until", "at": at},
                }))
                .unwrap(),
            );
        }
        let Suspects { likely, others } = suspects(&session, &Event::Tick, now);
        assert_eq!((likely, others), (vec![Part::Run(2)], vec![Part::Run(1)]));
    }
}
