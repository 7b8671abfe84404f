//! Tests the sending of files from the bot's folder: uploaded once if the platform stores files, otherwise by a URL of
//! ours that the platform can open.

use super::conformance::{Running, config};
use crate::platform::{ALL, Asked, Fault, Kind, Platform};
use serde_json::Value as Json;
use transom::{base::time::Span, model::template::TemplateHeader};

const MENU: &[(&str, &str)] = &[
    ("flows/_bot.yaml", "bot: Shop\nlanguage: en\ntimezone: UTC\n"),
    (
        "flows/menu.yaml",
        "flow: menu\nwhen: [message: menu]\nsteps:\n  - say: Our menu\n    media: files/May 2026/menu.pdf\n",
    ),
    (
        "flows/page.yaml",
        "flow: page\nwhen: [{message: ['page (?P<name>.*)'], match: regex}]\ninputs: {name: text}\nsteps:\n  - say: Here\n    \
         media: files/${name}.pdf\n    on_error: [say: We have no such page]\n",
    ),
    ("files/May 2026/menu.pdf", "the bytes of the menu"),
    ("config.pdf", "secret: 1\n"),
];

fn uploads(sent: &[Asked]) -> Vec<&Asked> {
    sent.iter().filter(|asked| asked.path.ends_with("/media")).collect()
}

fn documents(sent: &[Asked]) -> Vec<Json> {
    sent.iter().map(|asked| asked.json()["document"].clone()).filter(|document| !document.is_null()).collect()
}

async fn start(kind: Kind) -> (Platform, Running) {
    let platform = Platform::start(kind).await;
    let running = Running::start(config(kind, &platform.base), MENU).await;
    (platform, running)
}

#[tokio::test]
async fn a_file_is_uploaded_once_and_sent_by_its_id() {
    for kind in [Kind::Meta, Kind::Kapso] {
        let (platform, running) = start(kind).await;
        running.hears("wamid.IN1", "menu").await;
        let sent = platform.until_sent(2).await;
        running.app.queue.settled().await;
        let [upload] = uploads(&sent)[..] else { panic!("{kind:?}: {sent:#?}") };
        assert!(upload.headers["content-type"].starts_with("multipart/form-data; boundary="), "{upload:#?}");
        assert!(upload.headers.contains_key(if kind == Kind::Meta { "authorization" } else { "x-api-key" }));
        for part in ["name=\"messaging_product\"\r\n\r\nwhatsapp\r\n", "filename=\"menu.pdf\"", "the bytes of the menu"]
        {
            assert!(upload.body.contains(part), "{kind:?} lacks {part}: {}", upload.body);
        }
        let [document] = &documents(&sent)[..] else { panic!("{kind:?}: {sent:#?}") };
        let id = document["id"].as_str().unwrap();
        assert!(id.starts_with("44907") && document.get("link").is_none(), "{document}");
        assert_eq!((&document["filename"], &document["caption"]), (&"menu.pdf".into(), &"Our menu".into()));
        // Once for this content: also for the next process, and under another name.
        let running = running.again().await;
        std::fs::copy(running.folder.path().join("files/May 2026/menu.pdf"), running.folder.path().join("files/b.pdf"))
            .unwrap();
        running.hears("wamid.IN2", "menu").await;
        running.hears("wamid.IN3", "page b").await;
        let sent = platform.until_sent(4).await;
        running.app.queue.settled().await;
        assert_eq!(uploads(&sent).len(), 1, "{kind:?}");
        assert!(documents(&sent).iter().all(|document| document["id"] == id), "{sent:#?}");
        // Other bytes, or thirty days, and it goes up anew.
        std::fs::write(running.folder.path().join("files/b.pdf"), "other bytes").unwrap();
        running.hears("wamid.IN4", "page b").await;
        assert_eq!(uploads(&platform.until_sent(6).await).len(), 2, "{kind:?}");
        running.app.queue.settled().await;
        running.pass(Span::days(30)).await;
        running.hears("wamid.IN5", "menu").await;
        let sent = platform.until_sent(8).await;
        assert_eq!(uploads(&sent).len(), 3, "{kind:?}");
    }
}

