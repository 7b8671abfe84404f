//! Tests calls of `http` steps that a server answers slowly.

use super::house::{House, SENDER};
use std::sync::Arc;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};
use transom::{
    base::time::Span, channel::meta::compose::CustomerEvent, runtime::daemon::app::App, store::tables::trace,
};

const FLOWS: &[(&str, &str)] = &[
    ("flows/_bot.yaml", "bot: Shop\nlanguage: en\ntimezone: UTC\nenv: [SHOP_URL]\n"),
    ("flows/later.yaml", "flow: later\nwhen: [{message: later}]\nsteps:\n  - wait: 10s\n  - say: It is later.\n"),
    (
        "flows/order.yaml",
        "flow: order
when: [{message: order}]
steps:
  - call: first
    timeout: 5s
    on_timeout:
      - http: POST ${env.SHOP_URL}/second
        timeout: 60s
      - say: The second took it.
blocks:
  first:
    - http: POST ${env.SHOP_URL}/first
      timeout: 60s
",
    ),
];

/// The next request; the caller answers it when it likes.
async fn request(server: &TcpListener) -> TcpStream {
    let (mut stream, _) = server.accept().await.unwrap();
    let (mut read, mut part) = (Vec::new(), [0; 4096]);
    while !read.windows(4).any(|end| end == b"\r\n\r\n") {
        let n = stream.read(&mut part).await.unwrap();
        assert!(n > 0, "the request ends in its head");
        read.extend_from_slice(&part[..n]);
    }
    stream
}

async fn answer(mut stream: TcpStream) {
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
    stream.write_all(answer.as_bytes()).await.unwrap();
}

/// Waits until the conversation's trace has these words.
async fn traced(app: &Arc<App>, words: &str) {
    let (_, conversation) = app.contacts.reach(&"acme".into(), SENDER, "+34600111222", None).await.unwrap();
    loop {
        let turns = trace::of(&app.store, conversation, i64::MAX, 50).await.unwrap();
        if turns.iter().flat_map(|turn| &turn.data).any(|entry| entry.what.contains(words)) {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_answer_to_a_call_whose_time_was_up_loses_no_other_of_its_run() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", server.local_addr().unwrap());
    let more = format!("  []\nflows: {{env: {{SHOP_URL: \"{url}\"}}, allow_private: [127.0.0.1]}}");
    let mut house = House::at_meta(FLOWS, &more).await;
    let (stop, stopped) = watch::channel(false);
    let driven = tokio::spawn(Arc::clone(&house.app).drive(stopped));
    house.says("later").await;
    let order = house.webhook(CustomerEvent::Text("order".into()));
    house.post(&order).await;
    let first = request(&server).await;
    house.clock.set(house.now() + Span::seconds(5));
    let second = request(&server).await;
    answer(first).await;
    traced(&house.app, "nobody waits for").await;
    // Something else falls due while the second one is under way.
    house.clock.set(house.now() + Span::seconds(5));
    while house.texts().is_empty() {
        tokio::task::yield_now().await;
    }
    answer(second).await;
    house.app.run_due().await.unwrap();
    assert_eq!(house.texts(), ["It is later.", "The second took it."]);
    stop.send(true).unwrap();
    driven.await.unwrap();
}
