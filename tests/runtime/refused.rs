//! Tests providers' refusals and people's answers to templates, as regressions.

use super::house::{House, SENDER};
use crate::graph::Fault;
use transom::{
    base::{
        limits::{SPAM_PAUSE, UNDELIVERABLE_AFTER},
        time::{Span, Time},
    },
    channel::meta::compose::CustomerEvent,
    model::{inbound::DeliveryState, template::TemplateStatus, value::Value},
    store::tables::{contact, outbound::SendState},
};

const HELLO: &str = "flow: hello\nwhen: [{message: hello}]\nsteps:\n  - say: Hello to you.\n";

#[tokio::test]
async fn a_restart_sends_at_once_what_a_sender_with_a_wrong_token_kept() {
    for code in [190, 368] {
        let mut house = House::at_meta(&[("flows/hello.yaml", HELLO)], "  []").await;
        house.graph.as_ref().unwrap().fail_next(Fault::Code { status: 400, code });
        house.says("hello").await;
        house.says("hello").await;
        assert_eq!(house.sent().len(), 1, "the sender is stopped");
        let house = house.restart().await;
        assert_eq!(house.texts(), ["Hello to you."; 3], "{code}: both, after what was refused");
        assert_eq!(house.row(1).await.state, SendState::Sent);
    }
}

async fn stopped_for_spam() -> House {
    let mut house = House::at_meta(&[("flows/hello.yaml", HELLO)], "  []").await;
    house.graph.as_ref().unwrap().fail_next(Fault::Code { status: 400, code: 131_048 });
    house.says("hello").await;
    house.says("hello").await;
    assert_eq!(house.sent().len(), 1, "the sender is stopped");
    house
}

#[tokio::test]
async fn a_pause_with_an_end_of_the_platforms_lasts_over_a_restart() {
    let mut house = stopped_for_spam().await;
    let until = house.app.health.paused_senders.paused_until(SENDER, false, house.now());
    house.advance(Span::hours(1)).await;
    let mut house = house.restart().await;
    assert_eq!(house.sent().len(), 1, "retrying makes it worse");
    assert_eq!(house.app.health.paused_senders.paused_until(SENDER, false, house.now()), until);
    house.says("hello").await;
    house.advance(SPAM_PAUSE - Span::hours(1)).await;
    assert_eq!(house.texts(), ["Hello to you."; 4], "all three, after what was refused");
    let house = house.restart().await;
    assert_eq!(house.app.health.paused_senders.paused_until(SENDER, false, house.now()), None);
}

#[tokio::test]
async fn who_knows_better_lets_a_sender_go_on() {
    for restarts in [false, true] {
        let mut house = stopped_for_spam().await;
        if restarts {
            house = house.restart().await;
        }
        house.app.health.resume_sender(SENDER).await.unwrap();
        house.app.run_due().await.unwrap();
        assert_eq!(house.texts(), ["Hello to you."; 3], "what waited goes at once");
        let house = house.restart().await;
        assert_eq!(house.app.health.paused_senders.paused_until(SENDER, false, house.now()), None, "for good");
    }
}

#[tokio::test]
async fn a_sender_that_goes_on_takes_no_cap_of_the_platforms_off() {
    let mut house = House::at_meta(&[("flows/hello.yaml", HELLO)], "  []").await;
    house.graph.as_ref().unwrap().fail_next(Fault::Code { status: 400, code: 131_049 });
    house.says("hello").await;
    assert_eq!(house.sent().len(), 1, "refused, and it waits a day");
    house.app.health.resume_sender(SENDER).await.unwrap();
    house.app.run_due().await.unwrap();
    assert_eq!(house.sent().len(), 1, "the wait is the contact's, not the sender's");
    house.advance(Span::hours(23)).await;
    assert_eq!(house.sent().len(), 1);
    assert_eq!(house.row(0).await.state, SendState::Queued);
    house.says("anything").await;
    assert_eq!(house.texts(), ["Hello to you."; 2], "who writes is not capped any more");
}

const OFFER: &str = "flow: offer
when: [{message: offer}]
steps:
  - wait: 25h
  - ask: Will you come?
    as: coming
    options: [{id: yes_i_do, title: 'Yes, confirm'}, {id: no, title: Not now}]
    if_closed: {template: [confirm_tpl, plain_tpl]}
    timeout: 2d
    on_timeout: [end]
  - say: Noted ${coming}.
