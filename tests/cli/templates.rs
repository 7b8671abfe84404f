//! Templates from their texts in `_bot.yaml` to their approval, against an emulator of Meta; and the sandbox that shows
//! them.

use super::{
    chat_in,
    operator::{Place, run as run_at},
};
use crate::cli::{bot, ends, err, out, run};
use serde_json::{Value as Json, json};
use std::time::Duration;

const BOT: &str = "bot: Shop\nlanguage: en\nlanguages: {en: [], es: [en]}\ntimezone: UTC\ntemplates:\n  visit_soon:\n    \
    category: utility\n    text: \"See you tomorrow at {{1}}, will you come?\"\n    examples: [\"10:30\"]\n    \
    footer: Corner shop\n    buttons: [I will come, I cannot, {title: Map, url: \"https://maps.example\"}]\n    \
    languages: {es: {text: \"¿Vienes mañana a las {{1}}, sí?\"}}\n";
const VISIT: &str = "flow: visit\nwhen: [{api: true}]\ninputs: {hour: text}\nsteps:\n  - ask: See you at ${hour}?\n    as: comes\n    \
    options: [I will come, I cannot]\n    if_closed: {template: visit_soon, vars: [\"${hour}\"]}\n  - say: \"${comes}: noted\"\n    if_closed: skip\n";
const SHIPPED: &str = "flow: shipped\nwhen: [{api: true}]\ninputs: {order: text}\nsteps:\n  - say: Order ${order} is on its way.\n    \
    if_closed: {template: shipped, vars: [\"${order}\"]}\n";

