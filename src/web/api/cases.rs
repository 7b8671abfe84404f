//! `/v1/cases`: lists the cases of people, and shows one.

pub mod acts;

use crate::{
    base::{
        body_fields::{At, Id},
        ids::{AccountName, ConversationId, FlowName},
        query,
        time::Time,
    },
    model::{contact::Contact, session::CaseState},
    store::{
        ReadError,
        tables::{
            contact,
            support_case::{self, SupportCase},
        },
    },
    web::{
        api::{
            conversations::shown::{ContactRef, SenderRef},
            narrowing::Narrowing,
            page::Page,
            runs,
        },
        auth::Caller,
        etag::{self, tagged},
        idempotency::{respond, to_json},
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;

/// The work of a person of the business in a conversation.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Case {
    id: i64,
    account: AccountName,
    sender: SenderRef,
    conversation_id: ConversationId,
    contact: ContactRef,
    #[schemars(extend("enum" = CaseState::NAMES))]
    state: &'static str,
    team: Option<Id<String>>,
    /// The person of the business who has it; `null`: nobody.
    agent: Option<Id<String>>,
    /// As the flow wrote it, or higher when the case was overdue.
    priority: Option<String>,
    /// The words of the flow for the person.
    summary: Option<String>,
    /// The flow that handed over; `null`: a person took over.
    flow: Option<FlowName>,
    /// The run that handed over, for `/v1/runs/{id}`.
    run_id: Option<i64>,
    opened_at: At,
    /// Since when the contact waits for an answer; `null`: a person has answered.
    asked_at: Option<At>,
    answered_at: Option<At>,
    /// Since when `agent` has it.
    assigned_at: Option<At>,
    /// Until when it is put aside.
    snoozed_until: Option<At>,
    /// By when somebody must act; `null`: nothing was promised.
    due_at: Option<At>,
    /// It is open, and `due_at` is over.
    overdue: bool,
    closed_at: Option<At>,
    /// The name of this state, for `If-Match`: another person, team or state has another one.
    etag: Id<String>,
}

/// The orders of the list.
pub const SORTS: &[&str] = &["due"];

/// `GET /v1/cases?team=&agent=&state=&sort=&sender=&account=&limit=&cursor=`.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    let text = query.unwrap_or_default();
    let (page, filter) = (Page::read(&text)?, Filter::read(&web, &caller, &text)?);
    let (web, caller, filter) = (&web, &caller, &filter);
    let body = page
        .gather(
            |cursor: Option<(i64, i64)>| filter.order.read(web, cursor, page.limit),
            |case: SupportCase| async move {
                let place = filter.order.place(&case);
                if !filter.fits(&case) || caller.sender(web, case.sender_id).is_none() {
                    return Ok((place, None));
                }
                let contact = contact_of(web, &case).await?;
                if !filter.narrowing.holds(case.sender_id, &contact.account) {
                    return Ok((place, None));
                }
                Ok((place, Some(described(web, case, &contact).await?)))
            },
        )
        .await?;
    Ok(respond(StatusCode::OK, &body))
}

/// `GET /v1/cases/{id}`, with its `ETag`.
pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    let case = owned(&web, &caller, &id).await?;
    Ok(tagged(StatusCode::OK, &to_json(&describe(&web, case).await?)))
}

/// The case, if this caller may see it.
async fn owned(web: &Web, caller: &Caller, id: &str) -> Result<SupportCase, Problem> {
    let none = || Problem::not_found("There is no such case.");
    let id = id.parse().map_err(|_| none())?;
    let row = support_case::find(&web.app.store, id).await.map_err(|error| Problem::bug(&error))?;
    row.filter(|row| caller.sender(web, row.sender_id).is_some()).ok_or_else(none)
}

async fn describe(web: &Web, case: SupportCase) -> Result<Case, Problem> {
    let contact = contact_of(web, &case).await?;
    described(web, case, &contact).await
}

async fn contact_of(web: &Web, case: &SupportCase) -> Result<Contact, Problem> {
    let row = contact::find(&web.app.store, case.contact_id).await.map_err(|error| Problem::bug(&error))?;
    row.ok_or_else(|| Problem::bug(&format!("case {} has no contact", case.id)))
}

