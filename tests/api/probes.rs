//! Tests probes and metrics: complete and without a key on a listener of their own; on the public one no details
//! without a key.

use super::host::{Answer, Host, OPERATOR};
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::{io::Write as _, process::Stdio, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    time::timeout,
};
use transom::{
    base::{limits::ADMIN_CONNECTIONS_MAX, secret::Secret},
    web::{
        server::{listener::ClientTimeouts, serve::Server},
        state::Web,
    },
};

/// The host's daemon behind both listeners; the public one has `places` connections.
async fn doors(host: &Host, places: usize) -> (Server, Server) {
    let web = Arc::new(Web::new(Arc::clone(&host.app), Secret::new(OPERATOR), false));
    let listener = async || TcpListener::bind("127.0.0.1:0").await.unwrap();
    let public = Server::start_patient(listener().await, Arc::clone(&web), ClientTimeouts::default(), places).unwrap();
    (public, Server::start_admin(listener().await, web).unwrap())
}

async fn ask(server: &Server, path: &str, accept: &str) -> Answer {
    let url = format!("http://{}{path}", server.address);
    let answer = crate::graph::client().get(url).header("accept", accept).send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Answer { status, headers, text: answer.text().await.unwrap() }
}

#[tokio::test]
async fn strangers_learn_whether_it_is_ready_and_no_more() {
    let host = Host::new().await;
    for key in ["", "key-acme", "wrong"] {
        assert_eq!(host.get(key, "/readyz").await.is(200), json!({"ready": true}), "`{key}`");
    }
    assert_eq!(host.get("", "/metrics").await.is(401)["code"], "unauthorized");
    assert_eq!(host.get("key-acme", "/metrics").await.is(403)["code"], "operator_only");
    let whole = host.get(OPERATOR, "/readyz").await.is(200);
    assert_eq!((&whole["ready"], &whole["live"]["flows"]), (&json!(true), &json!(3)));
    assert_eq!((&whole["findings"][0]["code"], &whole["senders"][1]["state"]), (&json!("W606"), &json!("online")));
    assert!(host.get(OPERATOR, "/metrics").await.text.contains("transom_sender_state{"));
}

#[tokio::test]
async fn webhooks_cannot_take_the_connections_of_probes() {
    let host = Host::new().await;
    let (public, admin) = doors(&host, 3).await;
    let mut idle = Vec::new();
    for _ in 0..8 {
        idle.push(TcpStream::connect(public.address).await.unwrap());
    }
    let soon = Duration::from_millis(500);
    let shut = timeout(soon, ask(&public, "/healthz", "")).await;
    assert!(shut.is_err(), "the public listener has no place left: {shut:?}");
    for path in ["/healthz", "/readyz", "/metrics"] {
        let answer = timeout(Duration::from_secs(5), ask(&admin, path, "")).await.expect(path);
        assert_eq!(answer.status, 200, "{path}");
    }
    let whole = ask(&admin, "/readyz", "").await.json();
    assert_eq!(whole["live"]["flows"], 3, "all of it, without a key");
}

