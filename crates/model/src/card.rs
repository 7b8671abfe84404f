//! Describes contact cards: a person or a business that the customer can save in the address book.

use super::content::Content;
use serde::{Deserialize, Serialize};

/// One card. A card without a number or an address is allowed: it then has only a name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ContactCard {
    /// The full name as the customer sees it.
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// The person's role in the organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<CardPhone>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<CardEmail>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CardPhone {
    /// The number as it is shown: `+34 600 111 222`.
    pub number: String,
    /// A label such as `WORK` or `CELL`; Meta accepts any word.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The digits of the number at WhatsApp; with them the card has a button that opens a chat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wa_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CardEmail {
    pub address: String,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

impl ContactCard {
    /// The card in one line, for transcripts: `Ana Silva, +34 600 111 222`.
    pub fn describe(&self) -> String {
        let phones = self.phones.iter().map(|phone| phone.number.as_str());
        std::iter::once(self.name.as_str()).chain(phones).collect::<Vec<_>>().join(", ")
    }

    /// The card as lines of text, for platforms without cards.
    pub fn in_words(&self) -> String {
        let role =
            [self.title.as_deref(), self.company.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(", ");
        let role = Some(role).filter(|role| !role.is_empty());
        let phones = self.phones.iter().map(|phone| phone.number.clone());
        let emails = self.emails.iter().map(|email| email.address.clone());
        let lines = std::iter::once(self.name.clone()).chain(role).chain(phones).chain(emails);
        lines.chain(self.urls.iter().cloned()).collect::<Vec<_>>().join("\n")
    }
}

/// All cards of a message as text, one below the other.
pub fn in_words(cards: &[ContactCard]) -> Content {
    let texts: Vec<String> = cards.iter().map(ContactCard::in_words).collect();
    Content::Text { body: texts.join("\n\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_in_words_has_everything_that_is_known() {
        let phone = CardPhone { number: "+34 600 111 222".into(), kind: Some("WORK".into()), wa_id: None };
        let card = ContactCard {
            name: "Ana Silva".into(),
            company: Some("Bikes".into()),
            title: Some("Mechanic".into()),
            phones: vec![phone],
            emails: vec![CardEmail { address: "ana@bikes.example".into(), kind: None }],
            urls: vec!["https://bikes.example".into()],
            ..ContactCard::default()
        };
        let words = "Ana Silva\nMechanic, Bikes\n+34 600 111 222\nana@bikes.example\nhttps://bikes.example";
        assert_eq!(card.in_words(), words);
        assert_eq!(card.describe(), "Ana Silva, +34 600 111 222");
        let bare = ContactCard { name: "Bo".into(), ..ContactCard::default() };
        assert_eq!(in_words(&[card, bare]).text(), format!("{words}\n\nBo"));
    }
}
