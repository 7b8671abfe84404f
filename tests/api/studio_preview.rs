//! Tests the preview of changed files, and publications that depend on it.

use super::host::{Host, OPERATOR};
use serde_json::{Value as Json, json};
use std::fs;

const PREVIEW: &str = "/v1/bot/preview";
const PUBLISH: &str = "/v1/bot/publish";
const SURVEY: &str =
    "flow: survey\nwhen:\n  - message: survey\nsteps:\n  - ask: How was it?\n    as: liking\n  - say: Thanks\n";

/// A daemon in which Ana is asked how it was.
async fn half_way() -> Host {
    let mut host = Host::with(&[("flows/survey.yaml", SURVEY)], "").await;
    host.ana_says("survey").await;
    host
}

/// The survey asks nothing any more, so Ana's place is gone.
fn shorter() -> String {
    SURVEY.replace("  - ask: How was it?\n    as: liking\n", "")
}

async fn preview(host: &Host, files: Json) -> Json {
    host.post(OPERATOR, PREVIEW, json!({"files": files})).await.is(200)
}

async fn etag(host: &Host, path: &str) -> Json {
    host.get(OPERATOR, &format!("/v1/bot/files/{path}")).await.is(200)["etag"].clone()
}

#[tokio::test]
async fn a_preview_tells_of_people_templates_and_schedules_and_writes_nothing() {
    let host = half_way().await;
    let mondays = "flow: mondays\nwhen:\n  - schedule: 0 9 * * MON\n    to: everyone\nsteps:\n  - template: reminder\n    vars: [Ana, Monday]\n";
    let files = json!({"flows/survey.yaml": shorter(), "flows/mondays.yaml": mondays, "flows/hello.yaml": null});
    let shown = preview(&host, files).await;
    let changes = &shown["changes"];
    assert_eq!((&shown["conversations"], &changes["unchanged"]), (&json!(1), &json!(false)), "{shown:#}");
    assert_eq!(changes["live"]["version"], host.app.live.get().version.0);
    assert_eq!(changes["live"]["since"], "2026-03-27T09:00:00+00:00");
    let group = &changes["people"][0]["groups"][0];
    assert_eq!((&changes["people"][0]["flow"], &group["fate"]), (&json!("survey"), &json!("stays")), "{changes:#}");
    assert_eq!((&group["step"], &group["count"]), (&json!("survey.ask_1"), &json!(1)));
    assert_eq!(
        (&changes["added"][0]["flow"], &changes["added"][0]["fires"][0]),
        (&json!("mondays"), &json!("2026-03-30T09:00"))
    );
    assert_eq!(changes["templates"][0]["senders"], json!([["Support", "approved"]]));
    assert_eq!(
        (&changes["differences"]["added"], &changes["differences"]["removed"]),
        (&json!(["mondays"]), &json!(["hello"]))
    );
    let kept = fs::read_to_string(host.folder.path().join("flows/survey.yaml")).unwrap();
    assert!(kept == SURVEY && !host.folder.path().join("flows/mondays.yaml").exists());
    assert_eq!(preview(&host, json!({})).await["changes"]["unchanged"], true);
}

#[tokio::test]
async fn files_with_errors_have_findings_and_no_changes() {
    let host = half_way().await;
    let shown = preview(&host, json!({"flows/survey.yaml": SURVEY.replace("say", "sya")})).await;
    assert_eq!((&shown["changes"], &shown["conversations"]), (&Json::Null, &json!(0)));
    assert!(shown["findings"].as_array().unwrap().iter().any(|one| one["code"] == "E221"), "{shown:#}");
    let refused = host.post(OPERATOR, PREVIEW, json!({"files": {"../x.yaml": "x"}})).await.is(422);
    assert_eq!(refused["errors"][0]["pointer"], "/files/..~1x.yaml");
    fs::rename(host.folder.path().join("flows"), host.folder.path().join("away")).unwrap();
    assert_eq!(host.post(OPERATOR, PREVIEW, json!({})).await.is(409)["code"], "not_readable");
}

#[tokio::test]
async fn a_publication_counts_for_the_preview_that_was_seen_and_for_no_other() {
    let mut host = half_way().await;
    let path = "flows/survey.yaml";
    let seen = preview(&host, json!({path: shorter()})).await["seen"].clone();
    let body = json!({"files": {path: shorter()}, "etags": {path: etag(&host, path).await}, "seen": seen});
    // More people at the same step change numbers alone.
    host.somebody_says("+34600111333", "survey").await;
    assert_eq!(preview(&host, json!({path: shorter()})).await["seen"], seen);
    // Another flow goes live: what was shown is no longer all.
    let other = "flow: other\nwhen:\n  - message: other\nsteps:\n  - say: Another\n";
    let new = json!({"files": {"flows/other.yaml": other}, "etags": {"flows/other.yaml": null}});
    host.post(OPERATOR, PUBLISH, new).await.is(200);
    let refused = host.post(OPERATOR, PUBLISH, body.clone()).await.is(409);
    assert_eq!(refused["code"], "preview_changed");
    assert_eq!(fs::read_to_string(host.folder.path().join(path)).unwrap(), SURVEY, "nothing is written");
    let mut again = body;
    again["seen"] = preview(&host, json!({path: shorter()})).await["seen"].clone();
    let told = host.post(OPERATOR, PUBLISH, again).await.is(200);
    assert_eq!(told["version"], host.app.live.get().version.0);
}

#[tokio::test]
async fn a_preview_changes_when_the_first_person_would_be_touched() {
    let mut host = Host::with(&[("flows/survey.yaml", SURVEY)], "").await;
    let seen = preview(&host, json!({"flows/survey.yaml": shorter()})).await["seen"].clone();
    host.ana_says("survey").await;
    let now = preview(&host, json!({"flows/survey.yaml": shorter()})).await;
    assert_ne!(now["seen"], seen, "{now:#}");
}
