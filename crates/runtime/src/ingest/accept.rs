//! Records webhooks: verifies and parses them, stores the items in one commit for each contact, then hands them to
//! lanes.

use crate::{
    base::{
        ids::{AccountName, ContactId, ConversationId, InboundId, SenderId},
        limits::{ACCEPT_TRIES_MAX, TRACES_SHOWN_MAX},
        time::Time,
    },
    channel::{RawRequest, Rejected, untrusted_json},
    contacts::directory::{FoundContact, PersonIds, set_of},
    flow::engine::question::button_token::Token,
    ingest::Ingest,
    lane::{
        rows,
        state::{LaneTask, RecordedMessage},
    },
    model::{
        consent_words::{self, Word},
        event::ConsentWord,
        inbound::{Inbound, InboundKind, InboundMessage, Item},
    },
    process::{detached::finished, panic_guard::caught},
    senders::registry::opens_window,
    store::{
        CommitError, WriteSet,
        tables::{
            contact, inbound,
            webhook::{self, Webhook},
        },
    },
};
use std::{collections::BTreeSet, pin::pin, sync::Arc};

/// The counts of a webhook's items; each is also counted in the metrics.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    pub recorded: usize,
    pub duplicates: usize,
    pub statuses: usize,
    pub ignored: usize,
    pub dead: usize,
    /// The ids of its new messages (the first `recorded`), then the trace ids of the messages that its statuses are about.
    pub traces: Vec<i64>,
}

/// The reason why a webhook is not answered with 200.
#[derive(Debug)]
pub enum NotAccepted {
    /// The path names an unknown provider.
    UnknownProvider,
    Rejected(Rejected),
    /// The rows were not stored: the provider must repeat the webhook.
    NotStored(anyhow::Error),
}

impl Ingest {
    /// Records a webhook. When this returns `Ok`, every item is stored for later handling, listed as a dead letter, or
    /// counted as ignored.
    pub async fn accept(self: &Arc<Self>, kind: &'static str, request: &RawRequest<'_>) -> Result<Counts, NotAccepted> {
        self.accept_of(kind, request, None).await
    }

    /// As `accept`, for a body that a key authenticates: items for senders of another account than `only` are ignored.
    pub async fn accept_of(
        self: &Arc<Self>,
        kind: &'static str,
        request: &RawRequest<'_>,
        only: Option<&AccountName>,
    ) -> Result<Counts, NotAccepted> {
        let provider = self.senders.providers.get(kind).ok_or(NotAccepted::UnknownProvider)?;
        let mut items = provider.receive(request).map_err(|rejected| {
            self.metrics.webhook(kind, rejected.as_str());
            NotAccepted::Rejected(rejected)
        })?;
        if let Some(only) = only {
            let foreign = |id: SenderId| self.senders.get(id).is_none_or(|sender| sender.account != *only);
            for item in items.iter_mut().filter(|item| item.what.sender().is_some_and(foreign)) {
                let reason = "the key that vouches for the body is of another account".to_owned();
                item.what = Inbound::Dead { sender: None, kind: "wrong_secret", reason };
            }
        }
        let body = request.body;
        let not_stored = |error| {
            self.metrics.webhook(kind, "not_recorded");
            NotAccepted::NotStored(error)
        };
        if !self.store.is_connected() {
            // Refuse at once, without using an id for each row that cannot be written.
            return Err(not_stored(CommitError::Away.into()));
        }
        // If the client disconnects, the messages are still recorded and must then be answered.
        let app = Arc::clone(self);
        self.queue.lanes.enter();
        let taken = finished(async move {
            let taken = caught(pin!(app.take_items(kind, items))).await;
            app.queue.lanes.leave();
            taken.map_err(|panic| anyhow::anyhow!("a panic: {panic}")).flatten()
        });
        let taken = taken.await;
        let (counts, keep_raw) = taken.map_err(not_stored)?;
        if keep_raw {
            let row = Webhook {
                id: self.store.next_id(),
                provider: kind.into(),
                sender_id: request.sender,
                received_at: self.clock.now(),
                body: untrusted_json::text_of(body).into_owned(),
            };
            let mut set = WriteSet::new();
            set.push(&webhook::INSERT, &row);
            self.store.commit(set).await.map_err(|error| not_stored(error.into()))?;
        }
        self.metrics.webhook(kind, "ok");
        Ok(counts)
    }

