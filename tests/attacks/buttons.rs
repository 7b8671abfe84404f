//! Attacks buttons: taps by people to whom the button was not shown.

use crate::runtime::house::House;
use serde_json::{Value as Json, json};
use transom::{
    base::clock::Clock,
    channel::meta::compose::CustomerEvent,
    model::{
        contact::Contact,
        inbound::{Alias, AliasKind},
    },
    store::tables::{alias, contact, ledger},
};

const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: UTC\ntopics: {service: {}, news: {needs: consent}}\n";

const FLOW: &str = "flow: shop
when: [{message: news}]
steps:
  - say: Shall we write to you?
    buttons: [{id: more, title: 'Yes, please', consent: {news: given}}]
  - ask: And which colour?
    as: colour
    options: [{id: red, title: Red}, {id: blue, title: Blue}]
  - react: 👀
  - say: You chose ${colour}.
";

async fn house() -> House {
    House::at_meta(&[("flows/_bot.yaml", BOT), ("flows/shop.yaml", FLOW)], "  []").await
}

const ANA: &str = "34600111222";
const BOB: &str = "34600999888";

async fn who(house: &House, phone: &str) -> Contact {
    let name = [Alias { kind: AliasKind::Phone, value: phone.to_owned() }];
    let id = alias::find(&house.app.store, &"acme".into(), &name).await.unwrap().unwrap();
    contact::find(&house.app.store, id).await.unwrap().unwrap()
}

/// The id of the button with this title among the sent messages, newest first.
fn button(house: &House, title: &str) -> String {
    let sent = house.sent();
    let all = sent.iter().rev().filter_map(|body| body["interactive"]["action"]["buttons"].as_array()).flatten();
    let mut found = all.filter(|button| button["reply"]["title"] == title);
    found.next().unwrap_or_else(|| panic!("no button `{title}` in {sent:#?}"))["reply"]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A tap that does not name its message.
async fn taps(house: &House, phone: &str, id: &str, title: &str) {
    let word: String = title.chars().filter(|c| c.is_alphanumeric()).collect();
    let message = json!({"id": format!("wamid.tap.{phone}.{word}.{}", id.len()), "from": phone, "type": "interactive",
        "interactive": {"type": "button_reply", "button_reply": {"id": id, "title": title}},
        "timestamp": (house.clock.now().0 / 1000).to_string()});
    let value = json!({"messaging_product": "whatsapp", "contacts": [{"wa_id": phone, "profile": {"name": "X"}}],
        "messages": [message], "metadata": {"display_phone_number": "15550001111", "phone_number_id": "106540352242922"}});
    let body: Json = json!({"object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]});
    house.post(&body.to_string()).await;
    house.app.run_due().await.unwrap();
}

fn has_agreed(contact: &Contact) -> bool {
    contact.data.consent.get("news").is_some_and(|consent| consent.given)
}

#[tokio::test]
async fn the_button_of_another_person_is_nobodys_consent() {
    let mut house = house().await;
    house.writes(BOB, "hello").await;
    house.says("news").await;
    let yes = button(&house, "Yes, please");
    taps(&house, BOB, &yes, "Yes, please").await;
    let bob = who(&house, BOB).await;
    assert!(!has_agreed(&bob) && ledger::of(&house.app.store, bob.id).await.unwrap().is_empty());
    taps(&house, ANA, &yes, "Yes, please").await;
    assert!(has_agreed(&who(&house, ANA).await), "her own counts");
}

#[tokio::test]
async fn the_button_of_another_person_answers_no_question() {
    let mut house = house().await;
    house.says("news").await;
    let red = button(&house, "Red");
    house.writes(BOB, "news").await;
    // Under another title: what is written on a button counts as typed.
    taps(&house, BOB, &red, "Something else").await;
    assert!(!house.texts().iter().any(|text| text == "You chose red."), "{:?}", house.texts());
    taps(&house, BOB, &button(&house, "Blue"), "Something else").await;
    assert!(house.texts().iter().any(|text| text == "You chose blue."), "{:?}", house.texts());
}

#[tokio::test]
async fn a_button_with_a_changed_owner_is_no_button_of_ours() {
    let mut house = house().await;
    house.writes(BOB, "hello").await;
    house.says("news").await;
    let yes = button(&house, "Yes, please");
    let (mut parts, bob) = (yes.split('~').collect::<Vec<_>>(), who(&house, BOB).await);
    let of = transom::store::tables::conversation::of(&house.app.store, bob.id).await.unwrap()[0].id.to_string();
    parts[1] = &of;
    taps(&house, BOB, &parts.join("~"), "Yes, please").await;
    assert!(!has_agreed(&who(&house, BOB).await));
}

#[tokio::test]
async fn a_tap_proves_what_carried_the_button_and_not_what_came_last() {
    let mut house = house().await;
    house.says("news").await;
    let yes = button(&house, "Yes, please");
    // A question and a reaction stand below it by now.
    house.says("Red").await;
    taps(&house, ANA, &yes, "Yes, please").await;
    let lines = ledger::of(&house.app.store, who(&house, ANA).await.id).await.unwrap();
    let shown: Vec<Option<&str>> = lines.iter().map(|line| line.shown.as_deref()).collect();
    assert_eq!(shown, [Some("Shall we write to you?\n[Yes, please]")]);
}

#[tokio::test]
async fn a_typed_word_is_proven_by_no_reaction() {
    let flow = "flow: shop
when: [{message: news}]
steps:
  - ask: Shall we write to you?
    options: [{id: 'yes', title: 'Yes', do: [{react: 👀}, {wait: 1h}, {consent: {news: given}}]}, {id: 'no', title: 'No'}]
";
    let mut house = House::at_meta(&[("flows/_bot.yaml", BOT), ("flows/shop.yaml", flow)], "  []").await;
    house.says("news").await;
    house.acts(CustomerEvent::Text("Yes".into())).await;
    house.advance(transom::base::time::Span::hours(1)).await;
    let lines = ledger::of(&house.app.store, who(&house, ANA).await.id).await.unwrap();
    assert!(
        lines.iter().all(|line| line.shown.as_deref().is_none_or(|shown| shown.contains("Shall we"))),
        "{lines:#?}"
    );
}
