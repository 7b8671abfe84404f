//! A platform wants quiet from a sender, or takes less from it: who rests, and who hears of it.

use super::app::App;
use crate::{
    base::{ids::SenderId, limits::DIRECT_SEND_REST, time::Time},
    channel::SendError,
    store::WriteSet,
};

impl App {
    /// The platform wants quiet from a sender, or its token is wrong: its queue is kept, a person is told.
    pub(super) fn pause_sender(
        &self,
        sender: SenderId,
        templates_only: bool,
        until: Time,
        error: &SendError,
        set: &mut WriteSet,
        now: Time,
    ) {
        let known = self.health.paused_until(sender, templates_only, now).is_some();
        self.health.pause(sender, templates_only, until, format!("{}: {}", error.code, error.text));
        if !known {
            self.metrics.alarm("sender_stopped");
            tracing::error!(
                sender.id = %sender, error.code = error.code,
                "Sender {sender} is stopped: the provider answered {}", error.code
            );
            let data = serde_json::json!({
                "sender_id": sender, "code": error.code, "text": error.text, "templates_only": templates_only,
            });
            self.notify(set, "sender_stopped", data, now);
        }
    }

    /// It may not send without a template: neither this message nor, for a while, any other.
    pub(super) fn rest_direct(&self, sender: SenderId, error: &SendError, now: Time) {
        self.health.rest_direct(sender, now + DIRECT_SEND_REST);
        tracing::warn!(
            sender.id = %sender, error.code = error.code,
            "Sender {sender} may not send without a template ({}): templates alone for an hour", error.code
        );
    }
}
