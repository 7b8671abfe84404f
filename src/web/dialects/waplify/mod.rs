//! Implements Waplify's API: exact in fields, texts, statuses and errors, so that clients written for that product
//! work after a change of base URL (seed 003, platform.md 2).

mod buttons;
mod contacts;
mod envelope;
mod fields;
mod freeform;
mod kinds;
mod rate;
mod refusal;
mod send;
mod template;
mod templates;

use super::ordered::Keys;
use crate::{
    base::{ids::AccountName, phone},
    runtime::config::Sender,
    web::state::Web,
};
pub use contacts::{create, list, show};
pub use freeform::freeform;
pub use rate::Rates;
pub use refusal::{Refusal, RefusalEndpoint};
pub use template::template;
pub use templates::templates;

/// In the order of Waplify's documentation.
const KEYS: Keys = &[
    "status",
    "message",
    "message_id",
    "contact",
    "contacts",
    "templates",
    "contact_id",
    "id",
    "name",
    "first_name",
    "last_name",
    "phone_number",
    "email",
    "company",
    "tags",
    "opted_in",
    "source",
    "message_type",
    "template_name",
    "timestamp",
    "category",
    "language",
    "header_format",
    "header",
    "body",
    "footer",
    "buttons",
    "requires_media",
    "variables",
    "requires_variables",
    "variable_count",
    "parameter_format",
    "created_at",
    "total",
    "page",
    "limit",
];

/// In errors the texts come before id and time.
const ERROR_KEYS: Keys = &["detail", "type", "loc", "msg", "error", "message", "request_id", "timestamp"];

/// `+` and digits. Waplify's numbers have no `+`; it is accepted nevertheless.
fn number(text: &str) -> Result<String, Refusal> {
    let digits = text.trim().trim_start_matches('+');
    phone::strict(&format!("+{digits}")).ok_or(Refusal::InvalidPhone)
}

/// The requested number, by its id at the platform or ours; else the one that the contact talked with last or the
/// account's default.
async fn sender(web: &Web, account: &AccountName, asked: Option<&str>, phone: &str) -> Result<Sender, Refusal> {
    let own = |sender: &&Sender| sender.account == *account;
    if let Some(asked) = asked {
        let found = web.app.senders.all().iter().filter(own).find(|sender| sender.is_called(asked));
        return found.cloned().ok_or_else(|| Refusal::not_found(format!("WhatsApp number '{asked}' not found")));
    }
    let known = web.app.contacts.contact_by_phone(account, phone).await.map_err(|error| refusal::bug(&error))?;
    let latest = match known {
        Some(contact) => web.app.contacts.senders_of(contact).await.map_err(|error| refusal::bug(&error))?,
        None => Vec::new(),
    };
    let chosen = web.app.senders.choose(account, |_| true, &latest);
    chosen.cloned().ok_or_else(|| Refusal::not_found("No WhatsApp number is connected to this account".to_owned()))
}

/// Our id in Waplify's form: 24 hexadecimal digits.
fn object_id(id: i64) -> String {
    format!("{id:024x}")
}

fn from_object_id(text: &str) -> Option<i64> {
    let hex = text.len() == 24 && text.bytes().all(|b| b.is_ascii_hexdigit());
    i64::from_str_radix(text, 16).ok().filter(|_| hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_without_a_plus() {
        assert_eq!(number("911234567890"), Ok("+911234567890".into()));
        assert_eq!(number(" +911234567890"), Ok("+911234567890".into()));
        for wrong in ["", "12", "phone", "91 1234567890", "0011234567890"] {
            assert_eq!(number(wrong), Err(Refusal::InvalidPhone), "{wrong}");
        }
    }

    #[test]
    fn an_id_comes_back_as_it_went() {
        assert_eq!(object_id(1_234), "0000000000000000000004d2");
        assert_eq!(from_object_id(&object_id(9_007_199_254_740_991)), Some(9_007_199_254_740_991));
        for wrong in ["", "4d2", "507f1f77bcf86cd799439012", "00000000000000000000004g"] {
            assert_eq!(from_object_id(wrong), None, "{wrong}");
        }
    }
}