#[tokio::test]
async fn an_id_that_the_platform_no_longer_knows_is_uploaded_anew() {
    let (platform, running) = start(Kind::Meta).await;
    running.hears("wamid.IN1", "menu").await;
    platform.until_sent(2).await;
    running.app.queue.settled().await;
    let unknown = r#"{"error": {"code": 131009, "message": "(#131009) Parameter value is not valid"}}"#;
    platform.fail_next(Fault::Says(400, "", unknown.into()));
    running.hears("wamid.IN2", "menu").await;
    platform.until_sent(3).await;
    running.app.queue.settled().await;
    running.pass(Span::minutes(1)).await;
    let sent = platform.until_sent(5).await;
    let ids: Vec<Json> = documents(&sent).iter().map(|document| document["id"].clone()).collect();
    assert_eq!((uploads(&sent).len(), ids.len()), (2, 3), "{sent:#?}");
    assert!(ids[0] == ids[1] && ids[1] != ids[2], "{ids:?}");
}

#[tokio::test]
async fn a_platform_that_takes_no_upload_now_gets_the_message_later() {
    let (platform, running) = start(Kind::Meta).await;
    platform.fail_next(Fault::Html(502));
    running.hears("wamid.IN1", "menu").await;
    platform.until_sent(1).await;
    running.app.queue.settled().await;
    running.pass(Span::minutes(1)).await;
    let sent = platform.until_sent(3).await;
    running.app.queue.settled().await;
    assert_eq!((uploads(&sent).len(), documents(&sent).len()), (2, 1), "{sent:#?}");
}

#[tokio::test]
async fn platforms_that_fetch_files_get_an_address_of_ours() {
    // Chatwoot takes the bytes.
    for kind in ALL.into_iter().filter(|kind| !matches!(kind, Kind::Meta | Kind::Kapso | Kind::Chatwoot)) {
        let (platform, running) = start(kind).await;
        running.hears("wamid.IN1", "menu").await;
        let sent = platform.until_sent(1).await;
        let body = sent[0].json();
        let url = match kind {
            Kind::Twilio => sent[0].form("MediaUrl").unwrap(),
            Kind::Waplify => body["media_url"].as_str().unwrap().to_owned(),
            _ => body["message"].as_str().unwrap().lines().last().unwrap().to_owned(),
        };
        let rest = url.strip_prefix("https://bot.example/v1/files/").unwrap_or_else(|| panic!("{kind:?}: {url}"));
        let (token, name) = rest.split_once('/').unwrap();
        assert_eq!(name, "menu.pdf");
        let (file, path) = running.app.uploads.served_file(token).unwrap();
        assert_eq!(
            (std::fs::read_to_string(file).unwrap().as_str(), path.as_str()),
            ("the bytes of the menu", "files/May 2026/menu.pdf")
        );
    }
}

#[tokio::test]
async fn what_a_customer_writes_leads_to_no_other_file() {
    for kind in [Kind::Meta, Kind::Waplify] {
        let (platform, running) = start(kind).await;
        let words = ["page ../config", "page ../flows/menu", "page May 2026/.hidden", "page nowhere"];
        for (n, words) in words.into_iter().enumerate() {
            running.hears(&format!("wamid.IN{n}"), words).await;
            let sent = platform.until_sent(n + 1).await;
            running.app.queue.settled().await;
            let body = sent[n].json();
            let text = body["text"]["body"].as_str().or(body["message"].as_str());
            assert_eq!(text, Some("We have no such page"), "{kind:?} {words}: {body}");
        }
    }
}

#[tokio::test]
async fn a_file_above_a_template_is_uploaded_too() {
    let flow = "flow: bill\nwhen: [message: bill]\nsteps:\n  - template: reminder\n    vars: [Ana, noon]\n    \
                header: files/bill.pdf\n";
    let files = [MENU[0], ("flows/bill.yaml", flow), ("files/bill.pdf", "the bill")];
    let platform = Platform::start(Kind::Meta).await;
    let mut config = config(Kind::Meta, &platform.base);
    config.templates[0].template.header = Some(TemplateHeader::Document);
    let running = Running::start(config, &files).await;
    running.hears("wamid.IN1", "bill").await;
    let sent = platform.until_sent(2).await;
    let header = &sent[1].json()["template"]["components"][0];
    assert_eq!(header["type"], "header", "{header}");
    let document = &header["parameters"][0]["document"];
    assert!(document["id"].as_str().unwrap().starts_with("44907") && document.get("link").is_none(), "{header}");
    assert_eq!(document["filename"], "bill.pdf");
}
