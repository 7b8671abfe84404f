//! Tests the writer: winning rows, answers, the effect of one bad row on others, and durability.

use super::{on_both, on_postgres, on_sqlite, sample::*};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use transom::model::session::Session;
use transom::store::{CommitError, InjectedFaults, OpenError, Options, Store, WriteSet};
use transom::{
    base::{ids::*, time::Span},
    store::{
        queries::retention::{self, Pace},
        tables::{
            alias, contact, conversation, event,
            idempotency::{self, Claim},
            inbound,
            meta::{self, Meta},
            outbound::{self, SendState, Sending},
            session::{self, SessionUpdate},
        },
    },
};

/// Commits sets at the same time: they are queued before the writer wakes.
async fn together(store: &Store, sets: Vec<WriteSet>) -> Vec<Result<transom::store::Committed, CommitError>> {
    let commits = sets.into_iter().map(|set| {
        let store = store.clone();
        tokio::spawn(async move { store.commit(set).await })
    });
    let mut answers = Vec::new();
    for commit in commits.collect::<Vec<_>>() {
        answers.push(commit.await.unwrap());
    }
    answers
}

fn received(id: i64, contact: i64, provider_id: &str) -> WriteSet {
    let mut set = WriteSet::of(contact);
    set.push(&inbound::INSERT, &inbound(id, contact, provider_id));
    set
}

fn turned(conversation: i64, turn: u64) -> WriteSet {
    let mut set = WriteSet::of(conversation);
    let session = Session { turn, ..Session::default() };
    set.push(&session::TURN, &SessionUpdate::new(ConversationId(conversation), ContactId(conversation), &session));
    set
}

#[test]
fn a_duplicate_is_told_apart_in_one_group_and_later() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let sets = (1..=9).map(|n| received(n, n, if n % 3 == 0 { "wamid.same" } else { "wamid." })).enumerate();
        let sets = sets.map(|(n, mut set)| {
            // A row of its own proves that the rest of the set of a duplicate is written.
            set.push(&contact::INSERT, &new_contact(n as i64 + 1));
            set
        });
        let answers = together(&store, sets.collect()).await;
        let won: Vec<i64> = answers.iter().flat_map(|answer| answer.as_ref().unwrap().won(&inbound::INSERT)).collect();
        assert_eq!(won.len(), 2, "{won:?}");
        assert!(contact::find(&store, ContactId(9)).await.unwrap().is_some());
        let again = store.commit(received(50, 50, "wamid.same")).await.unwrap();
        assert_eq!(again.won(&inbound::INSERT), Vec::<i64>::new());
        store.close().await;
    });
}

#[test]
fn a_stale_turn_leaves_nothing_behind_and_its_neighbours_land() {
    on_both(|bed| async move {
        let store = bed.open().await;
        store.commit(turned(1, 1)).await.unwrap();
        store.commit(turned(1, 2)).await.unwrap();
        let mut late = turned(1, 2);
        late.push(&outbound::INSERT, &outbound(70, 1, 1));
        let mut sets: Vec<WriteSet> = (2..40).map(|n| turned(n, 1)).collect();
        sets.insert(20, late);
        let answers = together(&store, sets).await;
        for (n, answer) in answers.iter().enumerate() {
            match answer {
                Err(CommitError::Stale { statement }) => assert_eq!((n, *statement), (20, "session.turn")),
                other => assert!(n != 20 && other.is_ok(), "{n}: {other:?}"),
            }
        }
        assert!(outbound::find(&store, OutboundId(70)).await.unwrap().is_none());
        assert_eq!(session::find(&store, ConversationId(39)).await.unwrap().unwrap().session.turn, 1);
        store.close().await;
    });
}

#[test]
fn one_poisonous_set_of_64_is_refused_and_63_land() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let mut sets: Vec<WriteSet> = (1..=64).map(|n| received(n, n, &format!("wamid.{n}"))).collect();
        // An alias of a contact that does not exist: the foreign key refuses it.
        sets[31].push(&alias::MOVE, &new_alias(999, "15550009"));
        let answers = together(&store, sets).await;
        let refused: Vec<usize> = (0..64).filter(|&n| matches!(answers[n], Err(CommitError::Refused(_)))).collect();
        assert_eq!(refused, [31]);
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 63);
        assert!(inbound::find(&store, InboundId(32)).await.unwrap().is_none());
        assert_eq!(inbound::count_unhandled(&store).await.unwrap(), 63);
        store.close().await;
    });
}

