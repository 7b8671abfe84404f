//! Speaks with `transom mcp` as the clients of assistants do, of both kinds of versions, and as hostile ones.

use super::{BOT, BROKEN, PIZZA, bot, ends, err, run, transom};
use serde_json::{Value as Json, json};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

struct Client {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
    asked: i64,
}

impl Client {
    fn new(folder: &Path, args: &[&str]) -> Client {
        let mut command = transom(folder, &[&["mcp"], args].concat());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (to, from) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Client { child, to, from, asked: 0 }
    }

    fn write(&mut self, line: &str) {
        writeln!(self.to.as_mut().unwrap(), "{line}").unwrap();
    }

    fn read(&mut self) -> Json {
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|why| panic!("{line:?}: {why}"))
    }

    fn ask(&mut self, method: &str, params: Json) -> Json {
        self.asked += 1;
        self.write(&json!({"jsonrpc": "2.0", "id": self.asked, "method": method, "params": params}).to_string());
        let answer = self.read();
        assert_eq!((&answer["jsonrpc"], &answer["id"]), (&json!("2.0"), &json!(self.asked)), "{answer}");
        answer
    }

    /// The texts of a call, and whether it failed.
    fn call(&mut self, tool: &str, arguments: Json) -> (Vec<String>, bool) {
        let answer = self.ask("tools/call", json!({"name": tool, "arguments": arguments}));
        let result = &answer["result"];
        let texts = result["content"].as_array().unwrap_or_else(|| panic!("{answer}"));
        let texts = texts.iter().map(|part| part["text"].as_str().unwrap().to_owned()).collect();
        (texts, result["isError"].as_bool().unwrap())
    }

    #[track_caller]
    fn good(&mut self, tool: &str, arguments: Json) -> String {
        let (texts, is_error) = self.call(tool, arguments);
        assert!(!is_error, "{texts:?}");
        texts.join("\n")
    }

    #[track_caller]
    fn bad(&mut self, tool: &str, arguments: Json) -> String {
        let (texts, is_error) = self.call(tool, arguments);
        assert!(is_error, "{texts:?}");
        texts.join("\n")
    }

    fn end(mut self) {
        drop(self.to.take());
        assert!(self.child.wait().unwrap().success());
    }
}

