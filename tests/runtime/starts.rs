//! Tests triggers that start, wait and end, over the death of the process and over new flows.

use super::house::{House, SENDER};
use serde_json::json;
use transom::{
    base::{
        clock::Clock,
        ids::{ContactId, ConversationId, FlowName, StartId},
        time::Span,
    },
    channel::HeaderMap,
    model::value::Value,
    runtime::ingest::webhook_triggers::{Authentication, HookRequest},
    store::{
        WriteSet,
        tables::{
            conversation,
            start::{self, PlannedStart, StartState},
        },
    },
};

const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\nfields: {visit_at: datetime}\n";

const BOOK: &str = "flow: book
when:
  - message: 'book (?<day>[0-9-]+)'
    match: regex
steps:
  - set: {contact.visit_at: '${day}T12:00'}
---
flow: cancel
when:
  - message: cancel it
steps:
  - set: {contact.visit_at: none}
---
flow: visit
when:
  - date: contact.visit_at
    offset: -2h
steps:
  - say: In two hours, ${event.data.value}
    if_closed: hold
";

/// The flows as files of a bot.
fn files(flows: &str) -> Vec<(String, String)> {
    let all = flows.split("---\n").map(|text| {
        let name = text.lines().next().unwrap().trim_start_matches("flow: ");
        (format!("flows/{name}.yaml"), text.to_owned())
    });
    all.chain([("flows/_bot.yaml".to_owned(), BOT.to_owned())]).collect()
}

async fn house(flows: &str) -> House {
    let files = files(flows);
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    House::new(&files).await
}

async fn reload(house: &House, flows: &str) {
    let files = files(flows);
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    house.reload(&files).await;
}

/// Ana's contact and conversation.
async fn ana(house: &House) -> (ContactId, ConversationId) {
    let account = &house.app.senders.get(SENDER).unwrap().account;
    let contact = house.app.contacts.contact_by_phone(account, "+34600111222").await.unwrap().unwrap();
    (contact, conversation::of(&house.app.store, contact).await.unwrap()[0].id)
}

async fn event(house: &House, name: &str, data: serde_json::Value) {
    let (contact, conversation) = ana(house).await;
    house.app.queue.emit_event(contact, conversation, name.into(), Value::from_json(&data)).await.unwrap();
    house.app.run_due().await.unwrap();
}

// -- date

#[tokio::test]
async fn a_start_by_a_date_outlives_the_process() {
    // It is 09:00 in Madrid on 27 March; the clocks change on the 29th.
    let mut house = house(BOOK).await;
    house.says("book 2026-03-30").await;
    house = house.restart().await;
    house.advance(Span::hours(72)).await;
    assert_eq!(house.heard(), Vec::<String>::new());
    house = house.restart().await;
    house.advance(Span::hours(1)).await;
    house.says("hello").await;
    assert_eq!(house.heard(), ["In two hours, 2026-03-30T12:00"], "held, and released by the next message");
    house = house.restart().await;
    house.advance(Span::days(3)).await;
    assert_eq!(house.heard(), Vec::<String>::new());
}

#[tokio::test]
async fn a_moment_while_the_process_was_dead_is_made_up_for_unless_it_is_late() {
    for (away, heard) in [(Span::minutes(40), 1), (Span::minutes(80), 0)] {
        let mut house = house(BOOK).await;
        house.says("book 2026-03-27").await;
        house.advance(Span::minutes(55)).await;
        house.clock.set(house.clock.now() + Span::minutes(5) + away);
        house = house.restart().await;
        house.advance(Span::hours(5)).await;
        assert_eq!(house.heard().len(), heard, "{away} late");
    }
}

#[tokio::test]
async fn a_changed_date_moves_its_start_and_an_emptied_one_cancels_it() {
    let mut house = house(BOOK).await;
    house.says("book 2026-03-27").await;
    house.says("book 2026-03-28").await;
    house = house.restart().await;
    house.advance(Span::hours(4)).await;
    assert_eq!(house.heard(), Vec::<String>::new(), "the old moment");
    house.says("hello").await;
    house.advance(Span::hours(21)).await;
    assert_eq!(house.heard(), ["In two hours, 2026-03-28T12:00"]);
    house.says("book 2026-03-29").await;
    house.says("cancel it").await;
    house = house.restart().await;
    house.advance(Span::days(4)).await;
    assert_eq!(house.heard(), Vec::<String>::new());
}

#[tokio::test]
async fn a_new_date_trigger_means_everybody_who_has_the_field() {
    let (before, _) = BOOK.split_once("---\nflow: visit").unwrap();
    let mut house = house(before).await;
    house.says("book 2026-03-28").await;
    house.advance(Span::minutes(1)).await;
    reload(&house, BOOK).await;
    house.advance(Span::minutes(1)).await;
    house = house.restart().await;
    house.advance(Span::hours(25)).await;
    house.says("hello").await;
    assert_eq!(house.heard(), ["In two hours, 2026-03-28T12:00"]);
}

