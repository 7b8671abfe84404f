//! Tests the charges of messages, and the erasure of a person: both databases hold the same rows.

use super::{
    on_both,
    sample::{inbound as new_inbound, *},
};
use std::collections::BTreeMap;
use transom::model::inbound::{DeliveryState, StatusUpdate};
use transom::store::{Statement, Store, WriteSet};
use transom::{
    base::{ids::*, time::Span},
    store::{
        queries::erasure::{self, Erased, KeptOptOut},
        tables::{
            alias,
            charge::{self, BalanceChange, Charge, Sums},
            contact, inbound,
            outbound::{self, NewOutbound, SendState},
        },
    },
};

async fn put<R: serde::Serialize>(store: &Store, statement: &Statement<R>, row: &R) {
    let mut set = WriteSet::new();
    set.push(statement, row);
    store.commit(set).await.unwrap();
}

fn fund(id: i64, amount: i64, by: &str) -> BalanceChange {
    BalanceChange { id, account: account(), amount, by: by.into(), note: String::new(), at: NOW }
}

fn charged(id: i64, amount: i64) -> Charge {
    Charge {
        outbound_id: OutboundId(id),
        account: account(),
        state: charge::State::Reserved,
        amount,
        category: "utility".into(),
        country: "ES".into(),
        at: NOW,
        ended_at: None,
    }
}

#[test]
fn what_is_charged_adds_up_and_returns_with_the_message_that_failed() {
    on_both(|bed| async move {
        let store = bed.open().await;
        store.set_charged(true);
        for row in [fund(1, 100, "opening"), fund(2, 700, "opening"), fund(3, 50, "operator"), fund(3, 9, "operator")] {
            put(&store, &charge::FUND, &row).await;
        }
        for id in 1..=3 {
            let row = NewOutbound { state: SendState::Sending, attempt: 1, ..outbound(id, 7, 1) };
            let mut set = WriteSet::new();
            set.push(&outbound::INSERT, &row);
            set.push(&charge::RESERVE, &charged(id, 10 * id));
            store.commit(set).await.unwrap();
        }
        let sums = async || charge::sums(&store, &account()).await.unwrap();
        let all = Sums { opening: 100, topped_up: 50, settled: 0, reserved: 60 };
        assert_eq!((sums().await, all.available()), (all, 90));
        let mut set = WriteSet::new();
        outbound::settle(&mut set, SENDER, &outbound::Settled::new(OutboundId(1), SendState::Failed));
        outbound::settle(&mut set, SENDER, &outbound::Settled::new(OutboundId(2), SendState::Sent));
        store.commit(set).await.unwrap();
        assert_eq!(sums().await, Sums { reserved: 50, ..all });
        let settled = |amount| charge::Settled {
            outbound_id: OutboundId(2),
            amount,
            category: "service".into(),
            at: NOW + Span(1),
        };
        put(&store, &charge::SETTLE, &settled(5)).await;
        put(&store, &charge::SETTLE, &settled(500)).await;
        assert_eq!(sums().await, Sums { reserved: 30, settled: 5, ..all });
        put(&store, &charge::RESERVE, &charged(1, 11)).await;
        put(&store, &charge::RESERVE, &charged(2, 11)).await;
        assert_eq!(
            sums().await,
            Sums { reserved: 41, settled: 5, ..all },
            "what is settled stays; what goes again pays"
        );
        let page = charge::page(&store, &account(), OutboundId(i64::MAX), 2).await.unwrap();
        assert_eq!(page.iter().map(|row| row.outbound_id.0).collect::<Vec<_>>(), [3, 2]);
        assert_eq!(charge::sums(&store, &"other".into()).await.unwrap(), Sums::default());
        store.close().await;
    });
}

