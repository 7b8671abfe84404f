//! Tests the window at the moment of sending: by flow, by schedule, after a refusal, after STOP.

use super::house::{House, SENDER};
use crate::graph::Fault;
use serde_json::json;
use transom::{
    base::time::Span,
    model::{
        content::Content,
        effect::Origin,
        inbound::DeliveryState,
        template::{Parameters, TemplateMessage},
    },
    store::tables::outbound::SendState,
};

const NEWS: &str = r#"
flow: news
topic: marketing
when:
  - message: [news please]
  - schedule: "0 10 * * TUE"
    clock: bot
    to: everyone
steps:
  - say: We have news.
    if_closed: {template: news_tpl, vars: ["Ana"]}
"#;
const LATER: &str = r#"
flow: later
when: [{message: [later]}]
steps:
  - wait: 26h
  - say: Still interested?
    if_closed: {template: later_tpl}
"#;
const JOIN: &str = r#"
flow: join
when: [{message: [join]}]
steps:
  - consent: {marketing: given}
  - say: You are in.
"#;
const BOT: &str = "bot: Test\ntimezone: Europe/Madrid\ntopics:\n  marketing: {needs: consent}\n";
const TEMPLATES: &str = r#"  - {id: 1, sender: 1, name: news_tpl, language: en, category: marketing, status: approved, body: "News for {{1}}"}
  - {id: 2, sender: 1, name: later_tpl, language: en, category: utility, status: approved, body: "Still interested?"}"#;

async fn shop() -> House {
    let files =
        [("flows/_bot.yaml", BOT), ("flows/news.yaml", NEWS), ("flows/later.yaml", LATER), ("flows/join.yaml", JOIN)];
    House::at_meta(&files, TEMPLATES).await
}

#[tokio::test]
async fn an_answer_is_metas_exact_json() {
    let mut shop = shop().await;
    shop.says("join").await;
    let sent = shop.sent();
    let opaque = sent[0]["biz_opaque_callback_data"].clone();
    let wanted = json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": "+34600111222",
        "type": "text", "text": {"body": "You are in.", "preview_url": false}, "biz_opaque_callback_data": opaque});
    assert_eq!(sent, [wanted]);
}

#[tokio::test]
async fn after_26_hours_the_template_goes_out() {
    let mut shop = shop().await;
    shop.says("later").await;
    shop.advance(Span::hours(26)).await;
    let sent = shop.sent();
    assert_eq!(sent.len(), 1, "{sent:#?}");
    assert_eq!(sent[0]["template"]["name"], "later_tpl");
}

#[tokio::test]
async fn who_wrote_in_time_gets_the_text_by_schedule_and_who_did_not_the_template() {
    let mut shop = shop().await;
    shop.says("join").await;
    // Friday 09:00 in Madrid; the next Tuesday at ten is four days away.
    shop.advance(Span::days(4)).await;
    shop.advance(Span::hours(3)).await;
    let sent = shop.sent();
    assert_eq!(sent.len(), 2, "{sent:#?}");
    assert_eq!(sent[1]["template"]["name"], "news_tpl");
    assert_eq!(sent[1]["template"]["components"][0]["parameters"][0]["text"], "Ana");
    shop.advance(Span::days(6)).await;
    shop.says("hello").await;
    shop.advance(Span::days(1)).await;
    let sent = shop.sent();
    assert_eq!(sent.len(), 3, "{sent:#?}");
    assert_eq!(sent[2]["text"]["body"], "We have news.");
}

#[tokio::test]
async fn a_refusal_closes_our_window_and_the_template_goes_instead() {
    let mut shop = shop().await;
    shop.says("join").await;
    shop.graph.as_ref().unwrap().fail_next(Fault::Code { status: 400, code: 131047 });
    shop.says("news please").await;
    let sent = shop.sent();
    let kinds: Vec<&str> = sent.iter().filter_map(|body| body["type"].as_str()).collect();
    assert_eq!(kinds, ["text", "text", "template"], "{sent:#?}");
}

#[tokio::test]
async fn after_stop_nothing_leaves_but_the_confirmation() {
    let mut shop = shop().await;
    shop.says("join").await;
    shop.says("STOP").await;
    shop.advance(Span::days(8)).await;
    shop.says("news please").await;
    let sent = shop.sent();
    assert_eq!(sent.len(), 2, "{sent:#?}");
    assert_eq!(sent[1]["type"], "text");
}

