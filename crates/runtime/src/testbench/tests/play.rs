//! Tests plays: a talk of the studio does what a test of authors does.

use super::*;
use crate::testbench::{pace::event_loop, seen::Seen, world::World};
use serde_json::{Map, Value as Json, json};

/// The bot of this repository.
fn sample() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

pub(super) fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap().block_on(work)
}

fn play_in(folder: &Path, request: PlayRequest) -> Result<Json, PlayError> {
    block_on(PlayRoom::of(folder).play(request)).map(|played| json!(played))
}

pub(super) fn shop() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("flows")).unwrap();
    for (name, text) in [("_bot.yaml", BOT), ("shop.yaml", SHOP), ("news.yaml", NEWS), ("paid.yaml", PAID)] {
        std::fs::write(folder.path().join("flows").join(name), text).unwrap();
    }
    folder
}

fn world(json: Json) -> Map<String, Json> {
    json.as_object().unwrap().clone()
}

/// The world of `HEAD`.
pub(super) fn shops_world() -> Map<String, Json> {
    world(json!({
        "now": "2026-03-27T09:00 Europe/Madrid",
        "contact": {"name": "Ana", "phone": "+34600111222", "consent": {"marketing": "given"}},
        "env": {"SHOP_URL": "https://shop.example"},
        "mocks": {"http": [{"POST */orders": [{"status": 503}, {"status": 503}, {"json": {"number": 7, "city": "Sevilla"}}]}]},
    }))
}

fn talk(steps: Json) -> PlayRequest {
    let (edits, flow) = (Edits::new(), Some("shop".to_owned()));
    PlayRequest {
        edits,
        flow,
        world: shops_world(),
        steps: steps.as_array().unwrap().clone(),
        ..PlayRequest::default()
    }
}

/// A part of a test file as JSON.
fn json_of(node: &Node) -> Json {
    let plain = |text: &str| match text {
        "true" => json!(true),
        "false" => json!(false),
        "null" | "none" | "nothing" => Json::Null,
        text => {
            text.parse::<i64>().map_or_else(|_| text.parse::<f64>().map_or(json!(text), |n| json!(n)), |n| json!(n))
        }
    };
    match &node.kind {
        crate::base::yaml::Kind::Null => Json::Null,
        crate::base::yaml::Kind::Scalar(scalar) if scalar.is_plain() => plain(&scalar.text),
        crate::base::yaml::Kind::Scalar(scalar) => json!(scalar.text),
        crate::base::yaml::Kind::List(items) => items.iter().map(json_of).collect(),
        crate::base::yaml::Kind::Map(entries) => {
            entries.iter().map(|entry| (entry.key.text.clone(), json_of(&entry.value))).collect::<Map<_, _>>().into()
        }
    }
}

/// The world and the steps of a case, without its checks.
fn as_json(file: &SourceFile, name: &str) -> (Map<String, Json>, Vec<Json>) {
    let root = crate::base::yaml::load(&SourceFile::new(file.path(), file.text()), &Findings::default()).unwrap();
    let cases = root.get("cases").unwrap().list().unwrap();
    let case = cases.iter().find(|case| case.get("name").unwrap().text() == Some(name)).unwrap();
    let mut world = Map::new();
    for key in Head::KEYS {
        match (root.get(key).map(json_of), case.get(key).map(json_of)) {
            // A case changes the contact, its environment and its templates by parts, and adds its mocks.
            (Some(Json::Object(mut file)), Some(Json::Object(case))) if key != "mocks" => {
                file.extend(case);
                world.insert(key.to_owned(), file.into());
            }
            (Some(file), Some(case)) if key == "mocks" => {
                let items = |mocks: &Json| mocks["http"].as_array().cloned().unwrap_or_default();
                let all = [items(&case), items(&file)].concat();
                world.insert(key.to_owned(), json!({"http": all}));
            }
            (file, case) => {
                world.extend(case.or(file).map(|value| (key.to_owned(), value)));
            }
        }
    }
    let acts = case.get("steps").unwrap().list().unwrap().iter().map(json_of);
    (world, acts.filter(|act| act.get("bot").is_none() && act.get("expect").is_none()).collect())
}

/// The texts that a test run of the case sends.
fn said_by_test(bot: &Bot, play: &Play, case: &Case) -> Vec<Json> {
    event_loop().unwrap().block_on(async {
        let mut world = World::begin(bot, play, false).await.unwrap();
        for step in &case.steps {
            if let Err(Stop::Broken(error)) = world.perform(step).await {
                panic!("{error:#}");
            }
        }
        let said = world.seen.iter().map(Seen::to_json).map(|seen| seen["text"].clone()).collect();
        world.end().await;
        said
    })
}

