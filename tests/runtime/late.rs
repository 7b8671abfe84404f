//! Tests messages that arrive long after they were written: after a clock change, or when a platform catches up.

use super::house::House;
use transom::{base::time::Span, channel::meta::compose::CustomerEvent, store::tables::dead_letter};

const ECHO: &str = "flow: echo\nwhen:\n  - any_message: true\nsteps:\n  - say: ${msg.text}\n";

async fn listed(house: &House) -> Vec<dead_letter::DeadLetter> {
    dead_letter::open(&house.app.store, "late_message", i64::MAX, 500).await.unwrap()
}

#[tokio::test]
async fn each_late_message_is_listed_and_counted() {
    let mut house = House::new(&[("flows/echo.yaml", ECHO)]).await;
    let bodies: Vec<String> = (0..25).map(|n| house.webhook(CustomerEvent::Text(format!("text {n}")))).collect();
    let wrote_at = house.now();
    house.clock.set(wrote_at + Span::hours(7));
    for body in &bodies {
        house.post(body).await;
    }
    house.app.run_due().await.unwrap();
    assert!(house.heard().is_empty());
    let letters = listed(&house).await;
    assert_eq!(letters.len(), 25, "each of them, not only the first of its conversation");
    assert!(letters[0].reason.starts_with("it came 7h after it was written"), "{}", letters[0].reason);
    let page = house.app.metrics.render();
    for line in
        [r#"transom_dead_letters{kind="late_message"} 25"#, r#"transom_webhook_items_total{kind="late_message"} 25"#]
    {
        assert!(page.lines().any(|l| l == line), "{line} in\n{page}");
    }
    // The operator has them answered all the same.
    let patient = "bot: Test\ndefaults: {late_message: 9h}\n";
    house.reload(&[("flows/echo.yaml", ECHO), ("flows/_bot.yaml", patient)]).await;
    for letter in letters.iter().rev() {
        let done = house.app.replay.replay(letter.id).await.unwrap();
        assert!(matches!(done, transom::runtime::ingest::replay::Replayed::Done), "{done:?}");
        house.app.run_due().await.unwrap();
    }
    let expected: Vec<String> = (0..25).map(|n| format!("text {n}")).collect();
    assert_eq!(house.heard(), expected);
    assert!(listed(&house).await.is_empty());
}

#[tokio::test]
async fn what_is_still_too_old_when_it_is_replayed_stays_listed_once() {
    let mut house = House::new(&[("flows/echo.yaml", ECHO)]).await;
    let body = house.webhook(CustomerEvent::Text("one".into()));
    house.clock.set(house.now() + Span::hours(7));
    house.post(&body).await;
    house.app.run_due().await.unwrap();
    let letter = listed(&house).await[0].id;
    let again = house.app.replay.replay(letter).await.unwrap();
    assert!(matches!(again, transom::runtime::ingest::replay::Replayed::Again(_)), "{again:?}");
    assert_eq!(listed(&house).await.len(), 1);
    assert!(house.app.metrics.render().contains("transom_dead_letters{kind=\"late_message\"} 1\n"));
}
