//! Implements WhatsApp through Twilio: form-encoded webhooks whose signature includes the address, and sends with
//! basic auth.

mod catalogue;
pub mod compose;
mod errors;
mod receive;
mod send;
pub mod signature;
mod typing;

use super::{
    Auth, BoxFuture, Http, Next, Outgoing, Provider, RawRequest, Receipt, Rejected, Reply, SendError,
    checkup::{Check, Grade, unanswered, unknown_sender},
    file::{self, FileUrl},
    imitation::{ImitatedEvent, Posted},
    question::{Question, QuestionError, ask},
    untrusted_json,
};
use crate::{
    base::{
        ids::{ProviderId, SenderId},
        secret::Secret,
    },
    model::{
        channel_limits::{ChannelLimits, META},
        content::MediaKind,
        inbound::{Item, StatusError},
        template::Template,
    },
};
use signature::SignedBy;

const MIB: u64 = 1024 * 1024;

/// platform.md 5.4: interactive messages need content templates, so within a conversation they are sent as text.
pub static CARRIES: ChannelLimits = ChannelLimits {
    text_max: 1600,
    interactive_body_max: 1600,
    buttons_max: 0,
    rows_max: 0,
    links: false,
    above: false,
    reactions: false,
    cards: false,
    place_requests: false,
    forms: false,
    quotes: false,
    rare_parts: false,
    caption_max: 1600,
    uploads: false,
    media: &[
        (MediaKind::Image, 16 * MIB),
        (MediaKind::Audio, 16 * MIB),
        (MediaKind::Video, 16 * MIB),
        (MediaKind::Document, 16 * MIB),
        (MediaKind::Sticker, 16 * MIB),
    ],
    ..META
};

/// One WhatsApp sender of ours, as configured.
#[derive(Debug, Clone)]
pub struct TwilioSender {
    pub id: SenderId,
    /// `+` and digits.
    pub phone: String,
    pub account_sid: String,
    /// The first sends; all verify. Never empty (the configuration checks this).
    pub auth_tokens: Vec<Secret>,
    /// The shared keys of the account's webhook settings; they only verify.
    pub webhook_secrets: Vec<Secret>,
    pub messaging_service_sid: Option<String>,
    /// `https://api.twilio.com`, or a local mock. The token goes only here and to the next two addresses.
    pub api_base: String,
    /// `https://content.twilio.com`
    pub content_base: String,
    /// `https://messaging.twilio.com`, for the typing indicator.
    pub messaging_base: String,
}

impl TwilioSender {
    fn signs<'s>(&'s self) -> impl Iterator<Item = SignedBy<'s>> {
        let tokens = self.auth_tokens.iter().map(SignedBy::Token);
        tokens.chain(self.webhook_secrets.iter().map(SignedBy::SharedKey))
    }

    fn auth(&self) -> Auth {
        let password = self.auth_tokens.first().cloned().unwrap_or_default();
        Auth::Basic { user: self.account_sid.clone(), password }
    }

    /// `{api_base}/2010-04-01/Accounts/{sid}{rest}`.
    fn url(&self, rest: &str) -> String {
        format!("{}/2010-04-01/Accounts/{}{rest}", self.api_base.trim_end_matches('/'), self.account_sid)
    }
}

/// The provider with all its senders.
pub struct Twilio {
    senders: Vec<TwilioSender>,
    /// Without a final slash: the address that Twilio calls and signs.
    public_url: String,
}

impl Twilio {
    pub fn new(senders: Vec<TwilioSender>, public_url: &str) -> Self {
        Twilio { senders, public_url: public_url.trim_end_matches('/').to_owned() }
    }

    fn sender(&self, id: SenderId) -> Option<&TwilioSender> {
        self.senders.iter().find(|sender| sender.id == id)
    }

    /// The address that Twilio calls, as configured there.
    fn webhook(&self, sender: Option<SenderId>) -> String {
        match sender {
            Some(id) => format!("{}/webhooks/twilio/{id}", self.public_url),
            None => format!("{}/webhooks/twilio", self.public_url),
        }
    }

    /// The senders with a secret that verifies the request; none if the sender in the path is not among them.
    fn verified(&self, request: &RawRequest<'_>) -> Vec<SenderId> {
        let Some(claimed) = request.header("x-twilio-signature") else { return Vec::new() };
        let mut address = self.webhook(request.sender);
        if !request.query.is_empty() {
            address = format!("{address}?{}", request.query);
        }
        let verifies = |by: SignedBy<'_>| signature::verifies(by, &address, request, claimed);
        let signed = |sender: &&TwilioSender| sender.signs().any(verifies);
        // A messaging service posts for all its numbers to one address.
        let all: Vec<SenderId> = self.senders.iter().filter(signed).map(|sender| sender.id).collect();
        if request.sender.is_none_or(|id| all.contains(&id)) { all } else { Vec::new() }
    }
}

