//! `POST /api/v1/whatsapp_conversations/{conversation_id}/whatsapp_messages`: sends a message into a conversation
//! (seed 004).

use super::{
    Refusal,
    envelope::{self, AuthenticatedRequest, good, only, text},
    files, from_uuid,
    refusal::bug,
    uuid,
};
use crate::{
    base::{
        ids::ConversationId,
        limits::{CAPTION_CHARS_MAX, NAME_CHARS_MAX, TEXT_CHARS_MAX, URL_CHARS_MAX},
        time::{Time, iso_z},
    },
    model::content::{Content, Location, Media, MediaKind},
    store::tables::{contact, conversation},
    web::{
        dialects::sending::{self, KnownRecipient, Order, Recipient, Refused, Sent},
        idempotency,
        path_params::LastParam,
        state::Web,
    },
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

pub async fn send(State(web): State<Arc<Web>>, LastParam(id): LastParam, request: Request) -> Response {
    envelope::answered(web, request, |asked| async move { handle(asked, &id).await }).await
}

async fn handle(asked: AuthenticatedRequest, id: &str) -> Result<Response, Refusal> {
    let store = &asked.web.app.store;
    let none = || Refusal::not_found("Conversation");
    let id = from_uuid(id).map(ConversationId).ok_or_else(none)?;
    let row = conversation::find(store, id).await.map_err(|error| bug(&error))?.ok_or_else(none)?;
    let sender = asked.caller.sender(&asked.web, row.sender_id).ok_or_else(none)?.clone();
    let content = content(&asked.object(&["message"])?)?;
    let person = contact::find(store, row.contact_id).await.map_err(|error| bug(&error))?;
    let person = person.ok_or_else(|| bug(&"a conversation has no contact"))?;
    let is_open = sending::ClosedWindow::of(Some(&row)).window.is_open(asked.web.app.clock.now());
    // Check the file's URL only for a message that may be sent.
    if let Content::Media { media, .. } = &content
        && is_open
    {
        files::check(&asked.web, media).await?;
    }
    let phone = person.data.phone.clone();
    let shown = Shown { content: content.clone(), phone };
    let known =
        KnownRecipient { contact: row.contact_id, opted_out: person.opted_out.is_some(), conversation: Some(row) };
    let recipient = Recipient { phone: String::new(), name: None, known: Some(known) };
    let path = format!("kapso/{id}");
    let AuthenticatedRequest { web, headers, body, .. } = asked;
    let order = Order { sender, recipient, content, headers, path, body: body.to_vec() };
    let clock = Arc::clone(&web.app.clock);
    let words = move |outcome: Result<Sent, Refused>| match outcome {
        Ok(sent) => (StatusCode::CREATED, shown.sent(&sent, clock.now())),
        Err(refused) => {
            let refusal = Refusal::from(refused);
            (refusal.status, refusal.body())
        }
    };
    let answered = sending::once(web, order, words).await;
    let response = good(answered.status, &answered.body);
    Ok(if answered.replayed { idempotency::replayed(response) } else { response })
}

/// The parts of the request that the answer repeats.
struct Shown {
    content: Content,
    phone: Option<String>,
}

impl Shown {
    fn sent(&self, sent: &Sent, now: Time) -> Json {
        let (kind, text, url, data) = match &self.content {
            Content::Media { media, caption } => {
                let mut data = json!({"link": media.url});
                if let Some(caption) = caption {
                    data["caption"] = caption.as_str().into();
                }
                if let Some(filename) = &media.filename {
                    data["filename"] = filename.as_str().into();
                }
                (media.kind.as_str(), caption.as_deref(), Some(media.url.as_str()), data)
            }
            Content::Location(place) => ("location", place.name.as_deref(), None, json!(place)),
            other => ("text", Some(other.text()), None, json!({"text": other.text()})),
        };
        let (status, processing) = match sent.provider_id {
            Some(_) => ("sent", "completed"),
            // It is queued, or it is unknown whether it was sent.
            None => ("pending", "pending"),
        };
        json!({"data": {
            "id": uuid(sent.id.0),
            "phone_number": self.phone,
            "message_type": kind,
            "content": text,
            "direction": "outbound",
            "status": status,
            "processing_status": processing,
            "whatsapp_message_id": sent.provider_id,
            "metadata": {},
            "media_url": url,
            "message_type_data": data,
            "created_at": iso_z(sent.at),
            "updated_at": iso_z(now),
        }})
    }
}

fn content(message: &Map<String, Json>) -> Result<Content, Refusal> {
    let kind = text(message, "message_type", NAME_CHARS_MAX)?.unwrap_or_else(|| "text".to_owned());
    let here = format!("in a message of type {kind}");
    let file = match kind.as_str() {
        "text" => {
            only(message, &here, &["message_type", "content"])?;
            let body = text(message, "content", TEXT_CHARS_MAX)?;
            return body.map(|body| Content::Text { body }).ok_or_else(|| Refusal::invalid("content can't be blank"));
        }
        "location" => return location(message),
        "image" => MediaKind::Image,
        "video" => MediaKind::Video,
        "audio" => MediaKind::Audio,
        "document" => MediaKind::Document,
        _ => {
            let known = "text, image, video, audio, document or location";
            return Err(Refusal::invalid(format!("message_type must be {known}")));
        }
    };
    if file == MediaKind::Audio && text(message, "content", usize::MAX)?.is_some() {
        return Err(Refusal::invalid(
            "content can't be given when message_type is audio: WhatsApp shows no text beside it",
        ));
    }
    only(message, &here, &["message_type", "content", "media_url", "filename"])?;
    let caption = text(message, "content", CAPTION_CHARS_MAX)?;
    let url = text(message, "media_url", URL_CHARS_MAX)?;
    let url = url.ok_or_else(|| Refusal::invalid(format!("media_url can't be blank when message_type is {kind}")))?;
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(Refusal::invalid("media_url must start with http:// or https://"));
    }
    let filename = text(message, "filename", NAME_CHARS_MAX)?.filter(|_| file == MediaKind::Document);
    Ok(Content::Media { media: Media { kind: file, url, filename }, caption })
}

