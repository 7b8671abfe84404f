//! Makes the external calls that turns want, outside their lanes: to servers, and questions to models.

use crate::{
    base::{
        clock::Stopwatch,
        ids::{ContactId, ConversationId, SenderId, VersionId},
        time::Span,
    },
    channel::{llm::Clip, spans::Part, traceparent::carrying},
    flow::FlowSet,
    lane::state::{Conversation, LaneState, LaneTask, ReturnedCall},
    llm_step::{
        author_budgets::AuthorBudgets,
        conversation,
        models::{Asking, Replied},
    },
    model::{
        effect::{CallRequest, ModelCall, ModelError, ModelErrorKind, ModelQuestion, ModelReply},
        event::{CallError, CallReturn, Event},
        session::{Suggestion, Waiting},
    },
    process::panic_guard::caught,
    store::tables::{model_call::SettledCall, model_question::Exchange},
    turns::{Runner, returned::made, spans::Caller},
};
use std::{pin::pin, sync::Arc};

/// The result of a request to the outside.
pub(super) struct OutsideResult {
    result: Result<CallReturn, CallError>,
    /// A note for the trace, if a mock answered.
    said: Option<String>,
    settled: Vec<SettledCall>,
    /// A question to a model, with its answer.
    exchange: Option<Box<Exchange>>,
}

impl OutsideResult {
    pub(super) fn failed(code: &str, text: &str) -> OutsideResult {
        let error = CallError { code: code.to_owned(), text: text.to_owned() };
        OutsideResult { result: Err(error), said: None, settled: Vec::new(), exchange: None }
    }
}

impl Runner {
    /// True if a run or a message waits for a call that nobody makes: after a restart, or an uncertain commit.
    pub(super) fn lacks_a_call(&self, conversation: &Conversation) -> bool {
        let is_lost = |run: u32, call: u32| !self.calling.holds((conversation.id, run, call));
        let session = &conversation.session;
        let of_run = session.runs.iter().any(|run| match &run.waiting {
            Waiting::Call(call) => call.retry_at.is_none() && is_lost(run.number, call.call),
            _ => false,
        });
        let mut without_run =
            session.meaning_call().into_iter().chain(session.summary_call()).chain(session.hearing_call());
        let of_draft = session.suggestion().and_then(Suggestion::call).map(CallRequest::number);
        of_run
            || without_run.any(|call| is_lost(call.run, call.call))
            || of_draft.is_some_and(|(run, call)| is_lost(run, call))
    }

    /// Makes an external call outside the lane; its result comes back as work.
    pub(super) fn perform_call(self: &Arc<Self>, lane: &LaneState, index: usize, request: CallRequest) {
        let (contact, conversation) = (lane.contact.id, lane.conversations[index].id);
        let sender = lane.conversations[index].sender;
        let sandbox = self.plays && self.senders.get(sender).is_some_and(|sender| sender.is_sandbox());
        let Conversation { led_by, session, .. } = &lane.conversations[index];
        let caller = Caller { led_by: *led_by, conversation, turn: session.turn };
        let app = Arc::clone(self);
        let (run, call) = request.number();
        self.calling.add((conversation, run, call));
        self.queue.lanes.enter();
        tokio::spawn(async move {
            let (began, started) = (app.clock.now(), Stopwatch::start());
            let live = app.live.get();
            let played = sandbox.then_some((live.version, live.set.as_ref()));
            let part = Part::Leaf(app.spans.fresh());
            let header = app.traceparent_of(caller, part, &request);
            let calling = carrying(header, app.outcome_of_call(&request, (contact, conversation, sender), played));
            let called = caught(pin!(calling)).await;
            let OutsideResult { result, said, settled, exchange } = called.unwrap_or_else(|panic| {
                tracing::error!(conversation.id = %conversation, "A call of conversation {conversation} panicked, which is a bug of ours; its result is unknown: {panic}");
                OutsideResult::failed("unknown_outcome", &panic)
            });
            app.tell_of_call((caller, part), &request, &result, (began, started));
            let made = (!app.calls.is_mocked()).then(|| made(&request, &result, started, said.is_some()));
            let event = Box::new(Event::Returned { run, call, result });
            let returned = ReturnedCall { conversation, run, event, said, made, settled, exchange };
            app.queue.push(contact, LaneTask::Returned(returned));
            app.queue.lanes.leave();
        });
    }

