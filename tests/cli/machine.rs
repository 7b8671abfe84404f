//! Tests `--json`: every command that prints data prints one JSON document, and dead letters can be settled in bulk.

use super::{BOT, Daemon, PIZZA, bot, ends, err, out, run};
use serde_json::Value as Json;
use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
};

const NEWS: (&str, &str) = (
    "news.yaml",
    "flow: news\ntopic: marketing\nwhen:\n  - schedule: \"0 10 * * TUE\"\n    to: {tags: [vip]}\nsteps:\n  \
     - say: News\n    if_closed: skip\n",
);
const PHONE: &str = "+34600999888";

#[track_caller]
fn json(folder: &Path, args: &[&str], code: i32) -> Json {
    let done = run(folder, &[args, &["--json"]].concat());
    ends(&done, code);
    serde_json::from_str(&out(&done)).unwrap_or_else(|why| panic!("{args:?}: {why}\n{}{}", out(&done), err(&done)))
}

/// Posts a body that no platform sends and that cannot be parsed.
fn post_malformed(daemon: &Daemon) {
    let body = r#"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":
        {"messaging_product":"whatsapp","metadata":{"phone_number_id":"1"},"messages":[{"from":5}]}}]}]}"#;
    let address = daemon.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /webhooks/sandbox/1 HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn every_command_that_prints_data_prints_json() {
    let folder = bot(&[BOT, PIZZA, NEWS]);
    let folder = folder.path();
    let _daemon = Daemon::start(folder);
    ends(&run(folder, &["trigger", "message", "--from", PHONE, "--text", "pizza"]), 0);
    let runs = json(folder, &["runs", "list"], 0);
    let id = runs[0]["id"].to_string();
    assert_eq!((&runs[0]["flow"], &runs[0]["contact"]), (&"pizza".into(), &PHONE.into()), "{runs}");
    let told = json(folder, &["runs", "show", &id], 0);
    let story = told["story"].as_array().unwrap();
    let (heard, said) = (&story[0]["heard"], &story.last().unwrap()["said"]);
    assert_eq!(heard["text"], "pizza", "{told}");
    assert!(heard["id"].is_i64() && heard["id"] == said["trace"], "one id joins both: {told}");
    for args in [
        &["check"][..],
        &["test"],
        &["explain", "pizza"],
        &["deploy", "--dry-run"],
        &["audit"],
        &["flows", "list"],
        &["flows", "pause", "news"],
        &["flows", "resume", "news"],
        &["senders", "list"],
        &["senders", "resume", "1"],
        &["runs", "exits", "pizza"],
        &["contacts", "list"],
        &["contacts", "show", PHONE],
        &["contacts", "tag", PHONE, "vip"],
        &["contacts", "set", PHONE, "name=Ana"],
        &["contacts", "consent", "show", PHONE],
        &["contacts", "export", PHONE],
        &["conversations", "list"],
        &["cases", "list"],
        &["shadow"],
        &["dead-letters", "list"],
        &["dead-letters", "replay", "--all"],
        &["dead-letters", "dismiss", "--kind", "poison"],
        &["keys", "create"],
        &["keys", "list"],
        &["balance", "show"],
        &["broadcast", "list"],
        &["schedule", "list"],
        &["schedule", "next"],
        &["schedule", "show", "news"],
        &["schema"],
        &["trigger", "message", "--from", PHONE, "--text", "large"],
        &["templates", "lock"],
        &["schedule", "report", "news"],
        &["schedule", "explain", "news"],
        &["schedule", "explain", "news", "--contact", PHONE],
        &["templates", "list"],
        &["templates", "pull"],
        &["webhooks", "list"],
        &["i18n", "status"],
        &["doctor"],
        &["status", "--over", "1s"],
    ] {
        let printed = json(folder, args, 0);
        assert!(printed.is_array() || printed.is_object(), "{args:?}: {printed}");
        let mut texts = Vec::new();
        all_texts(&printed, &mut texts);
        let is_for_people = |text: &&&str| text.len() == 20 && text.ends_with('Z') && text.as_bytes()[10] == b' ';
        assert_eq!(texts.iter().find(is_for_people), None, "{args:?}: a time as people read it");
    }
    let listed = json(folder, &["contacts", "list"], 0)[0].clone();
    let mut shown = json(folder, &["contacts", "show", PHONE], 0);
    shown["account"] = listed["account"].clone();
    assert_eq!(listed, shown, "as the API shows it");
    assert_eq!((&listed["tags"], &listed["opted_out_at"]), (&serde_json::json!(["vip"]), &Json::Null));
    let created = json(folder, &["keys", "list"], 0)[0]["created"].clone();
    assert!(created.as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{created}");
    assert_eq!(json(folder, &["explain", "pizza"], 0)["flows"][0]["wins"], true);
    for args in [&["serve"][..], &["fmt"], &["chat"], &["graph", "pizza"], &["migrate"]] {
        let refused = run(folder, &[args, &["--json"]].concat());
        ends(&refused, 2);
        assert!(err(&refused).contains("prints no data"), "{args:?}: {}", err(&refused));
    }
}

fn all_texts<'j>(json: &'j Json, texts: &mut Vec<&'j str>) {
    match json {
        Json::String(text) => texts.push(text),
        Json::Array(items) => items.iter().for_each(|item| all_texts(item, texts)),
        Json::Object(map) => map.values().for_each(|item| all_texts(item, texts)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

#[test]
fn a_contact_is_data_and_no_prose() {
    let folder = bot(&[BOT, PIZZA]);
    let folder = folder.path();
    let _daemon = Daemon::start(folder);
    let told = json(folder, &["trigger", "message", "--from", PHONE, "--text", "pizza"], 0);
    assert_eq!(told["posts"][0]["status"], 200, "{told}");
    assert_eq!(told["answers"][0]["content"]["kind"], "buttons", "{told}");
    assert_eq!((&told["why_silent"], &told["flows"]), (&Json::Array(Vec::new()), &Json::Array(Vec::new())), "{told}");
    let silent = ["trigger", "message", "--from", "+34600999777", "--text", "sushi", "--wait", "1s"];
    assert!(json(folder, &silent, 0)["why_silent"][0].is_string());
    ends(&run(folder, &["contacts", "tag", PHONE, "vip"]), 0);
    let shown = json(folder, &["contacts", "show", PHONE], 0);
    assert!(shown["id"].is_i64() && shown["conversations"][0]["id"].is_i64(), "{shown}");
    assert_eq!((&shown["tags"][0], &shown["phone"]), (&"vip".into(), &PHONE.into()), "{shown}");
    assert!(shown["opted_out_at"].is_null() && shown["fields"].is_object(), "{shown}");
    // The same as the API shows, field by field.
    let whole = json(folder, &["contacts", "export", PHONE], 0);
    assert_eq!(whole["contact"], shown);
}

#[test]
fn what_comes_next_and_what_goes_on_is_data() {
    let titled = "flow: titled\ntitle: The news of Tuesday\nwhen:\n  - schedule: \"0 10 * * TUE\"\n    clock: bot\n    \
                  to: everyone\nsteps:\n  - say: News\n    if_closed: skip\n";
    let folder = bot(&[BOT, ("titled.yaml", titled)]);
    let folder = folder.path();
    let daemon = Daemon::start(folder);
    let next = json(folder, &["schedule", "next", "--limit", "1"], 0);
    assert_eq!((&next[0]["weekday"], &next[0]["title"]), (&"tuesday".into(), &"The news of Tuesday".into()), "{next}");
    let followed = run(folder, &["schedule", "show", "titled", "--follow", "--json"]);
    ends(&followed, 0);
    assert!(out(&followed).lines().all(|line| serde_json::from_str::<Json>(line).is_ok()), "{}", out(&followed));
    drop(daemon);
    let translated = bot(&[("_bot.yaml", "bot: Shop\nlanguage: en\nlanguages: {en: [], es: [en]}\n"), PIZZA]);
    let told = json(translated.path(), &["i18n", "extract"], 0);
    assert_eq!((&told[0]["language"], &told[0]["translated"]), (&"es".into(), &0.into()), "{told}");
    assert!(told[0]["missing"].as_i64().unwrap() > 0 && told[0]["files"][0].is_string(), "{told}");
}

#[test]
fn a_language_that_the_bot_does_not_speak_gets_no_file() {
    let folder = bot(&[("_bot.yaml", "bot: Shop\nlanguage: en\nlanguages: {en: [], es: [en]}\n"), PIZZA]);
    for (language, why) in [
        ("de", "`de` is none of the bot's languages; write `de: [en]` below `languages` of `_bot.yaml` first"),
        ("ES", "`ES` is none of the bot's languages; did you mean `es`?"),
        ("EN", "`en` is the bot's own language: its texts stand in the flows"),
        ("../x", "`../x` is no language"),
    ] {
        let refused = run(folder.path(), &["i18n", "extract", "es", language]);
        assert!(!refused.status.success());
        let told = String::from_utf8_lossy(&refused.stderr);
        assert!(told.contains(why), "{told}");
    }
    assert!(!folder.path().join("locales").exists(), "nothing is written");
}

#[test]
fn a_list_that_is_cut_says_so() {
    let folder = bot(&[BOT, PIZZA]);
    let folder = folder.path();
    let daemon = Daemon::start(folder);
    for _ in 0..3 {
        post_malformed(&daemon);
    }
    for phone in ["+34600111222", "+34600111333"] {
        ends(&run(folder, &["trigger", "message", "--from", phone, "--text", "pizza"]), 0);
    }
    let letters = run(folder, &["dead-letters", "list", "--limit", "2"]);
    assert!(out(&letters).ends_with("These are the newest 2 of 3: `--limit 3` shows all.\n"), "{}", out(&letters));
    let whole = run(folder, &["dead-letters", "list", "--limit", "3", "--kind", "malformed"]);
    assert!(!out(&whole).contains("--limit"), "{}", out(&whole));
    for args in [
        &["contacts", "list", "--limit", "1"][..],
        &["conversations", "list", "--limit", "1"],
        &["conversations", "show", "+34600111222", "--limit", "1"],
        &["runs", "list", "--limit", "1"],
    ] {
        let said = run(folder, args);
        assert!(out(&said).contains("newest 1, and there are more: `--limit 1000`"), "{args:?}: {}", out(&said));
        let data = run(folder, &[args, &["--json"]].concat());
        assert!(serde_json::from_str::<Json>(&out(&data)).is_ok() && err(&data).contains("--limit"), "{args:?}");
    }
    let unknown = run(folder, &["dead-letters", "list", "--kind", "bogus"]);
    ends(&unknown, 2);
    assert!(err(&unknown).contains("malformed") && err(&unknown).contains("late_message"), "{}", err(&unknown));
}

#[test]
fn dead_letters_are_decided_in_bulk_and_a_failure_is_an_exit_code() {
    let folder = bot(&[BOT, PIZZA]);
    let folder = folder.path();
    let daemon = Daemon::start(folder);
    for _ in 0..3 {
        post_malformed(&daemon);
    }
    let listed = json(folder, &["dead-letters", "list"], 0);
    assert_eq!(listed.as_array().unwrap().len(), 3, "{listed}");
    assert!(listed[0]["at"].as_str().unwrap().ends_with("+00:00"), "as the API writes a time: {listed}");
    let failed = run(folder, &["dead-letters", "replay", "--all"]);
    ends(&failed, 1);
    assert!(out(&failed).contains("0 of 3 dead letters off the list, 3 failed."), "{}", out(&failed));
    let other = run(folder, &["dead-letters", "dismiss", "--kind", "unknown_send"]);
    ends(&other, 0);
    assert!(out(&other).contains("There are no such open dead letters."), "{}", out(&other));
    let told = json(folder, &["dead-letters", "dismiss", "--kind", "malformed"], 0);
    assert!(told.as_array().unwrap().iter().all(|one| one["done"] == true), "{told}");
    assert_eq!(json(folder, &["dead-letters", "list"], 0), Json::Array(Vec::new()));
    let both = run(folder, &["dead-letters", "dismiss", "7", "--kind", "malformed"]);
    ends(&both, 2);
}

#[test]
fn a_person_is_exported_and_erased() {
    let folder = bot(&[BOT, PIZZA]);
    let folder = folder.path();
    let mut daemon = Daemon::start(folder);
    ends(&run(folder, &["trigger", "message", "--from", PHONE, "--text", "pizza"]), 0);
    ends(&run(folder, &["contacts", "export", PHONE, "--out", "ana.json"]), 0);
    let text = std::fs::read_to_string(folder.join("ana.json")).unwrap();
    assert!(text.contains(PHONE) && text.contains("pizza"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.join("ana.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "nobody else reads it");
    }
    let again = run(folder, &["contacts", "export", PHONE, "--out", "ana.json"]);
    ends(&again, 1);
    // Reading needs no daemon; an erasure does, and says why.
    daemon.stop();
    let alone = json(folder, &["contacts", "export", PHONE], 0);
    let kept: Json = serde_json::from_str(&text).unwrap();
    assert_eq!((&alone["contact"], &alone["conversations"]), (&kept["contact"], &kept["conversations"]));
    let refused = run(folder, &["contacts", "erase", PHONE, "--yes"]);
    ends(&refused, 1);
    assert!(err(&refused).contains("an erasure ends the person's runs"), "{}", err(&refused));
    let _daemon = Daemon::start(folder);
    let asked = run(folder, &["contacts", "erase", PHONE]);
    ends(&asked, 2);
    assert!(err(&asked).contains("--yes"), "{}", err(&asked));
    ends(&run(folder, &["contacts", "erase", PHONE, "--yes"]), 0);
    ends(&run(folder, &["contacts", "show", PHONE]), 1);
}
