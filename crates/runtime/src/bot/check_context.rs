//! Collects the senders and templates of the configuration and the database, for the checker.

use crate::{
    base::ids::SenderId,
    config::Config,
    flow::CheckContext,
    model::template::Template,
    store::{ReadError, Store, tables::template},
};

/// The configured senders, and the templates of the configuration and the pulled catalogues. A sandbox accepts every
/// template, and without any list templates are not checked.
pub fn around(config: &Config, pulled: &[template::CatalogueEntry]) -> CheckContext {
    let real: Vec<_> = config.senders.iter().filter(|sender| !sender.is_sandbox()).collect();
    let lists = real.iter().map(|sender| templates_of(config, pulled, sender.id));
    let lists: Vec<Vec<Template>> = lists.filter(|list| !list.is_empty()).collect();
    CheckContext {
        // The built-in sandbox of a missing configuration is no list to check names against.
        senders: config.file.is_some().then(|| config.senders.iter().map(|sender| sender.name.clone()).collect()),
        templates: (!lists.is_empty()).then_some(lists),
        carries: real.iter().map(|sender| (sender.name.clone(), sender.carries())).collect(),
        private_networks: !config.flows.allow_private.is_empty(),
        files: None,
        public_url: config.public_url.is_some(),
        now: None,
    }
}

/// The templates of one sender: the provider's catalogue, and additions in the configuration.
pub fn templates_of(config: &Config, pulled: &[template::CatalogueEntry], sender: SenderId) -> Vec<Template> {
    let own = pulled.iter().filter(|entry| entry.sender_id == sender).map(|entry| entry.data.clone());
    let mut list: Vec<Template> = own.collect();
    for entry in config.templates.iter().filter(|entry| entry.sender == sender) {
        let same = |known: &Template| known.name == entry.template.name && known.language == entry.template.language;
        // The provider's entry overrides the configuration's.
        if !list.iter().any(same) {
            list.push(entry.template.clone());
        }
    }
    list
}

/// As `around`, with the catalogues of an open database.
pub async fn read(config: &Config, store: &Store) -> Result<CheckContext, ReadError> {
    Ok(around(config, &template::all(store).await?))
}