#[tokio::test]
async fn probes_have_so_many_connections() {
    let host = Host::new().await;
    let (_public, admin) = doors(&host, 1).await;
    let mut taken = Vec::new();
    for _ in 0..ADMIN_CONNECTIONS_MAX - 1 {
        taken.push(TcpStream::connect(admin.address).await.unwrap());
    }
    let soon = Duration::from_millis(500);
    // The client gives its connection back with the answer, and keeps it open: that is the last place.
    let mut last = TcpStream::connect(admin.address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut last, b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let mut some = [0; 64];
    let read = timeout(soon, tokio::io::AsyncReadExt::read(&mut last, &mut some)).await;
    assert!(read.is_ok_and(|read| read.unwrap() > 0), "the last place serves");
    assert!(timeout(soon, ask(&admin, "/healthz", "")).await.is_err(), "one more waits");
    drop(taken);
    assert_eq!(timeout(Duration::from_secs(5), ask(&admin, "/healthz", "")).await.unwrap().status, 200);
}

#[tokio::test]
async fn the_admin_listener_takes_no_webhooks_and_no_requests_of_the_api() {
    let host = Host::new().await;
    let (_public, admin) = doors(&host, 1).await;
    for path in ["/webhooks/meta", "/v1/senders", "/api/user/whatsapp/senders", "/docs"] {
        assert_eq!(ask(&admin, path, "").await.status, 404, "{path}");
    }
    let posted = crate::graph::client().request(Method::POST, format!("http://{}/metrics", admin.address));
    assert_eq!(posted.send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn nothing_that_the_admin_listener_answers_is_kept_by_a_proxy() {
    let host = Host::new().await;
    let (_public, admin) = doors(&host, 1).await;
    for (path, status) in [("/healthz", 200), ("/readyz", 200), ("/metrics", 200), ("/v1/senders", 404), ("/%ff", 404)]
    {
        let answer = ask(&admin, path, "").await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
    }
    let posted = crate::graph::client().request(Method::POST, format!("http://{}/metrics", admin.address));
    assert_eq!(posted.send().await.unwrap().headers()["cache-control"], "no-store");
}

#[tokio::test]
async fn metrics_come_in_the_form_that_the_client_names() {
    let host = Host::new().await;
    let (_public, admin) = doors(&host, 1).await;
    let kind = |answer: &Answer| answer.headers["content-type"].to_str().unwrap().to_owned();
    let open = ask(&admin, "/metrics", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5").await;
    assert_eq!(kind(&open), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(open.text.ends_with("# EOF\n") && open.text.contains("# TYPE transom_answered counter\n"));
    let plain = ask(&admin, "/metrics", "*/*").await;
    assert_eq!(kind(&plain), "text/plain; version=0.0.4; charset=utf-8");
    assert!(!plain.text.contains("# EOF") && plain.text.contains("# TYPE transom_answered_total counter\n"));
}

#[tokio::test]
async fn a_scrape_reads_no_row() {
    let mut host = Host::new().await;
    let (_public, admin) = doors(&host, 1).await;
    host.app.survey().await.unwrap();
    host.ana_says("STOP").await;
    host.ana_says("are you there?").await;
    let needs = async || {
        let page = ask(&admin, "/metrics", "").await.text;
        page.lines().find_map(|line| line.strip_prefix("transom_needs_person ")).unwrap().to_owned()
    };
    assert_eq!(needs().await, "0", "what was read last");
    host.app.survey().await.unwrap();
    assert_eq!(needs().await, "1");
}

#[tokio::test]
async fn metrics_tell_of_process_database_senders_and_acknowledgements() {
    let mut host = Host::new().await;
    host.ana_says("hello").await;
    let page = host.metrics().await;
    for start in [
        "process_resident_memory_bytes ",
        "process_cpu_seconds_total ",
        "transom_build_info{version=",
        "transom_database_connected 1",
        r#"transom_sender_state{sender="12",state="online"} 1"#,
        r#"transom_sender_state{sender="12",state="degraded"} 0"#,
        "transom_oldest_unsent_seconds 0",
        "transom_webhook_seconds_count 1",
        r#"transom_dead_letters{kind="unknown_send"} 0"#,
    ] {
        assert!(page.lines().any(|line| line.starts_with(start)), "`{start}` is missing in\n{page}");
    }
}

// Debian has it in the package `prometheus`; without it the test says so and goes on.
#[tokio::test]
async fn promtool_finds_nothing_to_say() {
    let mut host = Host::new().await;
    host.ana_says("hello").await;
    host.ana_says("something else").await;
    let page = host.metrics().await;
    let promtool = std::env::var("PROMTOOL").unwrap_or_else(|_| "promtool".to_owned());
    let mut command = std::process::Command::new(&promtool);
    command.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut child) = command.spawn() else {
        eprintln!("`{promtool}` is not installed: the metrics were not checked by it");
        return;
    };
    child.stdin.take().unwrap().write_all(page.as_bytes()).unwrap();
    let said = child.wait_with_output().unwrap();
    let words = [said.stdout, said.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(said.status.success() && words.trim().is_empty(), "{words}\n{page}");
}

#[tokio::test]
async fn what_should_have_left_and_waits_has_an_age() {
    use transom::base::{ids::SenderId, time::Span};
    let mut host = Host::new().await;
    let until = host.app.now() + Span::hours(1);
    host.app.health.paused_senders.pause(SenderId(12), false, until, "190: wrong token".into());
    host.ana_says("hello").await;
    host.clock.set(host.app.now() + Span::seconds(90));
    let page = host.metrics().await;
    assert!(page.contains("transom_oldest_unsent_seconds 90.0\n"), "{page}");
    assert!(page.contains(r#"transom_sender_state{sender="12",state="paused"} 1"#), "{page}");
    let whole: Json = host.get(OPERATOR, "/readyz").await.is(200);
    assert_eq!(whole["senders"][1]["state"], "paused");
}
