//! Tests calls from flows: allowed addresses, sent secrets, and answers.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
    routing::any,
};
use std::collections::BTreeMap;
use transom::{
    base::{limits::CALL_ANSWER_BYTES_MAX, secret::Secret, time::Span},
    channel::{call::FlowClient, guard::Guard},
    model::{
        effect::{CallBody, CallJson, CallText, HttpCall},
        event::{CallAnswer, CallError},
        value::Value,
    },
};

/// A server on this machine; gives its port.
async fn shop() -> u16 {
    let to = |path: &'static str, status: StatusCode| {
        any(move || async move { (status, [("location", path)]).into_response() })
    };
    let echo = |method: axum::http::Method, uri: axum::http::Uri, headers: HeaderMap, body: String| async move {
        let headers: BTreeMap<String, String> =
            headers.iter().map(|(k, v)| (k.to_string(), v.to_str().unwrap_or("").to_owned())).collect();
        let json =
            serde_json::json!({"method": method.as_str(), "query": uri.query(), "headers": headers, "body": body});
        ([("content-type", "application/json"), ("X-Shop", "Yes")], json.to_string())
    };
    let app = Router::new()
        .route("/echo", any(echo))
        .route("/text", any(|| async { "plain" }))
        .route("/empty", any(|| async { StatusCode::NO_CONTENT }))
        .route("/broken", any(|| async { ([("content-type", "application/json")], "{oops") }))
        .route("/limit", any(|| async { "x".repeat(CALL_ANSWER_BYTES_MAX) }))
        .route("/big", any(|| async { "x".repeat(CALL_ANSWER_BYTES_MAX + 1) }))
        .route("/slow", any(|| async { std::future::pending::<Body>().await }))
        .route("/moved", to("/echo", StatusCode::FOUND))
        .route("/kept", to("/echo", StatusCode::TEMPORARY_REDIRECT))
        .route("/loop", to("/loop", StatusCode::FOUND))
        .route("/inside", to("http://169.254.169.254/latest", StatusCode::FOUND))
        .route("/file", to("file:///etc/passwd", StatusCode::FOUND));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    // The same shop under another port is another host to a browser.
    let away = format!("http://127.0.0.1:{port}/echo");
    let app = app.route("/away", any(move || async move { (StatusCode::TEMPORARY_REDIRECT, [("location", away)]) }));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    port
}