";
const TEMPLATES: &str = "  - {id: 1, sender: 1, name: confirm_tpl, language: en, category: utility, status: approved, \
                         body: 'Will you come?', buttons: [Confirm it, Not now]}
  - {id: 2, sender: 1, name: plain_tpl, language: en, category: utility, status: approved, body: 'Coming?'}";

async fn offered() -> House {
    let mut house = House::at_meta(&[("flows/offer.yaml", OFFER)], TEMPLATES).await;
    house.says("offer").await;
    house
}

#[tokio::test]
async fn people_answer_with_what_stands_on_the_template() {
    for answer in ["Confirm it", "confirm it!", "yes confirm", "1"] {
        let mut house = offered().await;
        house.advance(Span::hours(26)).await;
        let mut house = house.restart().await;
        house.says(answer).await;
        assert_eq!(house.texts(), ["Noted yes_i_do."], "{answer}");
    }
    let mut house = offered().await;
    house.advance(Span::hours(26)).await;
    // The approved button's own payload, as a template comes back that somebody else sent.
    house.acts(CustomerEvent::TapTemplate { payload: "Confirm it".into(), title: "Confirm it".into() }).await;
    assert_eq!(house.texts(), ["Noted yes_i_do."]);
}

#[tokio::test]
async fn a_template_that_one_message_did_not_fit_stays_for_all_others() {
    let mut house = offered().await;
    house.graph.as_ref().unwrap().fail_next(Fault::Code { status: 400, code: 132_012 });
    house.advance(Span::hours(26)).await;
    let names: Vec<_> = house.sent().iter().map(|sent| sent["template"]["name"].clone()).collect();
    assert_eq!(names, ["confirm_tpl", "plain_tpl"], "the author's next one goes");
    let known = house.app.templates.catalogue.list(super::house::SENDER);
    assert!(known.iter().all(|template| template.status == TemplateStatus::Approved), "{known:?}");
    assert!(house.app.metrics.render().contains("template_refused"), "and an alarm says so");
}

/// Meta's webhook about a template.
fn template_is(event: &str) -> String {
    let value = serde_json::json!({"event": event, "message_template_id": 7, "message_template_name": "confirm_tpl",
        "message_template_language": "en", "reason": "NONE"});
    serde_json::json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "time": 1,
        "changes": [{"field": "message_template_status_update", "value": value}]}]})
    .to_string()
}

#[tokio::test]
async fn what_waits_for_a_template_leaves_when_it_is_approved_again() {
    let offer = OFFER.replace("[confirm_tpl, plain_tpl]", "confirm_tpl");
    let mut house = House::at_meta(&[("flows/offer.yaml", &offer)], TEMPLATES).await;
    house.says("offer").await;
    house.post(&template_is("PAUSED")).await;
    house.advance(Span::hours(26)).await;
    assert_eq!(house.sent().len(), 0, "its only template is paused");
    let known = house.now();
    house.post(&template_is("APPROVED")).await;
    house.app.run_due().await.unwrap();
    assert_eq!((house.sent().len(), house.now()), (1, known), "it does not wait for its next look");
}

const NEWS: &str =
    "flow: news\nwhen: [{event: news}]\nif_busy: aside\nsteps:\n  - say: We have news.\n    if_closed: skip\n";

#[tokio::test]
async fn who_writes_in_quiet_hours_gets_what_they_held_back() {
    let bot = "bot: Test\ntimezone: Europe/Madrid\nquiet_hours: {from: '08:30', to: '23:30'}\n";
    let files = [("flows/_bot.yaml", bot), ("flows/hello.yaml", HELLO), ("flows/news.yaml", NEWS)];
    let mut house = House::new(&files).await;
    house.says("hello").await;
    house.advance(Span::minutes(40)).await;
    house.tell("news", serde_json::json!({})).await;
    assert_eq!(house.heard(), ["Hello to you."], "it is nine in the morning, and quiet");
    house.says("hello").await;
    assert_eq!(house.heard(), ["We have news.", "Hello to you."]);
}

