//! Implements WhatsApp through Waplify (platform.md 2): its own events, two send endpoints, statuses without our ids.

mod compose;
mod errors;
mod receive;
mod send;

use super::{
    Auth, BoxFuture, Http, Next, Outgoing, Provider, RawRequest, Receipt, Rejected, Reply, SendError,
    checkup::{Check, Grade, unanswered, unknown_sender},
    imitation::{ImitatedEvent, Posted},
    question::{Question, QuestionError, ask},
    signature::{Claimed, Key},
    untrusted_json,
};
use crate::{
    base::{ids::SenderId, secret::Secret, time::Time},
    model::{
        channel_limits::{ChannelLimits, META},
        content::MediaKind,
        inbound::{Item, StatusError},
        template::{Category, Template, TemplateHeader, TemplateStatus},
    },
};
use serde_json::Value;

const MIB: u64 = 1024 * 1024;

/// platform.md 2.2: three buttons or one link below a text, no lists; four kinds of files.
pub static CARRIES: ChannelLimits = ChannelLimits {
    rows_max: 0,
    above: false,
    // The API has no fields for headers and footers.
    header_max: 0,
    footer_max: 0,
    reactions: false,
    places: false,
    cards: false,
    place_requests: false,
    forms: false,
    quotes: false,
    rare_parts: false,
    uploads: false,
    media: &[
        (MediaKind::Image, 5 * MIB),
        (MediaKind::Audio, 16 * MIB),
        (MediaKind::Video, 16 * MIB),
        (MediaKind::Document, 100 * MIB),
    ],
    echoes_our_id: false,
    ..META
};

const SIGNATURE: &str = "x-webhook-signature";

/// One number at Waplify, as configured.
#[derive(Debug, Clone)]
pub struct WaplifySender {
    pub id: SenderId,
    /// `+` and digits.
    pub phone: String,
    pub api_key: Secret,
    /// The id of one of the account's numbers; empty if it has only one.
    pub waba_phone_id: String,
    /// Empty: webhooks are not signed, so the daemon must listen on this machine only.
    pub webhook_secrets: Vec<Secret>,
    /// `https://server.waplify.io`, or a local mock. The key is sent nowhere else.
    pub api_base: String,
}

impl WaplifySender {
    fn url(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.api_base.trim_end_matches('/'))
    }

    fn auth(&self) -> Auth {
        Auth::Bearer(self.api_key.clone())
    }

    fn trusts(&self, request: &RawRequest<'_>) -> bool {
        if self.webhook_secrets.is_empty() {
            return true;
        }
        let claimed = request.header(SIGNATURE).and_then(Claimed::parse);
        claimed.is_some_and(|claimed| {
            self.webhook_secrets.iter().any(|secret| Key::new(secret.clone()).verifies(request.body, &claimed))
        })
    }
}

/// The provider with all its senders.
pub struct Waplify {
    senders: Vec<WaplifySender>,
}

impl Waplify {
    pub fn new(senders: Vec<WaplifySender>) -> Self {
        Waplify { senders }
    }

    fn sender(&self, id: SenderId) -> Option<&WaplifySender> {
        self.senders.iter().find(|sender| sender.id == id)
    }
}

