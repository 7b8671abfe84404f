//! Tests the bot's files as the studio reads, follows and publishes them.

use super::{
    host::{Host, OPERATOR},
    studio::open_host,
};
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::{fs, time::Duration};
use transom::{
    base::limits::STUDIO_BODY_BYTES_MAX,
    store::tables::{meta, version},
};

const PUBLISH: &str = "/v1/bot/publish";
const THANKS: &str = "flow: thanks\nwhen:\n  - message: thanks\nsteps:\n  - say: You are welcome\n";
const HELLO: &str = "flow: hello\nwhen:\n  - message: hello\nsteps:\n  - say: Hello to you\n";

/// A request of the studio's page.
async fn post(host: &Host, body: &Json) -> super::host::Answer {
    let headers = [("origin", &*host.base), ("content-type", "application/json")];
    host.request(Method::POST, PUBLISH, &headers, body.to_string()).await
}

async fn get(host: &Host, path: &str) -> Json {
    host.request(Method::GET, path, &[("sec-fetch-site", "same-origin")], "").await.is(200)
}

async fn etag(host: &Host, path: &str) -> Json {
    get(host, &format!("/v1/bot/files/{path}")).await["etag"].clone()
}

fn on_disk(host: &Host, path: &str) -> Option<String> {
    fs::read_to_string(host.folder.path().join(path)).ok()
}

