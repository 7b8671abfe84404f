//! Tests the other tables: rows are read back as written, `Must` rows win once, lists have pages.

use super::{
    on_both,
    sample::{inbound as new_inbound, *},
};
use std::collections::{BTreeMap, BTreeSet};
use transom::model::{
    effect::{RunEnd, TraceEntry},
    event::Reason,
    pauses::Pauses,
    scope::Scopes,
    template::{Category, Template, TemplateStatus},
};
use transom::store::{Store, WriteSet};
use transom::{
    base::{
        ids::*,
        secret::Secret,
        time::{Span, Time},
    },
    store::{
        encryption::StoredSecret,
        queries::retention::{self, Pace},
        tables::{
            api_key::{self, ApiKey, Revoke, Used},
            audience::{self, Audience},
            contact,
            dead_letter::{self, DeadLetter, Replayed},
            delivery::{self, AttemptState, DeliveriesOf, Delivery, Redelivery, Tried},
            flow_state::{self, FlowPauses, FlowState},
            idempotency::{self, Claim, FinishedRequest},
            inbound,
            ledger::{self, LedgerEntry},
            meta::{self, Meta},
            outbound::{self, NewOutbound, SendState},
            run::{self, Ended, Run},
            schedule::{self, FireRow, Schedule},
            sender_pause::{self, Lifted, Scope, SenderPause},
            start::{self, Decided, MovedStarts, PlannedStart, StartState, SupersededStarts},
            subscription::{self, AcceptedDelivery, Filter, Paused, ReadPosition, RemovedSubscription, Subscription},
            template::{self, CatalogueEntry, Source},
            trace::{self, Trace},
            upload::{self, Uploaded},
            version::{self, Live, NewVersion},
            webhook::{self, Webhook},
        },
    },
};

const LAST: i64 = i64::MAX;

/// Commits one row of one statement.
async fn put<R: serde::Serialize>(
    store: &Store,
    statement: &transom::store::Statement<R>,
    row: &R,
) -> Result<transom::store::Committed, transom::store::CommitError> {
    let mut set = WriteSet::new();
    set.push(statement, row);
    store.commit(set).await
}

#[test]
fn a_single_value_is_added_once() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let row = |key: &str, value: &str| Meta { key: key.into(), value: value.into() };
        assert_eq!(put(&store, &meta::ADD, &row("key", "k1")).await.unwrap().told(&meta::ADD).count(), 1);
        assert_eq!(put(&store, &meta::ADD, &row("key", "k2")).await.unwrap().told(&meta::ADD).count(), 0);
        assert_eq!(meta::find(&store, "key").await.unwrap().as_deref(), Some("k1"));
        store.close().await;
    });
}

#[test]
fn a_webhook_is_kept_and_forgotten() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let body = "{\"a\": \"\\u0000 \u{1f600}\"}".to_owned();
        let row = Webhook { id: 1, provider: "meta".into(), sender_id: Some(SENDER), received_at: NOW, body };
        put(&store, &webhook::INSERT, &row).await.unwrap();
        assert_eq!(webhook::find(&store, 1).await.unwrap(), Some(row));
        assert_eq!(retention::forget(&store, &webhook::EXPIRE, NOW, Pace::AtOnce).await.unwrap(), 0);
        assert_eq!(retention::forget(&store, &webhook::EXPIRE, NOW + Span(1), Pace::AtOnce).await.unwrap(), 1);
        store.close().await;
    });
}

#[test]
fn a_dead_letter_is_replayed_once() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let row = |id: i64, kind: &str| DeadLetter {
            id,
            kind: kind.into(),
            at: NOW,
            sender_id: Some(SENDER),
            subject_id: (kind == "unknown_send").then_some(id * 10),
            reason: "because".into(),
            data: serde_json::json!({"raw": "{}"}),
            replayed_at: None,
        };
        for (id, kind) in [(1, "malformed"), (2, "unknown_send"), (3, "malformed")] {
            put(&store, &dead_letter::INSERT, &row(id, kind)).await.unwrap();
        }
        assert_eq!(dead_letter::find(&store, 1).await.unwrap(), Some(row(1, "malformed")));
        let ids = |rows: Vec<DeadLetter>| rows.iter().map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(ids(dead_letter::page(&store, LAST, 2).await.unwrap()), [3, 2]);
        assert_eq!(ids(dead_letter::open(&store, "malformed", 3, 9).await.unwrap()), [1]);
        put(&store, &dead_letter::REPLAYED, &Replayed { id: 1, at: NOW }).await.unwrap();
        assert!(put(&store, &dead_letter::REPLAYED, &Replayed { id: 1, at: NOW }).await.is_err());
        let settled = dead_letter::Settled { subject_id: 20, at: NOW };
        let told = put(&store, &dead_letter::SETTLED, &settled).await.unwrap();
        assert_eq!(told.told(&dead_letter::SETTLED).next().unwrap().more, [Some(2)]);
        let counts = dead_letter::counts(&store).await.unwrap();
        assert_eq!(counts, [dead_letter::Open { kind: "malformed".into(), count: 1, since: NOW }]);
        // It failed again: it is listed again, once.
        let again = DeadLetter { reason: "again".into(), ..row(2, "unknown_send") };
        put(&store, &dead_letter::INSERT, &again).await.unwrap();
        put(&store, &dead_letter::INSERT, &DeadLetter { reason: "told twice".into(), ..again.clone() }).await.unwrap();
        assert_eq!(dead_letter::find(&store, 2).await.unwrap(), Some(again));
        assert_eq!(retention::forget(&store, &dead_letter::EXPIRE, NOW + Span(1), Pace::AtOnce).await.unwrap(), 3);
        store.close().await;
    });
}

