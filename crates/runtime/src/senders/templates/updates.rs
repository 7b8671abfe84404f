//! Reacts to changed templates: decides messages that wait for one at once, and checks the flows again.

use crate::{
    base::{
        ids::SenderId,
        limits::{DUE_READ_MAX, TEMPLATE_RETRY},
    },
    daemon::app::App,
    lane::state::LaneTask,
    model::event::Reason,
    store::tables::outbound::{self, PutOff},
};
use std::sync::Arc;

impl App {
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
                    self.push(contact, LaneTask::AskAnew { sender });
                }
            }
            Err(error) => tracing::warn!(
                sender.id = %sender, "Messages that wait for a template of sender {sender} cannot be read now: {error}"
            ),
        }
    }
}
