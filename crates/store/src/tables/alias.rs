//! `alias`: the phone numbers and provider ids by which a contact is known.

use crate::model::inbound::{Alias, AliasKind};
use crate::{
    Key, Query, ReadError, RowContract, Sql, Statement, Store,
    base::ids::{AccountName, ContactId},
};
use serde::Serialize;

#[derive(Debug, Clone, Serialize)]
pub struct NewAlias {
    pub account: AccountName,
    pub kind: AliasKind,
    pub value: String,
    pub contact_id: ContactId,
}

/// Adds a name to a contact. The row loses if the name belongs to another contact: look it up again. Add only names
/// that were looked up and not found.
pub static INSERT: Statement<NewAlias> = Statement::new(
    "alias.insert",
    110,
    RowContract::Must,
    // The key includes the contact: if two new contacts claim one name in the same group, only the first wins.
    |row| Key::Text(format!("{} {} {}", kind(row.kind), row.value, row.contact_id)),
    "insert into alias (account, kind, value, contact_id)
     select value ->> 'account', value ->> 'kind', value ->> 'value', cast(value ->> 'contact_id' as bigint)
     from {rows} as input where true
     on conflict (account, kind, value) do nothing
     returning kind || ' ' || value || ' ' || contact_id",
);

/// Gives a name to another contact: the number has a new owner, or two contacts were joined.
pub static MOVE: Statement<NewAlias> = Statement::new(
    "alias.move",
    111,
    RowContract::Plain,
    |row| row.contact_id.0.into(),
    "insert into alias (account, kind, value, contact_id)
     select value ->> 'account', value ->> 'kind', value ->> 'value', max(cast(value ->> 'contact_id' as bigint))
     from {rows} as input where true group by 1, 2, 3
     on conflict (account, kind, value) do update set contact_id = excluded.contact_id",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &MOVE.sql];

static FIND: Query =
    Query { name: "alias.find", text: "select contact_id from alias where account = $1 and kind = $2 and value = $3" };

static OF: Query =
    Query { name: "alias.of", text: "select kind, value from alias where contact_id = $1 order by kind desc, value" };

pub(crate) static QUERIES: &[&Query] = &[&FIND, &OF];

/// The contact of the first known name in `names`. Give the names in order of certainty, the surest first.
pub async fn find(store: &Store, account: &AccountName, names: &[Alias]) -> Result<Option<ContactId>, ReadError> {
    for name in names {
        let args = [account.as_str().into(), kind(name.kind).into(), name.value.as_str().into()];
        if let Some(id) = store.one(&FIND, &args, |row| row.number("contact_id")).await? {
            return Ok(Some(ContactId(id)));
        }
    }
    Ok(None)
}

/// All names of a contact, phones first.
pub async fn of(store: &Store, contact: ContactId) -> Result<Vec<Alias>, ReadError> {
    store
        .all(&OF, &[contact.0.into()], |row| {
            let kind = if row.text("kind")? == "phone" { AliasKind::Phone } else { AliasKind::Bsuid };
            Ok(Alias { kind, value: row.text("value")? })
        })
        .await
}

fn kind(kind: AliasKind) -> &'static str {
    match kind {
        AliasKind::Phone => "phone",
        AliasKind::Bsuid => "bsuid",
    }
}
