//! Tests what the studio tries: tests with texts that are not saved, and the limits of all plays.

use super::{
    play::{block_on, shop, shops_world},
    *,
};
use crate::{
    base::time::Span,
    flow::tools::testfile::{Head, TestAction, apply, default_now, talk},
    testbench::{
        play::{Edits, PlayLimits},
        talk_json,
    },
};
use serde_json::{Value as Json, json};

/// A test file of the shop, with a case that fails.
const TESTS: &str = "  - name: a large one
    steps:
      - user: shop
      - bot: Which size?
      - tap: Large
      - bot: Ordered *l*
  - name: a greeting
    steps:
      - user: shop
      - bot: Which colour?
      - advance: 1h
";

fn tested_shop(cases: &str) -> tempfile::TempDir {
    let folder = shop();
    std::fs::write(folder.path().join("flows/shop.test.yaml"), format!("{HEAD}{cases}")).unwrap();
    folder
}

fn tests(folder: &Path, request: TestsRequest) -> Json {
    json!(block_on(PlayRoom::of(folder).tests(request)).unwrap_or_else(|error| panic!("{error:?}")))
}

fn case<'r>(run: &'r Json, name: &str) -> &'r Json {
    run["cases"].as_array().unwrap().iter().find(|case| case["name"] == name).unwrap_or_else(|| panic!("{run:#}"))
}

/// The bots of this repository: the sample and the examples.
fn bots() -> Vec<PathBuf> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let examples = std::fs::read_dir(root.join("flows/examples")).unwrap();
    let examples = examples.map(|entry| entry.unwrap().path()).filter(|path| path.join("flows").is_dir());
    std::iter::once(root).chain(examples.collect::<Vec<_>>()).collect()
}

#[test]
fn every_case_is_the_same_when_it_comes_back_as_json() {
    let mut count = 0;
    for folder in bots() {
        let bot = Bot::open(&folder).unwrap().unwrap_or_else(|findings| panic!("{findings:?}"));
        for file in source_files::read_tests(&folder).unwrap().files {
            let read = read(&file, &bot.set).1.unwrap();
            for (case, play) in &read.cases {
                let mut world = talk_json::world(&play.head);
                assert_eq!(world.remove(talk_json::SANDBOX), Some(json!(false)));
                let acts = case.steps.iter().map(|step| &step.act);
                let acts = acts.filter(|act| !matches!(act, TestAction::Bot(_) | TestAction::Expect(_)));
                let steps = talk_json::steps(acts.clone());
                let under = Head::at(default_now(&bot.set.bot.timezone));
                let back = talk(&world, &steps, &under, &bot.set).unwrap_or_else(|wrong| panic!("{wrong:?}"));
                let shown: Vec<String> = acts.map(|act| format!("{act:?}")).collect();
                let again: Vec<String> =
                    back.steps.iter().map(|step| format!("{:?}", step.as_ref().unwrap().act)).collect();
                assert_eq!(again, shown, "{} {}", file.path(), case.name);
                let known = |head: &Head| {
                    let mut data = crate::model::contact::ContactData::default();
                    apply(&head.contact, &mut data, crate::base::time::Time(0));
                    let mocks = mocks_of(&head.mocks, &Findings::default());
                    (
                        head.now.clone(),
                        format!("{data:?}"),
                        head.env.clone(),
                        head.templates.clone(),
                        format!("{mocks:?}"),
                    )
                };
                assert_eq!(known(&back.head), known(&play.head), "{} {}", file.path(), case.name);
                assert_eq!(back.head.sender, play.head.sender);
                count += 1;
            }
        }
    }
    assert!(count > 100, "{count}");
}

#[test]
fn the_studio_runs_the_tests_that_the_command_runs() {
    let folder = tested_shop(TESTS);
    let (ran, report) =
        (tests(folder.path(), TestsRequest::default()), run(folder.path(), &TestOptions::default()).unwrap());
    let cases = ran["cases"].as_array().unwrap();
    assert_eq!(cases.len(), report.passed() + report.failed());
    assert_eq!(cases.iter().filter(|case| case["passed"] == true).count(), report.passed());
    assert_eq!(
        (ran["percent"].as_u64(), &ran["stopped"]),
        (Some(report.coverage.counts().percent() as u64), &Json::Null)
    );
    for (flow, covered) in report.coverage.flows.iter().zip(ran["coverage"].as_array().unwrap()) {
        assert_eq!(
            (&covered["flow"], covered["percent"].as_u64()),
            (&json!(flow.flow), Some(flow.counts.percent() as u64))
        );
        assert_eq!(covered["never"].as_array().unwrap().len(), flow.missing.len());
    }
    let shop = ran["coverage"].as_array().unwrap().iter().find(|one| one["flow"] == "shop").unwrap();
    let never = shop["never"].as_array().unwrap();
    assert!(never.iter().any(|one| one["step"] == "shop.ask_1" && one["way"] == "on_timeout"), "{never:#?}");
}

