//! Updates a template after a provider refused it, and notifies operators.

use crate::{
    base::{ids::SenderId, time::Time},
    channel::SendError,
    model::{inbound::TemplateChange, template::TemplateStatus},
    senders::templates::Templates,
    store::WriteSet,
};

impl Templates {
    /// Changes the template's state as a webhook would: it is not used again before it is usable.
    pub(crate) fn spoil_template(
        &self,
        sender: SenderId,
        name: &str,
        status: TemplateStatus,
        set: &mut WriteSet,
        now: Time,
    ) {
        self.take_template_news(&[sender], name, None, &TemplateChange::Status(status), set, now);
    }

    /// The template did not accept one message's values; another message may succeed, so there is only an alarm, once
    /// for each template since the start.
    pub(crate) fn tell_of_template(
        &self,
        sender: SenderId,
        name: &str,
        error: &SendError,
        set: &mut WriteSet,
        now: Time,
    ) {
        if !self.reported_templates.add((sender, name.to_owned())) {
            return;
        }
        self.metrics.alarm("template_refused");
        tracing::error!(
            sender.id = %sender, template.name = name, error.code = error.code,
            "Sender {sender} does not take template `{name}` as the flow fills it: the provider answered {}", error.code
        );
        let data = serde_json::json!({
            "alarm": "template_refused", "sender_id": sender, "template": name, "code": error.code,
            "text": format!("the provider does not take template `{name}` with these values: {}", error.text),
        });
        self.events.notify(set, "alarm", data, now);
    }
}
