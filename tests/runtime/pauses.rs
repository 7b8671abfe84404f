//! Tests flows that an operator pauses: over a restart and over new files, with the remaining time of each wait.

use super::house::House;
use transom::{base::time::Span, store::tables::run};

const COURSE: &str =
    "flow: course\nwhen:\n  - message: learn\nsteps:\n  - say: Lesson one\n  - wait: 2h\n  - say: Lesson two\n";
const MENDED: &str =
    "flow: course\nwhen:\n  - message: learn\nsteps:\n  - say: Lesson 1\n  - wait: 2h\n  - say: Lesson 2\n";

#[tokio::test]
async fn a_paused_flow_keeps_the_rest_of_its_waits_over_a_restart_and_a_new_version() {
    let mut house = House::new(&[("flows/course.yaml", COURSE)]).await;
    house.says("learn").await;
    assert_eq!(house.heard(), ["Lesson one"]);
    house.advance(Span::minutes(30)).await;
    let course = "course".into();
    assert!(house.app.starts.turn_flow(&course, true).await.unwrap());
    assert!(!house.app.starts.turn_flow(&course, true).await.unwrap(), "it stands still already");
    let mut house = house.restart().await;
    house.advance(Span::hours(5)).await;
    assert!(house.heard().is_empty());
    house.reload(&[("flows/course.yaml", MENDED)]).await;
    house.says("learn").await;
    assert!(house.heard().is_empty(), "new files let nothing go on that was paused by hand");
    assert!(house.app.starts.flow_health.paused().holds(&course));
    assert!(house.app.starts.turn_flow(&course, false).await.unwrap());
    assert!(!house.app.starts.turn_flow(&course, false).await.unwrap(), "it goes on already");
    house.advance(Span::minutes(80)).await;
    assert!(house.heard().is_empty(), "an hour and a half was left");
    let mut house = house.restart().await;
    house.advance(Span::minutes(11)).await;
    assert_eq!(house.heard(), ["Lesson two"]);
    assert!(run::page(&house.app.store, i64::MAX, 2).await.unwrap()[0].ended_at.is_some());
}
