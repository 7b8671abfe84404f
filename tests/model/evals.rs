//! Tests `transom eval`: plays with real answers, their recording, the same results without a model, and the comparison of
//! models.

mod customer;
mod judge;

use super::{Act, ModelServer, completion, refusal, value};
use serde_json::{Value as Json, json};
use std::path::Path;
use tempfile::TempDir;
use transom::{
    channel::client::install_crypto,
    runtime::{
        bot::source_files,
        config::Config,
        testbench::{self, EvalCaseReport, EvalOptions, EvalOutcome, EvalReport, LiveOptions, PassRate},
    },
};

const FLOW: &str = "flow: desk
when: [{any_message: true}]
steps:
  - llm: Answer from the facts.
    input: ${msg.text}
    facts: [Brake pads are 45 €.]
    as: answer
    on_error: [{say: 'Sorry: ${error.code}'}, end]
  - say: '${answer}'
";

const EVAL: &str = "evals: desk
repeat: 3
cases:
  - name: the price
    talk: [how much are brake pads?]
    pass: 60%
    expect: {says: [\"45\"], never_says: [my friend], tools: nothing, cost_below: 0.01, run: done}
";

const RECORDING: &str = "flows/desk.eval.model.yaml";

fn bot() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("flows")).unwrap();
    let bot = "bot: Shop\nlanguage: en\ntimezone: UTC\nmodels: [main]\nteams: {support: {}}\n";
    for (name, text) in [("_bot.yaml", bot), ("desk.yaml", FLOW), ("desk.eval.yaml", EVAL)] {
        std::fs::write(folder.path().join("flows").join(name), text).unwrap();
    }
    folder
}