    async fn outcome_of_call(
        &self,
        request: &CallRequest,
        (contact, conversation, sender): (ContactId, ConversationId, SenderId),
        played: Option<(VersionId, &FlowSet)>,
    ) -> OutsideResult {
        match request {
            CallRequest::Http(call) => {
                let called = self.calls.perform(call, played).await;
                OutsideResult {
                    result: called.result.map(CallReturn::Http),
                    said: called.said,
                    settled: Vec::new(),
                    exchange: None,
                }
            }
            CallRequest::Mcp(call) => {
                let (result, said) = self.calls.use_tool(call, played, &*self.clock).await;
                OutsideResult { result: result.map(CallReturn::Mcp), said, settled: Vec::new(), exchange: None }
            }
            CallRequest::Model(call) if call.about_conversation => {
                let lines = match conversation::newest(&self.store, conversation).await {
                    Ok(lines) => lines,
                    Err(error) => return OutsideResult::failed("model_down", &error.to_string()),
                };
                if lines.is_empty() {
                    return OutsideResult::failed("nothing_said", "nobody has written yet");
                }
                let (call, masked) = conversation::asked(call, &lines);
                let asked = self.ask_model(&call, contact, played, None).await;
                let result = asked.result.map(|returned| conversation::summed_up(returned, &lines, &masked));
                OutsideResult { result, ..asked }
            }
            CallRequest::Model(call) => match &call.voice {
                Some(note) if !self.calls.are_played(played) => self.hear(call, note, (contact, sender)).await,
                Some(_) | None => self.ask_model(call, contact, played, None).await,
            },
        }
    }

    pub(super) async fn ask_model(
        &self,
        call: &ModelCall,
        contact: ContactId,
        played: Option<(VersionId, &FlowSet)>,
        clip: Option<&Clip>,
    ) -> OutsideResult {
        let (store, clock, metrics) = (&self.store, &*self.clock, &self.metrics);
        let author = &AuthorBudgets::of(&self.live.get().set, &call.step);
        let asking = Asking { store, clock, metrics, contact, author, clip, ceiling: None };
        let asked = self.calls.ask(call, played, asking).await;
        let Replied { result, settled, alarms } = asked.replied;
        for alarm in &alarms {
            self.tell_of_budget(alarm).await;
        }
        if let Ok(ModelReply { answer: Err(error), model, .. }) = &result {
            self.complain_of_model(model, error);
        }
        // The words of a voice note stand in its message.
        let keeps = call.voice.is_none() && self.config.retention.model_questions > Span::ZERO;
        let exchange = result.as_ref().ok().filter(|_| keeps).map(|reply| {
            let question = ModelQuestion::clone(&call.question);
            let (step, call, attempt) = (call.step.clone(), call.call, call.attempt);
            Box::new(Exchange { step, call, attempt, question, reply: reply.clone() })
        });
        OutsideResult { result: result.map(CallReturn::Model), said: asked.said, settled, exchange }
    }

    /// Logs at most once a minute that a model gives no answers, such as for a wrong key: a flow goes on without them.
    fn complain_of_model(&self, model: &str, error: &ModelError) {
        let is_of_server = matches!(error.kind, ModelErrorKind::ModelDown | ModelErrorKind::ModelRefused);
        if is_of_server && let Some(more) = self.log_limiter.ask("model", self.clock.now()) {
            tracing::warn!(more = more.count(), "The model `{model}` gave no answer: {}{more}", error.text);
        }
    }
}
