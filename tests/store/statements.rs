//! Checks every statement and query: valid on both databases, and served by an index.

use super::{on_both, on_postgres, on_sqlite};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};
use std::collections::BTreeMap;
use transom::store::{Dialect, OneRow, queries, statements};

/// Queries that read a whole small table: the reason is beside each query.
const WHOLE: &[&str] = &[
    "subscription.all",
    "schedule.all",
    "template.all",
    "api_key.all",
    // A row for each daemon of the database.
    "member.all",
    "person.all",
    "person_session.expire",
    "flow_state.all",
    "flow_state.pauses",
    "sender_pause.all",
    "early_status.expire",
    "upload.expire",
    "early_status.any",
    // Asked once, at a start, where an account has a limit.
    "outbound.reached",
    // A row for each migration, counted when a command opens the database for reading.
    "migration.applied",
    // One row for each draft that was used or not; people ask for the counts.
    "suggestion.counts",
    "shadow.counts",
    // An erasure looks at all that is kept for a day or three.
    "erasure.events",
    "erasure.answers_of_said",
    "erasure.answers_of_notes",
];

/// Queries that walk an index up to a limit (the oldest rows), or a partial index of open rows only.
const WALKS: &[&str] = &[
    ".expire",
    // Of messages that have not left, while a sender is down.
    ".next_probe",
    // Rarely run searches for rows without a contact id; on a large table they run on the reading connections.
    "charge.arrived",
    "charge.charges",
    // Of messages that no turn has handled: asked once, at a start.
    "inbound.waiting",
    "erasure.any",
    "erasure.joined",
    "redaction.in_webhooks",
    "redaction.in_letters",
    "redaction.in_audiences",
    "conversation.count_needs_person",
    // Of conversations that are with a person, or wait for one: few.
    "inbox.count_waiting",
    "inbox.count_taken",
    "support_case.loads",
    // Asked at a start, and of rows that an older version wrote.
    "search.unwritten",
    "dead_letter.counts",
    "erasure.open",
    "inbound.count_unhandled",
    "inbound.newest",
    "outbound.counts",
    "outbound.newest",
    "outbound.stuck",
    "outbound.resting",
    "run.open",
];

/// The text with its parameters replaced by a literal that is valid as number and as text.
fn literal(dialect: Dialect, text: &'static str) -> String {
    let text = dialect.text(text).as_str().replace("json_each($1)", "json_each('[]')");
    let text = text.replace("jsonb_array_elements($1::jsonb)", "jsonb_array_elements('[]'::jsonb)");
    let value = if dialect == Dialect::Sqlite { "1" } else { "'1'" };
    (1..=11).rev().fold(text, |text, n| text.replace(&format!("${n}"), value))
}

/// The executed text: on SQLite a statement for one row.
fn written(dialect: Dialect, text: &'static str) -> String {
    match dialect {
        Dialect::Sqlite => (1..=30).rev().fold(OneRow::of(text).text, |text, n| text.replace(&format!("?{n}"), "1")),
        Dialect::Postgres => literal(dialect, text),
    }
}

fn all(dialect: Dialect) -> Vec<(&'static str, String)> {
    let statements = statements().map(|sql| (sql.name, written(dialect, sql.text)));
    statements.chain(queries().map(|query| (query.name, literal(dialect, query.text)))).collect()
}

#[test]
fn every_text_runs_on_both_databases() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let dialect = store.dialect();
        store.close().await;
        for (name, text) in all(dialect) {
            // Of no rows, or (a row at a time) only compiled: the row would need others.
            let text = if dialect == Dialect::Sqlite { format!("explain {text}") } else { text };
            let text = AssertSqlSafe(text);
            let ran = match dialect {
                Dialect::Sqlite => {
                    let mut conn = SqliteConnection::connect(&bed.url).await.unwrap();
                    let ran = sqlx::raw_sql(text).execute(&mut conn).await.map(drop);
                    conn.close().await.unwrap();
                    ran
                }
                Dialect::Postgres => {
                    let mut conn = PgConnection::connect(&bed.url).await.unwrap();
                    sqlx::raw_sql(text).execute(&mut conn).await.map(drop)
                }
            };
            if let Err(error) = ran {
                panic!("{dialect:?} `{name}`: {error}");
            }
        }
    });
}

#[test]
fn every_text_is_found_by_an_index_on_sqlite() {
    on_sqlite(|bed| async move {
        bed.open().await.close().await;
        let mut conn = SqliteConnection::connect(&bed.url).await.unwrap();
        let tables: Vec<String> = sqlx::query_scalar("select name from sqlite_master where type = 'table'")
            .fetch_all(&mut conn)
            .await
            .unwrap();
        let mut wrong = Vec::new();
        for (name, text) in all(Dialect::Sqlite).into_iter().filter(|(name, _)| !WHOLE.contains(name)) {
            let plan = sqlx::query(AssertSqlSafe(format!("explain query plan {text}"))).fetch_all(&mut conn).await;
            for row in plan.unwrap() {
                let line: String = row.get("detail");
                let scanned = line.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
                let scanned = scanned.filter(|name| tables.iter().any(|table| table == name));
                let walks = WALKS.iter().any(|end| name.ends_with(end));
                if scanned.is_some() && !walks {
                    wrong.push(format!("{name}: {line}"));
                }
            }
        }
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    });
}

#[test]
fn every_text_is_found_by_an_index_on_postgres() {
    on_postgres(|bed| async move {
        bed.open().await.close().await;
        let mut conn = PgConnection::connect(&bed.url).await.unwrap();
        sqlx::raw_sql("set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off")
            .execute(&mut conn)
            .await
            .unwrap();
        let mut wrong = Vec::new();
        for (name, text) in all(Dialect::Postgres).into_iter().filter(|(name, _)| !WHOLE.contains(name)) {
            let plan = sqlx::raw_sql(AssertSqlSafe(format!("explain {text}"))).fetch_all(&mut conn).await;
            for row in plan.unwrap_or_else(|error| panic!("{name}: {error}")) {
                let line: String = row.get(0);
                if line.contains("Seq Scan") {
                    wrong.push(format!("{name}: {line}"));
                }
            }
        }
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    });
}

#[test]
fn every_statement_has_an_order_and_a_name_of_its_own() {
    let mut orders = BTreeMap::new();
    let mut names = BTreeMap::new();
    for sql in statements() {
        assert_eq!(orders.insert(sql.order, sql.name), None, "`{}` has an order that is taken", sql.name);
        assert_eq!(names.insert(sql.name, ()), None, "`{}` stands twice", sql.name);
    }
}

/// A statement that is in no list would be tested on one database only.
#[test]
fn every_statement_and_query_is_in_its_tables_list() {
    fn count(folder: &std::path::Path, words: [&str; 2]) -> [usize; 2] {
        let mut found = [0, 0];
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                let inner = count(&path, words);
                (found[0], found[1]) = (found[0] + inner[0], found[1] + inner[1]);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap();
                for line in code.lines().filter(|line| line.contains("static ")) {
                    (0..2).for_each(|n| found[n] += usize::from(line.contains(words[n])));
                }
            }
        }
        found
    }
    let folder = std::path::Path::new("crates/store/src");
    // Each `Expire` has one statement and one query.
    let [expire, _] = count(folder, [": Expire =", ": Query ="]);
    let [written, read] = count(folder, [": Statement<", ": Query ="]);
    assert_eq!([written + expire, read + expire], [statements().count(), queries().count()]);
}
