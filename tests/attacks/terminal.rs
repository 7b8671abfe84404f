//! Attacks the terminal of an operator with control characters in names and texts.

use crate::cli::{BOT, Daemon, bot, err, out, run};
use serde_json::Value as Json;

const EVIL: &str =
    "Ana\u{1b}]0;mine\u{7}\u{1b}[2J\u{9b}31m\u{8}\rpaid\nFORGED a row\u{2028}FORGED another\u{2029}FORGED a third";
const HELP: (&str, &str) = (
    "help.yaml",
    "flow: help\nwhen: [{any_message: true}]\nsteps:\n  - ask: Hello ${contact.name}, what is it?\n    as: x\n  - say: '${x}'\n",
);

/// Every command that prints texts of people.
const COMMANDS: &[&[&str]] = &[
    &["contacts", "list"],
    &["contacts", "show", "+34600111222"],
    &["conversations", "list"],
    &["conversations", "show", "+34600111222"],
    &["runs", "list"],
    &["dead-letters", "list"],
    &["senders", "list"],
    &["flows", "list"],
    &["keys", "list"],
    &["doctor"],
    &["contacts", "consent", "export", "--topic", "all"],
];

#[test]
fn no_output_holds_what_a_terminal_obeys() {
    let folder = bot(&[BOT, HELP]);
    let mut daemon = Daemon::start(folder.path());
    let url = daemon.url.clone();
    let mut printed = Vec::new();
    let mut look = |args: &[&str]| {
        let output = run(folder.path(), args);
        printed.push(format!("{args:?}\n{}{}", out(&output), err(&output)));
    };
    for text in [EVIL, "What\u{1b}[8m is it", "\u{202e}txt"] {
        look(&["trigger", "message", "--url", &url, "--from", "+34600111222", "--name", EVIL, "--text", text]);
    }
    look(&["keys", "create", "--name", EVIL]);
    let runs: Json = serde_json::from_str(&out(&run(folder.path(), &["runs", "list", "--json"]))).unwrap();
    let id = runs[0]["id"].to_string();
    let shows_run: &[&str] = &["runs", "show", &id];
    for command in COMMANDS.iter().chain([&shows_run]) {
        look(command);
    }
    daemon.stop();
    for command in COMMANDS.iter().chain([&shows_run]) {
        look(command);
    }
    let talk = printed.iter().find(|said| said.starts_with("[\"conversations\", \"show\"")).unwrap();
    assert!(talk.contains("is it"), "the conversation was not shown:\n{talk}");
    let all = printed.join("\n");
    assert!(all.contains("Ana\\u001b]0;mine"), "nothing of it was printed:\n{all}");
    for said in &printed {
        let obeyed = said.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
        assert_eq!(obeyed, None, "{said:?}");
        let forged = said.lines().find(|line| line.starts_with("FORGED"));
        assert_eq!(forged, None, "a line that nobody wrote begins in\n{said}");
    }
}
