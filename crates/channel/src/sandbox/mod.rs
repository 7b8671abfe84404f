//! Implements a provider without a network: accepts every message at once, reads webhooks in Meta's form.

use super::{
    BoxFuture, Http, Next, Outgoing, Provider, RawRequest, Receipt, RefusalCause, Rejected, Reply, SendError,
    checkup::Check,
    imitation::{ImitatedEvent, Posted},
    meta::{Meta, MetaSender, compose::Number},
    question::QuestionError,
    upload::Upload,
};
use crate::{
    base::{
        ids::{ProviderId, SenderId},
        limits::SANDBOX_WATCH_MAX,
        secret::Secret,
    },
    model::{
        channel_limits::{ChannelLimits, META},
        inbound::{Item, StatusError},
        template::Template,
    },
};
use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};
use tokio::sync::broadcast;

/// One sandbox sender, as configured.
#[derive(Debug, Clone)]
pub struct SandboxSender {
    pub id: SenderId,
    /// `+` and digits.
    pub phone: String,
}

/// The failure of the next send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SandboxFault {
    /// Meta's error with this code.
    Code(i64),
    /// No answer: the message may have been sent.
    Timeout,
}

/// The provider. It accepts templates of any name with any parameters.
pub struct Sandbox {
    /// Parses webhooks with the same code for real and for built ones.
    reader: Meta,
    faults: Mutex<VecDeque<SandboxFault>>,
    taken: broadcast::Sender<Outgoing>,
}

impl Sandbox {
    pub fn new(senders: Vec<SandboxSender>) -> Self {
        let as_meta = |sender: SandboxSender| MetaSender {
            phone_number_id: sender.id.to_string(),
            waba_id: WABA_ID.into(),
            id: sender.id,
            phone: sender.phone,
            access_token: Secret::default(),
            token_header: None,
            app_secrets: Vec::new(),
            verify_token: Secret::default(),
            api_base: String::new(),
            api_version: String::new(),
        };
        Sandbox {
            reader: Meta::new(senders.into_iter().map(as_meta).collect()),
            faults: Mutex::default(),
            taken: broadcast::channel(SANDBOX_WATCH_MAX).0,
        }
    }

    /// Makes the next send fail that has no fault yet.
    pub fn fail_next(&self, fault: SandboxFault) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push_back(fault);
    }

    /// The faults that are still pending.
    pub fn faults(&self) -> Vec<SandboxFault> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    /// Every message accepted from now on; a receiver that is more than `SANDBOX_WATCH_MAX` messages behind loses
    /// some.
    pub fn watch(&self) -> broadcast::Receiver<Outgoing> {
        self.taken.subscribe()
    }

    /// The number with which `meta::compose` addresses this sender.
    pub fn number(&self, sender: SenderId) -> Option<Number> {
        let sender = self.reader.sender(sender)?;
        Some(Number {
            waba_id: sender.waba_id.clone(),
            phone_number_id: sender.phone_number_id.clone(),
            phone: sender.phone.clone(),
        })
    }

    fn take(&self, message: &Outgoing) -> Result<Receipt, SendError> {
        let refused = |next, code: &str, text: &str| Err(SendError { next, code: code.into(), text: text.into() });
        if self.reader.sender(message.sender).is_none() {
            return refused(Next::Misconfigured, "unknown_sender", "the sender is no longer in the configuration");
        }
        if message.to.is_empty() {
            let next = Next::Rejected { why: RefusalCause::Request };
            return refused(next, "no_recipient", "the contact has neither a phone nor a user id");
        }
        match self.faults.lock().unwrap_or_else(PoisonError::into_inner).pop_front() {
            Some(SandboxFault::Timeout) => refused(Next::Ambiguous, "timeout", "no answer, as was asked for"),
            Some(SandboxFault::Code(code)) => {
                let next = super::meta::judge_send(code);
                let what = "refused as was asked for; `on_error` and `on_undelivered` of the step say what then";
                refused(next, &code.to_string(), &format!("(#{code}) {what}"))
            }
            None => {
                // An error means that there is no receiver.
                let _ = self.taken.send(message.clone());
                let provider_id = ProviderId::from(format!("sandbox.{}", message.id));
                Ok(Receipt { provider_id, aliases: Vec::new(), held_for_quality: false })
            }
        }
    }
}

/// All sandbox senders belong to one fictitious account.
const WABA_ID: &str = "sandbox";

