//! Tests real talks that are played again on edited flows.

use super::host::{Host, OPERATOR};
use serde_json::{Value as Json, json};
use transom::{base::time::Span, store::tables::run};

const REPLAY: &str = "/v1/studio/replay";
const MENU: &str = "flow: menu\nwhen:\n  - message: menu\nsteps:\n  - ask: What can I do?\n    as: wish\n    options: [Book, Hours]\n  - if: wish == \"Book\"\n    then:\n      - ask: Who are you?\n        as: name\n      - say: Booked for ${name}, ${contact.name}\n    else:\n      - say: We are open\n";
const ORDER: &str = "flow: order\nwhen:\n  - message: order\nsteps:\n  - http: GET https://shop.example/size\n    as: found\n    on_error: [{say: No size}, end]\n  - say: Size ${found.body.size}\n";
const STRANGER: &str = "+34600999888";

/// Ana asked for the hours, somebody else booked, and a third person ordered.
async fn host() -> Host {
    let mut host = Host::with(&[("flows/menu.yaml", MENU), ("flows/order.yaml", ORDER)], "").await;
    for (phone, text) in [
        ("+34600111222", "menu"),
        ("+34600111222", "Hours"),
        (STRANGER, "menu"),
        (STRANGER, "Book"),
        (STRANGER, "Zebulon Quark"),
        ("+34600111444", "order"),
    ] {
        host.somebody_says(phone, text).await;
        host.advance(Span::minutes(1)).await;
    }
    host
}

async fn replay(host: &Host, menu: &str) -> Json {
    let body = json!({"files": {"flows/menu.yaml": menu}, "day": "2026-03-27"});
    host.post(OPERATOR, REPLAY, body).await.is(200)
}

/// The verdicts of the talk about the hours and of the booking.
fn verdicts(told: &Json) -> (&str, &str) {
    let talks = told["talks"].as_array().unwrap().iter().filter(|talk| talk["flow"] == "menu");
    let all: Vec<&str> = talks.map(|talk| talk["verdict"].as_str().unwrap()).collect();
    assert_eq!(all.len(), 2, "{told:#}");
    (all[1], all[0])
}

#[tokio::test]
async fn talks_on_the_same_flows_are_the_same_or_cannot_be_told() {
    let host = host().await;
    let told = replay(&host, MENU).await;
    assert_eq!(verdicts(&told), ("same", "same"), "{told:#}");
    let order = told["talks"].as_array().unwrap().iter().find(|talk| talk["flow"] == "order").unwrap();
    assert_eq!(order["verdict"], "cannot_say", "nobody knows what the shop answered: {order:#}");
    assert_eq!(
        (&told["counts"]["same"], &told["counts"]["cannot_say"], &told["more"]),
        (&json!(2), &json!(1), &json!(0))
    );
}

#[tokio::test]
async fn a_changed_word_is_found_in_each_talk_that_has_it_and_in_no_other() {
    let host = host().await;
    let told = replay(&host, &MENU.replace("We are open", "We are closed")).await;
    assert_eq!(verdicts(&told), ("other_words", "same"), "{told:#}");
    let talk = told["talks"].as_array().unwrap().iter().find(|talk| talk["verdict"] == "other_words").unwrap();
    assert_eq!(
        talk["acts"][2],
        json!({"step": {"user": "Hours"}, "was": ["We are open"], "now": ["We are closed"]}),
        "{talk:#}"
    );
    let told = replay(&host, &MENU.replace("What can I do?", "How can I help?")).await;
    assert_eq!(verdicts(&told), ("other_words", "other_words"));
}

#[tokio::test]
async fn another_way_and_an_act_that_is_gone_are_told() {
    let host = host().await;
    let told = replay(
        &host,
        &MENU.replace(
            "      - ask: Who are you?\n        as: name\n      - say: Booked for ${name}, ${contact.name}\n",
            "      - say: Booked\n",
        ),
    )
    .await;
    assert_eq!(verdicts(&told), ("same", "other_way"), "{told:#}");
    let gone = json!({"files": {"flows/menu.yaml": null}, "day": "2026-03-27"});
    let told = host.post(OPERATOR, REPLAY, gone).await.is(200);
    assert_eq!(verdicts(&told), ("does_not_fit", "does_not_fit"), "{told:#}");
}

#[tokio::test]
async fn nobodys_words_name_or_number_come_out() {
    let host = host().await;
    let told = replay(&host, &MENU.replace("Booked", "Noted")).await;
    let text = told.to_string();
    for personal in ["Zebulon", "Quark", STRANGER, "600999888"] {
        assert!(!text.contains(personal), "{personal}: {text}");
    }
    let booked = told["talks"].as_array().unwrap().iter().find(|talk| talk["verdict"] == "other_words").unwrap();
    assert_eq!(booked["acts"][4]["now"], json!(["Noted for Xxxxxxx Xxxxx, Ana"]), "{booked:#}");
    let sent = host.graph.sent().len();
    replay(&host, MENU).await;
    assert_eq!(host.graph.sent().len(), sent, "nothing is sent");
}

#[tokio::test]
async fn one_run_is_played_alone_and_days_come_in_pieces() {
    let host = host().await;
    let runs = run::page(&host.app.store, i64::MAX, 10).await.unwrap();
    let one = host.post(OPERATOR, REPLAY, json!({"run": runs[1].id})).await.is(200);
    assert_eq!((one["talks"].as_array().unwrap().len(), &one["talks"][0]["run"]), (1, &json!(runs[1].id)));
    let first = host.post(OPERATOR, REPLAY, json!({"day": "2026-03-27", "limit": 2})).await.is(200);
    assert_eq!((first["talks"].as_array().unwrap().len(), &first["more"]), (2, &json!(1)));
    let last = json!({"day": "2026-03-27", "limit": 2, "before": first["talks"][1]["run"]});
    let rest = host.post(OPERATOR, REPLAY, last).await.is(200);
    assert_eq!((rest["talks"].as_array().unwrap().len(), &rest["more"]), (1, &json!(0)));
    for day in ["2026-03-26", "2026-03-28"] {
        let none = host.post(OPERATOR, REPLAY, json!({"day": day})).await.is(200);
        assert_eq!((&none["talks"], &none["more"]), (&json!([]), &json!(0)), "{day}");
    }
    assert_eq!(host.post(OPERATOR, REPLAY, json!({"run": 1})).await.is(404)["code"], "not_found");
    for (body, pointer) in [
        (json!({}), "/run"),
        (json!({"run": 1, "day": "2026-03-27"}), "/day"),
        (json!({"day": "yesterday"}), "/day"),
        (json!({"day": "2026-03-27", "limit": 201}), "/limit"),
    ] {
        assert_eq!(host.post(OPERATOR, REPLAY, body).await.is(422)["errors"][0]["pointer"], pointer);
    }
}