#[test]
fn traces_are_listed_newest_first() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let entry = TraceEntry { run: Some(1), step: None, what: "flow `a`: no".into(), call: None };
        let row = |id| Trace {
            id,
            conversation_id: ConversationId(7),
            contact_id: ContactId(7),
            turn: id as u64,
            at: NOW,
            data: vec![entry.clone()],
        };
        for id in 1..=3 {
            put(&store, &trace::INSERT, &row(id)).await.unwrap();
        }
        assert_eq!(trace::of(&store, ConversationId(7), 3, 9).await.unwrap(), [row(2), row(1)]);
        assert_eq!(retention::forget(&store, &trace::EXPIRE, NOW + Span(1), Pace::AtOnce).await.unwrap(), 3);
        store.close().await;
    });
}

#[test]
fn runs_begin_once_end_once_and_are_counted() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let row = |id: i64, number| Run {
            id,
            conversation_id: ConversationId(7),
            number,
            contact_id: ContactId(7),
            flow: "booking".into(),
            version_id: VersionId(1),
            trigger_key: "message book".into(),
            start_id: (number == 2).then_some(StartId(4)),
            started_at: NOW,
            ended_at: None,
            outcome: None,
            reason: None,
        };
        for id in 1..=3 {
            put(&store, &run::BEGAN, &row(id, id as u32)).await.unwrap();
        }
        put(&store, &run::BEGAN, &row(9, 3)).await.unwrap();
        let end =
            |number, outcome| Ended { conversation_id: ConversationId(7), number, at: NOW, outcome, reason: None };
        put(&store, &run::ENDED, &end(1, RunEnd::Failed)).await.unwrap();
        put(&store, &run::ENDED, &end(1, RunEnd::Done)).await.unwrap();
        put(&store, &run::ENDED, &end(2, RunEnd::HandedOff)).await.unwrap();
        let flow = FlowName::from("booking");
        let ended = run::page(&store, 3, 9).await.unwrap().into_iter().map(|row| row.outcome);
        assert_eq!(ended.collect::<Vec<_>>(), [Some(RunEnd::HandedOff), Some(RunEnd::Failed)]);
        assert_eq!(run::page(&store, LAST, 1).await.unwrap(), [row(3, 3)]);
        let ids = |rows: Vec<Run>| rows.iter().map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(ids(run::of(&store, ConversationId(7), 3, 9).await.unwrap()), [2, 1]);
        assert_eq!(ids(run::of_flow(&store, &flow, 2, 9).await.unwrap()), [1]);
        // An open run is kept, however old.
        assert_eq!(retention::forget(&store, &run::EXPIRE, NOW + Span(1), Pace::AtOnce).await.unwrap(), 2);
        assert_eq!(ids(run::page(&store, LAST, 9).await.unwrap()), [3]);
        store.close().await;
    });
}

