//! `GET /v1/conversations`: lists conversations as an inbox shows them, searches them, and counts those that need
//! somebody.

use crate::{
    base::{
        ids::ConversationId,
        limits::{PREVIEW_CHARS_MAX, SEARCH_CHARS_MAX},
        query,
        time::{Time, iso},
    },
    model::window::Window,
    runtime::events::event_json::{ours, theirs},
    store::{
        ReadError,
        queries::{
            inbox::{self, Counted, Listed, Newest},
            search::{self, Wanted},
        },
        tables::{conversation, inbound, outbound},
    },
    web::{
        api::{
            contacts::may_search,
            narrowing::Narrowing,
            page::{self, Page},
            runs,
        },
        auth::Caller,
        idempotency::{json, respond},
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
};
use serde_json::{Value as Json, json};
use std::{future::ready, sync::Arc};

/// The states by which the list is filtered.
pub const STATES: &[&str] = &["with_person", "needs_person", "waiting", "taken", "bot"];

/// `GET /v1/conversations?state=&sort=&search=&sender=&account=&limit=&cursor=`.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    let text = query.unwrap_or_default();
    let (page, filter) = (Page::read(&text)?, Filter::read(&web, &caller, &text)?);
    let body = match filter.wanted {
        Some(_) => found(&web, &caller, &page, &filter).await?,
        None => listed(&web, &caller, &page, &filter).await?,
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
    Ok(json(StatusCode::OK, &json!({"waiting": own(waiting), "taken": own(taken)})))
}

/// A conversation as the API shows it.
pub async fn describe(web: &Web, id: ConversationId) -> Result<Json, Problem> {
    let row = inbox::one(&web.app.store, id).await.map_err(|error| Problem::bug(&error))?;
    let row = row.ok_or_else(|| Problem::bug(&format!("conversation {id} has no contact")))?;
    shown(web, &row).await
}

async fn shown(web: &Web, row: &Listed) -> Result<Json, Problem> {
    let Listed { conversation, contact, session, .. } = row;
    let mut runs = Vec::new();
    for own in &session.runs {
        let id = runs::id_of(web, conversation.id, own.number).await?;
        runs.push(json!({"id": id, "number": own.number, "flow": own.flow}));
    }
    let window = Window { opened_at: conversation.opened_at };
    let sender = web.app.senders.get(conversation.sender_id);
    Ok(json!({
        "id": conversation.id,
        "account": contact.account,
        "sender": {"id": conversation.sender_id, "name": sender.map(|sender| sender.name.as_str())},
        "contact": {
            "id": contact.id,
            "phone": contact.data.phone,
            "name": contact.data.name,
            "tags": contact.data.tags,
            "opted_out_at": contact.opted_out.map(iso),
        },
        "state": session.who_has_it(),
        "with_person": session.person.as_ref().map(|person| json!({
            "since": iso(person.since), "team": person.team, "agent": person.agent,
        })),
        "needs_person": session.needs_person.as_ref().map(|needs| json!({
            "since": iso(needs.since), "why": needs.why,
        })),
        "waiting_since": session.waiting_since().map(iso),
        "runs": runs,
        "window": {"open": window.is_open(web.app.clock.now()), "ends_at": window.ends_at().map(iso)},
        "unanswered": row.unanswered,
        "last_message": newest(web, row.newest).await?,
        "last_inbound_at": conversation.last_inbound_at.map(iso),
        "last_outbound_at": conversation.last_outbound_at.map(iso),
        "created_at": iso(conversation.created_at),
    }))
}

/// The newest message, cut to a line.
async fn newest(web: &Web, newest: Option<Newest>) -> Result<Json, Problem> {
    let (store, bug) = (&web.app.store, |error: ReadError| Problem::bug(&error));
    let whole = match newest {
        None => None,
        Some(Newest::Heard(id)) => inbound::find(store, id).await.map_err(bug)?.map(|row| theirs(&row)),
        Some(Newest::Said(id)) => outbound::find(store, id).await.map_err(bug)?.map(|row| ours(&row)),
    };
    let Some(whole) = whole else { return Ok(Json::Null) };
    let text = whole["text"].as_str().map(|text| text.chars().take(PREVIEW_CHARS_MAX).collect::<String>());
    Ok(json!({
        "id": whole["id"], "direction": whole["direction"], "at": whole["at"], "kind": whole["content"]["kind"],
        "text": text, "state": whole["state"], "origin": whole["origin"],
    }))
}

/// The requested conversations.
#[derive(Debug, Clone)]
struct Filter {
    which: Which,
    narrowing: Narrowing,
    wanted: Option<Wanted>,
}

/// The requested list, in an order of its own each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    Recent,
    WithPerson,
    NeedsPerson,
    Waiting,
    Taken,
    Bot,
}

