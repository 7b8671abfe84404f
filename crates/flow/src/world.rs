//! Defines the data that the engine may use, and the versions of flows of running runs.

use super::{definition::FlowSet, engine::question::button_token::Token};
use crate::{
    base::{
        ids::{ConversationId, SenderId, VersionId},
        time::Time,
    },
    model::{
        channel_limits::{ChannelLimits, META},
        contact::Contact,
        effect::TalkEntry,
        pauses::Paused,
        window::Window,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The live flows, and older sets with running runs.
#[derive(Clone)]
pub struct Versions {
    live: VersionId,
    sets: BTreeMap<VersionId, Arc<FlowSet>>,
}

impl Versions {
    pub fn new(live: VersionId, flows: Arc<FlowSet>) -> Self {
        Versions { live, sets: BTreeMap::from([(live, flows)]) }
    }

    /// Adds an older set.
    #[must_use]
    pub fn with(mut self, version: VersionId, flows: Arc<FlowSet>) -> Self {
        self.sets.insert(version, flows);
        self
    }

    pub fn live_id(&self) -> VersionId {
        self.live
    }

    pub fn live(&self) -> &FlowSet {
        &self.sets[&self.live]
    }

    pub fn get(&self, version: VersionId) -> Option<&FlowSet> {
        self.sets.get(&version).map(Arc::as_ref)
    }
}

/// Read-only data of one turn. The same world and session give the same outcome.
pub struct World<'a> {
    pub now: Time,
    pub contact: &'a Contact,
    pub conversation: ConversationId,
    pub sender: SenderView<'a>,
    pub window: Window,
    /// The value of `env` in expressions.
    pub env: &'a BTreeMap<String, String>,
    /// Flows that do not start, or are paused.
    pub paused: &'a Paused,
    /// The keys of `once_per` that this contact has used.
    pub once: &'a BTreeSet<String>,
    /// The newest messages of the conversation, the oldest first, where an agent drafts replies for a person.
    pub talk: &'a [TalkEntry],
    /// Signs button tokens and idempotency keys; stored in the database.
    pub token_key: &'a [u8],
}

impl<'a> World<'a> {
    /// The token of a tapped button, if the button is ours and was shown in this conversation.
    pub fn token(&self, id: &str) -> Option<Token> {
        Token::read(id, self.token_key).filter(|token| token.of == Some(self.conversation))
    }

    /// The world for an expression about a contact alone: without a conversation and a sender, with the window of the
    /// contact's last message.
    pub fn of_contact(now: Time, contact: &'a Contact, env: &'a BTreeMap<String, String>) -> World<'a> {
        static NONE: Paused =
            Paused { failing: BTreeSet::new(), by_hand: BTreeMap::new(), called_off: BTreeSet::new() };
        static NO_KEYS: BTreeSet<String> = BTreeSet::new();
        World {
            now,
            contact,
            conversation: ConversationId(0),
            sender: SenderView { id: SenderId(0), name: "", language: None, carries: &META, public_url: None },
            window: Window { opened_at: contact.data.last_message_at },
            env,
            paused: &NONE,
            once: &NO_KEYS,
            talk: &[],
            token_key: &[],
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct SenderView<'a> {
    pub id: SenderId,
    pub name: &'a str,
    /// The language of contacts without their own; `None`: the bot's.
    pub language: Option<&'a str>,
    /// The limits of its platform: parts that it cannot show become texts.
    pub carries: &'static ChannelLimits,
    /// The daemon's public address, for the bot's files on platforms that fetch addresses.
    pub public_url: Option<&'a str>,
}
