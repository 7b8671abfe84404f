//! Tests the language server of the studio over a real WebSocket.

use super::{
    host::{Host, OPERATOR},
    studio::open_host,
    websocket::{Heard, Socket},
};
use serde_json::{Value, json};
use std::time::Duration;
use transom::base::limits::{STUDIO_EDITOR_MESSAGE_BYTES_MAX, STUDIO_EDITORS_MAX};

const PATH: &str = "/v1/studio/lsp";
const MENU: &str = "flow: menu\nwhen:\n  - message: menu\nsteps:\n  - ask: What can I do?\n    options:\n      - Book: {go: book}\n      - Hours: end\nblocks:\n  book:\n    - say: Booked\n";

struct Editor {
    socket: Socket,
    asked: u64,
    /// Notifications that came while a response was awaited.
    told: Vec<Value>,
}

impl Editor {
    async fn open(host: &Host) -> Editor {
        let socket = Socket::open(&host.base, PATH, &[("origin", &host.base)]).await.unwrap();
        let mut editor = Editor { socket, asked: 0, told: Vec::new() };
        let capabilities = json!({"workspace": {"workspaceEdit": {"documentChanges": true}}});
        let params = json!({"processId": null, "rootUri": "file:///bot/", "capabilities": capabilities});
        let answer = editor.ask("initialize", params).await;
        assert_eq!(answer["capabilities"]["renameProvider"]["prepareProvider"], true);
        editor.tell("initialized", json!({})).await;
        editor
    }

    async fn tell(&mut self, method: &str, params: Value) {
        self.socket.say(&json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string()).await;
    }

    async fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.socket.say(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string()).await;
        loop {
            let message = self.hear().await;
            if message["id"] == id {
                assert!(message.get("error").is_none(), "{message}");
                return message["result"].clone();
            }
            self.told.push(message);
        }
    }

    async fn hear(&mut self) -> Value {
        let heard = tokio::time::timeout(Duration::from_secs(30), self.socket.hear()).await.expect("it answers");
        match heard {
            Heard::Text(text) => {
                let message: Value = serde_json::from_str(&text).unwrap();
                assert_eq!(message["jsonrpc"], "2.0");
                message
            }
            Heard::Closed(code) => panic!("closed with {code}"),
        }
    }

    /// The next findings of a file.
    async fn findings(&mut self, path: &str) -> Vec<Value> {
        loop {
            let wanted = |message: &Value| {
                message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri(path)
            };
            if let Some(at) = self.told.iter().position(wanted) {
                return self.told.remove(at)["params"]["diagnostics"].as_array().unwrap().clone();
            }
            let message = self.hear().await;
            self.told.push(message);
        }
    }

    async fn did_open(&mut self, path: &str, text: &str) {
        let document = json!({"uri": uri(path), "languageId": "yaml", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document})).await;
    }

    async fn did_change(&mut self, path: &str, text: &str) {
        let document = json!({"uri": uri(path), "version": 2});
        self.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": [{"text": text}]}))
            .await;
    }
}

fn uri(path: &str) -> String {
    format!("file:///bot/{path}")
}

fn at(path: &str, line: u64, character: u64) -> Value {
    json!({"textDocument": {"uri": uri(path)}, "position": {"line": line, "character": character}})
}

