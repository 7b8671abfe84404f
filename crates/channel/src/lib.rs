//! Defines the interface of a messaging platform, and lists the supported ones.
//!
//! All network requests go out through `client` and `guard`, those of providers and those of flows (`call`).

// The layers below, under the names that they have in all crates.
use transom_base as base;
use transom_model as model;

pub mod answer;
pub mod autocalls;
pub mod call;
pub mod chatwoot;
pub mod checkup;
pub mod client;
mod fence;
pub mod fetch;
pub mod file;
pub mod form;
pub mod guard;
pub mod imitation;
pub mod kapso;
pub mod llm;
pub mod mcp;
pub mod meta;
pub mod own_peer;
mod pool;
pub mod question;
mod request;
mod roots;
pub mod sandbox;
pub mod signature;
pub mod spans;
pub mod traceparent;
pub mod twilio;
mod untrusted;
pub mod untrusted_json;
pub mod upload;
pub mod waplify;
pub mod wire;

use crate::{
    base::{
        ids::{OutboundId, ProviderId, SenderId},
        time::{Span, Time},
    },
    model::{
        channel_limits::ChannelLimits,
        content::Content,
        draft::{CreatedTemplate, TemplateDraft},
        inbound::{Alias, Item, StatusError},
        template::Template,
    },
};
use checkup::Check;
use file::FileUrl;
use imitation::{ImitatedEvent, Posted};
use question::QuestionError;
// Every provider uses these.
pub use request::{Auth, Body, Http, HttpError, HttpRequest, HttpResponse, Method, Sent};
pub use reqwest::header::{HeaderMap, HeaderName};
use std::pin::Pin;
use upload::Upload;

/// A boxed future, so that `Provider` and `Http` can be used as `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The result of polling for messages.
#[derive(Debug, Default)]
pub struct Polled {
    pub items: Vec<Item>,
    /// The first error. Its part is polled again; the items are valid.
    pub trouble: Option<QuestionError>,
}

/// One messaging platform with all our senders on it. Parsing is pure; only methods that take `http` touch the
/// network.
pub trait Provider: Send + Sync {
    /// The name in the configuration and in `/webhooks/{kind}`: `meta`, `sandbox`.
    fn kind(&self) -> &'static str;

    /// The limits of one message.
    fn carries(&self) -> &'static ChannelLimits;

