//! Tests plays, saved talks and maps over HTTP.

use super::{
    host::{Host, OPERATOR},
    studio::open_host,
};
use reqwest::Method;
use serde_json::{Value as Json, json};
use transom::base::limits::{PLAY_STEPS_MAX, STUDIO_BODY_BYTES_MAX};

const PLAY: &str = "/v1/studio/play";

fn hello(steps: Json) -> Json {
    json!({"flow": "hello", "world": {"now": "2026-11-24T10:00 Europe/Madrid"}, "steps": steps})
}

fn with(path: &str, text: &str, steps: Json) -> Json {
    let mut body = hello(steps);
    body["files"] = json!({path: text});
    body
}

#[tokio::test]
async fn a_talk_is_played_with_unsaved_texts() {
    let host = Host::new().await;
    let text = "flow: hello\nwhen:\n  - message: hello\nsteps:\n  - say: Good morning\n";
    let body = with("flows/hello.yaml", text, json!([{"user": "hello"}]));
    let played = host.post(OPERATOR, PLAY, body).await.is(200);
    let said = &played["acts"][0]["messages"][1];
    assert_eq!(
        (&said["content"]["text"], &said["json"]["text"]["body"]),
        (&json!("Good morning"), &json!("Good morning"))
    );
    let on_disk = std::fs::read_to_string(host.folder.path().join("flows/hello.yaml")).unwrap();
    assert!(on_disk.contains("Hello to you"));
}

#[tokio::test]
async fn errors_and_wrong_requests_are_told() {
    let host = Host::new().await;
    let broken = with("flows/hello.yaml", "flow: hello\nsteps:\n  - sya: hi\n", json!([]));
    let said = host.post(OPERATOR, PLAY, broken).await.is(409);
    assert_eq!((&said["code"], &said["findings"][0]["code"]), (&json!("has_errors"), &json!("E221")));
    for path in
        ["../flows/hello.yaml", "config.yaml", "flows/../x.yaml", "flows/a/b.yaml", "files/x.yaml", "/etc/passwd"]
    {
        let said = host.post(OPERATOR, PLAY, with(path, "x", json!([]))).await.is(422);
        assert!(said["errors"][0]["pointer"].as_str().unwrap().starts_with("/files/"), "{path}: {said}");
    }
    let mut wrong = hello(json!([]));
    wrong["world"] = json!({"now": "soon"});
    assert_eq!(host.post(OPERATOR, PLAY, wrong).await.is(422)["errors"][0]["pointer"], "/world/now");
    let many: Vec<Json> = (0..=PLAY_STEPS_MAX).map(|_| json!({"user": "x"})).collect();
    assert_eq!(host.post(OPERATOR, PLAY, hello(many.into())).await.is(422)["code"], "play_too_long");
    let large = with("flows/hello.yaml", &"#".repeat(STUDIO_BODY_BYTES_MAX), json!([]));
    assert_eq!(host.post(OPERATOR, PLAY, large).await.is(413)["code"], "too_large");
}

#[tokio::test]
async fn a_play_needs_the_operator() {
    let (real, open) = (Host::new().await, open_host(&[]).await);
    let tries = ["play", "play/test", "map", "tests", "bad-day", "wander", "replay"];
    for path in tries.map(|name| format!("/v1/studio/{name}")) {
        assert_eq!(real.post("key-acme", &path, json!({})).await.is(403)["code"], "operator_only", "{path}");
        let foreign = [("origin", "https://example.com"), ("content-type", "application/json")];
        let ask = async |host: &Host| host.request(Method::POST, &path, &foreign, "{}".to_owned()).await;
        assert_eq!(ask(&real).await.is(401)["code"], "unauthorized", "{path}");
        assert_eq!(ask(&open).await.is(403)["code"], "foreign_origin", "{path}");
    }
}

