//! `template`: the catalogue of message templates of each sender.

use crate::model::template::{Category, Template, TemplateStatus};
use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{ids::SenderId, time::Time},
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CatalogueEntry {
    /// The id of the row; kept if the template is already known.
    pub id: i64,
    pub sender_id: SenderId,
    pub name: String,
    pub language: String,
    pub category: Category,
    pub status: TemplateStatus,
    /// When read, its `id`, `category` and `status` are those of the columns.
    pub data: Template,
    pub source: Source,
    pub updated_at: Time,
}

/// The source of the last change to a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    Config,
    Catalogue,
    Webhook,
}

/// Gives a template another id, which must be free.
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

/// From the provider's catalogue: overrides any earlier source.
pub static SAVE: Statement<CatalogueEntry> =
    Statement::new("template.save", 70, RowContract::Plain, |row| row.id.into(), save!(""));

/// From the configuration: applies until the provider has reported the template.
pub static DECLARE: Statement<CatalogueEntry> = Statement::new(
    "template.declare",
    71,
    RowContract::Plain,
    |row| row.id.into(),
    save!("where template.source = 'config'"),
);

pub static RENUMBER: Statement<Renumber> = Statement::new(
    "template.renumber",
    69,
    RowContract::Plain,
    |row| row.id.into(),
    "update template set id = cast(value ->> 'new_id' as bigint)
     from {rows} as input where template.id = cast(value ->> 'id' as bigint)",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&RENUMBER.sql, &SAVE.sql, &DECLARE.sql];

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, sender_id, name, language, category, status, cast(data as text) as data, source, updated_at
             from template ",
            $rest
        )
    };
}

/// Reads the whole table at a start: catalogues have hundreds of entries.
static ALL: Query = Query { name: "template.all", text: select!("order by sender_id, name, language") };
static OF: Query = Query { name: "template.of", text: select!("where sender_id = $1 order by name, language") };

pub(crate) static QUERIES: &[&Query] = &[&ALL, &OF];

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
