//! Tests who is let through to each native route: keys, the studio's page without one, and pages of other sites.

use super::{
    host::{Answer, Host},
    studio::open_host,
    websocket::Socket,
};
use reqwest::Method;
use transom::web::{
    admission,
    routes::{self, AllowedCallers, Route, Verb},
};

const PAGE: (&str, &str) = ("sec-fetch-site", "same-origin");

fn checked() -> impl Iterator<Item = &'static Route> {
    routes::all().filter(|route| admission::is_checked(route) && route.who != AllowedCallers::SignIn)
}

/// The native routes that the studio's page may call without a key.
fn native() -> impl Iterator<Item = &'static Route> {
    checked().filter(|route| route.path.starts_with("/v1/"))
}

/// The path with ids of nothing.
fn path(route: &Route) -> String {
    let parts = route.path.split('/').map(|part| if part.starts_with('{') { "999999" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn acts(route: &Route) -> bool {
    route.verb != Verb::Get || route.name == "studio_editor"
}

/// The status of an answer and its code; streams and WebSockets stay open, so of their answers only the head is read.
async fn ask(host: &Host, route: &Route, headers: &[(&str, &str)]) -> (u16, String) {
    if matches!(route.name, "listen" | "studio_editor") {
        let Err(answer) = Socket::open(&host.base, &path(route), headers).await else { return (101, String::new()) };
        let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default().to_owned();
        return (answer[9..12].parse().unwrap(), code(&body));
    }
    let method: Method = route.verb.as_str().parse().unwrap();
    let Answer { status, text, .. } = host.request(method, &path(route), headers, "").await;
    (status, code(&text))
}

fn code(body: &str) -> String {
    let body: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    body["code"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_page_on_an_open_machine_calls_every_native_route() {
    let host = open_host(&[]).await;
    for route in native() {
        let own = [PAGE, ("origin", host.base.as_str())];
        for headers in [&own[..1], &own[1..], &own[..]] {
            let (status, code) = ask(&host, route, headers).await;
            assert!(status != 401 && !matches!(&*code, "operator_only" | "foreign_origin"), "{} {code}", route.name);
        }
    }
}

#[tokio::test]
async fn a_page_of_another_site_calls_no_native_route() {
    let host = open_host(&[]).await;
    for route in native() {
        for headers in [
            [("origin", "https://evil.example"), PAGE],
            [("origin", "http://127.0.0.1:1"), PAGE],
            [("origin", "null"), PAGE],
            [("accept", "*/*"), ("sec-fetch-site", "cross-site")],
            [("accept", "*/*"), ("sec-fetch-site", "same-site")],
        ] {
            let refused = ask(&host, route, &headers).await;
            assert_eq!(refused, (403, "foreign_origin".to_owned()), "{} {headers:?}", route.name);
        }
        // A request that does not say where it comes from may read, as `curl` does.
        let (_, code) = ask(&host, route, &[]).await;
        assert_eq!(code == "foreign_origin", acts(route), "{}", route.name);
    }
}

#[tokio::test]
async fn a_request_without_a_key_gets_nothing_where_it_may_not_be_the_page() {
    let (open, closed) = (open_host(&[]).await, Host::new().await);
    for route in checked() {
        for header in [("x-forwarded-for", "127.0.0.1"), ("host", "bot.example.com"), ("authorization", "Bearer wrong")]
        {
            // A WebSocket of the tests has a `Host` already.
            if header.0 != "host" || !matches!(route.name, "listen" | "studio_editor") {
                assert_eq!(ask(&open, route, &[PAGE, header]).await.0, 401, "{} {header:?}", route.name);
            }
        }
        assert_eq!(ask(&closed, route, &[PAGE]).await.0, 401, "{}: a sender reaches customers", route.name);
    }
}

#[tokio::test]
async fn the_page_is_no_caller_of_dialects_and_metrics() {
    let host = open_host(&[]).await;
    for route in routes::all().filter(|route| route.is_dialect() || route.name == "metrics") {
        let (status, _) = ask(&host, route, &[PAGE, ("origin", host.base.as_str())]).await;
        assert!(matches!(status, 401 | 403), "{}: {status}", route.name);
    }
}

#[tokio::test]
async fn a_key_of_an_account_is_judged_alone_where_the_page_would_be_let_through() {
    let host = open_host(&[]).await;
    let refused = host.request(Method::GET, "/v1/bot", &[PAGE, ("authorization", "Bearer key-acme")], "").await;
    assert_eq!(refused.is(403)["code"], "operator_only");
    let shown = host.request(Method::GET, "/v1/contacts", &[("authorization", "Bearer key-acme")], "").await;
    shown.is(200);
}
