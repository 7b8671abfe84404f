//! Puts one message into a conversation of Chatwoot: once, with its file.

use super::{
    FILE, OURS, WebhookDelivery,
    api::{Trouble, id_of},
    files::{MessageFile, NoFile},
};
use crate::{
    base::{
        ids::{ConversationId, SenderId},
        limits::CHATWOOT_FILE_TRIES,
        time::Time,
    },
    channel::upload::Upload,
    config::Chatwoot,
    model::{
        channel_limits::{ListMark, framed, listed},
        content::{Content, Row},
    },
    store::{
        WriteSet,
        tables::{
            chatwoot_message::{self, ChatwootMessage, part},
            chatwoot_talk::{self, ChatwootTalk, Posted},
            delivery::Delivery,
            subscription::Subscription,
        },
    },
};
use reqwest::Method;
use serde_json::{Value as Json, json};

/// The file of a message, if it can be shown.
enum Shown {
    None,
    Here(Upload),
    /// Why there is none, in words that stand behind its kind.
    Missing(&'static str),
}

impl WebhookDelivery {
    pub(super) async fn show_message(
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
        let known = chatwoot_message::find(&self.store, id).await?;
        if known.is_some() || part::find(&self.store, id).await?.is_some() {
            return Ok(());
        }
        let file = MessageFile::of(message);
        if file.is_none() && words(message, None).is_empty() {
            return Ok(());
        }
        let mut talk = self.talk(inbox, of, conversation, row.contact_id).await?;
        let source = format!("{OURS}{id}");
        let theirs = match self.posted(inbox, &talk, &source).await {
            Err(trouble) if trouble.status == Some(404) => {
                talk = self.talk_anew(inbox, of, conversation, row.contact_id).await?;
                None
            }
            other => other?,
        };
        let theirs = match theirs {
            Some(theirs) => theirs,
            None => {
                let shown = match file {
                    Some(file) => self.shown(SenderId(event["sender"].as_i64().unwrap_or(0)), file, row).await?,
                    None => Shown::None,
                };
                self.put(inbox, &talk, (&source, row.at), message, shown).await?
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
        if message["direction"] == "in" && talk.status == "resolved" {
            self.set_status(inbox, &talk, "pending").await?;
        }
        Ok(())
    }

    /// The message waits for a file that may come later, but not without end: those behind it wait, too.
    async fn shown(&self, sender: SenderId, file: MessageFile, row: &Delivery) -> Result<Shown, Trouble> {
        let _place = self.chatwoot_places.acquire().await.expect("nobody closes it");
        let is_last = row.attempts + 1 >= CHATWOOT_FILE_TRIES && row.trouble.as_deref() == Some(FILE);
        match self.read_file(sender, file).await {
            Ok(upload) if upload.bytes.is_empty() => Ok(Shown::Missing("it is empty")),
            Ok(upload) => Ok(Shown::Here(upload)),
            Err(NoFile::Never(why)) => Ok(Shown::Missing(why)),
            Err(NoFile::Later(_)) if is_last => Ok(Shown::Missing("it could not be read")),
            Err(NoFile::Later(why)) => {
                Err(Trouble { status: None, code: FILE.to_owned(), why: Some(why), after: None })
            }
        }
    }

    /// Posts the message, and gives its number there.
    async fn put(
        &self,
        inbox: &Chatwoot,
        talk: &ChatwootTalk,
        (source, at): (&str, Time),
        message: &Json,
        shown: Shown,
    ) -> Result<i64, Trouble> {
        let path = format!("/conversations/{}/messages", talk.theirs);
        let direction = if message["direction"] == "in" { "incoming" } else { "outgoing" };
        let seconds = at.0.div_euclid(1_000);
        let missing = match shown {
            Shown::None => None,
            Shown::Missing(why) => Some(why),
            Shown::Here(upload) => {
                let text = words(message, Some(Ok(())));
                let seconds = seconds.to_string();
                let fields = [
                    ("content", text.as_str()),
                    ("message_type", direction),
                    ("private", "false"),
                    ("echo_id", source),
                    ("source_id", source),
                    ("external_created_at", &seconds),
                ];
                let form = upload.form("attachments[]", &fields);
                drop(upload);
                match self.chatwoot_form(inbox, &path, form).await {
                    // A proxy before Chatwoot, or Chatwoot itself, takes no file so large or of this type.
                    Err(trouble) if matches!(trouble.status, Some(413 | 415 | 422)) => Some("Chatwoot did not take it"),
                    other => return id_of(&other?),
                }
            }
        };
        let body = json!({
            "content": words(message, missing.map(Err)), "message_type": direction, "private": false,
            "echo_id": source, "source_id": source, "external_created_at": seconds,
        });
        id_of(&self.chatwoot_call(inbox, Method::POST, &path, Vec::new(), Some(body)).await?)
    }
}

/// The text that people see there. `file`: whether it stands there, and why not; templates are named, and the options of
/// a message are numbered below its text.
fn words(message: &Json, file: Option<Result<(), &str>>) -> String {
    let (content, text) = (&message["content"], message["text"].as_str().unwrap_or_default());
    let kind = content["kind"].as_str().unwrap_or_default();
    let ours = || serde_json::from_value::<Content>(content.clone()).ok().filter(|_| message["sent_as"].is_null());
    let media = || {
        let named = content["media"]["kind"].as_str().or(content["media"].as_str());
        named.unwrap_or("file").to_owned()
    };
    let told = match kind {
        "text" | "" => text.to_owned(),
        "button" | "buttons" | "list" | "link" => {
            ours().and_then(|content| optioned(&content)).unwrap_or(text.to_owned())
        }
        "media" => match file {
            Some(Ok(())) => text.to_owned(),
            Some(Err(why)) => return format!("[{}: {why}] {text}", media()).trim_end().to_owned(),
            None => format!("[{}] {text}", media()),
        },
        "template" => match content["body"].as_str().filter(|body| !body.is_empty()) {
            Some(body) => body.to_owned(),
            None => format!("[template] {text}"),
        },
        other => format!("[{}] {text}", other.replace('_', " ")),
    };
    let missing = file.and_then(Result::err).map(|why| format!("[file: {why}] ")).unwrap_or_default();
    format!("{missing}{}", told.trim_end())
}

/// A message with options, as a text.
fn optioned(content: &Content) -> Option<String> {
    let (body, edges, titles) = match content {
        Content::Buttons { body, buttons, edges, .. } => {
            (body, edges, buttons.iter().map(|button| button.title.clone()).collect::<Vec<_>>())
        }
        Content::List { body, rows, edges, .. } => {
            let row = |row: &Row| match &row.description {
                Some(description) => format!("{} – {description}", row.title),
                None => row.title.clone(),
            };
            (body, edges, rows.iter().map(row).collect())
        }
        Content::Link { body, title, url, edges, .. } => {
            return Some(framed(&format!("{}\n\n{title}: {url}", body.trim_end()), edges));
        }
        Content::Text { .. }
        | Content::Media { .. }
        | Content::Template(_)
        | Content::Location(_)
        | Content::ContactCards { .. }
        | Content::PlaceRequest { .. }
        | Content::Form(_)
        | Content::Reaction { .. } => return None,
    };
    Some(framed(&listed(body, &titles, ListMark::Number), edges))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_stand_numbered_below_the_text() {
        let said =
            |content: Json, text: &str| words(&json!({"direction": "out", "text": text, "content": content}), None);
        let buttons = json!({"kind": "buttons", "body": "Which size?",
            "buttons": [{"id": "a", "title": "Small"}, {"id": "b", "title": "Large"}]});
        assert_eq!(said(buttons, "Which size?"), "Which size?\n\n1. Small\n2. Large");
        let list = json!({"kind": "list", "body": "When?", "button": "Days", "rows": [
            {"id": "a", "title": "Monday", "description": "9 h"}, {"id": "b", "title": "Tuesday"}]});
        assert_eq!(said(list, "When?"), "When?\n\n1. Monday – 9 h\n2. Tuesday");
        let link = json!({"kind": "link", "body": "Pay", "title": "Here", "url": "https://p.example"});
        assert_eq!(said(link, "Pay"), "Pay\n\nHere: https://p.example");
        let tapped =
            json!({"direction": "in", "text": "Small", "content": {"kind": "button", "id": "a", "title": "Small"}});
        assert_eq!(words(&tapped, None), "Small");
    }

    #[test]
    fn a_file_that_does_not_stand_there_is_named_with_the_reason() {
        let heard = json!({"direction": "in", "text": "Look", "content": {"kind": "media", "media": "image"}});
        assert_eq!(words(&heard, Some(Ok(()))), "Look");
        assert_eq!(words(&heard, Some(Err("it is empty"))), "[image: it is empty] Look");
        let said = json!({"direction": "out", "text": "", "content": {"kind": "media", "media": {"kind": "video", "url": "x"}}});
        assert_eq!(words(&said, Some(Ok(()))), "");
        assert_eq!(words(&said, Some(Err("it is empty"))), "[video: it is empty]");
    }
}