#[test]
fn a_fire_keeps_its_place() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let trigger = |until| Schedule {
            flow: "tips".into(),
            trigger_key: "0 10 * * TUE contact".into(),
            published_at: NOW,
            planned_until: until,
        };
        put(&store, &schedule::PUBLISH, &trigger(NOW)).await.unwrap();
        put(&store, &schedule::PUBLISH, &trigger(Time(0))).await.unwrap();
        put(&store, &schedule::PLANNED, &trigger(NOW + Span::hours(1))).await.unwrap();
        put(&store, &schedule::PLANNED, &trigger(NOW)).await.unwrap();
        assert_eq!(schedule::all(&store).await.unwrap(), [trigger(NOW + Span::hours(1))]);

        let fire = |cursor: i64, done: bool| FireRow {
            flow: "tips".into(),
            trigger_key: "0 10 * * TUE contact".into(),
            zone: String::new(),
            minute: "2026-11-24T10:00".into(),
            at: NOW,
            cursor_contact_id: ContactId(cursor),
            next_slot_at: NOW + Span::seconds(cursor),
            created_at: NOW,
            done_at: done.then_some(NOW),
        };
        put(&store, &schedule::FIRE, &fire(0, false)).await.unwrap();
        put(&store, &schedule::ADVANCE, &fire(500, false)).await.unwrap();
        put(&store, &schedule::ADVANCE, &fire(100, false)).await.unwrap();
        put(&store, &schedule::FIRE, &fire(0, false)).await.unwrap();
        let one = async || schedule::fire(&store, &"tips".into(), "0 10 * * TUE contact", "", "2026-11-24T10:00").await;
        assert_eq!(one().await.unwrap(), Some(fire(500, false)));
        put(&store, &schedule::ADVANCE, &fire(900, true)).await.unwrap();
        let fires = schedule::fires(&store, &"tips".into(), "0 10 * * TUE contact", 9).await.unwrap();
        assert_eq!(fires, [fire(900, true)]);
        assert_eq!(one().await.unwrap(), Some(fire(900, true)));
        store.close().await;
    });
}

#[test]
fn a_contact_gets_a_minute_once_and_a_start_is_decided_once() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let row = |id: i64, minute: &str| PlannedStart {
            id: StartId(id),
            flow: "tips".into(),
            trigger_key: "t".into(),
            contact_id: ContactId(7),
            minute: minute.into(),
            slot_at: NOW + Span::seconds(id),
            state: StartState::Waiting,
            reason: None,
            data: serde_json::json!({}),
            created_at: NOW,
            ended_at: None,
        };
        let (first, second) = ("2026-11-24T10:00", "2026-12-01T10:00");
        assert_eq!(put(&store, &start::INSERT, &row(1, first)).await.unwrap().won(&start::INSERT), [1]);
        let again = put(&store, &start::INSERT, &row(2, first)).await.unwrap();
        assert_eq!(again.won(&start::INSERT), Vec::<i64>::new());
        put(&store, &start::INSERT, &row(3, second)).await.unwrap();
        assert_eq!(start::next_slot(&store, NOW).await.unwrap(), Some(NOW + Span::seconds(1)));
        let ids = |rows: Vec<PlannedStart>| rows.iter().map(|row| row.id.0).collect::<Vec<_>>();
        let begin = (Time(0), StartId(0));
        assert_eq!(ids(start::due(&store, begin, NOW + Span::seconds(9), 9).await.unwrap()), [1, 3]);
        let place = (NOW + Span::seconds(1), StartId(1));
        assert_eq!(ids(start::due(&store, place, NOW + Span::seconds(9), 9).await.unwrap()), [3]);

        let decided = |id, state, slot_at| Decided {
            id: StartId(id),
            state,
            reason: (state == StartState::Refused).then_some(Reason::Capped),
            slot_at,
            ended_at: (state == StartState::Refused).then_some(NOW),
        };
        put(&store, &start::DECIDED, &decided(1, StartState::Begun, None)).await.unwrap();
        assert!(put(&store, &start::DECIDED, &decided(1, StartState::Begun, None)).await.is_err());
        let later = Some(NOW + Span::hours(9));
        put(&store, &start::DECIDED, &decided(3, StartState::Waiting, later)).await.unwrap();
        assert_eq!(start::find(&store, StartId(3)).await.unwrap().map(|row| row.slot_at), later);
        put(&store, &start::DECIDED, &decided(3, StartState::Refused, None)).await.unwrap();
        let found = start::find(&store, StartId(3)).await.unwrap().unwrap();
        assert_eq!((found.state, found.reason, found.ended_at), (StartState::Refused, Some(Reason::Capped), Some(NOW)));
        assert_eq!(Some(found.slot_at), later);

        assert_eq!(ids(start::of(&store, ContactId(7), StartId(LAST), 9).await.unwrap()), [3, 1]);
        let tally = start::tally(&store, &"tips".into(), "2026-11-01", 9).await.unwrap();
        let words: Vec<_> = tally.iter().map(|t| (t.minute.as_str(), t.state, t.reason.as_deref(), t.count)).collect();
        let expected = [(second, StartState::Refused, Some("capped"), 1), (first, StartState::Begun, None, 1)];
        assert_eq!(words, expected);
        // A date may be years away.
        put(&store, &start::INSERT, &row(4, "2029-01-01T10:00")).await.unwrap();
        assert_eq!(retention::forget(&store, &start::EXPIRE, NOW + Span(1), Pace::AtOnce).await.unwrap(), 2);
        assert!(start::find(&store, StartId(4)).await.unwrap().is_some());
        store.close().await;
    });
}

