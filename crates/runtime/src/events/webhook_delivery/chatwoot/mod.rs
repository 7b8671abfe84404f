//! Shows an account's conversations in an inbox of Chatwoot: each delivery becomes requests of its API.
//!
//! A daemon may die between two requests, so each thing is looked for before it is made: the contact by its
//! identifier or number, the conversation by an attribute, the message by its `source_id`.

mod agent_bot;
mod alarm;
pub mod answer;
mod api;
mod files;
mod message;
mod place;
pub mod plan;
mod refuse;
mod ways;

use super::{WebhookDelivery, wire::Outcome};
use crate::{
    base::{
        ids::{ConversationId, OutboundId},
        time::{Span, Time},
    },
    config::{CHATWOOT, Chatwoot},
    model::effect::Origin,
    store::{
        WriteSet,
        tables::{
            chatwoot_message::{self, ChatwootMessage, Refusal, part},
            chatwoot_talk::{self, ChatwootTalk, StatusKnown},
            delivery::Delivery,
            outbound,
            subscription::Subscription,
        },
    },
};
use api::Trouble;
use reqwest::Method;
use serde_json::{Value as Json, json};
pub(crate) use ways::{PersonSays, PlatformFile, Ways};

/// The kind of a delivery that marks a message as failed which a person has written in Chatwoot.
const REFUSED: &str = "chatwoot.refused";

/// The trouble of a delivery whose file could not be read or sent: Chatwoot may be well nevertheless.
pub(super) const FILE: &str = "file";

/// The start of the `source_id` of each message that we put there.
pub const OURS: &str = "transom:";

impl WebhookDelivery {
    /// The inbox to which this subscription belongs.
    pub(super) fn chatwoot(&self, subscription: &Subscription) -> Option<&Chatwoot> {
        let is_one = subscription.configured && subscription.name.starts_with(CHATWOOT);
        let account = subscription.account.as_ref().filter(|_| is_one)?;
        self.config.account(account)?.chatwoot.as_ref()
    }

    /// Makes one delivery appear in Chatwoot.
    pub(super) async fn show(&self, inbox: &Chatwoot, of: &Subscription, row: &Delivery, now: Time) -> Outcome {
        let event = serde_json::from_str(&row.body).unwrap_or_default();
        let shown = match row.kind.as_str() {
            "message.in" | "message.out" => self.show_message(inbox, of, row, &event, now).await,
            "message.status" => self.show_status(inbox, &event).await,
            "assigned" => self.show_assigned(inbox, of, row, &event).await,
            REFUSED => self.show_refusal(inbox, &event).await,
            _ => Ok(()),
        };
        match shown {
            Ok(()) => Outcome::Taken(200),
            Err(Trouble { status, code, why, after }) => Outcome::Refused { status, trouble: code, why, after },
        }
    }

    async fn show_status(&self, inbox: &Chatwoot, event: &Json) -> Result<(), Trouble> {
        let status = &event["status"];
        let told = match status["state"].as_str().unwrap_or_default() {
            // If the daemon dies before it has answered, Chatwoot marks a message as failed that is sent later.
            "sent" => "sent",
            "delivered" => "delivered",
            "read" => "read",
            "failed" | "dropped" | "skipped" => "failed",
            // It stands as failed until the platform tells more; without that nobody would look at it.
            "unknown" => "failed",
            _ => return Ok(()),
        };
        let is_unknown = status["state"] == "unknown";
        let Some(id) = status["message_id"].as_i64() else { return Ok(()) };
        let why = status["reason"].as_str().map(|reason| match reason {
            "window_closed" => WINDOW_CLOSED,
            other => other,
        });
        let why = why.or(status["error"]["text"].as_str()).or(status["error"]["code"].as_str());
        let why = if is_unknown { UNKNOWN } else { why.unwrap_or("not sent") };
        if let Some(message) = chatwoot_message::find(&self.store, id).await? {
            // A part of it failed, and that stays to be seen.
            let is_seen = message.refused.is_some() && told != "failed";
            // Of the bot's own messages nobody there waits to know that they left, or that it is not known.
            if is_seen || (told == "sent" || is_unknown) && !self.is_of_person(id).await? {
                return Ok(());
            }
            return self.mark(inbox, &message, told, why).await;
        }
        // Of a message that became several, the last one tells that it arrived, and each that it did not.
        let Some(part) = part::find(&self.store, id).await?.filter(|_| told == "failed") else {
            return Ok(());
        };
        let whole = chatwoot_message::of(&self.store, part.conversation_id, part.theirs).await?;
        let Some(whole) = whole else { return Ok(()) };
        if is_unknown {
            return self.mark(inbox, &whole, told, why).await;
        }
        let refusal = Refusal {
            conversation_id: part.conversation_id,
            theirs: part.theirs,
            refused: format!("A part of it was not sent: {why}"),
        };
        self.mark(inbox, &whole, told, &refusal.refused).await?;
        let mut set = WriteSet::new();
        set.push(&chatwoot_message::REFUSE, &refusal);
        Ok(self.store.commit(set).await.map(drop)?)
    }

