//! Tests `/v1/balance`: the cost of messages is reserved, settled or returned, and always adds up.

use super::host::{ANA, Host, OPERATOR};
use reqwest::Method;
use serde_json::{Value as Json, json};
use transom::{
    base::{
        clock::Clock,
        ids::{OutboundId, SenderId},
        limits::{BALANCE_MAX, CHARGE_SETTLED_LATE, TOP_UP_MAX},
        time::Span,
    },
    channel::sandbox::SandboxFault,
    model::inbound::{DeliveryState, StatusUpdate},
    store::{
        WriteSet,
        tables::{
            charge::{self, BalanceChange},
            outbound,
        },
    },
};

const PRICES: &str = "prices:\n  currency: EUR\n  table:\n    - {category: service, country: ES, price: 0.0030}\n    \
                      - {category: marketing, price: 0.0500}\n    - {category: utility, price: 0.0100}\n";
const SERVICE: i64 = 30;

async fn host() -> Host {
    let mut host = Host::with(&[], PRICES).await;
    heard(&mut host).await;
    host
}

/// Ana writes to the account with a balance, so her window is open.
async fn heard(host: &mut Host) {
    let number = host.sandbox_number(30);
    let body = host.written(&number, "something else");
    let key = [("authorization", "Bearer key-poor")];
    assert_eq!(host.request(Method::POST, "/webhooks/sandbox/30", &key, body).await.status, 200);
    host.app.run_due().await.unwrap();
}

async fn top_up(host: &Host, amount: i64) -> Json {
    host.post(OPERATOR, "/v1/balance/top-ups", json!({"account": "poor", "amount": amount})).await.is(201)
}

/// The balance after all running work is stored.
async fn balance(host: &Host) -> Json {
    host.app.run_due().await.unwrap();
    let body = host.get("key-poor", "/v1/balance").await.is(200);
    let of = |name: &str| body[name].as_i64().unwrap();
    assert_eq!(of("opening") + of("topped_up") - of("settled") - of("reserved"), of("available"), "{body}");
    assert!(of("available") >= 0 && of("reserved") >= 0 && of("settled") >= 0, "{body}");
    body
}

async fn send(host: &Host, text: &str) -> super::host::Answer {
    host.post("key-poor", "/v1/messages", json!({"contact": {"phone": ANA}, "sender": 30, "text": text})).await
}

/// Sends a message while the clock moves, because a message that is refused for now is tried again before the request
/// is answered.
async fn send_while_time_passes(host: &Host, text: &str) -> super::host::Answer {
    let mut sending = std::pin::pin!(send(host, text));
    loop {
        let step = async {
            host.clock.set(host.clock.now() + Span::millis(500));
            host.app.run_due().await.unwrap();
        };
        tokio::select! {
            biased;
            answer = &mut sending => return answer,
            () = step => {}
        }
    }
}

async fn status(host: &Host, message: &Json, state: &str, pricing: Json) {
    let at = (host.clock.now().0 / 1_000).to_string();
    let mut status = json!({"id": format!("sandbox.{message}"), "status": state, "timestamp": at,
        "recipient_id": ANA.trim_start_matches('+'), "pricing": pricing});
    if state == "failed" {
        status["errors"] = json!([{"code": 131026, "title": "Message undeliverable"}]);
    }
    let body = json!({"object": "whatsapp_business_account", "entry": [{"id": "sandbox", "changes": [{
        "field": "messages", "value": {"messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550000030", "phone_number_id": "30"}, "statuses": [status]}}]}]});
    let key = [("authorization", "Bearer key-poor")];
    assert_eq!(host.request(Method::POST, "/webhooks/sandbox/30", &key, body.to_string()).await.status, 200);
}

