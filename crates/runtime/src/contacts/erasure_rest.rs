//! Finishes erasures: searches rows that have no contact id, and empties the database's log.

use super::redaction::{Occurrence, Person, SHOWN};
use crate::{
    base::{
        ids::{AccountName, SenderId},
        limits::ERASE_BATCH,
    },
    contacts::Contacts,
    model::inbound::{Alias, AliasKind},
    store::{
        WriteSet,
        queries::{
            erasure::{self, Erasure},
            redaction::{self, AudienceJson, DeadLetterBody, Tester},
        },
        tables::{alias, dead_letter::DeadLetter},
    },
};
use anyhow::Context;
use sha2::{Digest, Sha256};

/// The senders' ids in webhook bodies: those of one account, and those of all others.
struct Senders {
    own: Vec<String>,
    others: Vec<String>,
}

impl Contacts {
    /// Redacts erased people in raw bodies, dead letters, stored answers and audiences. Changes only rows of their
    /// account, and only their data.
    pub(crate) async fn finish_erasures(&self) -> anyhow::Result<()> {
        for erasure in erasure::open(&self.store).await.context("reading erasures")? {
            if !erasure.names.is_empty() {
                self.forget_rest(&erasure).await?;
                // Delete the names before the log is emptied: otherwise the log would keep them.
                let mut set = WriteSet::new();
                set.push(&erasure::SAVE, &Erasure { names: Vec::new(), ..erasure.clone() });
                self.store.commit(set).await.context("forgetting the names of an erasure")?;
            }
            if !self.store.scrub().await? {
                tracing::debug!("The database's log is still read, and is emptied later");
                continue;
            }
            let mut set = WriteSet::new();
            set.push(&erasure::SAVE, &Erasure { names: Vec::new(), done_at: Some(self.clock.now()), ..erasure });
            self.store.commit(set).await.context("ending an erasure")?;
        }
        Ok(())
    }

    async fn forget_rest(&self, erasure: &Erasure) -> anyhow::Result<()> {
        let Senders { own, others } = self.named_senders(&erasure.account);
        let alone = self.is_known_to_no_other(erasure).await?;
        let person = Person { names: &erasure.names, own: &own, others: &others, alone };
        // All of them: hooks and imports keep numbers as somebody spelled them, which no pattern finds.
        self.redact_letters(&erasure.account, &person, "%").await?;
        for name in &erasure.names {
            let pattern = redaction::holding(name.strip_prefix(['@', SHOWN]).unwrap_or(name));
            self.redact_wanted(&erasure.account, &person, &pattern).await?;
            if name.starts_with(['@', SHOWN]) {
                // All other rows that hold such a name hold a number or a user id beside it.
                continue;
            }
            self.redact_webhooks(&erasure.account, &person, &pattern).await?;
            self.redact_answers(&erasure.account, &person, &pattern).await?;
            let mut set = WriteSet::new();
            set.push(&redaction::TESTER, &Tester { account: erasure.account.clone(), phone: format!("+{name}") });
            self.store.commit(set).await?;
        }
        Ok(())
    }

    fn named_senders(&self, account: &AccountName) -> Senders {
        let (mut own, mut others) = (Vec::new(), Vec::new());
        for sender in self.senders.all() {
            let names = if sender.account == *account { &mut own } else { &mut others };
            names.push(sender.phone.trim_start_matches('+').to_owned());
            names.extend(sender.access.platform_id().map(str::to_owned));
        }
        Senders { own, others }
    }