#[test]
fn each_case_of_the_sample_bot_says_the_same_as_a_play() {
    let folder = sample();
    let bot = Bot::open(&folder).unwrap().unwrap_or_else(|findings| panic!("{findings:?}"));
    let room = PlayRoom::of(&folder);
    let mut cases = 0;
    for file in source_files::read_tests(&folder).unwrap().files {
        let read = read(&file, &bot.set).1.unwrap();
        for (case, play) in &read.cases {
            let (world, steps) = as_json(&file, &case.name);
            let request = PlayRequest { flow: Some(read.flow.to_string()), world, steps, ..PlayRequest::default() };
            let played = block_on(room.play(request)).unwrap_or_else(|error| panic!("{}: {error:?}", case.name));
            let played = json!(played);
            assert_eq!(played["stopped"], Json::Null, "{} {}: {}", file.path(), case.name, played["stopped"]);
            let acts = played["acts"].as_array().unwrap();
            let messages = acts.iter().flat_map(|act| act["messages"].as_array().unwrap());
            let mut sent: Vec<(String, i64, Json)> = Vec::new();
            for message in messages.filter(|message| message["direction"] == "out" && !message["json"].is_null()) {
                let id = message["id"].as_i64().unwrap();
                // A status makes a message appear again.
                if sent.iter().all(|(_, known, _)| *known != id) {
                    sent.push((message["accepted_at"].to_string(), id, message["content"].clone()));
                }
            }
            let expected = said_by_test(&bot, play, case);
            assert_eq!(sent.len(), expected.len(), "{} {}: {sent:?} {expected:?}", file.path(), case.name);
            for (_, _, content) in &sent {
                let text = &content["text"];
                let is_said = |said: &Json| match content["kind"] == "template" {
                    true => said.as_str().unwrap().starts_with(content["template"]["name"].as_str().unwrap()),
                    false => said == text,
                };
                assert!(expected.iter().any(is_said), "{} {}: {content}", file.path(), case.name);
            }
            cases += 1;
        }
    }
    assert!(cases > 40, "{cases}");
}

#[test]
fn an_act_shows_messages_trace_ways_calls_and_what_comes() {
    let folder = shop();
    let steps = json!([{"user": "shop"}, {"tap": "Large"}, {"advance": "31h"}]);
    let played = play_in(folder.path(), talk(steps)).unwrap();
    if let Ok(path) = std::env::var("PLAY_SAMPLE") {
        std::fs::write(path, format!("{played:#}\n")).unwrap();
    }
    assert_eq!(played["stopped"], Json::Null, "{played:#}");
    let acts = played["acts"].as_array().unwrap();
    let (asks, orders, later) = (&acts[0], &acts[1], &acts[2]);
    let (heard, asked) = (&asks["messages"][0], &asks["messages"][1]);
    assert_eq!(
        (&heard["direction"], &heard["json"]["entry"][0]["changes"][0]["value"]["messages"][0]["text"]["body"]),
        (&json!("in"), &json!("shop"))
    );
    assert_eq!(asked["content"]["buttons"], json!([{"id": "Small", "title": "Small"}, {"id": "l", "title": "Large"}]));
    assert_eq!(
        (&asked["status"], &asked["json"]["type"], &asked["step"]),
        (&json!("sent"), &json!("interactive"), &json!("shop.ask_1"))
    );
    assert_eq!(asks["passed"], json!([{"flow": "shop", "step": "shop.ask_1", "way": null}]));
    assert_eq!(asks["after"]["runs"][0]["waits"], "answer");
    let due: Vec<&Json> = asks["after"]["coming"].as_array().unwrap().iter().collect();
    assert!(
        due.iter().any(|due| due["what"] == "timeout" && due["step"] == "shop.ask_1" && due["next"] == "shop.say_1"),
        "{due:?}"
    );
    assert!(
        due.iter().any(|due| due["what"] == "start" && due["flow"] == "news" && due["next"] == Json::Null),
        "{due:?}"
    );
    let waits = orders["after"]["coming"].as_array().unwrap().iter().find(|due| due["what"] == "wait").unwrap();
    assert_eq!((&waits["step"], &waits["next"]), (&json!("shop.wait_1"), &json!("shop.say_3")), "{waits}");
    assert!(asks["why"][0].as_str().unwrap().contains("it wins"), "{}", asks["why"]);
    let kinds: Vec<&str> =
        asks["trace"].as_array().unwrap().iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"start"), "{}", asks["trace"]);
    let calls = orders["calls"].as_array().unwrap();
    assert_eq!(calls.iter().map(|call| call["status"].as_i64().unwrap()).collect::<Vec<_>>(), [503, 503, 200]);
    assert_eq!(orders["after"]["runs"][0]["vars"]["number"], 7);
    assert_eq!(orders["after"]["contact"]["city"], "Sevilla");
    assert_eq!(
        orders["passed"].as_array().unwrap().last().unwrap(),
        &json!({"flow": "shop", "step": "shop.wait_1", "way": null})
    );
    let template = &later["messages"].as_array().unwrap().last().unwrap()["content"];
    assert_eq!((&template["kind"], &template["template"]["name"]), (&json!("template"), &json!("arrived")));
    assert_eq!(later["after"]["window"]["open"], false);
    let ended = &later["after"]["runs"][0];
    assert_eq!(
        (&ended["state"], &ended["vars"]["number"], &ended["flow"]),
        (&json!("done"), &json!(7), &json!("shop"))
    );
}

