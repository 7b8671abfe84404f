//! `/v1/conversations/{id}/suggestion`: the draft that an agent writes for the person who has the conversation, and what
//! became of drafts.

use super::{account_of, going_on, owned};
use crate::{
    base::body_fields::{At, Id},
    model::{
        event::Event,
        session::{NoSuggestion, SuggestionSource, SuggestionUse},
    },
    store::tables::{
        conversation::Conversation,
        support_case::suggestion::{self, DraftState, SuggestionRow},
    },
    web::{
        auth::Caller,
        idempotency::{Answer, once, respond, to_json},
        problem::{ApiResult, Problem},
        request::{self, parse_any},
        state::Web,
    },
};
use axum::{
    extract::{Path, Request, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// The draft for the newest message of the contact. It is never sent by itself.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Suggestion")]
pub struct SuggestionShown {
    /// Tells it from the other drafts of the conversation; goes with the reply as `suggestion`. `null`: there was none yet.
    id: Option<u32>,
    #[schemars(extend("enum" = DraftState::NAMES))]
    state: &'static str,
    /// With `ready`, the text.
    text: Option<String>,
    /// Why an agent gave no draft; `null` also where none was wanted, or it is over.
    #[schemars(extend("enum" = WHY))]
    why: Option<&'static str>,
    /// The same as a sentence.
    reason: Option<String>,
    /// The agent that drafts.
    agent: Option<Id<String>>,
    /// The message that it answers.
    message_id: Option<i64>,
    /// The papers that it was taken from.
    sources: Vec<SourceShown>,
    /// When it last changed.
    at: Option<At>,
}

/// The values of `why`.
pub(in crate::web::api) const WHY: [Option<&str>; 6] =
    [Some("unsure"), Some("model"), Some("budget"), Some("guard"), Some("failed"), None];

/// A paper of `knowledge/`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SuggestionSource")]
pub struct SourceShown {
    title: Id<String>,
    /// The file below `knowledge/`.
    file: Id<String>,
    /// The address in `source` of the file.
    link: Option<Id<String>>,
}

impl SourceShown {
    pub(in crate::web::api) fn of(source: SuggestionSource) -> SourceShown {
        SourceShown { title: Id(source.title), file: Id(source.file), link: source.link.map(Id) }
    }
}

/// The whole body may be left out: the present draft is meant then.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Discarded {
    /// The `id` of the draft; a newer one stays.
    id: Option<i64>,
}

/// How people used the drafts of an agent.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SuggestionCounts {
    agent: Id<String>,
    /// They were sent as they were.
    as_is: i64,
    /// They were changed and sent.
    edited: i64,
    /// The person wrote something else.
    unused: i64,
    /// They were thrown away.
    discarded: i64,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct CountedSuggestions {
    data: Vec<SuggestionCounts>,
}

/// `GET /v1/conversations/{id}/suggestion`.
pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    let row = owned(&web, &caller, &id).await?;
    Ok(respond(StatusCode::OK, &describe(&web, &row).await?))
}

/// `POST /v1/conversations/{id}/suggestion/discard`.
pub async fn discard(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    caller: Caller,
    request: Request,
) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = request::bytes(body).await?;
    let row = going_on(&web, &caller, &id).await?;
    let (Discarded { id }, errors) = parse_any(&bytes)?;
    errors.finish()?;
    let (account, path) = (account_of(&web, &row)?, format!("conversations/{}/suggestion/discard", row.id));
    let acting = Arc::clone(&web);
    once(web, account, parts.headers, path, bytes, move |_| async move {
        let number = match id {
            // No draft has a number beyond these.
            Some(id) => u32::try_from(id).ok(),
            None => found(&acting, &row).await?.map(|draft| draft.number),
        };
        if let Some(number) = number {
            let event = Event::SuggestionDiscarded { number };
            let happened = acting.app.queue.happen(row.contact_id, row.id, event).await;
            happened.map_err(|error| Problem::bug(&error))?;
        }
        let body = to_json(&describe(&acting, &row).await?);
        Ok(Answer { status: StatusCode::OK, body, took_effect: true })
    })
    .await
}

/// `GET /v1/suggestions/counts`: by agent, as long as messages are kept.
pub async fn counts(State(web): State<Arc<Web>>, caller: Caller) -> ApiResult {
    let rows = suggestion::counts(&web.app.store).await.map_err(|error| Problem::bug(&error))?;
    let mut by_agent: BTreeMap<String, SuggestionCounts> = BTreeMap::new();
    for row in rows.into_iter().filter(|row| caller.sender(&web, row.sender).is_some()) {
        let sum = by_agent.entry(row.agent.clone()).or_insert_with(|| SuggestionCounts {
            agent: Id(row.agent),
            as_is: 0,
            edited: 0,
            unused: 0,
            discarded: 0,
        });
        let of_use = match row.how {
            SuggestionUse::AsIs => &mut sum.as_is,
            SuggestionUse::Edited => &mut sum.edited,
            SuggestionUse::Unused => &mut sum.unused,
            SuggestionUse::Discarded => &mut sum.discarded,
        };
        *of_use += row.count;
    }
    Ok(respond(StatusCode::OK, &CountedSuggestions { data: by_agent.into_values().collect() }))
}

async fn found(web: &Web, row: &Conversation) -> Result<Option<SuggestionRow>, Problem> {
    suggestion::find(&web.app.store, row.id).await.map_err(|error| Problem::bug(&error))
}

async fn describe(web: &Web, row: &Conversation) -> Result<SuggestionShown, Problem> {
    let Some(draft) = found(web, row).await? else {
        return Ok(SuggestionShown {
            id: None,
            state: DraftState::None.as_str(),
            text: None,
            why: None,
            reason: None,
            agent: None,
            message_id: None,
            sources: Vec::new(),
            at: None,
        });
    };
    Ok(SuggestionShown {
        id: Some(draft.number),
        state: draft.state.as_str(),
        text: draft.text,
        why: draft.why.map(NoSuggestion::as_str),
        reason: draft.reason,
        agent: Some(Id(draft.agent)),
        message_id: Some(draft.message_id.0),
        sources: draft.sources.into_iter().map(SourceShown::of).collect(),
        at: Some(At(draft.at)),
    })
}