#[test]
fn a_client_with_a_handshake_reads_checks_and_tries_the_bot() {
    let folder = bot(&[BOT, PIZZA]);
    let mut client = Client::new(folder.path(), &[]);
    let hello =
        json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let begun = client.ask("initialize", hello);
    assert_eq!(begun["result"]["protocolVersion"], "2025-06-18");
    assert_eq!(begun["result"]["serverInfo"]["name"], "transom");
    client.write(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
    assert_eq!(client.ask("ping", json!({}))["result"], json!({}));
    let listed = client.ask("tools/list", json!({}));
    let names: Vec<&str> =
        listed["result"]["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    let expected = [
        "list_flows",
        "read_file",
        "check",
        "test",
        "simulate",
        "explain",
        "graph",
        "knowledge_ask",
        "reference",
        "guide",
    ];
    assert_eq!(names, expected, "without `--write` nothing can be written");

    assert!(client.good("list_flows", json!({})).contains("pizza in flows/pizza.yaml: begins by message"));
    assert!(client.good("check", json!({})).contains("1 flow, nothing to say against it"));
    let talk = client.good("simulate", json!({"lines": ["pizza", "/tap 2"], "from": "+15550100001"}));
    assert!(talk.contains("Which size?") && talk.contains("One Large pizza"), "{talk}");
    // A line with a line feed is one line, and no second command.
    let talk = client.good("simulate", json!({"lines": ["pizza\n/tap 2"]}));
    assert!(!talk.contains("One Large pizza"), "{talk}");
    assert!(client.good("explain", json!({"text": "pizza", "at": "Tue 09:00"})).contains("pizza"));
    assert!(client.good("graph", json!({"flow": "pizza"})).contains("Which size?"));
    assert!(client.good("graph", json!({"mermaid": true})).contains("flowchart"));
    assert!(client.good("reference", json!({"word": "E501"})).contains("E501"));
    assert!(client.good("guide", json!({})).contains("\nThe 24-hour window\n"));
    assert!(client.good("guide", json!({"chapter": "the 24-hour window"})).starts_with("## The 24-hour window\n"));
    let help = client.bad("guide", json!({"chapter": "Triggres"}));
    assert!(help.contains("did you mean `Triggers`"), "{help}");
    client.end();
}

#[test]
fn a_client_without_a_handshake_says_its_version_in_each_request() {
    let folder = bot(&[BOT, PIZZA]);
    let mut client = Client::new(folder.path(), &[]);
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {},
    });
    let found = client.ask("server/discover", json!({"_meta": meta}))["result"].clone();
    assert_eq!(found["supportedVersions"][0], "2026-07-28");
    assert!(found["supportedVersions"].as_array().unwrap().contains(&json!("2025-11-25")), "{found}");
    assert_eq!((&found["resultType"], &found["capabilities"]["tools"]), (&json!("complete"), &json!({})));
    let listed = client.ask("tools/list", json!({"_meta": meta}))["result"].clone();
    assert_eq!((&listed["resultType"], &listed["cacheScope"]), (&json!("complete"), &json!("public")));
    assert!(listed["ttlMs"].is_u64());
    let called = client.ask("tools/call", json!({"_meta": meta, "name": "graph", "arguments": {"flow": "pizza"}}));
    assert_eq!((&called["result"]["resultType"], &called["result"]["isError"]), (&json!("complete"), &json!(false)));
    assert_eq!(called["result"]["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "transom");

    let other = json!({
        "io.modelcontextprotocol/protocolVersion": "2031-01-01", "io.modelcontextprotocol/clientCapabilities": {},
    });
    let refused = client.ask("tools/list", json!({"_meta": other}))["error"].clone();
    assert_eq!((&refused["code"], &refused["data"]["requested"]), (&json!(-32022), &json!("2031-01-01")));
    let half = json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28"});
    assert_eq!(client.ask("tools/list", json!({"_meta": half}))["error"]["code"], -32602);
    client.end();
}

#[test]
fn an_assistant_that_may_write_keeps_within_the_bot_and_overwrites_nobody() {
    let folder = bot(&[BOT, PIZZA]);
    let flow = folder.path().join("flows/pizza.yaml");
    let mut client = Client::new(folder.path(), &["--write"]);
    let tag = |texts: &[String]| texts[1].strip_prefix("tag: ").unwrap().to_owned();
    let (texts, _) = client.call("read_file", json!({"path": "flows/pizza.yaml"}));
    assert_eq!(texts[0], PIZZA.1);
    let seen = tag(&texts);
    let better = PIZZA.1.replace("One ${size} pizza", "A ${sise} pizza");
    let written = json!({"path": "flows/pizza.yaml", "text": better, "tag": seen});
    let answer = client.good("write_file", written.clone());
    assert!(answer.starts_with("written; tag: ") && answer.contains("did you mean `size`"), "{answer}");
    assert_eq!(std::fs::read_to_string(&flow).unwrap(), better);

    // The tag is that of the earlier text: somebody else may have changed the file since.
    assert!(client.bad("write_file", written).contains("read it again"));
    std::fs::write(&flow, "flow: mine\n").unwrap();
    assert!(client.bad("write_file", json!({"path": "flows/pizza.yaml", "text": "x"})).contains("read it first"));
    assert!(client.bad("delete_file", json!({"path": "flows/pizza.yaml", "tag": seen})).contains("read it again"));
    assert_eq!(std::fs::read_to_string(&flow).unwrap(), "flow: mine\n");

    let new = client.good("write_file", json!({"path": "knowledge/faq/a.md", "text": "# Bells\n\nWe sell bells.\n"}));
    assert!(new.starts_with("written; tag: "), "{new}");
    let (texts, _) = client.call("read_file", json!({"path": "knowledge/faq/a.md"}));
    assert!(
        client.good("knowledge_ask", json!({"question": "bells", "in": ["faq"], "top": 1})).contains("We sell bells.")
    );
    assert!(
        client.good("delete_file", json!({"path": "knowledge/faq/a.md", "tag": tag(&texts)})).starts_with("deleted")
    );
    assert!(!folder.path().join("knowledge/faq/a.md").exists());

    // The pinned tools are read, and `transom mcp pull` alone writes them.
    std::fs::write(folder.path().join("mcp.lock.yaml"), "servers: []\n").unwrap();
    let (texts, _) = client.call("read_file", json!({"path": "mcp.lock.yaml"}));
    assert_eq!(texts[0], "servers: []\n");
    for text in ["servers:\n", ""] {
        let why = client.bad("write_file", json!({"path": "mcp.lock.yaml", "text": text, "tag": tag(&texts)}));
        assert!(why.contains("is written by `transom mcp pull` alone"), "{why}");
    }
    assert!(client.bad("delete_file", json!({"path": "mcp.lock.yaml", "tag": tag(&texts)})).contains("alone"));

    std::fs::write(folder.path().join("config.yaml"), "secret\n").unwrap();
    for path in
        ["config.yaml", "../a.yaml", "flows/../config.yaml", "/etc/passwd", "flows/.hidden.yaml", "flows/x.sh", ""]
    {
        assert!(client.bad("read_file", json!({"path": path})).contains("is no file of the bot"), "{path}");
        assert!(
            client.bad("write_file", json!({"path": path, "text": "x"})).contains("is no file of the bot"),
            "{path}"
        );
        assert!(client.bad("test", json!({"files": [path]})).contains("is no file of the bot"), "{path}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path().join("config.yaml"), folder.path().join("flows/l.yaml")).unwrap();
        assert!(!client.bad("read_file", json!({"path": "flows/l.yaml"})).contains("secret"));
        assert!(client.bad("write_file", json!({"path": "flows/l.yaml", "text": "x"})).contains("link"));
    }
    assert_eq!(std::fs::read_to_string(folder.path().join("config.yaml")).unwrap(), "secret\n");
    client.end();
}

#[test]
fn tests_run_and_their_failures_are_results() {
    let failing = (
        "pizza.test.yaml",
        "tests: pizza\ncases:\n  - name: a size\n    steps:\n      - user: pizza\n      - bot: Which colour?\n",
    );
    let folder = bot(&[BOT, PIZZA, failing]);
    let mut client = Client::new(folder.path(), &[]);
    let told = client.good("test", json!({"files": ["flows/pizza.test.yaml"], "coverage": true}));
    assert!(told.contains("Which colour?") && told.contains("Which size?"), "{told}");
    client.end();
}

#[test]
fn wrong_calls_are_answered_with_a_sentence_and_options_stay_texts() {
    let folder = bot(&[BOT, BROKEN]);
    let mut client = Client::new(folder.path(), &[]);
    assert!(client.good("check", json!({})).contains("did you mean `say`"));
    assert!(
        client.bad("simulate", json!({"lines": ["hi"]})).contains("did you mean `say`"),
        "a broken bot does not talk"
    );
    for (tool, arguments, why) in [
        ("simulate", json!({}), "needs `lines`"),
        ("simulate", json!({"lines": "hi"}), "`lines` is a list of texts"),
        ("simulate", json!({"lines": vec!["x"; 201]}), "`lines` is a list of texts"),
        ("explain", json!({"txt": "hi"}), "did you mean `text`"),
        ("explain", json!({"text": 1}), "`text` is a text"),
        ("explain", json!({"text": "a\u{0}b"}), "zero character"),
        ("knowledge_ask", json!({"question": "x", "top": 999}), "999"),
        // None of these is an option of the command.
        ("reference", json!({"word": "--help"}), "--help"),
        ("graph", json!({"flow": "--out=/tmp/x"}), "--out=/tmp/x"),
    ] {
        let told = client.bad(tool, arguments.clone());
        assert!(told.contains(why), "{tool} {arguments}: {told}");
    }
    let refused =
        |answer: Json| (answer["error"]["code"].clone(), answer["error"]["message"].as_str().unwrap().to_owned());
    let (code, why) = refused(client.ask("tools/call", json!({"name": "write_file", "arguments": {}})));
    assert!(code == -32602 && why.contains("transom mcp --write"), "{why}");
    let (code, why) = refused(client.ask("tools/call", json!({"name": "chek"})));
    assert!(code == -32602 && why.contains("did you mean `check`"), "{why}");
    assert_eq!(refused(client.ask("resources/list", json!({}))).0, -32601);
    for (line, code) in [("{", -32700), ("[]", -32600), ("7", -32600), (r#"{"id": 1}"#, -32600)] {
        client.write(line);
        assert_eq!(refused(client.read()).0, code, "{line}");
    }
    // Notifications, answers and empty lines get no answer.
    for line in ["", r#"{"jsonrpc":"2.0","method":"notifications/other"}"#, r#"{"jsonrpc":"2.0","id":9,"result":{}}"#] {
        client.write(line);
    }
    client.write(&format!("{{\"long\":\"{}\"}}", "x".repeat(4 * 1024 * 1024)));
    assert_eq!(refused(client.read()), (json!(-32600), "this message is too long".to_owned()));
    assert_eq!(client.ask("ping", json!({}))["result"], json!({}));
    client.end();
}

#[test]
fn a_call_that_is_cancelled_is_not_answered() {
    let folder = bot(&[BOT, PIZZA]);
    let mut client = Client::new(folder.path(), &[]);
    let lines: Vec<&str> = std::iter::repeat_n("/next", 200).collect();
    let call = json!({"name": "simulate", "arguments": {"lines": lines}});
    client.write(&json!({"jsonrpc": "2.0", "id": "a", "method": "tools/call", "params": call}).to_string());
    let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "a"}});
    client.write(&cancel.to_string());
    assert_eq!(client.ask("ping", json!({}))["result"], json!({}), "the next answer is that of the next request");
    client.end();
}

#[test]
fn a_folder_without_flows_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = run(folder.path(), &["mcp"]);
    ends(&refused, 2);
    assert!(err(&refused).contains("has no folder `flows`"), "{}", err(&refused));
}
