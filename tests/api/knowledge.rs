//! Tests `/v1/knowledge`, and the files of `knowledge/` where the studio reads and publishes files.

use super::host::{Host, OPERATOR};
use serde_json::{Value as Json, json};
use std::fs;
use transom::base::time::Span;

const REPAIRS: &str = "---\nvalid_until: 2099-12-31\n---\n# Repairs\n\n## Guarantee\n\nTwelve months on labour.\n";
const OLD: &str = "---\nvalid_until: 2020-12-31\n---\n# Guarantee\n\nSix months.\n";

/// A host whose live version has these two files.
async fn host() -> Host {
    let host = Host::new().await;
    fs::create_dir_all(host.folder.path().join("knowledge/faq")).unwrap();
    host.advance(Span::minutes(1)).await;
    host.reload(&[("knowledge/faq/repairs.md", REPAIRS), ("knowledge/old.md", OLD)]).await;
    host
}

#[tokio::test]
async fn the_live_files_are_listed_and_asked() {
    let host = host().await;
    let listed = host.get("key-acme", "/v1/knowledge").await.is(200);
    let expired = |file: &Json| (file["path"].as_str().unwrap().to_owned(), file["expired"].as_bool().unwrap());
    let files: Vec<_> = listed["files"].as_array().unwrap().iter().map(expired).collect();
    assert_eq!(files, [("knowledge/faq/repairs.md".to_owned(), false), ("knowledge/old.md".to_owned(), true)]);
    assert_eq!(listed["version"], host.app.live.get().version.0);

    let ask = async |body: Json| host.post("key-acme", "/v1/knowledge/ask", body).await;
    let answer = ask(json!({"question": "How long is the garantee?"})).await.is(200);
    let found = answer["found"].as_array().unwrap();
    assert_eq!((found.len(), &answer["expired"]), (1, &json!(["knowledge/old.md"])));
    assert_eq!((&found[0]["text"], &found[0]["line"]), (&json!("Twelve months on labour."), &json!(8)));
    let why = found[0]["why"].as_array().unwrap().iter().find(|word| word["asked"] == "garantee").unwrap();
    assert_eq!((&why["errors"], &why["in_headings"]), (&json!(1), &json!(1)));
    assert_eq!(
        ask(json!({"question": "guarantee", "in": ["faq"]})).await.is(200)["found"].as_array().unwrap().len(),
        1
    );

    let wrong = async |body: Json| ask(body).await.is(422)["errors"][0]["pointer"].clone();
    assert_eq!(wrong(json!({})).await, "/question");
    assert_eq!(wrong(json!({"question": "a", "in": ["fag"]})).await, "/in");
    assert_eq!(wrong(json!({"question": "a", "top": 21})).await, "/top");
    assert_eq!(wrong(json!({"question": "a", "top": 0})).await, "/top");
    assert_eq!(wrong(json!({"question": "a".repeat(4_097)})).await, "/question");
}

#[tokio::test]
async fn the_studio_reads_and_publishes_them_as_other_files() {
    let host = host().await;
    let bot = host.get(OPERATOR, "/v1/bot").await.is(200);
    let kind = |path: &str| {
        let files = bot["files"].as_array().unwrap();
        files.iter().find(|file| file["path"] == path).map(|file| file["kind"].clone())
    };
    assert_eq!(kind("knowledge/faq/repairs.md"), Some(json!("knowledge")));
    let path = "/v1/bot/files/knowledge/faq%2Frepairs.md";
    let file = host.get(OPERATOR, path).await.is(200);
    assert_eq!((&file["path"], &file["text"]), (&json!("knowledge/faq/repairs.md"), &json!(REPAIRS)));

    let publish = async |files: Json, etags: Json| {
        host.post(OPERATOR, "/v1/bot/publish", json!({"files": files, "etags": etags})).await
    };
    let changed = REPAIRS.replace("Twelve", "Eighteen");
    let files = json!({"knowledge/faq/repairs.md": changed, "knowledge/faq/new/bells.txt": "We sell bells."});
    let etags = json!({"knowledge/faq/repairs.md": file["etag"], "knowledge/faq/new/bells.txt": null});
    let published = publish(files, etags).await.is(200);
    assert!(published["version"].is_i64(), "{published}");
    let text = fs::read_to_string(host.folder.path().join("knowledge/faq/new/bells.txt")).unwrap();
    assert_eq!(text, "We sell bells.");
    let ask = host.post("key-acme", "/v1/knowledge/ask", json!({"question": "bells or guarantee"})).await.is(200);
    let texts: Vec<&str> =
        ask["found"].as_array().unwrap().iter().map(|found| found["text"].as_str().unwrap()).collect();
    assert!(texts.contains(&"We sell bells.") && texts.contains(&"Eighteen months on labour."), "{texts:?}");
    let left = fs::read_dir(host.folder.path().join("knowledge/faq/new")).unwrap().count();
    assert_eq!(left, 1, "no temporary file stays");

    for path in ["knowledge/../config.md", "knowledge/.x/a.md", "knowledge/a.yaml", "knowledge/a/b/c/d/e.md"] {
        let refused = publish(json!({path: "x"}), json!({path: null})).await.is(422);
        assert!(refused["errors"][0]["detail"].as_str().unwrap().contains("no file of a bot"), "{path}: {refused}");
    }
    let other = publish(json!({"knowledge/FAQ/b.md": "x"}), json!({"knowledge/FAQ/b.md": null})).await.is(422);
    assert!(other.to_string().contains("capital letters"), "{other}");
    let zero = publish(json!({"knowledge/z.md": "a\u{0}b"}), json!({"knowledge/z.md": null})).await.is(409);
    assert!(zero["findings"].as_array().unwrap().iter().any(|finding| finding["code"] == "E537"), "{zero}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_out_of_the_folder_is_neither_read_nor_written() {
    use std::os::unix::fs::symlink;
    let host = host().await;
    let bot = host.folder.path();
    fs::write(bot.join("secret.md"), "secret").unwrap();
    symlink("../secret.md", bot.join("knowledge/link.md")).unwrap();
    symlink("../flows", bot.join("knowledge/way")).unwrap();
    for path in ["knowledge/link.md", "knowledge/way%2Fa.md"] {
        host.get(OPERATOR, &format!("/v1/bot/files/{path}")).await.is(404);
    }
    let body =
        json!({"files": {"knowledge/way/a.md": "x"}, "etags": {"knowledge/way/a.md": null}, "with_errors": true});
    host.post(OPERATOR, "/v1/bot/publish", body).await.is(422);
    assert!(!bot.join("flows/a.md").exists());
}