#[test]
fn a_failed_case_is_a_talk_and_its_text_can_be_accepted() {
    let folder = tested_shop(TESTS);
    let ran = tests(folder.path(), TestsRequest::default());
    assert_eq!(
        (&case(&ran, "a large one")["passed"], &case(&ran, "a large one")["accepted"]),
        (&json!(true), &Json::Null)
    );
    let failed = case(&ran, "a greeting");
    let failure = &failed["failure"];
    assert_eq!((&failure["act"], &failure["expected"]), (&json!(0), &json!("\"Which colour?\"")), "{failure:#}");
    assert_eq!(failed["steps"], json!([{"user": "shop"}, {"advance": "1h"}]));
    assert_eq!(failure["line"], 16);
    let marked: Vec<_> =
        failure["differences"].as_array().unwrap().iter().map(|part| part["in"].as_str().unwrap()).collect();
    assert!(marked.contains(&"both") && marked.contains(&"got"), "{failure:#}");
    // The talk says in its world what the case heard.
    let request = PlayRequest {
        flow: Some(failed["flow"].as_str().unwrap().to_owned()),
        world: failed["world"].as_object().unwrap().clone(),
        steps: failed["steps"].as_array().unwrap().clone(),
        ..PlayRequest::default()
    };
    let played = json!(block_on(PlayRoom::of(folder.path()).play(request)).unwrap());
    assert_eq!(played["acts"][0]["messages"][1]["content"]["text"], "Which size?");
    let accepted = failed["accepted"].as_str().unwrap().to_owned();
    assert_eq!(accepted, format!("{HEAD}{TESTS}").replace("Which colour?", "Which size?"));
    let edits = Edits::from([("flows/shop.test.yaml".to_owned(), Some(accepted))]);
    let only = TestsRequest { edits, name: Some("a greeting".to_owned()), ..TestsRequest::default() };
    let again = tests(folder.path(), only);
    assert_eq!(again["cases"].as_array().unwrap().len(), 1);
    assert_eq!(again["cases"][0]["passed"], true);
}

#[test]
fn a_test_file_that_is_no_text_hides_no_other_test() {
    let folder = tested_shop(TESTS);
    std::fs::write(folder.path().join("flows/news.test.yaml"), b"\xff\xfe").unwrap();
    let ran = tests(folder.path(), TestsRequest::default());
    assert_eq!(ran["cases"].as_array().unwrap().len(), 2);
    assert_eq!(ran["findings"][0]["file"], "flows/news.test.yaml", "{ran:#}");
    let report = run(folder.path(), &TestOptions::default()).unwrap();
    let read = report.files.iter().map(|file| (&*file.path, file.cases.len(), file.findings.len()));
    assert_eq!(read.collect::<Vec<_>>(), [("flows/shop.test.yaml", 2, 0), ("flows/news.test.yaml", 0, 1)]);
}

#[test]
fn a_world_without_the_sandbox_has_none_of_its_mocks() {
    let folder = shop();
    let sandbox = "sandbox:\n  env: {SHOP_URL: \"https://sandbox.example\"}\n  mocks:\n    http:\n      - POST */orders: {json: {number: 9, city: Vigo}}\n";
    std::fs::write(folder.path().join("flows/_bot.yaml"), format!("{BOT}{sandbox}")).unwrap();
    let mocked = |sandbox: Json| {
        let world = json!({"sandbox": sandbox, "env": {"SHOP_URL": "https://shop.example"}});
        let steps = json!([{"user": "shop"}, {"tap": "Large"}]).as_array().unwrap().clone();
        let request = PlayRequest { world: world.as_object().unwrap().clone(), steps, ..PlayRequest::default() };
        block_on(PlayRoom::of(folder.path()).play(request))
            .map(|played| json!(played)["acts"][1]["calls"][0]["mocked"].clone())
    };
    assert_eq!((mocked(json!(true)).unwrap(), mocked(json!(false)).unwrap()), (json!(true), json!(false)));
    let Err(PlayError::Invalid(wrong)) = mocked(json!("no")) else { panic!("it is a flag") };
    assert_eq!(wrong[0].0, "/world/sandbox");
}

