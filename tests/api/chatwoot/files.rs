//! Tests files between an inbox of Chatwoot and customers, in both directions.

use super::{
    fake::{Day, Fake, Served},
    hear, host_with, rosa, sent, tell,
};
use crate::api::host::Host;
use serde_json::{Value as Json, json};
use transom::base::{
    clock::Clock as _,
    limits::{CHATWOOT_FILE_BYTES_MAX, CHATWOOT_FILE_TRIES},
    time::Span,
};

/// The platform of the tests is in a private network.
const NEAR: &str = "media: {allow_private: [127.0.0.1/32]}\n";
const MENU: &str = "flow: menu\nwhen:\n  - message: menu\nsteps:\n  - say: Our menu\n    media: files/menu.pdf\n";

async fn host(fake: &Fake) -> Host {
    host_with(fake, &[("flows/menu.yaml", MENU), ("files/menu.pdf", "the menu")], NEAR).await
}

fn lies_there(host: &Host, id: &str, text: &str) {
    let at = format!("/lies/{id}");
    host.graph.answer(&format!("/{id}"), 200, json!({"url": format!("{}{at}", host.graph.base)}));
    host.graph.answer(&at, 200, json!(text));
}

/// A person attaches files in Chatwoot.
fn rosa_attaches(fake: &Fake, text: &str, files: &[(&str, Served)]) -> Json {
    let mut body = rosa(fake, text);
    let attached = |(place, (name, served)): (usize, &(&str, Served))| {
        let path = format!("/rails/active_storage/blobs/redirect/s{place}/{name}");
        let url = fake.serve_file(&path, served.clone());
        json!({"id": place, "file_type": "file", "extension": null, "data_url": url, "file_size": 4})
    };
    body["attachments"] = files.iter().enumerate().map(attached).collect::<Vec<_>>().into();
    body
}

fn png() -> Served {
    Served::File("image/png", b"\x89PNG".to_vec())
}

/// The messages at the platform: their kinds, with id and caption of a file.
fn at_platform(host: &Host) -> Vec<String> {
    let shown = |sent: &crate::graph::Sent| {
        let kind = sent.body["type"].as_str().unwrap_or_default();
        let of = &sent.body[kind];
        let words = ["id", "filename", "caption", "body"].map(|name| of[name].as_str());
        [Some(kind)].into_iter().chain(words).flatten().collect::<Vec<_>>().join(" ")
    };
    host.graph.sent().iter().map(shown).collect()
}

/// Lets everything that is due happen, over an hour at most.
async fn settle(host: &Host) {
    tell(host).await;
    host.app.run_due().await.unwrap();
    tell(host).await;
}

fn failed(fake: &Fake) -> (String, String) {
    let last = fake.data.lock().unwrap().messages.last().unwrap().clone();
    let text = |name: &str| last[name].as_str().unwrap_or_default().to_owned();
    (text("status"), text("external_error"))
}

