//! Tests `transom test --live --keep`: real answers are recorded beside the test, answer it without a model from then on,
//! and fail when the question is another one.

use super::{Act, ModelServer, completion, refusal, value};
use serde_json::json;
use std::path::Path;
use tempfile::TempDir;
use transom::{
    channel::client::install_crypto,
    runtime::{
        bot::source_files,
        config::Config,
        testbench::{self, LiveOptions, Report, TestOptions},
    },
};

const FLOW: &str = "flow: triage
when: [{any_message: true}]
steps:
  - llm: What is this message about?
    input: ${msg.text}
    facts: [We repair bicycles.]
    returns: [repair, price]
    examples: [{input: how much, returns: price}]
    as: kind
    on_error: [{say: 'Sorry: ${error.code}'}, end]
  - llm: Answer kindly.
    input: ${msg.text}
    as: answer
    on_error: [{say: 'Sorry: ${error.code}'}, end]
  - say: '${kind}: ${answer}'
";

const TEST: &str = "tests: triage
cases:
  - name: brakes
    steps:
      - user: my brakes squeak, call +34 600 11 22 33
      - bot: \"repair:\"
      - expect: {model: {any: 2}}
  - name: nobody answers
    mocks: {model: {any: {fail: down}}}
    steps:
      - user: hm
      - bot: \"Sorry: model_down\"
";

const RECORDING: &str = "flows/triage.model.yaml";
const KEY: &str = "sk-key-of-the-house";

fn bot() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("flows")).unwrap();
    let bot = "bot: Shop\nlanguage: en\ntimezone: UTC\nmodels: [main]\nteams: {support: {}}\n";
    for (name, text) in [("_bot.yaml", bot), ("triage.yaml", FLOW), ("triage.test.yaml", TEST)] {
        std::fs::write(folder.path().join("flows").join(name), text).unwrap();
    }
    folder
}

