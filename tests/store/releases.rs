//! Migrates databases of every released schema with rows, and checks that nothing is lost; also checks that a released
//! migration is never changed, because databases have already applied it.
//!
//! `releases/NNNN.sql` holds the rows of a database whose newest migration was NNNN, in SQL that both databases take.
//! `releases/released.txt` lists the released migrations, each with the SHA-256 of its file. To release a version,
//! `RELEASE=1 cargo test --test it store::releases` adds the new migrations and writes the file of rows from the
//! previous one and from `releases/next.sql`, which has the rows for newer tables and columns.

use super::{Bed, on_both_without_tables, on_sqlite};
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row as _, SqliteConnection};
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};
use transom::{
    base::ids::{ContactId, ConversationId, OutboundId},
    store::{
        Dialect, Query, Store,
        tables::{contact, conversation, idempotency, outbound, run, session, trace, version},
    },
};

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store/releases")
}

/// The migrations by number: file name and text.
fn migrations() -> BTreeMap<i64, (String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/store/src/migrations");
    let file = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        (name[..4].parse().unwrap(), (name, fs::read_to_string(entry.path()).unwrap()))
    };
    fs::read_dir(folder).unwrap().map(file).collect()
}

/// The rows of each release, by the number of its newest migration.
fn releases() -> BTreeMap<i64, String> {
    let files = fs::read_dir(here()).unwrap().map(|entry| entry.unwrap().path());
    let numbered = |path: &PathBuf| path.file_stem()?.to_str()?.parse().ok();
    files.filter_map(|path| Some((numbered(&path)?, fs::read_to_string(&path).unwrap()))).collect()
}

fn listed() -> BTreeMap<String, String> {
    let text = fs::read_to_string(here().join("released.txt")).unwrap();
    let line = |line: &str| line.split_once(' ').map(|(name, sum)| (name.to_owned(), sum.to_owned()));
    text.lines().filter_map(line).collect()
}

