//! Tells traces of turns, and of the calls that they want.

use crate::{
    base::{
        clock::Stopwatch,
        ids::{ConversationId, TraceId},
        time::Time,
    },
    channel::spans::{Part, Role, Span, Value},
    lane::after_commit::AfterCommit,
    model::{
        effect::{CallRequest, ModelReply},
        event::{CallError, CallReturn},
    },
    process::otlp::ids::traceparent,
    turns::Runner,
};

/// The turn that wants a call.
#[derive(Clone, Copy)]
pub(super) struct Caller {
    /// The contact's message or the start that led to it; `None`: a timer.
    pub led_by: Option<TraceId>,
    pub conversation: ConversationId,
    pub turn: u64,
}

impl Runner {
    /// Tells of a stored turn of a trace.
    pub(super) fn tell_of_turn(
        &self,
        TraceId(trace): TraceId,
        (conversation, turn): (ConversationId, u64),
        after: &AfterCommit,
        (began, started): (Time, Stopwatch),
    ) {
        self.spans.record(trace, || {
            let mut attributes: Vec<(&str, Value)> =
                vec![("transom.conversation.id", conversation.0.into()), ("transom.turn", (turn as i64).into())];
            let begun = after.began.first().map(|run| run.flow.to_string());
            let flow = begun.or_else(|| after.flows.first().map(|(_, flow)| flow.to_string()));
            attributes.extend(flow.map(|flow| ("transom.flow.name", flow.into())));
            Span {
                trace,
                part: Part::Turn { conversation: conversation.0, turn },
                parent: Some(Part::Root),
                role: Role::Internal,
                name: "turn".into(),
                began,
                took: started.elapsed(),
                error: None,
                attributes,
            }
        });
    }

    /// The `traceparent` for the server of a call whose span will be `part`. The provider of a model gets none: it is
    /// nobody's own server, and our ids would join a person's questions for it.
    pub(super) fn traceparent_of(&self, caller: Caller, part: Part, request: &CallRequest) -> Option<String> {
        match request {
            CallRequest::Http(_) | CallRequest::Mcp(_) => {
                traceparent(&self.spans, &self.token_key, caller.led_by?.0, part)
            }
            CallRequest::Model(_) => None,
        }
    }

    /// Tells of a call that has returned.
    pub(super) fn tell_of_call(
        &self,
        (Caller { led_by, conversation, turn }, part): (Caller, Part),
        request: &CallRequest,
        result: &Result<CallReturn, CallError>,
        (began, started): (Time, Stopwatch),
    ) {
        let Some(TraceId(trace)) = led_by else { return };
        self.spans.record(trace, || {
            let (name, mut attributes): (&str, Vec<(&str, Value)>) = match request {
                CallRequest::Http(call) => {
                    let mut attributes: Vec<(&str, Value)> = vec![("http.request.method", call.method.clone().into())];
                    attributes.push(("server.address", request.called().into()));
                    ("http", attributes)
                }
                CallRequest::Mcp(call) => ("mcp", vec![("gen_ai.tool.name", call.tool.to_string().into())]),
                CallRequest::Model(call) => ("model", vec![("gen_ai.request.model", call.model.to_string().into())]),
            };
            if let Ok(CallReturn::Http(answer)) = result {
                attributes.push(("http.response.status_code", i64::from(answer.status).into()));
            }
            let error = match result {
                Ok(CallReturn::Model(ModelReply { answer: Err(error), .. })) => Some(error.kind.as_str().to_owned()),
                Ok(_) => None,
                Err(error) => Some(error.code.clone()),
            };
            Span {
                trace,
                part,
                parent: Some(Part::Turn { conversation: conversation.0, turn }),
                role: Role::Client,
                name: name.into(),
                began,
                took: started.elapsed(),
                error: error.map(Into::into),
                attributes,
            }
        });
    }
}
