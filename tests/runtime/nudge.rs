//! Tests nudges, templates that announce a message, when nudge and message have different results.

use super::house::House;
use crate::graph::Fault;
use transom::{
    base::time::Span,
    model::{inbound::DeliveryState, session::Waiting},
    store::tables::{outbound::SendState, session},
};

const STILL: &str = "flow: still
when: [{message: still}]
steps:
  - wait: 25h
  - ask: Are you still interested?
    as: answer
    options: [{id: y, title: Yes}, {id: n, title: No}]
    if_closed: {nudge: nudge_tpl}
    timeout: 2d
    on_timeout: [end]
  - say: You say ${answer}.
";
const TEMPLATE: &str = "  - {id: 1, sender: 1, name: nudge_tpl, language: en, category: utility, status: approved, \
                        body: \"We have a question.\"}";

/// The nudge was sent, and its question is held for the answer.
async fn nudged() -> House {
    let mut house = House::at_meta(&[("flows/still.yaml", STILL)], TEMPLATE).await;
    house.says("still").await;
    house.advance(Span::hours(26)).await;
    assert_eq!(house.sent().len(), 1);
    house
}

async fn deadline(house: &House) -> Option<transom::base::time::Time> {
    let talk = session::find(&house.app.store, house.row(0).await.conversation_id).await.unwrap().unwrap();
    match &talk.session.runs[0].waiting {
        Waiting::Question(question) => question.deadline,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_nudge_that_fails_after_its_question_has_left_changes_nothing() {
    let mut house = nudged().await;
    house.says("hello").await;
    assert_eq!(house.sent().len(), 2, "the question itself");
    let until = deadline(&house).await;
    assert!(until.is_some());
    // The template is paused: 132015.
    house.told(0, DeliveryState::Failed, Some(132_015)).await;
    assert_eq!(deadline(&house).await, until);
    assert_eq!(house.row(0).await.state, SendState::Failed);
    house.advance(Span::hours(10)).await;
    assert_eq!(house.sent().len(), 2, "{:#?}", house.sent());
    let house = house.restart().await;
    assert_eq!(deadline(&house).await, until);
}

#[tokio::test]
async fn a_nudge_that_waits_gives_way_when_its_question_can_leave() {
    let mut house = House::at_meta(&[("flows/still.yaml", STILL)], TEMPLATE).await;
    house.says("still").await;
    house.graph.as_ref().unwrap().fail_next(Fault::TooMany { retry_after: 3600 });
    house.advance(Span::hours(25)).await;
    house.advance(Span::minutes(1)).await;
    assert_eq!(house.sent().len(), 1);
    house.says("hello").await;
    let kinds = |house: &House| house.sent().iter().map(|body| body["type"].clone()).collect::<Vec<_>>();
    let said = kinds(&house);
    assert_eq!(said[..2], ["template", "interactive"]);
    house.advance(Span::hours(1)).await;
    assert_eq!(kinds(&house), said, "the template is not sent after it");
    assert_eq!(house.row(0).await.state, SendState::Dropped);
}

const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\n\
                   topics: {service: {}, news: {needs: consent, at_most: 1/1d}}\n";

/// On Saturday at ten and at eleven: the window of Friday morning is closed by then.
fn weekly(name: &str, hour: u8, topic: &str) -> String {
    format!(
        "flow: {name}\ntopic: {topic}\nwhen: [{{schedule: \"0 {hour} * * SAT\", to: everyone}}]\n\
         steps: [{{say: The {name} one., if_closed: {{nudge: {topic}_tpl}}}}]\n"
    )
}

const TWO: &str = "  - {id: 1, sender: 1, name: service_tpl, language: en, category: utility, status: approved, \
                   body: \"We have something.\"}\n  - {id: 2, sender: 1, name: news_tpl, language: en, \
                   category: marketing, status: approved, body: \"We have news.\"}";

fn said(house: &House) -> Vec<String> {
    let words = |body: &serde_json::Value| {
        let of = ["/text/body", "/template/name"].iter().find_map(|place| body.pointer(place)?.as_str());
        of.unwrap_or_default().to_owned()
    };
    house.sent().iter().map(words).collect()
}

#[tokio::test]
async fn several_that_are_kept_have_one_nudge_also_over_a_restart() {
    for restarts in [false, true] {
        let (first, second) = (weekly("first", 10, "service"), weekly("second", 11, "service"));
        let files = [("flows/first.yaml", first.as_str()), ("flows/second.yaml", &second)];
        let mut house = House::at_meta(&files, TWO).await;
        house.says("hello").await;
        house.advance(Span::hours(25) + Span::minutes(1)).await;
        if restarts {
            house = house.restart().await;
        }
        house.advance(Span::hours(2)).await;
        assert_eq!(said(&house), ["service_tpl"], "restarts: {restarts}");
        house.says("yes?").await;
        assert_eq!(said(&house)[1..], ["The first one.", "The second one."], "restarts: {restarts}");
        // A week later the next one is announced anew.
        house.advance(Span::days(7) - Span::hours(3)).await;
        assert_eq!(said(&house)[3..], ["service_tpl"], "restarts: {restarts}");
    }
}

#[tokio::test]
async fn a_nudge_that_fails_leaves_the_next_one_its_own() {
    let (first, second) = (weekly("first", 10, "service"), weekly("second", 11, "service"));
    let files = [("flows/first.yaml", first.as_str()), ("flows/second.yaml", &second)];
    let mut house = House::at_meta(&files, TWO).await;
    house.says("hello").await;
    house.graph.as_ref().unwrap().fail_next(Fault::Code { status: 400, code: 131_026 });
    house.advance(Span::hours(27)).await;
    assert_eq!(said(&house), ["service_tpl"; 2]);
}

#[tokio::test]
async fn what_a_nudge_announced_is_not_capped_by_it() {
    for restarts in [false, true] {
        let yes = "flow: yes_please\nwhen: [{message: yes please}]\nsteps: [{consent: {news: given}}]\n";
        let (first, second) = (weekly("first", 10, "news"), weekly("second", 12, "news"));
        let files = [
            ("flows/_bot.yaml", BOT),
            ("flows/yes_please.yaml", yes),
            ("flows/first.yaml", &first),
            ("flows/second.yaml", &second),
        ];
        let mut house = House::at_meta(&files, TWO).await;
        house.says("yes please").await;
        house.advance(Span::hours(26)).await;
        if restarts {
            house = house.restart().await;
        }
        house.says("what is it?").await;
        assert_eq!(said(&house), ["news_tpl", "The first one."], "restarts: {restarts}");
        // The two count as one, and as the one of today.
        house.advance(Span::hours(3)).await;
        assert_eq!(said(&house).len(), 2, "restarts: {restarts}");
    }
}

#[tokio::test]
async fn what_a_nudge_announced_may_wait_for_a_person_first() {
    for restarts in [false, true] {
        let yes = "flow: yes_please\nwhen: [{message: yes please}]\nsteps: [{consent: {news: given}}]\n";
        let human = "flow: human\nwhen: [{message: human}]\nsteps: [{handoff: support}]\n";
        let bot = format!("{BOT}teams: {{support: {{give_back: 12h}}}}\n");
        let first = weekly("first", 10, "news");
        let files = [
            ("flows/_bot.yaml", bot.as_str()),
            ("flows/yes_please.yaml", yes),
            ("flows/human.yaml", human),
            ("flows/first.yaml", &first),
        ];
        let mut house = House::at_meta(&files, TWO).await;
        house.says("yes please").await;
        house.advance(Span::hours(26)).await;
        house.says("human").await;
        assert_eq!(said(&house), ["news_tpl"], "restarts: {restarts}");
        if restarts {
            house = house.restart().await;
        }
        house.advance(Span::hours(13)).await;
        house.says("hello").await;
        assert_eq!(said(&house)[1..], ["The first one."], "restarts: {restarts}");
    }
}
