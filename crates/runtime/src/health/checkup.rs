//! Checks on request whether a sender works: the platform's checks, our own observations, and optionally a test
//! message to a person who has written within 24 hours.

use crate::{
    base::{
        clock::Clock,
        counted::counted,
        ids::OutboundId,
        limits::{API_SEND_WAIT, CHECKUP_RATE_WAIT_MAX, CHECKUP_SILENCE},
        time::{Time, iso},
    },
    channel::{
        Http,
        checkup::{Check, Grade},
    },
    config::Sender,
    contacts::Contacts,
    delivery::policy::SendPolicy,
    lane::{outbox::SendAnswer, queue::Queue, requests::MessageRequest},
    model::{content::Content, effect::Origin, window::Window},
    process::Process,
    senders::{pausing::SenderHealth, registry::Senders},
    store::{
        Store,
        tables::{contact, conversation, inbound, outbound},
    },
};
use anyhow::Context;
use serde_json::json;
use std::sync::Arc;

/// All checks of one sender, in a useful order for a reader.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkup {
    pub at: Time,
    pub checks: Vec<Check>,
}

/// The overall result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Healthy,
    /// It works, but an operator should look at it.
    Degraded,
    /// It cannot send or receive.
    Unhealthy,
}

/// The recipient of the test message, and its id: repeated with the same id it is sent once.
#[derive(Debug, Clone)]
pub struct Test {
    pub message: OutboundId,
    /// `+` and digits.
    pub phone: String,
}

const TEST_TEXT: &str = "This is a test message of a health check. You need not answer.";

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Healthy => "healthy",
            Status::Degraded => "degraded",
            Status::Unhealthy => "unhealthy",
        }
    }
}

impl Checkup {
    pub fn status(&self) -> Status {
        match self.checks.iter().map(|check| check.grade).max() {
            Some(Grade::Bad) => Status::Unhealthy,
            Some(Grade::Poor) => Status::Degraded,
            Some(Grade::Good | Grade::Unknown) | None => Status::Healthy,
        }
    }

    /// The check with this name: `token`, `number`, `quality`, `sending`, `limit`, `subscription`, `online`, `webhook`,
    /// `outbound`, `rate` or `test_message`.
    pub fn check(&self, name: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.name == name)
    }
}

/// Checks senders for operators.
pub struct Checkups {
    clock: Arc<dyn Clock>,
    store: Store,
    http: Arc<dyn Http>,
    senders: Arc<Senders>,
    health: Arc<SenderHealth>,
    policy: Arc<SendPolicy>,
    contacts: Arc<Contacts>,
    queue: Arc<Queue>,
}

impl Checkups {
    pub(crate) fn new(
        process: &Process,
        senders: &Arc<Senders>,
        (health, policy): (&Arc<SenderHealth>, &Arc<SendPolicy>),
        contacts: &Arc<Contacts>,
        queue: &Arc<Queue>,
    ) -> Self {
        let Process { clock, store, http, .. } = process.clone();
        Checkups {
            clock,
            store,
            http,
            senders: Arc::clone(senders),
            health: Arc::clone(health),
            policy: Arc::clone(policy),
            contacts: Arc::clone(contacts),
            queue: Arc::clone(queue),
        }
    }
}

impl Checkups {
    /// Asks the platform and our own database. The test message is sent only to a person who has written to this
    /// sender within the last 24 hours and has not opted out.
    pub async fn checkup(self: &Arc<Self>, sender: &Sender, test: Option<Test>) -> anyhow::Result<Checkup> {
        let now = self.clock.now();
        let mut checks = match self.senders.provider_of(sender.id) {
            Some(provider) => provider.examine(self.http.as_ref(), sender.id).await,
            None => Vec::new(),
        };
        checks.push(self.online(sender, now));
        checks.push(self.heard(sender, now).await?);
        checks.push(self.said(sender).await?);
        checks.push(self.rate(sender, now).await?);
        if let Some(test) = test {
            checks.push(self.tested(sender, test, now).await?);
        }
        Ok(Checkup { at: now, checks })
    }

    fn online(&self, sender: &Sender, now: Time) -> Check {
        if let Some(pause) = self.health.paused_senders.of(sender.id, now) {
            let text = format!("The sender is stopped: {}.", pause.why.trim_end_matches('.'));
            return Check::new("online", Grade::Bad, text)
                .with(json!({"paused_until": pause.everything_until.map(iso)}));
        }
        if let Some((since, why)) = self.health.breaker.degraded(sender.id) {
            let text =
                format!("Its platform does not answer: {}. What it has to say waits.", why.trim_end_matches('.'));
            return Check::new("online", Grade::Bad, text).with(json!({"degraded_since": iso(since)}));
        }
        match self.health.paused_senders.templates_rest(sender.id, now) {
            Some((until, why)) => {
                Check::new("online", Grade::Poor, format!("Templates wait: {}.", why.trim_end_matches('.')))
                    .with(json!({"templates_paused_until": iso(until)}))
            }
            None => Check::new("online", Grade::Good, "The sender may send."),
        }
    }

