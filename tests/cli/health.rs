//! Tests that `transom doctor` and `GET /v1/health` say the same, and that the command of each line mends it.

use super::{
    Daemon, ends,
    operator::{Place, entry, poison},
    out,
};
use crate::graph::{Fault, client};
use serde_json::{Value as Json, json};
use std::time::Duration;

const KEY: &str = include_str!("../../crates/channel/src/meta/sealed/key.pem");

/// The checks of `transom doctor --json`.
async fn doctor(place: &Place) -> Vec<Json> {
    let printed: Json = serde_json::from_str(&out(&place.run(&["doctor", "--json"]).await)).unwrap();
    printed["checks"].as_array().unwrap().clone()
}

/// The checks of `GET /v1/health`, asked as a command on this machine asks.
async fn health(place: &Place, daemon: &Daemon) -> Vec<Json> {
    let file = std::fs::read(place.path().join("data/daemon.json")).unwrap();
    let token = serde_json::from_slice::<Json>(&file).unwrap()["token"].as_str().unwrap().to_owned();
    let asked = client().get(format!("{}/v1/health?fresh=true", daemon.url)).bearer_auth(token);
    let answer = asked.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let body: Json = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    body["checks"].as_array().unwrap().clone()
}

fn line<'c>(checks: &'c [Json], id: &str) -> Option<&'c Json> {
    checks.iter().find(|check| check["id"] == id)
}

/// Waits until the doctor has something to say about it, and gives the grade.
async fn until_told(place: &Place, id: &str) -> (String, String) {
    for _ in 0..100 {
        if let Some(check) = line(&doctor(place).await, id).filter(|check| check["grade"] != "good") {
            let mend = check["mend"].as_str().unwrap_or_else(|| panic!("nothing mends {check}"));
            return (check["grade"].as_str().unwrap().to_owned(), mend.to_owned());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{id} is not told: {:#?}", doctor(place).await);
}

/// Runs the command that the line names: afterwards it is good, or gone.
async fn mends(place: &Place, id: &str, grade: &str) {
    let (is, mend) = until_told(place, id).await;
    assert_eq!(is, grade, "{id}");
    // As it is printed: it names the configuration itself.
    let (folder, args) = (place.path().to_owned(), mend.clone());
    let done = tokio::task::spawn_blocking(move || super::run(&folder, &args.split(' ').skip(1).collect::<Vec<_>>()));
    ends(&done.await.unwrap(), 0);
    let after = doctor(place).await;
    assert!(line(&after, id).is_none_or(|check| check["grade"] == "good"), "`{mend}`: {after:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_and_the_doctor_say_the_same() {
    let place = Place::new().await;
    let daemon = place.daemon().await;
    let of = |checks: &[Json], grade: &str| -> Vec<(String, String)> {
        let word = |check: &Json| check[grade].as_str().unwrap().replace("wrong", "bad");
        checks.iter().map(|check| (check["id"].as_str().unwrap().to_owned(), word(check))).collect()
    };
    let (page, command) = (health(&place, &daemon).await, doctor(&place).await);
    assert_eq!(of(&page, "result"), of(&command, "grade"));
    for id in ["flows", "database", "queue", "daemon", "disk", "backup", "sender.12.token", "sender.12.clock"] {
        assert!(line(&page, id).is_some(), "{id}: {page:#?}");
    }
    ends(&place.run(&["flows", "pause", "pizza"]).await, 0);
    let page = health(&place, &daemon).await;
    let paused = line(&page, "flow.pizza").unwrap();
    assert_eq!(paused["mend"], "transom flows resume pizza");
    assert!(paused["since"].is_string(), "{paused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_of_a_line_mends_it() {
    let place = Place::new().await;
    mends(&place, "database", "warning").await;
    poison(&place).await;
    place.graph.templates(vec![json!([entry("visit", "es", "PENDING"), entry("gone", "en", "APPROVED")])]);
    ends(&place.run(&["templates", "pull"]).await, 0);
    let daemon = place.daemon().await;
    mends(&place, "backup", "warning").await;
    ends(&place.run(&["flows", "pause", "pizza"]).await, 0);
    mends(&place, "flow.pizza", "warning").await;
    mends(&place, "dead_letters.poison", "warning").await;
    place.graph.templates(vec![json!([entry("visit", "es", "APPROVED")])]);
    assert_eq!(until_told(&place, "sender.12.template.visit.es").await.0, "warning");
    mends(&place, "sender.12.template.gone.en", "wrong").await;
    assert!(line(&doctor(&place).await, "sender.12.template.visit.es").is_none());
    place.graph.fail_next(Fault::Code { status: 401, code: 190 });
    assert_eq!(place.ana_says(&daemon, "wamid.9", "pizza", "app-secret").await, 200);
    mends(&place, "sender.12.online", "wrong").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_key_of_forms_is_mended_by_its_command() {
    let place = Place::new().await;
    std::fs::write(place.path().join("form_key.pem"), KEY).unwrap();
    let config = std::fs::read_to_string(place.path().join("config.yaml")).unwrap();
    let with = config.replace("verify_token: verify-me", "verify_token: verify-me, form_key: \"${file:form_key.pem}\"");
    std::fs::write(place.path().join("config.yaml"), with).unwrap();
    let edge = "/106/whatsapp_business_encryption";
    place.graph.answer(edge, 200, json!({"data": []}));
    let (grade, mend) = until_told(&place, "sender.12.form_key").await;
    assert_eq!((&*grade, &*mend), ("wrong", "transom senders form-key 12 --config config.yaml"));
    ends(&place.run(&["senders", "form-key", "12"]).await, 0);
    let pem = place.graph.uploaded_key().unwrap();
    let has = json!({"data": [{"business_public_key": pem, "business_public_key_signature_status": "VALID"}]});
    place.graph.answer(edge, 200, has);
    assert_eq!(line(&doctor(&place).await, "sender.12.form_key").unwrap()["grade"], "good");
}