impl Provider for Sandbox {
    fn kind(&self) -> &'static str {
        "sandbox"
    }

    fn carries(&self) -> &'static ChannelLimits {
        &META
    }

    fn handshake(&self, _: &RawRequest<'_>) -> Option<Reply> {
        None
    }

    /// No signature: `web` admits only requests with an API key or from this machine. `metadata.phone_number_id` is
    /// the sender's id.
    fn receive(&self, request: &RawRequest<'_>) -> Result<Vec<Item>, Rejected> {
        match request.sender {
            Some(id) if self.reader.sender(id).is_none() => Err(Rejected::UnknownSender),
            _ => Ok(self.reader.read_trusted(request.body)),
        }
    }

    fn replay(&self, raw: &str) -> Vec<Item> {
        self.reader.replay(raw)
    }

    fn send<'a>(&'a self, _: &'a dyn Http, message: &'a Outgoing) -> BoxFuture<'a, Result<Receipt, SendError>> {
        Box::pin(async move { self.take(message) })
    }

    /// Stores nothing: a message needs only an id.
    fn upload<'a>(
        &'a self,
        _: &'a dyn Http,
        sender: SenderId,
        file: &'a Upload,
    ) -> Option<BoxFuture<'a, Result<String, SendError>>> {
        let id = format!("sandbox.{sender}.{}", file.bytes.len());
        Some(Box::pin(async { Ok(id) }))
    }

    fn judge(&self, error: &StatusError) -> Next {
        self.reader.judge(error)
    }

    fn imitate(&self, sender: SenderId, what: ImitatedEvent<'_>) -> Option<Posted> {
        let body = self.reader.tell(self.reader.sender(sender)?, what);
        Some(Posted { path: format!("/webhooks/sandbox/{sender}"), headers: Vec::new(), body })
    }

    fn examine<'a>(&'a self, _: &'a dyn Http, _: SenderId) -> BoxFuture<'a, Vec<Check>> {
        Box::pin(async { Vec::new() })
    }

    fn templates<'a>(&'a self, _: &'a dyn Http, _: SenderId) -> BoxFuture<'a, Result<Vec<Template>, QuestionError>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        BoxFuture, HeaderMap, HttpError, HttpRequest, HttpResponse,
        base::{ids::OutboundId, time::Time},
        meta::compose,
        model::{
            content::Content,
            inbound::{Alias, AliasKind, DeliveryState, Inbound, InboundKind},
        },
    };

    struct NoNetwork;

    impl Http for NoNetwork {
        fn send(&self, _: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
            panic!("the sandbox touches no network")
        }
    }

    fn sandbox() -> Sandbox {
        Sandbox::new(vec![SandboxSender { id: SenderId(1), phone: "+15550000001".into() }])
    }

    fn phone() -> Alias {
        Alias { kind: AliasKind::Phone, value: "4915110000001".into() }
    }

    fn hello() -> Outgoing {
        let content = Content::Text { body: "hello".into() };
        let (id, sender, to) = (OutboundId(7), SenderId(1), vec![phone()]);
        Outgoing { id, sender, to, content, reply_to: None, direct: false, number: None, file: None }
    }

    fn receive(sandbox: &Sandbox, sender: i64, body: &str) -> Result<Vec<Item>, Rejected> {
        let headers = HeaderMap::new();
        let sender = Some(SenderId(sender));
        sandbox.receive(&RawRequest {
            method: "POST",
            query: "",
            headers: &headers,
            body: body.as_bytes(),
            now: Time(1),
            sender,
        })
    }

    #[tokio::test]
    async fn a_message_is_taken_at_once_and_seen() {
        let sandbox = sandbox();
        let mut watch = sandbox.watch();
        let receipt = sandbox.send(&NoNetwork, &hello()).await.unwrap();
        assert_eq!(receipt.provider_id.as_str(), "sandbox.7");
        assert_eq!(watch.try_recv().unwrap().content.text(), "hello");
    }

    #[tokio::test]
    async fn a_fault_hits_one_send() {
        let sandbox = sandbox();
        sandbox.fail_next(SandboxFault::Code(131047));
        sandbox.fail_next(SandboxFault::Timeout);
        let next = async || sandbox.send(&NoNetwork, &hello()).await.map_err(|error| error.next);
        assert_eq!(next().await, Err(Next::WindowClosed));
        assert_eq!(next().await, Err(Next::Ambiguous));
        assert!(next().await.is_ok());
    }

    #[test]
    fn composed_webhooks_are_read() {
        let sandbox = sandbox();
        let number = sandbox.number(SenderId(1)).unwrap();
        let what = compose::CustomerEvent::Tap { id: "t".into(), title: "Yes".into() };
        let act = compose::CustomerAction {
            from: phone(),
            name: Some("Ada".into()),
            id: "wamid.1".into(),
            at: Time(1_700_000_000_000),
            what,
            reply_to: Some("sandbox.7".into()),
        };
        let items = receive(&sandbox, 1, &compose::message(&number, &act)).unwrap();
        let Inbound::Message { sender, message } = &items[0].what else { panic!("{items:?}") };
        assert_eq!((*sender, message.at, message.name.as_deref()), (SenderId(1), act.at, Some("Ada")));
        assert_eq!(message.kind, InboundKind::Button { id: "t".into(), title: "Yes".into() });
        assert_eq!(message.reply_to.as_ref().map(ProviderId::as_str), Some("sandbox.7"));

        let news = compose::News {
            provider_id: "sandbox.7".into(),
            ours: Some(OutboundId(7)),
            state: DeliveryState::Failed,
            at: act.at,
            to: "+4915110000001".into(),
            code: Some(131026),
        };
        let items = receive(&sandbox, 1, &compose::status(&number, &news)).unwrap();
        let Inbound::Status { status, .. } = &items[0].what else { panic!("{items:?}") };
        assert_eq!((status.ours, status.error.as_ref().map(|e| e.code)), (Some(OutboundId(7)), Some(131026)));
    }

    #[test]
    fn another_sender_is_unknown() {
        assert_eq!(receive(&sandbox(), 2, "{}").unwrap_err(), Rejected::UnknownSender);
    }
}
