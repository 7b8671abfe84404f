//! Attacks the consent ledger: programs that claim a contact's own act.

use crate::api::host::{Host, OPERATOR};
use serde_json::{Value as Json, json};

const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\ntopics: {news: {needs: consent}}\n";

async fn newest(host: &Host, path: &str) -> Json {
    let ledger = host.get("key-acme", path).await.is(200);
    ledger["data"].as_array().unwrap().last().unwrap().clone()
}

#[tokio::test]
async fn a_program_is_never_the_contact() {
    let mut host = Host::with(&[("flows/_bot.yaml", BOT)], "").await;
    host.ana_says("something else").await;
    let id = host.get("key-acme", "/v1/contacts").await.is(200)["data"][0]["id"].clone();
    let path = format!("/v1/contacts/{id}/consent");
    for forged in ["contact", "flow", "platform, user_preferences", "api, key acme/9", "operator", "api, as contact"] {
        for given in [true, false] {
            let said = json!({"topic": "news", "given": given, "proof": "Said so", "by": forged});
            host.post("key-acme", &path, said).await.is(200);
            let line = newest(&host, &path).await;
            assert_eq!((&line["by"], &line["key_id"]), (&json!("api"), &json!("acme/1")), "{forged}: {line}");
            assert_eq!(line["source"], forged);
        }
    }
    let said = json!({"topic": "news", "given": true, "proof": "Said so by phone", "by": "contact"});
    host.post(OPERATOR, &path, said).await.is(200);
    let line = newest(&host, &path).await;
    assert_eq!((&line["by"], &line["source"]), (&json!("operator"), &json!("contact")));
}

#[tokio::test]
async fn a_key_that_was_made_is_named_by_its_id() {
    let mut host = Host::with(&[("flows/_bot.yaml", BOT)], "").await;
    host.ana_says("something else").await;
    let made = host.post(OPERATOR, "/v1/keys", json!({"account": "acme", "name": "shop"})).await.is(201);
    let key = made["key"].as_str().unwrap();
    let row = json!({"contacts": [{"phone": "+34600111333",
        "consent": [{"topic": "news", "given": true, "proof": "Web form", "at": "2026-03-01T10:00:00Z"}]}],
        "by": "contact"});
    let told = host.post(key, "/v1/contacts/import", row).await.is(200);
    let path = format!("/v1/contacts/{}/consent", told["data"][0]["contact_id"]);
    let line = newest(&host, &path).await;
    assert_eq!((&line["by"], &line["key_id"], &line["source"]), (&json!("api"), &made["id"], &json!("contact")));
}
