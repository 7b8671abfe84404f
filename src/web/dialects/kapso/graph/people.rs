//! Contacts of a number's account, or of all accounts of a key.

use super::{GraphError, GraphParams, answered, content::text, history::Cursor, lists::named, number_of, shown, told};
use crate::{
    base::{
        ids::{AccountName, ContactId},
        limits::{NAME_CHARS_MAX, PAGES_READ_MAX},
        phone, query,
    },
    flow::engine::inputs,
    model::{
        contact::{Contact, ContactPatch},
        value::Value,
    },
    store::tables::contact,
    web::{
        api::contacts::happen,
        dialects::kapso::{envelope::AuthenticatedRequest, from_uuid},
        state::Web,
    },
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use serde_json::{Value as Json, json};
use std::{collections::BTreeSet, sync::Arc};

/// `GET /meta/whatsapp/{version}/{phone_number_id}/contacts`.
pub async fn contacts(State(web): State<Arc<Web>>, names: GraphParams, request: Request) -> Response {
    answered(web, request, |asked| async move {
        let account = number_of(&asked, names.get(0))?.account.clone();
        listed(&asked, vec![account]).await
    })
    .await
}

/// `GET /platform/v1/whatsapp/contacts`.
pub async fn contacts_of(State(web): State<Arc<Web>>, request: Request) -> Response {
    told(web, request, |asked| async move {
        let accounts = match named(&asked)? {
            Some(sender) => vec![sender.account.clone()],
            None => accounts(&asked),
        };
        listed(&asked, accounts).await
    })
    .await
}

/// `GET /meta/whatsapp/{version}/{phone_number_id}/contacts/{wa_id}`.
pub async fn contact(State(web): State<Arc<Web>>, names: GraphParams, request: Request) -> Response {
    answered(web, request, |asked| async move {
        let account = number_of(&asked, names.get(0))?.account.clone();
        let found = find(&asked, &[account], names.get(1)).await?;
        Ok(json!({"data": shown::contact(&found)}))
    })
    .await
}

/// `GET /platform/v1/whatsapp/contacts/{identifier}`.
pub async fn contact_of(State(web): State<Arc<Web>>, names: GraphParams, request: Request) -> Response {
    told(web, request, |asked| async move {
        let found = find(&asked, &accounts(&asked), names.get(0)).await?;
        Ok(json!({"data": shown::contact(&found)}))
    })
    .await
}

/// `PATCH /meta/whatsapp/{version}/{phone_number_id}/contacts/{wa_id}`: changes a contact; flows get an event for each
/// difference.
pub async fn change(State(web): State<Arc<Web>>, names: GraphParams, request: Request) -> Response {
    answered(web, request, |asked| async move {
        let account = number_of(&asked, names.get(0))?.account.clone();
        changed(&asked, &[account], names.get(1)).await
    })
    .await
}

/// `PATCH /platform/v1/whatsapp/contacts/{identifier}`.
pub async fn change_of(State(web): State<Arc<Web>>, names: GraphParams, request: Request) -> Response {
    told(web, request, |asked| async move { changed(&asked, &accounts(&asked), names.get(0)).await }).await
}

fn accounts(asked: &AuthenticatedRequest) -> Vec<AccountName> {
    let all = asked.web.app.config.accounts.iter().filter(|account| asked.caller.owns(&account.name));
    all.map(|account| account.name.clone()).collect()
}

/// Finds a contact by phone, with or without `+`, or by the id in these lists.
async fn find(asked: &AuthenticatedRequest, accounts: &[AccountName], who: &str) -> Result<Contact, GraphError> {
    let app = &asked.web.app;
    let none = || GraphError::missing("Contact");
    let who = who.trim();
    let phone = phone::strict(who).or_else(|| phone::strict(&format!("+{who}")));
    let mut found = None;
    for account in accounts {
        found = match &phone {
            Some(phone) if found.is_none() => {
                app.contacts.contact_by_phone(account, phone).await.map_err(|error| GraphError::bug(&error))?
            }
            _ => found,
        };
    }
    let by_id = || from_uuid(who).filter(|_| phone.is_none()).map(ContactId);
    let id = found.or_else(by_id).ok_or_else(none)?;
    let row = contact::going_on(&app.store, id).await.map_err(|error| GraphError::bug(&error))?;
    row.filter(|row| accounts.contains(&row.account) && row.data.erased_at.is_none()).ok_or_else(none)
}

/// As `find`; `None` if there is nobody.
async fn known(
    asked: &AuthenticatedRequest,
    accounts: &[AccountName],
    who: &str,
) -> Result<Option<Contact>, GraphError> {
    match find(asked, accounts, who).await {
        Ok(found) => Ok(Some(found)),
        Err(fault) if fault == GraphError::missing("Contact") => Ok(None),
        Err(fault) => Err(fault),
    }
}

async fn listed(asked: &AuthenticatedRequest, accounts: Vec<AccountName>) -> Result<Json, GraphError> {
    let page = Cursor::read(&asked.query)?;
    let value = |name: &str| query::value(&asked.query, name).filter(|value: &String| !value.is_empty());
    // Kapso's customers do not exist here, so no contact has one.
    let nobody = json!({"data": [], "paging": Cursor::paging(None)});
    if value("customer_id").is_some() || value("has_customer").as_deref() == Some("true") {
        return Ok(nobody);
    }
    let names: Vec<String> = ["wa_id", "phone_number"].into_iter().filter_map(value).collect();
    if let Some(first) = names.first() {
        let found = known(asked, &accounts, first).await?;
        for other in names.iter().skip(1) {
            // Both narrow the list.
            if known(asked, &accounts, other).await?.map(|other| other.id) != found.as_ref().map(|found| found.id) {
                return Ok(nobody);
            }
        }
        let data: Vec<Json> = found.iter().map(shown::contact).collect();
        return Ok(json!({"data": data, "paging": Cursor::paging(None)}));
    }
    let only = match &accounts[..] {
        [only] => Some(only),
        _ => None,
    };
    let limit = i64::try_from(page.limit).unwrap_or(i64::MAX);
    let mut before = page.after.unwrap_or(i64::MAX);
    let mut data = Vec::new();
    for _ in 0..PAGES_READ_MAX {
        let rows = contact::newest(&asked.web.app.store, only, ContactId(before), limit).await;
        let rows = rows.map_err(|error| GraphError::bug(&error))?;
        let all = rows.len() < page.limit;
        for row in rows {
            before = row.id.0;
            if accounts.contains(&row.account) && !row.data.is_gone() {
                data.push(shown::contact(&row));
            }
            if data.len() == page.limit {
                return Ok(json!({"data": data, "paging": Cursor::paging(Some(before))}));
            }
        }
        if all {
            return Ok(json!({"data": data, "paging": Cursor::paging(None)}));
        }
    }
    Ok(json!({"data": data, "paging": Cursor::paging(Some(before))}))
}

async fn changed(asked: &AuthenticatedRequest, accounts: &[AccountName], who: &str) -> Result<Json, GraphError> {
    let found = find(asked, accounts, who).await?;
    let patch = patch(asked, &found)?;
    happen(&asked.web, &found, patch).await?;
    let now = find(asked, accounts, who).await?;
    Ok(json!({"data": shown::contact(&now)}))
}

/// The changes in a request: the name, and under `metadata` the tags and the fields that the bot declares. Other
/// fields are refused, because they would be lost.
fn patch(asked: &AuthenticatedRequest, contact: &Contact) -> Result<ContactPatch, GraphError> {
    let body = asked.object(&["contact", "whatsapp_contact"]).map_err(GraphError::from)?;
    let mut patch = ContactPatch { by: "api".into(), ..ContactPatch::default() };
    let name = text(&body, "profile_name", NAME_CHARS_MAX)?.or(text(&body, "display_name", NAME_CHARS_MAX)?);
    if let Some(name) = name {
        patch.fields.insert("name".to_owned(), Value::Text(name));
    }
    if let Some(other) = body.keys().find(|key| !matches!(key.as_str(), "profile_name" | "display_name" | "metadata")) {
        return Err(GraphError::parameter(format!("{other} of a contact cannot be changed here")));
    }
    let live = asked.web.app.live.get();
    let bot = &live.set.bot;
    let metadata = match body.get("metadata") {
        None | Some(Json::Null) => return Ok(patch),
        Some(Json::Object(metadata)) => metadata,
        Some(_) => return Err(GraphError::parameter("metadata must be an object")),
    };
    for (name, value) in metadata {
        if name == "tags" {
            let wanted: Result<BTreeSet<String>, _> = serde_json::from_value(value.clone());
            let wanted = wanted.map_err(|_| GraphError::parameter("metadata.tags must be a list of texts"))?;
            if wanted.iter().any(|tag| tag.trim().is_empty() || tag.chars().count() > NAME_CHARS_MAX) {
                return Err(GraphError::parameter(format!("A tag has 1 to {NAME_CHARS_MAX} characters")));
            }
            patch.tags_removed = contact.data.tags.difference(&wanted).cloned().collect();
            patch.tags_added = wanted.difference(&contact.data.tags).cloned().collect();
            continue;
        }
        let field = bot.fields.iter().find(|field| field.name == *name);
        let none = || GraphError::parameter(format!("metadata.{name}: `_bot.yaml` declares no field of this name"));
        let field = field.ok_or_else(none)?;
        let value = match Value::from_json(value) {
            Value::Nothing => Value::Nothing,
            value => inputs::convert(&field.kind, &value, &bot.timezone).ok_or_else(|| {
                GraphError::parameter(format!("metadata.{name} must be {}", inputs::name_of(&field.kind)))
            })?,
        };
        patch.fields.insert(name.clone(), value);
    }
    Ok(patch)
}