fn checksum(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

async fn script(url: &str, text: String) {
    let text = AssertSqlSafe(text);
    match url.starts_with("sqlite") {
        true => {
            let mut conn = SqliteConnection::connect(&format!("{url}?mode=rwc")).await.unwrap();
            sqlx::raw_sql(text).execute(&mut conn).await.unwrap();
            conn.close().await.unwrap();
        }
        false => {
            let mut conn = PgConnection::connect(url).await.unwrap();
            sqlx::raw_sql(text).execute(&mut conn).await.unwrap();
            conn.close().await.unwrap();
        }
    }
}

/// The database in the state of that release.
async fn of_release(bed: &Bed, number: i64, rows: &str) {
    let dialect = if bed.url.starts_with("sqlite") { Dialect::Sqlite } else { Dialect::Postgres };
    if dialect == Dialect::Sqlite {
        fs::create_dir_all(bed.folder.path().join("data")).unwrap();
    }
    let mut all = "create table migration (version bigint not null primary key, name text not null);\n".replace(
        "version bigint not null primary key",
        if dialect == Dialect::Sqlite { "version integer primary key" } else { "version bigint primary key" },
    );
    for (version, (name, text)) in migrations().range(..=number) {
        let text: &'static str = Box::leak(text.clone().into_boxed_str());
        let name = name[5..].trim_end_matches(".sql");
        let _ = writeln!(
            all,
            "{}\ninsert into migration (version, name) values ({version}, '{name}');",
            dialect.text(text).as_str()
        );
    }
    all.push_str(rows);
    script(&bed.url, all).await;
}

/// The number of rows that the file inserts into each table of an empty database.
fn counted(rows: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for line in rows.lines().filter_map(|line| line.strip_prefix("insert into ")) {
        let table = line.split(' ').next().unwrap();
        *counts.entry(table.to_owned()).or_default() += 1;
    }
    counts
}

async fn count(store: &Store, table: &str) -> usize {
    let text: &'static str = Box::leak(format!("select count(*) as n from \"{table}\"").into_boxed_str());
    let query = Query { name: "release.count", text };
    let n = store.one(&query, &[], |row| row.number("n")).await.unwrap().unwrap();
    usize::try_from(n).unwrap()
}

#[test]
fn a_released_migration_is_never_changed() {
    let (files, released) = (migrations(), listed());
    let newest = *releases().last_key_value().expect("there is a release").0;
    for (number, (name, text)) in &files {
        match released.get(name) {
            Some(sum) => assert_eq!(*sum, checksum(text), "{name} was released: write a new migration instead"),
            None => assert!(*number > newest, "{name} comes before the newest release, which has no such migration"),
        }
    }
    let gone: Vec<_> = released.keys().filter(|name| files.values().all(|(file, _)| file != *name)).collect();
    assert!(gone.is_empty(), "released, and gone: {gone:?}");
}

#[test]
fn a_database_of_every_release_is_brought_up_to_date_with_all_its_rows() {
    for (number, rows) in releases() {
        let before = counted(&rows);
        let rows = &rows;
        let before = &before;
        on_both_without_tables(|bed| async move {
            of_release(&bed, number, rows).await;
            let store = bed.open().await;
            for (table, count_before) in before {
                assert_eq!(count(&store, table).await, *count_before, "{table} of release {number}");
            }
            is_readable(&store).await;
            // Once more: nothing is applied twice.
            store.close().await;
            let store = bed.open().await;
            assert!(store.next_id() > 900_000, "numbers go on where they were");
            store.close().await;
        });
    }
}

/// Checks that the daemon can read the rows.
async fn is_readable(store: &Store) {
    let known = Query { name: "release.known", text: "select id, contact_id from conversation order by id" };
    let read =
        |row: &transom::store::Row| Ok((ConversationId(row.number("id")?), ContactId(row.number("contact_id")?)));
    let conversations = store.all(&known, &[], read).await.unwrap();
    assert!(!conversations.is_empty());
    let (mut waiting, mut sent) = (0, 0);
    for (id, person) in conversations {
        assert!(contact::find(store, person).await.unwrap().is_some());
        assert!(conversation::find(store, id).await.unwrap().is_some());
        let stored = session::find(store, id).await.unwrap().unwrap();
        waiting += usize::from(!stored.session.runs.is_empty());
        sent += outbound::of(store, id, OutboundId(i64::MAX), 100).await.unwrap().len();
        trace::of(store, id, i64::MAX, 100).await.unwrap();
        for one in &stored.session.runs {
            assert!(run::numbered(store, id, one.number).await.unwrap().is_some());
            assert!(version::find(store, one.version).await.unwrap().is_some(), "the version it stands on");
        }
    }
    assert!(waiting > 0 && sent > 0, "{waiting} runs wait, {sent} messages");
}

#[test]
fn an_answer_with_a_plain_secret_is_forgotten_and_its_key_is_not_free() {
    let answer = |key: &str, id: i64, body: &str| {
        format!(
            "insert into idempotency (account, key, request_hash, message_id, status, body, created_at)
             values ('acme', '{key}', 'h', {id}, 201, '{body}', 7);\n"
        )
    };
    let rows = answer("made", 8, r#"{"id":5,"secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}"#)
        + &answer("said", 9, r#"{"text":"\"secret\":\"whsec_MfKQ"}"#);
    let rows = &rows;
    on_both_without_tables(|bed| async move {
        of_release(&bed, 146, rows).await;
        let store = bed.open().await;
        let made = idempotency::find(&store, &"acme".into(), "made").await.unwrap().unwrap();
        assert_eq!((made.answer, made.message_id), (None, Some(OutboundId(8))));
        let said = idempotency::find(&store, &"acme".into(), "said").await.unwrap().unwrap();
        assert!(said.answer.is_some() && said.secret.is_empty());
        store.close().await;
    });
}

#[test]
fn every_release_has_rows_in_every_table() {
    on_sqlite(|bed| async move {
        for (number, rows) in releases() {
            let bed = Bed {
                url: format!("sqlite://{}/{number}.db", bed.folder.path().display()),
                folder: tempfile::tempdir().unwrap(),
            };
            of_release(&bed, number, &rows).await;
            let empty: Vec<_> = tables(&bed.url).await.into_iter().filter(|(_, rows)| *rows == 0).collect();
            assert!(empty.is_empty(), "release {number} has nothing in {empty:?}");
        }
    });
}

async fn tables(url: &str) -> BTreeMap<String, i64> {
    let mut conn = SqliteConnection::connect(url).await.unwrap();
    let names: Vec<String> =
        sqlx::query_scalar("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
            .fetch_all(&mut conn)
            .await
            .unwrap();
    let mut counts = BTreeMap::new();
    for name in names {
        let text = AssertSqlSafe(format!("select count(*) from \"{name}\""));
        counts.insert(name, sqlx::query_scalar(text).fetch_one(&mut conn).await.unwrap());
    }
    conn.close().await.unwrap();
    counts
}

/// Writes down a release; has no other effect.
#[test]
fn a_release_is_written_down() {
    if std::env::var_os("RELEASE").is_none() {
        return;
    }
    let files = migrations();
    let (newest, (before, rows)) = (*files.last_key_value().unwrap().0, releases().pop_last().unwrap());
    assert!(newest > before, "no migration came since {before}");
    on_sqlite(|bed| {
        let rows = rows.clone();
        async move {
            of_release(&bed, before, &rows).await;
            bed.open().await.close().await;
            let next = here().join("next.sql");
            script(&bed.url, fs::read_to_string(&next).unwrap_or_default()).await;
            let empty: Vec<_> = tables(&bed.url).await.into_iter().filter(|(_, rows)| *rows == 0).collect();
            assert!(empty.is_empty(), "write rows of these tables into {}: {empty:?}", next.display());
            let dump = dump(&bed.url).await;
            fs::write(here().join(format!("{newest:04}.sql")), dump).unwrap();
            let _ = fs::remove_file(next);
        }
    });
    let lines: String = files.values().map(|(name, text)| format!("{name} {}\n", checksum(text))).collect();
    fs::write(here().join("released.txt"), lines).unwrap();
}

/// All rows as statements for both databases; referenced rows come first.
async fn dump(url: &str) -> String {
    let mut conn = SqliteConnection::connect(url).await.unwrap();
    let mut names: Vec<String> = tables(url).await.into_keys().filter(|name| name != "migration").collect();
    names.sort_by_key(|name| match name.as_str() {
        "id_block" => 0,
        "contact" => 1,
        "subscription" => 2,
        _ => 3,
    });
    let mut out = String::new();
    for name in names {
        let text = AssertSqlSafe(format!("select name, type from pragma_table_info('{name}')"));
        let columns = sqlx::query(text).fetch_all(&mut conn).await.unwrap();
        let columns: Vec<(String, String)> = columns.iter().map(|row| (row.get(0), row.get(1))).collect();
        // Numbers that the database gives out itself are given out again.
        let columns: Vec<_> = columns.into_iter().filter(|(column, _)| name != "event" || column != "id").collect();
        let quoted: Vec<String> = columns
            .iter()
            .map(|(column, kind)| match kind.as_str() {
                "boolean" => {
                    format!("case when \"{column}\" then 'true' when not \"{column}\" then 'false' else 'null' end")
                }
                _ => format!("quote(\"{column}\")"),
            })
            .collect();
        let text = format!("select {} from \"{name}\" order by 1", quoted.join(" || ', ' || "));
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(text)).fetch_all(&mut conn).await.unwrap();
        let columns: Vec<String> = columns.iter().map(|(column, _)| format!("\"{column}\"")).collect();
        for values in rows {
            let _ = match name.as_str() {
                // The migration made its one row.
                "id_block" => writeln!(out, "update id_block set next = {values};"),
                // Of these the migrations have made some.
                "meta" => writeln!(
                    out,
                    "insert into meta ({})\n values ({values}) on conflict (\"key\") do update set value = excluded.value;",
                    columns.join(", ")
                ),
                _ => writeln!(out, "insert into {name} ({})\n values ({values});", columns.join(", ")),
            };
        }
    }
    conn.close().await.unwrap();
    out
}
