//! Quiet hours, by the author and by the law, and the morning after.

use super::house::House;
use transom::{base::time::Span, store::run};

fn bot(quiet: &str) -> String {
    format!("bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\nquiet_hours: {quiet}\ntopics: {{service: {{}}}}\n")
}

const NEWS: &str = "flow: news
when:
  - schedule: \"0 22 * * *\"
    to: everyone
steps:
  - say: Good news
    if_closed: {template: news}
";

const HELLO: &str = "flow: hello\nwhen:\n  - any_message: true\nsteps:\n  - say: Hello\n";

async fn house(quiet: &str) -> House {
    House::new(&[("flows/_bot.yaml", &bot(quiet)), ("flows/news.yaml", NEWS), ("flows/hello.yaml", HELLO)]).await
}

#[tokio::test]
async fn after_the_night_nobody_is_flooded() {
    let mut house = house("{from: \"21:00\", to: \"08:00\"}").await;
    house.advance(Span::hours(12)).await;
    for number in 0..9 {
        house.writes(&format!("3460011122{number}"), "hi").await;
    }
    house.heard();
    // 22:00 comes; the night ends on the day of the clock change's eve, at eight.
    house.advance(Span::hours(11) - Span::millis(1)).await;
    assert_eq!(house.heard(), Vec::<String>::new());
    house.advance(Span::millis(1)).await;
    assert_eq!(house.heard().len(), 1, "whoever waits first waits no longer than the night");
    house.advance(Span::seconds(10)).await;
    let all = 1 + house.heard().len();
    assert_eq!(all, 9, "and nobody waits long");
    // A restart in the middle of the night: what was postponed goes in the morning, once.
    house.advance(Span::hours(15)).await;
    house = house.restart().await;
    house.advance(Span::hours(12)).await;
    assert_eq!(house.heard().len(), 9);
}

#[tokio::test]
async fn the_law_of_the_number_counts_where_the_bot_asks_for_it() {
    for (law, sunday) in [("true", 0), ("false", 1)] {
        let mut house = house(&format!("{{from: \"23:00\", to: \"23:01\", law: {law}}}")).await;
        // Somebody from Bogotá, on a Friday; the schedule counts on their clock.
        house.writes("573001112233", "hi").await;
        house.advance(Span::days(2)).await;
        house.heard();
        // It is Sunday morning there: the fire of Saturday evening waits until Monday, where the law counts.
        house.advance(Span::hours(20)).await;
        assert_eq!(house.heard().len(), sunday, "law: {law}");
    }
}

#[tokio::test]
async fn what_ends_in_the_night_after_the_window_goes_as_its_template() {
    let mut house = house("{from: \"21:00\", to: \"10:00\"}").await;
    house.says("hi").await;
    house.heard();
    // Written at nine: at ten of the next morning the window is closed by an hour.
    house.advance(Span::hours(25)).await;
    assert_eq!(house.heard(), ["news"], "its template");
    let runs = run::page(&house.app.store, i64::MAX, 9).await.unwrap();
    assert!(runs[0].start_id.is_some(), "the run knows the start that it came of");
    assert_eq!(runs.last().unwrap().start_id, None, "an answer came of none");
}