#[test]
fn two_sets_of_a_contact_are_applied_one_after_the_other() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let (first, second, third) =
            tokio::join!(store.commit(turned(1, 1)), store.commit(turned(1, 2)), store.commit(turned(1, 3)));
        [first, second, third].into_iter().for_each(|answer| assert!(answer.is_ok(), "{answer:?}"));
        assert_eq!(session::find(&store, ConversationId(1)).await.unwrap().unwrap().session.turn, 3);
        store.close().await;
    });
}

#[test]
fn of_two_strangers_with_one_name_only_one_is_made() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let stranger = |id: i64| {
            let mut set = WriteSet::of(id);
            set.push(&contact::INSERT, &new_contact(id));
            set.push(&alias::INSERT, &new_alias(id, "15550001"));
            set.push(&alias::INSERT, &new_alias(id, &format!("1666000{id}")));
            set.push(&conversation::HEARD, &heard(id + 10, id, NOW));
            set
        };
        let answers = together(&store, vec![stranger(1), stranger(2)]).await;
        let stale = answers.iter().filter(|answer| matches!(answer, Err(CommitError::Stale { .. }))).count();
        assert_eq!((stale, answers.len()), (1, 2), "{answers:?}");
        let winner = alias::find(&store, &account(), &[phone("15550001")]).await.unwrap().unwrap();
        let loser = ContactId(3 - winner.0);
        assert!(contact::find(&store, loser).await.unwrap().is_none());
        assert!(conversation::of(&store, loser).await.unwrap().is_empty());
        store.close().await;
    });
}

#[test]
fn of_two_requests_with_one_key_only_the_first_hears_that_it_is_new() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let claim = |key: &str, message: i64| Claim {
            account: account(),
            key: key.to_owned(),
            request_hash: "h".to_owned(),
            message_id: OutboundId(message),
            created_at: NOW,
        };
        let sets = (1..=40).map(|n| {
            let mut set = WriteSet::new();
            set.push(&idempotency::CLAIM, &claim(&format!("k{}", n % 20), n));
            set
        });
        let answers = together(&store, sets.collect()).await;
        let told = answers.iter().flat_map(|answer| answer.as_ref().unwrap().told(&idempotency::CLAIM));
        assert_eq!(told.count(), 20);
        // Surely in one statement.
        let mut set = WriteSet::new();
        set.push(&idempotency::CLAIM, &claim("both", 51));
        set.push(&idempotency::CLAIM, &claim("both", 52));
        let told = store.commit(set).await.unwrap();
        assert_eq!(told.won(&idempotency::CLAIM), [51]);
        store.close().await;
    });
}

#[test]
fn a_conversation_that_has_another_id_makes_its_set_stale() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let heard = |id: i64, contact: i64| {
            let mut set = WriteSet::of(contact);
            set.push(&contact::INSERT, &new_contact(contact));
            set.push(&conversation::HEARD, &heard(id, contact, NOW));
            set
        };
        store.commit(heard(11, 1)).await.unwrap();
        let mut other = WriteSet::of(1);
        other.push(&conversation::HEARD, &super::sample::heard(12, 1, NOW));
        let answers = together(&store, vec![heard(13, 3), other, heard(14, 4)]).await;
        assert_eq!(answers[1], Err(CommitError::Stale { statement: "conversation.heard" }));
        assert!(answers[0].is_ok() && answers[2].is_ok(), "{answers:?}");
        store.close().await;
    });
}

#[test]
fn a_set_that_waits_for_company_is_committed_without_any_and_before_a_close() {
    on_both(|bed| async move {
        // Durable: only then sets are patient.
        let store = Store::open(&bed.url, Options::default()).await.unwrap();
        store.commit(received(1, 1, "wamid.1").patient()).await.unwrap();
        let waits = store.submit(received(2, 2, "wamid.2").patient()).await.unwrap();
        store.commit(received(3, 3, "wamid.3")).await.unwrap();
        let last = store.submit(received(4, 4, "wamid.4").patient()).await.unwrap();
        store.close().await;
        waits.done().await.unwrap();
        last.done().await.unwrap();
        let store = bed.open().await;
        assert_eq!(inbound::count_unhandled(&store).await.unwrap(), 4);
        store.close().await;
    });
}

