//! Tests Meta's account events: operators are notified, and restricted messages are paused.

use super::house::{House, SENDER};
use serde_json::{Value, json};
use transom::{base::time::Span, store::tables::event};

const FLOWS: &[(&str, &str)] =
    &[("flows/remind.yaml", "flow: remind\nwhen:\n  - message: remind\nsteps:\n  - template: reminder\n")];
const TEMPLATES: &str =
    "  - {id: 45, sender: 1, name: reminder, language: en, category: utility, status: approved, body: Hi}";

async fn house() -> House {
    let house = House::at_meta(FLOWS, TEMPLATES).await;
    house.app.events.listen().await.unwrap();
    house
}

fn told(field: &str, value: &Value) -> String {
    json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": field, "value": value}]}]})
        .to_string()
}

async fn events(house: &House) -> Vec<(String, Value)> {
    let all = event::after(&house.app.store, 0, 99).await.unwrap();
    let news = all.into_iter().filter(|event| matches!(event.kind.as_str(), "alarm" | "template"));
    news.map(|event| (event.kind, event.data)).collect()
}

#[tokio::test]
async fn templates_rest_while_meta_restricts_them_and_a_person_hears_why() {
    let mut house = house().await;
    let until = (house.now() + Span::hours(2)).0 / 1_000;
    let restricted = json!({"event": "ACCOUNT_RESTRICTION",
        "restriction_info": [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": until}]});
    house.post(&told("account_update", &restricted)).await;
    let heard = events(&house).await;
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert_eq!((heard[0].0.as_str(), &heard[0].1["alarm"]), ("alarm", &json!("account_restriction")));
    assert_eq!(heard[0].1["sender_id"], json!(SENDER.0));
    house.says("remind").await;
    assert_eq!(house.sent().len(), 0);
    let page = house.app.metrics.render();
    assert!(page.contains(r#"transom_alarms_total{kind="account_restriction"} 1"#), "{page}");
    house.advance(Span::hours(1)).await;
    let mut house = house.restart().await;
    assert_eq!(house.sent().len(), 0, "a restart lifts no restriction");
    house.advance(Span::hours(2)).await;
    assert_eq!(house.sent().len(), 1);
}

#[tokio::test]
async fn a_falling_quality_is_told_of_number_and_template() {
    let house = house().await;
    let quality = |event: &str, number: &str| {
        told(
            "phone_number_quality_update",
            &json!({"event": event, "display_phone_number": number, "current_limit": "TIER_1K"}),
        )
    };
    house.post(&quality("FLAGGED", "1 555-000-1111")).await;
    house.post(&quality("FLAGGED", "15550002222")).await;
    house.post(&quality("UPGRADE", "15550001111")).await;
    let yellow = json!({"previous_quality_score": "GREEN", "new_quality_score": "YELLOW",
        "message_template_name": "reminder", "message_template_language": "en"});
    house.post(&told("message_template_quality_update", &yellow)).await;
    let heard = events(&house).await;
    let kinds: Vec<&str> = heard.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["alarm", "template"], "another number's, and good news, are only counted");
    assert_eq!(heard[0].1["text"], "The quality of the number has fallen (FLAGGED); its limit is TIER_1K now");
    assert_eq!((&heard[1].1["quality"], &heard[1].1["status"]), (&json!("YELLOW"), &json!("approved")));
}