    /// Answers the platform's verification request for a webhook address; `None` if it is a webhook for `receive`.
    fn handshake(&self, request: &RawRequest<'_>) -> Option<Reply>;

    /// Verifies the signature, then parses. Gives every item of the body in order; an item that cannot be parsed
    /// becomes `Ignored` or `Dead`, so that one item never stops the others.
    fn receive(&self, request: &RawRequest<'_>) -> Result<Vec<Item>, Rejected>;

    /// The content type and text that answer an accepted webhook; `None`: an empty answer.
    fn thanks(&self) -> Option<(&'static str, &'static str)> {
        None
    }

    /// Parses the raw text of a dead letter as if its signature were valid: an operator asked for it.
    fn replay(&self, raw: &str) -> Vec<Item>;

    /// Sends one message once. The caller decides about retries, see `Next`.
    fn send<'a>(&'a self, http: &'a dyn Http, message: &'a Outgoing) -> BoxFuture<'a, Result<Receipt, SendError>>;

    /// The next action for a message whose status has failed: the same table as for sends.
    fn judge(&self, error: &StatusError) -> Next;

    /// The time at which a closed window was opened, if the error text contains it.
    fn opened_at(&self, _: &SendError) -> Option<Time> {
        None
    }

    /// True if a sender has several numbers, or conversations with a number: each message tells its own, and the
    /// answer leaves from it.
    fn has_numbers(&self, sender: SenderId) -> bool {
        let _ = sender;
        false
    }

    /// The interval of `poll`; `None`: webhooks report everything.
    fn poll_every(&self, sender: SenderId) -> Option<Span> {
        let _ = sender;
        None
    }

    /// The messages that customers wrote after `since`, if no webhook reports them; a repeated message has the same
    /// id. They are repeated until `polled` confirms that they are stored.
    fn poll<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
        since: Time,
    ) -> BoxFuture<'a, Result<Polled, QuestionError>> {
        let _ = (http, sender, since);
        Box::pin(std::future::ready(Ok(Polled::default())))
    }

    /// Confirms that the result of the last `poll` of this sender is stored.
    fn polled(&self, sender: SenderId) {
        let _ = sender;
    }

    /// The time when this person last wrote, as the platform knows it; `None` if it cannot be asked.
    fn window<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
        to: &'a [Alias],
    ) -> Option<BoxFuture<'a, Result<Option<Time>, QuestionError>>> {
        let _ = (http, sender, to);
        None
    }

    /// True if webhooks report every customer's message while the daemon runs: then `window` is asked only if the
    /// daemon was down at some time in the last 24 hours.
    fn tells_all(&self) -> bool {
        false
    }

    /// Resolves a customer's file to an address that can be read now.
    fn locate<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
        file: file::FileReference<'a>,
    ) -> BoxFuture<'a, Result<FileUrl, QuestionError>> {
        let _ = (http, sender);
        Box::pin(std::future::ready(FileUrl::told(file, "", Auth::None)))
    }

    /// Uploads a file to the platform and gives its id there; `None` if the platform takes files by URL only. No
    /// message is sent, so no error is ambiguous.
    fn upload<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
        file: &'a Upload,
    ) -> Option<BoxFuture<'a, Result<String, SendError>>> {
        let _ = (http, sender, file);
        None
    }

    /// Marks a message as read; with `typing`, also shows the typing indicator. `None` if the platform cannot.
    fn mark_read<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
        message: &'a ProviderId,
        typing: bool,
    ) -> Option<BoxFuture<'a, Result<(), QuestionError>>> {
        let _ = (http, sender, message, typing);
        None
    }

    /// The webhook by which the platform would report this event; `None` if it has no such webhook.
    fn imitate(&self, sender: SenderId, what: ImitatedEvent<'_>) -> Option<Posted>;

    /// Asks the platform whether a sender works: token, number, quality, sending, subscription, each alone. Empty if
    /// the platform cannot be asked.
    fn examine<'a>(&'a self, http: &'a dyn Http, sender: SenderId) -> BoxFuture<'a, Vec<Check>>;

    /// False if the platform shows us no templates: the configuration has them.
    fn has_catalogue(&self) -> bool {
        true
    }

    /// All templates of a sender. `Template::id` is the platform's own number or 0; the caller assigns its own.
    fn templates<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
    ) -> BoxFuture<'a, Result<Vec<Template>, QuestionError>>;

    /// Asks the platform to make a template and to look it over; `None`: it has no such endpoint.
    fn make_template<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
        draft: &'a TemplateDraft,
    ) -> Option<BoxFuture<'a, Result<CreatedTemplate, QuestionError>>> {
        let _ = (http, sender, draft);
        None
    }
}

/// A request to a webhook address, before any check.
#[derive(Debug, Clone, Copy)]
pub struct RawRequest<'a> {
    /// `GET`, `POST`.
    pub method: &'a str,
    /// The part after `?`, still encoded; empty if there is none.
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    /// The time of receipt: some platforms do not send the time of a message.
    pub now: Time,
    /// From `/webhooks/{kind}/{sender_id}`; `None` for the address that all senders share.
    pub sender: Option<SenderId>,
}

impl RawRequest<'_> {
    /// A header's value where it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The answer to a verification request, as plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub body: String,
}

/// Why a whole webhook body is refused. None of it was parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejected {
    /// None of our secrets verifies the body: 401, counted.
    BadSignature,
    /// The path names a sender that this provider does not have: 404.
    UnknownSender,
}

impl Rejected {
    /// For the metric's `result` label.
    pub fn as_str(self) -> &'static str {
        match self {
            Rejected::BadSignature => "bad_signature",
            Rejected::UnknownSender => "unknown_sender",
        }
    }

    pub fn status(self) -> u16 {
        match self {
            Rejected::BadSignature => 401,
            Rejected::UnknownSender => 404,
        }
    }
}

