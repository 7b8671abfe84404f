//! Tests the daemon's own TLS with a real client: webhooks, streams, renewals, clients that are silent or speak no TLS, and
//! a standby before it.

use super::{
    host::{Host, OPERATOR, TLS_NAME, whole_key},
    sign_in::{self, PASSWORD, add, post_session},
};
use rcgen::{CertificateParams, KeyPair};
use reqwest::Method;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    version::{TLS12, TLS13},
};
use serde_json::{Value as Json, json};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use transom::{
    base::secret::Secret,
    runtime::{certificate::Looked, process::metrics::Metrics},
    store::StandbyView,
    web::{
        server::{listener::ClientTimeouts, serve::Server},
        standby::{StandbyServer, StandbyWeb},
        state::Web,
    },
};

const SECTION: &str = "tls: {cert: cert.pem, key: key.pem}\n";

/// A certificate for the name of the tests with its key, both in PEM.
fn pair() -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![TLS_NAME.to_owned()]).unwrap().self_signed(&key).unwrap();
    (pem(certificate.der(), "CERTIFICATE"), pem(&key.serialize_der(), "PRIVATE KEY"))
}

fn pem(der: &[u8], what: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    format!("-----BEGIN {what}-----\n{}\n-----END {what}-----\n", STANDARD.encode(der))
}

async fn host() -> Host {
    let (cert, key) = pair();
    Host::with(&[("cert.pem", &cert), ("key.pem", &key)], SECTION).await
}

/// The certificate in the host's folder.
fn roots(host: &Host) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let cert = std::fs::read(host.folder.path().join("cert.pem")).unwrap();
    roots.add(CertificateDer::from_pem_slice(&cert).unwrap()).unwrap();
    roots
}

/// A client that trusts that certificate alone.
fn client(host: &Host) -> ClientConfig {
    ClientConfig::builder().with_root_certificates(roots(host)).with_no_client_auth()
}

async fn connect(address: std::net::SocketAddr, client: ClientConfig) -> std::io::Result<TlsStream<TcpStream>> {
    let tcp = TcpStream::connect(address).await?;
    TlsConnector::from(Arc::new(client)).connect(ServerName::try_from(TLS_NAME).unwrap(), tcp).await
}

