//! Tests `POST /v1/media`, which uploads a file to the platform, and `GET /v1/files`, from which platforms fetch the
//! bot's own files.

use super::host::{ANA, Host};
use crate::platform::{Kind, Platform};
use reqwest::Method;
use serde_json::json;

const PDF: (&str, &str) = ("content-type", "application/pdf");
const KEY: (&str, &str) = ("authorization", "Bearer key-acme");

/// Two more senders: 13 at Meta, which accepts uploads, and 14 at Waplify, which fetches files.
async fn host(platform: &Platform) -> Host {
    let base = platform.base.clone();
    let config = move |_: &str| {
        format!(
            "listen: 127.0.0.1:0\ndatabase: sqlite://t.db\nbot: .\npublic_url: https://bot.example\naccounts:\n  \
             - {{name: acme, api_keys: [key-acme]}}\n  - {{name: other, api_keys: [key-other]}}\nsenders:\n  \
             - {{id: 13, account: acme, name: Files, provider: meta, phone: \"+15550001112\", phone_number_id: \"113\", \
             waba_id: \"102\", access_token: token, app_secret: app-secret, verify_token: v, api_base: \"{base}\", \
             default: true}}\n  \
             - {{id: 14, account: acme, name: Fetches, provider: waplify, phone: \"+15550001114\", api_key: key, \
             webhook_secret: secret, api_base: \"{base}\"}}\n"
        )
    };
    let files: &[(&str, &str)] = &[
        (
            "flows/menu.yaml",
            "flow: menu\nwhen: [api: true]\nsteps:\n  - say: Our menu\n    media: files/menu.pdf\n    if_closed: skip\n",
        ),
        ("files/menu.pdf", "the bytes of the menu"),
    ];
    Host::start(files, config, "2026-03-27T09:00:00Z", None).await
}

#[tokio::test]
async fn a_file_is_given_to_the_platform_and_sent_by_its_id() {
    let platform = Platform::start(Kind::Meta).await;
    let mut host = host(&platform).await;
    let path = "/v1/media?sender=13&filename=Invoice%20A7.pdf";
    let uploaded = host.request(Method::POST, path, &[KEY, PDF], "the invoice").await.is(201);
    let id = uploaded["id"].as_str().unwrap();
    assert_eq!(
        (&uploaded["kind"], &uploaded["bytes"], &uploaded["sender"]),
        (&json!("document"), &json!(11), &json!(13))
    );
    assert_eq!(uploaded["expires_at"], "2026-04-25T09:00:00+00:00");
    let upload = &platform.sent()[0];
    assert!(upload.path.ends_with("/113/media") && upload.body.contains("filename=\"Invoice A7.pdf\""), "{upload:#?}");
    let media = json!({"kind": "document", "id": id, "filename": "Invoice A7.pdf"});
    let message = |sender: i64| json!({"contact": {"phone": ANA}, "sender": sender, "media": media});
    // Nobody has written: the window is closed at both.
    assert_eq!(host.post("key-acme", "/v1/messages", message(13)).await.is(409)["code"], "window_closed");
    let no_id = host.post("key-acme", "/v1/messages", message(14)).await.is(422);
    assert_eq!(no_id["errors"][0]["pointer"], "/media/id", "{no_id}");
    host.open_window(13).await;
    host.post("key-acme", "/v1/messages", message(13)).await.is(201);
    let sent = platform.until_sent(2).await;
    assert_eq!(sent[1].json()["document"], json!({"id": id, "filename": "Invoice A7.pdf"}));
}

