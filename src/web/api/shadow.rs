//! `/v1/shadow`: the drafts that agents wrote while a person had the conversation and that nobody was shown, each beside
//! the reply of the person; and their counts.

use crate::{
    base::{
        body_fields::{At, Id},
        ids::{AccountName, ConversationId},
        query,
        time::Time,
    },
    model::{effect::money, session::NoSuggestion},
    runtime::events::event_json::{IncomingMessage, OutgoingMessage},
    store::tables::{
        contact,
        support_case::shadow::{self, Pair, ShadowDraft},
    },
    web::{
        api::{
            conversations::{
                shown::{ContactRef, SenderRef},
                suggestion::{SourceShown, WHY},
            },
            moments::moment,
            narrowing::Narrowing,
            page::Page,
        },
        auth::Caller,
        idempotency::respond,
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};

/// The draft of an agent, and the reply that a person really wrote.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ShadowPair {
    id: i64,
    account: AccountName,
    sender: SenderRef,
    conversation_id: ConversationId,
    contact: ContactRef,
    agent: Id<String>,
    /// The newest message that the draft answers.
    message_id: i64,
    /// The messages that the draft answers, the oldest first: all since the last message to the contact. Empty: they are
    /// no longer kept.
    asked: Vec<IncomingMessage>,
    /// `null`: there is no draft.
    draft: Option<String>,
    /// Why there is no draft.
    #[schemars(extend("enum" = WHY))]
    why: Option<&'static str>,
    /// The same as a sentence.
    reason: Option<String>,
    /// The papers that the draft was taken from.
    sources: Vec<SourceShown>,
    /// The messages that people of the business wrote before the contact's next message, the oldest first. Empty: none
    /// did, or on the phone, whose texts are not kept.
    reply: Vec<OutgoingMessage>,
    /// Of the questions to models behind this draft, in the configuration's `prices.currency`.
    cost: Id<String>,
    /// When the draft was there, or it was known that there is none.
    at: At,
}

/// How many drafts an agent wrote that nobody was shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ShadowCounts {
    agent: Id<String>,
    /// So many messages had a draft.
    drafted: i64,
    /// So many had none.
    none: WithoutDraft,
    /// Of the questions to models behind all of them, in the configuration's `prices.currency`.
    cost: Id<String>,
}

/// How many messages had no draft, by the reason.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct WithoutDraft {
    /// The agent would have given the conversation to a person, or ended its part.
    unsure: i64,
    /// No model answered.
    model: i64,
    /// A limit of the agent or its budget was reached.
    budget: i64,
    /// The guards refused the draft.
    guard: i64,
    /// Anything else.
    failed: i64,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct CountedShadow {
    data: Vec<ShadowCounts>,
    /// `null`: the configuration has no `prices.currency`.
    currency: Option<Id<String>>,
}

/// `GET /v1/shadow?agent=&since=&sender=&account=&limit=&cursor=`: newest first.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    let text = query.unwrap_or_default();
    let (page, since) = (Page::read(&text)?, since(&web, &text)?);
    let narrowing = Narrowing::read(&web, &caller, &text)?;
    let agent = query::value(&text, "agent").filter(|agent| !agent.is_empty());
    let (web, caller, narrowing) = (&web, &caller, &narrowing);
    let body = page
        .gather(
            |cursor: Option<(i64, i64)>| {
                let (at, id) = cursor.unwrap_or((i64::MAX, i64::MAX));
                shadow::page(&web.app.store, agent.as_deref(), since, (Time(at), id), page.limit)
            },
            |draft: ShadowDraft| async move {
                let place = (draft.at.0, draft.id);
                let own = caller.sender(web, draft.sender_id);
                if !own.is_some_and(|own| narrowing.holds(own.id, &own.account)) {
                    return Ok((place, None));
                }
                Ok((place, Some(shown(web, draft).await?)))
            },
        )
        .await?;
    Ok(respond(StatusCode::OK, &body))
}

/// `GET /v1/shadow/counts?since=`: by agent, as long as messages are kept.
pub async fn counts(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    let since = since(&web, &query.unwrap_or_default())?;
    let rows = shadow::counts(&web.app.store, since).await.map_err(|error| Problem::bug(&error))?;
    let mut by_agent: BTreeMap<String, (i64, WithoutDraft, i64)> = BTreeMap::new();
    for row in rows.into_iter().filter(|row| caller.sender(&web, row.sender).is_some()) {
        let (drafted, none, cost) = by_agent.entry(row.agent).or_default();
        let of_reason = match row.why {
            None => drafted,
            Some(NoSuggestion::Unsure) => &mut none.unsure,
            Some(NoSuggestion::Model) => &mut none.model,
            Some(NoSuggestion::Budget) => &mut none.budget,
            Some(NoSuggestion::Guard) => &mut none.guard,
            Some(NoSuggestion::Failed) => &mut none.failed,
        };
        *of_reason += row.count;
        *cost += row.cost;
    }
    let counts =
        |(agent, (drafted, none, cost))| ShadowCounts { agent: Id(agent), drafted, none, cost: Id(money(cost)) };
    let currency = &web.app.config.prices.currency;
    let body = CountedShadow {
        data: by_agent.into_iter().map(counts).collect(),
        currency: (!currency.is_empty()).then(|| Id(currency.clone())),
    };
    Ok(respond(StatusCode::OK, &body))
}

fn since(web: &Web, text: &str) -> Result<Time, Problem> {
    Ok(moment(text, "since", &web.app.live.get().set.bot.timezone)?.unwrap_or(Time(0)))
}

async fn shown(web: &Web, draft: ShadowDraft) -> Result<ShadowPair, Problem> {
    let store = &web.app.store;
    let contact = contact::find(store, draft.contact_id).await.map_err(|error| Problem::bug(&error))?;
    let contact = contact.ok_or_else(|| Problem::bug(&format!("draft {} has no contact", draft.id)))?;
    let Pair { draft, asked, reply } = shadow::pair(store, draft).await.map_err(|error| Problem::bug(&error))?;
    Ok(ShadowPair {
        id: draft.id,
        account: contact.account.clone(),
        sender: SenderRef::of(web, draft.sender_id),
        conversation_id: draft.conversation_id,
        contact: ContactRef::of(&contact),
        agent: Id(draft.agent),
        message_id: draft.message_id.0,
        asked: asked.into_iter().map(IncomingMessage::of).collect(),
        draft: draft.text,
        why: draft.why.map(NoSuggestion::as_str),
        reason: draft.reason,
        sources: draft.sources.into_iter().map(SourceShown::of).collect(),
        reply: reply.into_iter().map(OutgoingMessage::of).collect(),
        cost: Id(money(draft.cost)),
        at: At(draft.at),
    })
}
