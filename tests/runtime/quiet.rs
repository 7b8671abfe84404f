//! Tests quiet hours, the author's and the legal ones, and the messages after them.

use super::house::{House, SENDER};
use crate::graph::Fault;
use transom::{base::time::Span, model::value::Value, store::tables::run};

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

/// Meta refused the first message for a day; the second waits for the end of quiet hours only, and not for the first.
#[tokio::test]
async fn what_rests_for_a_day_keeps_nothing_of_the_night_back() {
    let bot = bot("{from: \"21:00\", to: \"08:00\"}");
    let offer = "flow: offer\nwhen: [{event: offer}]\nsteps: [{template: offer}]\n";
    let parcel = "flow: parcel\nwhen: [{event: parcel}]\nsteps: [{say: It is here, if_closed: {template: parcel}}]\n";
    let files = [("flows/_bot.yaml", bot.as_str()), ("flows/offer.yaml", offer), ("flows/parcel.yaml", parcel)];
    let templates = "  - {id: 1, sender: 1, name: offer, language: en, category: utility, status: approved, body: a}\n  \
                     - {id: 2, sender: 1, name: parcel, language: en, category: utility, status: approved, body: b}";
    for restarts in [false, true] {
        let mut house = House::at_meta(&files, templates).await;
        house.says("hello").await;
        let (contact, conversation) =
            house.app.contacts.reach(&"acme".into(), SENDER, "34600111222", None).await.unwrap();
        // Friday at noon.
        house.advance(Span::hours(3)).await;
        house.graph.as_ref().unwrap().fail_next(Fault::Code { status: 400, code: 131_049 });
        house.app.queue.emit_event(contact, conversation, "offer".into(), Value::Nothing).await.unwrap();
        house.app.run_due().await.unwrap();
        house.advance(Span::hours(11)).await;
        house.app.queue.emit_event(contact, conversation, "parcel".into(), Value::Nothing).await.unwrap();
        house.app.run_due().await.unwrap();
        if restarts {
            house = house.restart().await;
        }
        let before = house.sent().len();
        house.advance(Span::hours(9) - Span::millis(1)).await;
        assert_eq!(house.sent().len(), before, "it is night");
        house.advance(Span::minutes(30)).await;
        assert_eq!(house.texts().last().unwrap(), "It is here", "it is past eight");
        assert_eq!(house.sent().len(), before + 1);
        house.advance(Span::hours(4)).await;
        assert_eq!(house.sent().last().unwrap()["template"]["name"], "offer", "and a day after its refusal");
    }
}
