//! Tests the start of a sandbox whose files cannot go live, and of one whose last publication was cut off.

use super::{BOT, BROKEN, Daemon, PIZZA, bot};
use serde_json::Value as Json;
use std::{
    fs,
    time::{Duration, Instant},
};
use transom::runtime::bot::publish::tag;

/// A request of the studio's page; gives the status and the answer.
async fn ask(daemon: &Daemon, path: &str, body: Option<Json>) -> (u16, Json) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}{path}", daemon.url);
    let request = match body {
        Some(body) => client.post(url).header("origin", &daemon.url).body(body.to_string()),
        None => client.get(url).header("sec-fetch-site", "same-origin"),
    };
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_with_errors_shows_the_studio_and_is_live_when_they_are_mended() {
    let folder = bot(&[BOT, BROKEN]);
    let mut daemon = Daemon::start(folder.path());
    assert!(daemon.first_line.starts_with(&format!("Studio  {}/studio", daemon.url)), "{}", daemon.first_line);
    let (status, shown) = ask(&daemon, "/v1/bot", None).await;
    assert_eq!((status, &shown["live"], &shown["errors"]), (200, &Json::Null, &1.into()), "{shown}");
    let file = ask(&daemon, "/v1/bot/files/flows/a.yaml", None).await.1;
    let mended = BROKEN.1.replace("sya", "say");
    let body = serde_json::json!({
        "files": {"flows/a.yaml": mended}, "etags": {"flows/a.yaml": file["etag"]},
    });
    let (status, told) = ask(&daemon, "/v1/bot/publish", Some(body)).await;
    assert_eq!(status, 200, "{told}");
    let shown = ask(&daemon, "/v1/bot", None).await.1;
    assert_eq!((&shown["live"]["version"], &shown["errors"]), (&told["version"], &0.into()), "{shown}");
    daemon.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_that_are_mended_on_the_disk_go_live_by_themselves() {
    let folder = bot(&[BOT, BROKEN]);
    let mut daemon = Daemon::start(folder.path());
    fs::write(folder.path().join("flows/a.yaml"), BROKEN.1.replace("sya", "say")).unwrap();
    let began = Instant::now();
    while ask(&daemon, "/v1/bot", None).await.1["live"].is_null() {
        assert!(began.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    daemon.stop();
}

#[test]
fn a_start_puts_the_files_of_a_publication_back_that_was_cut_off() {
    let folder = bot(&[BOT, PIZZA]);
    let flows = folder.path().join("flows");
    let pizza = fs::read_to_string(flows.join(PIZZA.0)).unwrap();
    // As a process leaves it that dies after it has replaced this file.
    fs::write(flows.join(".transom-old"), &pizza).unwrap();
    fs::write(flows.join(PIZZA.0), "flow: pizza\nsteps:\n  - say: Half\n").unwrap();
    let journal = serde_json::json!([{
        "path": format!("flows/{}", PIZZA.0), "old": ".transom-old", "before": tag(pizza.as_bytes()),
        "after": tag(b"flow: pizza\nsteps:\n  - say: Half\n"),
    }]);
    fs::write(flows.join(".transom-publication.json"), journal.to_string()).unwrap();
    let mut daemon = Daemon::start(folder.path());
    assert_eq!(fs::read_to_string(flows.join(PIZZA.0)).unwrap(), pizza);
    let left = fs::read_dir(&flows).unwrap().map(|one| one.unwrap().file_name());
    assert!(!left.into_iter().any(|name| name.to_string_lossy().starts_with(".transom")));
    daemon.stop();
}
