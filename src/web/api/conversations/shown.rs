//! Describes a conversation as the inbox shows it: its contact, who has it, its case and its newest message.

use crate::{
    base::{
        body_fields::{At, Id, PersonName, Phone},
        ids::{AccountName, ContactId, ConversationId, FlowName, SenderId},
        limits::PREVIEW_CHARS_MAX,
        time::Time,
    },
    model::{
        contact::Contact,
        effect::Origin,
        session::{CaseState, Person},
        window,
    },
    runtime::events::event_json::{IncomingMessage, OutgoingMessage},
    store::{
        ReadError,
        queries::inbox::{self, Listed, Newest},
        tables::{inbound, outbound},
    },
    web::{api::runs, problem::Problem, state::Web},
};
use schemars::JsonSchema;
use serde::Serialize;

/// A contact at one sender.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Conversation {
    id: ConversationId,
    /// The account of the sender.
    account: AccountName,
    sender: SenderRef,
    contact: ContactRef,
    /// The side that has it.
    #[schemars(extend("enum" = ["bot", "with_person", "needs_person"]))]
    state: &'static str,
    /// The person of the business who has it, and since when.
    with_person: Option<WithPerson>,
    /// Why somebody should look at it.
    needs_person: Option<NeedsPerson>,
    /// Since when it waits for a person: it needs one, or it was handed over and nobody has taken it.
    waiting_since: Option<At>,
    /// The runs under way.
    runs: Vec<RunRef>,
    /// Whether anything but a template may be sent now.
    window: Window,
    /// Messages of the contact since our last one, counted to 100.
    unanswered: i64,
    /// Its open case; `null`: no person has it.
    case: Option<CaseRef>,
    /// The newest in either direction.
    last_message: Option<LastMessage>,
    /// The contact's newest message.
    last_inbound_at: Option<At>,
    /// Our newest message that the provider took.
    last_outbound_at: Option<At>,
    created_at: At,
}

/// The open case of a conversation; `/v1/cases/{id}` shows the rest.
#[derive(Debug, Serialize, JsonSchema)]
struct CaseRef {
    id: i64,
    #[schemars(extend("enum" = CaseState::NAMES))]
    state: &'static str,
    /// As the flow wrote it, or higher when the case was overdue.
    priority: Option<String>,
    /// By when somebody must act; `null`: nothing was promised.
    due_at: Option<At>,
    /// `due_at` is over.
    overdue: bool,
    summary: Option<String>,
}

/// One of the senders of the configuration.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::web::api) struct SenderRef {
    id: SenderId,
    /// `null`: it is no longer configured.
    name: Option<Id<String>>,
}

