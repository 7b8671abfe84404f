//! `template`: the catalogue of each sender.

use super::{Query, ReadError, Row, Sql, Statement, Store, Wins};
use crate::base::{ids::SenderId, time::Time};
use crate::model::template::{Category, Template, TemplateStatus};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CatalogueEntry {
    /// Of the row; kept when the template is known already.
    pub id: i64,
    pub sender_id: SenderId,
    pub name: String,
    pub language: String,
    pub category: Category,
    pub status: TemplateStatus,
    /// Its `id`, `category` and `status` are those of the columns when it is read.
    pub data: Template,
    pub source: Source,
    pub updated_at: Time,
}

/// Who said last what a template is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    Config,
    Catalogue,
    Webhook,
}

/// Another number for a template; nobody may have it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Renumber {
    pub id: i64,
    pub new_id: i64,
}

macro_rules! save {
    ($rest:literal) => {
        concat!(
            "insert into template (id, sender_id, name, language, category, status, data, source, updated_at)
             select cast(value ->> 'id' as bigint), cast(value ->> 'sender_id' as bigint), value ->> 'name',
               value ->> 'language', value ->> 'category', value ->> 'status', value -> 'data', value ->> 'source',
               cast(value ->> 'updated_at' as bigint)
             from {rows} as input where true
             on conflict (sender_id, name, language) do update set category = excluded.category,
               status = excluded.status, data = excluded.data, source = excluded.source,
               updated_at = excluded.updated_at ",
            $rest
        )
    };
}

/// From the provider's catalogue: counts over whatever was known.
pub static SAVE: Statement<CatalogueEntry> =
    Statement::new("template.save", 70, Wins::Plain, |row| row.id.into(), save!(""));

/// From the configuration: counts until the provider has said otherwise.
pub static DECLARE: Statement<CatalogueEntry> =
    Statement::new("template.declare", 71, Wins::Plain, |row| row.id.into(), save!("where template.source = 'config'"));

pub static RENUMBER: Statement<Renumber> = Statement::new(
    "template.renumber",
    69,
    Wins::Plain,
    |row| row.id.into(),
    "update template set id = cast(value ->> 'new_id' as bigint)
     from {rows} as input where template.id = cast(value ->> 'id' as bigint)",
);

pub(super) static STATEMENTS: &[&Sql] = &[&RENUMBER.sql, &SAVE.sql, &DECLARE.sql];

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, sender_id, name, language, category, status, cast(data as text) as data, source, updated_at
             from template ",
            $rest
        )
    };
}

/// Read whole at start: catalogues hold hundreds.
static ALL: Query = Query { name: "template.all", text: select!("order by sender_id, name, language") };
static OF: Query = Query { name: "template.of", text: select!("where sender_id = $1 order by name, language") };

pub(super) static QUERIES: &[&Query] = &[&ALL, &OF];

pub async fn all(store: &Store) -> Result<Vec<CatalogueEntry>, ReadError> {
    store.all(&ALL, &[], read).await
}

pub async fn of(store: &Store, sender: SenderId) -> Result<Vec<CatalogueEntry>, ReadError> {
    store.all(&OF, &[sender.0.into()], read).await
}

fn read(row: &Row) -> Result<CatalogueEntry, ReadError> {
    let (id, category, status) = (row.number("id")?, row.word("category")?, row.word("status")?);
    Ok(CatalogueEntry {
        id,
        sender_id: SenderId(row.number("sender_id")?),
        name: row.text("name")?,
        language: row.text("language")?,
        category,
        status,
        data: Template { id, category, status, ..row.json("data")? },
        source: row.word("source")?,
        updated_at: row.time("updated_at")?,
    })
}
