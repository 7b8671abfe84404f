//! Pulls template catalogues from providers, and builds the Meta provider for code that calls Meta directly.

use super::configured::free_id;
use crate::{
    base::{ids::SenderId, time::Time},
    channel::{
        Http, Provider,
        meta::{Meta, MetaSender},
    },
    config::{Access, Config},
    model::template::{Template, TemplateStatus},
    senders::templates::Templates,
    store::{
        Store, WriteSet,
        tables::template::{self, CatalogueEntry, SAVE, Source},
    },
};
use std::{collections::BTreeSet, sync::Arc};

/// All Meta senders of a configuration.
pub fn meta(config: &Config) -> Meta {
    let senders = config.senders.iter().filter_map(|sender| match &sender.access {
        Access::Sandbox
        | Access::Twilio(_)
        | Access::Kapso(_)
        | Access::Waplify(_)
        | Access::Autocalls(_)
        | Access::Chatwoot(_) => None,
        Access::Meta(access) => Some(MetaSender {
            id: sender.id,
            phone: sender.phone.clone(),
            phone_number_id: access.phone_number_id.clone(),
            waba_id: access.waba_id.clone().unwrap_or_default(),
            access_token: access.access_token.clone(),
            token_header: None,
            app_secrets: access.app_secrets.clone(),
            verify_token: access.verify_token.clone(),
            api_base: access.api_base.clone(),
            api_version: access.api_version.clone(),
        }),
    });
    Meta::new(senders.collect())
}

/// The result of pulling a catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pulled {
    pub listed: usize,
    /// Templates that were listed before and no longer are: these are not sent from now on.
    pub gone: usize,
}

/// Reads a sender's catalogue and stores it; it overrides earlier data. Declared templates that it does not list stay
/// unchanged (product.md, `templates`).
pub async fn pull(
    store: &Store,
    config: &Config,
    provider: &dyn Provider,
    http: &dyn Http,
    sender: SenderId,
    now: Time,
) -> anyhow::Result<Pulled> {
    let listed = provider.templates(http, sender).await.map_err(|trouble| anyhow::anyhow!("{trouble}"))?;
    let all = template::all(store).await?;
    let declared = |row: &CatalogueEntry| {
        let same = |one: &Template| one.name == row.name && one.language == row.language;
        row.source == Source::Config
            || config.templates.iter().any(|entry| entry.sender == sender && same(&entry.template))
    };
    let is_listed = |row: &CatalogueEntry| listed.iter().any(|t| t.name == row.name && t.language == row.language);
    let gone: Vec<CatalogueEntry> = all
        .iter()
        .filter(|row| row.sender_id == sender)
        .filter(|row| row.status != TemplateStatus::Disabled && !is_listed(row) && !declared(row))
        .cloned()
        .map(|row| CatalogueEntry {
            status: TemplateStatus::Disabled,
            source: Source::Catalogue,
            updated_at: now,
            ..row
        })
        .collect();
    let mut used: BTreeSet<i64> = all.iter().map(|row| row.id).collect();
    used.extend(config.templates.iter().map(|entry| entry.template.id));
    let pulled = Pulled { listed: listed.len(), gone: gone.len() };
    let mut set = WriteSet::new();
    for template in listed {
        let row = CatalogueEntry {
            // A known template keeps its id.
            id: free_id(store, &mut used),
            sender_id: sender,
            name: template.name.clone(),
            language: template.language.clone(),
            category: template.category,
            status: template.status,
            data: template,
            source: Source::Catalogue,
            updated_at: now,
        };
        set.push(&SAVE, &row);
    }
    for row in gone {
        set.push(&SAVE, &row);
    }
    store.commit(set).await?;
    Ok(pulled)
}

impl Templates {
    /// Reads a sender's catalogue from its provider; it counts from the next send on.
    pub async fn pull_templates(self: &Arc<Self>, sender: SenderId) -> anyhow::Result<Pulled> {
        let provider =
            self.senders.provider_of(sender).ok_or_else(|| anyhow::anyhow!("no provider serves sender {sender}"))?;
        let pulled =
            pull(&self.store, &self.config, provider.as_ref(), self.http.as_ref(), sender, self.clock.now()).await?;
        self.load_templates().await?;
        self.templates_changed(sender).await;
        Ok(pulled)
    }
}
