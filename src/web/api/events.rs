//! `POST /v1/events`: an external event, delivered to waiting runs and `event:` triggers.

pub mod deliveries;
pub mod stream;
pub mod subscriptions;

use super::{addressee::Addressee, runs};
use crate::{
    base::{diagnostic::nearest, limits::NAME_CHARS_MAX},
    flow,
    model::{effect::Effect, value::Value},
    web::{
        auth::Caller,
        idempotency::{Answer, once, outcome_unknown},
        input::{self, Input},
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use serde_json::json;
use std::sync::Arc;

pub async fn emit(State(web): State<Arc<Web>>, caller: Caller, request: Request) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = input::bytes(body).await?;
    let mut input = Input::parse(&bytes)?;
    let name = input.text("name", NAME_CHARS_MAX);
    let to = Addressee::read(&mut input);
    let data = input.opt_json("data").map_or(Value::Nothing, |data| Value::from_json(&data));
    input.finish()?;
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
                started.push(json!({"run": id, "flow": flow}));
            }
        }
        let live = app.live.get();
        let names = flow::event_names(&live.set);
        let heard = names.contains(name.as_str());
        let body = json!({
            "name": name,
            "conversation_id": turn.conversation,
            "started": started,
            "heard": heard,
            "did_you_mean": if heard { None } else { nearest(&name, names) },
        });
        Ok(Answer { status: StatusCode::ACCEPTED, body, took_effect: true })
    })
    .await
}