#[test]
fn a_message_is_sent_by_one_try_at_a_time() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let mut set = WriteSet::of(1);
        set.push(&outbound::INSERT, &outbound(5, 1, 1));
        store.commit(set).await.unwrap();
        let sending = |attempt| {
            let mut set = WriteSet::of(1);
            set.push(&outbound::SENDING, &Sending { id: OutboundId(5), attempt, at: NOW, sent_as: None });
            set
        };
        store.commit(sending(1)).await.unwrap();
        assert!(matches!(store.commit(sending(1)).await, Err(CommitError::Stale { .. })));
        assert!(matches!(store.commit(sending(2)).await, Err(CommitError::Stale { .. })), "it stands `sending`");
        let row = outbound::find(&store, OutboundId(5)).await.unwrap().unwrap();
        assert_eq!((row.state, row.attempt, row.attempted_at), (SendState::Sending, 1, Some(NOW)));
        store.close().await;
    });
}

#[test]
fn a_failed_commit_leaves_nothing_and_a_lost_answer_leaves_all() {
    on_both(|bed| async move {
        let faults = Arc::new(InjectedFaults::default());
        let store = bed.open_with(Options { faults: faults.clone(), ..Options::default() }).await;
        faults.fail_next_commits(1);
        assert_eq!(store.commit(received(1, 1, "wamid.1")).await, Err(CommitError::Unknown));
        assert!(inbound::find(&store, InboundId(1)).await.unwrap().is_none());
        faults.lose_next_answers(1);
        assert_eq!(store.commit(received(2, 1, "wamid.2")).await, Err(CommitError::Unknown));
        assert!(inbound::find(&store, InboundId(2)).await.unwrap().is_some());
        assert!(store.commit(received(3, 1, "wamid.3")).await.is_ok());
        store.close().await;
    });
}

#[test]
fn a_second_daemon_is_refused_in_one_sentence() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let second = Store::open(&bed.url, Options::default()).await;
        let Err(error @ OpenError::Held { .. }) = second else { panic!("{second:?}") };
        let text = error.to_string();
        assert!(text.contains("another Transom daemon") && !text.contains('\n'), "{text}");
        // Commands read beside it, and cannot write.
        let reader = Store::open_read_only(&bed.url).await.unwrap();
        assert_eq!(inbound::count_unhandled(&reader).await.unwrap(), 0);
        assert_eq!(reader.commit(received(1, 1, "wamid.1")).await, Err(CommitError::Closed));
        reader.close().await;
        store.close().await;
        bed.open().await.close().await;
    });
}

#[test]
fn what_was_committed_survives_a_crash_and_ids_never_repeat() {
    on_both(|bed| async move {
        let mut highest = 0;
        for round in 1..=5 {
            let store = bed.open().await;
            let id = store.next_id();
            assert!(id > highest, "{id} after {highest}");
            highest = id;
            store.commit(received(id, round, &format!("wamid.{round}"))).await.unwrap();
            assert_eq!(inbound::count_unhandled(&store).await.unwrap(), round);
            // The first rounds die, the last ones close.
            if round < 4 { store.abandon().await } else { store.close().await }
        }
    });
}

#[test]
fn a_clean_close_gives_unused_ids_back() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let first = store.next_id();
        store.close().await;
        let store = bed.open().await;
        assert_eq!(store.next_id(), first + 1);
        store.close().await;
    });
}

#[test]
fn close_commits_what_waits() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let commits: Vec<_> = (1..=100)
            .map(|n| {
                let store = store.clone();
                tokio::spawn(async move { store.commit(received(n, 1, &format!("wamid.{n}"))).await })
            })
            .collect();
        tokio::task::yield_now().await;
        store.close().await;
        let mut acknowledged = 0;
        for commit in commits {
            acknowledged += i64::from(commit.await.unwrap().is_ok());
        }
        let store = bed.open().await;
        assert_eq!(inbound::count_unhandled(&store).await.unwrap(), acknowledged);
        store.close().await;
    });
}

#[test]
fn a_zero_character_is_stored_visibly() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let mut row = new_contact(1);
        row.data.name = Some("a\0b".into());
        let mut set = WriteSet::of(1);
        set.push(&contact::INSERT, &row);
        store.commit(set).await.unwrap();
        let contact = contact::find(&store, ContactId(1)).await.unwrap().unwrap();
        assert_eq!(contact.data.name.as_deref(), Some("a\u{2400}b"));
        store.close().await;
    });
}

