//! Defines the messages and events of the API as types, for lists, the event stream and webhooks.

use crate::{
    base::{
        body_fields::{At, Id},
        ids::{AccountName, ContactId, ConversationId, FlowName, InboundId, OutboundId, ProviderId, SenderId, StepId},
    },
    events::Events,
    model::{
        answer,
        content::Content,
        effect::{Origin, RunEnd},
        inbound::{InboundKind, Referral},
    },
    store::{
        ReadError,
        tables::{
            contact,
            event::Event,
            inbound::{self, Recorded},
            ledger,
            outbound::{self, Outbound, SendState},
            run,
        },
    },
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Value as Json, json};
use std::borrow::Cow;

/// A message of either direction.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub enum MessageShown {
    Ours(Box<OutgoingMessage>),
    Theirs(Box<IncomingMessage>),
}

/// A message of ours.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OutgoingMessage {
    pub id: OutboundId,
    #[schemars(extend("enum" = ["out"]))]
    direction: &'static str,
    /// When the provider took it, else when it was written.
    pub at: At,
    /// Of what left.
    pub text: String,
    /// As it was written.
    content: Shown<Content>,
    /// The content that left outside the window: the template that stood for it, or the message itself (`direct_send`).
    sent_as: Option<Shown<Content>>,
    #[schemars(with = "String", extend("enum" = SEND_STATES))]
    pub state: SendState,
    /// The author.
    #[schemars(with = "String", extend("enum" = ["flow", "handoff_flow", "opt_out_confirmation", "person", "api"]))]
    pub origin: Origin,
    /// The person who wrote it, if that was said.
    pub agent: Option<Id<String>>,
    flow: Option<FlowName>,
    step: Option<StepId>,
    /// The provider's id, once it took the message.
    provider_id: Option<ProviderId>,
    created_at: At,
    /// When the provider took it.
    accepted_at: Option<At>,
    delivered_at: Option<At>,
    read_at: Option<At>,
    failed_at: Option<At>,
    /// It is kept for the contact's next message until then.
    hold_until: Option<At>,
    /// The `at` of the request: it leaves then.
    planned_for: Option<At>,
    /// Why it was not sent, or waits: one of our own reasons.
    reason: Option<Id<String>>,
    /// The provider's words.
    error: Option<SendError>,
}

/// The states of a message to a contact.
const SEND_STATES: &[&str] =
    &["queued", "sending", "sent", "delivered", "read", "failed", "held", "unknown", "dropped", "skipped"];

#[derive(Debug, Serialize, JsonSchema)]
struct SendError {
    code: Id<String>,
    text: Option<String>,
}

/// A message of the contact.
#[derive(Debug, Serialize, JsonSchema)]
pub struct IncomingMessage {
    pub id: InboundId,
    #[schemars(extend("enum" = ["in"]))]
    direction: &'static str,
    /// The message's own time.
    pub at: At,
    /// The text that the flows read of it.
    pub text: Option<String>,
    content: Shown<InboundKind>,
    provider_id: ProviderId,
    /// The provider's id of the message that it answers.
    reply_to: Option<ProviderId>,
    /// The ad or QR code that led here.
    #[schemars(with = "Json")]
    referral: Option<Referral>,
    /// When the webhook came.
    received_at: At,
    /// When a turn took it.
    handled_at: Option<At>,
}

/// The content of a message, as it is stored.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Shown<T>(T);

impl<T> JsonSchema for Shown<T> {
    fn schema_name() -> Cow<'static, str> {
        "Content".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut kind = generator.subschema_for::<Id<String>>();
        let kinds =
            "`text`, `media`, `buttons`, `list`, `link`, `template`, `reaction`, `location`, `contact_cards`, …";
        kind.insert("description".into(), kinds.into());
        json_schema!({
            "type": "object", "required": ["kind"], "properties": {"kind": kind}, "additionalProperties": true,
            "description": "What a message holds; the other fields depend on `kind`: `body` of a text, `media` and \
                            `caption` of a media message, `name` and `body` of a template, and so on.",
        })
    }
}

/// Something that happened, and what it is about.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Event")]
pub struct EventShown {
    id: i64,
    r#type: Id<String>,
    at: At,
    sender: Option<SenderId>,
    conversation_id: Option<ConversationId>,
    contact_id: Option<ContactId>,
    #[serde(flatten)]
    subject: Subject,
}

#[derive(Debug, Default, Serialize, JsonSchema)]
struct Subject {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "EventMessage")]
    message: Option<EventMessage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "EventStatus")]
    status: Option<EventStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "EventRun")]
    run: Option<EventRun>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "EventConsent")]
    consent: Option<EventConsent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Json>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
enum EventMessage {
    Ours(Box<OutgoingMessage>),
    Theirs(Box<IncomingMessage>),
    Gone(MessageGone),
}

