//! Implements WhatsApp through Autocalls and its white labels (platform.md 1): sends texts and templates, receives
//! statuses. Customers' messages come from an automation as JSON with a configured mapping, or are polled.

mod compose;
mod errors;
mod poll;
mod receive;
mod send;

use super::{
    Auth, BoxFuture, Http, Next, Outgoing, Polled, Provider, RawRequest, Receipt, Rejected, Reply, SendError,
    checkup::{Check, Grade, unanswered, unknown_sender},
    imitation::{ImitatedEvent, Posted},
    question::{Question, QuestionError, ask},
    signature::{Claimed, Key},
    untrusted_json,
};
use crate::{
    base::{
        ids::SenderId,
        query::encode,
        secret::Secret,
        time::{Span, Time},
    },
    model::{
        channel_limits::{ChannelLimits, META},
        inbound::{Alias, AliasKind, Item, StatusError},
        template::{Category, Template, TemplateStatus},
    },
};
pub use receive::Mapping;
use serde_json::{Value, json};
use std::sync::Mutex;

/// platform.md 1.1: texts and templates. Some of its senders are at Twilio, which allows 1,600 characters.
pub static CARRIES: ChannelLimits = ChannelLimits {
    text_max: 1600,
    interactive_body_max: 1600,
    buttons_max: 0,
    rows_max: 0,
    links: false,
    above: false,
    reactions: false,
    places: false,
    cards: false,
    place_requests: false,
    forms: false,
    quotes: false,
    rare_parts: false,
    uploads: false,
    media: &[],
    echoes_our_id: false,
    ..META
};

const SIGNATURE: &str = "x-signature-256";

/// One sender at Autocalls, as configured.
#[derive(Debug, Clone)]
pub struct AutocallsSender {
    pub id: SenderId,
    /// `+` and digits.
    pub phone: String,
    /// Autocalls' id of the sender.
    pub sender_id: i64,
    pub api_key: Secret,
    /// The secrets that sign statuses. Empty: none are accepted.
    pub webhook_secrets: Vec<Secret>,
    /// The bearer token that an automation sends with a message; empty: no messages are accepted.
    pub inbound_token: Secret,
    pub inbound: Mapping,
    /// The interval at which customers' messages are polled; `None`: never.
    pub poll: Option<Span>,
    /// `https://app.autocalls.ai/api`, a white label's address, or a local mock. The key is sent nowhere else.
    pub api_base: String,
}

impl AutocallsSender {
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.api_base.trim_end_matches('/'))
    }

    fn auth(&self) -> Auth {
        Auth::Bearer(self.api_key.clone())
    }

    fn question(&self, path: &str) -> Question<'_> {
        Question { url: self.url(path), auth: self.auth(), sender: self.id, secret: "api_key", names: "`sender_id`" }
    }

    fn trusts(&self, request: &RawRequest<'_>) -> bool {
        let claimed = request.header(SIGNATURE).and_then(Claimed::parse);
        let signed = claimed.is_some_and(|claimed| {
            self.webhook_secrets.iter().any(|secret| Key::new(secret.clone()).verifies(request.body, &claimed))
        });
        // An HTTP step of an automation can send a token but cannot sign.
        let shown = request.header("authorization").and_then(|shown| shown.strip_prefix("Bearer "));
        let token = &self.inbound_token;
        signed || shown.is_some_and(|shown| !token.is_empty() && token.matches(shown.trim()))
    }
}

/// The provider with all its senders.
pub struct Autocalls {
    senders: Vec<AutocallsSender>,
    memory: Mutex<poll::Memory>,
}

impl Autocalls {
    pub fn new(senders: Vec<AutocallsSender>) -> Self {
        Autocalls { senders, memory: Mutex::default() }
    }

    fn sender(&self, id: SenderId) -> Option<&AutocallsSender> {
        self.senders.iter().find(|sender| sender.id == id)
    }
}

impl Provider for Autocalls {
    fn kind(&self) -> &'static str {
        "autocalls"
    }

    fn carries(&self) -> &'static ChannelLimits {
        &CARRIES
    }

    fn handshake(&self, _: &RawRequest<'_>) -> Option<Reply> {
        None
    }

    fn receive(&self, request: &RawRequest<'_>) -> Result<Vec<Item>, Rejected> {
        let sender = request.sender.and_then(|id| self.sender(id)).ok_or(Rejected::UnknownSender)?;
        if !sender.trusts(request) {
            return Err(Rejected::BadSignature);
        }
        Ok(receive::receive(sender, request.body, request.now))
    }

    fn replay(&self, raw: &str) -> Vec<Item> {
        receive::again(self, raw)
    }

    fn send<'a>(&'a self, http: &'a dyn Http, message: &'a Outgoing) -> BoxFuture<'a, Result<Receipt, SendError>> {
        Box::pin(send::send(self, http, message))
    }

    fn judge(&self, error: &StatusError) -> Next {
        errors::of_status(error.code)
    }

    fn opened_at(&self, error: &SendError) -> Option<Time> {
        errors::opened_at(&error.text)
    }

    fn poll_every(&self, sender: SenderId) -> Option<Span> {
        self.sender(sender)?.poll
    }

    fn poll<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
        since: Time,
    ) -> BoxFuture<'a, Result<Polled, QuestionError>> {
        Box::pin(poll::poll(self, http, sender, since))
    }

    fn polled(&self, sender: SenderId) {
        self.settle(sender);
    }

    fn window<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
        to: &'a [Alias],
    ) -> Option<BoxFuture<'a, Result<Option<Time>, QuestionError>>> {
        let sender = self.sender(sender)?;
        let phone = to.iter().find(|alias| alias.kind == AliasKind::Phone)?;
        Some(Box::pin(last_heard(sender, http, &phone.value)))
    }

    fn imitate(&self, sender: SenderId, what: ImitatedEvent<'_>) -> Option<Posted> {
        compose::told(self.sender(sender)?, what)
    }

    fn examine<'a>(&'a self, http: &'a dyn Http, sender: SenderId) -> BoxFuture<'a, Vec<Check>> {
        Box::pin(examine(self, http, sender))
    }

    fn templates<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
    ) -> BoxFuture<'a, Result<Vec<Template>, QuestionError>> {
        Box::pin(templates(self, http, sender))
    }
}

