//! Messaging platforms: what a provider must do, and the list of those we speak.
//!
//! `client` and `guard` are the one way out to the network, for providers and for the calls of flows (`call`).

pub mod answer;
pub mod autocalls;
pub mod call;
pub mod checkup;
pub mod client;
pub mod fetch;
pub mod file;
pub mod guard;
pub mod imitate;
pub mod kapso;
pub mod loose;
pub mod meta;
mod pool;
pub mod question;
mod request;
mod roots;
pub mod sandbox;
pub mod signature;
pub mod twilio;
pub mod upload;
pub mod waplify;
pub mod wire;

use crate::{
    base::{
        ids::{OutboundId, ProviderId, SenderId},
        time::{Span, Time},
    },
    model::{
        carries::Carries,
        content::Content,
        inbound::{Alias, Item, StatusError},
        template::Template,
    },
};
use checkup::Check;
use file::Located;
use imitate::{Posted, Told};
use question::Trouble;
// Every provider speaks of these.
pub use request::{Auth, Body, Http, HttpError, HttpRequest, HttpResponse, Method, Sent};
pub use reqwest::header::{HeaderMap, HeaderName};
use std::pin::Pin;
use upload::Upload;

/// A future behind a pointer, so that `Provider` and `Http` can be used as `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a look for messages found.
#[derive(Debug, Default)]
pub struct Polled {
    pub items: Vec<Item>,
    /// The first of what could not be read: it is asked for again, and the rest counts.
    pub trouble: Option<Trouble>,
}

/// One messaging platform with all our senders on it. Parsing is pure; only `send` touches the network.
pub trait Provider: Send + Sync {
    /// The word of the configuration and of `/webhooks/{kind}`: `meta`, `sandbox`.
    fn kind(&self) -> &'static str;

    /// What fits into one message.
    fn carries(&self) -> &'static Carries;

    /// The answer to the platform's question whether this address is ours; `None`: this is no such
    /// question, but a webhook for `receive`.
    fn handshake(&self, request: &RawRequest<'_>) -> Option<Reply>;

    /// Verifies the signature, then parses. Every item of the body comes back in its order; what is
    /// not understood comes back as `Ignored` or `Dead`, so that one item never stops the others.
    fn receive(&self, request: &RawRequest<'_>) -> Result<Vec<Item>, Rejected>;

    /// What a webhook that was taken is answered with, as content type and text; `None`: nothing.
    fn thanks(&self) -> Option<(&'static str, &'static str)> {
        None
    }

    /// Reads the raw text of a dead letter again, as if its signature were good: an operator asked for it.
    fn replay(&self, raw: &str) -> Vec<Item>;

    /// Sends one message once. Repeating is the caller's business, see `Next`.
    fn send<'a>(&'a self, http: &'a dyn Http, message: &'a Outgoing) -> BoxFuture<'a, Result<Receipt, SendError>>;

    /// What to do about a message that a status says has failed: the same table as for sends.
    fn judge(&self, error: &StatusError) -> Next;

    /// When a window that a refusal calls closed was opened, where its words say so.
    fn opened_at(&self, _: &SendError) -> Option<Time> {
        None
    }

    /// How often `poll` is asked; `None`: webhooks bring all.
    fn poll_every(&self, sender: SenderId) -> Option<Span> {
        let _ = sender;
        None
    }

    /// What customers wrote after `since`, where no webhook tells it; told twice it has the same id. It is told again
    /// until `polled` says that it is on disk.
    fn poll<'a>(&'a self, http: &'a dyn Http, sender: SenderId, since: Time) -> BoxFuture<'a, Result<Polled, Trouble>> {
        let _ = (http, sender, since);
        Box::pin(std::future::ready(Ok(Polled::default())))
    }

    /// What the last `poll` of this sender gave is on disk.
    fn polled(&self, sender: SenderId) {
        let _ = sender;
    }

    /// When this person last wrote, as the platform knows it; `None`: it cannot be asked.
    fn window<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
        to: &'a [Alias],
    ) -> Option<BoxFuture<'a, Result<Option<Time>, Trouble>>> {
        let _ = (http, sender, to);
        None
    }

    /// What customers write is told as long as somebody listens: `window` is asked for only where the daemon was not
    /// there for all of the last day.
    fn tells_all(&self) -> bool {
        false
    }

    /// Where a file that a customer sent can be read just now.
    fn locate<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
        file: file::Told<'a>,
    ) -> BoxFuture<'a, Result<Located, Trouble>> {
        let _ = (http, sender);
        Box::pin(std::future::ready(Located::told(file, "", Auth::None)))
    }

    /// Gives a file to the platform, which answers with its id there; `None`: it takes files by their address alone.
    /// Nothing is sent by it, so no error of it is ambiguous.
    fn upload<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
        file: &'a Upload,
    ) -> Option<BoxFuture<'a, Result<String, SendError>>> {
        let _ = (http, sender, file);
        None
    }

    /// Shows the customer that a message was read; with `typing`, that it is being answered. `None`: it cannot.
    fn mark_read<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
        message: &'a ProviderId,
        typing: bool,
    ) -> Option<BoxFuture<'a, Result<(), Trouble>>> {
        let _ = (http, sender, message, typing);
        None
    }

    /// The webhook by which the platform would tell this; `None`: it tells no such thing.
    fn imitate(&self, sender: SenderId, what: Told<'_>) -> Option<Posted>;

    /// Asks the platform whether a sender works: token, number, quality, sending, subscription, each alone. A
    /// platform that can be asked nothing says nothing.
    fn examine<'a>(&'a self, http: &'a dyn Http, sender: SenderId) -> BoxFuture<'a, Vec<Check>>;

    /// All templates of a sender. `Template::id` is the platform's own number or 0; the caller gives its own.
    fn templates<'a>(&'a self, http: &'a dyn Http, sender: SenderId) -> BoxFuture<'a, Result<Vec<Template>, Trouble>>;
}