#[tokio::test]
async fn a_message_is_reserved_then_settled_at_the_platforms_word() {
    let host = host().await;
    assert_eq!(send(&host, "no money").await.is(409)["code"], "no_balance");
    let now = top_up(&host, 1_000).await;
    assert_eq!((&now["available"], &now["shown"], &now["currency"]), (&json!(1_000), &json!("0.1000"), &json!("EUR")));
    let sent = send(&host, "one").await.is(201)["id"].clone();
    let now = balance(&host).await;
    assert_eq!((&now["reserved"], &now["available"]), (&json!(SERVICE), &json!(1_000 - SERVICE)));
    status(&host, &sent, "sent", json!({"billable": true, "category": "service"})).await;
    assert_eq!(balance(&host).await["reserved"], SERVICE);
    status(&host, &sent, "delivered", json!({"billable": true, "category": "utility"})).await;
    let now = balance(&host).await;
    assert_eq!((&now["settled"], &now["reserved"], &now["available"]), (&json!(100), &json!(0), &json!(900)));
    status(&host, &sent, "read", json!({"billable": true, "category": "utility"})).await;
    assert_eq!(balance(&host).await["settled"], 100, "it is settled once");
    let free = send(&host, "two").await.is(201)["id"].clone();
    status(&host, &free, "delivered", json!({"billable": false, "category": "service"})).await;
    assert_eq!(balance(&host).await["available"], 900, "what is free by the platform's word is free");
    let charges = host.get("key-poor", "/v1/balance/charges").await.is(200)["data"].clone();
    let shown: Vec<(&str, i64)> = charges
        .as_array()
        .unwrap()
        .iter()
        .map(|charge| (charge["category"].as_str().unwrap(), charge["amount"].as_i64().unwrap()))
        .collect();
    assert_eq!(shown, [("service", 0), ("utility", 100)]);
    assert_eq!(host.get("key-acme", "/v1/balance").await.is(200)["unlimited"], true);
    host.get("key-acme", "/v1/balance?account=poor").await.is(422);
    assert!(host.metrics().await.contains(r#"transom_balance{account="poor"} 900"#));
}

#[tokio::test]
async fn what_was_not_delivered_is_returned() {
    let host = host().await;
    top_up(&host, 100).await;
    host.sandbox.fail_next(SandboxFault::Code(131_026));
    send(&host, "refused at once").await.is(422);
    assert_eq!(balance(&host).await["available"], 100);
    let sent = send(&host, "refused later").await.is(201)["id"].clone();
    assert_eq!(balance(&host).await["available"], 100 - SERVICE);
    status(&host, &sent, "failed", Json::Null).await;
    let now = balance(&host).await;
    assert_eq!((&now["available"], &now["settled"]), (&json!(100), &json!(0)));
}

#[tokio::test]
async fn a_message_that_is_tried_again_pays_once_also_with_its_last_money() {
    let host = host().await;
    top_up(&host, SERVICE).await;
    host.sandbox.fail_next(SandboxFault::Code(130_429));
    send_while_time_passes(&host, "one").await.is(201);
    let now = balance(&host).await;
    assert_eq!((&now["reserved"], &now["available"]), (&json!(SERVICE), &json!(0)));
    assert_eq!(send(&host, "two").await.is(409)["code"], "no_balance");
}

#[tokio::test]
async fn two_sends_of_one_moment_cannot_both_take_the_last_of_it() {
    let host = host().await;
    top_up(&host, SERVICE * 3 + 5).await;
    let sends = ["a", "b", "c", "d", "e", "f"].map(|text| send(&host, text));
    let [a, b, c, d, e, f] = sends;
    let (a, b, c, d, e, f) = tokio::join!(a, b, c, d, e, f);
    let mut statuses = [a, b, c, d, e, f].map(|answer| answer.status);
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 201, 201, 409, 409, 409]);
    assert_eq!(balance(&host).await["available"], 5);
}

#[tokio::test]
async fn a_dialect_says_402_in_its_words() {
    let host = host().await;
    let body = json!({"sender_id": 30, "recipient_phone": ANA, "message": "hello"});
    let said = host.post("key-poor", "/api/user/whatsapp/send-freeform", body.clone()).await.is(402);
    assert_eq!(said["error_code"], "INSUFFICIENT_BALANCE");
    top_up(&host, SERVICE).await;
    host.post("key-poor", "/api/user/whatsapp/send-freeform", body).await.is(200);
}