#[tokio::test]
async fn what_had_passed_when_a_date_trigger_was_published_never_comes() {
    let (before, _) = BOOK.split_once("---\nflow: visit").unwrap();
    let mut house = house(before).await;
    house.says("book 2026-03-27").await;
    house.advance(Span::minutes(61)).await;
    reload(&house, BOOK).await;
    house.advance(Span::days(2)).await;
    house.says("hello").await;
    assert_eq!(house.heard(), Vec::<String>::new());
}

// -- silence and the window

const SILENT: &str = "flow: silent
when:
  - quiet_for: 2h
steps:
  - say: Still there?
---
flow: closing
when:
  - window_closing: 30m
steps:
  - say: The window closes
";

#[tokio::test]
async fn moments_of_a_silence_outlive_the_process_and_come_once() {
    let mut house = house(SILENT).await;
    house.says("hello").await;
    house = house.restart().await;
    house.advance(Span::minutes(119)).await;
    assert_eq!(house.heard(), Vec::<String>::new());
    house = house.restart().await;
    house.advance(Span::minutes(1)).await;
    assert_eq!(house.heard(), ["Still there?"]);
    house = house.restart().await;
    house.advance(Span::hours(21)).await;
    assert_eq!(house.heard(), Vec::<String>::new());
    house = house.restart().await;
    house.advance(Span::minutes(30)).await;
    assert_eq!(house.heard(), ["The window closes"]);
    house = house.restart().await;
    house.advance(Span::days(3)).await;
    assert_eq!(house.heard(), Vec::<String>::new());
}

#[tokio::test]
async fn a_moment_of_a_silence_while_the_process_was_dead_is_made_up_for() {
    let mut house = house(SILENT).await;
    house.says("hello").await;
    house.clock.set(house.clock.now() + Span::hours(5));
    house = house.restart().await;
    house.advance(Span::minutes(1)).await;
    assert_eq!(house.heard(), ["Still there?"]);
    house.clock.set(house.clock.now() + Span::hours(20));
    house = house.restart().await;
    house.advance(Span::hours(1)).await;
    assert_eq!(house.heard(), Vec::<String>::new(), "a closed window closes no more");
}

#[tokio::test]
async fn new_flows_count_the_silence_that_is_under_way() {
    let mut house = house("flow: x\nwhen: [{message: nothing}]\nsteps: [{log: x}]\n").await;
    house.says("hello").await;
    house.advance(Span::hours(1)).await;
    reload(&house, SILENT).await;
    house.advance(Span::minutes(2)).await;
    house = house.restart().await;
    house.advance(Span::minutes(58)).await;
    assert_eq!(house.heard(), ["Still there?"]);
}

// -- once_per

#[tokio::test]
async fn what_a_contact_has_used_up_stays_so() {
    let flow = "flow: gift\nwhen:\n  - event: gift\n    once_per: ${event.data.no}\nsteps:\n  - say: Gift ${event.data.no}\n    if_closed: skip\n";
    let mut house = house(flow).await;
    house.says("hello").await;
    event(&house, "gift", json!({"no": 1})).await;
    event(&house, "gift", json!({"no": 1})).await;
    assert_eq!(house.heard(), ["Gift 1"]);
    house = house.restart().await;
    event(&house, "gift", json!({"no": 1})).await;
    event(&house, "gift", json!({"no": 2})).await;
    assert_eq!(house.heard(), ["Gift 2"]);
    reload(&house, &flow.replace("Gift $", "A gift $")).await;
    house = house.restart().await;
    event(&house, "gift", json!({"no": 2})).await;
    event(&house, "gift", json!({"no": 3})).await;
    assert_eq!(house.heard(), ["A gift 3"], "new flows do not forget");
}

// -- stop_when

const CART: &str = "flow: cart
when:
  - message: cart
stop_when:
  - event: paid
    if: event.data.cart == 7
on_stop:
  - say: Paid, thanks
    if_closed: skip
steps:
  - wait: 2h
  - say: Still in your basket
";

#[tokio::test]
async fn a_run_is_stopped_after_the_process_died_and_the_flows_changed() {
    let mut house = house(CART).await;
    house.says("cart").await;
    house = house.restart().await;
    event(&house, "paid", json!({"cart": 8})).await;
    assert_eq!(house.heard(), Vec::<String>::new());
    reload(&house, &CART.replace("event: paid", "event: paid_now")).await;
    house = house.restart().await;
    event(&house, "paid", json!({"cart": 7})).await;
    assert_eq!(house.heard(), ["Paid, thanks"], "its own version says what stops it");
    house = house.restart().await;
    house.advance(Span::hours(3)).await;
    assert_eq!(house.heard(), Vec::<String>::new());
}