async fn described(web: &Web, case: SupportCase, contact: &Contact) -> Result<Case, Problem> {
    let run_id = match case.run {
        Some(number) => runs::id_of(web, case.conversation_id, number).await?,
        None => None,
    };
    let etag = etag::of(&json!([case.id, case.state, case.team, case.agent, case.snoozed_until]));
    let is_open = case.closed_at.is_none();
    Ok(Case {
        id: case.id,
        account: contact.account.clone(),
        sender: SenderRef::of(web, case.sender_id),
        conversation_id: case.conversation_id,
        contact: ContactRef::of(contact),
        state: case.state.as_str(),
        team: case.team.map(Id),
        agent: case.agent.map(Id),
        priority: case.priority,
        summary: case.summary,
        flow: case.flow,
        run_id,
        opened_at: At(case.opened_at),
        asked_at: case.asked_at.map(At),
        answered_at: case.answered_at.map(At),
        assigned_at: case.assigned_at.map(At),
        snoozed_until: case.snoozed_until.map(At),
        due_at: case.due_at.map(At),
        overdue: is_open && case.due_at.is_some_and(|due| due <= web.app.clock.now()),
        closed_at: case.closed_at.map(At),
        etag: Id(etag),
    })
}

/// The requested cases.
#[derive(Debug, Clone)]
struct Filter {
    order: Order,
    state: Option<CaseState>,
    /// Only those of these teams; empty: of all.
    teams: Vec<String>,
    agent: Option<String>,
    narrowing: Narrowing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Open ones, the earliest due first.
    Due,
    /// Open ones, newest first.
    Newest,
    /// Closed ones, the last closed first.
    Closed,
}

impl Filter {
    fn read(web: &Web, caller: &Caller, text: &str) -> Result<Filter, Problem> {
        let value = |name: &str| query::value(text, name).filter(|value| !value.is_empty());
        let wrong = |pointer: &str, why: String| Problem::invalid(vec![(pointer.to_owned(), why)]);
        let state = match value("state") {
            None => None,
            Some(word) => Some(
                CaseState::parse(&word)
                    .ok_or_else(|| wrong("/state", format!("`state` is one of {}.", CaseState::NAMES.join(", "))))?,
            ),
        };
        let sort = value("sort");
        if sort.as_ref().is_some_and(|sort| !SORTS.contains(&sort.as_str())) {
            return Err(wrong("/sort", "`sort` is `due`.".to_owned()));
        }
        let order = match (state, sort) {
            (Some(CaseState::Closed), Some(_)) => {
                return Err(wrong("/sort", "A closed case is not due; leave `sort` out.".to_owned()));
            }
            (Some(CaseState::Closed), None) => Order::Closed,
            (_, Some(_)) => Order::Due,
            (_, None) => Order::Newest,
        };
        let teams = value("team").map(|teams| teams.split(',').map(str::to_owned).collect()).unwrap_or_default();
        Ok(Filter { order, state, teams, agent: value("agent"), narrowing: Narrowing::read(web, caller, text)? })
    }

    fn fits(&self, case: &SupportCase) -> bool {
        self.state.is_none_or(|state| state == case.state)
            && (self.teams.is_empty() || case.team.as_ref().is_some_and(|team| self.teams.contains(team)))
            && (self.agent.is_none() || self.agent == case.agent)
    }
}

impl Order {
    async fn read(self, web: &Web, cursor: Option<(i64, i64)>, limit: i64) -> Result<Vec<SupportCase>, ReadError> {
        let store = &web.app.store;
        match self {
            Order::Due => {
                let (at, id) = cursor.unwrap_or_default();
                support_case::due(store, (Time(at), id), limit).await
            }
            Order::Newest => support_case::newest(store, cursor.map_or(i64::MAX, |(_, id)| id), limit).await,
            Order::Closed => {
                let (at, id) = cursor.unwrap_or((i64::MAX, i64::MAX));
                support_case::closed(store, (Time(at), id), limit).await
            }
        }
    }

    /// The cursor after this case.
    fn place(self, case: &SupportCase) -> (i64, i64) {
        let at = match self {
            Order::Due => case.sorted_at,
            Order::Newest => Time(0),
            Order::Closed => case.closed_at.unwrap_or_default(),
        };
        (at.0, case.id)
    }
}
