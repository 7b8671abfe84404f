//! Tests `/v1/bot/versions`, and maps of old versions.

use super::host::{Host, OPERATOR};
use serde_json::{Value as Json, json};
use transom::base::time::Span;

const MORNING: &str = "flow: hello\nwhen:\n  - message: hello\nsteps:\n  - say: Good morning\n";

#[tokio::test]
async fn a_run_is_shown_with_the_files_of_its_own_version() {
    let mut host = Host::new().await;
    host.ana_says("hello").await;
    host.advance(Span::minutes(1)).await;
    host.reload(&[("flows/hello.yaml", MORNING)]).await;
    let run = host.get("key-acme", "/v1/runs?flow=hello").await.is(200)["data"][0].clone();
    let (old, new) = (run["version"].as_i64().unwrap(), host.app.live.get().version.0);
    assert_ne!(old, new);
    let map = async |body: Json| host.post(OPERATOR, "/v1/studio/map", body).await;
    let words = |map: &Json| map["steps"][0]["words"].as_str().unwrap().to_owned();
    assert_eq!(words(&map(json!({"flow": "hello", "version": old})).await.is(200)), "Hello to you");
    assert_eq!(words(&map(json!({"flow": "hello", "version": new})).await.is(200)), "Good morning");
    assert_eq!(words(&map(json!({"flow": "hello"})).await.is(200)), "Good morning", "the file on disk");
    let both = map(json!({"flow": "hello", "version": old, "files": {"flows/hello.yaml": MORNING}})).await.is(422);
    assert_eq!(both["errors"][0]["pointer"], "/version");
    map(json!({"flow": "hello", "version": 7_777_777})).await.is(404);
    let text = async |version: i64| {
        let path = format!("/v1/bot/versions/{version}/files/flows/hello.yaml");
        host.get(OPERATOR, &path).await.is(200)["text"].as_str().unwrap().to_owned()
    };
    assert!(text(old).await.contains("Hello to you"));
    assert_eq!(text(new).await, MORNING);
    host.get(OPERATOR, &format!("/v1/bot/versions/{old}/files/flows/nothing.yaml")).await.is(404);
    host.get(OPERATOR, "/v1/bot/versions/x").await.is(404);
}

#[tokio::test]
async fn versions_are_listed_with_the_files_that_changed() {
    let host = Host::new().await;
    host.advance(Span::minutes(1)).await;
    host.reload(&[("flows/hello.yaml", MORNING), ("flows/late.yaml", &MORNING.replace("hello", "late"))]).await;
    host.advance(Span::minutes(1)).await;
    std::fs::remove_file(host.folder.path().join("flows/late.yaml")).unwrap();
    host.reload(&[]).await;
    let first = host.get(OPERATOR, "/v1/bot/versions?limit=2").await.is(200);
    let changed = |page: &Json, place: usize| page["data"][place]["changed"].clone();
    assert_eq!(changed(&first, 0), json!(["flows/late.yaml"]));
    assert_eq!(changed(&first, 1), json!(["flows/hello.yaml", "flows/late.yaml"]));
    assert_eq!(first["data"][0]["version"], host.app.live.get().version.0);
    let cursor = first["next_cursor"].as_str().unwrap();
    let last = host.get(OPERATOR, &format!("/v1/bot/versions?limit=2&cursor={cursor}")).await.is(200);
    assert_eq!((last["data"].as_array().unwrap().len(), &last["next_cursor"]), (1, &Json::Null));
    assert!(changed(&last, 0).as_array().unwrap().contains(&json!("flows/_bot.yaml")));
    let id = last["data"][0]["version"].to_string();
    let files = host.get(OPERATOR, &format!("/v1/bot/versions/{id}")).await.is(200)["files"].clone();
    assert!(files.as_array().unwrap().contains(&json!("flows/parcel.yaml")) && !files.to_string().contains("late"));
}