impl Provider for Waplify {
    fn kind(&self) -> &'static str {
        "waplify"
    }

    fn carries(&self) -> &'static ChannelLimits {
        &CARRIES
    }

    fn handshake(&self, _: &RawRequest<'_>) -> Option<Reply> {
        None
    }

    /// Only at an address with a sender's id: most events do not name their number.
    fn receive(&self, request: &RawRequest<'_>) -> Result<Vec<Item>, Rejected> {
        let sender = request.sender.and_then(|id| self.sender(id)).ok_or(Rejected::UnknownSender)?;
        if !sender.trusts(request) {
            return Err(Rejected::BadSignature);
        }
        Ok(receive::receive(sender.id, &sender.waba_phone_id, request.body))
    }

    fn replay(&self, raw: &str) -> Vec<Item> {
        receive::again(self.senders.first().map(|sender| sender.id), raw)
    }

    fn send<'a>(&'a self, http: &'a dyn Http, message: &'a Outgoing) -> BoxFuture<'a, Result<Receipt, SendError>> {
        Box::pin(send::send(self, http, message))
    }

    /// The error codes of its statuses are Meta's.
    fn judge(&self, error: &StatusError) -> Next {
        super::meta::judge_status(error.code)
    }

    fn opened_at(&self, error: &SendError) -> Option<Time> {
        errors::last_inbound(&error.text)
    }

    fn imitate(&self, sender: SenderId, what: ImitatedEvent<'_>) -> Option<Posted> {
        let sender = self.sender(sender)?;
        let body = compose::told(sender, what)?.to_string();
        let key = sender.webhook_secrets.first().map(|secret| Key::new(secret.clone()));
        let headers = key.map(|key| (SIGNATURE, key.sign(body.as_bytes()))).into_iter().collect();
        Some(Posted { path: format!("/webhooks/waplify/{}", sender.id), headers, body })
    }

    fn examine<'a>(&'a self, http: &'a dyn Http, sender: SenderId) -> BoxFuture<'a, Vec<Check>> {
        Box::pin(async move {
            let Some(of) = self.sender(sender) else { return unknown_sender(sender) };
            let token = match templates(self, http, sender).await {
                Err(trouble) => return vec![unanswered(&trouble)],
                Ok(_) => Check::new("token", Grade::Good, "The API key is valid."),
            };
            let (grade, text) = match of.webhook_secrets.is_empty() {
                true => (
                    Grade::Poor,
                    "Webhooks are not signed: set a secret at Waplify's endpoint and write it as `webhook_secret`, \
                     before this daemon can be reached from outside.",
                ),
                false => (Grade::Unknown, "Waplify does not say where its webhooks go."),
            };
            vec![token, Check::new("subscription", grade, text)]
        })
    }

    fn templates<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
    ) -> BoxFuture<'a, Result<Vec<Template>, QuestionError>> {
        Box::pin(templates(self, http, sender))
    }
}

/// The path ends with a slash: the redirect to it would drop the key.
async fn templates(waplify: &Waplify, http: &dyn Http, id: SenderId) -> Result<Vec<Template>, QuestionError> {
    let sender = waplify.sender(id).ok_or_else(|| QuestionError::unknown(id, "Waplify"))?;
    let question = Question {
        url: sender.url("/templates/"),
        auth: sender.auth(),
        sender: id,
        secret: "api_key",
        names: "`api_base`",
    };
    let page = ask(http, question).await?;
    match untrusted_json::part(&page, "templates").and_then(Value::as_array) {
        Some(listed) => Ok(listed.iter().filter_map(template).collect()),
        None => Err(QuestionError::unreadable("the templates", "Waplify")),
    }
}

fn template(listed: &Value) -> Option<Template> {
    let word = |path: &str| untrusted_json::text(listed, path).unwrap_or_default().to_ascii_uppercase();
    Some(Template {
        id: 0,
        name: untrusted_json::text(listed, "name")?,
        language: untrusted_json::text(listed, "language")?,
        category: match word("category").as_str() {
            "UTILITY" => Category::Utility,
            "AUTHENTICATION" => Category::Authentication,
            _ => Category::Marketing,
        },
        status: match word("status").as_str() {
            "APPROVED" => TemplateStatus::Approved,
            "PENDING" | "IN_APPEAL" => TemplateStatus::Pending,
            "REJECTED" => TemplateStatus::Rejected,
            "PAUSED" => TemplateStatus::Paused,
            // Do not send by a template with an unknown status.
            _ => TemplateStatus::Disabled,
        },
        body: untrusted_json::text(listed, "body").unwrap_or_default(),
        header: match word("header_format").as_str() {
            "IMAGE" => Some(TemplateHeader::Image),
            "VIDEO" => Some(TemplateHeader::Video),
            "DOCUMENT" => Some(TemplateHeader::Document),
            "TEXT" => Some(TemplateHeader::Text(untrusted_json::text(listed, "header").unwrap_or_default())),
            _ => None,
        },
        // The list has no button names; replies are matched by title.
        buttons: Vec::new(),
        ttl: None,
        reference: None,
        parts: Default::default(),
    })
}