/// A request to a webhook address, before anything is believed of it.
#[derive(Debug, Clone, Copy)]
pub struct RawRequest<'a> {
    /// `GET`, `POST`.
    pub method: &'a str,
    /// What stands after `?`, still encoded; empty without one.
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    /// When it came: some platforms do not say when a message was written.
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

/// What a handshake answers, as plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub body: String,
}

/// Why a whole webhook body is refused. Nothing of it was parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejected {
    /// No secret of ours verifies the body: 401, counted.
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

/// One message on its way out. It fits the provider (`Carries::fit`) and its template, if it is one,
/// has its language.
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub id: OutboundId,
    pub sender: SenderId,
    /// All names we know the person by; a phone is preferred.
    pub to: Vec<Alias>,
    pub content: Content,
    /// The message of the contact that this one quotes.
    pub reply_to: Option<ProviderId>,
    /// Outside the window without a template; only where the sender's `direct_send` says so.
    pub direct: bool,
}

/// The provider took the message. That it arrives is told by statuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub provider_id: ProviderId,
    /// How the platform itself names the recipient: to be learnt as further aliases.
    pub aliases: Vec<Alias>,
    /// The template is being paced: it may still be dropped (a `failed` status with 132015).
    pub held_for_quality: bool,
}

/// A send that was not taken, or of which nobody knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendError {
    pub next: Next,
    /// The provider's own code (`131047`, `63016`, `SESSION_EXPIRED`), or ours: `http_502`,
    /// `timeout`, `unreachable`, `no_id`, `no_recipient`, `unknown_sender`.
    pub code: String,
    /// The provider's words, for the author and the operator; holds no secret and no phone number of ours.
    pub text: String,
}

/// What to do next: the only thing the sender branches on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Surely not sent. The same message again, for the whole sender later; `None`: back off by the attempt.
    Retry { after: Option<Span> },
    /// Surely not sent. Only this pair of sender and recipient must wait.
    RetryPair { after: Option<Span> },
    /// Surely not sent. Once more, then it has failed (media that could not be fetched).
    RetryOnce,
    /// May have been sent: wait for a status that carries our id.
    Ambiguous,
    /// The window is closed: correct our record and plan again.
    WindowClosed,
    /// The person has had enough marketing: not before 24 hours have passed, then drop.
    WaitDay,
    /// Never again, not this message to this person.
    Rejected { why: Why },
    /// The person wants no more: record it.
    OptedOut { from: OptOutScope },
    /// The platform wants quiet from this sender; its queue is kept. `None`: until a person has looked.
    PauseSender { what: PauseScope, after: Option<Span> },
    /// Token, rights or registration are wrong: stop the sender, alert, keep its queue.
    Misconfigured,
    /// This template cannot go; another one may.
    TemplateUnusable { why: TemplateFault },
    /// Not without a template.
    DirectRefused,
}

impl Next {
    /// For the metric's `kind` label.
    pub fn as_str(self) -> &'static str {
        match self {
            Next::Retry { .. } => "retry",
            Next::RetryPair { .. } => "retry_pair",
            Next::RetryOnce => "retry_once",
            Next::Ambiguous => "ambiguous",
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

/// Whose fault a final refusal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// We asked for something impossible: our bug, a dead letter.
    Request,
    /// This person cannot be reached, or not by us.
    Recipient,
    /// The platform could reach nobody at this number: no account, or one that takes nothing. After some of these in a
    /// row the number is asked no more (platform.md 4.11: "mark after n").
    Nobody,
    /// The platform dropped it for reasons of its own.
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
    /// Its parameters, name or language do not fit: the author must look.
    Data,
    Paused,
    Disabled,
}