// -- on_update

fn survey(update: &str, question: &str, thanks: &str) -> String {
    format!(
        "flow: survey\nwhen: [{{message: survey}}]\non_update: {update}\nsteps:\n  - wait: 1h\n  - ask: {question}\n    as: town\n  - say: '{thanks} ${{town}}'\n"
    )
}

#[tokio::test]
async fn a_run_moves_to_the_new_version_at_its_wait_and_at_its_question() {
    let mut house = house(&survey("move", "Which town?", "Thanks for")).await;
    house.says("survey").await;
    reload(&house, &survey("move", "Which city?", "Thanks for")).await;
    house = house.restart().await;
    house.advance(Span::hours(1)).await;
    assert_eq!(house.heard(), ["Which city?"], "the wait is the same in both");
    reload(&house, &survey("move", "Which city?", "Noted:")).await;
    house = house.restart().await;
    house.says("Cádiz").await;
    assert_eq!(house.heard(), ["Noted: Cádiz"]);
}

#[tokio::test]
async fn a_run_whose_question_changed_finishes_on_its_version() {
    let mut house = house(&survey("move", "Which town?", "Thanks for")).await;
    house.says("survey").await;
    house.advance(Span::hours(1)).await;
    assert_eq!(house.heard(), ["Which town?"]);
    reload(&house, &survey("move", "Which city?", "Noted:")).await;
    house = house.restart().await;
    house.says("Cádiz").await;
    assert_eq!(house.heard(), ["Thanks for Cádiz"]);
}

#[tokio::test]
async fn a_run_begins_again_with_the_new_version() {
    let mut house = house(&survey("restart", "Which town?", "Thanks for")).await;
    house.says("survey").await;
    house.advance(Span::minutes(30)).await;
    reload(&house, &survey("restart", "Which city?", "Noted:")).await;
    house = house.restart().await;
    house.advance(Span::minutes(30)).await;
    assert_eq!(house.heard(), Vec::<String>::new(), "the wait begins again when it would have ended");
    house = house.restart().await;
    house.advance(Span::hours(1)).await;
    assert_eq!(house.heard(), ["Which city?"]);
    house.says("Cádiz").await;
    assert_eq!(house.heard(), ["Noted: Cádiz"]);
}

// -- webhook

const PAID: &str = "flow: paid
when:
  - webhook: paid
    contact: ${body.phone}
    body: {order: text}
steps:
  - say: Order ${order} is paid
    if_closed: skip
";

#[tokio::test]
async fn what_a_hook_promised_begins_after_the_process_died() {
    let mut house = house(PAID).await;
    house.says("hello").await;
    let (contact, _) = ana(&house).await;
    // Its row, and nothing else: the process died before the lane had it.
    let row = PlannedStart {
        id: StartId(house.app.store.next_id()),
        flow: FlowName::from("paid"),
        trigger_key: "webhook paid".into(),
        contact_id: contact,
        minute: "hook x".into(),
        slot_at: house.clock.now(),
        state: StartState::Waiting,
        reason: None,
        data: json!({
            "inputs": {"order": Value::text("A7")},
            "event": Value::from_json(&json!({"name": "paid", "body": {"order": "A7"}})),
        }),
        created_at: house.clock.now(),
        ended_at: None,
    };
    let mut set = WriteSet::new();
    set.push(&start::INSERT, &row);
    house.app.store.commit(set).await.unwrap();
    house.clock.set(house.clock.now() + Span::hours(6));
    house = house.restart().await;
    assert_eq!(house.heard(), ["Order A7 is paid"], "however late");
    house = house.restart().await;
    assert_eq!(house.heard(), Vec::<String>::new());
}

#[tokio::test]
async fn a_hook_starts_once_however_often_the_process_dies() {
    let mut house = house(PAID).await;
    house.says("hello").await;
    let mut heard = Vec::new();
    let body = json!({"phone": "+34 600 111 222", "order": "A7"}).to_string();
    for _ in 0..3 {
        let hook = HookRequest {
            name: "paid",
            headers: &HeaderMap::new(),
            body: body.as_bytes(),
            vouched: Authentication::Operator,
        };
        let taken = house.app.ingest.take_hook(&hook).await.unwrap();
        assert_eq!(taken.phone.as_deref(), Some("+34600111222"));
        house.app.run_due().await.unwrap();
        heard.extend(house.heard());
        house = house.restart().await;
    }
    heard.extend(house.heard());
    assert_eq!(heard, ["Order A7 is paid"]);
}
