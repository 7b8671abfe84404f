//! Tests the step `agent` in a whole daemon: a booking with a tap, its deaths at each commit, and messages that arrive
//! meanwhile.

use super::{Act, ModelServer, step, value};
use crate::runtime::house::House;
use axum::{Router, routing::post};
use serde_json::{Value as Json, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use transom::{
    base::time::{Span, Time},
    channel::meta::compose::CustomerEvent,
    store::tables::model_call,
};

const FLOWS: &[(&str, &str)] = &[
    (
        "flows/_bot.yaml",
        "bot: Wheels\nlanguage: en\ntimezone: UTC\nmodels: [main]\nenv: [SHOP_URL]\nteams: {bench: {}}\n\
         agents: {scope: bicycle repairs, discloses: {no: the tests read replies}}\n",
    ),
    (
        "flows/desk.yaml",
        "flow: desk
when: [{any_message: true}]
steps:
  - agent: helper
    instructions: Book visits.
    facts: [A check-up is 60 €.]
    tools:
      - {flow: book, confirm: 'Shall I book ${inputs.day}?', claims: [booked]}
    on_error: [{say: 'Sorry: ${error.code}'}, end]
",
    ),
    (
        "flows/book.yaml",
        "flow: book
description: Books a visit.
inputs: {day: date, phone: {type: phone, optional: true}}
steps:
  - http: POST ${env.SHOP_URL}/bookings
    json: {day: '${day}', phone: '${phone}'}
    as: made
  - return: {number: '${made.body.number}'}
",
    ),
];

/// The same talk with a request among its tools in place of the flow.
const INLINE: &[(&str, &str)] = &[
    FLOWS[0],
    (
        "flows/desk.yaml",
        "flow: desk
when: [{any_message: true}]
steps:
  - agent: helper
    instructions: Book visits.
    facts: [A check-up is 60 €.]
    tools:
      - http: POST ${env.SHOP_URL}/bookings
        name: book
        description: Books a visit.
        inputs: {day: date, phone: {type: phone, optional: true}}
        json: {day: '${inputs.day}', phone: '${inputs.phone ?? \"\"}'}
        confirm: 'Shall I book ${inputs.day}?'
        claims: [booked]
    on_error: [{say: 'Sorry: ${error.code}'}, end]
",
    ),
];

/// A shop that counts its bookings, and what they held.
struct Shop {
    url: String,
    bookings: Arc<AtomicUsize>,
    last: Arc<std::sync::Mutex<Json>>,
}

impl Shop {
    async fn open() -> Shop {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (bookings, last) = (Arc::new(AtomicUsize::new(0)), Arc::new(std::sync::Mutex::new(Json::Null)));
        let (counted, kept) = (Arc::clone(&bookings), Arc::clone(&last));
        let book = move |body: String| {
            counted.fetch_add(1, Ordering::SeqCst);
            *kept.lock().unwrap() = serde_json::from_str(&body).unwrap();
            async { ([("content-type", "application/json")], json!({"number": "2077"}).to_string()) }
        };
        let app = Router::new().route("/bookings", post(book));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Shop { url, bookings, last }
    }

    fn count(&self) -> usize {
        self.bookings.load(Ordering::SeqCst)
    }
}

fn act(name: &str, with: &Json) -> Act {
    value(json!({"do": name, "with": with}))
}

/// The text that the model reads as the talk.
fn talk_of(body: &Json) -> String {
    body["messages"][1]["content"].as_str().unwrap_or_default().to_owned()
}

/// A model that books the day, and reports what the tool has returned.
async fn booking_model() -> ModelServer {
    ModelServer::decide(|_, body| {
        let talk = talk_of(body);
        if talk.contains("2077") {
            act("say", &json!({"text": "It is booked, your number is 2077."}))
        } else if talk.contains("It is not known") {
            act("say", &json!({"text": "I do not know whether that worked. A colleague looks at it."}))
        } else {
            act("call_book", &json!({"day": "2026-12-03", "phone": null}))
        }
    })
    .await
}

fn config(server: &ModelServer, shop: &Shop) -> String {
    format!("{}flows: {{env: {{SHOP_URL: \"{}\"}}, allow_private: [127.0.0.1]}}", step::model(server, ""), shop.url)
}

/// Waits until the bot has sent a message for which `is` holds.
async fn sent(house: &House, is: impl Fn(&Json) -> bool) -> Option<Json> {
    let wait = async {
        loop {
            if let Some(body) = house.sent().into_iter().find(|body| is(body)) {
                return body;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), wait).await.ok()
}

fn has_text(body: &Json, text: &str) -> bool {
    body.to_string().contains(text)
}

fn yes_of(question: &Json) -> CustomerEvent {
    let reply = &question["interactive"]["action"]["buttons"][0]["reply"];
    CustomerEvent::Tap { id: reply["id"].as_str().unwrap().to_owned(), title: "Yes".into() }
}

#[tokio::test]
async fn a_tap_books_once_and_the_reply_holds_what_the_shop_said() {
    let (server, shop) = (booking_model().await, Shop::open().await);
    let mut house = House::at_meta(FLOWS, &config(&server, &shop)).await;
    house.says("book me in on 3 December, I am at +34 600 11 22 33").await;
    let question = sent(&house, |body| has_text(body, "Shall I book")).await.unwrap();
    assert_eq!(shop.count(), 0, "nothing is done before the tap");
    house.acts(yes_of(&question)).await;
    sent(&house, |body| has_text(body, "2077")).await.expect("the reply");
    // A second tap on the same button does nothing.
    house.acts(yes_of(&question)).await;
    assert_eq!(shop.count(), 1);
    let bodies: Vec<String> = server.asked().iter().map(|asked| asked.body.to_string()).collect();
    assert!(bodies.iter().all(|body| !body.contains("600 11")), "no model reads the number");
    assert_eq!(house.bugs(), Vec::<String>::new());
}

#[tokio::test]
async fn the_number_that_no_model_reads_reaches_the_tool() {
    let server = ModelServer::decide(|_, body| match talk_of(body).contains("2077") {
        true => act("say", &json!({"text": "Thank you."})),
        false => act("call_book", &json!({"day": "2026-12-03", "phone": "‹phone 1›"})),
    })
    .await;
    let shop = Shop::open().await;
    let mut house = House::at_meta(FLOWS, &config(&server, &shop)).await;
    house.says("book me in on 3 December, call +34 600 11 22 44").await;
    let question = sent(&house, |body| has_text(body, "Shall I book")).await.unwrap();
    house.acts(yes_of(&question)).await;
    sent(&house, |body| has_text(body, "Thank you")).await.expect("the reply");
    assert_eq!(shop.last.lock().unwrap()["phone"], "+34600112244");
}

/// The whole booking, with a death at the commit `n` of its second part. True if the process died.
async fn booking_with_a_death(flows: &[(&str, &str)], n: u32, after: bool) -> bool {
    let (server, shop) = (booking_model().await, Shop::open().await);
    let mut house = House::at_meta(flows, &config(&server, &shop)).await;
    house.says("book me in on 3 December").await;
    let question = sent(&house, |body| has_text(body, "Shall I book")).await.unwrap();
    let tap = house.webhook(yes_of(&question));
    house.faults.die_at_commit(n, after);
    let faults = Arc::clone(&house.faults);
    let died = tokio::select! {
        biased;
        () = faults.died() => true,
        () = async {
            house.post(&tap).await;
            sent(&house, |body| has_text(body, "2077")).await.expect("the reply");
            // The outcome of the last message is stored a moment later.
            tokio::time::sleep(Duration::from_millis(50)).await;
        } => faults.is_dead(),
    };
    if died {
        house = house.restart().await;
        // The platform repeats what was not acknowledged, and sometimes what was.
        house.post(&tap).await;
        house.app.run_due().await.unwrap();
        let ends = |body: &Json| has_text(body, "2077") || has_text(body, "I do not know") || has_text(body, "Sorry");
        if sent(&house, ends).await.is_none() {
            // A message whose fate nobody knows is decided after its time.
            house.advance(Span::minutes(2)).await;
        }
    }
    assert!(shop.count() <= 1, "commit {n}, after {after}: {} bookings", shop.count());
    let promised = house.sent().iter().any(|body| has_text(body, "booked, your number"));
    assert!(!promised || shop.count() == 1, "commit {n}, after {after}: a promise without a booking");
    let told = house.sent().iter().any(|body| has_text(body, "2077") || has_text(body, "I do not know"));
    assert!(told || shop.count() == 0 || !house.texts().is_empty(), "commit {n}, after {after}: {:?}", house.sent());
    died
}

#[tokio::test]
async fn a_death_at_any_commit_of_a_booking_books_at_most_once_and_promises_nothing() {
    assert!(deaths_of(FLOWS).await >= 8, "the booking has more commits");
}

#[tokio::test]
async fn a_death_at_any_commit_of_a_request_among_the_tools_sends_it_at_most_once() {
    assert!(deaths_of(INLINE).await >= 8, "the booking has more commits");
}

/// The number of commits at which the process died, before and after each.
async fn deaths_of(flows: &[(&str, &str)]) -> usize {
    let mut deaths = 0;
    for after in [false, true] {
        for n in 0.. {
            if !booking_with_a_death(flows, n, after).await {
                break;
            }
            deaths += 1;
        }
    }
    deaths
}

#[tokio::test]
async fn a_request_among_the_tools_is_sent_by_a_tap_alone() {
    let (server, shop) = (booking_model().await, Shop::open().await);
    let mut house = House::at_meta(INLINE, &config(&server, &shop)).await;
    house.says("book me in on 3 December").await;
    let question = sent(&house, |body| has_text(body, "Shall I book")).await.unwrap();
    assert_eq!(shop.count(), 0, "nothing is done before the tap");
    house.acts(yes_of(&question)).await;
    sent(&house, |body| has_text(body, "2077")).await.expect("the reply");
    house.acts(yes_of(&question)).await;
    assert_eq!((shop.count(), shop.last.lock().unwrap()["day"].as_str()), (1, Some("2026-12-03")));
    assert_eq!(house.bugs(), Vec::<String>::new());
}

#[tokio::test]
async fn a_newer_message_gives_the_question_up_and_the_given_up_one_is_paid() {
    let server = ModelServer::decide(|number, _| match number {
        0 => Act::Silent,
        _ => act("say", &json!({"text": "A check-up is 60 €."})),
    })
    .await;
    let shop = Shop::open().await;
    let mut house = House::at_meta(FLOWS, &config(&server, &shop)).await;
    let first = house.webhook(CustomerEvent::Text("how much is".into()));
    house.post(&first).await;
    while server.asked().is_empty() {
        tokio::task::yield_now().await;
    }
    let second = house.webhook(CustomerEvent::Text("a check-up?".into()));
    house.post(&second).await;
    sent(&house, |body| has_text(body, "60 €")).await.expect("the reply");
    assert_eq!(house.texts(), ["A check-up is 60 €."]);
    let asked = server.asked();
    assert!(talk_of(&asked[1].body).contains("how much is") && talk_of(&asked[1].body).contains("a check-up?"));
    let sums = model_call::sums(&house.app.store, "main", Time(0)).await.unwrap();
    assert!(sums.calls == 2 && sums.reserved > 0, "the first one stays as it was reserved: {sums:?}");
}

#[tokio::test]
async fn an_invented_price_is_never_on_the_wire() {
    let server = ModelServer::decide(|_, _| act("say", &json!({"text": "For you it is 39 €."}))).await;
    let shop = Shop::open().await;
    let mut house = House::at_meta(FLOWS, &config(&server, &shop)).await;
    house.says("how much is a check-up?").await;
    sent(&house, |body| has_text(body, "Sorry: ungrounded")).await.expect("the error");
    assert!(house.sent().iter().all(|body| !has_text(body, "39")));
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn a_stop_while_the_agent_thinks_is_confirmed_and_nothing_more_is_said() {
    let server = ModelServer::start(vec![Act::Silent]).await;
    let shop = Shop::open().await;
    let mut house = House::at_meta(FLOWS, &config(&server, &shop)).await;
    for text in ["hello", "STOP"] {
        let message = house.webhook(CustomerEvent::Text(text.into()));
        house.post(&message).await;
        while server.asked().is_empty() {
            tokio::task::yield_now().await;
        }
    }
    let texts = step::said(&house, 1).await;
    assert!(texts.len() == 1 && texts[0].contains("START"), "{texts:?}");
}

#[tokio::test]
async fn a_model_that_only_writes_prose_is_read_as_a_reply_and_broken_json_is_not() {
    let server = ModelServer::start(vec![super::completion("A check-up is 60 €.")]).await;
    let shop = Shop::open().await;
    let mut house = House::at_meta(FLOWS, &config(&server, &shop)).await;
    house.says("how much is a check-up?").await;
    sent(&house, |body| has_text(body, "60 €")).await.expect("the reply");
    let server = ModelServer::start(vec![super::completion("{\"answer\": {\"do\": \"say\"")]).await;
    let mut house = House::at_meta(FLOWS, &config(&server, &shop)).await;
    house.says("how much is a check-up?").await;
    sent(&house, |body| has_text(body, "Sorry: bad_answer")).await.expect("the error");
}
