//! Tests `POST /mcp`: what an assistant may ask of a running daemon, and that no answer tells who a customer is.

use super::{
    host::{Answer, Host, OPERATOR},
    masks::{NAME, NUMBER, WORD, marked},
};
use reqwest::Method;
use serde_json::{Value as Json, json};

async fn send(host: &Host, key: &str, headers: &[(&str, &str)], body: Json) -> Answer {
    let bearer = format!("Bearer {key}");
    let headers: Vec<(&str, &str)> =
        [("authorization", bearer.as_str())].into_iter().chain(headers.iter().copied()).collect();
    host.request(Method::POST, "/mcp", &headers, body.to_string()).await
}

async fn ask(host: &Host, key: &str, method: &str, params: Json) -> Json {
    let message = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
    let answer = send(host, key, &[], message).await.is(200);
    assert_eq!((&answer["jsonrpc"], &answer["id"]), (&json!("2.0"), &json!(7)), "{answer}");
    answer
}

/// The text of a tool's answer, and whether it is an error.
async fn call(host: &Host, key: &str, tool: &str, arguments: Json) -> (String, bool) {
    let answer = ask(host, key, "tools/call", json!({"name": tool, "arguments": arguments})).await;
    let result = &answer["result"];
    let text = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{tool}: {answer}"));
    (text.to_owned(), result["isError"].as_bool().unwrap())
}

