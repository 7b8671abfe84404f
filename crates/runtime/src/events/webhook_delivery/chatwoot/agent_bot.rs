//! Tells Chatwoot who has a conversation of a sender whose agent bot we are: open for people, pending for the bot.
//!
//! Each delivery brings both sides to one state, whatever happened in which order since the event: a repetition does
//! nothing, and a late delivery undoes nothing that people have done there.

use super::{Trouble, WebhookDelivery, api::unreadable};
use crate::{
    base::ids::{ConversationId, InboundId, SenderId},
    config::{AGENT_BOT, Access, Chatwoot},
    events::webhook_delivery::wire::Outcome,
    store::tables::{delivery::Delivery, inbound, session, subscription::Subscription},
};
use reqwest::Method;
use serde_json::{Value as Json, json};

/// A conversation as Chatwoot shows it; `None` for a version that shows it to no bot.
struct Shown {
    status: String,
    team: Option<i64>,
}

impl WebhookDelivery {
    /// The sender to which this subscription belongs, as an inbox of Chatwoot.
    pub(in super::super) fn agent_bot(&self, subscription: &Subscription) -> Option<Chatwoot> {
        let id = subscription.name.strip_prefix(AGENT_BOT).filter(|_| subscription.configured)?;
        match &self.config.sender(SenderId(id.parse().ok()?))?.access {
            Access::Chatwoot(bot) => Some(bot.inbox()),
            Access::Sandbox
            | Access::Meta(_)
            | Access::Twilio(_)
            | Access::Kapso(_)
            | Access::Waplify(_)
            | Access::Autocalls(_) => None,
        }
    }

    pub(in super::super) async fn hand_over(&self, inbox: &Chatwoot, row: &Delivery) -> Outcome {
        match self.handed_over(inbox, ConversationId(row.place)).await {
            Ok(()) => Outcome::Taken(200),
            Err(Trouble { status, code, why, after }) => Outcome::Refused { status, trouble: code, why, after },
        }
    }

    async fn handed_over(&self, inbox: &Chatwoot, conversation: ConversationId) -> Result<(), Trouble> {
        let newest = inbound::of(&self.store, conversation, InboundId(i64::MAX), 1).await?.pop();
        let Some(theirs) = newest.and_then(|newest| newest.data.message.number) else { return Ok(()) };
        let stored = session::find(&self.store, conversation).await?;
        let person = stored.and_then(|stored| stored.session.person);
        let shown = match self.conversation_there(inbox, &theirs).await {
            // Somebody has deleted the conversation there.
            Err(trouble) if trouble.status == Some(404) => return Ok(()),
            other => other?,
        };
        let is = |status: &str| shown.as_ref().is_some_and(|shown| shown.status == status);
        let wanted = match person {
            // A resolved conversation stays so until the customer writes; then Chatwoot gives it to the bot.
            None if is("pending") || is("resolved") => None,
            None => Some("pending"),
            Some(_) if is("open") || is("snoozed") => None,
            Some(_) => Some("open"),
        };
        if let Some(status) = wanted {
            let path = format!("/conversations/{theirs}/toggle_status");
            self.chatwoot_call(inbox, Method::POST, &path, Vec::new(), Some(json!({ "status": status }))).await?;
        }
        let team = person.and_then(|person| person.team).and_then(|team| inbox.teams.get(&team).copied());
        if let Some(team) = team.filter(|team| shown.as_ref().is_none_or(|shown| shown.team != Some(*team))) {
            let path = format!("/conversations/{theirs}/assignments");
            self.chatwoot_call(inbox, Method::POST, &path, Vec::new(), Some(json!({ "team_id": team }))).await?;
        }
        Ok(())
    }

    async fn conversation_there(&self, inbox: &Chatwoot, theirs: &str) -> Result<Option<Shown>, Trouble> {
        let path = format!("/conversations/{theirs}");
        let answer = match self.chatwoot_call(inbox, Method::GET, &path, Vec::new(), None).await {
            // An older version shows conversations to people alone. A wrong token fails with the next request.
            Err(trouble) if trouble.status == Some(401) => return Ok(None),
            other => other?,
        };
        let status = answer["status"].as_str().ok_or_else(unreadable)?.to_owned();
        Ok(Some(Shown { status, team: team_of(&answer) }))
    }
}

fn team_of(conversation: &Json) -> Option<i64> {
    conversation["meta"]["team"]["id"].as_i64()
}