#[tokio::test]
async fn a_message_in_the_second_of_a_refused_send_keeps_the_window_open() {
    let mut house = House::at_meta(&[("flows/hello.yaml", HELLO)], "  []").await;
    let second = Time(house.now().0 / 1000 * 1000 + 60_000);
    house.clock.set(second + Span::millis(100));
    house.says("hello").await;
    assert_eq!(house.row(0).await.attempted_at, Some(second + Span::millis(100)));
    // Meta gives a message's time in whole seconds: this one comes after the attempt, and seems to lie before.
    house.clock.set(second + Span::millis(400));
    house.says("hello").await;
    house.told(0, DeliveryState::Failed, Some(131_047)).await;
    assert_eq!(house.texts(), ["Hello to you."; 3], "planned again as the text that it is");
}

#[tokio::test]
async fn a_tap_on_an_old_button_is_no_wish_to_hear_nothing_more() {
    let visit = "flow: visit\nwhen: [{message: visit}]\nsteps:\n  - ask: Shall I book it?\n    as: choice\n    \
                 options: [{id: ok, title: Book it}, {id: drop, title: Cancel}]\n  - say: Done ${choice}.\n";
    let mut house = House::new(&[("flows/visit.yaml", visit)]).await;
    let mut taken = house.sandbox.watch();
    house.says("visit").await;
    let content = taken.recv().await.unwrap().content;
    let transom::model::content::Content::Buttons { buttons, .. } = &content else { panic!("{content:?}") };
    let cancel = buttons[1].clone();
    house.says("book it").await;
    house.advance(Span::minutes(1)).await;
    house.acts(CustomerEvent::Tap { id: cancel.id, title: cancel.title }).await;
    let heard = house.heard();
    assert!(!heard.iter().any(|text| text.contains("no more messages")), "{heard:?}");
    house.says("cancel").await;
    assert!(house.heard().iter().any(|text| text.contains("no more messages")), "typed, it is asked back");
}

#[tokio::test]
async fn a_number_without_anybody_is_not_asked_for_ever() {
    const TELL: &str = "flow: parcel\nwhen: [{event: parcel}]\nsteps: [{say: Your parcel is here., if_closed: skip}]\n";
    let files = [("flows/hello.yaml", HELLO), ("flows/parcel.yaml", TELL)];
    let mut house = House::at_meta(&files, "  []").await;
    house.says("hello").await;
    let since = async |house: &House| {
        let id = house.app.contacts.contact_by_phone(&"acme".into(), "+34600111222").await.unwrap().unwrap();
        contact::find(&house.app.store, id).await.unwrap().unwrap().data.undeliverable_since(SENDER)
    };
    let parcel = async |house: &mut House| {
        let (contact, conversation) =
            house.app.contacts.reach(&"acme".into(), SENDER, "34600111222", None).await.unwrap();
        house.app.queue.emit_event(contact, conversation, "parcel".into(), Value::Nothing).await.unwrap();
        // Unrequested messages are paced.
        house.advance(Span::seconds(1)).await;
    };
    for n in 1..UNDELIVERABLE_AFTER {
        house.graph.as_ref().unwrap().fail_next(Fault::Code { status: 400, code: 131_026 });
        parcel(&mut house).await;
        assert_eq!(since(&house).await, None, "{n}");
    }
    // Half of them by a status, as Meta mostly does; one that arrives in between lets the count begin anew.
    parcel(&mut house).await;
    let last = house.sent().len() - 1;
    house.told(last, DeliveryState::Sent, None).await;
    house.told(last, DeliveryState::Delivered, None).await;
    for n in 1..=UNDELIVERABLE_AFTER {
        assert_eq!(since(&house).await, None, "{n}");
        parcel(&mut house).await;
        house.told(house.sent().len() - 1, DeliveryState::Failed, Some(131_026)).await;
    }
    assert_eq!(since(&house).await, Some(house.now()));
    let mut house = house.restart().await;
    let before = house.sent().len();
    parcel(&mut house).await;
    assert_eq!(house.sent().len(), before, "refused before the wire");
    house.says("hello").await;
    assert_eq!(since(&house).await, None, "somebody is there");
    parcel(&mut house).await;
    assert_eq!(house.texts().last().unwrap(), "Your parcel is here.");
}
