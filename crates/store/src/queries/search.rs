//! Finds contacts by a part of a name or number.

use crate::{
    Query, ReadError, RowContract, Sql, Statement, Store, WriteSet,
    base::{
        ids::{AccountName, ContactId, ConversationId},
        limits::{SEARCH_CONTACTS_MAX, SEARCH_WORDS_MAX, SOUGHT_CHARS_MAX},
        time::Time,
    },
    model::{
        contact::{Contact, ContactData},
        matching::fold,
    },
    tables::contact,
};
use serde::Serialize;

/// The words by which a contact is found: number, name and public name, in the form of `fold`. One that was erased or
/// joined to another has none. A name that is too long for an index is cut.
pub fn sought(data: &ContactData) -> String {
    if data.is_gone() {
        return String::new();
    }
    let names = [&data.phone, &data.name, &data.username];
    let words = names.into_iter().flatten().map(|name| fold(name)).collect::<Vec<_>>().join(" ");
    words.chars().take(SOUGHT_CHARS_MAX).collect()
}

/// The wanted words, as patterns of `like`. A contact is found if all of them stand in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted([String; SEARCH_WORDS_MAX]);

impl Wanted {
    /// `None` if nothing is wanted. Of more words than `SEARCH_WORDS_MAX` the last ones are one pattern.
    pub fn of(text: &str) -> Option<Wanted> {
        let folded = fold(text);
        let mut words = folded.trim().splitn(SEARCH_WORDS_MAX, ' ').filter(|word| !word.is_empty()).peekable();
        words.peek()?;
        let mut patterns = [const { String::new() }; SEARCH_WORDS_MAX];
        for pattern in &mut patterns {
            *pattern = words.next().map_or_else(|| "%".to_owned(), |word| format!("%{}%", escaped(word)));
        }
        Some(Wanted(patterns))
    }
}

/// A text that folds to nothing else is kept as it is, so it may hold the special characters of `like`.
fn escaped(word: &str) -> String {
    word.chars().flat_map(|c| matches!(c, '%' | '_' | '!').then_some('!').into_iter().chain([c])).collect()
}

/// The searched words of a contact that was written by a version without a search.
#[derive(Debug, Clone, Serialize)]
struct Words {
    id: ContactId,
    sought: String,
}

static WRITE: Statement<Words> = Statement::new(
    "search.write",
    109,
    RowContract::Plain,
    |row| row.id.0.into(),
    "update contact set sought = value ->> 'sought'
     from {rows} as input where contact.id = cast(value ->> 'id' as bigint) and contact.sought is null",
);

static CONTACTS: Query = Query {
    name: "search.contacts",
    text: "select id from contact where account = $1 and id < $2 and sought like $3 escape '!'
        and sought like $4 escape '!' and sought like $5 escape '!' and sought like $6 escape '!'
      order by id desc limit $7",
};
static CONVERSATIONS: Query = Query {
    name: "search.conversations",
    text: "select conversation.id as id, coalesce(last_inbound_at, 0) as heard_at from
        (select id from contact where account = $1 and sought like $2 escape '!' and sought like $3 escape '!'
          and sought like $4 escape '!' and sought like $5 escape '!' order by id desc limit $6) as found
      join conversation on conversation.contact_id = found.id order by 2 desc, 1 desc",
};
static UNWRITTEN: Query = Query {
    name: "search.unwritten",
    text: "select id, account, cast(data as text) as data, opted_out_at from contact
      where sought is null order by id limit $1",
};

pub(crate) static STATEMENTS: &[&Sql] = &[&WRITE.sql];
pub(crate) static QUERIES: &[&Query] = &[&CONTACTS, &CONVERSATIONS, &UNWRITTEN];

/// The contacts of an account with the wanted words, newest first. `before` is the id of the previous page's last one.
pub async fn contacts(
    store: &Store,
    account: &AccountName,
    wanted: &Wanted,
    before: ContactId,
    limit: i64,
) -> Result<Vec<ContactId>, ReadError> {
    let Wanted([one, two, three, four]) = wanted;
    let words = [one, two, three, four].map(|pattern| pattern.as_str().into());
    let mut args = vec![account.as_str().into(), before.0.into()];
    args.extend(words);
    args.push(limit.into());
    store.all(&CONTACTS, &args, |row| Ok(ContactId(row.number("id")?))).await
}

/// The conversations of the newest `SEARCH_CONTACTS_MAX` contacts with the wanted words, and when somebody last wrote
/// there; the newest first.
pub async fn conversations(
    store: &Store,
    account: &AccountName,
    wanted: &Wanted,
) -> Result<Vec<(Time, ConversationId)>, ReadError> {
    let Wanted([one, two, three, four]) = wanted;
    let words = [one, two, three, four].map(|pattern| pattern.as_str().into());
    let mut args = vec![account.as_str().into()];
    args.extend(words);
    args.push(SEARCH_CONTACTS_MAX.into());
    store.all(&CONVERSATIONS, &args, |row| Ok((row.time("heard_at")?, ConversationId(row.number("id")?)))).await
}

/// Contacts that were written by a version without a search.
pub async fn unwritten(store: &Store, limit: i64) -> Result<Vec<Contact>, ReadError> {
    store.all(&UNWRITTEN, &[limit.into()], contact::read).await
}

/// Makes such a contact searchable; a newer change of it stands.
pub fn write(set: &mut WriteSet, contact: &Contact) {
    set.push(&WRITE, &Words { id: contact.id, sought: sought(&contact.data) });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_capitals_accents_and_signs() {
        let data = ContactData {
            name: Some("José  LÓPEZ".into()),
            phone: Some("+34600111222".into()),
            ..ContactData::default()
        };
        assert_eq!(sought(&data), "34600111222 jose lopez");
        let long = ContactData { name: Some("x".repeat(SOUGHT_CHARS_MAX)), ..data.clone() };
        assert_eq!(sought(&long).len(), SOUGHT_CHARS_MAX);
        let joined = ContactData { joined_to: Some(ContactId(7)), ..data };
        assert_eq!(sought(&joined), "");
    }

    #[test]
    fn wanted_words_are_patterns_and_signs_of_like_are_plain() {
        let of = |text: &str| Wanted::of(text).map(|Wanted(patterns)| patterns);
        assert_eq!(of("Pé lo"), Some(["%pe%", "%lo%", "%", "%"].map(str::to_owned)));
        assert_eq!(of("+34 600"), Some(["%34%", "%600%", "%", "%"].map(str::to_owned)));
        assert_eq!(of("%"), Some(["%!%%", "%", "%", "%"].map(str::to_owned)));
        assert_eq!(of("  "), None);
    }
}
