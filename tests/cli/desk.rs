//! The words of commands for people: help, logs, talks, schedules.

use super::{BOT, Daemon, PIZZA, bot, ends, err, out, run, transom};
use serde_json::Value as Json;
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::Stdio,
    sync::mpsc,
    time::Duration,
};

const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn help_and_reference_know_steps_commands_types_and_findings_alike() {
    let folder = bot(&[]);
    for command in ["help", "reference"] {
        for (words, wanted) in [
            (&["ask"][..], "Step ask"),
            (&["datetime"], "The type `datetime`"),
            (&["trigger"], "Usage: transom trigger"),
            (&["E501"], "A message can find the window closed"),
            (&["if_closed"], "`if_closed` of `ask`"),
            (&["templates", "push"], "Usage: transom templates push"),
        ] {
            let said = run(folder.path(), &[&[command], words].concat());
            ends(&said, 0);
            assert!(out(&said).contains(wanted), "{command} {words:?}: {}", out(&said));
        }
        let unknown = run(folder.path(), &[command, "if_closd"]);
        ends(&unknown, 1);
        assert!(err(&unknown).contains("did you mean `if_closed`?"), "{}", err(&unknown));
        let other = run(folder.path(), &[command, "keyword"]);
        ends(&other, 1);
        assert!(err(&other).contains("it has another name here, see `transom help message`"), "{}", err(&other));
    }
    let both = out(&run(folder.path(), &["help", "template"]));
    assert!(both.contains("Sends an approved template"), "{both}");
    let deep = out(&run(folder.path(), &["help", "templates", "push"]));
    assert!(deep.contains("Usage: transom templates push") && deep.contains("--follow"), "{deep}");
}

/// A daemon's log, line by line.
fn log_of(folder: &Path, args: &[&str]) -> (std::process::Child, mpsc::Receiver<String>) {
    let all = [&["serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"], args].concat();
    let mut child = transom(folder, &all).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let log = child.stderr.take().unwrap();
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    (child, lines)
}

#[track_caller]
fn until(lines: &mpsc::Receiver<String>, words: &str) -> String {
    loop {
        let line = lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("`{words}` is not said"));
        if line.contains(words) {
            return line;
        }
    }
}