#[test]
fn the_way_that_was_taken_is_named_as_in_the_drawing() {
    let folder = shop();
    let steps = json!([{"user": "shop"}, {"advance": "4h"}]);
    let played = play_in(folder.path(), talk(steps)).unwrap();
    let passed = played["acts"][1]["passed"].as_array().unwrap();
    assert!(passed.contains(&json!({"flow": "shop", "step": "shop.ask_1", "way": "on_timeout"})), "{passed:?}");
    let failing = json!({"http": [{"POST */orders": {"status": 400}}]});
    let mut request = talk(json!([{"user": "shop"}, {"tap": "l"}]));
    request.world.insert("mocks".into(), failing);
    let played = play_in(folder.path(), request).unwrap();
    let passed = played["acts"][1]["passed"].as_array().unwrap();
    assert!(passed.contains(&json!({"flow": "shop", "step": "shop.http_1", "way": "on_error"})), "{passed:?}");
    assert_eq!(played["acts"][1]["handoffs"][0]["team"], "desk");
}

#[test]
fn a_step_that_does_not_fit_stops_the_talk_with_a_sentence() {
    let folder = shop();
    let stopped = |steps: Json| play_in(folder.path(), talk(steps)).unwrap();
    let played = stopped(json!([{"user": "shop"}, {"tap": "Huge"}, {"user": "x"}]));
    assert_eq!(played["acts"].as_array().unwrap().len(), 1);
    let at = &played["stopped"];
    assert_eq!(
        (&at["step"], &at["code"], &at["offered"]),
        (&json!(1), &json!("no_such_button"), &json!(["Small", "Large"]))
    );
    assert!(at["detail"].as_str().unwrap().contains("`Huge`"), "{at}");
    assert_eq!(stopped(json!([{"usr": "shop"}]))["stopped"]["code"], "wrong_step");
    assert_eq!(stopped(json!([{"status": "read"}]))["stopped"]["code"], "no_message");
    assert_eq!(stopped(json!([{"advance_to": "2020-01-01"}]))["stopped"]["code"], "time_passed");
    assert_eq!(stopped(json!([{"webhook": {"name": "nobody", "body": {}}}]))["stopped"]["code"], "webhook_refused");
}

#[test]
fn a_status_shows_its_message_again() {
    let folder = shop();
    let played = play_in(
        folder.path(),
        talk(json!([{"user": "shop"}, {"status": "read"}, "restart", {"expect": {"window": "open"}}])),
    )
    .unwrap();
    assert_eq!(played["stopped"], Json::Null, "{}", played["stopped"]);
    let again = played["acts"][1]["messages"].as_array().unwrap();
    assert_eq!((again.len(), &again[0]["status"]), (1, &json!("read")));
    assert_eq!(again[0]["id"], played["acts"][0]["messages"][1]["id"]);
    for quiet in [2, 3] {
        assert_eq!(played["acts"][quiet]["messages"], json!([]));
        assert_eq!(played["acts"][quiet]["calls"], json!([]));
    }
}

#[test]
fn unsaved_texts_are_played_and_no_file_changes() {
    let folder = shop();
    let mut request = talk(json!([{"user": "shop"}]));
    request.edits.insert("flows/shop.yaml".into(), Some(SHOP.replace("Which size?", "What size?")));
    let played = play_in(folder.path(), request.clone()).unwrap();
    assert_eq!(played["acts"][0]["messages"][1]["content"]["text"], "What size?");
    assert_eq!(std::fs::read_to_string(folder.path().join("flows/shop.yaml")).unwrap(), SHOP);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "a play writes elsewhere");
    request.edits.insert("flows/shop.yaml".into(), Some("flow: shop\nsteps:\n  - sya: hi\n".into()));
    let Err(PlayError::Errors(findings)) = play_in(folder.path(), request.clone()) else { panic!("errors are told") };
    assert_eq!((findings[0].code, findings[0].place.path()), ("E221", "flows/shop.yaml"));
    request.edits.insert("flows/shop.yaml".into(), None);
    let Err(PlayError::Invalid(wrong)) = play_in(folder.path(), request) else { panic!("the flow is gone") };
    assert_eq!(wrong[0].0, "/flow");
}