    async fn heard(&self, sender: &Sender, now: Time) -> anyhow::Result<Check> {
        let last = inbound::newest(&self.store, sender.id).await.context("looking up the last message")?;
        let check = match last {
            None if sender.is_sandbox() => Check::new("webhook", Grade::Unknown, "No message has come yet."),
            None => Check::new(
                "webhook",
                Grade::Poor,
                "No webhook with a message has come yet: subscribe to `messages` and write to the number.",
            ),
            Some(at) if now - at > CHECKUP_SILENCE && !sender.is_sandbox() => {
                Check::new("webhook", Grade::Unknown, "No message has come for days.")
            }
            Some(_) => Check::new("webhook", Grade::Good, "Messages come in."),
        };
        Ok(check.with(json!({"last_inbound_at": last.map(iso)})))
    }

    async fn said(&self, sender: &Sender) -> anyhow::Result<Check> {
        let last = outbound::newest(&self.store, sender.id).await.context("looking up the last send")?;
        let check = match last {
            None => Check::new("outbound", Grade::Unknown, "Nothing was sent yet."),
            Some(_) => Check::new("outbound", Grade::Good, "The platform has taken messages."),
        };
        Ok(check.with(json!({"last_outbound_at": last.map(iso)})))
    }

    async fn rate(&self, sender: &Sender, now: Time) -> anyhow::Result<Check> {
        let counts = outbound::counts(&self.store).await.context("counting what waits")?;
        let of = counts.iter().filter(|count| count.sender_id == sender.id && count.state == "queued");
        let queued: i64 = of.map(|count| count.count).sum();
        let wait = self.policy.sender_rates.wait(sender, now);
        let details = json!({"queued": queued, "wait_ms": wait.0});
        let check = if wait > CHECKUP_RATE_WAIT_MAX {
            Check::new(
                "rate",
                Grade::Poor,
                format!("{} on the way: more is sent than `rate` allows.", counted(queued, "message")),
            )
        } else {
            Check::new("rate", Grade::Good, "Messages leave without waiting for their turn.")
        };
        Ok(check.with(details))
    }

    async fn tested(self: &Arc<Self>, sender: &Sender, test: Test, now: Time) -> anyhow::Result<Check> {
        let told = |grade, text: String| {
            let details = json!({"phone_number": test.phone, "message_id": test.message});
            Ok(Check::new("test_message", grade, text).with(details))
        };
        let stranger = "Nobody with this number has written to this sender: write to it from there, then try again.";
        let Some(contact) = self.contacts.contact_by_phone(&sender.account, &test.phone).await? else {
            return told(Grade::Unknown, stranger.to_owned());
        };
        let Some(row) = conversation::between(&self.store, contact, sender.id).await? else {
            return told(Grade::Unknown, stranger.to_owned());
        };
        if contact::find(&self.store, contact).await?.is_some_and(|contact| contact.opted_out.is_some()) {
            return told(Grade::Unknown, "This contact wants no messages.".to_owned());
        }
        if outbound::find(&self.store, test.message).await?.is_none() {
            if !(Window { opened_at: row.opened_at }).is_open(now) {
                let text = "The contact's last message is older than 24 hours: write to the number, then try again.";
                return told(Grade::Unknown, text.to_owned());
            }
            let content = Content::Text { body: TEST_TEXT.to_owned() };
            let said =
                self.queue.say_as(test.message, contact, row.id, MessageRequest::now(content, Origin::Api)).await?;
            let Some(said) = said else { return told(Grade::Unknown, stranger.to_owned()) };
            match tokio::time::timeout(API_SEND_WAIT.to_std(), said.sent).await {
                Ok(Ok(SendAnswer::Accepted { .. })) => {
                    return told(Grade::Good, "The platform took the test message.".to_owned());
                }
                Ok(Ok(SendAnswer::Failed { code, text, reason })) => {
                    let why = reason.map_or(text, |reason| reason.as_str().to_owned());
                    return told(Grade::Bad, format!("The test message was refused: {why} ({code})."));
                }
                Ok(Ok(SendAnswer::Unknown) | Err(_)) | Err(_) => {}
            }
        }
        let row = outbound::find(&self.store, test.message).await?;
        match row {
            Some(row) if row.accepted_at.is_some() => {
                told(Grade::Good, "The platform took the test message.".to_owned())
            }
            Some(row) if row.failed_at.is_some() => {
                let code = row.error_code.unwrap_or_default();
                told(Grade::Bad, format!("The test message was refused ({code})."))
            }
            _ => {
                told(Grade::Poor, "The platform has not answered in time; the message is still on its way.".to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_check_decides() {
        let status = |grades: &[Grade]| {
            let checks = grades.iter().map(|grade| Check::new("token", *grade, "")).collect();
            Checkup { at: Time(0), checks }.status()
        };
        assert_eq!(status(&[Grade::Good, Grade::Unknown]), Status::Healthy);
        assert_eq!(status(&[Grade::Good, Grade::Poor, Grade::Unknown]), Status::Degraded);
        assert_eq!(status(&[Grade::Bad, Grade::Poor]), Status::Unhealthy);
    }
}
