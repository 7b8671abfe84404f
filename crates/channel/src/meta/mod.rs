//! Implements Meta's WhatsApp Cloud API for all our senders on it: handshake, webhooks and sends.

mod account;
mod body;
pub mod catalogue;
pub mod compose;
pub mod doctor;
mod errors;
mod examine;
mod fields;
mod kind;
mod make;
mod media;
mod message;
mod parts;
pub mod payload;
pub mod public_key;
mod reading;
mod receive;
pub mod sealed;
mod send;
mod status;
mod surrogates;
mod upload;

use super::{
    Auth, BoxFuture, Http, Next, Outgoing, Provider, RawRequest, Receipt, Rejected, Reply, SendError,
    checkup::Check,
    file::{self, FileUrl},
    imitation::{ImitatedEvent, Posted},
    question::QuestionError,
    signature::{Claimed, Key},
    upload::Upload,
};
use crate::{
    base::{
        ids::{ProviderId, SenderId},
        secret::Secret,
    },
    model::{
        channel_limits::{ChannelLimits, META},
        draft::{CreatedTemplate, TemplateDraft},
        inbound::{Item, StatusError},
        template::Template,
    },
};
use std::collections::HashMap;

/// One WhatsApp number of ours, as configured.
#[derive(Debug, Clone)]
pub struct MetaSender {
    pub id: SenderId,
    /// `+` and digits.
    pub phone: String,
    pub phone_number_id: String,
    pub waba_id: String,
    pub access_token: Secret,
    /// The token's header at a service that forwards Meta's API; `None`: `Authorization`, as at Meta.
    pub token_header: Option<&'static str>,
    /// Several during rotation; never empty (the configuration checks this).
    pub app_secrets: Vec<Secret>,
    pub verify_token: Secret,
    /// `https://graph.facebook.com`, or a local mock. The token is sent nowhere else.
    pub api_base: String,
    /// `v24.0`
    pub api_version: String,
}

impl MetaSender {
    fn auth(&self) -> Auth {
        let value = self.access_token.clone();
        match self.token_header {
            Some(name) => Auth::Header { name, value },
            None => Auth::Bearer(value),
        }
    }

    /// `{api_base}/{api_version}/{path}`.
    fn url(&self, path: &str) -> String {
        format!("{}/{}/{path}", self.api_base.trim_end_matches('/'), self.api_version)
    }
}

/// The provider: senders, indexed by the ids that webhooks carry.
pub struct Meta {
    senders: Vec<MetaSender>,
    by_phone_number_id: HashMap<String, usize>,
    by_id: HashMap<SenderId, usize>,
    /// The distinct secrets: each webhook needs one HMAC per secret, however many senders share it.
    keys: Vec<Key>,
    /// The indexes in `keys` of each sender's own secrets.
    own_keys: Vec<Vec<usize>>,
}

impl Meta {
    pub fn new(senders: Vec<MetaSender>) -> Self {
        let mut keys: Vec<Key> = Vec::new();
        let own_keys = senders.iter().map(|sender| own_keys(&mut keys, &sender.app_secrets)).collect();
        let by_phone_number_id = senders.iter().enumerate().map(|(n, s)| (s.phone_number_id.clone(), n)).collect();
        let by_id = senders.iter().enumerate().map(|(n, s)| (s.id, n)).collect();
        Meta { senders, by_phone_number_id, by_id, keys, own_keys }
    }

    pub fn sender(&self, id: SenderId) -> Option<&MetaSender> {
        self.by_id.get(&id).map(|n| &self.senders[*n])
    }

    pub fn senders(&self) -> &[MetaSender] {
        &self.senders
    }

    /// Parses a body whose origin was verified by other means.
    pub fn read_trusted(&self, body: &[u8]) -> Vec<Item> {
        self.read(&Trust::All, None, body)
    }

    /// Parses a body in Meta's form, also one that another service forwarded. `to`: the sender in the webhook's path.
    pub(super) fn read(&self, trust: &Trust, to: Option<SenderId>, body: &[u8]) -> Vec<Item> {
        let asked = to.filter(|id| self.by_id.get(id).is_some_and(|n| self.trusts(trust, *n)));
        receive::receive(self, trust, &[], asked, body)
    }

    /// Parses a body again whose signature was verified by the keys with these names.
    fn read_proven(&self, names: &[String], body: &[u8]) -> Vec<Item> {
        let keys = self.keys.iter().map(|key| names.contains(&key.name())).collect();
        receive::receive(self, &Trust::Keys(keys), names, None, body)
    }

    /// A webhook body in Meta's form.
    pub fn tell(&self, sender: &MetaSender, what: ImitatedEvent<'_>) -> String {
        let number = compose::Number {
            waba_id: sender.waba_id.clone(),
            phone_number_id: sender.phone_number_id.clone(),
            phone: sender.phone.clone(),
        };
        match what {
            ImitatedEvent::Message(act) => compose::message(&number, act),
            ImitatedEvent::Status(news) => compose::status(&number, news),
        }
    }

    /// The checks of a number, without its account.
    pub(super) async fn examine_number(&self, http: &dyn Http, sender: SenderId) -> Vec<Check> {
        examine::number(self, http, sender).await
    }

    /// The keys that verify this body; `None`: no key does.
    pub(super) fn verified(&self, claimed: &Claimed, body: &[u8]) -> Option<Trust> {
        let keys: Vec<bool> = self.keys.iter().map(|key| key.verifies(body, claimed)).collect();
        keys.contains(&true).then_some(Trust::Keys(keys))
    }