    /// Records the items of a webhook or of a replayed dead letter. Also tells whether an item was ignored, so that
    /// the whole body is worth keeping.
    pub(crate) async fn take_items(
        self: &Arc<Self>,
        kind: &'static str,
        items: Vec<Item>,
    ) -> anyhow::Result<(Counts, bool)> {
        let now = self.clock.now();
        let mut counts = Counts::default();
        let mut keep_raw = false;
        let mut of_contacts: Vec<(SenderId, InboundMessage)> = Vec::new();
        let mut statuses = Vec::new();
        let mut rest = WriteSet::new();
        let mut of_templates: BTreeSet<SenderId> = BTreeSet::new();
        for Item { what, raw } in items {
            match what {
                Inbound::Message { message, .. } if self.senders.are_ours(&message.from) => {
                    // Two bots on one daemon would write to each other until the loop guard stops them, so messages
                    // from our own numbers are ignored.
                    counts.ignored += 1;
                    keep_raw = true;
                    self.metrics.item("own_number", 1);
                    tracing::debug!(provider = kind, why = "own_number", "Ignored a message from a number of ours");
                }
                Inbound::Message { sender, message } => {
                    if matches!(message.kind, InboundKind::Unsupported { unknown: true, .. }) {
                        keep_raw = true;
                        self.metrics.item("unknown_kind", 1);
                    }
                    of_contacts.push((sender, message));
                }
                Inbound::Status { sender, status } => statuses.push((sender, status)),
                Inbound::Echo { sender, echo } => {
                    self.metrics.item("echo", 1);
                    Box::pin(self.take_echo(sender, echo)).await?;
                }
                Inbound::Assigned { sender, contact, place, to } => {
                    self.metrics.item("assigned", 1);
                    Box::pin(self.take_assigned(sender, &contact, &place, to)).await?;
                }
                Inbound::Preference { sender, from, marketing, .. } => {
                    self.metrics.item("preference", 1);
                    Box::pin(self.take_preference(sender, &from, marketing)).await?;
                }
                Inbound::Identity { sender, old, new, .. } => {
                    self.metrics.item("identity", 1);
                    Box::pin(self.take_identity(sender, &old, &new, &mut rest)).await?;
                }
                Inbound::Template { senders, name, language, change } => {
                    self.metrics.item("template", 1);
                    of_templates.extend(&senders);
                    self.templates.take_template_news(&senders, &name, language.as_deref(), &change, &mut rest, now);
                }
                Inbound::Account { senders, news } => {
                    self.metrics.item("account", 1);
                    self.take_account_news(&senders, &news, &mut rest, now);
                    keep_raw = true;
                }
                Inbound::Ignored { why } => {
                    counts.ignored += 1;
                    keep_raw = true;
                    self.metrics.item(why, 1);
                    tracing::debug!(provider = kind, why, "Ignored an item of a webhook: {why}");
                }
                Inbound::Dead { sender, kind: dead, reason } => {
                    counts.dead += 1;
                    self.metrics.item(dead, 1);
                    let data = serde_json::json!({ "provider": kind, "raw": raw });
                    self.events.dead_letter(&mut rest, dead, sender, &reason, data, now);
                }
            }
        }
        counts.statuses = statuses.len();
        let ((), moved, messages) = tokio::try_join!(
            async { self.store.commit(rest).await.map(|_| ()).map_err(anyhow::Error::from) },
            self.statuses.take_statuses(statuses),
            async {
                match of_contacts.is_empty() {
                    true => Ok((0, 0, Vec::new())),
                    // Boxed, because most webhooks are statuses.
                    false => Box::pin(self.record_messages(of_contacts, now)).await,
                }
            }
        )?;
        if !of_templates.is_empty() {
            Box::pin(self.templates.compare_templates()).await;
        }
        for sender in of_templates {
            self.templates.templates_changed(sender).await;
        }
        (counts.recorded, counts.duplicates, counts.traces) = messages;
        counts.traces.extend(moved);
        counts.traces.truncate(TRACES_SHOWN_MAX);
        self.metrics.item("message", counts.recorded);
        self.metrics.item("duplicate", counts.duplicates);
        self.metrics.item("status", counts.statuses);
        Ok((counts, keep_raw))
    }

