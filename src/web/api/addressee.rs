//! Resolves the recipient of a native API request, and the sender that serves it.

use crate::{
    base::{
        ids::{ContactId, ConversationId, SenderId},
        limits::{NAME_CHARS_MAX, PHONE_CHARS_MAX},
        phone,
    },
    runtime::{config::Sender, daemon::app::App},
    web::{auth::Caller, input::Input, problem::Problem, state::Web},
};
use std::sync::Arc;

/// The recipient in a request: `contact: {phone, name}` and optionally `sender`.
pub struct Addressee {
    pub phone: String,
    pub name: Option<String>,
    pub asked: Option<SenderId>,
}

impl Addressee {
    pub fn read(input: &mut Input) -> Self {
        let contact = input.inside("contact", |contact| {
            let phone = contact.text("phone", PHONE_CHARS_MAX);
            if !phone.is_empty() && phone::strict(&phone).is_none() {
                contact.wrong("phone", "`phone` must be in E.164 format, like `+14155551234`.");
            }
            (phone, contact.opt_text("name", NAME_CHARS_MAX))
        });
        if contact.is_none() && input.is_clean_at("contact") {
            input.wrong("contact", "`contact` is missing; give `{\"phone\": \"+14155551234\"}`.");
        }
        let (phone, name) = contact.unwrap_or_default();
        Addressee { phone, name, asked: input.opt_whole("sender").map(SenderId) }
    }

    /// The requested sender, else the one that language.md 5, *Which sender*, selects.
    pub async fn sender<'w>(
        &self,
        web: &'w Web,
        caller: &Caller,
        serves: impl Fn(&Sender) -> bool,
    ) -> Result<&'w Sender, Problem> {
        if let Some(asked) = self.asked {
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
            let latest = match web.app.contacts.contact_by_phone(&account.name, &self.phone).await {
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
        let reached = app.contacts.reach(&sender.account, sender.id, &self.phone, self.name.as_deref()).await;
        reached.map_err(|error| Problem::bug(&error))
    }
}