#[tokio::test]
async fn a_top_up_repeated_with_its_key_is_one() {
    let host = host().await;
    let body = json!({"account": "poor", "amount": 500, "note": "Invoice 7"});
    let first = host.post_once(OPERATOR, "/v1/balance/top-ups", "t1", body.clone()).await.is(201);
    assert_eq!(host.post_once(OPERATOR, "/v1/balance/top-ups", "t1", body.clone()).await.is(201), first);
    assert_eq!(balance(&host).await["topped_up"], 500);
    host.post("key-poor", "/v1/balance/top-ups", body).await.is(403);
    let unlimited = json!({"account": "acme", "amount": 500});
    assert_eq!(host.post(OPERATOR, "/v1/balance/top-ups", unlimited).await.is(409)["code"], "unlimited");
}

/// A random walk over everything that moves money; `balance` checks the sums after each step.
#[tokio::test]
async fn whatever_happens_it_adds_up() {
    for seed in 1..=4_u64 {
        let mut host = host().await;
        let mut dice = seed;
        let mut roll = |sides: u64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) % sides
        };
        let mut sent: Vec<Json> = Vec::new();
        for _ in 0..40 {
            match roll(9) {
                0 => drop(top_up(&host, i64::try_from(roll(200)).unwrap() + 1).await),
                1 => host.sandbox.fail_next(SandboxFault::Code([131_026, 131_047, 130_429][roll(3) as usize])),
                2 => heard(&mut host).await,
                3 => host.advance(Span::minutes(1)).await,
                4..=5 if !sent.is_empty() => {
                    let message = sent[roll(sent.len() as u64) as usize].clone();
                    let state = ["sent", "delivered", "read", "failed"][roll(4) as usize];
                    let pricing = match roll(3) {
                        0 => Json::Null,
                        1 => json!({"billable": false, "category": "service"}),
                        _ => json!({"billable": true, "category": "utility"}),
                    };
                    status(&host, &message, state, pricing).await;
                }
                _ => {
                    let answer = send_while_time_passes(&host, "hello").await;
                    if answer.status == 201 {
                        sent.push(answer.json()["id"].clone());
                    }
                }
            }
            balance(&host).await;
        }
    }
}

#[tokio::test]
async fn sums_have_a_limit_and_are_exact_up_to_it() {
    let host = host().await;
    let most = 1_000_000_000_000_000_i64;
    for wrong in [most + 1, -most - 1, i64::MAX, i64::MIN, 0] {
        host.post(OPERATOR, "/v1/balance/top-ups", json!({"account": "poor", "amount": wrong})).await.is(422);
    }
    for times in 1..=20 {
        assert_eq!(top_up(&host, most).await["available"], most * times);
    }
    let sent = send(&host, "one").await.is(201)["id"].clone();
    status(&host, &sent, "delivered", json!({"billable": true, "category": "service"})).await;
    let now = balance(&host).await;
    assert_eq!((&now["available"], &now["shown"]), (&json!(most * 20 - SERVICE), &json!("1999999999999.9970")));
}

