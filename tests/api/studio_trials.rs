//! Tests bad days and random customers over HTTP.

use super::host::{Host, OPERATOR};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

const BAD_DAY: &str = "/v1/studio/bad-day";
const WANDER: &str = "/v1/studio/wander";
/// Three faults: nobody takes errors of the server, nor those of sends, nor an answer that comes a day too late.
const BROKEN: &str = "flow: order\nwhen:\n  - message: order\nsteps:\n  - ask: Which colour?\n    as: colour\n    timeout: 20h\n  - http: POST https://shop.example/orders\n    json: {colour: \"${colour}\"}\n  - say: Ordered in ${colour}\n";
const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\n";
const MENDED: &str =
    "defaults:\n  on_error:\n    - say: Something went wrong here.\n      if_closed: skip\n  unanswered: []\n";

fn bad_day(bot: &str) -> Json {
    json!({
        "flow": "order",
        "files": {"flows/order.yaml": BROKEN, "flows/_bot.yaml": bot},
        "world": {"now": "2026-11-24T10:00 Europe/Madrid", "mocks": {"http": [{"POST */orders": {"json": {}}}]}},
        "steps": [{"user": "order"}, {"user": "blue"}],
    })
}

fn red(day: &Json) -> Vec<&Json> {
    day["rows"].as_array().unwrap().iter().filter(|row| row["good"] == false).collect()
}

#[tokio::test]
async fn a_bad_day_finds_the_faults_and_each_becomes_a_failing_test() {
    let host = Host::new().await;
    let day = host.post(OPERATOR, BAD_DAY, bad_day(BOT)).await.is(200);
    let red = red(&day);
    let found: BTreeSet<_> = red
        .iter()
        .map(|row| {
            (row["misfortune"].as_str().unwrap(), row["act"].as_u64().unwrap(), row["trouble"].as_str().unwrap())
        })
        .collect();
    for fault in [("server_down", 1, "error"), ("refused_131026", 0, "error"), ("silent", 0, "unanswered")] {
        assert!(found.contains(&fault), "{fault:?}: {found:?}");
    }
    let ids: BTreeSet<_> =
        day["misfortunes"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert!(found.iter().all(|(id, _, _)| ids.contains(id)) && ids.len() == 12, "{ids:?}");
    assert_eq!(day["more"], 0);
    for (number, row) in red.iter().enumerate() {
        let mut steps = row["steps"].as_array().unwrap().clone();
        steps.push(json!({"expect": {"trouble": "nothing"}}));
        let name = format!("bad day {number}");
        let mut body = bad_day(BOT);
        (body["world"], body["steps"], body["name"]) = (row["world"].clone(), steps.into(), name.as_str().into());
        let saved = host.post(OPERATOR, "/v1/studio/play/test", body.clone()).await.is(200);
        let mut tests = json!({"files": body["files"], "only": {"name": name}});
        tests["files"][saved["path"].as_str().unwrap()] = saved["text"].clone();
        let run = host.post(OPERATOR, "/v1/studio/tests", tests.clone()).await.is(200);
        assert_eq!(run["cases"][0]["passed"], false, "{row:#}\n{}", saved["text"]);
        tests["files"]["flows/_bot.yaml"] = format!("{BOT}{MENDED}").into();
        let run = host.post(OPERATOR, "/v1/studio/tests", tests).await.is(200);
        assert_eq!(run["cases"][0]["passed"], true, "{row:#}\n{}", saved["text"]);
    }
}

#[tokio::test]
async fn a_mended_flow_has_a_good_day() {
    let host = Host::new().await;
    let day = host.post(OPERATOR, BAD_DAY, bad_day(&format!("{BOT}{MENDED}"))).await.is(200);
    assert_eq!(red(&day), [&Json::Null; 0], "{day:#}");
    assert!(day["rows"].as_array().unwrap().len() > 15, "{day:#}");
    let wrong = json!({"flow": "hello", "steps": [{"usr": "hello"}]});
    assert_eq!(host.post(OPERATOR, BAD_DAY, wrong).await.is(422)["errors"][0]["pointer"], "/steps/0");
}

#[tokio::test]
async fn customers_find_what_nobody_answers_and_the_same_seed_finds_the_same() {
    let host = Host::new().await;
    let loose = |seed: i64| json!({"files": {"flows/_bot.yaml": BOT}, "customers": 4, "seed": seed});
    let found = host.post(OPERATOR, WANDER, loose(3)).await.is(200);
    assert_eq!((&found["talks"], &found["seed"], &found["stopped"]), (&json!(4), &json!(3), &Json::Null));
    let unanswered = found["found"].as_array().unwrap().iter().find(|one| one["trouble"] == "unanswered");
    let unanswered = unanswered.unwrap_or_else(|| panic!("{found:#}"));
    assert_eq!(unanswered["steps"].as_array().unwrap().len(), 1, "{unanswered:#}");
    let mut again = host.post(OPERATOR, WANDER, loose(3)).await.is(200);
    again["ms"] = found["ms"].clone();
    assert_eq!(again, found);
    let mut talk =
        json!({"files": {"flows/_bot.yaml": BOT}, "flow": unanswered["about"], "world": unanswered["world"]});
    talk["steps"] = unanswered["steps"].clone();
    let played = host.post(OPERATOR, "/v1/studio/play", talk).await.is(200);
    assert_eq!(played["stopped"], Json::Null, "{played:#}");
    for (field, number) in [("customers", 0), ("customers", 201), ("seed", -1)] {
        let refused = host.post(OPERATOR, WANDER, json!({(field): number})).await.is(422);
        assert_eq!(refused["errors"][0]["pointer"], format!("/{field}"));
    }
}