async fn tools(host: &Host, key: &str) -> Vec<Json> {
    ask(host, key, "tools/list", json!({})).await["result"]["tools"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_assistant_reads_runs_and_their_traces() {
    let mut host = Host::new().await;
    host.ana_says("hello").await;
    let hello = ask(&host, "key-acme", "initialize", json!({"protocolVersion": "2025-11-25"})).await;
    assert_eq!(hello["result"]["protocolVersion"], "2025-11-25");
    assert!(hello["result"]["instructions"].as_str().unwrap().contains("masked"));
    let listed = tools(&host, "key-acme").await;
    let show = listed.iter().find(|tool| tool["name"] == "show_run").unwrap();
    assert_eq!(show["inputSchema"]["required"], json!(["id"]));
    assert!(show["annotations"]["readOnlyHint"].as_bool().unwrap());
    let (runs, is_error) = call(&host, "key-acme", "list_runs", json!({"limit": 1})).await;
    assert!(!is_error, "{runs}");
    let run = serde_json::from_str::<Json>(&runs).unwrap()["data"][0]["id"].clone();
    let (shown, is_error) = call(&host, "key-acme", "show_run", json!({"id": run})).await;
    assert!(!is_error && shown.contains("`message hello` starts `hello`"), "{shown}");
}

#[tokio::test]
async fn no_answer_tells_an_assistant_who_a_customer_is() {
    let world = marked().await;
    let ids = [
        ("show_conversation", "$conversation"),
        ("list_messages", "$conversation"),
        ("show_run", "$run"),
        ("list_run_calls", "$run"),
        ("show_case", "$case"),
    ];
    for key in ["key-acme", OPERATOR] {
        for tool in tools(&world.host, key).await {
            let name = tool["name"].as_str().unwrap();
            let id = ids.iter().find(|(tool, _)| *tool == name).map(|(_, id)| *id);
            if tool["inputSchema"]["required"].as_array().is_some_and(|needed| !needed.is_empty()) && id.is_none() {
                continue;
            }
            let arguments = match (id, name) {
                (Some(id), _) => json!({"id": world.named(id).parse::<i64>().unwrap()}),
                // The operator has several accounts.
                (None, "show_balance" | "list_charges") => json!({"account": "acme"}),
                (None, _) => json!({}),
            };
            let (told, is_error) = call(&world.host, key, name, arguments).await;
            assert!(!is_error, "{name}: {told}");
            for mark in [NAME, NUMBER, WORD] {
                assert!(!told.contains(mark), "{name} tells {mark}: {told}");
            }
        }
    }
    let messages = json!({"id": world.named("$conversation").parse::<i64>().unwrap()});
    assert!(call(&world.host, "key-acme", "list_messages", messages).await.0.contains('•'));
}

#[tokio::test]
async fn a_key_asks_what_its_scopes_open_and_nothing_of_others() {
    let host = Host::new().await;
    let make = json!({"account": "acme", "scopes": ["send"]});
    let sends = host.post(OPERATOR, "/v1/keys", make).await.is(201)["key"].as_str().unwrap().to_owned();
    let list = || json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    assert_eq!(send(&host, &sends, &[], list()).await.is(403)["code"], "missing_scope");
    assert_eq!(send(&host, "key-nobody", &[], list()).await.status, 401);
    let has = |tools: &[Json], name: &str| tools.iter().any(|tool| tool["name"] == name);
    assert!(!has(&tools(&host, "key-acme").await, "show_health") && has(&tools(&host, OPERATOR).await, "show_health"));
    let refused = ask(&host, "key-acme", "tools/call", json!({"name": "show_health"})).await;
    assert_eq!(refused["error"]["message"], "the tool `show_health` is not open to this key");
    let unknown = ask(&host, "key-acme", "tools/call", json!({"name": "list_run"})).await;
    assert_eq!(unknown["error"]["message"], "there is no tool `list_run`; did you mean `list_runs`?");
}

#[tokio::test]
async fn what_does_not_fit_is_told_in_the_form_of_its_layer() {
    let host = Host::new().await;
    let list = || json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    let foreign = send(&host, "key-acme", &[("origin", "https://elsewhere.example")], list()).await.is(403);
    assert_eq!(foreign["code"], "foreign_origin");
    let old = send(&host, "key-acme", &[("mcp-protocol-version", "1999-01-01")], list()).await.is(400);
    assert!(old["error"]["data"]["supported"].as_array().unwrap().contains(&json!("2026-07-28")), "{old}");
    assert_eq!(send(&host, "key-acme", &[("mcp-protocol-version", "2025-06-18")], list()).await.status, 200);
    let broken =
        host.request(Method::POST, "/mcp", &[("authorization", "Bearer key-acme")], "{".to_owned()).await.is(400);
    assert_eq!(broken["error"]["code"], -32700);
    let note = send(&host, "key-acme", &[], json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await;
    assert!(note.status == 202 && note.text.is_empty(), "{}", note.text);
    assert_eq!(host.get("key-acme", "/mcp").await.status, 405);
    let (why, is_error) = call(&host, "key-acme", "list_runs", json!({"limt": 3})).await;
    assert!(is_error && why == "`list_runs` has no argument `limt`; did you mean `limit`?", "{why}");
    let (why, is_error) = call(&host, "key-acme", "list_runs", json!({"limit": 100_000})).await;
    assert!(is_error && why.contains("limit"), "{why}");
    let (why, is_error) = call(&host, "key-acme", "show_run", json!({"id": 999_999_999})).await;
    assert!(is_error && why.contains("not_found"), "{why}");
}

#[tokio::test]
async fn a_stateless_client_says_its_version_in_each_request() {
    let host = Host::new().await;
    let meta = |version: &str| {
        json!({"_meta": {
            "io.modelcontextprotocol/protocolVersion": version, "io.modelcontextprotocol/clientCapabilities": {},
        }})
    };
    let list = || json!({"jsonrpc": "2.0", "id": 7, "method": "tools/list", "params": meta("2026-07-28")});
    let headers = [("mcp-protocol-version", "2026-07-28"), ("mcp-method", "tools/list")];
    let listed = send(&host, "key-acme", &headers, list()).await.is(200);
    assert_eq!(listed["result"]["resultType"], "complete");
    // A proxy that routes by the headers must see what is read here.
    for headers in [&headers[..1], &headers[1..], &[headers[0], ("mcp-method", "tools/call")]] {
        let refused = send(&host, "key-acme", headers, list()).await.is(400);
        assert_eq!(refused["error"]["code"], -32020, "{headers:?}: {refused}");
    }
    let message = json!({"jsonrpc": "2.0", "id": 7, "method": "tools/list", "params": meta("2030-01-01")});
    assert_eq!(send(&host, "key-acme", &[], message).await.is(400)["error"]["code"], -32022);
}

#[tokio::test]
async fn a_ping_is_answered_in_the_versions_that_have_it() {
    let host = Host::new().await;
    let ping = |params: Json| json!({"jsonrpc": "2.0", "id": "p1", "method": "ping", "params": params});
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let answer = send(&host, "key-acme", &[("mcp-protocol-version", version)], ping(json!({}))).await;
        let kind = answer.headers["content-type"].to_str().unwrap().to_owned();
        assert!(kind.starts_with("application/json"), "{kind}");
        assert_eq!(answer.is(200), json!({"jsonrpc": "2.0", "id": "p1", "result": {}}));
    }
    let meta = json!({"_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {},
    }});
    let stateless = |method: &'static str| [("mcp-protocol-version", "2026-07-28"), ("mcp-method", method)];
    assert_eq!(send(&host, "key-acme", &stateless("ping"), ping(meta.clone())).await.is(404)["error"]["code"], -32601);
    // An unknown method is an error in an answer of 200 before, and 404 in that version.
    let unknown = |params: Json| json!({"jsonrpc": "2.0", "id": 1, "method": "prompts/list", "params": params});
    assert_eq!(send(&host, "key-acme", &[], unknown(json!({}))).await.is(200)["error"]["code"], -32601);
    assert_eq!(
        send(&host, "key-acme", &stateless("prompts/list"), unknown(meta)).await.is(404)["error"]["code"],
        -32601
    );
}