#[test]
fn a_backup_is_taken_while_the_daemon_runs() {
    on_sqlite(|bed| async move {
        let store = bed.open().await;
        store.commit(received(1, 1, "wamid.1")).await.unwrap();
        let file = bed.folder.path().join("backup.db");
        store.backup(&file).await.unwrap();
        assert!(matches!(store.backup(&file).await, Err(OpenError::Files { .. })), "an existing file is kept");
        let copy = Store::open_read_only(&format!("sqlite://{}", file.display())).await.unwrap();
        assert_eq!(inbound::count_unhandled(&copy).await.unwrap(), 1);
        copy.close().await;
        store.close().await;
    });
}

#[test]
fn a_backup_of_postgres_names_pg_dump() {
    on_postgres(|bed| async move {
        let store = bed.open().await;
        let refused = store.backup(&bed.folder.path().join("x.db")).await.unwrap_err();
        assert!(refused.to_string().contains("pg_dump"), "{refused}");
        store.close().await;
    });
}

#[test]
fn a_lost_connection_is_opened_again_with_its_locks() {
    on_postgres(|bed| async move {
        let store = bed.open().await;
        store.commit(received(1, 1, "wamid.1")).await.unwrap();
        let mut admin = <sqlx::PgConnection as sqlx::Connection>::connect(&bed.url).await.unwrap();
        sqlx::raw_sql(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where application_name = 'transom-writer' and datname = current_database()",
        )
        .execute(&mut admin)
        .await
        .unwrap();
        assert_eq!(store.commit(received(2, 1, "wamid.2")).await, Err(CommitError::Away));
        store.commit(received(3, 1, "wamid.3")).await.unwrap();
        assert!(store.is_connected());
        assert!(matches!(Store::open(&bed.url, Options::default()).await, Err(OpenError::Held { .. })));
        store.close().await;
    });
}

/// Event ids are assigned before commits: without the lock, a reader that has seen a higher id would miss a lower one.
#[test]
fn who_writes_into_the_log_of_events_waits_for_whoever_does() {
    on_postgres(|bed| async move {
        let store = bed.open().await;
        let mut other = <sqlx::PgConnection as sqlx::Connection>::connect(&bed.url).await.unwrap();
        sqlx::raw_sql(
            "begin; select pg_advisory_xact_lock(78, 0); insert into event (kind, at, subject_id, word)
            values ('alarm', 1, 1, '')",
        )
        .execute(&mut other)
        .await
        .unwrap();
        store.commit(received(1, 1, "wamid.1")).await.unwrap();
        store.set_wanted(event::WantedKinds::ALL);
        let committing = store.submit(received(2, 1, "wamid.2")).await.unwrap();
        let mut admin = <sqlx::PgConnection as sqlx::Connection>::connect(&bed.url).await.unwrap();
        loop {
            let waiting: i64 = sqlx::query_scalar(
                "select count(*) from pg_locks where locktype = 'advisory' and classid = 78 and not granted",
            )
            .fetch_one(&mut admin)
            .await
            .unwrap();
            if waiting == 1 {
                break;
            }
        }
        assert!(event::after(&store, 0, 9).await.unwrap().is_empty());
        sqlx::raw_sql("commit").execute(&mut other).await.unwrap();
        committing.done().await.unwrap();
        let kinds: Vec<String> = event::after(&store, 0, 9).await.unwrap().into_iter().map(|one| one.kind).collect();
        assert_eq!(kinds, ["alarm", "message.in"]);
        store.close().await;
    });
}

