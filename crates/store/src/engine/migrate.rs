//! Applies database migrations: numbered files, forward only, each once in its own transaction.

use super::conn::Conn;
use crate::{Query, Store, open_error::OpenError};
use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

/// `include!` cannot list a folder, so each file is one line here.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "meta", include_str!("../migrations/0001_meta.sql")),
    (2, "id_block", include_str!("../migrations/0002_id_block.sql")),
    (3, "contact", include_str!("../migrations/0003_contact.sql")),
    (4, "alias", include_str!("../migrations/0004_alias.sql")),
    (5, "conversation", include_str!("../migrations/0005_conversation.sql")),
    (6, "session", include_str!("../migrations/0006_session.sql")),
    (7, "inbound", include_str!("../migrations/0007_inbound.sql")),
    (8, "outbound", include_str!("../migrations/0008_outbound.sql")),
    (9, "early_status", include_str!("../migrations/0009_early_status.sql")),
    (10, "webhook", include_str!("../migrations/0010_webhook.sql")),
    (11, "dead_letter", include_str!("../migrations/0011_dead_letter.sql")),
    (12, "trace", include_str!("../migrations/0012_trace.sql")),
    (13, "run", include_str!("../migrations/0013_run.sql")),
    (14, "schedule", include_str!("../migrations/0014_schedule.sql")),
    (15, "fire", include_str!("../migrations/0015_fire.sql")),
    (16, "start", include_str!("../migrations/0016_start.sql")),
    (17, "ledger", include_str!("../migrations/0017_ledger.sql")),
    (18, "version", include_str!("../migrations/0018_version.sql")),
    (19, "template", include_str!("../migrations/0019_template.sql")),
    (20, "idempotency", include_str!("../migrations/0020_idempotency.sql")),
    (21, "notification", include_str!("../migrations/0021_notification.sql")),
    (22, "api_key", include_str!("../migrations/0022_api_key.sql")),
    (23, "flow_state", include_str!("../migrations/0023_flow_state.sql")),
    (24, "idempotency_message", include_str!("../migrations/0024_idempotency_message.sql")),
    (25, "once", include_str!("../migrations/0025_once.sql")),
    (26, "run_open", include_str!("../migrations/0026_run_open.sql")),
    (27, "event", include_str!("../migrations/0027_event.sql")),
    (28, "audience", include_str!("../migrations/0028_audience.sql")),
    (29, "outbound_states", include_str!("../migrations/0029_outbound_states.sql")),
    (30, "last_outbound", include_str!("../migrations/0030_last_outbound.sql")),
    (31, "last_message", include_str!("../migrations/0031_last_message.sql")),
    (32, "planned_again", include_str!("../migrations/0032_planned_again.sql")),
    (34, "tester_session", include_str!("../migrations/0034_tester_session.sql")),
    (36, "subscription", include_str!("../migrations/0036_subscription.sql")),
    (37, "charge", include_str!("../migrations/0037_charge.sql")),
    (38, "erasure", include_str!("../migrations/0038_erasure.sql")),
    (39, "contact_newest", include_str!("../migrations/0039_contact_newest.sql")),
    (40, "ledger_recorded", include_str!("../migrations/0040_ledger_recorded.sql")),
    (41, "run_start", include_str!("../migrations/0041_run_start.sql")),
    (42, "contact_joined", include_str!("../migrations/0042_contact_joined.sql")),
    (43, "broadcast", include_str!("../migrations/0043_broadcast.sql")),
    (44, "run_reason", include_str!("../migrations/0044_run_reason.sql")),
    (45, "flow_pauses", include_str!("../migrations/0045_flow_pauses.sql")),
    (46, "sender_pause", include_str!("../migrations/0046_sender_pause.sql")),
    (47, "upload", include_str!("../migrations/0047_upload.sql")),
    (48, "broadcast_stopped", include_str!("../migrations/0048_broadcast_stopped.sql")),
    (53, "dead_letter_contact", include_str!("../migrations/0053_dead_letter_contact.sql")),
    (70, "run_started", include_str!("../migrations/0070_run_started.sql")),
    (71, "run_bad", include_str!("../migrations/0071_run_bad.sql")),
    (72, "outbound_error", include_str!("../migrations/0072_outbound_error.sql")),
    (73, "person", include_str!("../migrations/0073_person.sql")),
    (74, "person_session", include_str!("../migrations/0074_person_session.sql")),
    (75, "audit", include_str!("../migrations/0075_audit.sql")),
    (80, "contact_sought", include_str!("../migrations/0080_contact_sought.sql")),
    (81, "conversation_recent", include_str!("../migrations/0081_conversation_recent.sql")),
    (82, "session_waiting", include_str!("../migrations/0082_session_waiting.sql")),
    (105, "api_key_rights", include_str!("../migrations/0105_api_key_rights.sql")),
    (110, "member", include_str!("../migrations/0110_member.sql")),
    (115, "model_call", include_str!("../migrations/0115_model_call.sql")),
    (120, "support_case", include_str!("../migrations/0120_support_case.sql")),
    (121, "note", include_str!("../migrations/0121_note.sql")),
    (122, "person_teams", include_str!("../migrations/0122_person_teams.sql")),
    (130, "model_question", include_str!("../migrations/0130_model_question.sql")),
    (135, "chatwoot_talk", include_str!("../migrations/0135_chatwoot_talk.sql")),
    (136, "chatwoot_message", include_str!("../migrations/0136_chatwoot_message.sql")),
    (140, "audit_origin", include_str!("../migrations/0140_audit_origin.sql")),
    (141, "suggestion", include_str!("../migrations/0141_suggestion.sql")),
    (142, "shadow", include_str!("../migrations/0142_shadow.sql")),
    (146, "chatwoot_part", include_str!("../migrations/0146_chatwoot_part.sql")),
    (150, "model_call_flow", include_str!("../migrations/0150_model_call_flow.sql")),
    (151, "idempotency_secret", include_str!("../migrations/0151_idempotency_secret.sql")),
];

