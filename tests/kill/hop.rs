//! Asks the daemon that stands by: it hands webhooks, the API and the studio to the active one, which checks signatures
//! and keys as if the client had come to it; and it says what it is.

use super::{
    bot::{NUMBER, SECRET},
    daemons::{self, Place},
    people::phone,
    process::Process,
};
use crate::graph;
use serde_json::Value;
use std::time::Duration;
use transom::{
    base::{
        clock::{Clock, SystemClock},
        secret::Secret,
    },
    channel::{
        meta::compose::{self, CustomerAction, CustomerEvent, Number},
        signature::Key,
    },
    model::inbound::{Alias, AliasKind},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_hands_on_what_comes_and_grants_nothing() {
    let Some(place) = daemons::place(1, Duration::ZERO).await else { return };
    let town = place.town(Duration::from_secs(10));
    let Place { mut pair, graph: _graph, shop: _shop, desk: _desk, .. } = place;
    let client = graph::client();
    let [active, standby] = &pair.daemons;

    // The signature counts for the bytes as they came: spaces, escapes and all.
    let body = message("echo 1").replace("\"entry\"", "\n  \"entry\" ").replace('é', "\\u00e9");
    let signed = Key::new(Secret::new(SECRET)).sign(body.as_bytes());
    let post = |body: &str, signed: &str| {
        client.post(standby.webhooks()).header("x-hub-signature-256", signed).body(body.to_owned()).send()
    };
    assert_eq!(post(&body, &signed).await.unwrap().status(), 200);
    town.phones.until(&phone(1), |text| text == "echo 1").await;
    let changed = post(&body.replace("echo 1", "echo 2"), &signed).await.unwrap();
    assert_eq!(changed.status(), 401);
    assert_eq!(problem(changed).await["code"], "bad_signature");
    let unsigned = client.post(standby.webhooks()).body(body.clone()).send().await.unwrap();
    assert_eq!(unsigned.status(), 401);
    let large = vec![b' '; transom::base::limits::WEBHOOK_BODY_BYTES_MAX + 1];
    assert_eq!(client.post(standby.webhooks()).body(large).send().await.unwrap().status(), 413);
    let challenge = "/webhooks/meta?hub.mode=subscribe&hub.verify_token=v&hub.challenge=42";
    let answer = client.get(standby.at(challenge)).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (200, "42"));

    // Keys are the active daemon's to check. Its own commands' token is that of all.
    let health = |daemon: &Process, key: &str| client.get(daemon.at("/v1/health")).bearer_auth(key).send();
    assert_eq!(token(standby), token(active));
    let seen = health(standby, &token(standby)).await.unwrap();
    assert_eq!(seen.status(), 200);
    let seen = seen.text().await.unwrap();
    assert!(seen.contains("members.standbys") && seen.contains("1 stands by."), "{seen}");
    for key in ["wrong", ""] {
        assert_eq!(health(standby, key).await.unwrap().status(), 401, "`{key}`");
    }
    let hidden = client.get(standby.at("/v1/health")).header("x-forwarded-for", "127.0.0.1").send().await.unwrap();
    assert_eq!(hidden.status(), 401, "nobody becomes local by a claim");
    // A request that was handed on once is not handed on again.
    let looped = client.get(standby.at("/v1/health")).header("transom-forwarded", "1").send().await.unwrap();
    assert_eq!(looped.status(), 503);
    assert_eq!(problem(looped).await["code"], "standby");

    // It says what it is.
    let state = standby.state().await.unwrap();
    assert_eq!((&state["role"], &state["ready"]), (&"standby".into(), &true.into()));
    assert_eq!(state["active"]["address"], active.at(""));
    assert_eq!(active.state().await.unwrap()["role"], "active");
    let metrics = standby.metrics().await;
    for line in ["transom_active 0", "transom_database_connected 1"] {
        assert!(metrics.lines().any(|of| of == line), "{line}:\n{metrics}");
    }
    let free = metrics.lines().find_map(|line| line.strip_prefix("transom_disk_free_bytes ")).unwrap();
    assert!(free.parse::<i64>().unwrap() > 0, "{free}");
    assert!(active.metrics().await.lines().any(|of| of == "transom_active 1"));
    let said = standby.says(&["doctor"]);
    assert!(said.contains("This daemon stands by for") && said.contains("and hands requests on."), "{said}");
    assert!(standby.log().contains("another daemon of this database is active"));
    pair.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_to_a_daemon_that_was_stopped_is_given_up() {
    let Some(place) = daemons::place(2, Duration::ZERO).await else { return };
    let Place { mut pair, graph: _graph, shop: _shop, desk: _desk, .. } = place;
    let (url, key) = (pair.daemons[1].at("/v1/health"), token(&pair.daemons[1]));
    pair.daemons[0].signal("STOP");
    let asked = tokio::spawn(graph::client().get(url).bearer_auth(key).send());
    pair.becomes(1, "active").await;
    let answer = asked.await.unwrap().unwrap();
    assert_eq!(answer.status(), 502);
    assert_eq!(problem(answer).await["code"], "no_answer");
    pair.daemons[0].signal("CONT");
    pair.becomes(0, "standby").await;
    pair.stop();
}

fn message(text: &str) -> String {
    let number = Number { waba_id: "102".into(), phone_number_id: NUMBER.into(), phone: "+15550001111".into() };
    let act = CustomerAction {
        from: Alias { kind: AliasKind::Phone, value: phone(1) },
        name: Some("Zoé".into()),
        id: "wamid.IN.hop".into(),
        at: SystemClock.now(),
        reply_to: None,
        what: CustomerEvent::Text(text.to_owned()),
    };
    compose::message(&number, &act)
}

fn token(daemon: &Process) -> String {
    let file = std::fs::read(daemon.folder().join("data/daemon.json")).unwrap();
    let file: Value = serde_json::from_slice(&file).unwrap();
    file["token"].as_str().unwrap().to_owned()
}

async fn problem(answer: reqwest::Response) -> Value {
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}
