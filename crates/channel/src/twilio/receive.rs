//! Parses Twilio's forms: a customer's message, or a status of our message (platform.md 5.1).

use super::{Twilio, TwilioSender};
use crate::{
    RawRequest,
    base::{
        ids::{OutboundId, ProviderId, SenderId},
        limits::PROVIDER_TEXT_CHARS_MAX,
        query,
        time::Time,
    },
    model::{
        consent_words::{self, ExtraWords, Word},
        content::MediaKind,
        inbound::{
            AliasKind, DeliveryState, Inbound, InboundKind, InboundMessage, Item, Referral, StatusError, StatusUpdate,
        },
    },
    untrusted_json,
};
use std::collections::BTreeMap;

/// Twilio sends no times, so a dead letter keeps the time of receipt beside the form.
const RECEIVED: &str = "transom_received_at";
/// For a form that was signed by other senders' tokens: those senders, so that a replay cannot bypass the check.
const VERIFIED: &str = "transom_verified";
/// The sender in the webhook's path.
const ASKED: &str = "transom_asked";
/// The query parameter of a status address that holds our message id.
pub const OURS: &str = "message";

/// The items of a request. `verified`: the senders whose tokens signed it; `None` for a replay by an operator.
pub fn receive(twilio: &Twilio, request: &RawRequest<'_>, verified: Option<&[SenderId]>) -> Vec<Item> {
    let body = untrusted_json::text_of(request.body);
    let raw = match request.query.is_empty() || body.is_empty() {
        true => format!("{}{body}", request.query),
        false => format!("{}&{body}", request.query),
    };
    read(twilio, &raw, request.now, request.sender, verified)
}

/// Parses a dead letter again, with its time of receipt.
pub fn again(twilio: &Twilio, raw: &str) -> Vec<Item> {
    let at = query::value(raw, RECEIVED).and_then(|at| at.parse().ok()).map_or(Time(0), Time);
    let verified = query::value(raw, VERIFIED).map(|ids| {
        let ids = ids.split(',').filter_map(|id| id.parse().ok());
        ids.map(SenderId).collect::<Vec<_>>()
    });
    let asked = query::value(raw, ASKED).and_then(|id| id.parse().ok()).map(SenderId);
    read(twilio, raw, at, asked, verified.as_deref())
}

fn read(twilio: &Twilio, raw: &str, at: Time, asked: Option<SenderId>, verified: Option<&[SenderId]>) -> Vec<Item> {
    let form = Form::of(raw);
    let kept = match (query::value(raw, RECEIVED), asked) {
        (Some(_), _) => raw.to_owned(),
        (None, Some(id)) => format!("{raw}&{RECEIVED}={}&{ASKED}={id}", at.0),
        (None, None) => format!("{raw}&{RECEIVED}={}", at.0),
    };
    let item = |what| Item { what, raw: kept.clone() };
    let is_status = form.get("MessageStatus").is_some_and(|status| status != "received" && status != "receiving");
    let sender = match sender(twilio, &form, is_status, asked, verified) {
        Ok(sender) => sender,
        Err((kind, reason)) => {
            let ids = verified.map(|ids| ids.iter().map(SenderId::to_string).collect::<Vec<_>>().join(","));
            let raw = match ids.filter(|_| query::value(raw, VERIFIED).is_none()) {
                Some(ids) => format!("{kept}&{VERIFIED}={ids}"),
                None => kept.clone(),
            };
            return vec![Item { what: Inbound::Dead { sender: None, kind, reason: reason.to_owned() }, raw }];
        }
    };
    let found = match is_status {
        true => status(sender.id, &form, at).map(|what| vec![what]),
        false => messages(sender, &form, at),
    };
    match found {
        Ok(all) => all.into_iter().map(item).collect(),
        Err(reason) => {
            let reason = reason.to_owned();
            vec![item(Inbound::Dead { sender: Some(sender.id), kind: "malformed", reason })]
        }
    }
}