async fn place() -> Place {
    let place = Place::new().await;
    let flows = place.path().join("flows");
    std::fs::write(flows.join("_bot.yaml"), BOT).unwrap();
    std::fs::write(flows.join("visit.yaml"), VISIT).unwrap();
    std::fs::write(flows.join("shipped.yaml"), SHIPPED).unwrap();
    place.graph.templates(vec![json!([])]);
    place
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sheet_says_what_has_to_be_made() {
    let place = place().await;
    let said = Place::said(&place.run(&["templates", "sheet"]).await, 0);
    for line in [
        "visit_soon · utility · en, es · sent by visit",
        "  text      See you tomorrow at {{1}}, will you come?",
        "  {{1}}     for example 10:30, from ${hour}",
        "  footer    Corner shop",
        "  button 1  I will come (quick reply)",
        "  button 3  Map (opens https://maps.example)",
        "  text      ¿Vienes mañana a las {{1}}, sí?",
        "Nobody has written it down yet.",
        "  shipped:\n    category: utility\n    text: \"Order {{1}} is on its way.\"\n    examples: [A7]\n",
    ] {
        assert!(said.contains(line), "`{line}` is missing in\n{said}");
    }
    let told = out(&place.run(&["templates", "sheet", "visit_soon", "--json"]).await);
    let told: Json = serde_json::from_str(&told).unwrap();
    assert_eq!((told.as_array().unwrap().len(), &told[0]["written"]), (1, &json!(true)));
    let version = &told[0]["versions"][0];
    assert_eq!(version["values"], json!([{"name": "1", "example": "10:30", "filled_with": "${hour}"}]));
    assert_eq!(version["buttons"][2], json!({"url": {"title": "Map", "url": "https://maps.example"}}));
    let missing = place.run(&["templates", "sheet", "visit_son"]).await;
    ends(&missing, 1);
    assert!(err(&missing).contains("did you mean `visit_soon`?"), "{}", err(&missing));
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_are_made_once_and_what_is_there_stays() {
    let place = place().await;
    let made = Place::said(&place.run(&["templates", "push"]).await, 0);
    assert_eq!(
        made,
        "Support: `visit_soon` (en) was submitted and is pending\nSupport: `visit_soon` (es) was submitted and is pending\n"
    );
    let asked = place.graph.made();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0]["category"], "UTILITY");
    assert_eq!(asked[1]["components"][0]["text"], "¿Vienes mañana a las {{1}}, sí?");
    assert_eq!(asked[1]["components"][0]["example"], json!({"body_text": [["10:30"]]}));
    let again = Place::said(&place.run(&["templates", "push"]).await, 0);
    assert!(again.starts_with("Support: `visit_soon` (en) is there already, and is pending\n"), "{again}");
    assert_eq!(place.graph.made().len(), 2, "nothing is asked for twice");
    // The author writes another text: nothing of it is changed at the platform, and it is said.
    let bot = BOT.replace("See you tomorrow at", "We expect you tomorrow at");
    std::fs::write(place.path().join("flows/_bot.yaml"), bot).unwrap();
    let differs = Place::said(&place.run(&["templates", "push", "visit_soon"]).await, 1);
    let line = "Support: `visit_soon` (en) stays as it is: it says there: See you tomorrow at {{1}}, will you come?\n";
    assert!(differs.starts_with(line), "{differs}");
    assert_eq!(place.graph.made().len(), 2);
    let unknown = place.run(&["templates", "push", "shipped"]).await;
    ends(&unknown, 1);
    assert!(err(&unknown).contains("`transom templates sheet --config config.yaml`"), "{}", err(&unknown));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_is_waited_for_and_a_rejection_has_its_reason() {
    let place = place().await;
    let graph = place.graph.clone();
    let decided = tokio::spawn(async move {
        while graph.made().len() < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        graph.decide("visit_soon", "en", "APPROVED", "NONE");
        graph.decide("visit_soon", "es", "REJECTED", "INVALID_FORMAT");
    });
    let followed = place.run(&["templates", "push", "--follow", "--every", "1s", "--timeout", "20s"]).await;
    decided.await.unwrap();
    let said = Place::said(&followed, 1);
    assert!(said.contains("`visit_soon` (en) is approved\n"), "{said}");
    assert!(said.contains("`visit_soon` (es) is rejected: INVALID_FORMAT\n"), "{said}");
    place.graph.decide("visit_soon", "es", "PENDING", "NONE");
    let late = place.run(&["templates", "push", "--follow", "--every", "1s", "--timeout", "0s", "--json"]).await;
    ends(&late, 1);
    let told: Json = serde_json::from_str(&out(&late)).unwrap();
    let states: Vec<&str> =
        told["templates"].as_array().unwrap().iter().map(|one| one["status"].as_str().unwrap()).collect();
    assert_eq!(states, ["approved", "pending"], "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_and_stops_no_other_template() {
    let place = place().await;
    place.graph.refuse_next_template(
        400,
        json!({"error": {"code": 100, "message": "Invalid parameter", "error_user_title": "Name is taken",
            "error_user_msg": "Choose another name."}}),
    );
    let said = Place::said(&place.run(&["templates", "push"]).await, 1);
    let line =
        "Support: `visit_soon` (en) was not made: Meta refuses it (HTTP 400: Name is taken: Choose another name.)";
    assert!(said.contains(line) && said.contains("(es) was submitted"), "{said}");
    // A template that Meta would refuse, or that its API cannot make, is not submitted.
    let more =
        "  bare: {category: utility, text: \"Hi {{1}}!\"}\n  shown: {category: utility, text: Hi, header: image}\n";
    std::fs::write(place.path().join("flows/_bot.yaml"), format!("{BOT}{more}")).unwrap();
    let count = place.graph.made().len();
    let said = Place::said(&place.run(&["templates", "push", "bare", "shown"]).await, 1);
    assert!(said.contains("`bare` (en) was not made: Meta would refuse it: `{{1}}` has no example"), "{said}");
    assert!(said.contains("`shown` (en) was not made: it has an image above its text"), "{said}");
    assert!(said.contains("Create template) as `transom templates sheet shown` prints it"), "{said}");
    assert_eq!(place.graph.made().len(), count);
    // A token that is not valid spoils all of them: said and asked once.
    place.graph.refuse_next_template(401, json!({"error": {"code": 190, "message": "expired"}}));
    let more = "  one: {category: utility, text: Hi}\n  two: {category: utility, text: Ho}\n";
    std::fs::write(place.path().join("flows/_bot.yaml"), format!("{BOT}{more}")).unwrap();
    let said = Place::said(&place.run(&["templates", "push", "one", "two"]).await, 1);
    assert_eq!(said.matches("the access token is not valid").count(), 1, "{said}");
    assert!(said.contains("Support: `one` (en), `two` (en) were not made: "), "{said}");
    assert_eq!(place.graph.made().len(), count + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_be_reached_is_told_once() {
    let place = place().await;
    let config = std::fs::read_to_string(place.path().join("config.yaml")).unwrap();
    let away = config.replace(&place.graph.base, "http://127.0.0.1:1");
    std::fs::write(place.path().join("config.yaml"), away).unwrap();
    let said = Place::said(&place.run(&["templates", "push"]).await, 1);
    assert_eq!(said.matches("its catalogue cannot be read").count(), 1, "{said}");
    assert!(said.contains("`visit_soon` (en), `visit_soon` (es) were not made: "), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_without_such_an_interface_is_named() {
    let folder = bot(&[("_bot.yaml", BOT), ("visit.yaml", VISIT)]);
    let only = run(folder.path(), &["templates", "push"]);
    ends(&only, 1);
    assert!(err(&only).contains("only sandboxes"), "{}", err(&only));
    let config = "accounts: [{name: shop}]\nsenders:\n  - {id: 3, account: shop, name: plain, provider: autocalls, phone: \
        \"+15550000003\", sender_id: 3, api_key: key}\n";
    std::fs::write(folder.path().join("config.yaml"), config).unwrap();
    let refused = run_at(folder.path(), &["templates", "push"]).await;
    ends(&refused, 1);
    let line = "plain: `visit_soon` (en), `visit_soon` (es) were not made: `autocalls` has no interface by which templates are made";
    assert!(out(&refused).contains(line), "{}", out(&refused));
}

#[test]
fn the_sandbox_shows_a_template_as_it_is_written() {
    let folder = bot(&[("_bot.yaml", BOT), ("visit.yaml", VISIT)]);
    let said = chat_in(folder.path(), &["--from", "+15550100001"], "/api visit {hour: \"10:30\"}\n/tap 1\n");
    for line in [
        "│ template visit_soon (en)",
        "│ See you tomorrow at 10:30, will you come?",
        "│ Corner shop",
        "│ [Map] https://maps.example",
        "│ [1] I will come   [2] I cannot",
        "│ I will come: noted",
    ] {
        assert!(said.contains(line), "`{line}` is missing in\n{said}");
    }
    // Without a text it is named with its values.
    let bare = bot(&[("_bot.yaml", "bot: Shop\nlanguage: en\n"), ("visit.yaml", VISIT)]);
    let said = chat_in(bare.path(), &["--from", "+15550100001"], "/api visit {hour: \"10:30\"}\n");
    assert!(said.contains("│ {{1}}: 10:30"), "{said}");
}

const KEY: &str = include_str!("../../crates/channel/src/meta/sealed/key.pem");

#[tokio::test(flavor = "multi_thread")]
async fn metas_public_key_of_forms_is_uploaded_once_and_compared() {
    let place = place().await;
    let without = place.run(&["senders", "form-key", "12"]).await;
    ends(&without, 1);
    assert!(err(&without).contains("has no `form_key`"), "{}", err(&without));
    std::fs::write(place.path().join("form_key.pem"), KEY).unwrap();
    let config = std::fs::read_to_string(place.path().join("config.yaml")).unwrap();
    let with = config.replace("verify_token: verify-me", "verify_token: verify-me, form_key: \"${file:form_key.pem}\"");
    std::fs::write(place.path().join("config.yaml"), with).unwrap();
    let edge = "/106/whatsapp_business_encryption";
    place.graph.answer(edge, 200, json!({"data": []}));
    let doctor = Place::said(&place.run(&["doctor"]).await, 1);
    assert!(doctor.contains("✗ Meta has no public key of this number"), "{doctor}");
    let uploaded = Place::said(&place.run(&["senders", "form-key", "12"]).await, 0);
    assert_eq!(uploaded, "Meta has the key now: forms of sender 12 are sealed by it.\n");
    let pem = place.graph.uploaded_key().unwrap();
    assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----\n"), "{pem}");
    let has = |pem: &str, status: &str| json!({"data": [{"business_public_key": pem, "business_public_key_signature_status": status}]});
    place.graph.answer(edge, 200, has(&pem, "VALID"));
    let doctor = Place::said(&place.run(&["doctor"]).await, 0);
    assert!(doctor.contains("✓ Meta seals what forms ask by the key of the configuration."), "{doctor}");
    let again = Place::said(&place.run(&["senders", "form-key", "12"]).await, 0);
    assert_eq!(again, "Meta has this key already: forms of sender 12 are sealed by it.\n");
    for (there, wrong) in [
        (has("-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----", "VALID"), "another public key"),
        (has(&pem, "MISMATCH"), "signature of the public key does not fit"),
    ] {
        place.graph.answer(edge, 200, there);
        let doctor = Place::said(&place.run(&["doctor"]).await, 1);
        assert!(doctor.contains(wrong), "{doctor}");
    }
    let other = place.run(&["senders", "form-key", "13"]).await;
    ends(&other, 1);
    assert!(err(&other).contains("has no sender 13"), "{}", err(&other));
}
