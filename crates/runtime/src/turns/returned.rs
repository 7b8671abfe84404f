//! Takes the result of a call: its rows, the line of the trace that tells how long it took, and the turn it continues.

use crate::{
    base::{clock::Stopwatch, ids::StepId},
    lane::{
        error::LaneError,
        rows,
        state::{LaneState, ReturnedCall},
    },
    model::{
        effect::{CallCost, CallMade, CallRequest, ModelReply, NO_RUN, TraceEntry},
        event::{CallError, CallReturn, Event},
        session::Session,
    },
    store::{
        WriteSet,
        tables::{
            model_call::{self, SettledCall},
            model_question::{self, AnsweredQuestion},
        },
    },
    turns::Runner,
};
use std::sync::Arc;

impl Runner {
    pub(super) async fn take_returned(
        self: &Arc<Self>,
        lane: &mut LaneState,
        returned: ReturnedCall,
    ) -> Result<(), LaneError> {
        let ReturnedCall { conversation, run, event, said, made, settled, exchange } = returned;
        if let Event::Returned { call, .. } = *event {
            self.calling.remove((conversation, run, call));
        }
        if lane.contact.data.erased_at.is_some() {
            return self.keep_cost_alone(lane, &settled).await;
        }
        let index = self.conversation_index(lane, conversation).await?;
        let mut set = WriteSet::of(lane.contact.id.0);
        for row in &settled {
            set.push(&model_call::SETTLE, row);
        }
        if let Some(data) = exchange {
            let (id, contact_id, at) = (self.store.next_id(), lane.contact.id, self.clock.now());
            let row = AnsweredQuestion { id, conversation_id: conversation, contact_id, run, at, data: *data };
            set.push(&model_question::INSERT, &row);
        }
        if let Some(what) = said.or_else(|| made.as_ref().map(sentence)) {
            let session = &lane.conversations[index].session;
            // A question about a message belongs to no run.
            let (of, step) = (Some(run).filter(|run| *run != NO_RUN), step_of(session, run));
            let entry = TraceEntry { run: of, step, what, call: made.map(Box::new) };
            let (id, turn, now) = (self.store.next_id(), session.turn + 1, self.clock.now());
            rows::trace(&mut set, id, lane.contact.id, conversation, turn, now, vec![entry]);
        }
        self.take_own_turn(lane, index, *event, set).await?;
        self.go_on(lane, index).await
    }

    /// An answer that comes after the person's data was erased holds their words: nothing of it is stored but what it cost.
    async fn keep_cost_alone(&self, lane: &LaneState, settled: &[SettledCall]) -> Result<(), LaneError> {
        let mut set = WriteSet::of(lane.contact.id.0);
        for row in settled {
            set.push(&model_call::SETTLE, row);
        }
        if !set.is_empty() {
            self.store.commit(set).await?;
        }
        Ok(())
    }
}

/// The step that waits for a call of this run.
fn step_of(session: &Session, run: u32) -> Option<StepId> {
    session.runs.iter().find(|own| own.number == run)?.frames.last()?.at.clone()
}

fn sentence(made: &CallMade) -> String {
    format!("the call of `{}` took {} ms", made.name, made.ms)
}

/// The facts about a call that has returned.
pub(super) fn made(
    request: &CallRequest,
    result: &Result<CallReturn, CallError>,
    started: Stopwatch,
    mocked: bool,
) -> CallMade {
    let ms = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
    let (kind, name, (_, call), attempt) = (request.kind(), request.called(), request.number(), request.attempt());
    let plain = CallMade { kind, name, call, attempt, ms, mocked, status: None, error: None, tokens: None, cost: None };
    match result {
        Err(error) => CallMade { error: Some(error.code.clone()), ..plain },
        Ok(CallReturn::Http(answer)) => CallMade { status: Some(answer.status), ..plain },
        Ok(CallReturn::Mcp(answer)) => CallMade { error: answer.is_error.then(|| "tool_failed".to_owned()), ..plain },
        Ok(CallReturn::Model(ModelReply { answer, model, tokens, cost, currency, .. })) => {
            let millionths = *cost;
            let cost = (!currency.is_empty()).then(|| CallCost { millionths, currency: currency.clone() });
            let error = answer.as_ref().err().map(|error| error.kind.as_str().to_owned());
            CallMade { name: model.clone(), error, tokens: Some(*tokens), cost, ..plain }
        }
    }
}
