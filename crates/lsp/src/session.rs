//! Speaks with one editor: reads its messages, keeps its open files, and sends answers and findings.

use crate::{
    answers::{self, Client, Style},
    base::{
        limits::{BOT_FILES_MAX, EDITOR_PAUSE, EDITOR_TEXT_BYTES_MAX, EDITOR_TEXTS_BYTES_MAX},
        place::SourceFile,
    },
    bot::Bot,
    flow::CheckContext,
    folder::BotFolder,
    position::{offset, path_of},
};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The folder of the only bot, in the addresses of an editor that shares no disk with the server.
const ONE_BOT: &str = "/bot";

/// The settings of a session.
pub struct Options {
    pub roots: Roots,
    /// The senders and templates that flows are checked against.
    pub around: CheckContext,
    /// Takes a sentence about a bug of ours.
    pub complain: fn(&str),
}

/// The bots that an editor may open.
pub enum Roots {
    /// Those on its own disk: each file belongs to the folder around it.
    Disk,
    /// This one, as `file:///bot/`. Its findings are sent without an open file, each with the address of its
    /// explanation: this, and the code.
    One { folder: Arc<BotFolder>, codes_at: &'static str },
}

/// The editor broke the protocol; displays as a sentence.
#[derive(Debug)]
pub struct EditorFailure(String);

impl fmt::Display for EditorFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EditorFailure {}

/// Serves one editor until it leaves.
pub fn serve(connection: &Connection, options: Options) -> Result<(), EditorFailure> {
    let broken = |error: &dyn fmt::Display| EditorFailure(format!("the editor speaks no such protocol: {error}"));
    let (id, params) = connection.initialize_start().map_err(|error| broken(&error))?;
    let capabilities = json!({
        "positionEncoding": "utf-16",
        "textDocumentSync": {"openClose": true, "change": 2, "save": {"includeText": false}},
        "completionProvider": {"triggerCharacters": [".", ":", "{", " ", "-"]},
        "hoverProvider": true,
        "definitionProvider": true,
        "referencesProvider": true,
        "renameProvider": {"prepareProvider": true},
        "codeActionProvider": {"codeActionKinds": ["quickfix", "source.fixAll"]},
        "documentFormattingProvider": true,
        "documentSymbolProvider": true,
    });
    let answer = json!({
        "capabilities": capabilities,
        "serverInfo": {"name": "transom", "version": env!("CARGO_PKG_VERSION")},
    });
    connection.initialize_finish(id, answer).map_err(|error| broken(&error))?;
    let edits = &params["capabilities"]["workspace"]["workspaceEdit"];
    let moves = edits["resourceOperations"].as_array().is_some_and(|all| all.iter().any(|one| one == "rename"));
    let Options { roots, around, complain } = options;
    let (style, one) = match &roots {
        Roots::Disk => (Style::Whole, None),
        Roots::One { folder, codes_at } => (Style::InParts { codes_at }, Some(Arc::clone(folder))),
    };
    let can_watch = params["capabilities"]["workspace"]["didChangeWatchedFiles"]["dynamicRegistration"] == true;
    let mut session = Session {
        connection,
        client: Client { document_changes: edits["documentChanges"] == true, moves_files: moves },
        style,
        // The program around a session without a disk says when files change.
        watched: can_watch || one.is_some(),
        only_one: one.is_some(),
        bots: one.into_iter().map(|one| (ONE_BOT.into(), Bot::new(one, ONE_BOT.into(), &around))).collect(),
        uris: BTreeMap::new(),
        around,
        complain,
    };
    if can_watch && !session.only_one {
        session.watch_files();
    }
    session.run()
}

struct Session<'c> {
    connection: &'c Connection,
    around: CheckContext,
    client: Client,
    style: Style,
    complain: fn(&str),
    /// True if a message comes when files on disk change; else they are looked at after each change of a text.
    watched: bool,
    /// True if the editor may open no other bot than the one of the options.
    only_one: bool,
    bots: BTreeMap<PathBuf, Bot>,
    /// Open files, by the URI from the editor.
    uris: BTreeMap<String, (PathBuf, String)>,
}

