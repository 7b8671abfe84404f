//! Tests `POST /hooks/{name}`: authentication, answers, and the flows that start.

use super::host::{ANA, Answer, Host, OPERATOR};
use reqwest::Method;
use serde_json::{Value as Json, json};
use transom::{
    base::{limits::HOOK_BODY_BYTES_MAX, secret::Secret, time::Span},
    channel::signature::Key,
    store::tables::dead_letter,
};

const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\nsecrets: [SHOP, OTHER]\n";

const PAID: &str = "flow: paid
when:
  - webhook: paid
    verify: {header: X-Shop-Signature, hmac: sha256-hex, secret: SHOP}
    contact: ${body.customer.phone}
    body: {order: text, total: number}
steps:
  - say: \"Order ${order} for ${total}, thanks ${body.customer.name}\"
    if_closed: skip
";

const GRANTS: &str = "flows: {secrets: {SHOP: shop-secret, OTHER: \"s3cret\"}}\n";

async fn host(flow: &str) -> Host {
    Host::with(&[("flows/_bot.yaml", BOT), ("flows/paid.yaml", flow)], GRANTS).await
}

fn order(number: &str) -> String {
    json!({"order": number, "total": 9.5, "customer": {"phone": ANA, "name": "Ana"}}).to_string()
}

async fn post(host: &Host, headers: &[(&str, &str)], body: &str) -> Answer {
    let answer = host.request(Method::POST, "/hooks/paid", headers, body.to_owned()).await;
    host.app.run_due().await.unwrap();
    answer
}

async fn post_signed(host: &Host, body: &str) -> Answer {
    let signature = Key::new(Secret::new("shop-secret")).sign(body.as_bytes());
    post(host, &[("x-shop-signature", &signature)], body).await
}

fn texts(host: &Host) -> Vec<String> {
    host.graph.sent().iter().map(|sent| sent.text().to_owned()).filter(|text| text.starts_with("Order")).collect()
}

fn states(body: &Json) -> Vec<(String, String)> {
    let all = body["flows"].as_array().unwrap().iter();
    all.map(|flow| (flow["flow"].as_str().unwrap().into(), flow["state"].as_str().unwrap().into())).collect()
}