/// A message to send. It is within the provider's limits (`ChannelLimits::fit`), and a template has a language.
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub id: OutboundId,
    pub sender: SenderId,
    /// All known ids of the person; a phone is preferred.
    pub to: Vec<Alias>,
    pub content: Content,
    /// The contact's message that this one quotes.
    pub reply_to: Option<ProviderId>,
    /// Send outside the window without a template; only if the sender's `direct_send` allows it.
    pub direct: bool,
    /// The place of ours that the person wrote to, if the sender has several (`has_numbers`): a number, or the
    /// number of a conversation.
    pub number: Option<String>,
    /// The bytes of the file in `content`, if the platform takes them in the request (`ChannelLimits::attached`).
    pub file: Option<Upload>,
}

/// The provider accepted the message. Statuses report its delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub provider_id: ProviderId,
    /// The platform's own ids of the recipient, to be stored as further aliases.
    pub aliases: Vec<Alias>,
    /// The template is being paced: it may still be dropped (a `failed` status with 132015).
    pub held_for_quality: bool,
}

/// A send that was refused, or whose result is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendError {
    pub next: Next,
    /// The provider's own code (`131047`, `63016`, `SESSION_EXPIRED`), or ours: `http_502`,
    /// `timeout`, `unreachable`, `no_id`, `no_recipient`, `unknown_sender`.
    pub code: String,
    /// The provider's error text, for the author and the operator; contains no secret and no phone number of ours.
    pub text: String,
}

/// The next action: the sender decides by this only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Certainly not sent. Send the same message later and pause the whole sender until then; `None`: back off by the
    /// attempt.
    Retry { after: Option<Span> },
    /// Certainly not sent. Only this pair of sender and recipient must wait.
    RetryPair { after: Option<Span> },
    /// Certainly not sent. Try once more, then it has failed (media that could not be fetched).
    RetryOnce,
    /// May have been sent: wait for a status that carries our id.
    Ambiguous,
    /// The window is closed: correct our record and plan again.
    WindowClosed,
    /// The person's limit for marketing is reached: retry after 24 hours, then drop.
    WaitDay,
    /// Final: never send this message to this person.
    Rejected { why: RefusalCause },
    /// The person opted out: record it.
    OptedOut { from: OptOutScope },
    /// The platform asks for a pause of this sender; its queue is kept. `None`: until an operator lifts it.
    PauseSender { what: PauseScope, after: Option<Span> },
    /// Token, permissions or registration are wrong: stop the sender, alert, keep its queue.
    Misconfigured,
    /// This template cannot be sent; another one may.
    TemplateUnusable { why: TemplateFault },
    /// Can only be sent as a template.
    DirectRefused,
}

impl Next {
    /// For the metric's `kind` label.
    pub fn as_str(self) -> &'static str {
        match self {
            Next::Retry { .. } => "retry",
            Next::RetryPair { .. } => "retry_pair",
            Next::RetryOnce => "retry_once",
            Next::Ambiguous => "unknown",
            Next::WindowClosed => "window_closed",
            Next::WaitDay => "wait_day",
            Next::Rejected { .. } => "rejected",
            Next::OptedOut { .. } => "opted_out",
            Next::PauseSender { .. } => "pause_sender",
            Next::Misconfigured => "misconfigured",
            Next::TemplateUnusable { .. } => "template_unusable",
            Next::DirectRefused => "direct_refused",
        }
    }
}

/// The cause of a final refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalCause {
    /// Our request is invalid: our bug, a dead letter.
    Request,
    /// This person cannot be reached, or not by us.
    Recipient,
    /// The number has no account, or one that accepts nothing. After several in a row the number is no longer tried
    /// (platform.md 4.11: "mark after n").
    Nobody,
    /// The platform dropped it for its own reasons.
    Dropped,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptOutScope {
    Marketing,
    Everything,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PauseScope {
    Everything,
    Templates,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateFault {
    /// Its parameters, name or language do not match: the author must fix it.
    Data,
    Paused,
    Disabled,
}