/// A message that is no longer kept.
#[derive(Debug, Serialize, JsonSchema)]
struct MessageGone {
    id: i64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct EventStatus {
    message_id: i64,
    #[schemars(extend("enum" = SEND_STATES))]
    state: String,
    provider_id: Option<ProviderId>,
    error: Option<SendError>,
    reason: Option<Id<String>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct EventRun {
    id: i64,
    #[serde(flatten)]
    kept: Option<KeptRun>,
    #[schemars(extend("enum" = RunEnd::ALL.map(RunEnd::as_str)))]
    outcome: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct KeptRun {
    number: u32,
    flow: FlowName,
    trigger: Id<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct EventConsent {
    id: i64,
    #[serde(flatten)]
    kept: Option<KeptConsent>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct KeptConsent {
    topic: Id<String>,
    given: bool,
    by: String,
}

impl Events {
    /// The account of an event; `None` if only the operator may see it.
    pub async fn account_of(&self, event: &Event) -> Result<Option<AccountName>, ReadError> {
        match (event.sender_id, event.contact_id) {
            (Some(sender), _) => Ok(self.config.sender(sender).map(|sender| sender.account.clone())),
            (None, Some(id)) => Ok(contact::find(&self.store, id).await?.map(|contact| contact.account)),
            (None, None) => Ok(None),
        }
    }

    /// The event and its subject as lists show it; only the id of a subject that is no longer stored.
    pub async fn told(&self, event: &Event) -> Result<Json, ReadError> {
        Ok(json!(EventShown {
            id: event.id,
            r#type: Id(event.kind.clone()),
            at: At(event.at),
            sender: event.sender_id,
            conversation_id: event.conversation_id,
            contact_id: event.contact_id,
            subject: self.subject(event).await?,
        }))
    }

    async fn subject(&self, event: &Event) -> Result<Subject, ReadError> {
        let (store, id, nothing) = (&self.store, event.subject_id, Subject::default());
        let gone = || EventMessage::Gone(MessageGone { id });
        Ok(match event.kind.as_str() {
            "message.in" | "message.heard" => {
                let row = inbound::find(store, InboundId(id)).await?;
                let message = row.map_or_else(gone, |row| EventMessage::Theirs(IncomingMessage::of(row).into()));
                Subject { message: Some(message), ..nothing }
            }
            "message.out" => {
                let row = outbound::find(store, OutboundId(id)).await?;
                let message = row.map_or_else(gone, |row| EventMessage::Ours(OutgoingMessage::of(row).into()));
                Subject { message: Some(message), ..nothing }
            }
            "message.status" => {
                let row = outbound::find(store, OutboundId(id)).await?;
                Subject { status: Some(EventStatus::of(row, event)), ..nothing }
            }
            "run.began" | "run.ended" => {
                let kept = |row: run::Run| KeptRun { number: row.number, flow: row.flow, trigger: Id(row.trigger_key) };
                let outcome = Some(event.word.clone()).filter(|word| !word.is_empty());
                let run = EventRun { id, kept: run::find(store, id).await?.map(kept), outcome };
                Subject { run: Some(run), ..nothing }
            }
            "consent" => {
                let kept = ledger::find(store, id).await?.map(|entry| {
                    let by = entry.teller().by.to_owned();
                    KeptConsent { topic: Id(entry.topic), given: entry.given, by }
                });
                Subject { consent: Some(EventConsent { id, kept }), ..nothing }
            }
            _ => Subject { data: Some(event.data.clone()), ..nothing },
        })
    }
}

impl EventStatus {
    fn of(row: Option<Outbound>, event: &Event) -> EventStatus {
        let (message_id, state) = (event.subject_id, event.word.clone());
        let Some(row) = row else {
            return EventStatus { message_id, state, provider_id: None, error: None, reason: None };
        };
        let error = SendError::of(row.error_code, row.error_text).filter(|_| state == "failed");
        EventStatus { message_id, state, provider_id: row.provider_id, error, reason: row.reason.map(Id) }
    }
}

impl SendError {
    fn of(code: Option<String>, text: Option<String>) -> Option<SendError> {
        code.map(|code| SendError { code: Id(code), text })
    }
}

impl OutgoingMessage {
    pub fn of(row: Outbound) -> OutgoingMessage {
        let draft = row.draft;
        OutgoingMessage {
            id: row.id,
            direction: "out",
            at: At(row.accepted_at.unwrap_or(row.created_at)),
            text: row.sent_as.as_ref().unwrap_or(&draft.content).text().to_owned(),
            content: Shown(draft.content),
            sent_as: row.sent_as.map(Shown),
            state: row.state,
            origin: draft.origin,
            agent: draft.agent.map(Id),
            flow: draft.flow,
            step: draft.step,
            provider_id: row.provider_id,
            created_at: At(row.created_at),
            accepted_at: row.accepted_at.map(At),
            delivered_at: row.delivered_at.map(At),
            read_at: row.read_at.map(At),
            failed_at: row.failed_at.map(At),
            hold_until: row.hold_until.map(At),
            planned_for: draft.at.map(At),
            reason: row.reason.map(Id),
            error: SendError::of(row.error_code, row.error_text),
        }
    }

    /// The kind of its content.
    pub fn kind(&self) -> Json {
        json!(self.content)["kind"].take()
    }
}

impl IncomingMessage {
    pub fn of(row: Recorded) -> IncomingMessage {
        let message = row.data.message;
        IncomingMessage {
            id: row.id,
            direction: "in",
            at: At(message.at),
            text: answer::words_of(&message.kind).map(str::to_owned),
            content: Shown(message.kind),
            provider_id: message.provider_id,
            reply_to: message.reply_to,
            referral: message.referral,
            received_at: At(row.received_at),
            handled_at: row.handled_at.map(At),
        }
    }

    /// The kind of its content.
    pub fn kind(&self) -> Json {
        json!(self.content)["kind"].take()
    }
}
