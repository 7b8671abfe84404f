//! Tests `POST /forms/{sender_id}`: an open form sends a request as Meta does, and a flow answers.

use super::host::{Answer, Host};
use aes_gcm::{
    AesGcm, KeyInit, Nonce,
    aead::Aead,
    aes::{Aes128, cipher::consts::U16},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::Method;
use serde_json::{Value as Json, json};
use transom::{
    base::{limits::FORM_BODY_BYTES_MAX, secret::Secret},
    channel::signature::Key,
};

const KEY: &str = include_str!("../../crates/channel/src/meta/sealed/key.pem");
const SEALED_KEY: &str = include_str!("../../crates/channel/src/meta/sealed/aes_key.b64");
const AES_KEY: [u8; 16] = *b"sixteen bytes ok";
const VECTOR: [u8; 16] = *b"0123456789abcdef";

const VISIT: &str = "flow: visit
when:
  - message: book
steps:
  - ask: When do you come?
    as: visit
    form: {id: visit_form, button: Choose, exchange: screens, returns: {day: date}}
  - say: '${visit.day}'
";

const SCREENS: &str = "flow: screens
inputs: {action: text, screen: text, data: map}
steps:
  - if: action == \"INIT\"
    then:
      - end:
        return: {screen: DAY, data: {name: '${contact.name}'}}
  - if: data.day == \"taken\"
    then:
      - end:
        return: {error: That day is taken}
  - if: data.day == \"broken\"
    then:
      - script: 'let a = [1]; a[5]'
  - end:
    return: {done: {day: '${data.day}'}}
";

async fn host() -> Host {
    let key = KEY.replace('\n', "\\\\n");
    let config = |graph: &str| {
        format!(
            "listen: 127.0.0.1:0\ndatabase: sqlite://t.db\nbot: .\naccounts:\n  - {{name: acme, api_keys: [key-acme]}}\n\
             senders:\n  - {{id: 1, account: acme, name: Sandbox, provider: sandbox, phone: \"+15550000001\"}}\n  \
             - {{id: 12, account: acme, name: Support, provider: meta, phone: \"+15550001111\", \
             phone_number_id: \"106\", waba_id: \"102\", access_token: token, app_secret: app-secret, \
             verify_token: verify-me, api_base: \"{graph}\", default: true, form_key: \"{key}\"}}\n  \
             - {{id: 13, account: acme, name: Other, provider: meta, phone: \"+15550001112\", \
             phone_number_id: \"107\", waba_id: \"102\", access_token: token, app_secret: app-secret, \
             verify_token: verify-me, api_base: \"{graph}\"}}\n"
        )
    };
    Host::start(&[("flows/visit.yaml", VISIT), ("flows/screens.yaml", SCREENS)], config, "2026-11-24T09:00:00Z", None)
        .await
}

fn cipher() -> AesGcm<Aes128, U16> {
    AesGcm::new(&AES_KEY.into())
}

fn sealed(request: &Json) -> String {
    let nonce = Nonce::<U16>::from(VECTOR);
    let data = cipher().encrypt(&nonce, request.to_string().as_bytes()).unwrap();
    json!({"encrypted_flow_data": STANDARD.encode(data), "encrypted_aes_key": SEALED_KEY.trim(),
        "initial_vector": STANDARD.encode(VECTOR)})
    .to_string()
}

async fn post(host: &Host, sender: i64, body: String) -> Answer {
    let signature = Key::new(Secret::new("app-secret")).sign(body.as_bytes());
    let headers = [("x-hub-signature-256", signature.as_str()), ("content-type", "application/json")];
    host.request(Method::POST, &format!("/forms/{sender}"), &headers, body).await
}

/// Decrypts an answer as the phone does, with the inverted initialization vector.
fn read(answer: &Answer) -> Json {
    let flipped = Nonce::<U16>::from(VECTOR.map(|byte| !byte));
    let plain = cipher().decrypt(&flipped, STANDARD.decode(&answer.text).unwrap().as_slice()).unwrap();
    serde_json::from_slice(&plain).unwrap()
}

async fn ask(host: &Host, request: Json) -> (u16, Json) {
    let answer = post(host, 12, sealed(&request)).await;
    (answer.status, read(&answer))
}

async fn token(host: &mut Host) -> String {
    host.ana_says("book").await;
    let sent = host.graph.until_sent(1).await;
    let parameters = &sent[0].body["interactive"]["action"]["parameters"];
    assert_eq!(parameters["flow_action"], "data_exchange", "{}", sent[0].body);
    parameters["flow_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_health_check_and_an_error_of_the_client_are_answered() {
    let host = host().await;
    let active = (200, json!({"data": {"status": "active"}}));
    assert_eq!(ask(&host, json!({"version": "3.0", "action": "ping"})).await, active);
    let error = json!({"version": "3.0", "action": "data_exchange", "screen": "DAY", "flow_token": "unused",
        "data": {"error": "invalid-screen-transition", "error_message": "no"}});
    assert_eq!(ask(&host, error).await, (200, json!({"data": {"acknowledged": true}})));
}

#[tokio::test]
async fn a_flow_answers_each_screen_until_the_question_is_over() {
    let mut host = host().await;
    let token = token(&mut host).await;
    let request = |action: &str, screen: &str, data: Json| json!({"version": "3.0", "action": action, "screen": screen, "data": data, "flow_token": token});
    assert_eq!(
        ask(&host, request("INIT", "", json!({}))).await,
        (200, json!({"screen": "DAY", "data": {"name": "Ana"}}))
    );
    // The data may be left out, too: Meta's page asks for it only with `data_exchange`.
    for nothing in [Json::Null, json!("")] {
        assert_eq!(ask(&host, request("INIT", "", nothing)).await.0, 200);
    }
    assert_eq!(ask(&host, json!({"version": "3.0", "action": "INIT", "flow_token": token})).await.0, 200);
    assert_eq!(
        ask(&host, request("data_exchange", "DAY", json!({"day": "taken"}))).await,
        (200, json!({"screen": "DAY", "data": {"error_message": "That day is taken"}}))
    );
    assert_eq!(ask(&host, request("data_exchange", "DAY", json!({"day": "broken"}))).await.0, 502);
    let done = json!({"screen": "SUCCESS", "data": {"extension_message_response": {"params":
        {"day": "2026-11-27", "flow_token": token}}}});
    assert_eq!(ask(&host, request("data_exchange", "DAY", json!({"day": "2026-11-27"}))).await, (200, done));
    assert_eq!(host.graph.sent().len(), 1, "the form speaks for itself");
    host.ana_fills(json!({"day": "2026-11-27", "flow_token": token})).await;
    assert_eq!(host.graph.until_sent(2).await[1].text(), "2026-11-27");
    let over = json!({"error_msg": "This form is no longer open."});
    assert_eq!(ask(&host, request("INIT", "", json!({}))).await, (427, over));
}

#[tokio::test]
async fn nobody_else_is_answered() {
    let mut host = host().await;
    let token = token(&mut host).await;
    let ping = sealed(&json!({"version": "3.0", "action": "ping"}));
    let forged = [("x-hub-signature-256", "sha256=00")];
    for headers in [&[][..], &forged[..]] {
        assert_eq!(host.request(Method::POST, "/forms/12", headers, ping.clone()).await.status, 432);
    }
    // Signed, and sealed for another key: Meta fetches the public one again.
    let mut other: Json = serde_json::from_str(&ping).unwrap();
    other["encrypted_aes_key"] = STANDARD.encode([7; 256]).into();
    assert_eq!(post(&host, 12, other.to_string()).await.status, 421);
    // A sender without a key, and none at all.
    assert_eq!(post(&host, 13, ping.clone()).await.status, 404);
    assert_eq!(post(&host, 99, ping).await.status, 404);
    // A token that was changed, or that belongs to another conversation.
    for wrong in [token.replace("visit_form:", "visit_form:1"), format!("{token}x"), "unused".to_owned()] {
        let request = json!({"version": "3.0", "action": "INIT", "flow_token": wrong});
        assert_eq!(ask(&host, request).await.0, 427, "{wrong}");
    }
    assert_eq!(post(&host, 12, "x".repeat(FORM_BODY_BYTES_MAX + 1)).await.status, 413);
}

#[tokio::test]
async fn the_sandbox_answers_in_the_open_to_whoever_has_a_key() {
    let host = host().await;
    let ping = json!({"version": "3.0", "action": "ping"});
    assert_eq!(host.post("key-acme", "/forms/1", ping.clone()).await.is(200), json!({"data": {"status": "active"}}));
    assert_eq!(host.post("key-other", "/forms/1", ping).await.status, 401);
}