#[tokio::test]
async fn a_script_that_runs_forever_is_stopped() {
    let host = Host::new().await;
    let text = "flow: hello\nwhen:\n  - message: hello\nsteps:\n  - script: |\n      loop { }\n  - say: Done\n";
    let body = with("flows/hello.yaml", text, json!([{"user": "hello"}]));
    let played = host.post(OPERATOR, PLAY, body).await.is(200);
    let trace = played["acts"][0]["trace"].as_array().unwrap();
    assert!(trace.iter().any(|line| line["kind"] == "error"), "{trace:?}");
}

#[tokio::test]
async fn a_play_reaches_no_network_and_knows_no_secret() {
    let host = Host::new().await;
    let bot = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\nsecrets: [KEY]\n";
    let text = "flow: hello\nwhen:\n  - message: hello\nsteps:\n  - http: GET https://shop.example/x\n    headers: {key: \"${secrets.KEY}\"}\n    on_error: [{say: \"It failed: ${error.code}\"}]\n  - say: Done\n";
    let mut body = with("flows/hello.yaml", text, json!([{"user": "hello"}]));
    body["files"]["flows/_bot.yaml"] = bot.into();
    let played = host.post(OPERATOR, PLAY, body).await.is(200);
    let call = &played["acts"][0]["calls"][0];
    assert_eq!((&call["mocked"], &call["status"]), (&json!(false), &Json::Null), "{played:#}");
    assert!(call["write"].as_str().unwrap().contains("GET */x"));
}

#[tokio::test]
async fn hostile_names_and_texts_come_back_as_text() {
    let host = Host::new().await;
    let evil = "<img src=x onerror=alert(1)>";
    let text =
        format!("flow: hello\ntitle: '{evil}'\nwhen:\n  - message: hello\nsteps:\n  - say: 'Hi ${{contact.name}}'\n");
    let mut body = with("flows/hello.yaml", &text, json!([{"user": "hello"}, {"user": evil}]));
    body["world"]["contact"] = json!({"name": evil});
    let played = host.post(OPERATOR, PLAY, body).await.is(200);
    assert_eq!(played["acts"][0]["messages"][1]["content"]["text"], format!("Hi {evil}"));
    assert_eq!(played["acts"][1]["messages"][0]["text"], evil);
    let map = json!({"flow": "hello", "files": {"flows/hello.yaml": text}});
    let svg = host.post(OPERATOR, "/v1/studio/map", map).await.is(200)["svg"].as_str().unwrap().to_owned();
    assert!(!svg.contains("<img") && svg.contains("&lt;img"), "{svg}");
}

#[tokio::test]
async fn a_map_is_drawn_while_other_files_have_errors() {
    let host = Host::new().await;
    let path = "/v1/studio/map";
    let body = json!({"flow": "hello", "files": {"flows/parcel.yaml": "flow: parcel\nsteps:\n  - say: *no\n"}});
    let drawn = host.post(OPERATOR, path, body).await.is(200);
    assert!(drawn["svg"].as_str().unwrap().contains("data-step=\"hello.say_1\""));
    assert_eq!(
        drawn["steps"][0],
        json!({
            "id": "hello.say_1", "path": "flows/hello.yaml", "line": 5, "verb": "say", "words": "Hello to you",
            "blocks": [],
        })
    );
    let body = json!({"flow": "hello", "files": {"flows/hello.yaml": "flow: hello\nsteps:\n  - say: {a: [b\n"}});
    let said = host.post(OPERATOR, path, body).await.is(409);
    assert_eq!((&said["code"], &said["findings"][0]["severity"]), (&json!("not_readable"), &json!("error")));
    assert_eq!(host.post(OPERATOR, path, json!({"flow": "nobody"})).await.is(409)["code"], "not_readable");
}

#[tokio::test]
async fn a_talk_becomes_a_test() {
    let host = Host::new().await;
    let mut body = hello(json!([{"user": "hello"}]));
    body["name"] = "a greeting".into();
    let saved = host.post(OPERATOR, "/v1/studio/play/test", body).await.is(200);
    assert_eq!(saved["path"], "flows/hello.test.yaml");
    assert!(saved["text"].as_str().unwrap().contains("- bot: Hello to you"), "{saved}");
    assert!(!host.folder.path().join("flows/hello.test.yaml").exists());
}