/// `location: {latitude, longitude, name, address}`, or these fields beside `message_type`.
fn location(message: &Map<String, Json>) -> Result<Content, Refusal> {
    const HERE: &str = "in a message of type location";
    const PARTS: [&str; 4] = ["latitude", "longitude", "name", "address"];
    let inside = message.get("location").and_then(Json::as_object);
    match inside {
        Some(place) => {
            only(message, HERE, &["message_type", "content", "location"])?;
            only(place, HERE, &PARTS)?;
        }
        None => only(message, HERE, &[&["message_type", "content"][..], &PARTS].concat())?,
    }
    let place = inside.unwrap_or(message);
    let degrees = |name: &str, max: f64| {
        let given = place.get(name).and_then(|value| match value {
            Json::String(text) => text.trim().parse().ok(),
            other => other.as_f64(),
        });
        given
            .filter(|degrees: &f64| degrees.abs() <= max)
            .ok_or_else(|| Refusal::invalid(format!("{name} must be a number from -{max} to {max}")))
    };
    let (name, content) = (text(place, "name", NAME_CHARS_MAX)?, text(message, "content", NAME_CHARS_MAX)?);
    if name.is_some() && content.is_some() && name != content {
        return Err(Refusal::invalid("content is the name of a location: give it or name, not both"));
    }
    Ok(Content::Location(Location {
        latitude: degrees("latitude", 90.0)?,
        longitude: degrees("longitude", 180.0)?,
        name: name.or(content),
        address: text(place, "address", NAME_CHARS_MAX)?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: Json) -> Result<Content, String> {
        content(message.as_object().unwrap()).map_err(|refusal| refusal.words)
    }

    #[test]
    fn without_a_type_it_is_a_text() {
        assert_eq!(
            read(json!({"content": "Hello from Kapso!"})),
            Ok(Content::Text { body: "Hello from Kapso!".into() })
        );
        assert_eq!(read(json!({"content": " "})), Err("content can't be blank".into()));
        assert_eq!(read(json!({"content": 7})), Err("content must be a string".into()));
        let long = |n: usize| json!({"content": "é".repeat(n)});
        assert!(read(long(4096)).is_ok());
        assert_eq!(read(long(4097)), Err("content is too long (maximum is 4096 characters)".into()));
    }

    #[test]
    fn files_have_an_address_and_perhaps_a_caption() {
        let file = json!({"message_type": "document", "media_url": "https://a.example/x", "filename": "a.pdf", "content": "c"});
        let media =
            Media { kind: MediaKind::Document, url: "https://a.example/x".into(), filename: Some("a.pdf".into()) };
        assert_eq!(read(file), Ok(Content::Media { media, caption: Some("c".into()) }));
        assert_eq!(
            read(json!({"message_type": "image"})),
            Err("media_url can't be blank when message_type is image".into())
        );
        let ftp = json!({"message_type": "video", "media_url": "ftp://a.example"});
        assert_eq!(read(ftp), Err("media_url must start with http:// or https://".into()));
        assert_eq!(
            read(json!({"message_type": "sticker"})),
            Err("message_type must be text, image, video, audio, document or location".into())
        );
    }

    #[test]
    fn what_a_message_cannot_carry_is_refused_with_a_sentence() {
        let url = "https://a.example/x";
        for (message, why) in [
            (
                json!({"message_type": "audio", "media_url": url, "content": "a".repeat(1025)}),
                "content can't be given when message_type is audio: WhatsApp shows no text beside it",
            ),
            (json!({"content": "hi", "media_url": url}), "media_url is not read in a message of type text"),
            (
                json!({"message_type": "image", "media_url": url, "caption": "hi"}),
                "caption is not read in a message of type image",
            ),
            (
                json!({"message_type": "location", "latitude": 1, "longitude": 1, "media_url": url}),
                "media_url is not read in a message of type location",
            ),
            (
                json!({"message_type": "location", "latitude": 1, "longitude": 1, "name": "a", "content": "b"}),
                "content is the name of a location: give it or name, not both",
            ),
        ] {
            assert_eq!(read(message.clone()), Err(why.into()), "{message}");
        }
        assert!(read(json!({"content": "hi", "media_url": null, "filename": ""})).is_ok());
    }

    #[test]
    fn a_place_stands_inside_or_beside() {
        let place = Location { latitude: 40.4, longitude: -3.7, name: Some("Office".into()), address: None };
        let inside =
            json!({"message_type": "location", "location": {"latitude": 40.4, "longitude": -3.7, "name": "Office"}});
        assert_eq!(read(inside), Ok(Content::Location(place.clone())));
        let beside = json!({"message_type": "location", "latitude": "40.4", "longitude": -3.7, "content": "Office"});
        assert_eq!(read(beside), Ok(Content::Location(place)));
        let far = json!({"message_type": "location", "latitude": 90.1, "longitude": 0});
        assert_eq!(read(far), Err("latitude must be a number from -90 to 90".into()));
        assert!(read(json!({"message_type": "location", "latitude": 90, "longitude": -180})).is_ok());
    }
}
