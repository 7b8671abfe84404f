//! Finds a contact by phone number without creating one.

use crate::{
    base::{
        ids::{AccountName, ContactId, ConversationId, SenderId},
        phone,
    },
    contacts::{Arc, Contacts, directory::PersonIds},
    lane::{error::LaneError, state::LaneState},
    model::inbound::{Alias, AliasKind},
    store::{
        ReadError,
        tables::{alias, contact, conversation},
    },
};
use anyhow::Context as _;

impl Contacts {
    /// The contact with this phone (`+` and digits), also under another spelling of the number.
    pub async fn contact_by_phone(&self, account: &AccountName, phone: &str) -> Result<Option<ContactId>, ReadError> {
        let exact = std::iter::once(phone.to_owned());
        let names: Vec<Alias> = exact
            .chain(phone::spellings(phone))
            .map(|phone| Alias { kind: AliasKind::Phone, value: phone.trim_start_matches('+').to_owned() })
            .collect();
        alias::find(&self.store, account, &names).await
    }

    /// The senders that a contact has talked with, latest first.
    pub async fn senders_of(&self, contact: ContactId) -> Result<Vec<SenderId>, ReadError> {
        let mut rows = conversation::of(&self.store, contact).await?;
        rows.sort_by_key(|row| std::cmp::Reverse(row.last_inbound_at.max(row.last_outbound_at)));
        Ok(rows.into_iter().map(|row| row.sender_id).collect())
    }
}

impl Contacts {
    /// The contact with this phone (`+` and digits) and its conversation at the sender; created if new.
    pub async fn reach(
        self: &Arc<Self>,
        account: &AccountName,
        sender: SenderId,
        phone: &str,
        name: Option<&str>,
    ) -> anyhow::Result<(ContactId, ConversationId)> {
        let alias = Alias { kind: AliasKind::Phone, value: phone.trim_start_matches('+').to_owned() };
        let mut sets = Vec::new();
        let found = self
            .find(
                &PersonIds { account, sender, names: &[alias], person_name: name, opened_at: None, heard_at: None },
                &mut sets,
            )
            .await?;
        for (contact, set) in sets {
            if let Err(error) = self.store.commit(set).await {
                self.directory.forget(contact);
                return Err(error).context("the contact could not be stored");
            }
        }
        Ok((found.contact, found.conversation))
    }

    /// Applies the opt-out of the contact that continues to the unsent messages of one that was joined to it.
    pub(crate) async fn apply_opt_out_of(&self, lane: &mut LaneState, to: ContactId) -> Result<(), LaneError> {
        let row = contact::find(&self.store, to).await?;
        let now = self.clock.now();
        lane.contact.opted_out =
            row.and_then(|row| row.opted_out).or_else(|| self.opt_outs.in_force(to).then_some(now));
        Ok(())
    }
}