#[test]
fn what_waits_for_a_contact_waits_for_the_same_person_under_another_name() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let (monday, tuesday, wednesday) = ("2026-11-23T10:00", "2026-11-24T10:00", "2026-11-25T10:00");
        let planned = [
            (1, 7, monday, StartState::Begun),
            (2, 7, tuesday, StartState::Waiting),
            (3, 7, wednesday, StartState::Waiting),
            (4, 8, wednesday, StartState::Waiting),
            (5, 9, tuesday, StartState::Waiting),
        ];
        for (id, contact, minute, state) in planned {
            let row = PlannedStart {
                id: StartId(id),
                flow: "tips".into(),
                trigger_key: "t".into(),
                contact_id: ContactId(contact),
                minute: minute.into(),
                slot_at: NOW,
                state,
                reason: None,
                data: serde_json::json!({}),
                created_at: NOW,
                ended_at: None,
            };
            put(&store, &start::INSERT, &row).await.unwrap();
        }
        put(&store, &start::MOVE, &MovedStarts { from: ContactId(7), to: ContactId(8) }).await.unwrap();
        let of = async |contact| {
            let rows = start::of(&store, ContactId(contact), StartId(LAST), 9).await.unwrap();
            rows.iter().map(|row| row.id.0).collect::<Vec<_>>()
        };
        // A start that has begun is not moved, and a fire that the other contact already has is not doubled.
        assert_eq!((of(7).await, of(8).await, of(9).await), (vec![3, 1], vec![4, 2], vec![5]));
        store.close().await;
    });
}

#[test]
fn what_waits_under_a_key_is_taken_back_but_for_the_new_one() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let row = |id: i64, key: &str, minute: &str| PlannedStart {
            id: StartId(id),
            flow: "tips".into(),
            trigger_key: key.into(),
            contact_id: ContactId(7),
            minute: minute.into(),
            slot_at: NOW + Span::seconds(id),
            state: StartState::Waiting,
            reason: None,
            data: serde_json::json!({}),
            created_at: NOW,
            ended_at: None,
        };
        for row in [row(1, "start a", "one"), row(2, "start b", "one"), row(3, "start a", "two")] {
            put(&store, &start::INSERT, &row).await.unwrap();
        }
        let back =
            SupersededStarts { contact_id: ContactId(7), trigger_key: "start a".into(), keeps: "two".into(), at: NOW };
        put(&store, &start::TAKE_BACK, &back).await.unwrap();
        let waiting: Vec<i64> = start::due(&store, (Time(0), StartId(0)), NOW + Span::seconds(9), 9)
            .await
            .unwrap()
            .iter()
            .map(|row| row.id.0)
            .collect();
        assert_eq!(waiting, [2, 3]);
        let told = async |since: i64| -> Vec<(String, StartState, i64)> {
            let told = start::by_steps(&store, &"tips".into(), NOW + Span::seconds(since), 9).await.unwrap();
            told.into_iter().map(|tally| (tally.trigger_key, tally.state, tally.count)).collect()
        };
        let waits = |key: &str| (key.to_owned(), StartState::Waiting, 1);
        assert_eq!(told(3).await, [waits("start a")]);
        let taken_back = ("start a".to_owned(), StartState::Superseded, 1);
        assert_eq!(told(0).await, [taken_back, waits("start a"), waits("start b")]);
        store.close().await;
    });
}

#[test]
fn an_audience_is_walked_to_its_end_once() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let row = |id: i64, cursor: i64, done: bool| Audience {
            id,
            account: "acme".into(),
            data: serde_json::json!({"start": {}}),
            zone: "Europe/Madrid".into(),
            cursor_contact_id: ContactId(cursor),
            planned: cursor,
            created_at: NOW,
            done_at: done.then_some(NOW),
        };
        put(&store, &audience::INSERT, &row(1, 0, false)).await.unwrap();
        put(&store, &audience::INSERT, &row(2, 0, false)).await.unwrap();
        put(&store, &audience::ADVANCE, &row(1, 5, false)).await.unwrap();
        assert_eq!(audience::open(&store, 0, 9).await.unwrap(), [row(1, 5, false), row(2, 0, false)]);
        put(&store, &audience::ADVANCE, &row(1, 7, true)).await.unwrap();
        assert!(put(&store, &audience::ADVANCE, &row(1, 9, false)).await.is_err(), "it is over");
        assert_eq!(audience::open(&store, 0, 9).await.unwrap(), [row(2, 0, false)]);
        assert_eq!(audience::find(&store, 1).await.unwrap(), Some(row(1, 7, true)));
        assert_eq!(retention::forget(&store, &audience::EXPIRE, NOW + Span(1), Pace::AtOnce).await.unwrap(), 1);
        store.close().await;
    });
}