    /// True if no other account knows these names: then a row without an account may be redacted.
    async fn is_known_to_no_other(&self, erasure: &Erasure) -> anyhow::Result<bool> {
        let names: Vec<Alias> = (erasure.names.iter())
            .flat_map(|name| [AliasKind::Phone, AliasKind::Bsuid].map(|kind| Alias { kind, value: name.clone() }))
            .collect();
        for account in self.senders.accounts().filter(|account| **account != erasure.account) {
            if alias::find(&self.store, account, &names).await?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the sender belongs to the account; `None` if unknown. Rows of other accounts are skipped.
    fn is_of(&self, account: &AccountName, sender: Option<SenderId>) -> Option<bool> {
        Some(self.senders.get(sender?)?.account == *account)
    }

    async fn redact_webhooks(&self, account: &AccountName, person: &Person<'_>, pattern: &str) -> anyhow::Result<()> {
        let mut after = 0;
        loop {
            let found = redaction::in_webhooks(&self.store, after, pattern, ERASE_BATCH).await?;
            let Some(last) = found.last() else { return Ok(()) };
            after = last.id;
            let mut set = WriteSet::new();
            for mut row in found {
                let whose = self.is_of(account, row.sender_id);
                if whose != Some(false) && person.body(&mut row.body, whose == Some(true)) > Occurrence::Nothing {
                    set.push(&redaction::WEBHOOK, &row);
                }
            }
            self.store.commit(set).await?;
        }
    }

    async fn redact_letters(&self, account: &AccountName, person: &Person<'_>, pattern: &str) -> anyhow::Result<()> {
        let mut after = 0;
        loop {
            let found = redaction::in_letters(&self.store, after, pattern, ERASE_BATCH).await?;
            let Some(last) = found.last() else { return Ok(()) };
            after = last.id;
            let (mut set, mut settled) = (WriteSet::new(), Vec::new());
            for letter in found {
                let Some((left, is_settled)) = self.left_of(account, person, &letter) else { continue };
                set.push(&redaction::LETTER, &left);
                if is_settled && letter.replayed_at.is_none() {
                    settled.push(letter.kind);
                }
            }
            self.store.commit(set).await?;
            settled.iter().for_each(|kind| self.metrics.dead_letter(kind, -1));
        }
    }

    /// The redacted dead letter, and whether nothing is left to replay; `None` if it is unchanged.
    fn left_of(
        &self,
        account: &AccountName,
        person: &Person<'_>,
        letter: &DeadLetter,
    ) -> Option<(DeadLetterBody, bool)> {
        let told = letter.data["account"].as_str().map(|name| name == account.as_str());
        let whose = told.or_else(|| self.is_of(account, letter.sender_id));
        if whose == Some(false) {
            return None;
        }
        let (mut data, mut reason) = (letter.data.clone(), letter.reason.clone());
        let mut found = person.json(&mut data, whose == Some(true));
        if found > Occurrence::Nothing || whose == Some(true) || person.alone {
            found = found.max(person.words(&mut reason));
        }
        let settled_at = (found == Occurrence::Own).then(|| self.clock.now());
        (found > Occurrence::Nothing)
            .then(|| (DeadLetterBody { id: letter.id, reason, data, settled_at }, settled_at.is_some()))
    }

    async fn redact_answers(&self, account: &AccountName, person: &Person<'_>, pattern: &str) -> anyhow::Result<()> {
        let mut after = String::new();
        loop {
            let found = redaction::in_answers(&self.store, account, &after, pattern, ERASE_BATCH).await?;
            let Some(last) = found.last() else { return Ok(()) };
            after.clone_from(&last.key);
            let mut set = WriteSet::new();
            for mut row in found {
                let in_body = row.body.as_mut().map_or(Occurrence::Nothing, |body| person.body(body, true));
                let mut key = row.key.clone();
                if person.words(&mut key) > Occurrence::Nothing {
                    // A digest keeps two keys distinct that contained the same name.
                    row.new_key = format!("{key} {}", digest(&row.key));
                }
                if in_body > Occurrence::Nothing || row.new_key != row.key {
                    set.push(&redaction::ANSWER, &row);
                }
            }
            self.store.commit(set).await?;
        }
    }

    /// Redacts conditions and inputs of broadcasts and audiences: a condition that named the number matches nobody
    /// from now on.
    async fn redact_wanted(&self, account: &AccountName, person: &Person<'_>, pattern: &str) -> anyhow::Result<()> {
        let mut after = 0;
        loop {
            let found = redaction::in_broadcasts(&self.store, account, after, pattern, ERASE_BATCH).await?;
            let Some(last) = found.last() else { break };
            after = last.id;
            let mut set = WriteSet::new();
            wanted_without(person, found).iter().for_each(|row| set.push(&redaction::BROADCAST, row));
            self.store.commit(set).await?;
        }
        after = 0;
        loop {
            let found = redaction::in_audiences(&self.store, account, after, pattern, ERASE_BATCH).await?;
            let Some(last) = found.last() else { return Ok(()) };
            after = last.id;
            let mut set = WriteSet::new();
            wanted_without(person, found).iter().for_each(|row| set.push(&redaction::AUDIENCE, row));
            self.store.commit(set).await?;
        }
    }
}

fn wanted_without(person: &Person<'_>, rows: Vec<AudienceJson>) -> Vec<AudienceJson> {
    let without = |mut row: AudienceJson| {
        // Redact text by text: the data must stay readable, because it is no record of the person.
        let mut found = Occurrence::Nothing;
        each_text(&mut row.data, &mut |text| {
            found = found.max(person.words(text)).max(person.literals(text));
        });
        (found > Occurrence::Nothing).then_some(row)
    };
    rows.into_iter().filter_map(without).collect()
}

fn each_text(value: &mut serde_json::Value, take: &mut dyn FnMut(&mut String)) {
    match value {
        serde_json::Value::String(text) => take(text),
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, take)),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(|field| each_text(field, take)),
        serde_json::Value::Number(_) | serde_json::Value::Bool(_) | serde_json::Value::Null => {}
    }
}

fn digest(key: &str) -> String {
    Sha256::digest(key.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
