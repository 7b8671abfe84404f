//! Shows an account's conversations in an inbox of Chatwoot: each delivery becomes requests of its API.
//!
//! A daemon may die between two requests, so each thing is looked for before it is made: the contact by its
//! identifier or number, the conversation by an attribute, the message by its `source_id`.

mod api;
mod place;
mod refuse;

use super::{WebhookDelivery, wire::Outcome};
use crate::{
    base::{
        ids::ConversationId,
        time::{Span, Time},
    },
    config::{CHATWOOT, Chatwoot},
    store::{
        WriteSet,
        tables::{
            chatwoot_message::{self, ChatwootMessage},
            chatwoot_talk::{self, ChatwootTalk, Posted, StatusKnown},
            delivery::Delivery,
            subscription::Subscription,
        },
    },
};
use api::Trouble;
use reqwest::Method;
use serde_json::{Value as Json, json};

/// The kind of a delivery that marks a message as failed which a person has written in Chatwoot.
const REFUSED: &str = "chatwoot.refused";

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

    async fn show_message(
        &self,
        inbox: &Chatwoot,
        of: &Subscription,
        row: &Delivery,
        event: &Json,
        now: Time,
    ) -> Result<(), Trouble> {
        let message = &event["message"];
        let Some(id) = message["id"].as_i64() else { return Ok(()) };
        let Some(conversation) = event["conversation_id"].as_i64().map(ConversationId) else { return Ok(()) };
        if chatwoot_message::find(&self.store, id).await?.is_some() {
            return Ok(());
        }
        let text = words(message);
        if text.is_empty() {
            return Ok(());
        }
        let mut talk = self.talk(inbox, of, conversation, row.contact_id).await?;
        let source = format!("{OURS}{id}");
        let theirs = match self.posted(inbox, &talk, &source).await {
            Err(trouble) if trouble.status == Some(404) => {
                // Somebody has deleted the conversation there.
                talk = self.new_talk(inbox, of, conversation, row.contact_id).await?;
                None
            }
            other => other?,
        };
        let is_theirs = message["direction"] == "in";
        let theirs = match theirs {
            Some(theirs) => theirs,
            None => {
                let body = json!({
                    "content": text, "message_type": if is_theirs { "incoming" } else { "outgoing" },
                    "private": false, "echo_id": source, "source_id": source,
                    "external_created_at": row.at.0.div_euclid(1_000),
                });
                let path = format!("/conversations/{}/messages", talk.theirs);
                api::id_of(&self.chatwoot_call(inbox, Method::POST, &path, Vec::new(), Some(body)).await?)?
            }
        };
        let mut set = WriteSet::new();
        let refused = None;
        set.push(
            &chatwoot_message::INSERT,
            &ChatwootMessage { id, conversation_id: conversation, theirs, at: now, refused },
        );
        set.push(&chatwoot_talk::POSTED, &Posted { conversation_id: conversation, posted: theirs });
        self.store.commit(set).await?;
        // Chatwoot opens a resolved conversation by itself when the customer writes: the bot has it.
        if is_theirs && talk.status == "resolved" {
            self.set_status(inbox, &talk, "pending").await?;
        }
        Ok(())
    }

    async fn show_status(&self, inbox: &Chatwoot, event: &Json) -> Result<(), Trouble> {
        let status = &event["status"];
        let told = match status["state"].as_str().unwrap_or_default() {
            "delivered" => "delivered",
            "read" => "read",
            "failed" | "dropped" | "skipped" => "failed",
            _ => return Ok(()),
        };
        let Some(id) = status["message_id"].as_i64() else { return Ok(()) };
        let Some(message) = chatwoot_message::find(&self.store, id).await? else { return Ok(()) };
        let why = status["reason"].as_str().map(|reason| match reason {
            "window_closed" => WINDOW_CLOSED,
            other => other,
        });
        let why = why.or(status["error"]["text"].as_str()).or(status["error"]["code"].as_str());
        self.mark(inbox, &message, told, why.unwrap_or("not sent")).await
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
                _ => self.set_status(inbox, &talk, "pending").await,
            };
        }
        self.set_status(inbox, &talk, "open").await?;
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

/// Chatwoot marks a message as failed with words of its own when it hears our refusal; ours must come after them.
pub(super) const AFTER_ANSWER: Span = Span::seconds(3);

/// The text that people see there: files and templates are named.
fn words(message: &Json) -> String {
    let (content, text) = (&message["content"], message["text"].as_str().unwrap_or_default());
    let kind = content["kind"].as_str().unwrap_or_default();
    let named = match kind {
        "text" | "button" | "buttons" | "list" | "link" => return text.to_owned(),
        "media" => content["media"]["kind"].as_str().or(content["media_kind"].as_str()).unwrap_or("file"),
        "template" => match content["body"].as_str().filter(|body| !body.is_empty()) {
            Some(body) => return body.to_owned(),
            None => "template",
        },
        "" => return text.to_owned(),
        other => other,
    };
    format!("[{}] {text}", named.replace('_', " ")).trim_end().to_owned()
}
