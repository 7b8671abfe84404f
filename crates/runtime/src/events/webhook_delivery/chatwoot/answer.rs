//! Sends to a customer what a person has written in Chatwoot with files. The message is stored before Chatwoot is
//! answered; then each file is read from Chatwoot and given to the platform, and only when all are there, the messages
//! are sent in their order.
//!
//! The numbers of these messages are stored with the order. So a daemon that dies at any time finds the ones that exist,
//! and sends none twice.

use super::{FILE, PersonSays, WINDOW_CLOSED, WebhookDelivery, api::Trouble, plan::Part, plan::PersonsFile};
use crate::{
    base::{
        ids::{AccountName, ConversationId, OutboundId},
        limits::{CHATWOOT_FILE_TRIES, CHATWOOT_FILE_WAIT, NAME_CHARS_MAX},
        time::Time,
    },
    channel::{Next, fetch, upload::Upload},
    config::{CHATWOOT, Chatwoot},
    events::webhook_delivery::wire::Outcome,
    model::{
        content::{Content, Media},
        event::CallError,
        window::Window,
    },
    store::{
        ReadError, WriteSet,
        tables::{
            chatwoot_message::{
                self, ChatwootMessage,
                part::{self, ChatwootPart},
            },
            contact,
            conversation::{self, Conversation},
            delivery::{self, AttemptState, Delivery},
            outbound,
            subscription::{self, Subscription},
        },
    },
};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The numbers of events are above 0, and those of refusals a little below it. Deliveries from Chatwoot count upwards
/// from here by Chatwoot's number of the message: so they keep its order, and one message has one delivery.
const FIRST: i64 = -(1 << 52);
/// Chatwoot's numbers are far below; a greater one would be no number of this kind.
const THEIRS_MAX: i64 = 1 << 51;

/// A message of a person that waits to be sent.
pub struct PersonsMessage<'a> {
    pub conversation: ConversationId,
    /// Chatwoot's number of the message.
    pub theirs: i64,
    pub agent: Option<&'a str>,
    pub parts: Vec<Part>,
}

/// The body of its delivery.
#[derive(Serialize, Deserialize)]
struct Order {
    conversation_id: ConversationId,
    theirs: i64,
    agent: Option<String>,
    parts: Vec<(OutboundId, Part)>,
}

/// Why a file does not go to the customer.
enum NotCarried {
    /// It may go later.
    Later(String),
    /// It will not; a sentence for the person.
    Never(String),
}

impl WebhookDelivery {
    /// True if an earlier message of a person waits for its files: a later one must not overtake it.
    pub async fn has_answers_waiting(
        &self,
        account: &AccountName,
        conversation: ConversationId,
    ) -> anyhow::Result<bool> {
        let of = self.subscription_of(account).await?;
        let waiting = delivery::waiting_at(&self.store, of.id, -conversation.0).await.context("reading what waits")?;
        Ok(waiting > 0)
    }