/// The person in a conversation; `/v1/contacts/{id}` shows the rest.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::web::api) struct ContactRef {
    id: ContactId,
    /// In E.164 format; `null` where the platform hides it.
    phone: Option<Phone<String>>,
    name: Option<PersonName<String>>,
    tags: Vec<String>,
    /// Since when the contact wants no messages.
    opted_out_at: Option<At>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WithPerson {
    since: At,
    team: Option<Id<String>>,
    agent: Option<Id<String>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct NeedsPerson {
    since: At,
    /// One sentence.
    why: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct RunRef {
    /// For `/v1/runs/{id}`.
    id: Option<i64>,
    /// Within the conversation, from 1.
    number: u32,
    flow: FlowName,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Window {
    open: bool,
    /// 24 hours after the contact's last message.
    ends_at: Option<At>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct LastMessage {
    id: i64,
    #[schemars(extend("enum" = ["in", "out"]))]
    direction: &'static str,
    at: At,
    /// Of its `content`.
    kind: Option<Id<String>>,
    /// Its first 160 characters.
    text: Option<String>,
    /// Of ours: how far it came.
    #[schemars(with = "Option<Id<String>>")]
    state: Option<outbound::SendState>,
    /// Of ours: who speaks.
    #[schemars(with = "Option<Id<String>>")]
    origin: Option<Origin>,
}

impl SenderRef {
    pub(in crate::web::api) fn of(web: &Web, id: SenderId) -> SenderRef {
        SenderRef { id, name: web.app.senders.get(id).map(|sender| Id(sender.name.clone())) }
    }
}

impl ContactRef {
    pub(in crate::web::api) fn of(contact: &Contact) -> ContactRef {
        let data = &contact.data;
        ContactRef {
            id: contact.id,
            phone: data.phone.clone().map(Phone),
            name: data.name.clone().map(PersonName),
            tags: data.tags.iter().cloned().collect(),
            opted_out_at: contact.opted_out.map(At),
        }
    }
}

impl CaseRef {
    fn of(person: &Person, now: Time) -> Option<CaseRef> {
        let (case, state) = (person.case.as_ref()?, person.case_state()?);
        let due_at = case.due_at();
        Some(CaseRef {
            id: case.id?,
            state: state.as_str(),
            priority: case.priority.clone(),
            due_at: due_at.map(At),
            overdue: due_at.is_some_and(|due| due <= now),
            summary: case.summary.clone(),
        })
    }
}

/// A conversation as the API shows it.
pub async fn describe(web: &Web, id: ConversationId) -> Result<Conversation, Problem> {
    let row = inbox::one(&web.app.store, id).await.map_err(|error| Problem::bug(&error))?;
    let row = row.ok_or_else(|| Problem::bug(&format!("conversation {id} has no contact")))?;
    shown(web, &row).await
}

pub(super) async fn shown(web: &Web, row: &Listed) -> Result<Conversation, Problem> {
    let Listed { conversation, contact, session, .. } = row;
    let mut runs = Vec::new();
    for own in &session.runs {
        let id = runs::id_of(web, conversation.id, own.number).await?;
        runs.push(RunRef { id, number: own.number, flow: own.flow.clone() });
    }
    let window = window::Window { opened_at: conversation.opened_at };
    let now = web.app.clock.now();
    Ok(Conversation {
        id: conversation.id,
        account: contact.account.clone(),
        sender: SenderRef::of(web, conversation.sender_id),
        contact: ContactRef::of(contact),
        state: session.who_has_it(),
        with_person: session.person.as_ref().map(|person| WithPerson {
            since: At(person.since),
            team: person.team.clone().map(Id),
            agent: person.agent.clone().map(Id),
        }),
        needs_person: session
            .needs_person
            .as_ref()
            .map(|needs| NeedsPerson { since: At(needs.since), why: needs.why.clone() }),
        waiting_since: session.waiting_since().map(At),
        runs,
        window: Window { open: window.is_open(now), ends_at: window.ends_at().map(At) },
        unanswered: row.unanswered,
        case: session.person.as_ref().and_then(|person| CaseRef::of(person, now)),
        last_message: newest(web, row.newest).await?,
        last_inbound_at: conversation.last_inbound_at.map(At),
        last_outbound_at: conversation.last_outbound_at.map(At),
        created_at: At(conversation.created_at),
    })
}

/// The newest message, cut to a line.
async fn newest(web: &Web, newest: Option<Newest>) -> Result<Option<LastMessage>, Problem> {
    let (store, bug) = (&web.app.store, |error: ReadError| Problem::bug(&error));
    let cut = |text: String| text.chars().take(PREVIEW_CHARS_MAX).collect::<String>();
    let kind = |kind: serde_json::Value| kind.as_str().map(|kind| Id(kind.to_owned()));
    Ok(match newest {
        None => None,
        Some(Newest::Heard(id)) => inbound::find(store, id).await.map_err(bug)?.map(IncomingMessage::of).map(|whole| {
            let (kind, text) = (kind(whole.kind()), whole.text.map(cut));
            LastMessage { id: id.0, direction: "in", at: whole.at, kind, text, state: None, origin: None }
        }),
        Some(Newest::Said(id)) => outbound::find(store, id).await.map_err(bug)?.map(OutgoingMessage::of).map(|whole| {
            let (state, origin) = (Some(whole.state), Some(whole.origin));
            let (kind, text) = (kind(whole.kind()), Some(cut(whole.text)));
            LastMessage { id: id.0, direction: "out", at: whole.at, kind, text, state, origin }
        }),
    })
}
