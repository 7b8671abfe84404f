//! Implements WhatsApp through Chatwoot, which has the number: we are the agent bot of one of its inboxes. Its webhooks
//! tell everything that happens there; messages leave as those of the bot, in the conversation of the customer.

mod compose;
mod errors;
mod examine;
mod message;
mod receive;
mod send;
mod status;
mod template;

use super::{
    Auth, BoxFuture, Http, Next, Outgoing, Provider, RawRequest, Receipt, Rejected, Reply, SendError,
    checkup::Check,
    file::{self, FileUrl},
    imitation::{ImitatedEvent, Posted},
    question::QuestionError,
    signature::{Claimed, Key},
};
use crate::{
    base::{ids::SenderId, limits::CHATWOOT_POST_AGE_MAX, query, secret::Secret, time::Span},
    model::{
        channel_limits::{ChannelLimits, META},
        content::MediaKind,
        inbound::{Item, StatusError},
        template::Template,
    },
};

const MIB: u64 = 1024 * 1024;

/// The parts of WhatsApp that Chatwoot's WhatsApp inbox sends for a bot: texts, files, and options without a header, a
/// footer or a description.
pub static CARRIES: ChannelLimits = ChannelLimits {
    // Its rows have no descriptions, which stand in the text instead: both together fit.
    list_body_max: 3000,
    // Up to three rows become buttons there.
    row_title_max: 20,
    links: false,
    above: false,
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
    attached: true,
    // Without another setting, an installation takes 40 MiB.
    media: &[
        (MediaKind::Image, 5 * MIB),
        (MediaKind::Audio, 16 * MIB),
        (MediaKind::Video, 16 * MIB),
        (MediaKind::Document, 40 * MIB),
    ],
    echoes_our_id: false,
    ..META
};

const SIGNATURE: &str = "x-chatwoot-signature";
const TIMESTAMP: &str = "x-chatwoot-timestamp";
/// Proxies drop the documented `api_access_token`, which has underscores; Rails reads both as one header.
const TOKEN: &str = "api-access-token";

/// One inbox of Chatwoot, as configured.
#[derive(Debug, Clone)]
pub struct ChatwootSender {
    pub id: SenderId,
    /// `+` and digits.
    pub phone: String,
    /// The address of the installation. The token is sent nowhere else.
    pub url: String,
    /// The numbers that Chatwoot gave its account and the inbox.
    pub account: i64,
    pub inbox: i64,
    /// The access token of the agent bot.
    pub token: Secret,
    /// Sign the webhooks, or stand in their address; several during a rotation, never empty.
    pub secrets: Vec<Secret>,
}

impl ChatwootSender {
    /// The address of an endpoint of a conversation.
    fn url(&self, path: &str) -> String {
        let base = self.url.trim_end_matches('/');
        format!("{base}/api/v1/accounts/{}/conversations/{path}", self.account)
    }

    fn auth(&self) -> Auth {
        Auth::Header { name: TOKEN, value: self.token.clone() }
    }

    /// Newer versions sign each post with its time; an older one has the secret in its address.
    fn trusts(&self, request: &RawRequest<'_>) -> bool {
        let Some(signature) = request.header(SIGNATURE) else {
            let shown = query::value(request.query, "secret").unwrap_or_default();
            return self.secrets.iter().any(|secret| secret.matches(&shown));
        };
        let (Some(claimed), Some(timestamp)) = (Claimed::parse(signature), request.header(TIMESTAMP)) else {
            return false;
        };
        let at = timestamp.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1_000));
        let is_fresh = |at: i64| request.now.0.abs_diff(at) <= CHATWOOT_POST_AGE_MAX.0.unsigned_abs();
        let signed = [timestamp.as_bytes(), b".", request.body].concat();
        at.is_some_and(is_fresh)
            && self.secrets.iter().any(|secret| Key::new(secret.clone()).verifies(&signed, &claimed))
    }
}

/// The provider with all its senders.
pub struct ChatwootBot {
    senders: Vec<ChatwootSender>,
}

impl ChatwootBot {
    pub fn new(senders: Vec<ChatwootSender>) -> Self {
        ChatwootBot { senders }
    }

    fn sender(&self, id: SenderId) -> Option<&ChatwootSender> {
        self.senders.iter().find(|sender| sender.id == id)
    }
}

impl Provider for ChatwootBot {
    fn kind(&self) -> &'static str {
        "chatwoot"
    }

    fn carries(&self) -> &'static ChannelLimits {
        &CARRIES
    }

    fn handshake(&self, _: &RawRequest<'_>) -> Option<Reply> {
        None
    }

    /// Only at an address with a sender's id: each agent bot has its own secret.
    fn receive(&self, request: &RawRequest<'_>) -> Result<Vec<Item>, Rejected> {
        let sender = request.sender.and_then(|id| self.sender(id)).ok_or(Rejected::UnknownSender)?;
        if !sender.trusts(request) {
            return Err(Rejected::BadSignature);
        }
        Ok(receive::receive(sender, request.body, request.now))
    }

    fn replay(&self, raw: &str) -> Vec<Item> {
        receive::again(&self.senders, raw)
    }

    fn send<'a>(&'a self, http: &'a dyn Http, message: &'a Outgoing) -> BoxFuture<'a, Result<Receipt, SendError>> {
        Box::pin(send::send(self, http, message))
    }

    fn judge(&self, error: &StatusError) -> Next {
        errors::of_status(error)
    }

    /// Each message names its conversation there, and the answer goes into it: a customer gets a new one after the last
    /// was resolved.
    fn has_numbers(&self, _: SenderId) -> bool {
        true
    }

    /// Files lie at the installation, or at its storage, to which it redirects; both take a signed address.
    fn locate<'a>(
        &'a self,
        _: &'a dyn Http,
        sender: SenderId,
        file: file::FileReference<'a>,
    ) -> BoxFuture<'a, Result<FileUrl, QuestionError>> {
        let found = match self.sender(sender) {
            Some(of) => FileUrl::told(file, &of.url, Auth::None),
            None => Err(QuestionError::unknown(sender, "Chatwoot")),
        };
        Box::pin(std::future::ready(found))
    }

    fn imitate(&self, sender: SenderId, what: ImitatedEvent<'_>) -> Option<Posted> {
        let sender = self.sender(sender)?;
        let (body, at) = compose::told(sender, what)?;
        let (body, timestamp) = (body.to_string(), (at.0 / Span::seconds(1).0).to_string());
        let signature = Key::new(sender.secrets.first()?.clone()).sign(format!("{timestamp}.{body}").as_bytes());
        let headers = vec![(SIGNATURE, signature), (TIMESTAMP, timestamp)];
        Some(Posted { path: format!("/webhooks/chatwoot/{}", sender.id), headers, body })
    }

    fn examine<'a>(&'a self, http: &'a dyn Http, sender: SenderId) -> BoxFuture<'a, Vec<Check>> {
        Box::pin(examine::examine(self, http, sender))
    }

    fn has_catalogue(&self) -> bool {
        false
    }

    /// Chatwoot shows its catalogue to people alone.
    fn templates<'a>(&'a self, _: &'a dyn Http, _: SenderId) -> BoxFuture<'a, Result<Vec<Template>, QuestionError>> {
        let text = "Chatwoot shows its templates to no agent bot: write those that flows use under `templates` in the \
                    configuration";
        Box::pin(std::future::ready(Err(QuestionError { kind: "refused", text: text.to_owned() })))
    }
}

/// The number of a message or conversation in an address: digits only.
fn is_number(text: &str) -> bool {
    (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
