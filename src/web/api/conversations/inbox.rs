//! `GET /v1/conversations`: lists conversations as an inbox shows them, searches them, and counts those that need
//! somebody.

use crate::{
    base::{
        body_fields::{At, Id, PersonName, Phone},
        ids::{AccountName, ContactId, ConversationId, FlowName, SenderId},
        limits::{PREVIEW_CHARS_MAX, SEARCH_CHARS_MAX},
        query,
        time::Time,
    },
    model::{effect::Origin, window},
    runtime::events::event_json::{IncomingMessage, OutgoingMessage},
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

/// A contact at one sender.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Conversation {
    id: ConversationId,
    /// The account of the sender.
    account: AccountName,
    sender: SenderRef,
    contact: ContactRef,
    /// The side that has it.
    #[schemars(extend("enum" = ["bot", "with_person", "needs_person"]))]
    state: &'static str,
    /// The person of the business who has it, and since when.
    with_person: Option<WithPerson>,
    /// Why somebody should look at it.
    needs_person: Option<NeedsPerson>,
    /// Since when it waits for a person: it needs one, or it was handed over and nobody has taken it.
    waiting_since: Option<At>,
    /// The runs under way.
    runs: Vec<RunRef>,
    /// Whether anything but a template may be sent now.
    window: Window,
    /// Messages of the contact since our last one, counted to 100.
    unanswered: i64,
    /// The newest in either direction.
    last_message: Option<LastMessage>,
    /// The contact's newest message.
    last_inbound_at: Option<At>,
    /// Our newest message that the provider took.
    last_outbound_at: Option<At>,
    created_at: At,
}

/// One of the senders of the configuration.
#[derive(Debug, Serialize, JsonSchema)]
struct SenderRef {
    id: SenderId,
    /// `null`: it is no longer configured.
    name: Option<Id<String>>,
}

/// The person in a conversation; `/v1/contacts/{id}` shows the rest.
#[derive(Debug, Serialize, JsonSchema)]
struct ContactRef {
    id: ContactId,
    /// In E.164 format; `null` where the platform hides it.
    phone: Option<Phone<String>>,
    name: Option<PersonName<String>>,
    tags: Vec<String>,
    /// Since when the contact wants no messages.
    opted_out_at: Option<At>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WithPerson {
    since: At,
    team: Option<Id<String>>,
    agent: Option<Id<String>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct NeedsPerson {
    since: At,
    /// One sentence.
    why: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct RunRef {
    /// For `/v1/runs/{id}`.
    id: Option<i64>,
    /// Within the conversation, from 1.
    number: u32,
    flow: FlowName,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Window {
    open: bool,
    /// 24 hours after the contact's last message.
    ends_at: Option<At>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct LastMessage {
    id: i64,
    #[schemars(extend("enum" = ["in", "out"]))]
    direction: &'static str,
    at: At,
    /// Of its `content`.
    kind: Option<Id<String>>,
    /// Its first 160 characters.
    text: Option<String>,
    /// Of ours: how far it came.
    #[schemars(with = "Option<Id<String>>")]
    state: Option<outbound::SendState>,
    /// Of ours: who speaks.
    #[schemars(with = "Option<Id<String>>")]
    origin: Option<Origin>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ConversationCounts {
    /// They wait for a person.
    waiting: i64,
    /// A person has them.
    taken: i64,
}

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
    Ok(respond(StatusCode::OK, &ConversationCounts { waiting: own(waiting), taken: own(taken) }))
}

/// A conversation as the API shows it.
pub async fn describe(web: &Web, id: ConversationId) -> Result<Conversation, Problem> {
    let row = inbox::one(&web.app.store, id).await.map_err(|error| Problem::bug(&error))?;
    let row = row.ok_or_else(|| Problem::bug(&format!("conversation {id} has no contact")))?;
    shown(web, &row).await
}

async fn shown(web: &Web, row: &Listed) -> Result<Conversation, Problem> {
    let Listed { conversation, contact, session, .. } = row;
    let mut runs = Vec::new();
    for own in &session.runs {
        let id = runs::id_of(web, conversation.id, own.number).await?;
        runs.push(RunRef { id, number: own.number, flow: own.flow.clone() });
    }
    let window = window::Window { opened_at: conversation.opened_at };
    let sender = web.app.senders.get(conversation.sender_id);
    let data = &contact.data;
    Ok(Conversation {
        id: conversation.id,
        account: contact.account.clone(),
        sender: SenderRef { id: conversation.sender_id, name: sender.map(|sender| Id(sender.name.clone())) },
        contact: ContactRef {
            id: contact.id,
            phone: data.phone.clone().map(Phone),
            name: data.name.clone().map(PersonName),
            tags: data.tags.iter().cloned().collect(),
            opted_out_at: contact.opted_out.map(At),
        },
        state: session.who_has_it(),
        with_person: session.person.as_ref().map(|person| WithPerson {
            since: At(person.since),
            team: person.team.clone().map(Id),
            agent: person.agent.clone().map(Id),
        }),
        needs_person: session
            .needs_person
            .as_ref()
            .map(|needs| NeedsPerson { since: At(needs.since), why: needs.why.clone() }),
        waiting_since: session.waiting_since().map(At),
        runs,
        window: Window { open: window.is_open(web.app.clock.now()), ends_at: window.ends_at().map(At) },
        unanswered: row.unanswered,
        last_message: newest(web, row.newest).await?,
        last_inbound_at: conversation.last_inbound_at.map(At),
        last_outbound_at: conversation.last_outbound_at.map(At),
        created_at: At(conversation.created_at),
    })
}

/// The newest message, cut to a line.
async fn newest(web: &Web, newest: Option<Newest>) -> Result<Option<LastMessage>, Problem> {
    let (store, bug) = (&web.app.store, |error: ReadError| Problem::bug(&error));
    let cut = |text: String| text.chars().take(PREVIEW_CHARS_MAX).collect::<String>();
    let kind = |kind: serde_json::Value| kind.as_str().map(|kind| Id(kind.to_owned()));
    Ok(match newest {
        None => None,
        Some(Newest::Heard(id)) => inbound::find(store, id).await.map_err(bug)?.map(IncomingMessage::of).map(|whole| {
            let (kind, text) = (kind(whole.kind()), whole.text.map(cut));
            LastMessage { id: id.0, direction: "in", at: whole.at, kind, text, state: None, origin: None }
        }),
        Some(Newest::Said(id)) => outbound::find(store, id).await.map_err(bug)?.map(OutgoingMessage::of).map(|whole| {
            let (state, origin) = (Some(whole.state), Some(whole.origin));
            let (kind, text) = (kind(whole.kind()), Some(cut(whole.text)));
            LastMessage { id: id.0, direction: "out", at: whole.at, kind, text, state, origin }
        }),
    })
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
