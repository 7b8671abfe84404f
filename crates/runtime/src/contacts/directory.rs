//! Finds contacts and conversations by the ids in webhooks, with a cache in memory.

use crate::{
    base::{
        ids::{AccountName, ContactId, ConversationId, SenderId},
        limits::DIRECTORY_ENTRIES_MAX,
        phone,
        time::Time,
    },
    contacts::Contacts,
    model::{
        contact::{Contact, ContactData},
        inbound::{Alias, AliasKind},
    },
    store::{
        WriteSet,
        queries::search,
        tables::{alias, contact, conversation},
    },
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

#[derive(Default)]
pub struct Directory(Mutex<Maps>);

#[derive(Default)]
struct Maps {
    contacts: HashMap<AccountName, HashMap<Alias, ContactId>>,
    conversations: HashMap<(ContactId, SenderId), ConversationId>,
}

/// The ids of a person in a webhook, with the times of the message.
pub(crate) struct PersonIds<'a> {
    pub account: &'a AccountName,
    pub sender: SenderId,
    pub names: &'a [Alias],
    pub person_name: Option<&'a str>,
    /// The timestamp of the message that opens the window.
    pub opened_at: Option<Time>,
    /// The timestamp of the contact's message.
    pub heard_at: Option<Time>,
}

/// The contact and conversation of a webhook. New ones have their rows in the write-set that `find` was given.
#[derive(Debug, Clone)]
pub struct FoundContact {
    pub contact: ContactId,
    /// Set if the contact was just created: its lane has nothing to read.
    pub fresh: Option<Box<Contact>>,
    pub conversation: ConversationId,
}

impl Contacts {
    /// The contact with these ids and its conversation at the sender; created if missing: `set` then gets the rows,
    /// and must be committed before anyone uses them.
    ///
    /// If the commit fails call `forget`: the cached entries may not exist.
    pub(crate) async fn find(
        self: &Arc<Self>,
        whom: &PersonIds<'_>,
        set: &mut Vec<(ContactId, WriteSet)>,
    ) -> anyhow::Result<FoundContact> {
        let PersonIds { account, sender, names, person_name, opened_at, heard_at } = *whom;
        let now = self.clock.now();
        let (contact, fresh) = match self.directory.contact(account, names) {
            Some(contact) => (contact, None),
            None => Box::pin(self.look_up_or_make(account, names, person_name, now, set)).await?,
        };
        let conversation = match self.directory.conversation(contact, sender) {
            Some(id) => id,
            None => {
                let stored = match fresh {
                    Some(_) => None,
                    None => conversation::between(&self.store, contact, sender).await?,
                };
                let id = stored.map_or_else(|| ConversationId(self.store.next_id()), |row| row.id);
                self.directory.remember_conversation(contact, sender, id)
            }
        };
        let heard = conversation::ConversationUpdate {
            id: conversation,
            contact_id: contact,
            sender_id: sender,
            opened_at,
            last_inbound_at: heard_at,
            created_at: now,
        };
        set_of(set, contact).push(&conversation::HEARD, &heard);
        Ok(FoundContact { contact, conversation, fresh })
    }

    /// The contact with this phone (`+` and digits), created if missing; creates no conversation. As with `find`.
    pub(crate) async fn find_or_make(
        self: &Arc<Self>,
        account: &AccountName,
        phone: &str,
        set: &mut Vec<(ContactId, WriteSet)>,
    ) -> anyhow::Result<ContactId> {
        let names = [Alias { kind: AliasKind::Phone, value: phone.trim_start_matches('+').to_owned() }];
        match self.directory.contact(account, &names) {
            Some(contact) => Ok(contact),
            None => Ok(self.look_up_or_make(account, &names, None, self.clock.now(), set).await?.0),
        }
    }

    async fn look_up_or_make(
        self: &Arc<Self>,
        account: &AccountName,
        names: &[Alias],
        person_name: Option<&str>,
        now: Time,
        set: &mut Vec<(ContactId, WriteSet)>,
    ) -> anyhow::Result<(ContactId, Option<Box<Contact>>)> {
        let owners = self.owners(account, names).await?;
        let contact = match owners.len() {
            0 | 1 => owners.first().copied(),
            // The ids belong to several contacts, which are therefore one person. If they cannot be joined now, the
            // message is recorded nevertheless: the next webhook with these ids joins them.
            _ => Some(match self.join(owners.clone()).await {
                Ok(contact) => contact,
                Err(error) => {
                    self.metrics.bug("join");
                    tracing::error!(
                        "Two contacts are one person, but could not be joined; the next webhook with both ids tries again: {error:#}"
                    );
                    owners[0]
                }
            }),
        };
        if let Some(contact) = contact {
            let known = alias::of(&self.store, contact).await?;
            // Cached ids are already written, or are being written.
            let told = |name: &Alias| self.directory.contact(account, std::slice::from_ref(name)) == Some(contact);
            let fresh: Vec<Alias> = names.iter().filter(|name| !known.contains(name) && !told(name)).cloned().collect();
            let contact = self.directory.remember(account, names, contact);
            for name in fresh {
                set_of(set, contact).push(&alias::INSERT, &new_alias(account, &name, contact));
            }
            return Ok((contact, None));
        }
        let id = ContactId(self.store.next_id());
        let contact = self.directory.remember(account, names, id);
        if contact != id {
            // A concurrent webhook was first; its rows are being written.
            return Ok((contact, None));
        }
        let phone = names.iter().find(|n| n.kind == AliasKind::Phone).map(|n| format!("+{}", n.value));
        let data = ContactData {
            bsuid: names.iter().find(|n| n.kind == AliasKind::Bsuid).map(|n| n.value.clone()),
            name: person_name.map(str::to_owned),
            zone: None,
            phone: phone.clone(),
            ..ContactData::default()
        };
        let zone = phone.as_deref().and_then(phone::zone).unwrap_or_default().to_owned();
        let stopped = match self.was_erased_opted_out(account, &spellings(names)).await {
            Ok(stopped) => stopped,
            Err(error) => {
                self.directory.forget(id);
                return Err(error);
            }
        };
        let opted_out_at = stopped.then_some(now);
        let fresh = Contact { id, account: account.clone(), opted_out: opted_out_at, data: data.clone() };
        let sought = search::sought(&data);
        let row =
            contact::NewContact { id, account: account.clone(), data, zone, sought, opted_out_at, created_at: now };
        let set = set_of(set, id);
        set.push(&contact::INSERT, &row);
        for name in names {
            set.push(&alias::INSERT, &new_alias(account, name, id));
        }
        Ok((id, Some(Box::new(fresh))))
    }

