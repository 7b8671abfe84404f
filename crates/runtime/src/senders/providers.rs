//! Builds the providers of a configuration: one object for each kind, with all its senders.

use crate::{
    channel::{
        Provider,
        autocalls::{Autocalls, AutocallsSender},
        chatwoot::{ChatwootBot, ChatwootSender},
        kapso::{Kapso, KapsoSender},
        sandbox::{Sandbox, SandboxSender},
        twilio::{Twilio, TwilioSender},
        waplify::{Waplify, WaplifySender},
    },
    config::{Access, Config},
};
use std::{collections::BTreeMap, sync::Arc};

/// By the provider's name in the configuration.
pub type Providers = BTreeMap<&'static str, Arc<dyn Provider>>;

/// The providers that the configuration names; the sandbox is always included.
pub fn providers(config: &Config) -> (Providers, Arc<Sandbox>) {
    let mut sandboxes = Vec::new();
    let (mut twilio, mut kapso) = (Vec::new(), Vec::new());
    let (mut waplify, mut autocalls, mut chatwoot) = (Vec::new(), Vec::new(), Vec::new());
    for sender in &config.senders {
        match &sender.access {
            Access::Sandbox => sandboxes.push(SandboxSender { id: sender.id, phone: sender.phone.clone() }),
            Access::Meta(_) => {}
            Access::Autocalls(access) => autocalls.push(AutocallsSender {
                id: sender.id,
                phone: sender.phone.clone(),
                sender_id: access.sender_id,
                api_key: access.api_key.clone(),
                webhook_secrets: access.webhook_secrets.clone(),
                inbound_token: access.inbound_token.clone(),
                inbound: access.inbound.clone(),
                poll: access.poll,
                api_base: access.api_base.clone(),
            }),
            Access::Chatwoot(access) => chatwoot.push(ChatwootSender {
                id: sender.id,
                phone: sender.phone.clone(),
                url: access.url.clone(),
                account: access.account_id,
                inbox: access.inbox,
                token: access.token.clone(),
                secrets: access.secrets.clone(),
            }),
            Access::Waplify(access) => waplify.push(WaplifySender {
                id: sender.id,
                phone: sender.phone.clone(),
                api_key: access.api_key.clone(),
                waba_phone_id: access.waba_phone_id.clone().unwrap_or_default(),
                webhook_secrets: access.webhook_secrets.clone(),
                api_base: access.api_base.clone(),
            }),
            Access::Kapso(access) => kapso.push(KapsoSender {
                id: sender.id,
                phone: sender.phone.clone(),
                phone_number_id: access.phone_number_id.clone(),
                waba_id: access.waba_id.clone().unwrap_or_default(),
                api_key: access.api_key.clone(),
                webhook_secrets: access.webhook_secrets.clone(),
                api_base: access.api_base.clone(),
                api_version: access.api_version.clone(),
            }),
            Access::Twilio(access) => twilio.push(TwilioSender {
                id: sender.id,
                phone: sender.phone.clone(),
                account_sid: access.account_sid.clone(),
                auth_tokens: access.auth_tokens.clone(),
                webhook_secrets: access.webhook_secrets.clone(),
                messaging_service_sid: access.messaging_service_sid.clone(),
                api_base: access.api_base.clone(),
                content_base: access.content_base.clone(),
                messaging_base: access.messaging_base.clone(),
            }),
        }
    }
    let sandbox = Arc::new(Sandbox::new(sandboxes));
    let mut providers: Providers = BTreeMap::new();
    providers.insert("sandbox", sandbox.clone());
    let meta = super::templates::catalogue_sync::meta(config);
    if !meta.senders().is_empty() {
        providers.insert("meta", Arc::new(meta));
    }
    if !twilio.is_empty() {
        let public_url = config.public_url.clone().unwrap_or_default();
        providers.insert("twilio", Arc::new(Twilio::new(twilio, &public_url)));
    }
    if !kapso.is_empty() {
        providers.insert("kapso", Arc::new(Kapso::new(kapso)));
    }
    if !waplify.is_empty() {
        providers.insert("waplify", Arc::new(Waplify::new(waplify)));
    }
    if !autocalls.is_empty() {
        providers.insert("autocalls", Arc::new(Autocalls::new(autocalls)));
    }
    if !chatwoot.is_empty() {
        providers.insert("chatwoot", Arc::new(ChatwootBot::new(chatwoot)));
    }
    (providers, sandbox)
}