#[test]
fn the_same_body_gives_the_same_answer() {
    let folder = shop();
    let room = PlayRoom::of(folder.path());
    let steps = || talk(json!([{"user": "shop"}, {"tap": "l"}, {"advance": "31h"}]));
    let played = || Played { ms: 0, ..block_on(room.play(steps())).unwrap() };
    assert_eq!(json!(played()), json!(played()));
}

#[test]
fn a_wrong_world_names_its_field() {
    let folder = shop();
    for (key, value) in [("now", json!("soon")), ("contact", json!({"citi": 1})), ("mocks", json!({"htpp": []}))] {
        let mut request = talk(json!([]));
        request.world.insert(key.into(), value);
        let Err(PlayError::Invalid(wrong)) = play_in(folder.path(), request) else { panic!("{key}") };
        assert_eq!(wrong[0].0, format!("/world/{key}"), "{wrong:?}");
    }
}

#[test]
fn a_play_has_at_most_so_many_steps() {
    use crate::base::limits::PLAY_STEPS_MAX;
    let folder = shop();
    let many = |count: usize| talk((0..count).map(|_| json!({"status": "read"})).collect::<Vec<_>>().into());
    assert!(play_in(folder.path(), many(PLAY_STEPS_MAX)).is_ok());
    assert!(matches!(play_in(folder.path(), many(PLAY_STEPS_MAX + 1)), Err(PlayError::TooLong(_))));
}

#[test]
fn a_saved_talk_passes_and_fails_after_one_word_changes() {
    let folder = shop();
    let save = |request: PlayRequest, name: &str| block_on(PlayRoom::of(folder.path()).save(request, name.to_owned()));
    let request = talk(json!([{"user": "shop"}, {"tap": "Large"}, {"advance": "31h"}]));
    let first = save(request.clone(), "a large one").unwrap();
    assert_eq!(first.path, "flows/shop.test.yaml");
    let path = folder.path().join(&first.path);
    std::fs::write(&path, &first.text).unwrap();
    // The next case goes behind the first one, whose text stays; nobody named the flow.
    let mut unnamed = request.clone();
    unnamed.flow = None;
    unnamed.steps = json!([{"user": "shop"}, {"advance": "4h"}]).as_array().unwrap().clone();
    let second = save(unnamed, "silence").unwrap();
    assert!(second.text.starts_with(&first.text), "{}", second.text);
    std::fs::write(&path, &second.text).unwrap();
    let report = run(folder.path(), &TestOptions::default()).unwrap();
    assert!(report.is_good() && report.passed() == 2, "{}\n{}", second.text, said(&report));
    let Err(PlayError::Invalid(wrong)) = save(request, "silence") else { panic!("the name is taken") };
    assert_eq!(wrong[0].0, "/name");
    // The last word of a text that goes over two lines.
    let changed = SHOP.replace("number ${number}.", "no ${number}.");
    std::fs::write(folder.path().join("flows/shop.yaml"), changed).unwrap();
    let report = run(folder.path(), &TestOptions::default()).unwrap();
    assert_eq!((report.passed(), report.failed()), (1, 1), "{}", said(&report));
}

#[test]
fn a_talk_of_the_sandbox_keeps_its_world_as_a_test() {
    let folder = shop();
    let bot = format!(
        "{BOT}sandbox:\n  env: {{SHOP_URL: \"https://sandbox.example\"}}\n  mocks:\n    http:\n      - POST */orders: {{json: {{number: 9, city: Vigo}}}}\n"
    );
    std::fs::write(folder.path().join("flows/_bot.yaml"), bot).unwrap();
    let mut request = talk(json!([{"user": "shop"}, {"tap": "Large"}]));
    request.world = world(json!({"templates": {"arrived": "missing"}}));
    let saved = block_on(PlayRoom::of(folder.path()).save(request, "sandbox: \"quoted\" # name".to_owned())).unwrap();
    assert!(
        saved.text.contains("https://sandbox.example") && saved.text.contains("arrived: missing"),
        "{}",
        saved.text
    );
    std::fs::write(folder.path().join(&saved.path), &saved.text).unwrap();
    let report = run(folder.path(), &TestOptions::default()).unwrap();
    assert!(report.is_good() && report.passed() == 1, "{}\n{}", saved.text, said(&report));
    assert_eq!(report.files[0].cases[0].name, "sandbox: \"quoted\" # name");
}