/// The sender with this number, if its own secret signed the request and the form names its account. A number of no
/// sender belongs to the sender with the form's messaging service, if the path names none.
fn sender<'t>(
    twilio: &'t Twilio,
    form: &Form,
    is_status: bool,
    asked: Option<SenderId>,
    verified: Option<&[SenderId]>,
) -> Result<&'t TwilioSender, (&'static str, &'static str)> {
    let Some(number) = form.get(if is_status { "From" } else { "To" }).map(digits).filter(|number| !number.is_empty())
    else {
        return Err(("malformed", "the form names no number of ours"));
    };
    let by_number = twilio.senders.iter().find(|sender| digits(&sender.phone) == number);
    let found = by_number.or_else(|| {
        let service = form.get("MessagingServiceSid");
        let is_of = |sender: &&TwilioSender| {
            let own = sender.messaging_service_sid.as_deref();
            match asked {
                // Not every form contains the service; the path and the secret suffice.
                Some(id) => id == sender.id && own.is_some() && (service.is_none() || service == own),
                None => own.is_some() && service == own,
            }
        };
        let mut of_service = twilio.senders.iter().filter(is_of);
        of_service.next().filter(|_| of_service.next().is_none())
    });
    let Some(sender) = found else {
        return Err(("unknown_sender", "no sender has the number that the form names"));
    };
    // A token belongs to one account: it says nothing about a form of another one.
    if form.get("AccountSid").is_some_and(|account| account != sender.account_sid) {
        return Err(("wrong_secret", "the form names another account than its sender's"));
    }
    match verified {
        Some(verified) if !verified.contains(&sender.id) => {
            Err(("wrong_secret", "the form is signed with the token of another sender"))
        }
        _ => Ok(sender),
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn status(sender: SenderId, form: &Form, at: Time) -> Result<Inbound, &'static str> {
    let state = match form.get("MessageStatus").unwrap_or_default() {
        "sent" => DeliveryState::Sent,
        "delivered" | "partially_delivered" => DeliveryState::Delivered,
        "read" => DeliveryState::Read,
        "failed" | "undelivered" | "canceled" => DeliveryState::Failed,
        // Queued, accepted, sending, scheduled: already known from the answer to the send.
        _ => return Ok(Inbound::Ignored { why: "status_kind" }),
    };
    let error = (state == DeliveryState::Failed).then(|| StatusError {
        code: form.get("ErrorCode").and_then(|code| code.parse().ok()).unwrap_or(0),
        text: form.get("ErrorMessage").unwrap_or("failed").chars().take(PROVIDER_TEXT_CHARS_MAX).collect(),
    });
    let status = StatusUpdate {
        provider_id: form.id()?,
        ours: form.get(OURS).and_then(|id| id.parse().ok()).map(OutboundId),
        state,
        at,
        error,
        price: None,
    };
    Ok(Inbound::Status { sender, status })
}

/// Usually one message; several files are several messages.
fn messages(sender: &TwilioSender, form: &Form, at: Time) -> Result<Vec<Inbound>, &'static str> {
    let id = form.id()?;
    // A phone in the field of the user id could be anybody's.
    let is_user_id = |text: &&str| untrusted_json::alias(text).is_some_and(|alias| alias.kind == AliasKind::Bsuid);
    let from =
        untrusted_json::aliases([form.get("From"), form.get("WaId"), form.get("ExternalUserId").filter(is_user_id)]);
    if from.is_empty() {
        return Err("the form names nobody who wrote");
    }
    let kinds = kinds(form)?;
    // A messaging service has several numbers.
    let number = sender.messaging_service_sid.as_ref().and_then(|_| form.get("To"));
    let number = number.map(|number| format!("+{}", digits(number)));
    let message = |(place, kind): (usize, InboundKind)| {
        let provider_id = if place == 0 { id.clone() } else { ProviderId::from(format!("{}:{place}", id.as_str())) };
        let message = InboundMessage {
            provider_id,
            at,
            from: from.clone(),
            name: form.get("ProfileName").map(untrusted_json::name),
            username: None,
            kind,
            reply_to: form.get("OriginalRepliedMessageSid").and_then(untrusted_json::id),
            referral: referral(form),
            number: number.clone(),
        };
        Inbound::Message { sender: sender.id, message }
    };
    Ok(kinds.into_iter().enumerate().map(message).collect())
}

