//! Tests Direct Send: outside the window without a template, if the sender's `direct_send` allows it.

use super::house::{House, SENDER};
use crate::graph::Fault;
use transom::{base::time::Span, model::inbound::DeliveryState, store::tables::outbound::SendState};

const BOT: &str = "bot: Test\ntimezone: Europe/Madrid\n";
const PARCEL: &str = r#"
flow: parcel
when: [{message: [track]}]
steps:
  - wait: 26h
  - say: Your parcel has arrived.
    if_closed: {template: parcel_tpl}
"#;
const PAUSED: &str =
    r#"  - {id: 1, sender: 1, name: parcel_tpl, language: en, category: utility, status: paused, body: "It is here"}"#;
const ON: &str = ", direct_send: true";

async fn shop(more: &str, templates: &str) -> House {
    House::at_meta_with(&[("flows/_bot.yaml", BOT), ("flows/parcel.yaml", PARCEL)], templates, more).await
}

#[tokio::test]
async fn where_no_template_is_usable_the_text_goes_as_utility() {
    let mut shop = shop(ON, PAUSED).await;
    shop.says("track").await;
    shop.advance(Span::hours(26)).await;
    let sent = shop.sent();
    assert_eq!(sent.len(), 1, "{sent:#?}");
    assert_eq!((&sent[0]["type"], &sent[0]["category"]), (&"text".into(), &"utility".into()));
    assert_eq!(sent[0]["text"]["body"], "Your parcel has arrived.");
    let row = shop.row(0).await;
    let left = row.sent_as.as_ref().expect("it left outside the window");
    assert!(!left.is_template());
    assert_eq!(row.state, SendState::Sent);
}

#[tokio::test]
async fn without_the_switch_it_waits_for_its_template() {
    let mut shop = shop("", PAUSED).await;
    shop.says("track").await;
    shop.advance(Span::hours(26)).await;
    assert_eq!(shop.sent().len(), 0);
}

#[tokio::test]
async fn an_approved_template_goes_before_it() {
    let mut shop = shop(ON, &PAUSED.replace("paused", "approved")).await;
    shop.says("track").await;
    shop.advance(Span::hours(26)).await;
    let sent = shop.sent();
    assert_eq!(sent[0]["template"]["name"], "parcel_tpl");
    assert!(sent[0].get("category").is_none());
}

#[tokio::test]
async fn inside_the_window_nothing_is_marked() {
    let flow = "flow: hello\nwhen: [{message: [hi]}]\nsteps: [{say: Hello!}]\n";
    let files = [("flows/_bot.yaml", BOT), ("flows/hello.yaml", flow)];
    let mut shop = House::at_meta_with(&files, PAUSED, ON).await;
    shop.says("hi").await;
    assert!(shop.sent()[0].get("category").is_none());
}

#[tokio::test]
async fn an_account_that_may_not_falls_back_to_the_template() {
    for code in [100, 139_200, 131_047] {
        let mut shop = shop(ON, PAUSED).await;
        shop.says("track").await;
        shop.graph.as_ref().unwrap().fail_next(Fault::Code { status: 400, code });
        shop.advance(Span::hours(26)).await;
        let sent = shop.sent();
        assert_eq!(sent.len(), 1, "{code}: tried once, not again and again: {sent:#?}");
        let row = &shop.row(0).await;
        assert_eq!((row.state, row.reason.as_deref()), (SendState::Queued, Some("template_unusable")), "{code}");
        assert!(!shop.app.health.paused_senders.sends_direct(SENDER, shop.now()));
        // The rung rests for an hour, and this message never goes that way again.
        shop.advance(Span::hours(2)).await;
        assert!(shop.app.health.paused_senders.sends_direct(SENDER, shop.now()));
        assert_eq!(shop.sent().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn a_refusal_is_remembered_over_a_restart() {
    let mut shop = shop(ON, PAUSED).await;
    shop.says("track").await;
    shop.graph.as_ref().unwrap().fail_next(Fault::Code { status: 400, code: 139_200 });
    shop.advance(Span::hours(26)).await;
    assert_eq!(shop.sent().len(), 1);
    let shop = shop.restart().await;
    assert!(
        !shop.app.health.paused_senders.sends_direct(SENDER, shop.now()),
        "the next message would only hear the same"
    );
    let mut shop = shop.restart().await;
    shop.advance(Span::minutes(61)).await;
    assert!(shop.app.health.paused_senders.sends_direct(SENDER, shop.now()), "the hour is over");
    assert_eq!(shop.sent().len(), 1, "this message never goes that way again");
}

#[tokio::test]
async fn a_failed_status_falls_back_too() {
    let mut shop = shop(ON, PAUSED).await;
    shop.says("track").await;
    shop.advance(Span::hours(26)).await;
    shop.told(0, DeliveryState::Failed, Some(132_021)).await;
    let row = &shop.row(0).await;
    assert_eq!((row.state, row.reason.as_deref()), (SendState::Queued, Some("template_unusable")));
    assert_eq!(shop.sent().len(), 1);
}

#[tokio::test]
async fn a_crash_forgets_neither_that_it_left_nor_how() {
    let mut shop = shop(ON, PAUSED).await;
    shop.says("track").await;
    shop.graph.as_ref().unwrap().fail_next(Fault::Cut);
    shop.advance(Span::hours(26)).await;
    assert_eq!(shop.row(0).await.state, SendState::Unknown);
    let mut shop = shop.restart().await;
    shop.advance(Span::days(1)).await;
    // Nobody knows whether it arrived, and it was no answer: it is not sent twice.
    assert_eq!(shop.sent().len(), 1);
    assert!(shop.row(0).await.sent_as.is_some_and(|content| !content.is_template()));
}
