//! Tests `transom new`: the first steps of a user who has only the binary.

use super::{Daemon, chat_in, ends, err, out, run};
use std::fs;

/// A new bot in a folder of its own.
fn made() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let said = run(folder.path(), &["new", "corner-salon", "--timezone", "Europe/Madrid"]);
    ends(&said, 0);
    assert!(out(&said).trim_end().ends_with("http://127.0.0.1:8080/studio"), "{}", out(&said));
    assert!(out(&said).contains("cd corner-salon\n") && out(&said).contains("transom chat"), "{}", out(&said));
    let bot = folder.path().join("corner-salon");
    (folder, bot)
}

#[test]
fn a_new_bot_has_no_finding_passes_its_tests_and_stands_in_its_one_form() {
    let (_folder, bot) = made();
    let checked = run(&bot, &["check", "--deny", "warnings"]);
    ends(&checked, 0);
    assert!(out(&checked).starts_with("5 flows, nothing to say against them"), "{}", out(&checked));
    ends(&run(&bot, &["fmt", "--check"]), 0);
    let tested = run(&bot, &["test", "--coverage"]);
    ends(&tested, 0);
    // Fallbacks in `_bot.yaml` need not be covered by tests.
    let missed: Vec<_> =
        out(&tested).lines().filter(|l| l.contains("flows/") && l.contains(".yaml:")).map(str::to_owned).collect();
    assert!(missed.iter().all(|line| line.contains("flows/_bot.yaml")), "{}", out(&tested));
    let text = fs::read_to_string(bot.join("flows/_bot.yaml")).unwrap();
    assert!(text.contains("bot: Corner salon\n") && text.contains("timezone: Europe/Madrid  "), "{text}");
    for file in ["schema/flow.json", "schema/bot.json", "schema/test.json", ".vscode/extensions.json", ".gitignore"] {
        assert!(bot.join(file).is_file(), "{file}");
    }
}

#[test]
fn its_tests_pass_wherever_the_business_is() {
    for zone in ["America/New_York", "Asia/Tokyo", "UTC", "Pacific/Auckland", "America/Sao_Paulo"] {
        let folder = tempfile::tempdir().unwrap();
        ends(&run(folder.path(), &["new", "shop", "--timezone", zone]), 0);
        let bot = folder.path().join("shop");
        ends(&run(&bot, &["check", "--deny", "warnings"]), 0);
        ends(&run(&bot, &["test"]), 0);
        ends(&run(&bot, &["fmt", "--check"]), 0);
    }
}

#[test]
fn it_is_served_at_once_and_its_example_wants_nothing_of_a_shop() {
    let (_folder, bot) = made();
    let example = fs::read_to_string(bot.join("config.example.yaml")).unwrap();
    assert!(!example.contains("SHOP_"), "{example}");
    assert!(example.contains("  env: {}  ") && example.contains("  secrets: {}  "), "{example}");
    let daemon = Daemon::start(&bot);
    let studio = format!("Studio  {}/studio   (sandbox: nothing leaves this machine)\n", daemon.url);
    assert_eq!(daemon.first_line, studio);
    let answered = run(&bot, &["trigger", "message", "--text", "hello", "--url", &daemon.url]);
    ends(&answered, 0);
    assert!(out(&answered).contains("What can I do for you?"), "{}", out(&answered));
}

#[test]
fn it_talks_at_once() {
    let (_folder, bot) = made();
    let said = chat_in(&bot, &[], "hello\n/tap 1\n/tap 2\nfriday\n/quit\n");
    for wanted in ["Hello Ada! What can I do for you?", "What shall we do for you?", "Which day", "At what time?"] {
        assert!(said.contains(wanted), "`{wanted}` is missing in\n{said}");
    }
}

#[test]
fn nothing_of_anybody_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("mine")).unwrap();
    fs::write(folder.path().join("mine/letter.txt"), "Dear").unwrap();
    fs::write(folder.path().join("file"), "x").unwrap();
    for (name, why) in [("mine", "`mine` is not empty"), ("file", "`file` is a file")] {
        let refused = run(folder.path(), &["new", name]);
        ends(&refused, 1);
        assert!(err(&refused).contains(why) && err(&refused).contains("choose another name"), "{}", err(&refused));
    }
    assert_eq!(fs::read_dir(folder.path().join("mine")).unwrap().count(), 1);
    let nowhere = run(folder.path(), &["new", "there", "--timezone", "Europe/Atlantis"]);
    ends(&nowhere, 2);
    assert!(!folder.path().join("there").exists());
}

#[test]
fn an_empty_folder_is_told_how_to_begin() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["check", "test", "chat"] {
        let said = run(folder.path(), &[command]);
        ends(&said, 1);
        assert!(err(&said).contains("`transom new NAME`"), "{command}: {}", err(&said));
    }
}
