//! Tests the commands as a person in a terminal uses them: the real binary, its output and its exit codes.

mod chat;
mod desk;
mod health;
mod import;
mod machine;
mod mcp;
mod mcp_pull;
mod models;
mod new;
mod operator;
mod people;
mod private_ca;
mod publishing;
mod reengage;
mod secrets;
mod stopping;
mod templates;
mod tls;

use std::{
    io::{BufRead, Write},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

/// A folder with a small bot.
pub fn bot(flows: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("flows")).unwrap();
    for (name, text) in flows {
        std::fs::write(folder.path().join("flows").join(name), text).unwrap();
    }
    folder
}

pub const BOT: (&str, &str) = ("_bot.yaml", "bot: Shop\nlanguage: en\ntimezone: UTC\n");
const PIZZA: (&str, &str) = (
    "pizza.yaml",
    "flow: pizza\nwhen:\n  - message: pizza\nsteps:\n  - ask: Which size?\n    as: size\n    options: [Small, Large]\n    \
     timeout: 2h\n    on_timeout:\n      - say: Another time, then\n        if_closed: skip\n      - end\n  - say: One ${size} pizza\n",
);

/// A flow with an error.
const BROKEN: (&str, &str) = ("a.yaml", "flow: a\nsteps:\n  - sya: Hello\n");

fn transom(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_transom"));
    command.args(args).current_dir(folder).env_remove("TRANSOM_CONFIG").env_remove("TRANSOM_API_KEY");
    command
}

pub fn run(folder: &Path, args: &[&str]) -> Output {
    transom(folder, args).stdin(Stdio::null()).output().unwrap()
}

fn chat(folder: &Path, lines: &str) -> String {
    chat_in(folder, &["--from", "+15550100001"], lines)
}

fn chat_in(folder: &Path, args: &[&str], lines: &str) -> String {
    let mut command = transom(folder, &[&["chat"], args].concat());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

pub fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[track_caller]
fn ends(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}{}", out(output), err(output));
}

#[test]
fn wrong_usage_ends_with_2_and_help_with_0() {
    let folder = bot(&[]);
    ends(&run(folder.path(), &["--help"]), 0);
    ends(&run(folder.path(), &["--version"]), 0);
    for wrong in [&["dance"][..], &[], &["check", "--format", "pdf"], &["send", "--to", "+1"]] {
        ends(&run(folder.path(), wrong), 2);
    }
    let listens = run(folder.path(), &["serve", "--listen", "0.0.0.0:0"]);
    ends(&listens, 2);
    assert!(err(&listens).contains("without a configuration file Transom listens on this machine only"));
}

#[test]
fn every_command_is_in_the_help() {
    let help = out(&run(bot(&[]).path(), &["--help"]));
    for command in [
        "serve",
        "new",
        "check",
        "deploy",
        "chat",
        "explain",
        "fmt",
        "reference",
        "schema",
        "trigger",
        "send",
        "keys",
        "people",
        "schedule",
        "templates",
        "runs",
        "conversations",
        "shadow",
        "dead-letters",
        "secrets",
        "doctor",
        "migrate",
        "backup",
    ] {
        assert!(help.contains(&format!("  {command} ")), "`{command}` is missing in\n{help}");
    }
}

#[test]
fn check_prints_findings_with_their_place_and_ends_with_1() {
    let folder = bot(&[BOT, ("a.yaml", "flow: a\nwhen:\n  - message: hi\nsteps:\n  - sya: Hello\n")]);
    let checked = run(folder.path(), &["check"]);
    ends(&checked, 1);
    let text = out(&checked);
    assert!(text.contains("flows/a.yaml:5:5") && text.contains("did you mean `say`?"), "{text}");
    assert!(!text.contains('\u{1b}'), "no colours without a terminal");
    let json: serde_json::Value =
        serde_json::from_str(&out(&run(folder.path(), &["check", "--format", "json"]))).unwrap();
    assert_eq!((&json["findings"][0]["line"], &json["findings"][0]["column"]), (&5.into(), &5.into()));
    let good = bot(&[BOT, PIZZA]);
    let checked = run(good.path(), &["check"]);
    ends(&checked, 0);
    assert_eq!(
        out(&checked),
        "1 flow, nothing to say against it\nneed no template, because their messages are sent while the window is open: pizza\n"
    );
    let nothing = tempfile::tempdir().unwrap();
    let checked = run(nothing.path(), &["check"]);
    ends(&checked, 1);
    assert!(err(&checked).contains("it has no folder `flows`"));
}