#[test]
fn bad_addresses_are_answered_with_what_to_write() {
    on_sqlite(|bed| async move {
        for (url, words) in [("mysql://x/y", "sqlite://PATH"), ("sqlite://", "sqlite://data/transom.db")] {
            let error = Store::open(url, Options::default()).await.unwrap_err().to_string();
            assert!(error.contains(words), "{url}: {error}");
        }
        let nowhere = Store::open_read_only(&bed.url).await.unwrap_err();
        assert!(nowhere.to_string().contains("transom serve"), "{nowhere}");
        let early = format!("sqlite://{}/early.db", bed.folder.path().display());
        std::fs::write(bed.folder.path().join("early.db"), "").unwrap();
        let early = Store::open_read_only(&early).await.unwrap_err();
        assert!(matches!(early, OpenError::Older { has: 0, .. }), "{early}");
        assert!(early.to_string().starts_with("the database has no tables of transom yet: run `transom migrate`"));
        let older = OpenError::Older { has: 48, knows: 53 }.to_string();
        let wanted = "the database has schema version 48, and this version of transom needs 53: run `transom migrate`";
        assert!(older.starts_with(wanted), "{older}");
        std::fs::write(bed.folder.path().join("file"), "").unwrap();
        let url = format!("sqlite://{}/file/transom.db", bed.folder.path().display());
        let error = Store::open(&url, Options::default()).await.unwrap_err();
        assert!(matches!(error, OpenError::Files { .. }), "{error}");
    });
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    on_sqlite(|bed| async move {
        bed.open().await.close().await;
        let mut conn = <sqlx::SqliteConnection as sqlx::Connection>::connect(&bed.url).await.unwrap();
        sqlx::raw_sql("insert into migration (version, name) values (9999, 'later')").execute(&mut conn).await.unwrap();
        sqlx::Connection::close(conn).await.unwrap();
        let error = Store::open(&bed.url, Options::default()).await.unwrap_err();
        assert!(matches!(error, OpenError::Newer { has: 9999, .. }), "{error}");
        assert!(error.to_string().starts_with("the database has schema version 9999, which a newer transom wrote"));
    });
}

#[test]
fn a_retention_pass_removes_what_is_old_and_nothing_else() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let mut set = WriteSet::new();
        for n in 1..=1200 {
            let received_at = NOW + Span::seconds(n);
            // The oldest of all is still to be handled.
            let handled_at = (n > 1).then_some(received_at);
            let row = inbound(n, n, &format!("wamid.{n}"));
            set.push(&inbound::INSERT, &inbound::NewInbound { received_at, handled_at, ..row });
        }
        store.commit(set).await.unwrap();
        let forget = async |seconds| {
            let before = NOW + Span::seconds(seconds);
            retention::forget(&store, &inbound::EXPIRE, before, Pace::AtOnce).await.unwrap()
        };
        assert_eq!(forget(1101).await, 1099);
        assert_eq!(inbound::count_unhandled(&store).await.unwrap(), 1);
        assert_eq!(forget(1201).await, 100);
        store.close().await;
    });
}

#[test]
fn a_full_disk_refuses_at_once_and_what_comes_after_it_lands() {
    on_sqlite(|bed| async move {
        let faults = Arc::new(InjectedFaults::default());
        let store = bed.open_with(Options { faults: faults.clone(), ..Options::default() }).await;
        faults.fill_disk();
        assert_eq!(store.commit(received(1, 1, "wamid.1")).await, Err(CommitError::Unknown));
        // The first second is waited out: nobody notices an outage that is shorter.
        assert_eq!(store.commit(received(2, 1, "wamid.2")).await, Err(CommitError::Away));
        assert!(
            !store.is_connected() && store.trouble().is_some_and(|why| why.contains("full")),
            "{:?}",
            store.trouble()
        );
        let asked = Instant::now();
        for n in 3..200 {
            assert_eq!(store.commit(received(n, 1, "wamid.3")).await, Err(CommitError::Away));
        }
        assert!(asked.elapsed() < Duration::from_millis(500), "{:?}", asked.elapsed());
        assert_eq!(inbound::count_unhandled(&store).await.unwrap(), 0);
        faults.free_disk();
        until("it is back", async || store.is_connected()).await;
        store.commit(received(4, 1, "wamid.4")).await.unwrap();
        assert_eq!((inbound::count_unhandled(&store).await.unwrap(), store.trouble()), (1, None));
        store.close().await;
    });
}

#[test]
fn a_disk_that_is_full_for_less_than_a_second_refuses_nobody_who_comes_then() {
    on_sqlite(|bed| async move {
        let faults = Arc::new(InjectedFaults::default());
        let store = bed.open_with(Options { faults: faults.clone(), ..Options::default() }).await;
        faults.fill_disk();
        assert_eq!(store.commit(received(1, 1, "wamid.1")).await, Err(CommitError::Unknown));
        let later = store.submit(received(2, 1, "wamid.2")).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        faults.free_disk();
        assert!(later.done().await.is_ok());
        store.close().await;
    });
}