#[test]
fn what_arrived_and_was_not_settled_is_found() {
    on_both(|bed| async move {
        let store = bed.open().await;
        for (id, state) in [(1, SendState::Sent), (2, SendState::Sent)] {
            put(&store, &outbound::INSERT, &NewOutbound { state, ..outbound(id, 7, 1) }).await;
            put(&store, &charge::RESERVE, &charged(id, 10)).await;
        }
        let delivered = StatusUpdate {
            provider_id: "wamid.out".into(),
            ours: Some(OutboundId(1)),
            state: DeliveryState::Delivered,
            at: NOW,
            error: None,
            price: None,
        };
        let mut set = WriteSet::new();
        outbound::status(&mut set, SENDER, &delivered, NOW);
        store.commit(set).await.unwrap();
        assert_eq!(
            charge::arrived(&store, OutboundId(0), NOW, 9).await.unwrap(),
            [],
            "whoever settles it may be at it"
        );
        assert_eq!(charge::arrived(&store, OutboundId(0), NOW + Span(1), 9).await.unwrap(), [charged(1, 10)]);
        assert_eq!(charge::arrived(&store, OutboundId(1), NOW + Span(1), 9).await.unwrap(), []);
        store.close().await;
    });
}

#[test]
fn an_erased_person_leaves_rows_without_content() {
    on_both(|bed| async move {
        let store = bed.open().await;
        for id in [7, 8] {
            talk(&store, id).await;
            put(&store, &alias::INSERT, &new_alias(id, &format!("1555000{id}"))).await;
            put(&store, &inbound::INSERT, &new_inbound(id, id, &format!("wamid.{id}"))).await;
            put(&store, &outbound::INSERT, &outbound(id, id, 1)).await;
        }
        let erased = Erased {
            contact_id: ContactId(7),
            at: NOW,
            heard: serde_json::json!({"message": {"provider_id": "gone", "at": NOW, "from": [],
                "kind": {"kind": "unsupported", "what": "gone"}}}),
            said: serde_json::to_value(draft(1)).unwrap(),
            letter: serde_json::json!({"erased": true}),
            gone: "(erased)",
            answer: "{}",
        };
        let mut set = WriteSet::of(7);
        erasure::BY_CONTACT.iter().for_each(|statement| set.push(*statement, &erased));
        store.commit(set).await.unwrap();
        assert_eq!(alias::of(&store, ContactId(7)).await.unwrap(), []);
        let row = inbound::find(&store, InboundId(7)).await.unwrap().unwrap();
        assert_eq!((row.data.message.from.len(), row.handled_at), (0, Some(NOW)));
        assert!(inbound::by_provider(&store, SENDER, &"wamid.7".into()).await.unwrap().is_none());
        assert!(
            inbound::by_provider(&store, SENDER, &"wamid.8".into()).await.unwrap().is_some(),
            "others are untouched"
        );
        assert_eq!(alias::of(&store, ContactId(8)).await.unwrap().len(), 1);
        let gone = contact::find(&store, ContactId(8)).await.unwrap().unwrap();
        let mut data = gone.data;
        data.joined_to = Some(ContactId(7));
        let (zone, sought) = (String::new(), String::new());
        put(&store, &contact::CHANGE, &contact::ContactChange { id: ContactId(8), data, zone, sought }).await;
        assert_eq!(erasure::joined(&store, &account(), ContactId(7)).await.unwrap(), [ContactId(8)]);
        let stop = KeptOptOut { account: account(), digest: "d1".into(), at: NOW };
        assert!(!erasure::any(&store).await.unwrap());
        put(&store, &erasure::STOP, &stop).await;
        let digests = ["d0".to_owned(), "d1".to_owned()];
        assert!(erasure::is_stopped(&store, &account(), &digests).await.unwrap());
        assert!(!erasure::is_stopped(&store, &"other".into(), &digests).await.unwrap());
        put(&store, &erasure::LIFT, &stop).await;
        assert!(!erasure::is_stopped(&store, &account(), &digests).await.unwrap());
        store.close().await;
    });
}

/// The expected ledger, kept beside the real one.
#[derive(Default)]
struct Model {
    funds: i128,
    charges: BTreeMap<i64, (i64, charge::State)>,
    /// Whether a failure of a message can still be reported: a delivered message does not fail.
    rank: BTreeMap<i64, u8>,
}