fn config(server: &ModelServer, folder: &Path, more: &str) -> Config {
    install_crypto();
    let file = folder.join("config.yaml");
    let text = format!(
        "accounts: [{{name: acme}}]\nsenders: [{{id: 1, account: acme, name: S, provider: sandbox, phone: \"+15550001111\"}}]\n\
         prices: {{currency: EUR}}\nmodels:\n  - {{name: main, base_url: \"{}\", key: {KEY}, model: m-1, output: 100, \
         prices: {{input: 1.00, output: 2.00}}{more}}}\n",
        server.url
    );
    std::fs::write(&file, text).unwrap();
    Config::load(Some(&file), &|_| None).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

async fn run_live(folder: &TempDir, config: Config, cost_max: i64, keep: bool) -> Report {
    let path = folder.path().to_owned();
    let run = move || {
        let live = LiveOptions { config: &config, cost_max, keep };
        testbench::run(&path, &TestOptions { live: Some(live), ..TestOptions::default() }).unwrap()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

/// As `transom test` runs it, without any model.
fn run(folder: &TempDir) -> Report {
    tokio::task::block_in_place(|| testbench::run(folder.path(), &TestOptions::default()).unwrap())
}

fn failures(report: &Report) -> String {
    report.files.iter().flat_map(|file| &file.cases).filter_map(|case| case.explain()).collect()
}

fn recording(folder: &TempDir) -> String {
    std::fs::read_to_string(folder.path().join(RECORDING)).unwrap()
}

fn replace(folder: &TempDir, file: &str, old: &str, new: &str) {
    let path = folder.path().join("flows").join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(old), "{text}");
    std::fs::write(path, text.replace(old, new)).unwrap();
}

/// A bot with the recording of its answers.
async fn recorded() -> (TempDir, Report, ModelServer) {
    let folder = bot();
    let server = ModelServer::start(vec![value(json!("repair")), completion("Bring it, we call ‹phone 1›.")]).await;
    let report = run_live(&folder, config(&server, folder.path(), ""), 500_000, true).await;
    (folder, report, server)
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_answers_play_the_test_again_without_a_model() {
    let (folder, report, server) = recorded().await;
    assert_eq!((report.passed(), report.failed(), failures(&report)), (2, 0, String::new()));
    let live = report.live.unwrap();
    assert_eq!((live.sums.questions, live.sums.cost, live.currency.as_str()), (2, 2_080, "EUR"));
    assert_eq!((live.written, live.unkept), (vec![(RECORDING.to_owned(), 2)], Vec::new()));
    assert_eq!(server.asked().len(), 2, "a misfortune that a test wants stays a mock");
    let text = recording(&folder);
    for word in ["by: \"m-1\"", "0.00104 EUR", "call ‹phone 1›", "input: 1000", "instruction: \"Answer kindly.\""] {
        assert!(text.contains(word), "{word}:\n{text}");
    }
    for word in [KEY, "600 11 22 33", "squeak, call +34"] {
        assert!(!text.contains(word), "{word}:\n{text}");
    }
    let version = source_files::read(folder.path()).unwrap();
    assert!(version.files.iter().all(|file| file.path() != RECORDING), "a recording is no part of a version");
    let again = run(&folder);
    assert_eq!((again.passed(), failures(&again)), (2, String::new()));
    assert_eq!((again.live.is_none(), server.asked().len()), (true, 2));
    // The last answer of the script is repeated, and is none to the first question: that is recorded, too.
    let report = run_live(&folder, config(&server, folder.path(), ""), 500_000, true).await;
    assert_eq!((report.passed(), server.asked().len()), (1, 4));
    assert!(recording(&folder).contains("unusable:") && !recording(&folder).contains("answer:"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_question_fails_and_its_changed_part_is_named() {
    let changes = [
        ("triage.yaml", "What is this message", "What is the message", "instruction: …"),
        ("triage.yaml", "We repair bicycles.", "We repair cars.", "source (a paper of `knowledge`, or a fact) 1"),
        ("triage.yaml", "returns: price", "returns: repair", "example 1"),
        (
            "triage.yaml",
            "[repair, price]",
            "[repair, price, other]",
            "form of the answer (`returns` or `options`): option of",
        ),
        ("triage.test.yaml", "my brakes", "my chain", "input: my"),
    ];
    for (file, old, new, part) in changes {
        let (folder, _, server) = recorded().await;
        replace(&folder, file, old, new);
        let report = run(&folder);
        let failed = failures(&report);
        assert_eq!((report.passed(), report.failed()), (1, 1), "{part}: {failed}");
        let part = part.trim_end_matches('…');
        assert!(failed.contains("the question of `triage.llm_1` to the model is not the recorded one"), "{failed}");
        assert!(failed.contains(part) && failed.contains("transom test --live --keep"), "{part}: {failed}");
        assert!(failed.contains("flows/triage.test.yaml:5:"), "{failed}");
        assert_eq!(server.asked().len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unusable_answer_is_recorded_with_its_repair() {
    let folder = bot();
    let script = vec![completion("oops"), value(json!("repair")), completion("Bring it.")];
    let server = ModelServer::start(script).await;
    replace(&folder, "triage.test.yaml", "any: 2", "any: 3");
    let report = run_live(&folder, config(&server, folder.path(), ""), 500_000, true).await;
    assert_eq!(failures(&report), "");
    let text = recording(&folder);
    assert!(
        text.contains("unusable: \"the answer is no JSON\"") && text.contains("repair: \"the answer is no JSON\""),
        "{text}"
    );
    let again = run(&folder);
    assert_eq!((again.passed(), failures(&again)), (2, String::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_did_not_answer_leaves_the_recording_as_it_was() {
    let (folder, _, _) = recorded().await;
    let before = recording(&folder);
    let down = ModelServer::start(vec![refusal(500, "x")]).await;
    let report = run_live(&folder, config(&down, folder.path(), ""), 500_000, true).await;
    let live = report.live.unwrap();
    assert_eq!((live.unkept.len(), live.written), (1, Vec::new()));
    assert!(live.unkept[0].contains("brakes: `triage.llm_1`: model_down"), "{:?}", live.unkept);
    assert_eq!(recording(&folder), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_question_is_asked_beyond_the_amount_and_nothing_is_written_without_keep() {
    let folder = bot();
    let server = ModelServer::start(vec![value(json!("repair")), completion("Bring it.")]).await;
    // The first question may cost less than this, and what it has cost leaves too little for the second one.
    let report = run_live(&folder, config(&server, folder.path(), ""), 1_200, true).await;
    let live = report.live.unwrap();
    assert_eq!((live.sums.questions, live.sums.is_over, server.asked().len()), (1, true, 1));
    assert!(live.written.is_empty() && live.unkept[0].contains("over_budget"), "{live:?}");
    let server = ModelServer::start(vec![value(json!("repair")), completion("Bring it.")]).await;
    let report = run_live(&folder, config(&server, folder.path(), ""), 500_000, false).await;
    assert_eq!((report.passed(), report.live.unwrap().written), (2, Vec::new()));
    assert!(!folder.path().join(RECORDING).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_whose_model_the_configuration_lacks_asks_nothing() {
    let folder = bot();
    let server = ModelServer::start(vec![Act::Silent]).await;
    replace(&folder, "_bot.yaml", "models: [main]", "models: [main, small]");
    let config = config(&server, folder.path(), "");
    let path = folder.path().to_owned();
    let run = move || {
        let live = LiveOptions { config: &config, cost_max: 1, keep: false };
        testbench::run(&path, &TestOptions { live: Some(live), ..TestOptions::default() })
    };
    let error = tokio::task::spawn_blocking(run).await.unwrap().unwrap_err();
    assert!(error.to_string().contains("no model `small`"), "{error:#}");
    assert!(server.asked().is_empty());
}