impl Provider for Twilio {
    fn kind(&self) -> &'static str {
        "twilio"
    }

    fn carries(&self) -> &'static ChannelLimits {
        &CARRIES
    }

    /// A GET may also be a webhook: Twilio's console offers both methods.
    fn handshake(&self, _: &RawRequest<'_>) -> Option<Reply> {
        None
    }

    fn receive(&self, request: &RawRequest<'_>) -> Result<Vec<Item>, Rejected> {
        if request.sender.is_some_and(|id| self.sender(id).is_none()) {
            return Err(Rejected::UnknownSender);
        }
        let verified = self.verified(request);
        if verified.is_empty() {
            return Err(Rejected::BadSignature);
        }
        Ok(receive::receive(self, request, Some(&verified)))
    }

    /// Otherwise Twilio takes the body as a message to send.
    fn thanks(&self) -> Option<(&'static str, &'static str)> {
        Some(("text/xml; charset=utf-8", "<Response/>"))
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

    /// A messaging service sends by any of its numbers.
    fn has_numbers(&self, sender: SenderId) -> bool {
        self.sender(sender).is_some_and(|sender| sender.messaging_service_sid.is_some())
    }

    /// An account that protects its files requires the token; the redirect target does not.
    fn locate<'a>(
        &'a self,
        _: &'a dyn Http,
        sender: SenderId,
        file: file::FileReference<'a>,
    ) -> BoxFuture<'a, Result<FileUrl, QuestionError>> {
        let found = match self.sender(sender) {
            Some(sender) => FileUrl::told(file, &sender.api_base, sender.auth()),
            None => Err(QuestionError::unknown(sender, "Twilio")),
        };
        Box::pin(std::future::ready(found))
    }

    /// Twilio has no read mark without the typing indicator.
    fn mark_read<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
        message: &'a ProviderId,
        typing: bool,
    ) -> Option<BoxFuture<'a, Result<(), QuestionError>>> {
        let sender = self.sender(sender).filter(|_| typing)?;
        Some(Box::pin(typing::show(sender, http, message)))
    }

    fn imitate(&self, sender: SenderId, what: ImitatedEvent<'_>) -> Option<Posted> {
        let sender = self.sender(sender)?;
        let (query, body) = compose::told(sender, what)?;
        let path = format!("/webhooks/twilio/{}{query}", sender.id);
        let signature = signature::of_form(sender.auth_tokens.first()?, &format!("{}{path}", self.public_url), &body);
        Some(Posted { path, headers: vec![("x-twilio-signature", signature)], body })
    }

    fn examine<'a>(&'a self, http: &'a dyn Http, sender: SenderId) -> BoxFuture<'a, Vec<Check>> {
        Box::pin(examine(self, http, sender))
    }

    fn templates<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
    ) -> BoxFuture<'a, Result<Vec<Template>, QuestionError>> {
        Box::pin(catalogue::templates(self, http, sender))
    }
}

/// The next action after a send that Twilio refuses with this code, also if another service forwards it.
pub fn judge_send(code: i64) -> Option<Next> {
    errors::next(code)
}

/// The next action for a message whose status has failed with this code.
pub fn judge_status(code: i64) -> Next {
    errors::of_status(code)
}

async fn examine(twilio: &Twilio, http: &dyn Http, id: SenderId) -> Vec<Check> {
    let Some(sender) = twilio.sender(id) else { return unknown_sender(id) };
    let question = Question {
        url: sender.url(".json"),
        auth: sender.auth(),
        sender: id,
        secret: "auth_token",
        names: "`account_sid`",
    };
    let account = match ask(http, question).await {
        Ok(account) => account,
        // Twilio gives the same error for a wrong token and for a token of another account.
        Err(trouble) if trouble.kind == "token" => {
            let text = format!("{}; a wrong `account_sid` is refused in the same way", trouble.text);
            return vec![unanswered(&QuestionError { text, ..trouble })];
        }
        Err(trouble) => return vec![unanswered(&trouble)],
    };
    let Some(status) = untrusted_json::text(&account, "status") else {
        return vec![unanswered(&QuestionError::unreadable("the account", "Twilio"))];
    };
    let name = untrusted_json::text(&account, "friendly_name").unwrap_or_else(|| "without a name".into());
    let mut all = vec![Check::new("token", Grade::Good, format!("The token is valid for the account {name}."))];
    let trial = untrusted_json::text(&account, "type").as_deref() == Some("Trial");
    all.push(match status.as_str() {
        "active" if trial => {
            Check::new("sending", Grade::Poor, "The account is a trial: verified numbers only, 50 messages a day.")
        }
        "active" => Check::new("sending", Grade::Good, "The account may send."),
        other => Check::new(
            "sending",
            Grade::Bad,
            format!("The account is `{other}`: nothing is sent. The console says why."),
        ),
    });
    // The webhook address is a setting of the sender, which the account's API does not show.
    let address = twilio.webhook(Some(id));
    let text = format!("Twilio must call {address}; `#rc=3&rp=all` behind it makes Twilio try again after an error.");
    all.push(Check::new("subscription", Grade::Unknown, text));
    all
}
