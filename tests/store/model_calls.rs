//! Tests the rows of questions to models: their sums are the money that budgets see.

use super::{
    on_both,
    sample::{NOW, talk},
};
use serde_json::json;
use transom::{
    base::{
        ids::{ContactId, ConversationId},
        time::{Span, Time},
    },
    model::{
        effect::{AnswerShape, ModelQuestion, ModelReply, Tokens},
        value::Value,
    },
    store::{
        Store, WriteSet,
        queries::{
            erasure::{self, Erased},
            retention::{self, Pace},
        },
        tables::{
            model_call::{self, ModelSums, MoneyOf, ReservedCall, SettledCall},
            model_question::{self, AnsweredQuestion, Exchange},
        },
    },
};

fn reserved(id: i64, contact: i64, cost: i64) -> ReservedCall {
    ReservedCall {
        id,
        contact_id: ContactId(contact),
        model: "main".into(),
        step: "a.llm_1".into(),
        flow: Some("a".into()),
        cost,
        at: NOW,
    }
}

fn settled(id: i64, cost: i64) -> SettledCall {
    SettledCall { id, cost, input: 100, cached: 40, output: 10, ms: 800, outcome: "ok".into() }
}

async fn spent(store: &Store, on: Option<i64>) -> i64 {
    model_call::spent(store, MoneyOf::Model("main"), NOW - Span(1), on.map(ContactId)).await.unwrap()
}

#[test]
fn a_question_counts_as_reserved_until_it_is_settled_once() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let mut set = WriteSet::new();
        for (id, contact) in [(1, 7), (2, 7), (3, 8)] {
            set.push(&model_call::RESERVE, &reserved(id, contact, 500));
        }
        store.commit(set).await.unwrap();
        assert_eq!((spent(&store, None).await, spent(&store, Some(7)).await), (1_500, 1_000));
        for cost in [140, 999] {
            let mut set = WriteSet::new();
            set.push(&model_call::SETTLE, &settled(1, cost));
            store.commit(set).await.unwrap();
        }
        assert_eq!((spent(&store, None).await, spent(&store, Some(7)).await), (1_140, 640));
        assert_eq!(
            model_call::spent(&store, MoneyOf::Model("main"), NOW, None).await.unwrap(),
            0,
            "it is older than the period"
        );
        assert_eq!(model_call::spent(&store, MoneyOf::Model("other"), NOW - Span(1), None).await.unwrap(), 0);
        let tokens = Tokens { input: 100, cached: 40, output: 10 };
        let sums = model_call::sums(&store, "main", NOW - Span(1)).await.unwrap();
        assert_eq!(sums, ModelSums { calls: 3, tokens, cost: 1_140, reserved: 1_000 });
        store.close().await;
    });
}

#[test]
fn the_sums_of_the_bot_and_of_a_flow_are_over_all_models() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let mut set = WriteSet::new();
        let of = |id: i64, contact: i64, model: &str, flow: Option<&str>| ReservedCall {
            model: model.into(),
            flow: flow.map(Into::into),
            ..reserved(id, contact, 10_i64.pow(u32::try_from(id).unwrap()))
        };
        let rows = [of(1, 7, "main", Some("a")), of(2, 8, "small", Some("a")), of(3, 7, "main", None)];
        rows.iter().for_each(|row| set.push(&model_call::RESERVE, row));
        store.commit(set).await.unwrap();
        let spent = |of: MoneyOf<'static>, since: Time, on: Option<i64>| {
            let store = store.clone();
            async move { model_call::spent(&store, of, since, on.map(ContactId)).await.unwrap() }
        };
        let since = NOW - Span(1);
        assert_eq!(spent(MoneyOf::Bot, since, None).await, 1_110);
        assert_eq!(spent(MoneyOf::Bot, since, Some(7)).await, 1_010);
        assert_eq!(spent(MoneyOf::Flow("a"), since, None).await, 110);
        assert_eq!(spent(MoneyOf::Flow("a"), since, Some(7)).await, 10);
        assert_eq!(spent(MoneyOf::Flow("b"), since, None).await, 0);
        assert_eq!((spent(MoneyOf::Bot, NOW, None).await, spent(MoneyOf::Flow("a"), NOW, None).await), (0, 0));
        store.close().await;
    });
}

#[test]
fn the_money_of_an_erased_person_stays_without_the_person() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let mut set = WriteSet::new();
        set.push(&model_call::RESERVE, &reserved(1, 7, 500));
        store.commit(set).await.unwrap();
        let erased = Erased {
            contact_id: ContactId(7),
            at: NOW,
            heard: json!({}),
            said: json!({}),
            letter: json!({}),
            gone: "gone",
            answer: "{}",
        };
        let mut set = WriteSet::of(7);
        set.push(&erasure::MODEL_CALLS, &erased);
        store.commit(set).await.unwrap();
        assert_eq!((spent(&store, None).await, spent(&store, Some(7)).await), (500, 0));
        store.close().await;
    });
}

fn answered(id: i64, conversation: i64, at: Time) -> AnsweredQuestion {
    let question = ModelQuestion::new("Answer.".into(), AnswerShape::Text, "mark".into());
    let reply = ModelReply {
        answer: Ok(Value::text("From nine.")),
        model: "main".into(),
        tokens: Tokens { input: 100, cached: 40, output: 10 },
        cost: 140,
        currency: "EUR".into(),
        took: Span(800),
    };
    let data = Exchange { step: "a.llm_1".into(), call: 1, attempt: 1, question, reply };
    AnsweredQuestion { id, conversation_id: ConversationId(conversation), contact_id: ContactId(7), run: 3, at, data }
}

#[test]
fn a_question_and_its_answer_are_read_by_their_time_and_go_with_the_person() {
    on_both(|bed| async move {
        let store = bed.open().await;
        talk(&store, 7).await;
        let mut set = WriteSet::new();
        for row in [answered(1, 7, NOW), answered(2, 7, NOW + Span(5)), answered(3, 2, NOW)] {
            set.push(&model_question::INSERT, &row);
        }
        store.commit(set).await.unwrap();
        let read = |from: Time, until: Option<Time>| {
            let store = store.clone();
            async move { model_question::between(&store, ConversationId(7), 0, (from, until), 9).await.unwrap() }
        };
        assert_eq!(read(NOW, None).await, [answered(1, 7, NOW), answered(2, 7, NOW + Span(5))]);
        assert_eq!(read(NOW, Some(NOW)).await.len(), 1);
        assert_eq!(retention::forget(&store, &model_question::EXPIRE, NOW + Span(1), Pace::AtOnce).await.unwrap(), 2);
        assert_eq!(read(NOW, None).await, [answered(2, 7, NOW + Span(5))]);
        let erased = Erased {
            contact_id: ContactId(7),
            at: NOW,
            heard: json!({}),
            said: json!({}),
            letter: json!({}),
            gone: "gone",
            answer: "{}",
        };
        let mut set = WriteSet::of(7);
        erasure::BY_CONTACT.iter().for_each(|statement| set.push(*statement, &erased));
        store.commit(set).await.unwrap();
        assert_eq!(read(NOW, None).await, []);
        store.close().await;
    });
}
