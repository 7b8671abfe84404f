//! Tests that plays leave the processor to conversations.

use super::host::{Host, OPERATOR};
use serde_json::{Value as Json, json};
use std::time::{Duration, Instant};
use transom::base::time::Span;

/// A timer falls due every quarter of an hour for years: longer than a play may take.
const BUSY: &str =
    "flow: busy\nwhen:\n  - schedule: \"*/15 * * * *\"\n    to: everyone\nsteps:\n  - say: Tick\n    if_closed: skip\n";

fn long_play() -> Json {
    json!({
        "files": {"flows/busy.yaml": BUSY}, "world": {"now": "2026-11-24T10:00 Europe/Madrid"},
        "steps": [{"user": "hello"}, {"advance": "360d"}],
    })
}

/// The threads of this process that play, by their nice values.
#[cfg(target_os = "linux")]
fn shares_of_plays() -> Vec<String> {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let stats = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("stat")).ok());
    let plays = stats.filter(|stat| stat.contains("(transom-play)"));
    // Behind the name in brackets the nice value is the 17th field.
    plays.filter_map(|stat| Some(stat.rsplit_once(") ")?.1.split(' ').nth(16)?.to_owned())).collect()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn threads_of_plays_have_the_lowest_share_of_the_processor() {
    let host = Host::new().await;
    let play = host.post(OPERATOR, "/v1/studio/play", long_play());
    let look = async {
        loop {
            let shares = shares_of_plays();
            if shares.iter().any(|share| share == "19") {
                return shares;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        shares = look => assert!(shares.iter().filter(|share| *share == "19").count() > 0, "{shares:?}"),
        answer = play => panic!("it was over before anybody looked: {}", answer.text),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_are_answered_while_all_places_play() {
    let mut host = Host::new().await;
    let talk = |host: &Host| {
        let (client, base) = (reqwest::Client::builder().no_proxy().build().unwrap(), host.base.clone());
        tokio::spawn(async move {
            let asked = client.post(format!("{base}/v1/studio/play")).bearer_auth(OPERATOR);
            asked.body(long_play().to_string()).send().await.map(|answer| answer.status().as_u16())
        })
    };
    let plays = [talk(&host), talk(&host)];
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut slowest = Duration::ZERO;
    for number in 0..20 {
        let began = Instant::now();
        host.somebody_says(&format!("+346001112{number:02}"), "hello").await;
        slowest = slowest.max(began.elapsed());
    }
    for _ in 0..200 {
        // The answers leave one after the other, at the pace of the sender.
        host.advance(Span::seconds(1)).await;
        if host.graph.sent().len() == 20 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(host.graph.sent().len(), 20, "each customer has an answer");
    assert!(plays.iter().all(|play| !play.is_finished()), "the plays went on meanwhile");
    assert!(slowest < Duration::from_secs(3), "the slowest answer took {slowest:?}");
    plays.iter().for_each(tokio::task::JoinHandle::abort);
}