/// A template by API in Ana's conversation, without waiting for its result.
async fn template(shop: &House) {
    let (contact, conversation) = shop.app.contacts.reach(&"acme".into(), SENDER, "+34600111222", None).await.unwrap();
    let message = TemplateMessage {
        name: "later_tpl".into(),
        language: None,
        header: None,
        body: Parameters::None,
        buttons: vec![],
        ttl: None,
        reference: None,
        parts: Default::default(),
    };
    shop.app.queue.say(contact, conversation, Content::Template(message), Origin::Api).await.unwrap();
    shop.app.run_due().await.unwrap();
}

fn kinds(shop: &House) -> Vec<String> {
    shop.sent().iter().map(|body| body["type"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_text_that_is_taken_does_not_end_a_pause_of_templates() {
    let mut shop = shop().await;
    shop.says("join").await;
    shop.graph.as_ref().unwrap().fail_next(Fault::Code { status: 400, code: 131_042 });
    template(&shop).await;
    shop.says("join").await;
    template(&shop).await;
    assert_eq!(kinds(&shop), ["text", "template", "text"]);
    shop.advance(Span::minutes(6)).await;
    assert_eq!(kinds(&shop), ["text", "template", "text", "template", "template"]);
}

#[tokio::test]
async fn a_template_that_stands_for_a_text_waits_for_the_end_of_a_pause_of_templates() {
    let mut shop = shop().await;
    shop.says("later").await;
    shop.advance(Span::hours(26) - Span::minutes(2)).await;
    shop.graph.as_ref().unwrap().fail_next(Fault::Code { status: 400, code: 131_042 });
    template(&shop).await;
    shop.advance(Span::minutes(4)).await;
    assert_eq!(kinds(&shop), ["template"]);
    shop.advance(Span::minutes(2)).await;
    assert_eq!(kinds(&shop), ["template", "template", "template"]);
}

#[tokio::test]
async fn a_template_opens_the_window_only_where_the_sender_says_so() {
    let again = "flow: again
when: [{message: again}]
steps:
  - wait: 26h
  - say: First.
    if_closed: {template: later_tpl}
  - wait: 1h
  - say: Second.
    if_closed: {template: later_tpl}
";
    for (more, second) in [(", template_opens_window: true", "text"), ("", "template")] {
        let mut shop = House::at_meta_with(&[("flows/again.yaml", again)], TEMPLATES, more).await;
        shop.says("again").await;
        shop.advance(Span::hours(26)).await;
        let mut shop = shop.restart().await;
        shop.advance(Span::hours(2)).await;
        assert_eq!(kinds(&shop), ["template", second], "{more}");
    }
}

const ECHO: &str = "flow: echo\nwhen:\n  - any_message: true\nsteps:\n  - say: ${msg.text}\n";

#[tokio::test]
async fn a_message_that_was_refused_as_outside_the_window_is_planned_again_once_also_over_a_restart() {
    let refused = Fault::Code { status: 400, code: 131_047 };
    let mut house = House::at_meta(&[("flows/echo.yaml", ECHO)], "  []").await;
    house.graph.as_ref().unwrap().fail_next(refused.clone());
    house.says("one").await;
    assert_eq!(house.row(0).await.state, SendState::Held);
    let mut house = house.restart().await;
    house.advance(Span::minutes(1)).await;
    house.graph.as_ref().unwrap().fail_next(refused);
    house.says("two").await;
    assert_eq!(house.texts()[1], "one");
    assert_eq!(house.row(0).await.state, SendState::Skipped);
    house.says("three").await;
    assert_eq!(house.texts().iter().filter(|text| *text == "one").count(), 2);
}

#[tokio::test]
async fn a_message_that_was_only_slowed_down_before_is_planned_again_when_the_window_is_closed() {
    let mut house = House::at_meta(&[("flows/echo.yaml", ECHO)], "  []").await;
    house.graph.as_ref().unwrap().fail_next(Fault::TooMany { retry_after: 2 });
    house.says("one").await;
    house.advance(Span::seconds(3)).await;
    assert_eq!(house.texts(), ["one", "one"]);
    house.told(1, DeliveryState::Failed, Some(131_047)).await;
    assert_eq!(house.row(1).await.state, SendState::Held);
}
