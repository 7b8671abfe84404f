//! Multiplies the conversations of a database: `grow FILE SEEDS COPIES`.
//!
//! It needs no schema. Every table with at least SEEDS rows is copied; each column that identifies rows (a key, an id)
//! is increased by a stride or gets a suffix for each copy. Ids within JSON stay unchanged: nothing reads them before
//! the conversation is used.

use rusqlite::{Connection, Result, params};

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().expect("the first argument is the database");
    let mut number = || arguments.next().and_then(|text| text.parse::<i64>().ok()).expect("seeds and copies follow");
    let (seeds, copies) = (number(), number());
    let database = Connection::open(file)?;
    database.execute_batch("pragma foreign_keys = off; pragma synchronous = off; pragma journal_mode = off;")?;
    let tables: Vec<Table> = all_tables(&database)?.into_iter().filter(|table| table.rows >= seeds).collect();
    let stride = tables.iter().map(|table| table.id_max).max().unwrap_or(0) + 1;
    let indexes = indexes(&database)?;
    database.execute_batch("begin exclusive")?;
    for (name, _) in &indexes {
        database.execute_batch(&format!("drop index {}", quoted(name)))?;
    }
    let mut rows = 0;
    for table in &tables {
        rows += copy(&database, table, copies, stride, seeds)?;
    }
    for (_, sql) in &indexes {
        database.execute_batch(sql)?;
    }
    database.execute_batch("commit; pragma journal_mode = wal; pragma wal_checkpoint(truncate);")?;
    let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    println!("{} conversations, {rows} rows added in {}", seeds * copies, names.join(" "));
    Ok(())
}

struct Table {
    name: String,
    rows: i64,
    /// The largest value of a numeric key or id.
    id_max: i64,
    columns: Vec<Column>,
}

struct Column {
    name: String,
    /// True for a part of a primary key or a unique index, or a column named like an id.
    tells_apart: bool,
    is_text: bool,
    distinct: i64,
}

fn all_tables(database: &Connection) -> Result<Vec<Table>> {
    let mut names = database.prepare(
        "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\'
         and name not like '\\_%' escape '\\' order by name",
    )?;
    let names: Vec<String> = names.query_map([], |row| row.get(0))?.collect::<Result<_>>()?;
    names.into_iter().map(|name| table(database, name)).collect()
}

fn table(database: &Connection, name: String) -> Result<Table> {
    let one =
        |sql: &str| database.query_row(sql, [], |row| row.get::<_, Option<i64>>(0)).map(Option::unwrap_or_default);
    let table = quoted(&name);
    let rows = one(&format!("select count(*) from {table}"))?;
    let mut described = database.prepare(
        "select name, pk > 0 or name = 'id' or name like '%\\_id' escape '\\' or exists (
           select 1 from pragma_index_list(?1) as i, pragma_index_info(i.name) as c
           where i.\"unique\" and c.name = t.name)
         from pragma_table_info(?1) as t",
    )?;
    let described: Vec<(String, bool)> =
        described.query_map(params![name], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_>>()?;
    let (mut columns, mut id_max) = (Vec::new(), 0);
    for (column, tells_apart) in described {
        let field = quoted(&column);
        let is_text = one(&format!("select count(*) from {table} where typeof({field}) in ('text', 'blob')"))? > 0;
        let distinct = one(&format!("select count(distinct {field}) from {table}"))?;
        if tells_apart && !is_text {
            id_max = id_max.max(one(&format!("select cast(max({field}) as integer) from {table}"))?);
        }
        columns.push(Column { name: column, tells_apart, is_text, distinct });
    }
    Ok(Table { name, rows, id_max, columns })
}

fn copy(database: &Connection, table: &Table, copies: i64, stride: i64, seeds: i64) -> Result<usize> {
    let names: Vec<String> = table.columns.iter().map(|column| quoted(&column.name)).collect();
    // A column with few values (a sender, a kind) names something that all copies share. Moved ids of a time-like
    // size would leave the range that ids have; nothing tells rows apart by time alone.
    let values = table.columns.iter().zip(&names).map(|(column, name)| match column {
        Column { tells_apart: false, .. } => name.clone(),
        Column { distinct, .. } if *distinct * 2 < seeds => name.clone(),
        Column { is_text: true, .. } => format!("{name} || '.' || copy.n"),
        Column { is_text: false, .. } => format!("{name} + copy.n * {stride}"),
    });
    let values: Vec<String> = values.collect();
    database.execute(
        &format!(
            "with recursive copy (n) as (select 1 union all select n + 1 from copy where n < ?1)
             insert into {table} ({}) select {} from copy cross join (select * from {table}) as seed",
            names.join(", "),
            values.join(", "),
            table = quoted(&table.name),
        ),
        [copies - 1],
    )
}

/// Indexes that only speed up reading; they are built again at the end, all at once.
fn indexes(database: &Connection) -> Result<Vec<(String, String)>> {
    let mut found = database.prepare("select name, sql from sqlite_schema where type = 'index' and sql is not null")?;
    found.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
