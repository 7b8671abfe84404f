//! Resolves the recipient of a native API request, and the sender that serves it.

use crate::{
    base::{
        body_fields::Text,
        ids::{ContactId, ConversationId, SenderId},
        limits::{NAME_CHARS_MAX, PHONE_CHARS_MAX},
        phone,
    },
    runtime::{config::Sender, daemon::app::App},
    web::{auth::Caller, problem::Problem, request::FieldErrors, state::Web},
};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// The recipient in a request, and optionally the sender.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Addressee {
    #[schemars(extend("x-missing" = "`contact` is missing; give `{\"phone\": \"+14155551234\"}`."))]
    contact: Recipient,
    /// The sender that speaks; else the one that the contact talked with last, or the default.
    sender: Option<SenderId>,
}

/// The person that it is for; somebody who is not known yet becomes a contact.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "Addressee")]
struct Recipient {
    /// E.164: `+14155551234`.
    phone: Text<PHONE_CHARS_MAX>,
    /// Of a new contact.
    name: Option<Text<NAME_CHARS_MAX>>,
}

impl Addressee {
    pub fn check(&self, errors: &mut FieldErrors) {
        if errors.is_clean_at("contact") && phone::strict(&self.contact.phone.0).is_none() {
            errors.wrong("contact/phone", "`phone` must be in E.164 format, like `+14155551234`.");
        }
    }

    /// The requested sender, else the one that language.md 5, *Which sender*, selects.
    pub async fn sender<'w>(
        &self,
        web: &'w Web,
        caller: &Caller,
        serves: impl Fn(&Sender) -> bool,
    ) -> Result<&'w Sender, Problem> {
        if let Some(asked) = self.sender {
            let sender = caller.sender(web, asked);
            let sender = sender.ok_or_else(|| Problem::not_found(format!("There is no sender {asked}.")))?;
            return if serves(sender) {
                Ok(sender)
            } else {
                let why = format!("The flow does not serve sender {asked}.");
                Err(Problem::invalid(vec![("/sender".to_owned(), why)]))
            };
        }
        let accounts = web.app.config.accounts.iter().filter(|account| caller.owns(&account.name));
        for account in accounts {
            let latest = match web.app.contacts.contact_by_phone(&account.name, &self.contact.phone.0).await {
                Ok(Some(contact)) => {
                    web.app.contacts.senders_of(contact).await.map_err(|error| Problem::bug(&error))?
                }
                Ok(None) => Vec::new(),
                Err(error) => return Err(Problem::bug(&error)),
            };
            if let Some(sender) = web.app.senders.choose(&account.name, &serves, &latest) {
                return Ok(sender);
            }
        }
        Err(Problem::not_found("There is no sender for it."))
    }

    /// Gives the contact and its conversation at the sender; creates them if they are new.
    pub async fn reach(&self, app: &Arc<App>, sender: &Sender) -> Result<(ContactId, ConversationId), Problem> {
        let name = self.contact.name.as_ref().map(|name| name.0.as_str());
        let reached = app.contacts.reach(&sender.account, sender.id, &self.contact.phone.0, name).await;
        reached.map_err(|error| Problem::bug(&error))
    }
}
