//! A template that may be usable again: what waits for one is looked at at once, and the flows are checked anew.

use super::{app::App, lane::Work};
use crate::{
    base::{
        ids::SenderId,
        limits::{DUE_READ_MAX, TEMPLATE_RETRY},
    },
    model::event::Reason,
    store::outbound::{self, PutOff},
};
use std::sync::Arc;

impl App {
    /// What is known of a sender's templates has changed. What stands beyond the limit of one look, or cannot be read
    /// now, is looked at when its own time has come.
    pub(super) async fn templates_changed(self: &Arc<Self>, sender: SenderId) {
        self.reloader.look_again();
        let now = self.clock.now();
        // A message that waits for a template is never put off for longer.
        let what = PutOff { sender, reason: Reason::TemplateUnusable, from: now, until: now + TEMPLATE_RETRY };
        match outbound::put_off(&self.store, &what, DUE_READ_MAX).await {
            Ok(contacts) => {
                for contact in contacts {
                    self.push(contact, Work::AskAnew { sender });
                }
            }
            Err(error) => tracing::warn!(
                sender.id = %sender, "Messages that wait for a template of sender {sender} cannot be read now: {error}"
            ),
        }
    }
}