#[tokio::test]
async fn files_of_the_customer_and_of_the_bot_stand_there_once() {
    let fake = Fake::start().await;
    let mut host = host(&fake).await;
    lies_there(&host, "pic-1", "a picture");
    host.ana_says("person").await;
    tell(&host).await;
    // The file is recorded, and the answer breaks off; then it fails once more.
    fake.bad_days(&[Day::Good, Day::HalfAnswer, Day::Fails]);
    let shown_at = host.clock.now().0 / 1_000;
    host.ana_shows("pic-1").await;
    tell(&host).await;
    let seen = fake.seen();
    assert_eq!(seen, ["< person", "> Rosa will come", "< [image.png image/png a picture]"]);
    let last = fake.data.lock().unwrap().messages.last().unwrap().clone();
    assert_eq!((&last["private"], &last["message_type"]), (&json!(false), &json!("incoming")));
    assert!(last["source_id"].as_str().unwrap().starts_with("transom:"), "{last}");
    assert_eq!(last["external_created_at"], shown_at.to_string(), "{last}");
    let fake = Fake::start().await;
    let mut host = self::host(&fake).await;
    host.ana_says("menu").await;
    tell(&host).await;
    assert_eq!(fake.seen().last().unwrap(), "> Our menu [menu.pdf application/pdf the menu]");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_asked_for_again_and_then_named() {
    let fake = Fake::start().await;
    let mut host = host(&fake).await;
    host.graph.answer("/pic-1", 500, json!({}));
    host.ana_shows("pic-1").await;
    host.ana_says("did you see it?").await;
    for _ in 0..3 {
        host.app.webhooks.post_due(host.clock.now()).await.unwrap();
        host.clock.set(host.clock.now() + Span::minutes(1));
    }
    assert_eq!(fake.seen(), Vec::<String>::new(), "the message behind it waits");
    lies_there(&host, "pic-1", "a picture");
    tell(&host).await;
    assert_eq!(fake.seen(), ["< [image.png image/png a picture]", "< did you see it?"]);
    host.graph.answer("/pic-2", 500, json!({}));
    host.ana_shows("pic-2").await;
    tell(&host).await;
    assert_eq!(fake.seen()[2], "< [image: it could not be read]");
    host.graph.answer("/pic-3", 404, json!({"error": {"code": 100, "message": "no such object"}}));
    host.ana_shows("pic-3").await;
    tell(&host).await;
    assert_eq!(fake.seen()[3], "< [image: the platform no longer keeps it]");
    lies_there(&host, "pic-4", &"x".repeat(CHATWOOT_FILE_BYTES_MAX - 2));
    host.ana_shows("pic-4").await;
    lies_there(&host, "pic-5", &"x".repeat(CHATWOOT_FILE_BYTES_MAX - 1));
    host.ana_shows("pic-5").await;
    tell(&host).await;
    let size = fake.data.lock().unwrap().messages[4]["attachments"][0]["size"].clone();
    assert_eq!(size, CHATWOOT_FILE_BYTES_MAX);
    assert_eq!(fake.seen()[5], "< [image: it is larger than 40 MiB]");
}

#[tokio::test]
async fn a_file_that_chatwoot_does_not_take_is_named() {
    let fake = Fake::start().await;
    let mut host = host(&fake).await;
    lies_there(&host, "pic-1", "a picture");
    host.ana_says("good day").await;
    tell(&host).await;
    host.ana_shows("pic-1").await;
    fake.bad_days(&[Day::Good, Day::Refuses(413)]);
    tell(&host).await;
    assert_eq!(fake.seen().last().unwrap(), "< [image: Chatwoot did not take it]");
}

#[tokio::test]
async fn files_of_a_person_go_to_the_customer_in_order_and_once() {
    let fake = Fake::start().await;
    let mut host = host(&fake).await;
    host.ana_says("person").await;
    tell(&host).await;
    let pdf = Served::File("application/pdf", b"%PDF".to_vec());
    let body = rosa_attaches(&fake, "Look", &[("a.png", png()), ("My%20offer.pdf", pdf)]);
    hear(&host, &body, "d1").await.is(200);
    hear(&host, &body, "d1").await.is(200);
    let next = rosa(&fake, "What do you think?");
    hear(&host, &next, "d2").await.is(200);
    assert_eq!(at_platform(&host), ["text Rosa will come"], "it waits behind the files");
    settle(&host).await;
    hear(&host, &body, "d3").await.is(200);
    settle(&host).await;
    let expected =
        ["text Rosa will come", "image file-1 Look", "document file-2 My offer.pdf", "text What do you think?"];
    assert_eq!(at_platform(&host), expected);
    let uploaded = host.graph.uploaded_files();
    assert!(uploaded[0].contains("PNG") && uploaded[0].contains("image/png"), "{uploaded:?}");
    assert!(uploaded[1].contains("filename=\"My offer.pdf\"") && uploaded[1].contains("%PDF"), "{uploaded:?}");
    assert_eq!(fake.seen(), ["< person", "> Rosa will come", "> Look", "> What do you think?"], "and none comes back");
    let listed = host.get("key-acme", "/v1/conversations").await.is(200);
    assert_eq!(listed["data"][0]["with_person"]["agent"], "Rosa", "{listed}");
}

#[tokio::test]
async fn the_next_process_sends_what_the_last_one_had_taken() {
    let fake = Fake::start().await;
    let mut host = host(&fake).await;
    host.ana_says("person").await;
    tell(&host).await;
    let body = rosa_attaches(&fake, "Listen", &[("a.mp3", Served::File("audio/mpeg", b"ID3".to_vec()))]);
    hear(&host, &body, "d1").await.is(200);
    let next = host.next_process().await;
    for _ in 0..5 {
        next.webhooks.post_due(host.clock.now()).await.unwrap();
        next.run_due().await.unwrap();
    }
    host.app.webhooks.post_due(host.clock.now()).await.unwrap();
    assert_eq!(at_platform(&host)[1..], ["text Listen", "audio file-1"]);
}

#[tokio::test]
async fn a_file_that_chatwoot_does_not_give_is_asked_for_again_and_then_refused() {
    let fake = Fake::start().await;
    let mut host = host(&fake).await;
    host.ana_says("person").await;
    tell(&host).await;
    let body = rosa_attaches(&fake, "", &[("a.png", Served::Status(500))]);
    hear(&host, &body, "d1").await.is(200);
    for _ in 1..CHATWOOT_FILE_TRIES {
        assert_eq!(host.app.webhooks.post_due(host.clock.now()).await.unwrap().given_up, 0);
        host.clock.set(host.clock.now() + Span::minutes(30));
    }
    assert_eq!(failed(&fake).0, "sent", "it may still come");
    settle(&host).await;
    let why = "The file `a.png` could not be sent: the server answered with HTTP 500 instead of the file.";
    assert_eq!(failed(&fake), ("failed".into(), why.into()));
    assert_eq!(hear(&host, &body, "d2").await.is(422)["detail"], why);
    // One that is there the second time.
    let body = rosa_attaches(&fake, "", &[("b.png", Served::Status(503))]);
    hear(&host, &body, "d3").await.is(200);
    host.app.webhooks.post_due(host.clock.now()).await.unwrap();
    fake.serve_file("/rails/active_storage/blobs/redirect/s0/b.png", png());
    settle(&host).await;
    assert_eq!(at_platform(&host)[1..], ["image file-1"]);
    assert_eq!(failed(&fake).0, "sent");
}

#[tokio::test]
async fn what_whatsapp_does_not_take_is_refused_at_once_and_nothing_is_sent() {
    let fake = Fake::start().await;
    let mut host = host(&fake).await;
    host.ana_says("person").await;
    tell(&host).await;
    let body = rosa_attaches(&fake, "Look", &[("a.png", png()), ("b.zip", png())]);
    let refused = hear(&host, &body, "d1").await.is(422);
    assert!(refused["detail"].as_str().unwrap().starts_with("WhatsApp takes no such file as `b.zip`."), "{refused}");
    settle(&host).await;
    assert_eq!(failed(&fake), ("failed".into(), refused["detail"].as_str().unwrap().into()));
    let mut large = rosa_attaches(&fake, "", &[("a.png", png())]);
    large["attachments"][0]["file_size"] = (5 * 1024 * 1024 + 1).into();
    hear(&host, &large, "d2").await.is(422);
    // Its size is told wrongly, it is gone, it is empty, or the platform refuses to give it a place.
    let too_large = Served::File("image/png", vec![0; 5 * 1024 * 1024 + 1]);
    let empty = Served::File("image/png", Vec::new());
    for (served, why) in [
        (too_large, "The file `a.png` is larger than 5.0 MiB, the most of image."),
        (Served::Status(404), "Chatwoot no longer keeps the file `a.png`."),
        (empty, "The file `a.png` is empty."),
    ] {
        hear(&host, &rosa_attaches(&fake, "", &[("a.png", served)]), why).await.is(200);
        settle(&host).await;
        assert_eq!(failed(&fake), ("failed".into(), why.into()));
    }
    assert_eq!(at_platform(&host), ["text Rosa will come"]);
    assert_eq!(sent(&host).await, ["Rosa will come"]);
}

#[tokio::test]
async fn a_redirect_to_the_storage_is_followed_and_none_into_our_network() {
    let (fake, storage) = (Fake::start().await, Fake::start().await);
    let at = storage.serve_file("/bucket/a.png", png());
    let mut host = host(&fake).await;
    host.ana_says("person").await;
    tell(&host).await;
    hear(&host, &rosa_attaches(&fake, "", &[("a.png", Served::Redirect(at.clone()))]), "d1").await.is(200);
    settle(&host).await;
    assert_eq!(at_platform(&host)[1..], ["image file-1"]);
    // Without `media.allow_private`: Chatwoot's own host is read, and no other one that is private.
    let fake = Fake::start().await;
    let mut host = host_with(&fake, &[], "").await;
    host.ana_says("person").await;
    tell(&host).await;
    hear(&host, &rosa_attaches(&fake, "", &[("a.png", Served::Redirect(at))]), "d1").await.is(200);
    settle(&host).await;
    let (status, why) = failed(&fake);
    assert_eq!(status, "failed");
    assert!(why.contains("is a private address; `media.allow_private` in the configuration can allow it"), "{why}");
    hear(&host, &rosa_attaches(&fake, "", &[("b.png", png())]), "d2").await.is(200);
    settle(&host).await;
    assert_eq!(at_platform(&host)[1..], ["image file-1"]);
}

#[tokio::test]
async fn a_window_that_closes_while_a_file_is_read_stops_it() {
    let fake = Fake::start().await;
    let mut host = host(&fake).await;
    host.ana_says("person").await;
    tell(&host).await;
    host.clock.set(host.clock.now() + Span::minutes(22 * 60 + 55));
    hear(&host, &rosa_attaches(&fake, "", &[("a.png", Served::Status(500))]), "d1").await.is(200);
    settle(&host).await;
    let why = "The 24-hour window is closed: the customer must write first.";
    assert_eq!(failed(&fake), ("failed".into(), why.into()));
}
