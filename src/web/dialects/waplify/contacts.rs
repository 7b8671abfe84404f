//! `/api/v1/contacts/`: lists, shows and creates the contacts of the account.

use super::{
    envelope::{self, AuthenticatedRequest, good},
    fields::Fields,
    from_object_id, number, object_id,
    refusal::{Refusal, RefusalEndpoint, bug},
    sender,
};
use crate::{
    base::{
        ids::ContactId,
        limits::{NAME_CHARS_MAX, WAPLIFY_PAGE_DEFAULT, WAPLIFY_PAGE_MAX},
        query,
        time::{Time, iso_z},
    },
    model::{
        contact::{Contact, ContactPatch},
        event::Event,
        value::Value,
    },
    store::tables::contact,
    web::{dialects::sending::ClientAnswer, path_params::LastParam, state::Web},
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// `?page=&limit=&search=`: newest first.
pub async fn list(State(web): State<Arc<Web>>, request: Request) -> Response {
    envelope::answered(web, request, RefusalEndpoint::Other, listed).await
}

pub async fn show(State(web): State<Arc<Web>>, LastParam(id): LastParam, request: Request) -> Response {
    envelope::answered(web, request, RefusalEndpoint::Other, |asked| async move { shown(asked, &id).await }).await
}

pub async fn create(State(web): State<Arc<Web>>, request: Request) -> Response {
    envelope::answered(web, request, RefusalEndpoint::Other, created).await
}

async fn listed(asked: AuthenticatedRequest) -> Result<ClientAnswer, Refusal> {
    let whole = |name: &str, default: i64, max: i64| match query::value(&asked.query, name).filter(|v| !v.is_empty()) {
        None => Ok(default),
        Some(text) => text.parse().ok().filter(|n| (1..=max).contains(n)).ok_or_else(|| {
            let words = format!("Input should be a whole number from 1 to {max}");
            Refusal::Invalid(vec![json!({"type": "int_parsing", "loc": ["query", name], "msg": words})])
        }),
    };
    let page = whole("page", 1, i64::MAX / WAPLIFY_PAGE_MAX)?;
    let limit = whole("limit", WAPLIFY_PAGE_DEFAULT, WAPLIFY_PAGE_MAX)?;
    let search = query::value(&asked.query, "search").unwrap_or_default();
    let store = &asked.web.app.store;
    let total = contact::count_found(store, &asked.account, &search).await.map_err(|error| bug(&error))?;
    let rows = contact::found(store, &asked.account, &search, limit, (page - 1) * limit).await;
    let rows = rows.map_err(|error| bug(&error))?;
    let contacts: Vec<Json> = rows.iter().map(|(contact, since)| described(contact, *since)).collect();
    let body = json!({"status": "success", "contacts": contacts, "total": total, "page": page, "limit": limit});
    Ok(good(StatusCode::OK, body))
}

async fn shown(asked: AuthenticatedRequest, id: &str) -> Result<ClientAnswer, Refusal> {
    let none = || Refusal::not_found("Contact not found".to_owned());
    let id = from_object_id(id).map(ContactId).ok_or_else(none)?;
    let found = contact::find_dated(&asked.web.app.store, id).await.map_err(|error| bug(&error))?;
    let found = found.filter(|(contact, _)| contact.account == asked.account && contact.data.joined_to.is_none());
    let (contact, since) = found.ok_or_else(none)?;
    Ok(good(StatusCode::OK, json!({"status": "success", "contact": described(&contact, since)})))
}

async fn created(asked: AuthenticatedRequest) -> Result<ClientAnswer, Refusal> {
    let mut fields = Fields::of(&asked.body)?;
    let phone = fields.text("phone_number", NAME_CHARS_MAX);
    let first = fields.text("first_name", NAME_CHARS_MAX);
    if first.is_none() && fields.is_blank("first_name") {
        fields.breaks("first_name", "first_name must not be empty");
    }
    let last = fields.opt_text("last_name", NAME_CHARS_MAX);
    let known =
        [("email", fields.opt_text("email", NAME_CHARS_MAX)), ("company", fields.opt_text("company", NAME_CHARS_MAX))];
    let tags = fields.texts("tags", NAME_CHARS_MAX);
    let waba_phone_id = fields.opt_text("waba_phone_id", NAME_CHARS_MAX);
    fields.finish()?;
    let phone = number(&phone.unwrap_or_default())?;
    let app = &asked.web.app;
    let there = app.contacts.contact_by_phone(&asked.account, &phone).await.map_err(|error| bug(&error))?;
    if there.is_some() {
        return Err(Refusal::bad("Contact with this phone number already exists"));
    }
    let sender = sender(&asked.web, &asked.account, waba_phone_id.as_deref(), &phone).await?;
    let name = [first.unwrap_or_default(), last.unwrap_or_default()].join(" ").trim().to_owned();
    let reached = app.contacts.reach(&asked.account, sender.id, &phone, Some(&name)).await;
    let (contact, conversation) = reached.map_err(|error| bug(&error))?;
    let fields = known.into_iter().filter_map(|(field, text)| Some((field.to_owned(), Value::Text(text?)))).collect();
    let patch =
        ContactPatch { by: "api".into(), fields, tags_added: tags.into_iter().collect(), ..ContactPatch::default() };
    if !patch.fields.is_empty() || !patch.tags_added.is_empty() {
        let event = Event::Changed(Box::new(patch));
        app.queue.happen(contact, conversation, event).await.map_err(|error| bug(&error))?;
    }
    let made = contact::find_dated(&app.store, contact).await.map_err(|error| bug(&error))?;
    let (contact, since) = made.ok_or_else(|| bug(&"a contact that was made has no row"))?;
    let body = json!({
        "status": "success", "message": "Contact created successfully", "contact": described(&contact, since),
    });
    Ok(good(StatusCode::CREATED, body))
}

fn described(contact: &Contact, since: Time) -> Json {
    let data = &contact.data;
    let name = data.name.clone().unwrap_or_else(|| made_up(contact.id));
    let (first, last) = name.split_once(' ').map_or((name.as_str(), None), |(first, last)| (first, Some(last)));
    let field = |name: &str| data.fields.get(name).map(Value::to_json);
    json!({
        "id": object_id(contact.id.0),
        "first_name": first,
        "last_name": last,
        "phone_number": data.phone.as_deref().map(|phone| phone.trim_start_matches('+')),
        "email": field("email"),
        "company": field("company"),
        "tags": data.tags,
        "opted_in": contact.opted_out.is_none(),
        // A contact with a message came by WhatsApp; all others were created by a request.
        "source": if data.last_message_at.is_some() { "whatsapp" } else { "api" },
        "created_at": iso_z(since),
    })
}

/// A placeholder for a contact without a name: four digits, always the same for one contact.
fn made_up(id: ContactId) -> String {
    const PRIME: u64 = 0x9e37_79b9_7f4a_7c15;
    let mixed = id.0.unsigned_abs().wrapping_mul(PRIME) >> 32;
    format!("User #{}", 1_000 + mixed % 9_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_up_name_stays_and_those_of_neighbours_differ() {
        let names: std::collections::BTreeSet<String> = (1..=50).map(|id| made_up(ContactId(id))).collect();
        assert!(names.len() > 45 && names.iter().all(|name| name.len() == "User #1000".len()));
        assert_eq!(made_up(ContactId(7)), made_up(ContactId(7)));
    }
}
