//! Finds a contact by phone number without creating one.

use crate::{
    base::{
        ids::{AccountName, ContactId, SenderId},
        phone,
    },
    daemon::app::App,
    model::inbound::{Alias, AliasKind},
    store::{
        ReadError,
        tables::{alias, conversation},
    },
};

impl App {
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
