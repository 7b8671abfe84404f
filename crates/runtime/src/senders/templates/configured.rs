//! Merges the templates of the configuration with the providers' catalogues.

use crate::{
    base::ids::SenderId,
    flow::{FlowSet, load::own_templates::OwnTemplate},
    model::template::Template,
    senders::templates::Templates,
    store::{
        Store, WriteSet,
        tables::template::{self, CatalogueEntry, RENUMBER, Renumber, Source},
    },
};
use std::collections::{BTreeMap, BTreeSet};

impl Templates {
    /// Loads the templates; declared ones count until the provider has listed them.
    pub async fn load_templates(&self) -> anyhow::Result<()> {
        self.number_declared().await?;
        let now = self.clock.now();
        let mut set = WriteSet::new();
        for entry in &self.config.templates {
            let row = self.catalogue_row(entry.sender, entry.template.clone(), Source::Config, now);
            set.push(&template::DECLARE, &row);
        }
        self.store.commit(set).await?;
        let mut shelves: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for row in template::all(&self.store).await? {
            // The template was declared before and is no longer in the configuration, and no provider has listed it.
            if row.source == Source::Config && self.declared(&row).is_none() {
                continue;
            }
            shelves.entry(row.sender_id).or_default().push(row.data);
        }
        for sender in self.senders.all() {
            let templates = shelves.remove(&sender.id).unwrap_or_default();
            self.catalogue.put(sender.id, sender.is_sandbox() && self.plays, templates);
        }
        self.show_own_templates();
        Ok(())
    }

    /// Shows sandboxes the templates as the live flows' `_bot.yaml` writes them.
    pub fn show_own_templates(&self) {
        self.catalogue.put_own(&own_templates(&self.live.get().set));
    }

    /// Gives declared templates the ids of the configuration, by which API clients address them. If another template
    /// has such an id, it gets a new one.
    async fn number_declared(&self) -> anyhow::Result<()> {
        let known = template::all(&self.store).await?;
        let theirs: BTreeSet<i64> = self.config.templates.iter().map(|entry| entry.template.id).collect();
        let mut used: BTreeSet<i64> = known.iter().map(|row| row.id).chain(theirs.iter().copied()).collect();
        let (mut away, mut home) = (WriteSet::new(), WriteSet::new());
        for row in &known {
            let declared = self.declared(row).map(|template| template.id);
            let stands_wrong = declared.map_or(theirs.contains(&row.id), |id| id != row.id);
            if stands_wrong {
                let free = free_id(&self.store, &mut used);
                away.push(&RENUMBER, &Renumber { id: row.id, new_id: free });
                if let Some(id) = declared {
                    home.push(&RENUMBER, &Renumber { id: free, new_id: id });
                }
            }
        }
        // One after the other, because two templates may exchange their ids.
        self.store.commit(away).await?;
        self.store.commit(home).await?;
        Ok(())
    }

    fn declared(&self, row: &CatalogueEntry) -> Option<&Template> {
        let of = |sender: SenderId, one: &Template| {
            sender == row.sender_id && one.name == row.name && one.language == row.language
        };
        self.config.templates.iter().find(|entry| of(entry.sender, &entry.template)).map(|entry| &entry.template)
    }
}

/// The templates of `_bot.yaml`, in every language.
pub fn own_templates(set: &FlowSet) -> Vec<Template> {
    set.bot.templates.values().flat_map(OwnTemplate::templates).cloned().collect()
}

/// An id that no template has; the configuration's own ids share the number range.
pub fn free_id(store: &Store, used: &mut BTreeSet<i64>) -> i64 {
    loop {
        let id = store.next_id();
        if used.insert(id) {
            return id;
        }
    }
}
