//! Tests the studio's page and its files, and who may use it.

use super::host::{Answer, Host};
use reqwest::Method;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A configuration with sandboxes only, which opens the studio to this machine.
pub fn sandboxes(listen: &str) -> String {
    format!(
        "listen: {listen}\ndatabase: \"sqlite://t.db\"\nbot: .\naccounts:\n  - {{name: acme, api_keys: [key-acme]}}\n\
         senders:\n  - {{id: 1, account: acme, name: Sandbox, provider: sandbox, phone: \"+15550000001\"}}\n"
    )
}

/// A daemon whose studio is open, with these files more than those of every host.
pub async fn open_host(files: &[(&str, &str)]) -> Host {
    Host::start(files, |_| sandboxes("127.0.0.1:0"), "2026-03-27T09:00:00Z", None).await
}

async fn get(host: &Host, path: &str, headers: &[(&str, &str)]) -> Answer {
    host.request(Method::GET, path, headers, "").await
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split_once(after).unwrap().0
}

/// The head of an answer as it comes over the wire, without what a client does to it.
async fn head_of(host: &Host, request: &str) -> String {
    let address = host.base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request =
        format!("{request} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\naccept-encoding: gzip\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let head = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    if request.starts_with("HEAD") {
        assert_eq!(answer.len(), head + 4, "a body follows");
    }
    String::from_utf8(answer[..head].to_vec()).unwrap().to_lowercase()
}

#[tokio::test]
async fn every_address_below_studio_is_the_same_page_with_a_new_nonce() {
    let host = open_host(&[]).await;
    let mut nonces = Vec::new();
    for path in ["/studio", "/studio/", "/studio/flows/menu?step=menu.ask_1", "/studio/flows/b%C3%BCcher"] {
        let page = get(&host, path, &[]).await;
        assert_eq!(page.status, 200, "{path}");
        let nonce = between(&page.text, "name=\"csp-nonce\" content=\"", "\"").to_owned();
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains(&format!("style-src 'self' 'nonce-{nonce}'")), "{policy}");
        assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{policy}");
        assert_eq!(page.headers["cache-control"], "no-store");
        assert_eq!(page.headers["x-content-type-options"], "nosniff");
        assert_eq!(page.headers["referrer-policy"], "no-referrer");
        assert_eq!(page.headers["cross-origin-opener-policy"], "same-origin");
        assert!(!page.text.contains("{{"), "{}", page.text);
        nonces.push(nonce);
    }
    nonces.dedup();
    assert_eq!(nonces.len(), 4);
}

#[tokio::test]
async fn files_of_the_page_are_kept_for_ever_and_only_under_their_hash() {
    let host = open_host(&[]).await;
    let page = get(&host, "/studio", &[]).await.text;
    let script = between(&page, "type=\"module\" src=\"", "\"").to_owned();
    let plain = get(&host, &script, &[("accept-encoding", "identity")]).await;
    assert!(plain.status == 200 && plain.text.contains("import*as"), "{}", plain.text);
    assert!(!plain.headers.contains_key("content-encoding"));
    assert_eq!(plain.headers["content-type"], "text/javascript; charset=utf-8");
    let head = head_of(&host, &format!("HEAD {script}")).await;
    for line in
        ["http/1.1 200", "content-encoding: gzip", "vary: accept-encoding", "public, max-age=31536000, immutable"]
    {
        assert!(head.contains(line), "{line}: {head}");
    }
    let hash = between(&script, "/studio/a/", "/").to_owned();
    for path in [
        script.replace(&hash, "0000000000000000"),
        format!("/studio/a/{hash}/js/nothing.js"),
        format!("/studio/a/{hash}/js/..%2F..%2FCargo.toml"),
        format!("/studio/a/{hash}/nothing"),
        "/studio/a/".to_owned(),
    ] {
        assert_eq!(get(&host, &path, &[]).await.is(404)["code"], "not_found", "{path}");
    }
}

#[tokio::test]
async fn a_head_of_the_page_has_no_body() {
    let host = open_host(&[]).await;
    let head = head_of(&host, "HEAD /studio").await;
    assert!(head.starts_with("http/1.1 200") && head.contains("content-security-policy"), "{head}");
}

#[tokio::test]
async fn a_browser_at_the_root_is_led_to_the_studio_and_nobody_else_is() {
    let host = open_host(&[]).await;
    let page = get(&host, "/", &[("accept", "text/html,*/*;q=0.8")]).await;
    assert!(page.status == 200 && page.text.contains("csp-nonce"), "{} {}", page.status, page.text);
    let head = head_of(&host, "GET /").await;
    assert!(head.starts_with("http/1.1 404"), "{head}");
    let html = [("accept", "text/html")];
    assert_eq!(get(&host, "/nothing", &html).await.is(404)["code"], "not_found");
    assert_eq!(host.request(Method::POST, "/", &html, "").await.is(404)["code"], "not_found");
    assert_eq!(get(&Host::new().await, "/", &html).await.is(404)["code"], "not_found", "it has a real sender");
}

#[tokio::test]
async fn the_page_is_given_wherever_somebody_may_sign_in() {
    let host = open_host(&[]).await;
    let proxied = ("x-forwarded-for", "192.0.2.7");
    for headers in [[proxied], [("host", "bot.example.com")], [("forwarded", "for=192.0.2.7")], [("x-real-ip", "::1")]]
    {
        let page = get(&host, "/studio", &headers).await;
        assert_eq!((page.status, page.headers["content-type"].as_bytes()), (403, &b"text/html; charset=utf-8"[..]));
        assert!(page.text.contains("The studio needs https"), "{headers:?}: {}", page.text);
        assert!(page.headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    }
    let wide = Host::start(&[], |_| sandboxes("0.0.0.0:0"), "2026-03-27T09:00:00Z", None).await;
    for closed in [Host::new().await, wide] {
        let page = get(&closed, "/studio/flows", &[]).await;
        assert!(page.status == 200 && page.text.contains("csp-nonce"), "{}", page.text);
        assert_eq!(get(&closed, "/v1/session", &[]).await.is(401)["code"], "not_signed_in");
        assert_eq!(get(&closed, "/v1/bot", &[]).await.status, 401);
    }
    let mut session = get(&host, "/v1/session", &[]).await.is(200);
    let may = session.as_object_mut().unwrap().remove("may").unwrap();
    assert!(may.as_array().unwrap().contains(&"publish_bot".into()), "{may}");
    let whole = serde_json::json!({"person": null, "role": "operator", "accounts": null, "teams": [], "local": true});
    assert_eq!(session, whole);
}
