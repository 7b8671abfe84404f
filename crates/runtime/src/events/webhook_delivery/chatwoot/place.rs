//! Finds or makes the contact and the conversation of Chatwoot in which a talk of ours stands, and looks whether a
//! message is there already.

use super::{
    WebhookDelivery,
    api::{Trouble, id_of, unreadable},
};
use crate::{
    base::{
        ids::{ContactId, ConversationId},
        limits::CHATWOOT_PAGES_MAX,
    },
    config::Chatwoot,
    store::{
        WriteSet,
        tables::{
            chatwoot_talk::{self, ChatwootTalk},
            contact,
            subscription::Subscription,
        },
    },
};
use reqwest::Method;
use serde_json::{Value as Json, json};

/// The attribute by which a conversation is found again.
const CONVERSATION: &str = "transom_conversation";

impl WebhookDelivery {
    /// The conversation there, which is made if there is none.
    pub(super) async fn talk(
        &self,
        inbox: &Chatwoot,
        of: &Subscription,
        conversation: ConversationId,
        contact: Option<ContactId>,
    ) -> Result<ChatwootTalk, Trouble> {
        match chatwoot_talk::find(&self.store, conversation).await? {
            Some(talk) => Ok(talk),
            None => self.new_talk(inbox, of, conversation, contact).await,
        }
    }

    /// Somebody has deleted the conversation, and perhaps the contact, there: both are made anew.
    pub(super) async fn talk_anew(
        &self,
        inbox: &Chatwoot,
        of: &Subscription,
        conversation: ConversationId,
        contact: Option<ContactId>,
    ) -> Result<ChatwootTalk, Trouble> {
        let talk = self.new_talk(inbox, of, conversation, contact).await?;
        tracing::warn!(
            webhook.id = of.id,
            conversation.id = %conversation,
            "Conversation {conversation} no longer stood in Chatwoot, and was made anew there"
        );
        Ok(talk)
    }

    async fn new_talk(
        &self,
        inbox: &Chatwoot,
        of: &Subscription,
        conversation: ConversationId,
        contact: Option<ContactId>,
    ) -> Result<ChatwootTalk, Trouble> {
        let contact = self.their_contact(inbox, contact.unwrap_or(ContactId(0))).await?;
        let (theirs, status) = match self.their_conversation(inbox, contact, conversation).await? {
            Some(found) => found,
            None => {
                let body = json!({
                    "source_id": format!("{}{conversation}", super::OURS), "inbox_id": inbox.inbox,
                    "contact_id": contact, "status": "pending",
                    "custom_attributes": { CONVERSATION: conversation.to_string() },
                });
                let made = self.chatwoot_call(inbox, Method::POST, "/conversations", Vec::new(), Some(body)).await?;
                (id_of(&made)?, "pending".to_owned())
            }
        };
        let account = of.account.clone().ok_or_else(unreadable)?;
        let talk = ChatwootTalk { conversation_id: conversation, account, theirs, posted: 0, status };
        let mut set = WriteSet::new();
        set.push(&chatwoot_talk::SAVE, &talk);
        self.store.commit(set).await?;
        Ok(talk)
    }

    async fn their_contact(&self, inbox: &Chatwoot, id: ContactId) -> Result<i64, Trouble> {
        let data = contact::find(&self.store, id).await?.map(|contact| contact.data).unwrap_or_default();
        let identifier = format!("{}{id}", super::OURS);
        let keys = [("identifier", Some(&identifier)), ("phone_number", data.phone.as_ref())];
        for (key, sought) in keys.into_iter().filter_map(|(key, sought)| Some((key, sought?))) {
            let query = vec![("q", sought.clone())];
            let found = self.chatwoot_call(inbox, Method::GET, "/contacts/search", query, None).await?;
            let found = found["payload"].as_array().ok_or_else(unreadable)?;
            // The search also finds parts of names and numbers.
            if let Some(one) = found.iter().find(|one| one[key] == sought.as_str()) {
                return id_of(one);
            }
        }
        let name = data.name.or(data.username).or_else(|| data.phone.clone()).unwrap_or_else(|| "WhatsApp".into());
        let mut body = json!({ "inbox_id": inbox.inbox, "name": name, "identifier": identifier });
        if let Some(phone) = data.phone {
            body["phone_number"] = phone.into();
        }
        let made = self.chatwoot_call(inbox, Method::POST, "/contacts", Vec::new(), Some(body)).await?;
        id_of(&made["payload"]["contact"])
    }

    /// The number and the status of the conversation that an earlier try has made.
    async fn their_conversation(
        &self,
        inbox: &Chatwoot,
        contact: i64,
        conversation: ConversationId,
    ) -> Result<Option<(i64, String)>, Trouble> {
        let path = format!("/contacts/{contact}/conversations");
        let all = self.chatwoot_call(inbox, Method::GET, &path, Vec::new(), None).await?;
        let all = all["payload"].as_array().ok_or_else(unreadable)?;
        let own = conversation.to_string();
        let is_it =
            |one: &&Json| one["inbox_id"] == inbox.inbox && one["custom_attributes"][CONVERSATION] == own.as_str();
        let Some(one) = all.iter().find(is_it) else { return Ok(None) };
        Ok(Some((id_of(one)?, one["status"].as_str().unwrap_or("pending").to_owned())))
    }

    /// The number there of a message that an earlier try has posted. Only messages behind the last known one of ours
    /// are read: the rest cannot be it.
    pub(super) async fn posted(
        &self,
        inbox: &Chatwoot,
        talk: &ChatwootTalk,
        source: &str,
    ) -> Result<Option<i64>, Trouble> {
        let path = format!("/conversations/{}/messages", talk.theirs);
        let mut after = talk.posted;
        for _ in 0..CHATWOOT_PAGES_MAX {
            let query = vec![("after", after.to_string())];
            let page = self.chatwoot_call(inbox, Method::GET, &path, query, None).await?;
            let page = page["payload"].as_array().ok_or_else(unreadable)?;
            if let Some(one) = page.iter().find(|one| one["source_id"] == source) {
                return Ok(Some(id_of(one)?));
            }
            match page.iter().filter_map(|one| one["id"].as_i64()).max() {
                Some(last) if last > after => after = last,
                _ => return Ok(None),
            }
        }
        Ok(None)
    }
}