/// Waits until as many editors can connect as at first.
async fn all_places_are_free(host: &Host) {
    for _ in 0..200 {
        let mut open = Vec::new();
        for _ in 0..STUDIO_EDITORS_MAX {
            open.extend(Socket::open(&host.base, PATH, &[("origin", &host.base)]).await.ok());
        }
        if open.len() == STUDIO_EDITORS_MAX {
            return;
        }
        drop(open);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("a place was lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_is_found_completed_and_renamed_over_a_websocket() {
    let other = "flow: other\nwhen:\n  - message: other\nsteps:\n  - call: menu\n";
    let broken = "flow: broken\nsteps:\n  - lgo: x\n";
    let host = open_host(&[("flows/menu.yaml", MENU), ("flows/other.yaml", other)]).await;
    std::fs::write(host.folder.path().join("flows/broken.yaml"), broken).unwrap();
    let mut editor = Editor::open(&host).await;
    let closed = editor.findings("flows/broken.yaml").await;
    assert!(!closed.is_empty(), "files that are not open have their findings");
    editor.did_open("flows/menu.yaml", MENU).await;
    assert_eq!(editor.findings("flows/menu.yaml").await, [json!(null); 0]);
    editor.did_change("flows/menu.yaml", &MENU.replace("go: book", "go: bok")).await;
    let findings = editor.findings("flows/menu.yaml").await;
    let wrong = findings.iter().find(|one| one["code"] == "E401").unwrap_or_else(|| panic!("{findings:?}"));
    assert_eq!(wrong["codeDescription"]["href"], "/studio/codes/E401");
    assert!(wrong["data"]["help"].as_str().unwrap().contains("book"), "{wrong}");
    assert!(!wrong["message"].as_str().unwrap().contains("help:"), "{wrong}");
    let repairs = editor
        .ask(
            "textDocument/codeAction",
            json!({"textDocument": {"uri": uri("flows/menu.yaml")}, "range": wrong["range"], "context": {"diagnostics": []}}),
        )
        .await;
    assert_eq!(repairs[0]["edit"]["changes"][uri("flows/menu.yaml")][0]["newText"], "book", "{repairs}");
    editor.did_change("flows/menu.yaml", MENU).await;
    let offers = editor.ask("textDocument/completion", at("flows/menu.yaml", 6, 21)).await;
    let labels: Vec<&str> =
        offers["items"].as_array().unwrap().iter().filter_map(|one| one["label"].as_str()).collect();
    assert!(labels.contains(&"book") && labels.contains(&"other"), "{labels:?}");
    // The flow's name: its uses in a file that is not open follow.
    let mut params = at("flows/menu.yaml", 0, 8);
    params["newName"] = "choices".into();
    let renamed = editor.ask("textDocument/rename", params).await.to_string();
    assert!(renamed.contains("file:///bot/flows/other.yaml") && renamed.contains("choices"), "{renamed}");
    let page = host.request(reqwest::Method::GET, "/studio/codes/E401", &[], "").await;
    assert!(page.status == 200 && page.text.contains("begining"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_on_disk_is_told_when_the_watch_says_so() {
    let host = open_host(&[("flows/menu.yaml", MENU)]).await;
    let mut editor = Editor::open(&host).await;
    editor.did_open("flows/hello.yaml", "flow: hello\nwhen: [message: hello]\nsteps:\n  - call: menu\n").await;
    assert!(editor.findings("flows/hello.yaml").await.is_empty());
    std::fs::remove_file(host.folder.path().join("flows/menu.yaml")).unwrap();
    host.app.reloader.tell_of_look();
    assert_eq!(editor.findings("flows/hello.yaml").await[0]["code"], "E401");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_opens_no_editor() {
    let host = open_host(&[]).await;
    let foreign: &[&[(&str, &str)]] = &[
        &[],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "http://127.0.0.1:1")],
        &[("origin", "http://localhost:1"), ("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "cross-site")],
    ];
    for headers in foreign {
        let refused = Socket::open(&host.base, PATH, headers).await.err().expect("it is refused");
        assert!(refused.starts_with("HTTP/1.1 403") && refused.contains("foreign_origin"), "{headers:?}: {refused}");
    }
    let proxied = [("origin", &*host.base), ("x-forwarded-for", "192.0.2.7")];
    let refused = Socket::open(&host.base, PATH, &proxied).await.err().expect("it is refused");
    assert!(refused.starts_with("HTTP/1.1 401"), "{refused}");
    assert!(Socket::open(&host.base, PATH, &[("sec-fetch-site", "same-origin")]).await.is_ok());
    // The operator's key opens it also beside a real sender.
    let real = Host::new().await;
    let key = format!("Bearer {OPERATOR}");
    assert!(Socket::open(&real.base, PATH, &[("authorization", &key)]).await.is_ok());
    let refused = Socket::open(&real.base, PATH, &[("origin", &real.base)]).await.err().expect("it is refused");
    assert!(refused.starts_with("HTTP/1.1 401"), "{refused}");
    let plain = host.request(reqwest::Method::GET, PATH, &[("sec-fetch-site", "same-origin")], "").await;
    assert_eq!(plain.is(426)["code"], "upgrade_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_editor_more_than_the_limit_is_told_to_wait_and_a_place_comes_back() {
    let host = open_host(&[]).await;
    let mut open = Vec::new();
    for _ in 0..STUDIO_EDITORS_MAX {
        open.push(Editor::open(&host).await);
    }
    let refused = Socket::open(&host.base, PATH, &[("origin", &host.base)]).await.err().expect("all places are taken");
    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("too_many_editors"), "{refused}");
    drop(open);
    all_places_are_free(&host).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_at_the_limit_is_read_and_what_is_none_ends_the_connection() {
    let host = open_host(&[]).await;
    let mut editor = Editor::open(&host).await;
    let message = |bytes: usize| {
        let text = json!({"jsonrpc": "2.0", "id": 77, "method": "x", "params": {"y": ""}}).to_string();
        text.replace("\"y\":\"\"", &format!("\"y\":\"{}\"", "a".repeat(bytes - text.len())))
    };
    editor.socket.say(&message(STUDIO_EDITOR_MESSAGE_BYTES_MAX)).await;
    while editor.hear().await["id"] != 77 {}
    editor.socket.say(&message(STUDIO_EDITOR_MESSAGE_BYTES_MAX + 1)).await;
    // Findings of other files may be on their way.
    while matches!(editor.socket.hear().await, Heard::Text(_)) {}
    for (kind, bytes, code) in [(0x1, &b"{"[..], 1007), (0x1, b"[]", 1007), (0x2, b"{}", 1003)] {
        let mut socket = Socket::open(&host.base, PATH, &[("origin", &host.base)]).await.unwrap();
        socket.send(kind, bytes).await;
        assert_eq!(socket.hear().await, Heard::Closed(code));
    }
    // The first message is not the one that the protocol begins with: this session ends, and no other.
    let mut other = Editor::open(&host).await;
    let mut socket = Socket::open(&host.base, PATH, &[("origin", &host.base)]).await.unwrap();
    socket.say(&json!({"jsonrpc": "2.0", "method": "exit"}).to_string()).await;
    assert_eq!(socket.hear().await, Heard::Closed(1011));
    other.did_open("flows/menu.yaml", MENU).await;
    assert!(other.findings("flows/menu.yaml").await.is_empty());
    drop((editor, other));
    all_places_are_free(&host).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn editors_end_when_the_daemon_stops() {
    let host = open_host(&[]).await;
    let mut editor = Editor::open(&host).await;
    host.stop().await;
    let heard = loop {
        match editor.socket.hear().await {
            Heard::Text(_) => {}
            closed @ Heard::Closed(_) => break closed,
        }
    };
    assert_eq!(heard, Heard::Closed(1001));
}
