//! Tests `transom import` with exports of each product: nothing is lost, and the bot loads and passes its first test.

mod hostile;

use super::{ends, err, out, run};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

fn export(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/import/exports").join(name);
    path.display().to_string()
}

/// The bot of an export, which loads without errors and passes its first test.
fn imported(kind: &str, files: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<String> = files.iter().map(|file| export(file)).collect();
    let mut args = vec!["import", kind];
    args.extend(paths.iter().map(String::as_str));
    args.extend(["--into", "bot"]);
    let said = run(folder.path(), &args);
    ends(&said, 0);
    assert!(out(&said).contains("A first test passes: flows/"), "{}", out(&said));
    let bot = folder.path().join("bot");
    ends(&run(&bot, &["check"]), 0);
    ends(&run(&bot, &["fmt", "--check"]), 0);
    let tested = run(&bot, &["test"]);
    ends(&tested, 0);
    assert!(out(&tested).contains("passed"), "{}", out(&tested));
    (folder, bot)
}

fn read(bot: &Path, file: &str) -> String {
    fs::read_to_string(bot.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// All flows of a bot in one text.
fn flows(bot: &Path) -> String {
    let files = fs::read_dir(bot.join("flows")).unwrap().map(|entry| entry.unwrap().path());
    files.map(|file| fs::read_to_string(file).unwrap()).collect()
}

/// Every id of the source stands in `IMPORT.md`.
#[track_caller]
fn names_all(bot: &Path, ids: &[String]) {
    let report = read(bot, "IMPORT.md");
    let lost: Vec<&String> = ids.iter().filter(|id| !report.contains(&format!("(`{id}`)"))).collect();
    assert!(ids.len() > 5 && lost.is_empty(), "{lost:?} of {} are lost in\n{report}", ids.len());
}

fn json(file: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(export(file)).unwrap()).unwrap()
}

/// The texts of a key in all items of these lists.
fn ids<'a>(items: impl Iterator<Item = &'a Value>, key: &str) -> Vec<String> {
    items.filter_map(|item| item[key].as_str().map(str::to_owned)).collect()
}

fn items<'a>(of: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    of[key].as_array().into_iter().flatten()
}

#[test]
fn a_typebot_becomes_a_flow_and_no_block_is_lost() {
    let (_folder, bot) = imported("typebot", &["typebot.json"]);
    let source = json("typebot.json");
    let blocks = items(&source, "groups").flat_map(|group| items(group, "blocks"));
    names_all(&bot, &[ids(blocks, "id"), ids(items(&source, "events"), "id")].concat());
    let flow = read(&bot, "flows/corner_bakery.yaml");
    for part in [
        "when: [{message: [bread], match: contains}]",
        "Hi! It costs $${5}: *really*\n        - two # lines\n",
        "- ask: Your name?\n    as: name\n",
        "title: Ask about the opening…\n        desc: Ask about the opening hours of the shop\n",
        "check: loaves >= 1 && loaves <= 20\n            invalid: From 1 to 20, please.\n",
        "- if: (loaves ?? 0) > 10\n",
        "- llm: Answer about the bakery.\n",
        "weight: 30\n",
        "- go: top\n",
        "blocks:\n  help:\n    - say: Help comes.\n",
    ] {
        assert!(flow.contains(part), "`{part}` is missing in\n{flow}");
    }
}

#[test]
fn no_key_of_the_source_is_written_anywhere() {
    let (_folder, bakery) = imported("typebot", &["typebot.json"]);
    let (_folder, fruit) = imported("rapidpro", &["rapidpro.json"]);
    let (_folder, kapso) = imported("kapso", &["kapso.json"]);
    for (bot, names) in [
        (&bakery, &["BAKERY_AUTHORIZATION", "BAKERY_API_KEY", "BAKERY_TOKEN"][..]),
        (&fruit, &["FRUIT_AUTHORIZATION"]),
        (&kapso, &["EXAMPLE_X_API_KEY"]),
    ] {
        let all = flows(bot) + &read(bot, "IMPORT.md");
        for key in ["sk_live", "1234secret", "topsecret123"] {
            assert!(!all.contains(key), "{all}");
        }
        for name in names {
            assert!(read(bot, "flows/_bot.yaml").contains(name), "{name}");
            assert!(read(bot, "IMPORT.md").contains(&format!("Grant `secrets.{name}`")), "{name}");
        }
    }
}

