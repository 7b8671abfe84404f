//! Tests `templates.lock.yaml`: the flows' expectations of a template are compared with the provider's, before a send.

use super::house::House;
use serde_json::{Value as Json, json};

const NEWS: &str = "flow: news\nwhen: [{event: fresh}]\nsteps: [{template: news_tpl, vars: [Ana]}]\n";
const LOCK: &str =
    "templates:\n  - {name: news_tpl, language: en, category: utility, parameters: [\"1\"], body: \"News, {{1}}\"}\n";
const TEMPLATES: &str =
    "  - {id: 1, sender: 1, name: news_tpl, language: en, category: utility, status: approved, body: \"Hello {{1}}\"}";

async fn house() -> House {
    House::at_meta(&[("flows/news.yaml", NEWS), ("templates.lock.yaml", LOCK)], TEMPLATES).await
}

/// The differences as `/readyz` shows them.
fn drifted(house: &House) -> Vec<String> {
    house.app.live.drifted().iter().map(|one| one.words()).collect()
}

fn gauge(house: &House) -> String {
    let text = house.app.metrics.render();
    let line = text.lines().find(|line| line.starts_with("transom_templates_changed ")).unwrap_or_default();
    line.to_owned()
}

async fn told(house: &House, field: &str, value: Json) {
    let body = json!({"object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": field, "value": value}]}]});
    house.post(&body.to_string()).await;
    house.app.run_due().await.unwrap();
}

#[tokio::test]
async fn a_template_that_the_provider_pauses_is_told_at_once() {
    let house = house().await;
    house.app.templates.compare_templates().await;
    assert_eq!(drifted(&house), Vec::<String>::new(), "another wording is no difference");
    let news =
        |event: &str| json!({"event": event, "message_template_name": "news_tpl", "message_template_language": "en"});
    told(&house, "message_template_status_update", news("PAUSED")).await;
    assert_eq!(drifted(&house), ["the template `news_tpl` (`en`) is paused"]);
    assert_eq!(gauge(&house), "transom_templates_changed 1");
    told(&house, "message_template_status_update", news("APPROVED")).await;
    assert_eq!((drifted(&house).len(), gauge(&house).as_str()), (0, "transom_templates_changed 0"));
}

#[tokio::test]
async fn a_look_into_the_catalogue_finds_what_was_changed_there() {
    let house = house().await;
    let listed = json!([{"id": "7", "name": "news_tpl", "language": "en", "category": "MARKETING",
        "status": "APPROVED", "components": [{"type": "BODY", "text": "News, {{1}} and {{2}}"}]}]);
    house.graph.as_ref().unwrap().templates(vec![listed]);
    house.app.templates.look_at_templates().await;
    assert_eq!(
        drifted(&house),
        [
            "the template `news_tpl` (`en`) was UTILITY and is MARKETING",
            "the template `news_tpl` (`en`) had the parameters `1` and has `1`, `2`"
        ]
    );
}

#[tokio::test]
async fn without_a_lock_nothing_is_compared() {
    let house = House::at_meta(&[("flows/news.yaml", NEWS)], TEMPLATES).await;
    house.app.templates.look_at_templates().await;
    assert!(drifted(&house).is_empty());
    assert_eq!(house.app.templates.catalogue.list(super::house::SENDER).len(), 1, "and nothing is read");
}
