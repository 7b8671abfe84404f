//! Tests the tests that the studio runs, over HTTP.

use super::host::{Host, OPERATOR};
use serde_json::{Value as Json, json};

const TESTS: &str = "/v1/studio/tests";
const HELLO: &str = "flow: hello\nwhen:\n  - message: hello\nsteps:\n  - say: Good morning\n";
const GREETS: &str = "tests: hello\nnow: 2026-11-24T10:00 Europe/Madrid\ncases:\n  - name: it greets\n    steps:\n      - user: hello\n      - bot: Good morning\n  - name: it says goodbye\n    steps:\n      - user: hello\n      - bot: Good evening\n";

fn unsaved(flow: &str, tests: &str) -> Json {
    json!({"files": {"flows/hello.yaml": flow, "flows/hello.test.yaml": tests}})
}

#[tokio::test]
async fn unsaved_tests_run_on_unsaved_flows() {
    let host = Host::new().await;
    let run = host.post(OPERATOR, TESTS, unsaved(HELLO, GREETS)).await.is(200);
    let cases = run["cases"].as_array().unwrap();
    let passed: Vec<_> = cases.iter().map(|case| (case["name"].as_str().unwrap(), case["passed"] == true)).collect();
    assert_eq!(passed, [("it greets", true), ("it says goodbye", false)]);
    let (failure, accepted) = (&cases[1]["failure"], cases[1]["accepted"].as_str().unwrap());
    assert_eq!((&failure["act"], &failure["line"]), (&json!(0), &json!(11)), "{failure:#}");
    assert_eq!(accepted, GREETS.replace("Good evening", "Good morning"));
    let again = host.post(OPERATOR, TESTS, unsaved(HELLO, accepted)).await.is(200);
    assert!(again["cases"].as_array().unwrap().iter().all(|case| case["passed"] == true), "{again:#}");
    assert!(!host.folder.path().join("flows/hello.test.yaml").exists());
    let flow = again["coverage"].as_array().unwrap().iter().find(|one| one["flow"] == "hello").unwrap();
    assert_eq!((&flow["steps"], &flow["passed"], &flow["never"]), (&json!(1), &json!(1), &json!([])));
}

#[tokio::test]
async fn one_case_one_file_or_one_flow_runs_alone() {
    let host = Host::new().await;
    let count = async |only: Json| {
        let mut body = unsaved(HELLO, GREETS);
        body["files"]["flows/parcel.test.yaml"] =
            "tests: parcel\ncases:\n  - name: it goes\n    steps:\n      - api: {number: 1, size: small}\n".into();
        body["only"] = only;
        let run = host.post(OPERATOR, TESTS, body).await.is(200);
        run["cases"].as_array().unwrap().len()
    };
    assert_eq!(count(Json::Null).await, 3);
    assert_eq!(count(json!({"flow": "parcel"})).await, 1);
    assert_eq!(count(json!({"path": "flows/hello.test.yaml"})).await, 2);
    assert_eq!(count(json!({"path": "flows/hello.test.yaml", "name": "it greets"})).await, 1);
    assert_eq!(count(json!({"flow": "nobody"})).await, 0);
}

#[tokio::test]
async fn mistakes_in_flows_and_in_tests_are_told() {
    let host = Host::new().await;
    let refused = host.post(OPERATOR, TESTS, unsaved(&HELLO.replace("say", "sya"), GREETS)).await.is(409);
    assert_eq!((&refused["code"], &refused["findings"][0]["code"]), (&json!("has_errors"), &json!("E221")));
    let run = host.post(OPERATOR, TESTS, unsaved(HELLO, &GREETS.replace("user", "usr"))).await.is(200);
    assert_eq!((&run["cases"], &run["findings"][0]["code"]), (&json!([]), &json!("E957")));
    let wrong = host.post(OPERATOR, TESTS, json!({"only": {"flwo": "hello"}})).await.is(422);
    assert_eq!(wrong["errors"][0]["pointer"], "/only/flwo");
    assert_eq!(host.post("key-acme", TESTS, json!({})).await.is(403)["code"], "operator_only");
}
