//! Questions to Meta that are no messages: the catalogue of templates, and check-ups.

use super::{
    app::App,
    config::{Access, Config},
};
use crate::{
    base::{ids::SenderId, time::Time},
    channel::{
        Http,
        meta::{Meta, MetaSender},
    },
    store::{
        Store, WriteSet,
        template::{CatalogueEntry, SAVE, Source},
    },
};

/// All Meta senders of a configuration.
pub fn meta(config: &Config) -> Meta {
    let senders = config.senders.iter().filter_map(|sender| match &sender.access {
        Access::Sandbox => None,
        Access::Meta(access) => Some(MetaSender {
            id: sender.id,
            phone: sender.phone.clone(),
            phone_number_id: access.phone_number_id.clone(),
            waba_id: access.waba_id.clone().unwrap_or_default(),
            access_token: access.access_token.clone(),
            app_secrets: access.app_secrets.clone(),
            verify_token: access.verify_token.clone(),
            api_base: access.api_base.clone(),
            api_version: access.api_version.clone(),
        }),
    });
    Meta::new(senders.collect())
}

/// Reads a sender's catalogue and stores it: it counts over what was known. Gives back how many there are.
pub async fn pull(store: &Store, meta: &Meta, http: &dyn Http, sender: SenderId, now: Time) -> anyhow::Result<usize> {
    let templates = meta.templates(http, sender).await.map_err(|trouble| anyhow::anyhow!("{trouble}"))?;
    let count = templates.len();
    let mut set = WriteSet::new();
    for template in templates {
        let row = CatalogueEntry {
            // A template that is known already keeps its number.
            id: store.next_id(),
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
    store.commit(set).await?;
    Ok(count)
}

impl App {
    /// Reads a sender's catalogue from its provider; it counts from the next send on.
    pub async fn pull_templates(&self, sender: SenderId) -> anyhow::Result<usize> {
        let meta = meta(&self.config);
        let count = pull(&self.store, &meta, self.http.as_ref(), sender, self.clock.now()).await?;
        self.load_templates().await?;
        Ok(count)
    }
}