#[tokio::test]
async fn the_bot_is_shown_with_its_findings() {
    let files = [
        ("flows/broken.yaml", "flow: broken\nsteps:\n  - lgo: x\n"),
        (
            "flows/hello.test.yaml",
            "tests: hello\ncases:\n  - it answers:\n      - user: hello\n      - bto: Hello to you\n",
        ),
        ("flows/_bot.yaml", "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\n"),
        ("scripts/prices.rhai", "fn price() { 1 }\n"),
        ("flows/soon.yaml", "flow: soon\ndraft: true\nwhen:\n  - message: soon\nsteps:\n  - say: Soon\n"),
    ];
    // The broken flow comes after the start, which would fail with it.
    let host = open_host(&files[1..]).await;
    fs::write(host.folder.path().join(files[0].0), files[0].1).unwrap();
    let bot = get(&host, "/v1/bot").await;
    assert_eq!(
        (&bot["title"], &bot["mode"], &bot["timezone"]),
        (&json!("Shop"), &json!("sandbox"), &json!("Europe/Madrid"))
    );
    assert_eq!(bot["writable"], true);
    assert_eq!(bot["live"]["version"], host.app.live.get().version.0);
    assert_eq!(bot["words"], json!(["hello"]), "a draft starts for nobody");
    let file = |path: &str| bot["files"].as_array().unwrap().iter().find(|one| one["path"] == path).unwrap().clone();
    assert_eq!(file("flows/broken.yaml")["errors"], 1);
    assert_eq!(file("flows/hello.test.yaml")["kind"], "test");
    assert!(file("flows/hello.test.yaml")["errors"].as_u64().unwrap() > 0, "{bot:#}");
    assert_eq!(file("flows/_bot.yaml")["kind"], "bot");
    assert_eq!(file("scripts/prices.rhai")["kind"], "script");
    let flow = |name: &str| bot["flows"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap().clone();
    assert_eq!((&flow("soon")["state"], &flow("hello")["state"]), (&json!("draft"), &json!("live")));
    assert_eq!(file("flows/hello.yaml")["etag"], etag(&host, "flows/hello.yaml").await);
}

#[tokio::test]
async fn a_file_is_read_and_nothing_beside_the_bots_files() {
    let host = open_host(&[]).await;
    let file = get(&host, "/v1/bot/files/flows/hello.yaml").await;
    assert_eq!((&file["path"], &file["text"]), (&json!("flows/hello.yaml"), &json!(HELLO)));
    #[cfg(unix)]
    std::os::unix::fs::symlink(host.folder.path().join("config.yaml"), host.folder.path().join("flows/link.yaml"))
        .unwrap();
    for path in [
        "flows/nothing.yaml",
        "flows/link.yaml",
        "flows/..%2Fconfig.yaml",
        "..%2Fetc/passwd",
        "flows/%2E%2E",
        "flows/hello.yaml%00",
        "flows%5Chello.yaml/x.yaml",
        "Flows/hello.yaml",
        "flows/hello.YAML",
        "./config.yaml",
    ] {
        let address = format!("/v1/bot/files/{path}");
        let answer = host.request(Method::GET, &address, &[("sec-fetch-site", "same-origin")], "").await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_with_a_doubtful_name_is_read_and_deleted_and_not_written() {
    const NAME: &str = "flows/<img src=x onerror=alert(1)>.yaml";
    let host = open_host(&[]).await;
    fs::write(host.folder.path().join(NAME), "flow: img\nsteps:\n  - say: Hi\n").unwrap();
    let bot = get(&host, "/v1/bot").await;
    let file = |path: &str| bot["files"].as_array().unwrap().iter().find(|one| one["path"] == path).unwrap().clone();
    assert!(file(NAME)["read_only"].as_str().unwrap().contains("its name may have letters"), "{bot:#}");
    assert_eq!(file("flows/hello.yaml")["read_only"], json!(null));
    let address = "/v1/bot/files/flows/%3Cimg%20src=x%20onerror=alert(1)%3E.yaml";
    let read = get(&host, address).await;
    assert_eq!((&read["path"], &read["etag"]), (&json!(NAME), &file(NAME)["etag"]));
    let change = |text: Json| json!({"files": {NAME: text}, "etags": {NAME: read["etag"]}});
    let problem = post(&host, &change(json!(THANKS))).await.is(422);
    assert!(problem.to_string().contains("its name may have letters"), "{problem}");
    assert_eq!(on_disk(&host, NAME).as_deref(), read["text"].as_str());
    let seen = host
        .request(
            Method::POST,
            "/v1/bot/preview",
            &[("origin", &*host.base), ("content-type", "application/json")],
            json!({"files": {NAME: null}}).to_string(),
        )
        .await
        .is(200);
    assert_eq!(seen["changes"]["unchanged"], true, "{seen:#}");
    post(&host, &change(json!(null))).await.is(200);
    assert_eq!(on_disk(&host, NAME), None);
}

#[tokio::test]
async fn two_files_become_one_version() {
    let host = open_host(&[]).await;
    let before = version::live(&host.app.store).await.unwrap().unwrap().id;
    let body = json!({
        "files": {"flows/thanks.yaml": THANKS, "flows/hello.yaml": HELLO.replace("to you", "again")},
        "etags": {"flows/thanks.yaml": null, "flows/hello.yaml": etag(&host, "flows/hello.yaml").await},
    });
    let told = post(&host, &body).await.is(200);
    let live = version::live(&host.app.store).await.unwrap().unwrap();
    assert_eq!(told["version"], live.id.0);
    assert_ne!(live.id, before);
    assert!(live.files["flows/hello.yaml"].contains("again") && live.files.contains_key("flows/thanks.yaml"));
    assert!(host.app.live.get().set.named("thanks").is_some());
    assert_eq!(told["etags"]["flows/thanks.yaml"], etag(&host, "flows/thanks.yaml").await);
    // The watch finds the same files, and makes nothing of them.
    let news = host.app.reloader.look(&host.app.store, host.folder.path(), host.app.now()).await.unwrap();
    assert!(news.live.is_none());
    let gone = json!({"files": {"flows/thanks.yaml": null}, "etags": {"flows/thanks.yaml": told["etags"]["flows/thanks.yaml"]}});
    let told = post(&host, &gone).await.is(200);
    assert_eq!((on_disk(&host, "flows/thanks.yaml"), &told["etags"]["flows/thanks.yaml"]), (None, &json!(null)));
    assert!(host.app.live.get().set.named("thanks").is_none());
}

#[tokio::test]
async fn a_test_is_written_and_leaves_the_version_as_it_is() {
    let host = open_host(&[]).await;
    let live = host.app.live.get().version.0;
    let text = "tests: hello\ncases:\n  - it answers:\n      - user: hello\n      - bot: Hello to you\n";
    let body = json!({"files": {"flows/hello.test.yaml": text}, "etags": {"flows/hello.test.yaml": null}});
    assert_eq!(post(&host, &body).await.is(200)["version"], live);
    assert_eq!(on_disk(&host, "flows/hello.test.yaml").as_deref(), Some(text));
}

fn files_with_errors(told: &Json) -> Vec<&str> {
    let findings = told["findings"].as_array().unwrap().iter();
    findings.filter(|one| one["severity"] == "error").filter_map(|one| one["file"].as_str()).collect()
}

#[tokio::test]
async fn files_with_errors_are_written_only_if_that_is_wished() {
    let host = open_host(&[]).await;
    let live = host.app.live.get().version;
    let mut body = json!({
        "files": {"flows/thanks.yaml": THANKS.replace("say", "sya"), "flows/more.yaml": THANKS.replace("thanks", "more")},
        "etags": {"flows/thanks.yaml": null, "flows/more.yaml": null},
    });
    let refused = post(&host, &body).await.is(409);
    assert_eq!((&refused["code"], files_with_errors(&refused)), (&json!("has_errors"), vec!["flows/thanks.yaml"]));
    assert_eq!((on_disk(&host, "flows/thanks.yaml"), on_disk(&host, "flows/more.yaml")), (None, None));
    body["with_errors"] = true.into();
    let told = post(&host, &body).await.is(200);
    assert_eq!(told["version"], json!(null));
    assert_eq!(files_with_errors(&told), ["flows/thanks.yaml"]);
    assert!(on_disk(&host, "flows/thanks.yaml").is_some() && host.app.live.get().version == live);
    assert_eq!(get(&host, "/v1/bot").await["errors"], 1);
}

#[tokio::test]
async fn the_second_of_two_people_hears_what_changed() {
    let host = open_host(&[]).await;
    let seen = etag(&host, "flows/hello.yaml").await;
    let body =
        |text: &str, tag: &Json| json!({"files": {"flows/hello.yaml": text}, "etags": {"flows/hello.yaml": tag}});
    let first = post(&host, &body(&HELLO.replace("you", "all"), &seen)).await.is(200);
    let refused = post(&host, &body(&HELLO.replace("you", "both"), &seen)).await.is(412);
    assert_eq!((&refused["code"], &refused["paths"]), (&json!("changed_meanwhile"), &json!(["flows/hello.yaml"])));
    assert!(on_disk(&host, "flows/hello.yaml").unwrap().contains("to all"));
    let now = &first["etags"]["flows/hello.yaml"];
    post(&host, &body(&HELLO.replace("you", "both"), now)).await.is(200);
    // By another hand, on the disk.
    fs::write(host.folder.path().join("flows/hello.yaml"), HELLO).unwrap();
    post(&host, &body(HELLO, now)).await.is(412);
    // A tag is that of the text: it counts again when the text does.
    post(&host, &body(HELLO, &seen)).await.is(200);
}

#[tokio::test]
async fn files_that_are_written_and_cannot_go_live_yet_are_told_with_their_etags() {
    let host = open_host(&[]).await;
    let live = host.app.live.get().version;
    let body = json!({"files": {"flows/thanks.yaml": THANKS}, "etags": {"flows/thanks.yaml": null}});
    // The commit before it is that of the entry in the audit log.
    let entry = host.faults.hold_next_commit();
    let (told, ()) = tokio::join!(post(&host, &body), entry.until(|| host.faults.fail_next_commits(1)));
    let told = told.is(200);
    assert!(told["delayed"].as_str().unwrap().contains("cannot be stored"), "{told}");
    assert_eq!((&told["version"], host.app.live.get().version), (&json!(null), live));
    assert_eq!(told["etags"]["flows/thanks.yaml"], etag(&host, "flows/thanks.yaml").await);
    let news = host.app.reloader.look(&host.app.store, host.folder.path(), host.app.now()).await.unwrap();
    assert!(news.live.is_some(), "the next look tries again");
}

#[tokio::test]
async fn paths_and_bodies_that_are_none_are_told_and_nothing_is_written() {
    let host = open_host(&[]).await;
    let long = format!("flows/{}.yaml", "a".repeat(300));
    for path in [
        "../x.yaml",
        "/etc/x.yaml",
        "flows/../config.yaml",
        "flows\\x.yaml",
        "flows/x\u{0}.yaml",
        "flows/a/x.yaml",
        "Flows/x.yaml",
        "flows/x.YAML",
        "flows/x.yml",
        "config.yaml",
        "files/x.yaml",
        "flows/.x.yaml",
        "flows/\u{202e}x.yaml",
        "flows/\u{2025}\u{2215}x.yaml",
        "flows/x.yaml:y.yaml",
        "",
        &long,
    ] {
        let body = json!({"files": {(path): "x"}, "etags": {(path): null}});
        let said = post(&host, &body).await.is(422);
        assert!(said["errors"][0]["pointer"].as_str().unwrap().starts_with("/files/"), "{path:?}: {said}");
    }
    let body = json!({"files": {"flows/Hello.yaml": HELLO}, "etags": {"flows/Hello.yaml": null}});
    assert!(post(&host, &body).await.is(422)["detail"].as_str().unwrap().contains("capital letters"));
    for (body, pointer) in [
        (json!({"etags": {}}), "/files"),
        (json!({"files": {}, "etags": {}}), "/files"),
        (json!({"files": {"flows/x.yaml": "x"}}), "/etags"),
        (json!({"files": {"flows/x.yaml": "x"}, "etags": {}}), "/etags/flows~1x.yaml"),
        (json!({"files": {"flows/x.yaml": 7}, "etags": {"flows/x.yaml": null}}), "/files/flows~1x.yaml"),
        (json!({"files": {"flows/x.yaml": "x"}, "etags": {"flows/x.yaml": 7}}), "/etags/flows~1x.yaml"),
        (
            json!({"files": {"flows/x.yaml": "x"}, "etags": {"flows/x.yaml": null, "flows/y.yaml": null}}),
            "/etags/flows~1y.yaml",
        ),
    ] {
        assert_eq!(post(&host, &body).await.is(422)["errors"][0]["pointer"], pointer, "{body}");
    }
    let missing = post(&host, &json!({})).await.is(422);
    let missing: Vec<&str> =
        missing["errors"].as_array().unwrap().iter().filter_map(|e| e["pointer"].as_str()).collect();
    assert_eq!(missing, ["/etags", "/files"], "both are required, as the document says");
    let large = format!("{{\"files\": {{\"flows/x.yaml\": \"{}\"}}}}", "a".repeat(STUDIO_BODY_BYTES_MAX));
    let headers = [("origin", &*host.base)];
    assert_eq!(host.request(Method::POST, PUBLISH, &headers, large).await.is(413)["code"], "too_large");
    let left: Vec<_> =
        fs::read_dir(host.folder.path().join("flows")).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert_eq!(left.len(), 4, "{left:?}");
}

#[tokio::test]
async fn only_the_own_page_and_the_operator_publish() {
    let host = open_host(&[]).await;
    let body = json!({"files": {"flows/thanks.yaml": THANKS}, "etags": {"flows/thanks.yaml": null}}).to_string();
    let foreign: &[&[(&str, &str)]] = &[
        &[],
        &[("origin", "https://evil.example")],
        &[("origin", "http://localhost:3000")],
        &[("origin", "null")],
        &[("sec-fetch-site", "same-site")],
    ];
    for headers in foreign {
        let answer = host.request(Method::POST, PUBLISH, headers, body.clone()).await;
        assert_eq!(answer.is(403)["code"], "foreign_origin", "{headers:?}");
        if !headers.is_empty() {
            let answer = host.request(Method::GET, "/v1/bot", headers, "").await;
            assert_eq!(answer.is(403)["code"], "foreign_origin", "{headers:?}");
        }
    }
    for extra in [("x-forwarded-for", "192.0.2.7"), ("host", "bot.example.com")] {
        let headers = [("sec-fetch-site", "same-origin"), extra];
        assert_eq!(host.request(Method::POST, PUBLISH, &headers, body.clone()).await.status, 401, "{extra:?}");
        assert_eq!(host.request(Method::GET, "/v1/bot", &headers, "").await.status, 401, "{extra:?}");
    }
    assert!(on_disk(&host, "flows/thanks.yaml").is_none());
    let real = Host::new().await;
    assert_eq!(post(&real, &serde_json::from_str(&body).unwrap()).await.status, 401);
    let key = [("authorization", &*format!("Bearer {OPERATOR}")), ("origin", "https://evil.example")];
    assert_eq!(real.request(Method::POST, PUBLISH, &key, body).await.status, 200, "a key is no cookie");
    assert_eq!(real.get(OPERATOR, "/v1/bot").await.is(200)["mode"], "live");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_hears_of_files_and_flows_and_switches_no_log_on() {
    let host = open_host(&[]).await;
    let address = format!("{}/v1/events?types=files,flows", host.base);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut stream = client.get(&address).header("sec-fetch-site", "same-origin").send().await.unwrap();
    assert_eq!(stream.status(), 200);
    let mut heard = String::new();
    while !heard.contains("retry: ") {
        heard.push_str(&String::from_utf8_lossy(&stream.chunk().await.unwrap().unwrap()));
    }
    let body = json!({"files": {"flows/thanks.yaml": THANKS}, "etags": {"flows/thanks.yaml": null}});
    let told = post(&host, &body).await.is(200);
    let listen = async {
        while !heard.contains("event: flows") {
            heard.push_str(&String::from_utf8_lossy(&stream.chunk().await.unwrap().unwrap()));
        }
    };
    tokio::time::timeout(Duration::from_secs(30), listen).await.unwrap();
    let file = json!({"path": "flows/thanks.yaml", "etag": told["etags"]["flows/thanks.yaml"]});
    assert!(heard.contains(&format!("event: files\ndata: {file}\n")), "{heard}");
    let flows = json!({"version": told["version"], "errors": 0});
    assert!(heard.contains(&format!("event: flows\ndata: {flows}\n")) && !heard.contains("\nid:"), "{heard}");
    let listened = meta::find(&host.app.store, "events_until").await.unwrap();
    assert_eq!(listened, None, "nobody asked for what the log holds");
}