#[test]
fn flows_of_rapidpro_keep_their_ways_and_no_action_is_lost() {
    let (_folder, bot) = imported("rapidpro", &["rapidpro.json"]);
    let source = json("rapidpro.json");
    let nodes: Vec<&Value> = items(&source, "flows").flat_map(|flow| items(flow, "nodes")).collect();
    let routers = nodes.iter().copied().filter(|node| node["router"].is_object());
    let events = items(&source, "campaigns").flat_map(|campaign| items(campaign, "events"));
    let actions = nodes.iter().copied().flat_map(|node| items(node, "actions"));
    let triggers = ids(items(&source, "triggers"), "uuid");
    names_all(&bot, &[ids(actions, "uuid"), ids(routers, "uuid"), ids(events, "uuid"), triggers].concat());
    let flow = read(&bot, "flows/favorite_fruit.yaml");
    for part in [
        "when: [{message: [fruit], match: starts}]",
        "expires: 12h\n",
        "media: https://fruit.example/a.jpg\n    as: fruit\n    options:\n      - Apple\n      - Pear\n",
        "if fruit.lower().is_match(\"\\\\b(apple|apples|manzana)\\\\b\") { \"Apple\" }\n",
        "Apple, Pear:\n",
        "contact.age: ${fruit + \"!\"}\n",
        "Write to us@fruit.example or @(rand())",
        "on_error: [{go: open_ticket}]\n",
        "type: number\n            check: years >= 1 && years <= 120\n            tries: 1\n",
        "- call: goodbye\n",
    ] {
        assert!(flow.contains(part), "`{part}` is missing in\n{flow}");
    }
    let reminder = read(&bot, "flows/reminders.yaml");
    assert!(reminder.contains("- date: contact.due_on\n    offset: -2d\n    at: \"10:00\"\n"), "{reminder}");
    let spanish = read(&bot, "locales/es.yaml");
    assert!(spanish.contains("to: ¿Cuál es tu fruta favorita?") && spanish.contains("Apple: Manzana"), "{spanish}");
}

#[test]
fn a_kapso_workflow_keeps_its_labels_and_no_node_is_lost() {
    let (_folder, bot) = imported("kapso", &["kapso.json"]);
    names_all(&bot, &ids(items(&json("kapso.json"), "nodes"), "id"));
    let flow = read(&bot, "flows/kapso.yaml");
    for part in [
        "- ask: Hello ${contact.name ?? \"\"}, how can we help?\n    footer: Open until six\n    as: wish\n",
        "- {id: sales, title: Sales}\n",
        "timeout: 10m\n",
        "returns: [sales, support]\n",
        "say: Your number is ${lead.body.id ?? \"\"}. {{system.secret_sauce}}\n",
        "- http: POST ${env.FUNCTIONS_URL}/score_lead\n",
        "- agent: agent\n          instructions: Help with bicycles.\n          tools: [{flow: lookup, confirm: Shall I do this? lookup}]\n",
        "on_limit:\n            - handoff: support\n",
    ] {
        assert!(flow.contains(part), "`{part}` is missing in\n{flow}");
    }
}