#[test]
fn consent_is_written_down_in_order() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let row = |id: i64, given| LedgerEntry {
            id,
            contact_id: ContactId(7),
            topic: "offers".into(),
            given,
            at: NOW,
            by: "button".into(),
            message_id: given.then_some(InboundId(5)),
            shown: given.then(|| "Yes, send me offers".to_owned()),
            recorded_at: NOW + Span(5),
        };
        put(&store, &inbound::INSERT, &new_inbound(5, 7, "wamid.5")).await.unwrap();
        put(&store, &ledger::INSERT, &row(1, true)).await.unwrap();
        put(&store, &ledger::INSERT, &row(2, false)).await.unwrap();
        assert_eq!(ledger::of(&store, ContactId(7)).await.unwrap(), [row(1, true), row(2, false)]);
        store.close().await;
    });
}

#[test]
fn a_stop_that_is_told_twice_stops_once() {
    on_both(|bed| async move {
        let store = bed.open().await;
        put(&store, &contact::INSERT, &new_contact(7)).await.unwrap();
        // The repetition carries an id of its own, which is never recorded.
        let told = |id: i64| {
            let mut set = WriteSet::of(7);
            let message_id = InboundId(id);
            set.push(&contact::STOPPED, &contact::OptOutByMessage { id: ContactId(7), message_id, at: NOW });
            set.push(&inbound::INSERT, &new_inbound(id, 7, "wamid.stop"));
            set
        };
        let stopped = async || contact::find(&store, ContactId(7)).await.unwrap().unwrap().opted_out;
        store.commit(told(5)).await.unwrap();
        assert_eq!(stopped().await, Some(NOW));
        put(&store, &contact::OPT_OUT, &contact::OptOut { id: ContactId(7), opted_out_at: None }).await.unwrap();
        store.commit(told(6)).await.unwrap();
        assert_eq!(stopped().await, None);
        store.close().await;
    });
}

#[test]
fn the_version_that_went_live_last_is_the_live_one() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let row = |hash: &str| NewVersion {
            hash: hash.into(),
            files: BTreeMap::from([("flows/a.yaml".into(), "flow: a\n".into())]),
            created_at: NOW,
        };
        let live = |hash: &str, at: Time| Live { hash: hash.into(), at };
        assert_eq!(version::live(&store).await.unwrap(), None);
        put(&store, &version::INSERT, &row("h1")).await.unwrap();
        put(&store, &version::INSERT, &row("h2")).await.unwrap();
        let again = put(&store, &version::INSERT, &row("h1")).await.unwrap();
        assert_eq!(again.told(&version::INSERT).count(), 0);
        put(&store, &version::LIVE, &live("h2", NOW)).await.unwrap();
        put(&store, &version::LIVE, &live("h1", NOW + Span(1))).await.unwrap();
        assert!(put(&store, &version::LIVE, &live("h9", NOW)).await.is_err());
        assert_eq!(version::live(&store).await.unwrap().unwrap().id, VersionId(1));
        // The number that was offered in vain is the next one.
        put(&store, &version::INSERT, &row("h3")).await.unwrap();
        for (hash, number) in [("h2", Some(2)), ("h3", Some(3)), ("h9", None)] {
            assert_eq!(version::number(&store, hash).await.unwrap(), number.map(VersionId));
        }
        assert_eq!(version::find(&store, VersionId(2)).await.unwrap().unwrap().files, row("").files);
        store.close().await;
    });
}

#[test]
fn a_webhook_overrules_the_configuration_and_the_catalogue_both() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let row = |id: i64, source, status| CatalogueEntry {
            id,
            sender_id: SENDER,
            name: "visit".into(),
            language: "en".into(),
            category: Category::Utility,
            status,
            data: Template {
                id,
                name: "visit".into(),
                language: "en".into(),
                category: Category::Utility,
                status,
                body: "Hi {{1}}".into(),
                header: None,
                buttons: Vec::new(),
                ttl: None,
                reference: None,
                parts: Default::default(),
            },
            source,
            updated_at: NOW,
        };
        put(&store, &template::DECLARE, &row(45, Source::Config, TemplateStatus::Pending)).await.unwrap();
        put(&store, &template::DECLARE, &row(45, Source::Config, TemplateStatus::Approved)).await.unwrap();
        assert_eq!(template::all(&store).await.unwrap(), [row(45, Source::Config, TemplateStatus::Approved)]);
        let told = CatalogueEntry { category: Category::Marketing, ..row(45, Source::Webhook, TemplateStatus::Paused) };
        put(&store, &template::SAVE, &told).await.unwrap();
        put(&store, &template::DECLARE, &row(45, Source::Config, TemplateStatus::Approved)).await.unwrap();
        let found = template::of(&store, SENDER).await.unwrap().remove(0);
        assert_eq!(
            (found.status, found.category, found.source),
            (TemplateStatus::Paused, Category::Marketing, Source::Webhook)
        );
        assert_eq!(
            (found.data.status, found.data.category, found.data.id),
            (TemplateStatus::Paused, Category::Marketing, 45)
        );
        put(&store, &template::SAVE, &row(99, Source::Catalogue, TemplateStatus::Approved)).await.unwrap();
        let found = template::of(&store, SENDER).await.unwrap().remove(0);
        assert_eq!((found.id, found.status, found.source), (45, TemplateStatus::Approved, Source::Catalogue));
        store.close().await;
    });
}