impl Filter {
    fn read(web: &Web, caller: &Caller, text: &str) -> Result<Filter, Problem> {
        let value = |name: &str| query::value(text, name).filter(|value| !value.is_empty());
        let is_recent = value("sort").is_some();
        let which = match value("state").as_deref() {
            None if is_recent => Which::Recent,
            None => Which::All,
            Some("with_person") => Which::WithPerson,
            Some("needs_person") => Which::NeedsPerson,
            Some("waiting") => Which::Waiting,
            Some("taken") => Which::Taken,
            Some("bot") => Which::Bot,
            Some(_) => return Err(wrong("/state", format!("`state` is one of {}.", STATES.join(", ")))),
        };
        if value("sort").is_some_and(|sort| sort != "recent") {
            return Err(wrong("/sort", "`sort` is `recent`.".to_owned()));
        }
        let narrowing = Narrowing::read(web, caller, text)?;
        let search = value("search");
        if search.as_ref().is_some_and(|search| search.chars().count() > SEARCH_CHARS_MAX) {
            return Err(wrong("/search", format!("`search` has more than {SEARCH_CHARS_MAX} characters.")));
        }
        if search.is_some() {
            may_search(caller)?;
        }
        Ok(Filter { which, narrowing, wanted: search.as_deref().and_then(Wanted::of) })
    }

    fn fits(&self, web: &Web, caller: &Caller, row: &Listed) -> bool {
        let (person, waits) = (row.session.person.is_some(), row.session.waiting_since().is_some());
        let is_listed = match self.which {
            Which::All => true,
            // Somebody who goes on as another contact is shown there.
            Which::Recent => !row.contact.data.is_gone(),
            Which::WithPerson => person,
            Which::NeedsPerson => row.session.needs_person.is_some(),
            Which::Waiting => waits,
            Which::Taken => person && !waits,
            Which::Bot => !person && !waits && !row.contact.data.is_gone(),
        };
        is_listed
            && caller.sender(web, row.conversation.sender_id).is_some()
            && self.narrowing.holds(row.conversation.sender_id, &row.contact.account)
    }
}

fn wrong(pointer: &str, why: String) -> Problem {
    Problem::invalid(vec![(pointer.to_owned(), why)])
}

async fn listed(web: &Web, caller: &Caller, page: &Page, filter: &Filter) -> Result<page::Listed<Json>, Problem> {
    page.gather(
        |cursor: Option<(i64, i64)>| read(web, filter.which, cursor, page.limit),
        |row: Listed| async move {
            let fits = filter.fits(web, caller, &row);
            Ok((place_of(filter.which, &row), if fits { Some(shown(web, &row).await?) } else { None }))
        },
    )
    .await
}

/// The conversations with contacts that have the wanted words; whoever wrote last comes first.
async fn found(web: &Web, caller: &Caller, page: &Page, filter: &Filter) -> Result<page::Listed<Json>, Problem> {
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
        Which::All => {
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
        Which::All => None,
        Which::Recent | Which::Bot | Which::Taken => row.conversation.last_inbound_at,
        Which::WithPerson => session.person.as_ref().map(|person| person.since),
        Which::NeedsPerson => session.needs_person.as_ref().map(|needs| needs.since),
        Which::Waiting => session.waiting_since(),
    };
    (at.unwrap_or_default().0, row.conversation.id.0)
}