    /// The contacts that are known by these ids, in order of certainty.
    pub(crate) async fn owners(&self, account: &AccountName, names: &[Alias]) -> anyhow::Result<Vec<ContactId>> {
        let mut owners = Vec::new();
        for name in names {
            let one = std::slice::from_ref(name);
            let owner = match self.directory.contact(account, one) {
                Some(owner) => Some(owner),
                None => alias::find(&self.store, account, &spellings(one)).await?,
            };
            if let Some(owner) = owner.filter(|owner| !owners.contains(owner)) {
                owners.push(owner);
            }
        }
        Ok(owners)
    }

    /// Stores the provider's ids of a known person.
    pub(crate) async fn learn_aliases(
        self: &Arc<Self>,
        account: &AccountName,
        contact: ContactId,
        names: &[Alias],
        set: &mut WriteSet,
    ) -> anyhow::Result<()> {
        for name in names {
            let one = std::slice::from_ref(name);
            let known = match self.directory.contact(account, one) {
                Some(owner) => Some(owner),
                None => alias::find(&self.store, account, one).await?,
            };
            match known {
                Some(owner) if owner == contact => {
                    self.directory.remember(account, one, owner);
                }
                Some(owner) => self.join_later(vec![contact, owner]),
                None => {
                    self.directory.remember(account, one, contact);
                    set.push(&alias::MOVE, &new_alias(account, name, contact));
                }
            }
        }
        Ok(())
    }
}

impl Directory {
    /// The contact of all these ids; `None` if one is not cached, or if they belong to several.
    fn contact(&self, account: &AccountName, names: &[Alias]) -> Option<ContactId> {
        let maps = self.maps();
        let contacts = maps.contacts.get(account)?;
        let mut owners = names.iter().map(|name| contacts.get(name).copied());
        let first = owners.next()??;
        owners.all(|owner| owner == Some(first)).then_some(first)
    }

    fn conversation(&self, contact: ContactId, sender: SenderId) -> Option<ConversationId> {
        self.maps().conversations.get(&(contact, sender)).copied()
    }

    /// Caches the ids. The first entry wins and is returned.
    fn remember(&self, account: &AccountName, names: &[Alias], contact: ContactId) -> ContactId {
        let mut maps = self.maps();
        if maps.contacts.values().map(HashMap::len).sum::<usize>() >= DIRECTORY_ENTRIES_MAX {
            maps.contacts.clear();
        }
        let contacts = match maps.contacts.get_mut(account) {
            Some(contacts) => contacts,
            None => maps.contacts.entry(account.clone()).or_default(),
        };
        let winner = names.iter().find_map(|name| contacts.get(name).copied()).unwrap_or(contact);
        for name in names {
            if !contacts.contains_key(name) {
                contacts.insert(name.clone(), winner);
            }
        }
        winner
    }

    fn remember_conversation(&self, contact: ContactId, sender: SenderId, id: ConversationId) -> ConversationId {
        let mut maps = self.maps();
        if maps.conversations.len() >= DIRECTORY_ENTRIES_MAX {
            maps.conversations.clear();
        }
        *maps.conversations.entry((contact, sender)).or_insert(id)
    }

    /// After a failed commit: forgets the cached ids, so that the database is asked again.
    pub fn forget(&self, contact: ContactId) {
        let mut maps = self.maps();
        maps.contacts.values_mut().for_each(|contacts| contacts.retain(|_, known| *known != contact));
        maps.conversations.retain(|(known, _), _| *known != contact);
    }

    fn maps(&self) -> MutexGuard<'_, Maps> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The write-set of a contact among those of one webhook.
pub(crate) fn set_of(sets: &mut Vec<(ContactId, WriteSet)>, contact: ContactId) -> &mut WriteSet {
    let place = match sets.iter().position(|(of, _)| *of == contact) {
        Some(place) => place,
        None => {
            sets.push((contact, WriteSet::of(contact.0)));
            sets.len() - 1
        }
    };
    &mut sets[place].1
}

fn new_alias(account: &AccountName, name: &Alias, contact: ContactId) -> alias::NewAlias {
    alias::NewAlias { account: account.clone(), kind: name.kind, value: name.value.clone(), contact_id: contact }
}

/// The ids themselves first, then other spellings of the number (platform.md 4.5).
fn spellings(names: &[Alias]) -> Vec<Alias> {
    let mut all = names.to_vec();
    for name in names.iter().filter(|name| name.kind == AliasKind::Phone) {
        for phone in phone::spellings(&format!("+{}", name.value)) {
            let other = Alias { kind: AliasKind::Phone, value: phone.trim_start_matches('+').to_owned() };
            if !all.contains(&other) {
                all.push(other);
            }
        }
    }
    all
}