#[test]
fn an_idempotency_key_is_claimed_once_per_account() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let claim = |account: &str| Claim {
            account: account.into(),
            key: "k".into(),
            request_hash: "h".into(),
            message_id: OutboundId(9),
            created_at: NOW,
        };
        for (account, wins) in [("acme", 1), ("acme", 0), ("other", 1)] {
            let told = put(&store, &idempotency::CLAIM, &claim(account)).await.unwrap();
            assert_eq!(told.told(&idempotency::CLAIM).count(), wins, "{account}");
        }
        let known = idempotency::find(&store, &account(), "k").await.unwrap().unwrap();
        assert_eq!((known.request_hash.as_str(), known.message_id), ("h", Some(OutboundId(9))));
        assert_eq!((&known.answer, known.created_at, known.secret.is_empty()), (&None, NOW, true));
        let secret = StoredSecret::plain(Secret::new("whsec_1"));
        let answer = FinishedRequest { account: account(), key: "k".into(), status: 200, body: "{}".into(), secret };
        put(&store, &idempotency::ANSWER, &answer).await.unwrap();
        // An answered key is not released, an open one is.
        put(&store, &idempotency::RELEASE, &claim("acme")).await.unwrap();
        put(&store, &idempotency::RELEASE, &claim("other")).await.unwrap();
        let known = idempotency::find(&store, &account(), "k").await.unwrap().unwrap();
        assert_eq!(known.answer, Some((200, "{}".into())));
        let secret = store.keyring().decrypt(idempotency::SECRET, OutboundId(9), &known.secret);
        assert_eq!(secret.unwrap().expose(), "whsec_1");
        assert!(idempotency::find(&store, &"other".into(), "k").await.unwrap().is_none());
        assert_eq!(retention::forget_small(&store, &idempotency::EXPIRE, NOW, Pace::AtOnce).await.unwrap(), 0);
        assert_eq!(
            retention::forget_small(&store, &idempotency::EXPIRE, NOW + Span(1), Pace::AtOnce).await.unwrap(),
            1
        );
        store.close().await;
    });
}

fn delivery(id: i64, place: i64) -> Delivery {
    Delivery {
        id,
        subscription_id: 5,
        event_id: id,
        kind: "message.in".into(),
        at: NOW,
        place,
        contact_id: Some(ContactId(3)),
        body: r#"{"id":1}"#.into(),
        state: AttemptState::Pending,
        attempts: 0,
        since: NOW,
        next_at: NOW,
        tried_at: None,
        status: None,
        trouble: None,
    }
}