impl Session<'_> {
    fn run(&mut self) -> Result<(), EditorFailure> {
        loop {
            // Findings are sent after a pause in typing.
            let message = if self.bots.values().any(|bot| bot.unpublished) {
                match self.connection.receiver.recv_timeout(EDITOR_PAUSE) {
                    Ok(message) => message,
                    Err(error) if error.is_timeout() => {
                        self.publish();
                        continue;
                    }
                    Err(_) => return Ok(()),
                }
            } else {
                match self.connection.receiver.recv() {
                    Ok(message) => message,
                    Err(_) => return Ok(()),
                }
            };
            match message {
                Message::Request(request) => match self.connection.handle_shutdown(&request) {
                    Ok(true) => return Ok(()),
                    Ok(false) => self.answer(request),
                    Err(error) => return Err(EditorFailure(format!("the editor left in the middle: {error}"))),
                },
                Message::Notification(notification) => self.take(&notification),
                Message::Response(_) => {}
            }
        }
    }

    fn send(&self, message: impl Into<Message>) {
        // A closed connection is noticed by the next read.
        let _ = self.connection.sender.send(message.into());
    }

    /// Asks the editor to report changes of files that are not open: by another program, or by a checkout.
    fn watch_files(&self) {
        let watchers = json!([{"globPattern": "**/{flows,scripts,locales}/*.{yaml,rhai}"}]);
        let options = json!({"watchers": watchers});
        let registration =
            json!({"id": "files", "method": "workspace/didChangeWatchedFiles", "registerOptions": options});
        let id = RequestId::from("watch-files".to_owned());
        self.send(Request::new(id, "client/registerCapability".into(), json!({"registrations": [registration]})));
    }

    fn take(&mut self, notification: &Notification) {
        let params = &notification.params;
        let uri = params["textDocument"]["uri"].as_str().unwrap_or_default();
        match notification.method.as_str() {
            "textDocument/didOpen" => {
                let Some((root, path)) = self.home(uri) else { return };
                let text = params["textDocument"]["text"].as_str().unwrap_or_default();
                let new = || Bot::new(Arc::new(BotFolder::new(root.clone())), root.clone(), &self.around);
                self.bots.entry(root.clone()).or_insert_with(new);
                self.uris.insert(uri.to_owned(), (root, path));
                self.put(uri, Some(text.to_owned()));
            }
            "textDocument/didChange" => {
                let Some((root, path)) = self.uris.get(uri) else { return };
                let open = self.bots.get(root).and_then(|bot| bot.open.get(path));
                // Changes of a text that was too large say nothing without the text.
                let mut text = open.map(|file| file.text().to_owned());
                for change in params["contentChanges"].as_array().into_iter().flatten() {
                    text = changed(text, change).filter(|text| text.len() <= EDITOR_TEXT_BYTES_MAX);
                }
                let was_open = open.is_some();
                if was_open || text.is_some() {
                    self.put(uri, text);
                }
            }
            "textDocument/didClose" => {
                if let Some((root, path)) = self.uris.remove(uri)
                    && let Some(bot) = self.bots.get_mut(&root)
                {
                    bot.open.remove(&path);
                    bot.changed_on_disk();
                }
            }
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" => {
                self.bots.values_mut().for_each(Bot::changed_on_disk);
            }
            _ => {}
        }
    }

    /// Takes the text of an open file, in place of the one before. `None`, and a text beyond the limits: the file counts
    /// as it is on disk, which the editor is told.
    fn put(&mut self, uri: &str, text: Option<String>) {
        let Some((root, path)) = self.uris.get(uri).cloned() else { return };
        let open = self.bots.iter().flat_map(|(of, bot)| bot.open.iter().map(move |(path, file)| (of, path, file)));
        let (files, bytes) = open
            .filter(|(of, other, _)| (*of, *other) != (&root, &path))
            .fold((0, 0), |(files, bytes), (_, _, file)| (files + 1, bytes + file.text().len()));
        let text = text.filter(|text| text.len() <= EDITOR_TEXT_BYTES_MAX);
        let fits = |text: &String| files < BOT_FILES_MAX && bytes + text.len() <= EDITOR_TEXTS_BYTES_MAX;
        let refused = match &text {
            None => Some(format!(
                "`{path}` has more than {EDITOR_TEXT_BYTES_MAX} bytes. Make it smaller, then close it and open it again; \
                 until then it is checked as it is on disk."
            )),
            Some(text) if !fits(text) => Some(format!(
                "`{path}` is checked as it is on disk, because at most {BOT_FILES_MAX} texts with {EDITOR_TEXTS_BYTES_MAX} \
                 bytes together can be open. Close other files, then close it and open it again."
            )),
            Some(_) => None,
        };
        let Some(bot) = self.bots.get_mut(&root) else { return };
        match text.filter(|_| refused.is_none()) {
            Some(text) => bot.open.insert(path.clone(), SourceFile::new(path, text)),
            None => bot.open.remove(&path),
        };
        bot.changed();
        self.look_at_disk(uri);
        if let Some(message) = refused {
            // 1 is an error in the protocol.
            self.send(Notification::new("window/showMessage".into(), json!({"type": 1, "message": message})));
        }
    }

    /// Looks at the files on disk with the next check, if nothing else tells that they changed.
    fn look_at_disk(&mut self, uri: &str) {
        if self.watched {
            return;
        }
        if let Some(bot) = self.uris.get(uri).and_then(|(root, _)| self.bots.get_mut(root)) {
            bot.changed_on_disk();
        }
    }

    /// The bot of a file and the path in it; `None` for a file that is in none, or in one that this editor may not open.
    fn home(&self, uri: &str) -> Option<(PathBuf, String)> {
        let home = path_of(uri).as_deref().and_then(Bot::home)?;
        (!self.only_one || home.0 == Path::new(ONE_BOT)).then_some(home)
    }

    fn answer(&mut self, request: Request) {
        let uri = request.params["textDocument"]["uri"].as_str().unwrap_or_default().to_owned();
        let known = ANSWERED.contains(&request.method.as_str());
        if !known {
            let error = format!("`{}` is not answered here", request.method);
            return self.send(Response::new_err(request.id, ErrorCode::MethodNotFound as i32, error));
        }
        let home = self.uris.get(&uri).cloned().or_else(|| self.home(&uri).filter(|_| self.only_one));
        let (client, style, around) = (self.client, self.style, &self.around);
        let found = home.as_ref().and_then(|(root, path)| Some((self.bots.get_mut(root)?, path)));
        let Some((bot, path)) = found else {
            return self.send(Response::new_ok(request.id, Value::Null));
        };
        // Requests that change files need the current state; for the others, the last read state is good enough while
        // somebody types.
        let typing = matches!(
            request.method.as_str(),
            "textDocument/completion" | "textDocument/hover" | "textDocument/documentSymbol"
        );
        if !typing || !bot.was_read {
            bot.refresh(around, self.complain);
        }
        let Some(file) = bot.file(path) else { return self.send(Response::new_ok(request.id, Value::Null)) };
        let params = &request.params;
        let at = &params["position"];
        let mut by_hand = None;
        let answer = match request.method.as_str() {
            "textDocument/completion" => Ok(answers::completion(bot, around, &file, at)),
            "textDocument/hover" => Ok(answers::hover(bot, around, &file, at)),
            "textDocument/definition" => Ok(answers::definition(bot, around, &file, at)),
            "textDocument/references" => Ok(answers::references(bot, around, &file, at)),
            "textDocument/prepareRename" => answers::prepare_rename(bot, around, &file, at),
            "textDocument/rename" => {
                let new = params["newName"].as_str().unwrap_or_default().trim();
                let renaming = answers::rename(bot, around, client, &file, at, new);
                renaming.map(|renaming| {
                    by_hand = renaming.by_hand;
                    renaming.edit
                })
            }
            "textDocument/codeAction" => Ok(answers::actions(bot, style, &file, params)),
            "textDocument/formatting" => Ok(answers::formatting(&file)),
            _ => Ok(answers::symbols(bot, around, &file)),
        };
        self.send(match answer {
            Ok(answer) => Response::new_ok(request.id, answer),
            Err(why) => Response::new_err(request.id, ErrorCode::RequestFailed as i32, why),
        });
        if let Some(message) = by_hand {
            // 2 is a warning in the protocol.
            self.send(Notification::new("window/showMessage".into(), json!({"type": 2, "message": message})));
        }
    }

    /// Sends the findings of open files, and of every other file whose findings are not those that the editor has.
    fn publish(&mut self) {
        let mut messages = Vec::new();
        for bot in self.bots.values_mut().filter(|bot| bot.unpublished) {
            bot.refresh(&self.around, self.complain);
            bot.unpublished = false;
            let mut by_file: BTreeMap<String, Vec<Value>> =
                bot.open.keys().chain(bot.published.keys()).map(|path| (path.clone(), Vec::new())).collect();
            for finding in &bot.findings {
                let list = by_file.entry(finding.place.path().to_owned()).or_default();
                list.push(answers::diagnostic(bot, self.style, finding));
            }
            for (path, findings) in &by_file {
                if bot.open.contains_key(path) || bot.published.get(path) != Some(findings) {
                    messages.push(json!({"uri": bot.uri(path), "diagnostics": findings}));
                }
            }
            by_file.retain(|_, findings| !findings.is_empty());
            bot.published = by_file;
        }
        for params in messages {
            self.send(Notification::new("textDocument/publishDiagnostics".into(), params));
        }
    }
}

/// The requests that `answer` handles.
const ANSWERED: [&str; 9] = [
    "textDocument/completion",
    "textDocument/hover",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/prepareRename",
    "textDocument/rename",
    "textDocument/codeAction",
    "textDocument/formatting",
    "textDocument/documentSymbol",
];

/// The text after a change of a range of it, or of all of it. `None` if the range is one of an unknown text.
fn changed(text: Option<String>, change: &Value) -> Option<String> {
    let new = change["text"].as_str().unwrap_or_default();
    if change["range"].is_null() {
        return Some(new.to_owned());
    }
    let mut text = text?;
    let (start, end) = (offset(&text, &change["range"]["start"]), offset(&text, &change["range"]["end"]));
    text.replace_range(start..end.max(start), new);
    Some(text)
}
