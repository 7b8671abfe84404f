//! Emulates an editor: starts the real program and speaks LSP with it over pipes.

use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

pub struct Editor {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    root: String,
    asked: u64,
    /// Notifications that came while a response was awaited.
    told: Vec<Value>,
}

impl Editor {
    /// Opens a folder and performs the initialize handshake.
    pub fn open(folder: &Path, capabilities: Value) -> Editor {
        let mut child = Command::new(env!("CARGO_BIN_EXE_transom"))
            .args(["lsp", "--stdio"])
            .current_dir(folder)
            .env_remove("TRANSOM_CONFIG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let root = format!("file://{}", folder.display());
        let mut editor = Editor { child, input, output, root, asked: 0, told: Vec::new() };
        let answer =
            editor.ask("initialize", json!({"processId": null, "rootUri": editor.root, "capabilities": capabilities}));
        assert_eq!(answer["capabilities"]["hoverProvider"], true, "{answer}");
        editor.tell("initialized", json!({}));
        editor
    }

    pub fn uri(&self, path: &str) -> String {
        format!("{}/{path}", self.root)
    }

    pub fn tell(&mut self, method: &str, params: Value) {
        self.write(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// The result of a request; an error fails the test.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        let mut answer = self.try_ask(method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].take()
    }

    /// The whole response.
    pub fn try_ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.write(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let message = self.read();
            if message["id"] == id && message.get("method").is_none() {
                return message;
            }
            self.told.push(message);
        }
    }

    /// The next diagnostics of a file, each notification once.
    pub fn findings(&mut self, path: &str) -> Vec<Value> {
        let uri = self.uri(path);
        loop {
            let wanted = |message: &Value| {
                message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri.as_str()
            };
            if let Some(at) = self.told.iter().position(wanted) {
                return self.told.remove(at)["params"]["diagnostics"].as_array().unwrap().clone();
            }
            let message = self.read();
            self.told.push(message);
        }
    }

    /// True if the server has sent a request with this method.
    pub fn was_asked(&self, method: &str) -> bool {
        self.told.iter().any(|message| message["method"] == method)
    }

    /// True if the server has shown an error with these words.
    pub fn was_shown(&self, words: &str) -> bool {
        let shown = self.told.iter().filter(|message| message["method"] == "window/showMessage");
        shown
            .map(|message| &message["params"])
            .any(|message| message["type"] == 1 && message["message"].as_str().is_some_and(|text| text.contains(words)))
    }

    pub fn did_open(&mut self, path: &str, text: &str) {
        let document = json!({"uri": self.uri(path), "languageId": "yaml", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// Changes a range, or the whole text.
    pub fn did_change(&mut self, path: &str, range: Option<Value>, text: &str) {
        let mut change = json!({"text": text});
        if let Some(range) = range {
            change["range"] = range;
        }
        let document = json!({"uri": self.uri(path), "version": 2});
        self.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}));
    }

    pub fn at(&self, path: &str, line: u64, character: u64) -> Value {
        json!({"textDocument": {"uri": self.uri(path)}, "position": {"line": line, "character": character}})
    }

    /// Shuts down as the protocol requires; the program must exit with success.
    pub fn close(mut self) {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        self.input.take();
        let ended = self.child.wait().unwrap();
        assert!(ended.success(), "{ended}");
    }

    fn write(&mut self, message: &Value) {
        let body = message.to_string();
        let input = self.input.as_mut().unwrap();
        write!(input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        input.flush().unwrap();
    }

    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the server is gone");
            match line.trim_end() {
                "" => break,
                header => {
                    if let Some(number) = header.strip_prefix("Content-Length: ") {
                        length = number.parse().unwrap();
                    }
                }
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // A failed test leaves no process behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