/// A room with these limits instead of its own.
fn room(folder: &Path, change: impl FnOnce(&mut PlayLimits)) -> PlayRoom {
    let mut limits = PlayLimits::default();
    change(&mut limits);
    PlayRoom::with_limits(folder, limits)
}

fn talk_of(steps: Json) -> PlayRequest {
    PlayRequest { world: shops_world(), steps: steps.as_array().unwrap().clone(), ..PlayRequest::default() }
}

#[test]
fn an_answer_at_its_limit_is_given_and_a_larger_one_is_not() {
    let folder = shop();
    let request = || talk_of(json!([{"user": "shop"}, {"tap": "l"}]));
    let played = json!(block_on(room(folder.path(), |_| {}).play(request())).unwrap());
    let bytes: usize = played["acts"].as_array().unwrap().iter().map(|act| act.to_string().len()).sum();
    assert!(block_on(room(folder.path(), |limits| limits.answer_bytes = bytes).play(request())).is_ok());
    let refused = block_on(room(folder.path(), |limits| limits.answer_bytes = bytes - 1).play(request()));
    assert!(matches!(refused, Err(PlayError::TooLong(_))), "{refused:?}");
}

#[test]
fn a_play_that_takes_too_long_is_ended_and_its_place_is_free() {
    let folder = shop();
    let room = room(folder.path(), |limits| (limits.play, limits.at_once) = (Span(300), 1));
    // A timer falls due every week for a hundred years.
    let long = || talk_of(json!([{"user": "shop"}, {"advance": "36500d"}]));
    for _ in 0..2 {
        let refused = block_on(room.play(long()));
        assert!(matches!(&refused, Err(PlayError::TooLong(why)) if why.contains("longer")), "{refused:?}");
    }
}

#[test]
fn a_check_that_takes_too_long_ends_plays_of_every_kind() {
    let folder = tested_shop(TESTS);
    let room = room(folder.path(), |limits| limits.play = Span::ZERO);
    assert_eq!(PlayLimits::default().play, crate::base::limits::PLAY_TIME_MAX);
    let talk = || talk_of(json!([{"user": "shop"}]));
    block_on(async {
        let told = room.play(talk()).await;
        assert!(matches!(told, Err(PlayError::TooLong(_))), "{told:?}");
        let walks = Walks { count: 1, seed: 1 };
        for told in [
            room.tests(TestsRequest::default()).await.map(|told| json!(told)),
            room.bad_day(talk()).await.map(|told| json!(told)),
            room.wander(Edits::new(), walks).await.map(|told| json!(told)),
        ] {
            assert!(matches!(&told, Err(PlayError::TooLong(why)) if why.starts_with("The check of")), "{told:?}");
        }
    });
}

#[test]
fn one_play_more_than_there_are_places_waits_and_is_told_to_come_again() {
    let folder = shop();
    let room = room(folder.path(), |limits| limits.place_wait = Span(50));
    assert_eq!(PlayLimits::default().at_once, crate::base::limits::PLAYS_AT_ONCE_MAX);
    let long = || talk_of(json!([{"user": "shop"}, {"advance": "36500d"}]));
    block_on(async {
        let (first, second) = (room.play(long()), room.play(long()));
        let third = async {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            room.play(talk_of(json!([{"user": "shop"}]))).await
        };
        tokio::select! {
            told = third => assert!(matches!(told, Err(PlayError::Crowded)), "{told:?}"),
            early = first => panic!("{early:?}"),
            early = second => panic!("{early:?}"),
        }
        // Nobody waits for the first two any more: their places come back.
        let again = async {
            loop {
                match room.play(talk_of(json!([{"user": "shop"}]))).await {
                    Err(PlayError::Crowded) => {}
                    other => return other,
                }
            }
        };
        assert!(tokio::time::timeout(std::time::Duration::from_secs(60), again).await.unwrap().is_ok());
    });
}

#[test]
fn tests_that_do_not_fit_into_the_time_are_left_out_and_told() {
    let folder = tested_shop(TESTS);
    let run = |time: Span| {
        json!(block_on(room(folder.path(), |limits| limits.tests = time).tests(TestsRequest::default())).unwrap())
    };
    let none = run(Span::ZERO);
    assert_eq!(none["cases"], json!([]));
    assert!(none["stopped"].as_str().unwrap().starts_with("2 more cases"), "{none:#}");
    assert_eq!(run(Span::seconds(60))["stopped"], Json::Null);
}