fn open() -> FlowClient {
    FlowClient::new(Guard::new(["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()])).unwrap()
}

fn get(url: String) -> HttpCall {
    HttpCall {
        run: 1,
        call: 1,
        attempt: 1,
        method: "get".into(),
        url,
        headers: BTreeMap::new(),
        query: vec![],
        body: None,
        timeout: Span::seconds(10),
        key: None,
    }
}

async fn call(call: &HttpCall) -> Result<CallAnswer, CallError> {
    let secrets = BTreeMap::from([("SHOP".to_owned(), Secret::new("s3cr3t-value"))]);
    open().call(call, &secrets).await
}

async fn code(of: &HttpCall) -> String {
    call(of).await.unwrap_err().code
}

fn at<'v>(answer: &'v CallAnswer, path: &[&str]) -> &'v Value {
    path.iter().fold(&answer.body, |value, key| match value {
        Value::Map(map) => map.get(*key).unwrap_or(&Value::Nothing),
        _ => &Value::Nothing,
    })
}

#[tokio::test]
async fn a_closed_guard_reaches_nothing_on_this_machine() {
    let port = shop().await;
    let caller = FlowClient::new(Guard::new([])).unwrap();
    for host in ["127.0.0.1", "localhost", "[::1]", "2130706433", "[::ffff:127.0.0.1]"] {
        let error = caller.call(&get(format!("http://{host}:{port}/echo")), &BTreeMap::new()).await.unwrap_err();
        assert_eq!(error.code, "blocked", "{host}: {}", error.text);
    }
}

#[tokio::test]
async fn redirects_are_checked_and_counted() {
    let port = shop().await;
    let at = |path: &str| get(format!("http://127.0.0.1:{port}/{path}"));
    assert_eq!(call(&at("moved")).await.unwrap().status, 200);
    assert_eq!(code(&at("inside")).await, "blocked");
    assert_eq!(code(&at("file")).await, "blocked");
    assert_eq!(code(&at("loop")).await, "blocked");
}

#[tokio::test]
async fn secrets_are_put_in_only_here_and_come_back_as_stars() {
    let port = shop().await;
    let secret = || CallText::secret("SHOP");
    let mut step = get(format!("http://127.0.0.1:{port}/echo"));
    step.method = "POST".into();
    step.headers.insert("Authorization".into(), CallText::from("Bearer ").with(secret()));
    step.query = vec![("q".into(), "a b&c".into()), ("k".into(), secret())];
    step.body = Some(CallBody::WithSecrets(with_secret(secret())));
    step.key = Some("run-1-call-1".into());
    let answer = call(&step).await.unwrap();
    assert_eq!(at(&answer, &["method"]), &Value::text("POST"));
    assert_eq!(at(&answer, &["query"]), &Value::text("q=a+b%26c&k=***"));
    assert_eq!(at(&answer, &["headers", "authorization"]), &Value::text("Bearer ***"));
    assert_eq!(at(&answer, &["headers", "idempotency-key"]), &Value::text("run-1-call-1"));
    assert_eq!(at(&answer, &["headers", "content-type"]), &Value::text("application/json"));
    assert_eq!(at(&answer, &["body"]), &Value::text(r#"{"deep":[{"key":"***"}],"n":1}"#));
    assert_eq!(answer.headers["x-shop"], "Yes");

    step.body = Some(CallBody::Form(vec![("a".into(), "ü &".into()), ("s".into(), secret())]));
    assert_eq!(at(&call(&step).await.unwrap(), &["body"]), &Value::text("a=%C3%BC+%26&s=***"));
}

/// `{"deep": [{"key": …}], "n": 1}`.
fn with_secret(secret: CallText) -> CallJson {
    let key = CallJson::Map(BTreeMap::from([("key".to_owned(), CallJson::Text(secret))]));
    CallJson::Map(BTreeMap::from([
        ("deep".to_owned(), CallJson::List(vec![key])),
        ("n".to_owned(), CallJson::Plain(1.into())),
    ]))
}

#[tokio::test]
async fn a_secret_that_is_not_granted_is_refused() {
    let mut step = get("http://127.0.0.1:1/".into());
    step.headers.insert("x".into(), CallText::secret("OTHER"));
    let error = call(&step).await.unwrap_err();
    assert_eq!(error.text, "the secret `OTHER` is not granted to the flows");
}

#[tokio::test]
async fn no_secret_goes_along_to_another_host() {
    let (here, there) = (shop().await, shop().await);
    let _ = there;
    let secret = || CallText::secret("SHOP");
    // `/away` names its own port by number, `localhost` is another host for it.
    let mut step = get(format!("http://localhost:{here}/away"));
    step.headers.insert("X-Key".into(), secret());
    step.headers.insert("X-Plain".into(), "stays".into());
    let answer = call(&step).await.unwrap();
    assert_eq!(at(&answer, &["headers", "x-key"]), &Value::Nothing);
    assert_eq!(at(&answer, &["headers", "x-plain"]), &Value::text("stays"));
    step.method = "POST".into();
    step.body = Some(CallBody::WithSecrets(with_secret(secret())));
    assert_eq!(code(&step).await, "blocked");
}

#[tokio::test]
async fn a_post_that_is_moved_becomes_a_get_and_one_that_is_kept_does_not() {
    let port = shop().await;
    let mut step = get(format!("http://127.0.0.1:{port}/moved"));
    step.method = "POST".into();
    step.body = Some(CallBody::Json(serde_json::json!({"a": 1})));
    let moved = call(&step).await.unwrap();
    assert_eq!((at(&moved, &["method"]), at(&moved, &["body"])), (&Value::text("GET"), &Value::text("")));
    step.url = format!("http://127.0.0.1:{port}/kept");
    let kept = call(&step).await.unwrap();
    assert_eq!((at(&kept, &["method"]), at(&kept, &["body"])), (&Value::text("POST"), &Value::text(r#"{"a":1}"#)));
}

#[tokio::test]
async fn answers_are_json_text_or_nothing_and_bounded() {
    let port = shop().await;
    let body = async |path: &str| call(&get(format!("http://127.0.0.1:{port}/{path}"))).await.map(|answer| answer.body);
    assert_eq!(body("text").await.unwrap(), Value::text("plain"));
    assert_eq!(body("empty").await.unwrap(), Value::Nothing);
    assert_eq!(body("broken").await.unwrap(), Value::text("{oops"));
    assert!(matches!(body("limit").await, Ok(Value::Text(text)) if text.len() == CALL_ANSWER_BYTES_MAX));
    assert_eq!(body("big").await.unwrap_err().code, "too_large");
}

#[tokio::test]
async fn trouble_has_its_code() {
    let port = shop().await;
    let mut slow = get(format!("http://127.0.0.1:{port}/slow"));
    slow.timeout = Span::millis(100);
    assert_eq!(code(&slow).await, "timeout");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(code(&get(format!("http://{closed}/"))).await, "unreachable");
    assert_eq!(code(&get("shop".into())).await, "invalid_url");
    let mut host = get(format!("http://127.0.0.1:{port}/echo"));
    host.headers.insert("Host".into(), "inside".into());
    assert_eq!(code(&host).await, "blocked");
}
