//! Reads a run of production: the acts of the customer, failed sends, and the steps that sent a message.

use crate::{
    base::{
        ids::{ConversationId, InboundId, OutboundId, StepId},
        limits::{RECORD_MESSAGES_MAX, RECORD_PAGE},
        time::Time,
    },
    flow::tools::testfile::{Arrival, TestAction, TestFault},
    model::{contact::ContactData, content::MediaKind, inbound::InboundKind, value::Value},
    store::{
        ReadError, Store,
        tables::{contact, inbound, outbound, run},
    },
};

/// A run as the database has it: with the customer's own words.
#[derive(Debug)]
pub(in crate::testbench) struct RecordedRun {
    pub run: run::Run,
    pub contact: ContactData,
    /// The acts from its beginning to its end, with their times.
    pub acts: Vec<(Time, TestAction)>,
    /// Its end; of an open run the time when it was read.
    pub until: Time,
    /// The steps of the messages that left, in order.
    pub sent: Vec<Option<StepId>>,
    /// Parts that a test cannot repeat.
    pub remarks: Vec<String>,
}

pub(in crate::testbench) async fn read(store: &Store, run: run::Run, now: Time) -> anyhow::Result<RecordedRun> {
    let until = run.ended_at.unwrap_or(now);
    let known = contact::find(store, run.contact_id).await?;
    let ours = ours_since(store, run.conversation_id, run.started_at).await?;
    let own: Vec<outbound::Outbound> = ours.into_iter().filter(|row| row.draft.run == Some(run.number)).collect();
    let mut remarks = Vec::new();
    let mut acts = acts_of(store, &run, until, &mut remarks).await?;
    with_failures(&mut acts, &own);
    let left = own.into_iter().filter(|row| row.accepted_at.is_some());
    let sent = left.map(|row| row.draft.step).collect();
    let contact = known.map(|contact| contact.data).unwrap_or_default();
    Ok(RecordedRun { run, contact, acts, until, sent, remarks })
}

/// True if a message or tap of the customer started it, so that it is among the acts.
pub(super) fn by_message(key: &str) -> bool {
    let kind = key.split(' ').next().unwrap_or_default();
    let kinds = ["message", "button", "any_message", "first_message", "media", "location"];
    kinds.contains(&kind) || ["order", "form", "reaction", "referral", "missed_call"].contains(&kind)
}

/// Our messages from a time on, oldest first.
async fn ours_since(
    store: &Store,
    conversation: ConversationId,
    since: Time,
) -> Result<Vec<outbound::Outbound>, ReadError> {
    let (mut rows, mut before) = (Vec::new(), OutboundId(i64::MAX));
    for _ in 0..RECORD_MESSAGES_MAX / RECORD_PAGE {
        let page = outbound::of(store, conversation, before, RECORD_PAGE).await?;
        let Some(last) = page.last() else { break };
        before = last.id;
        let is_older = last.created_at < since;
        rows.extend(page);
        if is_older {
            break;
        }
    }
    rows.reverse();
    Ok(rows)
}

/// The customer's messages with the one before a time, oldest first.
async fn theirs_since(
    store: &Store,
    conversation: ConversationId,
    since: Time,
) -> Result<Vec<inbound::Recorded>, ReadError> {
    let (mut rows, mut before) = (Vec::new(), InboundId(i64::MAX));
    for _ in 0..RECORD_MESSAGES_MAX / RECORD_PAGE {
        let page = inbound::of(store, conversation, before, RECORD_PAGE).await?;
        let Some(last) = page.last() else { break };
        before = last.id;
        let is_older = last.received_at < since;
        rows.extend(page);
        if is_older {
            break;
        }
    }
    rows.reverse();
    Ok(rows)
}

/// The customer's acts from the beginning of a run to its end.
async fn acts_of(
    store: &Store,
    run: &run::Run,
    until: Time,
    remarks: &mut Vec<String>,
) -> anyhow::Result<Vec<(Time, TestAction)>> {
    let rows = theirs_since(store, run.conversation_id, run.started_at).await?;
    let first = rows.iter().rposition(|row| row.received_at <= run.started_at).unwrap_or(0);
    let first = if by_message(&run.trigger_key) { first } else { first + 1 };
    let own = rows.into_iter().skip(first).filter(|row| row.received_at <= until);
    let mut acts = Vec::new();
    for row in own {
        let message = row.data.message;
        let act = match message.kind {
            InboundKind::Text { body } => match message.referral {
                Some(ad) => TestAction::Arrives(Arrival::Referral { ad: Box::new(ad), text: body }),
                None => TestAction::User(body),
            },
            InboundKind::Button { title, .. } => TestAction::Tap(title),
            InboundKind::Media { heard: Some(words), .. } => TestAction::Voice(Some(words)),
            InboundKind::Media { media: MediaKind::Audio, voice: true, .. } => TestAction::Voice(None),
            InboundKind::Media { media, caption, .. } => TestAction::Media { kind: media, caption },
            // A location is personal, too.
            InboundKind::Location { .. } => TestAction::Location { latitude: 40.4168, longitude: -3.7038 },
            InboundKind::Order { order } => TestAction::Arrives(Arrival::Order(Value::from_json(&order))),
            InboundKind::Form { name, response } => TestAction::Arrives(form(name, response)),
            InboundKind::Reaction { emoji, .. } => TestAction::Arrives(Arrival::Reaction(emoji)),
            InboundKind::Contacts { .. } => {
                TestAction::Arrives(Arrival::Card { name: "Ben".to_owned(), phone: "+34600111333".to_owned() })
            }
            InboundKind::Welcome => TestAction::Arrives(Arrival::Welcome),
            InboundKind::Call { missed: true } => TestAction::Arrives(Arrival::MissedCall),
            other => {
                let kind = serde_json::to_value(&other)?;
                let kind = kind["kind"].as_str().unwrap_or("message").to_owned();
                remarks.push(format!("a test cannot send a `{kind}`: left out"));
                continue;
            }
        };
        acts.push((row.received_at.max(run.started_at), act));
    }
    Ok(acts)
}

/// Puts the failures of our messages before the acts that made the bot send them.
fn with_failures(acts: &mut Vec<(Time, TestAction)>, own: &[outbound::Outbound]) {
    for row in own.iter().rev() {
        let Some(code) = row.error_code.as_deref().and_then(|code| code.parse::<i64>().ok()) else { continue };
        let at = acts.iter().rposition(|(at, _)| *at <= row.created_at).unwrap_or(0);
        let when = acts.get(at).map_or(row.created_at, |(at, _)| *at);
        acts.insert(at, (when, TestAction::Provider(vec![TestFault::Code(code)])));
    }
}

/// A form by the name that its trigger knows, without the platform's additions.
fn form(name: Option<String>, mut response: serde_json::Value) -> Arrival {
    let token = response.as_object_mut().and_then(|answers| answers.remove("flow_token"));
    let own = token.as_ref().and_then(|token| token.as_str()).and_then(|token| token.split(':').next());
    let name = own.map(str::to_owned).or(name).unwrap_or_else(|| "form".to_owned());
    let data = match Value::from_json(&response) {
        Value::Map(data) => data,
        _ => Default::default(),
    };
    Arrival::Form { name, data: Value::Map(data) }
}
