//! Raises the alarm if Chatwoot refuses our access token: no repetition helps then.

use super::WebhookDelivery;
use crate::{
    base::time::Time,
    store::{WriteSet, tables::subscription::Subscription},
};
use serde_json::json;

/// The kind of the alarm.
const ALARM: &str = "chatwoot_refuses";

impl WebhookDelivery {
    /// At most once a minute for each inbox: each message that waits is refused.
    pub(in crate::events::webhook_delivery) fn tell_of_token(&self, set: &mut WriteSet, of: &Subscription, now: Time) {
        let Some(more) = self.log_limiter.ask_of(ALARM, of.id, now) else { return };
        self.metrics.alarm(ALARM);
        let account = of.account.as_ref().map_or_else(String::new, ToString::to_string);
        let text = format!(
            "Chatwoot refuses the access token of account `{account}`. Copy the token from the profile of a person there \
             with the role Administrator, who is a member of the inbox; write it into `chatwoot.token` and restart. \
             The waiting messages are sent then."
        );
        tracing::error!(webhook.id = of.id, more = more.count(), "{text}{more}");
        let data = json!({ "alarm": ALARM, "webhook_id": of.id, "name": of.name, "text": text });
        self.events.notify(set, "alarm", data, now);
    }
}