#[tokio::test]
async fn what_is_no_file_for_this_sender_is_told() {
    let platform = Platform::start(Kind::Meta).await;
    let host = host(&platform).await;
    let post = async |path: &str, headers: &[(&str, &str)], body: &str| {
        host.request(Method::POST, path, headers, body.to_owned()).await
    };
    let at = async |path: &str, headers: &[(&str, &str)], body: &str| {
        post(path, headers, body).await.is(422)["errors"][0]["pointer"].as_str().unwrap().to_owned()
    };
    assert_eq!(at("/v1/media?sender=14", &[KEY, PDF], "x").await, "/sender", "it fetches files");
    assert_eq!(at("/v1/media", &[KEY, PDF], "x").await, "/sender");
    assert_eq!(at("/v1/media?sender=13", &[KEY, ("content-type", "image/gif")], "x").await, "/filename");
    assert_eq!(at("/v1/media?sender=13&filename=a.gif", &[KEY], "x").await, "/filename");
    let voice = [KEY, ("content-type", "audio/x-m4a")];
    assert_eq!(at("/v1/media?sender=13", &voice, "x").await, "/filename");
    assert_eq!(at("/v1/media?sender=13", &[KEY, PDF], "").await, "");
    assert_eq!(post("/v1/media?sender=13", &[PDF], "x").await.is(401)["code"], "unauthorized");
    let theirs = [("authorization", "Bearer key-other"), PDF];
    assert_eq!(post("/v1/media?sender=13", &theirs, "x").await.is(404)["code"], "not_found");
    let most = 5 * 1024 * 1024;
    let png = [KEY, ("content-type", "image/png")];
    assert_eq!(post("/v1/media?sender=13", &png, &"x".repeat(most + 1)).await.is(413)["code"], "too_large");
    assert_eq!(platform.sent().len(), 0, "nothing of it went to the platform");
    post("/v1/media?sender=13", &png, &"x".repeat(most)).await.is(201);
    let voice = post("/v1/media?sender=13&filename=voice.m4a", &voice, "x").await.is(201);
    assert_eq!((&voice["kind"], &voice["mime"]), (&json!("audio"), &json!("audio/mp4")), "its name says it");
    let media = json!({"kind": "image", "id": "1", "url": "https://a.example/x"});
    let both = host.post("key-acme", "/v1/messages", json!({"contact": {"phone": ANA}, "media": media})).await.is(422);
    assert_eq!(both["errors"][0]["pointer"], "/media/url");
}

#[tokio::test]
async fn a_file_of_the_bot_is_read_by_its_address_and_nothing_else_is() {
    let platform = Platform::start(Kind::Waplify).await;
    let mut host = host(&platform).await;
    host.open_window(14).await;
    let start = json!({"flow": "menu", "contact": {"phone": ANA}, "sender": 14});
    host.post("key-acme", "/v1/runs", start).await.is(201);
    let sent = platform.until_sent(1).await;
    let url = sent[0].json()["media_url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix("https://bot.example").unwrap_or_else(|| panic!("{url}")).to_owned();
    let answer = host.request(Method::GET, &path, &[], "").await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "the bytes of the menu"));
    assert_eq!(answer.headers["content-type"], "application/pdf");
    assert_eq!(
        (answer.headers["content-length"].as_bytes(), &answer.headers["x-content-type-options"]),
        (b"21".as_slice(), &"nosniff".parse().unwrap())
    );
    assert_eq!(host.request(Method::HEAD, &path, &[], "").await.status, 200);
    let (head, _) = path.rsplit_once('/').unwrap();
    for other in [format!("{head}/other.pdf"), format!("{head}x/menu.pdf"), "/v1/files/x/menu.pdf".to_owned()] {
        assert_eq!(host.request(Method::GET, &other, &[], "").await.is(404)["code"], "not_found", "{other}");
    }
    std::fs::remove_file(host.folder.path().join("files/menu.pdf")).unwrap();
    host.request(Method::GET, &path, &[], "").await.is(404);
    // A missing file is not sent.
    let start = json!({"flow": "menu", "contact": {"phone": ANA}, "sender": 14});
    host.post("key-acme", "/v1/runs", start).await.is(201);
    host.app.queue.settled().await;
    assert_eq!(platform.sent().len(), 1);
}
