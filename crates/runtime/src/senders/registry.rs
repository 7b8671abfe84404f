//! Indexes the configured senders, and selects one if none is named.

use super::providers::Providers;
use crate::{
    base::{
        ids::{AccountName, SenderId},
        phone,
    },
    channel::Provider,
    config::{Account, Config, Sender},
    flow::SenderView,
    model::{
        channel_limits::META,
        content::Content,
        inbound::{Alias, AliasKind, InboundKind},
    },
};
use std::{collections::HashSet, sync::Arc};

/// All senders, in the order of the configuration, and the providers that serve them.
#[derive(Default)]
pub struct Senders {
    list: Vec<Sender>,
    accounts: Vec<Account>,
    /// The phone numbers of all senders in every spelling, as digits.
    numbers: HashSet<String>,
    /// The daemon's public URL.
    public_url: Option<String>,
    /// By the kind in `/webhooks/{kind}`.
    pub providers: Providers,
}

impl Senders {
    pub fn new(list: Vec<Sender>, accounts: Vec<Account>) -> Self {
        let numbers = list.iter().flat_map(|sender| phone::spellings(&sender.phone)).collect();
        Senders { list, accounts, numbers, public_url: None, providers: Providers::new() }
    }

    /// Builds the index from a configuration.
    pub fn of(config: &Config) -> Self {
        let public_url = config.public_url.clone();
        Senders { public_url, ..Senders::new(config.senders.clone(), config.accounts.clone()) }
    }

    /// Adds the providers. Without them, as in a forecast, the senders only describe themselves.
    pub fn served_by(self, providers: Providers) -> Self {
        Senders { providers, ..self }
    }

    pub(crate) fn provider_of(&self, sender: SenderId) -> Option<&Arc<dyn Provider>> {
        self.providers.get(self.get(sender)?.provider())
    }

    /// The content as the sender's platform accepts it; content that cannot be fitted is left for the platform to
    /// refuse.
    pub(crate) fn fitted(&self, sender: SenderId, content: &Content) -> Vec<Content> {
        let mut content = content.clone();
        content.name_document();
        let fitted = self.get(sender).and_then(|sender| sender.carries().fit(content.clone()).ok());
        fitted.unwrap_or_else(|| vec![content])
    }

    /// True if one of these ids is the number of a sender of this daemon.
    pub fn are_ours(&self, names: &[Alias]) -> bool {
        names.iter().any(|name| name.kind == AliasKind::Phone && self.numbers.contains(&name.value))
    }

    pub fn get(&self, id: SenderId) -> Option<&Sender> {
        self.list.iter().find(|sender| sender.id == id)
    }

    pub fn all(&self) -> &[Sender] {
        &self.list
    }

    /// The names of all accounts.
    pub fn accounts(&self) -> impl Iterator<Item = &AccountName> {
        self.accounts.iter().map(|account| &account.name)
    }

    pub fn account(&self, name: &AccountName) -> Option<&Account> {
        self.accounts.iter().find(|account| account.name == *name)
    }

    pub fn account_of(&self, id: SenderId) -> Option<&Account> {
        self.account(&self.get(id)?.account)
    }

    pub fn only_sandboxes(&self) -> bool {
        self.list.iter().all(Sender::is_sandbox)
    }

    /// A sender as the engine sees it.
    pub fn view(&self, id: SenderId) -> SenderView<'_> {
        let sender = self.get(id);
        SenderView {
            id,
            name: sender.map_or("", |sender| &sender.name),
            language: sender.and_then(|sender| sender.language.as_deref()),
            carries: sender.map_or(&META, Sender::carries),
            public_url: self.public_url.as_deref(),
        }
    }

    /// Selects a sender by language.md 5, *Which sender*: the contact's latest conversation among the allowed senders,
    /// a sandbox only if there is nothing else; otherwise the account's default, its first real one, its first.
    pub fn choose(
        &self,
        account: &AccountName,
        allowed: impl Fn(&Sender) -> bool,
        latest_first: &[SenderId],
    ) -> Option<&Sender> {
        let may = |sender: &&Sender| sender.account == *account && allowed(sender);
        let known: Vec<&Sender> = latest_first.iter().filter_map(|id| self.get(*id)).filter(|s| may(s)).collect();
        let all: Vec<&Sender> = self.list.iter().filter(may).collect();
        known
            .iter()
            .find(|sender| !sender.is_sandbox())
            .or_else(|| known.first().filter(|_| all.iter().all(|sender| sender.is_sandbox())))
            .or_else(|| all.iter().find(|sender| sender.default))
            .or_else(|| all.iter().find(|sender| !sender.is_sandbox()))
            .or_else(|| all.first())
            .copied()
    }
}

/// True if a message of this kind opens the window: platform.md 4.3.
pub(crate) fn opens_window(kind: &InboundKind, sender: &Sender) -> bool {
    match kind {
        InboundKind::Text { .. }
        | InboundKind::Button { .. }
        | InboundKind::Media { .. }
        | InboundKind::Location { .. }
        | InboundKind::Contacts { .. }
        | InboundKind::Order { .. }
        | InboundKind::Form { .. }
        | InboundKind::Welcome
        | InboundKind::Call { .. } => true,
        InboundKind::Reaction { .. } => sender.reactions_open_window,
        // Undocumented, so they do not count: an error could not be distinguished from a closed window.
        InboundKind::Edit { .. }
        | InboundKind::Revoke { .. }
        | InboundKind::System { .. }
        | InboundKind::Unsupported { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Access, Meta};

    fn sender(id: i64, real: bool, default: bool) -> Sender {
        let mut sender = Sender { id: SenderId(id), account: "acme".into(), default, ..Sender::sandbox() };
        if real {
            sender.access = Access::Meta(Meta::of_tests(id.to_string()));
        }
        sender
    }

    #[test]
    fn who_speaks_when_nobody_says() {
        let senders = Senders::new(
            vec![sender(1, false, false), sender(2, true, false), sender(3, true, true), sender(4, true, false)],
            vec![],
        );
        let pick = |latest: &[i64], allowed: &[i64]| {
            let latest: Vec<SenderId> = latest.iter().map(|&id| SenderId(id)).collect();
            senders.choose(&"acme".into(), |s| allowed.contains(&s.id.0), &latest).map(|s| s.id.0)
        };
        let all = [1, 2, 3, 4];
        assert_eq!(pick(&[2, 4], &all), Some(2), "the latest conversation");
        assert_eq!(pick(&[1, 4], &all), Some(4), "a sandbox counts only when there is nothing else");
        assert_eq!(pick(&[1], &all), Some(3), "the default");
        assert_eq!(pick(&[], &[1, 2, 4]), Some(2), "the first that is not a sandbox");
        assert_eq!(pick(&[1], &[1]), Some(1));
        assert_eq!(pick(&[], &[]), None);
    }
}