#[test]
fn of_each_place_the_earliest_delivery_is_due_until_it_was_taken() {
    on_both(|bed| async move {
        let store = bed.open().await;
        for (id, place) in [(1, 7), (2, 7), (3, 8)] {
            put(&store, &delivery::INSERT, &delivery(id, place)).await.unwrap();
        }
        put(&store, &delivery::INSERT, &Delivery { event_id: 1, ..delivery(9, 9) }).await.unwrap();
        let due = async |now| {
            let rows = delivery::due(&store, 5, now, 9).await.unwrap();
            rows.iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(delivery::find(&store, 1).await.unwrap(), Some(delivery(1, 7)));
        assert_eq!((due(NOW).await, delivery::waiting(&store, 5).await.unwrap()), (vec![1, 3], 3));
        let tried = |id, state, since| Tried {
            id,
            state,
            attempts: 1,
            next_at: NOW + Span::minutes(1),
            tried_at: NOW,
            since,
            status: Some(503),
            trouble: Some("status".into()),
        };
        put(&store, &delivery::TRIED, &tried(1, AttemptState::Pending, NOW)).await.unwrap();
        assert_eq!(due(NOW).await, [3], "the second waits behind the first");
        put(&store, &delivery::TRIED, &tried(3, AttemptState::Done, NOW + Span(1))).await.unwrap();
        assert_eq!(due(NOW).await, [3], "it was asked for again meanwhile");
        put(&store, &delivery::TRIED, &tried(3, AttemptState::Dead, NOW)).await.unwrap();
        put(&store, &delivery::HURRY, &DeliveriesOf { subscription_id: 5, at: NOW }).await.unwrap();
        assert_eq!(due(NOW).await, [1], "what is dead stays dead");
        assert_eq!(delivery::page(&store, 5, 3, 9).await.unwrap().len(), 2);
        put(&store, &delivery::AGAIN, &Redelivery { id: 3, at: NOW }).await.unwrap();
        assert_eq!(due(NOW).await, [1, 3]);
        assert!(put(&store, &delivery::AGAIN, &Redelivery { id: 99, at: NOW }).await.is_err());
        put(&store, &delivery::TRIED, &tried(3, AttemptState::Done, NOW)).await.unwrap();
        assert_eq!(retention::forget(&store, &delivery::EXPIRE, NOW + Span(1), Pace::AtOnce).await.unwrap(), 1);
        put(&store, &delivery::DROP, &DeliveriesOf { subscription_id: 5, at: NOW }).await.unwrap();
        assert_eq!(delivery::waiting(&store, 5).await.unwrap(), 0);
        store.close().await;
    });
}

#[test]
fn a_subscription_is_edited_and_told_apart_from_how_far_it_was_told() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let row = Subscription {
            id: 5,
            name: "crm".into(),
            configured: false,
            account: Some("acme".into()),
            url: "https://crm.example.com".into(),
            secret: StoredSecret::plain(Secret::new("whsec_1")),
            old_secret: Some((StoredSecret::plain(Secret::new("whsec_0")), NOW)),
            filter: Filter { types: vec!["consent".into()], senders: vec![SenderId(12)] },
            paused: None,
            resumed_at: NOW,
            heard_at: None,
            after: 7,
            created_at: NOW,
        };
        put(&store, &subscription::SAVE, &row).await.unwrap();
        put(&store, &subscription::ADVANCED, &ReadPosition { id: 5, after: 9 }).await.unwrap();
        assert!(put(&store, &subscription::ADVANCED, &ReadPosition { id: 5, after: 8 }).await.is_err());
        put(&store, &subscription::HEARD, &AcceptedDelivery { id: 5, at: NOW }).await.unwrap();
        put(&store, &subscription::SAVE, &Subscription { url: "https://b.example".into(), ..row.clone() })
            .await
            .unwrap();
        let paused = Paused { id: 5, at: NOW, why: "gone".into() };
        assert_eq!(put(&store, &subscription::PAUSED, &paused).await.unwrap().won(&subscription::PAUSED), [5]);
        assert!(put(&store, &subscription::PAUSED, &paused).await.unwrap().won(&subscription::PAUSED).is_empty());
        let is = subscription::find(&store, 5).await.unwrap().unwrap();
        assert_eq!((is.url.as_str(), is.after, is.heard_at), ("https://b.example", 9, Some(NOW)));
        assert_eq!((is.filter, is.account, is.paused), (row.filter, row.account, Some((NOW, "gone".into()))));
        let plain =
            |column, secret: &StoredSecret| store.keyring().decrypt(column, 5, secret).unwrap().expose().to_owned();
        assert_eq!(plain(subscription::SECRET, &is.secret), "whsec_1");
        let old = is.old_secret.map(|(old, until)| (plain(subscription::OLD_SECRET, &old), until));
        assert_eq!(old, Some(("whsec_0".into(), NOW)));
        put(&store, &subscription::DELETE, &RemovedSubscription { id: 5 }).await.unwrap();
        assert!(put(&store, &subscription::DELETE, &RemovedSubscription { id: 5 }).await.is_err());
        assert!(subscription::all(&store).await.unwrap().is_empty());
        store.close().await;
    });
}

#[test]
fn a_key_is_made_once_and_revoked_once() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let row = ApiKey {
            id: "k1".into(),
            account: account(),
            hash: "00ff".into(),
            name: "shop".into(),
            created_at: NOW,
            revoked_at: None,
            scopes: Some(Scopes::parse("read,send").unwrap()),
            expires_at: Some(NOW + Span::days(90)),
            used_at: None,
        };
        put(&store, &api_key::INSERT, &row).await.unwrap();
        assert!(put(&store, &api_key::INSERT, &row).await.is_err());
        assert_eq!(api_key::all(&store).await.unwrap(), [row]);
        put(&store, &api_key::USED, &Used { id: "k1".into(), at: NOW }).await.unwrap();
        assert_eq!(api_key::find(&store, "k1").await.unwrap().unwrap().used_at, Some(NOW));
        let revoke = Revoke { id: "k1".into(), at: NOW };
        put(&store, &api_key::REVOKE, &revoke).await.unwrap();
        assert!(put(&store, &api_key::REVOKE, &revoke).await.is_err());
        assert_eq!(api_key::find(&store, "k1").await.unwrap().unwrap().revoked_at, Some(NOW));
        store.close().await;
    });
}