#[test]
fn what_is_wrong_with_the_configuration_is_said_to_programs_too() {
    let folder = bot(&[BOT, PIZZA]);
    std::fs::write(folder.path().join("config.yaml"), "bot: .\naccounts: [{nmae: shop}]\n").unwrap();
    let checked = run(folder.path(), &["check", "--config", "config.yaml", "--format", "json"]);
    ends(&checked, 1);
    let json: serde_json::Value = serde_json::from_str(&out(&checked)).unwrap();
    assert_eq!((&json["findings"][0]["file"], &json["findings"][0]["line"]), (&"config.yaml".into(), &2.into()));
}

#[test]
fn fmt_rewrites_in_place_and_check_only_reports() {
    let folder = bot(&[BOT, ("a.yaml", "flow: a\nsteps:\n- say:  'Hello'   # greets\n")]);
    let path = folder.path().join("flows/a.yaml");
    let before = std::fs::read_to_string(&path).unwrap();
    let checked = run(folder.path(), &["fmt", "--check"]);
    ends(&checked, 1);
    assert!(out(&checked).contains("flows/a.yaml"), "{}", out(&checked));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
    ends(&run(folder.path(), &["fmt"]), 0);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "flow: a\nsteps:\n  - say: Hello      # greets\n");
    ends(&run(folder.path(), &["fmt", "--check"]), 0);
    std::fs::write(&path, "flow: a\nsteps:\n  - say: \"Order\n").unwrap();
    let refused = run(folder.path(), &["fmt", "flows/a.yaml"]);
    ends(&refused, 1);
    assert!(err(&refused).contains("E114"), "{}", err(&refused));
}

#[test]
fn a_word_of_the_language_is_explained() {
    let folder = bot(&[]);
    for (word, wanted) in
        [("weekday", "Monday is 1"), ("mocks", "those of a case"), ("duration", "`1h30m`"), ("tests", "The flow that")]
    {
        let said = run(folder.path(), &["reference", word]);
        assert!(out(&said).contains(wanted), "{word}: {}", out(&said));
    }
    assert!(out(&run(folder.path(), &["reference", "if_closed"])).contains("`if_closed` of `ask`"));
    let unknown = run(folder.path(), &["reference", "if_closd"]);
    ends(&unknown, 1);
    assert!(err(&unknown).contains("did you mean `if_closed`?"), "{}", err(&unknown));
}

#[test]
fn check_mends_what_it_is_sure_of_and_denies_warnings() {
    let wrong = "flow: a   # mine\nwhen: [{message: [hi]}]\nsteps:\n  - sya: Order: now\n  - say: Bye\n";
    let folder = bot(&[BOT, ("a.yaml", wrong)]);
    let annotated = out(&run(folder.path(), &["check", "--format", "github"]));
    assert!(annotated.starts_with("::error file=flows/a.yaml,line=4,"), "{annotated}");
    let mended = run(folder.path(), &["check", "--fix"]);
    ends(&mended, 0);
    assert!(err(&mended).contains("mended 2 findings"), "{}", err(&mended));
    let text = std::fs::read_to_string(folder.path().join("flows/a.yaml")).unwrap();
    assert_eq!(text, wrong.replace("sya: Order: now", "say: \"Order: now\""));
    std::fs::write(folder.path().join("flows/a.yaml"), format!("{text}blocks:\n  rest: [end]\n")).unwrap();
    ends(&run(folder.path(), &["check"]), 0);
    ends(&run(folder.path(), &["check", "--deny", "warnings"]), 1);
}