/// One request on an open connection, and the head of its answer with as much of the body as its length says.
async fn ask(stream: &mut TlsStream<TcpStream>, path: &str) -> String {
    let key = whole_key("Bearer key-acme");
    let request = format!("GET {path} HTTP/1.1\r\nhost: {TLS_NAME}\r\nauthorization: {key}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.unwrap();
    head + &String::from_utf8(body).unwrap()
}

#[tokio::test]
async fn a_webhook_comes_over_tls_and_is_answered() {
    let mut host = host().await;
    host.ana_says("hello").await;
    host.app.run_due().await.unwrap();
    let sent = host.graph.sent();
    assert!(sent.iter().any(|sent| format!("{sent:?}").contains("Hello to you")), "{sent:?}");
    let answer = host.get("key-acme", "/v1/flows").await;
    assert_eq!(answer.headers["strict-transport-security"], "max-age=31536000");
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn tls_1_2_and_1_3_are_spoken_and_http_1_alone() {
    let host = host().await;
    for version in [&TLS12, &TLS13] {
        let settings = ClientConfig::builder_with_protocol_versions(&[version]);
        let mut settings = settings.with_root_certificates(roots(&host)).with_no_client_auth();
        settings.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let mut stream = connect(host.address(), settings).await.unwrap();
        assert_eq!(stream.get_ref().1.protocol_version(), Some(version.version));
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        assert!(ask(&mut stream, "/healthz").await.starts_with("http/1.1 200 "));
    }
    let mut settings = client(&host);
    settings.alpn_protocols = vec![b"h2".to_vec()];
    assert!(connect(host.address(), settings).await.is_err(), "nothing but HTTP/1 is spoken here");
}

#[tokio::test]
async fn a_connection_carries_one_request_after_the_other() {
    let host = host().await;
    let mut stream = connect(host.address(), client(&host)).await.unwrap();
    for path in ["/v1/flows", "/v1/senders", "/healthz", "/v1/nothing"] {
        let answer = ask(&mut stream, path).await;
        assert!(answer.starts_with(if path == "/v1/nothing" { "http/1.1 404 " } else { "http/1.1 200 " }), "{answer}");
    }
}

#[tokio::test]
async fn a_client_without_tls_hears_how_to_ask() {
    let host = host().await;
    let body = "x".repeat(20_000);
    for request in [
        "GET /v1/flows HTTP/1.1\r\nhost: bot\r\n\r\n".to_owned(),
        format!("POST /webhooks/meta HTTP/1.1\r\nhost: bot\r\ncontent-length: {}\r\n\r\n{body}", body.len()),
    ] {
        let mut stream = TcpStream::connect(host.address()).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        let problem: Json = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        assert_eq!(problem["code"], "needs_tls");
        assert!(problem["detail"].as_str().unwrap().contains("`https://`"), "{problem}");
    }
    // Neither TLS nor HTTP: the connection ends.
    let mut stream = TcpStream::connect(host.address()).await.unwrap();
    stream.write_all(&[0, 1, 2]).await.unwrap();
    let _ = stream.read_to_end(&mut Vec::new()).await;
}

#[tokio::test]
async fn silent_clients_keep_nobody_waiting_and_delay_no_stop() {
    let host = host().await;
    let mut silent = Vec::new();
    for n in 0..40 {
        let mut stream = TcpStream::connect(host.address()).await.unwrap();
        if n % 2 == 0 {
            // The beginning of a handshake, and nothing more.
            stream.write_all(&[22, 3, 1, 2, 0, 1]).await.unwrap();
        }
        silent.push(stream);
    }
    let began = Instant::now();
    assert_eq!(host.get("key-acme", "/v1/flows").await.status, 200);
    host.stop().await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_handshake_has_its_time_and_no_more() {
    let host = host().await;
    let handshake = transom::base::time::Span::millis(300);
    let server = another(&host, ClientTimeouts { handshake, ..ClientTimeouts::default() }).await;
    for first in [&[][..], &[22, 3, 1, 2, 0, 1]] {
        let began = Instant::now();
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(first).await.unwrap();
        let _ = stream.read_to_end(&mut Vec::new()).await;
        let took = began.elapsed();
        assert!(took >= handshake.to_std() && took < handshake.to_std() * 10, "{took:?}");
    }
    let mut stream = connect(server.address, client(&host)).await.unwrap();
    tokio::time::sleep(handshake.to_std() * 2).await;
    assert!(ask(&mut stream, "/healthz").await.starts_with("http/1.1 200 "), "it is the handshake's limit alone");
}

/// Another server of the host, with these time limits.
async fn another(host: &Host, patience: ClientTimeouts) -> Server {
    let web = Web::new(Arc::clone(&host.app), Secret::new(OPERATOR), false).with_tls(host.tls.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    Server::start_patient(listener, Arc::new(web), patience, 10).unwrap()
}

#[tokio::test]
async fn headers_in_drips_are_refused_within_tls_too() {
    let host = host().await;
    let soon = transom::base::time::Span::millis(100);
    let server = another(&host, ClientTimeouts { head: soon, ..ClientTimeouts::default() }).await;
    let mut stream = connect(server.address, client(&host)).await.unwrap();
    stream.write_all(b"GET / HT").await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("too_slow"), "{answer}");
}

#[tokio::test]
async fn events_are_streamed_over_tls() {
    let mut host = host().await;
    let mut stream = connect(host.address(), client(&host)).await.unwrap();
    let key = whole_key("Bearer key-acme");
    let request = format!("GET /v1/events HTTP/1.1\r\nhost: {TLS_NAME}\r\nauthorization: {key}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut heard = String::new();
    let mut said = false;
    while !heard.contains("message.in") {
        let mut some = [0; 4_096];
        let count = stream.read(&mut some).await.unwrap();
        assert_ne!(count, 0, "{heard}");
        heard.push_str(&String::from_utf8_lossy(&some[..count]));
        if !said && heard.contains("retry: 2000") {
            said = true;
            host.ana_says("hello").await;
        }
    }
    assert!(heard.starts_with("HTTP/1.1 200 "), "{heard}");
}

#[tokio::test]
async fn a_renewed_certificate_is_served_and_open_connections_stay() {
    let host = host().await;
    let served = &host.tls.as_ref().unwrap().certificate;
    let mut old = connect(host.address(), client(&host)).await.unwrap();
    let (cert, key) = pair();
    let write = |name: &str, text: &str| std::fs::write(host.folder.path().join(name), text).unwrap();
    let before = client(&host);
    write("cert.pem", &format!("{cert}\n"));
    assert_eq!(served.look(), Looked::Unchanged);
    let Looked::Broken(why) = served.look() else { panic!("half of a pair") };
    assert!(why.to_string().contains("does not fit the certificate"), "{why}");
    assert!(connect(host.address(), before.clone()).await.is_ok(), "the old one stays");
    write("key.pem", &format!("{key}\n"));
    assert_eq!(served.look(), Looked::Renewed);
    let mut new = connect(host.address(), client(&host)).await.unwrap();
    assert!(ask(&mut new, "/healthz").await.starts_with("http/1.1 200 "));
    assert!(ask(&mut old, "/healthz").await.starts_with("http/1.1 200 "));
    // The settings of a client that trusts the old one; the session that it has may not be resumed.
    let mut before = before;
    before.resumption = rustls::client::Resumption::disabled();
    assert!(connect(host.address(), before).await.is_err());
}

#[tokio::test]
async fn a_browser_signs_in_by_the_daemons_own_tls() {
    let host = host().await;
    let (_, link) = add(&host, "Ana", "operator", Json::Null).await;
    let answer = post_session(&host, &[], json!({"link": link, "password": PASSWORD})).await;
    let set = answer.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(set.starts_with("__Host-transom=") && set.ends_with("; Secure"), "{set}");
    let cookie = sign_in::cookie(&answer);
    let from = |origin: String| {
        let (host, cookie) = (&host, cookie.clone());
        async move {
            let headers = [("cookie", cookie.as_str()), ("origin", origin.as_str())];
            host.request(Method::GET, "/v1/session", &headers, "").await.status
        }
    };
    assert_eq!(from(host.base.clone()).await, 200);
    assert_eq!(from(host.base.replace("https", "http")).await, 403, "no plain page is ours");
    // A proxy before the daemon that speaks plain text to its client.
    let headers = [("origin", host.base.as_str()), ("x-forwarded-proto", "http"), ("x-forwarded-for", "198.51.100.7")];
    let body = json!({"person": "Ana", "password": PASSWORD}).to_string();
    let refused = host.request(Method::POST, "/v1/session", &headers, body).await;
    assert_eq!(refused.is(403)["code"], "needs_https");
}

#[tokio::test]
async fn links_lead_to_https() {
    let host = host().await;
    let made = host.post(OPERATOR, "/v1/people", json!({"name": "Bea", "role": "author"})).await.is(201);
    assert!(made["link"].as_str().unwrap().starts_with("https://127.0.0.1:"), "{made}");
}

#[tokio::test]
async fn an_editor_is_connected_over_tls_also_through_a_standby() {
    let host = host().await;
    let cookie = sign_in::signed_in(&host, "Ana", "operator", Json::Null).await;
    let (server, standby, _web) = standby(&host, "https://127.0.0.1", &host).await;
    for address in [host.address(), standby] {
        let mut stream = connect(address, client(&host)).await.unwrap();
        let request = format!(
            "GET /v1/studio/lsp HTTP/1.1\r\nhost: {TLS_NAME}\r\norigin: https://{TLS_NAME}\r\ncookie: {cookie}\r\n\
             connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
             sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        // A ping, whose mask is nothing, and its answer.
        stream.write_all(&[0x89, 0x82, 0, 0, 0, 0, b'h', b'i']).await.unwrap();
        let mut frame = [0; 2];
        stream.read_exact(&mut frame).await.unwrap();
        // The daemon sends an empty ping of its own, before or after its answer.
        if frame == [0x89, 0] {
            stream.read_exact(&mut frame).await.unwrap();
        }
        let mut words = [0; 2];
        stream.read_exact(&mut words).await.unwrap();
        assert_eq!((frame, &words), ([0x8a, 2], b"hi"));
    }
    server.close().await;
}

/// A standby whose active daemon is the host.
async fn standby(host: &Host, target: &str, its: &Host) -> (StandbyServer, std::net::SocketAddr, Arc<StandbyWeb>) {
    let (_view, view) = watch::channel(StandbyView::default());
    let own = format!("{target}:{}", host.address().port());
    let web = Arc::new(StandbyWeb::new(view, Metrics::new(), own, &its.app.config, its.tls.clone()));
    web.ends();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (StandbyServer::start(listener, Arc::clone(&web), &[], host.app.clock.clone()), address, web)
}

#[tokio::test]
async fn a_standby_hands_on_over_tls_to_the_certificate_that_it_has_itself() {
    let host = host().await;
    let (server, address, _web) = standby(&host, "https://127.0.0.1", &host).await;
    let mut stream = connect(address, client(&host)).await.unwrap();
    for _ in 0..2 {
        let answer = ask(&mut stream, "/v1/flows").await;
        assert!(answer.starts_with("http/1.1 200 ") && answer.contains("strict-transport-security"), "{answer}");
    }
    // To the active daemon the client has come by TLS, whatever it claims.
    let (_, link) = add(&host, "Ana", "operator", Json::Null).await;
    let body = json!({"link": link, "password": PASSWORD}).to_string();
    let request = format!(
        "POST /v1/session HTTP/1.1\r\nhost: {TLS_NAME}\r\norigin: https://{TLS_NAME}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut some = [0; 4_096];
    let count = stream.read(&mut some).await.unwrap();
    let answer = String::from_utf8_lossy(&some[..count]).to_lowercase();
    assert!(answer.starts_with("http/1.1 204 ") && answer.contains("set-cookie: __host-transom="), "{answer}");
    server.close().await;
}

#[tokio::test]
async fn a_standby_hands_nothing_to_a_certificate_that_nobody_trusts() {
    let (host, other) = tokio::join!(host(), host());
    let (server, address, web) = standby(&host, "https://127.0.0.1", &other).await;
    let mut stream = connect(address, client(&other)).await.unwrap();
    let answer = ask(&mut stream, "/v1/flows").await;
    assert!(answer.starts_with("http/1.1 502 ") && answer.contains("no_answer"), "{answer}");
    let admin = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let probes = format!("http://{}/readyz", admin.local_addr().unwrap());
    let _probes = StandbyServer::start_admin(admin, web, host.app.clock.clone());
    let state: Json = serde_json::from_str(&reqwest::get(probes).await.unwrap().text().await.unwrap()).unwrap();
    assert!(state["hop_error"].as_str().is_some_and(|why| why.contains("certificate")), "{state}");
    drop(server);
}

#[tokio::test]
async fn a_standby_with_tls_hands_on_to_a_daemon_without() {
    let (plain, its) = tokio::join!(Host::new(), host());
    let (server, address, _web) = standby(&plain, "http://127.0.0.1", &its).await;
    let mut stream = connect(address, client(&its)).await.unwrap();
    assert!(ask(&mut stream, "/v1/flows").await.starts_with("http/1.1 200 "));
    drop(server);
}
