//! Tests `/v1/media`: a customer's file, fetched from the platform on request.

use super::host::Host;
use serde_json::{Value as Json, json};

const NEAR: &str = "media: {allow_private: [127.0.0.1]}\n";

/// The id of Ana's newest message.
async fn newest(host: &Host) -> i64 {
    let conversations = host.get("key-acme", "/v1/conversations").await.is(200);
    let id = conversations["data"][0]["id"].as_i64().unwrap();
    let messages = host.get("key-acme", &format!("/v1/conversations/{id}/messages")).await.is(200);
    let theirs = |message: &&Json| message["direction"] == "in";
    messages["data"].as_array().unwrap().iter().find(theirs).unwrap()["id"].as_i64().unwrap()
}

#[tokio::test]
async fn a_picture_is_passed_on_as_it_lies_at_the_platform() {
    let mut host = Host::with(&[], NEAR).await;
    let lies_at = json!({"url": format!("{}/lies/here", host.graph.base), "mime_type": "image/png"});
    host.graph.answer("/pic-1", 200, lies_at);
    host.graph.answer("/lies/here", 200, json!("the bytes"));
    host.ana_shows("pic-1").await;
    let path = format!("/v1/media/{}", newest(&host).await);
    let answer = host.get("key-acme", &path).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "\"the bytes\""));
    let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "image/png", "as the message says");
    assert!(header("content-disposition").starts_with("attachment"));
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(host.get("key-other", &path).await.is(404)["code"], "not_found");
    assert_eq!(host.get("key-acme", "/v1/media/1").await.is(404)["code"], "not_found");
}

#[tokio::test]
async fn what_the_platform_does_not_give_is_told_apart() {
    let mut host = Host::with(&[], NEAR).await;
    let lies_at = |url: String| json!({"url": url});
    host.ana_shows("pic-1").await;
    let path = format!("/v1/media/{}", newest(&host).await);
    assert_eq!(host.get("key-acme", &path).await.is(410)["detail"], "Meta no longer keeps the file.");
    host.graph.answer("/pic-1", 200, lies_at(format!("{}/lost", host.graph.base)));
    assert_eq!(host.get("key-acme", &path).await.is(410)["code"], "file_gone");
    host.graph.answer("/lost", 500, json!({}));
    let failed = host.get("key-acme", &path).await.is(502);
    assert_eq!(failed["detail"], "The platform answered with HTTP 500 instead of the file.");
    host.graph.answer("/pic-1", 200, json!({"url": null}));
    assert_eq!(host.get("key-acme", &path).await.is(502)["code"], "platform_failed");
}

#[tokio::test]
async fn an_address_inside_our_own_network_is_not_read_and_a_text_is_no_file() {
    let mut host = Host::with(&[], "").await;
    host.graph.answer("/pic-1", 200, json!({"url": format!("{}/inside", host.graph.base)}));
    host.ana_shows("pic-1").await;
    let path = format!("/v1/media/{}", newest(&host).await);
    let refused = host.get("key-acme", &path).await.is(502);
    assert!(refused["detail"].as_str().unwrap().contains("is a private address"), "{refused}");
    host.ana_says("hello").await;
    let path = format!("/v1/media/{}", newest(&host).await);
    assert_eq!(host.get("key-acme", &path).await.is(404)["code"], "not_found");
}