#[test]
fn check_knows_the_templates_of_the_configuration() {
    let flow = "flow: a\nwhen: [{api: true}]\nsteps:\n  - say: Hi\n    if_closed: {template: helo}\n";
    let folder = bot(&[BOT, ("a.yaml", flow)]);
    let config = folder.path().join("transom.yaml");
    let text = "accounts:\n  - name: shop\n    api_keys: [abcdefghijklmnopqrstuvwxyz012345]\nsenders:\n  - {id: 1, account: shop, name: main, phone: \"+34600111222\", provider: meta, phone_number_id: \"1\", access_token: aaaaaaaaaaaaaaaa, app_secret: bbbbbbbbbbbbbbbb, verify_token: cccccccccccccccc}\n\
        templates:\n  - {id: 1, sender: 1, name: hello, language: en, category: utility, body: Hi}\n";
    std::fs::write(&config, text).unwrap();
    ends(&run(folder.path(), &["check", "--deny", "warnings", "--format", "json"]), 1);
    let checked = run(folder.path(), &["check", "--config", config.to_str().unwrap()]);
    ends(&checked, 1);
    assert!(out(&checked).contains("there is no template `helo`"), "{}{}", out(&checked), err(&checked));
    assert!(!out(&run(folder.path(), &["check"])).contains("E801"));
}

#[test]
fn a_lock_of_a_sandbox_locks_nobody_out() {
    let flow = "flow: a\nwhen: [{api: true}]\nsteps:\n  - say: Hi\n    if_closed: {template: hello}\n";
    let folder = bot(&[BOT, ("a.yaml", flow)]);
    let locked = run(folder.path(), &["templates", "lock"]);
    ends(&locked, 0);
    assert!(out(&locked).contains("nothing to lock"), "{}", out(&locked));
    assert!(!folder.path().join("templates.lock.yaml").exists());
    ends(&run(folder.path(), &["check"]), 0);
    // One that an earlier version wrote.
    std::fs::write(folder.path().join("templates.lock.yaml"), "templates: []\n").unwrap();
    ends(&run(folder.path(), &["check"]), 0);
    let text = "accounts: [{name: shop}]\nsenders:\n  - {id: 1, account: shop, name: main, phone: \"+34600111222\", \
        provider: meta, phone_number_id: \"1\", access_token: a, app_secret: b, verify_token: c}\n";
    std::fs::write(folder.path().join("config.yaml"), text).unwrap();
    let unread = run(folder.path(), &["templates", "lock", "--config", "config.yaml"]);
    ends(&unread, 1);
    assert!(err(&unread).contains("`transom templates pull --config config.yaml`"), "{}", err(&unread));
}

#[test]
fn a_talk_in_the_terminal_reads_like_a_talk() {
    let folder = bot(&[BOT, PIZZA]);
    let said = chat(folder.path(), "pizza\n/tap large\nnonsense\n/vars\n/quit\n");
    let talk: Vec<&str> = said.lines().skip(4).collect();
    assert_eq!(
        talk,
        [
            "you › pizza",
            "│ Which size?",
            "│ [1] Small   [2] Large",
            "· window open, 23 h 59 min left",
            "you › /tap large",
            "(taps “Large”)",
            "│ One Large pizza",
            "you › nonsense",
            "(the bot says nothing; /trace tells why)",
            "you › /vars",
            "No flow is under way.",
            "contact",
            "  contact.name = \"Ada\"",
            "  contact.phone = \"+15550100001\"",
            "you › /quit",
        ]
    );
}

#[test]
fn the_clock_is_in_the_customers_hand() {
    let folder = bot(&[BOT, PIZZA]);
    let said = chat(folder.path(), "pizza\n/advance 119m\n/next\n/advance 25h\n/dance\n/tap 9\n/advance soon\n");
    let at = |text: &str| said.find(text).unwrap_or_else(|| panic!("`{text}` is missing in\n{said}"));
    assert!(at("/next") < at("│ Another time, then"), "{said}");
    assert!(at("/advance 25h") < at("window closed"), "{said}");
    at("there is no `/dance`");
    at("there is no button `9`; there are: 1 Small, 2 Large");
    at("`/advance soon`");
}

#[test]
fn a_failed_send_and_a_missing_end_of_input_end_nothing() {
    let folder = bot(&[BOT, PIZZA]);
    let said = chat(folder.path(), "/fail 131047\npizza");
    assert!(said.contains("is held until you write: the window is closed"), "{said}");
}

