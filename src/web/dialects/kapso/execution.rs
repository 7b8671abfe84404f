//! `POST /api/v1/workflows/{workflow_id}/executions`: starts a flow for a contact, and shows its progress.

use super::{
    Refusal,
    envelope::{self, AuthenticatedRequest, good, only, text},
    from_uuid,
    refusal::bug,
    uuid,
};
use crate::{
    base::{
        ids::{AccountName, FlowName, StartId},
        limits::{NAME_CHARS_MAX, PHONE_CHARS_MAX},
        phone,
        time::{Time, iso_z},
    },
    flow::{Flow, engine::inputs, triggers::Trigger},
    model::{
        effect::{Effect, RunEnd},
        event::Start,
        session::Waiting,
        value::Value,
    },
    runtime::{config::Sender, starts},
    store::tables::{conversation, run, session},
    web::{
        api::tracking::{self, StartStatus},
        auth::Caller,
        dialects::sending::key_refused,
        idempotency,
        path_params::LastParam,
        state::Web,
    },
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use serde_json::{Map, Value as Json, json};
use std::{collections::BTreeMap, sync::Arc};

pub async fn execute(State(web): State<Arc<Web>>, LastParam(flow): LastParam, request: Request) -> Response {
    envelope::answered(web, request, |asked| async move { begin(asked, &flow).await }).await
}

/// `GET /api/v1/workflow_executions/{execution_id}`.
pub async fn execution(State(web): State<Arc<Web>>, LastParam(id): LastParam, request: Request) -> Response {
    envelope::answered(web, request, |asked| async move { shown(&asked, &id).await }).await
}

async fn begin(asked: AuthenticatedRequest, name: &str) -> Result<Response, Refusal> {
    let fields = asked.object(&["workflow_execution", "flow_execution"])?;
    only(&fields, "here", &["phone_number", "phone_number_id", "variables", "context"])?;
    let (inputs, serves) = {
        let current = asked.web.app.live.get();
        let flow = current.set.named(name).filter(|flow| is_startable(flow));
        let flow = flow.ok_or_else(|| Refusal::not_found("Workflow"))?;
        let inputs = inputs_of(flow, fields.get("variables"), &current.set.bot.timezone)?;
        let all = asked.web.app.senders.all().iter().filter(|sender| starts::serves(flow, sender));
        (inputs, all.map(|sender| sender.id).collect::<Vec<_>>())
    };
    let given = text(&fields, "phone_number", PHONE_CHARS_MAX)?;
    let given = given.ok_or_else(|| Refusal::invalid("phone_number can't be blank"))?;
    let phone = phone::lenient(&given, None).ok_or_else(|| Refusal::invalid("Invalid WhatsApp number"))?;
    let asked_number = text(&fields, "phone_number_id", NAME_CHARS_MAX)?;
    let sender = sender(&asked, asked_number.as_deref(), &phone, |sender| serves.contains(&sender.id)).await?;
    let AuthenticatedRequest { web, headers, body, .. } = asked;
    let flow = FlowName::from(name);
    let task = tokio::spawn(async move {
        let path = format!("kapso/{flow}/executions");
        let begun = match idempotency::begin(&web, &sender.account, &headers, &path, &body).await {
            Ok(begun) => begun,
            Err(idempotency::Refused::Before(status, body)) => return Ok(idempotency::replayed(good(status, &body))),
            Err(refused) => return Err(Refusal::from(key_refused(&refused))),
        };
        if begun.is_again {
            let why = "The first request with this Idempotency-Key was cut off: look whether it took effect";
            return Err(Refusal::new(StatusCode::CONFLICT, why));
        }
        let tracking = begun.message.0;
        let outcome = start(&web, &sender, &phone, flow, inputs, tracking).await;
        let (status, body, took_effect) = match outcome {
            Ok(body) => (StatusCode::ACCEPTED, body, true),
            // It is unknown whether the run began, so the idempotency row stays without an answer.
            Err(refusal) if refusal == Refusal::internal() => return Err(refusal),
            Err(refusal) => (refusal.status, refusal.body(), false),
        };
        let answer = begun.finish(&web, idempotency::Answer { status, body, took_effect }).await;
        Ok(good(answer.status, &answer.body))
    });
    task.await.map_err(|panic| bug(&panic))?
}

async fn start(
    web: &Arc<Web>,
    sender: &Sender,
    phone: &str,
    flow: FlowName,
    inputs: BTreeMap<String, Value>,
    tracking: i64,
) -> Result<Json, Refusal> {
    let app = &web.app;
    let reached = app.contacts.reach(&sender.account, sender.id, phone, None).await;
    let (contact, conversation) = reached.map_err(|error| bug(&error))?;
    let start = Start {
        id: Some(StartId::followed(tracking)),
        flow: flow.clone(),
        trigger: "api".to_owned(),
        inputs,
        event: Value::Nothing,
        at: app.clock.now(),
        depth: 0,
    };
    let turn = app.queue.start_flow(contact, conversation, start).await.map_err(|error| bug(&error))?;
    let began = turn.effects.iter().find_map(|effect| match effect {
        Effect::RunBegan { run, flow: of, .. } if *of == flow => Some(*run),
        _ => None,
    });
    let started = turn.effects.iter().find_map(|effect| match effect {
        Effect::Started { flow: of, refused, queued, .. } if *of == flow => Some((*refused, *queued)),
        _ => None,
    });
    let id = match (began, started) {
        (_, Some((Some(reason), _))) => {
            return Err(Refusal::invalid(format!("Workflow was not started: {}", reason.as_str())));
        }
        (Some(number), _) => {
            let row = run::numbered(&app.store, turn.conversation, number).await;
            row.map_err(|error| bug(&error))?.map(|row| row.id)
        }
        (None, Some((None, true))) => None,
        (None, _) => return Err(Refusal::invalid("Workflow was not started: one of its conditions says no")),
    };
    Ok(json!({"data": {
        "message": "Workflow execution initiated",
        "id": id.map(uuid),
        "workflow_id": flow,
        // The run's id if it has begun; otherwise an id by which a queued start's run can be found later.
        "tracking_id": id.map_or_else(|| tracking::name(turn.conversation, tracking), uuid),
    }}))
}

async fn shown(asked: &AuthenticatedRequest, id: &str) -> Result<Response, Refusal> {
    let store = &asked.web.app.store;
    let none = || Refusal::not_found("Workflow execution");
    let row = match (from_uuid(id), tracking::read(id)) {
        (Some(id), _) => run::find(store, id).await.map_err(|error| bug(&error))?.ok_or_else(none)?,
        (None, Some((talk, number))) => {
            let talk = conversation::find(store, talk).await.map_err(|error| bug(&error))?;
            let talk =
                talk.filter(|talk| asked.caller.sender(&asked.web, talk.sender_id).is_some()).ok_or_else(none)?;
            match tracking::find(store, talk.id, number).await.map_err(|error| bug(&error))? {
                StartStatus::Run(run) => *run,
                StartStatus::Queued(start, since) => return Ok(in_line(id, "waiting", Some(&start), Some(since))),
                StartStatus::Refused => return Ok(in_line(id, "failed", None, None)),
            }
        }
        (None, None) => return Err(none()),
    };
    let talk = conversation::find(store, row.conversation_id).await.map_err(|error| bug(&error))?;
    let talk = talk.filter(|talk| asked.caller.sender(&asked.web, talk.sender_id).is_some()).ok_or_else(none)?;
    let stored = session::find(store, talk.id).await.map_err(|error| bug(&error))?;
    let standing = stored.as_ref().and_then(|stored| stored.session.runs.iter().find(|run| run.number == row.number));
    let status = match (row.outcome, standing.map(|run| &run.waiting)) {
        (Some(RunEnd::Failed | RunEnd::Undelivered | RunEnd::Refused), _) => "failed",
        (Some(RunEnd::HandedOff), _) | (None, Some(Waiting::Person { .. })) => "handoff",
        (Some(RunEnd::Done | RunEnd::Expired | RunEnd::Replaced | RunEnd::Restarted | RunEnd::Stopped), _) => "ended",
        (None, None | Some(Waiting::Ready | Waiting::Call(_) | Waiting::Fate { .. })) => "running",
        (
            None,
            Some(
                Waiting::Question(_)
                | Waiting::Reply { .. }
                | Waiting::Agent { .. }
                | Waiting::Until { .. }
                | Waiting::Event { .. }
                | Waiting::Delivery { .. },
            ),
        ) => "waiting",
    };
    let step = standing.and_then(|run| run.frames.last()).and_then(|frame| frame.at.as_ref());
    Ok(good(
        StatusCode::OK,
        &json!({"data": {
            "id": uuid(row.id),
            "workflow_id": row.flow,
            "status": status,
            "started_at": iso_z(row.started_at),
            "ended_at": row.ended_at.map(iso_z),
            "tracking_id": uuid(row.id),
            "current_step": step.map(|step| json!({"id": step, "name": step})),
        }}),
    ))
}

/// A start that is queued or was refused.
fn in_line(id: &str, status: &str, start: Option<&Start>, since: Option<Time>) -> Response {
    good(
        StatusCode::OK,
        &json!({"data": {
            "id": null,
            "workflow_id": start.map(|start| &start.flow),
            "status": status,
            "started_at": since.map(iso_z),
            "ended_at": null,
            "tracking_id": id,
            "current_step": null,
        }}),
    )
}

/// The requested sender, by its id at the platform or ours; else the one that language.md 5, *Which sender*, selects.
async fn sender(
    asked: &AuthenticatedRequest,
    wanted: Option<&str>,
    phone: &str,
    serves: impl Fn(&Sender) -> bool,
) -> Result<Sender, Refusal> {
    let app = &asked.web.app;
    if let Some(wanted) = wanted {
        let own = app.senders.all().iter().filter(|sender| asked.caller.owns(&sender.account));
        let found = own.into_iter().find(|sender| sender.is_called(wanted));
        let found = found.ok_or_else(|| Refusal::not_found("WhatsApp phone number"))?;
        let refused = || Refusal::invalid("Workflow does not serve this phone number");
        return Some(found).filter(|sender| serves(sender)).cloned().ok_or_else(refused);
    }
    for account in accounts(&asked.caller, &asked.web) {
        let known = app.contacts.contact_by_phone(&account, phone).await.map_err(|error| bug(&error))?;
        let latest = match known {
            Some(contact) => app.contacts.senders_of(contact).await.map_err(|error| bug(&error))?,
            None => Vec::new(),
        };
        if let Some(sender) = app.senders.choose(&account, &serves, &latest) {
            return Ok(sender.clone());
        }
    }
    Err(Refusal::not_found("WhatsApp phone number"))
}

/// The accounts of the caller.
pub fn accounts(caller: &Caller, web: &Web) -> Vec<AccountName> {
    let all = web.app.config.accounts.iter().map(|account| &account.name);
    all.filter(|name| caller.owns(name)).cloned().collect()
}

fn is_startable(flow: &Flow) -> bool {
    flow.triggers.iter().any(|trigger| matches!(trigger.kind, Trigger::Api(_)))
}

/// The `variables` that the flow declares as inputs. Others are ignored: clients of Kapso send what any of their
/// workflows may need.
fn inputs_of(flow: &Flow, given: Option<&Json>, zone: &jiff::tz::TimeZone) -> Result<BTreeMap<String, Value>, Refusal> {
    let given = match given {
        None | Some(Json::Null) => Map::new(),
        Some(Json::Object(map)) => map.clone(),
        Some(_) => return Err(Refusal::invalid("variables must be an object")),
    };
    let declared = |name: &String| flow.inputs.iter().any(|field| field.name == *name);
    let given = given.into_iter().filter(|(name, value)| declared(name) && !value.is_null());
    let given = given.map(|(name, value)| (name, Value::from_json(&value))).collect();
    inputs::typed(&flow.inputs, given, zone).map_err(Refusal::invalid)
}
