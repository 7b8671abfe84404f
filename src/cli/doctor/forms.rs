//! Checks that Meta encrypts the requests of forms with a key that we can decrypt.

use super::Report;
use crate::{
    channel::{Http, checkup::sentence},
    runtime::{
        config::{Access, Config, Sender},
        senders::templates::catalogue_sync,
    },
};

/// Does nothing for a sender without a `form_key`; `said`: the findings of its other checks.
pub(super) async fn check(config: &Config, http: &dyn Http, sender: &Sender, said: &[String], report: &mut Report) {
    let Access::Meta(access) = &sender.access else { return };
    if access.form_keys.is_empty() {
        return;
    }
    let upload = format!("`transom senders form-key {}` gives it the one of the configuration", sender.id);
    match catalogue_sync::meta(config).public_key(http, sender.id).await {
        // A wrong token makes every check fail, so it is printed once.
        Err(trouble) if said.contains(&sentence(&trouble.text)) => {}
        Err(trouble) => report.warn(&sentence(&format!("the public key of forms cannot be read: {trouble}"))),
        Ok(None) => {
            report.wrong(&format!("Meta has no public key of this number, so no form can ask anything: {upload}."))
        }
        Ok(Some(there)) if !access.form_keys.iter().any(|key| there.is(&key.public)) => {
            report.wrong(&format!("Meta has another public key of this number than `form_key`: {upload}."));
        }
        Ok(Some(there)) if !there.is_valid => {
            report.wrong(&format!("Meta's signature of the public key does not fit the number any more: {upload}."));
        }
        Ok(Some(_)) => report.good("Meta seals what forms ask by the key of the configuration."),
    }
}
