//! `/v1/contacts`: the contacts of an account and their data.

pub mod consent;
pub mod export;
pub mod import;
pub mod timeline;

use super::page::{Listed, Page};
use crate::{
    base::{
        body_fields::{At, Id, PersonName, Phone, Text, Traceable},
        diagnostic::did_you_mean,
        ids::{ContactId, ConversationId, SenderId},
        limits::{NAME_CHARS_MAX, SEARCH_CHARS_MAX},
        phone, query,
    },
    flow::engine::inputs as inputs_rules,
    model::{
        contact::{Contact, ContactPatch},
        event::Event,
        scope::Scope,
        value::Value,
    },
    store::{
        ReadError, Store,
        queries::search::{self, Wanted},
        tables::{
            contact,
            conversation::{self, Conversation},
        },
    },
    web::{
        admission::{missing_scope, not_your_role},
        auth::Caller,
        etag,
        idempotency::{respond, to_json},
        problem::{ApiResult, Problem},
        request::{self, Change, FieldErrors},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, Request, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::{collections::BTreeMap, sync::Arc};

/// A person within one account, over all its senders.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Contact")]
pub struct ContactShown {
    #[serde(flatten)]
    state: ContactState,
    /// The name of this state, for `If-Match`.
    etag: Traceable<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ContactState {
    id: ContactId,
    /// E.164; `null` where the platform hides it.
    phone: Option<Phone<String>>,
    name: Option<PersonName<String>>,
    /// The public name that they chose on WhatsApp, without `@`.
    username: Option<PersonName<String>>,
    language: Option<Id<String>>,
    /// IANA name; `null`: guessed from the number's country.
    zone: Option<Id<String>>,
    tags: Vec<String>,
    /// Those that `_bot.yaml` declares, where they hold something.
    fields: BTreeMap<String, Json>,
    /// By topic; what is not here was never asked.
    consent: BTreeMap<String, Consent>,
    /// Since when the contact wants no messages at all.
    opted_out_at: Option<At>,
    conversations: Vec<ConversationRef>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Consent {
    given: bool,
    at: At,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ConversationRef {
    id: ConversationId,
    sender: SenderId,
    /// The platform found nobody there three times in a row: flows say nothing.
    undeliverable_since: Option<At>,
}

/// A field that is left out stays as it is; `null` empties.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ContactChange {
    #[serde(default)]
    name: Change<Text<NAME_CHARS_MAX>>,
    #[serde(default)]
    language: Change<Text<NAME_CHARS_MAX>>,
    /// IANA name: `Europe/Madrid`.
    #[serde(default)]
    zone: Change<Text<NAME_CHARS_MAX>>,
    /// By name, of the types that `_bot.yaml` declares.
    fields: Option<Map<String, Json>>,
    tags: Option<TagChange>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
struct TagChange {
    add: Option<Vec<Text<NAME_CHARS_MAX>>>,
    remove: Option<Vec<Text<NAME_CHARS_MAX>>>,
}

/// `GET /v1/contacts?phone=&tag=&search=&limit=&cursor=`: newest first.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    Ok(respond(StatusCode::OK, &listed(&web, &caller, &query.unwrap_or_default()).await?))
}

/// `GET /v1/contacts/{id}`, with its `ETag`.
pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    let contact = owned(&web, &caller, &id).await?;
    Ok(etag::tagged(StatusCode::OK, &to_json(&described(&web, &contact).await?)))
}

/// `PATCH /v1/contacts/{id}`: changes a contact; flows get an event for each difference. With `If-Match`, changes it
/// only if the caller has seen the current state.
pub async fn change(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    caller: Caller,
    request: Request,
) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = request::bytes(body).await?;
    let contact = owned(&web, &caller, &id).await?;
    let (asked, mut errors) = request::parse(&bytes)?;
    let patch = patch(&web, &mut errors, "", asked);
    errors.finish()?;
    // Serializes concurrent changes of the same contact.
    let key = format!("contact {}", contact.id);
    let Some(_turn) = web.in_flight.turn(&contact.account, &key).await else {
        return Err(Problem::conflict("in_progress", "Somebody else is changing this contact; try again."));
    };
    let contact = owned(&web, &caller, &id).await?;
    etag::expected(&parts.headers, &to_json(&described(&web, &contact).await?))?;
    happen(&web, &contact, patch).await?;
    let contact = owned(&web, &caller, &id).await?;
    Ok(etag::tagged(StatusCode::OK, &to_json(&described(&web, &contact).await?)))
}

/// The contact, if this caller may see it; for one that was joined to another, the other.
pub async fn owned(web: &Web, caller: &Caller, id: &str) -> Result<Contact, Problem> {
    let id = id.parse().map(ContactId).map_err(|_| none())?;
    let contact = find(web, id).await?;
    let is_there = |contact: &Contact| caller.owns(&contact.account) && contact.data.erased_at.is_none();
    contact.filter(is_there).ok_or_else(none)
}

pub fn none() -> Problem {
    Problem::not_found("There is no such contact.")
}

pub(super) async fn find(web: &Web, id: ContactId) -> Result<Option<Contact>, Problem> {
    contact::going_on(&web.app.store, id).await.map_err(|error| Problem::bug(&error))
}

/// Applies the patch as an event in the latest conversation; the others only observe it. A contact that a webhook
/// created has no conversation yet, so one is created.
pub(in crate::web) async fn happen(web: &Web, contact: &Contact, patch: ContactPatch) -> Result<(), Problem> {
    let app = &web.app;
    let mut rows = conversation::of(&app.store, contact.id).await.map_err(|error| Problem::bug(&error))?;
    rows.sort_by_key(|row| row.last_inbound_at.max(row.last_outbound_at));
    let latest: ConversationId = match rows.last() {
        Some(row) => row.id,
        None => {
            let sender = app.senders.choose(&contact.account, |_| true, &[]).ok_or_else(none)?;
            let phone = contact.data.phone.as_deref().ok_or_else(none)?;
            let reached = app.contacts.reach(&contact.account, sender.id, phone, None).await;
            reached.map_err(|error| Problem::bug(&error))?.1
        }
    };
    let event = Event::Changed(Box::new(patch));
    app.queue.happen(contact.id, latest, event).await.map(drop).map_err(|error| Problem::bug(&error))
}

async fn listed(web: &Web, caller: &Caller, text: &str) -> Result<Listed<ContactShown>, Problem> {
    let page = Page::read(text)?;
    let tag = query::value(text, "tag").filter(|tag| !tag.is_empty());
    if let Some(phone) = query::value(text, "phone").filter(|phone| !phone.is_empty()) {
        may_search(caller)?;
        return by_phone(web, caller, &page, &phone).await;
    }
    let search = query::value(text, "search").filter(|search| !search.is_empty());
    if search.as_ref().is_some_and(|search| search.chars().count() > SEARCH_CHARS_MAX) {
        let why = format!("`search` has more than {SEARCH_CHARS_MAX} characters.");
        return Err(Problem::invalid(vec![("/search".to_owned(), why)]));
    }
    if let Some(wanted) = search.as_deref().and_then(Wanted::of) {
        may_search(caller)?;
        return by_words(web, caller, &page, &wanted, tag.as_deref()).await;
    }
    let (store, tag) = (&web.app.store, tag.as_deref());
    page.gather(
        |cursor: Option<i64>| {
            contact::newest(store, caller.only_account(), ContactId(cursor.unwrap_or(i64::MAX)), page.limit)
        },
        |row: Contact| async move {
            let fits =
                caller.owns(&row.account) && !row.data.is_gone() && tag.is_none_or(|tag| row.data.tags.contains(tag));
            let shown = if fits { Some(described(web, &row).await?) } else { None };
            Ok((row.id.0, shown))
        },
    )
    .await
}

/// Refuses a search by names and numbers to those who see them masked: the answer would tell, number by number, whose a
/// masked one is.
pub(super) fn may_search(caller: &Caller) -> Result<(), Problem> {
    match caller {
        Caller::Person(person) if !person.role.sees_people() => Err(not_your_role(person.role)),
        Caller::Account(_) => caller.lacks(Scope::People).map_or(Ok(()), |why| Err(missing_scope(why))),
        Caller::Operator | Caller::Person(_) => Ok(()),
    }
}

/// The contacts with the wanted words in their name or number, newest first.
async fn by_words(
    web: &Web,
    caller: &Caller,
    page: &Page,
    wanted: &Wanted,
    tag: Option<&str>,
) -> Result<Listed<ContactShown>, Problem> {
    let store = &web.app.store;
    let accounts = &caller.accounts_in(web);
    page.gather(
        |cursor: Option<i64>| async move {
            let before = ContactId(cursor.unwrap_or(i64::MAX));
            let mut ids = Vec::new();
            for account in accounts {
                ids.extend(search::contacts(store, account, wanted, before, page.limit).await?);
            }
            ids.sort_unstable_by(|one, other| other.cmp(one));
            ids.truncate(page.size());
            Ok(ids)
        },
        |id: ContactId| async move {
            let row = contact::find(store, id).await.map_err(|error| Problem::bug(&error))?;
            let row = row.filter(|row| !row.data.is_gone() && tag.is_none_or(|tag| row.data.tags.contains(tag)));
            let shown = match row {
                Some(row) => Some(described(web, &row).await?),
                None => None,
            };
            Ok((id.0, shown))
        },
    )
    .await
}

/// At most one contact for each account; finds other spellings of the number, too.
async fn by_phone(web: &Web, caller: &Caller, page: &Page, given: &str) -> Result<Listed<ContactShown>, Problem> {
    let phone = phone::strict(given.trim()).or_else(|| phone::strict(&format!("+{}", given.trim())));
    let Some(phone) = phone else {
        let why = "`phone` must be in E.164 format, like `+14155551234`; write its `+` as `%2B`.".to_owned();
        return Err(Problem::invalid(vec![("/phone".to_owned(), why)]));
    };
    let mut data = Vec::new();
    for account in web.app.config.accounts.iter().filter(|account| caller.owns(&account.name)) {
        let known =
            web.app.contacts.contact_by_phone(&account.name, &phone).await.map_err(|error| Problem::bug(&error))?;
        if let Some(contact) = match known {
            Some(id) => find(web, id).await?,
            None => None,
        } {
            data.push(described(web, &contact).await?);
        }
    }
    Ok(page.listed(data, None::<i64>))
}

pub async fn described(web: &Web, contact: &Contact) -> Result<ContactShown, Problem> {
    document(&web.app.store, contact).await.map_err(|error| Problem::bug(&error))
}

/// A contact as the API and `contacts show --json` write it.
pub async fn document(store: &Store, contact: &Contact) -> Result<ContactShown, ReadError> {
    let conversations = conversation::of(store, contact.id).await?;
    let data = &contact.data;
    let talk = |row: &Conversation| ConversationRef {
        id: row.id,
        sender: row.sender_id,
        undeliverable_since: data.undeliverable_since(row.sender_id).map(At),
    };
    let consent = data.consent.iter();
    let consent = consent.map(|(topic, word)| (topic.clone(), Consent { given: word.given, at: At(word.at) }));
    let state = ContactState {
        id: contact.id,
        phone: data.phone.clone().map(Phone),
        name: data.name.clone().map(PersonName),
        username: data.username.clone().map(PersonName),
        language: data.language.clone().map(Id),
        zone: data.zone.clone().map(Id),
        tags: data.tags.iter().cloned().collect(),
        fields: data.fields.iter().map(|(name, value)| (name.clone(), value.to_json())).collect(),
        consent: consent.collect(),
        opted_out_at: contact.opted_out.map(At),
        conversations: conversations.iter().map(talk).collect(),
    };
    // The ETag covers the editable data only, so that new messages do not change it.
    let etag = Traceable(etag::of(&to_json(&state)));
    Ok(ContactShown { state, etag })
}

/// The changes of name, language, zone, fields and tags in a request; `at` is the place of their object in its body.
pub(super) fn patch(web: &Web, errors: &mut FieldErrors, at: &str, asked: ContactChange) -> ContactPatch {
    let mut patch = ContactPatch { by: "api".into(), ..ContactPatch::default() };
    let live = web.app.live.get();
    let bot = &live.set.bot;
    for (name, Change(change)) in [("name", asked.name), ("language", asked.language), ("zone", asked.zone)] {
        if let Some(text) = change {
            patch.fields.insert(name.to_owned(), text.map_or(Value::Nothing, |Text(text)| Value::Text(text)));
        }
    }
    if let Some(Value::Text(zone)) = patch.fields.get("zone")
        && jiff::tz::TimeZone::get(zone).is_err()
    {
        let why = format!("There is no time zone `{zone}`; write one like `Europe/Madrid`.");
        errors.wrong(&format!("{at}zone"), why);
    }
    for (name, value) in asked.fields.unwrap_or_default() {
        let path = format!("{at}fields/{name}");
        let Some(field) = bot.fields.iter().find(|field| field.name == name) else {
            let help = did_you_mean(&name, bot.fields.iter().map(|field| field.name.as_str()));
            let end = help.map_or_else(|| ".".to_owned(), |help| format!("; {help}"));
            errors.wrong(&path, format!("`_bot.yaml` declares no field `{name}`{end}"));
            continue;
        };
        match Value::from_json(&value) {
            Value::Nothing => drop(patch.fields.insert(name, Value::Nothing)),
            value => match inputs_rules::convert(&field.kind, &value, &bot.timezone) {
                Some(value) => drop(patch.fields.insert(name, value)),
                None => {
                    let wanted = inputs_rules::name_of(&field.kind);
                    errors.wrong(&path, format!("`{name}` must be {wanted}."));
                }
            },
        }
    }
    let TagChange { add, remove } = asked.tags.unwrap_or_default();
    patch.tags_added.extend(add.into_iter().flatten().map(|Text(tag)| tag));
    patch.tags_removed.extend(remove.into_iter().flatten().map(|Text(tag)| tag));
    patch
}
