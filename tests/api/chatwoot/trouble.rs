//! Tests an inbox of a Chatwoot that is slow, fails, restarts, or has lost something.

use super::{
    fake::{Day, Fake},
    hear, host, rosa, rosa_in, sent, tell,
};
use crate::api::host::Host;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use transom::base::{clock::Clock as _, limits::WEBHOOK_LOOK_EVERY, time::Span};

const BEA: &str = "+34600111333";

/// Lets the daemon post as it does by itself, until `is_done` or for this long.
async fn drive(host: &Host, wait: Duration, is_done: impl Fn() -> bool) -> bool {
    let (end, stop) = watch::channel(false);
    let webhooks = host.app.webhooks.clone();
    let driving = tokio::spawn(async move { webhooks.drive_posts(stop).await });
    let began = Instant::now();
    while !is_done() && began.elapsed() < wait {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    end.send(true).unwrap();
    driving.await.unwrap();
    is_done()
}

#[tokio::test]
async fn each_fault_shows_a_talk_once_and_in_order() {
    let half = [Day::HalfAnswer, Day::NoAnswer];
    let nothing = [Day::Fails, Day::TooMany(2), Day::Refuses(502), Day::Refuses(429)];
    for fault in half.into_iter().chain(nothing) {
        for place in 0..6 {
            let fake = Fake::start().await;
            let mut host = host(&fake).await;
            fake.bad_days(&vec![Day::Good; place]);
            fake.bad_days(&[fault]);
            host.ana_says("one").await;
            host.ana_says("person").await;
            host.ana_says("two").await;
            tell(&host).await;
            let seen = fake.seen();
            assert_eq!(seen, ["< one", "< person", "> Rosa will come", "< two"], "{fault:?} at request {place}");
            let data = fake.data.lock().unwrap();
            assert_eq!((data.contacts.len(), data.conversations.len()), (1, 1), "{fault:?} at request {place}");
        }
    }
}

#[tokio::test]
async fn retry_after_is_kept() {
    let fake = Fake::start().await;
    let mut host = host(&fake).await;
    fake.bad_days(&[Day::TooMany(120)]);
    host.ana_says("good day").await;
    host.app.webhooks.post_due(host.clock.now()).await.unwrap();
    let asked = || fake.data.lock().unwrap().asked.len();
    host.clock.set(host.clock.now() + Span::seconds(119));
    host.app.webhooks.post_due(host.clock.now()).await.unwrap();
    assert_eq!(asked(), 1);
    host.clock.set(host.clock.now() + Span::seconds(2));
    host.app.webhooks.post_due(host.clock.now()).await.unwrap();
    assert_eq!(fake.seen(), ["< good day"]);
}

#[tokio::test]
async fn a_slow_conversation_holds_up_no_other() {
    let fake = Fake::start().await;
    let mut host = host(&fake).await;
    // One after the other, so that each has the number that is expected: conversations are shown side by side.
    host.ana_says("good day").await;
    tell(&host).await;
    host.somebody_says(BEA, "good day").await;
    tell(&host).await;
    let (ana, bea) = (41, 42);
    let slow = Duration::from_secs(10);
    fake.data.lock().unwrap().slow_conversation = Some((ana, slow));
    host.ana_says("one").await;
    host.ana_says("two").await;
    let began = Instant::now();
    let (first, second) = (fake.clone(), fake.clone());
    // The post of Ana's message is under way when Bea writes, and when she writes again.
    drive(&host, WEBHOOK_LOOK_EVERY.to_std() * 2, || false).await;
    host.somebody_says(BEA, "I am here").await;
    assert!(drive(&host, slow / 2, || first.seen_in(bea).len() == 2).await, "{:?}", fake.seen());
    host.somebody_says(BEA, "still here").await;
    assert!(drive(&host, slow / 2, || second.seen_in(bea).len() == 3).await, "{:?}", fake.seen());
    assert!(began.elapsed() < slow, "she did not wait for Ana");
    fake.data.lock().unwrap().slow_conversation = None;
    let all = fake.clone();
    assert!(drive(&host, slow * 2, || all.seen_in(ana).len() == 3).await, "{:?}", fake.seen());
    tell(&host).await;
    assert_eq!(fake.seen_in(ana), ["< good day", "< one", "< two"]);
    assert_eq!(fake.seen_in(bea), ["< good day", "< I am here", "< still here"]);
}

#[tokio::test]
async fn a_deleted_conversation_is_made_anew_and_the_log_says_so() {
    for with_contact in [false, true] {
        let fake = Fake::start().await;
        let mut host = host(&fake).await;
        host.ana_says("one").await;
        tell(&host).await;
        fake.data.lock().unwrap().delete(41, with_contact);
        // A person wants it, and nothing was said since: the conversation is made anew for that, too.
        host.ana_says("two").await;
        tell(&host).await;
        assert_eq!(fake.seen(), ["< two"], "contact deleted: {with_contact}");
        fake.data.lock().unwrap().delete(42, with_contact);
        host.ana_says("person").await;
        tell(&host).await;
        assert_eq!(fake.seen(), ["< person", "> Rosa will come"]);
        assert_eq!(fake.status(), "open");
        hear(&host, &rosa_in(&fake, 43, "I am here"), "d1").await.is(200);
        assert_eq!(sent(&host).await, ["Rosa will come", "I am here"]);
        let data = fake.data.lock().unwrap();
        assert_eq!((data.contacts.len(), data.conversations.len()), (1, 1));
    }
}

#[tokio::test]
async fn a_conversation_that_is_deleted_before_a_handoff_is_made_anew_for_it() {
    let fake = Fake::start().await;
    let mut host = host(&fake).await;
    host.ana_says("person").await;
    while host.app.webhooks.post_due(host.clock.now()).await.unwrap().taken > 0 {
        if fake.seen().len() == 2 && fake.data.lock().unwrap().conversations[0]["id"] == 41 {
            fake.data.lock().unwrap().delete(41, true);
        }
    }
    tell(&host).await;
    assert_eq!(fake.status(), "open");
    let data = fake.data.lock().unwrap();
    assert_eq!((data.conversations.len(), &data.conversations[0]["team_id"]), (1, &3.into()));
}

#[tokio::test]
async fn a_refused_token_raises_an_alarm_with_the_cure_and_loses_nothing() {
    let fake = Fake::start().await;
    let mut host = host(&fake).await;
    fake.bad_days(&[Day::Refuses(401)]);
    host.ana_says("good day").await;
    host.app.webhooks.post_due(host.clock.now()).await.unwrap();
    let metrics = host.metrics().await;
    assert!(metrics.contains("transom_alarms_total{kind=\"chatwoot_refuses\"} 1"), "{metrics}");
    tell(&host).await;
    assert_eq!(fake.seen(), ["< good day"]);
}

#[tokio::test]
async fn a_restart_of_chatwoot_in_a_talk_loses_and_doubles_nothing() {
    let fake = Fake::start().await;
    let mut host = host(&fake).await;
    host.ana_says("person").await;
    tell(&host).await;
    // The request that is under way is recorded and not answered; then nothing listens for a while.
    fake.bad_days(&[Day::Good, Day::NoAnswer]);
    fake.bad_days(&[Day::Refuses(502); 5]);
    host.ana_says("one").await;
    for n in 0..5 {
        hear(&host, &rosa(&fake, &format!("answer {n}")), &format!("d{n}")).await.is(200);
        host.ana_says(&format!("question {n}")).await;
        host.app.webhooks.post_due(host.clock.now()).await.unwrap();
        host.clock.set(host.clock.now() + Span::seconds(30));
    }
    // The pauses have grown to an hour.
    tell(&host).await;
    tell(&host).await;
    let theirs: Vec<String> = fake.seen().into_iter().filter(|one| one.starts_with('<')).collect();
    let expected =
        ["< person", "< one", "< question 0", "< question 1", "< question 2", "< question 3", "< question 4"];
    assert_eq!(theirs, expected);
    let answers: Vec<String> = (0..5).map(|n| format!("answer {n}")).collect();
    assert_eq!(sent(&host).await[1..], answers);
}