#[test]
fn an_output_that_nobody_reads_is_no_panic() {
    let folder = bot(&[BOT, PIZZA]);
    let mut child = transom(folder.path(), &["check"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(!err(&output).contains("panicked"), "{}", err(&output));
}

#[test]
fn explain_names_the_flow_and_why() {
    let folder = bot(&[BOT, PIZZA]);
    let told = run(folder.path(), &["explain", "Pizza!"]);
    ends(&told, 0);
    assert!(out(&told).starts_with("`Pizza!` starts flow `pizza`\n"), "{}", out(&told));
    let told = out(&run(folder.path(), &["explain", "pasta"]));
    assert!(told.starts_with("`pasta` starts nothing\n"), "{told}");
}

#[test]
fn explain_says_that_a_model_decides_and_names_the_role_of_the_bots_file() {
    let models = "bot: Shop\nlanguage: en\ntimezone: UTC\nmodels: [main]\n";
    let repair = ("repair.yaml", "flow: repair\nwhen: [{meaning: something is broken}]\nsteps: [{say: Come on}]\n");
    let rest = ("rest.yaml", "flow: rest\nwhen: [{any_message: true}]\nsteps: [{say: I know words.}]\n");
    let folder = bot(&[("_bot.yaml", models), repair, rest]);
    let told = out(&run(folder.path(), &["explain", "my brakes squeak"]));
    let first = "a model decides about `my brakes squeak`, and `transom explain` asks none; if it finds nothing, \
                 `my brakes squeak` starts flow `rest`\n";
    assert!(told.starts_with(first), "{told}");
    assert!(told.contains("? repair · meaning") && told.contains("? rest · any_message"), "{told}");
    assert!(!told.contains('✓'), "{told}");

    let unanswered = "bot: Shop\nlanguage: en\ntimezone: UTC\ndefaults:\n  unanswered: [{say: I know pizza.}]\n";
    let folder = bot(&[("_bot.yaml", unanswered), PIZZA]);
    let told = out(&run(folder.path(), &["explain", "pasta"]));
    let first = "`pasta` starts no flow; the steps under `defaults: unanswered` of `_bot.yaml`, for what nothing else \
                 takes, react to it\n";
    assert!(told.starts_with(first), "{told}");
}

#[test]
fn a_first_test_of_a_meaning_mocks_what_the_model_finds() {
    let models = "bot: Shop\nlanguage: en\ntimezone: UTC\nmodels: [main]\n";
    let repair =
        "flow: repair\nwhen: [{meaning: something is broken, like: [my brakes squeak]}]\nsteps: [{say: Come on}]\n";
    let folder = bot(&[("_bot.yaml", models), ("repair.yaml", repair)]);
    let made = run(folder.path(), &["test", "init", "repair"]);
    ends(&made, 0);
    let text = std::fs::read_to_string(folder.path().join("flows/repair.test.yaml")).unwrap();
    assert!(text.contains("meaning: repair") && text.contains("user: my brakes squeak"), "{text}");
    assert!(text.contains("bot: Come on"), "{text}");
    ends(&run(folder.path(), &["test"]), 0);
}

#[test]
fn check_says_that_no_catalogue_of_templates_is_known() {
    let sends = "flow: a\nwhen: [{message: hi}]\nsteps: [{template: greeting}]\n";
    let folder = bot(&[BOT, ("a.yaml", sends)]);
    let told = out(&run(folder.path(), &["check"]));
    assert!(told.contains("because none is known: 1 template; `transom templates pull`"), "{told}");
    let json = out(&run(folder.path(), &["check", "--json"]));
    assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap()["unchecked_templates"], 1);
    let plain = bot(&[BOT, PIZZA]);
    assert!(!out(&run(plain.path(), &["check"])).contains("catalogue"));
}

#[test]
fn advice_has_the_configuration_that_was_named_and_a_failure_names_any_other() {
    let folder = bot(&[BOT, PIZZA]);
    let folder = folder.path();
    let config = "accounts: [{name: acme}]\nsenders:\n  - {id: 1, account: acme, name: Shop, provider: sandbox, phone: \
                  \"+15550000001\"}\n";
    std::fs::write(folder.join("shop.yaml"), config).unwrap();
    let advised = "`transom serve --config shop.yaml` starts it";
    let told = out(&run(folder, &["doctor", "--config", "shop.yaml"]));
    assert!(told.contains(advised), "{told}");
    let json: serde_json::Value =
        serde_json::from_str(&out(&run(folder, &["doctor", "--config", "shop.yaml", "--json"]))).unwrap();
    let mends: Vec<&str> =
        json["checks"].as_array().unwrap().iter().filter_map(|check| check["mend"].as_str()).collect();
    assert!(mends.contains(&"transom serve --config shop.yaml"), "{mends:?}");
    // A failure of the same command, with and without the configuration in its line.
    let named = err(&run(folder, &["status", "--config", "shop.yaml"]));
    assert!(named.contains(advised) && !named.contains("note:"), "{named}");
    let by_variable = transom(folder, &["status"]).env("TRANSOM_CONFIG", "shop.yaml").output().unwrap();
    assert!(err(&by_variable).contains("note: the configuration is `shop.yaml`"), "{}", err(&by_variable));
    let none = err(&run(folder, &["status"]));
    assert!(none.contains("no configuration is named") && none.contains("`transom serve` starts it"), "{none}");
}

/// A sandbox daemon; killed at the end of the test.
pub struct Daemon {
    child: Child,
    pub url: String,
    /// The first line of its output; empty with a configuration.
    pub first_line: String,
}

impl Daemon {
    pub fn start(folder: &Path) -> Daemon {
        let mut child = transom(folder, &["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // It says where it listens once it does.
        let mut said = std::io::BufReader::new(child.stdout.take().unwrap());
        let mut first_line = String::new();
        said.read_line(&mut first_line).unwrap();
        let url = first_line.strip_prefix("Studio  ").and_then(|line| line.split_once("/studio"));
        let url = url.unwrap_or_else(|| panic!("the daemon ended: {first_line}")).0.to_owned();
        Daemon { child, url, first_line }
    }

    /// With a configuration the daemon prints only its log.
    fn start_with(folder: &Path, config: &str) -> Daemon {
        let mut child = transom(folder, &["serve", "--config", config])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = child.stderr.take().unwrap();
        let (address, log) = told(log, |line| {
            let entry: serde_json::Value = serde_json::from_str(line).ok()?;
            Some(format!("http://{}", entry.get("listen")?.as_str()?))
        });
        // It must be able to go on writing.
        std::thread::spawn(move || for _ in log.lines() {});
        Daemon { child, url: address, first_line: String::new() }
    }
}

/// Reads lines until `what` finds its text in one.
fn told<R: std::io::Read>(said: R, what: impl Fn(&str) -> Option<String>) -> (String, std::io::BufReader<R>) {
    let mut said = std::io::BufReader::new(said);
    let mut all = String::new();
    loop {
        let mut line = String::new();
        assert!(said.read_line(&mut line).unwrap() > 0, "the daemon ended:\n{all}");
        if let Some(found) = what(&line) {
            return (found, said);
        }
        all.push_str(&line);
    }
}

impl Daemon {
    /// Sends SIGTERM; the daemon must exit with success.
    pub fn stop(&mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_running_daemon_is_found_from_its_folder() {
    let folder = bot(&[BOT, PIZZA]);
    let mut daemon = Daemon::start(folder.path());
    let wrote = run(folder.path(), &["trigger", "message", "--text", "pizza"]);
    ends(&wrote, 0);
    assert!(out(&wrote).contains("│ Which size?\n│ [1] Small   [2] Large"), "{}", out(&wrote));
    let tapped = run(folder.path(), &["trigger", "tap", "--button", "small"]);
    assert!(out(&tapped).contains("│ One Small pizza"), "{}{}", out(&tapped), err(&tapped));
    let twice = run(folder.path(), &["trigger", "duplicate", "--text", "pizza"]);
    assert!(out(&twice).contains("handled once: 1 message"), "{}", out(&twice));
    let read = run(folder.path(), &["trigger", "status", "--state", "read"]);
    assert!(out(&read).contains("is now `read`"), "{}", out(&read));

    let made = run(folder.path(), &["keys", "create", "--name", "shop"]);
    ends(&made, 0);
    let listed = out(&run(folder.path(), &["keys", "list"]));
    assert!(listed.contains("shop") && !listed.contains(out(&made).trim()), "{listed}");
    let sent = run(folder.path(), &["send", "--to", "+15550100001", "--text", "Ready!"]);
    assert!(out(&sent).starts_with("Sent: message "), "{}{}", out(&sent), err(&sent));
    let closed = run(folder.path(), &["send", "--to", "+15550100009", "--text", "Ready!"]);
    ends(&closed, 1);
    assert!(err(&closed).contains("The 24-hour messaging window is closed."), "{}", err(&closed));
    assert!(out(&run(folder.path(), &["runs", "list"])).contains("pizza"));
    assert!(out(&run(folder.path(), &["conversations", "list"])).contains("+15550100001"));
    ends(&run(folder.path(), &["backup", "copy.db"]), 0);
    assert!(folder.path().join("copy.db").is_file());
    ends(&run(folder.path(), &["doctor"]), 0);

    let address = daemon.url.trim_start_matches("http://");
    let second = run(folder.path(), &["serve", "--listen", address]);
    ends(&second, 1);
    assert!(err(&second).contains("is in use"), "{}", err(&second));
    let second = run(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    ends(&second, 1);
    let told = err(&second);
    assert!(told.contains("is held by another Transom daemon") && told.contains("SQLite has one daemon"), "{told}");

    // SIGTERM: what is in hand is finished, and the way to the daemon is gone.
    daemon.stop();
    assert!(!folder.path().join("data/daemon.json").exists());
    ends(&run(folder.path(), &["keys", "list"]), 0);
}

#[test]
fn a_real_sender_is_not_triggered_by_mistake() {
    let folder = bot(&[BOT, PIZZA]);
    let config = "accounts: [{name: acme}]\nsenders:\n  - {id: 12, account: acme, name: Support, provider: meta, \
                  phone: \"+15550001111\", phone_number_id: \"106\", waba_id: \"102\", access_token: t, app_secret: s, \
                  verify_token: v}\n";
    std::fs::write(folder.path().join("config.yaml"), config).unwrap();
    let refused = run(folder.path(), &["trigger", "message", "--text", "hi", "--config", "config.yaml"]);
    ends(&refused, 2);
    assert!(err(&refused).contains("Add `--live`"), "{}", err(&refused));
}

#[test]
fn broken_flows_and_a_broken_configuration_do_not_start() {
    let folder = bot(&[BOT, BROKEN]);
    let real = "listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\naccounts: [{name: acme}]\nsenders:\n  - {id: 12, account: acme, \
                name: Support, provider: meta, phone: \"+15550001111\", phone_number_id: \"106\", waba_id: \"102\", \
                access_token: t, app_secret: s, verify_token: v}\n";
    std::fs::write(folder.path().join("config.yaml"), real).unwrap();
    let serve = run(folder.path(), &["serve", "--config", "config.yaml"]);
    ends(&serve, 2);
    assert!(err(&serve).contains("did you mean `say`?"), "{}", err(&serve));
    std::fs::write(folder.path().join("config.yaml"), "lisen: 127.0.0.1:0\n").unwrap();
    let serve = run(folder.path(), &["serve", "--config", "config.yaml"]);
    // As `RestartPreventExitStatus` of the unit has it.
    ends(&serve, 2);
    assert!(err(&serve).contains("config.yaml:1:1") && err(&serve).contains("`listen`"), "{}", err(&serve));
}

#[test]
fn a_configuration_that_is_empty_or_not_there_starts_no_sandbox() {
    let folder = bot(&[BOT, PIZZA]);
    std::fs::write(folder.path().join("config.yaml"), "").unwrap();
    for (config, what) in [("config.yaml", "the configuration is empty"), ("nowhere.yaml", "cannot read")] {
        let serve = run(folder.path(), &["serve", "--config", config]);
        ends(&serve, 2);
        assert!(err(&serve).contains(what), "{}", err(&serve));
    }
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_start_that_another_try_would_not_help_ends_with_its_own_code() {
    let folder = bot(&[BOT, PIZZA]);
    std::fs::create_dir(folder.path().join("a.db")).unwrap();
    std::fs::write(folder.path().join("b.db"), "no database at all, but long enough to be read as a header".repeat(40))
        .unwrap();
    for (option, value, what) in [
        ("--bot", "nowhere", "nowhere"),
        ("--database", "sqlite://a.db", "directory"),
        ("--database", "sqlite://b.db", "not a database"),
    ] {
        let serve = run(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", option, value]);
        ends(&serve, 2);
        assert!(err(&serve).contains(what), "{option} {value}: {}", err(&serve));
    }
}

#[test]
fn a_daemon_whose_database_is_deleted_ends_and_begins_no_other() {
    let folder = bot(&[BOT, PIZZA]);
    let mut daemon = Daemon::start(folder.path());
    ends(&run(folder.path(), &["trigger", "message", "--from", "+34600999888", "--text", "pizza"]), 0);
    std::fs::remove_file(folder.path().join("data/transom.db")).unwrap();
    let since = std::time::Instant::now();
    let ended = loop {
        if let Some(ended) = daemon.child.try_wait().unwrap() {
            break ended;
        }
        assert!(since.elapsed() < std::time::Duration::from_secs(20), "it runs on");
        std::thread::sleep(std::time::Duration::from_millis(50));
    };
    assert_eq!(ended.code(), Some(2), "the unit does not start it again");
    let again = run(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    ends(&again, 2);
    assert!(err(&again).contains("it is gone or empty"), "{}", err(&again));
    assert!(folder.path().join("data/transom.db.rescued-1").exists());
}

#[test]
fn a_deployment_is_looked_at_beside_the_daemon_and_changes_nothing() {
    let folder = bot(&[BOT, PIZZA]);
    let _daemon = Daemon::start(folder.path());
    ends(&run(folder.path(), &["trigger", "message", "--from", "+34600999888", "--text", "pizza"]), 0);
    let same = run(folder.path(), &["deploy", "--dry-run"]);
    ends(&same, 0);
    let text = out(&same);
    assert!(
        text.starts_with("These very files are live since ") && text.contains("pizza: 1 goes on unchanged"),
        "{text}"
    );

    let dearer = PIZZA.1.replace("One ${size} pizza", "One dear ${size} pizza");
    let new = bot(&[BOT, ("pizza.yaml", &dearer)]);
    let told = run(folder.path(), &["deploy", "--dry-run", new.path().to_str().unwrap()]);
    ends(&told, 0);
    let text = out(&told);
    assert!(
        text.contains("pizza: 1 stays on the old version") && text.contains("at `pizza.ask_1`, waits for an answer"),
        "{text}"
    );
    assert!(text.contains("    - One ${size} pizza\n    + One dear ${size} pizza\n"), "{text}");
    let json = run(folder.path(), &["deploy", "--dry-run", "--format", "json", new.path().to_str().unwrap()]);
    let json: serde_json::Value = serde_json::from_str(&out(&json)).unwrap();
    assert_eq!(
        (&json["would_go_live"], &json["preview"]["people"][0]["groups"][0]["fate"]),
        (&true.into(), &"stays".into())
    );

    let broken = bot(&[BOT, ("pizza.yaml", "flow: pizza\nsteps:\n  - sya: Hi\n")]);
    let refused = run(folder.path(), &["deploy", "--dry-run", broken.path().to_str().unwrap()]);
    ends(&refused, 1);
    assert!(err(&refused).contains("did you mean `say`?"), "{}", err(&refused));
    ends(&run(folder.path(), &["deploy"]), 2);
    assert!(out(&run(folder.path(), &["runs", "list", "--open"])).contains("waits for an answer at pizza.ask_1"));
}

#[test]
fn a_run_is_told_with_what_was_said_and_why() {
    let folder = bot(&[BOT, PIZZA]);
    let _daemon = Daemon::start(folder.path());
    let say = |text: &str| run(folder.path(), &["trigger", "message", "--from", "+34600999888", "--text", text]);
    ends(&say("pizza"), 0);
    ends(&say("huge"), 0);
    let list = out(&run(folder.path(), &["runs", "list", "--contact", "+34 600 999 888"]));
    assert!(
        list.contains("pizza") && list.contains("waits for an answer (1 did not count) at pizza.ask_1 until "),
        "{list}"
    );
    let id = list.lines().nth(1).and_then(|line| line.split_whitespace().next()).unwrap().to_owned();
    let show = |id: &str| run(folder.path(), &["runs", "show", id]);
    let open = out(&show(&id));
    assert!(open.contains("(flows/pizza.yaml:5)"), "{open}");
    ends(&say("Large"), 0);
    let told = out(&show(&id));
    for part in [
        "run ",
        "contact  ",
        "+34600999888",
        "by message pizza",
        "done",
        "< pizza",
        "> Which size? [Small] [Large]",
        "< huge",
        "< Large",
        "> One Large pizza",
    ] {
        assert!(told.contains(part), "`{part}` is missing in\n{told}");
    }
    let (asked, answered) = (told.find("> Which size?").unwrap(), told.find("< huge").unwrap());
    assert!(asked < answered, "in order:\n{told}");
    let nobody = run(folder.path(), &["runs", "list", "--contact", "+34600999000"]);
    ends(&nobody, 1);
    assert!(err(&nobody).contains("nobody with the number"), "{}", err(&nobody));
    ends(&show("1"), 1);
}

#[test]
fn a_run_of_the_daemon_becomes_a_case_without_the_persons_words() {
    let folder = bot(&[BOT, PIZZA]);
    let _daemon = Daemon::start(folder.path());
    let say = |text: &str| run(folder.path(), &["trigger", "message", "--from", "+34600999888", "--text", text]);
    ends(&say("pizza"), 0);
    ends(&say("my brother Aurelio decides"), 0);
    ends(&say("Large"), 0);
    let list = out(&run(folder.path(), &["runs", "list"]));
    let id = list.lines().find(|line| line.contains("pizza")).and_then(|line| line.split_whitespace().next()).unwrap();
    let recorded = run(folder.path(), &["test", "--record", id, "--write"]);
    ends(&recorded, 0);
    let text = std::fs::read_to_string(folder.path().join("flows/pizza.test.yaml")).unwrap();
    assert!(text.contains("- user: xx xxxxxxx Xxxxxxx xxxxxxx\n"), "{text}");
    assert!(text.contains("- user: Large\n") && text.contains("- bot: One Large pizza\n"), "{text}");
    assert!(!text.contains("Aurelio") && !text.contains("999888"), "{text}");
    ends(&run(folder.path(), &["test"]), 0);
}

#[test]
fn flows_are_drawn_in_every_format_and_a_wrong_name_is_answered() {
    let folder = bot(&[BOT, PIZZA]);
    let text = out(&run(folder.path(), &["graph", "pizza"]));
    assert!(text.contains("? ask · size  Which size?") && text.contains("├─ after 2h:"), "{text}");
    for (format, wanted) in [("svg", "<svg "), ("mermaid", "flowchart TD"), ("dot", "digraph flows {")] {
        let drawn = run(folder.path(), &["graph", "--format", format]);
        ends(&drawn, 0);
        assert!(out(&drawn).starts_with(wanted), "{format}");
    }
    ends(&run(folder.path(), &["graph", "--format", "svg", "--out", "drawings/"]), 0);
    assert!(folder.path().join("drawings/pizza.svg").is_file());
    let wrong = run(folder.path(), &["graph", "piza"]);
    ends(&wrong, 2);
    assert!(err(&wrong).contains("there is no flow `piza`; did you mean `pizza`?"), "{}", err(&wrong));
    // Other commands take the folder there.
    for command in ["graph", "chat"] {
        let wrong = run(folder.path(), &[command, "."]);
        ends(&wrong, 2);
        assert!(err(&wrong).contains("there is no flow `.`; a folder is named by `--bot .`"), "{}", err(&wrong));
    }
}

#[test]
fn formatting_mends_what_can_only_mean_one_thing_and_says_so() {
    let broken = "flow: a\nsteps:\n  - say: Order: ${no}\n";
    let folder = bot(&[BOT, ("a.yaml", broken), ("b.yaml", "flow: b\nsteps:\n  - say: In #red\n")]);
    let file = folder.path().join("flows/a.yaml");
    let looked = run(folder.path(), &["fmt", "--check"]);
    ends(&looked, 1);
    assert!(out(&looked).contains("would mend line 3: a text with `: ` needs quotes"), "{}", out(&looked));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), broken);
    let done = run(folder.path(), &["fmt"]);
    ends(&done, 1);
    assert!(out(&done).contains("mended line 3"), "{}", out(&done));
    assert!(err(&done).contains("E103") && err(&done).contains("what is left needs you"), "{}", err(&done));
    assert!(std::fs::read_to_string(&file).unwrap().contains("say: \"Order: ${no}\"\n"), "{file:?}");
}
