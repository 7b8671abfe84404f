//! Attacks the address of requests with texts that try to redirect them.

use super::wire::{SECRET, Wire};
use serde_json::json;
use transom::{
    base::{clock::Clock, time::Span},
    channel::meta::compose::CustomerEvent,
};

const FLOW: &str = "flow: shop
when: [{any_message: true}]
steps:
  - http: GET ${env.SHOP_URL}/orders/${msg.text}/lines?page=${msg.text}
    headers: {authorization: 'Bearer ${secrets.SHOP_TOKEN}'}
    retry: 0
    on_error:
      - say: '${error.code}'
      - end
  - say: done
";

#[tokio::test]
async fn a_customer_reaches_no_other_path() {
    let wire = Wire::start(json!({})).await;
    let mut house = wire.house(FLOW).await;
    let mut count = 0;
    for (text, path) in [
        ("7", "/orders/7/lines?page=7"),
        ("../admin/keys", "/orders/..%2Fadmin%2Fkeys/lines?page=..%2Fadmin%2Fkeys"),
        ("7?admin=1&x=/", "/orders/7%3Fadmin%3D1%26x%3D%2F/lines?page=7%3Fadmin%3D1%26x%3D%2F"),
        ("7#", "/orders/7%23/lines?page=7%23"),
        ("..\\..\\admin", "/orders/..%5C..%5Cadmin/lines?page=..%5C..%5Cadmin"),
        ("%2e%2e/%2e%2e", "/orders/%252e%252e%2F%252e%252e/lines?page=%252e%252e%2F%252e%252e"),
        ("a\r\nx-admin: 1", "/orders/a%0D%0Ax-admin%3A%201/lines?page=a%0D%0Ax-admin%3A%201"),
        ("@evil.example", "/orders/%40evil.example/lines?page=%40evil.example"),
    ] {
        let body = house.webhook(CustomerEvent::Text(text.into()));
        house.post(&body).await;
        count += 1;
        let seen = wire.seen(&house, count).await;
        assert_eq!(seen[count - 1].path, path, "{text}");
        assert_eq!((seen[count - 1].secrets(), seen[count - 1].header("x-admin")), (1, ""));
    }
    for text in [".", ".."] {
        let said = house.texts().len();
        // The sender's rate lets eight messages pass in one moment.
        house.clock.set(house.clock.now() + Span::seconds(1));
        house.says(text).await;
        // The answer to the call before may still be on its way.
        for _ in 0..5_000 {
            house.app.run_due().await.unwrap();
            if house.texts().len() > said && house.texts().last().is_some_and(|text| text != "done") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        assert_eq!(house.texts().last().map(String::as_str), Some("invalid_url"), "{text:?}");
        wire.seen(&house, count).await;
    }
}

#[tokio::test]
async fn a_line_break_makes_no_header_of_its_own() {
    let flow = "flow: shop
when: [{any_message: true}]
steps:
  - http: GET ${env.SHOP_URL}/x
    headers: {x-text: '${msg.text}'}
    retry: 0
    on_error:
      - say: '${error.code}'
      - end
";
    let wire = Wire::start(json!({})).await;
    let mut house = wire.house(flow).await;
    let body = house.webhook(CustomerEvent::Text("a\r\nx-admin: 1".into()));
    house.post(&body).await;
    for _ in 0..5_000 {
        house.app.run_due().await.unwrap();
        if !house.texts().is_empty() {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(house.texts(), ["invalid_url"]);
    wire.seen(&house, 0).await;
}

#[tokio::test]
async fn no_secret_goes_to_a_host_that_somebody_else_names() {
    let wire = Wire::start(json!({})).await;
    let (_, port) = wire.url.rsplit_once(':').unwrap();
    // `check` sees an address that is a value from its beginning; here it is the host alone.
    let flow = format!(
        "flow: shop
when: [{{any_message: true}}]
steps:
  - http: GET http://${{msg.text}}:{port}/keys
    headers: {{authorization: 'Bearer ${{secrets.SHOP_TOKEN}}'}}
    retry: 0
    on_error:
      - say: '${{error.code}}'
      - end
"
    );
    let mut house = wire.house(&flow).await;
    for (text, code) in [("localhost", "blocked"), ("evil.example/", "invalid_url"), ("a@b", "invalid_url")] {
        house.says(text).await;
        assert_eq!(house.texts().last().map(String::as_str), Some(code), "{text}");
    }
    assert!(wire.seen(&house, 0).await.is_empty() && !house.keeps(SECRET));
}

#[tokio::test]
async fn a_whole_address_that_a_server_gave_is_asked_as_it_is() {
    let flow = "flow: shop
when: [{any_message: true}]
steps:
  - http: GET ${msg.text}
    retry: 0
    on_error:
      - say: '${error.code}'
      - end
";
    let wire = Wire::start(json!({})).await;
    let mut house = wire.house(flow).await;
    house.says("not an address").await;
    assert_eq!(house.texts().last().map(String::as_str), Some("invalid_url"));
    let body = house.webhook(CustomerEvent::Text(format!("{}/a?page=2&x=%2F", wire.url)));
    house.post(&body).await;
    assert_eq!(wire.seen(&house, 1).await[0].path, "/a?page=2&x=%2F");
}