#[tokio::test]
async fn a_signed_body_starts_its_flow_with_typed_inputs() {
    let mut host = host(PAID).await;
    host.ana_says("something else").await;
    let body = post_signed(&host, &order("A7")).await.is(202);
    assert_eq!(body["contact"], ANA);
    assert_eq!(states(&body), [("paid".to_owned(), "recorded".to_owned())]);
    assert_eq!(texts(&host), ["Order A7 for 9.5, thanks Ana"]);
    let page = host.metrics().await;
    assert!(page.contains(r#"transom_webhooks_total{provider="hooks",result="recorded"} 1"#), "{page}");
}

#[tokio::test]
async fn who_shows_no_proof_is_not_believed() {
    let mut host = host(PAID).await;
    host.ana_says("something else").await;
    let body = order("A7");
    let wrong = Key::new(Secret::new("other")).sign(body.as_bytes());
    for headers in [vec![], vec![("x-shop-signature", wrong.as_str())], vec![("authorization", "Bearer key-acme")]] {
        let answer = post(&host, &headers, &body).await;
        assert_eq!(answer.is(401)["code"], "unproven", "{headers:?}");
    }
    assert!(texts(&host).is_empty());
    let page = host.metrics().await;
    assert!(page.contains(r#"transom_webhooks_total{provider="hooks",result="unproven"} 3"#), "{page}");
}

#[tokio::test]
async fn each_way_to_prove_it_is_understood() {
    let base64 = Key::new(Secret::new("shop-secret")).sign_base64(order("A7").as_bytes());
    for (verify, header, value) in [
        ("{header: X-Sign, hmac: sha256-base64, secret: SHOP}", "x-sign", base64.as_str()),
        ("{header: X-Token, equals: OTHER}", "x-token", "s3cret"),
        ("{header: Authorization, equals: OTHER}", "authorization", "Bearer s3cret"),
    ] {
        let flow = PAID.replace("{header: X-Shop-Signature, hmac: sha256-hex, secret: SHOP}", verify);
        let mut host = host(&flow).await;
        host.ana_says("something else").await;
        post(&host, &[(header, "wrong")], &order("A7")).await.is(401);
        post(&host, &[(header, value)], &order("A7")).await.is(202);
        assert_eq!(texts(&host).len(), 1, "{verify}");
    }
}

#[tokio::test]
async fn without_verify_a_key_of_the_account_is_needed() {
    let open = PAID.replace("    verify: {header: X-Shop-Signature, hmac: sha256-hex, secret: SHOP}\n", "");
    let mut host = host(&open).await;
    host.ana_says("something else").await;
    post(&host, &[], &order("A7")).await.is(401);
    let other = post(&host, &[("authorization", "Bearer key-other")], &order("A7")).await.is(202);
    assert_eq!(states(&other), [("paid".to_owned(), "unknown_contact".to_owned())], "Ana is of another account");
    post(&host, &[("authorization", "Bearer key-acme")], &order("A7")).await.is(202);
    assert_eq!(texts(&host).len(), 1);
}

#[tokio::test]
async fn a_name_that_nobody_listens_to_is_not_found() {
    let host = host(PAID).await;
    let answer = host.request(Method::POST, "/hooks/unpaid", &[], order("A7")).await;
    assert_eq!(answer.is(404)["detail"], "No flow has a webhook `unpaid`.");
    assert_eq!(host.get("key-acme", "/hooks/paid").await.status, 405);
}

#[tokio::test]
async fn a_body_at_the_limit_is_taken_and_one_byte_more_is_not() {
    let mut host = host(PAID).await;
    host.ana_says("something else").await;
    let short = order("A7");
    let at_limit = format!("{short}{}", " ".repeat(HOOK_BODY_BYTES_MAX - short.len()));
    post_signed(&host, &format!("{at_limit} ")).await.is(413);
    post_signed(&host, &at_limit).await.is(202);
    assert_eq!(texts(&host).len(), 1);
}

#[tokio::test]
async fn a_body_that_does_not_fit_is_one_dead_letter() {
    let mut host = host(PAID).await;
    host.ana_says("something else").await;
    for (body, why) in [
        (r#"{"order": "A7"}"#, "in the body, `total` is missing"),
        (r#"{"order": "A7", "total": "much"}"#, "in the body, `total` takes a value of type `number`"),
        (r#"{"order": "A7", "total": 1, "customer": {"phone": "ask me"}}"#, "no phone number"),
        ("order=A7", "the body is not JSON"),
        ("[1]", "the body is no JSON object"),
    ] {
        let first = post_signed(&host, body).await.is(422);
        let said = first["detail"].as_str().unwrap().to_owned();
        assert!(first["code"] == "unusable_body" && said.contains(why), "{said}");
        let again = post_signed(&host, body).await.is(422);
        assert_eq!(again["detail"], said.as_str(), "sent again it is the same letter");
    }
    let letters = dead_letter::page(&host.app.store, i64::MAX, 99).await.unwrap();
    assert_eq!(letters.len(), 5);
    assert!(letters.iter().all(|letter| letter.kind == "webhook_body"));
    assert!(texts(&host).is_empty());
}

#[tokio::test]
async fn a_dead_letter_starts_its_flow_once_that_can_use_it() {
    let strict = PAID.replace("total: number", "total: number, currency: text");
    let mut host = host(&strict).await;
    host.ana_says("something else").await;
    post_signed(&host, &order("A7")).await.is(422);
    let letter = dead_letter::page(&host.app.store, i64::MAX, 9).await.unwrap()[0].id;
    let path = format!("/v1/dead-letters/{letter}/replay");
    let body = host.post(OPERATOR, &path, json!({})).await.is(409);
    assert!(body["detail"].as_str().unwrap().contains("`currency` is missing"), "{body}");
    host.reload(&[("flows/paid.yaml", PAID)]).await;
    host.post(OPERATOR, &path, json!({})).await.is(200);
    host.app.run_due().await.unwrap();
    assert_eq!(texts(&host), ["Order A7 for 9.5, thanks Ana"]);
    assert_eq!(host.post(OPERATOR, &path, json!({})).await.is(409)["code"], "replayed_before");
}

#[tokio::test]
async fn a_repetition_starts_nothing() {
    let mut host = host(PAID).await;
    host.ana_says("something else").await;
    post_signed(&host, &order("A7")).await.is(202);
    host.advance(Span::minutes(9)).await;
    assert_eq!(states(&post_signed(&host, &order("A7")).await.is(202))[0].1, "repeated");
    post_signed(&host, &order("A8")).await.is(202);
    assert_eq!(texts(&host).len(), 2);
    host.advance(Span::days(20)).await;
    let state = states(&post_signed(&host, &order("A7")).await.is(202))[0].1.clone();
    assert_eq!(state, "repeated", "a signature says nothing of when: whoever has seen it could have sent it");
}

#[tokio::test]
async fn the_same_bytes_of_who_shows_a_key_are_meant_after_ten_minutes() {
    let mut host = host(PAID).await;
    host.ana_says("something else").await;
    let signature = Key::new(Secret::new("shop-secret")).sign(order("A7").as_bytes());
    let headers = [("x-shop-signature", signature.as_str()), ("authorization", "Bearer key-acme")];
    let state = async |host: &Host| states(&post(host, &headers, &order("A7")).await.is(202))[0].1.clone();
    assert_eq!(state(&host).await, "recorded");
    host.advance(Span::minutes(9)).await;
    assert_eq!(state(&host).await, "repeated");
    host.advance(Span::minutes(20)).await;
    assert_eq!(state(&host).await, "recorded", "that long after it is meant");
}

#[tokio::test]
async fn who_shows_a_key_and_names_a_delivery_is_taken_at_the_word() {
    let mut host = host(PAID).await;
    host.ana_says("something else").await;
    let (one, two) = (order("A7"), order("A8"));
    let state = async |host: &Host, name: &str, id: &str, body: &str| {
        let signature = Key::new(Secret::new("shop-secret")).sign(body.as_bytes());
        let key = ("authorization", "Bearer key-acme");
        let told = post(host, &[("x-shop-signature", &signature), key, (name, id)], body).await.is(202);
        states(&told)[0].1.clone()
    };
    assert_eq!(state(&host, "webhook-id", "1", &one).await, "recorded");
    assert_eq!(state(&host, "webhook-id", "2", &one).await, "recorded", "another delivery of the same bytes");
    assert_eq!(state(&host, "webhook-id", "1", &two).await, "repeated");
    assert_eq!(state(&host, "idempotency-key", "1", &two).await, "recorded");
    host.advance(Span::days(3)).await;
    assert_eq!(state(&host, "webhook-id", "1", &one).await, "repeated", "however late");
    assert_eq!(texts(&host).len(), 3);
}

#[tokio::test]
async fn a_stranger_is_ignored_unless_the_flow_wants_them() {
    let host1 = host(PAID).await;
    let told = post_signed(&host1, &order("A7")).await.is(202);
    assert_eq!(states(&told), [("paid".to_owned(), "unknown_contact".to_owned())]);
    assert!(texts(&host1).is_empty());
    let create = PAID
        .replace("    body:", "    new_contact: create\n    body:")
        .replace("    if_closed: skip", "    if_closed: {template: reminder, vars: [Ana, today]}");
    let host2 = host(&create).await;
    let told = post_signed(&host2, &order("A7")).await.is(202);
    assert_eq!(states(&told)[0].1, "recorded");
    let sent = host2.graph.sent();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].body.to_string().contains("reminder"), "{}", sent[0].body);
}

#[tokio::test]
async fn a_new_contact_has_consented_to_nothing() {
    let bot = format!("{BOT}topics: {{news: {{needs: consent}}}}\nquiet_hours: {{from: '21:00', to: '08:00'}}\n");
    let create = PAID
        .replace("when:", "topic: news\nwhen:")
        .replace("    body:", "    new_contact: create\n    body:")
        .replace("    if_closed: skip", "    if_closed: {template: reminder, vars: [Ana, today]}");
    let host = Host::with(&[("flows/_bot.yaml", &bot), ("flows/paid.yaml", &create)], GRANTS).await;
    post_signed(&host, &order("A7")).await.is(202);
    assert!(host.graph.sent().is_empty());
}

#[tokio::test]
async fn two_flows_at_one_address_each_see_to_it_themselves() {
    let log = "flow: fan
when:
  - webhook: paid
    verify: {header: X-Shop-Signature, hmac: sha256-hex, secret: SHOP}
    contact: ${body.customer.phone}
    body: {vip: yesno}
steps: [{say: Order of a fan, if_closed: skip}]
";
    let files = [("flows/_bot.yaml", BOT), ("flows/paid.yaml", PAID), ("flows/fan.yaml", log)];
    let mut host = Host::with(&files, GRANTS).await;
    host.ana_says("something else").await;
    let told = post_signed(&host, &order("A7")).await.is(202);
    assert_eq!(states(&told), [("paid".to_owned(), "recorded".to_owned()), ("fan".to_owned(), "unusable".to_owned())]);
    assert_eq!(texts(&host).len(), 1);
    assert_eq!(dead_letter::page(&host.app.store, i64::MAX, 9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_form_is_a_body_of_texts() {
    let flow = PAID.replace("${body.customer.phone}", "${body.phone}").replace("${body.customer.name}", "${body.name}");
    let mut host = host(&flow).await;
    host.ana_says("something else").await;
    let body = "order=A7&total=9.5&phone=%2B34600111222&name=Ana+B";
    let signature = Key::new(Secret::new("shop-secret")).sign(body.as_bytes());
    let headers = [
        ("x-shop-signature", signature.as_str()),
        ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
    ];
    post(&host, &headers, body).await.is(202);
    assert_eq!(texts(&host), ["Order A7 for 9.5, thanks Ana B"]);
    let body = r#"{"order": "A8", "total": 1, "phone": "+34600111222", "name": "Ana"}"#;
    let signature = Key::new(Secret::new("shop-secret")).sign(body.as_bytes());
    let headers = [("x-shop-signature", signature.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    post(&host, &headers, body).await.is(202);
    assert_eq!(texts(&host)[1..], ["Order A8 for 1, thanks Ana"], "JSON that says it is a form");
}
