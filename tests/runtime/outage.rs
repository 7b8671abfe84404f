//! Tests a platform that does not answer for a while: messages wait in order, and one at a time probes it.

use super::house::{House, SENDER};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU8, Ordering},
    },
};
use transom::{
    base::{limits::BREAKER_FAILURES, time::Span},
    channel::{Body, BoxFuture, Http, HttpError, HttpRequest, HttpResponse, Sent},
    store::tables::{dead_letter, outbound},
};

const ECHO: &str = "flow: echo\nwhen:\n  - any_message: true\nsteps:\n  - say: ${msg.text} 1\n  - say: ${msg.text} 2\n";

const UP: u8 = 0;
/// The platform cannot be reached.
const AWAY: u8 = 1;
/// Requests are accepted, and never answered.
const MUTE: u8 = 2;

#[derive(Default)]
struct Platform {
    state: AtomicU8,
    /// The number of requests that reached it or would have, and the accepted texts by recipient.
    tries: Mutex<usize>,
    taken: Mutex<BTreeMap<String, Vec<String>>>,
}

impl Http for Platform {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        let body: Value =
            serde_json::from_slice(&request.body.map(Body::into_bytes).unwrap_or_default()).unwrap_or_default();
        let state = self.state.load(Ordering::SeqCst);
        *self.tries.lock().unwrap() += 1;
        let number = *self.tries.lock().unwrap();
        Box::pin(async move {
            if state != UP {
                let (sent, code) = if state == AWAY { (Sent::No, "unreachable") } else { (Sent::Perhaps, "timeout") };
                return Err(HttpError { sent, code, text: "nothing came".into() });
            }
            let text = body["text"]["body"].as_str().unwrap_or_default().to_owned();
            let to = body["to"].as_str().unwrap_or_default().to_owned();
            self.taken.lock().unwrap().entry(to).or_default().push(text);
            let body = json!({"messages": [{"id": format!("wamid.OUT{number}")}]});
            Ok(HttpResponse { status: 200, body: body.to_string().into(), ..HttpResponse::default() })
        })
    }
}

async fn house(platform: &Arc<Platform>) -> House {
    House::in_step(&[("flows/echo.yaml", ECHO)], platform.clone(), 7).await
}

async fn open(house: &House) -> i64 {
    let counts = dead_letter::counts(&house.app.store).await.unwrap();
    counts.iter().map(|open| open.count).sum()
}

async fn queued(house: &House) -> i64 {
    let counts = outbound::counts(&house.app.store).await.unwrap();
    counts.iter().filter(|of| of.state == "queued").map(|of| of.count).sum()
}

fn number(n: usize) -> String {
    format!("346001{n:05}")
}

#[tokio::test]
async fn while_nobody_can_be_reached_all_replies_wait_and_none_is_lost() {
    let platform = Arc::new(Platform::default());
    let mut house = house(&platform).await;
    platform.state.store(AWAY, Ordering::SeqCst);
    for n in 0..60 {
        house.writes(&number(n), "hi").await;
    }
    assert_eq!(*platform.tries.lock().unwrap(), BREAKER_FAILURES, "then the others waited without trying");
    let standing = house.app.health.standing_of(SENDER, house.now());
    assert_eq!((standing.state, standing.why.as_deref()), ("degraded", Some("unreachable: nothing came")));
    for _ in 0..60 {
        house.advance(Span::seconds(20)).await;
    }
    let tries = *platform.tries.lock().unwrap();
    assert!((10..60).contains(&tries), "one tries now and then, in twenty minutes {tries}");
    assert_eq!((open(&house).await, queued(&house).await), (0, 120), "all of it is kept");
    platform.state.store(UP, Ordering::SeqCst);
    for _ in 0..10 {
        house.advance(Span::seconds(20)).await;
    }
    assert_eq!(house.app.health.standing_of(SENDER, house.now()).state, "online");
    let taken = platform.taken.lock().unwrap().clone();
    assert_eq!(taken.len(), 60);
    for (to, texts) in taken {
        assert_eq!(texts, ["hi 1", "hi 2"], "to {to}, once and in order");
    }
    assert_eq!((open(&house).await, queued(&house).await), (0, 0));
    let page = house.app.metrics.render();
    for alarm in ["sender_degraded", "sender_recovered"] {
        assert!(page.contains(&format!("transom_alarms_total{{kind=\"{alarm}\"}} 1")), "{page}");
    }
}

#[tokio::test]
async fn of_a_platform_that_takes_and_does_not_answer_few_messages_become_unknown() {
    let platform = Arc::new(Platform::default());
    let mut house = house(&platform).await;
    platform.state.store(MUTE, Ordering::SeqCst);
    for n in 0..60 {
        house.writes(&number(n), "hi").await;
    }
    for _ in 0..15 {
        house.advance(Span::seconds(20)).await;
    }
    // Those that opened it, and one for each time that somebody tried in five minutes.
    let tries = *platform.tries.lock().unwrap();
    assert!((6..=20).contains(&tries), "{tries}");
    platform.state.store(UP, Ordering::SeqCst);
    for _ in 0..20 {
        house.advance(Span::seconds(20)).await;
    }
    let taken = platform.taken.lock().unwrap().clone();
    assert!(taken.values().all(|texts| texts.is_sorted()), "{taken:?}");
    let texts: usize = taken.values().map(Vec::len).sum();
    let listed = open(&house).await;
    assert_eq!(texts as i64 + listed, 120, "{taken:?}");
    assert!(listed <= 20 && queued(&house).await == 0, "{listed}");
}

#[tokio::test]
async fn a_person_who_knows_better_lets_the_sender_go_on_at_once() {
    let platform = Arc::new(Platform::default());
    let mut house = house(&platform).await;
    platform.state.store(AWAY, Ordering::SeqCst);
    for n in 0..10 {
        house.writes(&number(n), "hi").await;
    }
    assert_eq!(house.app.health.standing_of(SENDER, house.now()).state, "degraded");
    platform.state.store(UP, Ordering::SeqCst);
    house.app.health.resume_sender(SENDER).await.unwrap();
    house.app.run_due().await.unwrap();
    assert_eq!(house.app.health.standing_of(SENDER, house.now()).state, "online");
    house.advance(Span::seconds(30)).await;
    assert_eq!(platform.taken.lock().unwrap().len(), 10);
}
