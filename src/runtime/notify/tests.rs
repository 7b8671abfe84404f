use super::*;
use crate::store::Options;
use serde_json::json;
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

const NOW: Time = Time(1_790_000_000_000);

/// A receiver on loopback that answers with these statuses, then with 200, and keeps what it got.
struct Receiver {
    url: String,
    got: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    async fn new(statuses: &[u16]) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/desk", listener.local_addr().unwrap());
        let got = Arc::new(Mutex::new(Vec::new()));
        let (kept, statuses) = (got.clone(), statuses.to_vec());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                let mut part = [0; 4096];
                while let Ok(n) = stream.read(&mut part).await {
                    request.extend_from_slice(&part[..n]);
                    if n == 0 || whole(&request) {
                        break;
                    }
                }
                let status = {
                    let mut kept = kept.lock().unwrap();
                    kept.push(String::from_utf8(request).unwrap());
                    statuses.get(kept.len() - 1).copied().unwrap_or(200)
                };
                let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Receiver { url, got }
    }

    fn got(&self) -> Vec<String> {
        self.got.lock().unwrap().clone()
    }
}

fn whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

fn header<'a>(request: &'a str, name: &str) -> &'a str {
    request.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
}

async fn store(folder: &tempfile::TempDir) -> Store {
    let url = format!("sqlite://{}", folder.path().join("t.db").display());
    Store::open(&url, Options { durable: false, ..Options::default() }).await.unwrap()
}

async fn write(store: &Store, id: i64, data: serde_json::Value) {
    let mut set = WriteSet::new();
    let row = notification::Notification {
        id,
        kind: "handoff".into(),
        at: NOW,
        data,
        attempts: 0,
        next_at: NOW,
        done_at: None,
    };
    set.push(&notification::INSERT, &row);
    store.commit(set).await.unwrap();
}

fn network() -> Calls {
    Calls::new(&config::Config::sandbox(std::path::Path::new("")), Metrics::new()).unwrap()
}

fn notifier(url: &str) -> Notifier {
    let to = config::Notify { url: url.to_owned(), secret: Secret::new("s3cret") };
    Notifier::new(Some(&to), Metrics::new()).unwrap()
}

#[tokio::test]
async fn a_notification_arrives_signed_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let (store, receiver) = (store(&folder).await, Receiver::new(&[]).await);
    write(&store, 7, json!({"sender_id": 12, "summary": "a mark \u{E000}secret:X\u{E000}"})).await;
    let notifier = notifier(&receiver.url);
    assert_eq!(notifier.post_due(&store, &network(), NOW).await.unwrap(), Passed { taken: 1, ..Passed::default() });
    assert_eq!(notifier.post_due(&store, &network(), NOW + Span::days(2)).await.unwrap(), Passed::default());
    let got = receiver.got();
    assert_eq!(got.len(), 1);
    let body = got[0].split_once("\r\n\r\n").unwrap().1;
    let json: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        (&json["id"], &json["kind"], &json["at"]),
        (&json!(7), &json!("handoff"), &json!("2026-09-21T14:13:20.000Z"))
    );
    let signed = sign(&Secret::new("s3cret"), NOW.0 / 1_000, body);
    assert_eq!(header(&got[0], SIGNATURE_HEADER), signed);
    assert_eq!(header(&got[0], TIMESTAMP_HEADER), "1790000000");
    assert_eq!(header(&got[0], "idempotency-key"), "7");
}

#[tokio::test]
async fn what_is_refused_comes_again_after_a_pause_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (store, receiver) = (store(&folder).await, Receiver::new(&[500, 404]).await);
    write(&store, 1, json!({})).await;
    let retried = Passed { retried: 1, ..Passed::default() };
    assert_eq!(notifier(&receiver.url).post_due(&store, &network(), NOW).await.unwrap(), retried);
    assert_eq!(
        notifier(&receiver.url).post_due(&store, &network(), NOW + Span::seconds(4)).await.unwrap(),
        Passed::default()
    );
    assert_eq!(notifier(&receiver.url).post_due(&store, &network(), NOW + Span::seconds(5)).await.unwrap(), retried);
    let taken = notifier(&receiver.url).post_due(&store, &network(), NOW + Span::seconds(25)).await.unwrap();
    assert_eq!(taken, Passed { taken: 1, ..Passed::default() });
    assert_eq!(receiver.got().len(), 3);
}

#[tokio::test]
async fn nobody_is_asked_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    for id in 1..=3 {
        write(&store, id, json!({})).await;
    }
    // A port that nobody listens at.
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let notifier = notifier(&format!("http://{gone}/"));
    let first = notifier.post_due(&store, &network(), NOW).await.unwrap();
    assert_eq!(first, Passed { retried: 1, ..Passed::default() }, "one silence stands for all");
    let mut given_up = 0;
    for _ in 0..3 {
        given_up += notifier.post_due(&store, &network(), NOW + NOTIFY_GIVE_UP).await.unwrap().given_up;
    }
    assert_eq!(given_up, 3);
    assert_eq!(notifier.post_due(&store, &network(), NOW + Span::days(9)).await.unwrap(), Passed::default());
}

#[tokio::test]
async fn one_pass_takes_at_most_its_limit() {
    let folder = tempfile::tempdir().unwrap();
    let (store, receiver) = (store(&folder).await, Receiver::new(&[]).await);
    for id in 1..=NOTIFY_AT_ONCE + 1 {
        write(&store, id, json!({})).await;
    }
    let notifier = notifier(&receiver.url);
    assert_eq!(notifier.post_due(&store, &network(), NOW).await.unwrap().taken as i64, NOTIFY_AT_ONCE);
    assert_eq!(notifier.post_due(&store, &network(), NOW).await.unwrap().taken, 1);
}

#[test]
fn pauses_grow_up_to_an_hour() {
    let pauses: Vec<i64> = (1..=8).map(|attempts| backoff(attempts).0 / 1_000).collect();
    assert_eq!(pauses, [5, 20, 80, 320, 1_280, 3_600, 3_600, 3_600]);
    assert_eq!(backoff(u32::MAX), NOTIFY_BACKOFF_MAX);
}
