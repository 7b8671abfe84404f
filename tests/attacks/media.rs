//! Attacks with file URLs that point into our own network, and with files that are expensive to process.

use crate::{
    api::host::{ANA, Host},
    platform::{Kind, Platform},
};
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::{io::AsyncReadExt, net::TcpListener};

/// A server inside our network, and the number of requests to it.
async fn inside() -> (String, tokio::sync::watch::Receiver<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (count, counted) = tokio::sync::watch::channel(0);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.send_modify(|count| *count += 1);
            let _ = stream.read(&mut [0; 1024]).await;
        }
    });
    (base, counted)
}

/// Sends a picture through both dialects that check a file's headers before a send.
async fn send_picture(host: &Host, url: &str) -> u16 {
    let phone = ANA.trim_start_matches('+');
    let body = json!({"contact_phone": phone, "message_type": "image", "media_url": url});
    host.post("key-acme", "/api/v1/messages/send-message", body).await.status
}

#[tokio::test]
async fn a_key_reads_nothing_that_only_flows_may_call() {
    let (base, counted) = inside().await;
    let mut host = Host::with(&[], "flows: {allow_private: [127.0.0.0/8]}\n").await;
    host.ana_says("hello").await;
    send_picture(&host, &format!("{base}/admin.png")).await;
    assert_eq!(*counted.borrow(), 0, "flows may call it, and an address of a key may not");
    host.graph.answer("/pic-1", 200, json!({"url": format!("{base}/admin.png")}));
    host.ana_shows("pic-1").await;
    let talks = host.get("key-acme", "/v1/conversations").await.is(200);
    let id = &talks["data"][0]["id"];
    let messages = host.get("key-acme", &format!("/v1/conversations/{id}/messages")).await.is(200);
    let pictures =
        messages["data"].as_array().unwrap().iter().find(|one| one["kind"] == "image" || one["type"] == "image");
    let newest = pictures.unwrap_or(&messages["data"][0])["id"].clone();
    let answer = host.get("key-acme", &format!("/v1/media/{newest}")).await;
    if answer.status != 404 {
        let said = answer.is(502)["detail"].as_str().unwrap().to_owned();
        assert!(said.contains("`media.allow_private`"), "{said}");
    }
    assert_eq!(*counted.borrow(), 0);
}

#[tokio::test]
async fn media_has_a_key_of_its_own_in_the_configuration() {
    let (base, counted) = inside().await;
    let mut host = Host::with(&[], "media: {allow_private: [127.0.0.0/8]}\n").await;
    host.ana_says("hello").await;
    send_picture(&host, &format!("{base}/picture.png")).await;
    assert!(*counted.borrow() > 0);
}

#[tokio::test]
async fn a_file_full_of_boundaries_is_given_on_at_once() {
    let platform = Platform::start(Kind::Meta).await;
    let base = platform.base.clone();
    let config = move |_: &str| {
        format!(
            "listen: 127.0.0.1:0\ndatabase: sqlite://t.db\nbot: .\naccounts:\n  - {{name: acme, api_keys: [key-acme]}}\n\
             senders:\n  - {{id: 13, account: acme, name: Files, provider: meta, phone: \"+15550001112\", \
             phone_number_id: \"113\", waba_id: \"102\", access_token: token, app_secret: app-secret, verify_token: v, \
             api_base: \"{base}\", default: true}}\n"
        )
    };
    let host = Host::start(&[], config, "2026-03-27T09:00:00Z", None).await;
    // Every boundary that a scheme of our own would try, one longer than the other: four megabytes of them.
    let mut file = Vec::new();
    let mut boundary = "transom-part".to_owned();
    while file.len() < 4 * 1024 * 1024 {
        file.extend_from_slice(boundary.as_bytes());
        file.push(b'\n');
        boundary.push_str("-x");
    }
    let headers = [("authorization", "Bearer key-acme"), ("content-type", "application/pdf")];
    let began = Instant::now();
    let answer = host.request(Method::POST, "/v1/media?sender=13&filename=a.pdf", &headers, file).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_form_is_not_taken_for_the_file_inside_it() {
    let host = Host::new().await;
    let headers = [("authorization", "Bearer key-acme"), ("content-type", "multipart/form-data; boundary=x")];
    let body = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\nabc\r\n--x--\r\n";
    let answer = host.request(Method::POST, "/v1/media?sender=12&filename=a.png", &headers, body).await;
    assert!(answer.is(422)["detail"].as_str().unwrap().contains("--data-binary"));
}
