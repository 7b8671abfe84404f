//! Erases a person's data: texts, names, numbers and traces are deleted, counts stay.
//!
//! All data that can be found by contact is deleted in one commit. The rest is searched (`erase_rest`): the names stay
//! in a row until that is done, so that a restart continues it. If the person had opted out, a keyed digest of each
//! name stays: a new contact with that name is opted out, too.

use crate::{
    base::ids::AccountName,
    contacts::Contacts,
    lane::state::LaneTask,
    model::{
        contact::Contact,
        inbound::{Alias, AliasKind},
    },
    store::queries::erasure,
};
use anyhow::Context;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::sync::{Arc, atomic::Ordering};
use tokio::sync::oneshot;

impl Contacts {
    /// Erases a contact, and those that were joined to it. When this returns it is done, except for raw bodies.
    pub async fn erase(self: &Arc<Self>, contact: &Contact) -> anyhow::Result<()> {
        // Contacts may have been joined in a chain.
        let (mut others, mut ahead) = (Vec::new(), vec![contact.id]);
        while let Some(id) = ahead.pop() {
            for other in erasure::joined(&self.store, &contact.account, id).await? {
                if other != contact.id && !others.contains(&other) {
                    others.push(other);
                    ahead.push(other);
                }
            }
        }
        let (reply, done) = oneshot::channel();
        self.queue.push(contact.id, LaneTask::Erase { others, reply });
        done.await.context("the contact could not be erased")?;
        self.finish_erasures().await
    }

    /// True if a person with one of these names was erased and had opted out.
    pub(crate) async fn was_erased_opted_out(&self, account: &AccountName, names: &[Alias]) -> anyhow::Result<bool> {
        if !self.erased_stops.load(Ordering::SeqCst) {
            return Ok(false);
        }
        let digests: Vec<String> = names.iter().map(|name| self.digest(account, name)).collect();
        Ok(erasure::is_stopped(&self.store, account, &digests).await?)
    }

    /// A digest keyed with a secret of this database, because all phone numbers could be tried one by one.
    pub(crate) fn digest(&self, account: &AccountName, name: &Alias) -> String {
        let kind = match name.kind {
            AliasKind::Phone => "phone",
            AliasKind::Bsuid => "bsuid",
        };
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.token_key).expect("HMAC takes a key of any length");
        mac.update(format!("erased {account} {kind} {}", name.value).as_bytes());
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