/// Top-ups of any size in any order, also after the sum has reached its limit: each is either added or refused, and
/// the shown balance is the sum of those added.
#[tokio::test]
async fn a_sum_that_would_pass_its_limit_is_refused_and_everything_else_goes_on() {
    let one = i64::try_from(TOP_UP_MAX).unwrap();
    for seed in 1..=3_u64 {
        let host = host().await;
        // The walk begins near the limit: from nothing it would take a thousand top-ups to get there.
        let near = BALANCE_MAX - one * 3;
        let near = BalanceChange {
            id: host.app.store.next_id(),
            account: "poor".into(),
            amount: near,
            by: "operator".into(),
            note: String::new(),
            at: host.clock.now(),
        };
        let mut set = WriteSet::new();
        set.push(&charge::FUND, &near);
        host.app.store.commit(set).await.unwrap();
        let (mut dice, mut sum, mut refused) = (seed, i128::from(near.amount), 0);
        for n in 0..60_i64 {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let amount = match (dice >> 33) % 5 {
                0..=2 => one,
                3 => -one,
                _ => i64::try_from((dice >> 20) % TOP_UP_MAX).unwrap() + 1,
            };
            let body = json!({"account": "poor", "amount": amount});
            let answer = host.post_once(OPERATOR, "/v1/balance/top-ups", &format!("k{n}"), body).await;
            if (sum + i128::from(amount)).abs() > i128::from(BALANCE_MAX) {
                let said = answer.is(422);
                assert_eq!(said["errors"][0]["pointer"], "/amount", "{said}");
                refused += 1;
            } else {
                sum += i128::from(amount);
                assert_eq!(i128::from(answer.is(201)["available"].as_i64().unwrap()), sum);
            }
        }
        assert!(refused > 0, "seed {seed} never came to the limit");
        assert_eq!(i128::from(balance(&host).await["topped_up"].as_i64().unwrap()), sum);
        send(&host, "one").await.is(201);
        assert_eq!(balance(&host).await["reserved"], SERVICE);
    }
}

#[tokio::test]
async fn the_limit_stands_exactly_where_it_is_said_and_below_nothing_as_well() {
    let host = host().await;
    let one = i64::try_from(TOP_UP_MAX).unwrap();
    let ask = async |amount: i64| {
        host.post(OPERATOR, "/v1/balance/top-ups", json!({"account": "poor", "amount": amount})).await.status
    };
    for (id, sign) in [(78, 1), (79, -1)] {
        let amount = sign * (BALANCE_MAX - one) - balance_of_funds(&host).await;
        let near = BalanceChange {
            id,
            account: "poor".into(),
            amount,
            by: "operator".into(),
            note: String::new(),
            at: host.clock.now(),
        };
        let mut set = WriteSet::new();
        set.push(&charge::FUND, &near);
        host.app.store.commit(set).await.unwrap();
        assert_eq!(ask(sign * one).await, 201, "at the limit");
        assert_eq!(ask(sign).await, 422, "one more");
        assert_eq!(ask(-sign).await, 201);
        assert_eq!(ask(sign).await, 201);
    }
    assert_eq!(balance_of_funds(&host).await, -BALANCE_MAX);
}

async fn balance_of_funds(host: &Host) -> i64 {
    host.get("key-poor", "/v1/balance").await.is(200)["topped_up"].as_i64().unwrap()
}

#[tokio::test]
async fn who_dies_between_setting_aside_and_settling_loses_no_money() {
    let host = host().await;
    top_up(&host, 1_000).await;
    let sent = send(&host, "one").await.is(201)["id"].clone();
    balance(&host).await;
    let id = OutboundId(sent.as_i64().unwrap());
    let mut set = WriteSet::new();
    // That it arrived is written, and whoever was to settle it dies.
    let arrived = StatusUpdate {
        provider_id: format!("sandbox.{}", id.0).as_str().into(),
        ours: Some(id),
        state: DeliveryState::Delivered,
        at: host.clock.now(),
        error: None,
        price: None,
    };
    outbound::status(&mut set, SenderId(30), &arrived, host.clock.now());
    host.app.store.commit(set).await.unwrap();
    let next = host.next_process().await;
    let sums = async || next.billing.balance(&"poor".into()).await.unwrap().unwrap();
    let then = sums().await;
    assert_eq!((then.reserved, then.settled, then.available()), (SERVICE, 0, 1_000 - SERVICE));
    host.clock.set(host.clock.now() + CHARGE_SETTLED_LATE + Span::minutes(10));
    next.run_due().await.unwrap();
    let now = sums().await;
    assert_eq!((now.reserved, now.settled, now.available()), (0, SERVICE, 1_000 - SERVICE));
}
