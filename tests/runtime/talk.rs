//! A talk, end to end: webhook in, flow run, answer out.

use super::house::House;
use transom::base::time::Span;

const HELLO: &str = r#"
flow: hello
when:
  - message: [hi]
steps:
  - ask: Your name?
    as: name
    timeout: 2h
    on_timeout: [{say: Bye.}, end]
  - say: Thanks, ${name}
"#;

#[tokio::test]
async fn a_question_is_answered() {
    let mut house = House::new(&[("flows/hello.yaml", HELLO)]).await;
    house.says("hi").await;
    assert_eq!(house.heard(), ["Your name?"]);
    house.says("Ada").await;
    assert_eq!(house.heard(), ["Thanks, Ada"]);
}

#[tokio::test]
async fn a_question_survives_the_process() {
    let mut house = House::new(&[("flows/hello.yaml", HELLO)]).await;
    house.says("hi").await;
    let mut house = house.restart().await;
    house.says("Ada").await;
    assert_eq!(house.heard(), ["Thanks, Ada"]);
}

#[tokio::test]
async fn a_time_out_fires_once_over_a_restart() {
    let mut house = House::new(&[("flows/hello.yaml", HELLO)]).await;
    house.says("hi").await;
    house.advance(Span::hours(1)).await;
    assert_eq!(house.heard(), ["Your name?"]);
    let mut house = house.restart().await;
    house.advance(Span::hours(2)).await;
    assert_eq!(house.heard(), ["Bye."]);
    let mut house = house.restart().await;
    house.advance(Span::days(2)).await;
    assert!(house.heard().is_empty());
}