    /// Stores a message of a person, to be sent soon; a repetition of the same message changes nothing. The inner error
    /// is a sentence for the person.
    pub async fn queue_answer(
        &self,
        account: &AccountName,
        message: PersonsMessage<'_>,
        row: &Conversation,
        now: Time,
    ) -> anyhow::Result<Result<(), &'static str>> {
        let PersonsMessage { conversation, theirs, agent, parts } = message;
        let of = self.subscription_of(account).await?;
        if of.paused.is_some() {
            return Ok(Err("The connection to Chatwoot is paused: it must be resumed in Transom."));
        }
        if !(1..THEIRS_MAX).contains(&theirs) {
            return Ok(Err("The message has no number."));
        }
        let agent = agent.map(|agent| agent.chars().take(NAME_CHARS_MAX).collect());
        let parts = parts.into_iter().map(|part| (OutboundId(self.store.next_id()), part)).collect::<Vec<_>>();
        let Some(((last, _), before)) = parts.split_last() else { return Ok(Err("The message has no text.")) };
        let mut set = WriteSet::new();
        // The last one stands for the message: it is delivered when all are.
        let shown = ChatwootMessage { id: last.0, conversation_id: conversation, theirs, at: now, refused: None };
        set.push(&chatwoot_message::INSERT, &shown);
        for (id, _) in before {
            let part = ChatwootPart { id: id.0, conversation_id: conversation, theirs, at: now };
            set.push(&part::INSERT, &part);
        }
        let order = Order { conversation_id: conversation, theirs, agent, parts };
        set.push(
            &delivery::INSERT,
            &Delivery {
                id: self.store.next_id(),
                subscription_id: of.id,
                event_id: FIRST + theirs,
                kind: delivery::ANSWER.to_owned(),
                at: now,
                // Below 0: what goes to Chatwoot does not wait for it.
                place: -conversation.0,
                contact_id: Some(row.contact_id),
                body: serde_json::to_string(&order).context("writing an order")?,
                state: AttemptState::Pending,
                attempts: 0,
                since: now,
                next_at: now,
                tried_at: None,
                status: None,
                trouble: None,
            },
        );
        self.store.commit(set).await.context("recording a message of a person")?;
        self.kick();
        Ok(Ok(()))
    }

    /// The conversation in which the talk goes on: if its contact was joined to another, that one's. The inner error is
    /// a sentence for the person.
    pub async fn goes_on(&self, id: ConversationId) -> Result<Result<Conversation, &'static str>, ReadError> {
        let store = &self.store;
        let Some(row) = conversation::find(store, id).await? else {
            return Ok(Err("This conversation is no longer kept."));
        };
        Ok(match contact::going_on(store, row.contact_id).await? {
            Some(contact) if contact.data.erased_at.is_some() => Err(ERASED),
            Some(contact) if contact.id != row.contact_id => conversation::between(store, contact.id, row.sender_id)
                .await?
                .ok_or("This conversation goes on with another number of the customer."),
            Some(_) | None => Ok(row),
        })
    }

    pub(in crate::events::webhook_delivery) async fn answer(
        &self,
        inbox: &Chatwoot,
        row: &Delivery,
        now: Time,
    ) -> Outcome {
        match self.send_order(inbox, row, now).await {
            Ok(()) => Outcome::Taken(200),
            Err(Trouble { status, code, why, after }) => Outcome::Refused { status, trouble: code, why, after },
        }
    }

    async fn send_order(&self, inbox: &Chatwoot, row: &Delivery, now: Time) -> Result<(), Trouble> {
        let Ok(order) = serde_json::from_str::<Order>(&row.body) else {
            tracing::error!(webhook.id = row.subscription_id, "A message of a person in Chatwoot cannot be read back");
            return Ok(());
        };
        let known = chatwoot_message::of(&self.store, order.conversation_id, order.theirs).await?;
        let Some(known) = known.filter(|known| known.refused.is_none()) else {
            // The person's data was erased, or it was refused.
            return Ok(());
        };
        let mut waiting = Vec::new();
        for (id, part) in &order.parts {
            if outbound::find(&self.store, *id).await?.is_none() {
                waiting.push((*id, part));
            }
        }
        let sent = order.parts.len() - waiting.len();
        let refuse = async |why: &str| {
            let why = match sent {
                0 => why.to_owned(),
                _ => format!("Only {sent} of its {} messages were sent. {why}", order.parts.len()),
            };
            self.refuse_later(row, &known, why, now).await
        };
        let here = match self.goes_on(order.conversation_id).await? {
            Ok(here) => here,
            Err(why) => return refuse(why).await,
        };
        if !(Window { opened_at: here.opened_at }).is_open(now) {
            return refuse(WINDOW_CLOSED).await;
        }
        let mut ready = Vec::new();
        for (id, part) in waiting {
            let content = match (&part.file, part.text.clone()) {
                (None, text) => Content::Text { body: text.unwrap_or_default() },
                (Some(file), caption) => match self.carried(inbox, &here, file).await {
                    Ok(media) => Content::Media { media, caption },
                    Err(NotCarried::Never(why)) => return refuse(&why).await,
                    Err(NotCarried::Later(why)) if row.attempts + 1 >= CHATWOOT_FILE_TRIES => {
                        return refuse(&format!("The file `{}` could not be sent: {why}.", file.name)).await;
                    }
                    Err(NotCarried::Later(why)) => return Err(no_file(why)),
                },
            };
            ready.push((id, content));
        }
        for (id, content) in ready {
            let agent = order.agent.clone();
            let says = PersonSays { id, contact: here.contact_id, conversation: here.id, content, agent };
            match (self.chatwoot.say)(says).await {
                Ok(true) => {}
                Ok(false) => return refuse(ERASED).await,
                Err(error) => return Err(no_file(format!("{error:#}"))),
            }
        }
        Ok(())
    }

    /// The file at the platform, by which it can be sent.
    async fn carried(&self, inbox: &Chatwoot, here: &Conversation, file: &PersonsFile) -> Result<Media, NotCarried> {
        let never = |why: String| Err(NotCarried::Never(why));
        let Some(sender) = self.config.sender(here.sender_id) else {
            return never("The number is no longer connected.".to_owned());
        };
        let (carries, name) = (sender.carries(), &file.name);
        if !carries.uploads {
            if self.guarded.may_reach(&file.url).is_err() {
                return never(
                    "The platform of this number reads files by their address, and Chatwoot's is private.".into(),
                );
            }
            return Ok(Media { kind: file.kind, url: file.url.clone(), filename: Some(name.clone()) });
        }
        let _place = self.chatwoot_places.acquire().await.expect("nobody closes it");
        let fetching = self.calls.fetch_near(&file.url, &inbox.url, &self.ours);
        let read = match fetch::whole(fetching, file.bytes_max(carries), CHATWOOT_FILE_WAIT).await {
            Ok(read) => read,
            Err(CallError { code, text }) => {
                return Err(match code.as_str() {
                    "gone" => NotCarried::Never(format!("Chatwoot no longer keeps the file `{name}`.")),
                    "too_large" => NotCarried::Never(file.too_large(carries)),
                    "blocked" | "invalid_url" => {
                        NotCarried::Never(format!("The file `{name}` has an address that may not be read: {text}."))
                    }
                    _ => NotCarried::Later(text),
                });
            }
        };
        if read.bytes.is_empty() {
            return never(format!("The file `{name}` is empty."));
        }
        if read.mime.as_deref() == Some("text/html") {
            return Err(NotCarried::Later("its address leads to a page".to_owned()));
        }
        let upload = Upload { name: name.clone(), mime: file.mime.clone(), bytes: Arc::new(read.bytes) };
        match (self.chatwoot.upload)((here.sender_id, upload)).await {
            Ok(id) => Ok(Media::uploaded(file.kind, &id, Some(name.clone()))),
            Err(error) => Err(match error.next {
                Next::Rejected { .. } => NotCarried::Never(format!(
                    "The platform refused the file `{name}`: {} ({}).",
                    error.text, error.code
                )),
                _ => NotCarried::Later(error.text),
            }),
        }
    }

    pub(super) async fn subscription_of(&self, account: &AccountName) -> anyhow::Result<Subscription> {
        let name = format!("{CHATWOOT}{account}");
        let all = subscription::all(&self.store).await.context("reading subscriptions")?;
        all.into_iter().find(|row| row.configured && row.name == name).context("the inbox has no subscription")
    }
}

const ERASED: &str = "The data of this customer was erased.";

fn no_file(why: String) -> Trouble {
    Trouble { status: None, code: FILE.to_owned(), why: Some(why), after: None }
}