#[test]
fn a_store_whose_disk_is_full_closes_in_time() {
    on_sqlite(|bed| async move {
        let faults = Arc::new(InjectedFaults::default());
        let store = bed.open_with(Options { faults: faults.clone(), ..Options::default() }).await;
        faults.fill_disk();
        assert_eq!(store.commit(received(1, 1, "wamid.1")).await, Err(CommitError::Unknown));
        let asked = Instant::now();
        store.close().await;
        assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
    });
}

/// Waits for a condition that must soon be true.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let since = Instant::now();
    while !is_so().await {
        assert!(since.elapsed() < Duration::from_secs(20), "not so after 20 s: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[test]
fn a_database_file_that_is_deleted_or_replaced_is_noticed_and_what_it_held_is_rescued() {
    for replaced in [false, true] {
        on_sqlite(move |bed| async move {
            let store = bed.open().await;
            store.commit(received(1, 1, "wamid.1")).await.unwrap();
            let folder = bed.folder.path().join("data");
            std::fs::remove_file(folder.join("transom.db")).unwrap();
            if replaced {
                std::fs::write(folder.join("transom.db"), "").unwrap();
            }
            let refused = store.commit(received(2, 1, "wamid.2")).await;
            assert_eq!(refused, Err(CommitError::Away));
            let sentence = store.gone().await;
            let what = if replaced { "was replaced" } else { "was deleted" };
            assert!(sentence.contains(what) && sentence.contains("transom.db.rescued-1"), "{sentence}");
            assert!(!store.is_connected() && store.trouble().is_some());
            store.close().await;
            // Nobody takes an empty file for the one that was there.
            let error = Store::open(&bed.url, Options::default()).await.unwrap_err();
            assert!(matches!(error, OpenError::Gone(_)), "{error}");
            assert!(error.to_string().contains("transom.db.lock"), "{error}");
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                let rescued = std::fs::metadata(folder.join("transom.db.rescued-1")).unwrap();
                assert_eq!(rescued.permissions().mode() & 0o777, 0o600, "nobody else reads what people wrote");
            }
            for rest in ["transom.db-wal", "transom.db-shm"] {
                let _ = std::fs::remove_file(folder.join(rest));
            }
            std::fs::rename(folder.join("transom.db.rescued-1"), folder.join("transom.db")).unwrap();
            let store = bed.open().await;
            assert_eq!(inbound::count_unhandled(&store).await.unwrap(), 1);
            store.close().await;
            std::fs::remove_file(folder.join("transom.db")).unwrap();
            std::fs::remove_file(folder.join("transom.db.lock")).unwrap();
            let store = bed.open().await;
            assert_eq!(inbound::count_unhandled(&store).await.unwrap(), 0, "somebody wants to begin anew");
            store.close().await;
        });
    }
}

/// A file that is copied over the file of a running daemon.
#[derive(Debug, Clone, Copy)]
enum Over {
    AnotherDatabase,
    ItsOwnBackup,
    ItsOwnFileOfBefore,
}

#[test]
fn a_database_that_is_copied_over_the_live_one_is_noticed_and_not_mixed_with_it() {
    for over in [Over::AnotherDatabase, Over::ItsOwnBackup, Over::ItsOwnFileOfBefore] {
        on_sqlite(move |bed| async move {
            let folder = bed.folder.path().join("data");
            let (file, other) = (folder.join("transom.db"), folder.join("other.db"));
            let store = bed.open().await;
            store.commit(received(1, 1, "wamid.1")).await.unwrap();
            match over {
                Over::AnotherDatabase => {
                    let url = format!("sqlite://{}", other.display());
                    let another = Store::open(&url, Options::default()).await.unwrap();
                    another.commit(received(1, 1, "wamid.1")).await.unwrap();
                    another.close().await;
                }
                Over::ItsOwnBackup => store.backup(&other).await.unwrap(),
                Over::ItsOwnFileOfBefore => {
                    assert!(store.scrub().await.unwrap(), "the log is copied into the file");
                    store.commit(received(2, 1, "wamid.2")).await.unwrap();
                    std::fs::copy(&file, &other).unwrap();
                    assert!(store.scrub().await.unwrap());
                    store.commit(received(3, 1, "wamid.3")).await.unwrap();
                }
            }
            std::fs::copy(&other, &file).unwrap();
            let sentence = tokio::time::timeout(Duration::from_secs(5), store.gone()).await.unwrap();
            assert!(sentence.contains("was damaged or overwritten"), "{over:?}: {sentence}");
            assert!(sentence.contains("transom.db.rescued-1-wal"), "{over:?}: {sentence}");
            assert_eq!(store.commit(received(9, 1, "wamid.9")).await, Err(CommitError::Away));
            store.close().await;
            let copied = std::fs::read(&other).unwrap();
            assert!(std::fs::read(&file).unwrap() == copied, "{over:?}: nothing was written into it");
            let store = bed.open().await;
            assert_eq!(inbound::count_unhandled(&store).await.unwrap(), 1, "{over:?}: what it held, and nothing else");
            store.close().await;
        });
    }
}

#[test]
fn a_file_whose_log_is_copied_into_it_again_and_again_is_the_same() {
    on_sqlite(|bed| async move {
        let store = bed.open().await;
        for n in 1..=5 {
            store.commit(received(n, 1, &format!("wamid.{n}"))).await.unwrap();
            assert!(store.scrub().await.unwrap());
        }
        store.commit(received(6, 1, "wamid.6")).await.unwrap();
        assert_eq!(store.trouble(), None);
        store.close().await;
        let store = bed.open().await;
        assert_eq!(inbound::count_unhandled(&store).await.unwrap(), 6);
        store.close().await;
    });
}

#[test]
fn an_index_of_the_log_that_is_deleted_is_noticed() {
    on_sqlite(|bed| async move {
        let store = bed.open().await;
        store.commit(received(1, 1, "wamid.1")).await.unwrap();
        std::fs::remove_file(bed.folder.path().join("data/transom.db-shm")).unwrap();
        let sentence = tokio::time::timeout(Duration::from_secs(5), store.gone()).await.unwrap();
        assert!(sentence.contains("transom.db-shm") && sentence.contains("transom.db.rescued-1"), "{sentence}");
        store.close().await;
    });
}

#[test]
fn a_file_that_was_overwritten_in_place_is_noticed_by_reading_it() {
    on_sqlite(|bed| async move {
        let store = bed.open().await;
        store.commit(received(1, 1, "wamid.1")).await.unwrap();
        let file = bed.folder.path().join("data/transom.db");
        // The log holds the pages until it is copied into the file; a fresh connection reads the file's first page.
        std::fs::write(&file, vec![7; 1 << 16]).unwrap();
        std::fs::write(bed.folder.path().join("data/transom.db-wal"), "").unwrap();
        let mut n = 2;
        let sentence = loop {
            let _ = inbound::count_unhandled(&store).await;
            let _ = store.commit(received(n, 1, &format!("wamid.{n}"))).await;
            n += 1;
            if let Ok(sentence) = tokio::time::timeout(Duration::from_millis(20), store.gone()).await {
                break sentence;
            }
            assert!(n < 1_000, "nobody noticed");
        };
        assert!(sentence.contains("was damaged or overwritten"), "{sentence}");
        store.close().await;
        let error = Store::open(&bed.url, Options::default()).await.unwrap_err();
        assert!(error.to_string().contains("not a database"), "{error}");
    });
}

#[test]
fn an_idle_daemon_notices_that_its_file_is_gone() {
    on_sqlite(|bed| async move {
        let store = bed.open().await;
        std::fs::remove_file(bed.folder.path().join("data/transom.db")).unwrap();
        let sentence = tokio::time::timeout(Duration::from_secs(20), store.gone()).await.unwrap();
        assert!(sentence.contains("was deleted"), "{sentence}");
        store.close().await;
    });
}

async fn admin(bed: &super::Bed, text: &'static str) {
    let mut admin = <sqlx::PgConnection as sqlx::Connection>::connect(&bed.url).await.unwrap();
    sqlx::raw_sql(text).execute(&mut admin).await.unwrap();
}

/// A commit that waits for a lock, and the connection that holds the lock.
async fn at_a_lock(bed: &super::Bed, store: &Store, id: i64) -> (sqlx::PgConnection, transom::store::Submitted) {
    let mut other = <sqlx::PgConnection as sqlx::Connection>::connect(&bed.url).await.unwrap();
    sqlx::raw_sql("begin; lock table inbound in access exclusive mode").execute(&mut other).await.unwrap();
    let waits = store.submit(received(id, 1, &format!("wamid.{id}"))).await.unwrap();
    let mut looks = <sqlx::PgConnection as sqlx::Connection>::connect(&bed.url).await.unwrap();
    loop {
        let text = "select count(*) from pg_stat_activity where application_name = 'transom-writer'
          and datname = current_database() and wait_event_type = 'Lock'";
        let waiting: i64 = sqlx::query_scalar(text).fetch_one(&mut looks).await.unwrap();
        if waiting == 1 {
            return (other, waits);
        }
    }
}

#[test]
fn a_cancelled_statement_is_run_again_and_nobody_hears_of_it() {
    on_postgres(|bed| async move {
        let store = bed.open().await;
        let (mut other, waits) = at_a_lock(&bed, &store, 1).await;
        let cancel = "select pg_cancel_backend(pid) from pg_stat_activity
          where application_name = 'transom-writer' and datname = current_database()";
        admin(&bed, cancel).await;
        sqlx::raw_sql("commit").execute(&mut other).await.unwrap();
        let asked = Instant::now();
        waits.done().await.unwrap();
        store.commit(received(2, 1, "wamid.2")).await.unwrap();
        assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
        assert_eq!(inbound::count_unhandled(&store).await.unwrap(), 2);
        store.close().await;
    });
}

/// Uses a trigger that raises the errors of a server without disk space, without memory or with a corrupt page.
#[test]
fn a_server_that_refuses_for_reasons_of_its_own_keeps_its_session_and_takes_more_when_it_can() {
    on_postgres(|bed| async move {
        for class in ["53100", "53200", "58030", "XX001"] {
            let store = bed.open().await;
            let text = format!(
                "create or replace function refuse() returns trigger language plpgsql as
                 $$ begin raise exception 'no' using errcode = '{class}'; end $$;
                 create or replace trigger refuse before insert on inbound execute function refuse()"
            );
            admin(&bed, Box::leak(text.into_boxed_str())).await;
            let asked = Instant::now();
            let provider_id = format!("wamid.{class}");
            assert_eq!(store.commit(received(1, 1, &provider_id)).await, Err(CommitError::Away), "{class}");
            admin(&bed, "drop trigger refuse on inbound").await;
            until("it takes them", async || store.commit(received(1, 1, &provider_id)).await.is_ok()).await;
            assert!(asked.elapsed() < Duration::from_secs(3), "{class}: {:?}", asked.elapsed());
            admin(&bed, "delete from inbound").await;
            store.close().await;
        }
    });
}

#[test]
fn a_session_that_the_server_holds_on_to_is_ended_by_its_owner() {
    on_postgres(|bed| async move {
        let store = bed.open().await;
        // Its commit hangs for longer than a commit may; the server does not know that nobody waits any more.
        let (mut other, waits) = at_a_lock(&bed, &store, 1).await;
        assert_eq!(waits.done().await, Err(CommitError::Away));
        let asked = Instant::now();
        sqlx::raw_sql("commit").execute(&mut other).await.unwrap();
        until("it is back", async || store.is_connected()).await;
        assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
        store.commit(received(2, 1, "wamid.2")).await.unwrap();
        assert_eq!(inbound::count_unhandled(&store).await.unwrap(), 1, "what was cut off was not written");
        store.close().await;
    });
}

/// The server ends the first session of a start, as it does on a machine that is too slow for it.
#[test]
fn a_session_that_ends_while_the_database_opens_is_begun_anew() {
    on_postgres(|bed| async move {
        let url = bed.url.clone();
        let ender = tokio::spawn(async move {
            let pool = sqlx::PgPool::connect(&url).await.unwrap();
            let find = "select pid from pg_stat_activity where datname = current_database()
                and application_name = 'transom-writer'";
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_secs(20) {
                let found: Option<i32> = sqlx::query_scalar(find).fetch_optional(&pool).await.unwrap();
                if let Some(pid) = found {
                    let end = sqlx::query_scalar("select pg_terminate_backend($1)").bind(pid);
                    return end.fetch_one(&pool).await.unwrap();
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            false
        });
        // So that the first session finds somebody who waits for it.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let store = bed.open().await;
        assert!(ender.await.unwrap(), "a session was ended");
        // If it was ended just behind the opening, the writer begins another one.
        let begun = Instant::now();
        loop {
            let mut set = WriteSet::new();
            set.push(&meta::SET, &Meta { key: "opened".into(), value: "yes".into() });
            match store.commit(set).await {
                Ok(_) => break,
                Err(error) => assert!(begun.elapsed() < Duration::from_secs(20), "{error:?}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        store.close().await;
    });
}
