//! `POST /v1/events`: an external event, delivered to waiting runs and `event:` triggers.

pub mod deliveries;
pub mod stream;
pub mod subscriptions;

use super::{addressee::Addressee, runs};
use crate::{
    base::{
        body_fields::Text,
        diagnostic::nearest,
        ids::{ConversationId, FlowName},
        limits::NAME_CHARS_MAX,
    },
    flow,
    model::{effect::Effect, value::Value},
    web::{
        auth::Caller,
        idempotency::{Answer, once, outcome_unknown, to_json},
        problem::{ApiResult, Problem},
        request,
        state::Web,
    },
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::sync::Arc;

#[derive(Debug, Deserialize, JsonSchema)]
pub struct NewEvent {
    /// As the flows write it: `when: {event: parcel_sent}`.
    name: Text<NAME_CHARS_MAX>,
    #[serde(flatten)]
    to: Addressee,
    /// The value that the flows read as `event.data`.
    data: Option<Json>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct EventTaken {
    name: String,
    conversation_id: ConversationId,
    /// The runs that began by it.
    started: Vec<RunBegan>,
    /// False if no flow starts by an event of this name, waits for it or stops by it.
    heard: bool,
    /// A similar name that flows hear, if this one is not heard.
    did_you_mean: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct RunBegan {
    /// Its id, for `/v1/runs/{id}`.
    run: Option<i64>,
    flow: FlowName,
}

pub async fn emit(State(web): State<Arc<Web>>, caller: Caller, request: Request) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = request::bytes(body).await?;
    let (NewEvent { name: Text(name), to, data }, mut errors) = request::parse(&bytes)?;
    to.check(&mut errors);
    errors.finish()?;
    let data = data.map_or(Value::Nothing, |data| Value::from_json(&data));
    let sender = to.sender(&web, &caller, |_| true).await?.clone();
    let emitting = Arc::clone(&web);
    let account = sender.account.clone();
    once(web, account, parts.headers, "events".to_owned(), bytes, move |again| async move {
        if again.cut_off {
            return Err(outcome_unknown());
        }
        let app = &emitting.app;
        let (contact, conversation) = to.reach(app, &sender).await?;
        let turn = app
            .queue
            .emit_event(contact, conversation, name.clone(), data)
            .await
            .map_err(|error| Problem::bug(&error))?;
        let mut started = Vec::new();
        for effect in &turn.effects {
            if let Effect::RunBegan { run, flow, .. } = effect {
                let id = runs::id_of(&emitting, turn.conversation, *run).await?;
                started.push(RunBegan { run: id, flow: flow.clone() });
            }
        }
        let live = app.live.get();
        let names = flow::event_names(&live.set);
        let heard = names.contains(name.as_str());
        let did_you_mean = if heard { None } else { nearest(&name, names).map(str::to_owned) };
        let taken = EventTaken { name, conversation_id: turn.conversation, started, heard, did_you_mean };
        Ok(Answer { status: StatusCode::ACCEPTED, body: to_json(&taken), took_effect: true })
    })
    .await
}