#[test]
fn a_flow_is_paused_and_runs_again() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let row = |paused_at| FlowState {
            flow: "tips".into(),
            paused_at,
            reason: paused_at.map(|_| "20 runs failed".to_owned()),
            since_run: 9,
        };
        for state in [row(Some(NOW)), row(None)] {
            put(&store, &flow_state::SET, &state).await.unwrap();
            assert_eq!(flow_state::all(&store).await.unwrap(), [state]);
        }
        put(&store, &flow_state::SET, &row(Some(NOW))).await.unwrap();
        let mut pauses = Pauses::default();
        pauses.begin(NOW);
        for flow in ["tips", "lesson"] {
            let row = FlowPauses { flow: flow.into(), pauses: pauses.clone() };
            put(&store, &flow_state::SET_PAUSES, &row).await.unwrap();
        }
        let paused = flow_state::paused(&store).await.unwrap();
        assert_eq!(paused.failing, BTreeSet::from(["tips".into()]));
        assert_eq!(paused.by_hand, BTreeMap::from([("lesson".into(), pauses.clone()), ("tips".into(), pauses)]));
        store.close().await;
    });
}

#[test]
fn the_later_end_of_a_pause_counts_until_somebody_lifts_it() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let pause = |sender: i64, scope, hours| SenderPause {
            sender_id: SenderId(sender),
            scope,
            until: NOW + Span::hours(hours),
            why: format!("131048: {hours}"),
            at: NOW,
        };
        let (all, templates) = (Scope::Everything, Scope::Templates);
        for row in [pause(1, all, 4), pause(1, all, 2), pause(1, templates, 1), pause(2, all, 1), pause(1, all, 5)] {
            put(&store, &sender_pause::SET, &row).await.unwrap();
        }
        let kept = [pause(1, all, 5), pause(1, templates, 1), pause(2, all, 1)];
        assert_eq!(sender_pause::all(&store).await.unwrap(), kept);
        put(&store, &sender_pause::LIFT, &Lifted { sender_id: SenderId(1) }).await.unwrap();
        assert_eq!(sender_pause::all(&store).await.unwrap(), [pause(2, all, 1)]);
        store.close().await;
    });
}

#[test]
fn old_messages_of_ours_are_forgotten() {
    on_both(|bed| async move {
        let store = bed.open().await;
        for (id, state) in [(1, SendState::Held), (2, SendState::Queued), (3, SendState::Read), (4, SendState::Dropped)]
        {
            put(&store, &outbound::INSERT, &NewOutbound { state, ..outbound(id, 7, 1) }).await.unwrap();
        }
        assert_eq!(retention::forget(&store, &outbound::EXPIRE, NOW, Pace::AtOnce).await.unwrap(), 0);
        assert_eq!(retention::forget(&store, &outbound::EXPIRE, NOW + Span(1), Pace::AtOnce).await.unwrap(), 2);
        for id in [1, 2] {
            assert!(outbound::find(&store, OutboundId(id)).await.unwrap().is_some(), "{id} is to leave still");
        }
        store.close().await;
    });
}

#[test]
fn a_file_that_a_platform_keeps_is_known_until_it_is_gone_or_old() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let row = |sender: i64, id: &str, days: i64| Uploaded {
            sender_id: SenderId(sender),
            hash: "ab12".into(),
            platform_id: id.into(),
            at: NOW + Span::days(days),
        };
        for row in [row(1, "one", 0), row(2, "two", 0), row(1, "newer", 1)] {
            put(&store, &upload::SET, &row).await.unwrap();
        }
        let found = async |sender: i64| upload::find(&store, SenderId(sender), "ab12").await.unwrap();
        assert_eq!((found(1).await, found(2).await), (Some(row(1, "newer", 1)), Some(row(2, "two", 0))));
        assert_eq!(upload::find(&store, SenderId(1), "cd34").await.unwrap(), None);
        assert_eq!(
            retention::forget_small(&store, &upload::EXPIRE, NOW + Span::days(1), Pace::AtOnce).await.unwrap(),
            1
        );
        assert_eq!((found(1).await.is_some(), found(2).await), (true, None));
        put(&store, &upload::FORGET, &upload::MissingUpload { sender_id: SenderId(1), hash: "ab12".into() })
            .await
            .unwrap();
        assert_eq!(found(1).await, None);
        store.close().await;
    });
}