fn kinds(form: &Form) -> Result<Vec<InboundKind>, &'static str> {
    let body = form.get("Body");
    if let Some(what) = form.get("OptOutType") {
        return Ok(vec![InboundKind::Text { body: wished(what, body.unwrap_or_default()) }]);
    }
    // The old names are those of template buttons; the payload may be missing if none was set.
    let tapped = [("ButtonPayload", "ButtonText"), ("ListId", "ListTitle")].into_iter().find_map(|(id, title)| {
        let either = form.get(id).or(form.get(title))?;
        let title = form.get(title).or(body).unwrap_or(either);
        Some(InboundKind::Button { id: form.get(id).unwrap_or(title).to_owned(), title: title.to_owned() })
    });
    if let Some(tapped) = tapped {
        return Ok(vec![tapped]);
    }
    if let (Some(latitude), Some(longitude)) = (form.get("Latitude"), form.get("Longitude")) {
        let degrees = |text: &str| text.trim().parse::<f64>().ok().filter(|degrees| degrees.is_finite());
        let (Some(latitude), Some(longitude)) = (degrees(latitude), degrees(longitude)) else {
            return Err("its coordinates are no numbers");
        };
        let text = |name| form.get(name).map(str::to_owned);
        return Ok(vec![InboundKind::Location { latitude, longitude, name: text("Label"), address: text("Address") }]);
    }
    let files = form.files();
    if !files.is_empty() {
        let first = |place: usize| body.filter(|_| place == 0).map(str::to_owned);
        let kind = |(place, (url, mime)): (usize, (String, Option<String>))| file(url, mime, first(place));
        return Ok(files.into_iter().enumerate().map(kind).collect());
    }
    let what = form.get("MessageType").unwrap_or("text");
    match body {
        Some(body) if !matches!(what, "reaction" | "unsupported") => Ok(vec![InboundKind::Text { body: body.into() }]),
        Some(emoji) if what == "reaction" => {
            let to = form.get("OriginalRepliedMessageSid").and_then(untrusted_json::id);
            Ok(vec![InboundKind::Reaction { emoji: Some(emoji.into()), to }])
        }
        _ => {
            let unknown = !matches!(what, "text" | "reaction" | "unsupported");
            Ok(vec![InboundKind::Unsupported { what: what.chars().take(64).collect(), unknown }])
        }
    }
}

/// Advanced Opt-Out understands words in other languages that we may not know: its result is used.
fn wished(what: &str, body: &str) -> String {
    let known = consent_words::recognise(body, &ExtraWords::default());
    let word = match what {
        "STOP" if known != Some(Word::Stop) => "STOP",
        "START" if known != Some(Word::Start) => "START",
        _ => body,
    };
    if word.is_empty() { what.to_owned() } else { word.to_owned() }
}

fn file(url: String, mime: Option<String>, caption: Option<String>) -> InboundKind {
    let kind = mime.as_deref().unwrap_or_default();
    let media = match kind.split('/').next().unwrap_or_default() {
        _ if kind.starts_with("image/webp") => MediaKind::Sticker,
        "image" => MediaKind::Image,
        "audio" => MediaKind::Audio,
        "video" => MediaKind::Video,
        _ => MediaKind::Document,
    };
    // A voice message is Opus in Ogg; a music file is not.
    let voice = kind.starts_with("audio/ogg");
    InboundKind::Media {
        media,
        id: None,
        mime,
        url: Some(url),
        caption,
        filename: None,
        sha256: None,
        voice,
        heard: None,
    }
}

fn referral(form: &Form) -> Option<Referral> {
    let text = |name: &str| form.get(&format!("Referral{name}")).map(str::to_owned);
    let referral = Referral {
        source_type: text("SourceType"),
        source_id: text("SourceId"),
        source_url: text("SourceUrl"),
        headline: text("Headline"),
        body: text("Body"),
        click_id: text("CtwaClid"),
    };
    let nothing = [&referral.source_type, &referral.source_id, &referral.source_url, &referral.click_id];
    nothing.iter().any(|part| part.is_some()).then_some(referral)
}

struct Form(BTreeMap<String, String>);

impl Form {
    fn of(raw: &str) -> Form {
        let plain = |(name, value): (String, String)| (untrusted_json::whole(&name), untrusted_json::whole(&value));
        Form(query::pairs(raw).into_iter().map(plain).collect())
    }

    /// The value if it is present and not empty.
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn id(&self) -> Result<ProviderId, &'static str> {
        let sid = self.get("MessageSid").or(self.get("SmsMessageSid")).or(self.get("SmsSid"));
        sid.ok_or("its `MessageSid` is missing")
            .and_then(|sid| untrusted_json::id(sid).ok_or("its `MessageSid` is no id"))
    }

    /// The URLs and MIME types of the files.
    fn files(&self) -> Vec<(String, Option<String>)> {
        const FILES_MAX: usize = 10;
        let count = self.get("NumMedia").and_then(|count| count.parse::<usize>().ok()).unwrap_or(0).min(FILES_MAX);
        let file = |place: usize| {
            let url = self.get(&format!("MediaUrl{place}"))?.to_owned();
            Some((url, self.get(&format!("MediaContentType{place}")).map(str::to_owned)))
        };
        (0..count).filter_map(file).collect()
    }
}