impl Model {
    fn sum(&self, wanted: charge::State) -> i128 {
        self.charges.values().filter(|(_, state)| *state == wanted).map(|(amount, _)| i128::from(*amount)).sum()
    }
}

/// A random walk over everything that moves money, in sums far beyond a million.
#[test]
fn the_ledger_adds_up_whatever_happens_to_messages() {
    on_both(|bed| async move {
        let store = bed.open().await;
        store.set_charged(true);
        for seed in 1..=6_u64 {
            let mut dice = seed;
            let mut roll = |sides: u64| {
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (dice >> 33) % sides
            };
            let name = AccountName::from(format!("ledger{seed}").as_str());
            let mut model = Model::default();
            let first = i64::try_from(seed).unwrap() * 1_000;
            for step in 0..120_i64 {
                let amount = [1, 30, 999_999, 1_000_001, 10_i64.pow(15)][roll(5) as usize];
                let id = first + i64::try_from(roll(12)).unwrap();
                let mut set = WriteSet::new();
                match roll(8) {
                    0 => {
                        let sign = if roll(3) == 0 { -1 } else { 1 };
                        let row = BalanceChange {
                            account: name.clone(),
                            ..fund(first + 500 + step, sign * amount, "operator")
                        };
                        set.push(&charge::FUND, &row);
                        model.funds += i128::from(sign * amount);
                    }
                    1..=3 => {
                        let known = model.rank.contains_key(&id);
                        let row = NewOutbound { state: SendState::Sending, attempt: 1, ..outbound(id, 7, 1) };
                        if !known {
                            set.push(&outbound::INSERT, &row);
                        }
                        set.push(&charge::RESERVE, &Charge { account: name.clone(), ..charged(id, amount) });
                        model.rank.entry(id).or_insert(0);
                        // A settled charge stays; a returned one is reserved again.
                        if model.charges.get(&id).is_none_or(|(_, state)| *state != charge::State::Settled) {
                            model.charges.insert(id, (amount, charge::State::Reserved));
                        }
                    }
                    4 | 5 if model.rank.contains_key(&id) => {
                        let state =
                            [DeliveryState::Sent, DeliveryState::Failed, DeliveryState::Delivered][roll(3) as usize];
                        let status = StatusUpdate {
                            provider_id: format!("wamid.{id}").as_str().into(),
                            ours: Some(OutboundId(id)),
                            state,
                            at: NOW,
                            error: None,
                            price: None,
                        };
                        outbound::status(&mut set, SENDER, &status, NOW);
                        let rank = match state {
                            DeliveryState::Sent => 1,
                            DeliveryState::Failed => 2,
                            DeliveryState::Delivered | DeliveryState::Read => 3,
                        };
                        let known = model.rank.entry(id).or_insert(0);
                        *known = (*known).max(rank);
                        if rank == 2
                            && *known == 2
                            && let Some(charge) = model.charges.get_mut(&id)
                            && charge.1 == charge::State::Reserved
                        {
                            charge.1 = charge::State::Returned;
                        }
                    }
                    _ => {
                        let (category, at) = ("service".into(), NOW + Span(step));
                        set.push(
                            &charge::SETTLE,
                            &charge::Settled { outbound_id: OutboundId(id), amount, category, at },
                        );
                        if let Some(charge) = model.charges.get_mut(&id)
                            && charge.1 == charge::State::Reserved
                        {
                            *charge = (amount, charge::State::Settled);
                        }
                    }
                }
                store.commit(set).await.unwrap();
                let sums = charge::sums(&store, &name).await.unwrap();
                let said = (i128::from(sums.topped_up), i128::from(sums.settled), i128::from(sums.reserved));
                let (settled, reserved) = (model.sum(charge::State::Settled), model.sum(charge::State::Reserved));
                assert_eq!(said, (model.funds, settled, reserved), "seed {seed}, step {step}");
                assert_eq!(i128::from(sums.available()), model.funds - settled - reserved);
            }
        }
        store.close().await;
    });
}
