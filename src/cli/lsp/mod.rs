//! Runs `transom lsp`: helps editors over standard input and output, in the Language Server Protocol.

mod answers;
mod bot;
mod position;

use super::{Failure, Outcome, check::surroundings, client::workplace};
use crate::{
    base::{limits::EDITOR_PAUSE, place::SourceFile},
    flow::CheckContext,
};
use answers::Client;
use bot::Bot;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use position::{offset, path_of, uri_of};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// For editors that say so; it is always standard input and output
    #[arg(long, hide = true)]
    stdio: bool,
    #[command(flatten)]
    place: workplace::Workplace,
}

pub async fn run(args: Args) -> Outcome {
    let around = surroundings(&args.place, Path::new(".")).await?;
    let (connection, threads) = Connection::stdio();
    let served = serve(&connection, around);
    // The writer thread ends when all its senders are dropped.
    drop(connection);
    threads.join().map_err(|error| Failure::Failed(format!("the editor's end is gone: {error}")))?;
    served
}

fn serve(connection: &Connection, around: CheckContext) -> Outcome {
    let broken =
        |error: &dyn std::fmt::Display| Failure::Failed(format!("the editor speaks no such protocol: {error}"));
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
    let mut session = Session {
        connection,
        around,
        client: Client { document_changes: edits["documentChanges"] == true, moves_files: moves },
        bots: BTreeMap::new(),
        uris: BTreeMap::new(),
    };
    if params["capabilities"]["workspace"]["didChangeWatchedFiles"]["dynamicRegistration"] == true {
        session.watch_files();
    }
    session.run()
}

struct Session<'c> {
    connection: &'c Connection,
    around: CheckContext,
    client: Client,
    bots: BTreeMap<PathBuf, Bot>,
    /// Open files, by the URI from the editor.
    uris: BTreeMap<String, (PathBuf, String)>,
}

impl Session<'_> {
    fn run(&mut self) -> Outcome {
        loop {
            // Findings are sent after a pause in typing.
            let message = if self.bots.values().any(|bot| bot.untold) {
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
                    Err(error) => return Err(Failure::Failed(format!("the editor left in the middle: {error}"))),
                },
                Message::Notification(notification) => self.told(&notification),
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

    fn told(&mut self, notification: &Notification) {
        let params = &notification.params;
        let uri = params["textDocument"]["uri"].as_str().unwrap_or_default();
        match notification.method.as_str() {
            "textDocument/didOpen" => {
                let Some((root, path)) = path_of(uri).as_deref().and_then(Bot::home) else { return };
                let text = params["textDocument"]["text"].as_str().unwrap_or_default();
                self.uris.insert(uri.to_owned(), (root.clone(), path.clone()));
                let bot = self.bots.entry(root.clone()).or_insert_with(|| Bot::new(root, &self.around));
                bot.open.insert(path.clone(), SourceFile::new(path, text));
                bot.changed();
            }
            "textDocument/didChange" => {
                let Some((bot, path)) =
                    self.uris.get(uri).and_then(|(root, path)| Some((self.bots.get_mut(root)?, path)))
                else {
                    return;
                };
                let mut text = bot.open.get(path).map(|file| file.text().to_owned()).unwrap_or_default();
                for change in params["contentChanges"].as_array().into_iter().flatten() {
                    apply(&mut text, change);
                }
                bot.open.insert(path.clone(), SourceFile::new(path.clone(), text));
                bot.changed();
            }
            "textDocument/didClose" => {
                if let Some((root, path)) = self.uris.remove(uri)
                    && let Some(bot) = self.bots.get_mut(&root)
                {
                    bot.open.remove(&path);
                    bot.changed();
                }
            }
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" => {
                self.bots.values_mut().for_each(Bot::changed);
            }
            _ => {}
        }
    }

    fn answer(&mut self, request: Request) {
        let uri = request.params["textDocument"]["uri"].as_str().unwrap_or_default().to_owned();
        let known = ANSWERED.contains(&request.method.as_str());
        if !known {
            let error = format!("`{}` is not answered here", request.method);
            return self.send(Response::new_err(request.id, ErrorCode::MethodNotFound as i32, error));
        }
        let (client, around) = (self.client, &self.around);
        let found = self.uris.get(&uri).and_then(|(root, path)| Some((self.bots.get_mut(root)?, path)));
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
            bot.refresh(around);
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
            "textDocument/codeAction" => Ok(answers::actions(bot, &file, params)),
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

    /// Sends the findings of every file that has some, or had some before.
    fn publish(&mut self) {
        let mut told = Vec::new();
        for bot in self.bots.values_mut().filter(|bot| bot.untold) {
            bot.refresh(&self.around);
            bot.untold = false;
            let mut by_file: BTreeMap<String, Vec<Value>> =
                bot.open.keys().map(|path| (path.clone(), Vec::new())).collect();
            by_file.extend(bot.told.iter().map(|path| (path.clone(), Vec::new())));
            for finding in &bot.findings {
                let list = by_file.entry(finding.place.path().to_owned()).or_default();
                list.push(answers::diagnostic(bot, finding));
            }
            bot.told = by_file.iter().filter(|(_, all)| !all.is_empty()).map(|(path, _)| path.clone()).collect();
            for (path, findings) in by_file {
                told.push(json!({"uri": uri_of(&bot.root.join(path)), "diagnostics": findings}));
            }
        }
        for params in told {
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

/// Applies one change to a text: to a range of it, or to all of it.
fn apply(text: &mut String, change: &Value) {
    let new = change["text"].as_str().unwrap_or_default();
    if change["range"].is_null() {
        new.clone_into(text);
        return;
    }
    let (start, end) = (offset(text, &change["range"]["start"]), offset(text, &change["range"]["end"]));
    text.replace_range(start..end.max(start), new);
}