const LEDGER: &str = "
create table if not exists migration (
  version {id}, -- the number of the file
  name text not null -- its name
)";

pub(crate) static QUERIES: &[&Query] = &[&APPLIED];

static APPLIED: Query =
    Query { name: "migration.applied", text: "select count(*) as n, max(version) as newest from migration" };

/// The number of the newest migration that this version knows.
pub(crate) fn newest() -> i64 {
    MIGRATIONS.last().map_or(0, |(version, ..)| *version)
}

/// Checks that a database opened for reading has the tables of this version. Any other problem appears at the first
/// query.
pub(crate) async fn compare(store: &Store) -> Result<(), OpenError> {
    let knows = newest();
    let found = store.one(&APPLIED, &[], |row| Ok((row.number("n")?, row.maybe_number("newest")?.unwrap_or(0)))).await;
    match found {
        Ok(Some((_, has))) if has > knows => Err(OpenError::Newer { has, knows }),
        Ok(Some((n, has))) if n < MIGRATIONS.len() as i64 => Err(OpenError::Older { has, knows }),
        Ok(_) => Ok(()),
        Err(error) => match error.to_string() {
            // An empty file, or a database that no daemon has opened yet.
            text if text.contains("no such table") || text.contains("\"migration\" does not exist") => {
                Err(OpenError::Older { has: 0, knows })
            }
            _ => Ok(()),
        },
    }
}

/// Applies the missing migrations. The caller must be the only daemon on the database.
pub(crate) async fn run(conn: &mut Conn) -> Result<(), OpenError> {
    let failed = |error| OpenError::Database { doing: "bringing the tables up to date", error };
    conn.script(conn.dialect().text(LEDGER)).await.map_err(failed)?;
    let has = conn.number("select max(version) from migration where version >= $1", 0).await;
    let has = has.map_err(failed)?.unwrap_or(0);
    let knows = newest();
    if has > knows {
        return Err(OpenError::Newer { has, knows });
    }
    for (version, name, text) in MIGRATIONS {
        // Check each version, not only the newest: a branch that was merged later may bring a smaller number.
        let there = conn.number("select version from migration where version = $1", *version).await;
        if there.map_err(failed)?.is_some() {
            continue;
        }
        conn.begin().await.map_err(failed)?;
        conn.script(conn.dialect().text(text)).await.map_err(failed)?;
        conn.script(applied(*version, name)).await.map_err(failed)?;
        conn.commit().await.map_err(failed)?;
    }
    Ok(())
}

fn applied(version: i64, name: &str) -> SqlStr {
    AssertSqlSafe(format!("insert into migration (version, name) values ({version}, '{name}')")).into_sql_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_numbered_upwards_as_their_files_are() {
        let files = include_dir_names();
        let listed: Vec<String> =
            MIGRATIONS.iter().map(|(version, name, _)| format!("{version:04}_{name}.sql")).collect();
        assert!(MIGRATIONS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(files, listed);
    }

    fn include_dir_names() -> Vec<String> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/migrations");
        let mut names: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn every_column_has_a_comment() {
        for (_, name, text) in MIGRATIONS {
            let tables = text.split("create table ").skip(1);
            for line in tables.flat_map(|table| table.lines().skip(1).take_while(|line| !line.starts_with(')'))) {
                let constraint = ["primary key (", "unique ("].iter().any(|word| line.trim().starts_with(word));
                assert!(constraint || line.contains(" -- "), "{name}: `{line}` has no comment");
            }
        }
    }
}
