//! `POST /api/v1/messages/send-message`: sends a text, a file or buttons inside the window (seed 003).

use super::{
    buttons::Buttons,
    envelope::{self, AuthenticatedRequest},
    fields::Fields,
    kinds, number,
    refusal::{Refusal, RefusalEndpoint},
    send, sender,
};
use crate::{
    base::limits::{BUTTON_BODY_CHARS_MAX, CAPTION_CHARS_MAX, NAME_CHARS_MAX, TEXT_CHARS_MAX, URL_CHARS_MAX},
    model::{
        content::{Content, MediaKind},
        window::Window,
    },
    web::{dialects::sending::ClientAnswer, state::Web},
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use std::sync::Arc;

pub async fn freeform(State(web): State<Arc<Web>>, request: Request) -> Response {
    envelope::answered(web, request, RefusalEndpoint::Freeform, handle).await
}

async fn handle(asked: AuthenticatedRequest) -> Result<ClientAnswer, Refusal> {
    let given = FreeformFields::read(&asked.body)?;
    let phone = number(&given.phone)?;
    let kind = given.kind;
    let (name, asked_number) = (given.name.clone(), given.sender.clone());
    let content = given.content()?;
    let sender = sender(&asked.web, &asked.account, asked_number.as_deref(), &phone).await?;
    let recipient = send::recipient(&asked.web, &sender, phone, name).await?;
    let known = recipient.known.as_ref().and_then(|known| known.conversation.as_ref());
    let window = Window { opened_at: known.and_then(|conversation| conversation.opened_at) };
    // Check the file's URL only for a message that may be sent.
    if let Content::Media { media, .. } = &content
        && window.is_open(asked.web.app.clock.now())
    {
        kinds::check(&asked.web, media).await?;
    }
    let word = kind.map_or("text", MediaKind::as_str).to_owned();
    Ok(send::once(asked, sender, recipient, content, ("message_type", word), RefusalEndpoint::Freeform).await)
}

/// The request's fields with their types.
struct FreeformFields {
    phone: String,
    name: Option<String>,
    /// `None`: a text.
    kind: Option<MediaKind>,
    message: Option<String>,
    url: Option<String>,
    caption: Option<String>,
    filename: Option<String>,
    sender: Option<String>,
    buttons: Option<Buttons>,
}

impl FreeformFields {
    fn read(body: &[u8]) -> Result<FreeformFields, Refusal> {
        let mut fields = Fields::of(body)?;
        let phone = fields.text("contact_phone", NAME_CHARS_MAX);
        let name = fields.opt_text("contact_name", NAME_CHARS_MAX);
        let kind = fields.word("message_type", kinds::FILES);
        let has_buttons = fields.has("buttons");
        let room = if has_buttons { BUTTON_BODY_CHARS_MAX } else { TEXT_CHARS_MAX };
        let message = fields.opt_text("message", room);
        let url = fields.opt_text("media_url", URL_CHARS_MAX);
        let caption = fields.opt_text("caption", CAPTION_CHARS_MAX);
        let filename = fields.opt_text("filename", NAME_CHARS_MAX);
        let sender = fields.opt_text("waba_phone_id", NAME_CHARS_MAX);
        let buttons = Buttons::read(&mut fields);
        if has_buttons && matches!(kind, Some(Some(_))) {
            fields.breaks("buttons", "buttons are only supported when message_type is 'text'");
        }
        if caption.is_some() && kind == Some(Some(MediaKind::Audio)) {
            fields.breaks("caption", "caption is not supported when message_type is 'audio'");
        }
        fields.finish()?;
        let kind = kind.flatten();
        Ok(FreeformFields {
            phone: phone.unwrap_or_default(),
            name,
            kind,
            message,
            url,
            caption,
            filename,
            sender,
            buttons,
        })
    }

    fn content(self) -> Result<Content, Refusal> {
        let Some(kind) = self.kind else {
            let needed = || Refusal::bad("message is required when message_type is 'text'");
            let body = self.message.ok_or_else(needed)?;
            let beside = [("media_url", &self.url), ("caption", &self.caption), ("filename", &self.filename)];
            if let Some((name, _)) = beside.into_iter().find(|(_, value)| value.is_some()) {
                return Err(Refusal::bad(format!("{name} is not supported when message_type is 'text'")));
            }
            return Ok(match self.buttons {
                Some(buttons) => buttons.below(body),
                None => Content::Text { body },
            });
        };
        let needed = || Refusal::bad(format!("media_url is required when message_type is '{}'", kind.as_str()));
        let media = kinds::file(kind, self.url.ok_or_else(needed)?, self.filename)?;
        if self.message.is_some() {
            let instead = match kind {
                MediaKind::Audio | MediaKind::Sticker => "send the text as a message of its own",
                MediaKind::Image | MediaKind::Video | MediaKind::Document => "use caption for the text below it",
            };
            let kind = kind.as_str();
            return Err(Refusal::bad(format!("message is not supported when message_type is '{kind}': {instead}")));
        }
        Ok(Content::Media { media, caption: self.caption })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    fn content(body: Json) -> Result<Content, Refusal> {
        FreeformFields::read(body.to_string().as_bytes())?.content()
    }

    fn wrongs(mut body: Json) -> Vec<String> {
        body["contact_phone"] = "911234567890".into();
        match content(body) {
            Err(Refusal::Invalid(errors)) => {
                errors.iter().map(|one| one["msg"].as_str().unwrap().replace("Value error, ", "")).collect()
            }
            Err(Refusal::Bad(why)) => vec![why],
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_each_kind_needs_is_told() {
        assert_eq!(wrongs(json!({"message_type": "text"})), ["message is required when message_type is 'text'"]);
        assert_eq!(
            wrongs(json!({"message_type": "text", "message": " "})),
            ["message is required when message_type is 'text'"]
        );
        for kind in ["image", "video", "audio", "document"] {
            let needed = format!("media_url is required when message_type is '{kind}'");
            assert_eq!(wrongs(json!({"message_type": kind, "message": "hi"})), [needed]);
        }
        assert_eq!(
            wrongs(json!({"message_type": "sticker"})),
            ["Input should be 'text', 'image', 'video', 'audio' or 'document'"]
        );
        let ftp = json!({"message_type": "image", "media_url": "ftp://a.example/x"});
        assert_eq!(wrongs(ftp), ["media_url must start with http:// or https://"]);
        assert_eq!(wrongs(json!({})), ["Field required"]);
    }

    #[test]
    fn texts_at_their_limits_pass() {
        let text = |n: usize| json!({"contact_phone": "1", "message_type": "text", "message": "é".repeat(n)});
        assert!(content(text(4096)).is_ok());
        assert_eq!(wrongs(text(4097)), ["String should have at most 4096 characters"]);
        let with_buttons = |n: usize| {
            let mut body = text(n);
            body["buttons"] = json!({"type": "reply", "reply_buttons": [{"id": "a", "title": "a"}]});
            body
        };
        assert!(content(with_buttons(1024)).is_ok());
        assert_eq!(wrongs(with_buttons(1025)), ["String should have at most 1024 characters"]);
        let file = |n: usize| {
            json!({"contact_phone": "1", "message_type": "image", "media_url": "https://a.example/x",
                "caption": "é".repeat(n)})
        };
        assert!(content(file(1024)).is_ok());
        assert_eq!(wrongs(file(1025)), ["String should have at most 1024 characters"]);
    }

    #[test]
    fn what_a_kind_cannot_carry_is_refused_with_a_sentence() {
        let url = "https://a.example/x";
        assert_eq!(
            wrongs(json!({"message_type": "audio", "media_url": url, "message": "Listen"})),
            ["message is not supported when message_type is 'audio': send the text as a message of its own"]
        );
        for kind in ["image", "video", "document"] {
            let why =
                format!("message is not supported when message_type is '{kind}': use caption for the text below it");
            assert_eq!(wrongs(json!({"message_type": kind, "media_url": url, "message": "Look"})), [why]);
        }
        for (name, value) in [("media_url", url), ("caption", "Look"), ("filename", "a.pdf")] {
            let why = format!("{name} is not supported when message_type is 'text'");
            assert_eq!(wrongs(json!({"message_type": "text", "message": "hi", name: value})), [why]);
        }
        assert_eq!(
            wrongs(json!({"message_type": "text", "message": "hi", "x": 1})),
            ["Extra inputs are not permitted"]
        );
    }

    #[test]
    fn buttons_stand_below_texts_only() {
        let file = json!({"message_type": "image", "media_url": "https://a.example/x",
            "buttons": {"type": "reply", "reply_buttons": [{"id": "a", "title": "a"}]}});
        assert_eq!(wrongs(file), ["buttons are only supported when message_type is 'text'"]);
        let audio = json!({"message_type": "audio", "media_url": "https://a.example/x", "caption": "c"});
        assert_eq!(wrongs(audio), ["caption is not supported when message_type is 'audio'"]);
    }
}
