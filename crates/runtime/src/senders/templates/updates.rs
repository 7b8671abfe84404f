//! Reacts to changed templates: decides messages that wait for one at once, and checks the flows again.

use crate::{
    base::{
        ids::SenderId,
        limits::{DUE_READ_MAX, TEMPLATE_RETRY},
        time::Time,
    },
    lane::state::LaneTask,
    model::{event::Reason, inbound::TemplateChange, template::Template},
    senders::templates::Templates,
    store::{
        WriteSet,
        tables::{
            outbound::{self, PutOff},
            template::{self, CatalogueEntry, Source},
        },
    },
};
use std::sync::Arc;

impl Templates {
    /// A sender's templates have changed. Messages beyond the limit of one query, or that cannot be read now, are
    /// decided at their own time.
    pub(crate) async fn templates_changed(self: &Arc<Self>, sender: SenderId) {
        self.reloader.look_again();
        let now = self.clock.now();
        // A message that waits for a template is never postponed for longer.
        let what = PutOff { sender, reason: Reason::TemplateUnusable, from: now, until: now + TEMPLATE_RETRY };
        match outbound::put_off(&self.store, &what, DUE_READ_MAX).await {
            Ok(contacts) => {
                for contact in contacts {
                    self.queue.push(contact, LaneTask::AskAnew { sender });
                }
            }
            Err(error) => tracing::warn!(
                sender.id = %sender, "Messages that wait for a template of sender {sender} cannot be read now: {error}"
            ),
        }
    }
}

impl Templates {
    /// Applies a provider's webhook about a template; it overrides the configuration.
    pub(crate) fn take_template_news(
        &self,
        senders: &[SenderId],
        name: &str,
        language: Option<&str>,
        change: &TemplateChange,
        set: &mut WriteSet,
        now: Time,
    ) {
        for sender in senders {
            for changed in self.catalogue.change(*sender, name, language, change) {
                tracing::info!(sender.id = %sender, template.name = name, "Template `{name}` changed at the provider");
                let mut data = serde_json::json!({
                    "sender_id": sender, "template": changed.name, "language": changed.language,
                    "status": changed.status, "category": changed.category,
                });
                if let TemplateChange::Quality(quality) = change {
                    data["quality"] = quality.as_str().into();
                }
                self.events.notify(set, "template", data, now);
                self.save_template(set, *sender, changed, Source::Webhook, now);
            }
        }
    }

    /// Stores a template.
    pub(crate) fn save_template(
        &self,
        set: &mut WriteSet,
        sender: SenderId,
        template: Template,
        source: Source,
        now: Time,
    ) {
        set.push(&template::SAVE, &self.catalogue_row(sender, template, source, now));
    }

    pub(crate) fn catalogue_row(
        &self,
        sender: SenderId,
        template: Template,
        source: Source,
        now: Time,
    ) -> CatalogueEntry {
        CatalogueEntry {
            id: template.id,
            sender_id: sender,
            name: template.name.clone(),
            language: template.language.clone(),
            category: template.category,
            status: template.status,
            data: template,
            source,
            updated_at: now,
        }
    }
}
