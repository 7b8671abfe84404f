//! Converts contact cards between Meta's form and ours. A field that our card does not have is refused.

use super::{
    GraphError,
    content::{Fields, needed, object, text},
};
use crate::{
    base::limits::{CONTACT_CARDS_READ_MAX, NAME_CHARS_MAX, URL_CHARS_MAX},
    model::card::{CardEmail, CardPhone, ContactCard},
};
use serde_json::{Value as Json, json};

pub fn read(written: Option<&Json>) -> Result<Vec<ContactCard>, GraphError> {
    let why = || GraphError::parameter(format!("contacts must be a list of 1 to {CONTACT_CARDS_READ_MAX} cards"));
    let cards = written.and_then(Json::as_array).filter(|cards| (1..=CONTACT_CARDS_READ_MAX).contains(&cards.len()));
    cards.ok_or_else(why)?.iter().map(|card| one(card.as_object().ok_or_else(why)?)).collect()
}

fn one(fields: &Fields) -> Result<ContactCard, GraphError> {
    only(fields, &["name", "org", "phones", "emails", "urls"])?;
    let name = object(fields, "name")?;
    only(name, &["formatted_name", "first_name", "last_name"])?;
    let mut card = ContactCard {
        name: needed(name, "contacts.name.formatted_name", "formatted_name", NAME_CHARS_MAX)?,
        first_name: text(name, "first_name", NAME_CHARS_MAX)?,
        last_name: text(name, "last_name", NAME_CHARS_MAX)?,
        ..ContactCard::default()
    };
    if fields.get("org").is_some_and(|org| !org.is_null()) {
        let org = object(fields, "org")?;
        only(org, &["company", "title"])?;
        card.company = text(org, "company", NAME_CHARS_MAX)?;
        card.title = text(org, "title", NAME_CHARS_MAX)?;
    }
    for phone in entries(fields, "phones")? {
        only(phone, &["phone", "type", "wa_id"])?;
        let number = needed(phone, "contacts.phones.phone", "phone", NAME_CHARS_MAX)?;
        let (kind, wa_id) = (text(phone, "type", NAME_CHARS_MAX)?, text(phone, "wa_id", NAME_CHARS_MAX)?);
        card.phones.push(CardPhone { number, kind, wa_id });
    }
    for email in entries(fields, "emails")? {
        only(email, &["email", "type"])?;
        let address = needed(email, "contacts.emails.email", "email", NAME_CHARS_MAX)?;
        card.emails.push(CardEmail { address, kind: text(email, "type", NAME_CHARS_MAX)? });
    }
    for url in entries(fields, "urls")? {
        only(url, &["url", "type"])?;
        card.urls.push(needed(url, "contacts.urls.url", "url", URL_CHARS_MAX)?);
    }
    Ok(card)
}

fn entries<'a>(fields: &'a Fields, name: &str) -> Result<Vec<&'a Fields>, GraphError> {
    let why = || GraphError::parameter(format!("contacts.{name} must be a list of objects"));
    match fields.get(name) {
        None | Some(Json::Null) => Ok(Vec::new()),
        Some(Json::Array(all)) if all.len() <= CONTACT_CARDS_READ_MAX => {
            all.iter().map(|entry| entry.as_object().ok_or_else(why)).collect()
        }
        Some(_) => Err(why()),
    }
}

fn only(fields: &Fields, known: &[&str]) -> Result<(), GraphError> {
    match fields.iter().find(|(name, value)| !known.contains(&name.as_str()) && !value.is_null()) {
        Some((name, _)) => Err(GraphError::parameter(format!("{name} of a contact card is not sent from here"))),
        None => Ok(()),
    }
}

/// Cards in Meta's form, for the lists.
pub fn shown(cards: &[ContactCard]) -> Json {
    let one = |card: &ContactCard| {
        let phones: Vec<Json> =
            card.phones.iter().map(|p| json!({"phone": p.number, "type": p.kind, "wa_id": p.wa_id})).collect();
        let emails: Vec<Json> = card.emails.iter().map(|e| json!({"email": e.address, "type": e.kind})).collect();
        let urls: Vec<Json> = card.urls.iter().map(|url| json!({"url": url})).collect();
        json!({
            "name": {"formatted_name": card.name, "first_name": card.first_name, "last_name": card.last_name},
            "org": {"company": card.company, "title": card.title},
            "phones": phones, "emails": emails, "urls": urls,
        })
    };
    cards.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_cards_are_read_as_the_limit_says() {
        let cards = |count| json!(vec![json!({"name": {"formatted_name": "Ana"}}); count]);
        assert_eq!(read(Some(&cards(CONTACT_CARDS_READ_MAX))).unwrap().len(), CONTACT_CARDS_READ_MAX);
        assert!(read(Some(&cards(CONTACT_CARDS_READ_MAX + 1))).is_err());
        assert!(read(Some(&cards(0))).is_err());
        let phones =
            |count| json!([{"name": {"formatted_name": "Ana"}, "phones": vec![json!({"phone": "600"}); count]}]);
        assert_eq!(read(Some(&phones(CONTACT_CARDS_READ_MAX))).unwrap()[0].phones.len(), CONTACT_CARDS_READ_MAX);
        assert!(read(Some(&phones(CONTACT_CARDS_READ_MAX + 1))).is_err());
    }
}
