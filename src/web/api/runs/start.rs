//! `POST /v1/runs`: starts a flow that says `when: api` for one contact.

use crate::{
    base::{
        body_fields::{Id, Text},
        diagnostic::nearest,
        ids::{ConversationId, FlowName, StartId},
        limits::NAME_CHARS_MAX,
    },
    flow::{Flow, engine::inputs as inputs_rules, triggers::Trigger},
    model::{
        effect::Effect,
        event::{Reason, Start},
        value::Value,
    },
    runtime::{config::Sender, lane::state::TurnAnswer, starts},
    store::tables::run,
    web::{
        api::{addressee::Addressee, tracking},
        auth::Caller,
        idempotency::{Answer, once, outcome_unknown, to_json},
        problem::{ApiResult, Problem},
        request::{self, FieldErrors},
        state::Web,
    },
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::{collections::BTreeMap, sync::Arc};

#[derive(Debug, Deserialize, JsonSchema)]
pub struct RunStart {
    /// A flow that says `when: {api: true}`.
    flow: Text<NAME_CHARS_MAX>,
    #[serde(flatten)]
    to: Addressee,
    /// By name, of the types that the flow declares.
    inputs: Option<Map<String, Json>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct RunStarted {
    flow: FlowName,
    conversation_id: ConversationId,
    /// Its id, for `/v1/runs/{id}`; `null` while it waits.
    run: Option<i64>,
    /// For `/v1/runs/tracked/{tracking_id}`, which tells the run once it has begun.
    tracking_id: Id<String>,
    /// `queued`: it begins when the conversation is free.
    #[schemars(extend("enum" = ["started", "queued"]))]
    state: &'static str,
}

pub async fn start(State(web): State<Arc<Web>>, caller: Caller, request: Request) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = request::bytes(body).await?;
    let (RunStart { flow: Text(flow), to, inputs }, mut errors) = request::parse(&bytes)?;
    to.check(&mut errors);
    let inputs = inputs_of(&web, &mut errors, &flow, inputs.unwrap_or_default());
    errors.finish()?;
    let sender = to.sender(&web, &caller, |sender| serves(&web, &flow, sender)).await?.clone();
    let flow = FlowName::from(flow);
    let starting = Arc::clone(&web);
    let account = sender.account.clone();
    once(web, account, parts.headers, "runs".to_owned(), bytes, move |again| async move {
        if again.cut_off {
            return Err(outcome_unknown());
        }
        let app = &starting.app;
        let (contact, conversation) = to.reach(app, &sender).await?;
        let tracked = app.store.next_id();
        let start = Start {
            id: Some(StartId::followed(tracked)),
            flow: flow.clone(),
            trigger: "api".to_owned(),
            inputs,
            event: Value::Nothing,
            at: app.clock.now(),
            depth: 0,
        };
        let turn = app.queue.start_flow(contact, conversation, start).await.map_err(|error| Problem::bug(&error))?;
        outcome(&starting, &flow, &turn, tracked).await
    })
    .await
}

fn serves(web: &Web, flow: &str, sender: &Sender) -> bool {
    let live = web.app.live.get();
    live.set.named(flow).is_none_or(|flow| starts::serves(flow, sender))
}

/// Converts the inputs to the types that the flow declares; errors go to `errors`.
fn inputs_of(web: &Web, errors: &mut FieldErrors, name: &str, given: Map<String, Json>) -> BTreeMap<String, Value> {
    let current = web.app.live.get();
    let live = &current.set;
    let Some(flow) = live.named(name) else {
        if !name.is_empty() {
            let startable = live.flows.values().filter(|flow| is_startable(flow)).map(|flow| flow.name.as_str());
            let help = nearest(name, startable).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            errors.wrong("flow", format!("There is no flow `{name}`{help}."));
        }
        return BTreeMap::new();
    };
    if !is_startable(flow) {
        errors.wrong("flow", format!("Flow `{name}` has no `when: {{api: true}}`."));
        return BTreeMap::new();
    }
    typed(flow, given, &live.bot.timezone, errors)
}

fn is_startable(flow: &Flow) -> bool {
    flow.triggers.iter().any(|trigger| matches!(trigger.kind, Trigger::Api(_)))
}

/// Converts the inputs to the types that a flow declares; errors go to `errors`.
pub(in crate::web::api) fn typed(
    flow: &Flow,
    mut given: Map<String, Json>,
    zone: &jiff::tz::TimeZone,
    errors: &mut FieldErrors,
) -> BTreeMap<String, Value> {
    let mut inputs = BTreeMap::new();
    for field in &flow.inputs {
        let path = format!("inputs/{}", field.name);
        let value = given.remove(&field.name).filter(|value| !value.is_null());
        let Some(value) = value.map(|value| Value::from_json(&value)) else {
            match &field.default {
                Some(default) => drop(inputs.insert(field.name.clone(), default.clone())),
                None if field.optional => {}
                None => errors.wrong(&path, format!("Flow `{}` needs `{}`.", flow.name, field.name)),
            }
            continue;
        };
        match inputs_rules::convert(&field.kind, &value, zone) {
            Some(value) => drop(inputs.insert(field.name.clone(), value)),
            None => {
                let wanted = inputs_rules::name_of(&field.kind);
                errors.wrong(&path, format!("`{}` must be {wanted}.", field.name));
            }
        }
    }
    for name in given.keys() {
        let known = flow.inputs.iter().map(|field| field.name.as_str());
        let help = nearest(name, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_else(|| ".".into());
        errors.wrong(&format!("inputs/{name}"), format!("Flow `{}` has no input `{name}`{help}", flow.name));
    }
    inputs
}

/// The id of a run that has just begun: callers use the id, the engine uses the number.
pub(in crate::web::api) async fn id_of(
    web: &Web,
    conversation: ConversationId,
    number: u32,
) -> Result<Option<i64>, Problem> {
    let row = run::numbered(&web.app.store, conversation, number).await.map_err(|error| Problem::bug(&error))?;
    Ok(row.map(|row| row.id))
}

async fn outcome(web: &Web, flow: &FlowName, turn: &TurnAnswer, tracked: i64) -> Result<Answer, Problem> {
    let run = turn.effects.iter().find_map(|effect| match effect {
        Effect::RunBegan { run, flow: began, .. } if began == flow => Some(*run),
        _ => None,
    });
    let started = turn.effects.iter().find_map(|effect| match effect {
        Effect::Started { flow: of, refused, queued, .. } if of == flow => Some((*refused, *queued)),
        _ => None,
    });
    if let Some((Some(reason), _)) = started {
        return Err(Problem::conflict(reason.as_str(), format!("Flow `{flow}` was not started: {}.", words(reason))));
    }
    let queued = run.is_none() && started.is_some_and(|(_, queued)| queued);
    if run.is_none() && !queued {
        return Err(Problem::conflict(
            "not_started",
            format!("Flow `{flow}` was not started: one of its conditions says no."),
        ));
    }
    let run = match run {
        Some(number) => id_of(web, turn.conversation, number).await?,
        None => None,
    };
    let started = RunStarted {
        flow: flow.clone(),
        conversation_id: turn.conversation,
        run,
        tracking_id: Id(tracking::name(turn.conversation, tracked)),
        state: if queued { "queued" } else { "started" },
    };
    let status = if queued { StatusCode::ACCEPTED } else { StatusCode::CREATED };
    Ok(Answer { status, body: to_json(&started), took_effect: true })
}

fn words(reason: Reason) -> &'static str {
    match reason {
        Reason::OptedOut => "the contact wants no messages",
        Reason::NoConsent => "the contact has not agreed to its topic",
        Reason::Capped => "`at_most` is reached",
        Reason::QuietHours => "it is quiet hours",
        Reason::Busy => "the conversation is busy and its queue is full, or the flow skips",
        Reason::WithPerson => "a person has the conversation",
        Reason::WindowClosed => "the window is closed",
        Reason::TemplateUnusable => "no template is usable",
        Reason::NoBalance => "the balance is used up",
        Reason::SenderDown => "the sender is down",
        Reason::TooLate => "it is too late",
        Reason::Undeliverable => "the platform has found nobody at the contact's number, several times in a row",
        Reason::Draft => "it is a draft, and the contact is no tester",
        Reason::Paused => "it is paused",
    }
}