/// When the customer last wrote, from `session-status`; `None` if never or unknown.
async fn last_heard(sender: &AutocallsSender, http: &dyn Http, phone: &str) -> Result<Option<Time>, QuestionError> {
    let phone = encode(&format!("+{}", phone.trim_start_matches('+')));
    let path = format!("/user/whatsapp/session-status?sender_id={}&recipient_phone={phone}", sender.sender_id);
    let told = ask(http, sender.question(&path)).await?;
    Ok(untrusted_json::text(&told, "last_customer_message_at").as_deref().and_then(untrusted_json::time))
}

async fn examine(autocalls: &Autocalls, http: &dyn Http, id: SenderId) -> Vec<Check> {
    let Some(sender) = autocalls.sender(id) else { return unknown_sender(id) };
    let told = match ask(http, sender.question("/user/whatsapp/senders?status=all")).await {
        Ok(told) => told,
        Err(trouble) => return vec![unanswered(&trouble)],
    };
    let mut all = vec![Check::new("token", Grade::Good, "The API key is valid.")];
    let listed = untrusted_json::part(&told, "data").and_then(Value::as_array);
    let ours = listed.into_iter().flatten().find(|one| untrusted_json::number(one, "id") == Some(sender.sender_id));
    let Some(ours) = ours else {
        let text = format!("The account has no sender {}: look at `sender_id`.", sender.sender_id);
        all.push(Check::new("number", Grade::Bad, text));
        return all;
    };
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let shown = untrusted_json::text(ours, "phone_number").unwrap_or_default();
    all.push(match digits(&shown) == digits(&sender.phone) {
        true => Check::new("number", Grade::Good, format!("The number is {shown}.")),
        false => Check::new(
            "number",
            Grade::Bad,
            format!("The number is {shown} there, and another one in the configuration."),
        ),
    });
    let status = untrusted_json::text(ours, "status").unwrap_or_default();
    all.push(match status.to_lowercase().as_str() {
        "online" => Check::new("sending", Grade::Good, "The sender is online."),
        _ => {
            Check::new("sending", Grade::Bad, format!("The sender is `{status}`: nothing is sent. Its page says why."))
        }
    });
    match untrusted_json::text(ours, "quality_rating").as_deref() {
        Some("GREEN") => all.push(Check::new("quality", Grade::Good, "The quality is GREEN.")),
        Some(other) => {
            let text = format!("The quality is {other}: people block or report this number.");
            all.push(Check::new("quality", Grade::Poor, text));
        }
        None => {}
    }
    if let Some(limit) = untrusted_json::text(ours, "messaging_limit_formatted") {
        let details = json!({"messaging_limit": untrusted_json::number(ours, "messaging_limit")});
        all.push(Check::new("limit", Grade::Good, format!("The messaging limit is {limit}.")).with(details));
    }
    all.push(match (sender.inbound_token.is_empty(), sender.poll) {
        (true, None) => Check::new(
            "subscription",
            Grade::Bad,
            "Nothing brings customers' messages in: set `poll: 30s`, or `inbound_token` and an automation that posts them.",
        ),
        (false, _) => Check::new("subscription", Grade::Unknown, "Whether an automation posts messages is not told."),
        (true, Some(every)) => {
            Check::new("subscription", Grade::Good, format!("Customers' messages are asked for every {every}."))
        }
    });
    all
}

async fn templates(autocalls: &Autocalls, http: &dyn Http, id: SenderId) -> Result<Vec<Template>, QuestionError> {
    let sender = autocalls.sender(id).ok_or_else(|| QuestionError::unknown(id, "Autocalls"))?;
    let path = format!("/user/whatsapp/senders/{}/templates?status=all", sender.sender_id);
    let told = ask(http, sender.question(&path)).await?;
    match untrusted_json::part(&told, "data").and_then(Value::as_array) {
        Some(listed) => Ok(listed.iter().filter_map(template).collect()),
        None => Err(QuestionError::unreadable("the templates", "Autocalls")),
    }
}

fn template(listed: &Value) -> Option<Template> {
    let word = |path: &str| untrusted_json::text(listed, path).unwrap_or_default().to_lowercase();
    let id = untrusted_json::number(listed, "id")?;
    Some(Template {
        id,
        name: untrusted_json::text(listed, "name")?,
        language: untrusted_json::text(listed, "language")?,
        category: match word("category").as_str() {
            "utility" => Category::Utility,
            "authentication" => Category::Authentication,
            _ => Category::Marketing,
        },
        status: match word("status").as_str() {
            "approved" => TemplateStatus::Approved,
            "pending" => TemplateStatus::Pending,
            "rejected" => TemplateStatus::Rejected,
            // Do not send by a template with an unknown status.
            _ => TemplateStatus::Disabled,
        },
        body: untrusted_json::text(listed, "body_text").unwrap_or_default(),
        header: None,
        buttons: Vec::new(),
        ttl: None,
        reference: Some(id.to_string()),
        parts: Default::default(),
    })
}