    /// The numbers of new and of repeated messages, and the ids of the new ones.
    async fn record_messages(
        self: &Arc<Self>,
        messages: Vec<(SenderId, InboundMessage)>,
        now: Time,
    ) -> anyhow::Result<(usize, usize, Vec<i64>)> {
        let total = messages.len();
        let mut left = messages;
        let (mut new, mut ids) = (0, Vec::new());
        for attempt in 1..=ACCEPT_TRIES_MAX {
            let mut sets: Vec<(ContactId, WriteSet)> = Vec::new();
            let mut written: Vec<(FoundContact, InboundId, SenderId, InboundMessage, Option<ConsentWord>, bool)> =
                Vec::new();
            for (sender, message) in left.drain(..) {
                let Some(of) = self.senders.get(sender) else { continue };
                let opens = opens_window(&message.kind, of);
                let at = message.at.min(now);
                let whom = PersonIds {
                    account: &of.account,
                    sender,
                    names: &message.from,
                    person_name: message.name.as_deref(),
                    opened_at: opens.then_some(at),
                    heard_at: Some(at),
                };
                let found = self.contacts.find(&whom, &mut sets).await?;
                let id = InboundId(self.store.next_id());
                let word = self.consent_word(&message, found.conversation);
                let set = set_of(&mut sets, found.contact);
                if let Some(word) = word {
                    let stop = word == ConsentWord::Stop;
                    if stop {
                        set.push(
                            &contact::STOPPED,
                            &contact::OptOutByMessage { id: found.contact, message_id: id, at: now },
                        );
                    }
                    let number = self.store.next_id();
                    let line = rows::LedgerLine {
                        topic: "all",
                        given: !stop,
                        at: message.at.min(now),
                        by: "contact",
                        message: Some(id),
                        shown: None,
                    };
                    rows::ledger(set, number, found.contact, &line, now);
                }
                let row = inbound::NewInbound {
                    id,
                    conversation_id: found.conversation,
                    contact_id: found.contact,
                    sender_id: sender,
                    provider_id: message.provider_id.clone(),
                    at: message.at,
                    received_at: now,
                    data: inbound::InboundData { message, word },
                    handled_at: None,
                };
                set.push(&inbound::INSERT, &row);
                written.push((found, id, sender, row.data.message, word, opens));
            }
            // Commit concurrently: a thousand contacts of one webhook share a few commits.
            let mut commits = Vec::with_capacity(sets.len());
            for (contact, set) in sets {
                commits.push((contact, self.store.submit(set).await?));
            }
            let mut won: Vec<i64> = Vec::new();
            let mut again: Vec<ContactId> = Vec::new();
            for (contact, commit) in commits {
                match commit.done().await {
                    Ok(done) => won.extend(done.won(&inbound::INSERT)),
                    Err(
                        error @ (CommitError::Stale { .. }
                        | CommitError::Refused(_)
                        | CommitError::Unknown
                        | CommitError::Away),
                    ) if attempt < ACCEPT_TRIES_MAX => {
                        // Another webhook has created the contact, or the cache was wrong, or the connection broke and
                        // is replaced within a moment: try again.
                        if let Some(more) = self.log_limiter.ask("recording", now) {
                            tracing::warn!(
                                contact.id = %contact, attempt, more = more.count(),
                                "The database did not take a message of contact {contact}; it is recorded again: {error}{more}"
                            );
                        }
                        self.contacts.directory.forget(contact);
                        again.push(contact);
                    }
                    Err(error) => {
                        self.contacts.directory.forget(contact);
                        return Err(error.into());
                    }
                }
            }
            won.sort_unstable();
            for (found, id, sender, message, word, opens) in written {
                if again.contains(&found.contact) {
                    left.push((sender, message));
                } else if won.binary_search(&id.0).is_ok() {
                    new += 1;
                    ids.push(id.0);
                    if word == Some(ConsentWord::Stop) {
                        self.contacts.opt_outs.add(found.contact, id);
                    }
                    let recorded = RecordedMessage {
                        id,
                        conversation: found.conversation,
                        sender,
                        message,
                        word,
                        opens,
                        recorded_at: now,
                        fresh: found.fresh,
                    };
                    // Messages that an earlier process left come first; the lane then reads this one.
                    if !self.earlier_messages.defers(found.contact) {
                        self.queue.push(found.contact, LaneTask::Inbound(Box::new(recorded)));
                    }
                } else {
                    Box::pin(self.recover_unhandled(found.contact, sender, &message, word)).await?;
                }
            }
            if left.is_empty() {
                break;
            }
        }
        Ok((new, total - new, ids))
    }

    /// Handles a repeated message that no lane knows: the answer of the commit that recorded it may have been lost.
    async fn recover_unhandled(
        self: &Arc<Self>,
        contact: ContactId,
        sender: SenderId,
        message: &InboundMessage,
        word: Option<ConsentWord>,
    ) -> anyhow::Result<()> {
        let is_stop = word == Some(ConsentWord::Stop);
        let row = inbound::by_provider(&self.store, sender, &message.provider_id).await?;
        if let Some(row) = row.filter(|row| row.handled_at.is_none()) {
            if is_stop {
                // In force with this webhook's answer, whatever the lane is doing.
                self.contacts.opt_outs.add(contact, row.id);
            }
            // It may already be in the queue of a running lane: read from the database, it is handled in order, once.
            if !self.earlier_messages.defers(contact) {
                self.queue.backlog.add(contact);
                self.queue.push(contact, LaneTask::Wake);
            }
        }
        Ok(())
    }

    /// Recognises an opt-out or opt-in word here, so that an opt-out is in force when the webhook is answered.
    fn consent_word(&self, message: &InboundMessage, conversation: ConversationId) -> Option<ConsentWord> {
        let is_ours = |id: &str| {
            let token = Token::read(id, &self.token_key);
            token.is_some_and(|token| token.of.is_none_or(|of| of == conversation))
        };
        match consent_words::said_by(&message.kind, is_ours, &self.live.get().rules.words)? {
            Word::Stop => Some(ConsentWord::Stop),
            // START has an effect only after an opt-out, which the engine checks.
            Word::Start => None,
            Word::Unsure => None,
        }
    }
}