#[test]
fn the_log_is_for_programs_unless_somebody_asks_for_sentences() {
    let folder = bot(&[BOT, PIZZA]);
    let (mut child, lines) = log_of(folder.path(), &[]);
    let line = until(&lines, "Listening at");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(serde_json::from_str::<Json>(&line).is_ok(), "{line}");
    let (mut child, lines) = log_of(folder.path(), &["--log", "text"]);
    let line = until(&lines, "Listening at");
    assert!(!line.contains('{') && !line.contains("INFO") && line.as_bytes()[2] == b':', "{line}");
    // A mistake, and its mending.
    let path = folder.path().join("flows/pizza.yaml");
    let good = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, good.replace("ask:", "aks:")).unwrap();
    assert!(until(&lines, "pizza.yaml").contains("error: "), "an error is named so");
    std::fs::write(&path, &good).unwrap();
    until(&lines, "The flow files are good again");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_trigger_taps_by_number_is_at_home_and_says_why_nothing_came() {
    let madrid = ("_bot.yaml", "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\n");
    let folder = bot(&[madrid, PIZZA]);
    let folder = folder.path();
    let _daemon = Daemon::start(folder);
    ends(&run(folder, &["trigger", "message", "--text", "pizza"]), 0);
    let tapped = out(&run(folder, &["trigger", "tap", "2"]));
    assert!(tapped.contains("│ One Large pizza"), "{tapped}");
    let silent = out(&run(folder, &["trigger", "message", "--text", "sushi", "--wait", "1s"]));
    assert!(
        silent.contains("the bot said nothing within 1 s\n")
            && silent.contains("no trigger fits")
            && !silent.contains("a tap"),
        "{silent}"
    );
    let listed: Json = serde_json::from_str(&out(&run(folder, &["conversations", "list", "--json"]))).unwrap();
    let phone = listed[0]["phone"].as_str().unwrap();
    assert!(phone.starts_with("+34"), "{phone}");
    // The talk, as a chat and for programs.
    let shown = run(folder, &["conversations", "show", phone]);
    ends(&shown, 0);
    let talk = out(&shown);
    let place = |words: &str| talk.find(words).unwrap_or_else(|| panic!("`{words}` is missing in\n{talk}"));
    assert!(place("Test: pizza") < place("bot: Which size? [Small] [Large]"), "{talk}");
    assert!(place("Test: [Large]") < place("bot: One Large pizza"), "{talk}");
    assert!(place("Test: sushi") > place("bot: One Large pizza"), "{talk}");
    let id = listed[0]["id"].to_string();
    let told: Json = serde_json::from_str(&out(&run(folder, &["conversations", "show", &id, "--json"]))).unwrap();
    let messages = told["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 5, "{told}");
    assert_eq!((&messages[0]["direction"], &messages[0]["text"]), (&"in".into(), &"pizza".into()));
    let last: Json =
        serde_json::from_str(&out(&run(folder, &["conversations", "show", &id, "--limit", "2", "--json"]))).unwrap();
    assert_eq!(last["messages"].as_array().unwrap().len(), 2);
    let nobody = run(folder, &["conversations", "show", "+34600999000"]);
    ends(&nobody, 1);
    assert!(err(&nobody).contains("there is no conversation"), "{}", err(&nobody));
}

#[test]
fn the_next_fires_have_their_weekday_and_their_names() {
    let news = "flow: news\ntitle: The news of Tuesday\nwhen:\n  - schedule: \"0 10 * * TUE\"\n    clock: bot\n    to: everyone\nsteps:\n  - say: News\n    if_closed: skip\n";
    let folder = bot(&[BOT, ("news.yaml", news)]);
    let said = run(folder.path(), &["schedule", "next", "--limit", "2"]);
    ends(&said, 0);
    let text = out(&said);
    assert!(text.contains("Tue 20") && text.contains("The news of Tuesday"), "{text}");
}

#[test]
fn the_cases_of_people_are_listed_by_when_they_are_due() {
    let teams = "teams:\n  shop: {answer_within: 30m}\n  sales: {}\n";
    let whole = format!("bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\n{teams}");
    let hand = |team: &str| {
        format!("flow: {team}\nwhen: [{{message: {team}}}]\nsteps: [{{say: One moment}}, {{handoff: {team}}}]\n")
    };
    let (shop, sales) = (hand("shop"), hand("sales"));
    let folder = bot(&[("_bot.yaml", &whole), ("shop.yaml", &shop), ("sales.yaml", &sales)]);
    let folder = folder.path();
    let _daemon = Daemon::start(folder);
    ends(&run(folder, &["trigger", "message", "--from", "+34600111222", "--text", "sales"]), 0);
    ends(&run(folder, &["trigger", "message", "--from", "+34600111333", "--text", "shop"]), 0);
    let listed: Json = serde_json::from_str(&out(&run(folder, &["cases", "list", "--json"]))).unwrap();
    let teams: Vec<&str> = listed.as_array().unwrap().iter().map(|case| case["team"].as_str().unwrap()).collect();
    assert_eq!(teams, ["shop", "sales"], "the one that is due first, then the one without a promise");
    assert_eq!((&listed[0]["state"], &listed[0]["phone"]), (&"waiting".into(), &"+34600111333".into()));
    let own: Json = serde_json::from_str(&out(&run(folder, &["cases", "list", "--team", "sales", "--json"]))).unwrap();
    assert_eq!((own.as_array().unwrap().len(), &own[0]["phone"]), (1, &"+34600111222".into()));
    let one = out(&run(folder, &["cases", "list", "--limit", "1"]));
    assert!(one.contains("shop") && !one.contains("sales") && one.contains("--limit 1000"), "{one}");
    assert!(out(&run(folder, &["cases", "list", "--agent", "Rosa"])).contains("There are no such cases."));
}

#[test]
fn the_summary_of_a_case_is_shown_with_case_run_and_conversation() {
    let summary = "Wants a refund of two bikes that came with scratches, and asks for somebody from the workshop today";
    let shop = format!(
        "flow: shop\nwhen: [{{message: shop}}]\nsteps: [{{say: One moment}}, {{handoff: desk, summary: {summary:?}}}]\n"
    );
    let teams = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\nteams: {desk: {}}\n";
    let folder = bot(&[("_bot.yaml", teams), ("shop.yaml", &shop)]);
    let folder = folder.path();
    let _daemon = Daemon::start(folder);
    ends(&run(folder, &["trigger", "message", "--from", "+34600111222", "--text", "shop"]), 0);
    let json =
        |args: &[&str]| -> Json { serde_json::from_str(&out(&run(folder, &[args, &["--json"]].concat()))).unwrap() };
    assert_eq!(json(&["cases", "list"])[0]["summary"], summary);
    let listed = out(&run(folder, &["cases", "list"]));
    assert!(listed.contains("Wants a refund of two bikes") && !listed.contains("today"), "{listed}");
    let run_id = json(&["runs", "list"])[0]["id"].to_string();
    assert_eq!(json(&["runs", "show", &run_id])["summary"], summary);
    assert!(out(&run(folder, &["runs", "show", &run_id])).contains(summary));
    assert_eq!(json(&["conversations", "show", "+34600111222"])["summary"], summary);
    assert!(out(&run(folder, &["conversations", "show", "+34600111222"])).contains(summary));
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_that_nobody_was_shown_stand_beside_the_reply_of_the_person() {
    let whole = "bot: Shop\nlanguage: en\ntimezone: UTC\nmodels: [main]\nagents: {scope: a shop}\nteams: {shop: {shadow: helper}}\n\
                 sandbox: {mocks: {model: [{helper: [{say: We are open until six.}, {fail: down}]}]}}\n";
    let shop = "flow: shop\nwhen: [{message: shop}]\nsteps: [{say: One moment}, {handoff: shop}]\n";
    let desk = "flow: desk\nwhen: [{message: desk}]\nsteps:\n  - agent: helper\n    instructions: Answer.\n    facts: [Open until six.]\n";
    let folder = bot(&[("_bot.yaml", whole), ("shop.yaml", shop), ("desk.yaml", desk)]);
    let folder = folder.path();
    let daemon = Daemon::start(folder);
    let says = |text: &str| ends(&run(folder, &["trigger", "message", "--from", "+34600111222", "--text", text]), 0);
    let json =
        |args: &[&str]| -> Json { serde_json::from_str(&out(&run(folder, &[args, &["--json"]].concat()))).unwrap() };
    let drafted = |count: usize| loop {
        let listed = json(&["shadow", "helper"]);
        let pairs = listed["pairs"].as_array().unwrap();
        if pairs.len() >= count {
            break listed;
        }
    };
    assert!(out(&run(folder, &["shadow"])).contains("There are no such drafts."));
    says("shop");
    says("until when are you open?");
    drafted(1);
    let made = run(folder, &["keys", "create", "--name", "desk"]);
    ends(&made, 0);
    let conversation = json(&["conversations", "list"])[0]["id"].to_string();
    let posted = crate::graph::client()
        .post(format!("{}/v1/conversations/{conversation}/messages", daemon.url))
        .bearer_auth(out(&made).trim())
        .header("content-type", "application/json")
        .body(serde_json::json!({"text": "Until six,\n\u{1b}[2Jbut not on Sundays.", "agent": "Rosa"}).to_string());
    assert_eq!(posted.send().await.unwrap().status(), 201);
    says("and tomorrow?");
    let listed = drafted(2);
    let (first, last) = (&listed["pairs"][0], &listed["pairs"][1]);
    assert_eq!(
        (&first["asked"][0], &first["draft"]),
        (&"until when are you open?".into(), &"We are open until six.".into())
    );
    assert_eq!(first["reply"].as_array().unwrap().len(), 1, "{listed:#}");
    assert_eq!((&last["draft"], &last["why"], &last["phone"]), (&Json::Null, &"model".into(), &"+34600111222".into()));
    assert_eq!((&listed["counts"][0]["drafted"], &listed["counts"][0]["none"]["model"]), (&1.into(), &1.into()));
    let text = out(&run(folder, &["shadow"]));
    for line in [
        "customer: until when are you open?\nhelper: We are open until six.\nRosa: Until six,\n",
        "customer: and tomorrow?\nhelper: (no draft: no model answered",
        "(no reply of a person is known)",
        "helper: 1 drafted, 1 without a draft (model 1)",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains('\u{1b}'), "{text:?}");
    let one = out(&run(folder, &["shadow", "--limit", "1"]));
    assert!(one.contains("and tomorrow?") && !one.contains("until when") && one.contains("there are more"), "{one}");
    assert!(out(&run(folder, &["shadow", "mechanic"])).contains("There are no such drafts."));
    assert!(out(&run(folder, &["shadow", "--since", "2099-01-01"])).contains("There are no such drafts."));
    ends(&run(folder, &["shadow", "--since", "soon"]), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn shadow_writes_evals_of_pairs_that_differ() {
    let whole = "bot: Shop\nlanguage: en\ntimezone: UTC\nmodels: [main]\nagents: {scope: a shop}\nteams: {shop: {shadow: helper}}\n\
                 sandbox: {mocks: {model: [{helper: [{say: I do not know the price.}, {say: We are open.}, {say: See you.}]}]}}\n";
    let shop = "flow: shop\nwhen: [{message: shop}]\nsteps: [{say: One moment}, {handoff: shop}]\n";
    let desk = "flow: desk\nwhen: [{message: desk}]\nsteps:\n  - agent: helper\n    instructions: Answer.\n    facts: [Open until six.]\n";
    let folder = bot(&[("_bot.yaml", whole), ("shop.yaml", shop), ("desk.yaml", desk)]);
    let folder = folder.path();
    let daemon = Daemon::start(folder);
    let says = |text: &str| ends(&run(folder, &["trigger", "message", "--from", "+34600111222", "--text", text]), 0);
    let drafted = |count: usize| loop {
        let listed: Json = serde_json::from_str(&out(&run(folder, &["shadow", "helper", "--json"]))).unwrap();
        if listed["pairs"].as_array().unwrap().len() >= count {
            break;
        }
    };
    let made = run(folder, &["keys", "create", "--name", "desk"]);
    ends(&made, 0);
    let key = out(&made).trim().to_owned();
    let answers = async |text: &str| {
        let listed: Json = serde_json::from_str(&out(&run(folder, &["conversations", "list", "--json"]))).unwrap();
        let posted = crate::graph::client()
            .post(format!("{}/v1/conversations/{}/messages", daemon.url, listed[0]["id"]))
            .bearer_auth(&key)
            .header("content-type", "application/json")
            .body(serde_json::json!({"text": text, "agent": "Rosa"}).to_string());
        assert_eq!(posted.send().await.unwrap().status(), 201);
    };
    let eval = folder.join("flows/desk.eval.yaml");
    let write = |more: &[&str]| run(folder, &[&["shadow", "helper", "--eval", "flows/desk.eval.yaml"], more].concat());
    says("shop");
    says("how much are pads: two, please? I am on 611 333 444");
    drafted(1);
    let nothing = write(&[]);
    ends(&nothing, 1);
    assert!(err(&nothing).contains("left out: 1 pair without a draft, or without a reply"), "{}", err(&nothing));
    assert!(!eval.exists());
    answers("They are 45 €, ready at 10:30.\nWe ring 611 333 444.").await;
    says("are you open?");
    drafted(2);
    answers("We are open!").await;
    ends(&write(&[]), 0);
    let text = std::fs::read_to_string(&eval).unwrap();
    for part in [
        "evals: desk\n",
        "# A person answered: They are 45 €, ready at 10:30. We ring ‹phone 1›.\n",
        "# The agent drafted: I do not know the price.\n",
        "how much are pads: two, please? I am on +34 600 111 222",
        "says: [45 €, \"10:30\"]",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains("611") && text.matches("- name:").count() == 1, "{text}");
    ends(&run(folder, &["check"]), 0);
    ends(&run(folder, &["fmt", "--check"]), 0);

    let again = write(&[]);
    ends(&again, 1);
    assert!(err(&again).contains("is there already: write `--append`"), "{}", err(&again));
    ends(&write(&["--append"]), 1);
    assert_eq!(std::fs::read_to_string(&eval).unwrap(), text, "what is known is not written twice");
    says("and when do you close?");
    drafted(3);
    answers("At 18:00").await;
    ends(&write(&["--append"]), 0);
    let longer = std::fs::read_to_string(&eval).unwrap();
    assert!(longer.starts_with(text.trim_end()) && longer.contains("\"18:00\""), "{longer}");
    assert_eq!(longer.matches("- name:").count(), 2, "{longer}");
    ends(&run(folder, &["check"]), 0);
    for wrong in ["flows/desk.yaml", "desk.eval.yaml", "nowhere/flows/desk.eval.yaml"] {
        ends(&run(folder, &["shadow", "--eval", wrong]), 2);
    }
    ends(&run(folder, &["shadow", "--append"]), 2);
}