    fn trusts(&self, trust: &Trust, sender: usize) -> bool {
        match trust {
            Trust::All => true,
            Trust::Keys(keys) => self.own_keys[sender].iter().any(|key| keys[*key]),
        }
    }
}

/// The senders whose items in a body are trusted.
pub(super) enum Trust {
    /// Senders with a key marked here.
    Keys(Vec<bool>),
    /// All senders: for the sandbox, and for an operator who replays a dead letter.
    All,
}

impl Provider for Meta {
    fn kind(&self) -> &'static str {
        "meta"
    }

    fn carries(&self) -> &'static ChannelLimits {
        &META
    }

    fn handshake(&self, request: &RawRequest<'_>) -> Option<Reply> {
        if request.method != "GET" {
            return None;
        }
        let get = |name| query_value(request.query, name);
        let token = get("hub.verify_token").unwrap_or_default();
        let ours = self.senders.iter().filter(|s| request.sender.is_none_or(|id| id == s.id)).any(|sender| {
            // An empty token would accept any request.
            !sender.verify_token.is_empty() && sender.verify_token.matches(&token)
        });
        Some(match get("hub.challenge") {
            Some(challenge) if ours && get("hub.mode").as_deref() == Some("subscribe") => {
                Reply { status: 200, body: challenge }
            }
            _ => Reply { status: 403, body: "the verify token is not ours".into() },
        })
    }

    fn receive(&self, request: &RawRequest<'_>) -> Result<Vec<Item>, Rejected> {
        if request.sender.is_some_and(|id| !self.by_id.contains_key(&id)) {
            return Err(Rejected::UnknownSender);
        }
        let claimed = request.header("x-hub-signature-256").and_then(Claimed::parse);
        let trust = claimed.and_then(|claimed| self.verified(&claimed, request.body)).ok_or(Rejected::BadSignature)?;
        Ok(self.read(&trust, request.sender, request.body))
    }

    fn replay(&self, raw: &str) -> Vec<Item> {
        match receive::proof(raw) {
            // The item was not verified by its sender's secret when it came: now one of the sender's secrets must be
            // among those that verified the body.
            Some(names) => self.read_proven(&names, raw.as_bytes()),
            None => self.read_trusted(raw.as_bytes()),
        }
    }

    fn send<'a>(&'a self, http: &'a dyn Http, message: &'a Outgoing) -> BoxFuture<'a, Result<Receipt, SendError>> {
        Box::pin(send::send(self, http, message))
    }

    fn judge(&self, error: &StatusError) -> Next {
        errors::of_status(error.code)
    }

    fn locate<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
        file: file::FileReference<'a>,
    ) -> BoxFuture<'a, Result<FileUrl, QuestionError>> {
        Box::pin(media::locate(self, http, sender, file))
    }

    fn upload<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
        file: &'a Upload,
    ) -> Option<BoxFuture<'a, Result<String, SendError>>> {
        Some(Box::pin(upload::upload(self, http, sender, file)))
    }

    fn mark_read<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
        message: &'a ProviderId,
        typing: bool,
    ) -> Option<BoxFuture<'a, Result<(), QuestionError>>> {
        Some(Box::pin(reading::mark_read(self, http, sender, message, typing)))
    }

    fn imitate(&self, sender: SenderId, what: ImitatedEvent<'_>) -> Option<Posted> {
        let sender = self.sender(sender)?;
        let body = self.tell(sender, what);
        let key = Key::new(sender.app_secrets.first()?.clone());
        let headers = vec![("x-hub-signature-256", key.sign(body.as_bytes()))];
        Some(Posted { path: "/webhooks/meta".into(), headers, body })
    }

    fn examine<'a>(&'a self, http: &'a dyn Http, sender: SenderId) -> BoxFuture<'a, Vec<Check>> {
        Box::pin(examine::examine(self, http, sender))
    }

    fn templates<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
    ) -> BoxFuture<'a, Result<Vec<Template>, QuestionError>> {
        Box::pin(Meta::templates(self, http, sender))
    }

    fn make_template<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
        draft: &'a TemplateDraft,
    ) -> Option<BoxFuture<'a, Result<CreatedTemplate, QuestionError>>> {
        Some(Box::pin(make::make(self, http, sender, draft)))
    }
}

/// The next action after a send that Meta refuses with this code.
pub fn judge_send(code: i64) -> Next {
    errors::next(code).unwrap_or_else(|| errors::of_http(400, false))
}

/// The next action for a message whose status has failed with this code.
pub fn judge_status(code: i64) -> Next {
    errors::of_status(code)
}

fn own_keys(keys: &mut Vec<Key>, secrets: &[Secret]) -> Vec<usize> {
    let mut own = Vec::with_capacity(secrets.len());
    // Skip an empty secret: anybody could sign with it.
    for secret in secrets.iter().filter(|s| !s.is_empty()) {
        own.push(keys.iter().position(|key| key.is(secret)).unwrap_or_else(|| {
            keys.push(Key::new(secret.clone()));
            keys.len() - 1
        }));
    }
    own
}

/// One parameter of a query, decoded.
fn query_value(query: &str, name: &str) -> Option<String> {
    reqwest::Url::parse(&format!("http://localhost/?{query}"))
        .ok()?
        .query_pairs()
        .find_map(|(key, value)| (key == name).then(|| value.into_owned()))
}