    async fn is_of_person(&self, id: i64) -> Result<bool, Trouble> {
        let message = outbound::find(&self.store, OutboundId(id)).await?;
        Ok(message.is_some_and(|message| message.draft.origin == Origin::Person))
    }

    async fn show_refusal(&self, inbox: &Chatwoot, event: &Json) -> Result<(), Trouble> {
        let Some(id) = event["message_id"].as_i64() else { return Ok(()) };
        let Some(message) = chatwoot_message::find(&self.store, id).await? else { return Ok(()) };
        let why = message.refused.clone().unwrap_or_default();
        self.mark(inbox, &message, "failed", &why).await
    }

    async fn mark(&self, inbox: &Chatwoot, of: &ChatwootMessage, status: &str, why: &str) -> Result<(), Trouble> {
        let Some(talk) = chatwoot_talk::find(&self.store, of.conversation_id).await? else { return Ok(()) };
        let mut body = json!({ "status": status });
        if status == "failed" {
            body["external_error"] = why.into();
        }
        let path = format!("/conversations/{}/messages/{}", talk.theirs, of.theirs);
        match self.chatwoot_call(inbox, Method::PATCH, &path, Vec::new(), Some(body)).await {
            // Somebody has deleted it there.
            Err(trouble) if trouble.status == Some(404) => Ok(()),
            other => other.map(drop),
        }
    }

    async fn show_assigned(
        &self,
        inbox: &Chatwoot,
        of: &Subscription,
        row: &Delivery,
        event: &Json,
    ) -> Result<(), Trouble> {
        let Some(conversation) = event["conversation_id"].as_i64().map(ConversationId) else { return Ok(()) };
        let talk = self.talk(inbox, of, conversation, row.contact_id).await?;
        let data = &event["data"];
        if data["state"] == "bot" {
            // A person has resolved it there, and it stays so until the customer writes.
            return match talk.status.as_str() {
                "resolved" => Ok(()),
                _ => match self.set_status(inbox, &talk, "pending").await {
                    // Somebody has deleted it there; it is made anew, pending, with the next message.
                    Err(trouble) if trouble.status == Some(404) => Ok(()),
                    other => other,
                },
            };
        }
        let talk = match self.set_status(inbox, &talk, "open").await {
            Err(trouble) if trouble.status == Some(404) => {
                let talk = self.talk_anew(inbox, of, conversation, row.contact_id).await?;
                self.set_status(inbox, &talk, "open").await?;
                talk
            }
            other => other.map(|()| talk)?,
        };
        if let Some(team) = data["team"].as_str().and_then(|team| inbox.teams.get(team)) {
            let path = format!("/conversations/{}/assignments", talk.theirs);
            self.chatwoot_call(inbox, Method::POST, &path, Vec::new(), Some(json!({ "team_id": team }))).await?;
        }
        Ok(())
    }

    async fn set_status(&self, inbox: &Chatwoot, talk: &ChatwootTalk, status: &str) -> Result<(), Trouble> {
        let path = format!("/conversations/{}/toggle_status", talk.theirs);
        self.chatwoot_call(inbox, Method::POST, &path, Vec::new(), Some(json!({ "status": status }))).await?;
        let mut set = WriteSet::new();
        let known = StatusKnown { conversation_id: talk.conversation_id, status: status.to_owned() };
        set.push(&chatwoot_talk::STATUS, &known);
        self.store.commit(set).await?;
        Ok(())
    }
}

/// The sentence for a message that a closed window stops.
pub const WINDOW_CLOSED: &str = "The 24-hour window is closed: the customer must write first.";

/// The sentence for a message whose request was cut in its middle.
const UNKNOWN: &str = "It is not known whether this message left: ask the customer before you write it again.";

/// Chatwoot marks a message as failed with words of its own when it hears our refusal; ours must come after them.
pub(super) const AFTER_ANSWER: Span = Span::seconds(3);