#[test]
fn an_agent_of_kapso_keeps_its_papers_and_tools_and_its_first_test_plays_the_model() {
    let (_folder, bot) = imported("kapso", &["kapso_agent.json"]);
    let flow = read(&bot, "flows/wheel_desk.yaml");
    for part in [
        "instructions: Help ${contact.name ?? \"\"} with bicycles. Costs $${x}.\n",
        "knowledge: [prices]\n",
        "- find_repair\n",
        "- find_repair_2\n",
        "- flow: book_visit\n        confirm: |-\n          Shall I do this? book visit\n          bikes: ${inputs.bikes ?? \"–\"}\n          day: ${inputs.day}\n",
        "- flow: score\n",
        "exits: {off_topic: {do: [end]}}\n",
        "- say: Goodbye!\n",
    ] {
        assert!(flow.contains(part), "`{part}` is missing in\n{flow}");
    }
    assert_eq!(read(&bot, "knowledge/prices.md"), "# Prices\n\n---\nA check-up costs 45 euros.\n");
    let booking = read(&bot, "flows/book_visit.yaml");
    for part in [
        "day: {type: text}",
        "bikes: {type: whole, optional: true}",
        "who: ${contact.phone ?? \"\"}",
        "- return: ${answer.body}\n",
    ] {
        assert!(booking.contains(part), "`{part}` is missing in\n{booking}");
    }
    assert!(!booking.contains("phone_number"), "nobody tells a tool who the customer is:\n{booking}");
    let score = read(&bot, "flows/score.yaml");
    assert!(score.contains("kind: {type: [new, old]}") && score.contains("telefono: ${contact.phone"), "{score}");
    let report = read(&bot, "IMPORT.md");
    for part in [
        "MCP servers: calendar",
        "Elsewhere, which has no text",
        "own tools save_variable",
        "nowhere, a request without an address",
    ] {
        assert!(report.contains(part), "`{part}` is missing in\n{report}");
    }
    assert!(!(flows(&bot) + &report).contains("sk_live"), "no key of the source is written");
    let test = read(&bot, "flows/wheel_desk.test.yaml");
    assert!(test.contains("desk:"), "the model is played:\n{test}");
}

#[test]
fn inboxes_of_chatwoot_become_teams_with_hours_and_replies_stay() {
    let (_folder, bot) = imported("chatwoot", &["inboxes.json", "canned.csv"]);
    let shared = read(&bot, "flows/_bot.yaml");
    assert!(shared.contains("timezone: America/Lima\n"), "{shared}");
    assert!(shared.contains("mon: [\"09:00-18:30\"], tue: [\"00:00-24:00\"]"), "{shared}");
    let flow = read(&bot, "flows/sales_desk.yaml");
    assert!(
        flow.contains("- handoff: sales_desk\n    out_of_hours:\n      - say: \"Closed: back at nine.\"\n"),
        "{flow}"
    );
    let replies = if shared.contains("replies:") { shared } else { read(&bot, "replies.yaml") };
    assert!(replies.contains("hello: 'Hello: how can we \"help\"?'"), "{replies}");
    assert!(read(&bot, "IMPORT.md").contains("price list · canned response"), "{}", read(&bot, "IMPORT.md"));
}

#[test]
fn linked_typebots_are_one_bot_when_both_files_are_given() {
    let folder = tempfile::tempdir().unwrap();
    let linked = fs::read_to_string(export("typebot.json")).unwrap().replace("\"bot1\"", "\"elsewhere\"");
    fs::write(folder.path().join("second.json"), linked.replace("Corner bakery", "Second bakery")).unwrap();
    let first = export("typebot.json");
    ends(&run(folder.path(), &["import", "typebot", &first, "second.json", "--into", "bot"]), 0);
    let flow = read(&folder.path().join("bot"), "flows/corner_bakery.yaml");
    assert!(flow.contains("- call: second_bakery\n"), "{flow}");
}

#[test]
fn nothing_is_written_over_and_the_folder_is_named_after_the_bot() {
    let folder = tempfile::tempdir().unwrap();
    let file = export("typebot.json");
    ends(&run(folder.path(), &["import", "typebot", &file]), 0);
    assert!(folder.path().join("corner-bakery/IMPORT.md").is_file());
    let again = run(folder.path(), &["import", "typebot", &file]);
    ends(&again, 1);
    assert!(err(&again).contains("`corner-bakery` is not empty") && err(&again).contains("--into"), "{}", err(&again));
    fs::write(folder.path().join("file"), "x").unwrap();
    let refused = run(folder.path(), &["import", "typebot", &file, "--into", "file"]);
    ends(&refused, 1);
    assert!(err(&refused).contains("`file` is a file"), "{}", err(&refused));
    assert_eq!(fs::read_to_string(folder.path().join("file")).unwrap(), "x");
}
