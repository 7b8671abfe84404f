//! Checks that Meta encrypts the requests of forms with a key that we can decrypt.

use super::{HealthCheck, HealthInputs};
use crate::{
    channel::checkup::sentence,
    config::{Access, Sender},
    senders::templates::catalogue_sync,
};

/// Does nothing for a sender without a `form_key`; `said`: the findings of its other checks.
pub async fn check(inputs: &HealthInputs<'_>, sender: &Sender, said: &[String]) -> Option<HealthCheck> {
    let Access::Meta(access) = &sender.access else { return None };
    if access.form_keys.is_empty() {
        return None;
    }
    let (id, title) = ("form_key", "Key of forms");
    let command = format!("transom senders form-key {}", sender.id);
    let upload = format!("`{command}` gives it the one of the configuration");
    let bad = |told: String| Some(HealthCheck::bad(id, title, told).mended_by(command.clone()));
    match catalogue_sync::meta(inputs.config).public_key(inputs.http, sender.id).await {
        // A wrong token makes every check fail, so it is told once.
        Err(trouble) if said.contains(&sentence(&trouble.text)) => None,
        Err(trouble) => {
            let told = sentence(&format!("the public key of forms cannot be read: {trouble}"));
            Some(HealthCheck::warning(id, title, told))
        }
        Ok(None) => bad(format!("Meta has no public key of this number, so no form can ask anything: {upload}.")),
        Ok(Some(there)) if !access.form_keys.iter().any(|key| there.is(&key.public)) => {
            bad(format!("Meta has another public key of this number than `form_key`: {upload}."))
        }
        Ok(Some(there)) if !there.is_valid => {
            bad(format!("Meta's signature of the public key does not fit the number any more: {upload}."))
        }
        Ok(Some(_)) => Some(HealthCheck::good(id, title, "Meta seals what forms ask by the key of the configuration.")),
    }
}