fn config(server: &ModelServer, folder: &Path) -> Config {
    install_crypto();
    let file = folder.join("config.yaml");
    let model = |name: &str| {
        format!(
            "  - {{name: {name}, base_url: \"{}\", key: sk-1, model: {name}-1, output: 100, prices: {{input: 1.00, output: \
             2.00}}}}\n",
            server.url
        )
    };
    let text = format!(
        "accounts: [{{name: acme}}]\nsenders: [{{id: 1, account: acme, name: S, provider: sandbox, phone: \"+15550001111\"}}]\n\
         prices: {{currency: EUR}}\nmodels:\n{}{}",
        model("main"),
        model("small")
    );
    std::fs::write(&file, text).unwrap();
    Config::load(Some(&file), &|_| None).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

async fn run_live(folder: &TempDir, server: &ModelServer, keep: bool, models: &[&str]) -> EvalReport {
    let (path, config) = (folder.path().to_owned(), config(server, folder.path()));
    let models: Vec<String> = models.iter().map(|name| (*name).to_owned()).collect();
    let run = move || {
        let live = LiveOptions { config: &config, cost_max: 500_000, keep };
        testbench::run_evals(&path, &EvalOptions { live: Some(live), models: &models, ..EvalOptions::default() })
            .unwrap()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

fn run(folder: &TempDir) -> EvalReport {
    tokio::task::block_in_place(|| testbench::run_evals(folder.path(), &EvalOptions::default()).unwrap())
}

fn only(report: &EvalReport) -> &EvalCaseReport {
    assert_eq!(report.errors(), 0, "{:#}", report.to_json());
    report.cases().next().unwrap().1
}

fn replace(folder: &TempDir, file: &str, old: &str, new: &str) {
    let path = folder.path().join("flows").join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(old), "{text}");
    std::fs::write(path, text.replace(old, new)).unwrap();
}

/// The plays ask side by side, so only the sum of their answers is certain: two of three are right.
fn two_of_three() -> Vec<Act> {
    vec![completion("45,00 € a pair."), completion("They are 45 €, my friend."), completion("45 €.")]
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_plays_give_the_same_report_without_a_model() {
    let folder = bot();
    let server = ModelServer::start(two_of_three()).await;
    let report = run_live(&folder, &server, true, &[]).await;
    let case = only(&report);
    assert_eq!((case.rate(), case.is_good()), (PassRate { passed: 2, plays: 3 }, true), "{:#}", report.to_json());
    assert_eq!((case.cost(), server.asked().len()), (Some(1_040), 3));
    let explained = case.explain().unwrap();
    assert!(
        explained.contains("a reply says what none may say") && explained.contains("no \"my friend\""),
        "{explained}"
    );
    assert!(explained.contains("< how much are brake pads?"), "{explained}");
    assert_eq!(report.live.as_ref().unwrap().written, [(RECORDING.to_owned(), 3)]);
    let version = source_files::read(folder.path()).unwrap();
    assert!(version.files.iter().all(|file| !file.path().contains(".eval")), "an eval is no part of a version");

    let (first, second) = (run(&folder).to_json(), run(&folder).to_json());
    assert_eq!(first["files"], second["files"]);
    assert_eq!(first["files"][0]["cases"][0], report.to_json()["files"][0]["cases"][0]);
    assert_eq!(server.asked().len(), 3, "no model is asked");

    replace(&folder, "desk.eval.yaml", "pass: 60%", "pass: 100%");
    assert!(!run(&folder).is_good());
    replace(&folder, "desk.eval.yaml", "repeat: 3", "repeat: 5");
    assert_eq!(only(&run(&folder)).unrecorded(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_broken_rule_is_named() {
    let folder = bot();
    let server = ModelServer::start(vec![completion("They are 45 €.")]).await;
    run_live(&folder, &server, true, &[]).await;
    replace(&folder, "desk.eval.yaml", "says: [\"45\"]", "says: [[\"39\", 49], fitted]");
    replace(&folder, "desk.eval.yaml", "cost_below: 0.01", "cost_below: 0.001");
    replace(&folder, "desk.eval.yaml", "run: done", "run: waiting");
    let report = run(&folder);
    let explained = only(&report).explain().unwrap();
    for words in [
        "flows/desk.eval.yaml:7:21: no reply says this\n  expected: \"39\" or \"49\"\n  got:      \"They are 45 €.\"",
        "expected: \"fitted\"",
        "the answers cost too much\n  expected: less than 0.001\n  got:      0.00104",
        "the newest run of `desk` is not as expected",
    ] {
        assert!(explained.contains(words), "{words}\n{explained}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_play_without_a_recorded_answer_fails_and_says_how_to_record_it() {
    let folder = bot();
    let report = run(&folder);
    let case = only(&report);
    assert_eq!(case.rate(), PassRate { passed: 0, plays: 1 });
    let explained = case.explain().unwrap();
    assert!(!explained.contains("no reply says this") && !explained.contains("write one"), "{explained}");
    assert!(explained.contains("`transom eval --live --keep` asks the model and records its answers"), "{explained}");

    let server = ModelServer::start(vec![completion("They are 45 €.")]).await;
    run_live(&folder, &server, true, &[]).await;
    replace(&folder, "desk.yaml", "Answer from the facts.", "Answer in one sentence.");
    let report = run(&folder);
    let explained = only(&report).explain().unwrap();
    assert!(
        explained.contains("is not the recorded one") && explained.contains("Answer in one sentence."),
        "{explained}"
    );
    assert!(explained.contains("`transom eval --live --keep` asks the models again"), "{explained}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_away_fails_the_play_and_keeps_the_old_answers() {
    let folder = bot();
    let server = ModelServer::start(vec![completion("They are 45 €.")]).await;
    run_live(&folder, &server, true, &[]).await;
    let kept = std::fs::read_to_string(folder.path().join(RECORDING)).unwrap();
    let away = ModelServer::start(vec![refusal(401, "invalid_api_key")]).await;
    let report = run_live(&folder, &away, true, &[]).await;
    let case = only(&report);
    assert_eq!((case.rate(), report.is_good()), (PassRate { passed: 0, plays: 3 }, false));
    assert!(case.explain().unwrap().contains("a model gave no answer"), "{}", case.explain().unwrap());
    assert_eq!(report.live.as_ref().unwrap().unkept.len(), 1);
    assert_eq!(std::fs::read_to_string(folder.path().join(RECORDING)).unwrap(), kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn models_are_compared_by_asking_each_in_turn() {
    let folder = bot();
    let server = ModelServer::start(vec![completion("They are 45 €.")]).await;
    let report = run_live(&folder, &server, false, &["main", "small"]).await;
    let models: Vec<_> = report.cases().map(|(_, case)| (case.model.clone().unwrap(), case.rate().passed)).collect();
    assert_eq!(models, [("main".to_owned(), 3), ("small".to_owned(), 3)]);
    let asked: Vec<String> =
        server.asked().iter().map(|asked| asked.body["model"].as_str().unwrap().to_owned()).collect();
    assert_eq!(asked, ["main-1", "main-1", "main-1", "small-1", "small-1", "small-1"]);
    assert!(!folder.path().join(RECORDING).exists());
    let json = report.to_json();
    assert_eq!(json["files"][0]["cases"][1]["currency"], "EUR");
    let EvalOutcome::Played { plays, .. } = &report.cases().nth(1).unwrap().1.outcome else { panic!("{json:#}") };
    let asks = plays[0].transcript.iter().any(|line| line.text == "`desk.llm_1` asks the model `small`");
    assert!(asks, "{:?}", plays[0].transcript);
}

const AGENT: &str = "flow: desk
when: [{any_message: true}]
steps:
  - agent: helper
    instructions: Say how repairs stand.
    facts: [A check-up is 60 €.]
    tools: [{flow: order_status}]
    on_error: [{say: 'Sorry: ${error.code}'}, end]
";

const STATUS: &str = "flow: order_status
description: Tells how a repair stands.
inputs: {number: text}
steps:
  - return: {state: ready}
";

#[tokio::test(flavor = "multi_thread")]
async fn the_tools_of_an_agent_are_those_that_it_used() {
    let folder = bot();
    for (name, text) in [("desk.yaml", AGENT), ("order_status.yaml", STATUS)] {
        std::fs::write(folder.path().join("flows").join(name), text).unwrap();
    }
    let bot = std::fs::read_to_string(folder.path().join("flows/_bot.yaml")).unwrap();
    let bot = format!("{bot}agents: {{scope: bicycle repairs, discloses: {{no: the tests read replies}}}}\n");
    std::fs::write(folder.path().join("flows/_bot.yaml"), bot).unwrap();
    let eval = |tools: &str| {
        let text = format!(
            "evals: desk\nrepeat: 1\ncases:\n  - name: status\n    talk: [how is 2077?, {{expect: {{tools: {tools}}}}}, and what is a \
             check-up?, {{expect: {{tools: nothing, says: \"60\"}}}}]\n    expect: {{tools: [order_status]}}\n"
        );
        std::fs::write(folder.path().join("flows/desk.eval.yaml"), text).unwrap();
    };
    eval("order_status");
    let server = ModelServer::decide(|_, body| {
        let talk = body["messages"][1]["content"].as_str().unwrap_or_default().to_owned();
        let act = |name: &str, with: Json| value(json!({"do": name, "with": with}));
        match () {
            () if talk.contains("check-up") => act("say", json!({"text": "A check-up is 60 €."})),
            () if talk.contains("ready") => act("say", json!({"text": "It is ready."})),
            () => act("call_order_status", json!({"number": "2077"})),
        }
    })
    .await;
    let report = run_live(&folder, &server, true, &[]).await;
    assert!(report.is_good(), "{:#}", report.to_json());
    assert!(run(&folder).is_good());
    eval("nothing");
    let report = run(&folder);
    let explained = only(&report).explain().unwrap();
    let words = "the agent used other tools\n  expected: no tool\n  got:      `order_status`";
    assert!(explained.contains(words), "{explained}");
    eval("order_state");
    let errors = run(&folder).to_json()["files"][0]["findings"].to_string();
    assert!(errors.contains("E964") && errors.contains("order_status"), "{errors}");
}

const PAPER: &str = "# Precios

## Frenos

Las pastillas de freno nuevas cuestan 45 euros el par, con el montaje incluido.
";

#[tokio::test(flavor = "multi_thread")]
async fn the_language_and_the_papers_of_replies_are_rules() {
    let folder = bot();
    let agent =
        AGENT.replace("    facts: [A check-up is 60 €.]\n    tools: [{flow: order_status}]\n", "    knowledge: all\n");
    std::fs::write(folder.path().join("flows/desk.yaml"), agent).unwrap();
    std::fs::create_dir(folder.path().join("knowledge")).unwrap();
    std::fs::write(folder.path().join("knowledge/precios.md"), PAPER).unwrap();
    let bot = std::fs::read_to_string(folder.path().join("flows/_bot.yaml")).unwrap();
    let bot = format!("{bot}agents: {{scope: bicycle repairs, discloses: {{no: the tests read replies}}}}\n");
    std::fs::write(folder.path().join("flows/_bot.yaml"), bot.replace("language: en", "language: es")).unwrap();
    let eval = |rules: &str| {
        let text = format!(
            "evals: desk\nrepeat: 1\ncases:\n  - name: brakes\n    talk: [¿cuánto cuestan las pastillas de freno?]\n    expect: {{{rules}}}\n"
        );
        std::fs::write(folder.path().join("flows/desk.eval.yaml"), text).unwrap();
    };
    eval("language: es, cites: precios.md#Frenos");
    let say = |text: &str| value(json!({"do": "say", "with": {"text": text}}));
    let server = ModelServer::start(vec![say("Las pastillas de freno nuevas cuestan 45 euros el par.")]).await;
    let report = run_live(&folder, &server, true, &[]).await;
    assert!(report.is_good(), "{:#}", report.to_json());
    eval("language: de, cites: nothing");
    let report = run(&folder);
    let explained = only(&report).explain().unwrap();
    for words in ["a reply is in another language\n  expected: de\n  got:      es: ", "a reply was taken from papers"] {
        assert!(explained.contains(words), "{words}\n{explained}");
    }
    assert!(explained.contains("got:      precios.md#Frenos"), "{explained}");
    for (rules, code, words) in [
        ("language: spanish", "E218", "es"),
        ("language: sw", "E958", "not told from others"),
        ("cites: prices.md", "E964", "precios.md"),
        ("cites: \"precios.md#Freno\"", "E964", "Frenos"),
        ("cites: {a: 1}", "E959", "cites: nothing"),
    ] {
        eval(rules);
        let errors = run(&folder).to_json()["files"][0]["findings"].to_string();
        assert!(errors.contains(code) && errors.contains(words), "{rules}: {errors}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_is_too_short_to_tell_proves_no_language() {
    let folder = bot();
    let server = ModelServer::start(vec![completion("45 €.")]).await;
    run_live(&folder, &server, true, &[]).await;
    replace(&folder, "desk.eval.yaml", "says: [\"45\"]", "language: en");
    let explained = only(&run(&folder)).explain().unwrap();
    assert!(explained.contains("no reply is surely in this language"), "{explained}");
}
