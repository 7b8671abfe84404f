//! `GET /v1/conversations`: lists conversations as an inbox shows them, searches them, and counts those that need
//! somebody.

use super::shown::{Conversation, shown};
use crate::{
    base::{ids::ConversationId, limits::SEARCH_CHARS_MAX, query, time::Time},
    store::{
        ReadError,
        queries::{
            inbox::{self, Counted, Listed},
            search::{self, Wanted},
        },
        tables::{
            conversation,
            support_case::{self, SupportCase},
        },
    },
    web::{
        api::{
            contacts::may_search,
            narrowing::Narrowing,
            page::{self, Page},
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
use std::{future::ready, sync::Arc};

#[derive(Debug, Serialize, JsonSchema)]
pub struct ConversationCounts {
    /// They wait for a person.
    waiting: i64,
    /// A person has them.
    taken: i64,
}

/// The states by which the list is filtered.
pub const SORTS: &[&str] = &["recent", "due"];
pub const STATES: &[&str] = &["with_person", "needs_person", "waiting", "taken", "bot"];

/// `GET /v1/conversations?state=&sort=&search=&team=&agent=&sender=&account=&limit=&cursor=`.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    let text = query.unwrap_or_default();
    let (page, filter) = (Page::read(&text)?, Filter::read(&web, &caller, &text)?);
    let body = match (&filter.wanted, filter.which) {
        (Some(_), _) => found(&web, &caller, &page, &filter).await?,
        (None, Which::Due) => due(&web, &caller, &page, &filter).await?,
        (None, _) => listed(&web, &caller, &page, &filter).await?,
    };
    Ok(respond(StatusCode::OK, &body))
}

/// `GET /v1/conversations/counts`: how many wait for a person, and how many a person has.
pub async fn counts(State(web): State<Arc<Web>>, caller: Caller) -> ApiResult {
    let store = &web.app.store;
    let own = |rows: Vec<Counted>| -> i64 {
        rows.iter().filter(|row| caller.sender(&web, row.sender).is_some()).map(|row| row.count).sum()
    };
    let waiting = inbox::count_waiting(store).await.map_err(|error| Problem::bug(&error))?;
    let taken = inbox::count_taken(store).await.map_err(|error| Problem::bug(&error))?;
    Ok(respond(StatusCode::OK, &ConversationCounts { waiting: own(waiting), taken: own(taken) }))
}

/// The requested conversations.
#[derive(Debug, Clone)]
struct Filter {
    which: Which,
    /// Only those of these teams; empty: of all.
    teams: Vec<String>,
    /// Only those that this person has.
    agent: Option<String>,
    narrowing: Narrowing,
    wanted: Option<Wanted>,
}

/// The requested list, in an order of its own each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    Recent,
    /// Those with an open case, the earliest due first.
    Due,
    WithPerson,
    NeedsPerson,
    Waiting,
    Taken,
    Bot,
}

impl Filter {
    fn read(web: &Web, caller: &Caller, text: &str) -> Result<Filter, Problem> {
        let value = |name: &str| query::value(text, name).filter(|value| !value.is_empty());
        let which = match value("state").as_deref() {
            None => match value("sort").as_deref() {
                None => Which::All,
                Some("due") => Which::Due,
                Some(_) => Which::Recent,
            },
            Some("with_person") => Which::WithPerson,
            Some("needs_person") => Which::NeedsPerson,
            Some("waiting") => Which::Waiting,
            Some("taken") => Which::Taken,
            Some("bot") => Which::Bot,
            Some(_) => return Err(wrong("/state", format!("`state` is one of {}.", STATES.join(", ")))),
        };
        if value("sort").is_some_and(|sort| !SORTS.contains(&sort.as_str())) {
            return Err(wrong("/sort", format!("`sort` is one of {}.", SORTS.join(", "))));
        }
        let narrowing = Narrowing::read(web, caller, text)?;
        let search = value("search");
        if search.as_ref().is_some_and(|search| search.chars().count() > SEARCH_CHARS_MAX) {
            return Err(wrong("/search", format!("`search` has more than {SEARCH_CHARS_MAX} characters.")));
        }
        if search.is_some() {
            may_search(caller)?;
        }
        let teams = value("team").map(|teams| teams.split(',').map(str::to_owned).collect()).unwrap_or_default();
        Ok(Filter { which, teams, agent: value("agent"), narrowing, wanted: search.as_deref().and_then(Wanted::of) })
    }

    fn fits(&self, web: &Web, caller: &Caller, row: &Listed) -> bool {
        let (person, waits) = (row.session.person.is_some(), row.session.waiting_since().is_some());
        let is_listed = match self.which {
            Which::All => true,
            // Somebody who goes on as another contact is shown there.
            Which::Recent => !row.contact.data.is_gone(),
            Which::Due => person,
            Which::WithPerson => person,
            Which::NeedsPerson => row.session.needs_person.is_some(),
            Which::Waiting => waits,
            Which::Taken => person && !waits,
            Which::Bot => !person && !waits && !row.contact.data.is_gone(),
        };
        let has_it = row.session.person.as_ref();
        let (team, agent) = (has_it.and_then(|one| one.team.as_ref()), has_it.and_then(|one| one.agent.as_ref()));
        is_listed
            && (self.teams.is_empty() || team.is_some_and(|team| self.teams.contains(team)))
            && (self.agent.is_none() || self.agent.as_ref() == agent)
            && caller.sender(web, row.conversation.sender_id).is_some()
            && self.narrowing.holds(row.conversation.sender_id, &row.contact.account)
    }
}

fn wrong(pointer: &str, why: String) -> Problem {
    Problem::invalid(vec![(pointer.to_owned(), why)])
}

async fn listed(
    web: &Web,
    caller: &Caller,
    page: &Page,
    filter: &Filter,
) -> Result<page::Listed<Conversation>, Problem> {
    page.gather(
        |cursor: Option<(i64, i64)>| read(web, filter.which, cursor, page.limit),
        |row: Listed| async move {
            let fits = filter.fits(web, caller, &row);
            Ok((place_of(filter.which, &row), if fits { Some(shown(web, &row).await?) } else { None }))
        },
    )
    .await
}

/// The conversations with an open case, the earliest due first.
async fn due(web: &Web, caller: &Caller, page: &Page, filter: &Filter) -> Result<page::Listed<Conversation>, Problem> {
    let store = &web.app.store;
    page.gather(
        |cursor: Option<(i64, i64)>| {
            let (at, id) = cursor.unwrap_or_default();
            support_case::due(store, (Time(at), id), page.limit)
        },
        |case: SupportCase| async move {
            let row = inbox::one(store, case.conversation_id).await.map_err(|error| Problem::bug(&error))?;
            let shown = match row.filter(|row| filter.fits(web, caller, row)) {
                Some(row) => Some(shown(web, &row).await?),
                None => None,
            };
            Ok(((case.sorted_at.0, case.id), shown))
        },
    )
    .await
}

/// The conversations with contacts that have the wanted words; whoever wrote last comes first.
async fn found(
    web: &Web,
    caller: &Caller,
    page: &Page,
    filter: &Filter,
) -> Result<page::Listed<Conversation>, Problem> {
    let store = &web.app.store;
    let mut places = Vec::new();
    if let Some(wanted) = &filter.wanted {
        for account in caller.accounts_in(web) {
            let own = search::conversations(store, &account, wanted).await;
            places.extend(own.map_err(|error| Problem::bug(&error))?);
        }
    }
    places.sort_unstable_by(|one, other| other.cmp(one));
    let places = &places;
    page.gather(
        |cursor: Option<(i64, i64)>| {
            let comes = |(at, id): &&(Time, ConversationId)| cursor.is_none_or(|cursor| (at.0, id.0) < cursor);
            ready(Ok(places.iter().filter(comes).take(page.size()).copied().collect::<Vec<_>>()))
        },
        |(at, id): (Time, ConversationId)| async move {
            let row = inbox::one(store, id).await.map_err(|error| Problem::bug(&error))?;
            let row = row.filter(|row| filter.fits(web, caller, row));
            let shown = match row {
                Some(row) => Some(shown(web, &row).await?),
                None => None,
            };
            Ok(((at.0, id.0), shown))
        },
    )
    .await
}

async fn read(web: &Web, which: Which, cursor: Option<(i64, i64)>, limit: i64) -> Result<Vec<Listed>, ReadError> {
    let store = &web.app.store;
    let after = cursor.map(|(at, id)| (Time(at), ConversationId(id)));
    let first = after.unwrap_or((Time(0), ConversationId(0)));
    let rows = match which {
        Which::Recent | Which::Bot => return inbox::recent(store, after, limit).await,
        Which::Waiting => return inbox::waiting(store, after, limit).await,
        Which::Taken => return inbox::taken(store, after, limit).await,
        Which::All | Which::Due => {
            let before = cursor.map_or(ConversationId(i64::MAX), |(_, id)| ConversationId(id));
            conversation::page(store, before, limit).await?
        }
        Which::WithPerson => conversation::with_person(store, first, limit).await?,
        Which::NeedsPerson => conversation::needs_person(store, first, limit).await?,
    };
    let mut listed = Vec::with_capacity(rows.len());
    for row in rows {
        listed.extend(inbox::one(store, row.id).await?);
    }
    Ok(listed)
}

/// The cursor after this row: the value that orders the list, and the id.
fn place_of(which: Which, row: &Listed) -> (i64, i64) {
    let session = &row.session;
    let at = match which {
        Which::All | Which::Due => None,
        Which::Recent | Which::Bot | Which::Taken => row.conversation.last_inbound_at,
        Which::WithPerson => session.person.as_ref().map(|person| person.since),
        Which::NeedsPerson => session.needs_person.as_ref().map(|needs| needs.since),
        Which::Waiting => session.waiting_since(),
    };
    (at.unwrap_or_default().0, row.conversation.id.0)
}
