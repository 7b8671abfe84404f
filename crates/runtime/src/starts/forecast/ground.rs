//! Collects the input of a forecast: current flows, senders, templates and balances. Nothing is written.

use crate::{
    base::{
        ids::{AccountName, ContactId, SenderId, StartId, VersionId},
        time::{Span, Time},
    },
    bot::{check_context, rules::Rules, source_files::BotFiles},
    config::Config,
    flow::{self, Flow, FlowSet, Versions, World},
    model::{
        contact::Contact,
        pauses::Paused,
        session::Session,
        window::{SenderState, Window},
    },
    senders::{
        registry::Senders,
        templates::{catalogue::Catalogue, configured::own_templates},
    },
    starts::serves,
    store::{
        ReadError, Store,
        tables::{charge, conversation, flow_state, once, session, template, version},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

/// Called for each message; a daemon knows which of its senders are paused.
pub type AskSender<'a> = dyn Fn(SenderId, ContactId, Time) -> SenderState + Sync + 'a;

pub struct ForecastInputs<'a> {
    pub(super) config: &'a Config,
    pub(crate) store: Store,
    pub(super) rules: Rules,
    pub(crate) senders: Senders,
    pub(super) catalogue: Catalogue,
    pub(super) sender_state: &'a AskSender<'a>,
    pub(crate) versions: Versions,
    env: BTreeMap<String, String>,
    paused: Paused,
    has_keys: bool,
    /// The number of the last start that was foreseen: the engine knows starts by their ids.
    starts: AtomicI64,
    /// The remaining balances of accounts.
    left: Mutex<BTreeMap<AccountName, i64>>,
    /// Older versions with open runs, each read once.
    older: tokio::sync::Mutex<BTreeMap<VersionId, Option<Arc<FlowSet>>>>,
}

/// A conversation in which a start would begin.
pub(super) struct ForecastConversation {
    pub sender: SenderId,
    pub window: Window,
    pub session: Session,
    pub once: BTreeSet<String>,
    pub conversation: crate::base::ids::ConversationId,
}

impl<'a> ForecastInputs<'a> {
    /// `set` is the version `live`. `plays`: sandboxes accept every template, and have an `env` of their own.
    pub async fn read(
        config: &'a Config,
        store: &'a Store,
        (live, set): (VersionId, Arc<FlowSet>),
        plays: bool,
        sender_state: &'a AskSender<'a>,
    ) -> Result<ForecastInputs<'a>, ReadError> {
        let pulled = template::all(store).await?;
        let catalogue = Catalogue::default();
        for sender in &config.senders {
            let templates = check_context::templates_of(config, &pulled, sender.id);
            catalogue.put(sender.id, plays && sender.is_sandbox(), templates);
        }
        catalogue.put_own(&own_templates(&set));
        let mut left = BTreeMap::new();
        for account in config.accounts.iter().filter(|account| account.balance.is_some() && !config.prices.is_empty()) {
            left.insert(account.name.clone(), charge::sums(store, &account.name).await?.available());
        }
        let mut env = config.flows.env.clone();
        if plays && config.only_sandboxes() {
            env.extend(set.bot.sandbox.env.clone());
        }
        Ok(ForecastInputs {
            config,
            // It scans all contacts, so it uses the connections for slow queries.
            store: store.aside(),
            rules: Rules::of(&set.bot),
            senders: Senders::of(config),
            catalogue,
            sender_state,
            versions: Versions::new(live, set),
            env,
            paused: flow_state::paused(store).await?,
            has_keys: once::any(store).await?,
            starts: AtomicI64::new(0),
            left: Mutex::new(left),
            older: Default::default(),
        })
    }

    /// The currency of the price table; empty without one.
    pub fn currency(&self) -> &str {
        if self.config.prices.is_empty() { "" } else { &self.config.prices.currency }
    }

    pub fn set(&self) -> &FlowSet {
        self.versions.live()
    }

    /// How long starts are kept.
    pub(crate) fn kept_messages(&self) -> Span {
        self.config.retention.messages
    }

    /// The engine's view of a contact without a conversation.
    pub(crate) fn world<'w>(&'w self, now: Time, contact: &'w Contact) -> World<'w> {
        World::of_contact(now, contact, &self.env)
    }

    /// The engine's view of a contact in one conversation.
    pub(super) fn world_in<'w>(
        &'w self,
        now: Time,
        contact: &'w Contact,
        found: &'w ForecastConversation,
    ) -> World<'w> {
        World {
            conversation: found.conversation,
            sender: self.senders.view(found.sender),
            window: found.window,
            paused: &self.paused,
            once: &found.once,
            ..World::of_contact(now, contact, &self.env)
        }
    }

    /// The conversation in which a start of `flow` would begin, chosen as in `runtime::schedule`. `None` if no sender
    /// serves the flow.
    pub(super) async fn find(
        &self,
        flow: &Flow,
        contact: &mut Contact,
    ) -> Result<Option<ForecastConversation>, ReadError> {
        let rows = conversation::of(&self.store, contact.id).await?;
        match self.choose(flow, contact, &rows) {
            Some(sender) => self.talk(sender, contact, &rows).await.map(Some),
            None => Ok(None),
        }
    }

    /// An id for a start that is foreseen.
    pub(super) fn next_start(&self) -> StartId {
        StartId(self.starts.fetch_add(1, Ordering::Relaxed))
    }

    /// The sender by which a start of `flow` would talk to the contact of these conversations.
    pub(super) fn choose(
        &self,
        flow: &Flow,
        contact: &mut Contact,
        rows: &[conversation::Conversation],
    ) -> Option<SenderId> {
        let newest = rows.iter().filter_map(|row| row.last_inbound_at).max();
        contact.data.last_message_at = contact.data.last_message_at.max(newest);
        let mut heard: Vec<_> = rows.iter().filter(|row| row.last_inbound_at.is_some()).collect();
        heard.sort_by_key(|row| std::cmp::Reverse(row.last_inbound_at));
        let latest: Vec<SenderId> = heard.into_iter().map(|row| row.sender_id).collect();
        self.senders.choose(&contact.account, |sender| serves(flow, sender), &latest).map(|sender| sender.id)
    }

    /// The conversation with this sender as it is now.
    pub(super) async fn talk(
        &self,
        sender: SenderId,
        contact: &Contact,
        rows: &[conversation::Conversation],
    ) -> Result<ForecastConversation, ReadError> {
        let once = match self.has_keys {
            true => once::of(&self.store, contact.id).await?.into_iter().collect(),
            false => BTreeSet::new(),
        };
        let Some(row) = rows.iter().find(|row| row.sender_id == sender) else {
            let (window, session) = (Window::default(), Session::default());
            let conversation = crate::base::ids::ConversationId(0);
            return Ok(ForecastConversation { sender, window, session, once, conversation });
        };
        let session = session::find(&self.store, row.id).await?.map(|stored| stored.session).unwrap_or_default();
        let window = Window { opened_at: row.opened_at };
        Ok(ForecastConversation { sender, window, session, once, conversation: row.id })
    }

    /// The live version and those of a session's open runs.
    pub(super) async fn versions_for(&self, session: &Session) -> Result<Versions, ReadError> {
        let mut versions = self.versions.clone();
        for id in session.versions() {
            if versions.get(id).is_some() {
                continue;
            }
            let mut older = self.older.lock().await;
            let known = match older.get(&id) {
                Some(known) => known.clone(),
                None => {
                    let row = version::find(&self.store, id).await?;
                    let set = row.map(|row| Arc::new(flow::parse_set(&BotFiles::from_stored(&row.files).files).0));
                    older.insert(id, set.clone());
                    set
                }
            };
            if let Some(set) = known {
                versions = versions.with(id, set);
            }
        }
        Ok(versions)
    }

    /// Subtracts the amount from the account's remaining balance. False if it is too small.
    pub(super) fn pays(&self, account: &AccountName, amount: i64) -> bool {
        let mut all = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        match all.get_mut(account) {
            Some(left) if amount > 0 && amount > *left => false,
            Some(left) => {
                *left -= amount;
                true
            }
            None => true,
        }
    }
}
